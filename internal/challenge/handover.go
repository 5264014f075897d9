package challenge

import "slices"

// HandOver passes a running question on to who stands in today for somebody who was
// asked. The time goes on as it was.
type HandOver struct {
	For string // Entra object id of the one who is away
}

func (HandOver) command() {}

// Handover is one passing on of a running question.
type Handover struct {
	From Party `json:"from"`
	To   Party `json:"to"`
}

// HandedOver: a stand-in is asked in the place of somebody, with the time that is left.
type HandedOver struct {
	Handover
}

// Kind of the event.
func (HandedOver) Kind() Kind { return KindHandedOver }

// handOver passes the running question on. Nobody becomes a respondent by it who could
// not have been asked when the rung opened.
func (s *step) handOver(cmd HandOver) error {
	v := s.c.Current()
	if s.c.State != AwaitingResponse || v == nil || !v.MayAnswer(cmd.For) {
		return refuse(MovedOn, sayHandOverNotAsked, s.c.Ref)
	}
	if s.by.ID != cmd.For && !s.isOversight(s.by.ID) {
		return refuse(NotYours, sayHandOverNotYours, s.c.Ref)
	}
	p, ok := s.env.Directory.ActingFor(cmd.For, s.today())
	if !ok || p.Entra == "" {
		return refuse(NotAllowed, sayNobodyStandsIn)
	}
	i := slices.IndexFunc(v.Respondents, func(q Party) bool { return q.ID == cmd.For })
	if i < 0 {
		return refuse(NotAllowed, sayHandOverRecord, s.c.Ref)
	}
	rung, _ := s.env.Ladder.Rung(v.Rung)
	switch {
	case p.Entra == s.c.Chair.ID:
		return refuse(NotAllowed, sayHandOverRaised, p.Name, s.c.Ref, p.Name)
	case p.Entra == v.Judge.ID:
		return refuse(NotAllowed, sayHandOverJudges, p.Name, s.c.Ref, p.Name)
	case v.Asked(p.Entra):
		return refuse(NotAllowed, sayHandOverAsked, p.Name, s.c.Ref)
	case s.c.askedBelow(p.Entra, v.Rung) && !rung.Respond.MayRepeat:
		return refuse(NotAllowed, sayHandOverRepeats, p.Name, s.c.Ref, s.env.Ladder.Words.Rung)
	}
	from := v.Respondents[i]
	to := Party{Person: Person{ID: p.Entra, Name: p.Name}, Role: from.Role, CoverFor: from.Name}
	s.emit(HandedOver{Handover{From: from, To: to}}, v.Rung, v.N)
	s.show(Address{Person: to.ID}, CardRespond)
	s.show(Address{Person: s.c.Chair.ID}, CardCase)
	return nil
}

// passOn puts the stand-in in the place of who was asked.
func (v *Visit) passOn(h Handover) {
	v.Respondents, v.Repliers = slices.Clone(v.Respondents), slices.Clone(v.Repliers)
	for i, p := range v.Respondents {
		if p.ID == h.From.ID {
			v.Respondents[i] = h.To
		}
	}
	for i, id := range v.Repliers {
		if id == h.From.ID {
			v.Repliers[i] = h.To.ID
		}
	}
	v.HandedOver = append(slices.Clone(v.HandedOver), h)
}

// PassedOn is the last passing on by that person on the visit, if they are not asked
// any more.
func (v *Visit) PassedOn(id string) (Handover, bool) {
	for _, h := range slices.Backward(v.HandedOver) {
		if h.From.ID == id && !v.Asked(id) {
			return h, true
		}
	}
	return Handover{}, false
}

// wasAsked reports whether the visit's card went to that person at any time.
func (v *Visit) wasAsked(id string) bool {
	_, passed := v.PassedOn(id)
	return passed || v.Asked(id)
}
