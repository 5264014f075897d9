package cards

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"challengebot/internal/challenge"
)

// Verb is what a button wants.
type Verb string

// Verbs. Refresh shows the card again, or the one that its data names.
const (
	VerbRaise        Verb = "raise"
	VerbPreview      Verb = "preview"
	VerbRespond      Verb = "respond"
	VerbJudge        Verb = "judge"
	VerbGate         Verb = "gate"
	VerbWithdraw     Verb = "withdraw"
	VerbSkip         Verb = "skip"
	VerbHandOff      Verb = "hand_off"
	VerbRefer        Verb = "refer"
	VerbAskedOutside Verb = "asked"
	VerbMove         Verb = "move"
	VerbCorrect      Verb = "correct"
	VerbSuccessor    Verb = "successor"
	VerbLiftUrgency  Verb = "lift_urgency"
	VerbEscalate     Verb = "escalate"
	VerbAcknowledge  Verb = "acknowledge"
	VerbNotMine      Verb = "not_mine"
	VerbAskBack      Verb = "ask_back"
	VerbAnswer       Verb = "answer_question"
	VerbRemind       Verb = "remind"
	VerbRefresh      Verb = "refresh"
	VerbOpenDialog   Verb = "open"        // as a dialog
	VerbWaiting      Verb = "waiting"     // the digest as it stands now
	VerbNotes        Verb = "notes"       // the next note to paste
	VerbNotePasted   Verb = "note_pasted" // a note stands in the other system
	VerbRegister     Verb = "register"    // the challenges of the register that the inputs choose
	VerbPostBelow    Verb = "post"        // the card of a challenge as a message of its own
	VerbDraft        Verb = "draft"       // a form with words in it that were typed as a message
	VerbRelease      Verb = "release"     // time that stands still; of one challenge or, on the digest, of all
	VerbCover        Verb = "cover"       // somebody stands in: a command of which one name had to be asked
)

// Cards beside those of the domain, as ButtonData.Card names them.
const (
	CardForm         challenge.Card = "form"
	CardStatus       challenge.Card = "status"
	CardMyChallenges challenge.Card = "mine"
	CardDigest       challenge.Card = "digest"
	CardTasks        challenge.Card = "tasks"
	CardNotes        challenge.Card = "notes"
	CardRegister     challenge.Card = "register"
)

// Ids of inputs: the keys of challenge.Refusal.Fields. The fields of a ladder's
// form or gate have the ids that the ladder gives them.
const (
	FieldLadder          = "ladder"
	FieldRecordNumber    = "record"
	FieldConference      = "conference"
	FieldConferenceDate  = "conference_date"
	FieldCategories      = "categories"       // the id of the main one; forms of versions before: ids with commas between
	FieldOtherCategories = "other_categories" // ids with commas between
	FieldConcern         = "concern"
	FieldEvidence        = "evidence" // of the form, and of a skip
	FieldAsk             = "ask"
	FieldAskBy           = "ask_by"
	FieldTeam            = "team"
	FieldLookedAfter     = "looked_after" // yes, no or left open
	FieldAgency          = "agency"
	FieldPartner         = "partner" // yes or no
	FieldLateReason      = "late_reason"
	FieldUrgent          = "urgent"  // yes: the form was asked for as urgent
	FieldUrgency         = "urgency" // an urgency of the ladder, or ladder.OrdinaryUrgency
	FieldStartAt         = "start_at"
	FieldStartGround     = "start_ground"
	FieldStartReason     = "start_reason"
	FieldShorterDays     = "shorter_days"
	FieldShorterReason   = "shorter_reason"
	FieldText            = "text"
	FieldReason          = "reason"
	FieldNote            = "note"
	FieldOn              = "on"
	FieldHow             = "how"
	FieldTo              = "to"     // skip: a rung; hand-off: a procedure
	FieldGround          = "ground" // skip
	FieldContact         = "contact"
	FieldRegisterState   = "state"
	FieldOpen            = "open"        // of the register: the id of a challenge
	FieldStage           = "stage"       // of the register: a procedure and its rung
	FieldPerson          = "person"      // a name
	FieldRaisedFrom      = "raised_from" // days
	FieldRaisedTo        = "raised_to"
	FieldSuccessor       = "successor"  // an Entra object id
	FieldOwner           = "owner"      // a name, or an Entra object id
	FieldInformedPrefix  = "informed_"  // followed by a role
	FieldConsultedPrefix = "consulted_" // followed by a role
)

// NoChoice is the value of a choice that means none, since an empty one is not
// allowed. ParseButtonData gives "" for it.
const NoChoice = "(none)"

