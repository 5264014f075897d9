package challenge

import (
	"errors"
	"fmt"

	"challengebot/internal/workday"
)

// RefusalCode says why a command was refused.
type RefusalCode string

// Codes of refusals.
const (
	CodeNotYours    RefusalCode = "not_yours"   // this person may not do that
	CodeMovedOn     RefusalCode = "moved_on"    // the challenge is no longer where the card says
	CodeAlreadyDone RefusalCode = "already"     // it was done before
	CodeClosed      RefusalCode = "closed"      // the challenge has ended
	CodeBadInput    RefusalCode = "bad_input"   // a field is missing, too long, or past
	CodeNotAllowed  RefusalCode = "not_allowed" // the ladder does not allow it
	CodeNoCoverage  RefusalCode = "no_coverage" // the calendar does not reach that far
)

// Refusal says why nothing was done. Sentence is for the person who asked; it
// holds nothing that they may not see, and nothing that they typed.
type Refusal struct {
	Code     RefusalCode `json:"Code"`
	Sentence string      `json:"Sentence"`
	// Fields are the inputs to put right, each with what is wrong with it.
	Fields map[string]string `json:"Fields"`
	// Translation is Sentence, and FieldTranslations are Fields, for other languages.
	// Their stored names are those of the first version.
	Translation       Translatable            `json:"Told"`
	FieldTranslations map[string]Translatable `json:"FieldsTold"`
}

// Error is the code and the names of the fields: fit for a log.
func (r *Refusal) Error() string {
	if len(r.Fields) == 0 {
		return "refused: " + string(r.Code)
	}
	return fmt.Sprintf("refused: %s (%d fields)", r.Code, len(r.Fields))
}

func newRefusal(code RefusalCode, m SentenceKey, args ...any) *Refusal {
	r := &Refusal{Code: code}
	r.Sentence, r.Translation = formatSentence(m, args)
	return r
}

// inputFaults gathers what is wrong with the inputs of one command: the first of each.
type inputFaults map[string]inputFault

type inputFault struct {
	english      string
	translatable Translatable
}

func (f inputFaults) add(field string, m SentenceKey, args ...any) {
	if _, ok := f[field]; !ok {
		english, told := formatSentence(m, args)
		f[field] = inputFault{english, told}
	}
}

// markInput says of an input too what is wrong with it.
func (r *Refusal) markInput(field string, why SentenceKey) *Refusal {
	marked := RefuseUnread(Unread{field: why})
	r.Fields, r.FieldTranslations = marked.Fields, marked.FieldTranslations
	return r
}

// Unread are inputs of a command, by id, that nobody could read: what stood in them was none of
// the choices or no date, or nothing stood where an answer is needed. Each with the sentence
// that says so. The command is refused; nothing is ever taken for what was meant.
type Unread map[string]SentenceKey

// RefuseUnread is the refusal of inputs where nothing else can be checked; nil for none.
func RefuseUnread(u Unread) *Refusal {
	f := inputFaults{}
	f.addUnread(u)
	return f.toRefusal()
}

func (f inputFaults) addUnread(u Unread) {
	for field, why := range u {
		f.add(field, why)
	}
}

func (f inputFaults) toRefusal() *Refusal {
	if len(f) == 0 {
		return nil
	}
	r := newRefusal(CodeBadInput, sayPutRight)
	r.Fields, r.FieldTranslations = map[string]string{}, map[string]Translatable{}
	for field, wrong := range f {
		r.Fields[field], r.FieldTranslations[field] = wrong.english, wrong.translatable
	}
	return r
}

// calendarError turns "past the calendar's coverage" into words for a person.
func calendarError(err error) error {
	if r, ok := coverageRefusal(err); ok {
		return r
	}
	return fmt.Errorf("challenge: a due date cannot be computed: %w", err)
}

func coverageRefusal(err error) (*Refusal, bool) {
	if !errors.Is(err, workday.ErrCoverage) {
		return nil, false
	}
	return newRefusal(CodeNoCoverage, sayNoCoverage), true
}
