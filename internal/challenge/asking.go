package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
)

// Silence counts only against somebody who was asked, and nobody is asked before Teams takes
// the card. A window in which nobody was asked has no end; an escalator who was not asked
// lets nothing go on. Both count from when Teams takes the card. Whoever made Teams refuse
// it for good, by removing the app, gains no time by that.

// CouldNotBeAsked is the event that Teams has taken the card for nobody who could act on it, so
// that no time runs against anybody.
type CouldNotBeAsked struct {
	Waiting []string `json:"waiting"` // ids of those for whom the card waits
	// Due is when the time would have ended.
	Due       time.Time `json:"due"`
	DuePassed bool      `json:"due_passed,omitempty"`
	// CheckAt is when the clock looks again.
	CheckAt time.Time `json:"ask_check"`
}

// KindCouldNotBeAsked is stored.
const KindCouldNotBeAsked EventKind = "could_not_be_asked"

// Kind of the event.
func (CouldNotBeAsked) Kind() EventKind { return KindCouldNotBeAsked }

func (b CouldNotBeAsked) apply(c *Challenge, e Event) {
	c.NextAt = b.CheckAt
	if h := c.Hold; h != nil {
		h.OpensAt = time.Time{}
		if h.NotAskedSince.IsZero() {
			h.NotAskedSince = e.At
		}
		return
	}
	o := c.openingToChange()
	if o.CheckAt = b.CheckAt; o.NotAskedSince.IsZero() {
		o.NotAskedSince = e.At
	}
}

// WasAsked reports whether Teams took the question for somebody who may answer it now.
func (o *Opening) WasAsked() bool {
	if len(o.AskedIDs) == 0 {
		return o.CardReceived
	}
	return slices.ContainsFunc(o.Responders, func(id string) bool { return slices.Contains(o.AskedIDs, id) })
}

// wasEverAsked reports the same of those who passed the question on as well: whoever stands
// in for them has the time that is left.
func (o *Opening) wasEverAsked() bool {
	return o.WasAsked() || slices.ContainsFunc(o.Handovers, func(h CoverHandover) bool { return slices.Contains(o.AskedIDs, h.From.ID) })
}

// TookQuestion reports whether Teams took the question for that person.
func (o *Opening) TookQuestion(id string) bool {
	return slices.Contains(o.AskedIDs, id) || len(o.AskedIDs) == 0 && o.CardReceived
}

// AwaitsAsking reports whether nobody who may answer was asked and somebody still can be:
// Teams has not refused the question for all of them.
func (o *Opening) AwaitsAsking() bool { return !o.WasAsked() && len(o.Unasked()) > 0 }

// Unasked are those who may answer and for whom the question waits.
func (o *Opening) Unasked() []string {
	return without(o.Responders, o.AskedIDs, o.RejectedFor)
}

// AwaitsAsking reports whether a gate that opens by itself would do so though no escalator
// was asked, and one still can be.
func (h *Hold) AwaitsAsking() bool {
	asked := slices.ContainsFunc(h.openers(), func(id string) bool { return slices.Contains(h.AskedIDs, id) })
	return !asked && len(h.unasked()) > 0
}

// unasked are those who can open a gate and for whom its card waits.
func (h *Hold) unasked() []string { return without(h.openers(), h.AskedIDs, h.RejectedFor) }

// openers are those who can open one of the gates that hold.
func (h *Hold) openers() []string {
	var ids []string
	for _, g := range h.Gates {
		if g.IsCleared() {
			continue
		}
		for _, p := range g.Openers {
			if !slices.Contains(ids, p.ID) {
				ids = append(ids, p.ID)
			}
		}
	}
	return ids
}

// without are those of all that stand in none of the lists.
func without(all []string, lists ...[]string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool {
		return slices.ContainsFunc(lists, func(list []string) bool { return slices.Contains(list, id) })
	})
}

