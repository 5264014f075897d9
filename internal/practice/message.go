package practice

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Version is a message as it stood from a certain time on.
type Version struct {
	At      time.Time
	Text    string
	Summary string
	Card    *Card           // nil without a card
	JSON    json.RawMessage // the activity as it came
}

// stored is a message, guarded by Teams.mu.
type stored struct {
	id           string
	conversation *conversation
	from         *Person // nil for the bot
	reader       *Person // of a targeted message
	versions     []Version
	deleted      bool
	vanished     bool
	views        map[*Person]view
}

// view is a card that an action gave to one person.
type view struct {
	card *Card
	at   time.Time
}

// Change says what happened to a message.
type Change string

const (
	Posted    Change = "posted"
	Updated   Change = "updated"
	Withdrawn Change = "withdrawn"
)

// event is one change that readers may notice.
type event struct {
	change Change
	stored *stored
	taken  bool
}

// News is a change to one message of the bot's. The message shows its current
// state; Version is what it was changed to.
type News struct {
	*Message
	Change  Change
	Version Version
}

// storeLocked puts a message into a conversation; in a channel without a thread it
// begins one.
func (t *Teams) storeLocked(c *conversation, from, reader *Person, a outgoing) *stored {
	s := &stored{id: t.nextIDLocked(), conversation: c, from: from, reader: reader, versions: []Version{a.version(t.Now())}}
	if c.channel != nil && c.root == "" && !c.channel.Group {
		s.conversation = t.threadLocked(c.channel, s.id)
	}
	t.stored = append(t.stored, s)
	t.byID[s.id] = s
	if from == nil {
		t.shown(s.versions[0].Card, s, false)
		t.announceLocked(Posted, s)
	}
	return s
}

func (t *Teams) announceLocked(change Change, s *stored) {
	t.events = append(t.events, event{change: change, stored: s})
	close(t.changed)
	t.changed = make(chan struct{})
}

// Changed is closed when the next message of the bot's is posted, updated or
// withdrawn. Take the channel before looking, then wait.
func (t *Teams) Changed() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changed
}

// Message is a message as one reader sees it.
type Message struct {
	ID             string
	ConversationID string
	t              *Teams
	s              *stored
	viewer         *Person // nil: without anybody's own view
}

func (t *Teams) messageOf(s *stored, viewer *Person) *Message {
	return &Message{ID: s.id, ConversationID: s.conversation.id, t: t, s: s, viewer: viewer}
}

// As is the same message as somebody else sees it.
func (m *Message) As(p *Person) *Message { return m.t.messageOf(m.s, p) }

// From is the name of who wrote it.
func (m *Message) From() string {
	if m.s.from != nil {
		return m.s.from.Name
	}
	return m.t.options.BotName
}

// ForOnly is the name of the one reader of a targeted message, else empty.
func (m *Message) ForOnly() string {
	if m.s.reader != nil {
		return m.s.reader.Name
	}
	return ""
}

// ThreadID is the id of the message that began the thread; empty in personal chats.
func (m *Message) ThreadID() string { return m.s.conversation.root }

// current is the newest version.
func (m *Message) current() Version {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	return m.s.versions[len(m.s.versions)-1]
}

// Text is the text of the message itself, without its card.
func (m *Message) Text() string { return m.current().Text }

// Summary is what the notification says.
func (m *Message) Summary() string { return m.current().Summary }

// SentAt is when it was posted.
func (m *Message) SentAt() time.Time { return m.History()[0].At }

// History is every version since it was posted, the newest last. Views that
// actions gave to one person are not part of it.
func (m *Message) History() []Version {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	return slices.Clone(m.s.versions)
}

// Withdrawn reports whether the bot deleted it.
func (m *Message) Withdrawn() bool {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	return m.s.deleted
}

// Card is the card the viewer has in front of them: their own view if an action
// gave them one since the last update, else the message's. It is nil without one.
func (m *Message) Card() *Card {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	return m.s.cardLocked(m.viewer)
}

func (s *stored) cardLocked(viewer *Person) *Card {
	if own, ok := s.views[viewer]; ok {
		return own.card
	}
	return s.versions[len(s.versions)-1].Card
}

// String is the whole message as its viewer reads it.
func (m *Message) String() string {
	var parts []string
	if text := m.Text(); text != "" {
		parts = append(parts, readable(text))
	}
	if card := m.Card(); card != nil {
		parts = append(parts, card.Text())
	}
	return strings.Join(parts, "\n")
}

// Vanish makes the message unknown to Teams, as happens now and then without a
// reason given: an update of it answers 404 from now on.
func (m *Message) Vanish() {
	m.t.mu.Lock()
	defer m.t.mu.Unlock()
	m.s.vanished = true
}

// messages lists those that keep wants, as viewer sees them.
func (t *Teams) messages(viewer *Person, keep func(*stored) bool) []*Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []*Message
	for _, s := range t.stored {
		if keep(s) {
			found = append(found, t.messageOf(s, viewer))
		}
	}
	return found
}

// take gives the news nobody has taken yet that concern wants. Of a message that
// changed several times each change is told.
func (t *Teams) take(viewer *Person, concerns func(*stored) bool) []News {
	t.mu.Lock()
	defer t.mu.Unlock()
	var news []News
	changes := map[*stored]int{}
	for i := range t.events {
		e := &t.events[i]
		if e.change != Withdrawn {
			changes[e.stored]++
		}
		if e.taken || !concerns(e.stored) {
			continue
		}
		e.taken = true
		news = append(news, t.newsLocked(*e, viewer, changes[e.stored]))
	}
	return news
}

func (t *Teams) newsLocked(e event, viewer *Person, version int) News {
	return News{
		Message: t.messageOf(e.stored, viewer), Change: e.change,
		Version: e.stored.versions[version-1],
	}
}

// Unread is the news that no reader has taken, without taking it.
func (t *Teams) Unread() []News {
	t.mu.Lock()
	defer t.mu.Unlock()
	var news []News
	changes := map[*stored]int{}
	for _, e := range t.events {
		if e.change != Withdrawn {
			changes[e.stored]++
		}
		if !e.taken {
			news = append(news, t.newsLocked(e, e.stored.owner(), changes[e.stored]))
		}
	}
	return news
}

// owner is the one reader of a message, nil in a channel.
func (s *stored) owner() *Person {
	if s.conversation.person != nil {
		return s.conversation.person
	}
	return s.reader
}

// ExpectQuiet reports whether nothing arrived that nobody has taken. Whatever did
// arrive is told to Options.Errorf and counts as taken from then on.
func (t *Teams) ExpectQuiet() bool {
	unexpected := t.take(nil, func(*stored) bool { return true })
	for _, n := range unexpected {
		whom := "in #" + nameOf(n.s.conversation.channel)
		if owner := n.s.owner(); owner != nil {
			whom = "for " + owner.Name
		}
		t.complain("practice: unexpectedly %s %s:\n%s", n.Change, whom, n.String())
	}
	return len(unexpected) == 0
}

func nameOf(ch *Channel) string {
	if ch == nil {
		return ""
	}
	return ch.Name
}

// await waits for news that take finds.
func (t *Teams) await(ctx context.Context, take func() []News) ([]News, error) {
	for {
		changed := t.Changed()
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
