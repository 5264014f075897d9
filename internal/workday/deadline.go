package workday

import (
	"errors"
	"fmt"
	"time"
)

// ErrBadTerms means that a deadline was asked for on terms that cannot be met; the wrapping error
// says which.
var ErrBadTerms = errors.New("terms of the deadline make no sense")

// LimitKind says what a limit does.
type LimitKind string

// The kinds of limit. An empty kind is Hard.
const (
	LimitHard   LimitKind = "hard"   // the earlier of window and limit holds
	LimitTarget LimitKind = "target" // shown and reported, moves nothing
)

// Origin is the moment that a limit counts from. An empty one is the start of the challenge.
type Origin string

// The moments other than the start of the challenge.
const (
	OriginRaise      Origin = "raise"      // the challenge was raised
	OriginConference Origin = "conference" // what the challenge is about took place
	OriginRungBelow  Origin = "rung-below" // the stage below came to its end
	OriginBudget     Origin = "budget"     // the first of the stages began that share a time
)

// Limit is a second count, from another moment than receipt: the start of the whole challenge, or
// another Origin.
type Limit struct {
	Start  Date      `json:"start"` // its day 0
	Window Window    `json:"window"`
	Kind   LimitKind `json:"kind,omitempty"`
	Origin Origin    `json:"origin,omitempty"`
	// At is the instant that hours are counted from; without it they count from when Start begins.
	At time.Time `json:"at,omitzero"`
}

// Terms are what a deadline is computed from.
type Terms struct {
	// Start is day 0, from [Calendar.ReceiptDay]. A day nobody works is moved to the next working
	// day.
	Start Date `json:"start"`
	// Received is the instant of receipt, if known. Hours count from it; for every other window it
	// changes nothing and lets the working say why day 0 is day 0.
	Received time.Time `json:"received,omitzero"`
	// Window is the rung's own window. Zero means that the rung gets what remains of Limit; see
	// [RemainderTerms].
	Window Window `json:"window,omitzero"`
	Limit  *Limit `json:"limit,omitempty"`
	// AtLeast is the number of working days after day 0 that a limit must leave (but never more
	// than Window gives).
	AtLeast int `json:"at_least,omitempty"`
}

// RemainderTerms gives the terms of a rung without a window of its own: it has what is left of the
// limit that runs from caseStart, and at least atLeast working days (one, if less is asked).
func RemainderTerms(start, caseStart Date, limit Window, atLeast int) Terms {
	return Terms{Start: start, Limit: &Limit{Start: caseStart, Window: limit, Kind: LimitHard}, AtLeast: max(1, atLeast)}
}

// Bound says which of the terms decided the date.
type Bound string

// What can decide a date.
const (
	BoundWindow  Bound = "window"
	BoundLimit   Bound = "limit"
	BoundMinimum Bound = "minimum" // AtLeast, or day 0 itself when the limit had passed before it
)

// Deadline is a date, the instant at which it falls due, and the terms it came from.
type Deadline struct {
	Terms
	Date      Date      `json:"date"`
	Due       time.Time `json:"due"`
	Bound     Bound     `json:"bound"`
	LimitDate Date      `json:"limit_date,omitzero"` // where Limit ends, whether or not it decided
}

// ComputeDeadline computes the due date. Without a limit it never allocates and costs a few array
// reads.
func (c *Calendar) ComputeDeadline(terms Terms) (Deadline, error) {
	day0, err := c.WorkingDayOnOrAfter(terms.Start)
	if err != nil {
		return Deadline{}, err
	}
	d := Deadline{Terms: terms, Bound: BoundWindow}
	if terms.Limit == nil || !terms.Window.IsZero() {
		end, err := c.windowEnd(day0, terms.Received, terms.Window)
		if err != nil {
			return Deadline{}, err
		}
		d.Date, d.Due = end.date, end.due
	}
	if terms.Limit != nil {
		if err := c.applyLimit(&d, day0); err != nil {
			return Deadline{}, err
		}
	}
	return d, nil
}

