package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// computeStatutoryDue is when the formal part for a looked-after child should have ended, if
// it begins with this rung; zero otherwise. It is a warning and moves no date: the
// windows are the procedure's, and who oversees challenges must know in time.
func (tr *transition) computeStatutoryDue(r *ladder.Rung, at time.Time) (time.Time, error) {
	l := tr.env.Ladder
	if l.OverallLimit.Statutory == nil || !tr.c.StatutoryDue.IsZero() || !tr.c.Details.IsLookedAfter(tr.env.Ladder) {
		return time.Time{}, nil
	}
	indexOf := func(is func(ladder.Rung) bool) int { return slices.IndexFunc(l.Rungs, is) }
	from := indexOf(func(r ladder.Rung) bool { return r.ID == l.OverallLimit.StatutoryFrom })
	if l.OverallLimit.StatutoryFrom == "" {
		from = indexOf(func(r ladder.Rung) bool { return r.StartsFormalClock() })
	}
	if indexOf(func(o ladder.Rung) bool { return o.ID == r.ID }) < from {
		return time.Time{}, nil
	}
	day0, err := tr.env.Calendar.ReceiptDay(at)
	if err != nil {
		return time.Time{}, err
	}
	d, err := tr.env.Calendar.ComputeDeadline(workday.Terms{Start: day0, Window: *l.OverallLimit.Statutory})
	return d.Due.UTC(), err
}

// OverrunsStatutoryLimit reports whether the time that the law gives for a looked-after child has
// passed, or will have when the answer that is awaited is due.
func (c *Challenge) OverrunsStatutoryLimit(now time.Time) bool {
	return c.State.IsOpen() && !c.StatutoryDue.IsZero() && (now.After(c.StatutoryDue) || c.Due().After(c.StatutoryDue))
}
