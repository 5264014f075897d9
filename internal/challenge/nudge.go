package challenge

import "time"

// Nudged is the event that those for whom a challenge without a window waits were told again.
type Nudged struct {
	State   State     `json:"state"`
	NudgeAt time.Time `json:"nudge,omitzero"`
}

// KindNudged is stored.
const KindNudged EventKind = "nudged"

// Kind of the event.
func (Nudged) Kind() EventKind { return KindNudged }

func (Nudged) isUnseenOnCards() {}

func (b Nudged) apply(c *Challenge, _ Event) {
	c.NextAt = c.Hold.nextAt(b.NudgeAt)
}

// How many working days a challenge without a window waits before those it waits
// for are told again.
const (
	judgeNudgeDays     = 2
	gateNudgeDays      = 1
	exhaustedNudgeDays = 5
)

// nudgeTime is the start of the n-th working day after today. Past the calendar's
// coverage it is a plain day: nobody's time depends on it, and a step must not
// fail for want of a reminder.
func (tr *transition) nudgeTime(n int) time.Time {
	if d, err := tr.env.Calendar.AddWorkingDays(tr.env.Today(), n); err == nil {
		return tr.env.Calendar.StartOfDay(d).UTC()
	}
	return tr.env.Now.AddDate(0, 0, n)
}
