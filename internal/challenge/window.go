package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// GracePeriod is how long after a window's end, or after sending, the engine may be at
// work without moving anybody's day of receipt: a card that goes out within it
// counts as received at the instant it was due to go out.
const GracePeriod = time.Hour

// minimumDays is what a respondent is given when a cumulative limit has passed
// before the rung opened.
const minimumDays = 1

// Why a window was counted again.
const (
	RedatedReceivedLate = "received_late" // Teams took the question long after it was queued
	RedatedAskedLate    = "asked_late"    // the same, after it was said that nobody could be asked
	RedatedRefusedLate  = "refused_late"  // Teams refused it for good, after the same
)

// Redated: the window counts from another moment than it did.
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

// startOverallLimit is day 0 of the case clock and the end of the case limit, if any.
func startOverallLimit(env Env, at time.Time) (workday.Date, time.Time, error) {
	day0, err := env.Calendar.ReceiptDay(at)
	if err != nil || env.Ladder.OverallLimit.Window == nil {
		return day0, time.Time{}, err
	}
	d, err := env.Calendar.ComputeDeadline(workday.Terms{Start: day0, Window: *env.Ladder.OverallLimit.Window})
	return day0, d.Due.UTC(), err
}

// computeDeadline is the end of a rung's window that starts at. passed reports that the
// cumulative limit left less than one working day, which is then given.
func computeDeadline(env Env, r *ladder.Rung, at time.Time, limitStart workday.Date) (d workday.Deadline, passed bool, err error) {
	day0, err := env.Calendar.ReceiptDay(at)
	if err != nil {
		return d, false, err
	}
	l := env.Ladder
	terms := workday.Terms{Start: day0, Received: at, AtLeast: minimumDays}
	switch {
	case r.Remainder:
		terms = workday.RemainderTerms(day0, limitStart, *l.OverallLimit.Window, minimumDays)
		terms.Received = at
	case r.WindowStart == ladder.WindowFromLimitStart:
		// A band ends when it ends; a rung entered after it has the least.
		terms = workday.RemainderTerms(day0, limitStart, *r.Window, minimumDays)
		terms.Received = at
	default:
		terms.Window = *r.Window
		if r.Within != nil {
			terms.Limit = &workday.Limit{Start: limitStart, Window: *r.Within}
		} else if l.OverallLimit.Hard && limitStart != 0 {
			terms.Limit = &workday.Limit{Start: limitStart, Window: *l.OverallLimit.Window}
		}
	}
	d, err = env.Calendar.ComputeDeadline(terms)
	d.Due = d.Due.UTC()
	return d, d.Bound == workday.BoundMinimum, err
}

// explainAndPlanReminders explains a deadline and plans the reminders before it: on the last day
// when the working day begins, and the same the working day before when the
// window has three or more.
func explainAndPlanReminders(env Env, d workday.Deadline) (string, []time.Time, error) {
	w, err := env.Calendar.Explain(d)
	if err != nil {
		return "", nil, err
	}
	var reminders []time.Time
	days := env.Calendar.CountWorkingDays(d.Start, d.Date)
	if before, err := env.Calendar.WorkingDayOnOrBefore(d.Date - 1); err == nil && days >= 3 {
		reminders = append(reminders, env.Calendar.StartOfDay(before).UTC())
	}
	reminders = append(reminders, env.Calendar.StartOfDay(d.Date).UTC())
	reminders = slices.DeleteFunc(reminders, func(t time.Time) bool { return !t.After(env.Now) })
	return w.TextFor(env.Ladder.Words.Rung), reminders, nil
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
	text, reminders, err := explainAndPlanReminders(tr.env, d)
	if err != nil {
		return calendarError(err)
	}
	isLater := d.Due.After(opening.Deadline.Due)
	tr.emit(Redated{Deadline: d, Explanation: explainShorterWindow(tr.env, used, text), Reminders: reminders, Reason: reason,
		LimitPassed: passed, ShorterWindow: used}, opening.Rung, opening.Number)
	if isLater {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	return nil
}
