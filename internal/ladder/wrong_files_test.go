package ladder_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
)

// wrongFile is one slip of somebody who writes a ladder: old of the starting ladder became new. The
// complaint stands at the text at, on a line or before it on the line that begins so.
type wrongFile struct{ name, old, new, at string }

var wrongFiles = []wrongFile{
	// How a file is written.
	{"a tab before a key", "    kind: formal\n    source: section of Stage 1", "\tkind: formal\n    source: section of Stage 1", "\tkind: formal"},
	{"a tab after a colon", "version: 1", "version:\t1x", "\t1x"},
	{"a key one space too far in", "    label: Stage 1", "     label: Stage 1", "label: Stage 1"},
	{"a key one space too far out", "    label: Stage 1", "   label: Stage 1", "label: Stage 1"},
	{"a list mark forgotten", "  - id: stage-2\n", "    id: stage-2\n", "id: stage-2"},
	{"no space after a colon", "version: 1", "version:1", "version:1"},
	{"no colon", "party: any", "party any", "party any"},
	{"an equals sign for the colon", "party: any", "party = any", "= any"},
	{"a second colon in a text", "label: Stage 2\n", "label: Stage 2: the manager\n", "Stage 2: the manager"},
	{"a list without its brackets", "plans: [child-protection, looked-after]", "plans: child-protection, looked-after", "child-protection, looked-after"},
	{"a bracket left open", "roles: [social-worker, team-manager]", "roles: [social-worker, team-manager", "[social-worker, team-manager"},
	{"a brace left open", "respond: {roles: [head-of-service]}", "respond: {roles: [head-of-service]", "{roles: [head-of-service]"},
	{"a quote left open", "label: Stage 1", `label: "Stage 1`, `"Stage 1`},
	{"an apostrophe in single quotes", "label: Stage 1", `label: 'The child's stage'`, `'The child's stage'`},
	{"commas in braces without quotes", "label: Drift and delay in the plan}", "label: Drift, delay, and no plan}", "delay, and no plan"},
	{"quotation marks of a word processor", "label: Stage 1", "label: “Stage 1”", "“Stage 1”"},
	{"quotation marks of a word processor around a window", "window: 5 working days\n    within", "window: “5 working days”\n    within", "“5 working days”"},
	{"a long dash for a list mark", "  - to: [stage-2, stage-3]", "  – to: [stage-2, stage-3]", "– to:"},
	{"a no-break space before a key", "    kind: formal\n    source: section of Stage 1", "\u00a0\u00a0\u00a0\u00a0kind: formal\n    source: section of Stage 1", "\u00a0\u00a0\u00a0\u00a0kind"},
	{"an anchor", "window: 5 working days\n    within", "window: &time 5 working days\n    within", "&time"},
	{"an alias", "window: 5 working days\n    within", "window: *time\n    within", "*time"},
	{"a second document", "rungs:\n", "---\nrungs:\n", "rungs:"},
	{"a tag", "version: 1", "version: !!str 1", "!!str"},
	{"a comment without its sign", "# The ladder itself", "The ladder itself", "The ladder itself"},
	{"a text in the encoding of Windows", "label: Stage 1", "label: Stage \x96 1", ""},
	{"a text in two bytes a letter", "ladder:", "l\x00a\x00d\x00d\x00e\x00r\x00:\x00", ""},
	// Keys.
	{"a key that is nearly one", "    window: 5 working days\n    within", "    windows: 5 working days\n    within", "windows:"},
	{"a key in capitals", "    kind: formal\n    source: section of Stage 1", "    Kind: formal\n    source: section of Stage 1", "Kind:"},
	{"a key that is none", "    form: decision\n", "    form: decision\n    colour: blue\n", "colour:"},
	{"a key given twice", "    form: decision\n", "    form: decision\n    form: decision\n", "form: decision"},
	{"a key in the wrong place", "version: 1 ", "window: 5 working days\nversion: 1 ", "window:"},
	{"a key with an underscore too few", "remainder: true", "remainder: true\n    windowsource: section", "windowsource:"},
	{"a key with a hyphen", "window_source: section of the limit", "window-source: section of the limit", "window-source:"},
	{"a key without a value", "    kind: formal\n    source: section of Stage 1", "    kind:\n    source: section of Stage 1", "kind:"},
	{"a required key left out", "    kind: formal\n    source: section of Stage 1", "    source: section of Stage 1", "id: stage-1"},
	{"an identity left out", "  - id: stage-2\n    label: Stage 2", "  - label: Stage 2", "label: Stage 2"},
	// Values.
	{"a number in words", "version: 1", "version: one", "one"},
	{"a number in quotes", "version: 1", `version: "1"`, `"1"`},
	{"a number with a point", "version: 1", "version: 1.2", "1.2"},
	{"a number beyond belief", "version: 1", "version: 99999999999999999999", "99999999999999999999"},
	{"yes for true", "hard: true", "hard: yes", "yes"},
	{"true for a text", "label: Stage 1", "label: true", "true"},
	{"days of no kind", "window: 5 working days\n    within", "window: 5 days\n    within", "5 days"},
	{"a number of nothing", "window: 5 working days\n    within", "window: 5\n    within", "5"},
	{"a window of nought", "window: 5 working days\n    within", "window: 0 working days\n    within", "0 working days"},
	{"a window below nought", "window: 5 working days\n    within", "window: -5 working days\n    within", "-5 working days"},
	{"a window beyond belief", "window: 5 working days\n    within", "window: 500000 working days\n    within", "500000 working days"},
	{"a window with two ends", "window: 5 working days\n    within", "window: 3-5 working days\n    within", "3-5 working days"},
	{"a window in months", "window: 5 working days\n    within", "window: 1 month\n    within", "1 month"},
	{"a window misspelt", "window: 5 working days\n    within", "window: 5 workng days\n    within", "5 workng days"},
	{"a date as it is said in German", "raised: 2026-03-30 10:00", "raised: 30.03.2026 10:00", "30.03.2026"},
	{"a date as it is said in America", "raised: 2026-03-30 10:00", "raised: 03/30/2026 10:00", "03/30/2026"},
	{"a date as it is said in England", "due: 2026-04-22", "due: 22 April 2026", "22 April 2026"},
	{"a day that is none", "due: 2026-04-22", "due: 2026-04-31", "2026-04-31"},
	{"a time with am", "raised: 2026-03-30 10:00", "raised: 2026-03-30 10am", "2026-03-30 10am"},
	{"a map for a text", "label: Stage 1", "label: {en: Stage 1, cy: Cam 1}", "{en: Stage 1"},
	{"a list for a text", "window: 5 working days\n    within", "window: [5 working days]\n    within", "[5 working days]"},
	{"a role where respond is", "respond: {roles: [head-of-service]}", "respond: head-of-service", "head-of-service"},
	{"an empty list", "roles: [service-manager]", "roles: []", "respond:"},
	{"an empty file", "*", "", ""},
	{"nothing but comments", "*", "# nothing yet\n", ""},
	{"a text and no ladder", "*", "Dear all, please find the procedure below.\n", "Dear all"},
	{"a page of the web", "*", "<html><body>Not found</body></html>\n", "<html>"},
	{"a kind that is none", "kind: consult", "kind: consultation", "consultation"},
	{"a form that is none", "    form: decision\n", "    form: letter\n", "letter"},
	{"a text too long", "about: The Head of Service decides.", "about: " + strings.Repeat("very ", 500) + "long", "very"},
	{"a label too long", "label: Stage 1", "label: " + strings.Repeat("long ", 40), "long"},
	{"a label of spaces", "label: Stage 1", `label: "  "`, `"  "`},
	// What belongs together.
	{"a role misspelt", "replier: team-manager", "replier: team-manger", "team-manger"},
	{"a role with a space", "roles: [service-manager]", "roles: [Service Manager]", "Service Manager"},
	{"a label taken away that is used", "  head-of-service: Head of Service\n", "", "head-of-service]"},
	{"the same rung twice", "  - id: stage-2\n", "  - id: stage-1\n", "stage-1"},
	{"a rung renamed where it stands", "  - id: stage-3\n", "  - id: stage-three\n", "stage-3"},
	{"a rung renamed where it is named", "to: [stage-2, stage-3]", "to: [stage-2, stage-4]", "stage-4"},
	{"the same category twice", "  - {id: other,", "  - {id: placement,", "placement,"},
	{"a plan misspelt", "plans: [looked-after]}", "plans: [looked-afer]}", "looked-afer"},
	{"a circle of rungs", "    form: decision\n", "    form: decision\n    then: {rung: stage-1}\n", "stage-1"},
	{"then leads to two places", "    form: decision\n", "    form: decision\n    then: {rung: stage-2, end: true}\n", "then:"},
	{"a gate for nobody", "        with: chairs-manager", "        with: nobody", "nobody"},
	{"a gate that nobody opens", "        ahead: true", "        by: chair-manager\n        ahead: true", "chair-manager"},
	{"a gate that opens by itself", "        ahead: true", "        within: 1 working day\n        ahead: true", "1 working day"},
	{"a window longer than within", "window: 5 working days\n    within: 10 working days", "window: 15 working days\n    within: 10 working days", "10 working days"},
	{"no time on a rung", "    window: 5 working days\n    within: 10 working days\n", "", "id: stage-2"},
	{"a window and the remainder", "    remainder: true", "    window: 5 working days\n    remainder: true", "true"},
	{"a window that ends before its rung can open", "within: 10 working days", "within: 5 working days", "id: stage-2"},
	{"who raises answers", "respond: {roles: [head-of-service]}", "respond: {roles: [chair]}", "respond:"},
	{"one role on successive rungs", "respond: {roles: [head-of-service]}", "respond: {roles: [service-manager]}", "respond:"},
	{"the judge is who answers", "respond: {roles: [head-of-service]}", "judge: head-of-service\n    respond: {roles: [head-of-service]}", "respond:"},
	{"no rungs", "*rungs", "rungs: []\n", "rungs: []"},
	{"a test that does not hold", "due: 2026-04-22", "due: 2026-04-23", "2026-04-23"},
	{"a test of a rung that is none", "rung: stage-3, due", "rung: stage-4, due", "stage-4"},
	{"a text that is too wide a number", "label: Stage 1", "label: .inf", ".inf"},
	{"an unclosed brace far above", "  - {id: drift-and-delay, label: Drift and delay in the plan}", "  - {id: drift-and-delay, label: Drift and delay in the plan", "{id: drift-and-delay"},
	{"a block text without its sign", "about: The Head of Service decides.", "about:\n      The Head of Service: decides.", "The Head of Service"},
	{"a percent sign", "authority:", "%authority:", "%"},
	{"a key with a space", "window_source: section of the limit", "window source: section of the limit", "window source:"},
	{"a case with an unknown start", "starts: first-raise", "starts: first-rise", "first-rise"},
	{"a hard limit without a limit", "  limit: 15 working days", "  #limit: 15 working days", "true"},
	{"an agency on an internal ladder", "party: any", "party: internel", "internel"},
	{"no categories", "  - {id: other, label: Anything else of concern}", "  - {id: other}", "{id: other}"},
	{"a field of no kind", "        source: section of Stage 2, consultation", "        fields: [{id: why, label: Why}]\n        source: section of Stage 2, consultation", "{id: why"},
	{"a skip to nowhere", "to: [stage-2, stage-3]", "to:", "to:"},
	{"an act that is none", "do: agreed, gate: chairs-manager", "do: agree, gate: chairs-manager", "agree"},
}

