package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/teamsfailure"
	"challengebot/internal/words"
)

// deliverMessage makes one delivery and records what came of it. It goes on when the context
// ends: a call cut off half-way would be a card that comes twice. The error is the store's:
// whatever Teams answers is a recorded result.
func (e *Engine) deliverMessage(ctx context.Context, queued outbox.Message) error {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTimeout)
	defer cancel()
	if queued.Foreign {
		e.Logger.ErrorContext(ctx, "a message in the bot's name was not written by this program, and is not sent; run challengebot audit verify", "delivery", queued.ID)
		e.metrics.attempts.WithLabelValues(resultDropped).Inc()
		return e.outboxStore().DropMessage(whole, queued, e.Now(), "foreign")
	}
	if posted, sent := e.sent.take(queued.ID); sent {
		return e.recordDelivered(ctx, queued, posted) // Teams has it: only the recording is made again
	}
	content, err := contain.Value(func() (renderedMessage, error) { return e.renderMessage(whole, queued) })
	if errors.Is(err, storage.ErrNotFound) {
		return e.outboxStore().DropMessage(whole, queued, e.Now(), "not_found")
	}
	if err != nil {
		return e.renderFailed(whole, queued, err)
	}
	if content.dropReason != "" {
		e.metrics.attempts.WithLabelValues(resultDropped).Inc()
		return e.outboxStore().DropMessage(whole, queued, e.Now(), content.dropReason)
	}
	if content.hasCopies {
		queued.Copies = maxCopies - 1 // a new day's one try
	}
	sent, err := e.sendMessage(whole, queued, content)
	if err == nil {
		e.metrics.attempts.WithLabelValues(resultSent).Inc()
		return e.recordDelivered(ctx, queued, sent)
	}
	var failure *teamsfailure.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if content.asksNothing(queued, failure) {
		e.metrics.attempts.WithLabelValues(resultDropped).Inc()
		return e.outboxStore().DropMessage(whole, queued, e.Now(), "gone")
	}
	if failure, err = e.rejectIfChannelGone(whole, queued, failure); err != nil {
		return err
	}
	return e.recordFailure(ctx, queued, failure, content.hasCopies)
}

// maxRenderAttempts is how many attempts, two minutes from one another, a card gets that cannot
// be made of what is stored: enough for an instance of a newer version to take its turn.
const maxRenderAttempts = 9

// renderFailed leaves a card that could not be made to a later attempt, until that is hopeless:
// what waits behind it in the same conversation is about other children.
func (e *Engine) renderFailed(ctx context.Context, queued outbox.Message, cause error) error {
	if errors.Is(cause, storage.ErrUnavailable) || queued.Attempts < maxRenderAttempts {
		return cause
	}
	e.Logger.ErrorContext(ctx, "a card cannot be made of what is stored and is given up; run challengebot audit verify",
		"delivery", queued.ID, "challenge", queued.ChallengeID, "card", queued.Card, "error", cause)
	e.metrics.attempts.WithLabelValues(resultDropped).Inc()
	return e.outboxStore().DropMessage(ctx, queued, e.Now(), "unreadable")
}

// rejectIfChannelGone makes a failure in a channel that is gone a refusal: the notice is not
// tried for ever, and those who must know are told that nobody reads it.
func (e *Engine) rejectIfChannelGone(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure) (*teamsfailure.Failure, error) {
	if queued.To.Team == "" || f.Kind == teamsfailure.Rejected || f.Kind == teamsfailure.OurBug {
		return f, nil
	}
	loss, err := e.outboxStore().FindChannelLoss(ctx, e.Directory().NoticeChannel(queued.To.Team))
	if err != nil || loss == "" {
		return f, err
	}
	rejected := *f
	rejected.Kind, rejected.Code = teamsfailure.Rejected, string(loss)
	return &rejected, nil
}

// renderedMessage is a delivery's content as the row now is.
type renderedMessage struct {
	message    Message
	version    int
	hash       []byte
	isFinal    bool
	dropReason string // why there is nothing to send
	inChannel  *outbox.InChannel
	// hasCopies: the card was sent before, as often as it may be, and could not be confirmed.
	hasCopies bool
}

