package cards

import (
	"fmt"
	"strings"

	"challengebot/internal/challenge"
)

// typedLabel names what is put back when its input is gone.
func (b *builder) typedLabel(id string) string {
	switch id {
	case InText:
		return b.w.Respond.Text
	case InReason:
		return b.w.Label.Reason
	case InNote:
		return b.w.Label.Note
	case InEvidence:
		return b.w.Label.Evidence
	case InConcern:
		return b.w.Label.Concern
	case InAsk:
		return b.w.Label.Ask
	case InContact:
		return b.w.Label.Contact
	case InShorterReason:
		return b.w.Shorter.Label
	}
	return ""
}

// The commands that do by typing what a card's buttons do.

func (b *builder) typeOpen() string { return fmt.Sprintf(b.w.Type.Open, b.Challenge.Ref) }

func (b *builder) typeRespond(plan bool) string {
	s := fmt.Sprintf(b.w.Type.Respond, b.Challenge.Ref)
	if plan {
		s += b.w.Type.Plan
	}
	return s
}

func (b *builder) typeJudge(partly, shorter bool) string {
	t, ref, more := b.w.Type, b.Challenge.Ref, ""
	if shorter {
		more = t.Sooner
	}
	s := fmt.Sprintf(t.Satisfied, ref)
	if partly {
		s += t.Or + fmt.Sprintf(t.Partly, ref) + more
	}
	return s + t.Or + fmt.Sprintf(t.NotSatisfied, ref) + more
}

func (b *builder) typeGate(gate string, statuses []challenge.GateStatus) string {
	var says []string
	for _, s := range statuses {
		says = append(says, b.w.Type.Status[s])
	}
	return fmt.Sprintf(b.w.Type.Gate, b.Challenge.Ref, gate, strings.Join(says, "|"))
}

func (b *builder) typeSkip(to, grounds []Choice) string {
	return fmt.Sprintf(b.w.Type.Skip, b.Challenge.Ref, values(to), values(grounds))
}

func (b *builder) typeHandOff(to []Choice) string {
	return fmt.Sprintf(b.w.Type.HandOff, b.Challenge.Ref, values(to))
}

func values(cs []Choice) string {
	var vs []string
	for _, c := range cs {
		vs = append(vs, c.Value)
	}
	return strings.Join(vs, "|")
}
