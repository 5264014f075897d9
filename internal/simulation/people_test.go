package simulation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/simulation"
)

// run plays a script whose error is wanted.
func run(s simulation.Script) ([]simulation.Step, error) {
	s.Calendar = challengetest.Calendar()
	return simulation.Run(s)
}

func TestPromptPeopleActOnTheNextWorkingMorning(t *testing.T) {
	// Good Friday is 3 April, Easter Monday the 6th.
	got := summarise(mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-internal"),
		Start: challengetest.At("2026-04-01 10:00"), Behaviour: simulation.BehaviourPrompt}))
	want := []string{
		"1 Apr 10:00 step-1 raised: Conference Chair",
		"1 Apr 10:00 step-1 opened: Social Worker",
		"1 Apr 10:00 step-1 opened: Team Manager",
		"2 Apr 09:00 step-1 answered: Conference Chair",
		"7 Apr 09:00 step-1 not satisfied: Social Worker",
		"7 Apr 09:00 step-2 opened: Social Worker's Service Manager",
		"8 Apr 09:00 step-2 answered: Conference Chair",
		"9 Apr 09:00 step-2 not satisfied: Social Worker's Service Manager",
		"9 Apr 09:00 step-3 opened: Assistant Director of Children's Services",
		"10 Apr 09:00 step-3 answered: Conference Chair",
		"13 Apr 09:00 step-3 satisfied: Assistant Director of Children's Services",
		"13 Apr 09:00 step-3 resolved: Conference Chair",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPromptPeopleOpenTheGates(t *testing.T) {
	got := summarise(mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "ne-lincolnshire"), Start: challengetest.At("2026-06-01 10:00"),
		StartAt: "stage-3", Behaviour: simulation.BehaviourPrompt}))
	const gate3, gate4 = " Consult the chair's own Service Manager before Stage 3", " Consult the chair's own Service Manager before Stage 4"
	want := []string{
		"1 Jun 10:00 stage-3 raised: IRO / CP chair",
		"1 Jun 10:00 stage-3 held: IRO / CP chair" + gate3,
		"1 Jun 10:00 stage-3 held: Safeguarding and Review Service Manager" + gate3,
		"2 Jun 09:00 stage-3 gate passed: IRO / CP chair" + gate3,
		"2 Jun 09:00 stage-3 opened: Head of Service",
		"2 Jun 09:00 stage-3 told: IRO / CP chair",
		"3 Jun 09:00 stage-3 answered: IRO / CP chair",
		"4 Jun 09:00 stage-3 not satisfied: Head of Service",
		"4 Jun 09:00 stage-4 held: IRO / CP chair" + gate4,
		"4 Jun 09:00 stage-4 held: Safeguarding and Review Service Manager" + gate4,
		"5 Jun 09:00 stage-4 gate passed: IRO / CP chair" + gate4,
		"5 Jun 09:00 stage-4 opened: Assistant Director",
		"5 Jun 09:00 stage-4 told: IRO / CP chair",
		"8 Jun 09:00 stage-4 answered: IRO / CP chair",
		"9 Jun 09:00 stage-4 satisfied: Assistant Director",
		"9 Jun 09:00 stage-4 resolved: IRO / CP chair",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALineIsSaidSoLongAfterTheChallengeCameToItsRung(t *testing.T) {
	got := summarise(mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-internal"), Start: challengetest.At("2026-06-01 08:00"),
		Behaviour: simulation.BehaviourScripted, Lines: []simulation.ScriptLine{
			{Rung: "step-1", After: time.Hour, Do: "respond"},
			{Rung: "step-1", After: 2 * time.Hour, Do: "partly"},
			{Rung: "step-1", After: 3 * time.Hour, Do: "respond"}, // counted from ten, when the rung opened again
			{Rung: "step-1", After: 4 * time.Hour, Do: "skip:step-3:immediate-safeguarding"},
			{Rung: "step-3", After: time.Hour, Do: "respond"},
			{Rung: "step-3", After: 2 * time.Hour, Do: "satisfied"},
		}}))
	for _, want := range []string{"1 Jun 09:00 step-1 answered: Conference Chair", "1 Jun 10:00 step-1 partly: Social Worker",
		"1 Jun 13:00 step-1 answered: Conference Chair", "1 Jun 14:00 step-3 opened: Assistant Director of Children's Services", "1 Jun 14:00 step-3 skipped: Conference Chair",
		"1 Jun 15:00 step-3 answered: Conference Chair", "1 Jun 16:00 step-3 resolved: Conference Chair"} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

