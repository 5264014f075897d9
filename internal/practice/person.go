package practice

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"
)

// Person is somebody in the authority. In Options give ID and Name; the rest is
// optional.
type Person struct {
	// ID is the Entra object id, TeamsUserID the Teams id (29:…), made up when empty.
	ID, Name, TeamsUserID string
	// NotInstalled: the app is not in the person's chat list. It is for everybody
	// else, as an administrator's setup policy would see to.
	NotInstalled bool

	teams     *Teams
	blocked   bool
	chat      *conversation
	chatCount int
}

// Channel is a channel of a team.
type Channel struct {
	TeamID, TeamName, ID, Name string
	// Members are names or Entra ids; empty means everybody.
	Members []string
	// NotInstalled: the bot is not in the team.
	NotInstalled bool
	// Type is standard, private or shared; Teams says nothing of it where it is empty.
	Type string
	// Group makes it a group chat: no team, no threads, and all that is said is in one
	// conversation.
	Group bool
	// TeamTenant is the tenant of the team that the channel belongs to, where it is
	// another than the authority's.
	TeamTenant string

	teams   *Teams
	deleted bool // deleted, itself or its team
}

func (ch *Channel) hasMember(p *Person) bool {
	return len(ch.Members) == 0 || p != nil && (slices.Contains(ch.Members, p.Name) || slices.Contains(ch.Members, p.ID))
}

func (ch *Channel) lacksBot() bool {
	ch.teams.mu.Lock()
	defer ch.teams.mu.Unlock()
	return ch.NotInstalled
}

func (ch *Channel) isDeleted() bool {
	ch.teams.mu.Lock()
	defer ch.teams.mu.Unlock()
	return ch.deleted
}

// profile is how Teams describes a member.
func (p *Person) profile() map[string]any {
	given, surname, _ := strings.Cut(p.Name, " ")
	address := strings.ToLower(strings.ReplaceAll(p.Name, " ", ".")) + "@authority.example"
	return map[string]any{
		"id": p.TeamsUserID, "aadObjectId": p.ID, "objectId": p.ID, "name": p.Name, "givenName": given, "surname": surname,
		"email": address, "userPrincipalName": address, "tenantId": p.teams.options.Tenant, "userRole": "user",
	}
}

// ConversationID is the id of the person's chat with the bot.
func (p *Person) ConversationID() string { return p.personalChat().id }

func (p *Person) personalChat() *conversation {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	return p.teams.personalChatLocked(p)
}

// setTypedText is the body of a message somebody typed.
func setTypedText(activity map[string]any, text string) {
	activity["text"], activity["textFormat"] = text, "plain"
	activity["attachments"] = []any{map[string]any{
		"contentType": "text/html", "content": "<div>" + html.EscapeString(text) + "</div>"}}
}

// storeMessage stores what a person wrote and gives the activity the message's id.
func (p *Person) storeMessage(c *conversation, reader *Person, text string) *storedMessage {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	raw := json.RawMessage(mustJSON(map[string]any{"type": "message", "text": text}))
	return p.teams.storeMessageLocked(c, p, reader, outgoingActivity{Type: "message", Text: text, raw: raw})
}

// Says types a message into the person's chat with the bot.
func (p *Person) Says(ctx context.Context, text string) *Answer {
	if p.isUnreachable() {
		return p.teams.failedAnswer(fmt.Errorf("%w: %s has not installed the app, or blocked it", ErrNotDelivered, p.Name))
	}
	s := p.storeMessage(p.personalChat(), nil, text)
	activity := p.teams.newActivity(p, s.conversation, "message")
	activity["id"] = s.id
	setTypedText(activity, text)
	return p.teams.deliverActivity(ctx, activity, nil)
}

func (p *Person) isUnreachable() bool {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	return p.NotInstalled || p.blocked
}

// MessageOption says how something is said in a channel.
type MessageOption func(*messageOptions)

type messageOptions struct {
	mention, targeted bool
	thread            *Message
}

// Mention begins the text with @ and the bot's name, so that the bot is told and
// everybody reads it.
func Mention(s *messageOptions) { s.mention = true }

// Targeted sends the text to the bot alone, as the choice of a slash command does.
func Targeted(s *messageOptions) { s.targeted = true }

// InThread answers in the thread of a message instead of beginning a new one.
func InThread(m *Message) MessageOption { return func(s *messageOptions) { s.thread = m } }

// SaysIn types a message into a channel. Without Mention or Targeted the bot hears
// nothing of it and the answer's error is ErrNotDelivered.
func (p *Person) SaysIn(ctx context.Context, channel, text string, how ...MessageOption) *Answer {
	var as messageOptions
	for _, f := range how {
		f(&as)
	}
	ch := p.teams.Channel(channel)
	if !ch.hasMember(p) || ch.isDeleted() {
		return p.teams.failedAnswer(fmt.Errorf("%w: %s is not in channel %s", ErrNotAllowed, p.Name, channel))
	}
	c := &conversation{id: ch.ID, channel: ch}
	if as.thread != nil {
		c = as.thread.stored.conversation
	}
	tag := "<at>" + p.teams.options.BotName + "</at>"
	if as.mention {
		text = tag + " " + text
	}
	var reader *Person
	if as.targeted {
		reader = p
	}
	s := p.storeMessage(c, reader, text)
	if ch.lacksBot() || !as.mention && !as.targeted || as.targeted && !p.teams.supportsTargeted() {
		return &Answer{teams: p.teams, Err: ErrNotDelivered, ActivityID: s.id}
	}
	activity := p.teams.newActivity(p, s.conversation, "message")
	activity["id"] = s.id
	setTypedText(activity, text)
	if as.mention {
		activity["entities"] = append(activity["entities"].([]any), map[string]any{
			"type": "mention", "text": tag, "mentioned": map[string]any{"id": p.teams.botID(), "name": p.teams.options.BotName}})
	}
	if as.targeted {
		activity["recipient"].(map[string]any)["isTargeted"] = true
	}
	return p.teams.deliverActivity(ctx, activity, nil)
}

