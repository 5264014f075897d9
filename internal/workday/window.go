package workday

import (
	"fmt"
	"regexp"
	"slices"
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
	Hours                          // n hours from the instant of receipt, through nights and weekends
	WorkingHours                   // n hours from the instant of receipt, of working time alone
	SameDay                        // the end of day 0
	AtOnce                         // the same, for what a procedure wants done at once
)

// Window is how long somebody has. The zero Window means that there is none.
type Window struct {
	N    int // days or hours, for a WeekBand the last week of the band; 0 for SameDay and AtOnce
	Unit WindowUnit
}

// The longest windows that are believed. No procedure goes beyond ten weeks; more is a slip of the
// pen.
const (
	maxWindowDays  = 400
	maxBandWeeks   = 52
	maxWindowHours = 24 * 28
)

var (
	countPattern = regexp.MustCompile(`^(\S+) (working days?|calendar days?|days?|weeks?|fortnights?|months?|hours?|working hours?|office hours?)$`)
	bandPattern  = regexp.MustCompile(`^end of week (\S+)$`)
	rangePattern = regexp.MustCompile(`^\d+ ?(-|–|to) ?\d+ `)
)

// fixedWindows are windows that are written in words alone.
var fixedWindows = map[string]Window{
	"same working day": {Unit: SameDay}, "the same working day": {Unit: SameDay}, "end of the same working day": {Unit: SameDay},
	"end of the working day": {Unit: SameDay},
	"at once":                {Unit: AtOnce}, "immediately": {Unit: AtOnce},
	"next working day": {N: 1}, "the next working day": {N: 1}, "end of the next working day": {N: 1}, "end of next working day": {N: 1},
}

// unitWords and tenWords make the numbers that procedures write out, "one" to "ninety-nine".
var (
	unitWords = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tenWords  = strings.Fields("- - twenty thirty forty fifty sixty seventy eighty ninety")
)

// readNumber reads a number in figures or in words; "a" and "an" are one.
func readNumber(s string) (n int, ok bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, !strings.HasPrefix(s, "+")
	}
	if s == "a" || s == "an" {
		return 1, true
	}
	if i := slices.Index(unitWords, s); i > 0 {
		return i, true
	}
	tens, units, both := strings.Cut(s, "-")
	t, u := slices.Index(tenWords, tens), slices.Index(unitWords, units)
	switch {
	case t < 2 || both && (u < 1 || u > 9):
		return 0, false
	case both:
		return 10*t + u, true
	}
	return 10 * t, true
}

// Ways of writing that mean no other time: "24hrs", "five (5) working days", "10 business days".
var (
	attachedUnit  = regexp.MustCompile(`^(\d+)([a-z])`)
	saidTwice     = regexp.MustCompile(`^(\S+) \((\S+)\) `)
	otherSpelling = regexp.MustCompile(`\b(?:hr|wk|business day)`)
	spellings     = map[string]string{"hr": "hour", "wk": "week", "business day": "working day"}
)

// plainWindow is a time in one way of writing. A number that stands there twice must be the same.
func plainWindow(s string) string {
	text := strings.ToLower(strings.Join(strings.Fields(s), " "))
	text = strings.TrimPrefix(strings.TrimPrefix(text, "within "), "by the ")
	text = otherSpelling.ReplaceAllStringFunc(attachedUnit.ReplaceAllString(text, "$1 $2"), func(short string) string { return spellings[short] })
	if twice := saidTwice.FindStringSubmatch(text); twice != nil {
		first, ok := readNumber(twice[1])
		second, ok2 := readNumber(twice[2])
		if ok && ok2 && first == second {
			text = twice[1] + " " + text[len(twice[0]):]
		}
	}
	return text
}

