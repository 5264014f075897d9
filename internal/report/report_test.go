package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Whoever knows the total, the rows and the rule itself cannot tell a hidden number: among all
// tables that would be shown alike, each hidden number has two values or more.
func TestNoHiddenNumberCanBeRecomputed(t *testing.T) {
	t.Parallel()
	const rows, most = 4, 9
	alike := map[string][][]int{}
	var counts func(so []int)
	counts = func(so []int) {
		if len(so) > 0 {
			total := 0
			for _, n := range so {
				total += n
			}
			if shown, ok := Suppress(so); ok {
				key := fmt.Sprint(total, shown)
				alike[key] = append(alike[key], append([]int(nil), so...))
			}
		}
		if len(so) == rows {
			return
		}
		for n := range most + 1 {
			counts(append(so, n))
		}
	}
	counts(nil)
	for key, tables := range alike {
		shown, _ := Suppress(tables[0])
		for i, c := range shown {
			values := map[int]bool{}
			for _, table := range tables {
				values[table[i]] = true
			}
			if c.Hidden && len(values) < 2 {
				t.Fatalf("%s: row %d can only be %d", key, i, tables[0][i])
			}
			if !c.Hidden && (c.N != tables[0][i] || c.N > 0 && c.N < SmallestShown) {
				t.Fatalf("%s: row %d shows %d of %d", key, i, c.N, tables[0][i])
			}
		}
	}
}

func TestOnlyWhatMustBeHiddenIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		counts []int
		want   string
	}{
		{[]int{40, 12, 7}, "[40 12 7]"}, {[]int{40, 12, 3}, "[40 hidden hidden]"}, {[]int{40, 2, 3}, "[40 hidden hidden]"},
		{[]int{40, 1, 1}, "[hidden hidden hidden]"}, {[]int{0, 9, 0}, "[0 9 0]"}, {[]int{3}, "withheld"}, {[]int{1, 1, 1, 1, 1}, "withheld"},
		{[]int{3, 0}, "withheld"}, {nil, "[]"},
	} {
		shown, ok := Suppress(test.counts)
		var cells []string
		for _, c := range shown {
			cells = append(cells, countValue(c).String())
		}
		got := fmt.Sprint(cells)
		if !ok {
			got = "withheld"
		}
		if got != test.want {
			t.Errorf("%v is shown as %s, not %s", test.counts, got, test.want)
		}
	}
	if _, ok := Quantile([]int{1, 2, 3, 4}, 0.5); ok {
		t.Error("a median of four is shown")
	}
	for share, want := range map[float64]int{0.5: 3, 0.9: 9, 0.01: 1} {
		if got, ok := Quantile([]int{1, 2, 3, 4, 9}, share); !ok || got != want {
			t.Errorf("%v of five is %d, not %d", share, got, want)
		}
	}
}

