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

// targetedLife is how long clients keep a targeted message.
const targetedLife = 24 * time.Hour

// conversation is a personal chat, a group chat, or one thread of a channel.
type conversation struct {
	id      string
	person  *Person  // of a personal chat
	channel *Channel // of a thread
	root    string   // id of the message the thread began with
	gone    bool     // the person removed the chat history
}

// conversationLocked finds a conversation the bot names.
func (t *Teams) conversationLocked(id string) (*conversation, *reply) {
	if c, ok := t.conversations[id]; ok && !c.gone && (c.channel == nil || !c.channel.gone) {
		return c, nil
	}
	for _, ch := range t.channels {
		if ch.ID == id && !ch.gone {
			return &conversation{id: id, channel: ch}, nil // a post here begins a thread
		}
	}
	refused := refuse(http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
	return nil, &refused
}

// personalLocked is the chat of a person with the bot, opened when needed.
func (t *Teams) personalLocked(p *Person) *conversation {
	if p.chat == nil || p.chat.gone {
		p.chats++
		p.chat = &conversation{id: "a:1" + digest("chat", p.MRI, strconv.Itoa(p.chats)), person: p}
		t.conversations[p.chat.id] = p.chat
	}
	return p.chat
}

// threadLocked is the thread that begins with a message.
func (t *Teams) threadLocked(ch *Channel, root string) *conversation {
	id := ch.ID + ";messageid=" + root
	if t.conversations[id] == nil {
		t.conversations[id] = &conversation{id: id, channel: ch, root: root}
	}
	return t.conversations[id]
}

// barred says why the bot may not write there, if it may not.
func (c *conversation) barred() *reply {
	var refused reply
	switch {
	case c.person != nil && c.person.blocked:
		refused = refuse(http.StatusForbidden, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
	case c.person != nil && c.person.NotInstalled:
		refused = reply{status: http.StatusForbidden, code: "MessageWritesBlocked", raw: `{"errorCode":209,"message":` +
			`"{\r\n  \"subCode\": \"MessageWritesBlocked\",\r\n  \"details\": \"Thread is not writable.\"\r\n}"}`}
	case c.withoutBot():
		refused = refuse(http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
	default:
		return nil
	}
	return &refused
}

// withoutBot reports whether the bot is not in the team that the conversation is in.
func (c *conversation) withoutBot() bool { return c.channel != nil && c.channel.NotInstalled }

// members are the people who are in a conversation.
func (t *Teams) members(c *conversation) []*Person {
	if c.person != nil {
		return []*Person{c.person}
	}
	return slices.DeleteFunc(slices.Clone(t.people), func(p *Person) bool { return !c.channel.has(p) })
}

// newConversation is the body of a create.
type newConversation struct {
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

func (t *Teams) createLocked(call *Call) reply {
	var wanted newConversation
	decoder := json.NewDecoder(bytes.NewReader(call.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wanted); err != nil {
		return fault(http.StatusBadRequest, "BadSyntax", "the conversation has an unknown shape: "+err.Error())
	}
	tenant := orElse(wanted.TenantID, wanted.ChannelData.Tenant.ID)
	if tenant != t.options.Tenant {
		return fault(http.StatusBadRequest, "Bad Argument", "tenantId is not the authority's tenant")
	}
	if wanted.Bot != nil && wanted.Bot.ID != t.botID() {
		return fault(http.StatusBadRequest, "Bad Argument", "bot.id is not 28: and the app id")
	}
	if wanted.IsGroup {
		return t.createThreadLocked(call, wanted)
	}
	if len(wanted.Members) != 1 || wanted.ChannelData.Channel.ID != "" {
		return fault(http.StatusBadRequest, "BadSyntax", "a personal conversation has exactly one member and no channel")
	}
	return t.createPersonalLocked(call, wanted)
}

func (t *Teams) createPersonalLocked(call *Call, wanted newConversation) reply {
	p := t.personByID(wanted.Members[0].ID)
	if p == nil || p.NotInstalled {
		return refuse(http.StatusForbidden, "ForbiddenOperationException", "The bot is not installed in user's personal scope")
	}
	c := t.personalLocked(p)
	call.Conversation = c.id
	if len(wanted.Activity) > 0 {
		call.Body = wanted.Activity
		if sent := t.sendLocked(call, c, false); sent.status >= 300 {
			return sent
		}
	}
	return reply{status: http.StatusCreated, body: map[string]any{"id": c.id}}
}

func (t *Teams) createThreadLocked(call *Call, wanted newConversation) reply {
	if len(wanted.Members) > 0 || wanted.ChannelData.Channel.ID == "" {
		return fault(http.StatusBadRequest, "BadSyntax", "a bot cannot create a group chat; name a channel")
	}
	if len(wanted.Activity) == 0 {
		return fault(http.StatusBadRequest, "BadSyntax", "a new thread needs its first activity")
	}
	i := slices.IndexFunc(t.channels, func(ch *Channel) bool { return ch.ID == wanted.ChannelData.Channel.ID })
	if i < 0 || t.channels[i].gone {
		return refuse(http.StatusNotFound, "ConversationNotFound", "Conversation not found.")
	}
	if t.channels[i].Group {
		return fault(http.StatusBadRequest, "BadSyntax", "a group chat has no threads to begin")
	}
	whole := call.Body
	call.Body = wanted.Activity
	sent := t.sendLocked(call, &conversation{id: t.channels[i].ID, channel: t.channels[i]}, false)
	call.Body = whole
	if sent.status >= 300 {
		return sent
	}
	return reply{status: http.StatusCreated, body: map[string]any{
		"id": t.byID[call.Activity].conversation.id, "activityId": call.Activity}}
}

// sendLocked posts a message and puts its id into call.Activity.
func (t *Teams) sendLocked(call *Call, c *conversation, targeted bool) reply {
	a, found := t.parseActivity(call.Body, c, posting{targeted: targeted})
	if len(found) > 0 {
		return fault(http.StatusBadRequest, "Bad Argument", found...)
	}
	if refused := c.barred(); refused != nil {
		return *refused
	}
	if a.Type == "typing" {
		return reply{status: http.StatusCreated}
	}
	var reader *Person
	if targeted {
		if reader = t.personByMRI(a.Recipient.ID); reader == nil || !slices.Contains(t.members(c), reader) {
			return refuse(http.StatusBadRequest, "Bad argument", "The recipient is not a member of the conversation.")
		}
		call.Person = reader.Name
	}
	s := t.storeLocked(c, nil, reader, a)
	call.Activity, call.Conversation = s.id, s.conversation.id
	return reply{status: http.StatusCreated, body: map[string]any{"id": s.id}}
}

// ownLocked finds a message that the bot may change.
func (t *Teams) ownLocked(call *Call, c *conversation, targeted bool) (*stored, *reply) {
	var refused reply
	s, ok := t.byID[call.Activity]
	switch {
	case !ok || s.vanished || s.conversation.id != c.id && !(c.root == "" && c.channel != nil && s.conversation.channel == c.channel):
		refused = refuse(http.StatusNotFound, "ActivityNotFoundInConversation", "The activity was not found.")
	case s.from != nil:
		refused = refuse(http.StatusForbidden, "NotEnoughPermissions", "The message belongs to somebody else.")
	case targeted != (s.reader != nil):
		refused = fault(http.StatusBadRequest, "INVALID_TARGETED_MESSAGE_ID", "isTargetedActivity does not fit the message")
	case s.reader != nil && (s.deleted || t.Now().Sub(s.versions[0].At) >= targetedLife):
		refused = refuse(http.StatusNotFound, "TARGETED_MESSAGE_EXPIRED_OR_DELETED", "The targeted message is gone.")
	case s.deleted:
		refused = refuse(http.StatusForbidden, "ServiceError", "Unknown")
	default:
		return s, c.barred()
	}
	return nil, &refused
}

func (t *Teams) updateLocked(call *Call, c *conversation, targeted bool) reply {
	a, found := t.parseActivity(call.Body, c, posting{targeted: targeted, update: call.Activity})
	if len(found) > 0 {
		return fault(http.StatusBadRequest, "Bad Argument", found...)
	}
	s, refused := t.ownLocked(call, c, targeted)
	if refused != nil {
		return *refused
	}
	changed := a.version(t.Now())
	s.versions = append(s.versions, changed)
	t.shown(changed.Card, s, false)
	// Everybody sees the new card; those with a view of their own ask again.
	s.views = nil
	t.announceLocked(Updated, s)
	return reply{status: http.StatusOK, body: map[string]any{"id": s.id}}
}

func (t *Teams) deleteLocked(call *Call, c *conversation, targeted bool) reply {
	s, refused := t.ownLocked(call, c, targeted)
	if refused != nil {
		return *refused
	}
	s.deleted = true
	t.announceLocked(Withdrawn, s)
	return reply{status: http.StatusOK}
}

func (t *Teams) memberLocked(c *conversation, r *http.Request) reply {
	id, err := url.PathUnescape(r.URL.EscapedPath()[strings.LastIndex(r.URL.EscapedPath(), "/")+1:])
	if err != nil {
		return fault(http.StatusBadRequest, "BadSyntax", "the member id is not percent-encoded")
	}
	for _, p := range t.members(c) {
		if p.MRI == id {
			return reply{status: http.StatusOK, body: p.profile()}
		}
	}
	return refuse(http.StatusNotFound, "MemberNotFoundInConversation", "Member not found.")
}

func (t *Teams) membersLocked(c *conversation, r *http.Request) reply {
	if c.withoutBot() {
		return refuse(http.StatusForbidden, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
	}
	all := t.members(c)
	profiles := func(people []*Person) []any {
		list := []any{}
		for _, p := range people {
			list = append(list, p.profile())
		}
		return list
	}
	if strings.HasSuffix(r.URL.Path, "/members") {
		return reply{status: http.StatusOK, body: profiles(all)}
	}
	size, start := len(all), 0
	if given := r.FormValue("pageSize"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			return fault(http.StatusBadRequest, "Bad Argument", "pageSize is not a positive number")
		}
		size = n
	}
	if token := r.FormValue("continuationToken"); token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, "from-"))
		if err != nil || n < 0 || n > len(all) {
			return fault(http.StatusBadRequest, "Bad Argument", "unknown continuationToken")
		}
		start = n
	}
	end := min(start+size, len(all))
	page := map[string]any{"members": profiles(all[start:end])}
	if end < len(all) {
		page["continuationToken"] = fmt.Sprintf("from-%d", end)
	}
	return reply{status: http.StatusOK, body: page}
}

// teamLocked answers for a team and for its channels.
func (t *Teams) teamLocked(r *http.Request) reply {
	var name string
	channels := []any{}
	for _, ch := range t.channels {
		if strings.Contains(r.URL.Path, "/teams/"+ch.TeamID) {
			name = ch.TeamName
			channels = append(channels, map[string]any{"id": ch.ID, "name": ch.Name, "type": "standard"})
		}
	}
	if len(channels) == 0 {
		return refuse(http.StatusNotFound, "ConversationNotFound", "Team not found.")
	}
	if strings.HasSuffix(r.URL.Path, "/conversations") {
		return reply{status: http.StatusOK, body: map[string]any{"conversations": channels}}
	}
	return reply{status: http.StatusOK, body: map[string]any{"name": name, "channelCount": len(channels)}}
}

// enrich notes whom a call reaches.
func (t *Teams) enrich(call *Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if call.Op == OpCreate {
		var wanted newConversation
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
		c, _ = t.conversationLocked(call.Conversation)
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
		if p.ID == id || p.MRI == id {
			return p
		}
	}
	return nil
}

func (t *Teams) personByMRI(mri string) *Person {
	if !strings.HasPrefix(mri, "29:") {
		return nil
	}
	return t.personByID(mri)
}
