package challenge

import (
	"slices"

	"challengebot/internal/directory"
)

// This file compares whom a challenge waits for with who should be asked today, and plans
// the moves that bring the two together. It changes nothing.

// planHandovers are the moves that are due today. There are none while the challenge's team
// is unknown: nobody could say who has its roles.
func (tr *transition) planHandovers() []CoverHandover {
	o := tr.c.CurrentOpening()
	switch {
	case !tr.isPlaceKnown():
		return nil
	case tr.c.State == StateAwaitingResponse && o != nil:
		return append(tr.planAnswers(o), tr.planRecorders(o)...)
	case (tr.c.State == StateAwaitingJudgement || tr.c.State == StateExhausted) && o != nil:
		return tr.planJudges(o)
	case tr.c.State == StateHeldAtGate && tr.c.Hold != nil:
		return tr.planGates()
	}
	return nil
}

// isPlaceKnown reports whether the directory lists the team and the agency that the
// challenge is about.
func (tr *transition) isPlaceKnown() bool {
	_, team := tr.env.Directory.TeamByID(tr.c.Details.Team)
	_, agency := tr.env.Directory.AgencyByID(tr.c.Details.Agency)
	return team && (agency || tr.c.Details.Agency == "")
}

// askedGroup are those who are asked for one seat: who holds it, who stands in, or both.
type askedGroup struct {
	principal Person
	members   []Party
}

func (g *askedGroup) has(id string) bool {
	return slices.ContainsFunc(g.members, func(p Party) bool { return p.ID == id })
}

// last is who was asked last.
func (g *askedGroup) last() Party { return g.members[len(g.members)-1] }

// groupBySeat sorts parties by whose place they have.
func (tr *transition) groupBySeat(ps []Party) []askedGroup {
	var groups []askedGroup
	for _, p := range ps {
		principal := tr.principalOf(p)
		i := slices.IndexFunc(groups, func(g askedGroup) bool { return g.principal == principal })
		if i < 0 {
			groups = append(groups, askedGroup{principal: principal})
			i = len(groups) - 1
		}
		groups[i].members = append(groups[i].members, p)
	}
	return groups
}

// findSeat is the seat that somebody holds, that in a role before that in others.
func findSeat(seats []seat, holder string, role directory.Role) (seat, bool) {
	i := slices.IndexFunc(seats, func(s seat) bool { return s.holder.ID == holder && s.role == role })
	if i < 0 {
		i = slices.IndexFunc(seats, func(s seat) bool { return s.holder.ID == holder })
	}
	if i < 0 || holder == "" {
		return seat{}, false
	}
	return seats[i], true
}

// seatOfAsked is the seat for which somebody is asked: that of their role, or their own where
// somebody named them.
func (tr *transition) seatOfAsked(o *Opening, seats []seat, holder Person, role directory.Role) (seat, bool) {
	if slices.Contains(o.Named, holder.ID) {
		return tr.seatOf(holder, role), true
	}
	return findSeat(seats, holder.ID, role)
}

// planAnswers are the moves among those who are asked to answer.
func (tr *transition) planAnswers(o *Opening) []CoverHandover {
	rung, ok := tr.env.Ladder.RungByID(o.Rung)
	if !ok {
		return nil
	}
	var seats []seat
	for _, role := range rung.Respondents.RolesFor(tr.c.Details.Agency) {
		seats = append(seats, tr.seats(role)...)
	}
	groups := tr.groupBySeat(o.Respondents)
	taken := map[string]bool{}
	for _, g := range groups {
		taken[g.principal.ID] = true
	}
	for _, h := range o.Handovers {
		if h.Reason == ReasonNotMine && slices.Contains(o.Named, h.To.ID) && tr.isListed(h.To.ID) {
			taken[tr.principalOf(h.From).ID] = true // who said that it is not theirs is not asked again
		}
	}
	var moves []CoverHandover
	for _, g := range groups {
		if g.principal.ID == "" {
			continue // outside the tenant
		}
		fits := func(p Person, own bool) bool {
			return tr.mayBeAsked(rung, o.Judge)(p, own) && (g.has(p.ID) || !o.IsRespondent(p.ID))
		}
		s, held := tr.seatOfAsked(o, seats, g.principal, g.members[0].Role)
		if held && tr.isListed(g.principal.ID) {
			moves = append(moves, tr.moveWithinSeat(g, s, fits)...)
			continue
		}
		moves = append(moves, tr.replaceLost(o, g, seats, taken, fits)...)
	}
	return moves
}

