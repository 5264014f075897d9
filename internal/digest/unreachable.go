package digest

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/workday"
)

// UnreachablePerson is somebody of the directory to whom Teams lets the bot write nothing, as those
// who oversee them hear of it.
type UnreachablePerson struct {
	Name  string
	Roles []directory.Role // as the directory has them
	Since time.Time
}

// UnreachableByOverseer lists, for each of those who oversee challenges on a day, who of the people
// with a role in what they oversee could not be reached at a moment; the longest first.
func UnreachableByOverseer(all []outbox.Unreachable, d *directory.Directory, at time.Time, on workday.Date) map[string][]UnreachablePerson {
	lists := map[string][]UnreachablePerson{}
	for _, u := range all {
		p, listed := d.PersonByEntra(u.Person)
		if !u.ReachableAgainAt.IsZero() || u.Since.After(at) || !listed {
			continue
		}
		roles := map[string][]directory.Role{}
		for _, s := range d.AllScopes() {
			for _, h := range d.ActingHolders(directory.RoleOversight, s, on) {
				if h.Person.Entra != "" && h.Person.ID != p.ID {
					roles[h.Person.Entra] = append(roles[h.Person.Entra], d.RolesIn(p.ID, s)...)
				}
			}
		}
		for overseer, overseenRoles := range roles {
			slices.Sort(overseenRoles)
			if overseenRoles = slices.Compact(overseenRoles); len(overseenRoles) > 0 {
				lists[overseer] = append(lists[overseer], UnreachablePerson{Name: p.Name, Roles: overseenRoles, Since: u.Since})
			}
		}
	}
	return lists
}
