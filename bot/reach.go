package bot

import (
	"context"
	"errors"

	"challengebot/cards"
	"challengebot/internal/challenge"
)

// uninstalled stands where Teams' word for a refusal would.
const uninstalled = "Uninstalled"

// reach keeps what the activity tells of whether the person can be written to: not
// after they removed the app; again when they install it or do anything in their own
// chat. What happens in a channel tells nothing of their chat.
func (x turn) reach(ctx context.Context) error {
	installation := x.a.Type == TypeInstallationUpdate
	switch {
	case !x.a.Personal():
		return nil
	case installation && x.a.Action == "remove":
		return x.gone(ctx)
	case installation && x.a.Action == "add", x.Unreachable(x.by.ID) && x.a.Action != "remove-upgrade":
		return errors.Join(x.remember(ctx), x.Store.Returned(ctx, x.by.ID, x.now))
	}
	return x.remember(ctx)
}

// gone keeps that the person removed the app. Their conversation is asked for anew from
// then on, which tells when it may be used again.
func (x turn) gone(ctx context.Context) error {
	lane := challenge.Address{Person: x.by.ID}.Lane()
	x.seen.Delete(lane)
	return errors.Join(x.Store.ForgetConversation(ctx, lane),
		x.Store.MarkUnreachable(ctx, challenge.Unreachable{Person: x.by.ID, Since: x.now, Code: uninstalled}))
}

// welcome tells a person what the bot can do, once ever: not when the app is installed
// anew or upgraded.
func (x turn) welcome(ctx context.Context) error {
	card := cards.Help(cards.HelpView{Authority: x.Directory().Authority(), Words: x.w})
	return x.Store.Reply(ctx, challenge.Receipt{Key: "welcome:" + x.by.ID, At: x.now},
		challenge.Reply{To: challenge.Address{Person: x.by.ID}, Spec: spec(card)})
}
