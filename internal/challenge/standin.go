package challenge

import (
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// seat is a holding of a role today, as far as the challenge goes: who holds it, and who
// stands in for them, who stands in for that person, and so on.
type seat struct {
	role     directory.Role
	holder   Person
	standIns []directory.Person
}

// seats are the holdings of a role today, the chair's being that of whoever raised the
// challenge.
func (tr *transition) seats(role directory.Role) []seat {
	if role == directory.RoleChair {
		return []seat{tr.chairSeat()}
	}
	var all []seat
	held, scope := tr.placeOf(role)
	for _, s := range tr.env.Directory.Seats(held, scope, tr.today()) {
		all = append(all, seat{role, Person{ID: s.Holder.Entra, Name: s.Holder.Name}, s.StandIns})
	}
	return all
}

func (tr *transition) chairSeat() seat { return tr.seatOf(tr.c.Chair, directory.RoleChair) }

func (tr *transition) seatOf(holder Person, role directory.Role) seat {
	return seat{role, holder, tr.env.Directory.StandInChain(holder.ID, tr.scope(), tr.today())}
}

// fitness says whether somebody may act for a seat. own: it is their own.
type fitness func(p Person, own bool) bool

// actor is who acts for a seat today: the last of its stand-ins who is there and fits; where
// all of them are away themselves, the last who fits; or else its holder. false: nobody
// fits, the holder neither.
func (tr *transition) actor(s seat, fits fitness) (Party, bool) {
	for _, whoIsAwayToo := range []bool{false, true} {
		for _, p := range slices.Backward(s.standIns) {
			by := Person{ID: p.Entra, Name: p.Name}
			if tr.env.Directory.IsReachable(p) && tr.isAway(by.ID) == whoIsAwayToo && fits(by, false) {
				return Party{Person: by, Role: s.role, CoverFor: s.holder.Name, CoverForID: s.holder.ID}, true
			}
		}
	}
	return Party{Person: s.holder, Role: s.role}, fits(s.holder, true)
}

// isAway reports whether cover is listed for a person today, whether or not anybody is left
// to stand in.
func (tr *transition) isAway(id string) bool {
	return tr.env.Directory.IsAway(id, tr.scope(), tr.today())
}

// isThere reports whether a person can act today: listed, and not away.
func (tr *transition) isThere(id string) bool { return tr.isListed(id) && !tr.isAway(id) }

// isImpartial is the fitness of whoever decides or opens a gate in somebody else's place:
// nobody who is or was asked does.
func (tr *transition) isImpartial(p Person, own bool) bool {
	return p.ID != "" && (own || !tr.c.WasRespondent(p.ID))
}

// neverAsked is the fitness of a judge.
func (tr *transition) neverAsked(p Person, _ bool) bool {
	return p.ID != "" && !tr.c.WasRespondent(p.ID)
}

// mayBeAsked is the fitness of respondents of a rung: nobody answers their own challenge or
// what they judge. Somebody standing in is asked neither again after another rung nor
// before the next, where they will be asked in their own right: that would be no escalation.
func (tr *transition) mayBeAsked(r *ladder.Rung, judge Party) fitness {
	return func(p Person, own bool) bool {
		return tr.obstacleToAsking(r, judge, p.ID, own) == ""
	}
}

// obstacle is what keeps a stand-in from being asked.
type obstacle string

const (
	obstacleRaised   obstacle = "raised"
	obstacleJudges   obstacle = "judges"
	obstacleRepeats  obstacle = "repeats"
	obstacleNextRung obstacle = "next"
)

func (tr *transition) obstacleToAsking(r *ladder.Rung, judge Party, id string, own bool) obstacle {
	switch {
	case id == tr.c.Chair.ID:
		return obstacleRaised
	case id == judge.ID:
		return obstacleJudges
	case own:
		return ""
	case tr.c.wasRespondentOnOtherRung(id, r.ID) && !r.Respondents.MayRepeat:
		return obstacleRepeats
	case tr.isAskedAbove(r, id):
		return obstacleNextRung
	}
	return ""
}

// isAskedAbove reports whether a person holds a role that the next rung asks, and could not
// be asked there again.
func (tr *transition) isAskedAbove(r *ladder.Rung, id string) bool {
	next := tr.env.Ladder.EscalationTarget(r)
	if next == nil || next.Respondents.MayRepeat {
		return false
	}
	return slices.ContainsFunc(next.Respondents.RolesFor(tr.c.Details.Agency), func(role directory.Role) bool {
		return slices.ContainsFunc(tr.seats(role), func(s seat) bool { return s.holder.ID == id && id != "" })
	})
}

// principalOf is the one whose place a party has: themselves, or for whom they stand in.
func (tr *transition) principalOf(p Party) Person {
	if p.CoverFor == "" {
		return p.Person
	}
	if p.CoverForID != "" {
		return Person{ID: p.CoverForID, Name: p.CoverFor}
	}
	// What an earlier version recorded has the name alone.
	if o := tr.c.CurrentOpening(); o != nil {
		for _, h := range slices.Backward(o.Handovers) {
			if h.To.ID == p.ID && h.From.CoverFor == "" && h.From.Name == p.CoverFor {
				return h.From.Person
			}
		}
	}
	for _, s := range tr.seats(p.Role) {
		if s.holder.Name == p.CoverFor {
			return s.holder
		}
	}
	named, _ := tr.env.Directory.PersonByName(p.CoverFor)
	return Person{ID: named.Entra, Name: p.CoverFor}
}
