package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

const (
	meetingTitle    = "The meeting"
	meetingMay      = "A meeting may be held if it is required."
	meetingStands   = "%s (files a written statement in its place)"
	meetingAdHoc    = "decided at the time of the meeting, as appropriate"
	meetingChair    = "Chaired by"
	meetingMinutes  = "Minuted by"
	meetingInvited  = "Invited"
	meetingMust     = "Must attend"
	meetingOptional = "May attend"
	meetingNot      = "Does not attend"
	meetingHoldBy   = "Hold it and answer by"
	meetingOutput   = "The outcome goes to"
	meetingAttended = "Attendees"
)

// meeting adds what a rung's meeting needs, in the roles that the procedure names.
func (b *builder) meeting(rung string) {
	r, ok := b.Ladder.Rung(rung)
	if !ok || r.Meeting == nil {
		return
	}
	m := r.Meeting
	facts := []Fact{
		{meetingChair, b.roles(m.Chair)},
		{meetingMinutes, m.MinutedBy},
		{meetingInvited, b.roles(m.Invite...)},
		{meetingMust, b.roles(m.MustAttend...)},
		{meetingOptional, b.roles(m.Optional...)},
		{meetingNot, b.excluded(r)},
		{meetingOutput, b.roles(m.OutputTo...)},
	}
	if m.AdHoc {
		facts = append(facts, Fact{meetingAttended, meetingAdHoc})
	}
	if v := b.Challenge.Current(); v != nil && v.Rung == rung && b.Challenge.State == challenge.AwaitingResponse && !m.MayHold {
		facts = append(facts, Fact{meetingHoldBy, b.when(v.Deadline.Due)})
	}
	items := []Element{TextBlock{Text: meetingTitle, Bold: true, Heading: true}}
	if m.MayHold {
		items = append(items, TextBlock{Text: meetingMay, Spacing: "Small"})
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
	return list(labels)
}

// excluded are those who stay away from the meeting; who has to file a statement
// before the rung opens speaks through that.
func (b *builder) excluded(r *ladder.Rung) string {
	var out []string
	for _, role := range r.Meeting.Exclude {
		label := b.Ladder.RoleLabel(role)
		if slices.ContainsFunc(r.Gates, func(g ladder.Gate) bool { return g.Kind == ladder.Statement && g.Opener() == role }) {
			label = fmt.Sprintf(meetingStands, label)
		}
		out = append(out, label)
	}
	return list(out)
}
