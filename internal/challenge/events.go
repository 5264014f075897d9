package challenge

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// EventKind of an event.
type EventKind string

// Event is one step of a challenge's audit trail. Events are only ever added.
type Event struct {
	Seq  int
	At   time.Time // UTC, to the microsecond
	By   Person
	Rung string
	// Opening is the number of the rung's opening, 0 before the first.
	Opening int
	Body    Body
	// Data is Body as it was written, to the byte: the hash covers it.
	Data []byte
	Prev Hash
	Hash Hash
}

// Body is what happened. Each kind has one type.
type Body interface{ Kind() EventKind }

// Bodies. Their JSON is the stored form: fields may be added, never renamed.
type (
	// Raised starts the trail.
	Raised struct {
		Ref           string       `json:"ref"`
		Ladder        string       `json:"ladder"`
		LadderVersion int          `json:"ladder_version"`
		LadderHash    string       `json:"ladder_digest"`
		Calendar      string       `json:"calendar"`
		Details       Details      `json:"details"`
		LimitStart    workday.Date `json:"case_start,omitempty"`
		LimitDue      time.Time    `json:"case_due,omitzero"`
		// ShorterWindow is a shorter time asked for the first answer.
		ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	}
	// RungOpened: the respondents are asked, the window runs.
	RungOpened struct {
		Cause       Cause    `json:"cause"`
		Respondents []Party  `json:"respondents"`
		Responders  []string `json:"repliers"`
		Judge       Party    `json:"judge"`
		Alerted     []Party  `json:"alerted,omitempty"`
		// MeetingParties are those who hold a role in the rung's meeting, as they were known then.
		MeetingParties []Party          `json:"meeting,omitempty"`
		Deadline       workday.Deadline `json:"deadline"`
		// Explanation is how the due date was counted, in words, as it was shown.
		Explanation   string         `json:"working"`
		LimitPassed   bool           `json:"limit_passed,omitempty"`
		ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
		Reminders     []time.Time    `json:"reminders,omitempty"`
		LimitStart    workday.Date   `json:"case_start,omitempty"`
		LimitDue      time.Time      `json:"case_due,omitzero"`
		// StatutoryDue as in Challenge, when it begins to run with this rung.
		StatutoryDue time.Time `json:"statutory_due,omitzero"`
	}
	// RoleVacant: nobody may answer on the rung, so it is passed over at once.
	RoleVacant struct {
		Cause  Cause            `json:"cause"`
		Roles  []directory.Role `json:"roles"`
		Reason string           `json:"why"` // vacant, conflict
	}
	// Redated: the respondent received the card later than it was sent.
	Redated struct {
		Deadline    workday.Deadline `json:"deadline"`
		Explanation string           `json:"working"`
		Reminders   []time.Time      `json:"reminders,omitempty"`
		Reason      string           `json:"why"`
		// LimitPassed as in RungOpened, for the new window.
		LimitPassed   bool           `json:"limit_passed,omitempty"`
		ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	}
	// Delivered: Teams took a card.
	Delivered struct {
		MessageID      int64   `json:"delivery"`
		Card           Card    `json:"card"`
		To             Address `json:"to"`
		ConversationID string  `json:"conversation,omitempty"`
		ActivityID     string  `json:"activity,omitempty"`
	}
	// Undelivered: Teams refused a card for good; who should know was told.
	Undelivered struct {
		MessageID int64   `json:"delivery"`
		Card      Card    `json:"card"`
		To        Address `json:"to"`
		Code      string  `json:"code"`
	}
	// Reminded: the respondents were reminded before the end of the window.
	Reminded struct {
		Due time.Time `json:"due"`
	}
	// Responded: the response that counts.
	Responded struct {
		Response Response `json:"response"`
		AfterDue bool     `json:"after_due,omitempty"`
		// NudgeAt is when the judge is told again, unless they judge before.
		NudgeAt time.Time `json:"nudge,omitzero"`
	}
	// LateResponse: a reply that came too late to count; it is shown all the same.
	LateResponse struct {
		Opening  int      `json:"visit"`
		Reason   string   `json:"why"` // lapsed, answered, moved_on, closed, handed_over
		Response Response `json:"response"`
	}
	// Judged: the judge's word on the response.
	Judged struct {
		Verdict Verdict `json:"verdict"`
		Reason  string  `json:"reason,omitempty"`
		// ShorterWindow is a shorter time asked for the next answer.
		ShorterWindow *ShorterWindow `json:"shorter,omitempty"`
	}
	// Lapsed: the window ended in silence.
	Lapsed struct {
		Due time.Time `json:"due"`
	}
	// Held: the challenge waits at gates before a rung.
	Held struct {
		Cause   Cause       `json:"why"`
		Gates   []GateState `json:"gates"`
		OpensAt time.Time   `json:"opens,omitzero"`
		NudgeAt time.Time   `json:"nudge,omitzero"`
	}
	// GateRecorded: somebody recorded that a gate is passed or refused, or goes
	// on against a refusal.
	GateRecorded struct {
		Rung   string             `json:"rung"`
		Gate   string             `json:"gate"`
		Needs  ladder.Requirement `json:"needs"`
		Status GateStatus         `json:"status"`
		Note   string             `json:"note,omitempty"`
		On     workday.Date       `json:"on,omitempty"`
		Fields map[string]string  `json:"fields,omitempty"`
		Ahead  bool               `json:"ahead,omitempty"`
		// Threshold is the role whose view on the threshold this is.
		Threshold directory.Role `json:"threshold,omitempty"`
		// Automatic: an escalator's window ended.
		Automatic bool `json:"by_itself,omitempty"`
	}
	// Nudged: those for whom a challenge without a window waits were told again.
	Nudged struct {
		State   State     `json:"state"`
		NudgeAt time.Time `json:"nudge,omitzero"`
	}
	// SkippedTo: the chair went straight to a rung on a ground the ladder allows.
	SkippedTo struct {
		To       string `json:"to"`
		Ground   string `json:"ground"`
		Evidence string `json:"evidence"`
	}
	// Resolved, Exhausted, Withdrawn and HandedOff end the way.
	Resolved  struct{}
	Exhausted struct {
		Cause   Cause     `json:"why"`
		NudgeAt time.Time `json:"nudge,omitzero"`
	}
	Withdrawn struct {
		Reason string `json:"reason"`
	}
	HandedOff struct {
		To     string `json:"to"`
		Reason string `json:"reason,omitempty"`
	}
	// Referred records an external referral that a person made.
	Referred struct {
		Referral Referral `json:"referral"`
	}
)