// withID is a list with an id in it.
func withID(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(slices.Clone(ids), id)
}

// applyAsked takes note that Teams took the card that asks somebody for something.
func (c *Challenge) applyAsked(e Event, card Card, id string) {
	switch o := c.Opening(e.Opening); {
	case card == CardRespond && o != nil:
		o.AskedIDs = withID(o.AskedIDs, id)
		c.forgetCheckIfSettled(o)
	case card == CardGate && c.Hold != nil:
		c.Hold.AskedIDs = withID(c.Hold.AskedIDs, id)
	}
}

// forgetCheckIfSettled: the clock need not look whether anybody could be asked once somebody
// was, or nobody can be. A window of which it was said that nobody could be asked runs from
// when it is counted again.
func (c *Challenge) forgetCheckIfSettled(o *Opening) {
	if o.AwaitsAsking() || o.CheckAt.IsZero() || o.standsStill() {
		return
	}
	o.CheckAt = time.Time{}
	if c.State == StateAwaitingResponse && o.Number == len(c.Openings) {
		c.NextAt = o.nextAt()
	}
}

// holdForAsking says that nobody could be asked: to the chair when half a working hour has
// passed, once more when the time would have ended, then to those who oversee challenges as
// well, and from then on to the chair now and then. It stands in each digest.
func (tr *transition) holdForAsking(o *Opening, isOver bool) error {
	body := CouldNotBeAsked{Waiting: o.Unasked(), Due: o.Deadline.Due, DuePassed: isOver, CheckAt: o.Deadline.Due}
	isNews := isOver && (o.NotAskedSince.IsZero() || !o.CheckAt.After(o.Deadline.Due))
	if isOver {
		body.CheckAt = tr.nudgeTime(exhaustedNudgeDays)
	}
	tr.emit(body, o.Rung, o.Number)
	if isOver || !tr.c.isUntakenForAll(o) { // otherwise each of the cards has been told of
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	if isNews {
		tr.postToRole(directory.RoleOversight, CardOversight)
	}
	return nil
}

// countFromNow lets a window run again of which it was said that nobody could be asked.
func (tr *transition) countFromNow(o *Opening) error {
	if o.WasAsked() {
		return tr.redate(RedatedAskedLate)
	}
	return tr.redate(RedatedRefusedLate)
}

// isUntakenForAll reports whether it has been told of each who waits for the question of an
// opening that Teams did not take it.
func (c *Challenge) isUntakenForAll(o *Opening) bool {
	return !slices.ContainsFunc(o.Unasked(), func(id string) bool {
		return !slices.ContainsFunc(c.Untaken, func(u UntakenCard) bool { return u.Card == CardRespond && u.Opening == o.Number && u.To.Person == id })
	})
}

// holdEscalator keeps a gate shut whose time has ended though no escalator was asked.
func (tr *transition) holdEscalator() error {
	h := tr.c.Hold
	tr.emit(CouldNotBeAsked{Waiting: h.unasked(), Due: h.OpensAt, DuePassed: true, CheckAt: tr.nudgeTime(tr.gateNudgeDays(h.Rung, h.Gates))}, h.Rung, len(tr.c.Openings))
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	tr.postToRole(directory.RoleOversight, CardOversight)
	return nil
}

// recountEscalator lets an escalator's time run from when Teams took, or refused for good,
// the card that asks for it.
func (tr *transition) recountEscalator() error {
	h := *tr.c.Hold
	rung, _ := tr.env.Ladder.RungByID(h.Rung)
	opens, err := tr.escalatorEnd(rung, h.Gates, tr.env.Now)
	if err != nil {
		return calendarError(err)
	}
	tr.emit(Held{Cause: h.Cause, Gates: h.Gates, OpensAt: opens, NudgeAt: tr.nudgeTime(tr.gateNudgeDays(h.Rung, h.Gates)), CountsFrom: tr.env.Now}, h.Rung, len(tr.c.Openings))
	return nil
}
