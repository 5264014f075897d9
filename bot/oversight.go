package bot

import (
	"slices"

	"challengebot/internal/directory"
)

// What the oversight role reaches to: an authority may have one for a team, a service or
// an agency alone.

// overseesScope reports whether the person holds the oversight role today for what has that
// scope.
func (rq request) overseesScope(s directory.Scope) bool {
	return rq.Directory().MayActIn(rq.person.ID, directory.RoleOversight, s, rq.Calendar.DateOf(rq.now))
}

// overseesAny reports whether the person oversees the challenges of any team, or those
// of any team about some agency.
func (rq request) overseesAny() bool {
	d := rq.Directory()
	return slices.ContainsFunc(d.Teams(), func(t directory.Team) bool {
		return rq.overseesScope(directory.Scope{Team: t.ID}) || slices.ContainsFunc(d.Agencies(), func(a directory.Agency) bool {
			return rq.overseesScope(directory.Scope{Team: t.ID, Agency: a.ID})
		})
	})
}

// overseesAllOf reports whether the person oversees everything in which somebody has a
// role: who stands in for them may read all of that. The authority's own oversight role
// does, whoever else there is.
func (rq request) overseesAllOf(p directory.Person) bool {
	if rq.overseesScope(directory.Scope{}) {
		return true
	}
	d := rq.Directory()
	theirs := slices.DeleteFunc(d.AllScopes(), func(s directory.Scope) bool { return len(d.RolesIn(p.ID, s)) == 0 })
	return len(theirs) > 0 && !slices.ContainsFunc(theirs, func(s directory.Scope) bool { return !rq.overseesScope(s) })
}
