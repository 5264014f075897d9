package ladder

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// compareParts compares two lists of parts. Parts with the same key are the same part; key
// nil means that parts have no ids: then equal ones are matched first and what is
// left over by its place. It tells what was added, removed or put into another order, and leaves
// what is inside a part to changed.
func compareParts[T any](s partComparison, one, many string, old, new []T, key func(T) string, name func(*Ladder, T) string, changed func(o, n T)) {
	byID := key != nil
	if !byID {
		key = encodeJSON[T]
	}
	both, removed, added := pairParts(old, new, key)
	if !byID {
		n := min(len(removed), len(added))
		for k := range n {
			both = append(both, partPair{removed[k], added[k]})
		}
		removed, added = removed[n:], added[n:]
		slices.SortFunc(both, func(a, b partPair) int { return cmp.Compare(a.old, b.old) })
	}
	for _, i := range removed {
		s.addDifference("the %s %s was removed", one, name(s.old, old[i]))
	}
	for _, j := range added {
		s.addDifference("the %s %s was added%s", one, name(s.new, new[j]), placeInList(s.new, new, j, name))
	}
	if !slices.IsSortedFunc(both, func(a, b partPair) int { return cmp.Compare(a.new, b.new) }) {
		order := mapToStrings(new, func(p T) string { return name(s.new, p) })
		s.addDifference("the %s moved; their order is now %s", many, strings.Join(order, ", "))
	}
	for _, p := range both {
		changed(old[p.old], new[p.new])
	}
}

// placeInList says where in a list of several an added part stands.
func placeInList[T any](l *Ladder, all []T, at int, name func(*Ladder, T) string) string {
	switch {
	case len(all) == 1:
		return ""
	case at == 0:
		return ", at the beginning"
	}
	return ", after " + name(l, all[at-1])
}

// partPair is one part in both versions, by its places.
type partPair struct{ old, new int }

// pairParts finds the parts of one list in the other; a key that stands twice is
// matched in order.
func pairParts[T any](old, new []T, key func(T) string) (both []partPair, removed, added []int) {
	places := map[string][]int{}
	for j, p := range new {
		places[key(p)] = append(places[key(p)], j)
	}
	found := map[int]bool{}
	for i, p := range old {
		k := key(p)
		if len(places[k]) == 0 {
			removed = append(removed, i)
			continue
		}
		j := places[k][0]
		places[k] = places[k][1:]
		found[j] = true
		both = append(both, partPair{i, j})
	}
	for j := range new {
		if !found[j] {
			added = append(added, j)
		}
	}
	return both, removed, added
}

func encodeJSON[T any](part T) string {
	text, err := json.Marshal(part)
	if err != nil {
		panic(err) // as Digest: text, numbers and windows always marshal
	}
	return string(text)
}

// unionOfKeys are the keys of both maps, sorted.
func unionOfKeys[K cmp.Ordered, V any](a, b map[K]V) []K {
	all := map[K]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// compareOptional tells a part that may be absent: added, removed, or what changed in it.
func compareOptional[T any](s partComparison, noun string, old, new *T, text func(*Ladder, *T) string, changed func(o, n *T)) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		s.addDifference("%s was added: %s", noun, text(s.new, new))
	case new == nil:
		s.addDifference("%s was removed: %s", noun, text(s.old, old))
	default:
		changed(old, new)
	}
}

// compareTests says in one line which worked examples differ. They change no procedure.
func (d *comparison) compareTests(s partComparison) {
	byName := func(tests []Test) map[string]Test {
		found := map[string]Test{}
		for _, t := range tests {
			found[t.Name] = t
		}
		return found
	}
	old, new := byName(d.old.Tests), byName(d.new.Tests)
	var changes []string
	for _, name := range unionOfKeys(old, new) {
		was, before := old[name]
		is, now := new[name]
		switch {
		case !before:
			changes = append(changes, inQuotes(name)+" was added")
		case !now:
			changes = append(changes, inQuotes(name)+" was removed")
		case !reflect.DeepEqual(was, is):
			changes = append(changes, inQuotes(name)+" was changed")
		}
	}
	if len(changes) > 0 {
		s.addDifference("of the tests, %s", strings.Join(changes, "; "))
	}
}
