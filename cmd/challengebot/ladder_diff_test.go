package main

import (
	"encoding/json"
	"strings"
	"testing"

	"challengebot/internal/ladder"
)

func TestANewLadderCanBeUsedAsItIsPrinted(t *testing.T) {
	t.Parallel()
	printed := runCommand(t, nil, "ladder", "new", "--id", "exampleshire", "--title", "Professional Challenge", "--authority", "Exampleshire")
	printed.expect(t, exitOK, `title: "Professional Challenge"`)
	file := writeTestFile(t, "exampleshire.yaml", printed.Stdout)
	runCommand(t, nil, "ladder", "lint", file).expect(t, exitOK, "0 errors, 0 warnings in 1 ladder")
	runCommand(t, nil, "ladder", "simulate", "--ladder", file).expect(t, exitOK, "Stage 2", "Consult your own Service Manager")
}

func TestANewLadderWithoutAnIdThatIsOneIsRefused(t *testing.T) {
	t.Parallel()
	got := runCommand(t, nil, "ladder", "new", "--id", "Example Shire", "--title", "T", "--authority", "A")
	if got.Code != exitWrong || got.Stdout != "" || !strings.Contains(got.Stderr, "is not a key") {
		t.Errorf("got %+v", got)
	}
}

func TestTheDifferenceOfTwoLaddersIsTold(t *testing.T) {
	t.Parallel()
	old, err := ladder.ShippedText("rutland")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(old), "window: 5 working days", "window: 7 working days", 1)
	file := writeTestFile(t, "rutland.yaml", strings.Replace(changed, "version: 4", "version: 5", 1))
	runCommand(t, nil, "ladder", "diff", "rutland", file).expect(t, exitOK,
		"The ladder: the version was 4 and is now 5",
		"Stage 1: the window was 5 working days and is now 7 working days\n  warning: Stage 1 may now take longer",
		"2 differences, 1 warning",
		"Due dates if nobody answers and each gate opens at once (* moved):",
		"in an ordinary week, Mon 8 Jun 2026 10:00", "Mon 15 Jun 2026 17:00  Wed 17 Jun 2026 17:00 *", "on 23 December, Wed 23 Dec 2026 10:00")
	runCommand(t, nil, "ladder", "diff", "--calendar", "scotland", "rutland", file).expect(t, exitOK, "on 23 December, Wed 23 Dec 2026 10:00")
	runCommand(t, nil, "ladder", "diff", "--json", "rutland", file).expect(t, exitOK, `"where": "Stage 1"`, `"warning": "Stage 1 may now take longer"`)
	runCommand(t, nil, "ladder", "diff", "rutland", "rutland").expect(t, exitOK, "The two ladders say the same.")
	left := writeTestFile(t, "left.yaml", changed)
	runCommand(t, nil, "ladder", "diff", "rutland", left).expect(t, exitOK,
		"The ladder: the text changed and the version is 4, after 4\n  warning: Write version: 5, so that a record says which text held", "2 differences, 2 warnings")
	if got := runCommand(t, nil, "ladder", "diff", "--json", "rutland", "rutland"); got.Stdout != "[]\n" {
		t.Errorf("got %q", got.Stdout)
	}
	runCommand(t, nil, "ladder", "diff", "rutland", "nowhere").expect(t, exitWrong)
}

func TestAKeyIsExplainedAndAnEditorHelped(t *testing.T) {
	t.Parallel()
	runCommand(t, nil, "ladder", "explain", "rungs.respond").expect(t, exitOK,
		"rungs.respond\n  Who is asked on this rung", "It cannot be left out.", "Its keys: roles, by_agency,", "    respond:\n      roles: [social-worker, team-manager]\n")
	runCommand(t, nil, "ladder", "explain", "window").expect(t, exitOK, "rungs.window\n", "urgencies.window\n", "    window: next working day\n")
	runCommand(t, nil, "ladder", "explain", "reports").expect(t, exitOK, "Kept for the page: the program prints it and does nothing by it.")
	runCommand(t, nil, "ladder", "explain").expect(t, exitOK, "rungs.gates.ask_again ", "words.challenge ")
	if got := runCommand(t, nil, "ladder", "explain", "windo"); got.Code != exitUsage || !strings.Contains(got.Stderr, `Did you mean "window"?`) {
		t.Errorf("got %+v", got)
	}
	var schema struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal([]byte(runCommand(t, nil, "ladder", "schema").Stdout), &schema); err != nil {
		t.Fatal(err)
	}
	if d := schema.Properties["plans"].Description; !strings.HasPrefix(d, "which children it is for") {
		t.Errorf("the schema says of plans: %q", d)
	}
}
