package ladder

import (
	"fmt"
	"maps"
	"slices"
)

// RoleUse is one place at which a ladder needs somebody to hold a role.
type RoleUse struct {
	Role Role
	Path string // where in the file: "$.rungs[1].respond.roles[0]"
	Why  string // "answers Stage 2"
	// Agency limits the use to challenges about that agency.
	Agency string
	// EveryAgency says that the role is looked for in each agency: a respondent
	// on a ladder for partner agencies.
	EveryAgency bool
	// Opens says that a gate stays shut when nobody holds the role.
	Opens bool
	// Acts says that whoever holds the role answers, judges or opens a gate: the
	// procedure waits for them.
	Acts bool
	// Card says that the bot sends them a card, so that a holder without an account here
	// is none. Respondents of a partner agency are no such use: whoever asks them does so
	// by telephone or e-mail and records their answer.
	Card bool
}

// RoleUses are all roles that a ladder needs held, in the order of its file. The
// chair is not among them: that is whoever raised the challenge. Nor are
// respondents outside the tenant, whose replies the asker records.
func (l *Ladder) RoleUses() []RoleUse {
	u := &uses{l: l}
	for i := range l.Rungs {
		u.rung(i, &l.Rungs[i])
	}
	for i, s := range l.Skips {
		u.gates(fmt.Sprintf("$.skips[%d]", i), "a direct entry", s.Gates)
	}
	if e := l.External; e != nil {
		u.card("$.external.by", "refers to "+e.To, e.By)
		u.each("$.external.inform_before", "is told before a referral to "+e.To, e.InformBefore)
		u.each("$.external.consult", "is consulted on a referral to "+e.To, e.Consult)
	}
	if l.Shorten != nil {
		u.card("$.shorten.by", "may shorten a window", l.Shorten.By)
	}
	for i, r := range l.Records {
		u.add(fmt.Sprintf("$.records[%d].author", i), "writes the note in "+r.System, r.Author)
	}
	for i, n := range l.Notices {
		u.cards(fmt.Sprintf("$.notices[%d].to", i), "is told", n.To)
	}
	if l.Oversight != nil {
		u.add("$.oversight.role", "oversees", l.Oversight.Role)
	}
	if l.Themes != nil {
		u.add("$.themes.to", "is told of themes", l.Themes.To)
	}
	for i, r := range l.Reports {
		u.add(fmt.Sprintf("$.reports[%d].by", i), "reports", r.By)
	}
	return u.found
}

type uses struct {
	l     *Ladder
	found []RoleUse
}

func (u *uses) add(path, why string, r Role) {
	if r != RoleChair {
		u.found = append(u.found, RoleUse{Role: r, Path: path, Why: why})
	}
}

// card and cards add roles whose holders are sent a card.
func (u *uses) card(path, why string, r Role) {
	start := len(u.found)
	u.add(path, why, r)
	u.sent(start)
}

func (u *uses) cards(path, why string, roles []Role) {
	start := len(u.found)
	u.each(path, why, roles)
	u.sent(start)
}

func (u *uses) sent(since int) {
	for i := range u.found[since:] {
		u.found[since+i].Card = true
	}
}

func (u *uses) each(path, why string, roles []Role) {
	for i, r := range roles {
		u.add(fmt.Sprintf("%s[%d]", path, i), why, r)
	}
}

func (u *uses) rung(i int, r *Rung) {
	path := fmt.Sprintf("$.rungs[%d]", i)
	start := len(u.found)
	u.card(path+".asked_by", "puts "+r.Label, r.Asked)
	u.card(path+".judge", "judges "+r.Label, r.Judge)
	u.acts(start)
	u.cards(path+".alerted", "is alerted of "+r.Label, r.Alerted)
	if !r.Respond.Outside {
		u.respondents(path+".respond", "answers "+r.Label, &r.Respond)
	}
	if m := r.Meeting; m != nil {
		u.add(path+".meeting.chair", "chairs the meeting of "+r.Label, m.Chair)
		u.each(path+".meeting.must_attend", "attends the meeting of "+r.Label, m.MustAttend)
		u.each(path+".meeting.invite", "is invited to the meeting of "+r.Label, m.Invite)
		u.each(path+".meeting.output_to", "receives the outcome of "+r.Label, m.OutputTo)
	}
	u.gates(path, r.Label, r.Gates)
}

// acts marks what was found since.
func (u *uses) acts(since int) {
	for i := range u.found[since:] {
		u.found[since+i].Acts = true
	}
}

func (u *uses) respondents(path, why string, r *Respond) {
	start := len(u.found)
	defer func() { u.acts(start) }()
	u.each(path+".roles", why, r.Roles)
	for i := start; i < len(u.found); i++ {
		u.found[i].EveryAgency, u.found[i].Card = u.l.Party == Partner, u.l.Party != Partner
	}
	for _, agency := range slices.Sorted(maps.Keys(r.ByAgency)) {
		start := len(u.found)
		u.each(path+".by_agency."+agency, why, r.ByAgency[agency])
		for i := start; i < len(u.found); i++ {
			u.found[i].Agency = agency
		}
	}
}

func (u *uses) gates(owner, before string, gates []Gate) {
	for i, g := range gates {
		path := fmt.Sprintf("%s.gates[%d]", owner, i)
		start := len(u.found)
		u.card(path+".by", "opens a gate before "+before, g.Opener())
		for j := start; j < len(u.found); j++ {
			u.found[j].Opens = g.Kind != EscalateBy // that one opens by itself at the end of its window
			u.found[j].Acts = u.found[j].Opens
		}
		if g.With != "" {
			u.card(path+".with", "is asked or told before "+before, g.With)
		}
	}
}
