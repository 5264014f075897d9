package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
)

// RecordDelivery records that Teams took a card.
type RecordDelivery struct {
	MessageID      int64
	Card           Card
	Opening        int
	To             Address
	ConversationID string
	ActivityID     string
}

func (cmd RecordDelivery) decide(tr *transition) error { return tr.recordDelivery(cmd) }

// Delivered: Teams took a card.
type Delivered struct {
	MessageID      int64   `json:"delivery"`
	Card           Card    `json:"card"`
	To             Address `json:"to"`
	ConversationID string  `json:"conversation,omitempty"`
	ActivityID     string  `json:"activity,omitempty"`
}

// KindDelivered is stored.
const KindDelivered EventKind = "delivered"

// Kind of the event.
func (Delivered) Kind() EventKind { return KindDelivered }

func (b Delivered) apply(c *Challenge, e Event) {
	if o := c.Opening(e.Opening); o != nil && b.Card == CardRespond {
		o.CardReceived = true
	}
	c.markReachable(b.To)
	c.forgetUntaken(b.Card, b.To)
}

// RecordRejection records that Teams did not take a card: it was refused for good, or the
// bot has given it up, or has tried for so long that those who must know are told.
type RecordRejection struct {
	MessageID int64
	Card      Card
	Opening   int
	To        Address
	Code      string
	// Passing: it says nothing of the person. When the card arrives after all, the window
	// counts from then.
	Passing bool
	// Unconfirmed: Teams may have it all the same.
	Unconfirmed bool
}

func (cmd RecordRejection) decide(tr *transition) error { return tr.recordRejection(cmd) }

// Undelivered: Teams did not take a card; who should know was told.
type Undelivered struct {
	MessageID   int64   `json:"delivery"`
	Card        Card    `json:"card"`
	To          Address `json:"to"`
	Code        string  `json:"code"`
	Passing     bool    `json:"passing,omitempty"`
	Unconfirmed bool    `json:"unconfirmed,omitempty"`
}

// KindUndelivered is stored.
const KindUndelivered EventKind = "undelivered"

// Kind of the event.
func (Undelivered) Kind() EventKind { return KindUndelivered }

func (b Undelivered) apply(c *Challenge, e Event) {
	c.markReachable(b.To)
	c.UnreachableAddresses = append(slices.Clone(c.UnreachableAddresses), b.To)
	c.forgetUntaken(b.Card, b.To)
	c.Untaken = append(c.Untaken, UntakenCard{Card: b.Card, Opening: e.Opening, To: b.To, Seq: e.Seq, At: e.At})
	o := c.Opening(e.Opening)
	if o != nil && b.Card == CardRespond && !b.Passing && !slices.Contains(o.RejectedFor, b.To.Person) {
		o.RejectedFor = append(slices.Clone(o.RejectedFor), b.To.Person)
	}
}

// UntakenCard is a card that Teams did not take, nor any like it for the same address since.
type UntakenCard struct {
	Card    Card      `json:"card"`
	Opening int       `json:"visit"`
	To      Address   `json:"to"`
	Seq     int       `json:"seq"` // of the event
	At      time.Time `json:"at"`
}

// forgetUntaken takes a card off those that were not taken.
func (c *Challenge) forgetUntaken(card Card, to Address) {
	c.Untaken = slices.DeleteFunc(slices.Clone(c.Untaken), func(u UntakenCard) bool { return u.Card == card && u.To == to })
	if len(c.Untaken) == 0 {
		c.Untaken = nil
	}
}

// StillAsks reports whether a card that was not taken still has something to ask or to tell:
// a question while its window runs, a judgement or a gate while it waits for the person. A
// reminder has not: the question itself says more.
func (c *Challenge) StillAsks(u UntakenCard) bool {
	switch u.Card {
	case CardReminder:
		return false
	case CardRespond:
		return c.State == StateAwaitingResponse && u.Opening == len(c.Openings) && slices.Contains(c.WaitingFor(), u.To.Person)
	case CardJudge:
		return c.State == StateAwaitingJudgement && u.Opening == len(c.Openings)
	case CardGate:
		return c.State == StateHeldAtGate && slices.Contains(c.WaitingFor(), u.To.Person)
	}
	return c.ClosedAt.IsZero()
}

// markReachable takes an address off those that cannot be reached.
func (c *Challenge) markReachable(a Address) {
	if slices.Contains(c.UnreachableAddresses, a) {
		c.UnreachableAddresses = slices.DeleteFunc(slices.Clone(c.UnreachableAddresses), func(u Address) bool { return u == a })
	}
}

// recordDelivery records that Teams took a card. When a respondent gets the first card of
// a rung so late that the day of receipt is another, the window counts from then; not
// when Teams had refused it and the respondent came back, or passed the question on.
func (tr *transition) recordDelivery(cmd RecordDelivery) error {
	tr.by = System
	opening := tr.c.Opening(cmd.Opening)
	first := opening != nil && cmd.Card == CardRespond && !opening.CardReceived && !opening.wasRejectedFor(cmd.To.Person) && opening.Number == len(tr.c.Openings) && tr.c.State == StateAwaitingResponse
	tr.emit(Delivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, ConversationID: cmd.ConversationID, ActivityID: cmd.ActivityID},
		rungOf(opening), cmd.Opening)
	if !first || tr.env.Now.Sub(opening.Deadline.Received) <= GracePeriod {
		return nil
	}
	return tr.redate(tr.c.CurrentOpening())
}

// recordRejection records that Teams did not take a card. An unreachable respondent is
// a held deadline that nobody sees, so the chair and the oversight role are told, the
// latter at once only of a question, or of somebody who was reached before: the rest
// stands in the digest.
// Of a channel that takes no notices, and of a chair whose own card is refused, the
// oversight role hears, and of an oversight role that cannot be reached the chair: but
// each only once, and nobody by a card that would be refused as well. Of a question that was
// sent once more, or of which somebody was reminded, and that was not taken again, nobody is
// told a second time.
func (tr *transition) recordRejection(cmd RecordRejection) error {
	tr.by = System
	known := slices.Contains(tr.c.UnreachableAddresses, cmd.To)
	asked := cmd.Card == CardRespond || cmd.Card == CardReminder
	again := asked && slices.ContainsFunc(tr.c.Untaken, func(u UntakenCard) bool {
		return u.Card == CardRespond && u.Opening == cmd.Opening && u.To == cmd.To
	})
	tr.emit(Undelivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, Code: cmd.Code, Passing: cmd.Passing, Unconfirmed: cmd.Unconfirmed},
		rungOf(tr.c.Opening(cmd.Opening)), cmd.Opening)
	if again {
		return nil
	}
	chair := Address{Person: tr.c.Chair.ID}
	switch cmd.Card {
	case CardRespond, CardReminder, CardGate, CardJudge, CardAlert:
		if cmd.To != chair {
			tr.post(chair, CardChallenge)
		}
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if p.ID != cmd.To.Person && (cmd.Card == CardRespond || !known) {
				tr.post(Address{Person: p.ID}, CardOversight)
			}
		}
	case CardChallenge, CardNotice:
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if to := (Address{Person: p.ID}); !known && !slices.Contains(tr.c.UnreachableAddresses, to) {
				tr.post(to, CardOversight)
			}
		}
	case CardOversight:
		if !known && !slices.Contains(tr.c.UnreachableAddresses, chair) {
			tr.post(chair, CardChallenge)
		}
	}
	return nil
}

func rungOf(opening *Opening) string {
	if opening == nil {
		return ""
	}
	return opening.Rung
}