// moveWithinSeat asks who acts for the seat today. Who stood in before may still answer; the
// holder, who is away, is asked no more; who has left the directory neither.
func (tr *transition) moveWithinSeat(g askedGroup, s seat, fits fitness) []CoverHandover {
	to, ok := tr.actor(s, fits)
	if !ok {
		return nil
	}
	var moves []CoverHandover
	if !g.has(to.ID) {
		from := g.last()
		moves = append(moves, CoverHandover{From: from, To: to, Alongside: from.CoverFor != "" && tr.isListed(from.ID)})
	}
	for _, p := range g.members {
		replaced := len(moves) > 0 && moves[0].From.ID == p.ID && !moves[0].Alongside
		if p.ID != to.ID && !replaced && !tr.isListed(p.ID) {
			moves = append(moves, CoverHandover{From: p, To: to, Reason: ReasonLeft})
		}
	}
	return moves
}

// replaceLost asks somebody who holds the role now in the place of one who does not any
// more; or nobody new, where another is asked already. Where there is neither, the question
// stays with who has it.
func (tr *transition) replaceLost(o *Opening, g askedGroup, seats []seat, taken map[string]bool, fits fitness) []CoverHandover {
	reason := ReasonRole
	if !tr.isListed(g.principal.ID) {
		reason = ReasonLeft
	}
	to, found := tr.newcomer(seats, g.members[0].Role, taken, fits)
	if !found {
		to, found = tr.otherRespondent(o, g, seats)
	}
	if !found {
		return nil
	}
	var moves []CoverHandover
	for _, p := range g.members {
		stays := p.CoverFor != "" && tr.isListed(p.ID) // who stood in may finish
		first := len(moves) == 0 && !o.IsRespondent(to.ID)
		if !stays || first && p.ID == g.last().ID {
			moves = append(moves, CoverHandover{From: p, To: to, Alongside: stays, Reason: reason})
		}
	}
	return moves
}

// newcomer is who acts for a seat from which nobody is asked yet, one in that role first.
func (tr *transition) newcomer(seats []seat, role directory.Role, taken map[string]bool, fits fitness) (Party, bool) {
	for _, sameRole := range []bool{true, false} {
		for _, s := range seats {
			if (s.role == role) != sameRole || taken[s.holder.ID] || s.holder.ID == "" {
				continue
			}
			if p, ok := tr.actor(s, fits); ok {
				taken[s.holder.ID] = true
				return p, true
			}
		}
	}
	return Party{}, false
}

// otherRespondent is somebody of another seat who may answer and is there.
func (tr *transition) otherRespondent(o *Opening, g askedGroup, seats []seat) (Party, bool) {
	for _, p := range o.Respondents {
		_, held := findSeat(seats, tr.principalOf(p).ID, p.Role)
		if held && !g.has(p.ID) && o.MayAnswer(p.ID) && tr.isThere(p.ID) {
			return p, true
		}
	}
	return Party{}, false
}