// ParseWindow reads a time as procedures write it: "5 working days", "one working day", "10 calendar
// days", "2 weeks" or "a fortnight" (14 calendar days), "end of week 2", "24 hours", "4 working hours", "same working
// day", "next working day" or "at once". What has two meanings is refused with the forms that tell
// them apart.
func ParseWindow(s string) (Window, error) {
	text := plainWindow(s)
	if w, known := fixedWindows[text]; known {
		return w, nil
	}
	count, unit := "", ""
	if rangePattern.MatchString(text) {
		return Window{}, unreadableWindow(text)
	}
	if parts := bandPattern.FindStringSubmatch(text); parts != nil {
		count, unit = parts[1], "end of week"
	} else if parts := countPattern.FindStringSubmatch(text); parts != nil {
		count, unit = parts[1], strings.TrimSuffix(parts[2], "s")
	} else {
		return Window{}, unreadableWindow(text)
	}
	n, ok := readNumber(count)
	if !ok {
		return Window{}, fmt.Errorf("workday: the time is %w: its number is no number", ErrFormat)
	}
	w := Window{N: n}
	switch unit {
	case "calendar day":
		w.Unit = CalendarDays
	case "week":
		w = Window{N: 7 * n, Unit: CalendarDays}
	case "fortnight":
		w = Window{N: 14 * n, Unit: CalendarDays}
	case "end of week":
		w.Unit = WeekBand
	case "hour":
		w.Unit = Hours
	case "working hour", "office hour":
		w.Unit = WorkingHours
	case "day":
		return Window{}, fmt.Errorf(`workday: the time is %w: say which days: write "%d working days" or "%d calendar days"`, ErrFormat, n, n)
	case "month":
		return Window{}, fmt.Errorf(`workday: the time is %w: a month has no fixed length; write "28 calendar days" or "20 working days", as the procedure counts it`, ErrFormat)
	}
	if err := w.validate(); err != nil {
		return Window{}, err
	}
	return w, nil
}

// unreadableWindow says how a time is written.
func unreadableWindow(text string) error {
	switch {
	case rangePattern.MatchString(text):
		return fmt.Errorf(`workday: the time is %w: a time has one end; write the later, such as "5 working days"`, ErrFormat)
	case strings.Contains(text, "weekday") || strings.Contains(text, "week day"):
		return fmt.Errorf(`workday: the time is %w: a bank holiday may be a weekday; write "5 working days", which leaves it out, or "7 calendar days"`, ErrFormat)
	case strings.Contains(text, " of ") || strings.Contains(text, " from ") || strings.Contains(text, " after "):
		return fmt.Errorf(`workday: the time is %w: write the time alone, such as "72 hours"; after from: stands what it is counted from`, ErrFormat)
	}
	return fmt.Errorf(`workday: the time is %w: write "5 working days", "10 calendar days", "2 weeks", "24 hours", "4 working hours", "same working day", "at once" or "end of week 2"`, ErrFormat)
}

// validate refuses a window that nobody can have meant.
func (w Window) validate() error {
	most := maxWindowDays
	switch {
	case w.Unit == WeekBand:
		most = maxBandWeeks
	case w.IsHours():
		most = maxWindowHours
	case w.IsDayZero():
		if w.N != 0 {
			return fmt.Errorf("workday: the time is %w: the day of receipt has no number", ErrFormat)
		}
		return nil
	case w.Unit > AtOnce:
		return fmt.Errorf("workday: the time is %w: unknown unit %d", ErrFormat, w.Unit)
	}
	if w.N < 1 || w.N > most {
		return fmt.Errorf("workday: the time is %w: %d is not from 1 to %d", ErrFormat, w.N, most)
	}
	return nil
}

// IsZero reports whether there is no window.
func (w Window) IsZero() bool { return w == Window{} }

// IsHours reports whether the window ends so many hours after an instant.
func (w Window) IsHours() bool { return w.Unit == Hours || w.Unit == WorkingHours }

// IsDayZero reports whether the window ends with the day of receipt itself.
func (w Window) IsDayZero() bool { return w.Unit == SameDay || w.Unit == AtOnce }

// String gives a text that [ParseWindow] reads; the zero Window gives "".
func (w Window) String() string {
	switch w.Unit {
	case WeekBand:
		return fmt.Sprintf("end of week %d", w.N)
	case CalendarDays:
		return english.Count(w.N, "calendar day")
	case Hours:
		return english.Count(w.N, "hour")
	case WorkingHours:
		return english.Count(w.N, "working hour")
	case SameDay:
		return "same working day"
	case AtOnce:
		return "at once"
	}
	if w.IsZero() {
		return ""
	}
	return english.Count(w.N, "working day")
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
