package outbox

import (
	"time"
)

// ConversationReference is what Bot Framework calls a conversation reference: where a proactive
// message to a person's chat or to a thread goes.
type ConversationReference struct {
	OrderingKey string
	ID          string
	ServiceURL  string
	TeamsUserID string // the person's Teams id for this bot
	SeenAt      time.Time
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
