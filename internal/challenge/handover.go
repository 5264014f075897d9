package challenge

import (
	"slices"
)

// Task is what a challenge waits for from somebody. The empty one is an answer.
type Task string

// The tasks. Recording is that of whoever records the answer of somebody without an account.
const (
	TaskAnswer    Task = ""
	TaskRecording Task = "recording"
	TaskJudgement Task = "judgement"
	TaskGate      Task = "gate"
)

// HandoverReason is why a task passes from one person to another. The empty one is cover:
// somebody is away, or is back.
type HandoverReason string

// The reasons beside cover.
const (
	// ReasonLeft: they are not in the directory any more.
	ReasonLeft HandoverReason = "left"
	// ReasonRole: they do not hold the role any more.
	ReasonRole HandoverReason = "role"
	// ReasonHeld: nobody held the role, so somebody else had the task; now it is held.
	ReasonHeld HandoverReason = "held"
	// ReasonMoved: the challenge went to another team.
	ReasonMoved HandoverReason = "moved"
)

// CoverHandover is one passing on of something that the challenge waits for.
type CoverHandover struct {
	From Party `json:"from"`
	To   Party `json:"to"`
	// Alongside: To is asked beside From.
	Alongside bool           `json:"both,omitempty"`
	Task      Task           `json:"task,omitempty"`
	Gate      string         `json:"gate,omitempty"`
	Reason    HandoverReason `json:"why,omitempty"`
}

// HandedOver: somebody is asked in the place of another, or beside them, with the time
// that is left.
type HandedOver struct {
	CoverHandover
}

// KindHandedOver is stored.
const KindHandedOver EventKind = "handed_over"

// Kind of the event.
func (HandedOver) Kind() EventKind { return KindHandedOver }

func (b HandedOver) apply(c *Challenge, e Event) {
	switch b.Task {
	case TaskJudgement:
		c.openingToChange().applyJudgeHandover(b.CoverHandover)
	case TaskGate:
		if c.Hold != nil {
			c.Hold.applyHandover(e.Rung, b.CoverHandover)
		}
	default:
		c.openingToChange().applyHandover(b.CoverHandover)
	}
}

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
	o := tr.c.CurrentOpening()
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
	return newRefusal(CodeNotAllowed, sayHandOverAsked, p.Name, tr.c.Ref)
}

// reconcile is the system's: when the program starts, when the directory changes, and on
// each working morning.
func (tr *transition) reconcile() error {
	if !tr.c.State.IsOpen() {
		return nil
	}
	tr.by = System
	tr.applyHandovers(System, tr.planHandovers())
	tr.reportGaps()
	return nil
}

// applyHandovers records moves and asks those who have something to do by them.
func (tr *transition) applyHandovers(by Person, moves []CoverHandover) {
	for _, h := range moves {
		known := slices.Contains(tr.c.WaitingFor(), h.To.ID)
		rung := tr.c.Rung
		if o := tr.c.CurrentOpening(); o != nil && h.Task != TaskGate {
			rung = o.Rung
		}
		tr.emitBy(by, HandedOver{h}, rung, len(tr.c.Openings))
		if !known {
			tr.post(Address{Person: h.To.ID}, tr.cardForTask(h.Task))
		}
		if !h.Alongside {
			tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
		}
	}
}

// cardForTask is the card on which a task can be done as the challenge stands.
func (tr *transition) cardForTask(task Task) Card {
	switch {
	case task == TaskGate:
		return CardGate
	case task == TaskJudgement && tr.c.State == StateAwaitingJudgement:
		return CardJudge
	case task == TaskJudgement:
		return CardChallenge
	default:
		return CardRespond
	}
}

// makeRespondentIfDue makes a respondent, as far as that is due today, of whoever gives the command:
// one who stands in for a respondent, or who was one and is back.
func (tr *transition) makeRespondentIfDue(opening *Opening) {
	if tr.c.State != StateAwaitingResponse || opening.Number != len(tr.c.Openings) || opening.MayAnswer(tr.by.ID) {
		return
	}
	for _, h := range tr.planHandovers() {
		if h.To.ID == tr.by.ID {
			tr.emitBy(System, HandedOver{h}, opening.Rung, opening.Number)
		}
	}
}

// applyHandover puts somebody in the place of who was asked, or beside them. Where they are
// asked already, the other is asked no more.
func (o *Opening) applyHandover(h CoverHandover) {
	mayAnswer := o.MayAnswer(h.From.ID)
	o.Respondents, o.Responders = slices.Clone(o.Respondents), slices.Clone(o.Responders)
	o.Handovers = append(slices.Clone(o.Handovers), h)
	if h.Task != TaskRecording {
		o.Respondents = replaceParty(o.Respondents, h)
	}
	if !mayAnswer {
		return
	}
	i, known := slices.Index(o.Responders, h.From.ID), slices.Contains(o.Responders, h.To.ID)
	switch {
	case h.Alongside && !known:
		o.Responders = append(o.Responders, h.To.ID)
	case !h.Alongside && known:
		o.Responders = slices.Delete(o.Responders, i, i+1)
	case !h.Alongside:
		o.Responders[i] = h.To.ID
	}
}

// applyJudgeHandover puts somebody in the place of a judge, or beside them.
func (o *Opening) applyJudgeHandover(h CoverHandover) {
	judges := replaceParty(o.Judges(), h)
	o.Judge, o.JudgesToo = judges[0], judges[1:]
	if len(o.JudgesToo) == 0 {
		o.JudgesToo = nil
	}
}

// applyHandover does the same at a gate, among those who open it and those consulted.
func (h *Hold) applyHandover(rung string, handover CoverHandover) {
	for i := range h.Gates {
		if st := &h.Gates[i]; st.Rung == rung && st.Gate == handover.Gate {
			st.Openers = replaceParty(st.Openers, handover)
			st.Consulted = replaceParty(st.Consulted, handover)
		}
	}
}

// replaceParty is the parties after a handover; where From is not among them, as they were.
func replaceParty(ps []Party, h CoverHandover) []Party {
	is := func(id string) func(Party) bool { return func(p Party) bool { return p.ID == id } }
	i := slices.IndexFunc(ps, is(h.From.ID))
	if i < 0 {
		return ps
	}
	ps, known := slices.Clone(ps), slices.ContainsFunc(ps, is(h.To.ID))
	switch {
	case h.Alongside && !known:
		ps = append(ps, h.To)
	case !h.Alongside && known && h.From.ID != h.To.ID:
		ps = slices.Delete(ps, i, i+1)
	case !h.Alongside:
		ps[i] = h.To
	}
	return ps
}

// HandoverFrom is the last passing on by that person on the opening, if they are not asked
// any more.
func (o *Opening) HandoverFrom(id string) (CoverHandover, bool) {
	for _, h := range slices.Backward(o.Handovers) {
		if h.From.ID == id && !o.IsRespondent(id) && !o.MayAnswer(id) {
			return h, true
		}
	}
	return CoverHandover{}, false
}
