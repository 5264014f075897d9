package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// Time in which the bot could take no answer is not silence. A window that ended in an outage,
// or of which less was left after it than was missed, ends with the next working day after the
// outage: a whole working day in which people can answer. After a very long outage nobody's
// time runs on by itself: those who oversee challenges have a list and let it.

// Interrupted is the event that the bot could take no answer for a time.
type Interrupted struct {
	Outage
	// Deadline is the new end of a window, without one the old end stays. Explanation and
	// Reminders are those of the new end.
	Deadline    workday.Deadline `json:"deadline,omitzero"`
	Explanation string           `json:"working,omitempty"`
	Reminders   []time.Time      `json:"reminders,omitempty"`
	// OpensAt is when an escalator's time ends instead.
	OpensAt time.Time `json:"opens,omitzero"`
	// ForRelease: the window stands still until those who oversee challenges release it, and
	// the clock looks at CheckAt.
	ForRelease bool      `json:"for_release,omitempty"`
	CheckAt    time.Time `json:"check,omitzero"`
}

// KindInterrupted is stored.
const KindInterrupted EventKind = "interrupted"

// Kind of the event.
func (Interrupted) Kind() EventKind { return KindInterrupted }

func (b Interrupted) apply(c *Challenge, e Event) {
	c.InterruptedUntil = b.To
	switch o := c.openingToChange(); {
	case b.ForRelease:
		o.AwaitsReleaseSince, o.CheckAt, c.NextAt = e.At, b.CheckAt, b.CheckAt
	case b.Deadline.Date != 0:
		o.Deadline, o.Reminders = b.Deadline, b.Reminders
		c.NextAt = o.nextAt()
	case !b.OpensAt.IsZero() && c.Hold != nil:
		c.Hold.OpensAt = b.OpensAt
		c.NextAt = c.Hold.nextAt(b.CheckAt)
	}
}

// Release lets a window run on that stands still after a very long outage.
type Release struct{}

func (Release) decide(tr *transition) error { return tr.release() }

// Released is the event that the window runs on.
type Released struct {
	Deadline    workday.Deadline `json:"deadline"`
	Explanation string           `json:"working"`
	Reminders   []time.Time      `json:"reminders,omitempty"`
}

// KindReleased is stored.
const KindReleased EventKind = "released"

// Kind of the event.
func (Released) Kind() EventKind { return KindReleased }

func (b Released) apply(c *Challenge, _ Event) {
	o := c.openingToChange()
	o.Deadline, o.Reminders, o.AwaitsReleaseSince = b.Deadline, b.Reminders, time.Time{}
	if o.NotAskedSince.IsZero() {
		o.CheckAt = time.Time{}
	}
	c.NextAt = o.nextAt()
}

// AwaitsRelease reports whether the window of the answer that is awaited stands still until
// those who oversee challenges release it.
func (c *Challenge) AwaitsRelease() bool {
	o := c.CurrentOpening()
	return c.State == StateAwaitingResponse && o != nil && !o.AwaitsReleaseSince.IsZero()
}

// noteOutages puts the outages on the record in which the clock should have looked at the
// challenge.
func (tr *transition) noteOutages(due time.Time) {
	for _, out := range tr.env.Outages {
		if !due.Before(out.From) && !due.After(out.To) {
			tr.noteOutage(out)
		}
	}
}

func (tr *transition) noteOutage(out Outage) {
	if out.To.After(tr.c.InterruptedUntil) {
		tr.emit(Interrupted{Outage: out}, tr.c.Rung, len(tr.c.Openings))
	}
}

// endWindow ends a window whose time has come: in silence, or later, where the bot could take
// no answer before.
func (tr *transition) endWindow(o *Opening) error {
	if tr.recount() {
		return nil
	}
	for _, out := range slices.Backward(tr.env.Outages) {
		affected, deadline, err := tr.deadlineAfterOutage(o.Deadline.Due, o.OpenedAt, out)
		if err != nil {
			return calendarError(err)
		}
		if affected {
			return tr.prolong(o, out, deadline)
		}
	}
	for _, out := range tr.env.Outages {
		if out.To.After(o.OpenedAt) && out.From.Before(o.Deadline.Due) {
			tr.noteOutage(out)
		}
	}
	return tr.lapse()
}

