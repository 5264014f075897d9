package bot

import (
	"context"
	"slices"
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

// Targeted messages: what is said to one person where others read too. It is never about a child,
// and nothing is lost when clients forget it after a day.

// replyPrivately answers the person alone, where they asked: in their private chat, or as a
// message among others that only they see.
func (rq request) replyPrivately(ctx context.Context, text, part string) error {
	r := outbox.DirectMessage{To: challenge.Address{Person: rq.person.ID}, Content: outbox.Content{Text: text}}
	if !rq.activity.IsPersonal() && rq.activity.From.ID != "" {
		r.Content.InChannel = &outbox.InChannel{ConversationID: rq.activity.Conversation.ID, ServiceURL: rq.activity.ServiceURL, Recipient: rq.activity.From.ID}
		if rq.activity.Recipient.IsTargeted {
			r.Content.InChannel.InReplyTo = rq.activity.ID
		}
		if rq.isPublicMessage() {
			r.Content.Text += "\n\n" + rq.words.Bot.ReadByEverybody
		}
	}
	return rq.Messages.QueueDirectMessage(ctx, rq.idempotencyKey(part), r)
}

// isPublicMessage reports whether the person wrote to the bot so that others could read it.
func (rq request) isPublicMessage() bool {
	return rq.activity.Type == TypeMessage && !rq.activity.IsPersonal() && !rq.activity.Recipient.IsTargeted &&
		slices.ContainsFunc(rq.activity.normaliseText().mentions, func(m mention) bool { return m.isBot })
}

// pointToPrivateChat tells somebody who asked among others that the answer is in their private
// chat.
func (rq request) pointToPrivateChat(ctx context.Context) error {
	if rq.activity.IsPersonal() {
		return nil
	}
	return rq.replyPrivately(ctx, rq.words.Bot.AnswerInPrivateChat, ":aside")
}

// helpInChannel is the help among others, with one sentence before it.
func (rq request) helpInChannel(sentence string) string {
	return strings.TrimSpace(sentence + "\n\n" + rq.words.Bot.ChannelHelp)
}