// Event kinds, one for each body.
const (
	KindRaised         EventKind = "raised"
	KindRungOpened     EventKind = "rung_opened"
	KindRoleVacant     EventKind = "role_vacant"
	KindRedated        EventKind = "redated"
	KindDelivered      EventKind = "delivered"
	KindUndelivered    EventKind = "undelivered"
	KindReminded       EventKind = "reminded"
	KindResponded      EventKind = "responded"
	KindLateResponse   EventKind = "reply_kept"
	KindJudged         EventKind = "judged"
	KindLapsed         EventKind = "lapsed"
	KindHeld           EventKind = "held"
	KindGateRecorded   EventKind = "gate_recorded"
	KindNudged         EventKind = "nudged"
	KindSkippedTo      EventKind = "skipped_to"
	KindResolved       EventKind = "resolved"
	KindExhausted      EventKind = "exhausted"
	KindWithdrawn      EventKind = "withdrawn"
	KindHandedOff      EventKind = "handed_off"
	KindReferred       EventKind = "referred"
	KindHandedOver     EventKind = "handed_over"
	KindAskedOutside   EventKind = "asked_outside"
	KindMessageChanged EventKind = "message_changed"
)

func (Raised) Kind() EventKind       { return KindRaised }
func (RungOpened) Kind() EventKind   { return KindRungOpened }
func (RoleVacant) Kind() EventKind   { return KindRoleVacant }
func (Redated) Kind() EventKind      { return KindRedated }
func (Delivered) Kind() EventKind    { return KindDelivered }
func (Undelivered) Kind() EventKind  { return KindUndelivered }
func (Reminded) Kind() EventKind     { return KindReminded }
func (Responded) Kind() EventKind    { return KindResponded }
func (LateResponse) Kind() EventKind { return KindLateResponse }
func (Judged) Kind() EventKind       { return KindJudged }
func (Lapsed) Kind() EventKind       { return KindLapsed }
func (Held) Kind() EventKind         { return KindHeld }
func (GateRecorded) Kind() EventKind { return KindGateRecorded }
func (Nudged) Kind() EventKind       { return KindNudged }
func (SkippedTo) Kind() EventKind    { return KindSkippedTo }
func (Resolved) Kind() EventKind     { return KindResolved }
func (Exhausted) Kind() EventKind    { return KindExhausted }
func (Withdrawn) Kind() EventKind    { return KindWithdrawn }
func (HandedOff) Kind() EventKind    { return KindHandedOff }
func (Referred) Kind() EventKind     { return KindReferred }

