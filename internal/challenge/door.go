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

// Case is a challenge with the ladder it runs under and its trail.
type Case struct {
	Challenge Challenge
	Ladder    *ladder.Ladder
	History   []Event
}

// Key finds a challenge by reference or, if that is empty, by id.
type Key struct {
	Ref string
	ID  uuid.UUID
}

// Receipt marks something that must have its effect once. An empty Key marks
// nothing.
type Receipt struct {
	Key string
	At  time.Time
}

// Outcome is what the door did.
type Outcome struct {
	// Case is the challenge after the change, its history included. When the
	// receipt had been seen before, it is the challenge as it was then.
	Case     Case
	Repeated bool
	Said     *Refusal
}

// DeliveryKind says what a delivery does.
type DeliveryKind string

// A post is a new message, an update brings a posted card up to date, a reply is
// a message that answers a typed command and belongs to no challenge.
const (
	PostCard   DeliveryKind = "post"
	UpdateCard DeliveryKind = "update"
	ReplyCard  DeliveryKind = "reply"
)

// Delivery is something that must be shown to somebody.
type Delivery struct {
	ID        int64
	Kind      DeliveryKind
	Challenge uuid.UUID // zero for a reply
	Lane      string    // deliveries of one lane go out one after the other
	Card      Card
	Visit     int
	To        Address
	Spec      json.RawMessage // a reply's content
	CreatedAt time.Time
	Attempts  int // made before this one
	// Posted is the message that an update changes.
	Posted Posted
}

// Posted is a card on somebody's screen.
type Posted struct {
	Conversation string
	ServiceURL   string
	Activity     string
	Version      int    // the challenge's version that it shows
	Content      []byte // a hash of what it shows
	Final        bool   // nothing on it can change any more
}

// Attempt is one try to deliver.
type Attempt struct {
	At     time.Time
	Status int
	Code   string
	// Ambiguous: Teams may have taken it although the answer was lost.
	Ambiguous bool
}

// Conversation is how to reach a lane.
type Conversation struct {
	Lane       string
	ID         string
	ServiceURL string
	MRI        string // the person's Teams id for this bot
	SeenAt     time.Time
}

// Lane names of the three kinds of address.
func (a Address) Lane() string {
	if a.Person != "" {
		return "person:" + a.Person
	}
	return "team:" + a.Team
}

// ThreadLane is where a challenge's notices to a team go: one thread a challenge.
func ThreadLane(id uuid.UUID, team string) string { return "thread:" + id.String() + ":" + team }

// Reply is a message that answers somebody: a new one in their chat, or one that
// takes the place of the message they acted on.
type Reply struct {
	To Address
	// Replaces is the activity that the reply takes the place of, in Conversation
	// behind ServiceURL; empty: a new message.
	Replaces     string
	Conversation string
	ServiceURL   string
	Spec         ReplySpec
}

// ReplySpec is what a reply shows: a finished card and what the notification says.
// Without a card, Text is the message.
type ReplySpec struct {
	Card    json.RawMessage `json:"card,omitempty"`
	Summary string          `json:"summary"`
	Text    string          `json:"text"`
	// Among says that the reply is not for the person's private chat.
	Among *Among `json:"among,omitempty"`
}

// Among is a place where others read too. A message for one of them only is kept by
// clients for a day: nothing that must last, and nothing about a child, is said so.
type Among struct {
	Conversation string `json:"conversation"` // of a post for everybody: the channel
	ServiceURL   string `json:"service_url"`
	// Only is the Teams id of the one who sees the reply; empty: everybody there does.
	Only string `json:"only,omitempty"`
	// Prompt is the person's own message that nobody else saw, to show above the answer.
	Prompt string `json:"prompt,omitempty"`
}

// Channel is what Teams has told of a channel or, without an ID, of all channels of a
// team.
type Channel struct {
	ID, Team string
	Gone     Gone
	SeenAt   time.Time
}

// Gone is why nothing can be posted in a channel any more; empty while it can.
type Gone string

// The ways in which a channel goes.
const (
	ChannelDeleted Gone = "ChannelDeleted"
	TeamDeleted    Gone = "TeamDeleted"
	BotRemoved     Gone = "BotRemoved" // from the team
)

// Effect is a step of a challenge to which an activity led.
type Effect struct {
	Challenge uuid.UUID
	Seq       int
	At        time.Time
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
	Challenges     int // past their time with nothing done
	Deliveries     int // that have not gone out
	OldestDelivery time.Duration
}

// Concerns reports whether a person has had a part in the challenge: raised it, or
// was asked, alerted, a judge, or somebody a gate waits for.
func (c *Challenge) Concerns(id string) bool {
	if id == "" {
		return false
	}
	is := func(ps []Party) bool {
		return slices.ContainsFunc(ps, func(p Party) bool { return p.ID == id })
	}
	if c.Chair.ID == id {
		return true
	}
	for _, v := range c.Visits {
		if v.Judge.ID == id || v.MayAnswer(id) || v.wasAsked(id) || is(v.Respondents) || is(v.Alerted) {
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
