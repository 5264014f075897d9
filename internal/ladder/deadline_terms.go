package ladder

import (
	"slices"
	"time"

	"challengebot/internal/workday"
)

// minimumDays is what a rung has at the least, in working days after its own day 0, where its time
// counts from another moment than receipt.
const minimumDays = 1

// Moment is an instant and the working day for which it counts.
type Moment struct {
	At  time.Time
	Day workday.Date
}

// Moments are what the time of a rung can count from.
type Moments struct {
	Receipt    Moment       // the rung's question is received
	LimitStart workday.Date // the limit of the whole challenge begins; 0: not yet
	Raise      Moment       // the challenge was raised
	RungBelow  Moment       // the rung below ended; the same as Receipt where there is none
	Shared     Moment       // the first of the rungs began that share a window
	Conference workday.Date // what the challenge is about; 0: it has no date
}

// SharedWindow is one time for several rungs together, from the moment at which the first of them
// begins.
type SharedWindow struct {
	ID     string         `yaml:"id" json:"id"`
	Rungs  []string       `yaml:"rungs" json:"rungs"`
	Window workday.Window `yaml:"window" json:"window"`
	Source string         `yaml:"source" json:"source"`
}

// SharedWindowOf is the window that the rung shares with others, nil without one.
func (l *Ladder) SharedWindowOf(rung string) *SharedWindow {
	for i := range l.SharedWindows {
		if slices.Contains(l.SharedWindows[i].Rungs, rung) {
			return &l.SharedWindows[i]
		}
	}
	return nil
}

// ComputeDeadline computes the due date of a rung. Where more than one limit holds beside the
// rung's own window, the earliest end decides.
func (l *Ladder) ComputeDeadline(c *workday.Calendar, r *Rung, m Moments) (workday.Deadline, error) {
	terms := workday.Terms{Start: m.Receipt.Day, Received: m.Receipt.At, AtLeast: minimumDays}
	if r.HasNoLimit() {
		terms.Window = *r.AskAgain
		d, err := c.ComputeDeadline(terms)
		d.Due = c.StartOfDay(d.Date)
		return d, err
	}
	limits := l.limitsOf(r, m)
	if origin, from, another := m.origin(c, r.WindowStart); another && r.Window != nil {
		limits = append([]workday.Limit{{Start: from.Day, At: hoursFrom(*r.Window, from), Window: *r.Window, Origin: origin}}, limits...)
	} else if r.Window != nil && r.WindowStart != WindowFromLimitStart {
		terms.Window = *r.Window
	}
	if len(limits) == 0 {
		return c.ComputeDeadline(terms)
	}
	var earliest workday.Deadline
	for i, limit := range limits {
		if terms.Window.IsZero() {
			limit.Kind = workday.LimitHard
		}
		terms.Limit = &limit
		d, err := c.ComputeDeadline(terms)
		if err != nil {
			return d, err
		}
		if i == 0 || d.Due.Before(earliest.Due) {
			earliest = d
		}
	}
	return earliest, nil
}

// limitsOf are the limits that hold on a rung beside its own window.
func (l *Ladder) limitsOf(r *Rung, m Moments) []workday.Limit {
	var limits []workday.Limit
	if r.WindowStart == WindowFromLimitStart && r.Window != nil {
		// A band ends when it ends; a rung entered after it has the least.
		return []workday.Limit{{Start: m.LimitStart, Window: *r.Window}}
	}
	shared := l.SharedWindowOf(r.ID)
	if shared != nil {
		limits = append(limits, workday.Limit{Start: m.Shared.Day, At: hoursFrom(shared.Window, m.Shared), Window: shared.Window, Origin: workday.OriginBudget})
	}
	switch {
	case r.Remainder && shared == nil:
		limits = append(limits, workday.Limit{Start: m.LimitStart, Window: *l.OverallLimit.Window})
	case r.Within != nil:
		limits = append(limits, workday.Limit{Start: m.LimitStart, Window: *r.Within})
	case l.OverallLimit.Hard && m.LimitStart != 0:
		limits = append(limits, workday.Limit{Start: m.LimitStart, Window: *l.OverallLimit.Window})
	}
	return limits
}

// origin is the moment other than receipt that a window counts from. A challenge about something
// without a date counts from its raising. A conference has a date and no time: hours count from when
// its day ends, so that nobody loses any.
func (m Moments) origin(c *workday.Calendar, start WindowStart) (workday.Origin, Moment, bool) {
	switch start {
	case WindowFromRaise:
		return workday.OriginRaise, m.Raise, true
	case WindowFromConference:
		if m.Conference == 0 {
			return workday.OriginRaise, m.Raise, true
		}
		return workday.OriginConference, Moment{At: c.EndOfDay(m.Conference), Day: m.Conference}, true
	case WindowFromRungBelow:
		return workday.OriginRungBelow, m.RungBelow, true
	}
	return "", Moment{}, false
}

// hoursFrom is the instant that a window counts from, if it counts hours.
func hoursFrom(w workday.Window, m Moment) time.Time {
	if w.IsHours() {
		return m.At
	}
	return time.Time{}
}
