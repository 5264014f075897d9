package challenge

import "slices"

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
			tr.tellChair()
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

// makeRespondentIfDue makes a respondent, as far as that is due today, of whoever gives the
// command: one who stands in for a respondent, or who was one and is back.
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

// HandedOver is the event that somebody is asked in the place of another, or beside them, with the
// time that is left.
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

// applyHandover puts somebody in the place of who was asked, or beside them. Where they are
// asked already, the other is asked no more.
func (o *Opening) applyHandover(h CoverHandover) {
	mayAnswer := o.MayAnswer(h.From.ID)
	o.Respondents, o.Responders = slices.Clone(o.Respondents), slices.Clone(o.Responders)
	o.Handovers = append(slices.Clone(o.Handovers), h)
	if h.Reason == ReasonNotMine {
		o.Named = append(slices.DeleteFunc(slices.Clone(o.Named), func(id string) bool { return id == h.From.ID }), h.To.ID)
		if o.AcknowledgedBy.ID == h.From.ID {
			o.AcknowledgedBy = Person{}
		}
	}
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
			if handover.Side != SideConsulted {
				st.Openers = replaceParty(st.Openers, handover)
			}
			if handover.Side != SideOpeners {
				st.Consulted = replaceParty(st.Consulted, handover)
			}
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
