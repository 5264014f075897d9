package ladder

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

var (
	pairPattern = regexp.MustCompile(`([a-z_-]+): ([^,{}\[\]\n#>]*[^,{}\[\]\n#> ])`)
	listPattern = regexp.MustCompile(`\[([^\[\]\n{}]+)\]`)
)

// textEdit is one change of a ladder's text.
type textEdit struct {
	line, was, is string
	text          string
}

// everyEdit takes out each value of a ladder's text, puts another in its place, and shortens each
// list.
func everyEdit(text string) []textEdit {
	var all []textEdit
	replace := func(from, to int, with string) {
		line := 1 + strings.Count(text[:from], "\n")
		all = append(all, textEdit{fmt.Sprint(line), text[from:to], with, text[:from] + with + text[to:]})
	}
	for _, m := range pairPattern.FindAllStringSubmatchIndex(text, -1) {
		key, value := text[m[2]:m[3]], text[m[4]:m[5]]
		replace(m[4], m[5], "zzz")
		replace(m[0], m[1], key+"s: "+value)
		replace(m[4], m[5], `""`)
		if strings.ContainsAny(value, "0123456789") {
			replace(m[4], m[5], "31 calendar days")
			replace(m[4], m[5], "1 working day")
			replace(m[4], m[5], "2")
		}
		if value == "true" {
			replace(m[4], m[5], "false")
		}
	}
	for _, m := range listPattern.FindAllStringSubmatchIndex(text, -1) {
		items := strings.Split(text[m[2]:m[3]], ", ")
		replace(m[2], m[3], "")
		replace(m[2], m[3], strings.Join(append(items, items[0]), ", "))
		if len(items) > 1 {
			replace(m[2], m[3], strings.Join(items[1:], ", "))
			replace(m[2], m[3], items[0])
		} else {
			replace(m[2], m[3], items[0]+", oversight")
		}
	}
	return all
}

// The files of testdata/edits say of every small change of a shipped ladder what a policy officer
// reads: why it is refused, or what differs, in both directions, and what lint adds. After a change
// of the format or of a text read their difference:
//
//	go test ./internal/ladder -run TestEveryEdit -update
func TestEveryEditOfAShippedLadderSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	known := LintContext{HasHolder: func(r directory.Role) bool { return !strings.HasPrefix(string(r), "s") }, Calendar: calendar, Today: workday.NewDate(2026, 6, 1), RemindBefore: 1}
	for _, id := range ShippedIDs() {
		text := procedureText(id)
		old, err := Read(id, text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		describeLadder(&b, old)
		for _, e := range everyEdit(string(text)) {
			fmt.Fprintf(&b, "%s %q -> %q\n", e.line, e.was, e.is)
			describeEdit(&b, old, e.text, known)
		}
		path := filepath.Join("testdata", "edits", id+".txt")
		if *updateGolden {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		was, is := strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")
		for i := range max(len(was), len(is)) {
			if i >= len(was) || i >= len(is) || was[i] != is[i] {
				t.Errorf("%s, line %d: is\n%s\nand was\n%s", path, i+1, strings.Join(is[min(i, len(is)):min(i+1, len(is))], ""), strings.Join(was[min(i, len(was)):min(i+1, len(was))], ""))
				break
			}
		}
	}
}

// describeEdit says what an edited text is to the ladder before it.
func describeEdit(b *strings.Builder, old *Ladder, text string, known LintContext) {
	l, err := Read("edited.yaml", []byte(text))
	if err != nil {
		fmt.Fprintf(b, "  refused: %s\n", strings.ReplaceAll(err.Error(), "\n", " | "))
		return
	}
	for _, d := range Diff(old, l) {
		fmt.Fprintf(b, "  %s; %s\n", d, d.Warning)
	}
	for _, d := range Diff(l, old) {
		fmt.Fprintf(b, "  back: %s; %s\n", d, d.Warning)
	}
	before := map[string]bool{}
	for _, p := range Lint("edited.yaml", procedureText(old.ID), known) {
		before[p.Error()] = true
	}
	for _, p := range Lint("edited.yaml", []byte(text), known) {
		if !before[p.Error()] {
			fmt.Fprintf(b, "  lint, %s: %s\n", p.Severity, p.Error())
		}
	}
}

// procedureText is a shipped ladder without the worked dates at its end, which are no part of the
// procedure.
func procedureText(id string) []byte {
	text, err := ShippedText(id)
	if err != nil {
		panic(err)
	}
	procedure, _, _ := strings.Cut(string(text), "\n# The worked dates")
	return []byte(procedure)
}

// describeLadder says what others ask of a ladder.
func describeLadder(b *strings.Builder, l *Ladder) {
	for _, n := range l.RolesNeeded() {
		fmt.Fprintf(b, "needs %+v\n", n)
	}
	fmt.Fprintf(b, "raised by %v, begins on %s\n", l.RaiserRoles(), l.FirstRung().ID)
	for i := range l.Rungs {
		r := &l.Rungs[i]
		next, above := "none", "none"
		if n := l.NextRung(r.ID); n != nil {
			next = n.ID
		}
		if n := l.EscalationTarget(r); n != nil {
			above = n.ID
		}
		fmt.Fprintf(b, "%s: next %s, escalates to %s, judged by %s, starts the clock %t\n", r.ID, next, above, r.JudgeRole(), r.StartsFormalClock())
		for _, agency := range []string{"", "health", "police", "nowhere"} {
			fmt.Fprintf(b, "%s for %q: asks %v, answered by %q\n", r.ID, agency, r.Respondents.RolesFor(agency), r.Respondents.ResponderFor(agency))
		}
	}
	for _, form := range []ResponseForm{FormWritten, FormPlan, FormDiscussion, FormMeeting, FormDecision, FormDifference} {
		fmt.Fprintf(b, "form %s: %+v\n", form, form.Fields())
	}
}
