package cards

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"challengebot/internal/challenge"
)

// Verb is what a button wants.
type Verb string

// Verbs. Refresh shows the card again, or the one that its data names.
const (
	VerbRaise    Verb = "raise"
	VerbPreview  Verb = "preview"
	VerbRespond  Verb = "respond"
	VerbJudge    Verb = "judge"
	VerbGate     Verb = "gate"
	VerbWithdraw Verb = "withdraw"
	VerbSkip     Verb = "skip"
	VerbHandOff  Verb = "hand_off"
	VerbRefer    Verb = "refer"
	VerbAsked    Verb = "asked"
	VerbRefresh  Verb = "refresh"
	VerbOpen     Verb = "open"    // as a dialog
	VerbWaiting  Verb = "waiting" // the digest as it stands now
)

// Cards beside those of the domain, as ActionData.Card names them.
const (
	CardForm   challenge.Card = "form"
	CardStatus challenge.Card = "status"
	CardMine   challenge.Card = "mine"
	CardDigest challenge.Card = "digest"
)

// Ids of inputs: the keys of challenge.Refusal.Fields. The fields of a ladder's
// form or gate have the ids that the ladder gives them.
const (
	InLadder         = "ladder"
	InRecord         = "record"
	InConference     = "conference"
	InConferenceDate = "conference_date"
	InCategories     = "categories" // ids with commas between
	InConcern        = "concern"
	InEvidence       = "evidence" // of the form, and of a skip
	InAsk            = "ask"
	InAskBy          = "ask_by"
	InTeam           = "team"
	InLookedAfter    = "looked_after" // "true" or not
	InAgency         = "agency"
	InPartner        = "partner" // "true" or not
	InStartAt        = "start_at"
	InStartGround    = "start_ground"
	InStartReason    = "start_reason"
	InShorterDays    = "shorter_days"
	InShorterReason  = "shorter_reason"
	InText           = "text"
	InReason         = "reason"
	InNote           = "note"
	InOn             = "on"
	InHow            = "how"
	InTo             = "to"     // skip: a rung; hand-off: a procedure
	InGround         = "ground" // skip
	InContact        = "contact"
	InformedPrefix   = "informed_"  // followed by a role
	ConsultedPrefix  = "consulted_" // followed by a role
)

// NoChoice is the value of a choice that means none, since an empty one is not
// allowed. ReadAction gives "" for it.
const NoChoice = "(none)"

// PlanInput is the id of a part (what, who, by) of line n (from 1) of a plan.
func PlanInput(n int, part string) string { return "plan_" + strconv.Itoa(n) + "_" + part }

// ActionData is what a button carries. A client holds it, so it says what somebody
// wants and never what they may do.
type ActionData struct {
	Verb      Verb
	Card      challenge.Card // the card that the button stands on, or that it asks for
	Challenge string         // uuid
	Ref       string
	Visit     int
	Version   int // of the challenge, as the card showed it
	Rung      string
	Gate      string
	Status    challenge.GateStatus
	Verdict   challenge.Verdict
	// Inputs begins the ids of the inputs that belong to this button, where a card
	// has inputs for several. ReadAction takes it off again.
	Inputs string
	Nonce  string
	// Message is the id of the message that a dialog was opened from.
	Message string
}

// dataKeys are the names that no input may have.
var dataKeys = []string{"verb", "card", "challenge", "ref", "visit", "version", "rung", "gate", "status", "verdict", "inputs", "nonce", "message"}

func (d ActionData) write(w *writer) {
	d.open(w)
	w.close('}')
}

// open begins the object, for more to follow.
func (d ActionData) open(w *writer) {
	w.name("data")
	w.open('{')
	for i, v := range []string{string(d.Verb), string(d.Card), d.Challenge, d.Ref} {
		w.str(dataKeys[i], v)
	}
	w.num("visit", d.Visit)
	w.num("version", d.Version)
	for i, v := range []string{d.Rung, d.Gate, string(d.Status), string(d.Verdict), d.Inputs, d.Nonce, d.Message} {
		w.str(dataKeys[6+i], v)
	}
}

// MarshalJSON is the data as it stands on a card.
func (d ActionData) MarshalJSON() ([]byte, error) {
	w := &writer{}
	d.write(w)
	return w.b[len(`"data":`):], nil
}

// ErrActionData means that what came with a button is no object.
var ErrActionData = errors.New("the data of a card action is not a JSON object")

// ReadAction takes apart what a client sends with a button: the data and what was
// typed. Numbers may come as texts and texts as numbers; what is not known is an
// input; what cannot be read is left out.
func ReadAction(raw []byte) (ActionData, map[string]string, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil || all == nil {
		return ActionData{}, nil, ErrActionData
	}
	got := make(map[string]string, len(all))
	for k, v := range all {
		if s, ok := scalar(v); ok {
			if s == NoChoice {
				s = ""
			}
			got[k] = s
		}
	}
	take := func(k string) string {
		s := got[k]
		delete(got, k)
		return s
	}
	number := func(k string) int {
		n, _ := strconv.Atoi(take(k))
		return n
	}
	d := ActionData{
		Verb: Verb(take("verb")), Card: challenge.Card(take("card")), Challenge: take("challenge"), Ref: take("ref"),
		Visit: number("visit"), Version: number("version"), Rung: take("rung"), Gate: take("gate"),
		Status: challenge.GateStatus(take("status")), Verdict: challenge.Verdict(take("verdict")),
		Inputs: take("inputs"), Nonce: take("nonce"), Message: take("message"),
	}
	if d.Inputs == "" {
		return d, got, nil
	}
	own := make(map[string]string, len(got))
	for k, v := range got {
		if id, ok := strings.CutPrefix(k, d.Inputs); ok {
			own[id] = v
		}
	}
	return d, own, nil
}

// scalar is a JSON text, number or truth value as a text.
func scalar(raw json.RawMessage) (string, bool) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}
