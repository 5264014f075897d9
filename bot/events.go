package bot

import (
	"context"
	"errors"
	"slices"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/words"
)

// What Teams tells of: nothing here is a command, whatever text it carries.

// messageEvents are the events of a message, by their type and the channel's name for them.
var messageEvents = map[[2]string]challenge.MessageChange{
	{TypeMessageUpdate, "editMessage"}:       challenge.MessageEdited,
	{TypeMessageUpdate, "undeleteMessage"}:   challenge.MessageRestored,
	{TypeMessageDelete, "softDeleteMessage"}: challenge.MessageDeleted,
}

// recordMessageChange notes that a message was edited, deleted or brought back after it had
// an effect: in the trail of each challenge that it moved, each time; and to the
// person, once.
func (rq request) recordMessageChange(ctx context.Context) error {
	change, known := messageEvents[[2]string{rq.activity.Type, rq.activity.ChannelData.EventType}]
	if !known {
		return nil
	}
	effects, err := rq.Lists.ListEffects(ctx, rq.idempotencyKey("").Value)
	if err != nil {
		return err
	}
	own := false
	for _, e := range effects {
		// The same message can be changed again and again: its time tells one from
		// another, and Teams delivering the same one twice from both.
		r := storage.IdempotencyKey{Value: "changed:" + rq.activity.Conversation.ID + ":" + rq.activity.ID + ":" + string(change) + ":" + rq.activity.Timestamp + ":" + e.ChallengeID.String(), At: rq.now}
		out, err := rq.Challenges.Apply(ctx, r, storage.LookupKey{ID: e.ChallengeID}, func(c challenge.Snapshot) (challenge.Change, error) {
			if _, ok := findStep(c, e); !ok {
				return challenge.Change{Next: c.Challenge}, nil // it only brought a card
			}
			return c.Decide(challenge.RecordMessageChange{Seq: e.Seq, Change: change}, rq.person, rq.env(c.Ladder))
		})
		if errors.As(err, new(*challenge.Refusal)) {
			continue // the trail says so often enough
		}
		if err != nil {
			return err
		}
		if step, ok := findStep(out.Snapshot, e); ok && step.By.ID == rq.person.ID {
			own = true
		}
	}
	if !own {
		return nil
	}
	return rq.replyPrivately(ctx, rq.words.Bot.MessageChanged[change], ":changed")
}

// findStep is the step that an effect left in the trail: an idempotency key without one only had
// a card posted again.
func findStep(c challenge.Snapshot, e storage.ActivityEffect) (challenge.Event, bool) {
	if e.Seq < 1 || e.Seq > len(c.History) {
		return challenge.Event{}, false
	}
	step := c.History[e.Seq-1]
	for i := e.Seq - 1; i >= 0 && step.By.ID == ""; i-- { // what followed by itself is the system's
		step = c.History[i]
	}
	return step, step.At.Equal(e.At)
}

// channelEvents says what an event means for the channels of a team.
var channelEvents = map[string]outbox.ChannelLoss{
	"channelDeleted": outbox.ChannelDeleted, "teamDeleted": outbox.TeamDeleted, "teamHardDeleted": outbox.TeamDeleted,
}

// recordChannel keeps what an activity tells of a channel: that it is there, that it went, or that
// the bot did. It needs nobody to have done it, and writes to nobody but, once, to the
// channel for which the bot was installed.
func (h *Handler) recordChannel(ctx context.Context, a Activity) error {
	team, event := a.ChannelData.Team.ID, a.ChannelData.EventType
	if team == "" || a.IsPersonal() {
		return nil
	}
	bot := func(m Account) bool { return m.ID != "" && m.ID == a.Recipient.ID }
	came := a.Type == TypeConversationUpdate && slices.ContainsFunc(a.MembersAdded, bot)
	left := a.Type == TypeConversationUpdate && slices.ContainsFunc(a.MembersRemoved, bot) ||
		a.Type == TypeInstallationUpdate && a.InstallationAction == "remove"
	here := outbox.Channel{ID: a.teamsChannelID(), Team: team, Loss: channelEvents[event], SeenAt: h.Now()}
	if picked, ok := a.SelectedChannel(); ok {
		here.ID = picked.ID
	}
	if left {
		here.Loss = outbox.BotRemoved
	}
	known := []outbox.Channel{here}
	if left || came || here.Loss == outbox.TeamDeleted || event == "teamRestored" {
		// What happens to a team happens to all its channels; the first has its id.
		all, first := here, here
		all.ID, first.ID = "", team
		known = []outbox.Channel{all, first, here}
	}
	for _, c := range known {
		if err := h.Contacts.SaveChannel(ctx, c); err != nil {
			return err
		}
	}
	if here.Loss != "" {
		h.Logger.Warn("nothing can be posted any more in a channel or team: notices that are to go there will be refused",
			"channel", here.ID, "team", team, "why", here.Loss)
	}
	if !came {
		return nil
	}
	return h.Messages.QueueDirectMessage(ctx, storage.IdempotencyKey{Value: "welcome:" + team, At: here.SeenAt}, outbox.DirectMessage{
		To:      challenge.Address{Team: team},
		Content: outbox.Content{Text: words.ForLanguage(h.Directory().LanguageOf("")).Bot.ChannelWelcome, InChannel: &outbox.InChannel{ConversationID: here.ID, ServiceURL: a.ServiceURL}}})
}
