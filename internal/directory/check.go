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
	// Account says that a card is sent to whoever holds it, so that somebody without an
	// account does not count.
	Account bool
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
		nobody := "nobody"
		if use.Account {
			nobody = "nobody with an account"
		}
		vacant = append(vacant, d.file.Problem(path, fmt.Sprintf("%s has %s as %q (%s)", what, nobody, use.Role, use.Why),
			fmt.Sprintf("Add %s: and who it is to the roles there, or to those of a level above", use.Role)))
	}
	held := func(s Scope) bool { return d.heldBy(use, s) }
	switch {
	case use.Agency != "":
		i := slices.IndexFunc(d.agencies, func(a Agency) bool { return a.ID == use.Agency })
		if i < 0 {
			// Nobody can name an agency that is not listed, unless its people stand at a level above.
			if !held(Scope{}) && !d.heldInEveryTeam(use) {
				lacks("$.agencies", fmt.Sprintf("the agency %q is not listed, and the authority", use.Agency))
			}
			return vacant
		}
		if !held(Scope{Agency: use.Agency}) && !d.heldInEveryTeam(use) {
			lacks(fmt.Sprintf("$.agencies[%d]", i), fmt.Sprintf("the agency %q", use.Agency))
		}
	case use.EveryAgency:
		for i, a := range d.agencies {
			if !held(Scope{Agency: a.ID}) {
				lacks(fmt.Sprintf("$.agencies[%d]", i), fmt.Sprintf("the agency %q", a.ID))
			}
		}
	default:
		for i, t := range d.teams {
			if !held(Scope{Team: t.ID}) {
				lacks(fmt.Sprintf("$.teams[%d]", i), fmt.Sprintf("the team %q", t.ID))
			}
		}
	}
	return vacant
}

// heldInEveryTeam reports whether a role is held for each team without an agency.
func (d *Directory) heldInEveryTeam(use RoleUse) bool {
	return !slices.ContainsFunc(d.teams, func(t Team) bool { return !d.heldBy(use, Scope{Team: t.ID}) })
}

// heldBy reports whether somebody holds the role there whom the use can reach. The nearest
// level that has the role decides, as it does when somebody is asked.
func (d *Directory) heldBy(use RoleUse, s Scope) bool {
	return slices.ContainsFunc(d.holdersOf(use.Role, s), func(id string) bool { return !use.Account || d.person(id).Entra != "" })
}

func (d *Directory) heldAnywhere(role string) bool {
	for _, roles := range d.roles {
		if len(roles[role]) > 0 {
			return true
		}
	}
	return false
}
