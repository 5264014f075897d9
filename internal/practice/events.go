package practice

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
)

// What Teams tells a bot of that is no message and no button: what became of messages,
// who came and went, and what happens to teams and channels.

// findOwnMessage is a message of p's own, by the answer that its sending had.
func (p *Person) findOwnMessage(a *Answer) (*storedMessage, error) {
	p.teams.mu.Lock()
	defer p.teams.mu.Unlock()
	s, ok := p.teams.messagesByID[a.ActivityID]
	if !ok || s.from != p {
		return nil, fmt.Errorf("%w: %s did not write message %q", ErrNotAllowed, p.Name, a.ActivityID)
	}
	return s, nil
}

// changeMessage tells the bot that a message was changed, if it would hear of it.
func (p *Person) changeMessage(ctx context.Context, a *Answer, kind, event string, change func(*storedMessage) error) *Answer {
	s, err := p.findOwnMessage(a)
	if err == nil {
		p.teams.mu.Lock()
		err = change(s)
		p.teams.mu.Unlock()
	}
	if err != nil {
		return p.teams.failedAnswer(err)
	}
	activity := p.teams.newActivity(p, s.conversation, kind)
	activity["id"] = s.id
	activity["channelData"].(map[string]any)["eventType"] = event
	if kind == "messageUpdate" {
		setTypedText(activity, s.versions[len(s.versions)-1].Text)
	}
	if s.reader != nil {
		activity["recipient"].(map[string]any)["isTargeted"] = true
	}
	return p.teams.deliverActivity(ctx, activity, nil)
}

// EditsMessage changes the text of what p said before.
func (p *Person) EditsMessage(ctx context.Context, said *Answer, text string) *Answer {
	return p.changeMessage(ctx, said, "messageUpdate", "editMessage", func(s *storedMessage) error {
		if s.deleted {
			return fmt.Errorf("%w: it was deleted", ErrNotAllowed)
		}
		raw := json.RawMessage(mustJSON(map[string]any{"type": "message", "text": text}))
		s.versions = append(s.versions, outgoingActivity{Type: "message", Text: text, raw: raw}.asVersion(p.teams.Now()))
		return nil
	})
}

// DeletesMessage takes back what p said before; Restores brings it back.
func (p *Person) DeletesMessage(ctx context.Context, said *Answer) *Answer {
	return p.changeMessage(ctx, said, "messageDelete", "softDeleteMessage", func(s *storedMessage) error { return s.setDeleted(true) })
}

// RestoresMessage undoes Deletes.
func (p *Person) RestoresMessage(ctx context.Context, said *Answer) *Answer {
	return p.changeMessage(ctx, said, "messageUpdate", "undeleteMessage", func(s *storedMessage) error { return s.setDeleted(false) })
}

func (s *storedMessage) setDeleted(deleted bool) error {
	if s.deleted == deleted {
		return fmt.Errorf("%w: it is so already", ErrNotAllowed)
	}
	s.deleted = deleted
	return nil
}

// ReactsTo puts an emoji on a message of the bot's, or takes it off. A targeted message
// takes none.
func (p *Person) ReactsTo(ctx context.Context, m *Message, kind string, on bool) *Answer {
	if !m.ViewedBy(p).isVisible() || m.stored.reader != nil {
		return p.teams.failedAnswer(fmt.Errorf("%w: %s cannot react to it", ErrNotAllowed, p.Name))
	}
	activity := p.teams.newActivity(p, m.stored.conversation, "messageReaction")
	activity["replyToId"] = m.ID
	what := "reactionsRemoved"
	if on {
		what = "reactionsAdded"
	}
	activity[what] = []any{map[string]any{"type": kind}}
	return p.teams.deliverActivity(ctx, activity, nil)
}

// ReadsUpTo tells the bot that p has read its messages up to this one. Teams does so in
// private chats only.
func (p *Person) ReadsUpTo(ctx context.Context, m *Message) *Answer {
	if m.stored.conversation.person != p {
		return p.teams.failedAnswer(fmt.Errorf("%w: %s has no receipt for it", ErrNotAllowed, p.Name))
	}
	return p.SendsActivity(ctx, "", "event", map[string]any{
		"name": "application/vnd.microsoft.readReceipt", "value": map[string]any{"lastReadMessageId": m.ID}})
}

// SendsActivity delivers an activity of any kind, in p's chat or, with a name, in a channel or
// group chat: what Teams may invent. The fields are laid over the usual ones.
func (p *Person) SendsActivity(ctx context.Context, channel, kind string, fields map[string]any) *Answer {
	activity := p.teams.newActivity(p, p.conversationIn(channel), kind)
	maps.Copy(activity, fields)
	return p.teams.deliverActivity(ctx, activity, nil)
}

