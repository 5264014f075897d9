package practice

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
)

// What Teams tells a bot of that is no message and no button: what became of messages,
// who came and went, and what happens to teams and channels.

// said is a message of p's own, by the answer that its sending had.
func (p *Person) said(a *Answer) (*stored, error) {
	p.t.mu.Lock()
	defer p.t.mu.Unlock()
	s, ok := p.t.byID[a.ActivityID]
	if !ok || s.from != p {
		return nil, fmt.Errorf("%w: %s did not write message %q", ErrNotTheirs, p.Name, a.ActivityID)
	}
	return s, nil
}

// changes tells the bot that a message was changed, if it would hear of it.
func (p *Person) changes(ctx context.Context, a *Answer, kind, event string, change func(*stored) error) *Answer {
	s, err := p.said(a)
	if err == nil {
		p.t.mu.Lock()
		err = change(s)
		p.t.mu.Unlock()
	}
	if err != nil {
		return p.t.mistake(err)
	}
	activity := p.t.envelope(p, s.conversation, kind)
	activity["id"] = s.id
	activity["channelData"].(map[string]any)["eventType"] = event
	if kind == "messageUpdate" {
		typed(activity, s.versions[len(s.versions)-1].Text)
	}
	if s.reader != nil {
		activity["recipient"].(map[string]any)["isTargeted"] = true
	}
	return p.t.deliver(ctx, activity, nil)
}

// Edits changes the text of what p said before.
func (p *Person) Edits(ctx context.Context, said *Answer, text string) *Answer {
	return p.changes(ctx, said, "messageUpdate", "editMessage", func(s *stored) error {
		if s.deleted {
			return fmt.Errorf("%w: it was deleted", ErrNotTheirs)
		}
		raw := json.RawMessage(mustJSON(map[string]any{"type": "message", "text": text}))
		s.versions = append(s.versions, outgoing{Type: "message", Text: text, raw: raw}.version(p.t.Now()))
		return nil
	})
}

// Deletes takes back what p said before; Restores brings it back.
func (p *Person) Deletes(ctx context.Context, said *Answer) *Answer {
	return p.changes(ctx, said, "messageDelete", "softDeleteMessage", func(s *stored) error { return s.setDeleted(true) })
}

// Restores undoes Deletes.
func (p *Person) Restores(ctx context.Context, said *Answer) *Answer {
	return p.changes(ctx, said, "messageUpdate", "undeleteMessage", func(s *stored) error { return s.setDeleted(false) })
}

func (s *stored) setDeleted(deleted bool) error {
	if s.deleted == deleted {
		return fmt.Errorf("%w: it is so already", ErrNotTheirs)
	}
	s.deleted = deleted
	return nil
}

// Reacts puts an emoji on a message of the bot's, or takes it off. A targeted message
// takes none.
func (p *Person) Reacts(ctx context.Context, m *Message, kind string, on bool) *Answer {
	if !m.As(p).visible() || m.s.reader != nil {
		return p.t.mistake(fmt.Errorf("%w: %s cannot react to it", ErrNotTheirs, p.Name))
	}
	activity := p.t.envelope(p, m.s.conversation, "messageReaction")
	activity["replyToId"] = m.ID
	what := "reactionsRemoved"
	if on {
		what = "reactionsAdded"
	}
	activity[what] = []any{map[string]any{"type": kind}}
	return p.t.deliver(ctx, activity, nil)
}

// Reads tells the bot that p has read its messages up to this one. Teams does so in
// private chats only.
func (p *Person) Reads(ctx context.Context, m *Message) *Answer {
	if m.s.conversation.person != p {
		return p.t.mistake(fmt.Errorf("%w: %s has no receipt for it", ErrNotTheirs, p.Name))
	}
	return p.TellsOf(ctx, "", "event", map[string]any{
		"name": "application/vnd.microsoft.readReceipt", "value": map[string]any{"lastReadMessageId": m.ID}})
}

// TellsOf delivers an activity of any kind, in p's chat or, with a name, in a channel or
// group chat: what Teams may invent. The fields are laid over the usual ones.
func (p *Person) TellsOf(ctx context.Context, channel, kind string, fields map[string]any) *Answer {
	activity := p.t.envelope(p, p.where(channel), kind)
	maps.Copy(activity, fields)
	return p.t.deliver(ctx, activity, nil)
}

