package main

import (
	"strings"
	"testing"

	"challengebot/internal/ladder"
)

func TestANewLadderCanBeUsedAsItIsPrinted(t *testing.T) {
	t.Parallel()
	printed := challengebot(t, nil, "ladder", "new", "--id", "exampleshire", "--title", "Professional Challenge", "--authority", "Exampleshire")
	printed.wants(t, exitOK, `title: "Professional Challenge"`)
	file := write(t, "exampleshire.yaml", printed.Stdout)
	challengebot(t, nil, "ladder", "lint", file).wants(t, exitOK, "0 errors, 0 warnings in 1 ladder")
	challengebot(t, nil, "ladder", "simulate", "--ladder", file).wants(t, exitOK, "Stage 2", "Consult your own Service Manager")
}

func TestANewLadderWithoutAnIdThatIsOneIsRefused(t *testing.T) {
	t.Parallel()
	got := challengebot(t, nil, "ladder", "new", "--id", "Example Shire", "--title", "T", "--authority", "A")
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
	file := write(t, "rutland.yaml", strings.Replace(changed, "version: 1", "version: 2", 1))
	challengebot(t, nil, "ladder", "diff", "rutland", file).wants(t, exitOK,
		"The ladder: the version was 1 and is now 2",
		"Stage 1: the window was 5 working days and is now 7 working days\n  warning: Stage 1 may now take longer",
		"2 differences, 1 warning")
	challengebot(t, nil, "ladder", "diff", "--json", "rutland", file).wants(t, exitOK, `"where": "Stage 1"`, `"warning": "Stage 1 may now take longer"`)
	challengebot(t, nil, "ladder", "diff", "rutland", "rutland").wants(t, exitOK, "The two ladders say the same.")
	if got := challengebot(t, nil, "ladder", "diff", "--json", "rutland", "rutland"); got.Stdout != "[]\n" {
		t.Errorf("got %q", got.Stdout)
	}
	challengebot(t, nil, "ladder", "diff", "rutland", "nowhere").wants(t, exitWrong)
}
