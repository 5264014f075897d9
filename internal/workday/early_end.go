package workday

import (
	"cmp"
	"fmt"
	"strings"
)

// EarlyEnd is a working day that ends sooner than others: the first of a closure that begins at
// a time of the day.
type EarlyEnd struct {
	Date Date      `json:"date"`
	At   TimeOfDay `json:"at"`
	Name string    `json:"name"` // of the closure
}

// ClosureStart is where a closure begins: with a day, or at a time on a day, which then ends at
// that time.
type ClosureStart struct {
	Date Date
	At   TimeOfDay // 0: the whole day is closed
}

// UnmarshalText reads "2026-12-24" or "2026-12-24T12:45".
func (c *ClosureStart) UnmarshalText(text []byte) error {
	day, at, timed := strings.Cut(string(text), "T")
	if !timed {
		day, at, timed = strings.Cut(day, " ")
	}
	err := c.Date.UnmarshalText([]byte(day))
	if err != nil {
		if timed && hasYearLast(string(text)) { // a day with spaces, as in 24 December 2026
			_, err = ParseDate(string(text))
		}
		return err
	}
	if !timed {
		return nil
	}
	if c.At, err = ParseTimeOfDay(at); err != nil {
		return fmt.Errorf("%w; a closure from that time on is written as in 2026-12-24T12:45", err)
	}
	return nil
}

// Closed is what a closure from there to a last day, included, takes away: a run of days, an end
// of its first day, or both.
func (c ClosureStart) Closed(to Date, name string) ([]Closure, []EarlyEnd) {
	if c.At == 0 {
		return []Closure{{From: c.Date, To: cmp.Or(to, c.Date), Name: name}}, nil
	}
	early := []EarlyEnd{{Date: c.Date, At: c.At, Name: name}}
	if to == 0 || to == c.Date {
		return nil, early
	}
	return []Closure{{From: c.Date + 1, To: to, Name: name}}, early
}

func (s Settings) validateEarlyEnd(found *settingErrors, field string, early EarlyEnd, list officialList) {
	switch {
	case strings.TrimSpace(early.Name) == "":
		found.add(field, "the closure from %s at %s has no name; give it the name that people should read in the working", early.Date, early.At)
	case early.At <= s.DayStarts:
		found.add(field, "it begins at %s, before the day does; write the day without a time if the whole of it is closed", early.At)
	case early.At > s.DayEnds:
		found.add(field, "it begins at %s, after the end of the day, %s; let it begin on the day after", early.At, s.DayEnds)
	case early.Date < list.from || early.Date > s.CoverageUntil:
		found.add(field, "it starts on %s, outside the calendar (%s to %s); remove it or set coverage_until later", early.Date, list.from, s.CoverageUntil)
	}
}

// endOf is when a day ends, and the name of the closure that ends it sooner, if one does.
func (c *Calendar) endOf(d Date) (TimeOfDay, string) {
	at, name := c.settings.DayEnds, ""
	for _, early := range c.settings.EarlyEnds {
		if early.Date == d && early.At < at {
			at, name = early.At, early.Name
		}
	}
	return at, name
}

// cutoffOn is until when something received on a day counts for it.
func (c *Calendar) cutoffOn(d Date) TimeOfDay {
	ends, _ := c.endOf(d)
	return min(c.settings.Cutoff, ends)
}
