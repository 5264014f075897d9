package directory

import "testing"

func TestAMadeUpPersonHoldsEachRoleThatNobodyHolds(t *testing.T) {
	d := readDirectory(t, `authority: X
people:
  - {id: ann, name: Ann, entra: 0a000000-0000-4000-8000-000000000001}
  - {id: bob, name: Bob, entra: 0a000000-0000-4000-8000-000000000002}
teams: [{id: north, name: North, roles: {team-manager: bob}}, {id: south, name: South}]
agencies: [{id: health, name: Health}]
`)
	needs := []RoleNeed{{Role: "team-manager", NeedsAccount: true}, {Role: "head", NeedsAccount: true}, {Role: "head"}, {Role: "nurse", EveryAgency: true}, {Role: "chair"}}
	filled, added := d.WithMadeUpPeople(needs, "chair")
	if len(added) != 4 || len(filled.CheckVacancies(needs, "chair")) != 0 || len(d.CheckVacancies(needs, "chair")) == 0 || len(d.People()) != 2 {
		t.Fatalf("added %v; %v", added, filled.CheckVacancies(needs, "chair"))
	}
	again, err := Read("filled.yaml", Export(filled))
	if err != nil {
		t.Fatal(err)
	}
	if got := again.ActingHolders("team-manager", Scope{Team: "north"}, 0); len(got) != 1 || got[0].Person.ID != "bob" {
		t.Errorf("north is managed by %v", got)
	}
	if got := again.ActingHolders("team-manager", Scope{Team: "south"}, 0); len(got) != 1 || got[0].Person.Name != "Made-up team manager" {
		t.Errorf("south is managed by %v", got)
	}
	if same, none := filled.WithMadeUpPeople(needs, "chair"); len(none) != 0 || len(same.People()) != 6 {
		t.Errorf("made up again: %v", none)
	}
}