// The values of a choice between yes and no.
const (
	AnswerYes  = "true"
	AnswerNo   = "false"
	AnswerOpen = "open" // as somebody saw before they sent it
)

// The states by which the register is searched.
const (
	RegisterOpen  = "open"
	RegisterEnded = "ended"
)

// PlanFieldID is the id of a part (what, who, by) of line n (from 1) of a plan.
func PlanFieldID(n int, part string) string { return "plan_" + strconv.Itoa(n) + "_" + part }

// ButtonData is what a button carries. A client holds it, so it says what somebody
// wants and never what they may do.
type ButtonData struct {
	Verb        Verb
	Card        challenge.Card // the card that the button stands on, or that it asks for
	ChallengeID string         // uuid
	Ref         string
	Opening     int
	Rung        string
	Gate        string
	Status      challenge.GateStatus
	Verdict     challenge.Verdict
	// InputPrefix begins the ids of the inputs that belong to this button, where a card
	// has inputs for several. ParseButtonData takes it off again.
	InputPrefix string
	Nonce       string
	// MessageID is the id of the message that a dialog was opened from.
	MessageID string
	// Typed is what somebody typed as a message and what the button does something with.
	Typed string
	// Shown is what was shown beside the button: of the form the procedure that it was drawn for or,
	// where it is checked, the fingerprint of the forecast; elsewhere the fingerprint of what may be a
	// name and was asked about; of the register the place after which the next page begins.
	Shown string
}

// buttonDataKeys are the names that no input may have.
var buttonDataKeys = []string{"verb", "card", "challenge", "ref", "visit", "version", "rung", "gate", "status", "verdict", "inputs", "nonce", "message", "typed", "shown"}

func (d ButtonData) writeJSON(w *jsonWriter) {
	d.openObject(w)
	w.closeBracket('}')
}

// openObject begins the object, for more to follow.
func (d ButtonData) openObject(w *jsonWriter) {
	w.writeName("data")
	w.openBracket('{')
	for i, v := range []string{string(d.Verb), string(d.Card), d.ChallengeID, d.Ref} {
		w.writeString(buttonDataKeys[i], v)
	}
	w.writeInt("visit", d.Opening)
	for i, v := range []string{d.Rung, d.Gate, string(d.Status), string(d.Verdict), d.InputPrefix, d.Nonce, d.MessageID, d.Typed, d.Shown} {
		w.writeString(buttonDataKeys[6+i], v)
	}
}

// MarshalJSON is the data as it stands on a card.
func (d ButtonData) MarshalJSON() ([]byte, error) {
	w := &jsonWriter{}
	d.writeJSON(w)
	return w.buf[len(`"data":`):], nil
}

// ErrButtonData means that what came with a button is no object.
var ErrButtonData = errors.New("the data of a card action is not a JSON object")

// ParseButtonData takes apart what a client sends with a button: the data and what was
// typed. Numbers may come as texts and texts as numbers; what is not known is an
// input; what cannot be read is left out.
func ParseButtonData(raw []byte) (ButtonData, map[string]string, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil || all == nil {
		return ButtonData{}, nil, ErrButtonData
	}
	got := make(map[string]string, len(all))
	for k, v := range all {
		if s, ok := scalarText(v); ok {
			if s == NoChoice {
				s = ""
				if k == FieldLookedAfter || k == FieldPartner {
					s = AnswerNo // as forms of the version before say it
				}
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
		n, err := strconv.Atoi(take(k))
		if err != nil {
			return 0
		}
		return n
	}
	take("version") // cards of earlier programs carry it
	d := ButtonData{
		Verb: Verb(take("verb")), Card: challenge.Card(take("card")), ChallengeID: take("challenge"), Ref: take("ref"),
		Opening: number("visit"), Rung: take("rung"), Gate: take("gate"),
		Status: challenge.GateStatus(take("status")), Verdict: challenge.Verdict(take("verdict")),
		InputPrefix: take("inputs"), Nonce: take("nonce"), MessageID: messageID(take("message")),
		Typed: take("typed"), Shown: take("shown"),
	}
	if d.InputPrefix == "" {
		return d, got, nil
	}
	own := make(map[string]string, len(got))
	for k, v := range got {
		if id, ok := strings.CutPrefix(k, d.InputPrefix); ok {
			own[id] = v
		}
	}
	return d, own, nil
}

// messageID is the id of a message as Teams makes them, "" for what is none: it comes back on
// the card that answers.
func messageID(s string) string {
	const longest = 200 // Teams' own have 13 digits
	if len(s) > longest || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return s
}

// scalarText is a JSON text, number or truth value as a text.
func scalarText(raw json.RawMessage) (string, bool) {
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
