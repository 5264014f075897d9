package workday

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrFormat means that a text is no date, time of day or window. The text itself is not repeated in
// the error, because it may have been typed by a person into the wrong field.
var ErrFormat = errors.New("not readable")

const secondsPerDay = 24 * 60 * 60

// Date is a civil day: the number of days since 1 January 1970. It has no zone and no time of day.
// The zero Date stands for "not set" wherever a setting or a field is optional.
type Date int32

// NewDate gives the Date of a year, month and day; out-of-range days run on into the next month as
// in [time.Date].
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// ParseDate reads "2006-01-02" and nothing else.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		if hasYearLast(s) {
			return 0, fmt.Errorf("workday: date %w: write the year first: 24/12/2026 is 2026-12-24 here", ErrFormat)
		}
		return 0, fmt.Errorf("workday: date %w: write year-month-day, such as 2026-04-02", ErrFormat)
	}
	return DateOf(t), nil
}

// hasYearLast reports whether a text is a date as people in the United Kingdom write it.
func hasYearLast(s string) bool {
	s = strings.NewReplacer(".", "/", "-", "/", " ", "/", ",", "").Replace(strings.TrimSpace(s))
	return slices.ContainsFunc([]string{"2/1/2006", "2/1/06", "2/January/2006", "2/Jan/2006"}, func(layout string) bool {
		_, err := time.Parse(layout, s)
		return err == nil
	})
}

// DateOf gives the day that t falls on in t's own zone.
func DateOf(t time.Time) Date {
	_, offset := t.Zone()
	local := t.Unix() + int64(offset)
	days := local / secondsPerDay
	if local%secondsPerDay < 0 {
		days--
	}
	return Date(days)
}

// IsZero reports whether the date is not set.
func (d Date) IsZero() bool { return d == 0 }

// AddDays moves by n calendar days.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday((int(d)%7 + 11) % 7) } // day 0 was a Thursday

// Year gives the calendar year.
func (d Date) Year() int { return d.Midnight(time.UTC).Year() }

// Midnight gives the first instant of the day in loc.
func (d Date) Midnight(loc *time.Location) time.Time {
	utc := time.Unix(int64(d)*secondsPerDay, 0).UTC()
	if loc == time.UTC {
		return utc
	}
	year, month, day := utc.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, loc)
}

// String gives "2006-01-02".
func (d Date) String() string { return d.Midnight(time.UTC).Format(time.DateOnly) }

// FormatLong gives "Thursday 2 April 2026".
func (d Date) FormatLong() string { return d.Midnight(time.UTC).Format("Monday 2 January 2006") }

// FormatShort gives "Thu 2 Apr".
func (d Date) FormatShort() string { return d.Midnight(time.UTC).Format("Mon 2 Jan") }

// formatDayMonth gives "2 Apr".
func (d Date) formatDayMonth() string { return d.Midnight(time.UTC).Format("2 Jan") }

// MarshalText writes "2006-01-02".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2006-01-02".
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// TimeOfDay is a wall-clock time in minutes after midnight. Zero means "not set"; midnight itself
// cannot be written, because a reader cannot tell which of the two days it ends or begins.
type TimeOfDay int16

const lastMinute = TimeOfDay(24*60 - 1)

// ParseTimeOfDay reads "17:00": two digits, a colon, two digits, from 00:01 to 23:59.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("workday: time of day %w: write hours and minutes, such as 17:00", ErrFormat)
	}
	minutes := TimeOfDay(t.Hour()*60 + t.Minute())
	if minutes == 0 {
		return 0, fmt.Errorf("workday: time of day %w: midnight belongs to two days; write 00:01 or 23:59", ErrFormat)
	}
	return minutes, nil
}

// String gives "17:00".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// MarshalText writes "17:00", or nothing when the time is not set.
func (t TimeOfDay) MarshalText() ([]byte, error) {
	if t == 0 {
		return []byte{}, nil
	}
	return []byte(t.String()), nil
}

// UnmarshalText reads "17:00"; an empty text leaves the time not set.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = 0
		return nil
	}
	parsed, err := ParseTimeOfDay(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// onDate gives the instant at which the wall clock in loc shows t on day d.
func (t TimeOfDay) onDate(d Date, loc *time.Location) time.Time {
	year, month, day := d.Midnight(time.UTC).Date()
	return time.Date(year, month, day, int(t/60), int(t%60), 0, 0, loc)
}
