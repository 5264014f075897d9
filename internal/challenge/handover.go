package challenge

import (
	"slices"
)

// HandOver passes a running question on to who stands in today for somebody who was
// asked. The time goes on as it was.
type HandOver struct {
	AwayID string // Entra object id of the one who is away
}

func (cmd HandOver) decide(tr *transition) error { return tr.handOver(cmd) }

// CoverHandover is one passing on of a running question.
type CoverHandover struct {
	From Party `json:"from"`
	To   Party `json:"to"`
	// Alongside: To is asked beside From, whose turn it was while To was away.
	Alongside bool `json:"both,omitempty"`
}

// Handovers: a stand-in is asked in the place of somebody, with the time that is left.
type HandedOver struct {
	CoverHandover
}

// KindHandedOver is stored.
const KindHandedOver EventKind = "handed_over"

// Kind of the event.
func (HandedOver) Kind() EventKind { return KindHandedOver }

func (b HandedOver) apply(c *Challenge, _ Event) {
	c.openingToChange().applyHandover(b.CoverHandover)
}

// RejoinAfterCover asks again, beside who stood in, everybody who passed the running question on
// and is not away any more. The time goes on as it was.
type RejoinAfterCover struct{}

func (RejoinAfterCover) decide(tr *transition) error { return tr.rejoinAfterCover() }

// tryHandOver passes the running question on: for one who is away, at their word, at that of
// somebody who oversees challenges, or by itself on the morning on which cover begins.
func (tr *transition) handOver(cmd HandOver) error {
	opening := tr.c.CurrentOpening()
	if tr.c.State != StateAwaitingResponse || opening == nil || !opening.MayAnswer(cmd.AwayID) {
		return newRefusal(CodeMovedOn, sayHandOverNotAsked, tr.c.Ref)
	}
	if tr.by.ID != System.ID && tr.by.ID != cmd.AwayID && !tr.rights().HandOver {
		return newRefusal(CodeNotYours, sayHandOverNotYours, tr.c.Ref)
	}
	h, err := tr.planHandover(opening, cmd.AwayID)
	if err != nil {
		return err
	}
	tr.emit(HandedOver{h}, opening.Rung, opening.Number)
	tr.post(Address{Person: h.To.ID}, CardRespond)
	tr.post(Address{Person: tr.c.Chair.ID}, CardChallenge)
	return nil
}

// planHandover is who may be asked today in the place of a respondent. Nobody becomes a
// respondent by it who could not have been asked when the rung opened.
func (tr *transition) planHandover(opening *Opening, awayID string) (CoverHandover, error) {
	p, ok := tr.standInFor(awayID)
	if !ok || p.Entra == "" {
		return CoverHandover{}, newRefusal(CodeNotAllowed, sayNobodyStandsIn)
	}
	i := slices.IndexFunc(opening.Respondents, func(q Party) bool { return q.ID == awayID })
	if i < 0 {
		return CoverHandover{}, newRefusal(CodeNotAllowed, sayHandOverRecord, tr.c.Ref)
	}
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	switch {
	case p.Entra == tr.c.Chair.ID:
		return CoverHandover{}, newRefusal(CodeNotAllowed, sayHandOverRaised, p.Name, tr.c.Ref, p.Name)
	case p.Entra == opening.Judge.ID:
		return CoverHandover{}, newRefusal(CodeNotAllowed, sayHandOverJudges, p.Name, tr.c.Ref, p.Name)
	case opening.IsRespondent(p.Entra):
		return CoverHandover{}, newRefusal(CodeNotAllowed, sayHandOverAsked, p.Name, tr.c.Ref)
	case tr.c.wasRespondentOnOtherRung(p.Entra, opening.Rung) && !rung.Respondents.MayRepeat:
		return CoverHandover{}, newRefusal(CodeNotAllowed, sayHandOverRepeats, p.Name, tr.c.Ref, tr.env.Ladder.Words.Rung)
	}
	from := opening.Respondents[i]
	return CoverHandover{From: from, To: Party{Person: Person{ID: p.Entra, Name: p.Name}, Role: from.Role, CoverFor: from.Name}}, nil
}

// rejoinAfterCover is the system's, on the morning after the cover, or when it is ended.
func (tr *transition) rejoinAfterCover() error {
	opening := tr.c.CurrentOpening()
	if tr.c.State != StateAwaitingResponse || opening == nil {
		return newRefusal(CodeMovedOn, sayHandOverNotAsked, tr.c.Ref)
	}
	for _, h := range slices.Clone(opening.Handovers) {
		if tr.isBackFromCover(tr.c.CurrentOpening(), h.From.ID) {
			tr.askAgain(h.From.ID)
			tr.post(Address{Person: h.From.ID}, CardRespond)
		}
	}
	if len(tr.events) == 0 {
		return newRefusal(CodeMovedOn, sayHandOverNotAsked, tr.c.Ref)
	}
	return nil
}

// isBackFromCover reports whether somebody passed the question on and is not away today.
func (tr *transition) isBackFromCover(opening *Opening, id string) bool {
	_, passed := opening.HandoverFrom(id)
	_, onLeave := tr.standInFor(id)
	return passed && !onLeave
}

// askAgain asks somebody who is back beside who stood in for them.
func (tr *transition) askAgain(id string) {
	opening := tr.c.CurrentOpening()
	h, _ := opening.HandoverFrom(id)
	tr.emit(HandedOver{CoverHandover{From: h.To, To: h.From, Alongside: true}}, opening.Rung, opening.Number)
}

// makeRespondentIfDue makes a respondent, as far as that is due today, of whoever gives the command:
// one who stands in for a respondent, or who was one and is back.
func (tr *transition) makeRespondentIfDue(opening *Opening) {
	if tr.c.State != StateAwaitingResponse || opening.Number != len(tr.c.Openings) || opening.MayAnswer(tr.by.ID) {
		return
	}
	if tr.isBackFromCover(opening, tr.by.ID) {
		tr.askAgain(tr.by.ID)
		return
	}
	for _, id := range opening.Responders {
		if h, err := tr.planHandover(opening, id); err == nil && h.To.ID == tr.by.ID {
			tr.emitBy(System, HandedOver{h}, opening.Rung, opening.Number)
			return
		}
	}
}

// applyHandover puts the stand-in in the place of who was asked, or who is back beside them.
func (o *Opening) applyHandover(h CoverHandover) {
	o.Respondents, o.Responders = slices.Clone(o.Respondents), slices.Clone(o.Responders)
	o.Handovers = append(slices.Clone(o.Handovers), h)
	if h.Alongside {
		o.Respondents, o.Responders = append(o.Respondents, h.To), append(o.Responders, h.To.ID)
		return
	}
	for i, p := range o.Respondents {
		if p.ID == h.From.ID {
			o.Respondents[i] = h.To
		}
	}
	for i, id := range o.Responders {
		if id == h.From.ID {
			o.Responders[i] = h.To.ID
		}
	}
}

// HandoverFrom is the last passing on by that person on the opening, if they are not asked
// any more.
func (o *Opening) HandoverFrom(id string) (CoverHandover, bool) {
	for _, h := range slices.Backward(o.Handovers) {
		if h.From.ID == id && !o.IsRespondent(id) {
			return h, true
		}
	}
	return CoverHandover{}, false
}
