package workday

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// allCalendars gives every division with and without the complications an authority can add.
func allCalendars(t testing.TB) []*Calendar {
	t.Helper()
	var all []*Calendar
	for _, division := range allDivisions {
		all = append(all,
			newCalendar(t, Settings{Division: division}),
			newCalendar(t, Settings{
				Division: division, CoverageUntil: NewDate(2060, 12, 31), DayEnds: 18 * 60, Cutoff: 16 * 60,
				Closures:        []Closure{christmasClosure, {NewDate(2027, 8, 2), NewDate(2027, 8, 31), "August"}},
				ExtraHolidays:   []NamedDay{{NewDate(2026, 7, 1), "Borough day"}},
				RemovedHolidays: []NamedDay{{NewDate(2026, 5, 4), "rota"}},
			}),
			newCalendar(t, Settings{Division: division, Weekend: []time.Weekday{time.Sunday, time.Monday, time.Tuesday}}))
	}
	return all
}

// drawDate draws a day with room for long windows on either side.
func drawDate(t *rapid.T, c *Calendar, label string) Date {
	from, until := c.Coverage()
	return Date(rapid.Int32Range(int32(from)+1300, int32(until)-1300).Draw(t, label))
}

func drawWindow(t *rapid.T, label string) Window {
	unit := WindowUnit(rapid.IntRange(0, 2).Draw(t, label+" unit"))
	most := 120
	if unit == WeekBand {
		most = 20
	}
	return Window{rapid.IntRange(1, most).Draw(t, label), unit}
}

func computeDeadline(t *rapid.T, c *Calendar, terms Terms) Deadline {
	d, err := c.ComputeDeadline(terms)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAddAndBetweenUndoEachOther(t *testing.T) {
	all := allCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "calendar")
		start, n := drawDate(t, c, "start"), rapid.IntRange(1, 400).Draw(t, "n")
		later, err := c.AddWorkingDays(start, n)
		if err != nil {
			t.Fatal(err)
		}
		if !c.IsWorkingDay(later) || later <= start || c.CountWorkingDays(start, later) != n || c.CountWorkingDays(later, start) != -n {
			t.Fatalf("%s + %d = %s, between %d", start, n, later, c.CountWorkingDays(start, later))
		}
		walked := start
		for counted := 0; counted < n; {
			walked++
			day, err := c.LookUp(walked)
			if err != nil {
				t.Fatal(err)
			}
			if day.Working {
				counted++
			}
		}
		if walked != later {
			t.Fatalf("%s + %d = %s, walking gives %s", start, n, later, walked)
		}
		back, err := c.AddWorkingDays(later, -n)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := c.WorkingDayOnOrBefore(start); err != nil || back != want {
			t.Fatalf("%s - %d = %s, want %s, %v", later, n, back, want, err)
		}
		if same, err := c.AddWorkingDays(start, 0); err != nil || same != start {
			t.Fatalf("adding nothing: %s, %v", same, err)
		}
	})
}

func TestRoundingGoesToTheNearestWorkingDayOnItsSide(t *testing.T) {
	all := allCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "calendar")
		d := drawDate(t, c, "day")
		before, err := c.WorkingDayOnOrBefore(d)
		if err != nil {
			t.Fatal(err)
		}
		after, err := c.WorkingDayOnOrAfter(d)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.IsWorkingDay(d):
			if before != d || after != d {
				t.Fatalf("%s is worked but rounds to %s and %s", d, before, after)
			}
		case !c.IsWorkingDay(before) || !c.IsWorkingDay(after) || before >= d || after <= d || c.CountWorkingDays(before, after) != 1:
			t.Fatalf("%s rounds to %s and %s", d, before, after)
		}
	})
}

func TestALongerWindowIsNeverDueEarlier(t *testing.T) {
	all := allCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "calendar")
		start, w := drawDate(t, c, "start"), drawWindow(t, "window")
		longer := Window{w.N + 1, w.Unit}
		a, b := computeDeadline(t, c, Terms{Start: start, Window: w}), computeDeadline(t, c, Terms{Start: start, Window: longer})
		if b.Date < a.Date || (w.Unit == WorkingDays && b.Date == a.Date) {
			t.Fatalf("%s from %s is due %s, %s is due %s", w, start, a.Date, longer, b.Date)
		}
		if later := computeDeadline(t, c, Terms{Start: start + 1, Window: w}); later.Date < a.Date {
			t.Fatalf("%s from %s is due %s, from the day after %s", w, start, a.Date, later.Date)
		}
	})
}

