package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// shorterTimeFields are the inputs of a request for a shorter time.
var shorterTimeFields = []string{FieldShorterDays, FieldShorterReason}

// addShorterTime asks for an answer sooner than the ladder's window, behind the button that it
// returns.
func (s *section) addShorterTime(k *ladder.ShortenRule) Button {
	box := s.data.InputPrefix + "shorter_box"
	shown := s.active && slices.ContainsFunc(shorterTimeFields, func(id string) bool {
		return s.b.opts.TypedValues[id] != "" || s.b.opts.Refusal != nil && s.b.opts.Refusal.Fields[id] != ""
	})
	s.addElements(Container{ID: box, Items: s.shorterTimeInputs(k), Hidden: !shown})
	return ToggleButton{Title: s.b.words.ShorterTime.Open, Target: box, Rare: true}
}

func (s *section) shorterTimeInputs(k *ladder.ShortenRule) []Element {
	items := []Element{TextBlock{Text: fmt.Sprintf(s.b.words.ShorterTime.NeverLater, k.Source), Size: "Small"}}
	items = append(items, s.prepareInput(Input{Kind: InputText, ID: FieldShorterDays, Label: s.b.words.ShorterTime.Days, MaxLength: 3})...)
	return append(items, s.prepareInput(Input{Kind: InputText, ID: FieldShorterReason, Label: s.b.words.ShorterTime.Reason, Multiline: true, MaxLength: challenge.MaxText})...)
}

// shorterTimeRule is the rule by which the judge may ask for the next answer sooner, nil
// when it is not theirs to ask.
func (b *builder) shorterTimeRule() *ladder.ShortenRule {
	k := b.Ladder.Shorten
	if k == nil || k.By != b.opening.Judge.Role && (k.By != directory.RoleChair || b.opts.ViewerID != b.Challenge.Chair.ID) {
		return nil
	}
	return k
}

// addShorterTimeReason adds the reason for a shorter time.
func (b *builder) addShorterTimeReason() {
	if b.opening != nil && b.opening.ShorterWindow != nil {
		b.addLongText(b.words.ShorterTime.Label, b.opening.ShorterWindow.Reason)
	}
}

// shorterTimeFacts is the reason for a shorter time as a step of the history tells it.
func (b *builder) shorterTimeFacts(s *challenge.ShorterWindow) []Fact {
	if s == nil {
		return nil
	}
	return []Fact{{b.words.ShorterTime.Label, s.Reason}}
}
