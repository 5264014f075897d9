package workday

import (
	"errors"
	"fmt"
	"time"
)

// ErrOtherCalendar means that a deadline was computed with another calendar than the one asked to
// explain it. A working that does not lead to the stored date would be worse than none.
var ErrOtherCalendar = errors.New("the deadline comes from another calendar")

// Explanation is the working behind a date. [Explanation.Text] puts it into words.
type Explanation struct {
	Start     Date          `json:"start"` // day 0
	StartNote string        `json:"start_note,omitempty"`
	Window    Window        `json:"window,omitzero"`
	Counted   []Date        `json:"counted,omitempty"` // the working days of Window, one by one; none for calendar days and week bands
	Skipped   []SkippedDays `json:"skipped,omitempty"` // days passed over in counting, or in rounding back
	// RoundedFrom is the last day of the window as written, when that was no working day.
	RoundedFrom *Date `json:"rounded_from,omitempty"`
	// WindowEnd is where Window ends by itself; zero when the rung has no window of its own.
	WindowEnd Date `json:"ends,omitzero"`
	// CountedFrom and EndsAt are the instants between which hours are counted, and Spans the
	// working time that was.
	CountedFrom time.Time `json:"counted_from,omitzero"`
	EndsAt      time.Time `json:"ends_at,omitzero"`
	Spans       []Span    `json:"spans,omitempty"`

	Limit     *Explanation `json:"limit,omitempty"` // the working of the limit
	LimitKind LimitKind    `json:"limit_kind,omitempty"`
	Origin    Origin       `json:"origin,omitempty"` // what the limit counts from
	AtLeast   int          `json:"at_least,omitempty"`
	// Minimum is the count of AtLeast working days, when that decided.
	Minimum *Explanation `json:"minimum,omitempty"`

	Bound Bound     `json:"bound,omitempty"` // only in the outermost working
	Date  Date      `json:"date,omitzero"`
	Due   time.Time `json:"due,omitzero"`
	// EarlyEnd names the closure that begins on the day that it is due, if one does.
	EarlyEnd string `json:"early_end,omitempty"`
}

// Span is working time of one day that hours are counted in.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// SkippedDays are days in a row, both ends included, that were not counted for one reason.
type SkippedDays struct {
	From   Date      `json:"from"`
	To     Date      `json:"to"`
	Reason string    `json:"reason"` // "Good Friday", "weekend"
	Source DaySource `json:"source"`
}

// Explain builds the working of a deadline. It computes the date again and refuses with
// [ErrOtherCalendar] if that gives another date or instant.
func (c *Calendar) Explain(d Deadline) (Explanation, error) {
	again, err := c.ComputeDeadline(d.Terms)
	if err != nil {
		return Explanation{}, err
	}
	if again.Date != d.Date || again.Bound != d.Bound || again.LimitDate != d.LimitDate || !again.Due.Equal(d.Due) {
		return Explanation{}, fmt.Errorf("workday: %w: stored as %s, but calendar %s gives %s; use the calendar it was computed with, or compute it anew",
			ErrOtherCalendar, d.Date, c.version, again.Date)
	}
	w, err := c.explainWindow(d.Start, d.Received, d.Window)
	if err != nil {
		return Explanation{}, err
	}
	w.StartNote = c.startNote(d.Terms, w.Start)
	w.Bound, w.Date, w.Due = d.Bound, d.Date, d.Due.In(c.location)
	_, w.EarlyEnd = c.endOf(d.Date)
	if d.Limit == nil {
		return w, nil
	}
	limit, err := c.explainWindow(d.Limit.Start, d.Limit.At, d.Limit.Window)
	if err != nil {
		return Explanation{}, err
	}
	w.Limit, w.LimitKind, w.Origin, w.AtLeast = &limit, d.Limit.Kind, d.Limit.Origin, d.AtLeast
	if w.LimitKind == "" {
		w.LimitKind = LimitHard
	}
	if n := c.CountWorkingDays(w.Start, d.Date); d.Bound == BoundMinimum && n > 0 {
		minimum, err := c.explainWindow(w.Start, d.Received, Window{N: n, Unit: WorkingDays})
		if err != nil {
			return Explanation{}, err
		}
		w.Minimum = &minimum
	}
	return w, nil
}