// recorders are those who record the answer of somebody without an account.
func (tr *transition) recorders(o *Opening) []Party {
	rung, _ := tr.env.Ladder.RungByID(o.Rung)
	var found []Party
	for _, id := range o.Responders {
		if o.IsRespondent(id) {
			continue
		}
		p := Party{Person: Person{ID: id}, Role: directory.RoleChair}
		for _, h := range o.Handovers {
			if h.Task == TaskRecording && h.To.ID == id {
				p = h.To
			}
		}
		if id == tr.c.Chair.ID {
			p.Name = tr.c.Chair.Name
		} else if known, listed := tr.env.Directory.PersonByEntra(id); listed {
			p.Name = known.Name
			if p.CoverFor == "" && rung != nil {
				p.Role = rung.AskedBy
			}
		}
		found = append(found, p)
	}
	return found
}

// planRecorders are the moves of the task to record an answer.
func (tr *transition) planRecorders(o *Opening) []CoverHandover {
	recorders := tr.recorders(o)
	rung, ok := tr.env.Ladder.RungByID(o.Rung)
	if !ok || len(recorders) == 0 {
		return nil
	}
	g := askedGroup{members: recorders}
	to := tr.partyWhoAsks(rung)
	if g.has(to.ID) || !tr.isListed(to.ID) || tr.c.WasRespondent(to.ID) {
		return nil
	}
	from := g.last()
	move := CoverHandover{From: from, To: to, Task: TaskRecording}
	switch principal := tr.principalOf(to); {
	case !tr.isListed(from.ID):
		move.Reason = ReasonLeft
	case tr.principalOf(from).ID != principal.ID:
		move.Reason, move.Alongside = ReasonRole, true
	default:
		move.Alongside = from.ID != principal.ID
	}
	return []CoverHandover{move}
}

// planJudges are the moves among those who judge the answer that waits.
func (tr *transition) planJudges(o *Opening) []CoverHandover {
	rung, ok := tr.env.Ladder.RungByID(o.Rung)
	if !ok {
		return nil
	}
	move := func(from, to Party, why HandoverReason) []CoverHandover {
		return []CoverHandover{{From: from, To: to, Task: TaskJudgement, Reason: why}}
	}
	g := askedGroup{principal: tr.principalOf(o.Judge), members: o.Judges()}
	byChair := o.Judge.Role == directory.RoleChair
	if byChair && rung.JudgeRole() != directory.RoleChair {
		if to, held := tr.judgeInRole(rung); held && !g.has(to.ID) {
			return move(o.Judge, to, ReasonHeld)
		}
	}
	s, held := tr.chairSeat(), byChair
	if !byChair {
		s, held = findSeat(tr.seats(o.Judge.Role), g.principal.ID, o.Judge.Role)
	}
	if held && tr.isListed(g.principal.ID) {
		to, fits := tr.actor(s, tr.neverAsked)
		if !fits || g.has(to.ID) {
			return nil
		}
		return []CoverHandover{{From: g.last(), To: to, Task: TaskJudgement, Alongside: tr.isListed(g.last().ID)}}
	}
	why := ReasonRole
	if !tr.isListed(g.principal.ID) {
		why = ReasonLeft
	}
	to, fits := tr.judgeInRole(rung)
	if !fits {
		to = tr.chairParty()
	}
	if g.has(to.ID) || !tr.isListed(to.ID) {
		return nil
	}
	return move(o.Judge, to, why)
}

// gateParties are who should be able to act at a gate for a role today: who acts for each
// seat, and the chair beside their stand-in.
func (tr *transition) gateParties(role directory.Role) []Party {
	var ps []Party
	for _, s := range tr.seats(role) {
		p, ok := tr.actor(s, tr.isImpartial)
		if role == directory.RoleChair && p.ID != s.holder.ID {
			ps = append(ps, Party{Person: s.holder, Role: role})
		}
		if ok && !slices.ContainsFunc(ps, func(q Party) bool { return q.ID == p.ID }) {
			ps = append(ps, p)
		}
	}
	return ps
}

// withAccount leaves out those whom the bot cannot reach for want of an account.
func withAccount(ps []Party) []Party {
	return slices.DeleteFunc(ps, func(p Party) bool { return p.ID == "" })
}

