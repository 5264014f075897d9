package challenge

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Kind of an event.
type Kind string

// Event is one step of a challenge's audit trail. Events are only ever added.
type Event struct {
	Seq  int
	At   time.Time // UTC, to the microsecond
	By   Person
	Rung string
	// Visit is the number of the rung's opening, 0 before the first.
	Visit int
	Body  Body
	// Data is Body as it was written, to the byte: the hash covers it.
	Data []byte
	Prev Hash
	Hash Hash
}

// Body is what happened. Each kind has one type.
type Body interface{ Kind() Kind }

// Bodies. Their JSON is the stored form: fields may be added, never renamed.
type (
	// RaisedBody starts the trail.
	RaisedBody struct {
		Ref           string       `json:"ref"`
		Ladder        string       `json:"ladder"`
		LadderVersion int          `json:"ladder_version"`
		LadderDigest  string       `json:"ladder_digest"`
		Calendar      string       `json:"calendar"`
		Details       Details      `json:"details"`
		CaseStart     workday.Date `json:"case_start,omitempty"`
		CaseDue       time.Time    `json:"case_due,omitzero"`
		// Shorter is a shorter time asked for the first answer.
		Shorter *Shorter `json:"shorter,omitempty"`
	}
	// RungOpened: the respondents are asked, the window runs.
	RungOpened struct {
		Cause       Cause    `json:"cause"`
		Respondents []Party  `json:"respondents"`
		Repliers    []string `json:"repliers"`
		Judge       Party    `json:"judge"`
		Alerted     []Party  `json:"alerted,omitempty"`
		// Meeting are those who hold a role in the rung's meeting, as they were known then.
		Meeting  []Party          `json:"meeting,omitempty"`
		Deadline workday.Deadline `json:"deadline"`
		// Working is how the due date was counted, in words, as it was shown.
		Working     string       `json:"working"`
		LimitPassed bool         `json:"limit_passed,omitempty"`
		Shorter     *Shorter     `json:"shorter,omitempty"`
		Reminders   []time.Time  `json:"reminders,omitempty"`
		CaseStart   workday.Date `json:"case_start,omitempty"`
		CaseDue     time.Time    `json:"case_due,omitzero"`
		// StatutoryDue as in Challenge, when it begins to run with this rung.
		StatutoryDue time.Time `json:"statutory_due,omitzero"`
	}
	// RoleVacant: nobody may answer on the rung, so it is passed over at once.
	RoleVacant struct {
		Cause Cause         `json:"cause"`
		Roles []ladder.Role `json:"roles"`
		Why   string        `json:"why"` // vacant, conflict
	}
	// Redated: the respondent received the card later than it was sent.
	Redated struct {
		Deadline  workday.Deadline `json:"deadline"`
		Working   string           `json:"working"`
		Reminders []time.Time      `json:"reminders,omitempty"`
		Why       string           `json:"why"`
		// LimitPassed as in RungOpened, for the new window.
		LimitPassed bool     `json:"limit_passed,omitempty"`
		Shorter     *Shorter `json:"shorter,omitempty"`
	}
	// Delivered: Teams took a card.
	Delivered struct {
		Delivery     int64   `json:"delivery"`
		Card         Card    `json:"card"`
		To           Address `json:"to"`
		Conversation string  `json:"conversation,omitempty"`
		Activity     string  `json:"activity,omitempty"`
	}
	// Undelivered: Teams refused a card for good; who should know was told.
	Undelivered struct {
		Delivery int64   `json:"delivery"`
		Card     Card    `json:"card"`
		To       Address `json:"to"`
		Code     string  `json:"code"`
	}
	// Reminded: the respondents were reminded before the end of the window.
	Reminded struct {
		Due time.Time `json:"due"`
	}
	// Responded: the response that counts.
	Responded struct {
		Response Response `json:"response"`
		AfterDue bool     `json:"after_due,omitempty"`
		// Nudge is when the judge is told again, unless they judge before.
		Nudge time.Time `json:"nudge,omitzero"`
	}
	// ReplyKept: a reply that came too late to count; it is shown all the same.
	ReplyKept struct {
		Visit    int      `json:"visit"`
		Why      string   `json:"why"` // lapsed, answered, moved_on, closed, handed_over
		Response Response `json:"response"`
	}
	// JudgedBody: the judge's word on the response.
	JudgedBody struct {
		Verdict Verdict `json:"verdict"`
		Reason  string  `json:"reason,omitempty"`
		// Shorter is a shorter time asked for the next answer.
		Shorter *Shorter `json:"shorter,omitempty"`
	}
	// Lapsed: the window ended in silence.
	Lapsed struct {
		Due time.Time `json:"due"`
	}
	// Held: the challenge waits at gates before a rung.
	Held struct {
		Why   Cause       `json:"why"`
		Gates []GateState `json:"gates"`
		Opens time.Time   `json:"opens,omitzero"`
		Nudge time.Time   `json:"nudge,omitzero"`
	}
	// GateRecorded: somebody recorded that a gate is passed or refused, or goes
	// on against a refusal.
	GateRecorded struct {
		Rung   string            `json:"rung"`
		Gate   string            `json:"gate"`
		Needs  ladder.Outcome    `json:"needs"`
		Status GateStatus        `json:"status"`
		Note   string            `json:"note,omitempty"`
		On     workday.Date      `json:"on,omitempty"`
		Fields map[string]string `json:"fields,omitempty"`
		Ahead  bool              `json:"ahead,omitempty"`
		// Threshold is the role whose view on the threshold this is.
		Threshold ladder.Role `json:"threshold,omitempty"`
		// ByItself: an escalator's window ended.
		ByItself bool `json:"by_itself,omitempty"`
	}
	// Nudged: those for whom a challenge without a window waits were told again.
	Nudged struct {
		State State     `json:"state"`
		Nudge time.Time `json:"nudge,omitzero"`
	}
	// SkippedTo: the chair went straight to a rung on a ground the ladder allows.
	SkippedTo struct {
		To       string `json:"to"`
		Ground   string `json:"ground"`
		Evidence string `json:"evidence"`
	}
	// ResolvedBody, ExhaustedBody, WithdrawnBody and HandedOffBody end the way.
	ResolvedBody  struct{}
	ExhaustedBody struct {
		Why   Cause     `json:"why"`
		Nudge time.Time `json:"nudge,omitzero"`
	}
	WithdrawnBody struct {
		Reason string `json:"reason"`
	}
	HandedOffBody struct {
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
	KindRaised         Kind = "raised"
	KindRungOpened     Kind = "rung_opened"
	KindRoleVacant     Kind = "role_vacant"
	KindRedated        Kind = "redated"
	KindDelivered      Kind = "delivered"
	KindUndelivered    Kind = "undelivered"
	KindReminded       Kind = "reminded"
	KindResponded      Kind = "responded"
	KindReplyKept      Kind = "reply_kept"
	KindJudged         Kind = "judged"
	KindLapsed         Kind = "lapsed"
	KindHeld           Kind = "held"
	KindGateRecorded   Kind = "gate_recorded"
	KindNudged         Kind = "nudged"
	KindSkippedTo      Kind = "skipped_to"
	KindResolved       Kind = "resolved"
	KindExhausted      Kind = "exhausted"
	KindWithdrawn      Kind = "withdrawn"
	KindHandedOff      Kind = "handed_off"
	KindReferred       Kind = "referred"
	KindHandedOver     Kind = "handed_over"
	KindAskedOutside   Kind = "asked_outside"
	KindMessageChanged Kind = "message_changed"
)

func (RaisedBody) Kind() Kind    { return KindRaised }
func (RungOpened) Kind() Kind    { return KindRungOpened }
func (RoleVacant) Kind() Kind    { return KindRoleVacant }
func (Redated) Kind() Kind       { return KindRedated }
func (Delivered) Kind() Kind     { return KindDelivered }
func (Undelivered) Kind() Kind   { return KindUndelivered }
func (Reminded) Kind() Kind      { return KindReminded }
func (Responded) Kind() Kind     { return KindResponded }
func (ReplyKept) Kind() Kind     { return KindReplyKept }
func (JudgedBody) Kind() Kind    { return KindJudged }
func (Lapsed) Kind() Kind        { return KindLapsed }
func (Held) Kind() Kind          { return KindHeld }
func (GateRecorded) Kind() Kind  { return KindGateRecorded }
func (Nudged) Kind() Kind        { return KindNudged }
func (SkippedTo) Kind() Kind     { return KindSkippedTo }
func (ResolvedBody) Kind() Kind  { return KindResolved }
func (ExhaustedBody) Kind() Kind { return KindExhausted }
func (WithdrawnBody) Kind() Kind { return KindWithdrawn }
func (HandedOffBody) Kind() Kind { return KindHandedOff }
func (Referred) Kind() Kind      { return KindReferred }

// Kinds are all kinds, for CHECK constraints and for drawing.
func Kinds() []Kind {
	return []Kind{KindRaised, KindRungOpened, KindRoleVacant, KindRedated, KindDelivered, KindUndelivered,
		KindReminded, KindResponded, KindReplyKept, KindJudged, KindLapsed, KindHeld, KindGateRecorded,
		KindNudged, KindSkippedTo, KindResolved, KindExhausted, KindWithdrawn, KindHandedOff, KindReferred,
		KindHandedOver, KindAskedOutside, KindMessageChanged}
}

// DecodeBody reads a stored body of that kind.
func DecodeBody(k Kind, data []byte) (Body, error) {
	switch k {
	case KindRaised:
		return decode[RaisedBody](k, data)
	case KindRungOpened:
		return decode[RungOpened](k, data)
	case KindRoleVacant:
		return decode[RoleVacant](k, data)
	case KindRedated:
		return decode[Redated](k, data)
	case KindDelivered:
		return decode[Delivered](k, data)
	case KindUndelivered:
		return decode[Undelivered](k, data)
	case KindReminded:
		return decode[Reminded](k, data)
	case KindResponded:
		return decode[Responded](k, data)
	case KindReplyKept:
		return decode[ReplyKept](k, data)
	case KindJudged:
		return decode[JudgedBody](k, data)
	case KindLapsed:
		return decode[Lapsed](k, data)
	case KindHeld:
		return decode[Held](k, data)
	case KindGateRecorded:
		return decode[GateRecorded](k, data)
	case KindNudged:
		return decode[Nudged](k, data)
	case KindSkippedTo:
		return decode[SkippedTo](k, data)
	case KindResolved:
		return decode[ResolvedBody](k, data)
	case KindExhausted:
		return decode[ExhaustedBody](k, data)
	case KindWithdrawn:
		return decode[WithdrawnBody](k, data)
	case KindHandedOff:
		return decode[HandedOffBody](k, data)
	case KindReferred:
		return decode[Referred](k, data)
	case KindHandedOver:
		return decode[HandedOver](k, data)
	case KindAskedOutside:
		return decode[AskedOutside](k, data)
	case KindMessageChanged:
		return decode[MessageChanged](k, data)
	}
	return nil, fmt.Errorf("an event of the unknown kind %q: this program is older than the database", k)
}

func decode[B Body](k Kind, data []byte) (Body, error) {
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

// Sum is the hash of the event under the chain of challenge id. It covers every
// field, each preceded by its length, and the hash before it.
func (e *Event) Sum(id uuid.UUID) Hash {
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
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Visit))
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(e.Data)))
	buf = append(buf, e.Data...)
	return sha256.Sum256(buf)
}
