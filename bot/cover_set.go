package bot

import (
	"context"
	"fmt"
	"slices"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
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
	} else if err := rq.Store.SetCover(ctx, rq.idempotencyKey(":cover"), c); err != nil {
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
	var err error
	v.HandedOver, v.NotHandedOver, err = rq.handOverChallenges(ctx, c.Person)
	if err == nil && len(v.HandedOver)+len(v.NotHandedOver) == 0 {
		v.Remarks = append(v.Remarks, fmt.Sprintf(rq.words.StandIn.NothingWaits, rq.nameOf(c.Person)))
	}
	return v, err
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
