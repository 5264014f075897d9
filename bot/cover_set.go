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
	if err := rq.passOn(ctx, cover.Person, cover.StandIn, v); err != nil {
		return err
	}
	if len(v.HandedOver)+len(v.NotHandedOver) == 0 {
		v.Remarks = append(v.Remarks, fmt.Sprintf(rq.words.StandIn.NothingWaits, rq.nameOf(cover.Person)))
	}
	return nil
}

// passOn brings what waits for a person, or for who stood in for them, to whom it is for today.
// named is who was said to stand in. Of challenges out of reach of the cover whoever set
// it learns nothing.
func (rq request) passOn(ctx context.Context, person, named string, v *cards.CoverView) error {
	waiting, err := rq.listConcerned(ctx, person, named)
	if err != nil {
		return err
	}
	for _, c := range waiting {
		ref := c.Challenge.Ref
		out, _, err := rq.applyCommand(ctx, rq.idempotencyKey(":"+ref), storage.LookupKey{ID: c.Challenge.ID}, func(challenge.Snapshot) (challenge.Command, error) {
			return challenge.HandOver{AwayID: person}, nil
		})
		refusal := out.Refusal
		switch {
		case (refusal != nil || errors.As(err, &refusal)) && (refusal.Code == challenge.CodeMovedOn || !rq.rights(c).Read):
		case refusal != nil:
			v.NotHandedOver = append(v.NotHandedOver, rq.words.TranslateRefusal(refusal).Sentence)
		case err != nil && !errors.Is(err, storage.ErrUnavailable):
			rq.Logger.Error("a challenge could not be handed over; the others are", "challenge", c.Challenge.ID, "activity", rq.activity.ID)
			v.NotHandedOver = append(v.NotHandedOver, ref+": "+rq.words.Bot.ChallengeUnreadable)
		case err != nil:
			return err
		default:
			v.HandedOver = append(v.HandedOver, ref)
			if to := lastHandover(out.Snapshot).To; to.ID != named {
				v.Remarks = append(v.Remarks, fmt.Sprintf(rq.words.StandIn.WillAct, ref, to.Name))
			}
		}
	}
	return nil
}

// listConcerned lists what waits for a person, and for everybody named to stand in for them.
func (rq request) listConcerned(ctx context.Context, person, named string) ([]challenge.Snapshot, error) {
	people := []string{person, named}
	for _, c := range rq.Directory().CurrentCover(rq.today()) {
		if c.For.Entra == person && !slices.Contains(people, c.By.Entra) {
			people = append(people, c.By.Entra)
		}
	}
	var all []challenge.Snapshot
	for _, id := range people {
		if id == "" {
			continue
		}
		waiting, err := rq.Lists.ListWaitingFor(ctx, id, maxHandOvers)
		if err != nil && !rq.isPartlyUnreadable(err) {
			return nil, err
		}
		for _, c := range waiting {
			if !slices.ContainsFunc(all, func(have challenge.Snapshot) bool { return have.Challenge.ID == c.Challenge.ID }) {
				all = append(all, c)
			}
		}
	}
	return all, nil
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
	return append(remarks, rq.remarksOnObstacles(c)...)
}

// remarksOnObstacles are the challenges in which who was named could not be asked.
func (rq request) remarksOnObstacles(c directory.CoverSetting) []string {
	var remarks []string
	said := map[challenge.StandInObstacle]bool{}
	for _, l := range rq.Ladders {
		for _, o := range challenge.StandInObstacles(c.Person, c.StandIn, rq.env(l)) {
			if !said[o] {
				said[o] = true
				remarks = append(remarks, fmt.Sprintf(rq.words.StandIn.Obstacles[o], rq.nameOf(c.StandIn), rq.nameOf(c.Person)))
			}
		}
	}
	return remarks
}

// nameOf is the name of somebody in the directory.
func (rq request) nameOf(entra string) string {
	p, _ := rq.Directory().PersonByEntra(entra)
	return p.Name
}
