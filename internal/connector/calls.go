package connector

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// The names of the calls, as errors, logs and metrics carry them.
const (
	CallCreatePersonal = "create-personal"
	CallStartThread    = "start-thread"
	CallSend           = "send"
	CallSendTargeted   = "send-targeted"
	CallUpdate         = "update"
	CallDelete         = "delete"
	CallMember         = "member"
	CallMembers        = "members"
	CallToken          = "token"
)

const (
	membersPerPage = 200
	// memberPages bounds the paging: 10,000 people are more than any team holds.
	memberPages = 50
)

type channelData struct {
	Tenant  *idOnly `json:"tenant,omitempty"`
	Channel *idOnly `json:"channel,omitempty"`
}

type idOnly struct {
	ID string `json:"id"`
}

type newConversation struct {
	IsGroup     bool        `json:"isGroup"`
	Bot         *Account    `json:"bot,omitempty"`
	Members     []idOnly    `json:"members,omitempty"`
	Activity    *Activity   `json:"activity,omitempty"`
	TenantID    string      `json:"tenantId"`
	ChannelData channelData `json:"channelData"`
}

// CreatePersonal opens, or finds again, the one-to-one conversation with a person
// named by the Entra object id. Teams gives the same id each time, so the call
// may be repeated freely. Nothing is posted.
func (c *Client) CreatePersonal(ctx context.Context, serviceURL, entraID string) (conversationID string, err error) {
	var created idOnly
	request := call{
		name: CallCreatePersonal, method: http.MethodPost, serviceURL: serviceURL,
		path: []string{"v3", "conversations"},
		body: newConversation{
			Bot:         c.self(),
			Members:     []idOnly{{ID: entraID}},
			TenantID:    c.config.Tenant,
			ChannelData: channelData{Tenant: &idOnly{c.config.Tenant}},
		},
	}
	if err := c.do(ctx, request, &created); err != nil {
		return "", err
	}
	if created.ID == "" {
		return "", lost(request, answer{status: http.StatusCreated})
	}
	return created.ID, nil
}

// StartThread posts a message that begins a new thread in a channel. Answers in
// the thread go to the returned conversation.
func (c *Client) StartThread(ctx context.Context, serviceURL, channelID string, a Activity) (conversationID, activityID string, err error) {
	var created struct {
		ID         string `json:"id"`
		ActivityID string `json:"activityId"`
	}
	a.From, a.Recipient, a.Conversation = c.self(), nil, nil
	request := call{
		name: CallStartThread, method: http.MethodPost, serviceURL: serviceURL, creates: true,
		path: []string{"v3", "conversations"},
		body: newConversation{
			IsGroup:     true,
			Bot:         c.self(),
			Activity:    &a,
			TenantID:    c.config.Tenant,
			ChannelData: channelData{Tenant: &idOnly{c.config.Tenant}, Channel: &idOnly{channelID}},
		},
	}
	if err := c.do(ctx, request, &created); err != nil {
		return "", "", err
	}
	if created.ID == "" || created.ActivityID == "" {
		return "", "", lost(request, answer{status: http.StatusCreated})
	}
	return created.ID, created.ActivityID, nil
}

// Send posts a message that everybody in the conversation sees.
func (c *Client) Send(ctx context.Context, to Ref, a Activity) (activityID string, err error) {
	a.Recipient = nil
	return c.post(ctx, CallSend, to, a, nil)
}

// SendTargeted posts a message in a channel or group that only one member sees.
// recipientID is the member's Teams id (29:…). Clients forget such a message
// after 24 hours, and personal chats refuse it: anything that must last goes to
// the person's own chat.
func (c *Client) SendTargeted(ctx context.Context, to Ref, recipientID string, a Activity) (activityID string, err error) {
	a.Recipient = &Account{ID: recipientID}
	return c.post(ctx, CallSendTargeted, to, a, targeted())
}

