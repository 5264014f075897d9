package challenge

import (
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// findMoments are what the time of a rung can count from that is asked at an instant.
func (tr *transition) findMoments(r *ladder.Rung, at time.Time, limitStart workday.Date) (m ladder.Moments, err error) {
	m.LimitStart, m.Conference = limitStart, tr.c.Details.ConferenceDate
	if m.Receipt, err = momentOf(tr.env, at); err != nil {
		return m, err
	}
	m.RungBelow, m.Shared = m.Receipt, m.Receipt
	raised := tr.c.RaisedAt
	if raised.IsZero() {
		raised = tr.env.Now
	}
	if m.Raise, err = momentOf(tr.env, raised); err != nil {
		return m, err
	}
	if h := tr.c.Hold; h != nil && h.Rung == r.ID {
		if m.RungBelow, err = momentOf(tr.env, h.Since); err != nil {
			return m, err
		}
	}
	// A window that is counted again keeps the moment it counted from.
	if o := tr.c.CurrentOpening(); o != nil && o.Rung == r.ID && o.Outcome == OutcomeOpen && o.Deadline.Limit != nil && o.Deadline.Limit.Origin == workday.OriginRungBelow {
		m.RungBelow = ladder.Moment{At: o.Deadline.Limit.At, Day: o.Deadline.Limit.Start}
	}
	if shared := tr.env.Ladder.SharedWindowOf(r.ID); shared != nil {
		if i := slices.IndexFunc(tr.c.Openings, func(o Opening) bool { return slices.Contains(shared.Rungs, o.Rung) }); i >= 0 {
			m.Shared, err = momentOf(tr.env, tr.c.Openings[i].Deadline.Received)
		}
	}
	return m, err
}
