package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// statutoryDue is when the formal part for a looked-after child should have ended, if
// it begins with this rung; zero otherwise. It is a warning and moves no date: the
// windows are the procedure's, and who oversees challenges must know in time.
func (s *step) statutoryDue(r *ladder.Rung, at time.Time) (time.Time, error) {
	l := s.env.Ladder
	if l.Case.Statutory == nil || !s.c.StatutoryDue.IsZero() || !s.c.Details.InCare() {
		return time.Time{}, nil
	}
	place := func(is func(ladder.Rung) bool) int { return slices.IndexFunc(l.Rungs, is) }
	from := place(func(r ladder.Rung) bool { return r.ID == l.Case.StatutoryFrom })
	if l.Case.StatutoryFrom == "" {
		from = place(func(r ladder.Rung) bool { return r.StartsFormalClock() })
	}
	if place(func(o ladder.Rung) bool { return o.ID == r.ID }) < from {
		return time.Time{}, nil
	}
	day0, err := s.env.Calendar.Receipt(at)
	if err != nil {
		return time.Time{}, err
	}
	d, err := s.env.Calendar.Deadline(workday.Terms{Start: day0, Window: *l.Case.Statutory})
	return d.Due.UTC(), err
}

// Overruns reports whether the time that the law gives for a looked-after child has
// passed, or will have when the answer that is awaited is due.
func (c *Challenge) Overruns(now time.Time) bool {
	return c.State.Open() && !c.StatutoryDue.IsZero() && (now.After(c.StatutoryDue) || c.Due().After(c.StatutoryDue))
}
