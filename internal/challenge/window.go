package challenge

import (
	"time"

	"challengebot/internal/workday"
)

// GracePeriod is how long after a window's end, or after sending, the engine may be at
// work without moving anybody's day of receipt: a card that goes out within it
// counts as received at the instant it was due to go out.
const GracePeriod = time.Hour

// hoursGracePeriod is the same for a window of hours, of which nobody may lose one.
const hoursGracePeriod = 5 * time.Minute

// graceFor is the grace period of a window.
func graceFor(w workday.Window) time.Duration {
	if w.IsHours() {
		return hoursGracePeriod
	}
	return GracePeriod
}

// Why a window was counted again.
const (
	RedatedReceivedLate = "received_late" // Teams took the question long after it was queued
	RedatedAskedLate    = "asked_late"    // the same, after it was said that nobody could be asked
	RedatedAskedAgain   = "asked_again"   // the ladder sets no time: those who were asked are asked again
	RedatedRefusedLate  = "refused_late"  // Teams refused it for good, after the same
)

// Redated is the event that the window counts from another moment than it did.
type Redated struct {
	Deadline    workday.Deadline `json:"deadline"`
	Explanation string           `json:"working"`
	Reminders   []time.Time      `json:"reminders,omitempty"`
	Reason      string           `json:"why"`
	// LimitPassed as in RungOpened, for the new window.
	LimitPassed   bool           `json:"limit_passed,omitempty"`
	ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
}

// KindRedated is stored.
const KindRedated EventKind = "redated"

// Kind of the event.
func (Redated) Kind() EventKind { return KindRedated }

func (b Redated) apply(c *Challenge, _ Event) {
	o := c.openingToChange()
	o.Deadline, o.Reminders, o.LimitPassed, o.ShorterWindow = b.Deadline, b.Reminders, b.LimitPassed, b.ShorterWindow
	o.CheckAt, o.NotAskedSince, o.AwaitsReleaseSince = time.Time{}, time.Time{}, time.Time{}
	c.NextAt = o.nextAt()
}

// redate counts the window of the current opening from now. It never ends sooner by that,
// and where a limit leaves less it is the one working day that is the least. A window that
// nobody could be asked in says so even if its end stays.
func (tr *transition) redate(reason string) error {
	opening := tr.c.CurrentOpening()
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	d, passed, used, err := tr.deadlineWithShorter(rung, tr.env.Now, tr.c.LimitStart, opening.ShorterWindow)
	if err != nil {
		return calendarError(err)
	}
	if !d.Due.After(opening.Deadline.Due) {
		if reason == RedatedReceivedLate {
			return nil
		}
		d, passed, used = opening.Deadline, opening.LimitPassed, opening.ShorterWindow
	}
	text, reminders, err := tr.explainAndPlanReminders(rung, d)
	if err != nil {
		return calendarError(err)
	}
	isLater := d.Due.After(opening.Deadline.Due)
	tr.emit(Redated{Deadline: d, Explanation: explainShorterWindow(tr.env, used, text), Reminders: reminders, Reason: reason,
		LimitPassed: passed, ShorterWindow: used}, opening.Rung, opening.Number)
	if isLater {
		tr.tellChair()
	}
	return nil
}

// countFrom is the instant from which something counts that was due at due: that very
// instant, unless the engine came so late that people would lose by it.
func (tr *transition) countFrom(due time.Time) time.Time {
	if tr.env.Now.Sub(due) <= GracePeriod {
		return due
	}
	return tr.env.Now
}

// askCheckTime is when the clock looks whether a question that is queued now was taken.
func (tr *transition) askCheckTime() time.Time {
	at, err := tr.env.Calendar.AddWorkingTime(tr.env.Now, askCheckDelay)
	if err != nil { // past the calendar's coverage: nobody's time depends on it
		at = tr.env.Now.Add(askCheckDelay)
	}
	return at.UTC()
}

// askCheckDelay is how much working time Teams has to take a question before it is said that
// nobody could be asked.
const askCheckDelay = 30 * time.Minute