func TestNothingIsDueAfterThePlainEndOrBeforeDayZeroEnds(t *testing.T) {
	all := allCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "calendar")
		at := c.StartOfDay(drawDate(t, c, "day")).Add(time.Duration(rapid.IntRange(-9*60, 15*60).Draw(t, "minute")) * time.Minute)
		start, err := c.ReceiptDay(at)
		if err != nil {
			t.Fatal(err)
		}
		terms := Terms{Start: start, Received: at, Window: drawWindow(t, "window")}
		own := computeDeadline(t, c, terms)
		plain := start.AddDays(terms.Window.N)
		if terms.Window.Unit == WeekBand {
			plain = start.AddDays(7*terms.Window.N - 1)
		}
		if terms.Window.Unit != WorkingDays && own.Date > plain {
			t.Fatalf("%s from %s is due %s, after %s", terms.Window, start, own.Date, plain)
		}
		terms.Limit = &Limit{Start: start.AddDays(-rapid.IntRange(0, 100).Draw(t, "earlier")), Window: drawWindow(t, "limit"), Kind: LimitHard}
		terms.AtLeast = rapid.IntRange(0, 5).Draw(t, "at least")
		limited := computeDeadline(t, c, terms)
		switch {
		case limited.Date > own.Date:
			t.Fatalf("the limit makes %s later: %s", own.Date, limited.Date)
		case limited.Bound == BoundLimit && limited.Date != limited.LimitDate, limited.Bound == BoundWindow && limited.Date != own.Date:
			t.Fatalf("%s is not by %s", limited.Date, limited.Bound)
		case c.CountWorkingDays(start, limited.Date) < min(terms.AtLeast, c.CountWorkingDays(start, own.Date)):
			t.Fatalf("%d working days were promised from %s, due %s", terms.AtLeast, start, limited.Date)
		}
		for _, d := range []Deadline{own, limited} {
			if !c.IsWorkingDay(d.Date) || d.Date < start || d.Due.Before(at) || !d.Due.Equal(c.EndOfDay(d.Date)) {
				t.Fatalf("received %s, due %s", at, d.Due)
			}
		}
	})
}

// Every day from day 0 to the end is counted or skipped, once.
func TestTheWorkingAccountsForEveryDayOnce(t *testing.T) {
	all := allCalendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "calendar")
		terms := Terms{Start: drawDate(t, c, "start"), Window: drawWindow(t, "window")}
		switch rapid.IntRange(0, 2).Draw(t, "shape") {
		case 1:
			terms.Limit = &Limit{Start: terms.Start.AddDays(-rapid.IntRange(0, 60).Draw(t, "earlier")), Window: drawWindow(t, "limit"), Kind: LimitHard}
			terms.AtLeast = rapid.IntRange(0, 3).Draw(t, "at least")
		case 2:
			terms = RemainderTerms(terms.Start, terms.Start.AddDays(-rapid.IntRange(0, 60).Draw(t, "earlier")), terms.Window, rapid.IntRange(0, 3).Draw(t, "at least"))
		}
		d := computeDeadline(t, c, terms)
		working, err := c.Explain(d)
		if err != nil {
			t.Fatal(err)
		}
		if working.Date != d.Date || !working.Due.Equal(d.Due) || len(working.Text()) < len("Day 0. Due 17:00 on a day") {
			t.Fatalf("the working of %s ends %s: %s", d.Date, working.Date, working.Text())
		}
		parts := []*Explanation{&working, working.Limit, working.Minimum}
		decides := map[Bound]*Explanation{BoundWindow: &working, BoundLimit: working.Limit, BoundMinimum: working.Minimum}[d.Bound]
		if decides == nil {
			if d.Bound != BoundMinimum || d.Date != working.Start {
				t.Fatalf("nothing shows why it is due %s", d.Date)
			}
		} else if decides.WindowEnd != d.Date {
			t.Fatalf("due %s, but the %s ends %s", d.Date, d.Bound, decides.WindowEnd)
		}
		for _, part := range parts {
			if part != nil && !part.Window.IsZero() {
				checkEveryDayCounted(t, c, part)
			}
		}
	})
}

func checkEveryDayCounted(t *rapid.T, c *Calendar, w *Explanation) {
	first, last := w.Start+1, w.WindowEnd
	if w.Window.Unit != WorkingDays {
		first = w.WindowEnd + 1
		if w.RoundedFrom != nil {
			last = *w.RoundedFrom
		}
	} else if len(w.Counted) != w.Window.N {
		t.Fatalf("%s counts %d days", w.Window, len(w.Counted))
	}
	seen := slices.Clone(w.Counted)
	for _, day := range w.Counted {
		if !c.IsWorkingDay(day) {
			t.Fatalf("%s is counted but not worked", day)
		}
	}
	for _, run := range w.Skipped {
		if run.Reason == "" || run.Source == "" {
			t.Fatalf("no reason for %s", run.From)
		}
		for day := run.From; day <= run.To; day++ {
			if c.IsWorkingDay(day) {
				t.Fatalf("%s is skipped but worked", day)
			}
			seen = append(seen, day)
		}
	}
	slices.Sort(seen)
	want := []Date{}
	for day := first; day <= last; day++ {
		want = append(want, day)
	}
	if !slices.Equal(want, seen) {
		t.Fatalf("%s from %s: accounts for %v, want %v", w.Window, w.Start, seen, want)
	}
}