// asksNothing reports whether a card that Teams has deleted is not sent anew: there is nothing left
// to do on it.
func (r renderedMessage) asksNothing(queued outbox.Message, f *teamsfailure.Failure) bool {
	return r.isFinal && queued.Kind == outbox.UpdateMessage && f.Kind == teamsfailure.MessageGone
}

func (e *Engine) renderMessage(ctx context.Context, queued outbox.Message) (renderedMessage, error) {
	if queued.Kind == outbox.DirectMessageKind {
		var spec outbox.Content
		if err := json.Unmarshal(queued.Content, &spec); err != nil {
			return renderedMessage{}, fmt.Errorf("engine: reply %d cannot be read: %w", queued.ID, err)
		}
		if len(spec.Card) > 0 {
			spec.Text = "" // the card says it
		}
		return renderedMessage{message: Message{Card: spec.Card, Summary: spec.Summary, Text: spec.Text}, inChannel: spec.InChannel, isFinal: true}, nil
	}
	c, err := e.outboxStore().Load(ctx, storage.LookupKey{ID: queued.ChallengeID})
	if err != nil {
		return renderedMessage{}, err
	}
	if queued.Kind == outbox.PostMessage && isOutOfDate(queued, c.Challenge) {
		return renderedMessage{dropReason: "out_of_date"}, nil
	}
	if queued.To.Person == "" && e.Directory().NoticeChannel(queued.To.Team) == "" {
		return renderedMessage{dropReason: "no_channel"}, nil
	}
	card, sum := e.drawCard(queued, c)
	out := renderedMessage{message: Message{Card: card.JSON(), Summary: card.Summary()}, version: c.Challenge.Version, hash: sum[:], isFinal: card.IsFinal(),
		hasCopies: slices.ContainsFunc(c.Challenge.Untaken, func(u challenge.UntakenCard) bool {
			return u.Unconfirmed && u.Card == queued.Card && u.Opening == queued.Opening && u.To == queued.To
		})}
	if queued.Kind == outbox.UpdateMessage && bytes.Equal(queued.Posted.ContentHash, out.hash) {
		out.dropReason = "unchanged"
	}
	return out, nil
}

// drawCard draws a card as the challenge now is, and gives the hash by which an update is known to
// change nothing; one that was posted before may say in two lines that a newer one stands below it.
func (e *Engine) drawCard(queued outbox.Message, c challenge.Snapshot) (cards.Card, [sha256.Size]byte) {
	team, _ := e.Directory().TeamByID(c.Challenge.Details.Team)
	view := cards.View{Challenge: c.Challenge, Ladder: c.Ladder, History: c.History,
		TeamName: team.Name, Now: e.Now(), Zone: e.Calendar.Location(), Calendar: e.Calendar, Directory: e.Directory()}
	options := cards.Options{ViewerID: queued.To.Person, Words: words.ForLanguage(e.Directory().LanguageOf(queued.To.Person))}
	if queued.Posted.Superseded {
		card := cards.RenderSuperseded(queued.Opening, view, options)
		return card, sha256.Sum256(card.JSON())
	}
	return cards.RenderForUpdate(queued.Card, queued.Opening, view, options)
}

// isOutOfDate reports whether a message asks for something that is no longer asked.
// Only reminders and nudges are dropped for it: a card that tells of a step goes
// out even when the step has passed, and says so.
func isOutOfDate(queued outbox.Message, c challenge.Challenge) bool {
	opening := c.CurrentOpening()
	return queued.Card == challenge.CardReminder && (c.State != challenge.StateAwaitingResponse || opening.Number != queued.Opening)
}

// sentMessage is a message that Teams took, and what is to be kept of it.
type sentMessage struct {
	at     time.Time
	posted outbox.PostedMessage
	// thread is the thread that the message began, if it did.
	thread *outbox.ConversationReference
}

