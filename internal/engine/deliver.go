package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
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

// deliverMessage makes one delivery and records what came of it. The error is the
// store's: whatever Teams answers is a recorded result.
func (e *Engine) deliverMessage(ctx context.Context, queued outbox.Message) error {
	content, err := contain.Value(func() (renderedMessage, error) { return e.renderMessage(ctx, queued) })
	if errors.Is(err, storage.ErrNotFound) {
		return e.Store.DropMessage(ctx, queued, e.Now(), "not_found")
	}
	if err != nil {
		return e.renderFailed(ctx, queued, err)
	}
	if content.dropReason != "" {
		e.metrics.attempts.WithLabelValues(resultDropped).Inc()
		return e.Store.DropMessage(ctx, queued, e.Now(), content.dropReason)
	}
	posted, err := e.sendMessage(ctx, queued, content)
	if err == nil {
		e.metrics.attempts.WithLabelValues(resultSent).Inc()
		now := e.Now()
		return e.Store.MarkDelivered(ctx, queued, posted, outbox.Attempt{At: now, StatusCode: 200}, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			return c.Challenge.Decide(challenge.RecordDelivery{MessageID: queued.ID, Card: queued.Card, Opening: queued.Opening, To: queued.To,
				ConversationID: posted.ConversationID, ActivityID: posted.ActivityID}, challenge.System, e.envFor(c, now))
		}))
	}
	var failure *teamsfailure.Failure
	if !errors.As(err, &failure) {
		return err
	}
	if failure, err = e.rejectIfChannelGone(ctx, queued, failure); err != nil {
		return err
	}
	return e.recordFailure(ctx, queued, failure)
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
	return e.Store.DropMessage(ctx, queued, e.Now(), "unreadable")
}

// rejectIfChannelGone makes a failure in a channel that is gone a refusal: the notice is not
// tried for ever, and those who must know are told that nobody reads it.
func (e *Engine) rejectIfChannelGone(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure) (*teamsfailure.Failure, error) {
	if queued.To.Team == "" || f.Kind == teamsfailure.Rejected || f.Kind == teamsfailure.OurBug {
		return f, nil
	}
	loss, err := e.Store.FindChannelLoss(ctx, e.Directory().NoticeChannel(queued.To.Team))
	if err != nil || loss == "" {
		return f, err
	}
	rejected := *f
	rejected.Kind, rejected.Code = teamsfailure.Rejected, string(loss)
	return &rejected, nil
}

// recordFailure records an attempt that did not succeed: to be tried again, or not.
func (e *Engine) recordFailure(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure) error {
	now := e.Now()
	f = believe(f, queued.Attempts)
	a := outbox.Attempt{At: now, StatusCode: f.Status, ErrorCode: f.Code, Ambiguous: f.Kind == teamsfailure.Ambiguous}
	e.metrics.attempts.WithLabelValues(string(f.Kind)).Inc()
	e.logFailure(ctx, queued, f, now)
	if f.Kind != teamsfailure.Rejected && f.Kind != teamsfailure.OurBug {
		return e.Store.ScheduleRetry(ctx, queued, a, now.Add(backoff(queued.Attempts, f.RetryAfter)))
	}
	if f.Kind == teamsfailure.Rejected {
		if err := e.recordUnreachable(ctx, queued, f); err != nil {
			return err
		}
	}
	return e.Store.MarkRejected(ctx, queued, a, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
		return c.Challenge.Decide(challenge.RecordRejection{MessageID: queued.ID, Card: queued.Card, Opening: queued.Opening, To: queued.To, Code: f.Code},
			challenge.System, e.envFor(c, now))
	}))
}

// maxUnclearAttempts is how many attempts a refusal without a documented reason, or
// something that is gone each time it is made again, gets before it counts as one;
// and an update that Teams says it cannot make, before a new card takes its place.
const maxUnclearAttempts = 4