// InstallsApp adds the app to the person's chat list.
func (p *Person) InstallsApp(ctx context.Context) *Answer {
	if err := p.teams.checkScope("personal"); err != nil {
		return &Answer{teams: p.teams, Err: err}
	}
	p.setInstalled(true)
	return p.deliverInstallation(ctx, "add")
}

// InstallsUnnoticed adds the app while Teams' word of it does not reach the bot.
func (p *Person) InstallsUnnoticed() { p.setInstalled(true) }

// UninstallsApp removes the app. The bot may not write to the person any more.
func (p *Person) UninstallsApp(ctx context.Context) *Answer {
	p.setInstalled(false)
	return p.deliverInstallation(ctx, "remove")
}

func (p *Person) setInstalled(installed bool) {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	p.NotInstalled = !installed
}

func (p *Person) deliverInstallation(ctx context.Context, action string) *Answer {
	activity := p.teams.newActivity(p, p.personalChat(), "installationUpdate")
	activity["action"] = action
	return p.teams.deliverActivity(ctx, activity, nil)
}

// InstallsInTeam adds the bot to the team of a channel.
func (p *Person) InstallsInTeam(ctx context.Context, channel string) *Answer {
	ch := p.teams.Channel(channel)
	if err := p.teams.checkScope("team"); err != nil {
		return &Answer{teams: p.teams, Err: err}
	}
	p.teams.eachChannelOfTeam(ch, func(c *Channel) { c.NotInstalled = false })
	p.SendsActivity(ctx, channel, "installationUpdate", map[string]any{"action": "add"})
	activity := p.teams.newActivity(p, &conversation{id: ch.ID, channel: ch}, "conversationUpdate")
	activity["membersAdded"] = []any{map[string]any{"id": p.teams.botID()}}
	data := activity["channelData"].(map[string]any)
	data["eventType"] = "teamMemberAdded"
	data["settings"] = map[string]any{"selectedChannel": map[string]any{"id": ch.ID}}
	return p.teams.deliverActivity(ctx, activity, nil)
}

// BlocksBot stops the bot from writing to the person; Unblocks lets it again.
func (p *Person) BlocksBot() { p.setBlocked(true) }

// UnblocksBot undoes Blocks.
func (p *Person) UnblocksBot() { p.setBlocked(false) }

func (p *Person) setBlocked(blocked bool) {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	p.blocked = blocked
}

// RemovesHistory deletes the chat: Teams forgets the conversation, and the next
// one has another id.
func (p *Person) RemovesHistory() {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	if p.chat != nil {
		p.chat.historyRemoved = true
	}
}

// ChatMessages is everything in the person's chat with the bot, both ways.
func (p *Person) ChatMessages() []*Message {
	return p.teams.listMessages(p, func(s *storedMessage) bool { return p.canRead(s) })
}

// Inbox is what the bot wrote to the person in their chat and did not withdraw.
func (p *Person) Inbox() []*Message {
	return p.teams.listMessages(p, func(s *storedMessage) bool { return p.canRead(s) && s.from == nil })
}

func (p *Person) canRead(s *storedMessage) bool {
	return s.conversation.person == p && s.isVisibleTo(p, p.teams.Now())
}

// CardMessages are the messages of the Inbox that carry a card.
func (p *Person) CardMessages() []*Message {
	return slices.DeleteFunc(p.Inbox(), func(m *Message) bool { return m.Card() == nil })
}

// LastMessage is the newest message of the Inbox, nil if it is empty.
func (p *Person) LastMessage() *Message {
	inbox := p.Inbox()
	if len(inbox) == 0 {
		return nil
	}
	return inbox[len(inbox)-1]
}

// TakeNew gives what the bot posted, updated or withdrew for this person since the
// last time: in their chat, and targeted messages to them in channels.
func (p *Person) TakeNew() []News {
	return p.teams.takeNews(p, func(s *storedMessage) bool { return s.soleReader() == p })
}

// AwaitNews is TakeNew that waits until there is something, or ctx ends.
func (p *Person) AwaitNews(ctx context.Context) ([]News, error) {
	return p.teams.awaitNews(ctx, p.TakeNew)
}

// TargetedMessages are the targeted messages this person can still see in a channel.
func (p *Person) TargetedMessages(channel string) []*Message {
	ch := p.teams.Channel(channel)
	return p.teams.listMessages(p, func(s *storedMessage) bool {
		return s.conversation.channel == ch && s.reader == p && s.from == nil && s.isVisibleTo(p, p.teams.Now())
	})
}

// Messages are the messages everybody in the channel can see, the oldest first,
// people's and the bot's, of all threads.
func (ch *Channel) Messages() []*Message {
	return ch.teams.listMessages(nil, func(s *storedMessage) bool {
		return s.conversation.channel == ch && s.reader == nil && !s.deleted
	})
}

// ThreadMessages are the messages of the thread that began with a message id.
func (ch *Channel) ThreadMessages(rootID string) []*Message {
	return slices.DeleteFunc(ch.Messages(), func(m *Message) bool { return m.ThreadID() != rootID })
}

// TakeNew gives what the bot posted, updated or withdrew in the channel for
// everybody since the last time.
func (ch *Channel) TakeNew() []News {
	return ch.teams.takeNews(nil, func(s *storedMessage) bool { return s.conversation.channel == ch && s.reader == nil })
}
