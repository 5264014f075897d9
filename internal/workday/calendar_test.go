package workday

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rickar/cal/v2"
)

var allDivisions = []Division{EnglandAndWales, Scotland, NorthernIreland}

func officialListsFor(t testing.TB) map[Division]officialList {
	t.Helper()
	all, err := officialLists()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// specialDays gives the special days from one day to another, both included, in order: holidays,
// closures and bank holidays that are worked, not weekends.
func (c *Calendar) specialDays(from, until Date) []Day {
	var days []Day
	for date, day := range c.special {
		if date >= from && date <= until {
			days = append(days, day)
		}
	}
	slices.SortFunc(days, func(a, b Day) int { return int(a.Date) - int(b.Date) })
	return days
}

func TestEveryDayOfTheOfficialListIsKept(t *testing.T) {
	wantDays := map[Division]int{EnglandAndWales: 140, Scotland: 158, NorthernIreland: 174}
	for division, list := range officialListsFor(t) {
		if len(list.names) != wantDays[division] {
			t.Errorf("%s: the list has %d days, want %d", division, len(list.names), wantDays[division])
		}
		c := newCalendar(t, Settings{Division: division})
		from, until := c.Coverage()
		if from != NewDate(2012, 1, 1) || until != NewDate(2028, 12, 31) {
			t.Errorf("%s: covers %s to %s", division, from, until)
		}
		for d := from; d <= until; d++ {
			name, holiday := list.names[d]
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			day, err := c.LookUp(d)
			if err != nil {
				t.Fatal(err)
			}
			if want := !holiday && !weekend; day.Working != want || c.IsWorkingDay(d) != want {
				t.Errorf("%s %s: working %t (tables say %t), want %t", division, d, day.Working, c.IsWorkingDay(d), want)
			}
			if holiday && (day.Reason != name || day.Source != SourceTable) {
				t.Errorf("%s %s: %q from %s, want %q from the table", division, d, day.Reason, day.Source, name)
			}
		}
	}
}

func TestTheRulesAgreeWithTheOfficialListOnEveryDay(t *testing.T) {
	compared := 0
	for division, list := range officialListsFor(t) {
		byRule := holidaysByRule(holidayRules(division), list.from.Year(), list.until.Year())
		for d := list.from; d <= list.until; d++ {
			_, inList := list.names[d]
			if _, inRules := byRule[d]; inList != inRules {
				t.Errorf("%s %s: list %t (%s), rules %t (%s)", division, d.FormatLong(), inList, list.names[d], inRules, byRule[d])
			}
			compared++
		}
		// The names agree as well, but for a moved day of 2012 that the list calls a substitute in
		// two divisions of three, and a pair in Scotland that the list itself names differently
		// from year to year.
		differ := map[Date][2]string{}
		for d, name := range list.names {
			if byRule[d] != name {
				differ[d] = [2]string{name, byRule[d]}
			}
		}
		delete(differ, NewDate(2012, 6, 4))
		if division == Scotland {
			delete(differ, NewDate(2023, 1, 2))
			delete(differ, NewDate(2023, 1, 3))
		}
		if diff := cmp.Diff(map[Date][2]string{}, differ); diff != "" {
			t.Errorf("%s: names differ (list, rules):\n%s", division, diff)
		}
	}
	if want := 3 * (17*365 + 5); compared != want {
		t.Errorf("compared %d days, want %d", compared, want)
	}
}

func TestRulesThatContradictTheListDateNothing(t *testing.T) {
	lists := officialListsFor(t)
	beyond := Settings{CoverageUntil: NewDate(2030, 12, 31)}
	for name, test := range map[string]struct {
		division Division
		change   func([]*cal.Holiday) []*cal.Holiday
		words    []string
	}{
		"a rule too few": {Scotland, func(rules []*cal.Holiday) []*cal.Holiday { return rules[1:] }, []string{"scotland", "17 days", "2012-04-06"}},
		"a rule too many": {EnglandAndWales, func(rules []*cal.Holiday) []*cal.Holiday {
			return append(rules, singleYearHoliday("Made up", 2027, time.June, 9))
		}, []string{"england-and-wales", "1 day", "2027-06-09"}},
		"on another day": {NorthernIreland, func(rules []*cal.Holiday) []*cal.Holiday {
			return append(slices.Clone(rules[:len(rules)-1]), yearlyHoliday("Battle of the Boyne", time.July, 13, weekendToMonday))
		}, []string{"northern-ireland", "2012-07-12, 2012-07-13"}},
	} {
		rulesOf := func(d Division) []*cal.Holiday { return test.change(holidayRules(d)) }
		s := beyond
		s.Division = test.division
		_, err := build(s, lists[test.division], rulesOf)
		var fault *SettingError
		if !errors.As(err, &fault) || fault.Field != "coverage_until" {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range test.words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q is missing in %v", name, w, err)
			}
		}
		s.CoverageUntil = 0 // the list decides alone, whatever the rules say
		if _, err := build(s, lists[test.division], rulesOf); err != nil {
			t.Errorf("%s, within the list: %v", name, err)
		}
		if _, err := New(Settings{Division: test.division, CoverageUntil: beyond.CoverageUntil}); err != nil {
			t.Errorf("%s: the rules as they are: %v", test.division, err)
		}
	}
}

