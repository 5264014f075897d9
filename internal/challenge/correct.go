package challenge

import (
	"cmp"
	"slices"
	"strings"

	"challengebot/internal/permission"
)

// Correct puts right what was written when the challenge was raised. What is empty stays as it is, and
// so does every date.
type Correct struct {
	RecordNumber string
	Categories   []string
	Reason       string
}

func (cmd Correct) decide(tr *transition) error { return tr.correct(cmd) }

// Corrected is the event that something written when the challenge was raised was put right. The number
// stands first: the register finds it there.
type Corrected struct {
	Record        string   `json:"record"`
	WasRecord     string   `json:"was_record,omitempty"` // if it is another
	Categories    []string `json:"categories,omitempty"` // if they are others
	WasCategories []string `json:"was_categories,omitempty"`
	Reason        string   `json:"reason"`
}

// KindCorrected is stored.
const KindCorrected EventKind = "corrected"

// Kind of the event.
func (Corrected) Kind() EventKind { return KindCorrected }

func (b Corrected) apply(c *Challenge, _ Event) {
	now := Correction{RaisedRecord: c.Details.RecordNumber, RaisedCategories: c.Details.Categories}
	if c.Correction != nil {
		now = *c.Correction
	}
	if c.Details.RecordNumber != b.Record {
		c.PastedNotes = nil // they stand in the record of another child
	}
	c.Details.RecordNumber = b.Record
	if b.Categories != nil {
		c.Details.Categories = b.Categories
	}
	now.Record, now.Categories = c.Details.RecordNumber, c.Details.Categories
	c.Correction = &now
}

// correct is for whoever raised the challenge, also after it has ended: the record is found under its
// number as long as it is kept.
func (tr *transition) correct(cmd Correct) error {
	if !tr.rightsInSomeState().Correct {
		return newRefusal(CodeNotYours, sayCorrectNotYours, tr.c.Ref)
	}
	was := tr.c.Details
	d := was
	d.RecordNumber = cmp.Or(strings.TrimSpace(cmd.RecordNumber), was.RecordNumber)
	f := inputFaults{}
	validateRecordNumber(f, d.RecordNumber, tr.env.Ladder)
	if len(cmd.Categories) > 0 {
		d.Categories = cmd.Categories
		validateCategories(f, &d, tr.env.Ladder)
	}
	reason := requiredText(f, "reason", sayWhyCorrected, cmd.Reason, maxText)
	body := Corrected{Record: d.RecordNumber, Reason: reason}
	if d.RecordNumber != was.RecordNumber {
		body.WasRecord = was.RecordNumber
	}
	if !slices.Equal(d.Categories, was.Categories) {
		body.Categories, body.WasCategories = d.Categories, was.Categories
	}
	if err := f.toRefusal(); err != nil {
		return err
	}
	if body.WasRecord == "" && body.Categories == nil {
		return newRefusal(CodeAlreadyDone, sayNothingCorrected, tr.c.Ref)
	}
	tr.emit(body, tr.c.Rung, len(tr.c.Openings))
	for _, id := range tr.everybodyTold() {
		tr.post(Address{Person: id}, CardNews)
	}
	return nil
}

// everybodyTold are those who have been told of the challenge and may read it, each once, without the
// person who gives the command: whoever raised it, was asked, decides, was alerted or was needed at the
// gate where it waits.
func (tr *transition) everybodyTold() []string {
	parties := []Party{{Person: tr.c.Chair}}
	for i := range tr.c.Openings {
		o := &tr.c.Openings[i]
		parties = slices.Concat(parties, o.Respondents, o.Judges(), o.Alerted)
	}
	if tr.c.Hold != nil {
		for _, g := range tr.c.Hold.Gates {
			parties = slices.Concat(parties, g.Openers, g.Consulted)
		}
	}
	var ids []string
	for _, p := range parties {
		if p.ID == "" || p.ID == tr.by.ID || slices.Contains(ids, p.ID) {
			continue
		}
		if theirs := newTransition(tr.c, p.Person, tr.env); permission.Decide(theirs.facts()).Read {
			ids = append(ids, p.ID)
		}
	}
	return ids
}
