package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"challengebot/internal/ladder"
	"challengebot/internal/story"
)

func simulateArgs(args ...string) []string {
	return append([]string{"ladder", "simulate", "--ladder", "ne-lincolnshire", "--raised", "2026-03-30T10:00"}, args...)
}

func TestASimulationTellsWhoIsToldWhatIfNobodyAnswers(t *testing.T) {
	t.Parallel()
	r := runCommand(t, nil, simulateArgs("--silent", "--json")...)
	r.expect(t, exitOK)
	compareGolden(t, "silent.json", r.Stdout)
	r = runCommand(t, nil, simulateArgs()...)
	r.expect(t, exitOK)
	compareGolden(t, "silent.txt", r.Stdout)
	runCommand(t, nil, simulateArgs("--open-gates", "--closures", "2026-04-13, 2026-04-20..2026-04-21")...).expect(t, exitOK,
		"version 2, text ", "closed on 2026-04-13, 2026-04-20 to 2026-04-21. A day ends at 17:00; what comes after 17:00 counts from the next.\n\n",
		"It reaches Stage 4 on Tue 28 Apr 2026, after 16 working days.\n")
}

// simulatedStep is one step as --json gives it.
type simulatedStep struct{ At, Rung, Event, To, Due, Gate string }

func runSimulation(t *testing.T, args ...string) []simulatedStep {
	t.Helper()
	r := runCommand(t, nil, append(args, "--json")...)
	r.expect(t, exitOK)
	var all []simulatedStep
	if err := json.Unmarshal([]byte(r.Stdout), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// findOpening is when the first respondent of a rung was asked, and until when.
func findOpening(t *testing.T, all []simulatedStep, rung string) simulatedStep {
	t.Helper()
	for _, s := range all {
		if s.Rung == rung && s.Event == "opened" {
			return s
		}
	}
	t.Fatalf("%s never opened in %+v", rung, all)
	return simulatedStep{}
}

func TestASimulationFollowsTheSettingsItIsGiven(t *testing.T) {
	t.Parallel()
	directory := writeTestFile(t, "people.yaml", string(story.SampleDirectory()))
	tests := []struct {
		name, rung string
		args       []string
		to, due    string
	}{
		{"Good Friday and Easter Monday do not count", "stage-1", simulateArgs(), "Team Manager", "2026-04-09T17:00:00+01:00"},
		{"Easter Monday counts in Scotland", "stage-1", simulateArgs("--calendar", "scotland"), "Team Manager", "2026-04-08T17:00:00+01:00"},
		{"a closure of one day", "stage-1", simulateArgs("--closures", "2026-04-01"), "Team Manager", "2026-04-10T17:00:00+01:00"},
		{"a closure of several days", "stage-1", simulateArgs("--closures", "2026-04-01..2026-04-02, 2026-04-07"), "Team Manager", "2026-04-14T17:00:00+01:00"},
		{"people of a directory", "stage-1", simulateArgs("--directory", directory, "--team", "south-locality"), "Ben Carter", "2026-04-09T17:00:00+01:00"},
		{"a time with its own zone", "informal", []string{"ladder", "simulate", "--ladder", "ne-lincolnshire", "--raised", "2026-03-30T16:30Z"}, "Social Worker", "2026-04-01T17:00:00+01:00"},
		{"everybody answers", "stage-3", simulateArgs("--prompt"), "Head of Service", "2026-04-20T17:00:00+01:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := findOpening(t, runSimulation(t, test.args...), test.rung)
			if got.To != test.to || got.Due != test.due {
				t.Errorf("%s was asked until %s, want %s until %s", got.To, got.Due, test.to, test.due)
			}
		})
	}
}

func TestAScriptIsPlayedLineByLine(t *testing.T) {
	t.Parallel()
	script := writeTestFile(t, "script.yaml", `lines:
  - {rung: informal, at: 2026-03-30T15:00, do: respond}
  - {rung: informal, after: 30h, do: not-satisfied}
`)
	got := findOpening(t, runSimulation(t, simulateArgs("--script", script)...), "stage-1")
	if got.At != "2026-03-31T16:00:00+01:00" {
		t.Errorf("Stage 1 opened at %s", got.At)
	}
	wrong := writeTestFile(t, "wrong.yaml", "lines:\n  - {rung: stage-9, at: soon, do: respond}\n")
	runCommand(t, nil, simulateArgs("--script", wrong)...).expect(t, exitWrong, "wrong.yaml:2:12: ", `no rung "stage-9"`, "wrong.yaml:2:25: ", "2026-03-30 10:00")
	runCommand(t, nil, simulateArgs("--script", writeTestFile(t, "gate.yaml", "lines:\n  - {rung: stage-2, after: 1h, do: agreed, gate: own-service-manager}\n"))...).expect(t, exitOK, "gate passed")
}

func TestASimulationSaysWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	runCommand(t, nil, simulateArgs("--start-at", "stage-22")...).expect(t, exitWrong, `Did you mean "stage-2"?`)
	runCommand(t, nil, simulateArgs("--team", "north")...).expect(t, exitUsage, "--team needs --directory")
	runCommand(t, nil, "ladder", "simulate", "--ladder", "narnia").expect(t, exitWrong, "narnia", "ne-lincolnshire")
	runCommand(t, nil, "ladder", "simulate", "--ladder", "./none.yaml").expect(t, exitWrong, "none.yaml")
}

