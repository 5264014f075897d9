package challenge

import (
	"slices"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/permission"
)

// This file gathers the facts on which package permission decides. It has no rule of its
// own about who may do what.

// RightsOf is what a person may do to the challenge now, and whether they may read it.
// env.Ladder is not needed: the challenge's own counts.
func (s Snapshot) RightsOf(id string, env Env) permission.Rights {
	if s.Ladder == nil {
		return permission.Rights{}
	}
	env.Ladder = s.Ladder
	tr := newTransition(s.Challenge, Person{ID: id}, env)
	f := tr.facts()
	f.Acted = slices.ContainsFunc(s.History, func(e Event) bool { return e.By.ID == tr.by.ID && tr.by.ID != "" })
	f.Involved = f.Involved || slices.ContainsFunc(s.History, func(e Event) bool {
		held, ok := e.Body.(Held)
		return ok && slices.ContainsFunc(held.Gates, tr.isNeededAtGate)
	})
	r := permission.Decide(f)
	r.Gates = tr.gateRights(f)
	return r
}

// rights are those of the person who gives the command, reading aside.
func (tr *transition) rights() permission.Rights { return permission.Decide(tr.facts()) }

// rightsInSomeState are the rights of the person who gives the command if the challenge
// stood elsewhere: who has none even then is told that it is not theirs.
func (tr *transition) rightsInSomeState() permission.Rights {
	return permission.Decide(tr.facts().InEveryState())
}

// facts are what decides the rights of the person who gives the command, as far as the
// challenge knows them; the trail knows more about who may read.
func (tr *transition) facts() permission.Facts {
	c, id := &tr.c, tr.by.ID
	_, listed := tr.env.Directory.PersonByEntra(id)
	f := permission.Facts{
		Listed:          listed && id != "",
		AwaitsResponse:  c.State == StateAwaitingResponse,
		AwaitsJudgement: c.State == StateAwaitingJudgement,
		Waits:           c.State == StateHeldAtGate || c.State == StateExhausted,
		Chair:           id == c.Chair.ID,
		ChairStandIn:    tr.isActingFor(c.Chair),
		EverAsked:       c.WasRespondent(id),
		Oversees:        tr.isOverseer(id),
		Involved:        tr.isInvolved(),
		Registers:       tr.isInRegisterOf(id),
		WritesNotes:     tr.writesNotes(),
		Refers:          tr.isReferrer(),
		TakesFurther:    tr.mayTakeFurther(),
		Urgent:          c.Urgent != nil,
		Shortens:        tr.env.Ladder.Shorten != nil && tr.actsAs(tr.env.Ladder.Shorten.By),
	}
	f.ReferralPossible = f.Refers && tr.isReferralPossible()
	if o := c.CurrentOpening(); o != nil {
		f.Judge, f.JudgeStandIn = tr.isJudge(o)
		f.Asked = o.MayAnswer(id)
		f.Records = f.Asked && !o.IsRespondent(id)
		f.Answered = o.Outcome == OutcomeAnswered && o.AnsweredBy.ID == id
		f.AnswersFor = c.State == StateAwaitingResponse && tr.mayBecomeRespondent(o)
	}
	f.GateParty = c.Hold != nil && slices.ContainsFunc(c.Hold.Gates, func(st GateState) bool {
		return !st.IsCleared() && (tr.isOneOf(st.Openers) || tr.isOneOf(st.Consulted))
	})
	return f
}

// isInvolved reports whether the person has had a part of their own in the challenge:
// raised it, or was asked, judged, alerted, or needed at the gate where it waits.
func (tr *transition) isInvolved() bool {
	c, id := &tr.c, tr.by.ID
	if id == "" || c.Chair.ID == id {
		return id != ""
	}
	for i := range c.Openings {
		o := &c.Openings[i]
		handover, handedOn := o.HandoverFrom(id)
		if isInOwnRight(id)(o.Judge) || slices.ContainsFunc(o.Respondents, isInOwnRight(id)) ||
			slices.ContainsFunc(o.Alerted, isInOwnRight(id)) ||
			handedOn && handover.From.CoverFor == "" || o.MayAnswer(id) && !o.IsRespondent(id) {
			return true
		}
	}
	return c.Hold != nil && slices.ContainsFunc(c.Hold.Gates, tr.isNeededAtGate)
}

// isNeededAtGate reports whether a gate waited for the person in their own right.
func (tr *transition) isNeededAtGate(g GateState) bool {
	own := isInOwnRight(tr.by.ID)
	return slices.ContainsFunc(g.Openers, own) || slices.ContainsFunc(g.Consulted, own)
}

