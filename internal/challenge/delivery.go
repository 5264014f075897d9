package challenge

import (
	"errors"
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

func (RecordDelivery) recordsMessage() {}

// Delivered is the event that Teams took a card.
type Delivered struct {
	MessageID      int64   `json:"delivery"`
	Card           Card    `json:"card"`
	To             Address `json:"to"`
	ConversationID string  `json:"conversation,omitempty"`
	ActivityID     string  `json:"activity,omitempty"`
	// Asks: by this card the person is asked for an answer, or to open a gate.
	Asks bool `json:"asks,omitempty"`
}

// KindDelivered is stored.
const KindDelivered EventKind = "delivered"

// Kind of the event.
func (Delivered) Kind() EventKind { return KindDelivered }

func (Delivered) isUnseenOnCards() {}

func (b Delivered) apply(c *Challenge, e Event) {
	if o := c.Opening(e.Opening); o != nil && b.Card == CardRespond {
		o.CardReceived = true
	}
	c.markReachable(b.To)
	c.forgetUntaken(b.Card, b.To)
	if b.Asks {
		c.applyAsked(e, b.Card, b.To.Person)
	}
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

func (RecordRejection) recordsMessage() {}

// Undelivered is the event that Teams did not take a card; who should know was told.
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
	times := 1
	if i := slices.IndexFunc(c.Untaken, func(u UntakenCard) bool { return u.Card == b.Card && u.To == b.To && u.Opening == e.Opening }); i >= 0 {
		times += c.Untaken[i].Times
	}
	c.forgetUntaken(b.Card, b.To)
	c.Untaken = append(slices.Clone(c.Untaken), UntakenCard{Card: b.Card, Opening: e.Opening, To: b.To, Seq: e.Seq, At: e.At, Times: times, Passing: b.Passing, Unconfirmed: b.Unconfirmed})
	o := c.Opening(e.Opening)
	if o != nil && b.Card == CardRespond && !b.Passing && !slices.Contains(o.RejectedFor, b.To.Person) {
		o.RejectedFor = append(slices.Clone(o.RejectedFor), b.To.Person)
	}
	if o != nil && b.Card == CardRespond {
		c.forgetCheckIfSettled(o)
	}
	if b.Card == CardGate && c.Hold != nil && !b.Passing {
		c.Hold.RejectedFor = withID(c.Hold.RejectedFor, b.To.Person)
	}
}

// recordDelivery records that Teams took a card. When those who may answer get the first
// card of a rung so late that the day of receipt is another, or could not be asked until
// then, the window counts from now; not when Teams had refused it and the respondent came
// back, or passed the question on, while the window ran.
func (tr *transition) recordDelivery(cmd RecordDelivery) error {
	tr.by = System
	opening, hold := tr.c.Opening(cmd.Opening), tr.c.Hold
	asks := cmd.To.Person != "" && (cmd.Card == CardRespond && opening != nil || cmd.Card == CardGate && hold != nil)
	tr.emit(Delivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, ConversationID: cmd.ConversationID, ActivityID: cmd.ActivityID, Asks: asks},
		rungOf(opening), cmd.Opening)
	switch {
	case asks && cmd.Card == CardGate:
		return unlessPastCalendar(tr.recountIfFirst(hold))
	case asks && tr.c.State == StateAwaitingResponse && opening.Number == len(tr.c.Openings):
		return unlessPastCalendar(tr.redateIfFirst(opening, cmd.To.Person))
	}
	return nil
}

// unlessPastCalendar: what Teams took is recorded though no date can be computed. A window
// that has no end till then has none until the clock can count it.
func unlessPastCalendar(err error) error {
	if errors.As(err, new(*Refusal)) {
		return nil
	}
	return err
}

// redateIfFirst counts the window from a card that Teams took, if that is the first for
// those who may answer and came late.
func (tr *transition) redateIfFirst(before *Opening, person string) error {
	now := tr.c.CurrentOpening()
	switch {
	case !now.NotAskedSince.IsZero() && now.WasAsked():
		return tr.redate(RedatedAskedLate)
	case !before.wasEverAsked() && now.WasAsked() && !before.wasRejectedFor(person) && tr.env.Now.Sub(before.Deadline.Received) > graceFor(before.Deadline.Window):
		return tr.redate(RedatedReceivedLate)
	}
	return nil
}

