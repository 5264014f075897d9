package directory

import (
	"slices"
	"strings"
)

// Cover is somebody standing in for another, from and to both included, as civil
// days (2006-01-02).
type Cover struct {
	ID       int64  // of one that was set while the bot runs; 0: it stands in the file
	For, By  Person // as the directory knows them
	From, To string
}

// WithCover is the directory with more cover, in the order in which it was set. Where
// two meet on a day the one set last holds, and both before the file's. Cover of
// somebody whom the directory no longer lists is passed over.
func (d *Directory) WithCover(more []Cover) *Directory {
	with := *d
	with.cover = nil
	for _, c := range slices.Backward(more) {
		person, known := d.PersonByEntra(c.For.Entra)
		by, listed := d.PersonByEntra(c.By.Entra)
		if known && listed && person.ID != by.ID {
			with.cover = append(with.cover, coverEntry{For: person.ID, By: by.ID, From: c.From, To: c.To, id: c.ID})
		}
	}
	with.cover = append(with.cover, d.cover...)
	return &with
}

// CurrentCover lists the cover that has not ended before a civil day, the earliest first.
func (d *Directory) CurrentCover(on string) []Cover {
	var out []Cover
	for _, c := range d.cover {
		if c.To >= on {
			out = append(out, Cover{ID: c.id, For: d.personByKey(c.For), By: d.personByKey(c.By), From: c.From, To: c.To})
		}
	}
	slices.SortStableFunc(out, func(a, b Cover) int { return strings.Compare(a.From, b.From) })
	return out
}
