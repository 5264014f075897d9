package directory

import (
	"fmt"
	"slices"

	"challengebot/internal/yamlfile"
)

// RoleUse is a role that somebody must hold for a ladder to run.
type RoleUse struct {
	Role string
	Why  string // what for, as "answers Stage 2 of ne-lincolnshire"
	// Agency limits the use to challenges about that agency.
	Agency string
	// EveryAgency says that the role is looked for in each agency, not each team.
	EveryAgency bool
}

// Check lists the vacancies that ladders with these roles would meet: for every
// team, or for every agency where the use says so, each role that nobody holds.
// Of chairRoles, in which challenges are raised, one holder anywhere is enough,
// since the holder is whoever raised it.
func (d *Directory) Check(roles []RoleUse, chairRoles ...string) yamlfile.Problems {
	var vacant yamlfile.Problems
	told := map[string]bool{}
	for _, use := range roles {
		if slices.Contains(chairRoles, use.Role) {
			continue
		}
		for _, p := range d.vacancies(use) {
			if key := p.Error(); !told[key] {
				told[key] = true
				vacant = append(vacant, p)
			}
		}
	}
	for _, role := range chairRoles {
		if !d.heldAnywhere(role) {
			vacant = append(vacant, d.file.Problem("$.roles", fmt.Sprintf("nobody is %q, so nobody can raise a challenge", role), fmt.Sprintf("Add %s: and who they are under roles:", role)))
		}
	}
	vacant.Sort()
	return vacant
}

// vacancies are the teams or agencies in which nobody holds the role.
func (d *Directory) vacancies(use RoleUse) yamlfile.Problems {
	var vacant yamlfile.Problems
	lacks := func(path, what string) {
		vacant = append(vacant, d.file.Problem(path, fmt.Sprintf("%s has nobody as %q (%s)", what, use.Role, use.Why),
			fmt.Sprintf("Add %s: and who it is to the roles there, or to those of a level above", use.Role)))
	}
	switch {
	case use.Agency != "":
		i := slices.IndexFunc(d.agencies, func(a Agency) bool { return a.ID == use.Agency })
		if i < 0 {
			// Nobody can name an agency that is not listed, unless its people stand at a level above.
			if len(d.holdersOf(use.Role, Scope{})) == 0 && !d.heldInEveryTeam(use.Role) {
				lacks("$.agencies", fmt.Sprintf("the agency %q is not listed, and the authority", use.Agency))
			}
			return vacant
		}
		if len(d.holdersOf(use.Role, Scope{Agency: use.Agency})) == 0 && !d.heldInEveryTeam(use.Role) {
			lacks(fmt.Sprintf("$.agencies[%d]", i), fmt.Sprintf("the agency %q", use.Agency))
		}
	case use.EveryAgency:
		for i, a := range d.agencies {
			if len(d.holdersOf(use.Role, Scope{Agency: a.ID})) == 0 {
				lacks(fmt.Sprintf("$.agencies[%d]", i), fmt.Sprintf("the agency %q", a.ID))
			}
		}
	default:
		for i, t := range d.teams {
			if len(d.holdersOf(use.Role, Scope{Team: t.ID})) == 0 {
				lacks(fmt.Sprintf("$.teams[%d]", i), fmt.Sprintf("the team %q", t.ID))
			}
		}
	}
	return vacant
}

// heldInEveryTeam reports whether a role is held for each team without an agency.
func (d *Directory) heldInEveryTeam(role string) bool {
	return !slices.ContainsFunc(d.teams, func(t Team) bool { return len(d.holdersOf(role, Scope{Team: t.ID})) == 0 })
}

func (d *Directory) heldAnywhere(role string) bool {
	for _, roles := range d.roles {
		if len(roles[role]) > 0 {
			return true
		}
	}
	return false
}
