package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

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

// minimumDays is what a respondent is given when a cumulative limit has passed
// before the rung opened.
const minimumDays = 1