// Each figure of a challenge against a count of its events made here in another way.
func TestACaseSaysWhatItsEventsSay(t *testing.T) {
	t.Parallel()
	ladders := challengetest.ShippedLadders(t)
	c := challengetest.Calendar()
	rapid.Check(t, func(t *rapid.T) {
		life, _ := challengetest.BeginLife(t, rapid.SampledFrom(ladders).Draw(t, "ladder"))
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			life.Try(t)
		}
		s := life.Snapshot()
		k := CaseOf(s, c, NamesOf(nil))
		kinds := map[challenge.EventKind]int{}
		to := ""
		replaced := 0
		var firstAnswer, ended time.Time
		for _, e := range s.History {
			kinds[e.Body.Kind()]++
			switch b := e.Body.(type) {
			case challenge.Responded:
				if firstAnswer.IsZero() {
					firstAnswer = e.At
				}
				if b.Replaces {
					replaced++
				}
			case challenge.Resolved, challenge.Withdrawn:
				ended = e.At
			case challenge.HandedOff:
				ended, to = e.At, b.To
			}
		}
		if !k.FirstAnswerAt.Equal(firstAnswer) || !k.EndedAt.Equal(ended) || !k.RaisedAt.Equal(s.History[0].At) {
			t.Fatalf("first answer %s, ended %s", k.FirstAnswerAt, k.EndedAt)
		}
		want := Open
		switch {
		case kinds[challenge.KindWithdrawn] > 0:
			want = Withdrawn
		case kinds[challenge.KindResolved] > 0:
			want = Settled
		case kinds[challenge.KindHandedOff] > 0 && to == "":
			want = Recorded
		case kinds[challenge.KindHandedOff] > 0:
			want = HandedOff
		}
		if k.State != want {
			t.Fatalf("it is %s, not %s", k.State, want)
		}
		in := map[Outcome]int{}
		for _, q := range k.Questions {
			in[q.Outcome]++
		}
		if len(k.Questions) != kinds[challenge.KindRungOpened] || in[Lapsed] != kinds[challenge.KindLapsed]-kinds[challenge.KindLapseYielded] ||
			in[InTime]+in[Late] != kinds[challenge.KindResponded]-replaced || (in[Pending] == 1) != (s.Challenge.State == challenge.StateAwaitingResponse) {
			t.Fatalf("questions %v, events %v", in, kinds)
		}
		if !k.FirstAnswerAt.IsZero() {
			day, err := c.ReceiptDay(k.RaisedAt)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for d := day + 1; d <= c.DateOf(k.FirstAnswerAt); d++ {
				if c.IsWorkingDay(d) {
					n++
				}
			}
			if k.DaysToAnswer != n {
				t.Fatalf("%d working days, not %d", k.DaysToAnswer, n)
			}
		}
	})
}

func TestWhatIsAnsweredTheNextWorkingMorningTookNoWorkingDay(t *testing.T) {
	t.Parallel()
	c := challengetest.Calendar()
	if n := workingDays(c, challengetest.At("2026-06-05 20:49"), challengetest.At("2026-06-08 09:44")); n != 0 {
		t.Errorf("%d working days from Friday evening to Monday morning", n)
	}
	if n := workingDays(c, challengetest.At("2026-04-02 10:00"), challengetest.At("2026-04-08 10:00")); n != 2 {
		t.Errorf("%d working days over Easter", n)
	}
}

// sampleCases are a quarter that can be counted by hand.
func sampleCases() []Case {
	day := func(n int) time.Time { return challengetest.At(fmt.Sprintf("2026-03-%02d 10:00", n)) }
	var all []Case
	for n := range 12 {
		k := Case{Ref: fmt.Sprintf("CH-%06d", n), RecordNumber: "0012345", Team: "North", Procedure: "Challenge", Categories: []string{"Visits"}, RaisedAt: day(2 + n), State: Open,
			Where: "Stage 1", Questions: []Question{{Rung: "Stage 1", Roles: []string{"Team Manager"}, Outcome: Pending}}}
		if n < 7 {
			k.State, k.FirstAnswerAt, k.EndedAt, k.DaysToAnswer, k.DaysToEnd = Settled, day(3+n), day(5+n), 1+n%3, 3+n
			k.Questions[0].Outcome = InTime
		}
		if n >= 9 {
			k.Team, k.RecordNumber, k.Categories = "=HYPERLINK(\"x\")", "1-2", []string{"+1", "Visits"}
		}
		all = append(all, k)
	}
	return all
}

func TestTheFiguresOfAQuarter(t *testing.T) {
	t.Parallel()
	c := challengetest.Calendar()
	p := Period{From: workday.NewDate(2026, 3, 1), To: workday.NewDate(2026, 3, 31)}
	f := Compute(sampleCases(), p, challengetest.At("2026-04-01 09:00"), c)
	var text bytes.Buffer
	if err := f.Document(c.Location()).WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"As of 09:00 BST on Wednesday 1 April 2026.", "Challenges raised  12", "settled            7", "open               5", "North            hidden", "=HYPERLINK(\"x\")  hidden",
		"Stage 1            7", "Of how many",
	} {
		if !strings.Contains(strings.Join(strings.Fields(text.String()), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in:\n%s", want, text.String())
		}
	}
	if few := Compute(sampleCases()[:3], p, time.Time{}, c); !few.TooFew || !few.Raised.Hidden || len(few.Tables) > 0 {
		t.Errorf("three challenges: %+v", few)
	}
	if none := Compute(nil, p, time.Time{}, c); none.TooFew || none.Raised.N != 0 {
		t.Errorf("none: %+v", none)
	}
}

