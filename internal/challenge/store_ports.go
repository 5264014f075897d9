package challenge

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// The words in which everybody speaks to the one door. The store holds the door;
// these stand here so that those who go through it need not know the store.

// What the door answers beside a *Refusal.
var (
	// ErrUnavailable: the database cannot be reached or did not answer in time.
	// Nothing was changed; the same command may be given again.
	ErrUnavailable = errors.New("the database is not available")
	// ErrNotFound: there is no challenge of that reference or id.
	ErrNotFound = errors.New("there is no such challenge")
)

// Snapshot is a challenge with the ladder it runs under and its trail.
type Snapshot struct {
	Challenge Challenge
	Ladder    *ladder.Ladder
	History   []Event
}

// LookupKey finds a challenge by reference or, if that is empty, by id.
type LookupKey struct {
	Ref string
	ID  uuid.UUID
}

// IdempotencyKey marks something that must have its effect once. An empty Key marks
// nothing.
type IdempotencyKey struct {
	Value string
	At    time.Time
}

// ApplyResult is what the door did.
type ApplyResult struct {
	// Snapshot is the challenge after the change, its history included. When the
	// receipt had been seen before, it is the challenge as it was then.
	Snapshot Snapshot
	Repeated bool
	Refusal  *Refusal
}

// MessageKind says what a delivery does.
type MessageKind string

// A post is a new message, an update brings a posted card up to date, a reply is
// a message that answers a typed command and belongs to no challenge.
const (
	MessagePost   MessageKind = "post"
	MessageUpdate MessageKind = "update"
	MessageDirect MessageKind = "reply"
)

// OutboxMessage is something that must be shown to somebody.
type OutboxMessage struct {
	ID          int64
	Kind        MessageKind
	ChallengeID uuid.UUID // zero for a reply
	OrderingKey string    // deliveries of one lane go out one after the other
	Card        Card
	Opening     int
	To          Address
	Content     json.RawMessage // a reply's content
	CreatedAt   time.Time
	Attempts    int // made before this one
	// Posted is the message that an update changes.
	Posted PostedMessage
}

// PostedMessage is a card on somebody's screen.
type PostedMessage struct {
	ConversationID string
	ServiceURL     string
	ActivityID     string
	Version        int    // the challenge's version that it shows
	ContentHash    []byte // a hash of what it shows
	Final          bool   // nothing on it can change any more
}

// Attempt is one try to deliver.
type Attempt struct {
	At         time.Time
	StatusCode int
	ErrorCode  string
	// Ambiguous: Teams may have taken it although the answer was lost.
	Ambiguous bool
}

// ConversationReference is how to reach a lane.
type ConversationReference struct {
	OrderingKey string
	ID          string
	ServiceURL  string
	TeamsUserID string // the person's Teams id for this bot
	SeenAt      time.Time
}

// OrderingKey names of the three kinds of address.
func (a Address) OrderingKey() string {
	if a.Person != "" {
		return "person:" + a.Person
	}
	return "team:" + a.Team
}

// ThreadOrderingKey is where a challenge's notices to a team go: one thread a challenge.
func ThreadOrderingKey(id uuid.UUID, team string) string { return "thread:" + id.String() + ":" + team }

// DirectMessage is a message that answers somebody: a new one in their chat, or one that
// takes the place of the message they acted on.
type DirectMessage struct {
	To Address
	// ReplacesActivityID is the activity that the reply takes the place of, in Conversation
	// behind ServiceURL; empty: a new message.
	ReplacesActivityID string
	ConversationID     string
	ServiceURL         string
	Content            MessageContent
}

// MessageContent is what a reply shows: a finished card and what the notification says.
// Without a card, Text is the message.
type MessageContent struct {
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

// Channel is what Teams has told of a channel or, without an ID, of all channels of a
// team.
type Channel struct {
	ID, Team string
	Loss     ChannelLoss
	SeenAt   time.Time
}

// ChannelLoss is why nothing can be posted in a channel any more; empty while it can.
type ChannelLoss string

// The ways in which a channel goes.
const (
	ChannelDeleted ChannelLoss = "ChannelDeleted"
	TeamDeleted    ChannelLoss = "TeamDeleted"
	BotRemoved     ChannelLoss = "BotRemoved" // from the team
)

// ActivityEffect is a step of a challenge to which an activity led.
type ActivityEffect struct {
	ChallengeID uuid.UUID
	Seq         int
	At          time.Time
}

// Cover is somebody standing in for another, set while the bot runs; From and To are
// included.
type Cover struct {
	ID       int64
	Person   string // Entra object id of who is away
	StandIn  string // Entra object id
	From, To workday.Date
	SetBy    string
	SetAt    time.Time
}

// Overdue is work that should have been done by now.
type Overdue struct {
	Challenges    int // past their time with nothing done
	Messages      int // that have not gone out
	OldestMessage time.Duration
}

// HasInvolved reports whether a person has had a part in the challenge: raised it, or
// was asked, alerted, a judge, or somebody a gate waits for.
func (c *Challenge) HasInvolved(id string) bool {
	if id == "" {
		return false
	}
	is := func(ps []Party) bool {
		return slices.ContainsFunc(ps, func(p Party) bool { return p.ID == id })
	}
	if c.Chair.ID == id {
		return true
	}
	for _, opening := range c.Openings {
		if opening.Judge.ID == id || opening.MayAnswer(id) || opening.wasRespondent(id) || is(opening.Respondents) || is(opening.Alerted) {
			return true
		}
	}
	if c.Hold != nil {
		for _, g := range c.Hold.Gates {
			if is(g.Openers) || is(g.Consulted) {
				return true
			}
		}
	}
	return false
}