func (w wrongFile) text(whole string) string {
	switch w.old {
	case "*":
		return w.new
	case "*rungs":
		return whole[:strings.Index(whole, "\nrungs:\n")+1] + w.new
	}
	return strings.Replace(whole, w.old, w.new, 1)
}

// Each slip gets one complaint, at its place, and nothing that only follows from it.
func TestAWrongFileGetsOneComplaintAtItsPlace(t *testing.T) {
	t.Parallel()
	whole := string(ladder.Template("our-council", "T", "A"))
	lint := func(text string) (said []string, at []string) {
		lines := strings.Split(text, "\n")
		for _, p := range ladder.Lint("x.yaml", []byte(text), ladder.LintContext{PlayTests: simulation.PlayTests}) {
			said = append(said, p.Error())
			place := ""
			if p.Line > 0 && p.Line <= len(lines) && p.Column-1 <= len([]rune(lines[p.Line-1])) {
				place = string([]rune(lines[p.Line-1])[p.Column-1:])
			}
			at = append(at, place)
		}
		return said, at
	}
	if said, _ := lint(whole); len(said) != 0 {
		t.Fatalf("the starting ladder: %v", said)
	}
	var b strings.Builder
	for _, w := range wrongFiles {
		text := w.text(whole)
		if text == whole {
			t.Errorf("%s: the starting ladder has no %q", w.name, w.old)
			continue
		}
		said, at := lint(text)
		fmt.Fprintf(&b, "%s\n", w.name)
		for _, s := range said {
			fmt.Fprintf(&b, "    %s\n", s)
		}
		switch {
		case len(said) != 1:
			t.Errorf("%s: %d complaints", w.name, len(said))
		case !strings.HasPrefix(at[0], w.at):
			t.Errorf("%s: the complaint stands at %.40q, want %q", w.name, at[0], w.at)
		}
	}
	golden := filepath.Join("testdata", "wrong_files.txt")
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s\nIf this is meant: go test ./internal/ladder -run AWrongFile -update", diff)
	}
}

