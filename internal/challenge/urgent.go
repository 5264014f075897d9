package challenge

import (
	"fmt"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Urgent says that a challenge cannot wait as long as others, by the choice of its chair or by the
// ground on which it went straight to a rung. It bounds the time of every rung: no silence and no
// step ever gives more, until the chair lifts it.
type Urgent struct {
	Label  string         `json:"label"`
	Window workday.Window `json:"window"`
}

// urgencyOf is the urgency that was chosen when raising, nil without one.
func urgencyOf(l *ladder.Ladder, id string) *Urgent {
	if u, ok := l.UrgencyByID(id); ok {
		return &Urgent{Label: u.Label, Window: u.Window}
	}
	return nil
}

// urgencyOfSkip is the urgency that going straight to a rung brings with it, nil without one.
func urgencyOfSkip(s ladder.Skip, ground string) *Urgent {
	for _, g := range s.Grounds {
		if g.ID == ground && g.Window != nil {
			return &Urgent{Label: g.Label, Window: *g.Window}
		}
	}
	return nil
}

// boundByUrgency brings a deadline forward to what is left of an urgent challenge's time.
func (u *Urgent) boundByUrgency(c *workday.Calendar, d workday.Deadline) (workday.Deadline, error) {
	if u == nil {
		return d, nil
	}
	sooner, err := c.ComputeDeadline(workday.Terms{Start: d.Start, Received: d.Received, Window: u.Window})
	if err != nil || !sooner.Due.Before(d.Due) {
		return d, err
	}
	sooner.Due = sooner.Due.UTC()
	return sooner, nil
}

// explainUrgency tells of it before the working behind a date that it decided.
func (u *Urgent) explainUrgency(d workday.Deadline, working string) string {
	if u == nil || d.Window != u.Window || d.Limit != nil {
		return working
	}
	return fmt.Sprintf("Urgent (%s): no more than %s. %s", u.Label, u.Window, working)
}