// Dates of years beyond the list, worked out by hand with a perpetual calendar.
func TestBeyondTheListTheRulesDecideAndSaySo(t *testing.T) {
	cases := []struct {
		division Division
		date     string
		want     string
	}{
		{EnglandAndWales, "2029-03-30", "Good Friday"},
		{EnglandAndWales, "2029-04-02", "Easter Monday"},
		{EnglandAndWales, "2033-12-26", "Boxing Day"},
		{EnglandAndWales, "2033-12-27", "Christmas Day (substitute day)"},
		{EnglandAndWales, "2033-01-03", "New Year's Day (substitute day)"},
		{EnglandAndWales, "2060-12-27", "Christmas Day (substitute day)"}, // 25 December 2060 is a Saturday
		{Scotland, "2033-01-03", "New Year's Day (substitute day)"},
		{Scotland, "2033-01-04", "2nd January (substitute day)"},
		{Scotland, "2030-12-02", "St Andrew's Day (substitute day)"},
		{Scotland, "2029-08-06", "Summer bank holiday"},
		{NorthernIreland, "2029-03-19", "St Patrick's Day (substitute day)"},
		{NorthernIreland, "2030-07-12", "Battle of the Boyne (Orangemen's Day)"},
	}
	for _, test := range cases {
		c := newCalendar(t, Settings{Division: test.division, CoverageUntil: NewDate(2060, 12, 31)})
		d := parseDate(t, test.date)
		want := Day{Date: d, Reason: test.want, Source: SourceRule}
		got, err := c.LookUp(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.division, test.date, diff)
		}
	}
	c := newCalendar(t, Settings{Division: Scotland, CoverageUntil: NewDate(2060, 12, 31)})
	if !c.IsWorkingDay(parseDate(t, "2029-04-02")) || !c.IsWorkingDay(parseDate(t, "2029-08-27")) {
		t.Error("Scotland keeps neither Easter Monday nor the last Monday of August")
	}
	if _, until := c.OfficialCoverage(); until != NewDate(2028, 12, 31) {
		t.Errorf("the official list ends %s", until)
	}
}

func TestALongerCoverageChangesNoDateOfTheList(t *testing.T) {
	short, long := newCalendar(t, Settings{}), newCalendar(t, Settings{CoverageUntil: NewDate(2040, 6, 30)})
	from, until := short.Coverage()
	if diff := cmp.Diff(short.specialDays(from, until), long.specialDays(from, until)); diff != "" {
		t.Error(diff)
	}
}

