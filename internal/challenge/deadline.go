package challenge

import (
	"cmp"
	"fmt"
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

// computeDeadline is the end of a rung's window. passed reports that the limit that holds left
// less than one working day, which is then given.
func computeDeadline(env Env, r *ladder.Rung, m ladder.Moments) (d workday.Deadline, passed bool, err error) {
	d, err = env.Ladder.ComputeDeadline(env.Calendar, r, m)
	d.Due = d.Due.UTC()
	return d, d.Bound == workday.BoundMinimum, err
}

func momentOf(env Env, at time.Time) (ladder.Moment, error) {
	day, err := env.Calendar.ReceiptDay(at)
	return ladder.Moment{At: at, Day: day}, err
}

// explainAndPlanReminders explains a deadline and plans the reminders before it: on the last day
// when the working day begins, and the same the working day before when the window has three or
// more. Of what is due within hours, or on the day itself, people are reminded at half time and an
// hour before the end.
func explainAndPlanReminders(env Env, r *ladder.Rung, d workday.Deadline) (string, []time.Time, error) {
	if r.HasNoLimit() {
		return explainNoLimit(env, r, d), nil, nil
	}
	w, err := env.Calendar.Explain(d)
	if err != nil {
		return "", nil, err
	}
	var reminders []time.Time
	days := env.Calendar.CountWorkingDays(d.Start, d.Date)
	switch before, err := env.Calendar.WorkingDayOnOrBefore(d.Date - 1); {
	case d.Window.IsHours() || d.Window.IsDayZero():
		reminders = planHourlyReminders(env.Now, d.Due)
	case err == nil && days >= 3:
		reminders = append(reminders, env.Calendar.StartOfDay(before).UTC())
		fallthrough
	default:
		reminders = append(reminders, env.Calendar.StartOfDay(d.Date).UTC())
	}
	reminders = slices.DeleteFunc(reminders, func(t time.Time) bool { return !t.After(env.Now) })
	return w.TextFor(env.Ladder.Words.Rung), reminders, nil
}

// explainNoLimit says that nothing lapses, and when whoever is asked is asked again.
func explainNoLimit(env Env, r *ladder.Rung, d workday.Deadline) string {
	return fmt.Sprintf("The procedure sets no time for this %s. Whoever is asked is asked again after each %s, next on %s.",
		cmp.Or(env.Ladder.Words.Rung, "rung"), r.AskAgain, d.Date.FormatLong())
}

// planHourlyReminders are half time and an hour before the end, where there are two hours or more.
func planHourlyReminders(now, due time.Time) []time.Time {
	left := due.Sub(now)
	if left < 2*time.Hour {
		return nil
	}
	reminders := []time.Time{now.Add(left / 2).Truncate(time.Minute).UTC()}
	if last := due.Add(-time.Hour).UTC(); last.After(reminders[0]) {
		reminders = append(reminders, last)
	}
	return reminders
}

// minimumDays is what a respondent is given when a cumulative limit has passed
// before the rung opened.
const minimumDays = 1
