package challenge

import (
	"slices"

	"challengebot/internal/directory"
)

// NameSuccessor puts somebody in the place of a chair who is not in the directory any
// more. Whatever the challenge waits for from the chair, it then waits for from them.
type NameSuccessor struct {
	Successor string // Entra object id
}

func (cmd NameSuccessor) decide(tr *transition) error { return tr.nameSuccessor(cmd) }

// ChairSucceeded is the event that an overseer named who is the chair of the challenge from now on.
type ChairSucceeded struct {
	From Person `json:"from"`
	To   Person `json:"to"`
}

// KindChairSucceeded is stored.
const KindChairSucceeded EventKind = "chair_succeeded"

// Kind of the event.
func (ChairSucceeded) Kind() EventKind { return KindChairSucceeded }

func (b ChairSucceeded) apply(c *Challenge, _ Event) {
	c.Chair = b.To
	succeed := func(ps []Party) []Party {
		ps = slices.Clone(ps)
		for i := range ps {
			if ps[i].ID == b.From.ID && ps[i].Role == directory.RoleChair {
				ps[i].Person = b.To
			}
		}
		return ps
	}
	if o := c.openingToChange(); o.Judge.ID == b.From.ID {
		o.Judge.Person = b.To
	}
	if o := c.openingToChange(); slices.Contains(o.Responders, b.From.ID) && !o.IsRespondent(b.From.ID) {
		o.Responders = slices.Clone(o.Responders) // the chair records the answer of somebody without an account
		o.Responders[slices.Index(o.Responders, b.From.ID)] = b.To.ID
	}
	if c.Hold != nil {
		for i := range c.Hold.Gates {
			c.Hold.Gates[i].Openers = succeed(c.Hold.Gates[i].Openers)
			c.Hold.Gates[i].Consulted = succeed(c.Hold.Gates[i].Consulted)
		}
	}
}

// nameSuccessor is for those who oversee the challenge, and only when its chair has left:
// nobody else ends a challenge for a chair who is there.
func (tr *transition) nameSuccessor(cmd NameSuccessor) error {
	if !tr.rightsInSomeState().NameSuccessor {
		return newRefusal(CodeNotYours, saySuccessorNotYours, tr.c.Ref)
	}
	if !tr.c.State.IsOpen() {
		return newRefusal(CodeClosed, sayHasEnded, tr.c.Ref)
	}
	if _, listed := tr.env.Directory.PersonByEntra(tr.c.Chair.ID); listed {
		return newRefusal(CodeNotAllowed, sayChairHasNotLeft, tr.c.Chair.Name, tr.c.Ref)
	}
	p, listed := tr.env.Directory.PersonByEntra(cmd.Successor)
	switch {
	case !listed, !MayRaise(tr.env.Ladder, p.Entra, tr.scope(), tr.env):
		return newRefusal(CodeNotAllowed, saySuccessorMayNotRaise)
	case tr.wasAsked(p.Entra):
		return newRefusal(CodeNotAllowed, saySuccessorWasAsked, p.Name, tr.c.Ref)
	}
	tr.emit(ChairSucceeded{From: tr.c.Chair, To: Person{ID: p.Entra, Name: p.Name}}, tr.c.Rung, len(tr.c.Openings))
	card, _ := tr.c.CardFor(p.Entra)
	tr.post(Address{Person: p.Entra}, card)
	return nil
}

// wasAsked reports whether somebody is or was asked to answer, or records an answer now.
func (tr *transition) wasAsked(id string) bool {
	o := tr.c.CurrentOpening()
	return tr.c.WasRespondent(id) || o != nil && o.MayAnswer(id)
}

// SuccessorCandidates are those who could take over from the chair.
func (s Snapshot) SuccessorCandidates(env Env) []Person {
	env.Ladder = s.Ladder
	tr := newTransition(s.Challenge, System, env)
	var all []Person
	for _, p := range env.Directory.People() {
		if p.Entra != "" && p.Entra != s.Challenge.Chair.ID && MayRaise(s.Ladder, p.Entra, tr.scope(), env) && !tr.wasAsked(p.Entra) {
			all = append(all, Person{ID: p.Entra, Name: p.Name})
		}
	}
	return all
}