func TestTheAuthoritysOwnDaysLieOnTop(t *testing.T) {
	c := newCalendar(t, Settings{
		Closures: []Closure{
			{From: NewDate(2026, 12, 24), To: NewDate(2027, 1, 3), Name: "Christmas closure"},
			{From: NewDate(2026, 5, 4), To: NewDate(2026, 5, 5), Name: "Office move"},
		},
		ExtraHolidays: []NamedDay{
			{Date: NewDate(2026, 7, 1), Name: "Borough day"},
			{Date: NewDate(2026, 7, 4), Name: "A Saturday"},
			{Date: NewDate(2026, 8, 31), Name: "Already a holiday"},
		},
		RemovedHolidays: []NamedDay{{Date: NewDate(2026, 5, 4)}, {Date: NewDate(2026, 5, 25), Name: "Half-term rota"}},
	})
	want := []Day{
		{NewDate(2026, 5, 4), false, "Office move", SourceClosure},
		{NewDate(2026, 5, 5), false, "Office move", SourceClosure},
		{NewDate(2026, 5, 25), true, "Half-term rota", SourceConfig},
		{NewDate(2026, 7, 1), false, "Borough day", SourceConfig},
		{NewDate(2026, 8, 31), false, "Summer bank holiday", SourceTable},
		{NewDate(2026, 12, 24), false, "Christmas closure", SourceClosure},
		{NewDate(2026, 12, 25), false, "Christmas Day", SourceTable},
		{NewDate(2026, 12, 28), false, "Boxing Day (substitute day)", SourceTable},
		{NewDate(2026, 12, 29), false, "Christmas closure", SourceClosure},
		{NewDate(2026, 12, 30), false, "Christmas closure", SourceClosure},
		{NewDate(2026, 12, 31), false, "Christmas closure", SourceClosure},
		{NewDate(2027, 1, 1), false, "New Year's Day", SourceTable},
	}
	if diff := cmp.Diff(want, c.specialDays(NewDate(2026, 5, 1), NewDate(2027, 1, 3))); diff != "" {
		t.Error(diff)
	}
	for _, day := range want {
		if c.IsWorkingDay(day.Date) != day.Working {
			t.Errorf("%s: the tables say working %t", day.Date, c.IsWorkingDay(day.Date))
		}
	}
	saturday, err := c.LookUp(NewDate(2026, 7, 4))
	if err != nil || saturday.Source != SourceWeekend || saturday.Reason != "Saturday" {
		t.Errorf("a Saturday stays a Saturday: %+v, %v", saturday, err)
	}
}

func TestAnotherWeekendIsPossible(t *testing.T) {
	c := newCalendar(t, Settings{Weekend: []time.Weekday{time.Friday, time.Friday, time.Saturday}})
	if c.IsWorkingDay(NewDate(2026, 6, 5)) || c.IsWorkingDay(NewDate(2026, 6, 6)) || !c.IsWorkingDay(NewDate(2026, 6, 7)) {
		t.Error("Friday and Saturday are off, Sunday is worked")
	}
}

