package challenge

import "time"

// Lapsed is the event that the window ended in silence.
type Lapsed struct {
	Due time.Time `json:"due"`
}

// KindLapsed is stored.
const KindLapsed EventKind = "lapsed"

// Kind of the event.
func (Lapsed) Kind() EventKind { return KindLapsed }

func (Lapsed) apply(c *Challenge, _ Event) {
	o := c.openingToChange()
	o.Outcome, o.Reminders = OutcomeLapsed, nil
}

// lapse ends a window in silence and moves the challenge on. What opens because
// of it counts from the instant the window ended, unless the engine was away.
func (tr *transition) lapse() error {
	opening := tr.c.CurrentOpening()
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	due := opening.Deadline.Due
	tr.emit(Lapsed{Due: due}, opening.Rung, opening.Number)
	if rung.IfNotSatisfied != nil && rung.IfNotSatisfied.HandOff != "" {
		return tr.exhaustLadder(opening.Rung, CauseLapse)
	}
	return tr.advanceFrom(opening.Rung, CauseLapse, tr.countFrom(due))
}
