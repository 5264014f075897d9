package challenge

import (
	"fmt"

	"github.com/google/uuid"
)

// InconsistentError says in what a stored challenge contradicts itself. Its text holds
// nothing that anybody wrote.
type InconsistentError struct{ Reason string }

func (e *InconsistentError) Error() string { return "the challenge contradicts itself: " + e.Reason }

// LogReason is its text.
func (e *InconsistentError) LogReason() string { return e.Error() }

func inconsistent(format string, args ...any) error {
	return &InconsistentError{fmt.Sprintf(format, args...)}
}

// CheckConsistency reports whether a challenge that was read has what every transition and
// every card takes for granted. A row that a hand or a disk has damaged is refused here,
// before anything is decided on it.
func (c *Challenge) CheckConsistency() error {
	switch {
	case c.ID == uuid.Nil, c.Ref == "", c.Chair.ID == "", c.Seq < 1:
		return inconsistent("it has no id, reference, chair or event")
	case c.State.IsOpen() && c.NextAt.IsZero():
		return inconsistent("it is open and the clock has nothing to look for")
	}
	for i, o := range c.Openings {
		if o.Number != i+1 || o.Rung == "" {
			return inconsistent("opening %d has another number or no rung", i+1)
		}
	}
	current := c.CurrentOpening()
	switch c.State {
	case StateAwaitingResponse:
		if current == nil || current.Outcome != OutcomeOpen || current.Deadline.Due.IsZero() {
			return inconsistent("it awaits a response and no window is open")
		}
	case StateAwaitingJudgement:
		if current == nil || current.AnsweredAt.IsZero() {
			return inconsistent("it awaits a judgement and nothing was answered")
		}
	case StateHeldAtGate:
		if c.Hold == nil || c.Hold.Rung == "" {
			return inconsistent("it is held and does not say before what")
		}
	case StateExhausted:
	case StateResolved, StateWithdrawn, StateHandedOff:
		if c.ClosedAt.IsZero() {
			return inconsistent("it has ended and does not say when")
		}
	default:
		return inconsistent("its state is unknown")
	}
	return nil
}

// CheckConsistency reports, beside what the challenge's own check does, whether its ladder
// has the rungs and gates that it names.
func (s Snapshot) CheckConsistency() error {
	if err := s.Challenge.CheckConsistency(); err != nil {
		return err
	}
	if s.Ladder == nil {
		return inconsistent("it has no ladder")
	}
	rungs := []string{s.Challenge.Rung}
	for _, o := range s.Challenge.Openings {
		rungs = append(rungs, o.Rung)
	}
	if h := s.Challenge.Hold; h != nil {
		rungs = append(rungs, h.Rung)
		for i, g := range h.Gates {
			if _, known := FindGate(s.Ladder, h.Rung, g.Gate); !known {
				return inconsistent("its ladder does not have gate %d that holds it", i+1)
			}
		}
	}
	for _, id := range rungs {
		if _, known := s.Ladder.RungByID(id); !known {
			return inconsistent("its ladder does not have every rung that it names")
		}
	}
	return nil
}