func TestALineOfATimeThatHasPassedIsSaidAtOnce(t *testing.T) {
	got := summarise(mustSimulate(t, simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-internal"), Start: challengetest.At("2026-06-01 10:00"),
		Behaviour: simulation.BehaviourScripted, Lines: []simulation.ScriptLine{{Rung: "step-1", At: challengetest.At("2026-05-31 10:00"), Do: "respond"}}}))
	if want := "1 Jun 10:00 step-1 answered: Conference Chair"; !slices.Contains(got, want) {
		t.Errorf("missing %q in\n%s", want, strings.Join(got, "\n"))
	}
}

func TestAScriptThatCannotBeRaisedSaysWhy(t *testing.T) {
	l := challengetest.LoadLadder(t, "ne-lincolnshire")
	noChairs, err := directory.Read("directory.yaml", []byte(`authority: Exampleshire
people: [{id: a, name: Ann Lee, entra: 11111111-0000-4000-8000-000000000001}]
teams: [{id: north, name: North}]
roles: {oversight: a}
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		script simulation.Script
		says   string
	}{
		"past the calendar": {simulation.Script{Ladder: l, Start: challengetest.At("2099-06-01 10:00")}, "bank holidays"},
		"nobody may raise": {simulation.Script{Ladder: l, Start: challengetest.At("2026-06-01 10:00"), Directory: challengetest.DesertedDirectory(),
			Team: "nowhere"}, "raising"},
		"no chairs":      {simulation.Script{Ladder: l, Start: challengetest.At("2026-06-01 10:00"), Directory: noChairs}, "may raise a challenge under ne-lincolnshire"},
		"no such rung":   {simulation.Script{Ladder: l, Start: challengetest.At("2026-06-01 10:00"), StartAt: "stage-9"}, "raising"},
		"no such ground": {simulation.Script{Ladder: l, Start: challengetest.At("2026-06-01 10:00"), StartAt: "stage-2", Ground: "because"}, "raising"},
		"an odd conference": {simulation.Script{Ladder: challengetest.LoadLadder(t, "redcar-cleveland-internal"), Start: challengetest.At("2026-06-01 10:00"),
			Conference: "picnic"}, "; conference: "},
	} {
		test.script.Behaviour = simulation.BehaviourSilent
		steps, err := run(test.script)
		if !errors.Is(err, simulation.ErrUnplayableScript) || !strings.Contains(err.Error(), test.says) || steps != nil {
			t.Errorf("%s: %v, %v", name, steps, err)
		}
	}
}

func TestNothingHappensAfterTheHorizon(t *testing.T) {
	l := challengetest.LoadLadder(t, "redcar-cleveland-internal")
	script := simulation.Script{Ladder: l, Start: challengetest.At("2026-03-30 10:00"), Behaviour: simulation.BehaviourSilent, Horizon: 31 * time.Hour}
	got := summarise(mustSimulate(t, script)) // until the moment at which the first window ends
	if last := got[len(got)-1]; !strings.HasPrefix(last, "31 Mar 17:00 ") {
		t.Errorf("the last is %q", last)
	}
	script.Horizon -= time.Second
	got = summarise(mustSimulate(t, script))
	if last := got[len(got)-1]; !strings.HasPrefix(last, "31 Mar 09:00 ") {
		t.Errorf("the last is %q", last)
	}
	script.Behaviour, script.Lines = simulation.BehaviourScripted, []simulation.ScriptLine{{Rung: "step-1", After: 32 * time.Hour, Do: "respond"}}
	if _, err := run(script); !errors.Is(err, simulation.ErrUnplayableScript) || !strings.Contains(err.Error(), `line 1, "respond" on step-1`) {
		t.Errorf("a line beyond the horizon: %v", err)
	}
}

func TestThePeopleOfASimulationAreThoseOfTheLaddersRoles(t *testing.T) {
	// A partner's ladder asks people by agency; the agency may be named, and a looked-after child's
	// review is a conference.
	for _, l := range challengetest.ShippedLadders(t) {
		for _, agency := range []string{"", "police"} {
			if agency != "" && !challenge.NeedsAgency(l) {
				continue
			}
			steps := mustSimulate(t, simulation.Script{Ladder: l, Agency: agency, Start: challengetest.At("2026-06-01 10:00"), Behaviour: simulation.BehaviourPrompt})
			for _, s := range steps {
				if s.To == "" {
					t.Errorf("%s, %q: somebody without a name was told %+v", l.ID, agency, s)
				}
			}
		}
	}
	l := challengetest.LoadLadder(t, "ne-lincolnshire")
	for _, c := range []challenge.ConferenceType{challenge.InitialConference, challenge.CareReview} {
		if steps := mustSimulate(t, simulation.Script{Ladder: l, Conference: c, Start: challengetest.At("2026-06-01 10:00"), Behaviour: simulation.BehaviourPrompt}); len(steps) < 4 {
			t.Errorf("%s: %d steps", c, len(steps))
		}
	}
}
