package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

// shorterIDs are the inputs of a request for a shorter time.
var shorterIDs = []string{InShorterDays, InShorterReason}

// shorter asks for an answer sooner than the ladder's window, behind a button.
func (s *section) shorter(k *ladder.Shorten) {
	box := s.data.Inputs + "shorter_box"
	items := []Element{TextBlock{Text: fmt.Sprintf(s.b.w.Shorter.Never, k.Source), Size: "Small"}}
	items = append(items, s.input(Input{Kind: InputText, ID: InShorterDays, Label: s.b.w.Shorter.Days, MaxLength: 3})...)
	items = append(items, s.input(Input{Kind: InputText, ID: InShorterReason, Label: s.b.w.Shorter.Reason, Multiline: true, MaxLength: challenge.MaxText})...)
	shown := s.active && slices.ContainsFunc(shorterIDs, func(id string) bool {
		return s.b.o.Typed[id] != "" || s.b.o.Said != nil && s.b.o.Said.Fields[id] != ""
	})
	s.say(ActionSet{Actions: []Action{Toggle{Title: s.b.w.Shorter.Open, Target: box}}}, Container{ID: box, Items: items, Hidden: !shown})
}

// shortens is the rule by which the judge may ask for the next answer sooner, nil
// when it is not theirs to ask.
func (b *builder) shortens() *ladder.Shorten {
	k := b.Ladder.Shorten
	if k == nil || k.By != b.at.Judge.Role && (k.By != ladder.RoleChair || b.o.Viewer != b.Challenge.Chair.ID) {
		return nil
	}
	return k
}

// whySooner adds the reason for a shorter time.
func (b *builder) whySooner() {
	if b.at != nil && b.at.Shorter != nil {
		b.long(b.w.Shorter.Label, b.at.Shorter.Reason)
	}
}

// sooner is the reason for a shorter time as a step of the history tells it.
func (b *builder) sooner(s *challenge.Shorter) []Fact {
	if s == nil {
		return nil
	}
	return []Fact{{b.w.Shorter.Label, s.Reason}}
}
