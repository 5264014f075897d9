package workday

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"challengebot/internal/english"
)

// WindowUnit is what a window counts.
type WindowUnit uint8

// The units of a window.
const (
	WorkingDays  WindowUnit = iota // the n-th working day after day 0
	CalendarDays                   // day n after day 0, rounded back to a working day
	WeekBand                       // the last day of week n, week 1 beginning on day 0, rounded back to a working day
)

// Window is how long somebody has. The zero Window means that there is none.
type Window struct {
	N    int // days, or for a WeekBand the last week of the band
	Unit WindowUnit
}

// The longest windows that are believed. No procedure goes beyond ten weeks; more is a slip of the
// pen.
const (
	maxWindowDays = 400
	maxBandWeeks  = 52
)

var windowPattern = regexp.MustCompile(`(?i)^(?:(\d{1,4}) (working|calendar) days?|end of week (\d{1,4}))$`)

// ParseWindow reads "5 working days", "1 working day", "10 calendar days" or "end of week 2".
func ParseWindow(s string) (Window, error) {
	parts := windowPattern.FindStringSubmatch(strings.Join(strings.Fields(s), " "))
	if parts == nil {
		return Window{}, fmt.Errorf(`workday: window %w: write "5 working days", "10 calendar days" or "end of week 2"`, ErrFormat)
	}
	unit, digits := WorkingDays, parts[1]
	switch {
	case parts[3] != "":
		unit, digits = WeekBand, parts[3]
	case strings.EqualFold(parts[2], "calendar"):
		unit = CalendarDays
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return Window{}, fmt.Errorf("workday: window %w: its number is no number", ErrFormat)
	}
	w := Window{N: n, Unit: unit}
	if err := w.validate(); err != nil {
		return Window{}, err
	}
	return w, nil
}

// validate refuses a window that nobody can have meant.
func (w Window) validate() error {
	most := maxWindowDays
	if w.Unit == WeekBand {
		most = maxBandWeeks
	}
	switch {
	case w.Unit > WeekBand:
		return fmt.Errorf("workday: window %w: unknown unit %d", ErrFormat, w.Unit)
	case w.N < 1 || w.N > most:
		return fmt.Errorf("workday: window %w: %d is not from 1 to %d", ErrFormat, w.N, most)
	}
	return nil
}

// IsZero reports whether there is no window.
func (w Window) IsZero() bool { return w == Window{} }

// String gives the text that [ParseWindow] reads; the zero Window gives "".
func (w Window) String() string {
	switch {
	case w.IsZero():
		return ""
	case w.Unit == WeekBand:
		return fmt.Sprintf("end of week %d", w.N)
	case w.Unit == CalendarDays:
		return english.Count(w.N, "calendar day")
	default:
		return english.Count(w.N, "working day")
	}
}

// MarshalText writes the text that [ParseWindow] reads.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what [ParseWindow] reads; an empty text means no window.
func (w *Window) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*w = Window{}
		return nil
	}
	parsed, err := ParseWindow(string(text))
	if err != nil {
		return err
	}
	*w = parsed
	return nil
}
