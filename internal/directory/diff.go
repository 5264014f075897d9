package directory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Difference is what another reading of the directory would change.
type Difference struct {
	// Joined and Left are people whom one of the two does not have. A person is known by their
	// Entra object id, and somebody without an account by their key.
	Joined, Left []Person
	// Lines says every change in words, each once: people first, then teams, then roles.
	Lines []string
}

// IsEmpty reports whether nothing would change.
func (d Difference) IsEmpty() bool { return len(d.Lines) == 0 }

// Diff compares two directories. Cover that was set while the bot runs is no part of it.
func Diff(before, after *Directory) Difference {
	var found Difference
	say := func(format string, args ...any) { found.Lines = append(found.Lines, fmt.Sprintf(format, args...)) }
	old, now := peopleByIdentity(before), peopleByIdentity(after)
	for _, p := range after.people {
		was, known := old[identityOf(p)]
		switch {
		case !known:
			found.Joined = append(found.Joined, p)
			say("%s joins", p.Name)
		case was.Name != p.Name:
			say("%s is called %s", was.Name, p.Name)
		}
	}
	for _, p := range before.people {
		if _, stays := now[identityOf(p)]; !stays {
			found.Left = append(found.Left, p)
			say("%s leaves", p.Name)
		}
	}
	diffUnits(say, "team", teamsByID(before), teamsByID(after))
	diffUnits(say, "service", servicesByID(before), servicesByID(after))
	diffUnits(say, "agency", agenciesByID(before), agenciesByID(after))
	for _, at := range allLevels(before, after) {
		for _, role := range allRoles(before.roles[at], after.roles[at]) {
			had, has := namesOfHolders(before, at, role), namesOfHolders(after, at, role)
			for _, one := range slices.Sorted(maps.Keys(has)) {
				if _, held := had[one]; !held {
					say("%s becomes %q of %s", has[one], role, describeUnit(at))
				}
			}
			for _, one := range slices.Sorted(maps.Keys(had)) {
				if _, holds := has[one]; !holds {
					say("%s is no longer %q of %s", had[one], role, describeUnit(at))
				}
			}
		}
	}
	return found
}

// identityOf is what a person is known by from one reading to the next.
func identityOf(p Person) string { return cmp.Or(p.Entra, "key "+p.ID) }

func peopleByIdentity(d *Directory) map[string]Person {
	all := map[string]Person{}
	for _, p := range d.people {
		all[identityOf(p)] = p
	}
	return all
}

// unitText is what may change of a team, a service or an agency.
type unitText struct{ name, service, channel string }

func teamsByID(d *Directory) map[string]unitText {
	all := map[string]unitText{}
	for _, t := range d.teams {
		all[t.ID] = unitText{t.Name, t.Service, t.Channel}
	}
	return all
}

func servicesByID(d *Directory) map[string]unitText {
	all := map[string]unitText{}
	for _, s := range d.services {
		all[s.ID] = unitText{name: s.Name, channel: s.Channel}
	}
	return all
}

func agenciesByID(d *Directory) map[string]unitText {
	all := map[string]unitText{}
	for _, a := range d.agencies {
		all[a.ID] = unitText{name: a.Name}
	}
	return all
}

func diffUnits(say func(string, ...any), kind string, before, after map[string]unitText) {
	for _, id := range slices.Sorted(maps.Keys(after)) {
		was, known := before[id]
		now := after[id]
		if !known {
			say("the %s %q is new", kind, id)
			continue
		}
		if was.name != now.name {
			say("the %s %q is called %s", kind, id, now.name)
		}
		if was.service != now.service {
			say("the %s %q moves from the service %q to %q", kind, id, was.service, now.service)
		}
		if was.channel != now.channel {
			say("the %s %q has another channel for notices", kind, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, stays := after[id]; !stays {
			say("the %s %q goes", kind, id)
		}
	}
}

func allLevels(ds ...*Directory) []level {
	set := map[level]bool{}
	for _, d := range ds {
		for at := range d.roles {
			set[at] = true
		}
	}
	return slices.SortedFunc(maps.Keys(set), func(a, b level) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
}

func allRoles(all ...map[Role][]string) []Role {
	set := map[Role]bool{}
	for _, roles := range all {
		for role := range roles {
			set[role] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// namesOfHolders are the names of who holds a role at one level, by what each is known by.
func namesOfHolders(d *Directory, at level, role Role) map[string]string {
	names := map[string]string{}
	for _, id := range d.roles[at][role] {
		p := d.personByKey(id)
		names[identityOf(p)] = p.Name
	}
	return names
}

func describeUnit(at level) string {
	if at.kind == authorityLevel {
		return "the authority"
	}
	return map[levelKind]string{teamLevel: "the team ", serviceLevel: "the service ", agencyLevel: "the agency "}[at.kind] + fmt.Sprintf("%q", at.id)
}
