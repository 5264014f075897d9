package practice

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// MessageVersion is a message as it stood from a certain time on.
type MessageVersion struct {
	At      time.Time
	Text    string
	Summary string
	Card    *Card           // nil without a card
	JSON    json.RawMessage // the activity as it came
}

// storedMessage is a message, guarded by Teams.mu.
type storedMessage struct {
	id           string
	conversation *conversation
	from         *Person // nil for the bot
	reader       *Person // of a targeted message
	versions     []MessageVersion
	deleted      bool
	vanished     bool
	views        map[*Person]personalView
}

// personalView is a card that an action gave to one person.
type personalView struct {
	card *Card
	at   time.Time
}

// ChangeKind says what happened to a message.
type ChangeKind string

const (
	ChangePosted    ChangeKind = "posted"
	ChangeUpdated   ChangeKind = "updated"
	ChangeWithdrawn ChangeKind = "withdrawn"
)

// messageEvent is one change that readers may notice.
type messageEvent struct {
	change  ChangeKind
	message *storedMessage
	taken   bool
}

// News is a change to one message of the bot's. The message shows its current
// state; Version is what it was changed to.
type News struct {
	*Message
	Change  ChangeKind
	Version MessageVersion
}

// storeMessageLocked puts a message into a conversation; in a channel without a thread it
// begins one.
func (t *Teams) storeMessageLocked(c *conversation, from, reader *Person, a outgoingActivity) *storedMessage {
	s := &storedMessage{id: t.nextMessageIDLocked(), conversation: c, from: from, reader: reader, versions: []MessageVersion{a.asVersion(t.Now())}}
	if c.channel != nil && c.threadRootID == "" && !c.channel.Group {
		s.conversation = t.threadLocked(c.channel, s.id)
	}
	t.allMessages = append(t.allMessages, s)
	t.messagesByID[s.id] = s
	if from == nil {
		t.reportCard(s.versions[0].Card, s, false)
		t.announceChangeLocked(ChangePosted, s)
	}
	return s
}

func (t *Teams) announceChangeLocked(change ChangeKind, s *storedMessage) {
	t.events = append(t.events, messageEvent{change: change, message: s})
	close(t.nextChange)
	t.nextChange = make(chan struct{})
}

// NextChange is closed when the next message of the bot's is posted, updated or
// withdrawn. Take the channel before looking, then wait.
func (t *Teams) NextChange() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.nextChange
}

// Message is a message as one reader sees it.
type Message struct {
	ID             string
	ConversationID string
	teams          *Teams
	stored         *storedMessage
	viewer         *Person // nil: without anybody's own view
}

func (t *Teams) messageOf(s *storedMessage, viewer *Person) *Message {
	return &Message{ID: s.id, ConversationID: s.conversation.id, teams: t, stored: s, viewer: viewer}
}

// ViewedBy is the same message as somebody else sees it.
func (m *Message) ViewedBy(p *Person) *Message { return m.teams.messageOf(m.stored, p) }

// SenderName is the name of who wrote it.
func (m *Message) SenderName() string {
	if m.stored.from != nil {
		return m.stored.from.Name
	}
	return m.teams.options.BotName
}

// ReaderName is the name of the one reader of a targeted message, else empty.
func (m *Message) ReaderName() string {
	if m.stored.reader != nil {
		return m.stored.reader.Name
	}
	return ""
}

// ThreadID is the id of the message that began the thread; empty in personal chats.
func (m *Message) ThreadID() string { return m.stored.conversation.threadRootID }

// latestVersion is the newest version.
func (m *Message) latestVersion() MessageVersion {
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	return m.stored.versions[len(m.stored.versions)-1]
}

// Text is the text of the message itself, without its card.
func (m *Message) Text() string { return m.latestVersion().Text }

// Summary is what the notification says.
func (m *Message) Summary() string { return m.latestVersion().Summary }

// SentAt is when it was posted.
func (m *Message) SentAt() time.Time { return m.History()[0].At }

