package simulation_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/simulation"
	"challengebot/internal/workday"
)

// TestWorkedDates holds the dates that were worked out by hand from the five
// procedures, through the shipped ladders and the real transitions.
func TestWorkedDates(t *testing.T) {
	at := challengetest.At
	line := func(rung, when, do string) simulation.ScriptLine {
		return simulation.ScriptLine{Rung: rung, At: at(when), Do: do}
	}
	christmas := workday.Settings{Closures: []workday.Closure{{From: challengetest.Date("2026-12-29"), To: challengetest.Date("2026-12-31"), Name: "Christmas closure"}}}
	cases := []struct {
		name     string
		ladder   string
		settings workday.Settings
		start    string
		startAt  string
		lines    []simulation.ScriptLine
		want     map[string]string // rung: due date
	}{
		{"1 NEL: 5, 10, 15 and 20 working days from Stage 1", "ne-lincolnshire", workday.Settings{}, "2026-03-30 10:00", "stage-1",
			[]simulation.ScriptLine{
				line("stage-2", "2026-04-07 10:00", "gate:own-service-manager:agreed"),
				line("stage-3", "2026-04-14 10:00", "gate:own-service-manager:agreed"),
				line("stage-4", "2026-04-21 10:00", "gate:own-service-manager:agreed"),
			},
			map[string]string{"stage-1": "2026-04-08", "stage-2": "2026-04-15", "stage-3": "2026-04-22", "stage-4": "2026-04-29"}},
		{"2 one working day over Easter", "redcar-cleveland-internal", workday.Settings{}, "2026-04-02 10:00", "", nil,
			map[string]string{"step-1": "2026-04-07", "step-2": "2026-04-09", "step-3": "2026-04-13"}},
		{"3 raised on a Saturday before a bank holiday", "redcar-cleveland-internal", workday.Settings{}, "2026-05-02 10:00", "", nil,
			map[string]string{"step-1": "2026-05-06", "step-2": "2026-05-08", "step-3": "2026-05-12"}},
		{"4 KN: 3 working days over a bank holiday", "knowsley", workday.Settings{}, "2026-05-01 10:00", "",
			[]simulation.ScriptLine{line("concern", "2026-05-01 10:00", "gate:dialogue:agreed")},
			map[string]string{"concern": "2026-05-07", "level-1": "2026-05-12", "level-2": "2026-05-15"}},
		{"5 and 6 RC over Christmas; the last step has what is left of the target", "redcar-cleveland-internal", workday.Settings{}, "2026-12-23 10:00", "", nil,
			map[string]string{"step-1": "2026-12-24", "step-2": "2026-12-30", "step-3": "2027-01-04"}},
		{"5 and 6 with a closure", "redcar-cleveland-internal", christmas, "2026-12-23 10:00", "", nil,
			map[string]string{"step-1": "2026-12-24", "step-2": "2027-01-05", "step-3": "2027-01-07"}},
		{"7 RUT: 5 working days over Christmas", "rutland", workday.Settings{}, "2026-12-18 10:00", "",
			[]simulation.ScriptLine{line("stage-1", "2026-12-18 10:00", "gate:service-manager:agreed")},
			map[string]string{"stage-1": "2026-12-29", "stage-2": "2027-01-06", "stage-3": "2027-01-13"}},
		{"7 RUT Stage 4: 10 days that end on a bank holiday", "rutland", workday.Settings{}, "2026-12-18 10:00", "stage-4",
			[]simulation.ScriptLine{
				line("stage-4", "2026-12-18 10:00", "gate:direct-service-manager:agreed"),
				line("stage-4", "2026-12-18 10:00", "gate:statement:agreed"),
			},
			map[string]string{"stage-4": "2026-12-24"}},
		{"7 RUT Stage 4: 10 days over Easter", "rutland", workday.Settings{}, "2026-03-30 10:00", "stage-4",
			[]simulation.ScriptLine{
				line("stage-4", "2026-03-30 10:00", "gate:direct-service-manager:agreed"),
				line("stage-4", "2026-03-30 10:00", "gate:statement:agreed"),
			},
			map[string]string{"stage-4": "2026-04-09"}},
		{"8 NEL: the gate ate Stage 2, so the limit holds", "ne-lincolnshire", workday.Settings{}, "2026-03-30 10:00", "stage-1",
			[]simulation.ScriptLine{line("stage-2", "2026-04-14 10:00", "gate:own-service-manager:agreed")},
			map[string]string{"stage-1": "2026-04-08", "stage-2": "2026-04-15"}},
		{"9 IRC: bands of two weeks", "issues-resolution-cp", workday.Settings{}, "2026-03-30 10:00", "",
			[]simulation.ScriptLine{
				line("informal", "2026-03-30 10:00", "respond"),
				line("informal", "2026-03-30 10:00", "not-satisfied"),
				line("stage-2", "2026-05-08 17:00", "gate:exceptional:agreed"),
				line("difference", "2026-05-22 17:00", "gate:difference:agreed"),
			},
			map[string]string{"informal": "2026-04-08", "level-1": "2026-04-10", "level-2": "2026-04-24", "stage-1": "2026-05-08", "stage-2": "2026-05-22", "difference": "2026-06-05"}},
		{"10 England and Wales in August", "rutland", workday.Settings{}, "2026-07-30 10:00", "",
			[]simulation.ScriptLine{line("stage-1", "2026-07-30 10:00", "gate:service-manager:agreed")},
			map[string]string{"stage-1": "2026-08-06", "stage-2": "2026-08-13", "stage-3": "2026-08-20"}},
		{"10 Scotland in August", "rutland", workday.Settings{Division: workday.Scotland}, "2026-07-30 10:00", "",
			[]simulation.ScriptLine{line("stage-1", "2026-07-30 10:00", "gate:service-manager:agreed")},
			map[string]string{"stage-1": "2026-08-07", "stage-2": "2026-08-14", "stage-3": "2026-08-21"}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			if test.settings.Division == "" {
				test.settings.Division = workday.EnglandAndWales
			}
			c, err := workday.New(test.settings)
			if err != nil {
				t.Fatal(err)
			}
			l := challengetest.LoadLadder(t, test.ladder)
			steps, err := simulation.Run(simulation.Script{Ladder: l, Calendar: c, Start: at(test.start),
				StartAt: test.startAt, Behaviour: simulation.BehaviourScripted, Lines: test.lines})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, dueDates(steps)); diff != "" {
				t.Errorf("due dates (-want +got):\n%s\n%s", diff, formatSteps(steps, l))
			}
		})
	}
}

