package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

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

func hasGate(gates []GateState, id string) bool {
	return slices.ContainsFunc(gates, func(g GateState) bool { return g.Gate == id })
}

func isNotAgreed(gates []GateState, id string) bool {
	return slices.ContainsFunc(gates, func(g GateState) bool { return g.Gate == id && g.Status == GateNotAgreed })
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

func goOnGate(by directory.Role) ladder.Gate {
	return ladder.Gate{ID: goOnGateID, Label: "Decide to go on", Kind: ladder.GateConfirm, OpenedBy: by, Needs: ladder.TookPlace}
}

func (tr *transition) newGateState(rung string, g ladder.Gate) GateState {
	st := GateState{Rung: rung, Gate: g.ID, Needs: g.Needs, Status: GateClosed, Openers: tr.reachableInRole(g.OpenerRole())}
	if g.Kind == ladder.GateConfirm {
		st.Needs = ladder.Agreed // who decides not to go on has not opened the gate
	}
	if len(st.Openers) == 0 {
		st.Openers = []Party{tr.chairParty()}
	}
	if p, ok := tr.env.Directory.StandInFor(tr.c.Chair.ID, tr.today()); ok && st.Openers[0].ID == tr.c.Chair.ID {
		st.Openers = append(st.Openers, Party{Person: Person{ID: p.Entra, Name: p.Name}, Role: directory.RoleChair, CoverFor: tr.c.Chair.Name})
	}
	if g.Consultee != "" {
		st.Consulted = tr.reachableInRole(g.Consultee)
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

// VacantGateRoles are the roles that a gate needs and that nobody held when it shut: whoever
// should open it, for whom the chair then stands, and whoever should be asked.
func VacantGateRoles(l *ladder.Ladder, st GateState) []directory.Role {
	g, ok := FindGate(l, st.Rung, st.Gate)
	if !ok {
		return nil
	}
	var out []directory.Role
	opens := func(p Party) bool { return p.Role == g.OpenerRole() }
	if g.OpenerRole() != directory.RoleChair && g.ID != goOnGateID && !slices.ContainsFunc(st.Openers, opens) {
		out = append(out, g.OpenerRole())
	}
	if g.Consultee != "" && g.Consultee != g.OpenerRole() && len(st.Consulted) == 0 {
		out = append(out, g.Consultee)
	}
	return out
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

// checkGatePermission holds who may say what of a gate: its opener everything, somebody who
// was consulted their own view, and only the opener may go on against a refusal.
func (tr *transition) checkGatePermission(cmd RecordGate, g ladder.Gate, st GateState) error {
	if !tr.isOneOf(st.Openers) && !tr.isOneOf(st.Consulted) {
		return newRefusal(CodeNotYours, sayGateNotYours, tr.c.Ref)
	}
	switch cmd.Status {
	case GatePassed:
		if st.IsCleared() {
			return newRefusal(CodeAlreadyDone, sayRecordedAlready)
		}
	case GateNotAgreed:
		if st.Status != GateClosed {
			return newRefusal(CodeAlreadyDone, sayRecordedAlready)
		}
		if g.Kind != ladder.GateConsult && g.Kind != ladder.GateThreshold && g.Kind != ladder.GateConfirm {
			return newRefusal(CodeNotAllowed, sayNothingToRefuse)
		}
	case GateOverridden:
		if st.Status != GateNotAgreed || st.IsCleared() || !g.MayOverride {
			return newRefusal(CodeNotAllowed, sayNoRefusal)
		}
		if !tr.isOneOf(st.Openers) {
			return newRefusal(CodeNotYours, sayOnlyOpeners, joinNames(st.Openers))
		}
	default:
		return newRefusal(CodeBadInput, sayAgreedOrRefused)
	}
	return nil
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

// gatesBefore are the gates of a rung and of every skip that leads to it.
func gatesBefore(l *ladder.Ladder, r *ladder.Rung) []ladder.Gate {
	gates := r.Gates
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, r.ID) {
			gates = slices.Concat(gates, sk.Gates)
		}
	}
	return gates
}

// skipTo goes straight to a rung on a ground that the ladder allows.
func (tr *transition) skipTo(cmd SkipTo) error {
	if tr.by.ID != tr.c.Chair.ID {
		return newRefusal(CodeNotYours, saySkipNotYours, tr.c.Ref, tr.env.Ladder.Words.Rung)
	}
	if !tr.c.State.IsOpen() || tr.c.State == StateExhausted {
		return newRefusal(CodeClosed, sayCannotBeMoved, tr.c.Ref)
	}
	skip, ok := findSkip(tr.env.Ladder, cmd.To, cmd.Ground)
	rung, exists := tr.env.Ladder.RungByID(cmd.To)
	if !ok || !exists || skip.OnlyAtRaise {
		return newRefusal(CodeNotAllowed, saySkipNotAllowed)
	}
	if !tr.isAbove(rung) {
		return newRefusal(CodeNotAllowed, sayNotAbove, rung.Label, tr.c.Ref)
	}
	f := inputFaults{}
	cmd.Evidence = requiredText(f, "evidence", sayWhySkip, cmd.Evidence, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(SkippedTo(cmd), rung.ID, len(tr.c.Openings))
	return tr.enterRung(rung, CauseSkip, tr.env.Now, skip.Gates)
}

// isAbove reports whether the rung lies above the one the challenge is on.
func (tr *transition) isAbove(r *ladder.Rung) bool {
	at := func(id string) int {
		return slices.IndexFunc(tr.env.Ladder.Rungs, func(r ladder.Rung) bool { return r.ID == id })
	}
	return at(r.ID) > at(tr.c.Rung)
}

func findSkip(l *ladder.Ladder, to, ground string) (ladder.Skip, bool) {
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, to) && slices.ContainsFunc(sk.Grounds, func(g ladder.Ground) bool { return g.ID == ground }) {
			return sk, true
		}
	}
	return ladder.Skip{}, false
}

// FindGate finds a gate before a rung, be it the rung's own or a skip's.
func FindGate(l *ladder.Ladder, rung, id string) (ladder.Gate, bool) {
	r, ok := l.RungByID(rung)
	if !ok {
		return ladder.Gate{}, false
	}
	for _, g := range gatesBefore(l, r) {
		if g.ID == id {
			return g, true
		}
	}
	if id == goOnGateID { // who opens it stands in the hold
		return goOnGate(directory.RoleChair), true
	}
	return ladder.Gate{}, false
}

// MayRefer reports whether the procedure leaves a referral outside the authority to that
// person as the challenge stands on that day.
func MayRefer(id string, c *Challenge, l *ladder.Ladder, d *directory.Directory, on workday.Date) bool {
	x := l.ExternalReferral
	if x == nil || id == "" || x.OnlyLookedAfter && !c.Details.IsLookedAfter() || !x.AnyTime && c.State != StateExhausted {
		return false
	}
	if x.ReferredBy == directory.RoleChair {
		return id == c.Chair.ID
	}
	return slices.ContainsFunc(d.ActingHolders(x.ReferredBy, c.Scope(), on), func(h directory.Holder) bool { return h.Person.Entra == id })
}

// recordReferral records an external referral that a person made.
func (tr *transition) recordReferral(cmd Refer) error {
	x := tr.env.Ladder.ExternalReferral
	if x == nil {
		return newRefusal(CodeNotAllowed, sayNoReferral)
	}
	if x.OnlyLookedAfter && !tr.c.Details.IsLookedAfter() {
		return newRefusal(CodeNotAllowed, sayOnlyLookedAfter, x.To)
	}
	if !slices.ContainsFunc(tr.reachableInRole(x.ReferredBy), func(p Party) bool { return p.ID == tr.by.ID }) {
		return newRefusal(CodeNotYours, sayReferralRole, tr.env.Ladder.RoleLabel(x.ReferredBy), x.To)
	}
	if !x.AnyTime && tr.c.State != StateExhausted {
		return newRefusal(CodeNotAllowed, sayReferralAtTop, x.To, tr.env.Ladder.Words.Rung)
	}
	cmd.Referral.To = x.To
	if err := validateReferral(&cmd.Referral, x, tr.env); err != nil {
		return err
	}
	tr.emit(Referred(cmd), tr.c.Rung, len(tr.c.Openings))
	tr.postToRole(directory.RoleOversight, CardOversight)
	return nil
}

// GateBefore is how a gate before a rung would stand if the challenge came to it now.
func (c Challenge) GateBefore(rung string, g ladder.Gate, env Env) GateState {
	return newTransition(c, Person{}, env).newGateState(rung, g)
}
