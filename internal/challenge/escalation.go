package challenge

// Escalate takes the challenge to the next rung before the time has ended, where the ladder leaves
// that to one of the sides.
type Escalate struct{ Reason string }

func (cmd Escalate) decide(tr *transition) error { return tr.escalate(cmd) }

// Escalated is the event that one of the sides took it further.
type Escalated struct {
	Reason string `json:"reason"`
}

// KindEscalated is stored.
const KindEscalated EventKind = "escalated"

// Kind of the event.
func (Escalated) Kind() EventKind { return KindEscalated }

func (Escalated) apply(c *Challenge, _ Event) { c.leaveOpening() }

func (tr *transition) escalate(cmd Escalate) error {
	if !tr.rightsInSomeState().Escalate {
		return newRefusal(CodeNotYours, sayEscalateNotYours, tr.c.Ref, tr.env.Ladder.Words.Rung)
	}
	switch {
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	case !tr.rights().Escalate:
		return newRefusal(CodeMovedOn, sayMovedOnSince, tr.c.Ref)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyEscalated, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	rung := tr.c.Rung
	tr.emit(Escalated(cmd), rung, len(tr.c.Openings))
	return tr.advanceFrom(rung, CauseEscalated, tr.env.Now)
}
