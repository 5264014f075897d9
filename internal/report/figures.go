package report

import (
	"cmp"
	"slices"
	"time"

	"challengebot/internal/workday"
)

// Period is what a report is about: the challenges raised on these days, both included.
type Period struct{ From, To workday.Date }

// Table is one question to the figures. A table whose numbers would give a small one away is not
// shown.
type Table struct {
	Title string
	Rows  []Row
	// Withheld: its numbers are too small to be shown, even some of them.
	Withheld bool
}

// Row is one line of a table.
type Row struct {
	Label string
	Count Count
}

// Days are how many working days something took.
type Days struct {
	Title string
	// Of is how many challenges it is known of; Median and Most are shown for five or more: half of
	// them took no longer, and nine in ten.
	Of           Count
	Median, Most int
	Shown        bool
}

// Figures are the report of a period.
type Figures struct {
	Period Period
	AsOf   time.Time
	Raised Count
	// TooFew: fewer than five were raised, so nothing else is shown.
	TooFew bool
	Tables []Table
	Days   []Days
}

// Compute makes the figures of the challenges that were raised in a period.
func Compute(all []Case, p Period, asOf time.Time, c *workday.Calendar) Figures {
	f := Figures{Period: p, AsOf: asOf}
	var cases []Case
	for _, k := range all {
		if day := c.DateOf(k.RaisedAt); day >= p.From && day <= p.To {
			cases = append(cases, k)
		}
	}
	f.Raised.N = len(cases)
	if n := len(cases); n > 0 && n < SmallestShown {
		f.Raised, f.TooFew = Count{Hidden: true}, true
		return f
	}
	f.addTable("What became of them", cases, func(k Case) []string { return []string{string(k.State)} })
	f.addTable("By procedure", cases, func(k Case) []string { return []string{k.Procedure} })
	f.addTable("By category of concern", cases, func(k Case) []string { return k.Categories })
	f.addTable("By team", cases, func(k Case) []string { return []string{k.Team} })
	if slices.ContainsFunc(cases, func(k Case) bool { return k.Agency != "" }) {
		f.addTable("By agency", cases, func(k Case) []string { return []string{cmp.Or(k.Agency, "none named")} })
	}
	f.addTable("Settled, by the step that it had reached", cases, func(k Case) []string {
		if k.State != Settled {
			return nil
		}
		return []string{k.Where}
	})
	byOutcome := func(wanted ...Outcome) func(Case) []string {
		return func(k Case) []string {
			var labels []string
			for _, q := range k.Questions {
				if slices.Contains(wanted, q.Outcome) {
					labels = append(labels, q.Rung)
				}
			}
			return labels
		}
	}
	f.addTable("Answered in time, by step", cases, byOutcome(InTime))
	f.addTable("Answered late, by step", cases, byOutcome(Late))
	f.addTable("Time ended without an answer, by step", cases, byOutcome(Lapsed))
	f.addTable("Time ended without an answer, by role", cases, func(k Case) []string {
		var labels []string
		for _, q := range k.Questions {
			if q.Outcome == Lapsed {
				labels = append(labels, q.RolesText())
			}
		}
		return labels
	})
	numbers := map[string]int{}
	for _, k := range cases {
		numbers[k.RecordNumber]++
	}
	f.addTable("Raised again about the same record", cases, func(k Case) []string {
		if numbers[k.RecordNumber] > 1 {
			return []string{"more than one challenge"}
		}
		return []string{"one challenge"}
	})
	f.addDays("Working days from raising to the first answer", cases, func(k Case) (int, bool) { return k.DaysToAnswer, !k.FirstAnswerAt.IsZero() })
	f.addDays("Working days from raising to settlement", cases, func(k Case) (int, bool) { return k.DaysToEnd, k.State == Settled })
	f.addDays("Of those, working days in which it waited before a step", cases, func(k Case) (int, bool) { return k.HeldDays, k.State == Settled })
	if f.hidesSettled() {
		for i := range f.Days[1:] {
			f.Days[1+i].Of = Count{Hidden: true}
		}
	}
	return f
}

// addTable counts the cases by what labels gives for each, the largest number first. Without any
// there is no table.
func (f *Figures) addTable(title string, cases []Case, labels func(Case) []string) {
	counts := map[string]int{}
	for _, k := range cases {
		for _, label := range labels(k) {
			counts[label]++
		}
	}
	if len(counts) == 0 {
		return
	}
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	numbers := make([]int, len(names))
	for i, name := range names {
		numbers[i] = counts[name]
	}
	t := Table{Title: title}
	shown, ok := Suppress(numbers)
	if !ok {
		t.Withheld = true
	} else {
		for i, name := range names {
			t.Rows = append(t.Rows, Row{Label: name, Count: shown[i]})
		}
		// Their order would tell the size of what is hidden: it stands last, by name.
		slices.SortStableFunc(t.Rows, func(a, b Row) int {
			switch {
			case a.Count.Hidden != b.Count.Hidden && b.Count.Hidden:
				return -1
			case a.Count.Hidden != b.Count.Hidden:
				return 1
			case a.Count.Hidden:
				return cmp.Compare(a.Label, b.Label)
			}
			return 0
		})
	}
	f.Tables = append(f.Tables, t)
}

func (f *Figures) addDays(title string, cases []Case, of func(Case) (int, bool)) {
	var days []int
	for _, k := range cases {
		if n, known := of(k); known {
			days = append(days, n)
		}
	}
	slices.Sort(days)
	d := Days{Title: title, Of: Count{N: len(days)}}
	isSmall := func(n int) bool { return n > 0 && n < SmallestShown }
	if n := len(days); isSmall(n) || isSmall(len(cases)-n) {
		d.Of = Count{Hidden: true} // or the number of the others would be known
	}
	if d.Median, d.Shown = Quantile(days, 0.5); d.Shown {
		d.Most, _ = Quantile(days, 0.9)
	}
	f.Days = append(f.Days, d)
}

// hidesSettled reports whether the number of settled challenges is hidden, so that nothing else may
// show it.
func (f *Figures) hidesSettled() bool {
	if len(f.Tables) == 0 {
		return false
	}
	states := f.Tables[0]
	return states.Withheld || slices.ContainsFunc(states.Rows, func(r Row) bool { return r.Label == string(Settled) && r.Count.Hidden })
}