// isInOwnRight finds a person who stands among parties for nobody but themselves.
func isInOwnRight(id string) func(Party) bool {
	return func(p Party) bool { return id != "" && p.ID == id && p.CoverFor == "" }
}

// mayBecomeRespondent reports whether the person is asked as soon as they act: they stand
// in for a respondent, or were one and are back.
func (tr *transition) mayBecomeRespondent(o *Opening) bool {
	return tr.by.ID != "" && !o.MayAnswer(tr.by.ID) && slices.ContainsFunc(tr.planHandovers(), func(h CoverHandover) bool {
		return h.To.ID == tr.by.ID
	})
}

// isJudge reports whether the person who gives the command judges the opening, in their own
// right or in the place of somebody: as they were asked to, or as cover holds today.
func (tr *transition) isJudge(o *Opening) (own, standIn bool) {
	for _, p := range o.Judges() {
		if p.ID == tr.by.ID && p.ID != "" {
			own, standIn = own || p.CoverFor == "" || p.ID == o.Judge.ID, standIn || p.CoverFor != ""
		}
	}
	return own, standIn || tr.isActingFor(tr.principalOf(o.Judge))
}

// isReferrer reports whether the procedure leaves a referral outside the authority to the
// person's role.
func (tr *transition) isReferrer() bool {
	x := tr.env.Ladder.ExternalReferral
	return x != nil && tr.actsAs(x.ReferredBy)
}

// isReferralPossible reports whether the procedure allows a referral as the challenge
// stands.
func (tr *transition) isReferralPossible() bool {
	x := tr.env.Ladder.ExternalReferral
	d := tr.c.Details
	return x != nil && (!x.OnlyLookedAfter || d.IsLookedAfter(tr.env.Ladder) || d.LookedAfterUnsaid) && (x.AnyTime || tr.c.State == StateExhausted)
}

// gateRights are the rights over the gates that wait now and those that can be opened
// before their rung is reached.
func (tr *transition) gateRights(f permission.Facts) map[string]permission.GateRights {
	if !f.Open() || tr.c.State == StateExhausted {
		return nil
	}
	rights := map[string]permission.GateRights{}
	add := func(st GateState) {
		if r := tr.gateRightsOf(f, st); r.Any() {
			rights[permission.GateKey(st.Rung, st.Gate)] = r
		}
	}
	for _, st := range tr.gatesOpenableAhead() {
		add(st)
	}
	if tr.c.Hold != nil {
		for _, st := range tr.c.Hold.Gates {
			add(st)
		}
	}
	return rights
}

// gatesOpenableAhead are the gates of the next rung that can be opened before it is
// reached, as they stand.
func (tr *transition) gatesOpenableAhead() []GateState {
	next := tr.rungAbove(tr.c.Rung)
	if next == nil {
		return nil
	}
	var ahead []GateState
	for _, g := range next.Gates {
		if g.MayOpenAhead {
			ahead = append(ahead, tr.newGateState(next.ID, g))
		}
	}
	return ahead
}

// gateRightsOf are the rights of the person who gives the command over one gate.
func (tr *transition) gateRightsOf(f permission.Facts, st GateState) permission.GateRights {
	g, _ := FindGate(tr.env.Ladder, st.Rung, st.Gate)
	own := func(p Party) bool { return isInOwnRight(tr.by.ID)(p) || tr.holdsRoleOf(p) }
	return permission.DecideGate(f, permission.GateFacts{
		Opener:      tr.isOneOf(st.Openers),
		Consulted:   tr.isOneOf(st.Consulted),
		StandIn:     !slices.ContainsFunc(st.Openers, own) && !slices.ContainsFunc(st.Consulted, own),
		Cleared:     st.IsCleared(),
		NotAgreed:   st.Status == GateNotAgreed,
		Refusable:   g.Kind == ladder.GateConsult || g.Kind == ladder.GateThreshold || g.Kind == ladder.GateConfirm,
		Overridable: g.MayOverride,
	})
}

// isOneOf reports whether the person who gives the command is one of those, acts
// in the place of one today, or has come into the role since.
func (tr *transition) isOneOf(ps []Party) bool {
	return tr.by.ID != "" && slices.ContainsFunc(ps, func(p Party) bool {
		return p.ID == tr.by.ID || tr.holdsRoleOf(p) || tr.isActingFor(p.Person)
	})
}

// holdsRoleOf reports whether the person may act today in the role that a party was named
// in.
func (tr *transition) holdsRoleOf(p Party) bool {
	held, scope := tr.placeOf(p.Role)
	return p.Role != directory.RoleChair && tr.env.Directory.MayActIn(tr.by.ID, held, scope, tr.today())
}

