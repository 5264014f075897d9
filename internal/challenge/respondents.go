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
	judge       Party
	reason      string
	hasOutsider bool // somebody who may answer has no account here
}

// resolveRespondents resolves a rung's people. Nobody answers their own challenge, nobody answers
// and judges the same rung, and somebody standing in for another is not asked
// again after having been asked on another rung: that would be no escalation.
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
		for _, p := range tr.partiesInRole(role) {
			repeats := p.ID != "" && p.CoverFor != "" && tr.c.wasRespondentOnOtherRung(p.ID, r.ID) && !r.Respondents.MayRepeat
			if p.ID == tr.c.Chair.ID || p.ID == judge.ID || repeats {
				a.reason = "conflict"
				continue
			}
			switch answers := replier == "" || role == replier; {
			case answers && p.ID == "":
				a.hasOutsider = true
			case answers && !slices.Contains(a.repliers, p.ID):
				a.repliers = append(a.repliers, p.ID)
			}
			if !slices.ContainsFunc(a.respondents, func(q Party) bool { return q.Person == p.Person }) {
				a.respondents = append(a.respondents, p)
			}
		}
	}
	return a
}

// partyWhoAsks is who puts the challenge on the rung, and records the reply of somebody
// who has no account here.
func (tr *transition) partyWhoAsks(r *ladder.Rung) Party {
	if r.AskedBy != "" {
		if hs := tr.reachableInRole(r.AskedBy); len(hs) > 0 {
			return hs[0]
		}
	}
	return tr.chairParty()
}

// judgeFor is who judges the rung; the chair when the role that should is vacant.
func (tr *transition) judgeFor(r *ladder.Rung) Party {
	if hs := tr.reachableInRole(r.JudgeRole()); len(hs) > 0 {
		return hs[0]
	}
	return tr.chairParty()
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
