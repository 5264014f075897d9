package bot

import (
	"context"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// codeUninstalled stands where Teams' word for a refusal would.
const codeUninstalled = "Uninstalled"

// updateReachability keeps what the activity tells of whether the person can be written to: not
// after they removed the app; again when they install it or do anything in their own
// chat. What happens in a channel tells nothing of their chat.
func (rq request) updateReachability(ctx context.Context) error {
	installation := rq.activity.Type == TypeInstallationUpdate
	switch {
	case !rq.activity.IsPersonal():
		return nil
	case installation && rq.activity.InstallationAction == "remove":
		return rq.recordUninstall(ctx)
	case installation && rq.activity.InstallationAction == "add", rq.IsUnreachable(rq.person.ID) && rq.activity.InstallationAction != "remove-upgrade":
		if err := rq.saveConversation(ctx); err != nil {
			return err
		}
		return rq.Reachability.MarkReachable(ctx, rq.person.ID, rq.now)
	}
	return rq.saveConversation(ctx)
}

// recordUninstall keeps that the person removed the app. Their conversation is asked for again from
// then on, which tells when it may be used again.
func (rq request) recordUninstall(ctx context.Context) error {
	orderingKey := outbox.OrderingKey(challenge.Address{Person: rq.person.ID})
	if err := rq.Contacts.ForgetOwnChat(ctx, orderingKey, rq.activity.Conversation.ID); err != nil {
		return err
	}
	rq.savedConversations.Delete(orderingKey)
	return rq.Reachability.MarkUnreachable(ctx, outbox.Unreachable{Person: rq.person.ID, Since: rq.now, Code: codeUninstalled})
}

// sendWelcome tells a person what the bot can do, once ever: not when the app is installed
// again or upgraded.
func (rq request) sendWelcome(ctx context.Context) error {
	card := cards.RenderHelp(rq.helpView(""))
	return rq.Messages.QueueDirectMessage(ctx, storage.IdempotencyKey{Value: "welcome:" + rq.person.ID, At: rq.now},
		outbox.DirectMessage{To: challenge.Address{Person: rq.person.ID}, Unprompted: true, Content: messageContent(card)})
}
