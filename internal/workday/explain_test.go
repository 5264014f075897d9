package workday

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheWorkingIsToldInWords(t *testing.T) {
	plain := newCalendar(t, Settings{})
	closed := newCalendar(t, Settings{Closures: []Closure{christmasClosure}})
	ruled := newCalendar(t, Settings{CoverageUntil: NewDate(2030, 12, 31)})
	w := func(s string) Window { return parseWindow(t, s) }
	d := func(s string) Date { return parseDate(t, s) }
	cases := []struct {
		name  string
		c     *Calendar
		terms Terms
		want  string
	}{
		{
			"over Easter", plain, Terms{Start: d("2026-03-30"), Window: w("5 working days")},
			"Day 0 Mon 30 Mar. Counted: Tue 31 Mar, Wed 1 Apr, Thu 2 Apr, Tue 7 Apr, Wed 8 Apr. " +
				"Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr. Due 17:00 on Wednesday 8 April 2026.",
		},
		{
			"nothing skipped", plain, Terms{Start: d("2026-06-02"), Window: w("1 working day")},
			"Day 0 Tue 2 Jun. Counted: Wed 3 Jun. Due 17:00 on Wednesday 3 June 2026.",
		},
		{
			"many days are told as runs", plain, Terms{Start: d("2026-03-30"), Window: w("15 working days")},
			"Day 0 Mon 30 Mar. Counted: 15 days, Tue 31 Mar to Thu 2 Apr (3), Tue 7 Apr to Fri 10 Apr (4), Mon 13 Apr to Fri 17 Apr (5), " +
				"Mon 20 Apr to Wed 22 Apr (3). Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr, weekend 11-12 Apr, weekend 18-19 Apr. " +
				"Due 17:00 on Wednesday 22 April 2026.",
		},
		{
			"closure and turn of the year", closed, Terms{Start: d("2026-12-23"), Window: w("5 working days")},
			"Day 0 Wed 23 Dec 2026. Counted: Thu 24 Dec, Mon 4 Jan, Tue 5 Jan, Wed 6 Jan, Thu 7 Jan. " +
				"Skipped: Christmas Day 25 Dec, weekend 26-27 Dec, Boxing Day (substitute day) 28 Dec, Christmas closure 29-31 Dec, " +
				"New Year's Day 1 Jan, weekend 2-3 Jan. Due 17:00 on Thursday 7 January 2027.",
		},
		{
			"received on a Saturday", plain,
			Terms{Start: d("2026-05-05"), Received: parseLondonTime(t, "2026-05-02 11:05:00"), Window: w("1 working day")},
			"Received 11:05 on Sat 2 May; not worked: weekend 2-3 May, Early May bank holiday 4 May. " +
				"Day 0 Tue 5 May. Counted: Wed 6 May. Due 17:00 on Wednesday 6 May 2026.",
		},
		{
			"received after the cut-off", plain,
			Terms{Start: d("2026-04-07"), Received: parseLondonTime(t, "2026-04-02 17:20:00"), Window: w("1 working day")},
			"Received 17:20 on Thu 2 Apr, after the cut-off at 17:00; not worked: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr. " +
				"Day 0 Tue 7 Apr. Counted: Wed 8 Apr. Due 17:00 on Wednesday 8 April 2026.",
		},
		{
			"received in time", plain,
			Terms{Start: d("2026-06-02"), Received: parseLondonTime(t, "2026-06-02 17:00:00"), Window: w("1 working day")},
			"Day 0 Tue 2 Jun. Counted: Wed 3 Jun. Due 17:00 on Wednesday 3 June 2026.",
		},
		{
			"start on a Saturday", plain, Terms{Start: d("2026-05-02"), Window: w("1 working day")},
			"Start Sat 2 May; not worked: weekend 2-3 May, Early May bank holiday 4 May. " +
				"Day 0 Tue 5 May. Counted: Wed 6 May. Due 17:00 on Wednesday 6 May 2026.",
		},
		{
			"calendar days rounded back", plain, Terms{Start: d("2026-12-18"), Window: w("10 calendar days")},
			"Day 0 Fri 18 Dec. 10 calendar days end Mon 28 Dec, rounded back to the working day Thu 24 Dec. " +
				"Not worked: Christmas Day 25 Dec, weekend 26-27 Dec, Boxing Day (substitute day) 28 Dec. Due 17:00 on Thursday 24 December 2026.",
		},
		{
			"calendar days that end on a working day", plain, Terms{Start: d("2026-03-30"), Window: w("10 calendar days")},
			"Day 0 Mon 30 Mar. 10 calendar days end Thu 9 Apr. Due 17:00 on Thursday 9 April 2026.",
		},
		{
			"week band", plain, Terms{Start: d("2026-03-30"), Window: w("end of week 2")},
			"Day 0 Mon 30 Mar. Week 2 (week 1 begins Mon 30 Mar) ends Sun 12 Apr, rounded back to the working day Fri 10 Apr. " +
				"Not worked: weekend 11-12 Apr. Due 17:00 on Friday 10 April 2026.",
		},
		{
			"rounded back to day 0", plain, Terms{Start: d("2026-06-05"), Window: w("1 calendar day")},
			"Day 0 Fri 5 Jun. 1 calendar day ends Sat 6 Jun, rounded back to the working day Fri 5 Jun. " +
				"Not worked: Saturday 6 Jun. Due 17:00 on Friday 5 June 2026.",
		},
		{
			"the limit binds", plain,
			Terms{Start: d("2026-04-14"), Window: w("5 working days"), Limit: &Limit{Start: d("2026-03-30"), Window: w("10 working days"), Kind: LimitHard}},
			"Day 0 Tue 14 Apr. The stage's own 5 working days would end Tue 21 Apr; 10 working days from the start of the challenge " +
				"(Mon 30 Mar) end Wed 15 Apr: the earlier holds. Counted from Mon 30 Mar: Tue 31 Mar, Wed 1 Apr, Thu 2 Apr, Tue 7 Apr, " +
				"Wed 8 Apr, Thu 9 Apr, Fri 10 Apr, Mon 13 Apr, Tue 14 Apr, Wed 15 Apr. Skipped: Good Friday 3 Apr, weekend 4-5 Apr, " +
				"Easter Monday 6 Apr, weekend 11-12 Apr. Due 17:00 on Wednesday 15 April 2026.",
		},
		{
			"the limit does not bind", plain,
			Terms{Start: d("2026-03-30"), Window: w("1 working day"), Limit: &Limit{Start: d("2026-03-30"), Window: w("10 working days"), Kind: LimitHard}},
			"Day 0 Mon 30 Mar. Counted: Tue 31 Mar. 10 working days from the start of the challenge (Mon 30 Mar) end Wed 15 Apr, " +
				"not earlier. Due 17:00 on Tuesday 31 March 2026.",
		},
		{
			"a target", plain,
			Terms{Start: d("2026-12-23"), Window: w("1 working day"), Limit: &Limit{Start: d("2026-12-23"), Window: w("5 working days"), Kind: LimitTarget}},
			"Day 0 Wed 23 Dec. Counted: Thu 24 Dec. Target for the whole challenge: 5 working days from its start (Wed 23 Dec) end " +
				"Mon 4 Jan 2027. Due 17:00 on Thursday 24 December 2026.",
		},
		{
			"the limit had passed", plain,
			Terms{Start: d("2026-04-20"), Window: w("5 working days"), Limit: &Limit{Start: d("2026-03-30"), Window: w("10 working days"), Kind: LimitHard}},
			"Day 0 Mon 20 Apr. The stage's own 5 working days would end Mon 27 Apr; 10 working days from the start of the challenge " +
				"(Mon 30 Mar) end Wed 15 Apr, before this stage began: day 0 itself holds. Due 17:00 on Monday 20 April 2026.",
		},
		{
			"the limit leaves a minimum", plain,
			Terms{Start: d("2026-04-14"), Window: w("5 working days"), Limit: &Limit{Start: d("2026-03-30"), Window: w("10 working days"), Kind: LimitHard}, AtLeast: 2},
			"Day 0 Tue 14 Apr. The stage's own 5 working days would end Tue 21 Apr; 10 working days from the start of the challenge " +
				"(Mon 30 Mar) end Wed 15 Apr, too early for at least 2 working days: the minimum holds. Counted: Wed 15 Apr, Thu 16 Apr. " +
				"Due 17:00 on Thursday 16 April 2026.",
		},
		{
			"the minimum is more than the stage's own time", plain,
			Terms{Start: d("2026-04-14"), Window: w("2 working days"), Limit: &Limit{Start: d("2026-03-30"), Window: w("5 working days"), Kind: LimitHard}, AtLeast: 4},
			"Day 0 Tue 14 Apr. The stage's own 2 working days would end Thu 16 Apr; 5 working days from the start of the challenge " +
				"(Mon 30 Mar) end Wed 8 Apr, too early: the limit leaves at least 4 working days or the stage's own time if that is shorter. " +
				"Due 17:00 on Thursday 16 April 2026.",
		},
		{
			"a band under a limit in calendar days", plain,
			Terms{Start: d("2026-03-30"), Window: w("end of week 2"), Limit: &Limit{Start: d("2026-03-30"), Window: w("6 calendar days"), Kind: LimitHard}},
			"Day 0 Mon 30 Mar. The stage's own week 2 would end Fri 10 Apr; 6 calendar days from the start of the challenge (Mon 30 Mar) " +
				"end Thu 2 Apr: the earlier holds. 6 calendar days end Sun 5 Apr, rounded back to the working day Thu 2 Apr. " +
				"Not worked: Good Friday 3 Apr, weekend 4-5 Apr. Due 17:00 on Thursday 2 April 2026.",
		},
		{
			"the remainder", plain, RemainderTerms(d("2026-12-29"), d("2026-12-23"), w("5 working days"), 1),
			"Day 0 Tue 29 Dec 2026. This stage has the remainder of the 5 working days from first raise, at least 1 working day. " +
				"Counted from first raise (Wed 23 Dec 2026): Thu 24 Dec, Tue 29 Dec, Wed 30 Dec, Thu 31 Dec, Mon 4 Jan. " +
				"Skipped: Christmas Day 25 Dec, weekend 26-27 Dec, Boxing Day (substitute day) 28 Dec, New Year's Day 1 Jan, weekend 2-3 Jan. " +
				"Due 17:00 on Monday 4 January 2027.",
		},
		{
			"nothing remains", plain, RemainderTerms(d("2026-06-09"), d("2026-06-02"), w("5 working days"), 1),
			"Day 0 Tue 9 Jun. This stage has the remainder of the 5 working days from first raise, at least 1 working day. " +
				"5 working days from first raise (Tue 2 Jun) end Tue 9 Jun, too early: the minimum holds. Counted: Wed 10 Jun. " +
				"Due 17:00 on Wednesday 10 June 2026.",
		},
		{
			"days by rule are marked", ruled, Terms{Start: d("2029-03-29"), Window: w("1 working day")},
			"Day 0 Thu 29 Mar. Counted: Tue 3 Apr. Skipped: Good Friday 30 Mar (by rule, beyond the official list), weekend 31 Mar-1 Apr, " +
				"Easter Monday 2 Apr (by rule, beyond the official list). Due 17:00 on Tuesday 3 April 2029.",
		},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			deadline, err := test.c.ComputeDeadline(test.terms)
			if err != nil {
				t.Fatal(err)
			}
			working, err := test.c.Explain(deadline)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, working.Text()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, working.Text())
			}
		})
	}
}