// sendMessage posts or updates. A conversation or a message that is gone is made again,
// once; what happens after that is an attempt like any other. Nothing of the store's can
// fail once Teams has the message.
func (e *Engine) sendMessage(ctx context.Context, queued outbox.Message, content renderedMessage) (sentMessage, error) {
	sent := sentMessage{posted: outbox.PostedMessage{Version: content.version, ContentHash: content.hash, Final: content.isFinal}}
	err := e.sendBySort(ctx, queued, content, &sent)
	sent.at = e.Now()
	return sent, err
}

func (e *Engine) sendBySort(ctx context.Context, queued outbox.Message, content renderedMessage, sent *sentMessage) error {
	if content.inChannel != nil {
		if done, err := e.sendTargeted(ctx, queued, content); done {
			return err
		}
	}
	if queued.Posted.ActivityID != "" {
		place := Destination{ServiceURL: queued.Posted.ServiceURL, ConversationID: queued.Posted.ConversationID}
		err := e.callTeams(ctx, e.conversationOf(queued), e.CallTimeout, func(ctx context.Context) error {
			return e.Teams.Update(ctx, place, queued.Posted.ActivityID, content.message)
		})
		if err == nil {
			sent.posted.ConversationID, sent.posted.ServiceURL, sent.posted.ActivityID = place.ConversationID, place.ServiceURL, queued.Posted.ActivityID
			sent.posted.ToPersonalChat = queued.To.Person != "" && queued.Kind == outbox.UpdateMessage
			return nil
		}
		if f := (*teamsfailure.Failure)(nil); !errors.As(err, &f) || content.asksNothing(queued, f) || !e.needsNewCard(queued, f) {
			return err
		}
	}
	err := e.postMessage(ctx, queued, content, sent)
	if f := (*teamsfailure.Failure)(nil); errors.As(err, &f) && f.Kind == teamsfailure.ConversationGone {
		if err := e.outboxStore().ForgetConversation(ctx, e.orderingKey(queued)); err != nil {
			return err
		}
		err = e.postMessage(ctx, queued, content, sent)
	}
	return err
}

// maxUpdateAttempts is how many attempts an update gets that Teams says it cannot make.
const maxUpdateAttempts = 4

// needsNewCard reports whether a new card takes the place of one that cannot be changed.
// An update that Teams cannot make would hold up all that waits behind it.
func (e *Engine) needsNewCard(queued outbox.Message, f *teamsfailure.Failure) bool {
	switch f.Kind {
	case teamsfailure.MessageGone, teamsfailure.ConversationGone:
		return true
	case teamsfailure.PermanentServerError:
		return queued.Attempts >= maxUpdateAttempts
	case teamsfailure.UnclearRejection:
		return !queued.FailingSince.IsZero() && e.Now().Sub(queued.FailingSince) >= asideAfter
	}
	return false
}

// sendTargeted posts where others read too. What is for one of them and is not taken there
// goes to the private chat instead: then it is not done.
func (e *Engine) sendTargeted(ctx context.Context, queued outbox.Message, content renderedMessage) (done bool, err error) {
	at := Destination{ServiceURL: content.inChannel.ServiceURL, ConversationID: content.inChannel.ConversationID}
	if err := e.checkBeforeCopy(ctx, queued); err != nil {
		return true, err
	}
	if content.inChannel.Recipient == "" {
		return true, e.callTeams(ctx, at.ConversationID, e.postTimeout(), func(ctx context.Context) error {
			_, _, err := e.Teams.StartThread(ctx, at.ServiceURL, at.ConversationID, content.message)
			return err
		})
	}
	err = e.callTeams(ctx, at.ConversationID, e.postTimeout(), func(ctx context.Context) error {
		_, err := e.Teams.SendTargeted(ctx, at, content.inChannel.Recipient, content.inChannel.InReplyTo, content.message)
		return err
	})
	f := (*teamsfailure.Failure)(nil)
	if !errors.As(err, &f) {
		return true, err
	}
	switch f.Kind {
	case teamsfailure.Retryable, teamsfailure.Ambiguous, teamsfailure.Misconfigured, teamsfailure.PermanentServerError:
		return true, err
	}
	e.Logger.Warn("Teams took no private message among others; it goes to the private chat", "delivery", queued.ID, "status", f.Status, "code", f.Code)
	return false, nil
}

