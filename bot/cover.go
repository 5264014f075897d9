package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

const (
	// maxCoverDays is how many days somebody may stand in at a time.
	maxCoverDays = 366
	// maxHandOvers is how many running challenges are handed over at once.
	maxHandOvers = 1000
)

// handleCover lists who stands in, sets it, or ends it.
func (rq request) handleCover(ctx context.Context, rest string) error {
	word, number := cutWord(rest)
	switch {
	case rest == "":
		return rq.replyWithCovers(ctx, cards.CoverView{})
	case strings.EqualFold(word, "end"):
		return rq.endCover(ctx, number)
	}
	c, err := rq.parseCover(rest)
	if err == nil {
		err = rq.checkStandIn(c)
	}
	if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
		return rq.replyWithCovers(ctx, cards.CoverView{Refusal: refusal, TypedText: rest})
	}
	if over := rq.limits.take(limitCovers, rq.person.ID, rq.now); over > 0 {
		return rq.replyWithCovers(ctx, cards.CoverView{Refusal: newRefusal(challenge.CodeNotAllowed, rq.limitSentence(limitCovers)), TypedText: rest})
	}
	v, err := rq.setCover(ctx, c)
	if err != nil {
		return err
	}
	return rq.replyWithCovers(ctx, v)
}

// coverDaysPattern are one or two days at the end of a text.
var coverDaysPattern = regexp.MustCompile(`(?is)^(.*?\S)\s+(?:from\s+)?(today|\d{4}-\d{2}-\d{2})(?:\s+(?:to|until|-|–)?\s*(today|\d{4}-\d{2}-\d{2}))?$`)

// coverForPattern is "for NAME by NAME".
var coverForPattern = regexp.MustCompile(`(?is)^for\s+(.+)\s+by\s+(.+)$`)

// parseCover reads "NAME from to" or "for NAME by NAME from to". The error is a
// *challenge.Refusal.
func (rq request) parseCover(s string) (directory.CoverSetting, error) {
	refuseWith := func(sentence string) (directory.CoverSetting, error) {
		return directory.CoverSetting{}, &challenge.Refusal{Code: challenge.CodeBadInput, Sentence: sentence}
	}
	parts := coverDaysPattern.FindStringSubmatch(strings.TrimSpace(s))
	if parts == nil {
		return refuseWith(rq.words.Bot.CoverUsage)
	}
	away, known := rq.Directory().PersonByEntra(rq.person.ID)
	if !known {
		return refuseWith(rq.words.Bot.CoverUnknownPerson)
	}
	standIn := parts[1]
	if others := coverForPattern.FindStringSubmatch(parts[1]); others != nil {
		if !rq.overseesAny() {
			return refuseWith(rq.words.Bot.CoverOverseersOnly)
		}
		if away, known = rq.findPerson(others[1]); !known {
			return refuseWith(rq.words.Bot.CoverUnknownPerson)
		}
		if away.Entra != rq.person.ID && !rq.overseesAllOf(away) {
			return refuseWith(rq.words.Bot.CoverOverseersOnly)
		}
		standIn = others[2]
	}
	by, known := rq.findPerson(standIn)
	switch {
	case !known || by.Entra == "" || away.Entra == "":
		return refuseWith(rq.words.Bot.CoverUnknownPerson)
	case by.Entra == away.Entra:
		return refuseWith(rq.words.Bot.CoverNotOneself)
	}
	from, to, ok := rq.parseCoverDays(parts[2], parts[3])
	if !ok {
		return refuseWith(rq.words.Bot.CoverBadDates)
	}
	c := directory.CoverSetting{Person: away.Entra, StandIn: by.Entra, From: from, To: to, SetBy: rq.person.ID}
	if c.Person != c.SetBy {
		c.Reach = rq.Directory().OverseenUnits(rq.person.ID, rq.today())
	}
	return c, nil
}

// parseCoverDays reads the first and the last day; one day alone is both.
func (rq request) parseCoverDays(first, last string) (from, to workday.Date, ok bool) {
	today := rq.Calendar.DateOf(rq.now)
	day := func(s string) workday.Date {
		if strings.EqualFold(s, "today") {
			return today
		}
		return parseDateOrZero(s)
	}
	if last == "" {
		last = first
	}
	from, to = day(first), day(last)
	return from, to, from != 0 && to >= from && to >= today && to <= from.AddDays(maxCoverDays)
}

// findPerson finds somebody by an @mention or by their exact name.
func (rq request) findPerson(s string) (directory.Person, bool) {
	bare := func(s string) string {
		return strings.TrimPrefix(strings.TrimSpace(strings.NewReplacer("<at>", "", "</at>", "").Replace(s)), "@")
	}
	for _, m := range rq.activity.Mentions() {
		if bare(m.Text) == bare(s) {
			if p, ok := rq.Directory().PersonByEntra(m.Mentioned.AADObjectID); ok {
				return p, true
			}
		}
	}
	return rq.Directory().PersonByName(bare(s))
}

// endCover revokes cover that was set. What was handed over stays with the stand-in; who
// is back is asked beside them when the next working day begins.
func (rq request) endCover(ctx context.Context, number string) error {
	id, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	mine := rq.visibleCovers()
	if err != nil || !slices.ContainsFunc(mine, func(c directory.Cover) bool {
		return c.ID == id && id > 0 && (c.For.Entra == rq.person.ID || rq.overseesAllOf(c.For))
	}) {
		return rq.replyWithCovers(ctx, cards.CoverView{Refusal: &challenge.Refusal{Code: challenge.CodeNotAllowed, Sentence: rq.words.Bot.CoverNotFound}})
	}
	if err := rq.Store.EndCover(ctx, rq.idempotencyKey(":cover"), id, rq.person.ID); err != nil {
		return err
	}
	if err := rq.RefreshDirectory(ctx); err != nil {
		return err
	}
	return rq.replyWithCovers(ctx, cards.CoverView{Confirmation: fmt.Sprintf(rq.words.Bot.CoverEnded, id)})
}

// visibleCovers is the cover, current and to come, in which the person has a part, or that
// they may set.
func (rq request) visibleCovers() []directory.Cover {
	all := rq.Directory().CurrentCover(rq.Calendar.DateOf(rq.now))
	return slices.DeleteFunc(all, func(c directory.Cover) bool {
		return c.For.Entra != rq.person.ID && c.By.Entra != rq.person.ID && !rq.overseesAllOf(c.For)
	})
}

// replyWithCovers answers with the list, and what was done.
func (rq request) replyWithCovers(ctx context.Context, v cards.CoverView) error {
	v.Words = rq.words
	v.Covers = rq.visibleCovers()
	return rq.sendCard(ctx, cards.RenderCover(v), ":reply")
}
