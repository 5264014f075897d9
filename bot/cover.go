package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/words"
)

const (
	// maxCoverDays is how many days somebody may stand in at a time.
	maxCoverDays = 366
	// maxHandOvers is how many running challenges are handed over at once.
	maxHandOvers = 1000
)

// handleCover lists who stands in, sets it, or ends it.
func (rq request) handleCover(ctx context.Context, t typedCommand) error {
	word, number := words.CutWord(t.words())
	switch {
	case t.rest == "":
		return rq.replyWithCovers(ctx, cards.CoverView{})
	case words.IsCoverEnd(word):
		return rq.endCover(ctx, number)
	}
	view := cards.CoverView{Refusal: newRefusal(challenge.CodeBadInput, rq.words.Bot.CoverUsage)}
	if rq.hasUnreadDays(t) {
		view.Refusal = newRefusal(challenge.CodeBadInput, rq.words.Bot.CoverBadDates)
	} else if c, ok := rq.parseCoverText(t); ok {
		var err error
		if view, err = rq.applyCoverText(ctx, c); err != nil {
			return err
		}
	}
	if view.Refusal != nil {
		view.TypedText = t.words()
	}
	return rq.replyWithCovers(ctx, view)
}

// applyCoverText finds who is meant and sets cover. The view says what came of it, or asks.
func (rq request) applyCoverText(ctx context.Context, text coverText) (cards.CoverView, error) {
	c, question, err := rq.resolveCover(ctx, text)
	if err == nil {
		err = rq.checkStandIn(c)
	}
	if refusal := (*challenge.Refusal)(nil); errors.As(err, &refusal) {
		return cards.CoverView{Refusal: refusal, Question: question}, nil
	}
	if err != nil {
		return cards.CoverView{}, err
	}
	if over := rq.limits.take(limitCovers, rq.person.ID, rq.now); over > 0 {
		return cards.CoverView{Refusal: newRefusal(challenge.CodeNotAllowed, rq.limitSentence(limitCovers))}, nil
	}
	return rq.setCover(ctx, c)
}

// endCover revokes cover that was set, and asks again whoever is back, beside who stood in.
func (rq request) endCover(ctx context.Context, number string) error {
	id, err := strconv.ParseInt(strings.TrimFunc(number, words.IsPunctuation), 10, 64)
	mine := rq.visibleCovers()
	i := slices.IndexFunc(mine, func(c directory.Cover) bool {
		return c.ID == id && id > 0 && (c.For.Entra == rq.person.ID || rq.overseesAllOf(c.For))
	})
	if err != nil || i < 0 {
		return rq.replyWithCovers(ctx, cards.CoverView{Refusal: &challenge.Refusal{Code: challenge.CodeNotAllowed, Sentence: rq.words.Bot.CoverNotFound}})
	}
	if err := rq.Settings.EndCover(ctx, rq.idempotencyKey(":cover"), id, rq.person.ID); err != nil {
		return err
	}
	if err := rq.RefreshDirectory(ctx); err != nil {
		return err
	}
	var back cards.CoverView
	if err := rq.passOn(ctx, mine[i].For.Entra, mine[i].By.Entra, &back); err != nil {
		return err
	}
	return rq.replyWithCovers(ctx, cards.CoverView{Confirmation: fmt.Sprintf(rq.words.Bot.CoverEnded, id), Remarks: back.Remarks})
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
	return rq.sendCard(ctx, rq.renderCovers(v), ":reply")
}

func (rq request) renderCovers(v cards.CoverView) cards.Card {
	v.Words = rq.words
	v.Covers = rq.visibleCovers()
	return cards.RenderCover(v)
}
