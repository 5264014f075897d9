package directory

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// WithMadeUpPeople is the directory with a made-up person for each of these roles that nobody
// holds somewhere, who holds it in the authority: for trying a ladder out before its people are
// known. It also gives those people.
func (d *Directory) WithMadeUpPeople(roles []RoleNeed, chairRoles ...Role) (*Directory, []Person) {
	var vacant []Role
	add := func(r Role) {
		if !slices.Contains(vacant, r) {
			vacant = append(vacant, r)
		}
	}
	for _, use := range roles {
		if !slices.Contains(chairRoles, use.Role) && len(d.vacanciesFor(use)) > 0 {
			add(use.Role)
		}
	}
	for _, role := range chairRoles {
		if !d.hasHolderAnywhere(role) {
			add(role)
		}
	}
	filled := *d
	filled.people, filled.readings = slices.Clone(d.people), slices.Clone(d.readings)
	filled.byID, filled.byEntra, filled.roles = maps.Clone(d.byID), maps.Clone(d.byEntra), maps.Clone(d.roles)
	everywhere := level{authorityLevel, ""}
	filled.roles[everywhere] = maps.Clone(d.roles[everywhere])
	if filled.roles[everywhere] == nil {
		filled.roles[everywhere] = map[Role][]string{}
	}
	var added []Person
	for i, role := range vacant {
		p := Person{ID: "made-up-" + string(role), Name: "Made-up " + strings.ReplaceAll(string(role), "-", " "), Entra: fmt.Sprintf("0e000000-0000-4000-8000-%012d", i+1)}
		if _, taken := filled.byID[p.ID]; taken {
			continue
		}
		filled.byID[p.ID], filled.byEntra[p.Entra] = len(filled.people), len(filled.people)
		filled.people, filled.readings = append(filled.people, p), append(filled.readings, nameReadings(p.Name))
		filled.roles[everywhere][role] = []string{p.ID}
		added = append(added, p)
	}
	return &filled, added
}
