package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// PlayTests plays the tests that stand in a ladder and gives those that do not hold, each with the
// first thing that came otherwise and the steps until then.
func PlayTests(l *ladder.Ladder) []ladder.FailedTest {
	var failed []ladder.FailedTest
	for i, test := range l.Tests {
		path := fmt.Sprintf("$.tests[%d]", i)
		if f := playTest(l, test, path); f != nil {
			f.What = fmt.Sprintf("the test %q does not hold: %s", test.Name, f.What)
			failed = append(failed, *f)
		}
	}
	return failed
}

// ScriptLines are what people do, as a simulation plays it.
func ScriptLines(acts []ladder.Act, zone *time.Location) ([]ScriptLine, error) {
	var lines []ScriptLine
	for _, act := range acts {
		line := ScriptLine{Rung: act.Rung, After: act.After, Do: string(act.Do), By: act.By}
		if act.At != "" {
			at, _, err := ladder.ParseMoment(act.At, zone)
			if err != nil {
				return nil, fmt.Errorf("simulation: %q on %s: %w", act.Do, act.Rung, err)
			}
			line.At = at
		}
		switch {
		case act.Do.IsOfGate():
			line.Do = "gate:" + act.Gate + ":" + string(act.Do)
		case act.Do == ladder.DeedSkip:
			line.Do = "skip:" + act.To + ":" + act.Ground
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// playTest is what came otherwise than a test expects, if anything did.
func playTest(l *ladder.Ladder, test ladder.Test, path string) *ladder.FailedTest {
	script, err := scriptOf(l, test)
	if err != nil {
		return &ladder.FailedTest{Path: path, What: err.Error()}
	}
	sim, err := play(script)
	if err != nil {
		return &ladder.FailedTest{Path: path, What: strings.TrimPrefix(err.Error(), "simulation: "), Hint: stepsText(sim)}
	}
	for i, e := range test.Expected {
		key, want, got := sim.compareWith(e)
		if key != "" {
			rung, _ := l.RungByID(e.Rung)
			return &ladder.FailedTest{Path: fmt.Sprintf("%s.expect[%d].%s", path, i, key), Hint: stepsText(sim),
				What: fmt.Sprintf("%s %s, and was to be %s", rung.Label, got, want)}
		}
	}
	if end := endOf(sim.c.State); test.End != "" && end != test.End {
		return &ladder.FailedTest{Path: path + ".end", Hint: stepsText(sim), What: fmt.Sprintf("the end is %s, and was to be %s", end, test.End)}
	}
	return nil
}

func scriptOf(l *ladder.Ladder, test ladder.Test) (s Script, err error) {
	settings := workday.Settings{Division: workday.EnglandAndWales}
	if test.Division != "" {
		settings.Division = test.Division
	}
	for _, day := range test.Closed {
		settings.Closures = append(settings.Closures, workday.Closure{From: day, To: day, Name: "Closure"})
	}
	if s.Calendar, err = workday.New(settings); err != nil {
		return s, err
	}
	if s.Start, _, err = ladder.ParseMoment(test.Raised, s.Calendar.Location()); err != nil {
		return s, err
	}
	s.Lines, err = ScriptLines(test.Acts, s.Calendar.Location())
	s.Ladder, s.Behaviour, s.StartAt, s.Ground = l, BehaviourScripted, test.StartAt, test.Ground
	s.Conference, s.Category, s.Urgency, s.Agency = challenge.ConferenceType(test.Subject), test.Category, test.Urgency, test.Agency
	if test.HeldOn != nil {
		s.HeldOn = *test.HeldOn
	}
	return s, err
}

// compareWith is the first thing that came otherwise than it is expected of a rung: under which key,
// what was to be and what came. The key is empty if all came.
func (s *simulation) compareWith(e ladder.Expectation) (key, want, got string) {
	i := slices.IndexFunc(s.c.Openings, func(o challenge.Opening) bool { return o.Rung == e.Rung })
	switch {
	case i < 0 && e.Opens == ladder.NeverOpens:
		return "", "", ""
	case i < 0 && e.Opens != "":
		return "opens", "opened on " + e.Opens, "never opens"
	case i < 0:
		return "rung", "reached", "never opens"
	}
	opening := s.c.Openings[i]
	zone := s.Calendar.Location()
	if e.Opens != "" && !isAt(opening.OpenedAt, e.Opens, zone) {
		return "opens", e.Opens, "opens on " + clockText(opening.OpenedAt, zone)
	}
	if due := s.firstDue[opening.Number]; e.Due != "" && !isAt(due, e.Due, zone) {
		got := "is due on " + clockText(due, zone)
		if due.IsZero() {
			got = "has no time"
		}
		return "due", e.Due, got
	}
	var asked []string
	for _, p := range opening.Respondents {
		asked = append(asked, string(p.Role))
	}
	slices.Sort(asked)
	if wanted := roleTexts(e.Asks); len(wanted) > 0 && !slices.Equal(wanted, asked) {
		return "asks", "asked of " + strings.Join(wanted, ", "), "is asked of " + strings.Join(asked, ", ")
	}
	return "", "", ""
}

func roleTexts(roles []directory.Role) []string {
	var all []string
	for _, r := range roles {
		all = append(all, string(r))
	}
	slices.Sort(all)
	return all
}

// isAt reports whether a moment is the one that is written, or on the day that is.
func isAt(at time.Time, written string, zone *time.Location) bool {
	want, hasTime, err := ladder.ParseMoment(written, zone)
	if err != nil || at.IsZero() {
		return false
	}
	if hasTime {
		return at.Truncate(time.Minute).Equal(want)
	}
	return at.In(zone).Format(time.DateOnly) == want.Format(time.DateOnly)
}

func clockText(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04")
}

func endOf(state challenge.State) ladder.TestEnd {
	return map[challenge.State]ladder.TestEnd{
		challenge.StateResolved: ladder.EndResolved, challenge.StateWithdrawn: ladder.EndWithdrawn, challenge.StateHandedOff: ladder.EndHandedOff,
		challenge.StateExhausted: ladder.EndOfLadder, challenge.StateHeldAtGate: ladder.EndWaitsAtGate,
		challenge.StateAwaitingResponse: ladder.EndWaitsForAnswer, challenge.StateAwaitingJudgement: ladder.EndWaitsForJudgment,
	}[state]
}

// stepsText is what happened, without what only tells people again.
func stepsText(s *simulation) string {
	if s == nil || len(s.steps) == 0 {
		return ""
	}
	zone := s.Calendar.Location()
	var lines []string
	for _, step := range s.steps {
		if slices.Contains([]string{"reminder", "in the digest", "told", "notice", HeldUntilOpened}, step.Event) {
			continue
		}
		text := fmt.Sprintf("%s %s %s", clockText(step.At, zone), step.Rung, step.Event)
		if step.Event == "opened" {
			text += " for " + step.To
		}
		if step.Event == "opened" && step.Due != nil {
			text += ", due " + clockText(*step.Due, zone)
		}
		if step.Gate != "" {
			text += ": " + step.Gate
		}
		if !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	return "The steps: " + strings.Join(lines, "; ")
}
