package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// Conflict is somebody who holds two places that one challenge needs two people for. The bot
// keeps them apart when it comes to it, by passing one of the places by; before that an
// administrator can give one of them to somebody else.
type Conflict struct {
	// What says who holds which two places, where, and what comes of it.
	What string
	// Hint says what to do.
	Hint string
}

// conflictKey is what belongs on one line: one person, two places, whatever teams and ladders.
type conflictKey struct{ person, places, outcome, hint string }

// conflictList collects conflicts, each once with all the teams and ladders that it is met in.
type conflictList struct {
	keys                  []conflictKey
	rungs, units, ladders map[conflictKey][]string
}

// add notes one, met on these rungs of a ladder in a team or an agency.
func (c *conflictList) add(k conflictKey, unit, ladder string, rungs ...string) {
	if c.units[k] == nil {
		c.keys = append(c.keys, k)
	}
	c.units[k] = addOnce(c.units[k], unit)
	c.ladders[k] = addOnce(c.ladders[k], ladder)
	c.rungs[k] = addOnce(c.rungs[k], rungs...)
}

func addOnce(all []string, more ...string) []string {
	for _, one := range more {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// FindConflicts lists the people of a directory who hold two places of one of these ladders that
// exclude each other: two rungs, a rung and the raising of challenges, a rung and oversight; and
// stand-ins, from a civil day on, who could not act for whom they stand in. Whatever is met in
// several teams and ladders is said once.
func FindConflicts(d *directory.Directory, ladders []*Ladder, on workday.Date) []Conflict {
	found := &conflictList{rungs: map[conflictKey][]string{}, units: map[conflictKey][]string{}, ladders: map[conflictKey][]string{}}
	for _, l := range ladders {
		for _, s := range d.AllScopes() {
			if (s.Agency != "") != (l.Party == PartyPartner) {
				continue
			}
			findConflictsIn(found, d, l, s, on)
		}
	}
	var all []Conflict
	for _, k := range found.keys {
		all = append(all, Conflict{
			What: fmt.Sprintf("%s %s (%s; in %s; ladder %s): %s", k.person, k.places, listSome(found.rungs[k]), listSome(found.units[k]), listSome(found.ladders[k]), k.outcome),
			Hint: k.hint,
		})
	}
	return all
}

// rungHolding is somebody who may answer a rung, and by which role.
type rungHolding struct {
	person directory.Person
	role   directory.Role
	rung   *Rung
}

func findConflictsIn(found *conflictList, d *directory.Directory, l *Ladder, s directory.Scope, on workday.Date) {
	unit := cmp.Or(s.Team, s.Agency)
	holdings := l.rungHoldings(d, s, on)
	raisers := map[string]directory.Role{}
	for _, role := range l.RaiserRoles() {
		for _, seat := range d.Seats(role, s, on) {
			raisers[seat.Holder.ID] = role
		}
	}
	for i, h := range holdings {
		for _, before := range holdings[:i] {
			if before.person.ID == h.person.ID && before.rung != h.rung && before.role != h.role && !h.rung.Respondents.MayRepeat {
				found.add(conflictKey{h.person.Name, fmt.Sprintf("answers one rung as %q and a later one as %q", before.role, h.role),
					"nobody answers twice in one challenge, so the later one is passed by", "Let somebody else hold one of the two roles"},
					unit, l.ID, before.rung.Label, h.rung.Label)
			}
		}
		if role, raises := raisers[h.person.ID]; raises {
			found.add(conflictKey{h.person.Name, fmt.Sprintf("answers as %q and raises challenges as %q", h.role, role),
				"they are not asked about a challenge that they raise", "Let somebody else hold one of the two roles"}, unit, l.ID, h.rung.Label)
		}
		if d.MayActAtAnyLevel(h.person.Entra, directory.RoleOversight, s, on) {
			found.add(conflictKey{h.person.Name, fmt.Sprintf("answers as %q and oversees challenges as %q", h.role, directory.RoleOversight),
				"they decide nothing about a challenge that they were asked in", "Let somebody else oversee, too"}, unit, l.ID, h.rung.Label)
		}
		for _, c := range d.CurrentCover(on) {
			if c.For.ID != h.person.ID || c.By.ID == "" {
				continue
			}
			key := conflictKey{person: c.By.Name, hint: "Name another stand-in"}
			if role, raises := raisers[c.By.ID]; raises {
				key.places = fmt.Sprintf("stands in for %s, who answers as %q, and raises challenges as %q", c.For.Name, h.role, role)
				key.outcome = "they are not asked about a challenge that they raise"
				found.add(key, unit, l.ID, h.rung.Label)
			}
			for _, other := range holdings {
				if other.person.ID == c.By.ID && other.rung != h.rung {
					key.places = fmt.Sprintf("stands in for %s, who answers as %q, and answers as %q", c.For.Name, h.role, other.role)
					key.outcome = "one person would be asked twice in one challenge"
					found.add(key, unit, l.ID, h.rung.Label, other.rung.Label)
				}
			}
		}
	}
}

// rungHoldings are those who may answer each rung where something has that scope, in the order of
// the rungs.
func (l *Ladder) rungHoldings(d *directory.Directory, s directory.Scope, on workday.Date) []rungHolding {
	var all []rungHolding
	for i := range l.Rungs {
		r := &l.Rungs[i]
		answering := r.Respondents.ResponderFor(s.Agency)
		for _, role := range r.Respondents.RolesFor(s.Agency) {
			if answering != "" && role != answering {
				continue // they are sent the card and do not answer
			}
			for _, seat := range d.Seats(role, s, on) {
				all = append(all, rungHolding{seat.Holder, role, r})
			}
		}
	}
	return all
}

// maxListed is how many names a line has before the rest is counted.
const maxListed = 3

// listSome is the first of the names, with how many there are beyond.
func listSome(names []string) string {
	shown := names
	if len(names) > maxListed {
		shown = names[:maxListed]
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
