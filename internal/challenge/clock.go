package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
)

// Tick lets the clock do the one thing that is due now, if anything is.
type Tick struct{}

func (Tick) decide(tr *transition) error { return tr.tick() }

// Lapsed: the window ended in silence.
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

// Reminded: a reminder of the end of the window is queued for those who were asked.
type Reminded struct {
	Due time.Time `json:"due"`
	// To are their ids; older events have none, and went to all who may answer.
	To []string `json:"to,omitempty"`
}

// KindReminded is stored.
const KindReminded EventKind = "reminded"

// Kind of the event.
func (Reminded) Kind() EventKind { return KindReminded }

func (Reminded) apply(c *Challenge, e Event) {
	o := c.openingToChange()
	o.Reminders = slices.DeleteFunc(slices.Clone(o.Reminders), func(t time.Time) bool { return !t.After(e.At) })
	if !o.CheckAt.After(e.At) { // a version that knew of no such look reminded in its place
		o.CheckAt = time.Time{}
	}
	c.NextAt = o.nextAt()
}

// Nudged: those for whom a challenge without a window waits were told again.
type Nudged struct {
	State   State     `json:"state"`
	NudgeAt time.Time `json:"nudge,omitzero"`
}

// KindNudged is stored.
const KindNudged EventKind = "nudged"

// Kind of the event.
func (Nudged) Kind() EventKind { return KindNudged }

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

// tick does the one thing that is due: the end of a window before a reminder of
// it. A challenge for which nothing is due is left as it is.
func (tr *transition) tick() error {
	if tr.c.NextAt.IsZero() || tr.env.Now.Before(tr.c.NextAt) {
		return nil
	}
	tr.by = System
	before := *tr
	err := tr.doWhatIsDue()
	if err != nil {
		*tr = before
		return tr.holdClock(err)
	}
	return nil
}

func (tr *transition) doWhatIsDue() error {
	switch tr.c.State {
	case StateAwaitingResponse:
		return tr.tickOpening()
	case StateHeldAtGate:
		switch h := tr.c.Hold; {
		case !h.NotAskedSince.IsZero() && !h.AwaitsAsking():
			return tr.recountEscalator()
		case h.OpensAt.IsZero() || tr.env.Now.Before(h.OpensAt):
			return tr.nudgeAgain(gateNudgeDays)
		case h.AwaitsAsking():
			return tr.holdEscalator()
		default:
			if done, err := tr.prolongEscalator(); done || err != nil {
				return err
			}
			return tr.openEscalatorGates()
		}
	case StateAwaitingJudgement:
		return tr.nudgeAgain(judgeNudgeDays)
	case StateExhausted:
		return tr.nudgeAgain(exhaustedNudgeDays)
	}
	return nil
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

func (tr *transition) sendReminder() error {
	tr.noteOutages(tr.c.NextAt)
	opening := tr.c.CurrentOpening()
	to := slices.DeleteFunc(slices.Clone(opening.Responders), func(id string) bool { return !opening.TookQuestion(id) && !opening.wasRejectedFor(id) })
	tr.emit(Reminded{Due: opening.Deadline.Due, To: to}, opening.Rung, opening.Number)
	for _, id := range to {
		tr.post(Address{Person: id}, CardReminder)
	}
	if r, ok := tr.env.Ladder.RungByID(opening.Rung); ok && r.WindowOwner == ladder.OwnerChair {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge) // the window is the chair's own
	}
	return nil
}

// openEscalatorGates opens the gates of an escalator whose own time ran out. Like a
// lapse, it counts from the instant the time ended unless the engine was away.
func (tr *transition) openEscalatorGates() error {
	h := *tr.c.Hold
	for _, st := range h.Gates {
		if g, _ := FindGate(tr.env.Ladder, h.Rung, st.Gate); !st.IsCleared() && g.Kind == ladder.GateEscalation {
			tr.emit(GateRecorded{Rung: h.Rung, Gate: st.Gate, Needs: g.Needs, Status: GatePassed, Automatic: true}, h.Rung, len(tr.c.Openings))
		}
	}
	return tr.continueAfterGate(tr.countFrom(h.OpensAt))
}

// countFrom is the instant from which something counts that was due at due: that very
// instant, unless the engine came so late that people would lose by it.
func (tr *transition) countFrom(due time.Time) time.Time {
	if tr.env.Now.Sub(due) <= GracePeriod {
		return due
	}
	return tr.env.Now
}

// nudgeAgain tells those for whom a challenge without a window waits again. Who oversees
// challenges has it in the digest of the day.
func (tr *transition) nudgeAgain(every int) error {
	tr.noteOutages(tr.c.NextAt)
	tr.applyHandovers(System, tr.planHandovers())
	tr.emit(Nudged{State: tr.c.State, NudgeAt: tr.nudgeTime(every)}, tr.c.Rung, len(tr.c.Openings))
	switch tr.c.State {
	case StateAwaitingJudgement:
		tr.postJudgeCards()
	case StateHeldAtGate:
		tr.postGateCards()
	case StateExhausted:
		for _, id := range append(tr.c.WaitingFor(), tr.c.Chair.ID) {
			tr.post(Address{Person: id}, CardChallenge)
		}
	case StateAwaitingResponse:
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	return nil
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
