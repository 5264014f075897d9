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

// Fold applies one event. It decides nothing: whatever a transition worked out is
// in the event.
func (c Challenge) Fold(e Event) Challenge {
	c = c.clone()
	c.Seq, c.Head = e.Seq, e.Hash
	if visible(e.Body) {
		c.Version++
	}
	v := c.Current()
	if v == nil {
		v = new(Visit) // only a forged trail has such an event before the first visit
	}
	switch b := e.Body.(type) {
	case RaisedBody:
		c.Ref, c.Details, c.Chair, c.RaisedAt = b.Ref, b.Details, e.By, e.At
		c.Ladder, c.LadderVersion, c.LadderDigest = b.Ladder, b.LadderVersion, b.LadderDigest
		c.Calendar, c.CaseStart, c.CaseDue = b.Calendar, b.CaseStart, b.CaseDue
		c.Shorter = b.Shorter
	case RungOpened:
		c.openVisit(e, b)
	case RoleVacant:
		c.Rung, c.Hold = e.Rung, nil
	case Redated:
		v.Deadline, v.Reminders, v.LimitPassed, v.Shorter = b.Deadline, b.Reminders, b.LimitPassed, b.Shorter
		c.NextAt = v.nextAt()
	case Delivered:
		if v := c.Visit(e.Visit); v != nil && b.Card == CardRespond {
			v.Received = true
		}
		c.reached(b.To)
	case Reminded:
		v.Reminders = slices.DeleteFunc(slices.Clone(v.Reminders), func(t time.Time) bool { return !t.After(e.At) })
		c.NextAt = v.nextAt()
	case Responded:
		v.Outcome, v.AnsweredBy, v.AnsweredAt, v.Reminders = Answered, e.By, e.At, nil
		v.Kept = append(slices.Clone(v.Kept), keptMark(e.By, b.Response))
		c.State, c.NextAt = AwaitingJudgement, b.Nudge
	case JudgedBody:
		// A matter found settled while the challenge waits judges no response.
		if v.Outcome == Answered {
			v.Outcome, v.Verdict = Judged, b.Verdict
		}
		c.Shorter = b.Shorter
	case Lapsed:
		v.Outcome, v.Reminders = LapsedOut, nil
	case SkippedTo:
		c.leave()
	case Held:
		c.State, c.Rung, c.NextAt = HeldAtGate, e.Rung, b.Nudge
		since := e.At
		if c.Hold != nil && c.Hold.Rung == e.Rung {
			since = c.Hold.Since
		}
		c.Hold = &Hold{Rung: e.Rung, Since: since, Why: b.Why, Gates: b.Gates, Opens: b.Opens}
		c.NextAt = c.Hold.next(b.Nudge)
	case GateRecorded:
		c.recordGate(b)
	case Nudged:
		c.NextAt = c.Hold.next(b.Nudge)
	case ResolvedBody:
		c.close(Resolved, e.At)
	case ExhaustedBody:
		c.State, c.Hold, c.NextAt = Exhausted, nil, b.Nudge
	case WithdrawnBody:
		c.leave()
		c.close(Withdrawn, e.At)
	case HandedOffBody:
		c.Rung = e.Rung
		c.leave()
		c.close(HandedOff, e.At)
	case Referred:
		c.Referrals++
	case ReplyKept:
		if late := c.Visit(b.Visit); late != nil {
			late.Kept = append(slices.Clone(late.Kept), keptMark(e.By, b.Response))
		}
	case HandedOver:
		v.passOn(b.Handover)
	case Undelivered:
		c.reached(b.To)
		c.Unreached = append(slices.Clone(c.Unreached), b.To)
		if v := c.Visit(e.Visit); v != nil && b.Card == CardRespond && !slices.Contains(v.Refused, b.To.Person) {
			v.Refused = append(slices.Clone(v.Refused), b.To.Person)
		}
	case AskedOutside, MessageChanged:
	}
	return c
}

// reached takes an address off those that cannot be reached.
func (c *Challenge) reached(a Address) {
	if slices.Contains(c.Unreached, a) {
		c.Unreached = slices.DeleteFunc(slices.Clone(c.Unreached), func(u Address) bool { return u == a })
	}
}

// visible reports whether the event changes what somebody's card shows.
func visible(b Body) bool {
	switch b.(type) {
	case Delivered, Nudged, Reminded, MessageChanged:
		return false
	}
	return true
}

