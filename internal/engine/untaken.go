package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// What Teams did not take is not lost: it is sent again when Teams takes something else for the
// person, after a while, and each working morning, for as long as it asks something.

const (
	// firstAgainAfter is how long after it was given up a card is sent once more; then twice
	// as long each time.
	firstAgainAfter = 30 * time.Minute
	// maxAgainTimes bounds the doubling: the next morning comes first.
	maxAgainTimes = 6
	// requeueInterval is how often a running engine looks.
	requeueInterval = time.Minute
)

// resendUntaken queues what was not taken for a person.
func (e *Engine) resendUntaken(ctx context.Context, u outbox.Unreachable) error {
	_, err := e.queueUntaken(ctx, u.Person, func(challenge.UntakenCard) bool { return true })
	return err
}

// resendAccepted does so where Teams has taken something else for the person. What was refused
// again after that waits, twice as long each time: of a refusal cards tell that Teams takes, and
// so on without end.
func (e *Engine) resendAccepted(ctx context.Context, u outbox.Unreachable) error {
	now := e.Now()
	_, err := e.queueUntaken(ctx, u.Person, func(card challenge.UntakenCard) bool {
		return card.Times <= 1 || !now.Before(card.At.Add(firstAgainAfter<<min(card.Times-2, maxAgainTimes-1)))
	})
	return err
}

// RequeueUntaken queues once more what was given up and asks for an answer, where it is time,
// and returns how much that was.
func (e *Engine) RequeueUntaken(ctx context.Context) (int, error) {
	now := e.Now()
	return e.queueUntaken(ctx, "", func(card challenge.UntakenCard) bool { return asks(card.Card) && !now.Before(e.againAt(card)) })
}

// againAt is when a card that was not taken is sent once more: when the next working day
// begins, or sooner, within the hours of a working day. Where the person does not have the
// app or does not want it, sooner is only once: they may have been about to install it. What
// Teams may have is not sent again within the day.
func (e *Engine) againAt(card challenge.UntakenCard) time.Time {
	day := e.Calendar.DateOf(card.At)
	for !e.isWorkingDay(day) || !e.Calendar.StartOfDay(day).After(card.At) {
		day++
	}
	morning := e.Calendar.StartOfDay(day).UTC()
	if card.Unconfirmed || !card.Passing && card.Times > 1 || card.Times > maxAgainTimes {
		return morning
	}
	soon := card.At.Add(firstAgainAfter << max(0, card.Times-1))
	if day := e.Calendar.DateOf(soon); soon.Before(morning) && e.isWorkingDay(day) && soon.Before(e.Calendar.EndOfDay(day)) {
		return soon
	}
	return morning
}

// nextAgain is when something that was not taken is to be sent once more; false when nothing
// is.
func (e *Engine) nextAgain(ctx context.Context) (at time.Time, ok bool, err error) {
	untaken, err := e.reachabilityStore().ListUntaken(ctx, "")
	for _, u := range untaken {
		if again := e.againAt(u.Card); asks(u.Card.Card) && (!ok || again.Before(at)) {
			at, ok = again, true
		}
	}
	return at, ok, err
}

// queueUntaken queues the cards that were not taken and still ask something, of one person or
// of everybody: once for each event that says so.
func (e *Engine) queueUntaken(ctx context.Context, person string, wanted func(challenge.UntakenCard) bool) (queued int, faults error) {
	untaken, faults := e.reachabilityStore().ListUntaken(ctx, person)
	for _, u := range untaken {
		if !wanted(u.Card) {
			continue
		}
		key := storage.IdempotencyKey{Value: fmt.Sprintf("again:%s:%d", u.ChallengeID, u.Card.Seq), At: e.Now()}
		done, err := e.reachabilityStore().Apply(ctx, key, storage.LookupKey{ID: u.ChallengeID}, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			change := challenge.Change{Next: c.Challenge}
			for _, card := range c.Challenge.Untaken {
				if card.Seq == u.Card.Seq {
					change.Posts = append(change.Posts, challenge.Post{To: card.To, Card: card.Card, Opening: card.Opening})
				}
			}
			return change, nil
		}))
		switch {
		case errors.Is(err, storage.ErrUnavailable):
			return queued, errors.Join(faults, err)
		case err != nil:
			faults = errors.Join(faults, err)
		case !done.Repeated:
			queued++
		}
	}
	return queued, faults
}
