package challenge

import (
	"slices"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// gateStates are the gates before a rung as they stand: those of the rung, those
// of a skip, and what was opened ahead.
func (s *step) gateStates(r *ladder.Rung, cause Cause, more []ladder.Gate) []GateState {
	var out []GateState
	for _, g := range slices.Concat(s.promptGate(cause), r.Gates, more) {
		if g.DirectOnly && cause != BySkip || g.Kind == ladder.EscalateBy && cause == BySkip {
			continue
		}
		if hasGate(out, g.ID) {
			continue // a skip asks for what the rung asks for anyway
		}
		out = append(out, s.gateState(r.ID, g))
	}
	// A second opinion is asked for only when the first was a refusal.
	return slices.DeleteFunc(out, func(st GateState) bool {
		g, _ := findGate(s.env.Ladder, st.Rung, st.Gate)
		return g.OnlyIfRefused != "" && st.Status == GateClosed && !refused(out, g.OnlyIfRefused)
	})
}

func hasGate(gates []GateState, id string) bool {
	return slices.ContainsFunc(gates, func(g GateState) bool { return g.Gate == id })
}

func refused(gates []GateState, id string) bool {
	return slices.ContainsFunc(gates, func(g GateState) bool { return g.Gate == id && g.Status == GateRefused })
}

// promptGate is the gate of a rung below that says on_lapse: prompt.
func (s *step) promptGate(cause Cause) []ladder.Gate {
	v := s.c.Current()
	if cause != ByLapse || v == nil {
		return nil
	}
	if below, ok := s.env.Ladder.Rung(v.Rung); ok && below.OnLapse == ladder.Prompt {
		return []ladder.Gate{goOnGate(below.JudgeOf())}
	}
	return nil
}

func goOnGate(by ladder.Role) ladder.Gate {
	return ladder.Gate{ID: goOn, Label: "Decide to go on", Kind: ladder.Confirm, By: by, Needs: ladder.Held}
}

func (s *step) gateState(rung string, g ladder.Gate) GateState {
	st := GateState{Rung: rung, Gate: g.ID, Needs: g.Needs, Status: GateClosed, Openers: s.holders(g.Opener())}
	if g.Kind == ladder.Confirm {
		st.Needs = ladder.Agreed // who decides not to go on has not opened the gate
	}
	if len(st.Openers) == 0 {
		st.Openers = []Party{s.chair()}
	}
	if p, ok := s.env.Directory.ActingFor(s.c.Chair.ID, s.today()); ok && st.Openers[0].ID == s.c.Chair.ID {
		st.Openers = append(st.Openers, Party{Person: Person{ID: p.Entra, Name: p.Name}, Role: ladder.RoleChair, CoverFor: s.c.Chair.Name})
	}
	if g.With != "" {
		st.Consulted = s.holders(g.With)
	}
	for _, view := range s.c.Thresholds {
		if g.Kind == ladder.Threshold && view.Role == g.With {
			st.Status = view.Status
		}
	}
	for _, done := range s.c.Ahead {
		if done.Rung == rung && done.Gate == g.ID {
			st.Status = done.Status
		}
	}
	return st
}

// hold waits at the gates, visibly: those who can open them have a card, the chair
// is told, the channel has a notice, and all are told again every working day. Who
// oversees challenges has it in the digest, and hears at once when nobody holds a role
// that a gate needs.
func (s *step) hold(r *ladder.Rung, cause Cause, gates []GateState, at time.Time) error {
	body := Held{Why: cause, Gates: gates, Nudge: s.nudgeAfter(heldEvery)}
	before := s.c.Hold
	vacant := slices.ContainsFunc(gates, func(st GateState) bool {
		known := before != nil && hasGate(before.Gates, st.Gate)
		return !known && !st.Done() && len(VacantAt(s.env.Ladder, st)) > 0
	})
	var err error
	if body.Opens, err = s.opensAt(r, gates, at); err != nil {
		return calendarRefusal(err)
	}
	s.emitBy(System, body, r.ID, len(s.c.Visits))
	s.tellHeld()
	if !s.raising && !slices.Contains(s.c.Waiting(), s.c.Chair.ID) {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	if vacant {
		s.showRole(ladder.RoleOversight, CardOversight)
	}
	s.show(Address{Team: s.c.Details.Team}, CardNotice)
	return nil
}

// VacantAt are the roles that a gate needs and that nobody held when it shut: whoever
// should open it, for whom the chair then stands, and whoever should be asked.
func VacantAt(l *ladder.Ladder, st GateState) []ladder.Role {
	g, ok := findGate(l, st.Rung, st.Gate)
	if !ok {
		return nil
	}
	var out []ladder.Role
	opens := func(p Party) bool { return p.Role == g.Opener() }
	if g.Opener() != ladder.RoleChair && g.ID != goOn && !slices.ContainsFunc(st.Openers, opens) {
		out = append(out, g.Opener())
	}
	if g.With != "" && g.With != g.Opener() && len(st.Consulted) == 0 {
		out = append(out, g.With)
	}
	return out
}

func (s *step) tellHeld() {
	for _, id := range s.c.Waiting() {
		s.show(Address{Person: id}, CardGate)
	}
}

// opensAt is when an escalator's time ends, which runs from at: only then, and only
// if no other kind of gate is closed, the challenge goes on by itself.
func (s *step) opensAt(r *ladder.Rung, gates []GateState, at time.Time) (time.Time, error) {
	var end time.Time
	for _, st := range gates {
		if st.Done() {
			continue
		}
		g, _ := findGate(s.env.Ladder, r.ID, st.Gate)
		if g.Kind != ladder.EscalateBy || g.Within == nil {
			return time.Time{}, nil
		}
		day0, err := s.env.Calendar.Receipt(at)
		if err != nil {
			return end, err
		}
		d, err := s.env.Calendar.Deadline(workday.Terms{Start: day0, Window: *g.Within})
		if err != nil {
			return end, err
		}
		if d.Due.After(end) {
			end = d.Due.UTC()
		}
	}
	return end, nil
}

// gate records where a gate stands, at the hold or ahead of it.
func (s *step) gate(cmd RecordGate) error {
	if !s.c.State.Open() || s.c.State == Exhausted {
		return refuse(Closed, sayGateOver, s.c.Ref)
	}
	g, ok := findGate(s.env.Ladder, cmd.Rung, cmd.Gate)
	if !ok {
		return refuse(MovedOn, sayGateNotWaited, s.c.Ref, s.c.Ref)
	}
	st, ahead, err := s.standing(cmd, g)
	if err != nil {
		return err
	}
	if err := s.mayRecord(cmd, g, st); err != nil {
		return err
	}
	// What somebody refused, another can call agreed only by saying how it came.
	turned := st.Status == GateRefused && !s.isParty(st.Consulted)
	if err := checkGate(&cmd, g, turned, s.env); err != nil {
		return err
	}
	recorded := GateRecorded{Rung: cmd.Rung, Gate: cmd.Gate, Needs: st.Needs, Status: cmd.Status, Note: cmd.Note,
		On: cmd.On, Fields: cmd.Fields, Ahead: ahead}
	if g.Kind == ladder.Threshold {
		recorded.Threshold = g.With
	}
	s.emit(recorded, cmd.Rung, len(s.c.Visits))
	if ahead {
		return nil
	}
	return s.afterGate(s.env.Now)
}

// standing finds the gate as it stands at the hold, or as it may be opened ahead.
func (s *step) standing(cmd RecordGate, g ladder.Gate) (st GateState, ahead bool, err error) {
	if h := s.c.Hold; h != nil && h.Rung == cmd.Rung {
		i := slices.IndexFunc(h.Gates, func(st GateState) bool { return st.Gate == cmd.Gate })
		if i < 0 {
			return st, false, refuse(MovedOn, sayGateNotWaitedHere, s.c.Ref)
		}
		return h.Gates[i], false, nil
	}
	next := s.rungAbove(s.c.Rung)
	if !g.Ahead || next == nil || next.ID != cmd.Rung {
		return st, false, refuse(MovedOn, sayGateNotThere, s.c.Ref, s.c.Ref)
	}
	return s.gateState(cmd.Rung, g), true, nil
}

// mayRecord holds who may say what of a gate: its opener everything, somebody who
// was consulted their own view, and only the opener may go on against a refusal.
func (s *step) mayRecord(cmd RecordGate, g ladder.Gate, st GateState) error {
	if !s.isParty(st.Openers) && !s.isParty(st.Consulted) {
		return refuse(NotYours, sayGateNotYours, s.c.Ref)
	}
	switch cmd.Status {
	case GatePassed:
		if st.Done() {
			return refuse(Already, sayRecordedAlready)
		}
	case GateRefused:
		if st.Status != GateClosed {
			return refuse(Already, sayRecordedAlready)
		}
		if g.Kind != ladder.Consult && g.Kind != ladder.Threshold && g.Kind != ladder.Confirm {
			return refuse(NotAllowed, sayNothingToRefuse)
		}
	case GateOverridden:
		if st.Status != GateRefused || st.Done() || !g.Override {
			return refuse(NotAllowed, sayNoRefusal)
		}
		if !s.isParty(st.Openers) {
			return refuse(NotYours, sayOnlyOpeners, names(st.Openers))
		}
	default:
		return refuse(BadInput, sayAgreedOrRefused)
	}
	return nil
}

// afterGate goes on when no gate holds any more. What opens counts from at.
func (s *step) afterGate(at time.Time) error {
	h := s.c.Hold
	rung, _ := s.env.Ladder.Rung(h.Rung)
	gates := slices.Clone(h.Gates)
	for _, g := range gatesBefore(s.env.Ladder, rung) { // a refusal can ask for a second opinion
		if g.OnlyIfRefused != "" && !hasGate(gates, g.ID) && refused(gates, g.OnlyIfRefused) && (!g.DirectOnly || h.Why == BySkip) {
			gates = append(gates, s.gateState(rung.ID, g))
		}
	}
	if !slices.ContainsFunc(gates, func(g GateState) bool { return !g.Done() }) {
		cause := h.Why
		if cause == ByLapse {
			cause = ByGate
		}
		return s.open(rung, cause, at)
	}
	opens, err := s.opensAt(rung, gates, at)
	if err != nil {
		return calendarRefusal(err)
	}
	if len(gates) > len(h.Gates) || h.Opens.IsZero() != opens.IsZero() {
		return s.hold(rung, h.Why, gates, at) // more is asked for, or only an escalator's time is left
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

// skip goes straight to a rung on a ground that the ladder allows.
func (s *step) skip(cmd SkipTo) error {
	if s.by.ID != s.c.Chair.ID {
		return refuse(NotYours, saySkipNotYours, s.c.Ref, s.env.Ladder.Words.Rung)
	}
	if !s.c.State.Open() || s.c.State == Exhausted {
		return refuse(Closed, sayCannotBeMoved, s.c.Ref)
	}
	skip, ok := findSkip(s.env.Ladder, cmd.To, cmd.Ground)
	rung, exists := s.env.Ladder.Rung(cmd.To)
	if !ok || !exists || skip.AtRaise {
		return refuse(NotAllowed, saySkipNotAllowed)
	}
	if !s.above(rung) {
		return refuse(NotAllowed, sayNotAbove, rung.Label, s.c.Ref)
	}
	f := faults{}
	cmd.Evidence = requiredText(f, "evidence", sayWhySkip, cmd.Evidence, maxLong)
	if err := f.refusal(); err != nil {
		return err
	}
	s.emit(SkippedTo(cmd), rung.ID, len(s.c.Visits))
	return s.enter(rung, BySkip, s.env.Now, skip.Gates)
}

// above reports whether the rung lies above the one the challenge is on.
func (s *step) above(r *ladder.Rung) bool {
	at := func(id string) int {
		return slices.IndexFunc(s.env.Ladder.Rungs, func(r ladder.Rung) bool { return r.ID == id })
	}
	return at(r.ID) > at(s.c.Rung)
}

func findSkip(l *ladder.Ladder, to, ground string) (ladder.Skip, bool) {
	for _, sk := range l.Skips {
		if slices.Contains(sk.To, to) && slices.ContainsFunc(sk.Ground, func(g ladder.Ground) bool { return g.ID == ground }) {
			return sk, true
		}
	}
	return ladder.Skip{}, false
}

// findGate finds a gate before a rung, be it the rung's own or a skip's.
func findGate(l *ladder.Ladder, rung, id string) (ladder.Gate, bool) {
	r, ok := l.Rung(rung)
	if !ok {
		return ladder.Gate{}, false
	}
	for _, g := range gatesBefore(l, r) {
		if g.ID == id {
			return g, true
		}
	}
	if id == goOn { // who opens it stands in the hold
		return goOnGate(ladder.RoleChair), true
	}
	return ladder.Gate{}, false
}

// MayRefer reports whether the procedure leaves a referral outside the authority to that
// person as the challenge stands on that day.
func MayRefer(id string, c *Challenge, l *ladder.Ladder, d *directory.Directory, on workday.Date) bool {
	x := l.External
	if x == nil || id == "" || x.OnlyLookedAfter && !c.Details.InCare() || !x.AnyTime && c.State != Exhausted {
		return false
	}
	if x.By == ladder.RoleChair {
		return id == c.Chair.ID
	}
	return slices.ContainsFunc(d.Resolve(string(x.By), scopeOf(c), on.String()), func(h directory.Holder) bool { return h.Person.Entra == id })
}

// refer records an external referral that a person made.
func (s *step) refer(cmd Refer) error {
	x := s.env.Ladder.External
	if x == nil {
		return refuse(NotAllowed, sayNoReferral)
	}
	if x.OnlyLookedAfter && !s.c.Details.InCare() {
		return refuse(NotAllowed, sayOnlyLookedAfter, x.To)
	}
	if !slices.ContainsFunc(s.holders(x.By), func(p Party) bool { return p.ID == s.by.ID }) {
		return refuse(NotYours, sayReferralRole, s.env.Ladder.RoleLabel(x.By), x.To)
	}
	if !x.AnyTime && s.c.State != Exhausted {
		return refuse(NotAllowed, sayReferralAtTop, x.To, s.env.Ladder.Words.Rung)
	}
	cmd.Referral.To = x.To
	if err := checkReferral(&cmd.Referral, x, s.env); err != nil {
		return err
	}
	s.emit(Referred(cmd), s.c.Rung, len(s.c.Visits))
	s.showRole(ladder.RoleOversight, CardOversight)
	return nil
}
