package practice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// targetedMessageLifetime is how long clients keep a targeted message.
const targetedMessageLifetime = 24 * time.Hour

// conversation is a personal chat, a group chat, or one thread of a channel.
type conversation struct {
	id             string
	person         *Person  // of a personal chat
	channel        *Channel // of a thread
	threadRootID   string   // id of the message the thread began with
	historyRemoved bool     // the person removed the chat history
}

// findConversationLocked finds a conversation the bot names.
func (t *Teams) findConversationLocked(id string) (*conversation, *apiResponse) {
	if c, ok := t.conversations[id]; ok && !c.historyRemoved && (c.channel == nil || !c.channel.deleted) {
		return c, nil
	}
	for _, ch := range t.channels {
		if ch.ID == id && !ch.deleted {
			return &conversation{id: id, channel: ch}, nil // a post here begins a thread
		}
	}
	refused := errorResponse(http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
	return nil, &refused
}

// personalChatLocked is the chat of a person with the bot, opened when needed.
func (t *Teams) personalChatLocked(p *Person) *conversation {
	if p.chat == nil || p.chat.historyRemoved {
		p.chatCount++
		p.chat = &conversation{id: "a:1" + opaqueID("chat", p.TeamsUserID, strconv.Itoa(p.chatCount)), person: p}
		t.conversations[p.chat.id] = p.chat
	}
	return p.chat
}

// threadLocked is the thread that begins with a message.
func (t *Teams) threadLocked(ch *Channel, root string) *conversation {
	id := ch.ID + ";messageid=" + root
	if t.conversations[id] == nil {
		t.conversations[id] = &conversation{id: id, channel: ch, threadRootID: root}
	}
	return t.conversations[id]
}

// checkWritable says why the bot may not write there, if it may not.
func (c *conversation) checkWritable() *apiResponse {
	var refused apiResponse
	switch {
	case c.person != nil && c.person.blocked:
		refused = errorResponse(http.StatusForbidden, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
	case c.person != nil && c.person.NotInstalled:
		refused = apiResponse{status: http.StatusForbidden, errorCode: "MessageWritesBlocked", rawBody: `{"errorCode":209,"message":` +
			`"{\r\n  \"subCode\": \"MessageWritesBlocked\",\r\n  \"details\": \"Thread is not writable.\"\r\n}"}`}
	case c.lacksBot():
		refused = errorResponse(http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
	default:
		return nil
	}
	return &refused
}

// lacksBot reports whether the bot is not in the team that the conversation is in.
func (c *conversation) lacksBot() bool { return c.channel != nil && c.channel.NotInstalled }

// membersOf are the people who are in a conversation.
func (t *Teams) membersOf(c *conversation) []*Person {
	if c.person != nil {
		return []*Person{c.person}
	}
	return slices.DeleteFunc(slices.Clone(t.people), func(p *Person) bool { return !c.channel.hasMember(p) })
}

// createConversationRequest is the body of a create.
type createConversationRequest struct {
	IsGroup bool `json:"isGroup"`
	Bot     *struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"bot"`
	Members []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"members"`
	Activity    json.RawMessage `json:"activity"`
	TenantID    string          `json:"tenantId"`
	ChannelData struct {
		Tenant  struct{ ID string } `json:"tenant"`
		Channel struct{ ID string } `json:"channel"`
		Team    struct{ ID string } `json:"team"`
	} `json:"channelData"`
}

func (t *Teams) createConversationLocked(call *Call) apiResponse {
	var wanted createConversationRequest
	decoder := json.NewDecoder(bytes.NewReader(call.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wanted); err != nil {
		return violationResponse(http.StatusBadRequest, "BadSyntax", "the conversation has an unknown shape: "+err.Error())
	}
	tenant := orDefault(wanted.TenantID, wanted.ChannelData.Tenant.ID)
	if tenant != t.options.Tenant {
		return violationResponse(http.StatusBadRequest, "Bad Argument", "tenantId is not the authority's tenant")
	}
	if wanted.Bot != nil && wanted.Bot.ID != t.botID() {
		return violationResponse(http.StatusBadRequest, "Bad Argument", "bot.id is not 28: and the app id")
	}
	if wanted.IsGroup {
		return t.createThreadLocked(call, wanted)
	}
	if len(wanted.Members) != 1 || wanted.ChannelData.Channel.ID != "" {
		return violationResponse(http.StatusBadRequest, "BadSyntax", "a personal conversation has exactly one member and no channel")
	}
	return t.createPersonalChatLocked(call, wanted)
}

func (t *Teams) createPersonalChatLocked(call *Call, wanted createConversationRequest) apiResponse {
	p := t.personByID(wanted.Members[0].ID)
	if p == nil || p.NotInstalled {
		return errorResponse(http.StatusForbidden, "ForbiddenOperationException", "The bot is not installed in user's personal scope")
	}
	c := t.personalChatLocked(p)
	call.Conversation = c.id
	if len(wanted.Activity) > 0 {
		call.Body = wanted.Activity
		if sent := t.sendMessageLocked(call, c, false); sent.status >= 300 {
			return sent
		}
	}
	return apiResponse{status: http.StatusCreated, body: map[string]any{"id": c.id}}
}

func (t *Teams) createThreadLocked(call *Call, wanted createConversationRequest) apiResponse {
	if len(wanted.Members) > 0 || wanted.ChannelData.Channel.ID == "" {
		return violationResponse(http.StatusBadRequest, "BadSyntax", "a bot cannot create a group chat; name a channel")
	}
	if len(wanted.Activity) == 0 {
		return violationResponse(http.StatusBadRequest, "BadSyntax", "a new thread needs its first activity")
	}
	i := slices.IndexFunc(t.channels, func(ch *Channel) bool { return ch.ID == wanted.ChannelData.Channel.ID })
	if i < 0 || t.channels[i].deleted {
		return errorResponse(http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
	}
	if t.channels[i].Group {
		return violationResponse(http.StatusBadRequest, "BadSyntax", "a group chat has no threads to begin")
	}
	whole := call.Body
	call.Body = wanted.Activity
	sent := t.sendMessageLocked(call, &conversation{id: t.channels[i].ID, channel: t.channels[i]}, false)
	call.Body = whole
	if sent.status >= 300 {
		return sent
	}
	return apiResponse{status: http.StatusCreated, body: map[string]any{
		"id": t.messagesByID[call.Activity].conversation.id, "activityId": call.Activity}}
}

// sendMessageLocked posts a message and puts its id into call.Activity.
func (t *Teams) sendMessageLocked(call *Call, c *conversation, targeted bool) apiResponse {
	a, found := t.parseActivity(call.Body, c, postingMode{targeted: targeted})
	if len(found) > 0 {
		return violationResponse(http.StatusBadRequest, "Bad Argument", found...)
	}
	if refused := c.checkWritable(); refused != nil {
		return *refused
	}
	if a.Type == "typing" {
		return apiResponse{status: http.StatusCreated}
	}
	var reader *Person
	if targeted {
		if reader = t.personByTeamsUserID(a.Recipient.ID); reader == nil || !slices.Contains(t.membersOf(c), reader) {
			return errorResponse(http.StatusBadRequest, "Bad argument", "The recipient is not a member of the conversation.")
		}
		call.Person = reader.Name
	}
	s := t.storeMessageLocked(c, nil, reader, a)
	call.Activity, call.Conversation = s.id, s.conversation.id
	return apiResponse{status: http.StatusCreated, body: map[string]any{"id": s.id}}
}

// findOwnMessageLocked finds a message that the bot may change.
func (t *Teams) findOwnMessageLocked(call *Call, c *conversation, targeted bool) (*storedMessage, *apiResponse) {
	var refused apiResponse
	s, ok := t.messagesByID[call.Activity]
	switch {
	case !ok || s.vanished || s.conversation.id != c.id && !(c.threadRootID == "" && c.channel != nil && s.conversation.channel == c.channel):
		refused = errorResponse(http.StatusNotFound, "ActivityNotFoundInConversation", "The activity was not found.")
	case s.from != nil:
		refused = errorResponse(http.StatusForbidden, "NotEnoughPermissions", "The message belongs to somebody else.")
	case targeted != (s.reader != nil):
		refused = violationResponse(http.StatusBadRequest, "INVALID_TARGETED_MESSAGE_ID", "isTargetedActivity does not fit the message")
	case s.reader != nil && (s.deleted || t.Now().Sub(s.versions[0].At) >= targetedMessageLifetime):
		refused = errorResponse(http.StatusNotFound, "TARGETED_MESSAGE_EXPIRED_OR_DELETED", "The targeted message is gone.")
	case s.deleted:
		refused = errorResponse(http.StatusForbidden, "ServiceError", "Unknown")
	default:
		return s, c.checkWritable()
	}
	return nil, &refused
}

func (t *Teams) updateMessageLocked(call *Call, c *conversation, targeted bool) apiResponse {
	a, found := t.parseActivity(call.Body, c, postingMode{targeted: targeted, updatedID: call.Activity})
	if len(found) > 0 {
		return violationResponse(http.StatusBadRequest, "Bad Argument", found...)
	}
	s, refused := t.findOwnMessageLocked(call, c, targeted)
	if refused != nil {
		return *refused
	}
	changed := a.asVersion(t.Now())
	s.versions = append(s.versions, changed)
	t.reportCard(changed.Card, s, false)
	// Everybody sees the new card; those with a view of their own ask again.
	s.views = nil
	t.announceChangeLocked(ChangeUpdated, s)
	return apiResponse{status: http.StatusOK, body: map[string]any{"id": s.id}}
}

func (t *Teams) deleteMessageLocked(call *Call, c *conversation, targeted bool) apiResponse {
	s, refused := t.findOwnMessageLocked(call, c, targeted)
	if refused != nil {
		return *refused
	}
	s.deleted = true
	t.announceChangeLocked(ChangeWithdrawn, s)
	return apiResponse{status: http.StatusOK}
}

func (t *Teams) describeMemberLocked(c *conversation, r *http.Request) apiResponse {
	id, err := url.PathUnescape(r.URL.EscapedPath()[strings.LastIndex(r.URL.EscapedPath(), "/")+1:])
	if err != nil {
		return violationResponse(http.StatusBadRequest, "BadSyntax", "the member id is not percent-encoded")
	}
	for _, p := range t.membersOf(c) {
		if p.TeamsUserID == id {
			return apiResponse{status: http.StatusOK, body: p.profile()}
		}
	}
	return errorResponse(http.StatusNotFound, "MemberNotFoundInConversation", "Member not found.")
}

func (t *Teams) listMembersLocked(c *conversation, r *http.Request) apiResponse {
	if c.lacksBot() {
		return errorResponse(http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
	}
	all := t.membersOf(c)
	profiles := func(people []*Person) []any {
		list := []any{}
		for _, p := range people {
			list = append(list, p.profile())
		}
		return list
	}
	if strings.HasSuffix(r.URL.Path, "/members") {
		return apiResponse{status: http.StatusOK, body: profiles(all)}
	}
	size, start := len(all), 0
	if given := r.FormValue("pageSize"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			return violationResponse(http.StatusBadRequest, "Bad Argument", "pageSize is not a positive number")
		}
		size = n
	}
	if token := r.FormValue("continuationToken"); token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, "from-"))
		if err != nil || n < 0 || n > len(all) {
			return violationResponse(http.StatusBadRequest, "Bad Argument", "unknown continuationToken")
		}
		start = n
	}
	end := min(start+size, len(all))
	page := map[string]any{"members": profiles(all[start:end])}
	if end < len(all) {
		page["continuationToken"] = fmt.Sprintf("from-%d", end)
	}
	return apiResponse{status: http.StatusOK, body: page}
}

// describeTeamLocked answers for a team and for its channels.
func (t *Teams) describeTeamLocked(r *http.Request) apiResponse {
	var name string
	channels := []any{}
	for _, ch := range t.channels {
		if strings.Contains(r.URL.Path, "/teams/"+ch.TeamID) {
			name = ch.TeamName
			channels = append(channels, map[string]any{"id": ch.ID, "name": ch.Name, "type": "standard"})
		}
	}
	if len(channels) == 0 {
		return errorResponse(http.StatusNotFound, "ConversationNotFound", "Team not found.")
	}
	if strings.HasSuffix(r.URL.Path, "/conversations") {
		return apiResponse{status: http.StatusOK, body: map[string]any{"conversations": channels}}
	}
	return apiResponse{status: http.StatusOK, body: map[string]any{"name": name, "channelCount": len(channels)}}
}

// noteRecipient notes whom a call reaches.
func (t *Teams) noteRecipient(call *Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if call.Op == OpCreate {
		var wanted createConversationRequest
		if json.Unmarshal(call.Body, &wanted) != nil {
			return
		}
		if len(wanted.Members) > 0 {
			if p := t.personByID(wanted.Members[0].ID); p != nil {
				call.Person = p.Name
			}
		}
		call.Conversation = ""
		for _, ch := range t.channels {
			if ch.ID == wanted.ChannelData.Channel.ID {
				call.Channel = ch.Name
			}
		}
		return
	}
	c, ok := t.conversations[call.Conversation]
	if !ok {
		c, _ = t.findConversationLocked(call.Conversation)
	}
	switch {
	case c == nil:
	case c.person != nil:
		call.Person = c.person.Name
	default:
		call.Channel = c.channel.Name
	}
}

// personByID takes what members[].id may hold: an Entra object id or a Teams id.
func (t *Teams) personByID(id string) *Person {
	for _, p := range t.people {
		if p.ID == id || p.TeamsUserID == id {
			return p
		}
	}
	return nil
}

func (t *Teams) personByTeamsUserID(teamsUserID string) *Person {
	if !strings.HasPrefix(teamsUserID, "29:") {
		return nil
	}
	return t.personByID(teamsUserID)
}
