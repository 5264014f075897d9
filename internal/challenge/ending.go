package challenge

import (
	"slices"

	"challengebot/internal/ladder"
)

// Withdraw ends the challenge with a reason.
type Withdraw struct{ Reason string }

func (cmd Withdraw) decide(tr *transition) error { return tr.withdraw(cmd) }

type Withdrawn struct {
	Reason string `json:"reason"`
}

// KindWithdrawn is stored.
const KindWithdrawn EventKind = "withdrawn"

// Kind of the event.
func (Withdrawn) Kind() EventKind { return KindWithdrawn }

func (Withdrawn) apply(c *Challenge, e Event) {
	c.leaveOpening()
	c.closeAs(StateWithdrawn, e.At)
}

// HandOff ends it by handing it to another procedure of the ladder.
type HandOff struct {
	To     string
	Reason string
}

func (cmd HandOff) decide(tr *transition) error { return tr.handOff(cmd) }

type HandedOff struct {
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
}

// KindHandedOff is stored.
const KindHandedOff EventKind = "handed_off"

// Kind of the event.
func (HandedOff) Kind() EventKind { return KindHandedOff }

func (HandedOff) apply(c *Challenge, e Event) {
	c.Rung = e.Rung
	c.leaveOpening()
	c.closeAs(StateHandedOff, e.At)
}

// EndRequested is the event that somebody who oversees the challenge asks the one who raised it to
// end it. Only they decide.
type EndRequested struct {
	Reason string `json:"reason"`
	// HandOffTo is the procedure that should take it over; empty: it should be withdrawn.
	HandOffTo string `json:"hand_off_to,omitempty"`
}

// KindEndRequested is stored.
const KindEndRequested EventKind = "end_requested"

// Kind of the event.
func (EndRequested) Kind() EventKind { return KindEndRequested }

func (b EndRequested) apply(c *Challenge, e Event) {
	c.EndRequest = &EndRequest{By: e.By, At: e.At, Reason: b.Reason, HandOffTo: b.HandOffTo}
}

// requestEnd records what an overseer wants, and asks the chair.
func (tr *transition) requestEnd(body EndRequested) error {
	tr.emit(body, tr.c.Rung, len(tr.c.Openings))
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	tr.refusal = newRefusal(CodeNotYours, sayEndRequested, tr.c.Ref, tr.c.Chair.Name)
	return nil
}

func (tr *transition) withdraw(cmd Withdraw) error {
	may := tr.rightsInSomeState()
	if !may.Withdraw && !may.AskToEnd {
		return newRefusal(CodeNotYours, sayWithdrawNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayEndedAlready, tr.c.Ref)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyWithdrawn, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	if !may.Withdraw {
		return tr.requestEnd(EndRequested{Reason: cmd.Reason})
	}
	tr.emit(Withdrawn(cmd), tr.c.Rung, len(tr.c.Openings))
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}

func (tr *transition) handOff(cmd HandOff) error {
	may := tr.rightsInSomeState()
	if !may.HandOff && !may.AskToEnd {
		return newRefusal(CodeNotYours, sayHandOffNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayEndedAlready, tr.c.Ref)
	}
	if !slices.ContainsFunc(tr.env.Ladder.HandOffs, func(h ladder.HandOff) bool { return h.ID == cmd.To }) {
		return newRefusal(CodeNotAllowed, sayNoSuchProcedure).markInput("to", SayChooseFromList)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyHandedOff, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	if !may.HandOff {
		return tr.requestEnd(EndRequested{Reason: cmd.Reason, HandOffTo: cmd.To})
	}
	tr.emit(HandedOff(cmd), tr.c.Rung, len(tr.c.Openings))
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}
