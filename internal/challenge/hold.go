package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Held is the event that the challenge waits at gates before a rung.
type Held struct {
	Cause   Cause       `json:"why"`
	Gates   []GateState `json:"gates"`
	OpensAt time.Time   `json:"opens,omitzero"`
	NudgeAt time.Time   `json:"nudge,omitzero"`
	// CountsFrom is when the escalator's time began that ends at OpensAt.
	CountsFrom time.Time `json:"counts_from,omitzero"`
}

// KindHeld is stored.
const KindHeld EventKind = "held"

// Kind of the event.
func (Held) Kind() EventKind { return KindHeld }

func (b Held) apply(c *Challenge, e Event) {
	hold := &Hold{Rung: e.Rung, Since: e.At, Cause: b.Cause, Gates: b.Gates, OpensAt: b.OpensAt, CountsFrom: b.CountsFrom}
	if c.Hold != nil && c.Hold.Rung == e.Rung {
		hold.Since, hold.AskedIDs, hold.RejectedFor = c.Hold.Since, c.Hold.AskedIDs, c.Hold.RejectedFor
	}
	c.State, c.Rung, c.Hold = StateHeldAtGate, e.Rung, hold
	c.NextAt = c.Hold.nextAt(b.NudgeAt)
}

// gatesOnEntry are the gates before a rung as they stand: those of the rung, those
// of a skip, and what was opened ahead.
func (tr *transition) gatesOnEntry(r *ladder.Rung, cause Cause, more []ladder.Gate) []GateState {
	var out []GateState
	for _, g := range slices.Concat(tr.promptGates(cause), r.Gates, more) {
		if g.DirectEntryOnly && cause != CauseSkip || g.Kind == ladder.GateEscalation && cause == CauseSkip {
			continue
		}
		if hasGate(out, g.ID) {
			continue // a skip asks for what the rung asks for anyway
		}
		out = append(out, tr.newGateState(r.ID, g))
	}
	// A second opinion is asked for only when the first was a refusal.
	return slices.DeleteFunc(out, func(st GateState) bool {
		g, _ := FindGate(tr.env.Ladder, st.Rung, st.Gate)
		return g.OnlyIfNotAgreed != "" && st.Status == GateClosed && !isNotAgreed(out, g.OnlyIfNotAgreed)
	})
}

// promptGates is the gate of a rung below that says on_lapse: prompt.
func (tr *transition) promptGates(cause Cause) []ladder.Gate {
	opening := tr.c.CurrentOpening()
	if cause != CauseLapse || opening == nil {
		return nil
	}
	if below, ok := tr.env.Ladder.RungByID(opening.Rung); ok && below.OnLapse == ladder.PromptOnLapse {
		return []ladder.Gate{goOnGate(below.JudgeRole())}
	}
	return nil
}

func (tr *transition) newGateState(rung string, g ladder.Gate) GateState {
	st := GateState{Rung: rung, Gate: g.ID, Needs: g.Needs, Status: GateClosed, Openers: withAccount(tr.gateOpeners(g.OpenerRole()))}
	if g.Kind == ladder.GateConfirm {
		st.Needs = ladder.Agreed // who decides not to go on has not opened the gate
	}
	if g.Consultee != "" {
		st.Consulted = withAccount(tr.gateParties(g.Consultee))
	}
	for _, view := range tr.c.ThresholdViews {
		if g.Kind == ladder.GateThreshold && view.Role == g.Consultee {
			st.Status = view.Status
		}
	}
	for _, done := range tr.c.GatesAhead {
		if done.Rung == rung && done.Gate == g.ID {
			st.Status = done.Status
		}
	}
	return st
}

// holdAtGates waits at the gates, visibly: those who can open them have a card, the chair
// is told, the channel has a notice, and all are told again every working day. Who
// oversees challenges has it in the digest, and hears at once when nobody holds a role
// that a gate needs.
func (tr *transition) holdAtGates(r *ladder.Rung, cause Cause, gates []GateState, at time.Time) error {
	body := Held{Cause: cause, Gates: gates, NudgeAt: tr.nudgeTime(tr.gateNudgeDays(r.ID, gates))}
	before := tr.c.Hold
	vacant := slices.ContainsFunc(gates, func(st GateState) bool {
		known := before != nil && hasGate(before.Gates, st.Gate)
		return !known && !st.IsCleared() && len(VacantGateRoles(tr.env.Ladder, st)) > 0
	})
	var err error
	if body.OpensAt, err = tr.escalatorEnd(r, gates, at); err != nil {
		return calendarError(err)
	}
	if !body.OpensAt.IsZero() {
		body.CountsFrom = at.UTC()
	}
	tr.emitBy(System, body, r.ID, len(tr.c.Openings))
	tr.postGateCards()
	tr.tellChair()
	if vacant {
		tr.postToRole(directory.RoleOversight, CardOversight)
	}
	tr.post(Address{Team: tr.c.Details.Team}, CardNotice)
	return nil
}

func (tr *transition) postGateCards() {
	for _, id := range tr.c.WaitingFor() {
		tr.post(Address{Person: id}, CardGate)
	}
}

// escalatorEnd is when an escalator's time ends, which runs from at: only then, and only
// if no other kind of gate is closed, the challenge goes on by itself.
func (tr *transition) escalatorEnd(r *ladder.Rung, gates []GateState, at time.Time) (time.Time, error) {
	var end time.Time
	for _, st := range gates {
		if st.IsCleared() {
			continue
		}
		g, _ := FindGate(tr.env.Ladder, r.ID, st.Gate)
		if g.Kind != ladder.GateEscalation || g.Within == nil {
			return time.Time{}, nil
		}
		day0, err := tr.env.Calendar.ReceiptDay(at)
		if err != nil {
			return end, err
		}
		d, err := tr.env.Calendar.ComputeDeadline(workday.Terms{Start: day0, Received: at, Window: *g.Within})
		if err != nil {
			return end, err
		}
		if d.Due.After(end) {
			end = d.Due.UTC()
		}
	}
	return end, nil
}
