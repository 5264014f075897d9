package directory

import (
	"fmt"
	"slices"

	"challengebot/internal/yamlfile"
)

// RoleNeed is a role that somebody must hold for a ladder to run.
type RoleNeed struct {
	Role Role
	Why  string // what for, as "answers Stage 2 of ne-lincolnshire"
	// Agency limits the use to challenges about that agency.
	Agency string
	// EveryAgency says that the role is looked for in each agency, not each team.
	EveryAgency bool
	// NeedsAccount says that a card is sent to whoever holds it, so that somebody without an
	// account does not count.
	NeedsAccount bool
}

// CheckVacancies lists the vacancies that ladders with these roles would meet: for every
// team, or for every agency where the use says so, each role that nobody holds.
// Of chairRoles, in which challenges are raised, one holder anywhere is enough,
// since the holder is whoever raised it.
func (d *Directory) CheckVacancies(roles []RoleNeed, chairRoles ...Role) yamlfile.Problems {
	var vacant yamlfile.Problems
	reported := map[string]bool{}
	for _, use := range roles {
		if slices.Contains(chairRoles, use.Role) {
			continue
		}
		for _, p := range d.vacanciesFor(use) {
			if key := p.Error(); !reported[key] {
				reported[key] = true
				vacant = append(vacant, p)
			}
		}
	}
	for _, role := range chairRoles {
		if !d.hasHolderAnywhere(role) {
			vacant = append(vacant, d.file.ProblemAt("$.roles", fmt.Sprintf("nobody is %q, so nobody can raise a challenge", role), fmt.Sprintf("Add %s: and who they are under roles:", role)))
		}
	}
	vacant.Sort()
	return vacant
}

// vacanciesFor are the teams or agencies in which nobody holds the role.
func (d *Directory) vacanciesFor(use RoleNeed) yamlfile.Problems {
	var vacant yamlfile.Problems
	lacks := func(path, what string) {
		nobody := "nobody"
		if use.NeedsAccount {
			nobody = "nobody with an account"
		}
		vacant = append(vacant, d.file.ProblemAt(path, fmt.Sprintf("%s has %s as %q (%s)", what, nobody, use.Role, use.Why),
			fmt.Sprintf("Add %s: and who it is to the roles there, or to those of a level above", use.Role)))
	}
	isHeld := func(s Scope) bool { return d.hasHolder(use, s) }
	switch {
	case use.Agency != "":
		i := slices.IndexFunc(d.agencies, func(a Agency) bool { return a.ID == use.Agency })
		if i < 0 {
			// Nobody can name an agency that is not listed, unless its people stand at a level
			// above.
			if !isHeld(Scope{}) && !d.everyTeamHasHolder(use) {
				lacks("$.agencies", fmt.Sprintf("the agency %q is not listed, and the authority", use.Agency))
			}
			return vacant
		}
		if !isHeld(Scope{Agency: use.Agency}) && !d.everyTeamHasHolder(use) {
			lacks(fmt.Sprintf("$.agencies[%d]", i), fmt.Sprintf("the agency %q", use.Agency))
		}
	case use.EveryAgency:
		for i, a := range d.agencies {
			if !isHeld(Scope{Agency: a.ID}) {
				lacks(fmt.Sprintf("$.agencies[%d]", i), fmt.Sprintf("the agency %q", a.ID))
			}
		}
	default:
		for i, t := range d.teams {
			if !isHeld(Scope{Team: t.ID}) {
				lacks(fmt.Sprintf("$.teams[%d]", i), fmt.Sprintf("the team %q", t.ID))
			}
		}
	}
	return vacant
}

// everyTeamHasHolder reports whether a role is held for each team without an agency.
func (d *Directory) everyTeamHasHolder(use RoleNeed) bool {
	return !slices.ContainsFunc(d.teams, func(t Team) bool { return !d.hasHolder(use, Scope{Team: t.ID}) })
}

// hasHolder reports whether somebody holds the role there whom the use can reach. The nearest
// level that has the role decides, as it does when somebody is asked.
func (d *Directory) hasHolder(use RoleNeed, s Scope) bool {
	return slices.ContainsFunc(d.holdersOf(use.Role, s), func(id string) bool { return !use.NeedsAccount || d.personByKey(id).Entra != "" })
}

func (d *Directory) hasHolderAnywhere(role Role) bool {
	for _, roles := range d.roles {
		if len(roles[role]) > 0 {
			return true
		}
	}
	return false
}
