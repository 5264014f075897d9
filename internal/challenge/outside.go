package challenge

import "challengebot/internal/workday"

// How somebody without an account here was asked.
type How string

// The ways of asking.
const (
	ByTelephone How = "phone"
	ByEmail     How = "e-mail"
)

// MarkAsked records that the one who asks has put the question to a respondent who has
// no account here. It starts no clock and moves none.
type MarkAsked struct {
	Visit int
	How   How
	On    workday.Date
	Note  string // whom, and what was said
}

func (MarkAsked) command() {}

// AskedOutside: a respondent without an account was asked by telephone or e-mail.
type AskedOutside struct {
	How  How          `json:"how"`
	On   workday.Date `json:"on"`
	Note string       `json:"note,omitempty"`
}

// Kind of the event.
func (AskedOutside) Kind() Kind { return KindAskedOutside }

// markAsked is for whoever records the answer on somebody's behalf.
func (s *step) markAsked(cmd MarkAsked) error {
	v := s.c.Visit(cmd.Visit)
	switch {
	case v == nil || !v.MayAnswer(s.by.ID) || v.Asked(s.by.ID):
		return refuse(NotYours, sayNobodyOutside, s.c.Ref)
	case s.c.State != AwaitingResponse || v.N != len(s.c.Visits):
		return refuse(MovedOn, sayOutsideMovedOn, s.c.Ref)
	}
	f := faults{}
	if cmd.How != ByTelephone && cmd.How != ByEmail {
		f.add("how", sayHowAsked)
	}
	if cmd.On == 0 {
		f.add("on", sayAskedDate)
	} else if cmd.On > s.env.Today() {
		f.add("on", sayDateInFuture)
	}
	cmd.Note = optionalText(f, "note", cmd.Note, maxLong)
	if err := f.refusal(); err != nil {
		return err
	}
	s.emit(AskedOutside{How: cmd.How, On: cmd.On, Note: cmd.Note}, v.Rung, v.N)
	if s.by.ID != s.c.Chair.ID {
		s.show(Address{Person: s.c.Chair.ID}, CardCase)
	}
	return nil
}
