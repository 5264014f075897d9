package challenge

import (
	"slices"

	"challengebot/internal/directory"
)

// HandOver passes on what a challenge waits for from somebody to who stands in for them
// today. The time goes on as it was.
type HandOver struct {
	AwayID string // Entra object id of the one who is away
}

func (cmd HandOver) decide(tr *transition) error { return tr.handOver(cmd) }

// Reconcile compares whom the challenge waits for with today's directory: it passes on what
// waits for somebody who is away, has left, or does not hold the role any more, asks
// whoever is back, and tells where nobody is left. The time goes on as it was.
type Reconcile struct{}

func (Reconcile) decide(tr *transition) error { return tr.reconcile() }

// handOver passes on what waits for one person, at their word, at that of somebody who
// oversees the challenge, or by itself.
func (tr *transition) handOver(cmd HandOver) error {
	if !slices.Contains(tr.c.WaitingFor(), cmd.AwayID) && !tr.isActedFor(cmd.AwayID) {
		return newRefusal(CodeMovedOn, sayHandOverNotAsked, tr.c.Ref)
	}
	if tr.by.ID != System.ID && tr.by.ID != cmd.AwayID && !tr.rights().HandOver {
		return newRefusal(CodeNotYours, sayHandOverNotYours, tr.c.Ref)
	}
	moves := slices.DeleteFunc(tr.planHandovers(), func(h CoverHandover) bool {
		return h.From.ID != cmd.AwayID && tr.principalOf(h.From).ID != cmd.AwayID
	})
	if len(moves) > 0 {
		tr.applyHandovers(tr.by, moves)
		return nil
	}
	// Whoever gave the command learns from the answer that nobody is left; others are told.
	refusal := tr.whyNotHandedOver(cmd.AwayID)
	if tr.reportGaps(); len(tr.events) == 0 {
		return refusal
	}
	tr.refusal = refusal
	return nil
}

// isActedFor reports whether what the challenge waits for has been passed on from that person.
func (tr *transition) isActedFor(id string) bool {
	return slices.ContainsFunc(tr.partiesWaitedFor(), func(p Party) bool { return p.CoverFor != "" && tr.principalOf(p).ID == id })
}

// partiesWaitedFor are those for whom the challenge waits, as parties.
func (tr *transition) partiesWaitedFor() []Party {
	o := tr.c.CurrentOpening()
	var all []Party
	switch {
	case tr.c.State == StateAwaitingResponse && o != nil:
		all = slices.Concat(o.Respondents, tr.recorders(o))
	case (tr.c.State == StateAwaitingJudgement || tr.c.State == StateExhausted) && o != nil:
		all = o.Judges()
	case tr.c.State == StateHeldAtGate && tr.c.Hold != nil:
		for _, st := range tr.c.Hold.Gates {
			if !st.IsCleared() {
				all = slices.Concat(all, st.Openers, st.Consulted)
			}
		}
	}
	return all
}

// whyNotHandedOver says why what waits for somebody stays where it is.
func (tr *transition) whyNotHandedOver(id string) *Refusal {
	chain := tr.env.Directory.StandInChain(id, tr.scope(), tr.today())
	if len(chain) == 0 {
		return newRefusal(CodeNotAllowed, sayNobodyStandsIn)
	}
	p := chain[len(chain)-1]
	if !tr.env.Directory.IsReachable(p) {
		return newRefusal(CodeNotAllowed, sayHandOverUnreachable, p.Name, tr.c.Ref)
	}
	if tr.c.State != StateAwaitingResponse {
		if tr.c.WasRespondent(p.Entra) {
			return newRefusal(CodeNotAllowed, sayHandOverPartial, p.Name, tr.c.Ref)
		}
		return newRefusal(CodeNotAllowed, sayHandOverAsked, p.Name, tr.c.Ref)
	}
	if refusal := tr.whyNotAsked(tr.c.CurrentOpening(), p); refusal != nil {
		return refusal
	}
	return newRefusal(CodeNotAllowed, sayHandOverAsked, p.Name, tr.c.Ref)
}

// whyNotAsked says what keeps somebody from answering in the place of who was asked; nil: nothing.
func (tr *transition) whyNotAsked(o *Opening, p directory.Person) *Refusal {
	rung, _ := tr.env.Ladder.RungByID(o.Rung)
	switch tr.obstacleToAsking(rung, o.Judge, p.Entra, false) {
	case obstacleRaised:
		return newRefusal(CodeNotAllowed, sayHandOverRaised, p.Name, tr.c.Ref, p.Name)
	case obstacleJudges:
		return newRefusal(CodeNotAllowed, sayHandOverJudges, p.Name, tr.c.Ref, p.Name)
	case obstacleRepeats:
		return newRefusal(CodeNotAllowed, sayHandOverRepeats, p.Name, tr.c.Ref, tr.env.Ladder.Words.Rung)
	case obstacleNextRung:
		return newRefusal(CodeNotAllowed, sayHandOverNextRung, p.Name, tr.c.Ref, tr.env.Ladder.Words.Rung)
	}
	return nil
}

// reconcile is the system's: when the program starts, when the directory changes, and on
// each working morning.
func (tr *transition) reconcile() error {
	if !tr.c.State.IsOpen() {
		return nil
	}
	tr.by = System
	tr.recount()
	tr.applyHandovers(System, tr.planHandovers())
	tr.reportGaps()
	return nil
}
