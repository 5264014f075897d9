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
	"challengebot/internal/words"
)

// deliver makes one delivery and records what came of it. The error is the
// store's: whatever Teams answers is a recorded result.
func (e *Engine) deliver(ctx context.Context, d challenge.Delivery) error {
	out, err := e.render(ctx, d)
	if errors.Is(err, challenge.ErrNotFound) {
		return e.Store.Drop(ctx, d, e.Now(), "not_found")
	}
	if err != nil {
		return e.unmade(ctx, d, err)
	}
	if out.drop != "" {
		e.metrics.attempts.WithLabelValues(resultDropped).Inc()
		return e.Store.Drop(ctx, d, e.Now(), out.drop)
	}
	posted, err := e.send(ctx, d, out)
	if err == nil {
		e.metrics.attempts.WithLabelValues(resultSent).Inc()
		now := e.Now()
		return e.Store.Delivered(ctx, d, posted, challenge.Attempt{At: now, Status: 200}, func(c challenge.Case) (challenge.Change, error) {
			return c.Challenge.Decide(challenge.Deliver{Delivery: d.ID, Card: d.Card, Visit: d.Visit, To: d.To,
				Conversation: posted.Conversation, Activity: posted.Activity}, challenge.System, e.env(c, now))
		})
	}
	var failure *Failure
	if !errors.As(err, &failure) {
		return err
	}
	if failure, err = e.afterChannel(ctx, d, failure); err != nil {
		return err
	}
	return e.failed(ctx, d, failure)
}

// hopelessAfter is how many attempts, two minutes from one another, a card gets that cannot
// be made of what is stored: enough for an instance of a newer version to take its turn.
const hopelessAfter = 9

// unmade leaves a card that could not be made to a later attempt, until that is hopeless:
// what waits behind it in the same conversation is about other children.
func (e *Engine) unmade(ctx context.Context, d challenge.Delivery, cause error) error {
	if errors.Is(cause, challenge.ErrUnavailable) || d.Attempts < hopelessAfter {
		return cause
	}
	e.Logger.ErrorContext(ctx, "a card cannot be made of what is stored and is given up; run challengebot audit verify",
		"delivery", d.ID, "challenge", d.Challenge, "card", d.Card, "error", cause)
	e.metrics.attempts.WithLabelValues(resultDropped).Inc()
	return e.Store.Drop(ctx, d, e.Now(), "unreadable")
}

// afterChannel makes a failure in a channel that is gone a refusal: the notice is not
// tried for ever, and those who must know are told that nobody reads it.
func (e *Engine) afterChannel(ctx context.Context, d challenge.Delivery, f *Failure) (*Failure, error) {
	if d.To.Team == "" || f.Consequence == Refused || f.Consequence == Faulty {
		return f, nil
	}
	gone, err := e.Store.ChannelGone(ctx, e.Directory().Channel(d.To.Team))
	if err != nil || gone == "" {
		return f, err
	}
	refused := *f
	refused.Consequence, refused.Code = Refused, string(gone)
	return &refused, nil
}

// failed records an attempt that did not succeed: to be tried again, or not.
func (e *Engine) failed(ctx context.Context, d challenge.Delivery, f *Failure) error {
	now := e.Now()
	a := challenge.Attempt{At: now, Status: f.Status, Code: f.Code, Ambiguous: f.Consequence == Ambiguous}
	result := f.result(d.Attempts)
	e.metrics.attempts.WithLabelValues(result).Inc()
	e.complain(ctx, d, f, result, now)
	if result != resultRefused && result != resultFaulty {
		return e.Store.Retry(ctx, d, a, now.Add(backoff(d.Attempts, f.RetryAfter)))
	}
	if result == resultRefused {
		if err := e.refusedFor(ctx, d, f); err != nil {
			return err
		}
	}
	return e.Store.Failed(ctx, d, a, func(c challenge.Case) (challenge.Change, error) {
		return c.Challenge.Decide(challenge.GiveUp{Delivery: d.ID, Card: d.Card, Visit: d.Visit, To: d.To, Code: f.Code},
			challenge.System, e.env(c, now))
	})
}

