package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/teamsfailure"
)

const (
	// recordTimeout bounds one try to record what came of an attempt, and recordTries is how
	// many there are before the worker goes on to other messages; the next are made beside it.
	recordTimeout = 10 * time.Second
	recordTries   = 4
	// recordDelay is the time before the second try; each is twice as long, up to
	// maxRecordDelay.
	recordDelay    = 250 * time.Millisecond
	maxRecordDelay = 2 * time.Second
)

// sentMessages are those that Teams has and the store does not know of yet.
type sentMessages struct {
	mu sync.Mutex
	m  map[int64]sentMessage
}

func (s *sentMessages) put(id int64, sent sentMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[int64]sentMessage{}
	}
	s.m[id] = sent
}

func (s *sentMessages) take(id int64) (sentMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent, ok := s.m[id]
	delete(s.m, id)
	return sent, ok
}

// recordDelivered records that Teams took a message. The id that Teams gave is kept until
// that is done, and the recording made again, not the message.
func (e *Engine) recordDelivered(ctx context.Context, queued outbox.Message, sent sentMessage) error {
	e.sent.put(queued.ID, sent)
	err := e.recordAgainAndAgain(ctx, queued, func(ctx context.Context) error {
		if sent.thread != nil {
			if err := e.outboxStore().SaveConversation(ctx, *sent.thread); err != nil {
				return err
			}
		}
		return e.outboxStore().MarkDelivered(ctx, queued, sent.posted, outbox.Attempt{At: sent.at, StatusCode: 200}, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			return c.Challenge.Decide(challenge.RecordDelivery{MessageID: queued.ID, Card: queued.Card, Opening: queued.Opening, To: queued.To,
				ConversationID: sent.posted.ConversationID, ActivityID: sent.posted.ActivityID}, challenge.System, e.envFor(c, e.Now()))
		}))
	})
	if err == nil || errors.Is(err, storage.ErrLeaseLost) {
		e.sent.take(queued.ID)
	}
	return err
}

// recordFailure records an attempt that did not succeed: to be tried again, or not. isKnown
// says that it was said before that the card could not be confirmed.
func (e *Engine) recordFailure(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure, isKnown bool) error {
	now := e.Now()
	a := outbox.Attempt{At: now, StatusCode: f.Status, ErrorCode: f.Code, Ambiguous: f.Kind == teamsfailure.Ambiguous}
	out := e.lookAhead(ctx, queued, f, now)
	result := string(f.Kind)
	if out.givenUp && a.Ambiguous {
		result = resultUnconfirmed
	}
	e.metrics.attempts.WithLabelValues(result).Inc()
	e.logFailure(ctx, queued, f, out, isKnown, now)
	if !out.givenUp {
		err := e.recordAgainAndAgain(ctx, queued, func(ctx context.Context) error { return e.outboxStore().ScheduleRetry(ctx, queued, a, out.retry) })
		return errors.Join(err, e.reportLate(ctx, queued, f, out.retry.NotBefore, now))
	}
	return e.recordAgainAndAgain(ctx, queued, func(ctx context.Context) error {
		if err := e.recordUnreachable(ctx, queued, f); err != nil {
			return err
		}
		return e.outboxStore().MarkRejected(ctx, queued, a, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			return c.Challenge.Decide(challenge.RecordRejection{MessageID: queued.ID, Card: queued.Card, Opening: queued.Opening, To: queued.To,
				Code: f.Code, Passing: out.passing, Unconfirmed: a.Ambiguous}, challenge.System, e.envFor(c, e.Now()))
		}))
	})
}

// recordAgainAndAgain records what came of an attempt, apart from the attempt's own time. While
// the store is away it tries again, first here, then beside other work for as long as the
// engine runs; the message stays in hand meanwhile.
func (e *Engine) recordAgainAndAgain(ctx context.Context, queued outbox.Message, record func(context.Context) error) error {
	try := func() error {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
		defer cancel()
		return record(bounded)
	}
	wait := recordDelay
	err := try()
	for n := 1; n < recordTries && errors.Is(err, storage.ErrUnavailable) && Sleep(ctx, wait) == nil; n++ {
		wait = min(2*wait, maxRecordDelay)
		err = try()
	}
	if !errors.Is(err, storage.ErrUnavailable) || ctx.Err() != nil {
		return err
	}
	e.hand.take(queued)
	e.running.Go(func() {
		defer e.wakeForDeliveries()
		defer e.hand.release(queued)
		for {
			stopped := Sleep(ctx, maxRecordDelay) != nil
			err := try()
			if err == nil || errors.Is(err, storage.ErrLeaseLost) {
				e.sent.take(queued.ID)
			}
			if !errors.Is(err, storage.ErrUnavailable) {
				return
			}
			if stopped {
				return
			}
		}
	})
	return err
}
