package workday

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// Hours are counted by hand here, on wall clocks in London: the clocks go forward on 29 March 2026
// and back on 25 October 2026.
func TestHoursRunAsTheProcedureSays(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, Settings{
		Closures:  []Closure{christmasClosure},
		EarlyEnds: []EarlyEnd{{Date: NewDate(2026, 6, 26), At: 12 * 60, Name: "Staff day"}},
	})
	for _, test := range []struct {
		name, window, received, due, working string
	}{
		{"a day on", "24 hours", "2026-06-01 10:07:30", "2026-06-02 10:08",
			"Counted from 10:07 on Mon 1 Jun. 24 hours, nights and weekends included, end 10:08 on Tue 2 Jun. Due 10:08 on Tuesday 2 June 2026."},
		{"a full minute stays", "1 hour", "2026-06-01 10:07:00", "2026-06-01 11:07",
			"Counted from 10:07 on Mon 1 Jun. 1 hour, nights and weekends included, ends 11:07 on Mon 1 Jun. Due 11:07 on Monday 1 June 2026."},
		{"through a weekend", "24 hours", "2026-06-05 16:00:00", "2026-06-06 16:00", ""},
		{"received at night", "2 hours", "2026-06-07 23:30:00", "2026-06-08 01:30", ""},
		{"the clocks go forward", "72 hours", "2026-03-27 16:00:00", "2026-03-30 17:00",
			"Counted from 16:00 on Fri 27 Mar. 72 hours, nights and weekends included, end 17:00 on Mon 30 Mar. The clocks change in between. Due 17:00 on Monday 30 March 2026."},
		{"the clocks go back", "48 hours", "2026-10-24 12:00:00", "2026-10-26 11:00", ""},
		{"over Christmas", "48 hours", "2026-12-24 15:00:00", "2026-12-26 15:00", ""},
		{"working hours over a weekend", "4 working hours", "2026-06-05 15:00:00", "2026-06-08 11:00",
			"Counted from 15:00 on Fri 5 Jun. 4 working hours: Fri 5 Jun 15:00-17:00, Mon 8 Jun 09:00-11:00. Skipped: weekend 6-7 Jun. Due 11:00 on Monday 8 June 2026."},
		{"working hours over Easter", "4 working hours", "2026-04-02 15:00:00", "2026-04-07 11:00", ""},
		{"working hours over the closure", "8 working hours", "2026-12-24 13:00:00", "2027-01-04 13:00", ""},
		{"working hours from a Saturday", "3 working hours", "2026-06-06 11:00:00", "2026-06-08 12:00",
			"Counted from 11:00 on Sat 6 Jun. 3 working hours: Mon 8 Jun 09:00-12:00. Skipped: weekend 6-7 Jun. Due 12:00 on Monday 8 June 2026."},
		{"working hours on a day that ends early", "4 working hours", "2026-06-26 10:00:00", "2026-06-29 11:00", ""},
		{"working hours to the end of a day", "2 working hours", "2026-06-05 15:00:00", "2026-06-05 17:00", ""},
		{"the same day", "same working day", "2026-06-01 10:07:30", "2026-06-01 17:00",
			"Day 0 Mon 1 Jun. The procedure asks for it on the same working day, day 0. Due 17:00 on Monday 1 June 2026."},
		{"the same day, after the cut-off", "same working day", "2026-06-05 17:30:00", "2026-06-08 17:00",
			"Received 17:30 on Fri 5 Jun, after the cut-off at 17:00; not worked: weekend 6-7 Jun. Day 0 Mon 8 Jun. " +
				"The procedure asks for it on the same working day, day 0. Due 17:00 on Monday 8 June 2026."},
		{"at once", "at once", "2026-06-01 16:59:00", "2026-06-01 17:00",
			"Day 0 Mon 1 Jun. The procedure asks for it at once, at the latest when day 0 ends. Due 17:00 on Monday 1 June 2026."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			received := parseLondonTime(t, test.received)
			start, err := c.ReceiptDay(received)
			if err != nil {
				t.Fatal(err)
			}
			d, err := c.ComputeDeadline(Terms{Start: start, Received: received.UTC(), Window: parseWindow(t, test.window), AtLeast: 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Due.In(c.Location()).Format("2006-01-02 15:04"); got != test.due {
				t.Errorf("due %s, want %s", got, test.due)
			}
			if d.Date != c.DateOf(d.Due) || d.Bound != BoundWindow {
				t.Errorf("on %s by %s", d.Date, d.Bound)
			}
			working, err := c.Explain(d)
			if err != nil {
				t.Fatal(err)
			}
			if got := working.Text(); test.working != "" && got != test.working {
				t.Errorf("working %q", got)
			}
		})
	}
}

