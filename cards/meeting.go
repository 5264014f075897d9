package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// meeting adds what a rung's meeting needs, in the roles that the procedure names, and
// with the people who held them when the rung opened.
func (b *builder) meeting(rung string) {
	r, ok := b.Ladder.Rung(rung)
	if !ok || r.Meeting == nil {
		return
	}
	m := r.Meeting
	facts := []Fact{
		{b.w.Meeting.Chair, b.attending(rung, m.Chair)},
		{b.w.Meeting.Minutes, m.MinutedBy},
		{b.w.Meeting.Invited, b.attending(rung, m.Invite...)},
		{b.w.Meeting.Must, b.attending(rung, m.MustAttend...)},
		{b.w.Meeting.Optional, b.attending(rung, m.Optional...)},
		{b.w.Meeting.Not, b.excluded(r)},
		{b.w.Meeting.Output, b.attending(rung, m.OutputTo...)},
	}
	if m.AdHoc {
		facts = append(facts, Fact{b.w.Meeting.Attended, b.w.Meeting.AdHoc})
	}
	if v := b.Challenge.Current(); v != nil && v.Rung == rung && b.Challenge.State == challenge.AwaitingResponse && !m.MayHold {
		facts = append(facts, Fact{b.w.Meeting.HoldBy, b.when(v.Deadline.Due)})
	}
	items := []Element{TextBlock{Text: b.w.Meeting.Title, Bold: true, Heading: true}}
	if m.MayHold {
		items = append(items, TextBlock{Text: b.w.Meeting.May, Spacing: "Small"})
	}
	facts = slices.DeleteFunc(facts, func(f Fact) bool { return f.Value == "" })
	b.add(Container{Items: append(items, FactSet{Facts: facts})})
}

// attending are the people in some roles of the meeting; a role whose people are not
// known, as before the rung opened, stands there by its name.
func (b *builder) attending(rung string, rs ...ladder.Role) string {
	v := b.at
	if v == nil || v.Rung != rung {
		v = b.Challenge.Current()
	}
	var out []string
	for _, role := range rs {
		var ps []challenge.Party
		if v != nil && v.Rung == rung {
			ps = slices.DeleteFunc(slices.Clone(v.Meeting), func(p challenge.Party) bool { return p.Role != role })
		}
		switch {
		case len(ps) > 0:
			out = append(out, b.parties(ps))
		case role != "":
			out = append(out, b.Ladder.RoleLabel(role))
		}
	}
	return b.w.List(out)
}

// roles are the procedure's names for some roles.
func (b *builder) roles(rs ...ladder.Role) string {
	var labels []string
	for _, r := range rs {
		if r != "" {
			labels = append(labels, b.Ladder.RoleLabel(r))
		}
	}
	return b.w.List(labels)
}

// excluded are those who stay away from the meeting; who has to file a statement
// before the rung opens speaks through that.
func (b *builder) excluded(r *ladder.Rung) string {
	var out []string
	for _, role := range r.Meeting.Exclude {
		label := b.attending(r.ID, role)
		if slices.ContainsFunc(r.Gates, func(g ladder.Gate) bool { return g.Kind == ladder.Statement && g.Opener() == role }) {
			label = fmt.Sprintf(b.w.Meeting.Stands, label)
		}
		out = append(out, label)
	}
	return b.w.List(out)
}
