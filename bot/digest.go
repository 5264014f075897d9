package bot

import (
	"context"

	"challengebot/cards"
	"challengebot/internal/challenge"
)

// waiting answers with what waits within what the person oversees.
func (x turn) waiting(ctx context.Context) error {
	if !x.oversees() {
		return x.help(ctx, x.w.Bot.WaitingNotYou)
	}
	card, err := x.digest(ctx)
	if err != nil {
		return err
	}
	return x.reply(ctx, card, "")
}

// digest draws that list as it stands now; somebody who oversees nothing gets none.
func (x turn) digest(ctx context.Context) (cards.Card, error) {
	if !x.oversees() {
		return cards.Card{}, sentence(x.w.Bot.DigestNotYou)
	}
	d := x.Directory()
	v := cards.DigestView{Teams: d.TeamNames(), Now: x.now, Zone: x.Calendar.Location(), Words: x.w}
	err := x.Store.Standing(ctx, func(c challenge.Case) {
		if !challenge.Oversees(x.by.ID, &c.Challenge, d, x.Calendar.DateOf(x.now)) {
			return
		}
		if s, ok := challenge.Stalled(c, x.now, x.env(c.Ladder)); ok {
			v.Add(s)
		}
	})
	if err != nil {
		return cards.Card{}, err
	}
	away, err := x.Store.Unreachables(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	v.Away = challenge.AwayFor(away, d, x.now, x.Calendar.DateOf(x.now))[x.by.ID]
	return cards.Digest(v), nil
}
