package cards

import (
	"cmp"
	"fmt"
	"strings"

	"challengebot/internal/challenge"
)

// describeHandover tells of a passing on.
func (b *builder) describeHandover(rung string, h challenge.HandedOver) string {
	where := b.rungLabel(rung)
	if h.Task == challenge.TaskGate {
		where = b.findGate(rung, h.Gate).Label
	}
	return fmt.Sprintf(b.words.StandIn.Handovers[h.Manner()], where, b.formatParty(h.From), b.formatParty(h.To))
}

// describeGaps tells where nobody is left, a sentence each.
func (b *builder) describeGaps(gaps []challenge.Gap) string {
	if len(gaps) == 0 {
		return b.words.StandIn.AttendedAgain
	}
	var said []string
	for _, g := range gaps {
		said = append(said, b.describeGap(g))
	}
	return strings.Join(said, " ")
}

func (b *builder) describeGap(g challenge.Gap) string {
	w, role := &b.words.StandIn, b.Ladder.RoleLabel(g.Role)
	switch {
	case g.Reason == challenge.GapPlace:
		return fmt.Sprintf(w.PlaceUnknown, b.Challenge.Ref)
	case g.Reason == challenge.GapCalendar:
		return w.CalendarEnds
	case g.Task == challenge.TaskChair:
		return fmt.Sprintf(w.ChairLeft, g.Name, b.Challenge.Ref)
	case g.Task == challenge.TaskAsking:
		return fmt.Sprintf(w.AskedByChair, role)
	case g.Reason == challenge.GapConflict:
		return fmt.Sprintf(w.JudgeConflict, role)
	case g.Task == challenge.TaskJudgement && g.Name == "":
		return fmt.Sprintf(w.JudgedByChair, role)
	}
	task := w.Tasks[g.Task]
	if g.Task == challenge.TaskGate {
		task = fmt.Sprintf(task, b.findGate(b.Challenge.Rung, g.Gate).Label)
	}
	who := fmt.Sprintf(w.RoleOfNobody, role)
	if g.Name != "" {
		who = g.Name + " (" + role + ")"
	}
	return fmt.Sprintf(cmp.Or(w.Gaps[g.Reason], w.Gaps[challenge.GapVacant]), task, who)
}

// addGaps says at the top of a card where nobody is left.
func (b *builder) addGaps() {
	if len(b.Challenge.Gaps) == 0 {
		return
	}
	items := []Element{TextBlock{Text: b.words.StandIn.Heading, Bold: true}}
	for _, g := range b.Challenge.Gaps {
		items = append(items, TextBlock{Text: b.describeGap(g)})
	}
	b.add(Container{Style: "warning", Items: items})
}

// buildNoLongerYours is what becomes of a card of somebody who may not read the challenge any
// more: they have left the directory, or stood in for a while.
func (b *builder) buildNoLongerYours() {
	b.opening = nil
	b.addHeading(b.cardTitle(""))
	b.summary = fmt.Sprintf(b.words.Respond.SummaryEnded, b.Challenge.Ref)
	b.add(TextBlock{Text: b.words.StandIn.NoLongerYours})
	b.noRefresh, b.final = true, !b.Challenge.State.IsOpen()
}