// explainWindow lays one window open, day by day. A zero window gives day 0 alone.
func (c *Calendar) explainWindow(start Date, at time.Time, window Window) (Explanation, error) {
	day0, err := c.WorkingDayOnOrAfter(start)
	if err != nil {
		return Explanation{}, err
	}
	w := Explanation{Start: day0, Window: window}
	if window.IsZero() {
		return w, nil
	}
	ending, err := c.windowEnd(day0, at, window)
	if err != nil {
		return Explanation{}, err
	}
	written, end := ending.written, ending.date
	w.WindowEnd = end
	if window.IsHours() {
		return c.explainHours(w, at, ending), nil
	}
	if window.Unit != WorkingDays {
		w.Skipped = c.skippedDays(end+1, written)
		if written != end {
			w.RoundedFrom = &written
		}
		return w, nil
	}
	w.Counted = make([]Date, 0, window.N)
	for date := day0 + 1; date <= end; date++ {
		if c.IsWorkingDay(date) {
			w.Counted = append(w.Counted, date)
		}
	}
	w.Skipped = c.skippedDays(day0+1, end)
	return w, nil
}

// explainHours lays hours open. Of working hours it names the time of each day that counted, and
// the days that did not.
func (c *Calendar) explainHours(w Explanation, at time.Time, ending windowEnding) Explanation {
	if at.IsZero() {
		at = c.StartOfDay(w.Start)
	}
	w.CountedFrom, w.EndsAt = at.In(c.location), ending.due
	if w.Window.Unit != WorkingHours {
		return w
	}
	for day := DateOf(w.CountedFrom); day <= ending.date; day++ {
		from, to := c.StartOfDay(day), c.EndOfDay(day)
		if w.CountedFrom.After(from) {
			from = w.CountedFrom
		}
		if ending.due.Before(to) {
			to = ending.due
		}
		if c.IsWorkingDay(day) && to.After(from) {
			w.Spans = append(w.Spans, Span{From: from, To: to})
		}
	}
	w.Skipped = c.skippedDays(DateOf(w.CountedFrom), ending.date)
	return w
}

// skippedDays gathers the days not worked between two covered days, both included, into runs of one
// reason.
func (c *Calendar) skippedDays(from, to Date) []SkippedDays {
	var runs []SkippedDays
	for date := from; date <= to; date++ {
		day := c.lookUpCovered(date)
		if day.Working {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].To+1 == date && runs[n-1].Source == day.Source &&
			(day.Source == SourceWeekend || runs[n-1].Reason == day.Reason) {
			runs[n-1].To = date
			if day.Source == SourceWeekend {
				runs[n-1].Reason = "weekend"
			}
			continue
		}
		runs = append(runs, SkippedDays{From: date, To: date, Reason: day.Reason, Source: day.Source})
	}
	return runs
}

// startNote says why day 0 is later than the day of receipt, if it is.
func (c *Calendar) startNote(terms Terms, day0 Date) string {
	from, note := terms.Start, "Start "+terms.Start.FormatShort()
	afterCutoff := false
	if !terms.Received.IsZero() {
		from = c.DateOf(terms.Received)
		note = fmt.Sprintf("Received %s on %s", terms.Received.In(c.location).Format("15:04"), from.FormatShort())
		afterCutoff = terms.Received.After(c.cutoffOn(from).onDate(from, c.location))
	}
	if from >= day0 {
		return ""
	}
	if afterCutoff && c.IsWorkingDay(from) {
		note += fmt.Sprintf(", after the cut-off at %s", c.cutoffOn(from))
	}
	if skipped := c.skippedDays(max(from, c.from), day0); len(skipped) > 0 {
		note += "; not worked: " + skippedText(skipped)
	}
	return note
}
