package challenge

import "fmt"

// Code says why a command was refused.
type Code string

// Codes of refusals.
const (
	NotYours   Code = "not_yours"   // this person may not do that
	MovedOn    Code = "moved_on"    // the challenge is no longer where the card says
	Already    Code = "already"     // it was done before
	Closed     Code = "closed"      // the challenge has ended
	BadInput   Code = "bad_input"   // a field is missing, too long, or past
	NotAllowed Code = "not_allowed" // the ladder does not allow it
	NoCoverage Code = "no_coverage" // the calendar does not reach that far
)

// Refusal says why nothing was done. Sentence is for the person who asked; it
// holds nothing that they may not see, and nothing that they typed.
type Refusal struct {
	Code     Code
	Sentence string
	// Fields are the inputs to put right, each with what is wrong with it.
	Fields map[string]string
	// Told is Sentence, and FieldsTold are Fields, for other languages.
	Told       Told
	FieldsTold map[string]Told
}

// Error is the code and the names of the fields: fit for a log.
func (r *Refusal) Error() string {
	if len(r.Fields) == 0 {
		return "refused: " + string(r.Code)
	}
	return fmt.Sprintf("refused: %s (%d fields)", r.Code, len(r.Fields))
}

func refuse(code Code, m Message, args ...any) *Refusal {
	r := &Refusal{Code: code}
	r.Sentence, r.Told = tell(m, args)
	return r
}

// faults gathers what is wrong with the inputs of one command: the first of each.
type faults map[string]fault

type fault struct {
	english string
	told    Told
}

func (f faults) add(field string, m Message, args ...any) {
	if _, ok := f[field]; !ok {
		english, told := tell(m, args)
		f[field] = fault{english, told}
	}
}

func (f faults) refusal() *Refusal {
	if len(f) == 0 {
		return nil
	}
	r := refuse(BadInput, sayPutRight)
	r.Fields, r.FieldsTold = map[string]string{}, map[string]Told{}
	for field, wrong := range f {
		r.Fields[field], r.FieldsTold[field] = wrong.english, wrong.told
	}
	return r
}
