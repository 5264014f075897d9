package ladder

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// parts compares two lists of parts. Parts with the same key are the same part; key
// nil means that parts have no ids: then equal ones are matched first and what is
// left over by its place. It tells what was added, removed or put into another order, and leaves
// what is inside a part to changed.
func parts[T any](s scope, one, many string, old, new []T, key func(T) string, name func(*Ladder, T) string, changed func(o, n T)) {
	byID := key != nil
	if !byID {
		key = asJSON[T]
	}
	both, gone, come := paired(old, new, key)
	if !byID {
		n := min(len(gone), len(come))
		for k := range n {
			both = append(both, pair{gone[k], come[k]})
		}
		gone, come = gone[n:], come[n:]
		slices.SortFunc(both, func(a, b pair) int { return cmp.Compare(a.old, b.old) })
	}
	for _, i := range gone {
		s.add("the %s %s was removed", one, name(s.old, old[i]))
	}
	for _, j := range come {
		s.add("the %s %s was added%s", one, name(s.new, new[j]), placeOf(s.new, new, j, name))
	}
	if !slices.IsSortedFunc(both, func(a, b pair) int { return cmp.Compare(a.new, b.new) }) {
		order := each(new, func(p T) string { return name(s.new, p) })
		s.add("the %s moved; their order is now %s", many, strings.Join(order, ", "))
	}
	for _, p := range both {
		changed(old[p.old], new[p.new])
	}
}

// placeOf says where in a list of several an added part stands.
func placeOf[T any](l *Ladder, all []T, at int, name func(*Ladder, T) string) string {
	switch {
	case len(all) == 1:
		return ""
	case at == 0:
		return ", at the beginning"
	}
	return ", after " + name(l, all[at-1])
}

// pair is one part in both versions, by its places.
type pair struct{ old, new int }

// paired finds the parts of one list in the other; a key that stands twice is
// matched in order.
func paired[T any](old, new []T, key func(T) string) (both []pair, gone, come []int) {
	places := map[string][]int{}
	for j, p := range new {
		places[key(p)] = append(places[key(p)], j)
	}
	found := map[int]bool{}
	for i, p := range old {
		k := key(p)
		if len(places[k]) == 0 {
			gone = append(gone, i)
			continue
		}
		j := places[k][0]
		places[k] = places[k][1:]
		found[j] = true
		both = append(both, pair{i, j})
	}
	for j := range new {
		if !found[j] {
			come = append(come, j)
		}
	}
	return both, gone, come
}

func asJSON[T any](part T) string {
	text, err := json.Marshal(part)
	if err != nil {
		panic(err) // as Digest: text, numbers and windows always marshal
	}
	return string(text)
}

// keysOf are the keys of both maps, sorted.
func keysOf[K cmp.Ordered, V any](a, b map[K]V) []K {
	all := map[K]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// optional tells a part that may be absent: added, removed, or what changed in it.
func optional[T any](s scope, noun string, old, new *T, text func(*Ladder, *T) string, changed func(o, n *T)) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		s.add("%s was added: %s", noun, text(s.new, new))
	case new == nil:
		s.add("%s was removed: %s", noun, text(s.old, old))
	default:
		changed(old, new)
	}
}
