package challenge

import (
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// askedParties is who is asked to answer, who of them may, and who judges.
type askedParties struct {
	respondents []Party
	repliers    []string
	named       []string // of them those who are asked because somebody named them
	judge       Party
	reason      string
	hasOutsider bool // somebody who may answer has no account here
}

// resolveRespondents resolves a rung's people; mayBeAsked says who cannot be.
func (tr *transition) resolveRespondents(r *ladder.Rung) askedParties {
	a := tr.resolveRespondentsExcept(r, tr.judgeFor(r))
	if len(a.repliers) == 0 && a.reason == "conflict" {
		// The only one who could answer is the one who was to judge: the chair judges.
		if again := tr.resolveRespondentsExcept(r, tr.chairParty()); len(again.repliers) > 0 {
			a = again
		}
	}
	if len(a.repliers) == 0 && (a.hasOutsider || r.Respondents.OutsideTenant && a.reason == "vacant") {
		a.repliers = []string{tr.partyWhoAsks(r).ID}
	}
	return a
}

// resolveRespondentsExcept resolves a rung's respondents other than the chair and the judge.
func (tr *transition) resolveRespondentsExcept(r *ladder.Rung, judge Party) askedParties {
	agency := tr.c.Details.Agency
	a := askedParties{reason: "vacant", judge: judge}
	replier := r.Respondents.ResponderFor(agency)
	for _, role := range r.Respondents.RolesFor(agency) {
		for _, s := range tr.seats(role) {
			p, fits := tr.actor(s, tr.mayBeAsked(r, judge))
			if !fits {
				a.reason = "conflict"
				continue
			}
			switch answers := replier == "" || role == replier; {
			case answers && p.ID == "":
				a.hasOutsider = true
			case answers && !slices.Contains(a.repliers, p.ID):
				a.repliers = append(a.repliers, p.ID)
			}
			a.addRespondent(p)
		}
	}
	return a
}

// addRespondent adds somebody once; in their own right, if they have a right of their own.
func (a *askedParties) addRespondent(p Party) {
	i := slices.IndexFunc(a.respondents, func(q Party) bool { return q.Person == p.Person })
	switch {
	case i < 0:
		a.respondents = append(a.respondents, p)
	case a.respondents[i].CoverFor != "" && p.CoverFor == "" && a.respondents[i].Role == p.Role:
		a.respondents[i] = p
	}
}

// partyWhoAsks is who puts the challenge on the rung, and records the reply of somebody
// who has no account here; the chair when the role that should is vacant.
func (tr *transition) partyWhoAsks(r *ladder.Rung) Party {
	if r.AskedBy != "" && r.AskedBy != directory.RoleChair {
		if p, ok := tr.firstActor(r.AskedBy, tr.isImpartial); ok {
			return p
		}
	}
	p, _ := tr.actor(tr.chairSeat(), tr.isImpartial)
	return p
}

// judgeFor is who judges the rung; the chair when the role that should is vacant, or when
// all who hold it were asked themselves.
func (tr *transition) judgeFor(r *ladder.Rung) Party {
	if p, ok := tr.judgeInRole(r); ok {
		return p
	}
	return tr.chairParty()
}

// judgesBeside are those in the further roles that judge, once each.
func (tr *transition) judgesBeside(r *ladder.Rung, judge Party) []Party {
	var beside []Party
	for _, role := range r.AlsoJudge {
		p, ok := tr.firstActor(role, tr.neverAsked)
		if ok && p.ID != "" && p.ID != judge.ID && !slices.ContainsFunc(beside, func(q Party) bool { return q.ID == p.ID }) {
			beside = append(beside, p)
		}
	}
	return beside
}

// judgeInRole is who judges the rung in the role that should.
func (tr *transition) judgeInRole(r *ladder.Rung) (Party, bool) {
	if r.JudgeRole() == directory.RoleChair {
		return tr.chairParty(), true
	}
	return tr.firstActor(r.JudgeRole(), tr.neverAsked)
}

// firstActor is the first who acts in a role today and fits.
func (tr *transition) firstActor(role directory.Role, fits fitness) (Party, bool) {
	for _, s := range tr.seats(role) {
		if p, ok := tr.actor(s, fits); ok {
			return p, true
		}
	}
	return Party{}, false
}

// meetingParties are those who hold a role in the rung's meeting today, each role once.
func (tr *transition) meetingParties(r *ladder.Rung) []Party {
	m := r.Meeting
	if m == nil {
		return nil
	}
	var out []Party
	seen := map[directory.Role]bool{"": true}
	for _, role := range slices.Concat([]directory.Role{m.Chair}, m.Invite, m.MustAttend, m.MayAttend, m.Exclude, m.OutputTo) {
		if !seen[role] {
			seen[role] = true
			out = append(out, tr.partiesInRole(role)...)
		}
	}
	return out
}

func (tr *transition) alertedParties(r *ladder.Rung) []Party {
	var out []Party
	for _, role := range r.AlertedRoles {
		out = append(out, tr.reachableInRole(role)...)
	}
	return out
}

// postJudgeCards asks those who judge for their word.
func (tr *transition) postJudgeCards() {
	for _, id := range tr.c.CurrentOpening().judgeIDs() {
		tr.post(Address{Person: id}, CardJudge)
	}
}