// The dates that no shipped ladder has, because another reading was chosen.
func TestWorkedDatesOfTheOtherReadings(t *testing.T) {
	for _, test := range []struct{ start, window, want string }{
		{"2026-03-30", "10 working days", "2026-04-15"}, // 7: had RUT meant working days; 9: week 2
		{"2026-03-30", "20 working days", "2026-04-29"}, // 9: week 4
		{"2026-03-30", "30 working days", "2026-05-14"},
		{"2026-03-30", "40 working days", "2026-05-29"},
		{"2026-03-30", "50 working days", "2026-06-12"},
	} {
		w, err := workday.ParseWindow(test.window)
		if err != nil {
			t.Fatal(err)
		}
		d, err := challengetest.Calendar().ComputeDeadline(workday.Terms{Start: challengetest.Date(test.start), Window: w})
		if err != nil || d.Date.String() != test.want {
			t.Errorf("%s from %s: %s, %v; want %s", test.window, test.start, d.Date, err, test.want)
		}
	}
}

// dueDates are the days on which each rung's answer was due, all at 17:00.
func dueDates(steps []simulation.Step) map[string]string {
	due := map[string]string{}
	for _, s := range steps {
		if s.Event == "opened" {
			due[s.Rung] = s.Due.Format(time.DateOnly)
			if s.Due.Format("15:04") != "17:00" {
				due[s.Rung] = s.Due.String()
			}
		}
	}
	return due
}
