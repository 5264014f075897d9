package workday

import (
	"testing"
	"time"
)

// christmasClosure is the closure of the worked cases 5 and 6.
var christmasClosure = Closure{From: NewDate(2026, 12, 29), To: NewDate(2026, 12, 31), Name: "Christmas closure"}

func newCalendar(t testing.TB, settings Settings) *Calendar {
	t.Helper()
	if settings.Division == "" {
		settings.Division = EnglandAndWales
	}
	c, err := New(settings)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func parseDate(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func parseWindow(t testing.TB, s string) Window {
	t.Helper()
	w, err := ParseWindow(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// parseLondonTime gives an instant on the London clock, from "2026-04-02 16:00".
func parseLondonTime(t testing.TB, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestWorkedCasesOfTheProcedures holds the dates that were worked out by hand from the five
// procedures.
func TestWorkedCasesOfTheProcedures(t *testing.T) {
	closed := Settings{Closures: []Closure{christmasClosure}}
	scots := Settings{Division: Scotland}
	cases := []struct {
		name     string
		settings Settings
		start    string
		window   string
		want     string
	}{
		{"1 NEL stage 1", Settings{}, "2026-03-30", "5 working days", "2026-04-08"},
		{"1 NEL to the end of stage 2", Settings{}, "2026-03-30", "10 working days", "2026-04-15"},
		{"1 NEL to the end of stage 3", Settings{}, "2026-03-30", "15 working days", "2026-04-22"},
		{"1 NEL to the end of stage 4", Settings{}, "2026-03-30", "20 working days", "2026-04-29"},
		{"2 one day before Easter", Settings{}, "2026-04-02", "1 working day", "2026-04-07"},
		{"3 raised on a Saturday", Settings{}, "2026-05-02", "1 working day", "2026-05-06"},
		{"4 KN informal", Settings{}, "2026-05-01", "3 working days", "2026-05-07"},
		{"5 RC rung 1", Settings{}, "2026-12-23", "1 working day", "2026-12-24"},
		{"5 RC target", Settings{}, "2026-12-23", "5 working days", "2027-01-04"},
		{"5 RC target with closure", closed, "2026-12-23", "5 working days", "2027-01-07"},
		{"6 RC service manager", Settings{}, "2026-12-24", "2 working days", "2026-12-30"},
		{"6 RC service manager with closure", closed, "2026-12-24", "2 working days", "2027-01-05"},
		{"7 RUT stage", Settings{}, "2026-12-18", "5 working days", "2026-12-29"},
		{"7 RUT stage 4 over Christmas", Settings{}, "2026-12-18", "10 calendar days", "2026-12-24"},
		{"7 RUT stage 4 over Easter", Settings{}, "2026-03-30", "10 calendar days", "2026-04-09"},
		{"7 RUT stage 4 if working days were meant", Settings{}, "2026-03-30", "10 working days", "2026-04-15"},
		{"9 IRC weeks 1-2", Settings{}, "2026-03-30", "end of week 2", "2026-04-10"},
		{"9 IRC weeks 3-4", Settings{}, "2026-03-30", "end of week 4", "2026-04-24"},
		{"9 IRC weeks 5-6", Settings{}, "2026-03-30", "end of week 6", "2026-05-08"},
		{"9 IRC weeks 7-8", Settings{}, "2026-03-30", "end of week 8", "2026-05-22"},
		{"9 IRC weeks 9-10", Settings{}, "2026-03-30", "end of week 10", "2026-06-05"},
		{"9 IRC if 10 working days were meant", Settings{}, "2026-03-30", "10 working days", "2026-04-15"},
		{"9 IRC if 20 working days were meant", Settings{}, "2026-03-30", "20 working days", "2026-04-29"},
		{"9 IRC if 30 working days were meant", Settings{}, "2026-03-30", "30 working days", "2026-05-14"},
		{"9 IRC if 40 working days were meant", Settings{}, "2026-03-30", "40 working days", "2026-05-29"},
		{"9 IRC if 50 working days were meant", Settings{}, "2026-03-30", "50 working days", "2026-06-12"},
		{"10 England and Wales in August", Settings{}, "2026-07-30", "5 working days", "2026-08-06"},
		{"10 Scotland in August", scots, "2026-07-30", "5 working days", "2026-08-07"},
		// A band that begins in the middle of a week: week 1 is Wednesday to Tuesday.
		{"week 1 of a Wednesday", Settings{}, "2026-06-03", "end of week 1", "2026-06-09"},
		{"week 1 that ends on a bank holiday", Settings{}, "2026-05-19", "end of week 1", "2026-05-22"},
		// Rounding back stops at day 0: Friday and one calendar day is Saturday.
		{"one calendar day from a Friday", Settings{}, "2026-06-05", "1 calendar day", "2026-06-05"},
		{"one calendar day from a Saturday", Settings{}, "2026-06-06", "1 calendar day", "2026-06-09"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			c := newCalendar(t, test.settings)
			got, err := c.ComputeDeadline(Terms{Start: parseDate(t, test.start), Window: parseWindow(t, test.window)})
			if err != nil {
				t.Fatal(err)
			}
			want := parseDate(t, test.want)
			if got.Date != want {
				t.Errorf("due %s, want %s", got.Date.FormatLong(), want.FormatLong())
			}
			if due := parseLondonTime(t, test.want+" 17:00:00"); !got.Due.Equal(due) {
				t.Errorf("due at %s, want %s", got.Due, due)
			}
		})
	}
}

// Worked case 8, and what surrounds it: the earlier of window and cumulative limit.
func TestTheEarlierOfWindowAndLimitHolds(t *testing.T) {
	c := newCalendar(t, Settings{})
	limit := func(w string, kind LimitKind) *Limit {
		return &Limit{Start: parseDate(t, "2026-03-30"), Window: parseWindow(t, w), Kind: kind}
	}
	five := parseWindow(t, "5 working days")
	cases := []struct {
		name      string
		terms     Terms
		want      string
		wantBound Bound
	}{
		{"8 the gate ate the stage", Terms{Start: parseDate(t, "2026-04-14"), Window: five, Limit: limit("10 working days", LimitHard)}, "2026-04-15", BoundLimit},
		{"an empty kind is hard", Terms{Start: parseDate(t, "2026-04-14"), Window: five, Limit: limit("10 working days", "")}, "2026-04-15", BoundLimit},
		{"a target moves nothing", Terms{Start: parseDate(t, "2026-04-14"), Window: five, Limit: limit("10 working days", LimitTarget)}, "2026-04-21", BoundWindow},
		{"a later limit moves nothing", Terms{Start: parseDate(t, "2026-04-08"), Window: five, Limit: limit("20 working days", LimitHard)}, "2026-04-15", BoundWindow},
		{"both on one day", Terms{Start: parseDate(t, "2026-04-08"), Window: five, Limit: limit("10 working days", LimitHard)}, "2026-04-15", BoundWindow},
		{"a limit that has passed never falls before day 0", Terms{Start: parseDate(t, "2026-04-20"), Window: five, Limit: limit("10 working days", LimitHard)}, "2026-04-20", BoundMinimum},
		{"the limit leaves the minimum", Terms{Start: parseDate(t, "2026-04-14"), Window: five, Limit: limit("10 working days", LimitHard), AtLeast: 2}, "2026-04-16", BoundMinimum},
		{"the minimum gives no more than the window", Terms{Start: parseDate(t, "2026-04-14"), Window: parseWindow(t, "2 working days"), Limit: limit("5 working days", LimitHard), AtLeast: 4}, "2026-04-16", BoundMinimum},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			got, err := c.ComputeDeadline(test.terms)
			if err != nil {
				t.Fatal(err)
			}
			if got.Date != parseDate(t, test.want) || got.Bound != test.wantBound {
				t.Errorf("got %s by %s, want %s by %s", got.Date, got.Bound, test.want, test.wantBound)
			}
		})
	}
}

// The last rung of a case limit has what the rungs before it left, and at least a day.
func TestTheLastRungHasTheRemainderOfTheCaseLimit(t *testing.T) {
	c := newCalendar(t, Settings{})
	five := parseWindow(t, "5 working days")
	raised := parseDate(t, "2026-12-23") // its five working days end Mon 4 Jan 2027
	cases := []struct {
		name      string
		start     string
		atLeast   int
		want      string
		wantBound Bound
	}{
		{"three days are left", "2026-12-29", 1, "2027-01-04", BoundLimit},
		{"one day is left", "2026-12-31", 1, "2027-01-04", BoundLimit},
		{"nothing is left", "2027-01-04", 1, "2027-01-05", BoundMinimum},
		{"less than the minimum is left", "2026-12-31", 3, "2027-01-06", BoundMinimum},
		{"long past", "2027-02-01", 1, "2027-02-02", BoundMinimum},
		{"less than one day asked is one day", "2027-01-04", 0, "2027-01-05", BoundMinimum},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			got, err := c.ComputeDeadline(RemainderTerms(parseDate(t, test.start), raised, five, test.atLeast))
			if err != nil {
				t.Fatal(err)
			}
			if got.Date != parseDate(t, test.want) || got.Bound != test.wantBound {
				t.Errorf("got %s by %s, want %s by %s", got.Date, got.Bound, test.want, test.wantBound)
			}
		})
	}
}
