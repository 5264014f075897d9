package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Held: the challenge waits at gates before a rung.
type Held struct {
	Cause   Cause       `json:"why"`
	Gates   []GateState `json:"gates"`
	OpensAt time.Time   `json:"opens,omitzero"`
	NudgeAt time.Time   `json:"nudge,omitzero"`
}

// KindHeld is stored.
const KindHeld EventKind = "held"

// Kind of the event.
func (Held) Kind() EventKind { return KindHeld }

func (b Held) apply(c *Challenge, e Event) {
	hold := &Hold{Rung: e.Rung, Since: e.At, Cause: b.Cause, Gates: b.Gates, OpensAt: b.OpensAt}
	if c.Hold != nil && c.Hold.Rung == e.Rung {
		hold.Since, hold.AskedIDs, hold.RejectedFor = c.Hold.Since, c.Hold.AskedIDs, c.Hold.RejectedFor
	}
	c.State, c.Rung, c.Hold = StateHeldAtGate, e.Rung, hold
	c.NextAt = c.Hold.nextAt(b.NudgeAt)
}

// RecordGate records where a gate stands. Overriding needs a reason (Note).
type RecordGate struct {
	Rung   string
	Gate   string
	Status GateStatus
	Note   string
	On     workday.Date
	Fields map[string]string
	Unread Unread
}

func (cmd RecordGate) decide(tr *transition) error { return tr.recordGate(cmd) }

// GateRecorded: somebody recorded that a gate is passed or refused, or goes
// on against a refusal.
type GateRecorded struct {
	Rung   string             `json:"rung"`
	Gate   string             `json:"gate"`
	Needs  ladder.Requirement `json:"needs"`
	Status GateStatus         `json:"status"`
	Note   string             `json:"note,omitempty"`
	On     workday.Date       `json:"on,omitempty"`
	Fields map[string]string  `json:"fields,omitempty"`
	Ahead  bool               `json:"ahead,omitempty"`
	// Threshold is the role whose view on the threshold this is.
	Threshold directory.Role `json:"threshold,omitempty"`
	// Automatic: an escalator's window ended.
	Automatic bool `json:"by_itself,omitempty"`
}

// KindGateRecorded is stored.
const KindGateRecorded EventKind = "gate_recorded"

// Kind of the event.
func (GateRecorded) Kind() EventKind { return KindGateRecorded }

func (b GateRecorded) apply(c *Challenge, _ Event) {
	if b.Threshold != "" {
		c.ThresholdViews = slices.DeleteFunc(c.ThresholdViews, func(t ThresholdView) bool { return t.Role == b.Threshold })
		c.ThresholdViews = append(c.ThresholdViews, ThresholdView{b.Threshold, b.Status})
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
	if !set(c.GatesAhead) {
		c.GatesAhead = append(c.GatesAhead, GateState{Rung: b.Rung, Gate: b.Gate, Needs: b.Needs, Status: b.Status})
	}
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
	body := Held{Cause: cause, Gates: gates, NudgeAt: tr.nudgeTime(gateNudgeDays)}
	before := tr.c.Hold
	vacant := slices.ContainsFunc(gates, func(st GateState) bool {
		known := before != nil && hasGate(before.Gates, st.Gate)
		return !known && !st.IsCleared() && len(VacantGateRoles(tr.env.Ladder, st)) > 0
	})
	var err error
	if body.OpensAt, err = tr.escalatorEnd(r, gates, at); err != nil {
		return calendarError(err)
	}
	tr.emitBy(System, body, r.ID, len(tr.c.Openings))
	tr.postGateCards()
	if !tr.raising && !slices.Contains(tr.c.WaitingFor(), tr.c.Chair.ID) {
		tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	}
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
		d, err := tr.env.Calendar.ComputeDeadline(workday.Terms{Start: day0, Window: *g.Within})
		if err != nil {
			return end, err
		}
		if d.Due.After(end) {
			end = d.Due.UTC()
		}
	}
	return end, nil
}

