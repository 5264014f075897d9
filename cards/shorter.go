package cards

import (
	"fmt"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
)

const (
	shorterOpen   = "Ask for an answer sooner than the procedure says"
	shorterDays   = "Within how many working days"
	shorterReason = "Why it is needed sooner"
	shorterLabel  = "Why the answer is needed sooner"
	shorterNever  = "It can only be sooner, never later: %s"
)

// shorterIDs are the inputs of a request for a shorter time.
var shorterIDs = []string{InShorterDays, InShorterReason}

// shorter asks for an answer sooner than the ladder's window, behind a button.
func (s *section) shorter(k *ladder.Shorten) {
	box := s.data.Inputs + "shorter_box"
	items := []Element{TextBlock{Text: fmt.Sprintf(shorterNever, k.Source), Size: "Small"}}
	items = append(items, s.input(Input{Kind: InputText, ID: InShorterDays, Label: shorterDays, MaxLength: 3})...)
	items = append(items, s.input(Input{Kind: InputText, ID: InShorterReason, Label: shorterReason, Multiline: true, MaxLength: challenge.MaxText})...)
	shown := s.active && slices.ContainsFunc(shorterIDs, func(id string) bool {
		return s.b.o.Typed[id] != "" || s.b.o.Said != nil && s.b.o.Said.Fields[id] != ""
	})
	s.say(ActionSet{Actions: []Action{Toggle{Title: shorterOpen, Target: box}}}, Container{ID: box, Items: items, Hidden: !shown})
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
		b.long(shorterLabel, b.at.Shorter.Reason)
	}
}

// sooner is the reason for a shorter time as a step of the history tells it.
func sooner(s *challenge.Shorter) []Fact {
	if s == nil {
		return nil
	}
	return []Fact{{shorterLabel, s.Reason}}
}