// deadlineAfterOutage is the end of what was due at due, began at began, and that an outage
// cut into: if it ended in the outage, or less was left after it than was missed.
func (tr *transition) deadlineAfterOutage(due, began time.Time, out Outage) (affected bool, d workday.Deadline, err error) {
	if due.Before(out.From) || !out.To.After(began) {
		return false, d, nil
	}
	calendar := tr.env.Calendar
	if due.After(out.To) {
		from := out.From
		if began.After(from) {
			from = began
		}
		missed := calendar.WorkingTimeBetween(from, out.To)
		if calendar.WorkingTimeBetween(out.To, due) >= missed {
			return false, d, nil
		}
	}
	if d, err = tr.nextWorkingDayAfter(out.To); err != nil || !d.Due.After(due) {
		return false, d, err
	}
	return true, d, nil
}

// nextWorkingDayAfter is a window that ends with the next working day after the day of an
// instant.
func (tr *transition) nextWorkingDayAfter(at time.Time) (d workday.Deadline, err error) {
	calendar := tr.env.Calendar
	start, err := calendar.WorkingDayOnOrBefore(calendar.DateOf(at))
	if err != nil {
		return d, err
	}
	d, err = calendar.ComputeDeadline(workday.Terms{Start: start, Received: at, Window: workday.Window{N: minimumDays}})
	d.Due = d.Due.UTC()
	return d, err
}

// prolong gives a window its end after an outage, or lets it stand still. Those who were asked
// hear of it: they could not answer.
func (tr *transition) prolong(o *Opening, out Outage, d workday.Deadline) error {
	tr.tellChair()
	if out.IsLong(tr.env.Calendar) && len(tr.reachableInRole(directory.RoleOversight)) > 0 {
		tr.emit(Interrupted{Outage: out, ForRelease: true, CheckAt: tr.nudgeTime(exhaustedNudgeDays)}, o.Rung, o.Number)
		return nil
	}
	explanation, reminders := tr.explainRest(d)
	tr.emit(Interrupted{Outage: out, Deadline: d, Explanation: explanation, Reminders: reminders}, o.Rung, o.Number)
	tr.remindAsked(o)
	return nil
}

// prolongEscalator gives an escalator's time its end after an outage. It reports whether it
// did.
func (tr *transition) prolongEscalator() (bool, error) {
	if tr.recount() {
		return true, nil
	}
	h := tr.c.Hold
	for _, out := range slices.Backward(tr.env.Outages) {
		affected, d, err := tr.deadlineAfterOutage(h.OpensAt, h.Since, out)
		if err != nil {
			return false, calendarError(err)
		}
		if affected {
			tr.emit(Interrupted{Outage: out, OpensAt: d.Due, CheckAt: tr.nudgeTime(tr.gateNudgeDays(h.Rung, h.Gates))}, h.Rung, len(tr.c.Openings))
			tr.postGateCards()
			return true, nil
		}
	}
	tr.noteOutages(h.OpensAt)
	return false, nil
}

// release is for those who oversee the challenge.
func (tr *transition) release() error {
	if !tr.rightsInSomeState().Release {
		return newRefusal(CodeNotYours, sayReleaseNotYours, tr.c.Ref)
	}
	if !tr.c.AwaitsRelease() {
		return newRefusal(CodeMovedOn, sayNothingToRelease, tr.c.Ref)
	}
	o := tr.c.CurrentOpening()
	d, err := tr.nextWorkingDayAfter(tr.env.Now)
	if err != nil {
		return calendarError(err)
	}
	explanation, reminders := tr.explainRest(d)
	tr.emit(Released{Deadline: d, Explanation: explanation, Reminders: reminders}, o.Rung, o.Number)
	tr.tellChair()
	tr.remindAsked(o)
	return nil
}

// explainRest says why a window ends with the next working day, and when it is brought to mind.
func (tr *transition) explainRest(d workday.Deadline) (explanation string, reminders []time.Time) {
	explanation = "The bot could take no answer for a time, so there is the whole of the next working day to answer."
	if start := tr.env.Calendar.StartOfDay(d.Date).UTC(); start.After(tr.env.Now) {
		reminders = []time.Time{start}
	}
	return explanation, reminders
}

// remindAsked brings the question to mind of those for whom Teams took it.
func (tr *transition) remindAsked(o *Opening) {
	for _, id := range o.Responders {
		if o.TookQuestion(id) {
			tr.post(Address{Person: id}, CardReminder)
		}
	}
}
