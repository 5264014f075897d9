package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

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

// GateRecorded is the event that somebody recorded that a gate is passed or refused, or goes
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

// openEscalatorGates opens the gates of an escalator whose own time ran out. Like a
// lapse, it counts from the instant the time ended unless the engine was away.
func (tr *transition) openEscalatorGates() error {
	h := *tr.c.Hold
	for _, st := range h.Gates {
		if g, _ := FindGate(tr.env.Ladder, h.Rung, st.Gate); !st.IsCleared() && g.Kind == ladder.GateEscalation {
			tr.emit(GateRecorded{Rung: h.Rung, Gate: st.Gate, Needs: g.Needs, Status: GatePassed, Automatic: true}, h.Rung, len(tr.c.Openings))
		}
	}
	return tr.continueAfterGate(tr.countFrom(h.OpensAt))
}

// validateGate refuses a record of a gate that is not complete. turned: it was refused
// before, and somebody else now says that it is agreed.
func validateGate(cmd *RecordGate, g ladder.Gate, wasNotAgreed bool, env Env) error {
	f := inputFaults{}
	f.addUnread(cmd.Unread)
	fields := cmd.Fields
	cmd.Fields = nil
	switch {
	case cmd.Status == GateOverridden:
		cmd.Note = requiredText(f, "note", sayWhyGoOn, cmd.Note, maxText)
	case cmd.Status == GateNotAgreed:
		cmd.Note = requiredText(f, "note", sayWhyNotAgreed, cmd.Note, maxText)
	default:
		cmd.Note = optionalText(f, "note", cmd.Note, maxText)
		if wasNotAgreed && cmd.Note == "" {
			f.add("note", sayHowTurned)
		}
		cmd.Fields = validateFields(f, fields, g.Fields, env)
	}
	if cmd.On == 0 {
		cmd.On = env.Today()
	}
	if cmd.On > env.Today() {
		f.add("on", sayDateInFuture)
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	return nil
}
