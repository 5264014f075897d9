package simulation_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
)

// TestSilenceOverChristmas holds every shipped ladder to golden files that were laid
// beside its procedure and counted by hand: a challenge raised on Wednesday 23
// December 2026 at 10:00 that nobody ever answers. 25 and 28 December and 1 January
// are bank holidays; the second file of a ladder has the authority closed from 29 to
// 31 December too. The first half of a file is total silence, in which a closed gate
// ends the climb; in the second half, of a ladder with gates, these are opened at once
// and nobody answers, so that every rung shows its date.
var updateGolden = flag.Bool("update", false, "write the golden files anew")

func TestSilenceOverChristmas(t *testing.T) {
	for _, l := range challengetest.ShippedLadders(t) {
		for name, closures := range map[string][]workday.Closure{
			l.ID:             nil,
			l.ID + "-closed": {{From: challengetest.Date("2026-12-29"), To: challengetest.Date("2026-12-31"), Name: "Christmas closure"}},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales, Closures: closures})
				if err != nil {
					t.Fatal(err)
				}
				s := simulation.Script{Ladder: l, Calendar: calendar, Start: challengetest.At("2026-12-23 10:00"), Behaviour: simulation.BehaviourSilent}
				got := "Total silence\n\n" + formatSteps(mustSimulate(t, s), l)
				if s.Lines = gatesAtOnce(l); len(s.Lines) > 0 {
					s.Behaviour = simulation.BehaviourScripted
					got += "\nGates are opened at once, nobody answers\n\n" + formatSteps(mustSimulate(t, s), l)
				}
				compareGolden(t, filepath.Join("testdata", "silence", name+".txt"), got)
			})
		}
	}
}

// gatesAtOnce opens every gate as soon as it holds a challenge.
func gatesAtOnce(l *ladder.Ladder) []simulation.ScriptLine {
	var lines []simulation.ScriptLine
	asks := false // the rung below asks the judge to go on
	for _, r := range l.Rungs {
		if r.Kind == ladder.RungExceptional {
			continue
		}
		if asks {
			lines = append(lines, simulation.ScriptLine{Rung: r.ID, Do: "gate:go_on:agreed"})
		}
		for _, g := range r.Gates {
			if g.OnlyIfNotAgreed == "" && g.Kind != ladder.GateEscalation {
				lines = append(lines, simulation.ScriptLine{Rung: r.ID, Do: "gate:" + g.ID + ":agreed"})
			}
		}
		asks = r.OnLapse == ladder.PromptOnLapse
	}
	return lines
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *updateGolden {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