// gateOpeners are the same of who opens a gate: the chair when the role that should is vacant.
func (tr *transition) gateOpeners(role directory.Role) []Party {
	if ps := withAccount(tr.gateParties(role)); len(ps) > 0 {
		return ps
	}
	return tr.gateParties(directory.RoleChair)
}

// planGates are the moves at the gates that shut.
func (tr *transition) planGates() []CoverHandover {
	var moves []CoverHandover
	for _, st := range tr.c.Hold.Gates {
		g, ok := FindGate(tr.env.Ladder, st.Rung, st.Gate)
		if !ok || st.IsCleared() || len(st.Openers) == 0 {
			continue
		}
		role := g.OpenerRole()
		if g.ID == GoOnGateID {
			role = st.Openers[0].Role // who opens it stands in the hold
		}
		open := tr.planGateSide(st, st.Openers, tr.gateOpeners(role))
		if len(st.Consulted) == 0 {
			moves = append(moves, open...)
			continue
		}
		consult := tr.planGateSide(st, st.Consulted, withAccount(tr.gateParties(g.Consultee)))
		moves = append(moves, joinGateSides(open, consult)...)
	}
	return moves
}

// joinGateSides are the moves of both sides of a gate: one where somebody passes both on alike, and
// otherwise each for its side alone.
func joinGateSides(open, consult []CoverHandover) []CoverHandover {
	var moves []CoverHandover
	for _, m := range open {
		if !slices.Contains(consult, m) {
			m.Side = SideOpeners
		}
		moves = append(moves, m)
	}
	for _, m := range consult {
		if !slices.Contains(open, m) {
			m.Side = SideConsulted
			moves = append(moves, m)
		}
	}
	return moves
}

// planGateSide are the moves from those who can act at a gate to those who should.
func (tr *transition) planGateSide(st GateState, have, want []Party) []CoverHandover {
	seatOf := func(p Party) string { return tr.principalOf(p).ID }
	isWanted := func(p Party) bool {
		return slices.ContainsFunc(want, func(w Party) bool { return seatOf(w) == seatOf(p) })
	}
	has := func(id string) bool { return slices.ContainsFunc(have, func(p Party) bool { return p.ID == id }) }
	gone := map[string]bool{}
	var moves []CoverHandover
	for _, w := range want {
		if has(w.ID) {
			continue
		}
		i := slices.IndexFunc(have, func(p Party) bool { return seatOf(p) == seatOf(w) && !gone[p.ID] })
		within := i >= 0
		if !within {
			i = slices.IndexFunc(have, func(p Party) bool { return !isWanted(p) && !gone[p.ID] })
		}
		if i < 0 {
			continue // one more who holds the role: there are others who can act
		}
		move := CoverHandover{From: have[i], To: w, Task: TaskGate, Gate: st.Gate}
		switch {
		case !tr.isListed(have[i].ID):
			move.Reason = ReasonLeft
		case within:
			move.Alongside = true
		case have[i].Role == directory.RoleChair:
			move.Reason = ReasonHeld
		default:
			move.Reason = ReasonRole
		}
		gone[have[i].ID] = !move.Alongside
		moves = append(moves, move)
	}
	for _, p := range have { // who is needed no more, where somebody else is there
		i := slices.IndexFunc(want, func(w Party) bool { return has(w.ID) && w.ID != p.ID && tr.isListed(w.ID) })
		if i >= 0 && !gone[p.ID] && (!tr.isListed(p.ID) || !isWanted(p) && p.CoverFor == "") {
			gone[p.ID] = true
			moves = append(moves, CoverHandover{From: p, To: want[i], Task: TaskGate, Gate: st.Gate, Reason: tr.lostBy(p)})
		}
	}
	return moves
}

// lostBy is why somebody who is not needed any more had the task.
func (tr *transition) lostBy(p Party) HandoverReason {
	if !tr.isListed(p.ID) {
		return ReasonLeft
	}
	return ReasonRole
}
