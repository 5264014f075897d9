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
	// Both: To is asked beside From, whose turn it was while To was away.
	Both bool `json:"both,omitempty"`
}

// HandedOver: a stand-in is asked in the place of somebody, with the time that is left.
type HandedOver struct {
	Handover
}

// Kind of the event.
func (HandedOver) Kind() Kind { return KindHandedOver }

// TakeBack asks again, beside who stood in, everybody who passed the running question on
// and is not away any more. The time goes on as it was.
type TakeBack struct{}

func (TakeBack) command() {}

// handOver passes the running question on: for one who is away, at their word, at that of
// somebody who oversees challenges, or by itself on the morning on which cover begins.
func (s *step) handOver(cmd HandOver) error {
	v := s.c.Current()
	if s.c.State != AwaitingResponse || v == nil || !v.MayAnswer(cmd.For) {
		return refuse(MovedOn, sayHandOverNotAsked, s.c.Ref)
	}
	if s.by.ID != System.ID && s.by.ID != cmd.For && !s.isOversight(s.by.ID) {
		return refuse(NotYours, sayHandOverNotYours, s.c.Ref)
	}
	h, err := s.standIn(v, cmd.For)
	if err != nil {
		return err
	}
	s.emit(HandedOver{h}, v.Rung, v.N)
	s.show(Address{Person: h.To.ID}, CardRespond)
	s.show(Address{Person: s.c.Chair.ID}, CardCase)
	return nil
}

// standIn is who may be asked today in the place of a respondent. Nobody becomes a
// respondent by it who could not have been asked when the rung opened.
func (s *step) standIn(v *Visit, away string) (Handover, error) {
	p, ok := s.env.Directory.ActingFor(away, s.today())
	if !ok || p.Entra == "" {
		return Handover{}, refuse(NotAllowed, sayNobodyStandsIn)
	}
	i := slices.IndexFunc(v.Respondents, func(q Party) bool { return q.ID == away })
	if i < 0 {
		return Handover{}, refuse(NotAllowed, sayHandOverRecord, s.c.Ref)
	}
	rung, _ := s.env.Ladder.Rung(v.Rung)
	switch {
	case p.Entra == s.c.Chair.ID:
		return Handover{}, refuse(NotAllowed, sayHandOverRaised, p.Name, s.c.Ref, p.Name)
	case p.Entra == v.Judge.ID:
		return Handover{}, refuse(NotAllowed, sayHandOverJudges, p.Name, s.c.Ref, p.Name)
	case v.Asked(p.Entra):
		return Handover{}, refuse(NotAllowed, sayHandOverAsked, p.Name, s.c.Ref)
	case s.c.askedBelow(p.Entra, v.Rung) && !rung.Respond.MayRepeat:
		return Handover{}, refuse(NotAllowed, sayHandOverRepeats, p.Name, s.c.Ref, s.env.Ladder.Words.Rung)
	}
	from := v.Respondents[i]
	return Handover{From: from, To: Party{Person: Person{ID: p.Entra, Name: p.Name}, Role: from.Role, CoverFor: from.Name}}, nil
}

// takeBack is the system's, on the morning after the cover, or when it is ended.
func (s *step) takeBack() error {
	v := s.c.Current()
	if s.c.State != AwaitingResponse || v == nil {
		return refuse(MovedOn, sayHandOverNotAsked, s.c.Ref)
	}
	for _, h := range slices.Clone(v.HandedOver) {
		if s.isBack(s.c.Current(), h.From.ID) {
			s.askAgain(h.From.ID)
			s.show(Address{Person: h.From.ID}, CardRespond)
		}
	}
	if len(s.events) == 0 {
		return refuse(MovedOn, sayHandOverNotAsked, s.c.Ref)
	}
	return nil
}

// isBack reports whether somebody passed the question on and is not away today.
func (s *step) isBack(v *Visit, id string) bool {
	_, passed := v.PassedOn(id)
	_, away := s.env.Directory.ActingFor(id, s.today())
	return passed && !away
}

// askAgain asks somebody who is back beside who stood in for them.
func (s *step) askAgain(id string) {
	v := s.c.Current()
	h, _ := v.PassedOn(id)
	s.emit(HandedOver{Handover{From: h.To, To: h.From, Both: true}}, v.Rung, v.N)
}

// takesPart makes a respondent, as far as that is due today, of whoever gives the command:
// one who stands in for a respondent, or who was one and is back.
func (s *step) takesPart(v *Visit) {
	if s.c.State != AwaitingResponse || v.N != len(s.c.Visits) || v.MayAnswer(s.by.ID) {
		return
	}
	if s.isBack(v, s.by.ID) {
		s.askAgain(s.by.ID)
		return
	}
	for _, id := range v.Repliers {
		if h, err := s.standIn(v, id); err == nil && h.To.ID == s.by.ID {
			s.emitBy(System, HandedOver{h}, v.Rung, v.N)
			return
		}
	}
}

// passOn puts the stand-in in the place of who was asked, or who is back beside them.
func (v *Visit) passOn(h Handover) {
	v.Respondents, v.Repliers = slices.Clone(v.Respondents), slices.Clone(v.Repliers)
	v.HandedOver = append(slices.Clone(v.HandedOver), h)
	if h.Both {
		v.Respondents, v.Repliers = append(v.Respondents, h.To), append(v.Repliers, h.To.ID)
		return
	}
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

// refusedBefore reports whether Teams refused the visit's card to that person, or to
// somebody for whom, in the end, they stand in.
func (v *Visit) refusedBefore(id string) bool {
	if slices.Contains(v.Refused, id) {
		return true
	}
	for _, h := range slices.Backward(v.HandedOver) {
		if h.To.ID != id {
			continue
		}
		if id = h.From.ID; slices.Contains(v.Refused, id) {
			return true
		}
	}
	return false
}

// wasAsked reports whether the visit's card went to that person at any time.
func (v *Visit) wasAsked(id string) bool {
	_, passed := v.PassedOn(id)
	return passed || v.Asked(id)
}
