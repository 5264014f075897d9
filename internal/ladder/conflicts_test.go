package ladder_test

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

const conflictPeople = `authority: X
people:
  - {id: ann, name: Ann, entra: 0a000000-0000-4000-8000-000000000001}
  - {id: bob, name: Bob, entra: 0a000000-0000-4000-8000-000000000002}
  - {id: cat, name: Cat, entra: 0a000000-0000-4000-8000-000000000003}
  - {id: dan, name: Dan, entra: 0a000000-0000-4000-8000-000000000004}
teams:
  - {id: t1, name: T1, roles: {team-manager: bob}}
  - {id: t2, name: T2, roles: {team-manager: bob}}
  - {id: t3, name: T3, roles: {team-manager: bob}}
  - {id: t4, name: T4, roles: {team-manager: bob}}
  - {id: t5, name: T5, roles: {team-manager: bob, service-manager: cat}}
roles: {chair: ann, service-manager: SECOND, oversight: dan}
cover: [{for: bob, by: STANDIN, from: 2026-04-01, to: 2026-04-10}]
`

func findConflicts(t *testing.T, second, standIn string, on workday.Date) []string {
	t.Helper()
	text := strings.NewReplacer("SECOND", second, "STANDIN", standIn).Replace(conflictPeople)
	d, err := directory.Read("people.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, c := range ladder.FindConflicts(d, []*ladder.Ladder{l}, on) {
		said = append(said, c.What)
	}
	return said
}

func TestAConflictIsSaidOnceForAllItsTeams(t *testing.T) {
	march, may := workday.NewDate(2026, time.March, 30), workday.NewDate(2026, time.May, 4)
	if said := findConflicts(t, "cat", "ann", may); len(said) != 0 {
		t.Errorf("cover has ended, nobody holds two places: %q", said)
	}
	said := findConflicts(t, "bob", "dan", march)
	want := `Bob answers one rung as "team-manager" and a later one as "service-manager" (Informal Stage, Stage 2, Stage 1; in t1, t2, t3 and 1 more; ` +
		`ladder ne-lincolnshire): nobody answers twice in one challenge, so the later one is passed by`
	if len(said) != 1 || said[0] != want {
		t.Errorf("said %q\nwant %q", said, want)
	}
	for standIn, want := range map[string]string{"ann": `Ann stands in for Bob, who answers as "team-manager", and raises challenges as "chair"`,
		"cat": `Cat stands in for Bob, who answers as "team-manager", and answers as "service-manager"`} {
		if said := findConflicts(t, "cat", standIn, march); len(said) != 1 || !strings.HasPrefix(said[0], want) {
			t.Errorf("by %s: %q, want one that begins %q", standIn, said, want)
		}
	}
	if said := findConflicts(t, "dan", "dan", may); len(said) != 1 || !strings.HasPrefix(said[0], `Dan answers as "service-manager" and oversees`) {
		t.Errorf("oversight: %q", said)
	}
}
