package directory

import (
	"cmp"
	"slices"
	"time"

	"challengebot/internal/workday"
)

// Cover is somebody standing in for another, From and To both included.
type Cover struct {
	ID       int64  // of one that was set while the bot runs; 0: it stands in the file
	For, By  Person // as the directory knows them
	From, To workday.Date
}

// CoverSetting is cover that was set while the bot runs, as it is kept; From and To are included.
type CoverSetting struct {
	ID       int64
	Person   string // Entra object id of who is away
	StandIn  string // Entra object id
	From, To workday.Date
	SetBy    string
	SetAt    time.Time
}

// coverPeriod is cover with both people by their key in the file.
type coverPeriod struct {
	forID, byID string
	from, to    workday.Date
	id          int64 // of cover set while the bot runs
}

// WithCover is the directory with more cover, in the order in which it was set. Where
// two meet on a day the one set last holds, and both before the file's. Cover of
// somebody whom the directory no longer lists is passed over.
func (d *Directory) WithCover(set []CoverSetting) *Directory {
	with := *d
	with.cover = nil
	for _, c := range slices.Backward(set) {
		person, known := d.PersonByEntra(c.Person)
		by, listed := d.PersonByEntra(c.StandIn)
		if known && listed && person.ID != by.ID {
			with.cover = append(with.cover, coverPeriod{forID: person.ID, byID: by.ID, from: c.From, to: c.To, id: c.ID})
		}
	}
	with.cover = append(with.cover, d.cover...)
	return &with
}

// CurrentCover lists the cover that has not ended before a civil day, the earliest first.
func (d *Directory) CurrentCover(on workday.Date) []Cover {
	var out []Cover
	for _, c := range d.cover {
		if c.to >= on {
			out = append(out, Cover{ID: c.id, For: d.personByKey(c.forID), By: d.personByKey(c.byID), From: c.from, To: c.to})
		}
	}
	slices.SortStableFunc(out, func(a, b Cover) int { return cmp.Compare(a.From, b.From) })
	return out
}
