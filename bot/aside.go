package bot

import (
	"context"
	"slices"
	"strings"

	"challengebot/internal/challenge"
)

// What is said to one person where others read too is never about a child, and nothing
// is lost when clients forget it after a day.

// aside answers the person alone, where they asked: in their private chat, or as a
// message among others that only they see.
func (x turn) aside(ctx context.Context, text, part string) error {
	r := challenge.Reply{To: challenge.Address{Person: x.by.ID}, Spec: challenge.ReplySpec{Text: text}}
	if !x.a.Personal() && x.a.From.ID != "" {
		r.Spec.Among = &challenge.Among{Conversation: x.a.Conversation.ID, ServiceURL: x.a.ServiceURL, Only: x.a.From.ID}
		if x.a.Recipient.IsTargeted {
			r.Spec.Among.Prompt = x.a.ID
		}
		if x.public() {
			r.Spec.Text += "\n\n" + x.w.Bot.AsidePublic
		}
	}
	return x.Store.Reply(ctx, x.receipt(part), r)
}

// public reports whether the person wrote to the bot so that others could read it.
func (x turn) public() bool {
	return x.a.Type == TypeMessage && !x.a.Personal() && !x.a.Recipient.IsTargeted &&
		slices.ContainsFunc(x.a.Mentions(), func(m Mention) bool { return m.Mentioned.ID == x.a.Recipient.ID })
}

// elsewhere tells somebody who asked among others that the answer is in their private
// chat.
func (x turn) elsewhere(ctx context.Context) error {
	if x.a.Personal() {
		return nil
	}
	return x.aside(ctx, x.w.Bot.AsideElsewhere, ":aside")
}

// asideHelp is the help among others, with one sentence before it.
func (x turn) asideHelp(sentence string) string {
	return strings.TrimSpace(sentence + "\n\n" + x.w.Bot.AsideHelp)
}