// EventKinds are all kinds, for CHECK constraints and for drawing.
func EventKinds() []EventKind {
	return []EventKind{KindRaised, KindRungOpened, KindRoleVacant, KindRedated, KindDelivered, KindUndelivered,
		KindReminded, KindResponded, KindLateResponse, KindJudged, KindLapsed, KindHeld, KindGateRecorded,
		KindNudged, KindSkippedTo, KindResolved, KindExhausted, KindWithdrawn, KindHandedOff, KindReferred,
		KindHandedOver, KindAskedOutside, KindMessageChanged}
}

// DecodeBody reads a stored body of that kind.
func DecodeBody(k EventKind, data []byte) (Body, error) {
	switch k {
	case KindRaised:
		return decodeAs[Raised](k, data)
	case KindRungOpened:
		return decodeAs[RungOpened](k, data)
	case KindRoleVacant:
		return decodeAs[RoleVacant](k, data)
	case KindRedated:
		return decodeAs[Redated](k, data)
	case KindDelivered:
		return decodeAs[Delivered](k, data)
	case KindUndelivered:
		return decodeAs[Undelivered](k, data)
	case KindReminded:
		return decodeAs[Reminded](k, data)
	case KindResponded:
		return decodeAs[Responded](k, data)
	case KindLateResponse:
		return decodeAs[LateResponse](k, data)
	case KindJudged:
		return decodeAs[Judged](k, data)
	case KindLapsed:
		return decodeAs[Lapsed](k, data)
	case KindHeld:
		return decodeAs[Held](k, data)
	case KindGateRecorded:
		return decodeAs[GateRecorded](k, data)
	case KindNudged:
		return decodeAs[Nudged](k, data)
	case KindSkippedTo:
		return decodeAs[SkippedTo](k, data)
	case KindResolved:
		return decodeAs[Resolved](k, data)
	case KindExhausted:
		return decodeAs[Exhausted](k, data)
	case KindWithdrawn:
		return decodeAs[Withdrawn](k, data)
	case KindHandedOff:
		return decodeAs[HandedOff](k, data)
	case KindReferred:
		return decodeAs[Referred](k, data)
	case KindHandedOver:
		return decodeAs[HandedOver](k, data)
	case KindAskedOutside:
		return decodeAs[AskedOutside](k, data)
	case KindMessageChanged:
		return decodeAs[MessageChanged](k, data)
	}
	return nil, fmt.Errorf("an event of the unknown kind %q: this program is older than the database", k)
}

func decodeAs[B Body](k EventKind, data []byte) (Body, error) {
	var b B
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("the data of a %s event cannot be read: %w", k, err)
	}
	return b, nil
}

// Hash is a link of a challenge's chain: SHA-256.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(b []byte) error {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != len(h) {
		return fmt.Errorf("a hash of %d hexadecimal digits was expected, not %d characters", 2*len(h), len(b))
	}
	copy(h[:], raw)
	return nil
}

// ChainHash is the hash of the event under the chain of challenge id. It covers every
// field, each preceded by its length, and the hash before it.
func (e *Event) ChainHash(id uuid.UUID) Hash {
	buf := make([]byte, 0, 256+len(e.Data))
	buf = append(buf, "challengebot/event/1"...)
	buf = append(buf, e.Prev[:]...)
	buf = append(buf, id[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.At.UnixMicro()))
	for _, s := range []string{e.By.ID, e.By.Name, string(e.Body.Kind()), e.Rung} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
		buf = append(buf, s...)
	}
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Opening))
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(e.Data)))
	buf = append(buf, e.Data...)
	return sha256.Sum256(buf)
}
