package challenge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Apply applies one event. It decides nothing: whatever a transition worked out is
// in the event.
func (c Challenge) Apply(e Event) Challenge {
	c = c.clone()
	c.Seq, c.Head = e.Seq, e.Hash
	if bumpsVersion(e.Body) {
		c.Version++
	}
	opening := c.CurrentOpening()
	if opening == nil {
		opening = new(Opening) // only a forged trail has such an event before the first visit
	}
	switch b := e.Body.(type) {
	case Raised:
		c.Ref, c.Details, c.Chair, c.RaisedAt = b.Ref, b.Details, e.By, e.At
		c.Ladder, c.LadderVersion, c.LadderHash = b.Ladder, b.LadderVersion, b.LadderHash
		c.Calendar, c.LimitStart, c.LimitDue = b.Calendar, b.LimitStart, b.LimitDue
		c.ShorterWindow = b.ShorterWindow
	case RungOpened:
		c.applyRungOpened(e, b)
	case RoleVacant:
		c.Rung, c.Hold = e.Rung, nil
	case Redated:
		opening.Deadline, opening.Reminders, opening.LimitPassed, opening.ShorterWindow = b.Deadline, b.Reminders, b.LimitPassed, b.ShorterWindow
		c.NextAt = opening.nextAt()
	case Delivered:
		if opening := c.Opening(e.Opening); opening != nil && b.Card == CardRespond {
			opening.CardReceived = true
		}
		c.markReachable(b.To)
	case Reminded:
		opening.Reminders = slices.DeleteFunc(slices.Clone(opening.Reminders), func(t time.Time) bool { return !t.After(e.At) })
		c.NextAt = opening.nextAt()
	case Responded:
		opening.Outcome, opening.AnsweredBy, opening.AnsweredAt, opening.Reminders = OutcomeAnswered, e.By, e.At, nil
		opening.Fingerprints = append(slices.Clone(opening.Fingerprints), fingerprint(e.By, b.Response))
		c.State, c.NextAt = StateAwaitingJudgement, b.NudgeAt
	case Judged:
		// A matter found settled while the challenge waits judges no response.
		if opening.Outcome == OutcomeAnswered {
			opening.Outcome, opening.Verdict = OutcomeJudged, b.Verdict
		}
		c.ShorterWindow = b.ShorterWindow
	case Lapsed:
		opening.Outcome, opening.Reminders = OutcomeLapsed, nil
	case SkippedTo:
		c.leaveOpening()
	case Held:
		c.State, c.Rung, c.NextAt = StateHeldAtGate, e.Rung, b.NudgeAt
		since := e.At
		if c.Hold != nil && c.Hold.Rung == e.Rung {
			since = c.Hold.Since
		}
		c.Hold = &Hold{Rung: e.Rung, Since: since, Cause: b.Cause, Gates: b.Gates, OpensAt: b.OpensAt}
		c.NextAt = c.Hold.nextAt(b.NudgeAt)
	case GateRecorded:
		c.applyGateRecorded(b)
	case Nudged:
		c.NextAt = c.Hold.nextAt(b.NudgeAt)
	case Resolved:
		c.closeAs(StateResolved, e.At)
	case Exhausted:
		c.State, c.Hold, c.NextAt = StateExhausted, nil, b.NudgeAt
	case Withdrawn:
		c.leaveOpening()
		c.closeAs(StateWithdrawn, e.At)
	case HandedOff:
		c.Rung = e.Rung
		c.leaveOpening()
		c.closeAs(StateHandedOff, e.At)
	case Referred:
		c.ReferralCount++
	case LateResponse:
		if late := c.Opening(b.Opening); late != nil {
			late.Fingerprints = append(slices.Clone(late.Fingerprints), fingerprint(e.By, b.Response))
		}
	case HandedOver:
		opening.applyHandover(b.CoverHandover)
	case Undelivered:
		c.markReachable(b.To)
		c.UnreachableAddresses = append(slices.Clone(c.UnreachableAddresses), b.To)
		if opening := c.Opening(e.Opening); opening != nil && b.Card == CardRespond && !slices.Contains(opening.RejectedFor, b.To.Person) {
			opening.RejectedFor = append(slices.Clone(opening.RejectedFor), b.To.Person)
		}
	case AskedOutside, MessageChanged:
	}
	return c
}

// markReachable takes an address off those that cannot be reached.
func (c *Challenge) markReachable(a Address) {
	if slices.Contains(c.UnreachableAddresses, a) {
		c.UnreachableAddresses = slices.DeleteFunc(slices.Clone(c.UnreachableAddresses), func(u Address) bool { return u == a })
	}
}

// bumpsVersion reports whether the event changes what somebody's card shows.
func bumpsVersion(b Body) bool {
	switch b.(type) {
	case Delivered, Nudged, Reminded, MessageChanged:
		return false
	}
	return true
}