// Whichever line is left out, or loses its first two signs, or comes twice, there is no panic and no
// flood: what only follows from the slip is not said.
func TestALineSpoiltInAnyWayIsNoFlood(t *testing.T) {
	t.Parallel()
	lines := strings.Split(string(ladder.Template("our-council", "T", "A")), "\n")
	spoil := map[string]func(string) string{
		"left out":           func(string) string { return "" },
		"two columns out":    func(line string) string { return strings.TrimPrefix(line, "  ") },
		"one column in":      func(line string) string { return " " + line },
		"twice":              func(line string) string { return line + "\n" + line },
		"without its colon":  func(line string) string { return strings.Replace(line, ":", "", 1) },
		"without its end":    func(line string) string { return strings.TrimRight(line, "]}") },
		"cut in half":        func(line string) string { return string([]rune(line)[:len([]rune(line))/2]) },
		"with a stray quote": func(line string) string { return strings.Replace(line, ": ", ": '", 1) },
	}
	for way, change := range spoil {
		for i, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), "#") || strings.TrimSpace(line) == "" {
				continue
			}
			lines[i] = change(line)
			said := ladder.Lint("x.yaml", []byte(strings.Join(lines, "\n")), ladder.LintContext{})
			lines[i] = line
			if len(said) > 2 {
				t.Errorf("line %d (%s), %s: %d complaints: %.400v", i+1, line, way, len(said), said)
			}
		}
	}
}
