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
	// ID is the Entra object id, MRI the Teams id (29:…), made up when empty.
	ID, Name, MRI string
	// NotInstalled: the app is not in the person's chat list. It is for everybody
	// else, as an administrator's setup policy would see to.
	NotInstalled bool

	t       *Teams
	blocked bool
	chat    *conversation
	chats   int
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

	t    *Teams
	gone bool // deleted, itself or its team
}

func (ch *Channel) has(p *Person) bool {
	return len(ch.Members) == 0 || p != nil && (slices.Contains(ch.Members, p.Name) || slices.Contains(ch.Members, p.ID))
}

func (ch *Channel) withoutBot() bool {
	ch.t.mu.Lock()
	defer ch.t.mu.Unlock()
	return ch.NotInstalled
}

func (ch *Channel) isGone() bool {
	ch.t.mu.Lock()
	defer ch.t.mu.Unlock()
	return ch.gone
}

// profile is how Teams describes a member.
func (p *Person) profile() map[string]any {
	given, surname, _ := strings.Cut(p.Name, " ")
	address := strings.ToLower(strings.ReplaceAll(p.Name, " ", ".")) + "@authority.example"
	return map[string]any{
		"id": p.MRI, "aadObjectId": p.ID, "objectId": p.ID, "name": p.Name, "givenName": given, "surname": surname,
		"email": address, "userPrincipalName": address, "tenantId": p.t.options.Tenant, "userRole": "user",
	}
}

// ConversationID is the id of the person's chat with the bot.
func (p *Person) ConversationID() string { return p.personal().id }

func (p *Person) personal() *conversation {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	return p.t.personalLocked(p)
}

// typed is the body of a message somebody typed.
func typed(activity map[string]any, text string) {
	activity["text"], activity["textFormat"] = text, "plain"
	activity["attachments"] = []any{map[string]any{
		"contentType": "text/html", "content": "<div>" + html.EscapeString(text) + "</div>"}}
}

// keep stores what a person wrote and gives the activity the message's id.
func (p *Person) keep(c *conversation, reader *Person, text string) *stored {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	raw := json.RawMessage(mustJSON(map[string]any{"type": "message", "text": text}))
	return p.t.storeLocked(c, p, reader, outgoing{Type: "message", Text: text, raw: raw})
}

// Says types a message into the person's chat with the bot.
func (p *Person) Says(ctx context.Context, text string) *Answer {
	if p.barred() {
		return p.t.mistake(fmt.Errorf("%w: %s has not installed the app, or blocked it", ErrNotDelivered, p.Name))
	}
	s := p.keep(p.personal(), nil, text)
	activity := p.t.envelope(p, s.conversation, "message")
	activity["id"] = s.id
	typed(activity, text)
	return p.t.deliver(ctx, activity, nil)
}

func (p *Person) barred() bool {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	return p.NotInstalled || p.blocked
}

// Manner says how something is said in a channel.
type Manner func(*saying)

type saying struct {
	mention, targeted bool
	thread            *Message
}

// Mention begins the text with @ and the bot's name, so that the bot is told and
// everybody reads it.
func Mention(s *saying) { s.mention = true }

// Targeted sends the text to the bot alone, as the choice of a slash command does.
func Targeted(s *saying) { s.targeted = true }

// InThread answers in the thread of a message instead of beginning a new one.
func InThread(m *Message) Manner { return func(s *saying) { s.thread = m } }

// SaysIn types a message into a channel. Without Mention or Targeted the bot hears
// nothing of it and the answer's error is ErrNotDelivered.
func (p *Person) SaysIn(ctx context.Context, channel, text string, how ...Manner) *Answer {
	var as saying
	for _, f := range how {
		f(&as)
	}
	ch := p.t.Channel(channel)
	if !ch.has(p) || ch.isGone() {
		return p.t.mistake(fmt.Errorf("%w: %s is not in channel %s", ErrNotTheirs, p.Name, channel))
	}
	c := &conversation{id: ch.ID, channel: ch}
	if as.thread != nil {
		c = as.thread.s.conversation
	}
	tag := "<at>" + p.t.options.BotName + "</at>"
	if as.mention {
		text = tag + " " + text
	}
	var reader *Person
	if as.targeted {
		reader = p
	}
	s := p.keep(c, reader, text)
	if ch.withoutBot() || !as.mention && !as.targeted || as.targeted && !p.t.takesTargeted() {
		return &Answer{t: p.t, Err: ErrNotDelivered, ActivityID: s.id}
	}
	activity := p.t.envelope(p, s.conversation, "message")
	activity["id"] = s.id
	typed(activity, text)
	if as.mention {
		activity["entities"] = append(activity["entities"].([]any), map[string]any{
			"type": "mention", "text": tag, "mentioned": map[string]any{"id": p.t.botID(), "name": p.t.options.BotName}})
	}
	if as.targeted {
		activity["recipient"].(map[string]any)["isTargeted"] = true
	}
	return p.t.deliver(ctx, activity, nil)
}

