package workday

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// clock is an instant by the London clock, "2026-06-01 10:00".
func clock(t *testing.T, text string) time.Time {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, london)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func englandWith(t *testing.T, change func(*Settings)) *Calendar {
	t.Helper()
	s := Settings{Division: EnglandAndWales}
	change(&s)
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func plainEngland(t *testing.T) *Calendar { return englandWith(t, func(*Settings) {}) }

// Working time passes from 09:00 to 17:00 on working days alone.
func TestWorkingTimeIsAddedInTheHoursOfWorkingDays(t *testing.T) {
	c := englandWith(t, func(s *Settings) {
		s.EarlyEnds = []EarlyEnd{{Date: NewDate(2026, 6, 10), At: 12 * 60, Name: "Election"}}
	})
	for _, test := range []struct {
		from string
		d    time.Duration
		want string
	}{
		{"2026-06-01 10:00", 0, "2026-06-01 10:00"},
		{"2026-06-01 10:00", 30 * time.Minute, "2026-06-01 10:30"},
		{"2026-06-01 10:00", 7 * time.Hour, "2026-06-01 17:00"},
		{"2026-06-01 10:00", 7*time.Hour + time.Minute, "2026-06-02 09:01"},
		{"2026-06-01 06:00", 30 * time.Minute, "2026-06-01 09:30"},
		{"2026-06-01 17:00", 30 * time.Minute, "2026-06-02 09:30"},
		{"2026-06-01 16:50", 30 * time.Minute, "2026-06-02 09:20"},
		{"2026-06-01 22:00", 0, "2026-06-02 09:00"},
		{"2026-06-05 16:50", 30 * time.Minute, "2026-06-08 09:20"}, // over a weekend
		{"2026-06-06 12:00", time.Hour, "2026-06-08 10:00"},
		{"2026-05-22 16:00", 2 * time.Hour, "2026-05-26 10:00"}, // over the spring bank holiday
		{"2026-06-10 11:00", 2 * time.Hour, "2026-06-11 10:00"}, // over a day that ends at noon
		{"2026-06-10 13:00", time.Hour, "2026-06-11 10:00"},
		{"2026-06-01 09:00", 20 * time.Hour, "2026-06-03 13:00"},
		{"2026-06-01 16:59", 2 * time.Minute, "2026-06-02 09:01"},
	} {
		got, err := c.AddWorkingTime(clock(t, test.from), test.d)
		if err != nil || !got.Equal(clock(t, test.want)) {
			t.Errorf("%s and %v: %v, %v; want %s", test.from, test.d, got, err, test.want)
		}
	}
	if got, err := c.AddWorkingTime(clock(t, "2026-06-01 10:00").Add(7*time.Hour-time.Nanosecond), time.Nanosecond); err != nil || !got.Equal(clock(t, "2026-06-01 17:00")) {
		t.Errorf("the last nanosecond of a day: %v, %v", got, err)
	}
	if _, err := c.AddWorkingTime(clock(t, "2028-12-29 16:00"), 2*time.Hour); !errors.Is(err, ErrCoverage) {
		t.Errorf("past the calendar: %v", err)
	}
	if _, err := c.AddWorkingTime(clock(t, "2031-01-06 10:00"), time.Hour); !errors.Is(err, ErrCoverage) {
		t.Errorf("far past the calendar: %v", err)
	}
}

func TestWorkingTimeBetweenTwoInstants(t *testing.T) {
	c := englandWith(t, func(s *Settings) {
		s.EarlyEnds = []EarlyEnd{{Date: NewDate(2026, 6, 10), At: 12 * 60, Name: "Election"}}
	})
	for _, test := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-06-01 10:00", "2026-06-01 10:00", 0}, {"2026-06-01 10:00", "2026-06-01 11:30", 90 * time.Minute},
		{"2026-06-01 06:00", "2026-06-01 20:00", 8 * time.Hour}, {"2026-06-01 16:00", "2026-06-02 10:00", 2 * time.Hour},
		{"2026-06-05 16:00", "2026-06-08 10:00", 2 * time.Hour}, {"2026-06-06 10:00", "2026-06-07 10:00", 0},
		{"2026-06-02 10:00", "2026-06-01 10:00", 0}, {"2026-06-01 12:00", "2026-06-01 10:00", 0},
		{"2026-05-22 16:00", "2026-05-26 10:00", 2 * time.Hour}, {"2026-06-10 11:00", "2026-06-11 10:00", 2 * time.Hour},
		{"2026-06-01 18:00", "2026-06-01 20:00", 0}, {"2026-06-01 06:00", "2026-06-01 08:00", 0},
	} {
		if got := c.WorkingTimeBetween(clock(t, test.from), clock(t, test.to)); got != test.want {
			t.Errorf("from %s to %s: %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

func TestAClosureMayBeginAtATime(t *testing.T) {
	day, last := NewDate(2026, 12, 24), NewDate(2026, 12, 31)
	for _, test := range []struct {
		start   ClosureStart
		to      Date
		closure Closure // without a name: none
		early   EarlyEnd
	}{
		{ClosureStart{Date: day}, last, Closure{From: day, To: last, Name: "Christmas"}, EarlyEnd{}},
		{ClosureStart{Date: day, At: 765}, last, Closure{From: day + 1, To: last, Name: "Christmas"}, EarlyEnd{Date: day, At: 765, Name: "Christmas"}},
		{ClosureStart{Date: day, At: 765}, day, Closure{}, EarlyEnd{Date: day, At: 765, Name: "Christmas"}},
		{ClosureStart{Date: day, At: 765}, 0, Closure{}, EarlyEnd{Date: day, At: 765, Name: "Christmas"}},
		{ClosureStart{Date: day, At: 1}, day + 1, Closure{From: day + 1, To: day + 1, Name: "Christmas"}, EarlyEnd{Date: day, At: 1, Name: "Christmas"}},
	} {
		closures, earlies := test.start.Closed(test.to, "Christmas")
		if (len(closures) == 1) != (test.closure.Name != "") || len(closures) == 1 && closures[0] != test.closure ||
			(len(earlies) == 1) != (test.early.Name != "") || len(earlies) == 1 && earlies[0] != test.early {
			t.Errorf("%+v to %v: %+v and %+v", test.start, test.to, closures, earlies)
		}
	}
}

func TestATimeOfDayAsTextAndBack(t *testing.T) {
	for at, want := range map[TimeOfDay]string{0: `""`, 1: `"00:01"`, 17 * 60: `"17:00"`, 24*60 - 1: `"23:59"`} {
		text, err := json.Marshal(at)
		var back TimeOfDay
		if err != nil || string(text) != want || json.Unmarshal(text, &back) != nil || back != at {
			t.Errorf("%d is written as %s, %v, and read as %d", at, text, err, back)
		}
	}
}

func TestTheCutOffLiesWithinTheDay(t *testing.T) {
	for _, test := range []struct {
		starts, cutoff, ends TimeOfDay
		fault                string
	}{
		{9 * 60, 9*60 + 1, 17 * 60, ""}, {9 * 60, 17 * 60, 17 * 60, ""},
		{9 * 60, 9 * 60, 17 * 60, "nothing would ever arrive in time"},
		{9 * 60, 17*60 + 1, 17 * 60, "a challenge could be due before it arrived"},
		{9 * 60, 8 * 60, 9 * 60, "the day ends at 09:00 but starts at 09:00"},
	} {
		_, err := New(Settings{Division: EnglandAndWales, DayStarts: test.starts, Cutoff: test.cutoff, DayEnds: test.ends})
		if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%v %v %v: %v, want %q", test.starts, test.cutoff, test.ends, err, test.fault)
		}
	}
}

// Changing what New was given afterwards changes nothing.
func TestACalendarKeepsItsOwnSettings(t *testing.T) {
	s := Settings{Division: EnglandAndWales, Weekend: []time.Weekday{time.Friday}}
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	version := c.Version()
	s.Weekend[0] = time.Monday
	if again, err := New(c.Settings()); err != nil || again.Version() != version || c.Settings().Weekend[0] != time.Friday {
		t.Errorf("the weekend is %v", c.Settings().Weekend)
	}
}

func TestDaysOutsideTheCalendarAreNotCounted(t *testing.T) {
	c := plainEngland(t)
	from, until := c.Coverage()
	inside := c.CountWorkingDays(from, from+30)
	if got := c.CountWorkingDays(from-100, from+30) - inside; got < 0 || got > 1 { // the first day itself is counted from before it
		t.Errorf("%d days before the calendar are counted", got)
	}
	if got, want := c.CountWorkingDays(until-30, until+100), c.CountWorkingDays(until-30, until); got != want {
		t.Errorf("%d working days, want %d", got, want)
	}
	if got := c.CountWorkingDays(from-10, from-5); got != 0 {
		t.Errorf("%d working days before the calendar", got)
	}
	day := NewDate(2026, 6, 1)
	if looked, err := c.LookUp(day); err != nil || looked.Date != day || !looked.Working {
		t.Errorf("%+v, %v", looked, err)
	}
}

// A working names the stage in the authority's word, and says "ends" of one thing and "end" of
// several.
func TestAWorkingSpeaksOfOneAndOfSeveral(t *testing.T) {
	c := plainEngland(t)
	explain := func(terms Terms, stage string) string {
		t.Helper()
		d, err := c.ComputeDeadline(terms)
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.Explain(d)
		if err != nil {
			t.Fatal(err)
		}
		return e.TextFor(stage)
	}
	day0 := NewDate(2026, 6, 1)
	hard := func(n int, unit WindowUnit) *Limit {
		return &Limit{Start: day0, Window: Window{N: n, Unit: unit}, Kind: LimitHard}
	}
	for _, test := range []struct {
		terms Terms
		stage string
		want  string
	}{
		{Terms{Start: day0, Window: Window{N: 5}, Limit: hard(2, WorkingDays), AtLeast: 1}, "", "The stage's own 5 working days would end"},
		{Terms{Start: day0, Window: Window{N: 5}, Limit: hard(2, WorkingDays), AtLeast: 1}, "step", "The step's own 5 working days would end"},
		{Terms{Start: day0, Window: Window{N: 5}, Limit: hard(2, WorkingDays), AtLeast: 1}, "", "2 working days from the start of the challenge (Mon 1 Jun) end Wed 3 Jun"},
		{Terms{Start: day0, Window: Window{N: 5}, Limit: hard(1, WorkingDays), AtLeast: 1}, "", "1 working day from the start of the challenge (Mon 1 Jun) ends Tue 2 Jun"},
		{Terms{Start: day0, Window: Window{N: 9}, Limit: hard(1, WeekBand), AtLeast: 1}, "", "week 1 from the start of the challenge (Mon 1 Jun) ends"},
		{Terms{Start: day0, Window: Window{N: 1, Unit: CalendarDays}}, "", "1 calendar day ends Tue 2 Jun"},
		{Terms{Start: day0, Window: Window{N: 3, Unit: CalendarDays}}, "", "3 calendar days end Thu 4 Jun"},
		{Terms{Start: day0, Window: Window{N: 5}, Limit: &Limit{Start: day0, Window: Window{N: 20}, Kind: LimitTarget}}, "", "Target for the whole challenge: 20 working days from its start (Mon 1 Jun) end"},
	} {
		if got := explain(test.terms, test.stage); !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q does not have %q", test.terms, got, test.want)
		}
	}
	if LimitHard != "hard" || LimitTarget != "target" {
		t.Error("the stored kinds of limit have other names")
	}
}

// One day that nobody works before day 0 is told too.
func TestAWorkingTellsOneSkippedDayBeforeItsStart(t *testing.T) {
	c := englandWith(t, func(s *Settings) { s.ExtraHolidays = []NamedDay{{Date: NewDate(2026, 6, 3), Name: "State funeral"}} })
	received := clock(t, "2026-06-03 10:00")
	day0, err := c.ReceiptDay(received)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.ComputeDeadline(Terms{Start: day0, Received: received, Window: Window{N: 2}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Explain(d)
	if err != nil || !strings.Contains(e.Text(), "Received 10:00 on Wed 3 Jun; not worked: State funeral 3 Jun") {
		t.Errorf("%q, %v", e.Text(), err)
	}
}

func TestSettingsAtTheirEdges(t *testing.T) {
	plain := plainEngland(t)
	from, until := plain.OfficialCoverage()
	for name, test := range map[string]struct {
		change func(*Settings)
		fault  string
	}{
		"a closure of the longest kind": {func(s *Settings) {
			s.Closures = []Closure{{From: NewDate(2026, 6, 1), To: NewDate(2026, 6, 1) + maxClosureDays - 1, Name: "Flood"}}
		}, ""},
		"a closure that is a day longer": {func(s *Settings) {
			s.Closures = []Closure{{From: NewDate(2026, 6, 1), To: NewDate(2026, 6, 1) + maxClosureDays, Name: "Flood"}}
		}, "closures[0]"},
		"a holiday on the first day":     {func(s *Settings) { s.ExtraHolidays = []NamedDay{{Date: from, Name: "First"}} }, ""},
		"a holiday before it":            {func(s *Settings) { s.ExtraHolidays = []NamedDay{{Date: from - 1, Name: "First"}} }, "extra_holidays[0]"},
		"a holiday on the last day":      {func(s *Settings) { s.ExtraHolidays = []NamedDay{{Date: until, Name: "Last"}} }, ""},
		"a holiday after it":             {func(s *Settings) { s.ExtraHolidays = []NamedDay{{Date: until + 1, Name: "Last"}} }, "extra_holidays[0]"},
		"a calendar of its first day":    {func(s *Settings) { s.CoverageUntil = from }, ""},
		"a calendar that ends before it": {func(s *Settings) { s.CoverageUntil = from - 1 }, "coverage_until"},
		"six weekdays, one named twice":  {func(s *Settings) { s.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 5} }, ""},
		"a week of one working day":      {func(s *Settings) { s.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5} }, ""},
		"a week without a working day":   {func(s *Settings) { s.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 6} }, "weekend"},
	} {
		s := Settings{Division: EnglandAndWales}
		test.change(&s)
		_, err := New(s)
		if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: %v, want %q", name, err, test.fault)
		}
	}
}

