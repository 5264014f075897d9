package workday

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestADateReadsAsPeopleWriteIt(t *testing.T) {
	d := NewDate(2026, time.April, 2)
	got := []string{d.String(), d.FormatLong(), d.FormatShort(), d.Weekday().String(), d.AddDays(-2).String(), NewDate(2026, 4, 31).String()}
	want := []string{"2026-04-02", "Thursday 2 April 2026", "Thu 2 Apr", "Thursday", "2026-03-31", "2026-05-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !Date(0).IsZero() || d.IsZero() || d.Year() != 2026 {
		t.Error("zero and year")
	}
}

func TestADateAgreesWithTheStandardLibrary(t *testing.T) {
	zones := []*time.Location{time.UTC, time.FixedZone("east", 14*3600), time.FixedZone("west", -12*3600), newCalendar(t, Settings{}).Location()}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		at := time.Unix(rapid.Int64Range(-5e9, 5e9).Draw(t, "unix"), 0).In(zone)
		d := DateOf(at)
		year, month, day := at.Date()
		if d != NewDate(year, month, day) || d.Weekday() != at.Weekday() || d.String() != at.Format(time.DateOnly) {
			t.Fatalf("%s gives %s, %s", at, d, d.Weekday())
		}
		if midnight := d.Midnight(zone); !midnight.Equal(time.Date(year, month, day, 0, 0, 0, 0, zone)) {
			t.Fatalf("%s starts %s", d, midnight)
		}
		if back, err := ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%s read back: %s, %v", d, back, err)
		}
	})
}

func TestWhatCannotBeReadIsRefusedAndNotRepeated(t *testing.T) {
	parsers := map[string]func(string) error{
		"date":    func(s string) error { _, err := ParseDate(s); return err },
		"time":    func(s string) error { _, err := ParseTimeOfDay(s); return err },
		"window":  func(s string) error { _, err := ParseWindow(s); return err },
		"weekday": func(s string) error { _, err := ParseWeekday(s); return err },
	}
	bad := map[string][]string{
		"date":    {"", "2026-4-2", "02/04/2026", "2026-02-30", "2026-04-02T00:00:00Z", "Ann Other"},
		"time":    {"", "17", "5:00", "17:60", "24:00", "00:00", "17:00:00", "Ann Other"},
		"window":  {"", "0 working days", "401 working days", "53", "fivety working days", "5 days", "28 days", "2-3 working days", "3 to 5 working days", "1 month", "+5 working days", "5.5 hours", "0 hours", "673 hours", "72 hours from the conference", "5 working days of receipt", "soon", "-5 working days", "5 working weeks", "end of week 0", "end of week 53", "99999 calendar days", "Ann Other"},
		"weekday": {"", "Samstag", "satu", "Ann Other"},
	}
	for kind, parse := range parsers {
		for _, text := range bad[kind] {
			err := parse(text)
			if !errors.Is(err, ErrFormat) {
				t.Errorf("%s %q: %v", kind, text, err)
			} else if strings.Contains(err.Error(), "Other") {
				t.Errorf("%s repeats what was typed: %v", kind, err)
			}
		}
	}
}

