package simulation_test

import (
	"strings"
	"testing"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/simulation"
)

// The dates are counted by hand: 25 and 28 December and 1 January are bank holidays. North East
// Lincolnshire's stages have five working days each, and Knowsley's levels three.
func TestDueDatesGoOnPastGates(t *testing.T) {
	t.Parallel()
	for ladder, want := range map[string]string{
		"ne-lincolnshire": "informal 2026-12-24 17:00, stage-1 2027-01-05 17:00, stage-2 2027-01-12 17:00, stage-3 2027-01-19 17:00, stage-4 2027-01-26 17:00",
		"knowsley":        "concern 2026-12-30 17:00, level-1 2027-01-05 17:00, level-2 2027-01-08 17:00",
	} {
		l := challengetest.LoadLadder(t, ladder)
		dues, err := simulation.ComputeDueDates(l, challengetest.Calendar(), challengetest.At("2026-12-23 10:00"))
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, d := range dues {
			lines = append(lines, d.Rung+" "+d.Due.Format("2006-01-02 15:04"))
		}
		if got := strings.Join(lines, ", "); got != want {
			t.Errorf("%s: %s", ladder, got)
		}
	}
}

func TestEveryShippedLadderHasDatesForTheStandardStarts(t *testing.T) {
	t.Parallel()
	for _, l := range challengetest.ShippedLadders(t) {
		for _, start := range simulation.StandardStarts {
			dues, err := simulation.ComputeDueDates(l, challengetest.Calendar(), challengetest.At(start.Clock))
			if err != nil || len(dues) < 2 {
				t.Errorf("%s %s: %d dates, %v", l.ID, start.Name, len(dues), err)
			}
			for _, d := range dues {
				if !d.Due.After(d.Opened) {
					t.Errorf("%s %s: %s is due %s and opens %s", l.ID, start.Name, d.Rung, d.Due, d.Opened)
				}
			}
		}
	}
}
