package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/storage"
)

// checkStandIn refuses cover after which nobody would be there, or by which somebody would
// make themselves the one who decides. The error is a *challenge.Refusal.
func (rq request) checkStandIn(c directory.CoverSetting) error {
	d := rq.Directory()
	if circle := d.FindCircle(c); len(circle) > 0 {
		var names []string
		for _, p := range circle {
			names = append(names, p.Name)
		}
		return newRefusal(challenge.CodeNotAllowed, fmt.Sprintf(rq.words.StandIn.Circle, rq.words.JoinList(names)))
	}
	away, _ := d.PersonByEntra(c.Person)
	if c.StandIn == c.SetBy && c.Person != c.SetBy && rq.decides(away) {
		return newRefusal(challenge.CodeNotAllowed, fmt.Sprintf(rq.words.StandIn.SecondPerson, away.Name, away.Name))
	}
	return nil
}

// decides reports whether a person raises challenges or judges answers anywhere.
func (rq request) decides(p directory.Person) bool {
	roles := rq.Directory().RolesOf(p.ID)
	return slices.ContainsFunc(rq.Ladders, func(l *ladder.Ladder) bool {
		deciding := l.RaiserRoles()
		for i := range l.Rungs {
			deciding = append(deciding, l.Rungs[i].JudgeRole())
		}
		return slices.ContainsFunc(deciding, func(r directory.Role) bool { return slices.Contains(roles, r) })
	})
}

// setCover keeps cover, once, hands over what waits if it begins today, and says what the one
// who set it should know.
func (rq request) setCover(ctx context.Context, c directory.CoverSetting) (cards.CoverView, error) {
	v := cards.CoverView{Confirmation: rq.words.Bot.CoverNoted}
	if rq.Directory().HasCover(c) {
		v.Confirmation = rq.words.StandIn.NotedBefore
		rq.limits.giveBack(limitCovers, rq.person.ID)
	} else if err := rq.Settings.SetCover(ctx, rq.idempotencyKey(":cover"), c); err != nil {
		rq.limits.giveBack(limitCovers, rq.person.ID)
		return v, err
	}
	if err := rq.RefreshDirectory(ctx); err != nil {
		return v, err
	}
	v.Remarks = rq.remarksOnStandIn(c)
	if c.From > rq.today() {
		return v, nil
	}
	return v, rq.handOverChallenges(ctx, c, &v)
}

// handOverChallenges passes on everything that waits for the one who is away, and says what of
// it could not be, and who is asked where that is not who was named.
func (rq request) handOverChallenges(ctx context.Context, cover directory.CoverSetting, v *cards.CoverView) error {
	waiting, err := rq.Lists.ListWaitingFor(ctx, cover.Person, maxHandOvers)
	if err != nil && !rq.isPartlyUnreadable(err) {
		return err
	}
	for _, c := range waiting {
		if c.Challenge.State != challenge.StateAwaitingResponse {
			continue
		}
		ref := c.Challenge.Ref
		out, _, err := rq.applyCommand(ctx, rq.idempotencyKey(":"+ref), storage.LookupKey{ID: c.Challenge.ID}, func(challenge.Snapshot) (challenge.Command, error) {
			return challenge.HandOver{AwayID: cover.Person}, nil
		})
		refusal := (*challenge.Refusal)(nil)
		switch {
		case errors.As(err, &refusal) && !rq.rights(c).Read:
			// Out of reach of the cover: whoever set it learns nothing of the challenge.
		case errors.As(err, &refusal):
			v.NotHandedOver = append(v.NotHandedOver, rq.words.TranslateRefusal(refusal).Sentence)
		case err != nil && !errors.Is(err, storage.ErrUnavailable):
			rq.Logger.Error("a challenge could not be handed over; the others are", "challenge", c.Challenge.ID, "activity", rq.activity.ID)
			v.NotHandedOver = append(v.NotHandedOver, ref+": "+rq.words.Bot.ChallengeUnreadable)
		case err != nil:
			return err
		default:
			v.HandedOver = append(v.HandedOver, ref)
			if to := lastHandover(out.Snapshot).To; to.ID != cover.StandIn {
				v.Remarks = append(v.Remarks, fmt.Sprintf(rq.words.StandIn.WillAct, ref, to.Name))
			}
		}
	}
	if len(v.HandedOver)+len(v.NotHandedOver) == 0 {
		v.Remarks = append(v.Remarks, fmt.Sprintf(rq.words.StandIn.NothingWaits, rq.nameOf(cover.Person)))
	}
	return nil
}

// lastHandover is the last passing on in the history of a challenge.
func lastHandover(c challenge.Snapshot) challenge.CoverHandover {
	for _, e := range slices.Backward(c.History) {
		if h, ok := e.Body.(challenge.HandedOver); ok {
			return h.CoverHandover
		}
	}
	return challenge.CoverHandover{}
}

// remarksOnStandIn are what stands in the way of who was named.
func (rq request) remarksOnStandIn(c directory.CoverSetting) []string {
	d := rq.Directory()
	var remarks []string
	by, _ := d.PersonByEntra(c.StandIn)
	if !d.IsReachable(by) {
		remarks = append(remarks, fmt.Sprintf(rq.words.StandIn.Unreachable, by.Name, rq.nameOf(c.Person)))
	}
	for _, other := range d.CurrentCover(c.From) {
		if other.For.Entra == c.StandIn && other.From <= c.To && other.By.Entra != "" {
			remarks = append(remarks, fmt.Sprintf(rq.words.StandIn.Away, by.Name,
				rq.words.FormatOnDate(other.From), rq.words.FormatOnDate(other.To), other.By.Name))
		}
	}
	return remarks
}

// nameOf is the name of somebody in the directory.
func (rq request) nameOf(entra string) string {
	p, _ := rq.Directory().PersonByEntra(entra)
	return p.Name
}
