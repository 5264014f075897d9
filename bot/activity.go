package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/infracloudio/msbotbuilder-go/schema"

	// jsonv2 as a module: 1.8 KB in about a third of encoding/json's time, and it
	// refuses duplicate names and invalid UTF-8.
	jsonv2 "github.com/go-json-experiment/json"
)

// Activity types that the bot knows by name.
const (
	TypeMessage            = "message"
	TypeInvoke             = "invoke"
	TypeEvent              = "event"
	TypeConversationUpdate = "conversationUpdate"
	TypeInstallationUpdate = "installationUpdate"
	TypeMessageReaction    = "messageReaction"
	TypeMessageUpdate      = "messageUpdate"
	TypeMessageDelete      = "messageDelete"
)

// Invoke names that the bot knows.
const (
	InvokeCardAction = "adaptiveCard/action"
	InvokeTaskFetch  = "task/fetch"
	InvokeTaskSubmit = "task/submit"
)

// Activity is one activity as Teams sends it. What no part of the program needs
// typed stays raw, so that a new shape there cannot cost us the activity.
type Activity struct {
	Type               string          `json:"type"`
	ID                 string          `json:"id"`
	Name               string          `json:"name"`
	ChannelID          string          `json:"channelId"`
	ServiceURL         string          `json:"serviceUrl"`
	Timestamp          string          `json:"timestamp"` // RFC 3339, UTC
	Text               string          `json:"text"`
	TextFormat         string          `json:"textFormat"`
	Locale             string          `json:"locale"`
	ReplyToID          string          `json:"replyToId"`
	InstallationAction string          `json:"action"`
	From               Account         `json:"from"`
	Recipient          Account         `json:"recipient"`
	Conversation       Conversation    `json:"conversation"`
	ChannelData        ChannelData     `json:"channelData"`
	Entities           json.RawMessage `json:"entities"` // see Mentions
	Value              json.RawMessage `json:"value"`    // any JSON; see CardAction, SubmitData
	MembersAdded       []Account       `json:"membersAdded"`
	MembersRemoved     []Account       `json:"membersRemoved"`
	ReactionsAdded     []Reaction      `json:"reactionsAdded"`
	Attachments        json.RawMessage `json:"attachments"` // see hasFile
}

// Account is a person or a bot. ID is Teams' own id for this bot ("29:…",
// "28:…"); AADObjectID is the Entra object id, by which people are known.
type Account struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	AADObjectID string `json:"aadObjectId"`
	// IsTargeted on a recipient: only the sender and the bot see the message.
	IsTargeted bool `json:"isTargeted"`
	// TenantID is where a sender is at home, where Teams says it.
	TenantID string `json:"tenantId"`
}

// Conversation is where the activity happened.
type Conversation struct {
	ID               string `json:"id"`
	ConversationType string `json:"conversationType"` // personal, groupChat, channel
	IsGroup          bool   `json:"isGroup"`
	TenantID         string `json:"tenantId"`
	Name             string `json:"name"`
}

// ChannelData is what Teams adds to the protocol.
type ChannelData struct {
	Tenant struct {
		ID string `json:"id"`
	} `json:"tenant"`
	Team struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		AADGroupID string `json:"aadGroupId"`
		TenantID   string `json:"tenantId"`
	} `json:"team"`
	// SharedWith are the teams with which a shared channel is shared.
	SharedWith json.RawMessage `json:"sharedWithTeams"`
	Channel    Channel         `json:"channel"`
	EventType  string          `json:"eventType"`
	Settings   json.RawMessage `json:"settings"` // see Activity.SelectedChannel
}

// Channel is a channel of a team.
type Channel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"` // standard, private or shared, where Teams says it
}

// Reaction is an emoji put on a message.
type Reaction struct {
	Type string `json:"type"`
}

// What DecodeActivity refuses.
var (
	ErrNotJSON    = errors.New("the body is not valid JSON")
	ErrNotObject  = errors.New("the body is not a JSON object of the expected shape")
	ErrNoType     = errors.New("the activity has no type")
	ErrTooComplex = errors.New("the body holds too many values, or nests them too deep")
)

// DecodeActivity reads a request body. The Activity shares no memory with it.
// Errors are ErrNotJSON, ErrNotObject, ErrNoType, ErrTooComplex or ErrOddEnvelope and hold nothing
// of the body.
func DecodeActivity(body []byte) (Activity, error) {
	if isTooComplex(body) {
		return Activity{}, ErrTooComplex
	}
	body, _ = replaceLoneSurrogates(body)
	var a Activity
	if err := jsonv2.Unmarshal(body, &a); err != nil {
		var shape *jsonv2.SemanticError
		if errors.As(err, &shape) {
			return Activity{}, fmt.Errorf("%w: at byte %d", ErrNotObject, shape.ByteOffset)
		}
		return Activity{}, ErrNotJSON
	}
	if a.Type == "" {
		return Activity{}, ErrNoType
	}
	if err := a.checkEnvelope(); err != nil {
		return Activity{}, err
	}
	return a, nil
}

// IsPersonal reports whether the activity happened in the 1:1 chat with the bot.
// Anything that does not say so is taken to have an audience.
func (a Activity) IsPersonal() bool { return a.Conversation.ConversationType == "personal" }

// teamsChannelID is Teams' id of the channel in which the activity happened, whichever thread of
// it; "" outside channels.
func (a Activity) teamsChannelID() string {
	id, _, _ := strings.Cut(a.Conversation.ID, ";")
	if a.ChannelData.Channel.ID != "" {
		id, _, _ = strings.Cut(a.ChannelData.Channel.ID, ";")
	}
	if a.IsPersonal() || !strings.HasPrefix(id, "19:") {
		return ""
	}
	return id
}

// isSharedChannel reports whether the channel is said to be shared with some team.
func (a Activity) isSharedChannel() bool {
	var with []json.RawMessage
	return jsonv2.Unmarshal(a.ChannelData.SharedWith, &with) == nil && len(with) > 0
}

// SelectedChannel is the channel chosen when the bot was installed in a team.
func (a Activity) SelectedChannel() (Channel, bool) {
	var settings struct {
		SelectedChannel Channel `json:"selectedChannel"`
	}
	if jsonv2.Unmarshal(a.ChannelData.Settings, &settings) != nil {
		return Channel{}, false
	}
	return settings.SelectedChannel, settings.SelectedChannel.ID != ""
}

// toSchema is the activity as msbotbuilder-go knows it, as far as its adapter
// needs it.
func (a Activity) toSchema() schema.Activity {
	s := schema.Activity{
		Type:       schema.ActivityTypes(a.Type),
		ID:         a.ID,
		Name:       a.Name,
		ChannelID:  a.ChannelID,
		ServiceURL: a.ServiceURL,
		ReplyToID:  a.ReplyToID,
		From:       schema.ChannelAccount{ID: a.From.ID, AadObjectID: a.From.AADObjectID},
		Recipient:  schema.ChannelAccount{ID: a.Recipient.ID},
		Conversation: schema.ConversationAccount{
			ID:               a.Conversation.ID,
			ConversationType: a.Conversation.ConversationType,
			IsGroup:          a.Conversation.IsGroup,
			TenantID:         a.Conversation.TenantID,
		},
	}
	// The library knows no tenant of a sender: it travels where anything may.
	s.ChannelData = map[string]any{}
	if tenant := a.ChannelData.Tenant.ID; tenant != "" {
		s.ChannelData["tenant"] = map[string]any{"id": tenant}
	}
	if tenant := a.From.TenantID; tenant != "" {
		s.ChannelData[senderTenant] = tenant
	}
	return s
}
