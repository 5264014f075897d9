package simulation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
)

func mustSimulate(t *testing.T, s simulation.Script) []simulation.Step {
	t.Helper()
	if s.Calendar == nil {
		s.Calendar = challengetest.Calendar()
	}
	steps, err := simulation.Run(s)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// formatSteps is the steps as a table.
func formatSteps(steps []simulation.Step, l *ladder.Ladder) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "When\tWhere\tWhat\tWho is told\tDue")
	const clock = "Mon 2 Jan 2006 15:04"
	for _, s := range steps {
		where, due := s.Rung, ""
		if r, ok := l.RungByID(s.Rung); ok {
			where = r.Label
		}
		if s.Due != nil {
			due = s.Due.Format(clock)
		}
		what := s.Event
		if s.Gate != "" {
			what += ": " + s.Gate
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.At.Format(clock), where, what, s.To, due)
	}
	if err := w.Flush(); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return b.String()
}

// summarise is a simulation without the channel's notices: "when rung event to".
func summarise(steps []simulation.Step) []string {
	var lines []string
	for _, s := range steps {
		if s.Event != "notice" {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %s %s", s.At.Format("2 Jan 15:04"), s.Rung, s.Event, s.To, s.Gate)))
		}
	}
	return lines
}

func TestSilenceClimbsTheLadderAndEndsAloud(t *testing.T) {
	steps := mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-internal"), Start: challengetest.At("2026-03-30 10:00"), Behaviour: simulation.BehaviourSilent})
	want := []string{
		"30 Mar 10:00 step-1 raised: Conference Chair",
		"30 Mar 10:00 step-1 opened: Social Worker",
		"30 Mar 10:00 step-1 opened: Team Manager",
		"31 Mar 09:00 step-1 reminder: Social Worker",
		"31 Mar 09:00 step-1 reminder: Team Manager",
		"31 Mar 17:00 step-1 lapsed: Conference Chair",
		"31 Mar 17:00 step-2 opened: Social Worker's Service Manager",
		"2 Apr 09:00 step-2 reminder: Social Worker's Service Manager",
		"2 Apr 17:00 step-2 lapsed: Conference Chair",
		"2 Apr 17:00 step-3 opened: Assistant Director of Children's Services",
		"8 Apr 09:00 step-3 reminder: Assistant Director of Children's Services",
		"8 Apr 17:00 step-3 lapsed: Conference Chair",
		"8 Apr 17:00 step-3 lapsed: Independent Review Unit oversight",
		"8 Apr 17:00 step-3 exhausted: Conference Chair",
		"8 Apr 17:00 step-3 exhausted: Independent Review Unit oversight",
	}
	if diff := cmp.Diff(want, summarise(steps)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if last := steps[len(steps)-1]; last.Event != "notice" || last.To != simulation.TeamChannelLabel {
		t.Errorf("the channel is not told last, but %+v", last)
	}
}

func TestSilenceAtAGateIsShownAndStops(t *testing.T) {
	steps := mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "ne-lincolnshire"), Start: challengetest.At("2026-03-30 10:00"),
		StartAt: "stage-1", Behaviour: simulation.BehaviourSilent})
	got := summarise(steps)
	want := []string{
		"8 Apr 17:00 stage-1 lapsed: IRO / CP chair",
		"8 Apr 17:00 stage-2 held: IRO / CP chair Consult the chair's own Service Manager before Stage 2",
		"8 Apr 17:00 stage-2 held: Safeguarding and Review Service Manager Consult the chair's own Service Manager before Stage 2",
		"9 Apr 09:00 stage-2 in the digest: IRO / CP chair",
		"9 Apr 09:00 stage-2 in the digest: Safeguarding and Review Service Manager",
		"9 Apr 09:00 stage-2 in the digest: Safeguarding and Review oversight",
		"10 Apr 09:00 stage-2 held until somebody opens the gate: IRO / CP chair Consult the chair's own Service Manager before Stage 2",
		"10 Apr 09:00 stage-2 held until somebody opens the gate: Safeguarding and Review Service Manager Consult the chair's own Service Manager before Stage 2",
	}
	if diff := cmp.Diff(want, got[len(got)-len(want):]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// RC-EXT: the escalator has one working day of their own, then it goes on by itself.
func TestAnEscalatorsTimeRunsOutByItself(t *testing.T) {
	steps := mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-partner"), Start: challengetest.At("2026-06-01 10:00"), Behaviour: simulation.BehaviourSilent})
	got := summarise(steps)
	for _, want := range []string{
		"4 Jun 17:00 step-3 held: IRO Team Manager Escalate to the STSCP representative",
		"5 Jun 17:00 step-3 gate opened by itself: Conference Chair Escalate to the STSCP representative",
		"5 Jun 17:00 step-3 opened: STSCP representative for the service",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	// The five working days ended on 8 June, so that is the representative's last day.
	if due := dueDates(steps)["step-3"]; due != "2026-06-08" {
		t.Errorf("step 3 is due %s", due)
	}
}

func TestPromptPeopleReachTheTopAndAreHeard(t *testing.T) {
	for _, l := range challengetest.ShippedLadders(t) {
		for _, b := range []simulation.Behaviour{simulation.BehaviourPrompt, simulation.BehaviourSilent} {
			steps := mustSimulate(t, simulation.Script{Ladder: l, Start: challengetest.At("2026-06-01 10:00"), Behaviour: b})
			if len(steps) < 4 || len(steps) > 150 {
				t.Errorf("%s, %s: %d steps", l.ID, b, len(steps))
			}
			resolved := slices.ContainsFunc(steps, func(s simulation.Step) bool { return s.Event == "resolved" })
			exhausted := slices.ContainsFunc(steps, func(s simulation.Step) bool { return s.Event == "exhausted" })
			if resolved != (b == simulation.BehaviourPrompt) && !exhausted {
				t.Errorf("%s, %s:\n%s", l.ID, b, formatSteps(steps, l))
			}
			for i := 1; i < len(steps); i++ {
				if steps[i].At.Before(steps[i-1].At) || steps[i].To == "" || steps[i].Event == "" {
					t.Errorf("%s, %s: step %d is %+v", l.ID, b, i, steps[i])
				}
			}
		}
	}
}

func TestAScriptIsPlayedToTheLetterOrRefused(t *testing.T) {
	l := challengetest.LoadLadder(t, "ne-lincolnshire")
	script := func(lines ...simulation.ScriptLine) ([]simulation.Step, error) {
		return simulation.Run(simulation.Script{Ladder: l, Calendar: challengetest.Calendar(), Directory: challengetest.Directory(), Team: "north", StartAt: "stage-1",
			Start: challengetest.At("2026-06-01 10:00"), Behaviour: simulation.BehaviourScripted, Lines: lines})
	}
	steps, err := script(
		simulation.ScriptLine{Rung: "stage-1", After: 24 * time.Hour, Do: "respond"},
		simulation.ScriptLine{Rung: "stage-1", After: 25 * time.Hour, Do: "partly"},
		simulation.ScriptLine{Rung: "stage-1", After: 26 * time.Hour, Do: "respond"},
		simulation.ScriptLine{Rung: "stage-1", After: 27 * time.Hour, Do: "not-satisfied"},
		simulation.ScriptLine{Rung: "stage-2", After: time.Hour, Do: "gate:own-service-manager:refused"},
		simulation.ScriptLine{Rung: "stage-2", After: 2 * time.Hour, Do: "gate:own-service-manager:override"},
		simulation.ScriptLine{Rung: "stage-2", At: challengetest.At("2026-06-12 12:00"), Do: "withdraw"},
	)
	if err != nil {
		t.Fatal(err)
	}
	text := formatSteps(steps, l)
	for _, want := range []string{"partly", "not satisfied", "gate refused", "gate overridden", "withdrawn", "Sam Marsh", "Stage 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if steps, err = script(simulation.ScriptLine{Rung: "stage-1", After: time.Hour, Do: "satisfied"}); err != nil || !strings.Contains(formatSteps(steps, l), "resolved") {
		t.Errorf("settled before an answer came: %v, %v", steps, err)
	}
	for name, line := range map[string]simulation.ScriptLine{
		"a rung never reached":     {Rung: "stage-4", Do: "respond"},
		"no such thing to do":      {Rung: "stage-1", Do: "shrug"},
		"three words of nothing":   {Rung: "stage-1", Do: "door:own-service-manager:agreed"},
		"a gate without a state":   {Rung: "stage-1", Do: "gate:own-service-manager"},
		"no such gate":             {Rung: "stage-1", Do: "gate:none:agreed"},
		"no such gate state":       {Rung: "stage-1", Do: "gate:own-service-manager:ajar"},
		"nothing to judge":         {Rung: "stage-1", Do: "not-satisfied"},
		"nothing to judge in part": {Rung: "stage-1", Do: "partly"},
		"a skip not allowed now":   {Rung: "stage-1", Do: "skip:stage-4:threshold-met"},
	} {
		if _, err := script(line); !errors.Is(err, simulation.ErrUnplayableScript) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStepsJSONKeepsItsKeys(t *testing.T) {
	steps := mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "rutland"), Start: challengetest.At("2026-03-30 10:00"), Behaviour: simulation.BehaviourSilent})
	got, err := json.Marshal(steps[:2])
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"at":"2026-03-30T10:00:00+01:00","rung":"stage-1","event":"raised","to":"Independent Chair"},` +
		`{"at":"2026-03-30T10:00:00+01:00","rung":"stage-1","event":"held","to":"Independent Chair","gate":"Discuss the threshold with the Service Manager"}]`
	if string(got) != want {
		t.Errorf("%s", got)
	}
	rc := mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-internal"), Start: challengetest.At("2026-01-05 10:00"), Behaviour: simulation.BehaviourSilent})
	got, _ = json.Marshal(rc[1])
	if want := `{"at":"2026-01-05T10:00:00Z","rung":"step-1","event":"opened","to":"Social Worker","due":"2026-01-06T17:00:00Z","working":"Day 0 Mon 5 Jan. Counted: Tue 6 Jan. Due 17:00 on Tuesday 6 January 2026."}`; string(got) != want {
		t.Errorf("%s", got)
	}
}
