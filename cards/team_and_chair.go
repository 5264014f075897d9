package cards

import (
	"fmt"

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