// recountIfFirst does the same for an escalator's time.
func (tr *transition) recountIfFirst(before *Hold) error {
	isFirst := before.AwaitsAsking() && !tr.c.Hold.AwaitsAsking()
	runs := !before.NotAskedSince.IsZero() || !before.OpensAt.IsZero() && tr.env.Now.Sub(before.Since) > GracePeriod
	if !isFirst || !runs {
		return nil
	}
	return tr.recountEscalator()
}

// recordRejection records that Teams refused a card for good. Where nobody could be asked
// before, and nobody is left who can, the time counts from now: it runs on, and the chair
// knows.
func (tr *transition) recordRejection(cmd RecordRejection) error {
	tr.tellOfRejection(cmd)
	if o := tr.c.CurrentOpening(); tr.c.State == StateAwaitingResponse && !o.NotAskedSince.IsZero() && !o.AwaitsAsking() {
		return unlessPastCalendar(tr.countFromNow(o))
	}
	if h := tr.c.Hold; h != nil && !h.NotAskedSince.IsZero() && !h.AwaitsAsking() {
		return unlessPastCalendar(tr.recountEscalator())
	}
	return nil
}

// tellOfRejection tells who must know that Teams did not take a card. An unreachable respondent is
// a held deadline that nobody sees, so the chair and the oversight role are told, the
// latter at once only of a question, or of somebody who was reached before: the rest
// stands in the digest.
// Of a channel that takes no notices, and of a chair whose own card is refused, the
// oversight role hears, and of an oversight role that cannot be reached the chair: but
// each only once, and nobody by a card that would be refused as well. Of a question that was
// sent once more, or of which somebody was reminded, and that was not taken again, nobody is
// told a second time.
func (tr *transition) tellOfRejection(cmd RecordRejection) {
	tr.by = System
	known := slices.Contains(tr.c.UnreachableAddresses, cmd.To)
	asked := cmd.Card == CardRespond || cmd.Card == CardReminder
	again := asked && slices.ContainsFunc(tr.c.Untaken, func(u UntakenCard) bool {
		return u.Card == CardRespond && u.Opening == cmd.Opening && u.To == cmd.To
	})
	tr.emit(Undelivered{MessageID: cmd.MessageID, Card: cmd.Card, To: cmd.To, Code: cmd.Code, Passing: cmd.Passing, Unconfirmed: cmd.Unconfirmed},
		rungOf(tr.c.Opening(cmd.Opening)), cmd.Opening)
	if again {
		return
	}
	chair := Address{Person: tr.c.Chair.ID}
	switch cmd.Card {
	case CardRespond, CardReminder, CardGate, CardJudge, CardAlert:
		if cmd.To != chair && !tr.isToldUnasked(cmd) {
			tr.tellChair()
		}
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if p.ID != cmd.To.Person && (cmd.Card == CardRespond || !known) {
				tr.post(Address{Person: p.ID}, CardOversight)
			}
		}
	case CardChallenge, CardNews, CardNotice:
		for _, p := range tr.reachableInRole(directory.RoleOversight) {
			if to := (Address{Person: p.ID}); !known && !slices.Contains(tr.c.UnreachableAddresses, to) {
				tr.post(to, CardOversight)
			}
		}
	case CardOversight:
		if !known && !slices.Contains(tr.c.UnreachableAddresses, chair) {
			tr.tellChair()
		}
	}
}

// isToldUnasked reports whether the chair has heard that nobody could be asked, of which the
// one card is a part.
func (tr *transition) isToldUnasked(cmd RecordRejection) bool {
	o := tr.c.CurrentOpening()
	return cmd.Card == CardRespond && cmd.Passing && tr.c.State == StateAwaitingResponse && o.Number == cmd.Opening && !o.NotAskedSince.IsZero()
}

func rungOf(opening *Opening) string {
	if opening == nil {
		return ""
	}
	return opening.Rung
}
