package memorystore

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
)

// challengeRow is one challenge as it is stored: two documents, the trail, and what is
// searched by.
type challengeRow struct {
	details, doc []byte
	current      challenge.Challenge // for searching; nobody outside ever gets it
	events       []challenge.Event
	cards        []*postedRow // on people's screens, in the order in which they were posted
	retryAt      time.Time    // the clock's transition failed: it tries again then
}

// keyRow is what the first use of an idempotency key left.
type keyRow struct {
	at      time.Time
	id      uuid.UUID // zero: it was not about a challenge
	seq     int
	refusal []byte
}

// messageRow is one message and what became of it.
type messageRow struct {
	id          int64
	kind        outbox.DeliveryKind
	challengeID uuid.UUID
	orderingKey string
	card        challenge.Card
	opening     int
	to          challenge.Address
	content     json.RawMessage
	posted      int64 // the message whose card an update changes
	replaces    outbox.PostedMessage
	createdAt   time.Time
	state       MessageState
	attempts    int
	failing     time.Time // since when; zero: no attempt has failed
	asideAt     time.Time // from when on other challenges' messages do not wait; zero: they do
	copies      int
	notBefore   time.Time
	leaseOwner  string
	leaseUntil  time.Time // zero: nobody has it in hand
	doneAt      time.Time
	lastStatus  int
	lastCode    string
}

// attemptRow is one try, with what Teams answered.
type attemptRow struct {
	n     int
	owner string
	outbox.Attempt
}

// postedRow is a card on somebody's screen.
type postedRow struct {
	outbox.PostedMessage
	messageID   int64
	challengeID uuid.UUID
	card        challenge.Card
	opening     int
	to          challenge.Address
	shownAt     time.Time
}

type coverRow struct {
	directory.CoverSetting
	revoked bool
}

// heartbeat is when an instance last worked, by its own time and by the store's.
type heartbeat struct{ seenAt, checkedAt time.Time }

// directoryCopy is the last directory file that could be read.
type directoryCopy struct {
	content string
	savedAt time.Time
}

// RefusedError is a row that the tables would refuse. It names the rule, never a value.
type RefusedError struct{ Rule string }

// MessageState is what became of a message.
type MessageState string

// A message waits until it is sent, has nothing to show any more, is refused for good, or is
// given up though Teams may have it.
const (
	StateWaiting     MessageState = "waiting"
	StateSent        MessageState = "sent"
	StateDropped     MessageState = "dropped"
	StateFailed      MessageState = "failed"
	StateUnconfirmed MessageState = "unconfirmed"
)