func (c *Challenge) openVisit(e Event, b RungOpened) {
	c.State, c.Rung, c.Hold, c.Shorter = AwaitingResponse, e.Rung, nil, nil
	if b.CaseStart != 0 {
		c.CaseStart, c.CaseDue = b.CaseStart, b.CaseDue
	}
	if !b.StatutoryDue.IsZero() {
		c.StatutoryDue = b.StatutoryDue
	}
	c.Ahead = slices.DeleteFunc(c.Ahead, func(g GateState) bool { return g.Rung == e.Rung })
	c.Visits = append(c.Visits, Visit{
		N: e.Visit, Rung: e.Rung, OpenedAt: e.At, Respondents: b.Respondents, Repliers: b.Repliers,
		Judge: b.Judge, Alerted: b.Alerted, Meeting: b.Meeting, Deadline: b.Deadline, LimitPassed: b.LimitPassed,
		Shorter: b.Shorter, Reminders: b.Reminders, Outcome: Open,
	})
	c.NextAt = c.Current().nextAt()
}

func (c *Challenge) recordGate(b GateRecorded) {
	if b.Threshold != "" {
		c.Thresholds = slices.DeleteFunc(c.Thresholds, func(t ThresholdView) bool { return t.Role == b.Threshold })
		c.Thresholds = append(c.Thresholds, ThresholdView{b.Threshold, b.Status})
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
	if !set(c.Ahead) {
		c.Ahead = append(c.Ahead, GateState{Rung: b.Rung, Gate: b.Gate, Needs: b.Needs, Status: b.Status})
	}
}

// leave ends the current visit, if it waits, without an answer or a judgement.
func (c *Challenge) leave() {
	if v := c.Current(); v != nil && v.Outcome == Open {
		v.Outcome, v.Reminders = LeftBy, nil
	}
	c.Hold = nil
}

func (c *Challenge) close(s State, at time.Time) {
	c.State, c.Hold, c.NextAt, c.ClosedAt = s, nil, time.Time{}, at
}

// next is when the clock looks at a held challenge again: at the nudge, or when an
// escalator's time ends if that is sooner.
func (h *Hold) next(nudge time.Time) time.Time {
	if h != nil && !h.Opens.IsZero() && h.Opens.Before(nudge) {
		return h.Opens
	}
	return nudge
}

// keptMark tells one reply from another without repeating it.
func keptMark(by Person, r Response) string {
	r.OnBehalfOf = ""
	data, _ := json.Marshal(r) // plain strings and dates: it cannot fail
	sum := sha256.Sum256(append([]byte(by.ID+"\n"), data...))
	return hex.EncodeToString(sum[:8])
}

// nextAt is the visit's next reminder, or its end.
func (v *Visit) nextAt() time.Time {
	if len(v.Reminders) > 0 {
		return v.Reminders[0]
	}
	return v.Deadline.Due
}

// Replay folds a whole trail and checks every link of its chain. The error names
// the first event that is broken.
func Replay(id uuid.UUID, events []Event) (Challenge, error) {
	c := Challenge{ID: id}
	for i, e := range events {
		if e.Seq != i+1 {
			return c, &BrokenChain{Seq: i + 1, Why: fmt.Sprintf("event %d is missing; event %d stands in its place", i+1, e.Seq)}
		}
		if e.Prev != c.Head {
			return c, &BrokenChain{Seq: e.Seq, Why: "it does not follow the event before it"}
		}
		if e.Body == nil || e.Sum(id) != e.Hash {
			return c, &BrokenChain{Seq: e.Seq, Why: "its content does not match its hash"}
		}
		// The hash covers the data as it was written, so the data are what counts.
		body, err := DecodeBody(e.Body.Kind(), e.Data)
		if err != nil {
			return c, &BrokenChain{Seq: e.Seq, Why: "its data cannot be read"}
		}
		e.Body = body
		if _, ok := e.Body.(RaisedBody); ok != (i == 0) {
			return c, &BrokenChain{Seq: e.Seq, Why: "a trail begins with one raised event and has no other"}
		}
		c = c.Fold(e)
	}
	if len(events) == 0 {
		return c, &BrokenChain{Seq: 1, Why: "the trail is empty"}
	}
	return c, nil
}

// BrokenChain is the first event of a trail that does not hold.
type BrokenChain struct {
	Seq int
	Why string
}

func (b *BrokenChain) Error() string { return fmt.Sprintf("event %d: %s", b.Seq, b.Why) }