// checkBeforeCopy asks Teams something harmless before a message is sent that it may have
// already: while Teams is away there is no second copy to be made.
func (e *Engine) checkBeforeCopy(ctx context.Context, queued outbox.Message) error {
	if queued.Copies == 0 {
		return nil
	}
	person := queued.To.Person
	if person == "" {
		person = e.pickSomebodyElse("", queued.Attempts)
	}
	if person == "" {
		return nil
	}
	err := e.callTeams(ctx, person, e.CallTimeout, func(ctx context.Context) error {
		_, err := e.Teams.CreatePersonalChat(ctx, e.ServiceURL, person)
		return err
	})
	if isAnswer(err) {
		return nil
	}
	return err
}

// postMessage sends a new message to the person's chat or the challenge's thread.
func (e *Engine) postMessage(ctx context.Context, queued outbox.Message, content renderedMessage, sent *sentMessage) error {
	if err := e.checkBeforeCopy(ctx, queued); err != nil {
		return err
	}
	orderingKey := e.orderingKey(queued)
	conv, known, err := e.outboxStore().FindConversation(ctx, orderingKey)
	if err != nil {
		return err
	}
	if !known && queued.To.Person == "" {
		return e.startThread(ctx, queued, content.message, sent)
	}
	if !known {
		conv = outbox.ConversationReference{OrderingKey: orderingKey, ServiceURL: e.ServiceURL, SeenAt: e.Now()}
		if err := e.callTeams(ctx, e.conversationOf(queued), e.CallTimeout, func(ctx context.Context) (err error) {
			conv.ID, err = e.Teams.CreatePersonalChat(ctx, conv.ServiceURL, queued.To.Person)
			return err
		}); err != nil {
			return err
		}
		if err := e.outboxStore().SaveConversation(ctx, conv); err != nil {
			return err
		}
	}
	sent.posted.ConversationID, sent.posted.ServiceURL = conv.ID, conv.ServiceURL
	sent.posted.ToPersonalChat = queued.To.Person != ""
	return e.callTeams(ctx, e.conversationOf(queued), e.postTimeout(), func(ctx context.Context) (err error) {
		sent.posted.ActivityID, err = e.Teams.Send(ctx, Destination{ServiceURL: conv.ServiceURL, ConversationID: conv.ID}, content.message)
		return err
	})
}

// startThread opens the challenge's one thread in the team's channel.
func (e *Engine) startThread(ctx context.Context, queued outbox.Message, m Message, sent *sentMessage) error {
	sent.posted.ServiceURL = e.ServiceURL
	if err := e.callTeams(ctx, e.conversationOf(queued), e.postTimeout(), func(ctx context.Context) (err error) {
		sent.posted.ConversationID, sent.posted.ActivityID, err = e.Teams.StartThread(ctx, e.ServiceURL, e.Directory().NoticeChannel(queued.To.Team), m)
		return err
	}); err != nil {
		return err
	}
	sent.thread = &outbox.ConversationReference{OrderingKey: e.orderingKey(queued), ID: sent.posted.ConversationID,
		ServiceURL: sent.posted.ServiceURL, SeenAt: e.Now()}
	return nil
}

// postTimeout bounds a call that makes a new message. It is longer than that of others: one
// that is given up too early comes twice.
func (e *Engine) postTimeout() time.Duration { return 3 * e.CallTimeout }

// conversationOf names the conversation of a message for the limits of Teams: one person's chat holds
// what has several ordering keys, and a channel's threads count as one.
func (e *Engine) conversationOf(queued outbox.Message) string {
	if queued.To.Person != "" {
		return queued.To.Person
	}
	return e.Directory().NoticeChannel(queued.To.Team)
}

// orderingKey is where the conversation of a delivery is kept: a person's chat, or the
// challenge's thread in a channel.
func (e *Engine) orderingKey(queued outbox.Message) string {
	if queued.To.Person == "" && queued.ChallengeID != uuid.Nil {
		return outbox.ThreadOrderingKey(queued.ChallengeID, queued.To.Team)
	}
	return outbox.OrderingKey(queued.To)
}