// actsAs reports whether the person who gives the command is among those who act in a role
// today, the chair being whoever raised the challenge.
func (tr *transition) actsAs(role directory.Role) bool {
	return slices.ContainsFunc(tr.reachableInRole(role), func(p Party) bool { return p.ID == tr.by.ID })
}

// isActingFor reports whether the person who gives the command stands in for another
// today.
func (tr *transition) isActingFor(holder Person) bool {
	if tr.by.ID == "" || tr.by.ID == holder.ID {
		return false
	}
	p, ok := tr.actor(tr.seatOf(holder, ""), tr.isImpartial)
	return ok && p.ID == tr.by.ID
}

// isOverseer reports whether the person oversees challenges today: those of the team, of
// its service, of the agency, or all of the authority's.
func (tr *transition) isOverseer(id string) bool {
	return tr.env.Directory.MayActAtAnyLevel(id, directory.RoleOversight, tr.scope(), tr.today())
}

// isInRegisterOf reports whether the ladder lets the person find the challenge in the register today.
func (tr *transition) isInRegisterOf(id string) bool {
	r := tr.env.Ladder.Register
	return r != nil && (r.From == "" || tr.wasOpened(r.From)) && slices.ContainsFunc(r.Roles, func(role directory.Role) bool {
		held, scope := tr.placeOf(role)
		return tr.env.Directory.MayActAtAnyLevel(id, held, scope, tr.today())
	})
}

// writesNotes reports whether the procedure leaves a note to the person's role, other than the
// chair's, on a rung that has been opened.
func (tr *transition) writesNotes() bool {
	return slices.ContainsFunc(tr.env.Ladder.RecordingRules, func(r ladder.RecordingRule) bool {
		return r.Author != directory.RoleChair && !r.IsDocument() && tr.isNoteAuthor(r)
	})
}

// isNoteAuthor reports whether a note is the person's to write: the chair's, or a role's, once one of
// the rungs has been opened that the note is about. It can wait until they are back: a stand-in, who
// is there for what is asked, reads nothing for it.
func (tr *transition) isNoteAuthor(r ladder.RecordingRule) bool {
	if r.Author == directory.RoleChair {
		return tr.by.ID == tr.c.Chair.ID
	}
	opened := slices.ContainsFunc(tr.c.Openings, func(o Opening) bool { return slices.Contains(r.Rungs, o.Rung) })
	return opened && slices.ContainsFunc(tr.reachableInRole(r.Author), isInOwnRight(tr.by.ID))
}

// wasOpened reports whether a rung, or one above it, has been opened.
func (tr *transition) wasOpened(rung string) bool {
	place := func(id string) int {
		return slices.IndexFunc(tr.env.Ladder.Rungs, func(r ladder.Rung) bool { return r.ID == id })
	}
	return slices.ContainsFunc(tr.c.Openings, func(o Opening) bool { return place(o.Rung) >= place(rung) })
}

// MayRaise reports whether a person may raise a challenge under the ladder about something that
// belongs there.
func MayRaise(l *ladder.Ladder, id string, scope directory.Scope, env Env) bool {
	if l.IsRaisedAnywhere() {
		_, may := findOwnSide(l, id, env)
		return may
	}
	return slices.ContainsFunc(l.RaiserRoles(), func(r directory.Role) bool {
		return env.Directory.MayActIn(id, r, scope, env.Today())
	})
}

// findOwnSide is the first team or agency in which a person may raise a challenge. Who may do so for
// the whole authority belongs to none.
func findOwnSide(l *ladder.Ladder, id string, env Env) (directory.Scope, bool) {
	mayRaise := func(s directory.Scope) bool {
		return slices.ContainsFunc(l.RaiserRoles(), func(r directory.Role) bool { return env.Directory.MayActIn(id, r, s, env.Today()) })
	}
	if mayRaise(directory.Scope{}) {
		return directory.Scope{}, true
	}
	all := env.Directory.AllScopes()
	i := slices.IndexFunc(all, mayRaise)
	if i < 0 {
		return directory.Scope{}, false
	}
	return all[i], true
}

// mayTakeFurther reports whether the ladder leaves it to the person to take the challenge from its
// rung to the next.
func (tr *transition) mayTakeFurther() bool {
	rung, known := tr.env.Ladder.RungByID(tr.c.Rung)
	return known && slices.ContainsFunc(rung.MayEscalate, func(role directory.Role) bool {
		return role != directory.RoleChair && tr.actsAs(role) || role == directory.RoleChair && tr.by.ID == tr.c.Chair.ID
	})
}
