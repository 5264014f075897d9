package challenge

import (
	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// Overseers are those who oversee a challenge on the day of env.Now: who stands in for
// one who is away in their place.
func Overseers(c *Challenge, d *directory.Directory, on workday.Date) []string {
	var ids []string
	for _, h := range d.ActingHolders(directory.RoleOversight, c.Scope(), on) {
		if h.Person.Entra != "" {
			ids = append(ids, h.Person.Entra)
		}
	}
	return ids
}

// MayOversee reports whether a person oversees the challenge on a day.
func MayOversee(id string, c *Challenge, d *directory.Directory, on workday.Date) bool {
	return d.MayActAtAnyLevel(id, directory.RoleOversight, c.Scope(), on)
}
