package challenge

import (
	"slices"

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
}

// RecordRejection records that Teams refused a card for good.
type RecordRejection struct {
	MessageID int64
	Card      Card
	Opening   int
	To        Address
	Code      string
}

func (cmd RecordRejection) decide(tr *transition) error { return tr.recordRejection(cmd) }

// Undelivered: Teams refused a card for good; who should know was told.
type Undelivered struct {
	MessageID int64   `json:"delivery"`
	Card      Card    `json:"card"`
	To        Address `json:"to"`
	Code      string  `json:"code"`
}

// KindUndelivered is stored.
const KindUndelivered EventKind = "undelivered"

// Kind of the event.
func (Undelivered) Kind() EventKind { return KindUndelivered }

func (b Undelivered) apply(c *Challenge, e Event) {
	c.markReachable(b.To)
	c.UnreachableAddresses = append(slices.Clone(c.UnreachableAddresses), b.To)
	o := c.Opening(e.Opening)
	if o != nil && b.Card == CardRespond && !slices.Contains(o.RejectedFor, b.To.Person) {
		o.RejectedFor = append(slices.Clone(o.RejectedFor), b.To.Person)
	}
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

// recordRejection records that Teams refused a card for good. An unreachable respondent is
// a held deadline that nobody sees, so the chair and the oversight role are told, the
// latter at once only of a question, or of somebody who was reached before: the rest
// stands in the digest.
// Of a channel that takes no notices, and of a chair whose own card is refused, the
// oversight role hears, and of an oversight role that cannot be reached the chair: but
// each only once, and nobody by a card that would be refused as well.
func (tr *transition) recordRejection(cmd RecordRejection) error {
	tr.by = System
	known := slices.Contains(tr.c.UnreachableAddresses, cmd.To)
	tr.emit(Undelivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, Code: cmd.Code}, rungOf(tr.c.Opening(cmd.Opening)), cmd.Opening)
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
