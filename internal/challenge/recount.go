package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// A date is counted on the working days that are known when it is given. When the calendar
// changes afterwards, by a bank holiday, a closure or a new official list, the dates that
// still run are counted again on the same terms. Nobody loses time by that: a date moves to
// a later one or stays as it was given.

// Recounted is the event that the calendar of working days changed, and dates that run end later by
// it.
type Recounted struct {
	// Deadline is that of the window, zero where the window stays.
	Deadline      workday.Deadline `json:"deadline,omitzero"`
	Explanation   string           `json:"working,omitempty"`
	Reminders     []time.Time      `json:"reminders,omitempty"`
	LimitPassed   bool             `json:"limit_passed,omitempty"`
	ShorterWindow *ShorterWindow   `json:"shorter,omitempty"`
	// OpensAt is when an escalator's time ends, zero where it stays.
	OpensAt time.Time `json:"opens,omitzero"`
	// Was is when the window or the escalator's time would have ended.
	Was time.Time `json:"was,omitzero"`
	// LimitDue is the end of the whole challenge's limit, zero where it stays.
	LimitDue time.Time `json:"case_due,omitzero"`
	Calendar string    `json:"calendar"` // its version
}

// KindRecounted is stored.
const KindRecounted EventKind = "recounted"

// Kind of the event.
func (Recounted) Kind() EventKind { return KindRecounted }

func (b Recounted) apply(c *Challenge, e Event) {
	if !b.LimitDue.IsZero() {
		c.LimitDue = b.LimitDue
	}
	switch {
	case !b.Deadline.Due.IsZero():
		o := c.openingToChange()
		o.Deadline, o.Reminders, o.LimitPassed, o.ShorterWindow = b.Deadline, b.Reminders, b.LimitPassed, b.ShorterWindow
		c.Recount = &Recount{At: e.At, Was: b.Was, Now: b.Deadline.Due}
		c.NextAt = o.nextAt()
	case !b.OpensAt.IsZero() && c.Hold != nil:
		c.Hold.OpensAt = b.OpensAt
		c.Recount = &Recount{At: e.At, Was: b.Was, Now: b.OpensAt}
		c.NextAt = c.Hold.nextAt(c.NextAt)
	}
}

// RecountedDate is the last move of the date that the challenge waits for now, nil when it
// did not move.
func (c *Challenge) RecountedDate() *Recount {
	r := c.Recount
	if r == nil || !r.Now.Equal(c.Due()) && (c.Hold == nil || !r.Now.Equal(c.Hold.OpensAt)) {
		return nil
	}
	return r
}

// ForecastRecount tells which date would move with the calendar of env, without moving it.
func (s Snapshot) ForecastRecount(env Env) (was, now time.Time, moves bool) {
	tr := newTransition(s.Challenge, System, env)
	if !tr.c.State.IsOpen() || !tr.recount() {
		return was, now, false
	}
	r := tr.c.Recount
	return r.Was, r.Now, true
}

// recount counts the dates that run again, and records those that come out later. It reports
// whether the end of the window, or of the escalator's time, is one of them. Where the calendar
// does not reach, they stay.
func (tr *transition) recount() bool {
	body := Recounted{Calendar: tr.env.Calendar.Version()}
	opening, rung := len(tr.c.Openings), tr.c.Rung
	if tr.c.State.IsOpen() && tr.c.LimitStart != 0 && tr.env.Ladder.OverallLimit.Window != nil {
		terms := workday.Terms{Start: tr.c.LimitStart, Window: *tr.env.Ladder.OverallLimit.Window}
		if d, err := tr.env.Calendar.ComputeDeadline(terms); err == nil && d.Due.After(tr.c.LimitDue) {
			body.LimitDue = d.Due.UTC()
		}
	}
	switch {
	case tr.c.State == StateAwaitingResponse && opening > 0:
		rung = tr.c.CurrentOpening().Rung
		tr.recountWindow(&body)
	case tr.c.State == StateHeldAtGate && tr.c.Hold != nil:
		tr.recountGate(&body)
	}
	if body.LimitDue.IsZero() && body.Was.IsZero() {
		return false
	}
	tr.emitBy(System, body, rung, opening)
	if body.Was.IsZero() {
		return false
	}
	tr.tellChair()
	return true
}

// recountWindow counts the window on its own terms. One in which nobody was asked yet runs
// from when somebody is, by the calendar of that time.
func (tr *transition) recountWindow(body *Recounted) {
	o := tr.c.CurrentOpening()
	r, known := tr.env.Ladder.RungByID(o.Rung)
	if !known || o.Deadline.Start == 0 || o.standsStill() || r.HasNoLimit() {
		return
	}
	d, err := tr.env.Calendar.ComputeDeadline(o.Deadline.Terms)
	d.Due = d.Due.UTC()
	if err != nil || !d.Due.After(o.Deadline.Due) || !d.Due.After(tr.env.Now) {
		return
	}
	shorter := o.ShorterWindow
	if shorter != nil {
		limit, err := tr.deadlineOf(r, o.Deadline.Received)
		if err == nil && limit.Due.After(shorter.OriginalDue) {
			shorter = &ShorterWindow{Days: shorter.Days, Reason: shorter.Reason, OriginalDue: limit.Due}
		}
	}
	text, reminders, err := tr.explainAndPlanReminders(r, d)
	if err != nil {
		return
	}
	body.Deadline, body.Was = d, o.Deadline.Due
	body.Explanation, body.Reminders = explainShorterWindow(tr.env, shorter, text), reminders
	body.LimitPassed, body.ShorterWindow = d.Bound == workday.BoundMinimum, shorter
}

// deadlineOf is the ladder's own end of a rung's window that was received at an instant.
func (tr *transition) deadlineOf(r *ladder.Rung, at time.Time) (workday.Deadline, error) {
	m, err := tr.findMoments(r, at, tr.c.LimitStart)
	if err != nil {
		return workday.Deadline{}, err
	}
	d, _, err := tr.computeDeadline(r, m)
	return d, err
}

// recountGate counts the time after which a gate opens by itself. It stands still while nobody who
// could open it was asked.
func (tr *transition) recountGate(body *Recounted) {
	h := tr.c.Hold
	r, known := tr.env.Ladder.RungByID(h.Rung)
	if !known || h.OpensAt.IsZero() || !h.NotAskedSince.IsZero() {
		return
	}
	opens, err := tr.escalatorEnd(r, h.Gates, h.countsFrom())
	if err != nil || opens.Before(h.OpensAt) {
		opens = h.OpensAt
	}
	// What an outage moved has no terms left to count on, but ends on no day that nobody works.
	day, err := tr.env.Calendar.WorkingDayOnOrAfter(tr.env.Calendar.DateOf(opens))
	if err == nil && day != tr.env.Calendar.DateOf(opens) && !tr.hasEscalatorHours(h) {
		opens = tr.env.Calendar.EndOfDay(day).UTC()
	}
	if opens.After(h.OpensAt) && opens.After(tr.env.Now) {
		body.OpensAt, body.Was = opens, h.OpensAt
	}
}

// hasEscalatorHours reports whether an escalator's time at the hold is hours, which may end on any
// day.
func (tr *transition) hasEscalatorHours(h *Hold) bool {
	return slices.ContainsFunc(h.Gates, func(st GateState) bool {
		g, _ := FindGate(tr.env.Ladder, h.Rung, st.Gate)
		return g.Within != nil && g.Within.Unit == workday.Hours
	})
}