func (c *Challenge) applyRungOpened(e Event, b RungOpened) {
	c.State, c.Rung, c.Hold, c.ShorterWindow = StateAwaitingResponse, e.Rung, nil, nil
	if b.LimitStart != 0 {
		c.LimitStart, c.LimitDue = b.LimitStart, b.LimitDue
	}
	if !b.StatutoryDue.IsZero() {
		c.StatutoryDue = b.StatutoryDue
	}
	c.GatesAhead = slices.DeleteFunc(c.GatesAhead, func(g GateState) bool { return g.Rung == e.Rung })
	c.Openings = append(c.Openings, Opening{
		Number: e.Opening, Rung: e.Rung, OpenedAt: e.At, Respondents: b.Respondents, Responders: b.Responders,
		Judge: b.Judge, Alerted: b.Alerted, MeetingParties: b.MeetingParties, Deadline: b.Deadline, LimitPassed: b.LimitPassed,
		ShorterWindow: b.ShorterWindow, Reminders: b.Reminders, Outcome: OutcomeOpen,
	})
	c.NextAt = c.CurrentOpening().nextAt()
}

func (c *Challenge) applyGateRecorded(b GateRecorded) {
	if b.Threshold != "" {
		c.ThresholdViews = slices.DeleteFunc(c.ThresholdViews, func(t ThresholdView) bool { return t.Role == b.Threshold })
		c.ThresholdViews = append(c.ThresholdViews, ThresholdView{b.Threshold, b.Status})
	}
	set := func(gs []GateState) bool {
		i := slices.IndexFunc(gs, func(g GateState) bool { return g.Rung == b.Rung && g.Gate == b.Gate })
		if i >= 0 {
			gs[i].Status = b.Status
		}
		return i >= 0
	}
	if c.Hold != nil && set(c.Hold.Gates) {
		return
	}
	if !set(c.GatesAhead) {
		c.GatesAhead = append(c.GatesAhead, GateState{Rung: b.Rung, Gate: b.Gate, Needs: b.Needs, Status: b.Status})
	}
}

// leaveOpening ends the current visit, if it waits, without an answer or a judgement.
func (c *Challenge) leaveOpening() {
	if opening := c.CurrentOpening(); opening != nil && opening.Outcome == OutcomeOpen {
		opening.Outcome, opening.Reminders = OutcomeLeft, nil
	}
	c.Hold = nil
}

func (c *Challenge) closeAs(s State, at time.Time) {
	c.State, c.Hold, c.NextAt, c.ClosedAt = s, nil, time.Time{}, at
}

// nextAt is when the clock looks at a held challenge again: at the nudge, or when an
// escalator's time ends if that is sooner.
func (h *Hold) nextAt(nudge time.Time) time.Time {
	if h != nil && !h.OpensAt.IsZero() && h.OpensAt.Before(nudge) {
		return h.OpensAt
	}
	return nudge
}

// fingerprint tells one reply from another without repeating it.
func fingerprint(by Person, r Response) string {
	r.OnBehalfOf = ""
	data, _ := json.Marshal(r) // plain strings and dates: it cannot fail
	sum := sha256.Sum256(append([]byte(by.ID+"\n"), data...))
	return hex.EncodeToString(sum[:8])
}

// nextAt is the visit's next reminder, or its end.
func (o *Opening) nextAt() time.Time {
	if len(o.Reminders) > 0 {
		return o.Reminders[0]
	}
	return o.Deadline.Due
}

// Replay folds a whole trail and checks every link of its chain. The error names
// the first event that is broken.
func Replay(id uuid.UUID, events []Event) (Challenge, error) {
	c := Challenge{ID: id}
	for i, e := range events {
		if e.Seq != i+1 {
			return c, &BrokenChainError{Seq: i + 1, Reason: fmt.Sprintf("event %d is missing; event %d stands in its place", i+1, e.Seq)}
		}
		if e.Prev != c.Head {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "it does not follow the event before it"}
		}
		if e.Body == nil || e.ChainHash(id) != e.Hash {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "its content does not match its hash"}
		}
		// The hash covers the data as it was written, so the data are what counts.
		body, err := DecodeBody(e.Body.Kind(), e.Data)
		if err != nil {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "its data cannot be read"}
		}
		e.Body = body
		if _, ok := e.Body.(Raised); ok != (i == 0) {
			return c, &BrokenChainError{Seq: e.Seq, Reason: "a trail begins with one raised event and has no other"}
		}
		c = c.Apply(e)
	}
	if len(events) == 0 {
		return c, &BrokenChainError{Seq: 1, Reason: "the trail is empty"}
	}
	return c, nil
}

// BrokenChainError is the first event of a trail that does not hold.
type BrokenChainError struct {
	Seq    int
	Reason string
}

func (b *BrokenChainError) Error() string { return fmt.Sprintf("event %d: %s", b.Seq, b.Reason) }