// believe makes a refusal of what has stayed through so many attempts.
func believe(f *teamsfailure.Failure, attempts int) *teamsfailure.Failure {
	switch f.Kind {
	case teamsfailure.UnclearRejection, teamsfailure.ConversationGone, teamsfailure.MessageGone:
		if attempts >= maxUnclearAttempts {
			believed := *f
			believed.Kind = teamsfailure.Rejected
			return &believed
		}
	}
	return f
}

// backoff is how long to wait after that many attempts: from one second to five
// minutes, never less than Teams asks for, spread so that not all come at once.
func backoff(attempts int, asked time.Duration) time.Duration {
	wait := 5 * time.Minute
	if attempts < 9 {
		wait = time.Second << attempts
	}
	wait += rand.N(wait/4 + 1)
	return max(wait, asked)
}

// renderedMessage is a delivery's content as the row now is.
type renderedMessage struct {
	message    Message
	version    int
	hash       []byte
	isFinal    bool
	dropReason string // why there is nothing to send
	inChannel  *outbox.InChannel
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
	c, err := e.Store.Load(ctx, storage.LookupKey{ID: queued.ChallengeID})
	if err != nil {
		return renderedMessage{}, err
	}
	if queued.Kind == outbox.PostMessage && isOutOfDate(queued, c.Challenge) {
		return renderedMessage{dropReason: "out_of_date"}, nil
	}
	team, _ := e.Directory().TeamByID(c.Challenge.Details.Team)
	card := cards.Render(queued.Card, queued.Opening, cards.View{Challenge: c.Challenge, Ladder: c.Ladder, History: c.History,
		TeamName: team.Name, Now: e.Now(), Zone: e.Calendar.Location(), Calendar: e.Calendar, Directory: e.Directory()},
		cards.Options{ViewerID: queued.To.Person, Words: words.ForLanguage(e.Directory().LanguageOf(queued.To.Person))})
	body := card.JSON()
	sum := sha256.Sum256(body)
	out := renderedMessage{message: Message{Card: body, Summary: card.Summary()}, version: c.Challenge.Version, hash: sum[:], isFinal: card.IsFinal()}
	if queued.Kind == outbox.UpdateMessage && bytes.Equal(queued.Posted.ContentHash, out.hash) {
		out.dropReason = "unchanged"
	}
	return out, nil
}

// isOutOfDate reports whether a message asks for something that is no longer asked.
// Only reminders and nudges are dropped for it: a card that tells of a step goes
// out even when the step has passed, and says so.
func isOutOfDate(queued outbox.Message, c challenge.Challenge) bool {
	opening := c.CurrentOpening()
	return queued.Card == challenge.CardReminder && (c.State != challenge.StateAwaitingResponse || opening.Number != queued.Opening)
}

// sendMessage posts or updates. A conversation or a message that is gone is made again,
// once; what happens after that is an attempt like any other.
func (e *Engine) sendMessage(ctx context.Context, queued outbox.Message, content renderedMessage) (outbox.PostedMessage, error) {
	posted := outbox.PostedMessage{Version: content.version, ContentHash: content.hash, Final: content.isFinal}
	if content.inChannel != nil {
		if done, err := e.sendTargeted(ctx, queued, content); done {
			return posted, err
		}
	}
	if queued.Posted.ActivityID != "" {
		place := Destination{ServiceURL: queued.Posted.ServiceURL, ConversationID: queued.Posted.ConversationID}
		err := e.callTeams(ctx, func(ctx context.Context) error {
			return e.Teams.Update(ctx, place, queued.Posted.ActivityID, content.message)
		})
		if err == nil {
			posted.ConversationID, posted.ServiceURL, posted.ActivityID = place.ConversationID, place.ServiceURL, queued.Posted.ActivityID
			return posted, nil
		}
		if f := (*teamsfailure.Failure)(nil); !errors.As(err, &f) || !needsNewCard(f, queued.Attempts) {
			return posted, err
		}
	}
	err := e.postMessage(ctx, queued, content.message, &posted)
	if f := (*teamsfailure.Failure)(nil); errors.As(err, &f) && f.Kind == teamsfailure.ConversationGone {
		if err := e.Store.ForgetConversation(ctx, e.orderingKey(queued)); err != nil {
			return posted, err
		}
		err = e.postMessage(ctx, queued, content.message, &posted)
	}
	return posted, err
}

