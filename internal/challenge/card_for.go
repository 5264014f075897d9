package challenge

import (
	"slices"

	"challengebot/internal/permission"
)

// CardFor is the card on which a person can do what is theirs to do now, and its opening.
func (c *Challenge) CardFor(id string) (Card, int) {
	n := len(c.Openings)
	opening := c.CurrentOpening()
	switch {
	case c.State == StateAwaitingJudgement && slices.Contains(opening.judgeIDs(), id):
		return CardJudge, n
	case c.State == StateExhausted && slices.Contains(c.WaitingFor(), id):
		return CardChallenge, n
	case c.State == StateHeldAtGate && slices.Contains(c.WaitingFor(), id):
		return CardGate, n
	case id == c.Chair.ID:
		return CardChallenge, n
	case c.WasRespondent(id):
		return CardRespond, c.OpeningFor(id)
	default:
		return CardOversight, n
	}
}

// CardToRead is the card on which a person reads a challenge that they ask for, and its opening: what
// is theirs to do, or else the whole of it, if it is in the register for them. What is sent to those who
// oversee without their asking says nothing about the child.
func (c *Challenge) CardToRead(id string, may permission.Rights) (Card, int) {
	card, opening := c.CardFor(id)
	if card == CardOversight && may.FindInRegister {
		card = CardChallenge
	}
	return card, opening
}

// OpeningFor is the opening that a person's answer is for: the last one on which they were
// asked, be it for information only.
func (c *Challenge) OpeningFor(id string) int {
	for i, opening := range slices.Backward(c.Openings) {
		if _, passed := opening.HandoverFrom(id); passed || opening.MayAnswer(id) || opening.IsRespondent(id) {
			return i + 1
		}
	}
	return len(c.Openings)
}
