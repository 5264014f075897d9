package report

// SmallestShown is the least number, beside 0, that a figure shows.
const SmallestShown = 5

// Count is one number of a table. A hidden one has none.
type Count struct {
	N      int
	Hidden bool
}

// Suppress hides the small numbers of one table, and as many others as are needed so that none of
// them can be recomputed from the total. ok is false when no choice of rows does that: then the
// whole table must not be shown.
func Suppress(counts []int) (shown []Count, ok bool) {
	shown = make([]Count, len(counts))
	hidden, sum := 0, 0
	hide := func(i int) {
		shown[i] = Count{Hidden: true}
		hidden, sum = hidden+1, sum+counts[i]
	}
	for i, n := range counts {
		shown[i].N = n
		if n > 0 && n < SmallestShown {
			hide(i)
		}
	}
	// One hidden number is the total without the others; several are known when their sum is the
	// least or the most that so many small numbers can make.
	for hidden > 0 && (hidden == 1 || sum == hidden || sum == hidden*(SmallestShown-1)) {
		next := -1
		for i, n := range counts {
			if !shown[i].Hidden && n > 0 && (next < 0 || n < counts[next]) {
				next = i
			}
		}
		if next < 0 {
			return nil, false
		}
		// All that are as small: if one of them stayed, it would tell that the other is no smaller.
		for i, least := 0, counts[next]; i < len(counts); i++ {
			if !shown[i].Hidden && counts[i] == least {
				hide(i)
			}
		}
	}
	return shown, true
}

// Quantile is the value that a share of the sorted numbers does not exceed, by the nearest rank;
// false for fewer numbers than may be shown.
func Quantile(sorted []int, share float64) (int, bool) {
	if len(sorted) < SmallestShown {
		return 0, false
	}
	rank := int(share*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1], true
}