// Installs adds the app to the person's chat list.
func (p *Person) Installs(ctx context.Context) *Answer {
	if err := p.t.offers("personal"); err != nil {
		return &Answer{t: p.t, Err: err}
	}
	p.setInstalled(true)
	return p.installation(ctx, "add")
}

// InstalledUnheard adds the app while Teams' word of it does not reach the bot.
func (p *Person) InstalledUnheard() { p.setInstalled(true) }

// Uninstalls removes the app. The bot may not write to the person any more.
func (p *Person) Uninstalls(ctx context.Context) *Answer {
	p.setInstalled(false)
	return p.installation(ctx, "remove")
}

func (p *Person) setInstalled(installed bool) {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	p.NotInstalled = !installed
}

func (p *Person) installation(ctx context.Context, action string) *Answer {
	activity := p.t.envelope(p, p.personal(), "installationUpdate")
	activity["action"] = action
	return p.t.deliver(ctx, activity, nil)
}

// InstallsIn adds the bot to the team of a channel.
func (p *Person) InstallsIn(ctx context.Context, channel string) *Answer {
	ch := p.t.Channel(channel)
	if err := p.t.offers("team"); err != nil {
		return &Answer{t: p.t, Err: err}
	}
	p.t.eachOf(ch, func(c *Channel) { c.NotInstalled = false })
	p.TellsOf(ctx, channel, "installationUpdate", map[string]any{"action": "add"})
	activity := p.t.envelope(p, &conversation{id: ch.ID, channel: ch}, "conversationUpdate")
	activity["membersAdded"] = []any{map[string]any{"id": p.t.botID()}}
	data := activity["channelData"].(map[string]any)
	data["eventType"] = "teamMemberAdded"
	data["settings"] = map[string]any{"selectedChannel": map[string]any{"id": ch.ID}}
	return p.t.deliver(ctx, activity, nil)
}

// Blocks stops the bot from writing to the person; Unblocks lets it again.
func (p *Person) Blocks() { p.setBlocked(true) }

// Unblocks undoes Blocks.
func (p *Person) Unblocks() { p.setBlocked(false) }

func (p *Person) setBlocked(blocked bool) {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	p.blocked = blocked
}

// RemovesHistory deletes the chat: Teams forgets the conversation, and the next
// one has another id.
func (p *Person) RemovesHistory() {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	if p.chat != nil {
		p.chat.gone = true
	}
}

// Chat is everything in the person's chat with the bot, both ways.
func (p *Person) Chat() []*Message {
	return p.t.messages(p, func(s *stored) bool { return p.reads(s) })
}

// Inbox is what the bot wrote to the person in their chat and did not withdraw.
func (p *Person) Inbox() []*Message {
	return p.t.messages(p, func(s *stored) bool { return p.reads(s) && s.from == nil })
}

func (p *Person) reads(s *stored) bool {
	return s.conversation.person == p && s.visibleTo(p, p.t.Now())
}

// Cards are the messages of the Inbox that carry a card.
func (p *Person) Cards() []*Message {
	return slices.DeleteFunc(p.Inbox(), func(m *Message) bool { return m.Card() == nil })
}

// Last is the newest message of the Inbox, nil if it is empty.
func (p *Person) Last() *Message {
	inbox := p.Inbox()
	if len(inbox) == 0 {
		return nil
	}
	return inbox[len(inbox)-1]
}

// TakeNew gives what the bot posted, updated or withdrew for this person since the
// last time: in their chat, and targeted messages to them in channels.
func (p *Person) TakeNew() []News {
	return p.t.take(p, func(s *stored) bool { return s.owner() == p })
}

// Await is TakeNew that waits until there is something, or ctx ends.
func (p *Person) Await(ctx context.Context) ([]News, error) { return p.t.await(ctx, p.TakeNew) }

// Targeted are the targeted messages this person can still see in a channel.
func (p *Person) Targeted(channel string) []*Message {
	ch := p.t.Channel(channel)
	return p.t.messages(p, func(s *stored) bool {
		return s.conversation.channel == ch && s.reader == p && s.from == nil && s.visibleTo(p, p.t.Now())
	})
}

// Messages are the messages everybody in the channel can see, the oldest first,
// people's and the bot's, of all threads.
func (ch *Channel) Messages() []*Message {
	return ch.t.messages(nil, func(s *stored) bool {
		return s.conversation.channel == ch && s.reader == nil && !s.deleted
	})
}

// Thread are the messages of the thread that began with a message id.
func (ch *Channel) Thread(rootID string) []*Message {
	return slices.DeleteFunc(ch.Messages(), func(m *Message) bool { return m.ThreadID() != rootID })
}

// TakeNew gives what the bot posted, updated or withdrew in the channel for
// everybody since the last time.
func (ch *Channel) TakeNew() []News {
	return ch.t.take(nil, func(s *stored) bool { return s.conversation.channel == ch && s.reader == nil })
}

// Await is TakeNew that waits until there is something, or ctx ends.
func (ch *Channel) Await(ctx context.Context) ([]News, error) { return ch.t.await(ctx, ch.TakeNew) }