func TestSettingsThatMakeNoSenseAreRefusedWithAWayOut(t *testing.T) {
	base := Settings{Division: EnglandAndWales}
	with := func(change func(*Settings)) Settings { s := base; change(&s); return s }
	may := NewDate(2026, 5, 4)
	cases := []struct {
		name     string
		settings Settings
		field    string
		says     string
	}{
		{"no division", Settings{}, "division", "use england-and-wales"},
		{"unknown division", Settings{Division: "wales"}, "division", `"wales" is unknown`},
		{"unknown zone", with(func(s *Settings) { s.Zone = "Europe/Londinium" }), "zone", "such as Europe/London"},
		{"machine's zone", with(func(s *Settings) { s.Zone = "Local" }), "zone", "machine to machine"},
		{"universal time", with(func(s *Settings) { s.Zone = "UTC" }), "zone", "another hour than on people's clocks"},
		{"Greenwich all year", with(func(s *Settings) { s.Zone = "GMT" }), "zone", "write Europe/London"},
		{"a neighbour", with(func(s *Settings) { s.Zone = "Europe/Paris" }), "zone", "write Europe/London"},
		{"day backwards", with(func(s *Settings) { s.DayStarts, s.DayEnds = 18*60, 9*60 }), "day_ends", "later than it starts"},
		{"cut-off after the end", with(func(s *Settings) { s.Cutoff = 18 * 60 }), "cutoff", "before it arrived"},
		{"cut-off before the start", with(func(s *Settings) { s.Cutoff = 8 * 60 }), "cutoff", "move the cut-off later"},
		{"no such time", with(func(s *Settings) { s.DayEnds = 24 * 60 }), "day_ends", "between 00:01 and 23:59"},
		{"negative time", with(func(s *Settings) { s.DayStarts = -5 }), "day_starts", "between 00:01 and 23:59"},
		{"weekend of seven days", with(func(s *Settings) { s.Weekend = []time.Weekday{0, 1, 2, 3, 4, 5, 6} }), "weekend", "leave at least one out"},
		{"no weekday", with(func(s *Settings) { s.Weekend = []time.Weekday{7} }), "weekend", "is no weekday"},
		{"coverage past the rules", with(func(s *Settings) { s.CoverageUntil = NewDate(2061, 1, 1) }), "coverage_until", "until 2060-12-31"},
		{"coverage before the list", with(func(s *Settings) { s.CoverageUntil = NewDate(2011, 1, 1) }), "coverage_until", "begins 2012-01-01"},
		{"closure backwards", with(func(s *Settings) { s.Closures = []Closure{{may, may - 1, "x"}} }), "closures[0]", "before it starts"},
		{"closure of a year", with(func(s *Settings) { s.Closures = []Closure{{may, may + 365, "x"}} }), "closures[0]", "check the years"},
		{"closure without name", with(func(s *Settings) { s.Closures = []Closure{{may, may, " "}} }), "closures[0]", "has no name"},
		{"closure outside", with(func(s *Settings) { s.Closures = []Closure{{NewDate(2030, 1, 1), NewDate(2030, 1, 2), "x"}} }), "closures[0]", "set coverage_until later"},
		{"extra without name", with(func(s *Settings) { s.ExtraHolidays = []NamedDay{{may + 1, ""}} }), "extra_holidays[0]", "has no name"},
		{"extra outside", with(func(s *Settings) { s.ExtraHolidays = []NamedDay{{NewDate(2030, 1, 2), "x"}} }), "extra_holidays[0]", "outside the calendar"},
		{"extra twice", with(func(s *Settings) { s.ExtraHolidays = []NamedDay{{may + 1, "x"}, {may + 1, "y"}} }), "extra_holidays[1]", "already in extra_holidays[0]"},
		{"extra and removed", with(func(s *Settings) { s.ExtraHolidays, s.RemovedHolidays = []NamedDay{{may, "x"}}, []NamedDay{{may, "y"}} }), "removed_holidays[0]", "already in extra_holidays[0]"},
		{"removed is no holiday", with(func(s *Settings) { s.RemovedHolidays = []NamedDay{{may + 1, "x"}} }), "removed_holidays[0]", "is not a bank holiday in england-and-wales"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c, err := New(test.settings)
			if err == nil {
				t.Fatalf("accepted as %s", c.Version())
			}
			var fault *SettingError
			if !errors.As(err, &fault) {
				t.Fatalf("not a SettingError: %v", err)
			}
			if fault.Field != test.field || !strings.Contains(fault.Message, test.says) {
				t.Errorf("got %q: %q, want %q: … %q", fault.Field, fault.Message, test.field, test.says)
			}
		})
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	_, err := New(Settings{Division: Scotland, Zone: "Nowhere", Cutoff: 18 * 60, Closures: []Closure{{5, 4, "x"}}})
	for _, field := range []string{"zone:", "cutoff:", "closures[0]:"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%q is not told in %v", field, err)
		}
	}
}

func TestDefaultsAreFilledInAndTheCallersListsAreCopied(t *testing.T) {
	closures := []Closure{christmasClosure}
	c := newCalendar(t, Settings{Closures: closures})
	closures[0].Name = "changed"
	want := Settings{
		Division: EnglandAndWales, Zone: "Europe/London", DayStarts: 9 * 60, Cutoff: 17 * 60, DayEnds: 17 * 60,
		Weekend:  []time.Weekday{time.Saturday, time.Sunday},
		Closures: []Closure{christmasClosure}, CoverageUntil: NewDate(2028, 12, 31),
	}
	if diff := cmp.Diff(want, c.Settings()); diff != "" {
		t.Error(diff)
	}
	c.Settings().Closures[0].Name = "changed"
	if diff := cmp.Diff(want, c.Settings()); diff != "" {
		t.Error(diff)
	}
}

func TestTheVersionChangesWithEveryDateAndWithNothingElse(t *testing.T) {
	plain := newCalendar(t, Settings{}).Version()
	if !strings.HasPrefix(plain, "england-and-wales/2028-12-31/") || len(plain) != len("england-and-wales/2028-12-31/ab12cd34") {
		t.Errorf("version %q", plain)
	}
	same := []Settings{
		{Zone: "Europe/London", Cutoff: 17 * 60, DayEnds: 17 * 60},
		{DayStarts: 8 * 60}, // moves reminders, no date
		{ExtraHolidays: []NamedDay{{NewDate(2026, 12, 25), "already off"}}},
		{Closures: []Closure{{NewDate(2026, 6, 6), NewDate(2026, 6, 7), "a weekend"}}},
	}
	for _, settings := range same {
		if got := newCalendar(t, settings).Version(); got != plain {
			t.Errorf("%+v gives %s, want %s", settings, got, plain)
		}
	}
	seen := map[string]bool{plain: true}
	for _, settings := range []Settings{
		{Division: Scotland}, {Division: NorthernIreland}, {Cutoff: 16 * 60}, {DayEnds: 18 * 60},
		{Weekend: []time.Weekday{time.Sunday}}, {CoverageUntil: NewDate(2029, 12, 31)},
		{Closures: []Closure{christmasClosure}}, {ExtraHolidays: []NamedDay{{NewDate(2026, 7, 1), "x"}}},
		{RemovedHolidays: []NamedDay{{NewDate(2026, 5, 4), ""}}},
	} {
		got := newCalendar(t, settings).Version()
		if seen[got] {
			t.Errorf("%+v gives %s again", settings, got)
		}
		seen[got] = true
	}
}

