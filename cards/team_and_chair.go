package cards

import (
	"fmt"
	"maps"
	"strings"

	"challengebot/internal/challenge"
)

// addMoveSection offers to say that the child is with another team.
func (b *builder) addMoveSection() {
	var to []Choice
	for _, t := range b.Directory.Teams() {
		if t.ID != b.Challenge.Details.Team {
			to = append(to, Choice{t.Name, t.ID})
		}
	}
	if len(to) == 0 {
		return
	}
	s := b.requiredSection(VerbMove, FieldTeam)
	s.addInput(Input{Kind: InputChoice, ID: FieldTeam, Label: b.words.StandIn.MoveTo, Required: true, Choices: to})
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.Move, b.Challenge.Ref))
	b.addCommandSection(s, b.words.StandIn.Move, b.words.StandIn.MoveButton)
}

// addCorrectSection offers to put right what was written when the challenge was raised.
func (b *builder) addCorrectSection() {
	var categories []Choice
	for _, c := range b.Ladder.Categories {
		categories = append(categories, Choice{c.Label, c.ID})
	}
	d := b.Challenge.Details
	s := b.requiredSection(VerbCorrect, FieldRecordNumber, FieldCategories, FieldReason)
	s.addInput(Input{Kind: InputText, ID: FieldRecordNumber, Label: b.recordNumberLabel(), Required: true, MaxLength: maxRecordNumber, Value: d.RecordNumber})
	if len(categories) > 1 {
		s.addInput(Input{Kind: InputChoice, ID: FieldCategories, Label: b.words.Label.Categories, MultiSelect: true, Choices: categories, Value: strings.Join(d.Categories, ",")})
	}
	s.addTextInput(FieldReason, b.words.StandIn.CorrectReason, true, challenge.MaxText)
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.Correct, b.Challenge.Ref))
	b.addCommandSection(s, b.words.StandIn.Correct, b.words.StandIn.CorrectButton)
}

// addSuccessorSection offers to name who takes over from a chair who has left.
func (b *builder) addSuccessorSection() {
	if _, listed := b.Directory.PersonByEntra(b.Challenge.Chair.ID); listed {
		return
	}
	var who []Choice
	for _, p := range b.snapshot().SuccessorCandidates(b.env()) {
		who = append(who, Choice{p.Name, p.ID})
	}
	if len(who) == 0 {
		return
	}
	s := b.requiredSection(VerbSuccessor, FieldSuccessor)
	s.addInput(Input{Kind: InputChoice, ID: FieldSuccessor, Label: b.words.StandIn.SuccessorWho, Required: true, Choices: who})
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.Successor, b.Challenge.Ref))
	b.addCommandSection(s, fmt.Sprintf(b.words.StandIn.SuccessorTitle, b.Challenge.Chair.Name), b.words.StandIn.SuccessorButton)
}

// asksForOwner reports whether the reader has said that the question is not theirs, and not yet whose.
func (b *builder) asksForOwner() bool { return b.may.PassOn && b.opts.Submitted.Verb == VerbNotMine }

// addNotMineSection asks whose the question is, once the reader has said that it is not theirs: a
// client sends nothing of a card in which the required inputs for the answer stand empty.
func (b *builder) addNotMineSection() {
	if !b.asksForOwner() {
		return
	}
	if p, known := b.Directory.PersonByEntra(b.opts.TypedValues[FieldOwner]); known {
		b.opts.TypedValues = maps.Clone(b.opts.TypedValues) // what was typed comes back as a name
		b.opts.TypedValues[FieldOwner] = p.Name
	}
	s := b.requiredSection(VerbNotMine, FieldOwner)
	s.addInput(Input{Kind: InputText, ID: FieldOwner, Label: b.words.StandIn.OwnerWho, Required: true, MaxLength: challenge.MaxName})
	s.addTypedCommand(fmt.Sprintf(b.words.TypedCommand.NotMine, b.Challenge.Ref))
	b.addCommandSection(s, b.words.StandIn.NotMine, b.words.StandIn.NotMineButton)
}

// describeMove tells of a move to another team.
func (b *builder) describeMove(by string, m challenge.Moved) string {
	name := func(id string) string {
		if b.Directory != nil {
			if t, ok := b.Directory.TeamByID(id); ok {
				return t.Name
			}
		}
		return id
	}
	return fmt.Sprintf(b.words.StandIn.Moved, by, name(m.From), name(m.To))
}
