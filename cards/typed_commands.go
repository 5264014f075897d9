package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/challenge"
)

// inputLabel names what is put back when its input is gone.
func (b *builder) inputLabel(id string) string {
	switch id {
	case FieldText:
		return b.words.Respond.ResponseLabel
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
	}
	return ""
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
