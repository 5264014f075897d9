package bot

import (
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// What the oversight role reaches to: an authority may have one for a team, a service or
// an agency alone.

// overseesAt reports whether the person holds the oversight role today for what has that
// scope.
func (x turn) overseesAt(s directory.Scope) bool {
	return x.Directory().Holds(x.by.ID, string(ladder.RoleOversight), s, x.Calendar.DateOf(x.now).String())
}

// oversees reports whether the person oversees the challenges of any team, or those
// of any team about some agency.
func (x turn) oversees() bool {
	d := x.Directory()
	return slices.ContainsFunc(d.Teams(), func(t directory.Team) bool {
		return x.overseesAt(directory.Scope{Team: t.ID}) || slices.ContainsFunc(d.Agencies(), func(a directory.Agency) bool {
			return x.overseesAt(directory.Scope{Team: t.ID, Agency: a.ID})
		})
	})
}

// overseesAllOf reports whether the person oversees everything in which somebody has a
// role: who stands in for them may read all of that. The authority's own oversight role
// does, whoever else there is.
func (x turn) overseesAllOf(p directory.Person) bool {
	if x.overseesAt(directory.Scope{}) {
		return true
	}
	d := x.Directory()
	theirs := slices.DeleteFunc(d.Scopes(), func(s directory.Scope) bool { return len(d.RolesIn(p.ID, s)) == 0 })
	return len(theirs) > 0 && !slices.ContainsFunc(theirs, func(s directory.Scope) bool { return !x.overseesAt(s) })
}