func TestWindowsAreWrittenAsTheyAreRead(t *testing.T) {
	cases := []struct {
		text string
		want Window
	}{
		{"5 working days", Window{5, WorkingDays}},
		{"1 working day", Window{1, WorkingDays}},
		{"10 calendar days", Window{10, CalendarDays}},
		{"1 calendar day", Window{1, CalendarDays}},
		{"end of week 2", Window{2, WeekBand}},
		{"24 hours", Window{24, Hours}},
		{"1 hour", Window{1, Hours}},
		{"4 working hours", Window{4, WorkingHours}},
		{"same working day", Window{0, SameDay}},
		{"at once", Window{0, AtOnce}},
	}
	for _, test := range cases {
		got, err := ParseWindow(test.text)
		if err != nil || got != test.want || got.String() != test.text {
			t.Errorf("%q gives %+v (%q), %v", test.text, got, got, err)
		}
	}
	for text, want := range map[string]Window{
		"2 weeks": {14, CalendarDays}, "one week": {7, CalendarDays}, "Twenty-four hours": {24, Hours}, "one working day": {1, WorkingDays},
		"within 5 working days": {5, WorkingDays}, "the next working day": {1, WorkingDays}, "by the end of the next working day": {1, WorkingDays},
		"Immediately": {0, AtOnce}, "end of the same working day": {0, SameDay}, "2 office hours": {2, WorkingHours},
		"28 calendar days": {28, CalendarDays}, "forty-eight hours": {48, Hours}, "672 hours": {672, Hours},
		"end of the working day": {0, SameDay}, "the same working day": {0, SameDay}, "next working day": {1, WorkingDays}, "end of next working day": {1, WorkingDays},
		"24hrs": {24, Hours}, "1 hr": {1, Hours}, "2 wks": {14, CalendarDays}, "5working days": {5, WorkingDays}, "five (5) working days": {5, WorkingDays},
		"10 (ten) working days": {10, WorkingDays}, "10 business days": {10, WorkingDays}, "a fortnight": {14, CalendarDays}, "two fortnights": {28, CalendarDays},
		"an hour": {1, Hours}, "a working day": {1, WorkingDays}, "end of week two": {2, WeekBand},
		"three working days": {3, WorkingDays}, "four working days": {4, WorkingDays}, "six working days": {6, WorkingDays}, "seven working days": {7, WorkingDays},
		"eight working days": {8, WorkingDays}, "nine working days": {9, WorkingDays}, "eleven working days": {11, WorkingDays}, "twelve working days": {12, WorkingDays},
		"thirteen working days": {13, WorkingDays}, "nineteen working days": {19, WorkingDays}, "twenty working days": {20, WorkingDays}, "forty-two calendar days": {42, CalendarDays},
		"seventy-two hours": {72, Hours}, "ninety-nine hours": {99, Hours}, "thirty calendar days": {30, CalendarDays},
	} {
		if got, err := ParseWindow(text); err != nil || got != want {
			t.Errorf("%q gives %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"five (6) working days", "five () working days", "ten-five hours", "twenty-ten hours", "twenty-zero hours", "zero hours", "-five hours", "- hours",
		"a day", "5 weekdays", "5 week days", "a few days", "+5 hours", "2 school days", "a month", "1.5 hours"} {
		if got, err := ParseWindow(text); !errors.Is(err, ErrFormat) {
			t.Errorf("%q gives %+v, %v", text, got, err)
		}
	}
	if got, err := ParseWindow("  End of  WEEK 4 "); err != nil || got != (Window{4, WeekBand}) {
		t.Errorf("case and blanks do not matter: %+v, %v", got, err)
	}
	for text, want := range map[string]time.Weekday{"sunday": time.Sunday, "SAT": time.Saturday, "Wednesday": time.Wednesday} {
		if got, err := ParseWeekday(text); err != nil || got != want {
			t.Errorf("%q gives %s, %v", text, got, err)
		}
	}
}

func TestSettingsAndDeadlinesSurviveJSON(t *testing.T) {
	c := newCalendar(t, Settings{Closures: []Closure{christmasClosure}, RemovedHolidays: []NamedDay{{NewDate(2026, 5, 4), "rota"}}})
	text, err := json.Marshal(c.Settings())
	if err != nil {
		t.Fatal(err)
	}
	var settings Settings
	if err := json.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Settings(), settings); diff != "" {
		t.Error(diff)
	}
	if _, err := json.Marshal(Settings{}); err != nil {
		t.Errorf("settings that leave all to the defaults: %v", err)
	}

	terms := Terms{
		Start: NewDate(2026, 4, 14), Received: parseLondonTime(t, "2026-04-14 09:00:00").UTC(), Window: Window{5, WorkingDays},
		Limit: &Limit{Start: NewDate(2026, 3, 30), Window: Window{10, WorkingDays}, Kind: LimitHard}, AtLeast: 1,
	}
	for _, terms := range []Terms{terms, RemainderTerms(NewDate(2026, 12, 29), NewDate(2026, 12, 23), Window{5, WorkingDays}, 1)} {
		stored, err := c.ComputeDeadline(terms)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(stored)
		if err != nil {
			t.Fatal(err)
		}
		var read Deadline
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stored, read); diff != "" {
			t.Error(diff)
		}
		if _, err := c.Explain(read); err != nil {
			t.Errorf("a stored deadline can be explained: %v", err)
		}
	}
	stored, err := c.ComputeDeadline(Terms{Start: NewDate(2026, 3, 30), Window: Window{5, WorkingDays}})
	if err != nil {
		t.Fatal(err)
	}
	text, err = json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"start":"2026-03-30","window":"5 working days","date":"2026-04-08","due":"2026-04-08T17:00:00+01:00","bound":"window"}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestAnEmptyTextMeansNotSet(t *testing.T) {
	at, w := TimeOfDay(5), Window{1, WorkingDays}
	if err := errors.Join(at.UnmarshalText(nil), w.UnmarshalText(nil)); err != nil || at != 0 || !w.IsZero() {
		t.Errorf("got %s, %s, %v", at, w, err)
	}
	var d Date
	if err := d.UnmarshalText(nil); !errors.Is(err, ErrFormat) {
		t.Errorf("a date is never empty: %v", err)
	}
	if err := at.UnmarshalText([]byte("17:30")); err != nil || at.String() != "17:30" {
		t.Errorf("got %s, %v", at, err)
	}
}

func TestADateInTheFormOfTheUnitedKingdomIsNamedAsSuch(t *testing.T) {
	for text, named := range map[string]bool{
		"24/12/2026": true, "4/1/26": true, "24.12.2026": true, "24-12-2026": true, "24 December 2026": true, "24 Dec 2026": true,
		"2026/12/24": false, "31/13/2026": false, "Christmas": false, "": false,
	} {
		_, err := ParseDate(text)
		if !errors.Is(err, ErrFormat) || strings.Contains(err.Error(), "the year first") != named || text != "24/12/2026" && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
		if _, timed := ParseDate(text); timed != nil && named {
			var c ClosureStart
			if err := c.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "the year first") {
				t.Errorf("a closure from %q: %v", text, err)
			}
		}
	}
}
