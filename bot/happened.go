package bot

import (
	"context"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// What Teams tells of: nothing here is a command, whatever text it carries.

// changes are the events of a message, by their type and the channel's name for them.
var changes = map[[2]string]challenge.MessageChange{
	{TypeMessageUpdate, "editMessage"}:       challenge.MessageEdited,
	{TypeMessageUpdate, "undeleteMessage"}:   challenge.MessageRestored,
	{TypeMessageDelete, "softDeleteMessage"}: challenge.MessageDeleted,
}

// messageChanged notes that a message was edited, deleted or brought back after it had
// an effect: in the trail of each challenge that it moved, each time; and to the
// person, once.
func (x turn) messageChanged(ctx context.Context) error {
	change, known := changes[[2]string{x.a.Type, x.a.ChannelData.EventType}]
	if !known {
		return nil
	}
	effects, err := x.Store.Effects(ctx, x.receipt("").Key)
	if err != nil {
		return err
	}
	own := false
	for _, e := range effects {
		// The same message can be changed again and again: its time tells one from
		// another, and Teams delivering the same one twice from both.
		r := challenge.Receipt{Key: "changed:" + x.a.Conversation.ID + ":" + x.a.ID + ":" + string(change) + ":" + x.a.Timestamp + ":" + e.Challenge.String(), At: x.now}
		out, err := x.Store.Apply(ctx, r, challenge.Key{ID: e.Challenge}, func(c challenge.Case) (challenge.Change, error) {
			if _, ok := stepOf(c, e); !ok {
				return challenge.Change{Next: c.Challenge}, nil // it only brought a card
			}
			return c.Challenge.Decide(challenge.NoteMessage{Seq: e.Seq, Change: change}, x.by, x.env(c.Ladder))
		})
		if err != nil {
			return err
		}
		if step, ok := stepOf(out.Case, e); ok && step.By.ID == x.by.ID {
			own = true
		}
	}
	if !own {
		return nil
	}
	return x.aside(ctx, x.w.Bot.MessageChanged[change], ":changed")
}

// stepOf is the step that an effect left in the trail: a receipt without one only had
// a card posted anew.
func stepOf(c challenge.Case, e challenge.Effect) (challenge.Event, bool) {
	if e.Seq < 1 || e.Seq > len(c.History) {
		return challenge.Event{}, false
	}
	step := c.History[e.Seq-1]
	for i := e.Seq - 1; i >= 0 && step.By.ID == ""; i-- { // what followed by itself is the system's
		step = c.History[i]
	}
	return step, step.At.Equal(e.At)
}

// gone says what an event means for the channels of a team.
var gone = map[string]challenge.Gone{
	"channelDeleted": challenge.ChannelDeleted, "teamDeleted": challenge.TeamDeleted, "teamHardDeleted": challenge.TeamDeleted,
}

// place keeps what a turn tells of a channel: that it is there, that it went, or that
// the bot did. It needs nobody to have done it, and writes to nobody but, once, to the
// channel for which the bot was installed.
func (t *Turns) place(ctx context.Context, a Activity) error {
	team, event := a.ChannelData.Team.ID, a.ChannelData.EventType
	if team == "" || a.Personal() {
		return nil
	}
	bot := func(m Account) bool { return m.ID != "" && m.ID == a.Recipient.ID }
	came := a.Type == TypeConversationUpdate && slices.ContainsFunc(a.MembersAdded, bot)
	left := a.Type == TypeConversationUpdate && slices.ContainsFunc(a.MembersRemoved, bot) ||
		a.Type == TypeInstallationUpdate && a.Action == "remove"
	here := challenge.Channel{ID: a.channelID(), Team: team, Gone: gone[event], SeenAt: t.Now()}
	if picked, ok := a.SelectedChannel(); ok {
		here.ID = picked.ID
	}
	if left {
		here.Gone = challenge.BotRemoved
	}
	known := []challenge.Channel{here}
	if left || came || here.Gone == challenge.TeamDeleted || event == "teamRestored" {
		// What happens to a team happens to all its channels; the first has its id.
		all, first := here, here
		all.ID, first.ID = "", team
		known = []challenge.Channel{all, first, here}
	}
	for _, c := range known {
		if err := t.Store.SaveChannel(ctx, c); err != nil {
			return err
		}
	}
	if here.Gone != "" {
		t.Logger.Warn("nothing can be posted any more in a channel or team: notices that are to go there will be refused",
			"channel", here.ID, "team", team, "why", here.Gone)
	}
	if !came {
		return nil
	}
	return t.Store.Reply(ctx, challenge.Receipt{Key: "welcome:" + team, At: here.SeenAt}, challenge.Reply{
		To:   challenge.Address{Team: team},
		Spec: challenge.ReplySpec{Text: words.In(t.Directory().Language("")).Bot.Welcome, Among: &challenge.Among{Conversation: here.ID, ServiceURL: a.ServiceURL}}})
}
