package workday

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// A closure from Christmas Eve 12:45 to the end of the year, as an authority writes it.
func halfDaySettings(t *testing.T) Settings {
	t.Helper()
	var from ClosureStart
	if err := from.UnmarshalText([]byte("2026-12-24T12:45")); err != nil {
		t.Fatal(err)
	}
	days, early := from.Closed(NewDate(2026, 12, 31), "Christmas closure")
	return Settings{Closures: days, EarlyEnds: early}
}

func TestAClosureThatBeginsAtATimeEndsThatDayThen(t *testing.T) {
	c := newCalendar(t, halfDaySettings(t))
	eve, tuesday := NewDate(2026, 12, 24), NewDate(2026, 12, 22)
	at := func(d Date, clock TimeOfDay) time.Time { return clock.onDate(d, c.Location()) }
	if !c.IsWorkingDay(eve) || c.IsWorkingDay(eve+5) || !c.EndOfDay(eve).Equal(at(eve, 12*60+45)) || !c.EndOfDay(eve-1).Equal(at(eve-1, 17*60)) {
		t.Errorf("Christmas Eve ends %v, the day before %v", c.EndOfDay(eve), c.EndOfDay(eve-1))
	}
	due, err := c.ComputeDeadline(Terms{Start: tuesday, Received: at(tuesday, 10*60), Window: Window{N: 2}})
	if err != nil || due.Date != eve || !due.Due.Equal(at(eve, 12*60+45)) {
		t.Fatalf("due %s %v, %v", due.Date, due.Due, err)
	}
	w, err := c.Explain(due)
	if want := "Due 12:45 on Thursday 24 December 2026, when the day ends (Christmas closure)."; err != nil || !strings.Contains(w.Text(), want) {
		t.Errorf("%q does not say %q, %v", w.Text(), want, err)
	}
	for clock, want := range map[TimeOfDay]Date{12*60 + 45: eve, 12*60 + 46: NewDate(2027, 1, 4), 16 * 60: NewDate(2027, 1, 4)} {
		if got, err := c.ReceiptDay(at(eve, clock)); err != nil || got != want {
			t.Errorf("received at %s counts from %s, want %s (%v)", clock, got, want, err)
		}
	}
	late, err := c.ComputeDeadline(Terms{Start: NewDate(2027, 1, 4), Received: at(eve, 13*60), Window: Window{N: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if w, _ := c.Explain(late); !strings.Contains(w.Text(), "Received 13:00 on Thu 24 Dec, after the cut-off at 12:45") {
		t.Errorf("the working says %q", w.Text())
	}
	if got := c.WorkingTimeBetween(at(eve, 9*60), at(eve, 17*60)); got != 3*time.Hour+45*time.Minute {
		t.Errorf("the day has %v", got)
	}
	if plain := newCalendar(t, Settings{Closures: halfDaySettings(t).Closures}); plain.Version() == c.Version() {
		t.Error("two calendars that give different dates have one version")
	}
}

func TestAnAfternoonAloneCanBeClosed(t *testing.T) {
	for _, to := range []Date{0, NewDate(2026, 7, 3)} {
		days, early := ClosureStart{NewDate(2026, 7, 3), 12 * 60}.Closed(to, "Staff day")
		c := newCalendar(t, Settings{Closures: days, EarlyEnds: early})
		if got := c.EndOfDay(NewDate(2026, 7, 3)); !c.IsWorkingDay(NewDate(2026, 7, 3)) || got.Hour() != 12 {
			t.Errorf("it ends %v", got)
		}
	}
}

func TestAHalfDayThatMakesNoSenseIsRefused(t *testing.T) {
	day := NewDate(2026, 7, 3)
	for _, test := range []struct {
		early EarlyEnd
		want  string
	}{
		{EarlyEnd{day, 9 * 60, "x"}, "before the day does"},
		{EarlyEnd{day, 17*60 + 1, "x"}, "after the end of the day"},
		{EarlyEnd{day, 12 * 60, " "}, "has no name"},
		{EarlyEnd{NewDate(2040, 1, 3), 12 * 60, "x"}, "outside the calendar"},
	} {
		if _, err := New(Settings{Division: EnglandAndWales, EarlyEnds: []EarlyEnd{test.early}}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.early, err, test.want)
		}
	}
	for _, text := range []string{"24/12/2026", "2026-12-24T", "2026-12-24T25:00", "2026-12-24T1pm", "2026-12-24T00:00", "T12:45"} {
		var c ClosureStart
		if err := c.UnmarshalText([]byte(text)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
	var spaced ClosureStart
	if err := spaced.UnmarshalText([]byte("2026-12-24 12:45")); err != nil || spaced.At != 12*60+45 {
		t.Errorf("%+v, %v", spaced, err)
	}
}