// needsNewCard reports whether a new card takes the place of one that cannot be changed.
// An update that Teams cannot make would hold up all that waits behind it.
func needsNewCard(f *teamsfailure.Failure, attempts int) bool {
	return f.Kind == teamsfailure.MessageGone || f.Kind == teamsfailure.ConversationGone || f.Kind == teamsfailure.PermanentServerError && attempts >= maxUnclearAttempts
}

// sendTargeted posts where others read too. What is for one of them and is not taken there
// goes to the private chat instead: then it is not done.
func (e *Engine) sendTargeted(ctx context.Context, queued outbox.Message, content renderedMessage) (done bool, err error) {
	at := Destination{ServiceURL: content.inChannel.ServiceURL, ConversationID: content.inChannel.ConversationID}
	if content.inChannel.Recipient == "" {
		return true, e.callTeams(ctx, func(ctx context.Context) error {
			_, _, err := e.Teams.StartThread(ctx, at.ServiceURL, at.ConversationID, content.message)
			return err
		})
	}
	err = e.callTeams(ctx, func(ctx context.Context) error {
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

// postMessage sends a new message to the person's chat or the challenge's thread.
func (e *Engine) postMessage(ctx context.Context, queued outbox.Message, m Message, posted *outbox.PostedMessage) error {
	lane := e.orderingKey(queued)
	conv, known, err := e.Store.FindConversation(ctx, lane)
	if err != nil {
		return err
	}
	if !known && queued.To.Person == "" {
		return e.startThread(ctx, queued, m, posted)
	}
	if !known {
		conv = outbox.ConversationReference{OrderingKey: lane, ServiceURL: e.ServiceURL, SeenAt: e.Now()}
		if err := e.callTeams(ctx, func(ctx context.Context) (err error) {
			conv.ID, err = e.Teams.CreatePersonalChat(ctx, conv.ServiceURL, queued.To.Person)
			return err
		}); err != nil {
			return err
		}
		if err := e.Store.SaveConversation(ctx, conv); err != nil {
			return err
		}
	}
	posted.ConversationID, posted.ServiceURL = conv.ID, conv.ServiceURL
	return e.callTeams(ctx, func(ctx context.Context) (err error) {
		posted.ActivityID, err = e.Teams.Send(ctx, Destination{ServiceURL: conv.ServiceURL, ConversationID: conv.ID}, m)
		return err
	})
}

// startThread opens the challenge's one thread in the team's channel.
func (e *Engine) startThread(ctx context.Context, queued outbox.Message, m Message, posted *outbox.PostedMessage) error {
	channel := e.Directory().NoticeChannel(queued.To.Team)
	if channel == "" {
		return &teamsfailure.Failure{Kind: teamsfailure.Rejected, Code: "NoChannel"}
	}
	posted.ServiceURL = e.ServiceURL
	if err := e.callTeams(ctx, func(ctx context.Context) (err error) {
		posted.ConversationID, posted.ActivityID, err = e.Teams.StartThread(ctx, e.ServiceURL, channel, m)
		return err
	}); err != nil {
		return err
	}
	return e.Store.SaveConversation(ctx, outbox.ConversationReference{OrderingKey: e.orderingKey(queued), ID: posted.ConversationID,
		ServiceURL: posted.ServiceURL, SeenAt: e.Now()})
}

// orderingKey is where the conversation of a delivery is kept: a person's chat, or the
// challenge's thread in a channel.
func (e *Engine) orderingKey(queued outbox.Message) string {
	if queued.To.Person == "" && queued.ChallengeID != uuid.Nil {
		return outbox.ThreadOrderingKey(queued.ChallengeID, queued.To.Team)
	}
	return outbox.OrderingKey(queued.To)
}

// callTeams bounds one call to Teams.
func (e *Engine) callTeams(ctx context.Context, f func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, e.CallTimeout)
	defer cancel()
	return f(bounded)
}
