package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// commandResult is what a run left behind.
type commandResult struct {
	Code           int
	Stdout, Stderr string
}

// fakeEnv is an environment of the test's own.
type fakeEnv map[string]string

func (e fakeEnv) lookup(key string) string { return e[key] }

// monday is a Monday in term time, years before the end of the calendar.
var monday = time.Date(2026, time.March, 30, 9, 0, 0, 0, time.UTC)

// runCommand runs the program as main does, on a Monday.
func runCommand(t *testing.T, e fakeEnv, args ...string) commandResult {
	t.Helper()
	return runCommandAt(t.Context(), monday, e, args...)
}

func runCommandAt(ctx context.Context, now time.Time, e fakeEnv, args ...string) commandResult {
	var out, errs bytes.Buffer
	p := &program{ctx: ctx, stdout: &out, stderr: &errs, env: e.lookup, now: func() time.Time { return now }}
	code := runProgram(p, args)
	return commandResult{code, out.String(), errs.String()}
}

// compareGolden compares with a file in testdata, which -update writes.
func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func writeTestFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// expect fails unless the run ended with the code and said all of the words.
func (r commandResult) expect(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.Code != code {
		t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", r.Code, code, r.Stdout, r.Stderr)
	}
	for _, w := range words {
		if !strings.Contains(r.Stdout+r.Stderr, w) {
			t.Errorf("%q is missing\nstdout: %s\nstderr: %s", w, r.Stdout, r.Stderr)
		}
	}
}

func TestACommandLineThatCannotBeUnderstoodEndsWithTwoAndOneLine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"surve"}, {"serve"}, {"try", "--prot", "1"}, {"ladder", "simulate"}, {"ladder", "lint"},
		{"audit", "show", "7K3QX2"}, {"try", "--json"},
		{"ladder", "simulate", "--ladder", "ne-lincolnshire", "--silent", "--prompt"},
		{"ladder", "simulate", "--ladder", "ne-lincolnshire", "--raised", "Monday"},
		{"ladder", "simulate", "--ladder", "ne-lincolnshire", "--closures", "2026-13-01"},
		{"ladder", "simulate", "--ladder", "ne-lincolnshire", "--calendar", "wales"},
	} {
		r := runCommand(t, nil, args...)
		if r.Code != exitUsage || strings.Count(r.Stderr, "\n") != 1 || r.Stdout != "" {
			t.Errorf("%q: exit code %d, stderr %q, stdout %q", args, r.Code, r.Stderr, r.Stdout)
		}
	}
}

func TestHelpIsNoMistake(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--help"}, {"ladder", "simulate", "--help"}} {
		runCommand(t, nil, args...).expect(t, exitOK, "Usage: challengebot")
	}
}

func TestAFaultOfTheProgramIsToldInOneLineWithoutItsValue(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	p := &program{ctx: t.Context(), stdout: &bytes.Buffer{}, stderr: &errs, now: func() time.Time { panic("the child's name") }}
	code := runProgram(p, []string{"ladder", "lint", "--ladder", "ne-lincolnshire"})
	if got := errs.String(); code != exitWrong || strings.Count(got, "\n") != 1 || strings.Contains(got, "child") {
		t.Errorf("exit code %d: %s", code, got)
	}
}

// What was typed into a file or a challenge may reach a terminal by any command and any error.
func TestATerminalObeysNothingOfWhatIsPrinted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "odd.yaml")
	if err := os.WriteFile(file, []byte("id: \"x\x1b[2J\u202e\"\n\u009b2J: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"ladder", "lint", file}, {"audit", "show", "CH-\x1b[2J"}, {"\x1b[2J"}, {"ladder", "show", "\x1b]0;x\x07"}} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, &stdout, &stderr, func(string) string { return "" }); code == 0 {
			t.Errorf("%q ended well", args)
		}
		said := stdout.String() + stderr.String()
		if strings.ContainsAny(said, "\x1b\x07\u009b\u202e") || said == "" {
			t.Errorf("%q prints %q", args, said)
		}
	}
}
