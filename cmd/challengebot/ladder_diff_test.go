package main

import (
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
	file := writeTestFile(t, "rutland.yaml", strings.Replace(changed, "version: 2", "version: 3", 1))
	runCommand(t, nil, "ladder", "diff", "rutland", file).expect(t, exitOK,
		"The ladder: the version was 2 and is now 3",
		"Stage 1: the window was 5 working days and is now 7 working days\n  warning: Stage 1 may now take longer",
		"2 differences, 1 warning")
	runCommand(t, nil, "ladder", "diff", "--json", "rutland", file).expect(t, exitOK, `"where": "Stage 1"`, `"warning": "Stage 1 may now take longer"`)
	runCommand(t, nil, "ladder", "diff", "rutland", "rutland").expect(t, exitOK, "The two ladders say the same.")
	if got := runCommand(t, nil, "ladder", "diff", "--json", "rutland", "rutland"); got.Stdout != "[]\n" {
		t.Errorf("got %q", got.Stdout)
	}
	runCommand(t, nil, "ladder", "diff", "rutland", "nowhere").expect(t, exitWrong)
}
