package outbox

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
)

// DeliveryKind says what a delivery does.
type DeliveryKind string

// A post is a new message, an update brings a posted card up to date, a reply is
// a message that answers a typed command and belongs to no challenge.
const (
	PostMessage       DeliveryKind = "post"
	UpdateMessage     DeliveryKind = "update"
	DirectMessageKind DeliveryKind = "reply"
)

// Message is something that must be shown to somebody.
type Message struct {
	ID          int64
	Kind        DeliveryKind
	ChallengeID uuid.UUID // zero for a reply
	OrderingKey string    // messages with the same ordering key go out one after the other
	Card        challenge.Card
	Opening     int
	To          challenge.Address
	Content     json.RawMessage // a reply's content
	CreatedAt   time.Time
	Attempts    int // made before this one
	// FailingSince is when the first attempt failed; zero: none has.
	FailingSince time.Time
	// Copies is how many attempts Teams may have taken although the answer was lost.
	Copies int
	// Hung: Teams let the last call for this person or channel run into its time limit.
	Hung bool
	// Foreign: a message outside a challenge that the program did not write, as its MAC says.
	Foreign bool
	// Posted is the message that an update changes.
	Posted PostedMessage
}

// PostedMessage is a card on somebody's screen.
type PostedMessage struct {
	ConversationID string
	ServiceURL     string
	ActivityID     string
	Version        int    // the challenge's version that it shows
	ContentHash    []byte // a hash of what it shows, or of what is asked where somebody may be writing
	Final          bool   // nothing on it can change any more
	// Superseded: a newer card of the same challenge stands below it, for the same person.
	Superseded bool
	// ToPersonalChat: Teams took it for the person alone, so that they can be reached.
	ToPersonalChat bool
}

// Attempt is one try to deliver.
type Attempt struct {
	At         time.Time
	StatusCode int
	ErrorCode  string
	// Ambiguous: Teams may have taken it although the answer was lost.
	Ambiguous bool
}

// Claim asks for messages that may go out now.
type Claim struct {
	Owner string // the instance
	Now   time.Time
	Lease time.Duration
	// Limit is how many messages there is room for, and HungLimit for how many of those for
	// whom Teams let the last call run into its time limit: they go last.
	Limit, HungLimit int
	// InHand are the messages that the instance has. Any other that is leased to it was
	// claimed without its knowing, because the answer was lost, and is free.
	InHand []int64
}

// Claimed is what a claim gave.
type Claimed struct {
	Messages []Message
	// Instances is how many instances make deliveries now, this one included: each has its share
	// of what Teams takes.
	Instances int
}

// Retry says how a message that failed goes on.
type Retry struct {
	NotBefore time.Time
	// StepsAsideAt is when messages about other challenges stop waiting for this one. Order
	// within one challenge stands.
	StepsAsideAt time.Time
}

// OrderingKey names of the three kinds of address.
func OrderingKey(a challenge.Address) string {
	if a.Person != "" {
		return "person:" + a.Person
	}
	return "team:" + a.Team
}

// AnswerOrderingKey is of the answers to what a person types: they never wait behind cards.
func AnswerOrderingKey(a challenge.Address) string {
	if a.Person != "" {
		return "answer:" + a.Person
	}
	return OrderingKey(a)
}

// ThreadOrderingKey is where a challenge's notices to a team go: one thread a challenge.
func ThreadOrderingKey(id uuid.UUID, team string) string { return "thread:" + id.String() + ":" + team }

// DirectMessage is a message that answers somebody: a new one in their chat, or one that
// takes the place of the message they acted on.
type DirectMessage struct {
	To challenge.Address
	// ReplacesActivityID is the activity that the reply takes the place of, in Conversation
	// behind ServiceURL; empty: a new message.
	ReplacesActivityID string
	ConversationID     string
	ServiceURL         string
	Content            Content
	// Unprompted: it answers nothing that the person typed, and waits its turn among cards.
	Unprompted bool
}

// Content is what a reply shows: a finished card and what the notification says.
// Without a card, Text is the message.
type Content struct {
	Card    json.RawMessage `json:"card,omitempty"`
	Summary string          `json:"summary"`
	Text    string          `json:"text"`
	// InChannel says that the reply is not for the person's private chat.
	InChannel *InChannel `json:"among,omitempty"`
}

// InChannel is a place where others read too. A message for one of them only is kept by
// clients for a day: nothing that must last, and nothing about a child, is said so.
type InChannel struct {
	ConversationID string `json:"conversation"` // of a post for everybody: the channel
	ServiceURL     string `json:"service_url"`
	// Recipient is the Teams id of the one who sees the reply; empty: everybody there does.
	Recipient string `json:"only,omitempty"`
	// InReplyTo is the person's own message that nobody else saw, to show above the answer.
	InReplyTo string `json:"prompt,omitempty"`
}
