package challenge

import (
	"slices"
	"time"
)

// Unreachable is somebody whom Teams does not let the bot write to: the app is not
// installed for them, or blocked.
type Unreachable struct {
	Person string // Entra object id
	Since  time.Time
	Code   string // Teams' word for why
	// ReturnedAt is when they were heard of again; zero: they are still away.
	ReturnedAt time.Time
}

// CardFor is the card on which a person can do what is theirs to do now, and its visit.
func (c *Challenge) CardFor(id string) (Card, int) {
	n := len(c.Visits)
	v := c.Current()
	switch {
	case c.State == AwaitingJudgement && v.Judge.ID == id:
		return CardJudge, n
	case c.State == HeldAtGate && slices.Contains(c.Waiting(), id):
		return CardGate, n
	case id == c.Chair.ID:
		return CardCase, n
	case c.WasAsked(id):
		return CardRespond, c.VisitFor(id)
	default:
		return CardOversight, n
	}
}

// VisitFor is the visit that a person's answer is for: the last one on which they were
// asked, be it for information only.
func (c *Challenge) VisitFor(id string) int {
	for i, v := range slices.Backward(c.Visits) {
		if _, passed := v.PassedOn(id); passed || v.MayAnswer(id) || v.Asked(id) {
			return i + 1
		}
	}
	return len(c.Visits)
}
