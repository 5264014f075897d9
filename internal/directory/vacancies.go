package directory

import (
	"fmt"
	"slices"
	"strings"

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
	// Anywhere: one holder in some team or agency is enough, since it depends on who raises a
	// challenge in which of them it is looked for.
	Anywhere bool
	// NeedsAccount says that a card is sent to whoever holds it, so that somebody without an
	// account does not count.
	NeedsAccount bool
}

// CheckVacancies lists the vacancies that ladders with these roles would meet: for every
// team, or for every agency where the use says so, each role that nobody holds. A role is one
// line, however many teams lack it and whatever it is needed for.
// Of chairRoles, in which challenges are raised, one holder anywhere is enough,
// since the holder is whoever raised it.
func (d *Directory) CheckVacancies(roles []RoleNeed, chairRoles ...Role) yamlfile.Problems {
	var found []*vacancy
	for _, use := range roles {
		if slices.Contains(chairRoles, use.Role) {
			continue
		}
		for _, v := range d.vacanciesFor(use) {
			i := slices.IndexFunc(found, func(f *vacancy) bool { return f.role == v.role && f.nobody == v.nobody && f.kind == v.kind })
			if i < 0 {
				found = append(found, &v)
				continue
			}
			found[i].merge(v)
		}
	}
	var vacant yamlfile.Problems
	for _, v := range mergeAccounts(found) {
		vacant = append(vacant, d.file.ProblemAt(v.path, v.String(), fmt.Sprintf("Add %s: and who it is to the roles there, or to those of a level above", v.role)))
	}
	for _, role := range chairRoles {
		if !d.hasHolderAnywhere(role) {
			vacant = append(vacant, d.file.ProblemAt("$.roles", fmt.Sprintf("nobody is %q, so nobody can raise a challenge", role), fmt.Sprintf("Add %s: and who they are under roles:", role)))
		}
	}
	vacant.Sort()
	return vacant
}

// vacancy is a role that nobody holds, in one or more places of one kind.
type vacancy struct {
	path   string // of the first place
	kind   string // "team", "agency", or what the one place is
	places []string
	nobody string // "nobody", "nobody with an account"
	role   Role
	whys   []string
}

// merge takes in the same role's vacancy in another place, or for another reason.
func (v *vacancy) merge(other vacancy) {
	for _, p := range other.places {
		if !slices.Contains(v.places, p) {
			v.places = append(v.places, p)
		}
	}
	for _, w := range other.whys {
		if !slices.Contains(v.whys, w) {
			v.whys = append(v.whys, w)
		}
	}
}

// mergeAccounts makes one of a role that nobody holds for one use, and nobody with an account for
// another, in the same places: who is added needs an account.
func mergeAccounts(all []*vacancy) []*vacancy {
	var merged []*vacancy
	for _, v := range all {
		i := slices.IndexFunc(merged, func(m *vacancy) bool {
			return m.role == v.role && m.kind == v.kind && slices.Equal(m.places, v.places)
		})
		if i < 0 {
			merged = append(merged, v)
			continue
		}
		merged[i].merge(*v)
		merged[i].nobody = nobodyWithAccount
	}
	return merged
}

const nobodyWithAccount = "nobody with an account"

// maxVacancyNames is how many places and reasons a line has before the rest is counted.
const maxVacancyNames = 3

// String says where the role is vacant and what for.
func (v *vacancy) String() string {
	where := v.kind
	if len(v.places) > 0 {
		where = fmt.Sprintf("the %s %q", v.kind, v.places[0])
	}
	has := "has"
	if n := len(v.places); n > 1 {
		many := map[string]string{"team": "teams", "agency": "agencies"}[v.kind]
		var quoted []string
		for _, p := range v.places[:min(n, maxVacancyNames)] {
			quoted = append(quoted, fmt.Sprintf("%q", p))
		}
		where, has = fmt.Sprintf("%d %s (%s)", n, many, cutList(quoted, n)), "have"
	}
	return fmt.Sprintf("%s %s %s as %q (%s)", where, has, v.nobody, v.role, cutList(v.whys[:min(len(v.whys), maxVacancyNames)], len(v.whys)))
}

// cutList joins what is shown of a list of that many.
func cutList(shown []string, of int) string {
	text := strings.Join(shown, ", ")
	if more := of - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// vacanciesFor are the teams or agencies in which nobody holds the role.
func (d *Directory) vacanciesFor(use RoleNeed) []vacancy {
	var vacant []vacancy
	lacks := func(path, kind string, places ...string) {
		nobody := "nobody"
		if use.NeedsAccount {
			nobody = nobodyWithAccount
		}
		vacant = append(vacant, vacancy{path: path, kind: kind, places: places, nobody: nobody, role: use.Role, whys: []string{use.Why}})
	}
	isHeld := func(s Scope) bool { return d.hasHolder(use, s) }
	switch {
	case use.Anywhere:
		if !d.hasHolderAnywhere(use.Role) {
			lacks("$.roles", "the authority")
		}
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
			lacks(fmt.Sprintf("$.agencies[%d]", i), "agency", use.Agency)
		}
	case use.EveryAgency:
		for i, a := range d.agencies {
			if !isHeld(Scope{Agency: a.ID}) {
				lacks(fmt.Sprintf("$.agencies[%d]", i), "agency", a.ID)
			}
		}
	default:
		for i, t := range d.teams {
			if !isHeld(Scope{Team: t.ID}) {
				lacks(fmt.Sprintf("$.teams[%d]", i), "team", t.ID)
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
