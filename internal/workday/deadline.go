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

// Limit is a second count, cumulative over the whole challenge.
type Limit struct {
	Start  Date      `json:"start"` // day 0 of the challenge
	Window Window    `json:"window"`
	Kind   LimitKind `json:"kind,omitempty"`
}

// Terms are what a deadline is computed from.
type Terms struct {
	// Start is day 0, from [Calendar.ReceiptDay]. A day nobody works is moved to the next working
	// day.
	Start Date `json:"start"`
	// Received is the instant of receipt, if known; it changes nothing and lets the working say why
	// day 0 is day 0.
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
		if _, d.Date, err = c.windowEnd(day0, terms.Window); err != nil {
			return Deadline{}, err
		}
	}
	if terms.Limit != nil {
		if err := c.applyLimit(&d, day0); err != nil {
			return Deadline{}, err
		}
	}
	d.Due = c.EndOfDay(d.Date)
	return d, nil
}

// applyLimit brings the date forward to the limit, as far as the minimum allows.
func (c *Calendar) applyLimit(d *Deadline, day0 Date) error {
	limit, own, remainder := d.Limit, d.Date, d.Window.IsZero()
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
	if _, d.LimitDate, err = c.windowEnd(limitStart, limit.Window); err != nil {
		return err
	}
	if limit.Kind == LimitTarget || (!remainder && own <= d.LimitDate) {
		return nil
	}
	floor, err := c.AddWorkingDays(day0, d.AtLeast)
	if err != nil {
		return err
	}
	if !remainder {
		floor = min(floor, own)
	}
	d.Date, d.Bound = d.LimitDate, BoundLimit
	if floor > d.LimitDate {
		d.Date, d.Bound = floor, BoundMinimum
	}
	return nil
}

// windowEnd gives the last day of a window from day 0, as written and as a working day. Since day 0
// is worked, rounding back never passes it.
func (c *Calendar) windowEnd(day0 Date, w Window) (written, end Date, err error) {
	if err := w.validate(); err != nil {
		return 0, 0, err
	}
	switch w.Unit {
	case CalendarDays:
		written = day0.AddDays(w.N)
	case WeekBand:
		written = day0.AddDays(7*w.N - 1)
	default:
		end, err = c.AddWorkingDays(day0, w.N)
		return end, end, err
	}
	end, err = c.WorkingDayOnOrBefore(written)
	return written, end, err
}
