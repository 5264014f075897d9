package challenge

import "time"

// Nudged is the event that a challenge without a window waited still.
type Nudged struct {
	State   State     `json:"state"`
	NudgeAt time.Time `json:"nudge,omitzero"`
	// InDigest: it stood in the digest of the day. Otherwise, in older events, the cards of those for
	// whom it waits were posted again.
	InDigest bool `json:"in_digest,omitempty"`
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
	usualGateNudgeDays = 1
	exhaustedNudgeDays = 5
)

// gateNudgeDays is the least of what the ladder says for the gates that are shut.
func (tr *transition) gateNudgeDays(rung string, gates []GateState) int {
	days := 0
	for _, st := range gates {
		if st.IsCleared() {
			continue
		}
		n := usualGateNudgeDays
		if g, _ := FindGate(tr.env.Ladder, rung, st.Gate); g.AskAgain != nil {
			n = g.AskAgain.N
		}
		if days == 0 || n < days {
			days = n
		}
	}
	return max(days, usualGateNudgeDays)
}

// nudgeTime is the start of the n-th working day after today. Past the calendar's
// coverage it is a plain day: nobody's time depends on it, and a step must not
// fail for want of a reminder.
func (tr *transition) nudgeTime(n int) time.Time {
	if d, err := tr.env.Calendar.AddWorkingDays(tr.env.Today(), n); err == nil {
		return tr.env.Calendar.StartOfDay(d).UTC()
	}
	return tr.env.Now.AddDate(0, 0, n)
}
