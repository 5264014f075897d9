package directory

import (
	"slices"
	"strings"

	"challengebot/internal/workday"
)

// StandInFor names who acts in the place of the person with that Entra object id on
// a civil day, in what has that scope: the last of their chain of cover. False means that
// nobody does: the person is at work, or nobody stands in for them.
func (d *Directory) StandInFor(entra string, s Scope, on workday.Date) (Person, bool) {
	chain := d.StandInChain(entra, s, on)
	if len(chain) == 0 {
		return Person{}, false
	}
	return chain[len(chain)-1], true
}

// StandInChain is who stands in for the person with that Entra object id on a civil day, in
// what has that scope, who stands in for that person if they are away too, and so on.
func (d *Directory) StandInChain(entra string, s Scope, on workday.Date) []Person {
	p, ok := d.PersonByEntra(entra)
	if !ok {
		return nil
	}
	return d.standIns(p.ID, s, on)
}

// standIns is the chain of cover without the person at its beginning.
func (d *Directory) standIns(id string, s Scope, on workday.Date) []Person {
	var people []Person
	for _, key := range d.coverChain(id, d.searchLevels(s), on)[1:] {
		people = append(people, d.personByKey(key))
	}
	return people
}

// IsAway reports whether cover holds for the person with that Entra object id on a civil day,
// in what has that scope, be it that whoever should stand in has left.
func (d *Directory) IsAway(entra string, s Scope, on workday.Date) bool {
	p, ok := d.PersonByEntra(entra)
	return ok && d.coverOf(p.ID, d.searchLevels(s), on) != nil
}

// WithUnreachable is the directory with those to whom Teams lets the bot write nothing, by
// their Entra object ids.
func (d *Directory) WithUnreachable(entra []string) *Directory {
	with := *d
	with.unreachable = make(map[string]bool, len(entra))
	for _, id := range entra {
		with.unreachable[strings.ToLower(id)] = true
	}
	return &with
}

// IsReachable reports whether the bot can write to a person: they have an account, and Teams
// has not refused the last that was sent to them.
func (d *Directory) IsReachable(p Person) bool { return p.Entra != "" && !d.unreachable[p.Entra] }

// OverseenUnits are the places for which the person with that Entra object id oversees
// challenges on a civil day, in their own right or as somebody's stand-in.
func (d *Directory) OverseenUnits(entra string, on workday.Date) []DirectoryUnit {
	units := []DirectoryUnit{}
	p, ok := d.PersonByEntra(entra)
	if !ok {
		return units
	}
	for at, roles := range d.roles {
		if slices.ContainsFunc(roles[RoleOversight], func(id string) bool {
			return slices.Contains(d.coverChain(id, []level{at}, on), p.ID)
		}) {
			units = append(units, at.unit())
		}
	}
	slices.Sort(units)
	return units
}

// FindCircle reports whether somebody would come to stand in for themselves on some day if
// cover were set, and names those in the circle, beginning with who would be away.
func (d *Directory) FindCircle(c CoverSetting) []Person {
	away, known := d.PersonByEntra(c.Person)
	by, listed := d.PersonByEntra(c.StandIn)
	if !known || !listed {
		return nil
	}
	days := []workday.Date{c.From}
	for _, other := range d.cover { // the chain changes on these days only
		for _, day := range []workday.Date{other.from, other.to + 1} {
			if c.From < day && day <= c.To && !slices.Contains(days, day) {
				days = append(days, day)
			}
		}
	}
	for _, places := range d.allPlaces() {
		for _, day := range days {
			chain := d.coverChain(by.ID, places, day)
			if i := slices.Index(chain, away.ID); i >= 0 {
				circle := []Person{away}
				for _, id := range chain[:i] {
					circle = append(circle, d.personByKey(id))
				}
				return circle
			}
		}
	}
	return nil
}

// allPlaces are the levels of each team and agency, and of the authority.
func (d *Directory) allPlaces() [][]level {
	all := [][]level{{{authorityLevel, ""}}}
	for _, s := range d.AllScopes() {
		all = append(all, d.searchLevels(s))
	}
	return all
}