// believedAfter is how many attempts a refusal without a documented reason, or
// something that is gone each time it is made anew, gets before it counts as one;
// and an update that Teams says it cannot make, before a new card takes its place.
const believedAfter = 4

// result is what a failure means for a delivery that was tried so often before.
func (f *Failure) result(attempts int) string {
	switch f.Consequence {
	case Refused:
		return resultRefused
	case Faulty:
		return resultFaulty
	case Unmended:
		return resultUnmended
	case Unclear, ConversationGone, MessageGone:
		if attempts >= believedAfter {
			return resultRefused
		}
	}
	return resultAgain
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

// rendered is a delivery's content as the row now is.
type rendered struct {
	message Message
	version int
	hash    []byte
	final   bool
	drop    string // why there is nothing to send
	among   *challenge.Among
}

func (e *Engine) render(ctx context.Context, d challenge.Delivery) (rendered, error) {
	if d.Kind == challenge.ReplyCard {
		var spec challenge.ReplySpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return rendered{}, fmt.Errorf("engine: reply %d cannot be read: %w", d.ID, err)
		}
		if len(spec.Card) > 0 {
			spec.Text = "" // the card says it
		}
		return rendered{message: Message{Card: spec.Card, Summary: spec.Summary, Text: spec.Text}, among: spec.Among, final: true}, nil
	}
	c, err := e.Store.Load(ctx, challenge.Key{ID: d.Challenge})
	if err != nil {
		return rendered{}, err
	}
	if d.Kind == challenge.PostCard && outOfDate(d, c.Challenge) {
		return rendered{drop: "out_of_date"}, nil
	}
	team, _ := e.Directory().Team(c.Challenge.Details.Team)
	card := cards.Render(d.Card, d.Visit, cards.View{Challenge: c.Challenge, Ladder: c.Ladder, History: c.History,
		Team: team.Name, Now: e.Now(), Zone: e.Calendar.Location()}, cards.Options{Viewer: d.To.Person, Words: words.In(e.Directory().Language(d.To.Person)),
		Refers: challenge.MayRefer(d.To.Person, &c.Challenge, c.Ladder, e.Directory(), e.Calendar.DateOf(e.Now()))})
	body := card.JSON()
	sum := sha256.Sum256(body)
	out := rendered{message: Message{Card: body, Summary: card.Summary()}, version: c.Challenge.Version, hash: sum[:], final: card.Final()}
	if d.Kind == challenge.UpdateCard && bytes.Equal(d.Posted.Content, out.hash) {
		out.drop = "unchanged"
	}
	return out, nil
}

// outOfDate reports whether a message asks for something that is no longer asked.
// Only reminders and nudges are dropped for it: a card that tells of a step goes
// out even when the step has passed, and says so.
func outOfDate(d challenge.Delivery, c challenge.Challenge) bool {
	v := c.Current()
	return d.Card == challenge.CardReminder && (c.State != challenge.AwaitingResponse || v.N != d.Visit)
}

// send posts or updates. A conversation or a message that is gone is made anew,
// once; what happens after that is an attempt like any other.
func (e *Engine) send(ctx context.Context, d challenge.Delivery, out rendered) (challenge.Posted, error) {
	posted := challenge.Posted{Version: out.version, Content: out.hash, Final: out.final}
	if out.among != nil {
		if done, err := e.sayAmong(ctx, d, out); done {
			return posted, err
		}
	}
	if d.Posted.Activity != "" {
		place := Place{ServiceURL: d.Posted.ServiceURL, Conversation: d.Posted.Conversation}
		err := e.call(ctx, func(ctx context.Context) error { return e.Teams.Update(ctx, place, d.Posted.Activity, out.message) })
		if err == nil {
			posted.Conversation, posted.ServiceURL, posted.Activity = place.Conversation, place.ServiceURL, d.Posted.Activity
			return posted, nil
		}
		if f := (*Failure)(nil); !errors.As(err, &f) || !f.newCard(d.Attempts) {
			return posted, err
		}
	}
	err := e.post(ctx, d, out.message, &posted)
	if f := (*Failure)(nil); errors.As(err, &f) && f.Consequence == ConversationGone {
		if err := e.Store.ForgetConversation(ctx, e.lane(d)); err != nil {
			return posted, err
		}
		err = e.post(ctx, d, out.message, &posted)
	}
	return posted, err
}