func TestTextsStayTextsInEveryFormat(t *testing.T) {
	t.Parallel()
	d := Register(sampleCases(), challengetest.At("2026-04-01 09:00"), time.UTC)
	var text, book, page bytes.Buffer
	for _, err := range []error{d.WriteCSV(&text), d.WriteXLSX(&book), d.WriteHTML(&page)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text.String(), byteOrderMark))).ReadAll()
	if err != nil || len(rows) != 13 || rows[10][2] != `'=HYPERLINK("x")` || rows[10][5] != "'+1; Visits" || rows[1][1] != "0012345" || rows[1][7] != "2026-03-02" {
		t.Errorf("%v: %q", err, rows[min(10, len(rows)-1)])
	}
	f, err := excelize.OpenReader(bytes.NewReader(book.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at, want := range map[string]struct {
		value string
		kind  excelize.CellType
	}{
		"C11": {`=HYPERLINK("x")`, excelize.CellTypeInlineString}, "B2": {"0012345", excelize.CellTypeInlineString}, "B11": {"1-2", excelize.CellTypeInlineString},
		"H2": {"2026-03-02", excelize.CellTypeUnset}, "O2": {"1", excelize.CellTypeUnset},
	} {
		value, _ := f.GetCellValue("Register", at)
		kind, _ := f.GetCellType("Register", at)
		formula, _ := f.GetCellFormula("Register", at)
		if value != want.value || kind != want.kind || formula != "" {
			t.Errorf("%s holds %q of kind %d, formula %q", at, value, kind, formula)
		}
	}
	if strings.Contains(page.String(), "<script") || !strings.Contains(page.String(), "=HYPERLINK(&#34;x&#34;)") {
		t.Error("the page has a script, or a text that is none")
	}
}

func TestSheetsHaveNamesThatAWorkbookTakes(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for title, want := range map[string]string{"Time ended without an answer, by step": "Time ended without an answer, b", "a/b:c": "abc"} {
		if got := sheetName(title, used); got != want {
			t.Errorf("%q becomes %q", title, got)
		}
	}
	if got := sheetName("Time ended without an answer, by role", used); got != "Time ended without an answer, 2" && len([]rune(got)) > 31 {
		t.Errorf("the second is %q", got)
	}
}

// Who answered in time and put another answer in its place afterwards has answered in time.
func TestAnAnswerReplacedAfterTheDueTimeStaysInTime(t *testing.T) {
	t.Parallel()
	c := challengetest.Calendar()
	due := time.Date(2026, 4, 8, 16, 0, 0, 0, time.UTC)
	s := challenge.Snapshot{Ladder: &ladder.Ladder{}, History: []challenge.Event{
		{Seq: 1, At: due.Add(-48 * time.Hour), Body: challenge.Raised{}},
		{Seq: 2, At: due.Add(-48 * time.Hour), Rung: "r1", Opening: 1, Body: challenge.RungOpened{Deadline: workday.Deadline{Due: due}}},
		{Seq: 3, At: due.Add(-time.Hour), Rung: "r1", Opening: 1, Body: challenge.Responded{}},
		{Seq: 4, At: due.Add(time.Hour), Rung: "r1", Opening: 1, Body: challenge.Responded{Replaces: true, AfterDue: true}},
	}}
	if k := CaseOf(s, c, NamesOf(nil)); len(k.Questions) != 1 || k.Questions[0].Outcome != InTime {
		t.Errorf("%+v", k.Questions)
	}
}