func (c *Client) post(ctx context.Context, name string, to Ref, a Activity, query url.Values) (string, error) {
	a.From, a.Conversation = c.self(), &ConversationRef{to.ConversationID}
	request := call{
		name: name, method: http.MethodPost, serviceURL: to.ServiceURL, creates: true,
		path: []string{"v3", "conversations", to.ConversationID, "activities"}, query: query, body: a,
	}
	var created idOnly
	if err := c.do(ctx, request, &created); err != nil {
		return "", err
	}
	if created.ID == "" {
		return "", lost(request, answer{status: http.StatusCreated})
	}
	return created.ID, nil
}

// Update replaces a message of ours for everybody.
func (c *Client) Update(ctx context.Context, at Ref, activityID string, a Activity) error {
	return c.put(ctx, at, activityID, a, nil)
}

// UpdateTargeted replaces a targeted message of ours.
func (c *Client) UpdateTargeted(ctx context.Context, at Ref, activityID string, a Activity) error {
	return c.put(ctx, at, activityID, a, targeted())
}

func (c *Client) put(ctx context.Context, at Ref, activityID string, a Activity, query url.Values) error {
	a.From, a.Conversation, a.Recipient = c.self(), &ConversationRef{at.ConversationID}, nil
	return c.do(ctx, call{
		name: CallUpdate, method: http.MethodPut, serviceURL: at.ServiceURL,
		path: []string{"v3", "conversations", at.ConversationID, "activities", activityID}, query: query, body: a,
	}, nil)
}

// Delete withdraws a message of ours.
func (c *Client) Delete(ctx context.Context, at Ref, activityID string) error {
	return c.remove(ctx, at, activityID, nil)
}

// DeleteTargeted withdraws a targeted message of ours.
func (c *Client) DeleteTargeted(ctx context.Context, at Ref, activityID string) error {
	return c.remove(ctx, at, activityID, targeted())
}

func (c *Client) remove(ctx context.Context, at Ref, activityID string, query url.Values) error {
	return c.do(ctx, call{
		name: CallDelete, method: http.MethodDelete, serviceURL: at.ServiceURL,
		path: []string{"v3", "conversations", at.ConversationID, "activities", activityID}, query: query,
	}, nil)
}

// Member reads one member of a conversation by Teams id.
func (c *Client) Member(ctx context.Context, in Ref, userID string) (Member, error) {
	var member Member
	err := c.do(ctx, call{
		name: CallMember, method: http.MethodGet, serviceURL: in.ServiceURL,
		path: []string{"v3", "conversations", in.ConversationID, "members", userID},
	}, &member)
	return member, err
}

// Members reads all members of a conversation, page by page.
func (c *Client) Members(ctx context.Context, in Ref) ([]Member, error) {
	var all []Member
	query := url.Values{"pageSize": {strconv.Itoa(membersPerPage)}}
	for range memberPages {
		var page struct {
			Members           []Member `json:"members"`
			ContinuationToken string   `json:"continuationToken"`
		}
		err := c.do(ctx, call{
			name: CallMembers, method: http.MethodGet, serviceURL: in.ServiceURL,
			path: []string{"v3", "conversations", in.ConversationID, "pagedmembers"}, query: query,
		}, &page)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Members...)
		if page.ContinuationToken == "" {
			return all, nil
		}
		query.Set("continuationToken", page.ContinuationToken)
	}
	return nil, &Error{Kind: Failed, Call: CallMembers, Code: "endless pages"}
}

// Sees asks for one member of a conversation, which Teams answers only where the bot is.
func (c *Client) Sees(ctx context.Context, in Ref) error {
	return c.do(ctx, call{
		name: CallMembers, method: http.MethodGet, serviceURL: in.ServiceURL,
		path: []string{"v3", "conversations", in.ConversationID, "pagedmembers"}, query: url.Values{"pageSize": {"1"}},
	}, nil)
}

// Token gets a token, and tells nothing but whether that went well.
func (c *Client) Token(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	if _, err := c.tokens.get(bounded); err != nil {
		return tokenError(call{name: CallToken}, err)
	}
	return nil
}

func (c *Client) self() *Account { return &Account{ID: "28:" + c.config.AppID} }

func targeted() url.Values { return url.Values{"isTargetedActivity": {"true"}} }