// Invokes asks the bot for an answer of its own: a dialog, a sign-in, or what nobody
// knows. The answer is held to the shape that the name has.
func (p *Person) Invokes(ctx context.Context, name string, value any) *Answer {
	activity := p.t.envelope(p, p.personal(), "invoke")
	activity["name"], activity["value"] = name, value
	return p.t.deliver(ctx, activity, func(a *Answer) {
		if name == "task/fetch" || name == "task/submit" {
			a.t.violate("answer to "+name, a.readTask()...)
		} else if len(a.Body) > 0 {
			a.t.violate("answer to "+name, "a name that nobody knows is answered with nothing")
		}
	})
}

// readTask finds what is wrong with the answer to a dialog's call and keeps its words.
func (a *Answer) readTask() []string {
	if len(a.Body) == 0 {
		return nil // the dialog closes
	}
	var wire struct {
		Task struct {
			Type  string          `json:"type"`
			Value json.RawMessage `json:"value"`
		} `json:"task"`
	}
	switch err := json.Unmarshal(a.Body, &wire); {
	case err != nil:
		return []string{"the body is not {task: {type, value}}: " + err.Error()}
	case wire.Task.Type != "message" || json.Unmarshal(wire.Task.Value, &a.Notice) != nil || a.Notice == "":
		return []string{"a task is answered with a message, or with nothing"}
	}
	return nil
}

// where is p's chat, or the channel or group chat of that name.
func (p *Person) where(channel string) *conversation {
	if channel == "" {
		return p.personal()
	}
	ch := p.t.Channel(channel)
	return &conversation{id: ch.ID, channel: ch}
}

// Upgrades gets a new version of the app.
func (p *Person) Upgrades(ctx context.Context) *Answer {
	p.installation(ctx, "remove-upgrade")
	return p.installation(ctx, "add-upgrade")
}

// UninstallsFrom takes the bot out of the team of a channel.
func (p *Person) UninstallsFrom(ctx context.Context, channel string) *Answer {
	ch := p.t.Channel(channel)
	p.t.eachOf(ch, func(c *Channel) { c.NotInstalled = true })
	p.TellsOf(ctx, channel, "installationUpdate", map[string]any{"action": "remove"})
	return p.teamEvent(ctx, ch, "teamMemberRemoved", map[string]any{"membersRemoved": []any{map[string]any{"id": p.t.botID()}}})
}

// Joins and Leaves: somebody else comes into the team of a channel, or goes.
func (p *Person) Joins(ctx context.Context, channel string) *Answer {
	return p.teamEvent(ctx, p.t.Channel(channel), "teamMemberAdded", map[string]any{"membersAdded": p.asMembers()})
}

// Leaves undoes Joins.
func (p *Person) Leaves(ctx context.Context, channel string) *Answer {
	return p.teamEvent(ctx, p.t.Channel(channel), "teamMemberRemoved", map[string]any{"membersRemoved": p.asMembers()})
}

func (p *Person) asMembers() []any {
	return []any{map[string]any{"id": p.MRI, "aadObjectId": p.ID}}
}

// DoesToTeam tells of an event of a team or a channel by its name at Teams, such as
// channelDeleted or teamRenamed, and lets it happen.
func (p *Person) DoesToTeam(ctx context.Context, channel, event string) *Answer {
	ch := p.t.Channel(channel)
	of := func(f func(*Channel)) { p.t.eachOf(ch, f) }
	switch event {
	case "channelDeleted":
		p.t.mu.Lock()
		ch.gone = true
		p.t.mu.Unlock()
	case "channelRestored":
		p.t.mu.Lock()
		ch.gone = false
		p.t.mu.Unlock()
	case "teamDeleted", "teamHardDeleted":
		of(func(c *Channel) { c.gone = true })
	case "teamRestored":
		of(func(c *Channel) { c.gone = false })
	}
	return p.teamEvent(ctx, ch, event, nil)
}

// eachOf does something to every channel of a channel's team.
func (t *Teams) eachOf(ch *Channel, f func(*Channel)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, other := range t.channels {
		if other == ch || other.TeamID == ch.TeamID {
			f(other)
		}
	}
}

// teamEvent is a conversationUpdate. Its conversation is the team, but for the bot's
// own coming, which happens in the channel that was picked.
func (p *Person) teamEvent(ctx context.Context, ch *Channel, event string, fields map[string]any) *Answer {
	activity := p.t.envelope(p, &conversation{id: ch.TeamID, channel: ch}, "conversationUpdate")
	maps.Copy(activity, fields)
	data := activity["channelData"].(map[string]any)
	data["eventType"] = event
	if event == "teamMemberAdded" || event == "teamMemberRemoved" || event[0] == 't' {
		delete(data, "channel")
	}
	return p.t.deliver(ctx, activity, nil)
}
