package workday

import (
	"testing"
	"time"
)

func TestReceiptAfterTheCutOffCountsFromTheNextWorkingDay(t *testing.T) {
	c := newCalendar(t, Settings{})
	early := newCalendar(t, Settings{Cutoff: 15 * 60})
	cases := []struct {
		name string
		c    *Calendar
		at   string
		want string
	}{
		{"in the morning", c, "2026-04-01 09:30:00", "2026-04-01"},
		{"before the day starts", c, "2026-04-01 00:00:00", "2026-04-01"},
		{"at the very cut-off", c, "2026-04-01 17:00:00", "2026-04-01"},
		{"a second later", c, "2026-04-01 17:00:01", "2026-04-02"},
		{"just before midnight", c, "2026-04-01 23:59:59", "2026-04-02"},
		{"Maundy Thursday evening", c, "2026-04-02 17:20:00", "2026-04-07"},
		{"Good Friday", c, "2026-04-03 10:00:00", "2026-04-07"},
		{"worked case 3, a Saturday", c, "2026-05-02 11:00:00", "2026-05-05"},
		{"Saturday evening is no later than Saturday morning", c, "2026-05-02 23:00:00", "2026-05-05"},
		{"an earlier cut-off", early, "2026-04-01 15:00:01", "2026-04-02"},
		{"at the earlier cut-off", early, "2026-04-01 15:00:00", "2026-04-01"},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.c.ReceiptDay(parseLondonTime(t, test.at).UTC()) // the zone of the argument must not matter
			if err != nil {
				t.Fatal(err)
			}
			if got != parseDate(t, test.want) {
				t.Errorf("day 0 is %s, want %s", got, test.want)
			}
		})
	}
	if got, err := c.ReceiptDay(parseLondonTime(t, "2026-04-01 17:00:00").Add(time.Nanosecond)); err != nil || got != NewDate(2026, 4, 2) {
		t.Errorf("a nanosecond after the cut-off is after it: %s, %v", got, err)
	}
}

// In summer 23:30 UTC is already tomorrow in London.
func TestTheDayIsTheOneOnTheWallInLondon(t *testing.T) {
	c := newCalendar(t, Settings{})
	at := time.Date(2026, 6, 2, 23, 30, 0, 0, time.UTC)
	if got, err := c.ReceiptDay(at); err != nil || got != NewDate(2026, 6, 3) {
		t.Errorf("day 0 is %s (%v), want 2026-06-03", got, err)
	}
}

func TestDueAtFiveOnTheWallInWinterAndSummer(t *testing.T) {
	c := newCalendar(t, Settings{})
	cases := []struct{ start, wantUTC string }{
		{"2026-03-26", "2026-03-27T17:00:00Z"}, // Friday before the clocks go forward on 29 March
		{"2026-03-27", "2026-03-30T16:00:00Z"}, // Monday after
		{"2026-10-22", "2026-10-23T16:00:00Z"}, // Friday before the clocks go back on 25 October
		{"2026-10-23", "2026-10-26T17:00:00Z"}, // Monday after
	}
	for _, test := range cases {
		got, err := c.ComputeDeadline(Terms{Start: parseDate(t, test.start), Window: Window{1, WorkingDays}})
		if err != nil {
			t.Fatal(err)
		}
		if utc := got.Due.UTC().Format(time.RFC3339); utc != test.wantUTC {
			t.Errorf("from %s: due %s, want %s", test.start, utc, test.wantUTC)
		}
		if wall := got.Due.Format("15:04"); wall != "17:00" || got.Due.Location() != c.Location() {
			t.Errorf("from %s: the wall shows %s in %s", test.start, wall, got.Due.Location())
		}
	}
}

func TestEveryDayEndsWhereTheWallClockSaysSo(t *testing.T) {
	c := newCalendar(t, Settings{DayEnds: 17*60 + 30})
	from, until := c.Coverage()
	for d := from - 40; d <= until+40; d++ { // outside the coverage as well
		end, start := c.EndOfDay(d), c.StartOfDay(d)
		if DateOf(end) != d || end.Format("15:04:05") != "17:30:00" {
			t.Fatalf("%s ends %s", d, end)
		}
		if DateOf(start) != d || start.Format("15:04:05") != "09:00:00" {
			t.Fatalf("%s starts %s", d, start)
		}
	}
}
