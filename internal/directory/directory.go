package directory

import (
	"slices"
	"strings"

	"challengebot/internal/workday"
	"challengebot/internal/yamlfile"
)

// Person is somebody who can be asked, told or recognised.
type Person struct {
	ID    string // the key in the file
	Name  string
	Entra string // the Entra object id, in lower case; "" for somebody without an account
	// Language is a BCP 47 tag; "" is the authority's.
	Language string
}

// Team is a social work team.
type Team struct {
	ID, Name     string
	Service      string       // id of its service, or ""
	Channel      string       // Teams conversation id of its own channel, or ""
	BoundChannel BoundChannel // where that was said while the bot runs
}

// Service is a group of teams under one service manager.
type Service struct {
	ID, Name, Channel string
	BoundChannel      BoundChannel
}

// Agency is a partner agency.
type Agency struct{ ID, Name string }

// Scope is what a challenge is about, as far as it decides who holds a role.
// Service is for what concerns a whole service and not one of its teams.
type Scope struct{ Team, Service, Agency string }

// Holder is a person in a role on a day.
type Holder struct {
	Person   Person
	Role     Role
	CoverFor *Person // the holder in whose stead the person acts, if they do
}

// Directory is one authority's people and roles. It is safe for concurrent use.
type Directory struct {
	authority string
	language  string // a BCP 47 tag
	people    []Person
	byID      map[string]int
	byEntra   map[string]int
	readings  [][]string // of each person's name; see nameReadings

	teams    []Team
	services []Service
	agencies []Agency
	roles    map[level]map[Role][]string // ids of people
	cover    []coverPeriod
	// unreachable are the Entra object ids of those to whom Teams lets the bot write nothing.
	unreachable map[string]bool

	warnings yamlfile.Problems
	file     *yamlfile.File
}

// level is a place at which roles are held.
type level struct {
	kind levelKind
	id   string
}

type levelKind uint8

const (
	authorityLevel levelKind = iota
	agencyLevel
	serviceLevel
	teamLevel
)

// Authority is the authority's name.
func (d *Directory) Authority() string { return d.authority }

// LanguageOf is the language of the person with that Entra object id, or else the
// authority's.
func (d *Directory) LanguageOf(entra string) string {
	if p, ok := d.PersonByEntra(entra); ok && p.Language != "" {
		return p.Language
	}
	return d.language
}

// Warnings are what is odd in the file without making it unusable.
func (d *Directory) Warnings() yamlfile.Problems { return slices.Clone(d.warnings) }

// Seat is a holding of a role: who holds it, and who stands in for them on a day.
type Seat struct {
	Holder Person
	// StandIns are who stands in for the holder, who stands in for that person if they are
	// away too, and so on. Empty: nobody does.
	StandIns []Person
}

// Seats are the holdings of a role on a civil day. The first level that has the role at
// all decides: the team, its service, the agency, the authority. nil means that the role
// is vacant.
func (d *Directory) Seats(role Role, s Scope, on workday.Date) []Seat {
	var seats []Seat
	for _, id := range d.holdersOf(role, s) {
		seats = append(seats, Seat{Holder: d.personByKey(id), StandIns: d.standIns(id, s, on)})
	}
	return seats
}

// ActingHolders names who is to be asked in a role on a civil day: of each seat the
// holder, or, while they are away, the last of their chain of cover. A circle of cover
// ends at its last member. nil means that the role is vacant.
func (d *Directory) ActingHolders(role Role, s Scope, on workday.Date) []Holder {
	var holders []Holder
	for _, seat := range d.Seats(role, s, on) {
		h := Holder{Person: seat.Holder, Role: role}
		if n := len(seat.StandIns); n > 0 {
			h.Person, h.CoverFor = seat.StandIns[n-1], &seat.Holder
		}
		holders = append(holders, h)
	}
	return onePerPerson(holders)
}

// onePerPerson keeps one entry for a person, preferring that in their own right.
func onePerPerson(holders []Holder) []Holder {
	var once []Holder
	for _, h := range holders {
		i := slices.IndexFunc(once, func(o Holder) bool { return o.Person.ID == h.Person.ID })
		switch {
		case i < 0:
			once = append(once, h)
		case h.CoverFor == nil:
			once[i] = h
		}
	}
	return once
}

// MayActIn reports whether the person with that Entra object id may act in the role
// on that day. Cover adds somebody who may act and takes the right from nobody: a
// manager who answers while on leave is still the manager.
func (d *Directory) MayActIn(entra string, role Role, s Scope, on workday.Date) bool {
	p, ok := d.PersonByEntra(entra)
	if !ok {
		return false
	}
	for _, id := range d.holdersOf(role, s) {
		if slices.Contains(d.coverChain(id, d.searchLevels(s), on), p.ID) {
			return true
		}
	}
	return false
}

// MayActAtAnyLevel reports the same of a role that counts at every level that the scope
// belongs to, not only at the nearest that has it: whoever oversees the whole authority
// oversees its teams too.
func (d *Directory) MayActAtAnyLevel(entra string, role Role, s Scope, on workday.Date) bool {
	p, ok := d.PersonByEntra(entra)
	if !ok {
		return false
	}
	return slices.ContainsFunc(d.searchLevels(s), func(at level) bool {
		return slices.ContainsFunc(d.roles[at][role], func(id string) bool {
			return slices.Contains(d.coverChain(id, d.searchLevels(s), on), p.ID)
		})
	})
}

