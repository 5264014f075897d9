package bot

import (
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// What the oversight role reaches to: an authority may have one for a team, a service or
// an agency alone.

// overseesScope reports whether the person oversees today what has that scope. Whoever
// oversees a service or the whole authority oversees its teams too.
func (rq request) overseesScope(s directory.Scope) bool {
	return rq.Directory().MayActAtAnyLevel(rq.person.ID, directory.RoleOversight, s, rq.today())
}

// overseesAny reports whether the person oversees anything at all.
func (rq request) overseesAny() bool {
	return len(rq.Directory().OverseenUnits(rq.person.ID, rq.today())) > 0
}

func (rq request) today() workday.Date { return rq.Calendar.DateOf(rq.now) }

// overseesAllOf reports whether the person oversees everything in which somebody has a
// role. The authority's own oversight role does, whoever else there is.
func (rq request) overseesAllOf(p directory.Person) bool {
	if rq.overseesScope(directory.Scope{}) {
		return true
	}
	d := rq.Directory()
	theirs := slices.DeleteFunc(d.AllScopes(), func(s directory.Scope) bool { return len(d.RolesIn(p.ID, s)) == 0 })
	return len(theirs) > 0 && !slices.ContainsFunc(theirs, func(s directory.Scope) bool { return !rq.overseesScope(s) })
}