// recordGate records where a gate stands, at the hold or ahead of it.
func (tr *transition) recordGate(cmd RecordGate) error {
	if !tr.c.State.IsOpen() || tr.c.State == StateExhausted {
		return newRefusal(CodeClosed, sayGateOver, tr.c.Ref)
	}
	g, ok := FindGate(tr.env.Ladder, cmd.Rung, cmd.Gate)
	if !ok {
		return newRefusal(CodeMovedOn, sayGateNotWaited, tr.c.Ref, tr.c.Ref)
	}
	st, ahead, err := tr.findGateState(cmd, g)
	if err != nil {
		return err
	}
	if err := tr.checkGatePermission(cmd, g, st); err != nil {
		return err
	}
	// What somebody refused, another can call agreed only by saying how it came.
	wasNotAgreed := st.Status == GateNotAgreed && !tr.isOneOf(st.Consulted)
	if err := validateGate(&cmd, g, wasNotAgreed, tr.env); err != nil {
		return err
	}
	recorded := GateRecorded{Rung: cmd.Rung, Gate: cmd.Gate, Needs: st.Needs, Status: cmd.Status, Note: cmd.Note,
		On: cmd.On, Fields: cmd.Fields, Ahead: ahead}
	if g.Kind == ladder.GateThreshold {
		recorded.Threshold = g.Consultee
	}
	tr.emit(recorded, cmd.Rung, len(tr.c.Openings))
	if ahead {
		return nil
	}
	return tr.continueAfterGate(tr.env.Now)
}

// findGateState finds the gate as it stands at the hold, or as it may be opened ahead.
func (tr *transition) findGateState(cmd RecordGate, g ladder.Gate) (st GateState, ahead bool, err error) {
	if h := tr.c.Hold; h != nil && h.Rung == cmd.Rung {
		i := slices.IndexFunc(h.Gates, func(st GateState) bool { return st.Gate == cmd.Gate })
		if i < 0 {
			return st, false, newRefusal(CodeMovedOn, sayGateNotWaitedHere, tr.c.Ref)
		}
		return h.Gates[i], false, nil
	}
	next := tr.rungAbove(tr.c.Rung)
	if !g.MayOpenAhead || next == nil || next.ID != cmd.Rung {
		return st, false, newRefusal(CodeMovedOn, sayGateNotThere, tr.c.Ref, tr.c.Ref)
	}
	return tr.newGateState(cmd.Rung, g), true, nil
}

// checkGatePermission refuses what the person may not record of a gate, and says why.
func (tr *transition) checkGatePermission(cmd RecordGate, g ladder.Gate, st GateState) error {
	f := tr.facts()
	shut := st
	shut.Status = GateClosed
	may, isParty := tr.gateRightsOf(f, st), tr.gateRightsOf(f, shut).Any()
	switch {
	case cmd.Status != GatePassed && cmd.Status != GateNotAgreed && cmd.Status != GateOverridden:
		return newRefusal(CodeBadInput, sayAgreedOrRefused)
	case !isParty:
		return newRefusal(CodeNotYours, sayGateNotYours, tr.c.Ref)
	case cmd.Status == GatePassed && may.Pass, cmd.Status == GateNotAgreed && may.NotAgreed,
		cmd.Status == GateOverridden && may.Override:
		return nil
	case cmd.Status == GatePassed, cmd.Status == GateNotAgreed && st.Status != GateClosed:
		return newRefusal(CodeAlreadyDone, sayRecordedAlready)
	case cmd.Status == GateNotAgreed:
		return newRefusal(CodeNotAllowed, sayNothingToRefuse)
	case st.Status != GateNotAgreed || st.IsCleared() || !g.MayOverride:
		return newRefusal(CodeNotAllowed, sayNoRefusal)
	default:
		return newRefusal(CodeNotYours, sayOnlyOpeners, joinNames(st.Openers))
	}
}

// continueAfterGate goes on when no gate holds any more. What opens counts from at.
func (tr *transition) continueAfterGate(at time.Time) error {
	h := tr.c.Hold
	rung, _ := tr.env.Ladder.RungByID(h.Rung)
	gates := slices.Clone(h.Gates)
	for _, g := range gatesBefore(tr.env.Ladder, rung) { // a refusal can ask for a second opinion
		if g.OnlyIfNotAgreed != "" && !hasGate(gates, g.ID) && isNotAgreed(gates, g.OnlyIfNotAgreed) && (!g.DirectEntryOnly || h.Cause == CauseSkip) {
			gates = append(gates, tr.newGateState(rung.ID, g))
		}
	}
	if !slices.ContainsFunc(gates, func(g GateState) bool { return !g.IsCleared() }) {
		cause := h.Cause
		if cause == CauseLapse {
			cause = CauseGate
		}
		return tr.openRung(rung, cause, at)
	}
	opens, err := tr.escalatorEnd(rung, gates, at)
	if err != nil {
		return calendarError(err)
	}
	if len(gates) > len(h.Gates) || h.OpensAt.IsZero() != opens.IsZero() {
		return tr.holdAtGates(rung, h.Cause, gates, at) // more is asked for, or only an escalator's time is left
	}
	return nil
}

// GateBefore is how a gate before a rung would stand if the challenge came to it now.
func (c Challenge) GateBefore(rung string, g ladder.Gate, env Env) GateState {
	return newTransition(c, Person{}, env).newGateState(rung, g)
}
