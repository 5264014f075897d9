package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Away is somebody of the directory to whom Teams lets the bot write nothing, as those
// who oversee them hear of it.
type Away struct {
	Name  string
	Roles []string // as the directory has them
	Since time.Time
}

// AwayFor lists, for each of those who oversee challenges on a day, who of the people
// with a role in what they oversee could not be reached at a moment; the longest first.
func AwayFor(all []Unreachable, d *directory.Directory, at time.Time, on workday.Date) map[string][]Away {
	lists := map[string][]Away{}
	for _, u := range all {
		p, listed := d.ByEntra(u.Person)
		if !u.ReturnedAt.IsZero() || u.Since.After(at) || !listed {
			continue
		}
		roles := map[string][]string{}
		for _, s := range d.Scopes() {
			for _, h := range d.Resolve(string(ladder.RoleOversight), s, on.String()) {
				if h.Person.Entra != "" && h.Person.ID != p.ID {
					roles[h.Person.Entra] = append(roles[h.Person.Entra], d.RolesIn(p.ID, s)...)
				}
			}
		}
		for overseer, held := range roles {
			slices.Sort(held)
			if held = slices.Compact(held); len(held) > 0 {
				lists[overseer] = append(lists[overseer], Away{Name: p.Name, Roles: held, Since: u.Since})
			}
		}
	}
	return lists
}
