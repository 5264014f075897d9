package directory

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestADifferenceSaysEachChangeOnce(t *testing.T) {
	const before = `authority: X
people:
  - {id: ann, name: Ann Lee, entra: 0a000000-0000-4000-8000-000000000001}
  - {id: bob, name: Bob Ray, entra: 0a000000-0000-4000-8000-000000000002}
  - {id: cat, name: Cat Oak, entra: 0a000000-0000-4000-8000-000000000003}
  - {id: meg, name: Meg Out, no_account: true}
services: [{id: s1, name: One}, {id: s2, name: Two}]
teams:
  - {id: north, name: North, service: s1, roles: {team-manager: bob}}
  - {id: south, name: South, service: s1, channel: "19:a@thread.tacv2", roles: {team-manager: [bob, cat]}}
agencies: [{id: health, name: Health, roles: {nurse: meg}}]
roles: {chair: [ann, cat]}
`
	changed := strings.NewReplacer(
		"{id: ann, name: Ann Lee,", "{id: ann-hill, name: Ann Hill,", "chair: [ann, cat]", "chair: [ann-hill]",
		"  - {id: meg", "  - {id: dot, name: Dot New, entra: 0a000000-0000-4000-8000-000000000004}\n  - {id: meg",
		"  - {id: bob, name: Bob Ray, entra: 0a000000-0000-4000-8000-000000000002}\n", "",
		"north, name: North, service: s1, roles: {team-manager: bob}", "north, name: North, service: s2, roles: {team-manager: dot}",
		"south, name: South, service: s1, channel: \"19:a@thread.tacv2\", roles: {team-manager: [bob, cat]}",
		"west, name: West, roles: {team-manager: cat}", "name: Health,", "name: Health Board,",
	).Replace(before)
	got := Diff(readDirectory(t, before), readDirectory(t, changed))
	want := []string{
		`Ann Lee is called Ann Hill`, `Dot New joins`, `Bob Ray leaves`,
		`the team "north" moves from the service "s1" to "s2"`, `the team "west" is new`, `the team "south" goes`,
		`the agency "health" is called Health Board`,
		`Cat Oak is no longer "chair" of the authority`,
		`Dot New becomes "team-manager" of the team "north"`, `Bob Ray is no longer "team-manager" of the team "north"`,
		`Bob Ray is no longer "team-manager" of the team "south"`, `Cat Oak is no longer "team-manager" of the team "south"`,
		`Cat Oak becomes "team-manager" of the team "west"`,
	}
	if diff := cmp.Diff(want, got.Lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(got.Joined) != 1 || len(got.Left) != 1 || got.IsEmpty() || !Diff(readDirectory(t, before), readDirectory(t, before)).IsEmpty() {
		t.Errorf("%d joined, %d left", len(got.Joined), len(got.Left))
	}
}