func TestEveryListOfSettingsIsTheCalendarsOwn(t *testing.T) {
	s := Settings{Division: EnglandAndWales,
		Closures:        []Closure{{From: NewDate(2026, 6, 1), To: NewDate(2026, 6, 2), Name: "Flood"}},
		EarlyEnds:       []EarlyEnd{{Date: NewDate(2026, 6, 10), At: 720, Name: "Election"}},
		ExtraHolidays:   []NamedDay{{Date: NewDate(2026, 6, 11), Name: "State funeral"}},
		RemovedHolidays: []NamedDay{{Date: NewDate(2026, 5, 25), Name: "Works"}}}
	c, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	before, err := json.Marshal(c.Settings())
	if err != nil {
		t.Fatal(err)
	}
	given, got := s, c.Settings()
	for _, lists := range []Settings{given, got} {
		lists.Closures[0].Name, lists.EarlyEnds[0].Name, lists.ExtraHolidays[0].Name, lists.RemovedHolidays[0].Name = "x", "x", "x", "x"
	}
	if after, err := json.Marshal(c.Settings()); err != nil || string(after) != string(before) {
		t.Errorf("the calendar has changed: %s", after)
	}
}

func TestARemainderHasItsHardLimitAndOneDayAtTheLeast(t *testing.T) {
	day0, start := NewDate(2026, 6, 3), NewDate(2026, 6, 1)
	for least, want := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 2} {
		got := RemainderTerms(day0, start, Window{N: 7}, least)
		if got.Start != day0 || got.Limit == nil || *got.Limit != (Limit{Start: start, Window: Window{N: 7}, Kind: LimitHard}) || got.AtLeast != want || !got.Window.IsZero() {
			t.Errorf("%d: %+v", least, got)
		}
	}
}
