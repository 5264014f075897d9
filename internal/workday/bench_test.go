package workday

import (
	"testing"
	"time"

	"github.com/rickar/cal/v2"
)

// newCalCalendar is the library's own way, with the same rules.
func newCalCalendar(division Division) *cal.BusinessCalendar {
	c := cal.NewBusinessCalendar()
	c.AddHoliday(holidayRules(division)...)
	return c
}

func TestADeadlineAgreesWithTheLibraryItReplaces(t *testing.T) {
	for _, division := range allDivisions {
		c := newCalendar(t, Settings{Division: division})
		library := newCalCalendar(division)
		library.Cacheable = true
		for start := NewDate(2012, 2, 1); start < NewDate(2028, 6, 1); start += 3 {
			noon := start.Midnight(c.Location()).Add(12 * time.Hour)
			for _, n := range []int{1, 10} {
				got, err := c.AddWorkingDays(start, n)
				if want := DateOf(library.WorkdaysFrom(noon, n)); err != nil || got != want {
					t.Fatalf("%s %s + %d = %s (%v), cal says %s", division, start, n, got, err, want)
				}
			}
		}
	}
}

func TestADeadlineDoesNotAllocate(t *testing.T) {
	c := newCalendar(t, Settings{})
	limit := &Limit{Start: NewDate(2026, 3, 30), Window: Window{10, WorkingDays}, Kind: LimitHard}
	for _, terms := range []Terms{
		{Start: NewDate(2026, 3, 30), Window: Window{10, WorkingDays}},
		{Start: NewDate(2026, 3, 30), Window: Window{10, CalendarDays}},
		{Start: NewDate(2026, 4, 14), Window: Window{5, WorkingDays}, Limit: limit, AtLeast: 1},
	} {
		if n := testing.AllocsPerRun(100, func() {
			if _, err := c.ComputeDeadline(terms); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", terms.Window, n)
		}
	}
}

func BenchmarkDeadline(b *testing.B) {
	c := newCalendar(b, Settings{Division: Scotland})
	limit := &Limit{Start: NewDate(2026, 3, 30), Window: Window{10, WorkingDays}, Kind: LimitHard}
	for _, bench := range []struct {
		name  string
		terms Terms
	}{
		{"10WorkingDays", Terms{Start: NewDate(2026, 3, 30), Window: Window{10, WorkingDays}}},
		{"40WorkingDays", Terms{Start: NewDate(2026, 3, 30), Window: Window{40, WorkingDays}}},
		{"WithLimit", Terms{Start: NewDate(2026, 4, 14), Window: Window{5, WorkingDays}, Limit: limit}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.ComputeDeadline(bench.terms); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCalDeadline(b *testing.B) {
	c := newCalendar(b, Settings{Division: Scotland})
	for _, cached := range []bool{false, true} {
		name := "10WorkingDays"
		if cached {
			name += "Cached"
		}
		b.Run(name, func(b *testing.B) {
			library := newCalCalendar(Scotland)
			library.Cacheable = cached
			start := c.EndOfDay(NewDate(2026, 3, 30))
			b.ReportAllocs()
			for b.Loop() {
				if library.WorkdaysFrom(start, 10).IsZero() {
					b.Fatal("no date")
				}
			}
		})
	}
}

func BenchmarkReceipt(b *testing.B) {
	c := newCalendar(b, Settings{})
	at := parseLondonTime(b, "2026-04-02 17:20:00").UTC()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.ReceiptDay(at); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	c := newCalendar(b, Settings{})
	d, err := c.ComputeDeadline(Terms{Start: NewDate(2026, 3, 30), Window: Window{10, WorkingDays}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		working, err := c.Explain(d)
		if err != nil || working.Text() == "" {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for _, bench := range []struct {
		name  string
		until Date
	}{{"OfficialList", 0}, {"Until2060", NewDate(2060, 12, 31)}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(Settings{Division: Scotland, CoverageUntil: bench.until}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
