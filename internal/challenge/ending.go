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

func (tr *transition) withdraw(cmd Withdraw) error {
	if tr.by.ID != tr.c.Chair.ID && !tr.isOverseer(tr.by.ID) {
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
	tr.emit(Withdrawn(cmd), tr.c.Rung, len(tr.c.Openings))
	if tr.by.ID != tr.c.Chair.ID {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}

func (tr *transition) handOff(cmd HandOff) error {
	if tr.by.ID != tr.c.Chair.ID && !tr.isOverseer(tr.by.ID) {
		return newRefusal(CodeNotYours, sayHandOffNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayEndedAlready, tr.c.Ref)
	}
	if !slices.ContainsFunc(tr.env.Ladder.HandOffs, func(h ladder.HandOff) bool { return h.ID == cmd.To }) {
		return newRefusal(CodeNotAllowed, sayNoSuchProcedure)
	}
	f := inputFaults{}
	cmd.Reason = requiredText(f, "reason", sayWhyHandedOff, cmd.Reason, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(HandedOff(cmd), tr.c.Rung, len(tr.c.Openings))
	if tr.by.ID != tr.c.Chair.ID {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}
