package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// addMeeting adds what a rung's meeting needs, in the roles that the procedure names, and
// with the people who held them when the rung opened.
func (b *builder) addMeeting(rung string) {
	r, ok := b.Ladder.RungByID(rung)
	if !ok || r.Meeting == nil {
		return
	}
	m := r.Meeting
	facts := []Fact{
		{b.words.Meeting.ChairedBy, b.formatAttendees(rung, m.Chair)},
		{b.words.Meeting.MinutedBy, m.MinutedBy},
		{b.words.Meeting.Invited, b.formatAttendees(rung, m.Invite...)},
		{b.words.Meeting.MustAttend, b.formatAttendees(rung, m.MustAttend...)},
		{b.words.Meeting.MayAttend, b.formatAttendees(rung, m.MayAttend...)},
		{b.words.Meeting.DoesNotAttend, b.formatExcluded(r)},
		{b.words.Meeting.OutcomeTo, b.formatAttendees(rung, m.OutputTo...)},
	}
	if m.AttendeesAdHoc {
		facts = append(facts, Fact{b.words.Meeting.Attendees, b.words.Meeting.AdHoc})
	}
	if v := b.Challenge.CurrentOpening(); v != nil && v.Rung == rung && b.Challenge.State == challenge.StateAwaitingResponse && !m.AtRespondentsDiscretion {
		facts = append(facts, Fact{b.words.Meeting.HoldBy, b.formatDateTime(v.Deadline.Due)})
	}
	items := []Element{TextBlock{Text: b.words.Meeting.Title, Bold: true, Heading: true}}
	if m.AtRespondentsDiscretion {
		items = append(items, TextBlock{Text: b.words.Meeting.MayBeHeld, Spacing: "Small"})
	}
	facts = slices.DeleteFunc(facts, func(f Fact) bool { return f.Value == "" })
	b.add(Container{Items: append(items, FactSet{Facts: facts})})
}

// formatAttendees are the people in some roles of the meeting; a role whose people are not
// known, as before the rung opened, stands there by its name.
func (b *builder) formatAttendees(rung string, rs ...directory.Role) string {
	v := b.opening
	if v == nil || v.Rung != rung {
		v = b.Challenge.CurrentOpening()
	}
	var out []string
	for _, role := range rs {
		var ps []challenge.Party
		if v != nil && v.Rung == rung {
			ps = slices.DeleteFunc(slices.Clone(v.MeetingParties), func(p challenge.Party) bool { return p.Role != role })
		}
		switch {
		case len(ps) > 0:
			out = append(out, b.formatParties(ps))
		case role != "":
			out = append(out, b.Ladder.RoleLabel(role))
		}
	}
	return b.words.JoinList(out)
}

// formatRoles are the procedure's names for some roles.
func (b *builder) formatRoles(rs ...directory.Role) string {
	var labels []string
	for _, r := range rs {
		if r != "" {
			labels = append(labels, b.Ladder.RoleLabel(r))
		}
	}
	return b.words.JoinList(labels)
}

// formatExcluded are those who stay away from the meeting; who has to file a statement
// before the rung opens speaks through that.
func (b *builder) formatExcluded(r *ladder.Rung) string {
	var out []string
	for _, role := range r.Meeting.Exclude {
		label := b.formatAttendees(r.ID, role)
		if slices.ContainsFunc(r.Gates, func(g ladder.Gate) bool { return g.Kind == ladder.GateStatement && g.OpenerRole() == role }) {
			label = fmt.Sprintf(b.words.Meeting.FilesStatement, label)
		}
		out = append(out, label)
	}
	return b.words.JoinList(out)
}
