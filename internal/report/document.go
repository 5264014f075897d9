package report

import (
	"fmt"
	"strings"
	"time"

	"challengebot/internal/workday"
)

// Document is a report in no format yet: the same for a terminal, CSV, XLSX and HTML.
type Document struct {
	Title    string
	Notes    []string
	Sections []Section
}

// Section is a table with its heading.
type Section struct {
	Title  string
	Header []string
	Rows   [][]Value
	Note   string
	// Chart: the number of each row is also drawn as a bar beside it, where a format draws.
	Chart bool
}

// IsWide reports whether the table has more columns than a page is wide.
func (s Section) IsWide() bool { return len(s.Header) > 6 }

// Value is one cell: a text, a number, a date, or a number that is hidden.
type Value struct {
	Text     string
	Number   int
	IsNumber bool
	Date     workday.Date
	Hidden   bool
}

// hiddenText stands for a number that is not shown.
const hiddenText = "hidden"

func textValue(s string) Value       { return Value{Text: s} }
func numberValue(n int) Value        { return Value{Number: n, IsNumber: true} }
func dateValue(d workday.Date) Value { return Value{Date: d} }
func joinedValue(all []string) Value { return Value{Text: strings.Join(all, "; ")} }
func countValue(c Count) Value       { return Value{Number: c.N, IsNumber: !c.Hidden, Hidden: c.Hidden} }
func whenValue(ok bool, n int) Value {
	if !ok {
		return Value{}
	}
	return numberValue(n)
}

// String is the cell as people read it.
func (v Value) String() string {
	switch {
	case v.Hidden:
		return hiddenText
	case v.IsNumber:
		return fmt.Sprint(v.Number)
	case v.Date != 0:
		return v.Date.String()
	}
	return v.Text
}

// Document lays the figures out.
func (f Figures) Document(zone *time.Location) Document {
	d := Document{
		Title: fmt.Sprintf("Challenges raised from %s to %s", f.Period.From.FormatLong(), f.Period.To.FormatLong()),
		Notes: []string{
			"As of " + f.AsOf.In(zone).Format("15:04 MST on ") + workday.DateOf(f.AsOf.In(zone)).FormatLong() + ".",
			fmt.Sprintf("A number from 1 to %d is %s, and so is a second one where a total would give it away. No median stands for fewer than %d.",
				SmallestShown-1, hiddenText, SmallestShown),
			"A rising number of challenges says that chairs use the procedure; by itself it is neither good nor bad.",
		},
	}
	d.Sections = append(d.Sections, Section{Title: "Raised", Header: []string{"", "Number"}, Rows: [][]Value{{textValue("Challenges raised"), countValue(f.Raised)}}})
	if f.TooFew {
		d.Sections[0].Note = "Fewer than five were raised, so nothing more is shown. Choose a longer period."
		return d
	}
	for _, t := range f.Tables {
		s := Section{Title: t.Title, Header: []string{"", "Number"}, Chart: true}
		if t.Withheld {
			s.Note, s.Chart = "The numbers are too small to be shown.", false
		}
		for _, r := range t.Rows {
			s.Rows = append(s.Rows, []Value{textValue(r.Label), countValue(r.Count)})
		}
		d.Sections = append(d.Sections, s)
	}
	days := Section{Title: "How long it took", Header: []string{"", "Of how many", "Half took no more than", "Nine in ten took no more than"}}
	for _, x := range f.Days {
		days.Rows = append(days.Rows, []Value{textValue(x.Title), countValue(x.Of), whenValue(x.Shown, x.Median), whenValue(x.Shown, x.Most)})
	}
	d.Sections = append(d.Sections, days)
	return d
}

// Register lays the challenges out, one row each.
func Register(cases []Case, asOf time.Time, zone *time.Location) Document {
	day := func(t time.Time) Value {
		if t.IsZero() {
			return Value{}
		}
		return dateValue(workday.DateOf(t.In(zone)))
	}
	s := Section{Title: "Register", Header: []string{"Reference", "Record number", "Team", "Agency", "Procedure", "Categories", "Raised by", "Raised on", "State", "Step",
		"Asked", "Due on", "Urgent", "First answer on", "Answers in time", "Answers late", "Times ended without an answer", "Ended on", "Working days to first answer",
		"Working days to the end", "Working days waiting before a step"}}
	for _, k := range cases {
		in := map[Outcome]int{}
		for _, q := range k.Questions {
			in[q.Outcome]++
		}
		urgent := ""
		if k.Urgent {
			urgent = "yes"
		}
		s.Rows = append(s.Rows, []Value{textValue(k.Ref), textValue(k.RecordNumber), textValue(k.Team), textValue(k.Agency), textValue(k.Procedure), joinedValue(k.Categories),
			textValue(k.RaisedBy), day(k.RaisedAt), textValue(string(k.State)), textValue(k.Where), joinedValue(k.Asked), day(k.Due), textValue(urgent), day(k.FirstAnswerAt),
			numberValue(in[InTime]), numberValue(in[Late]), numberValue(in[Lapsed]), day(k.EndedAt), whenValue(!k.FirstAnswerAt.IsZero(), k.DaysToAnswer),
			whenValue(!k.EndedAt.IsZero(), k.DaysToEnd), numberValue(k.HeldDays)})
	}
	return Document{Title: "Register of challenges", Sections: []Section{s},
		Notes: []string{"As of " + asOf.In(zone).Format("15:04 MST on ") + workday.DateOf(asOf.In(zone)).FormatLong() + "."}}
}
