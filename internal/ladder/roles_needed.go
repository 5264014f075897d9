package ladder

import (
	"fmt"
	"maps"
	"slices"

	"challengebot/internal/directory"
)

// RoleNeed is one place at which a ladder needs somebody to hold a role: "answers Stage 2".
// Respondents of a partner agency need no account: whoever asks them does so by telephone or e-mail
// and records their answer.
type RoleNeed struct {
	directory.RoleNeed
	Path string // where in the file: "$.rungs[1].respond.roles[0]"
	// OpensGate says that a gate stays shut when nobody holds the role.
	OpensGate bool
	// MustAct says that whoever holds the role answers, judges or opens a gate: the procedure waits for
	// them.
	MustAct bool
}

// RolesNeeded are all roles that a ladder needs held, in the order of its file. The
// chair is not among them: that is whoever raised the challenge. Nor are
// respondents outside the tenant, whose replies the asker records.
func (l *Ladder) RolesNeeded() []RoleNeed {
	u := &roleCollector{l: l}
	for i := range l.Rungs {
		u.collectRung(i, &l.Rungs[i])
	}
	for i, s := range l.Skips {
		u.collectGates(fmt.Sprintf("$.skips[%d]", i), "a direct entry", s.Gates)
	}
	if e := l.ExternalReferral; e != nil {
		u.addCardRole("$.external.by", "refers to "+e.To, e.ReferredBy)
		u.addRoles("$.external.inform_before", "is told before a referral to "+e.To, e.InformBefore)
		u.addRoles("$.external.consult", "is consulted on a referral to "+e.To, e.Consult)
	}
	if l.Shorten != nil {
		u.addCardRole("$.shorten.by", "may shorten a window", l.Shorten.By)
	}
	for i, r := range l.RecordingRules {
		u.addRole(fmt.Sprintf("$.records[%d].author", i), "writes the note in "+r.System, r.Author)
	}
	for i, n := range l.Alerts {
		u.addCardRoles(fmt.Sprintf("$.notices[%d].to", i), "is told", n.To)
	}
	if l.Oversight != nil {
		u.addRole("$.oversight.role", "oversees", l.Oversight.Role)
	}
	if l.Register != nil {
		u.addCardRoles("$.register.roles", "reads the register", l.Register.Roles)
	}
	if l.Themes != nil {
		u.addRole("$.themes.to", "is told of themes", l.Themes.To)
	}
	for i, r := range l.Reports {
		u.addRole(fmt.Sprintf("$.reports[%d].by", i), "reports", r.By)
	}
	for i := range u.needs {
		if held, own := l.OwnSide[u.needs[i].Role]; own {
			u.needs[i].Role, u.needs[i].Anywhere = held, true
		}
	}
	return u.needs
}

type roleCollector struct {
	l     *Ladder
	needs []RoleNeed
}

func (u *roleCollector) addRole(path, why string, r directory.Role) {
	if r != directory.RoleChair {
		u.needs = append(u.needs, RoleNeed{RoleNeed: directory.RoleNeed{Role: r, Why: why}, Path: path})
	}
}

// addCardRole and cards add roles whose holders are sent a card.
func (u *roleCollector) addCardRole(path, why string, r directory.Role) {
	start := len(u.needs)
	u.addRole(path, why, r)
	u.markNeedsAccount(start)
}

func (u *roleCollector) addCardRoles(path, why string, roles []directory.Role) {
	start := len(u.needs)
	u.addRoles(path, why, roles)
	u.markNeedsAccount(start)
}

func (u *roleCollector) markNeedsAccount(since int) {
	for i := range u.needs[since:] {
		u.needs[since+i].NeedsAccount = true
	}
}

func (u *roleCollector) addRoles(path, why string, roles []directory.Role) {
	for i, r := range roles {
		u.addRole(fmt.Sprintf("%s[%d]", path, i), why, r)
	}
}

func (u *roleCollector) collectRung(i int, r *Rung) {
	path := fmt.Sprintf("$.rungs[%d]", i)
	start := len(u.needs)
	u.addCardRole(path+".asked_by", "puts "+r.Label, r.AskedBy)
	u.addCardRole(path+".judge", "judges "+r.Label, r.Judge)
	u.addCardRoles(path+".also_judge", "judges "+r.Label, r.AlsoJudge)
	u.markMustAct(start)
	u.addCardRoles(path+".alerted", "is alerted of "+r.Label, r.AlertedRoles)
	u.addCardRoles(path+".may_escalate", "may take "+r.Label+" further", r.MayEscalate)
	u.addCardRoles(path+".copy_to", "reads the answer to "+r.Label, r.CopyTo)
	if !r.Respondents.OutsideTenant {
		u.collectRespondents(path+".respond", "answers "+r.Label, &r.Respondents)
	}
	if m := r.Meeting; m != nil {
		u.addRole(path+".meeting.chair", "chairs the meeting of "+r.Label, m.Chair)
		u.addRoles(path+".meeting.must_attend", "attends the meeting of "+r.Label, m.MustAttend)
		u.addRoles(path+".meeting.invite", "is invited to the meeting of "+r.Label, m.Invite)
		u.addRoles(path+".meeting.output_to", "receives the outcome of "+r.Label, m.OutputTo)
	}
	u.collectGates(path, r.Label, r.Gates)
}

// markMustAct marks what was found since.
func (u *roleCollector) markMustAct(since int) {
	for i := range u.needs[since:] {
		u.needs[since+i].MustAct = true
	}
}

func (u *roleCollector) collectRespondents(path, why string, r *Respondents) {
	start := len(u.needs)
	defer func() { u.markMustAct(start) }()
	u.addRoles(path+".roles", why, r.Roles)
	for i := start; i < len(u.needs); i++ {
		u.needs[i].EveryAgency, u.needs[i].NeedsAccount = u.l.Party == PartyPartner, u.l.Party != PartyPartner
	}
	for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
		start := len(u.needs)
		u.addRoles(path+".by_agency."+agency, why, r.ByAgency[agency])
		for i := start; i < len(u.needs); i++ {
			u.needs[i].Agency = agency
		}
	}
}

func (u *roleCollector) collectGates(owner, before string, gates []Gate) {
	for i, g := range gates {
		path := fmt.Sprintf("%s.gates[%d]", owner, i)
		start := len(u.needs)
		u.addCardRole(path+".by", "opens a gate before "+before, g.OpenerRole())
		for j := start; j < len(u.needs); j++ {
			u.needs[j].OpensGate = g.Kind != GateEscalation // that one opens by itself at the end of its window
			u.needs[j].MustAct = u.needs[j].OpensGate
		}
		if g.Consultee != "" {
			u.addCardRole(path+".with", "is asked or told before "+before, g.Consultee)
		}
	}
}