// SendsInvoke asks the bot for an answer of its own: a dialog, a sign-in, or what nobody
// knows. The answer is held to the shape that the name has.
func (p *Person) SendsInvoke(ctx context.Context, name string, value any) *Answer {
	activity := p.teams.newActivity(p, p.personalChat(), "invoke")
	activity["name"], activity["value"] = name, value
	return p.teams.deliverActivity(ctx, activity, func(a *Answer) {
		if name == "task/fetch" || name == "task/submit" {
			a.teams.recordViolation("answer to "+name, a.readTaskAnswer()...)
		} else if len(a.Body) > 0 {
			a.teams.recordViolation("answer to "+name, "a name that nobody knows is answered with nothing")
		}
	})
}

// readTaskAnswer finds what is wrong with the answer to a dialog's call and keeps its words.
func (a *Answer) readTaskAnswer() []string {
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
	case wire.Task.Type != "message" || json.Unmarshal(wire.Task.Value, &a.Text) != nil || a.Text == "":
		return []string{"a task is answered with a message, or with nothing"}
	}
	return nil
}

// conversationIn is p's chat, or the channel or group chat of that name.
func (p *Person) conversationIn(channel string) *conversation {
	if channel == "" {
		return p.personalChat()
	}
	ch := p.teams.Channel(channel)
	return &conversation{id: ch.ID, channel: ch}
}

// UpgradesApp gets a new version of the app.
func (p *Person) UpgradesApp(ctx context.Context) *Answer {
	p.deliverInstallation(ctx, "remove-upgrade")
	return p.deliverInstallation(ctx, "add-upgrade")
}

// UninstallsFromTeam takes the bot out of the team of a channel.
func (p *Person) UninstallsFromTeam(ctx context.Context, channel string) *Answer {
	ch := p.teams.Channel(channel)
	p.teams.eachChannelOfTeam(ch, func(c *Channel) { c.NotInstalled = true })
	p.SendsActivity(ctx, channel, "installationUpdate", map[string]any{"action": "remove"})
	return p.deliverTeamEvent(ctx, ch, "teamMemberRemoved", map[string]any{"membersRemoved": []any{map[string]any{"id": p.teams.botID()}}})
}

// JoinsTeam and Leaves: somebody else comes into the team of a channel, or goes.
func (p *Person) JoinsTeam(ctx context.Context, channel string) *Answer {
	return p.deliverTeamEvent(ctx, p.teams.Channel(channel), "teamMemberAdded", map[string]any{"membersAdded": p.asMemberList()})
}

// LeavesTeam undoes Joins.
func (p *Person) LeavesTeam(ctx context.Context, channel string) *Answer {
	return p.deliverTeamEvent(ctx, p.teams.Channel(channel), "teamMemberRemoved", map[string]any{"membersRemoved": p.asMemberList()})
}

func (p *Person) asMemberList() []any {
	return []any{map[string]any{"id": p.TeamsUserID, "aadObjectId": p.ID}}
}

// CausesTeamEvent tells of an event of a team or a channel by its name at Teams, such as
// channelDeleted or teamRenamed, and lets it happen.
func (p *Person) CausesTeamEvent(ctx context.Context, channel, event string) *Answer {
	ch := p.teams.Channel(channel)
	of := func(f func(*Channel)) { p.teams.eachChannelOfTeam(ch, f) }
	switch event {
	case "channelDeleted":
		p.teams.mu.Lock()
		ch.deleted = true
		p.teams.mu.Unlock()
	case "channelRestored":
		p.teams.mu.Lock()
		ch.deleted = false
		p.teams.mu.Unlock()
	case "teamDeleted", "teamHardDeleted":
		of(func(c *Channel) { c.deleted = true })
	case "teamRestored":
		of(func(c *Channel) { c.deleted = false })
	}
	return p.deliverTeamEvent(ctx, ch, event, nil)
}

// eachChannelOfTeam does something to every channel of a channel's team.
func (t *Teams) eachChannelOfTeam(ch *Channel, f func(*Channel)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, other := range t.channels {
		if other == ch || other.TeamID == ch.TeamID {
			f(other)
		}
	}
}

// deliverTeamEvent is a conversationUpdate. Its conversation is the team, but for the bot's
// own coming, which happens in the channel that was picked.
func (p *Person) deliverTeamEvent(ctx context.Context, ch *Channel, event string, fields map[string]any) *Answer {
	activity := p.teams.newActivity(p, &conversation{id: ch.TeamID, channel: ch}, "conversationUpdate")
	maps.Copy(activity, fields)
	data := activity["channelData"].(map[string]any)
	data["eventType"] = event
	if event == "teamMemberAdded" || event == "teamMemberRemoved" || event[0] == 't' {
		delete(data, "channel")
	}
	return p.teams.deliverActivity(ctx, activity, nil)
}