// newCard reports whether a new card takes the place of one that cannot be changed.
// An update that Teams cannot make would hold up all that waits behind it.
func (f *Failure) newCard(attempts int) bool {
	return f.Consequence == MessageGone || f.Consequence == ConversationGone || f.Consequence == Unable && attempts >= believedAfter
}

// sayAmong posts where others read too. What is for one of them and is not taken there
// goes to the private chat instead: then it is not done.
func (e *Engine) sayAmong(ctx context.Context, d challenge.Delivery, out rendered) (done bool, err error) {
	at := Place{ServiceURL: out.among.ServiceURL, Conversation: out.among.Conversation}
	if out.among.Only == "" {
		return true, e.call(ctx, func(ctx context.Context) error {
			_, _, err := e.Teams.StartThread(ctx, at.ServiceURL, at.Conversation, out.message)
			return err
		})
	}
	err = e.call(ctx, func(ctx context.Context) error {
		_, err := e.Teams.SendOnly(ctx, at, out.among.Only, out.among.Prompt, out.message)
		return err
	})
	f := (*Failure)(nil)
	if !errors.As(err, &f) {
		return true, err
	}
	switch f.Consequence {
	case Again, Ambiguous, Unmended, Unable:
		return true, err
	}
	e.Logger.Warn("Teams took no private message among others; it goes to the private chat", "delivery", d.ID, "status", f.Status, "code", f.Code)
	return false, nil
}

// post sends a new message to the person's chat or the challenge's thread.
func (e *Engine) post(ctx context.Context, d challenge.Delivery, m Message, posted *challenge.Posted) error {
	lane := e.lane(d)
	conv, known, err := e.Store.Conversation(ctx, lane)
	if err != nil {
		return err
	}
	if !known && d.To.Person == "" {
		return e.startThread(ctx, d, m, posted)
	}
	if !known {
		conv = challenge.Conversation{Lane: lane, ServiceURL: e.ServiceURL, SeenAt: e.Now()}
		if err := e.call(ctx, func(ctx context.Context) (err error) {
			conv.ID, err = e.Teams.CreatePersonal(ctx, conv.ServiceURL, d.To.Person)
			return err
		}); err != nil {
			return err
		}
		if err := e.Store.SaveConversation(ctx, conv); err != nil {
			return err
		}
	}
	posted.Conversation, posted.ServiceURL = conv.ID, conv.ServiceURL
	return e.call(ctx, func(ctx context.Context) (err error) {
		posted.Activity, err = e.Teams.Send(ctx, Place{ServiceURL: conv.ServiceURL, Conversation: conv.ID}, m)
		return err
	})
}

// startThread opens the challenge's one thread in the team's channel.
func (e *Engine) startThread(ctx context.Context, d challenge.Delivery, m Message, posted *challenge.Posted) error {
	channel := e.Directory().Channel(d.To.Team)
	if channel == "" {
		return &Failure{Consequence: Refused, Code: "NoChannel"}
	}
	posted.ServiceURL = e.ServiceURL
	if err := e.call(ctx, func(ctx context.Context) (err error) {
		posted.Conversation, posted.Activity, err = e.Teams.StartThread(ctx, e.ServiceURL, channel, m)
		return err
	}); err != nil {
		return err
	}
	return e.Store.SaveConversation(ctx, challenge.Conversation{Lane: e.lane(d), ID: posted.Conversation,
		ServiceURL: posted.ServiceURL, SeenAt: e.Now()})
}

// lane is where the conversation of a delivery is kept: a person's chat, or the
// challenge's thread in a channel.
func (e *Engine) lane(d challenge.Delivery) string {
	if d.To.Person == "" && d.Challenge != uuid.Nil {
		return challenge.ThreadLane(d.Challenge, d.To.Team)
	}
	return d.To.Lane()
}

// call bounds one call to Teams.
func (e *Engine) call(ctx context.Context, f func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, e.CallTimeout)
	defer cancel()
	return f(bounded)
}
