package simulation_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/simulation"
)

func TestEveryShippedLadderKeepsTheWorkedDatesOfItsProcedure(t *testing.T) {
	t.Parallel()
	for _, l := range challengetest.ShippedLadders(t) {
		if len(l.Tests) == 0 {
			t.Errorf("%s has no tests", l.ID)
		}
		for _, f := range simulation.PlayTests(l) {
			t.Errorf("%s: %s: %s. %s", l.ID, f.Path, f.What, f.Hint)
		}
	}
}

// lintWithTests is what lint says of the ladder that "ladder new" prints, with one text changed.
func lintWithTests(t *testing.T, from, to string) (string, []string) {
	t.Helper()
	whole := string(ladder.Template("x", "T", "A"))
	i := strings.Index(whole, "\ntests:")
	if !strings.Contains(whole[i:], from) {
		t.Fatalf("%q does not stand in the tests of a new ladder", from)
	}
	text := whole[:i] + strings.Replace(whole[i:], from, to, 1)
	var said []string
	for _, p := range ladder.Lint("x.yaml", []byte(text), ladder.LintContext{PlayTests: simulation.PlayTests}) {
		said = append(said, p.Error())
	}
	return text, said
}

func TestATestThatDoesNotHoldIsOneComplaintAtItsLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, from, to, line, want string }{
		{"another due date", "due: 2026-04-08 17:00", "due: 2026-04-09", "rung: stage-1, opens", `the test "In silence over Easter" does not hold: Stage 1 is due on 2026-04-08 17:00, and was to be 2026-04-09. The steps: 2026-03-30 10:00 stage-1 raised`},
		{"another time of the day", "due: 2026-04-08 17:00", "due: 2026-04-08 12:00", "rung: stage-1, opens", "Stage 1 is due on 2026-04-08 17:00, and was to be 2026-04-08 12:00"},
		{"another opening", "opens: 2026-04-09", "opens: 2026-04-10", "rung: stage-2, opens", "Stage 2 opens on 2026-04-09 09:00, and was to be 2026-04-10"},
		{"others who are asked", "asks: [social-worker, team-manager]", "asks: [team-manager]", "rung: stage-1, opens", "Stage 1 is asked of social-worker, team-manager, and was to be asked of team-manager"},
		{"a rung that opens", "opens: 2026-04-09, due: 2026-04-15", "opens: never", "rung: stage-2, opens", "Stage 2 opens on 2026-04-09 09:00, and was to be never"},
		{"another end", "end: end-of-ladder", "end: resolved", "end: resolved", "the end is end-of-ladder, and was to be resolved"},
		{"a gate that nobody opens", "do: agreed, gate: chairs-manager", "do: withdraw", "rung: stage-2, opens", "Stage 2 never opens, and was to be opened on 2026-04-09"},
		{"what cannot be done", "at: 2026-04-09 09:00", "at: 2029-04-09 09:00", "test: In silence", "the script cannot be played: line 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, said := lintWithTests(t, test.from, test.to)
			if len(said) != 1 || !strings.Contains(said[0], test.want) {
				t.Fatalf("lint says %q", said)
			}
			line := 1 + strings.Count(text[:strings.LastIndex(text, test.line)], "\n")
			if !strings.HasPrefix(said[0], "x.yaml:"+strconv.Itoa(line)+":") {
				t.Errorf("it stands on line %d, and lint says %s", line, said[0])
			}
		})
	}
}

func TestATestIsReadAsStrictlyAsTheRest(t *testing.T) {
	t.Parallel()
	for _, slip := range [][3]string{
		{"raised: 2026-03-30 10:00", "raised: 30 March", "this is no day and time"},
		{"raised: 2026-03-30 10:00", "raised: 2026-03-30", "this is no day and time"},
		{"rung: stage-2, at", "rung: stage-9, at", `there is no rung "stage-9"`},
		{"at: 2026-04-09 09:00", "at: soon", "this is no day and time"},
		{"do: agreed", "do: agree", `Did you mean "agreed"?`},
		{"do: agreed", "do: respond", `"respond" is not done at a gate`},
		{", gate: chairs-manager", "", "none is named"},
		{"gate: chairs-manager", "gate: chair-manager", `Did you mean "chairs-manager"?`},
		{"do: agreed, gate: chairs-manager", "do: skip", "the skip leads nowhere"},
		{"do: agreed, gate: chairs-manager", "do: respond, to: stage-3", "are of do: skip"},
		{"do: agreed", "do: agreed, after: 3 days", "not a length of time"},
		{"do: agreed", "do: agreed, by: nobody", `the role "nobody" has no label`},
		{"due: 2026-04-08 17:00", "due: April", "this is no time"},
		{"opens: 2026-04-09,", "opens: never,", "is not due and asks nobody"},
		{"asks: [social-worker, team-manager]", "asks: [sociel-worker]", `Did you mean "social-worker"?`},
		{"end: end-of-ladder", "end: end-of-lader", `Did you mean "end-of-ladder"?`},
		{"rung: stage-3, due: 2026-04-22", "rung: stage-3", "nothing is expected of the rung"},
		{"    raised:", "    urgency: today\n    raised:", `there is no urgency "today"`},
		{"    raised:", "    category: nothing\n    raised:", `there is no category "nothing"`},
		{"    raised:", "    subject: tea\n    raised:", `there is no subject "tea"`},
		{"    raised:", "    ground: tea\n    raised:", "no rung that it leads to"},
		{"    raised:", "    start_at: stage-7\n    raised:", `there is no rung "stage-7"`},
		{"    raised:", "    bank_holidays: wales\n    raised:", `the division "wales" is not known`},
		{"    raised:", "    raise: soon\n    raised:", `the key "raise" is not known here`},
		{"test: In silence", "test: \"\" #", "name of the test"},
	} {
		if _, said := lintWithTests(t, slip[0], slip[1]); len(said) != 1 || !strings.Contains(said[0], slip[2]) {
			t.Errorf("%q: %q", slip[1], said)
		}
	}
}

// A test is no part of the procedure: who adds one changes no text that a challenge began with.
func TestATestChangesNoProcedure(t *testing.T) {
	t.Parallel()
	text := string(ladder.Template("x", "T", "A"))
	read := func(text string) *ladder.Ladder {
		l, err := ladder.Read("x.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	with, without := read(text), read(text[:strings.Index(text, "\ntests:")])
	if with.Hash() != without.Hash() {
		t.Error("the text that a challenge keeps has the tests in it")
	}
	if _, unraised := ladder.FindUnraisedVersion(without, with); unraised {
		t.Error("a test wants another version")
	}
	for _, d := range [][2]*ladder.Ladder{{without, with}, {with, without}} {
		said := ladder.Diff(d[0], d[1])
		if len(said) != 1 || !strings.Contains(said[0].String(), "of the tests, “In silence over Easter” was ") {
			t.Errorf("diff says %v", said)
		}
	}
}

// Public procedures of kinds that none of the shipped ladders has, with worked dates in their files:
// between agencies, dissent from a conference, and adults.
func TestPublicProceduresOfOtherKindsKeepTheirDates(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "ladder", "testdata", "others", "*.yaml"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range ladder.Lint(filepath.Base(file), text, ladder.LintContext{PlayTests: simulation.PlayTests}) {
			t.Error(p)
		}
		l, err := ladder.Read(file, text)
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Tests) < 2 {
			t.Errorf("%s has %d tests", l.ID, len(l.Tests))
		}
	}
}
