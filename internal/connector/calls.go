package connector

import (
	"context"
	"net/http"
	"net/url"
)

// The names of the calls, as errors, logs and metrics carry them.
const (
	CallCreatePersonalChat = "create-personal"
	CallStartThread        = "start-thread"
	CallSend               = "send"
	CallSendTargeted       = "send-targeted"
	CallUpdate             = "update"
	CallMembers            = "members"
	CallToken              = "token"
)

type channelData struct {
	Tenant  *idOnly `json:"tenant,omitempty"`
	Channel *idOnly `json:"channel,omitempty"`
}

type idOnly struct {
	ID string `json:"id"`
}

func (i idOnly) isWhole() bool { return i.ID != "" }

type createdThread struct {
	ID         string `json:"id"`
	ActivityID string `json:"activityId"`
}

func (t createdThread) isWhole() bool { return t.ID != "" && t.ActivityID != "" }

type conversationParameters struct {
	IsGroup     bool        `json:"isGroup"`
	Bot         *Account    `json:"bot,omitempty"`
	Members     []idOnly    `json:"members,omitempty"`
	Activity    *Activity   `json:"activity,omitempty"`
	TenantID    string      `json:"tenantId"`
	ChannelData channelData `json:"channelData"`
}

// CreatePersonalChat opens, or finds again, the one-to-one conversation with a person
// named by the Entra object id. Teams gives the same id each time, so the call
// may be repeated freely. Nothing is posted.
func (c *Client) CreatePersonalChat(ctx context.Context, serviceURL, entraID string) (conversationID string, err error) {
	var created idOnly
	request := apiCall{
		name: CallCreatePersonalChat, method: http.MethodPost, serviceURL: serviceURL,
		path: []string{"v3", "conversations"},
		body: conversationParameters{
			Bot:         c.botAccount(),
			Members:     []idOnly{{ID: entraID}},
			TenantID:    c.config.Tenant,
			ChannelData: channelData{Tenant: &idOnly{c.config.Tenant}},
		},
	}
	if err := c.doCall(ctx, request, &created); err != nil {
		return "", err
	}
	return created.ID, nil
}

// StartThread posts a message that begins a new thread in a channel. Answers in
// the thread go to the returned conversation.
func (c *Client) StartThread(ctx context.Context, serviceURL, channelID string, a Activity) (conversationID, activityID string, err error) {
	var created createdThread
	a.From, a.Recipient, a.Conversation = c.botAccount(), nil, nil
	request := apiCall{
		name: CallStartThread, method: http.MethodPost, serviceURL: serviceURL, createsMessage: true,
		path: []string{"v3", "conversations"},
		body: conversationParameters{
			IsGroup:     true,
			Bot:         c.botAccount(),
			Activity:    &a,
			TenantID:    c.config.Tenant,
			ChannelData: channelData{Tenant: &idOnly{c.config.Tenant}, Channel: &idOnly{channelID}},
		},
	}
	if err := c.doCall(ctx, request, &created); err != nil {
		return "", "", err
	}
	return created.ID, created.ActivityID, nil
}

// Send posts a message that everybody in the conversation sees.
func (c *Client) Send(ctx context.Context, to Destination, a Activity) (activityID string, err error) {
	a.Recipient = nil
	return c.postActivity(ctx, CallSend, to, a, nil)
}

// SendTargeted posts a message in a channel or group that only one member sees.
// recipientID is the member's Teams id (29:…). Clients forget such a message
// after 24 hours, and personal chats refuse it: anything that must last goes to
// the person's own chat.
func (c *Client) SendTargeted(ctx context.Context, to Destination, recipientID string, a Activity) (activityID string, err error) {
	a.Recipient = &Account{ID: recipientID}
	return c.postActivity(ctx, CallSendTargeted, to, a, targetedQuery())
}

func (c *Client) postActivity(ctx context.Context, name string, to Destination, a Activity, query url.Values) (string, error) {
	a.From, a.Conversation = c.botAccount(), &ConversationAccount{to.ConversationID}
	request := apiCall{
		name: name, method: http.MethodPost, serviceURL: to.ServiceURL, createsMessage: true,
		path: []string{"v3", "conversations", to.ConversationID, "activities"}, query: query, body: a,
	}
	var created idOnly
	if err := c.doCall(ctx, request, &created); err != nil {
		return "", err
	}
	return created.ID, nil
}

// Update replaces a message of ours.
func (c *Client) Update(ctx context.Context, at Destination, activityID string, a Activity) error {
	a.From, a.Conversation, a.Recipient = c.botAccount(), &ConversationAccount{at.ConversationID}, nil
	return c.doCall(ctx, apiCall{
		name: CallUpdate, method: http.MethodPut, serviceURL: at.ServiceURL,
		path: []string{"v3", "conversations", at.ConversationID, "activities", activityID}, body: a,
	}, nil)
}

// CheckConversation asks for one member of a conversation, which Teams answers only where the bot
// is.
func (c *Client) CheckConversation(ctx context.Context, in Destination) error {
	return c.doCall(ctx, apiCall{
		name: CallMembers, method: http.MethodGet, serviceURL: in.ServiceURL,
		path: []string{"v3", "conversations", in.ConversationID, "pagedmembers"}, query: url.Values{"pageSize": {"1"}},
	}, nil)
}

// CheckToken gets a token, and tells nothing but whether that went well.
func (c *Client) CheckToken(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	if _, err := c.tokens.fetchToken(bounded); err != nil {
		return classifyTokenError(apiCall{name: CallToken}, err)
	}
	return nil
}

func (c *Client) botAccount() *Account { return &Account{ID: "28:" + c.config.AppID} }

func targetedQuery() url.Values { return url.Values{"isTargetedActivity": {"true"}} }
