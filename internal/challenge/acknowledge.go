package challenge

import "time"

// Acknowledge says that somebody who was asked has the question. The time runs on.
type Acknowledge struct{ Opening int }

func (cmd Acknowledge) decide(tr *transition) error { return tr.acknowledge(cmd) }

// Acknowledged is the event that somebody who was asked has the question.
type Acknowledged struct{}

// KindAcknowledged is stored.
const KindAcknowledged EventKind = "acknowledged"

// Kind of the event.
func (Acknowledged) Kind() EventKind { return KindAcknowledged }

func (Acknowledged) apply(c *Challenge, e Event) {
	o := c.openingToChange()
	o.AcknowledgedBy, o.AcknowledgeBy = e.By, time.Time{}
	c.NextAt = o.nextAt()
}

// NotAcknowledged is the event that nobody said so in the time that the ladder gives for it.
type NotAcknowledged struct {
	Due time.Time `json:"due"`
}

// KindNotAcknowledged is stored.
const KindNotAcknowledged EventKind = "not_acknowledged"

// Kind of the event.
func (NotAcknowledged) Kind() EventKind { return KindNotAcknowledged }

func (NotAcknowledged) apply(c *Challenge, _ Event) {
	o := c.openingToChange()
	o.AcknowledgeBy = time.Time{}
	c.NextAt = o.nextAt()
}

func (tr *transition) acknowledge(cmd Acknowledge) error {
	o := tr.c.CurrentOpening()
	switch {
	case !tr.rightsInSomeState().Acknowledge:
		return newRefusal(CodeNotYours, sayNotAskedYou, tr.c.Ref)
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	case cmd.Opening != 0 && cmd.Opening != o.Number, tr.c.State != StateAwaitingResponse:
		return newRefusal(CodeMovedOn, sayMovedOnSince, tr.c.Ref)
	case o.AcknowledgedBy.ID != "":
		return newRefusal(CodeAlreadyDone, sayAcknowledgedAlready, o.AcknowledgedBy.Name)
	}
	tr.emit(Acknowledged{}, o.Rung, o.Number)
	tr.tellChair()
	return nil
}

// noteUnacknowledged says that nobody acknowledged the question in time, to who asked, and brings
// it to mind of those who were.
func (tr *transition) noteUnacknowledged(o *Opening) error {
	tr.emit(NotAcknowledged{Due: o.AcknowledgeBy}, o.Rung, o.Number)
	tr.remindAsked(o)
	tr.tellChair()
	return nil
}