// applyLimit brings the date forward to the limit, as far as the minimum allows.
func (c *Calendar) applyLimit(d *Deadline, day0 Date) error {
	limit, ownDue, remainder := d.Limit, d.Due, d.Window.IsZero()
	switch {
	case limit.Kind != "" && limit.Kind != LimitHard && limit.Kind != LimitTarget:
		return fmt.Errorf("workday: %w: unknown kind of limit", ErrBadTerms)
	case d.AtLeast < 0 || d.AtLeast > maxWindowDays:
		return fmt.Errorf("workday: %w: at least %d working days", ErrBadTerms, d.AtLeast)
	case remainder && (d.AtLeast < 1 || limit.Kind == LimitTarget):
		return fmt.Errorf("workday: %w: a remainder needs a hard limit and at least 1 working day", ErrBadTerms)
	}
	limitStart, err := c.WorkingDayOnOrAfter(limit.Start)
	if err != nil {
		return err
	}
	end, err := c.windowEnd(limitStart, limit.At, limit.Window)
	if err != nil {
		return err
	}
	d.LimitDate = end.date
	if limit.Kind == LimitTarget || (!remainder && !ownDue.After(end.due)) {
		return nil
	}
	floor, err := c.AddWorkingDays(day0, d.AtLeast)
	if err != nil {
		return err
	}
	floorDue := c.EndOfDay(floor)
	if !remainder && floorDue.After(ownDue) {
		floorDue = ownDue
	}
	d.Due, d.Bound = end.due, BoundLimit
	if floorDue.After(end.due) {
		d.Due, d.Bound = floorDue, BoundMinimum
	}
	d.Date = c.DateOf(d.Due)
	return nil
}

// windowEnding is where a window ends.
type windowEnding struct {
	written Date // the last day as written
	date    Date // the day that it ends on
	due     time.Time
}

// windowEnd is where a window from day 0 ends, or from an instant if it counts hours. Since day 0
// is worked, rounding back never passes it.
func (c *Calendar) windowEnd(day0 Date, at time.Time, w Window) (end windowEnding, err error) {
	if err := w.validate(); err != nil {
		return end, err
	}
	switch w.Unit {
	case CalendarDays:
		end.written = day0.AddDays(w.N)
	case WeekBand:
		end.written = day0.AddDays(7*w.N - 1)
	case SameDay, AtOnce:
		end.written = day0
	case Hours, WorkingHours:
		return c.hoursEnd(day0, at, w)
	default:
		end.date, err = c.AddWorkingDays(day0, w.N)
		end.written, end.due = end.date, c.EndOfDay(end.date)
		return end, err
	}
	end.date, err = c.WorkingDayOnOrBefore(end.written)
	end.due = c.EndOfDay(end.date)
	return end, err
}

// hoursEnd is where hours end that are counted from an instant, at a full minute. Hours that are not
// those of working time pass in the night and at weekends too, and so many of them pass whether or
// not the clocks change in between.
func (c *Calendar) hoursEnd(day0 Date, at time.Time, w Window) (end windowEnding, err error) {
	if at.IsZero() {
		at = c.StartOfDay(day0)
	}
	end.due = at.Add(time.Duration(w.N) * time.Hour)
	if w.Unit == WorkingHours {
		if end.due, err = c.AddWorkingTime(at, time.Duration(w.N)*time.Hour); err != nil {
			return end, err
		}
	}
	if minute := end.due.Truncate(time.Minute); minute.Before(end.due) {
		end.due = minute.Add(time.Minute)
	}
	end.due = end.due.In(c.location)
	end.date = DateOf(end.due)
	end.written = end.date
	if _, covered := c.dayIndex(end.date); !covered {
		return end, c.coverageError(end.date, 0)
	}
	return end, nil
}
