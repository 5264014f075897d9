package challenge

import (
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Overseers are those who oversee a challenge on the day of env.Now: who stands in for
// one who is away in their place.
func Overseers(c *Challenge, d *directory.Directory, on workday.Date) []string {
	var ids []string
	for _, h := range d.ActingHolders(string(ladder.RoleOversight), c.Scope(), on.String()) {
		if h.Person.Entra != "" {
			ids = append(ids, h.Person.Entra)
		}
	}
	return ids
}

// MayOversee reports whether a person may see what waits in the challenge.
func MayOversee(id string, c *Challenge, d *directory.Directory, on workday.Date) bool {
	return d.MayActIn(id, string(ladder.RoleOversight), c.Scope(), on.String())
}

// Scope is what the challenge is about, as far as it decides who holds a role.
func (c *Challenge) Scope() directory.Scope {
	return directory.Scope{Team: c.Details.Team, Agency: c.Details.Agency}
}
