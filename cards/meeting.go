package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// meeting adds what a rung's meeting needs, in the roles that the procedure names.
func (b *builder) meeting(rung string) {
	r, ok := b.Ladder.Rung(rung)
	if !ok || r.Meeting == nil {
		return
	}
	m := r.Meeting
	facts := []Fact{
		{b.w.Meeting.Chair, b.roles(m.Chair)},
		{b.w.Meeting.Minutes, m.MinutedBy},
		{b.w.Meeting.Invited, b.roles(m.Invite...)},
		{b.w.Meeting.Must, b.roles(m.MustAttend...)},
		{b.w.Meeting.Optional, b.roles(m.Optional...)},
		{b.w.Meeting.Not, b.excluded(r)},
		{b.w.Meeting.Output, b.roles(m.OutputTo...)},
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
		label := b.Ladder.RoleLabel(role)
		if slices.ContainsFunc(r.Gates, func(g ladder.Gate) bool { return g.Kind == ladder.Statement && g.Opener() == role }) {
			label = fmt.Sprintf(b.w.Meeting.Stands, label)
		}
		out = append(out, label)
	}
	return b.w.List(out)
}
