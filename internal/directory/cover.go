package directory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"challengebot/internal/workday"
)

// Cover is somebody standing in for another, From and To both included.
type Cover struct {
	ID       int64  // of one that was set while the bot runs; 0: it stands in the file
	For, By  Person // as the directory knows them; By is nobody when who was named has left
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
	// Reach is what SetBy oversaw when they set it for somebody else: the cover holds for
	// challenges there and for no others. It means nothing where people set their own. nil is
	// cover of a version that did not keep it.
	Reach []DirectoryUnit
}

// coverPeriod is cover with both people by their key in the file.
type coverPeriod struct {
	forID string
	byID  string // "": whoever should stand in has left the directory
	from  workday.Date
	to    workday.Date
	id    int64 // of cover set while the bot runs
	// reach are the places for whose challenges it holds; nil: for all.
	reach map[level]bool
}

// isOn reports whether the cover holds on that day for what belongs to those places.
func (c *coverPeriod) isOn(on workday.Date, places []level) bool {
	if on < c.from || c.to < on {
		return false
	}
	return c.reach == nil || slices.ContainsFunc(places, func(at level) bool { return c.reach[at] })
}

// WithCover is the directory with more cover, in the order in which it was set. Where
// two meet on a day the one set last holds, and both before the file's. Cover of
// somebody whom the directory no longer lists is passed over; where it is the stand-in who
// has left, the other is away all the same and nobody stands in.
func (d *Directory) WithCover(set []CoverSetting) *Directory {
	with := *d
	with.cover = nil
	for _, c := range slices.Backward(set) {
		person, known := d.PersonByEntra(c.Person)
		by, _ := d.PersonByEntra(c.StandIn)
		if known && person.ID != by.ID {
			with.cover = append(with.cover, coverPeriod{forID: person.ID, byID: by.ID, from: c.From, to: c.To, id: c.ID})
		}
	}
	with.cover = append(with.cover, d.cover...)
	for _, c := range set {
		if i := slices.IndexFunc(with.cover, func(p coverPeriod) bool { return p.id == c.ID && c.ID != 0 }); i >= 0 {
			with.cover[i].reach = with.reachOf(c)
		}
	}
	return &with
}

// HasCover reports whether the same cover holds already, for all that it would hold for, on
// each of its days.
func (d *Directory) HasCover(c CoverSetting) bool {
	person, known := d.PersonByEntra(c.Person)
	by, listed := d.PersonByEntra(c.StandIn)
	if !known || !listed {
		return false
	}
	// The one set last is the first that meets these days.
	i := slices.IndexFunc(d.cover, func(p coverPeriod) bool { return p.forID == person.ID && p.from <= c.To && c.From <= p.to })
	if i < 0 {
		return false
	}
	old, reach := d.cover[i], d.reachOf(c)
	if old.byID != by.ID || old.from != c.From || old.to != c.To {
		return false
	}
	if old.reach == nil || reach == nil {
		return old.reach == nil
	}
	for at := range reach {
		if !old.reach[at] {
			return false
		}
	}
	return true
}

// reachOf are the places for whose challenges cover holds; nil: for all.
func (d *Directory) reachOf(c CoverSetting) map[level]bool {
	if c.SetBy == "" || strings.EqualFold(c.SetBy, c.Person) {
		return nil
	}
	units := c.Reach
	if units == nil {
		units = d.OverseenUnits(c.SetBy, workday.DateOf(c.SetAt.UTC()))
	}
	reach := map[level]bool{}
	for _, u := range units {
		if at, known := levelOf(u); known {
			reach[at] = true
		}
	}
	return reach
}

// CurrentCover lists the cover that has not ended before a civil day, the earliest first.
func (d *Directory) CurrentCover(on workday.Date) []Cover {
	var out []Cover
	for _, c := range d.cover {
		if c.to >= on {
			by, _ := d.PersonByID(c.byID)
			out = append(out, Cover{ID: c.id, For: d.personByKey(c.forID), By: by, From: c.from, To: c.to})
		}
	}
	slices.SortStableFunc(out, func(a, b Cover) int { return cmp.Compare(a.From, b.From) })
	return out
}
