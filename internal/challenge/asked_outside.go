package challenge

import (
	"challengebot/internal/workday"
)

// ContactMethod somebody without an account here was asked.
type ContactMethod string

// The ways of asking.
const (
	ContactByTelephone ContactMethod = "phone"
	ContactByEmail     ContactMethod = "e-mail"
)

// RecordAskedOutside records that the one who asks has put the question to a respondent who has
// no account here. It starts no clock and moves none.
type RecordAskedOutside struct {
	Opening int
	Method  ContactMethod
	On      workday.Date
	Note    string // whom, and what was said
}

func (cmd RecordAskedOutside) decide(tr *transition) error { return tr.recordAskedOutside(cmd) }

// AskedOutside is the event that a respondent without an account was asked by telephone or e-mail.
type AskedOutside struct {
	Method ContactMethod `json:"how"`
	On     workday.Date  `json:"on"`
	Note   string        `json:"note,omitempty"`
}

// KindAskedOutside is stored.
const KindAskedOutside EventKind = "asked_outside"

// Kind of the event.
func (AskedOutside) Kind() EventKind { return KindAskedOutside }

func (AskedOutside) apply(*Challenge, Event) {}

// recordAskedOutside is for whoever records the answer on somebody's behalf.
func (tr *transition) recordAskedOutside(cmd RecordAskedOutside) error {
	opening := tr.c.Opening(cmd.Opening)
	switch {
	case opening == nil || !opening.MayAnswer(tr.by.ID) || opening.IsRespondent(tr.by.ID):
		return newRefusal(CodeNotYours, sayNobodyOutside, tr.c.Ref)
	case tr.c.State != StateAwaitingResponse || opening.Number != len(tr.c.Openings):
		return newRefusal(CodeMovedOn, sayOutsideMovedOn, tr.c.Ref)
	}
	f := inputFaults{}
	if cmd.Method != ContactByTelephone && cmd.Method != ContactByEmail {
		f.add("how", sayHowAsked)
	}
	if cmd.On == 0 {
		f.add("on", sayAskedDate)
	} else if cmd.On > tr.env.Today() {
		f.add("on", sayDateInFuture)
	}
	cmd.Note = optionalText(f, "note", cmd.Note, maxText)
	if err := f.toRefusal(); err != nil {
		return err
	}
	tr.emit(AskedOutside{Method: cmd.Method, On: cmd.On, Note: cmd.Note}, opening.Rung, opening.Number)
	tr.tellChair()
	return nil
}
