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
	// longestCover is how many days somebody may stand in at a time.
	longestCover = 366
	// mostHandedOver is how many running challenges are handed over at once.
	mostHandedOver = 1000
)

// cover lists who stands in, sets it, or ends it.
func (x turn) cover(ctx context.Context, rest string) error {
	word, number := cut(rest)
	switch {
	case rest == "":
		return x.covers(ctx, cards.CoverView{})
	case strings.EqualFold(word, "end"):
		return x.endCover(ctx, number)
	}
	c, err := x.readCover(rest)
	if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
		return x.covers(ctx, cards.CoverView{Said: refusal, Typed: rest})
	}
	if err := x.Store.SetCover(ctx, x.receipt(":cover"), c); err != nil {
		return err
	}
	if err := x.Refresh(ctx); err != nil {
		return err
	}
	v := cards.CoverView{Done: x.w.Bot.CoverNoted}
	if today := x.Calendar.DateOf(x.now); c.From <= today {
		if v.HandedOver, v.Kept, err = x.handOver(ctx, c.Person); err != nil {
			return err
		}
	}
	return x.covers(ctx, v)
}

// handOver passes on everything that waits for an answer from a person, and says what
// of it could not be.
func (x turn) handOver(ctx context.Context, person string) (done, kept []string, err error) {
	waiting, err := x.Store.WaitingFor(ctx, person, mostHandedOver)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range waiting {
		if c.Challenge.State != challenge.AwaitingResponse {
			continue
		}
		ref := c.Challenge.Ref
		_, _, err := x.apply(ctx, x.receipt(":"+ref), challenge.Key{ID: c.Challenge.ID}, func(challenge.Case) (challenge.Command, error) {
			return challenge.HandOver{For: person}, nil
		})
		refusal := (*challenge.Refusal)(nil)
		switch {
		case errors.As(err, &refusal):
			kept = append(kept, x.w.Said(refusal).Sentence)
		case err != nil:
			return nil, nil, err
		default:
			done = append(done, ref)
		}
	}
	return done, kept, nil
}

// coverDays are one or two days at the end of a text.
var coverDays = regexp.MustCompile(`(?is)^(.*?\S)\s+(?:from\s+)?(today|\d{4}-\d{2}-\d{2})(?:\s+(?:to|until|-|–)?\s*(today|\d{4}-\d{2}-\d{2}))?$`)

// coverFor is "for NAME by NAME".
var coverFor = regexp.MustCompile(`(?is)^for\s+(.+)\s+by\s+(.+)$`)

// readCover reads "NAME from to" or "for NAME by NAME from to". The error is a
// *challenge.Refusal.
func (x turn) readCover(s string) (challenge.Cover, error) {
	no := func(sentence string) (challenge.Cover, error) {
		return challenge.Cover{}, &challenge.Refusal{Code: challenge.BadInput, Sentence: sentence}
	}
	parts := coverDays.FindStringSubmatch(strings.TrimSpace(s))
	if parts == nil {
		return no(x.w.Bot.CoverHow)
	}
	away, known := x.Directory().ByEntra(x.by.ID)
	if !known {
		return no(x.w.Bot.CoverUnknown)
	}
	standIn := parts[1]
	if others := coverFor.FindStringSubmatch(parts[1]); others != nil {
		if !x.oversees() {
			return no(x.w.Bot.CoverNotYou)
		}
		if away, known = x.named(others[1]); !known {
			return no(x.w.Bot.CoverUnknown)
		}
		if away.Entra != x.by.ID && !x.overseesAllOf(away) {
			return no(x.w.Bot.CoverNotYou)
		}
		standIn = others[2]
	}
	by, known := x.named(standIn)
	switch {
	case !known || by.Entra == "" || away.Entra == "":
		return no(x.w.Bot.CoverUnknown)
	case by.Entra == away.Entra:
		return no(x.w.Bot.CoverSelf)
	}
	from, to, ok := x.days(parts[2], parts[3])
	if !ok {
		return no(x.w.Bot.CoverDates)
	}
	return challenge.Cover{Person: away.Entra, StandIn: by.Entra, From: from, To: to, SetBy: x.by.ID}, nil
}

// days reads the first and the last day; one day alone is both.
func (x turn) days(first, last string) (from, to workday.Date, ok bool) {
	today := x.Calendar.DateOf(x.now)
	day := func(s string) workday.Date {
		if strings.EqualFold(s, "today") {
			return today
		}
		return dateOrZero(s)
	}
	if last == "" {
		last = first
	}
	from, to = day(first), day(last)
	return from, to, from != 0 && to >= from && to >= today && to <= from.AddDays(longestCover)
}

// named finds somebody by an @mention or by their exact name.
func (x turn) named(s string) (directory.Person, bool) {
	bare := func(s string) string {
		return strings.TrimPrefix(strings.TrimSpace(strings.NewReplacer("<at>", "", "</at>", "").Replace(s)), "@")
	}
	for _, m := range x.a.Mentions() {
		if bare(m.Text) == bare(s) {
			if p, ok := x.Directory().ByEntra(m.Mentioned.AADObjectID); ok {
				return p, true
			}
		}
	}
	return x.Directory().ByName(bare(s))
}

// endCover revokes cover that was set. What was handed over stays with the stand-in; who
// is back is asked beside them when the next working day begins.
func (x turn) endCover(ctx context.Context, number string) error {
	id, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	mine := x.visible()
	if err != nil || !slices.ContainsFunc(mine, func(c directory.Cover) bool {
		return c.ID == id && id > 0 && (c.For.Entra == x.by.ID || x.overseesAllOf(c.For))
	}) {
		return x.covers(ctx, cards.CoverView{Said: &challenge.Refusal{Code: challenge.NotAllowed, Sentence: x.w.Bot.CoverNone}})
	}
	if err := x.Store.EndCover(ctx, x.receipt(":cover"), id, x.by.ID); err != nil {
		return err
	}
	if err := x.Refresh(ctx); err != nil {
		return err
	}
	return x.covers(ctx, cards.CoverView{Done: fmt.Sprintf(x.w.Bot.CoverEnded, id)})
}

// visible is the cover, current and to come, in which the person has a part, or that
// they may set.
func (x turn) visible() []directory.Cover {
	all := x.Directory().Covers(x.Calendar.DateOf(x.now).String())
	return slices.DeleteFunc(all, func(c directory.Cover) bool {
		return c.For.Entra != x.by.ID && c.By.Entra != x.by.ID && !x.overseesAllOf(c.For)
	})
}

// covers answers with the list, and what was done.
func (x turn) covers(ctx context.Context, v cards.CoverView) error {
	v.Words = x.w
	for _, c := range x.visible() {
		v.Covers = append(v.Covers, cards.CoverLine{ID: c.ID, For: c.For.Name, By: c.By.Name, From: dateOrZero(c.From), To: dateOrZero(c.To)})
	}
	return x.reply(ctx, cards.Cover(v), ":reply")
}
