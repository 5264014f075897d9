package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// findMoments are what the time of a rung can count from that is asked at an instant.
func (tr *transition) findMoments(r *ladder.Rung, at time.Time, limitStart workday.Date) (m ladder.Moments, err error) {
	m.LimitStart, m.Conference = limitStart, tr.c.Details.ConferenceDate
	if m.Receipt, err = momentOf(tr.env, at); err != nil {
		return m, err
	}
	m.RungBelow, m.Shared = m.Receipt, m.Receipt
	raised := tr.c.RaisedAt
	if raised.IsZero() {
		raised = tr.env.Now
	}
	if m.Raise, err = momentOf(tr.env, raised); err != nil {
		return m, err
	}
	if h := tr.c.Hold; h != nil && h.Rung == r.ID {
		if m.RungBelow, err = momentOf(tr.env, h.Since); err != nil {
			return m, err
		}
	}
	// A window that is counted again keeps the moment it counted from.
	if o := tr.c.CurrentOpening(); o != nil && o.Rung == r.ID && o.Outcome == OutcomeOpen && o.Deadline.Limit != nil && o.Deadline.Limit.Origin == workday.OriginRungBelow {
		m.RungBelow = ladder.Moment{At: o.Deadline.Limit.At, Day: o.Deadline.Limit.Start}
	}
	if shared := tr.env.Ladder.SharedWindowOf(r.ID); shared != nil {
		if i := slices.IndexFunc(tr.c.Openings, func(o Opening) bool { return slices.Contains(shared.Rungs, o.Rung) }); i >= 0 {
			m.Shared, err = momentOf(tr.env, tr.c.Openings[i].Deadline.Received)
		}
	}
	return m, err
}

// computeDeadline is the end of a rung's window. passed reports that the limit that holds left
// less than one working day, which is then given.
func (tr *transition) computeDeadline(r *ladder.Rung, m ladder.Moments) (d workday.Deadline, passed bool, err error) {
	if d, err = tr.env.Ladder.ComputeDeadline(tr.env.Calendar, r, m); err == nil && !r.HasNoLimit() {
		d, err = tr.c.Urgent.boundByUrgency(tr.env.Calendar, d)
	}
	d.Due = d.Due.UTC()
	return d, d.Bound == workday.BoundMinimum, err
}

// explainAndPlanReminders explains a deadline and plans the reminders before it: on the last day
// when the working day begins, and the same the working day before when the window has three or
// more. Of what is due within hours, or on the day itself, people are reminded at half time and an
// hour before the end.
func (tr *transition) explainAndPlanReminders(r *ladder.Rung, d workday.Deadline) (string, []time.Time, error) {
	if r.HasNoLimit() {
		return explainNoLimit(tr.env, r, d), nil, nil
	}
	w, err := tr.env.Calendar.Explain(d)
	if err != nil {
		return "", nil, err
	}
	var reminders []time.Time
	days := tr.env.Calendar.CountWorkingDays(d.Start, d.Date)
	switch before, err := tr.env.Calendar.WorkingDayOnOrBefore(d.Date - 1); {
	case d.Window.IsHours() || d.Window.IsDayZero():
		reminders = tr.planHourlyReminders(d)
	case err == nil && days >= 3:
		reminders = append(reminders, tr.env.Calendar.StartOfDay(before).UTC())
		fallthrough
	default:
		reminders = append(reminders, tr.env.Calendar.StartOfDay(d.Date).UTC())
	}
	reminders = slices.DeleteFunc(reminders, func(t time.Time) bool { return !t.After(tr.env.Now) })
	return tr.c.Urgent.explainUrgency(d, w.TextFor(tr.env.Ladder.Words.Rung)), reminders, nil
}

// acknowledgeBy is the end of the time in which somebody should acknowledge the question of a
// deadline; zero where the ladder sets none, or it would not end before the answer is due.
func (tr *transition) acknowledgeBy(r *ladder.Rung, d workday.Deadline) (time.Time, error) {
	if r.Acknowledge == nil {
		return time.Time{}, nil
	}
	by, err := tr.env.Calendar.ComputeDeadline(workday.Terms{Start: d.Start, Received: d.Received, Window: *r.Acknowledge})
	if err != nil || !by.Due.Before(d.Due) {
		return time.Time{}, err
	}
	return by.Due.UTC(), nil
}

// planHourlyReminders are half time and an hour before the end, where there are two hours or more.
// Nobody is reminded in the night of a time that counts by day alone.
func (tr *transition) planHourlyReminders(d workday.Deadline) []time.Time {
	now := tr.env.Now
	left := d.Due.Sub(now)
	half := now.Add(left / 2)
	if d.Window.Unit != workday.Hours {
		left = tr.env.Calendar.WorkingTimeBetween(now, d.Due)
		half, _ = tr.env.Calendar.AddWorkingTime(now, left/2) // it lies before a date that the calendar knows
	}
	if left < 2*time.Hour {
		return nil
	}
	reminders := []time.Time{half.Truncate(time.Minute).UTC()}
	if last := d.Due.Add(-time.Hour).UTC(); last.After(reminders[0]) {
		reminders = append(reminders, last)
	}
	return reminders
}
