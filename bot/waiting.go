package bot

import (
	"context"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/digest"
)

// handleWaiting answers with what waits within what the person oversees.
func (rq request) handleWaiting(ctx context.Context) error {
	if !rq.overseesAny() {
		return rq.sendHelp(ctx, rq.words.Bot.WaitingOverseersOnly)
	}
	card, err := rq.renderDigest(ctx, "")
	if err != nil {
		return err
	}
	return rq.sendCard(ctx, card, "")
}

// renderDigest draws that list as it stands now; somebody who oversees nothing gets none.
func (rq request) renderDigest(ctx context.Context, confirmation string) (cards.Card, error) {
	if !rq.overseesAny() {
		return cards.Card{}, textReply(rq.words.Bot.DigestOverseersOnly)
	}
	d := rq.Directory()
	v := cards.DigestView{Confirmation: confirmation, TeamNames: d.TeamNames(), Now: rq.now, Zone: rq.Calendar.Location(), Words: rq.words}
	err := rq.Lists.EachPending(ctx, func(c challenge.Snapshot) {
		if !challenge.MayOversee(rq.person.ID, &c.Challenge, d, rq.Calendar.DateOf(rq.now)) {
			return
		}
		rq.contain(c.Challenge.ID, func() {
			if s, ok := digest.NewPendingItem(c, rq.now, rq.env(c.Ladder)); ok {
				v.Add(s)
			}
		})
	})
	if err != nil && !rq.isPartlyUnreadable(err) {
		return cards.Card{}, err
	}
	unreachable, err := rq.Reachability.ListUnreachable(ctx)
	if err != nil {
		return cards.Card{}, err
	}
	v.Unreachable = digest.UnreachableByOverseer(unreachable, d, rq.now, rq.Calendar.DateOf(rq.now))[rq.person.ID]
	return cards.RenderDigest(v), nil
}