// A second count from another moment than receipt: the earlier holds, and a working day is left.
func TestATimeCountsFromAnotherMoment(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, Settings{})
	received := parseLondonTime(t, "2026-06-03 10:00:00")
	for _, test := range []struct {
		name    string
		window  string
		limit   Limit
		due     string
		bound   Bound
		working string
	}{
		{"from the conference", "", Limit{Start: NewDate(2026, 6, 1), Window: Window{N: 5}, Origin: OriginConference}, "2026-06-08 17:00", BoundLimit,
			"Day 0 Wed 3 Jun. 5 working days from the date of what it is about (Mon 1 Jun) end Mon 8 Jun. Counted from Mon 1 Jun: Tue 2 Jun, Wed 3 Jun, Thu 4 Jun, Fri 5 Jun, Mon 8 Jun. " +
				"Skipped: weekend 6-7 Jun. Due 17:00 on Monday 8 June 2026."},
		{"hours from the raising", "", Limit{Start: NewDate(2026, 6, 2), At: parseLondonTime(t, "2026-06-02 16:30:00"), Window: Window{72, Hours}, Origin: OriginRaise},
			"2026-06-05 16:30", BoundLimit,
			"Day 0 Wed 3 Jun. 72 hours from the raising of the challenge (16:30 on Tue 2 Jun) end 16:30 on Fri 5 Jun. " +
				"Counted from 16:30 on Tue 2 Jun. 72 hours, nights and weekends included, end 16:30 on Fri 5 Jun. Due 16:30 on Friday 5 June 2026."},
		{"past it a working day is left", "", Limit{Start: NewDate(2026, 5, 26), Window: Window{N: 2}, Origin: OriginRungBelow}, "2026-06-04 17:00", BoundMinimum,
			"Day 0 Wed 3 Jun. 2 working days from the end of the stage below (Tue 26 May) end Thu 28 May, too early for at least 1 working day: the minimum holds. " +
				"Counted: Thu 4 Jun. Due 17:00 on Thursday 4 June 2026."},
		{"a time shared by rungs", "5 working days", Limit{Start: NewDate(2026, 6, 1), Window: Window{N: 5}, Origin: OriginBudget}, "2026-06-08 17:00", BoundLimit,
			"Day 0 Wed 3 Jun. The stage's own 5 working days would end Wed 10 Jun; 5 working days from the beginning of the first stage that shares this time (Mon 1 Jun) end Mon 8 Jun: " +
				"the earlier holds. Counted from Mon 1 Jun: Tue 2 Jun, Wed 3 Jun, Thu 4 Jun, Fri 5 Jun, Mon 8 Jun. Skipped: weekend 6-7 Jun. Due 17:00 on Monday 8 June 2026."},
		{"hours inside a limit of days", "24 hours", Limit{Start: NewDate(2026, 6, 1), Window: Window{N: 10}, Kind: LimitHard}, "2026-06-04 10:00", BoundWindow, ""},
		{"hours that a limit cuts", "72 hours", Limit{Start: NewDate(2026, 6, 1), Window: Window{N: 3}, Kind: LimitHard}, "2026-06-04 17:00", BoundLimit, ""},
		{"hours keep their own end where less than a working day is left", "24 hours", Limit{Start: NewDate(2026, 5, 26), Window: Window{N: 3}, Kind: LimitHard},
			"2026-06-04 10:00", BoundMinimum, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			terms := Terms{Start: NewDate(2026, 6, 3), Received: received, Limit: &test.limit, AtLeast: 1}
			if test.window != "" {
				terms.Window = parseWindow(t, test.window)
			}
			d, err := c.ComputeDeadline(terms)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Due.In(c.Location()).Format("2006-01-02 15:04"); got != test.due || d.Bound != test.bound {
				t.Errorf("due %s by %s, want %s by %s", got, d.Bound, test.due, test.bound)
			}
			working, err := c.Explain(d)
			if err != nil {
				t.Fatal(err)
			}
			if got := working.Text(); test.working != "" && got != test.working {
				t.Errorf("working %q", got)
			}
		})
	}
}

func TestHoursPastTheCalendarAreRefused(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, Settings{})
	_, until := c.Coverage()
	last, err := c.WorkingDayOnOrBefore(until)
	if err != nil {
		t.Fatal(err)
	}
	for _, window := range []string{"72 hours", "10 working hours"} {
		at := c.EndOfDay(last).Add(-time.Hour)
		if _, err := c.ComputeDeadline(Terms{Start: last, Received: at, Window: parseWindow(t, window)}); !errors.Is(err, ErrCoverage) {
			t.Errorf("%s: %v", window, err)
		}
	}
	d, err := c.ComputeDeadline(Terms{Start: NewDate(2026, 6, 1), Window: Window{2, Hours}})
	if err != nil || d.Due.Format("2006-01-02 15:04") != "2026-06-01 11:00" {
		t.Errorf("without an instant hours count from when the day begins: %v, %v", d.Due, err)
	}
}

func TestATimeWithTwoMeaningsIsSentBackWithTheForms(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"28 days":                       `"28 working days" or "28 calendar days"`,
		"2-3 working days":              "a time has one end",
		"72 hours from the conference":  "after from: stands what",
		"3 months":                      "a month has no fixed length",
		"as soon as possible":           `"at once"`,
		"5 working days after the vote": "after from: stands what",
	} {
		if _, err := ParseWindow(text); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