func TestEveryShippedLadderHasNoErrors(t *testing.T) {
	t.Parallel()
	args := []string{"ladder", "lint"}
	for _, id := range ladder.ShippedIDs() {
		args = append(args, "--ladder", id)
	}
	runCommand(t, nil, args...).expect(t, exitOK, "0 errors")
}

func TestLintNamesFileLineAndColumn(t *testing.T) {
	t.Parallel()
	text, err := ladder.ShippedText("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "own.yaml")
	broken := strings.Replace(string(text), "    window: 1 working day\n", "    windo: 1 working day\n", 1)
	if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runCommand(t, nil, "ladder", "lint", file)
	r.expect(t, exitWrong)
	compareGolden(t, "lint.txt", strings.ReplaceAll(r.Stdout, dir+string(filepath.Separator), ""))
}

func TestLintNamesRolesThatNobodyHolds(t *testing.T) {
	t.Parallel()
	people := strings.Replace(string(story.SampleDirectory()), "  head-of-service: aisha\n", "", 1)
	file := writeTestFile(t, "people.yaml", people)
	runCommand(t, nil, "ladder", "lint", "--ladder", "ne-lincolnshire", "--directory", file).expect(t, exitWrong, `nobody is "head-of-service"`, "ne-lincolnshire.yaml:")
}

func TestShowPrintsTheLadderAsAPageAndAsAChart(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	if r := runCommand(t, nil, "ladder", "show", "ne-lincolnshire"); r.Code != exitOK || r.Stdout != ladder.RenderText(l) {
		t.Errorf("exit code %d: %s", r.Code, r.Stdout)
	}
	if r := runCommand(t, nil, "ladder", "show", "ne-lincolnshire", "--mermaid"); r.Code != exitOK || r.Stdout != ladder.RenderMermaid(l) {
		t.Errorf("exit code %d: %s", r.Code, r.Stdout)
	}
	runCommand(t, nil, "ladder", "show", "narnia").expect(t, exitWrong, "narnia")
}

// Notes are no warnings: a ladder that keeps something for the page has no fault.
func TestLintNotesWhatIsKeptForThePage(t *testing.T) {
	t.Parallel()
	runCommand(t, nil, "ladder", "lint", "--ladder", "rutland").expect(t, exitOK, ": note: words.child is kept for the page: ", "0 errors, 0 warnings in 1 ladder\n")
	runCommand(t, nil, "ladder", "lint", "--json", "--ladder", "rutland").expect(t, exitOK, `"severity": "note"`, `"errors": 0`, `"warnings": 0`, `"notes": `)
}
