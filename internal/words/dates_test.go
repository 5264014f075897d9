package words

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/workday"
)

func london(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestADateIsReadAsPeopleHereWriteIt(t *testing.T) {
	monday := Days{Today: workday.NewDate(2026, time.November, 23), Zone: london(t)}
	for want, typed := range map[string][]string{
		"2026-12-01": {"2026-12-01", "2026/12/1", "1/12/2026", "01/12/2026", "1.12.2026", "1-12-2026", "1\u201312\u20132026", "1/12/26", "01 12 2026", "1/12",
			"1 December", "1 December 2026", "1st December 2026", "1st of December", "December 1", "Dec 1st, 2026", "1 Dec", "1 dec. 2026", "1 Dec 26",
			"Tuesday 1 December 2026", "Tue 1 Dec", "Tues, 1 December", "tuesday the 1st of december", "by 1 December", "on 1/12/2026", "1-Dec-26", "1-Dec-2026", "1 Dec-2026", "1Dec", "01dec2026", "1-Rhag-26", "1 Dec '26", "1 December \u201926", "1.12", "1.12.", " 1\u00a0December ",
			"1 Rhagfyr 2026", "1af Rhagfyr", "1af o Ragfyr", "dydd Mawrth 1 Rhagfyr 2026", "erbyn 1 Rhag", "ar ddydd Mawrth 1 Rhagfyr",
			"2026-12-01T00:00:00Z", "2026-12-01T00:00:00.000Z", "2026-12-01T23:59:59Z", "2026-12-01T10:00:00+01:00", "2026-12-01T00:00", "2026-12-01 00:00:00", "2026-12-01t09:30:00z"},
		"2026-11-27": {"Friday", "fri", "this Friday", "by Friday", "dydd Gwener", "Gwener", "Fri."},
		"2026-11-24": {"tomorrow", "yfory", "Tuesday", "Mawrth"},
		"2026-11-23": {"today", "Heddiw", "Today.", "23/11"},
		"2027-03-03": {"3 March", "3/3", "3 Mawrth", "dydd Mercher 3 Mawrth"},
		"2027-11-22": {"22 November"},
		"2028-02-29": {"29 February", "29/2/28"},
		"2026-06-01": {"2026-05-31T23:00:00Z", "2026-06-01T00:00:00+01:00", "2026-06-01T00:00:00Z"}, // midnight in summer, as a client in UTC writes it
	} {
		for _, s := range typed {
			if got, ok := ReadDate(s, monday); !ok || got.String() != want {
				t.Errorf("%q is read as %v, %v, not %s", s, got, ok, want)
			}
		}
	}
	for _, s := range []string{"", " ", "soon", "Monday", "next Friday", "31/2/2026", "31 November", "12/31/2026", "0/12/2026", "1/13/26", "Wednesday 1 December 2026", "1 December 2026 at noon",
		"1", "12", "December", "1 Dezember", "by", "2026-12", "2026-13-01", "2026-12-32", "1/12/226", "yesterday", "in 5 days", "12/1/2026 12:00:00 AM", "1..12..2026", "1-12", "1-Dez-26", "1-December-226", "Decembers 1", "1 Dec ''26", "1st December 20261",
		strings.Repeat("1", 400)} {
		if got, ok := ReadDate(s, monday); ok {
			t.Errorf("%q is read as %s", s, got)
		}
	}
}

func TestADateThatDoesNotSayItsYearLiesOnTheSideThatIsMeant(t *testing.T) {
	today := workday.NewDate(2026, time.November, 23)
	for _, c := range []struct {
		typed, ahead, behind, either string
	}{
		{"1 December", "2026-12-01", "2025-12-01", "2026-12-01"},
		{"20/11", "2027-11-20", "2026-11-20", "2026-11-20"},
		{"1 June", "2027-06-01", "2026-06-01", "2026-06-01"},
		{"23 Nov", "2026-11-23", "2026-11-23", "2026-11-23"},
		{"Friday", "2026-11-27", "2026-11-20", ""},
		{"Sunday", "2026-11-29", "2026-11-22", ""},
		{"yesterday", "", "2026-11-22", ""},
		{"tomorrow", "2026-11-24", "", ""},
		{"29 February", "2028-02-29", "2024-02-29", "2028-02-29"},
	} {
		for side, want := range map[Side]string{Ahead: c.ahead, Behind: c.behind, Either: c.either} {
			got, ok := ReadDate(c.typed, Days{Today: today, Zone: time.UTC, Lies: side})
			if ok != (want != "") || ok && got.String() != want {
				t.Errorf("%q on side %d is read as %v, %v, not %q", c.typed, side, got, ok, want)
			}
		}
	}
}

func TestEveryDayThatALanguageWritesIsReadAgain(t *testing.T) {
	on := Days{Today: workday.NewDate(2026, time.January, 1), Zone: time.UTC}
	for d := on.Today; d.Year() == 2026; d++ {
		for _, c := range catalogues {
			for _, written := range []string{c.FormatDate(d), c.FormatOnDate(d)} {
				if got, ok := ReadDate(written, on); !ok || got != d {
					t.Errorf("%q is read as %v, %v, not %s", written, got, ok, d)
				}
			}
		}
	}
}

func FuzzReadDate(f *testing.F) {
	for _, s := range []string{"1/12/2026", "Tuesday 1 December", "dydd Mawrth 1 Mawrth 2026", "2026-12-01T00:00:00Z", "29/2", "1af Ion 26"} {
		f.Add(s)
	}
	on := Days{Today: workday.NewDate(2026, time.November, 23), Zone: time.UTC}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := ReadDate(s, on)
		if again, err := workday.ParseDate(d.String()); ok && (err != nil || again != d) {
			t.Errorf("%q is read as %s", s, d)
		}
	})
}
