package challenge

// LiftUrgency says that the challenge can wait as long as the procedure allows. The time that
// runs stays as it is.
type LiftUrgency struct{ Reason string }

func (cmd LiftUrgency) decide(tr *transition) error { return tr.liftUrgency(cmd) }

// UrgencyLifted is the event that the chair said so.
type UrgencyLifted struct {
	Reason string `json:"reason"`
}

// KindUrgencyLifted is stored.
const KindUrgencyLifted EventKind = "urgency_lifted"

// Kind of the event.
func (UrgencyLifted) Kind() EventKind { return KindUrgencyLifted }

func (UrgencyLifted) apply(c *Challenge, _ Event) { c.Urgent = nil }

func (tr *transition) liftUrgency(cmd LiftUrgency) error {
	if !tr.rightsInSomeState().LiftUrgency {
		return newRefusal(CodeNotYours, sayUrgencyNotYours, tr.c.Ref)
	}
	switch {
	case !tr.c.State.IsOpen():
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	case tr.c.Urgent == nil:
		return newRefusal(CodeMovedOn, sayNotUrgent, tr.c.Ref)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyNotUrgent, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(UrgencyLifted(cmd), tr.c.Rung, len(tr.c.Openings))
	return nil
}
