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
		return refuse(NotYours, "%s has nobody whom you are to ask outside Teams, so nothing was recorded.", s.c.Ref)
	case s.c.State != AwaitingResponse || v.N != len(s.c.Visits):
		return refuse(MovedOn, "%s is not waiting for that answer any more. Please use the newest card.", s.c.Ref)
	}
	f := faults{}
	if cmd.How != ByTelephone && cmd.How != ByEmail {
		f.add("how", "Please say whether it was by telephone or by e-mail.")
	}
	if cmd.On == 0 {
		f.add("on", "Please give the date.")
	} else if cmd.On > s.env.Today() {
		f.add("on", "This date cannot be in the future.")
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
