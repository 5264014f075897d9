package simulation_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
)

// Procedures of kinds that none of the shipped ladders has. The dates were worked out by hand; the
// clocks go forward on 29 March 2026 and back on 25 October 2026.
func TestMadeUpProceduresOfOtherKinds(t *testing.T) {
	t.Parallel()
	type dues map[string]string
	at := challengetest.At
	line := func(rung, when, do string) simulation.ScriptLine {
		return simulation.ScriptLine{Rung: rung, At: at(when), Do: do}
	}
	for _, test := range []struct {
		name, ladder, start, urgency string
		behaviour                    simulation.Behaviour
		lines                        []simulation.ScriptLine
		want                         dues
	}{
		{"an ordinary week in silence", "multi-agency", "2026-06-01 10:00", "", simulation.BehaviourSilent, nil,
			// Monday; one working day after step 1 ended; 48 hours; eight working hours.
			dues{"step-1": "2026-06-01 17:00", "step-2": "2026-06-02 17:00", "step-3": "2026-06-04 17:00", "step-4": "2026-06-05 17:00", "panel": "2026-06-12 09:00"}},
		{"raised on a Friday evening", "multi-agency", "2026-06-05 18:30", "", simulation.BehaviourSilent, nil,
			dues{"step-1": "2026-06-08 17:00", "step-2": "2026-06-09 17:00", "step-3": "2026-06-11 17:00", "step-4": "2026-06-12 17:00", "panel": "2026-06-19 09:00"}},
		{"over Easter and the clocks", "multi-agency", "2026-03-26 10:00", "", simulation.BehaviourSilent, nil,
			// 48 hours from 17:00 GMT on Friday the 27th end at 18:00 BST on Sunday the 29th.
			dues{"step-1": "2026-03-26 17:00", "step-2": "2026-03-27 17:00", "step-3": "2026-03-29 18:00", "step-4": "2026-03-30 17:00", "panel": "2026-04-08 09:00"}},
		{"over Christmas", "multi-agency", "2026-12-23 10:00", "", simulation.BehaviourSilent, nil,
			// Steps 2 to 4 share five working days from 17:00 on Wednesday the 23rd: Thursday, Tuesday, Wednesday, Thursday, Monday 4 January.
			dues{"step-1": "2026-12-23 17:00", "step-2": "2026-12-24 17:00", "step-3": "2026-12-26 17:00", "step-4": "2026-12-29 17:00", "panel": "2027-01-06 09:00"}},
		{"the route of 24 hours", "multi-agency", "2026-06-05 16:00", "significant-harm", simulation.BehaviourSilent, nil,
			// Friday, Saturday, Sunday, Monday: no step has more, and silence gives none.
			dues{"step-2": "2026-06-06 16:00", "step-3": "2026-06-07 16:00", "step-4": "2026-06-08 16:00", "panel": "2026-06-15 09:00"}},
		{"the route of 24 hours when the clocks go back", "multi-agency", "2026-10-24 15:00", "significant-harm", simulation.BehaviourSilent, nil,
			dues{"step-2": "2026-10-25 14:00", "step-3": "2026-10-26 14:00", "step-4": "2026-10-27 14:00", "panel": "2026-11-03 09:00"}},
		{"dissent on the day of the conference", "dissent", "2026-06-01 15:00", "", simulation.BehaviourSilent, nil,
			// 500 hours from 17:00 on Monday 1 June are 20 days and 20 hours: 13:00 on Monday 22 June.
			dues{"review": "2026-06-08 17:00", "head": "2026-06-15 17:00", "board": "2026-06-22 13:00"}},
		{"dissent answered late by the manager leaves the head what is left", "dissent", "2026-12-21 10:00", "", simulation.BehaviourSilent, nil,
			// Two weeks after Monday 21 December are Monday 4 January.
			// 500 hours from 17:00 on Monday 21 December: 13:00 on Monday 11 January.
			dues{"review": "2026-12-30 17:00", "head": "2027-01-04 17:00", "board": "2027-01-11 13:00"}},
		{"adults", "adults", "2026-06-01 10:00", "", simulation.BehaviourScripted,
			[]simulation.ScriptLine{line("head", "2026-06-16 10:00", "gate:board:agreed")},
			// At once; two weeks from 1 June; what is left of 28 days from 1 June.
			dues{"informal": "2026-06-01 17:00", "manager": "2026-06-15 17:00", "head": "2026-06-29 17:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := readMadeUp(t, test.ladder)
			c, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
			if err != nil {
				t.Fatal(err)
			}
			steps, err := simulation.Run(simulation.Script{Ladder: l, Calendar: c, Start: at(test.start), Urgency: test.urgency,
				Behaviour: test.behaviour, Lines: test.lines, Horizon: 60 * 24 * 3600e9})
			if err != nil {
				t.Fatal(err)
			}
			got := dues{}
			for _, s := range steps {
				if _, known := got[s.Rung]; s.Event == "opened" && !known {
					got[s.Rung] = s.Due.In(c.Location()).Format("2006-01-02 15:04")
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("due dates (-want +got):\n%s\n%s", diff, formatSteps(steps, l))
			}
		})
	}
}

func readMadeUp(t *testing.T, name string) *ladder.Ladder {
	t.Helper()
	file := filepath.Join("testdata", "ladders", name+".yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ladder.Lint(file, text, ladder.LintContext{}) {
		t.Error(p)
	}
	l, err := ladder.Read(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
