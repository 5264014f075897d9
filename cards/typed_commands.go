package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"challengebot/internal/challenge"
)

// inputLabel names what is put back when its input is gone.
func (b *builder) inputLabel(id string) string {
	switch id {
	case FieldText:
		return b.words.Respond.ResponseLabel
	case FieldRecordNumber:
		return b.recordNumberLabel()
	case FieldCategories:
		return b.words.Label.Categories
	case FieldReason:
		return b.words.Label.Reason
	case FieldNote:
		return b.words.Label.Note
	case FieldEvidence:
		return b.words.Label.Evidence
	case FieldConcern:
		return b.words.Label.Concern
	case FieldAsk:
		return b.words.Label.AskedFor
	case FieldContact:
		return b.words.Label.Contact
	case FieldShorterReason:
		return b.words.ShorterTime.Label
	case FieldStartReason:
		return b.words.Form.StartReason
	case FieldTo:
		return b.words.Challenge.SkipTo
	case FieldGround:
		return b.words.Challenge.SkipGround
	case FieldTeam:
		return b.words.StandIn.MoveTo
	case FieldOwner:
		return b.words.StandIn.OwnerWho
	case FieldSuccessor:
		return b.words.StandIn.SuccessorWho
	case FieldHow:
		return b.words.Respond.AskedHow
	}
	if n, part, ok := parsePlanFieldID(id); ok {
		return fmt.Sprintf(map[string]string{"what": b.words.Respond.ActionWhat, "who": b.words.Respond.ActionWho, "by": b.words.Respond.ActionBy}[part], n)
	}
	return ""
}

// parsePlanFieldID takes the id of a part of a plan's line apart again.
func parsePlanFieldID(id string) (n int, part string, ok bool) {
	number, part, ok := strings.Cut(strings.TrimPrefix(id, "plan_"), "_")
	n, err := strconv.Atoi(number)
	return n, part, ok && err == nil && PlanFieldID(n, part) == id && slices.Contains([]string{"what", "who", "by"}, part)
}

// compareInputIDs puts inputs into the order of the alphabet, the lines of a plan into their own.
func compareInputIDs(a, b string) int {
	n, partA, planA := parsePlanFieldID(a)
	m, partB, planB := parsePlanFieldID(b)
	if !planA || !planB {
		return strings.Compare(a, b)
	}
	order := []string{"what", "who", "by"}
	return cmp.Or(cmp.Compare(n, m), cmp.Compare(slices.Index(order, partA), slices.Index(order, partB)))
}

// The commands that do by typing what a card's buttons do.

func (b *builder) openCommand() string {
	return fmt.Sprintf(b.words.TypedCommand.Open, b.Challenge.Ref)
}

func (b *builder) respondCommand(plan bool) string {
	s := fmt.Sprintf(b.words.TypedCommand.Respond, b.Challenge.Ref)
	if plan {
		s += b.words.TypedCommand.PlanLines
	}
	return s
}

func (b *builder) judgeCommands(partly, shorter bool) string {
	t, ref, more := b.words.TypedCommand, b.Challenge.Ref, ""
	if shorter {
		more = t.ShorterTime
	}
	s := fmt.Sprintf(t.Satisfied, ref)
	if partly {
		s += t.OrSeparator + fmt.Sprintf(t.Partly, ref) + more
	}
	return s + t.OrSeparator + fmt.Sprintf(t.NotSatisfied, ref) + more
}

func (b *builder) gateCommand(gate string, statuses []challenge.GateStatus) string {
	var says []string
	for _, s := range statuses {
		says = append(says, b.words.TypedCommand.GateStatuses[s])
	}
	return fmt.Sprintf(b.words.TypedCommand.Gate, b.Challenge.Ref, gate, strings.Join(says, "|"))
}

func (b *builder) skipCommand(to, grounds []Choice) string {
	return fmt.Sprintf(b.words.TypedCommand.Skip, b.Challenge.Ref, joinValues(to), joinValues(grounds))
}

func (b *builder) handOffCommand(to []Choice) string {
	return fmt.Sprintf(b.words.TypedCommand.HandOff, b.Challenge.Ref, joinValues(to))
}

func joinValues(cs []Choice) string {
	var vs []string
	for _, c := range cs {
		vs = append(vs, c.Value)
	}
	return strings.Join(vs, "|")
}