func TestTheWorkingCarriesItsPartsForATable(t *testing.T) {
	c := newCalendar(t, Settings{})
	deadline, err := c.ComputeDeadline(Terms{Start: NewDate(2026, 12, 18), Window: Window{10, CalendarDays}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Explain(deadline)
	if err != nil {
		t.Fatal(err)
	}
	written := NewDate(2026, 12, 28)
	want := Explanation{
		Start: NewDate(2026, 12, 18), Window: Window{10, CalendarDays}, RoundedFrom: &written,
		WindowEnd: NewDate(2026, 12, 24), Bound: BoundWindow, Date: NewDate(2026, 12, 24), Due: parseLondonTime(t, "2026-12-24 17:00:00"),
		Skipped: []SkippedDays{
			{NewDate(2026, 12, 25), NewDate(2026, 12, 25), "Christmas Day", SourceTable},
			{NewDate(2026, 12, 26), NewDate(2026, 12, 27), "weekend", SourceWeekend},
			{NewDate(2026, 12, 28), NewDate(2026, 12, 28), "Boxing Day (substitute day)", SourceTable},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADateFromAnotherCalendarIsNotExplained(t *testing.T) {
	stored, err := newCalendar(t, Settings{}).ComputeDeadline(Terms{Start: NewDate(2026, 12, 24), Window: Window{2, WorkingDays}})
	if err != nil {
		t.Fatal(err)
	}
	for name, settings := range map[string]Settings{
		"another day":     {Closures: []Closure{christmasClosure}},
		"another instant": {DayEnds: 17*60 + 30},
	} {
		if _, err := newCalendar(t, settings).Explain(stored); !errors.Is(err, ErrOtherCalendar) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stored.Due = stored.Due.Add(time.Second)
	if _, err := newCalendar(t, Settings{}).Explain(stored); !errors.Is(err, ErrOtherCalendar) {
		t.Errorf("another due time: %v", err)
	}
}

func TestTermsThatMakeNoSenseAreRefused(t *testing.T) {
	c := newCalendar(t, Settings{})
	start := NewDate(2026, 6, 2)
	five := Window{5, WorkingDays}
	for name, test := range map[string]struct {
		terms Terms
		want  error
	}{
		"no window and no limit":       {Terms{Start: start}, ErrFormat},
		"negative window":              {Terms{Start: start, Window: Window{-1, WorkingDays}}, ErrFormat},
		"window too long":              {Terms{Start: start, Window: Window{401, WorkingDays}}, ErrFormat},
		"unknown unit":                 {Terms{Start: start, Window: Window{5, 9}}, ErrFormat},
		"limit without window":         {Terms{Start: start, Window: five, Limit: &Limit{Start: start}}, ErrFormat},
		"unknown kind":                 {Terms{Start: start, Window: five, Limit: &Limit{Start: start, Window: five, Kind: "soft"}}, ErrBadTerms},
		"remainder without a minimum":  {Terms{Start: start, Limit: &Limit{Start: start, Window: five, Kind: LimitHard}}, ErrBadTerms},
		"remainder of a target":        {Terms{Start: start, Limit: &Limit{Start: start, Window: five, Kind: LimitTarget}, AtLeast: 1}, ErrBadTerms},
		"negative minimum":             {Terms{Start: start, Window: five, Limit: &Limit{Start: start, Window: five, Kind: LimitHard}, AtLeast: -1}, ErrBadTerms},
		"minimum beyond any procedure": {Terms{Start: start, Window: five, Limit: &Limit{Start: start, Window: five, Kind: LimitHard}, AtLeast: 401}, ErrBadTerms},
		"a start that was not set":     {Terms{Window: five}, ErrCoverage},
	} {
		if got, err := c.ComputeDeadline(test.terms); !errors.Is(err, test.want) {
			t.Errorf("%s: %v (%v), want %v", name, err, got.Date, test.want)
		}
		if _, err := c.Explain(Deadline{Terms: test.terms}); !errors.Is(err, test.want) {
			t.Errorf("%s explained: %v, want %v", name, err, test.want)
		}
	}
}

// An authority that says "step" reads "step" in every sentence that speaks of it.
func TestTheWorkingSpeaksTheLaddersOwnWord(t *testing.T) {
	c := newCalendar(t, Settings{})
	limit := &Limit{Start: parseDate(t, "2026-03-30"), Window: parseWindow(t, "10 working days")}
	band := &Limit{Start: parseDate(t, "2026-03-30"), Window: parseWindow(t, "end of week 2")}
	for _, terms := range []Terms{
		{Start: parseDate(t, "2026-04-14"), Window: parseWindow(t, "5 working days"), Limit: limit},
		{Start: parseDate(t, "2026-04-20"), Window: parseWindow(t, "5 working days"), Limit: limit},
		{Start: parseDate(t, "2026-04-20"), Window: parseWindow(t, "1 working day"), Limit: limit, AtLeast: 1},
		{Start: parseDate(t, "2026-04-14"), Window: parseWindow(t, "end of week 4"), Limit: limit},
		RemainderTerms(parseDate(t, "2026-04-08"), parseDate(t, "2026-03-30"), limit.Window, 1),
		RemainderTerms(parseDate(t, "2026-04-08"), parseDate(t, "2026-03-30"), band.Window, 1),
	} {
		d, err := c.ComputeDeadline(terms)
		if err != nil {
			t.Fatal(err)
		}
		w, err := c.Explain(d)
		if err != nil {
			t.Fatal(err)
		}
		plain, own := w.Text(), w.TextFor("step")
		if !strings.Contains(plain, "stage") || strings.Contains(own, "stage") || own != strings.ReplaceAll(plain, "stage", "step") {
			t.Errorf("Text:    %s\nTextFor: %s", plain, own)
		}
	}
}