// holdersOf are the ids of who holds a role in their own right.
func (d *Directory) holdersOf(role Role, s Scope) []string {
	for _, at := range d.searchLevels(s) {
		if ids := d.roles[at][role]; len(ids) > 0 {
			return ids
		}
	}
	return nil
}

// searchLevels are the places at which a role is looked for, nearest first.
func (d *Directory) searchLevels(s Scope) []level {
	var levels []level
	if t, ok := d.TeamByID(s.Team); ok {
		levels = append(levels, level{teamLevel, t.ID})
		if t.Service != "" {
			levels = append(levels, level{serviceLevel, t.Service})
		}
	}
	if s.Service != "" {
		levels = append(levels, level{serviceLevel, s.Service})
	}
	if s.Agency != "" {
		levels = append(levels, level{agencyLevel, s.Agency})
	}
	return append(levels, level{authorityLevel, ""})
}

// coverChain is the person and everybody down their chain of cover on that day, as far as
// it holds for what belongs to those places; the last is who acts.
func (d *Directory) coverChain(id string, places []level, on workday.Date) []string {
	chain := []string{id}
	for {
		c := d.coverOf(chain[len(chain)-1], places, on)
		if c == nil || c.byID == "" || slices.Contains(chain, c.byID) {
			return chain
		}
		chain = append(chain, c.byID)
	}
}

// coverOf is the cover that holds for a person on that day; nil when none does.
func (d *Directory) coverOf(id string, places []level, on workday.Date) *coverPeriod {
	for i := range d.cover {
		if c := &d.cover[i]; c.forID == id && c.isOn(on, places) {
			return c
		}
	}
	return nil
}

func (d *Directory) personByKey(id string) Person { return d.people[d.byID[id]] }

// PersonByID finds a person by their key in the file.
func (d *Directory) PersonByID(id string) (Person, bool) { return d.lookUpPerson(d.byID, id) }

// PersonByEntra finds a person by Entra object id, in either case.
func (d *Directory) PersonByEntra(entra string) (Person, bool) {
	return d.lookUpPerson(d.byEntra, strings.ToLower(entra))
}

func (d *Directory) lookUpPerson(index map[string]int, key string) (Person, bool) {
	i, ok := index[key]
	if !ok {
		return Person{}, false
	}
	return d.people[i], true
}

// People are all people, in the order of the file.
func (d *Directory) People() []Person { return slices.Clone(d.people) }

// Teams are all teams, in the order of the file.
func (d *Directory) Teams() []Team { return slices.Clone(d.teams) }

// TeamByID finds a team.
func (d *Directory) TeamByID(id string) (Team, bool) {
	return findFirst(d.teams, func(t Team) bool { return t.ID == id })
}

// Services are all services, in the order of the file.
func (d *Directory) Services() []Service { return slices.Clone(d.services) }

// RolesOf are the roles that the person with that key holds anywhere in their own
// right, in the order of the alphabet.
func (d *Directory) RolesOf(id string) []Role {
	var held []Role
	for _, roles := range d.roles {
		for role, ids := range roles {
			if slices.Contains(ids, id) && !slices.Contains(held, role) {
				held = append(held, role)
			}
		}
	}
	slices.Sort(held)
	return held
}

// RolesIn are the roles that the person with that key holds in their own right where
// something has that scope.
func (d *Directory) RolesIn(id string, s Scope) []Role {
	return slices.DeleteFunc(d.RolesOf(id), func(role Role) bool { return !slices.Contains(d.holdersOf(role, s), id) })
}

// AllScopes are the places that a challenge can be about: each team and each agency.
func (d *Directory) AllScopes() []Scope {
	var all []Scope
	for _, t := range d.teams {
		all = append(all, Scope{Team: t.ID})
	}
	for _, a := range d.agencies {
		all = append(all, Scope{Agency: a.ID})
	}
	return all
}

// Agencies are all partner agencies, in the order of the file.
func (d *Directory) Agencies() []Agency { return slices.Clone(d.agencies) }

// AgencyByID finds an agency.
func (d *Directory) AgencyByID(id string) (Agency, bool) {
	return findFirst(d.agencies, func(a Agency) bool { return a.ID == id })
}

// NoticeChannel is where notices about a team's cases go: its own channel, or else that
// of its service, or "".
func (d *Directory) NoticeChannel(team string) string {
	t, _ := d.TeamByID(team)
	if t.Channel != "" {
		return t.Channel
	}
	s, _ := findFirst(d.services, func(s Service) bool { return s.ID == t.Service })
	return s.Channel
}

func findFirst[T any](all []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}

// TeamNames are the names of all teams, by id.
func (d *Directory) TeamNames() map[string]string {
	names := make(map[string]string, len(d.teams))
	for _, t := range d.teams {
		names[t.ID] = t.Name
	}
	return names
}