// History is every version since it was posted, the newest last. Views that
// actions gave to one person are not part of it.
func (m *Message) History() []MessageVersion {
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	return slices.Clone(m.stored.versions)
}

// Card is the card the viewer has in front of them: their own view if an action
// gave them one since the last update, else the message's. It is nil without one.
func (m *Message) Card() *Card {
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	return m.stored.cardLocked(m.viewer)
}

func (s *storedMessage) cardLocked(viewer *Person) *Card {
	if own, ok := s.views[viewer]; ok {
		return own.card
	}
	return s.versions[len(s.versions)-1].Card
}

// String is the whole message as its viewer reads it.
func (m *Message) String() string {
	var parts []string
	if text := m.Text(); text != "" {
		parts = append(parts, plainText(text))
	}
	if card := m.Card(); card != nil {
		parts = append(parts, card.Text())
	}
	return strings.Join(parts, "\n")
}

// Vanish makes the message unknown to Teams, as happens now and then without a
// reason given: an update of it answers 404 from now on.
func (m *Message) Vanish() {
	m.teams.mu.Lock()
	defer m.teams.mu.Unlock()
	m.stored.vanished = true
}

// listMessages lists those that keep wants, as viewer sees them.
func (t *Teams) listMessages(viewer *Person, keep func(*storedMessage) bool) []*Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []*Message
	for _, s := range t.allMessages {
		if keep(s) {
			found = append(found, t.messageOf(s, viewer))
		}
	}
	return found
}

// takeNews gives the news nobody has taken yet that concern wants. Of a message that
// changed several times each change is told.
func (t *Teams) takeNews(viewer *Person, concerns func(*storedMessage) bool) []News {
	t.mu.Lock()
	defer t.mu.Unlock()
	var news []News
	changes := map[*storedMessage]int{}
	for i := range t.events {
		e := &t.events[i]
		if e.change != ChangeWithdrawn {
			changes[e.message]++
		}
		if e.taken || !concerns(e.message) {
			continue
		}
		e.taken = true
		news = append(news, t.newsLocked(*e, viewer, changes[e.message]))
	}
	return news
}

func (t *Teams) newsLocked(e messageEvent, viewer *Person, version int) News {
	return News{
		Message: t.messageOf(e.message, viewer), Change: e.change,
		Version: e.message.versions[version-1],
	}
}

// UnreadNews is the news that no reader has taken, without taking it.
func (t *Teams) UnreadNews() []News {
	t.mu.Lock()
	defer t.mu.Unlock()
	var news []News
	changes := map[*storedMessage]int{}
	for _, e := range t.events {
		if e.change != ChangeWithdrawn {
			changes[e.message]++
		}
		if !e.taken {
			news = append(news, t.newsLocked(e, e.message.soleReader(), changes[e.message]))
		}
	}
	return news
}

// soleReader is the one reader of a message, nil in a channel.
func (s *storedMessage) soleReader() *Person {
	if s.conversation.person != nil {
		return s.conversation.person
	}
	return s.reader
}

// ExpectNoNews reports whether nothing arrived that nobody has taken. Whatever did
// arrive is told to Options.Errorf and counts as taken from then on.
func (t *Teams) ExpectNoNews() bool {
	unexpected := t.takeNews(nil, func(*storedMessage) bool { return true })
	for _, n := range unexpected {
		whom := "in #" + channelName(n.stored.conversation.channel)
		if owner := n.stored.soleReader(); owner != nil {
			whom = "for " + owner.Name
		}
		t.reportError("practice: unexpectedly %s %s:\n%s", n.Change, whom, n.String())
	}
	return len(unexpected) == 0
}

func channelName(ch *Channel) string {
	if ch == nil {
		return ""
	}
	return ch.Name
}

// awaitNews waits for news that take finds.
func (t *Teams) awaitNews(ctx context.Context, take func() []News) ([]News, error) {
	for {
		changed := t.NextChange()
		if news := take(); len(news) > 0 {
			return news, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