func TestOutsideTheCoverageTheClockRefuses(t *testing.T) {
	c := newCalendar(t, Settings{})
	first, last := c.Coverage()
	two := Window{N: 2, Unit: WorkingDays}
	noError := func(_ Date, err error) error { return err }
	deadline := func(terms Terms) error { _, err := c.ComputeDeadline(terms); return err }
	day := func(d Date) error { _, err := c.LookUp(d); return err }
	cases := []struct {
		name  string
		err   error
		asked Date
		count int
	}{
		{"the day before", day(first - 1), first - 1, 0},
		{"the day after", day(last + 1), last + 1, 0},
		{"start before", noError(c.AddWorkingDays(first-1, 1)), first - 1, 0},
		{"start after", noError(c.AddWorkingDays(last+1, -1)), last + 1, 0},
		{"mid-addition", noError(c.AddWorkingDays(last-3, 10)), last - 3, 10},
		{"mid-subtraction", noError(c.AddWorkingDays(first+3, -10)), first + 3, -10},
		{"rounding on", noError(c.WorkingDayOnOrAfter(last)), last, 1}, // a Sunday
		{"rounding back", noError(c.WorkingDayOnOrBefore(first)), first, -1},
		{"rounding outside", noError(c.WorkingDayOnOrAfter(last + 5)), last + 5, 0},
		{"receipt after the last cut-off", noError(c.ReceiptDay(parseLondonTime(t, "2028-12-29 17:00:01"))), NewDate(2028, 12, 29), 1},
		{"receipt outside", noError(c.ReceiptDay(parseLondonTime(t, "2029-01-02 10:00:00"))), NewDate(2029, 1, 2), 0},
		{"window", deadline(Terms{Start: NewDate(2028, 12, 29), Window: two}), NewDate(2028, 12, 29), 2},
		{"calendar window", deadline(Terms{Start: NewDate(2028, 12, 29), Window: Window{3, CalendarDays}}), NewDate(2029, 1, 1), 0},
		{"week band", deadline(Terms{Start: NewDate(2028, 12, 29), Window: Window{1, WeekBand}}), NewDate(2029, 1, 4), 0},
		{"limit", deadline(Terms{Start: NewDate(2028, 12, 21), Window: two, Limit: &Limit{Start: NewDate(2028, 12, 21), Window: Window{20, WorkingDays}}}), NewDate(2028, 12, 21), 20},
		{"limit's start", deadline(Terms{Start: first + 10, Window: two, Limit: &Limit{Start: first - 10, Window: two}}), first - 10, 0},
		{"minimum", deadline(RemainderTerms(NewDate(2028, 12, 29), NewDate(2028, 12, 1), two, 1)), NewDate(2028, 12, 29), 1},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			var got *CoverageError
			if !errors.As(test.err, &got) || !errors.Is(test.err, ErrCoverage) {
				t.Fatalf("got %v, want a CoverageError", test.err)
			}
			if diff := cmp.Diff(&CoverageError{Date: test.asked, Count: test.count, From: first, Until: last}, got); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(got.Error(), "the calendar covers 2012-01-01 to 2028-12-31: install a newer bank-holiday list or set coverage_until") {
				t.Errorf("does not say what to do: %s", got)
			}
		})
	}
	if _, err := c.ComputeDeadline(Terms{Start: NewDate(2028, 12, 28), Window: Window{1, WorkingDays}}); err != nil {
		t.Errorf("the last working day of the coverage can be due: %v", err)
	}
	if c.IsWorkingDay(last+1) || c.CountWorkingDays(last-400, last+400) != c.CountWorkingDays(last-400, last) {
		t.Error("days outside count as nothing")
	}
}
