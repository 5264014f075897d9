//go:build !race

package faultsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
)

// line is the line from one instance to the store. At each call somebody else may have their turn
// first, the instance may die, the call may be lost on its way or its answer on the way back.
type line struct {
	*memorystore.Store
	life *life
}

// What becomes of a call to the database.
type databaseAnswer string

const (
	lostBefore databaseAnswer = "is lost before it is carried out"
	lostAfter  databaseAnswer = "is carried out and the answer is lost"
	hangs      databaseAnswer = "is answered by nothing at all"
)

var databaseAnswers = []databaseAnswer{lostBefore, lostAfter, hangs}

// callLimit is how long the program waits for the database.
const callLimit = 10 * time.Second

var errLost = fmt.Errorf("faultsim: the line to the database: %w", storage.ErrUnavailable)

type decideFunc = func(challenge.Snapshot) (challenge.Change, error)

// call makes one call to the store.
func (s *line) call(ctx context.Context, operation, about string, f func() error) error {
	l := s.life
	if !l.w.takeTurn(l, fmt.Sprintf("%d %s %s", l.n, operation, about)) {
		return errLost
	}
	if ctx.Err() != nil {
		return errLost
	}
	got, struck := l.w.strike(func(f step) bool {
		return f.kind == weatherDatabase && (f.instance < 0 || f.instance == l.n) && (f.operation == "" || f.operation == operation)
	})
	if !struck {
		l.w.trace("    %s: %s %s", l.name(), operation, about)
		return f()
	}
	l.w.model.lostCalls++
	l.w.trace("    %s: %s %s %s", l.name(), operation, about, got.database)
	switch got.database {
	case lostAfter:
		if err := f(); err != nil && !errors.As(err, new(*storage.SetAsideError)) {
			return err
		}
	case hangs:
		timer := time.NewTimer(callLimit)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		l.w.takeTurn(l, fmt.Sprintf("%d after %s %s", l.n, operation, about))
	}
	return errLost
}

// change makes a call by which challenges change. What is decided is given to the model once it is
// stored.
func (s *line) change(ctx context.Context, operation, about string, decide decideFunc, f func(decideFunc) error) error {
	return s.call(ctx, operation, about, func() error {
		var decided []challenge.Change
		err := f(func(c challenge.Snapshot) (challenge.Change, error) {
			change, err := decide(c)
			if err == nil {
				decided = append(decided, change)
			}
			return change, err
		})
		if err == nil || errors.As(err, new(*storage.SetAsideError)) {
			s.life.w.model.recordStored(decided)
		}
		return err
	})
}

// thankTooSoon says yes before the store has.
func (s *line) thankTooSoon(err *error) {
	if s.life.w.planted.thanksTooSoon && errors.Is(*err, storage.ErrUnavailable) {
		*err = nil
	}
}

func about(id any) string { return fmt.Sprintf("%.13v", id) }

func (s *line) Tick(ctx context.Context, now time.Time, limit int, decide decideFunc) (n int, err error) {
	if s.life.w.planted.losesPosts {
		decide = withoutPosts(decide)
	}
	err = s.change(ctx, "Tick", "", decide, func(decide decideFunc) (err error) {
		n, err = s.Store.Tick(ctx, now, limit, decide)
		return err
	})
	return n, err
}

func (s *line) Raise(ctx context.Context, r storage.IdempotencyKey, decide func(uint64) (challenge.Change, error)) (out storage.ApplyResult, err error) {
	defer s.thankTooSoon(&err)
	if s.life.w.planted.forgetsKeys {
		r.Value = ""
	}
	number := uint64(0)
	err = s.change(ctx, "Raise", r.Value, func(challenge.Snapshot) (challenge.Change, error) { return decide(number) }, func(decide decideFunc) (err error) {
		out, err = s.Store.Raise(ctx, r, func(n uint64) (challenge.Change, error) {
			number = n
			return decide(challenge.Snapshot{})
		})
		return err
	})
	return out, err
}

func (s *line) Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide decideFunc) (out storage.ApplyResult, err error) {
	defer s.thankTooSoon(&err)
	if s.life.w.planted.forgetsKeys {
		r.Value = ""
	}
	err = s.change(ctx, "Apply", about(key.ID)+" "+r.Value, decide, func(decide decideFunc) (err error) {
		out, err = s.Store.Apply(ctx, r, key, decide)
		return err
	})
	return out, err
}

func (s *line) MarkDelivered(ctx context.Context, d outbox.Message, p outbox.PostedMessage, a outbox.Attempt, decide decideFunc) error {
	return s.change(ctx, "MarkDelivered", about(d.ID), decide, func(decide decideFunc) error { return s.Store.MarkDelivered(ctx, d, p, a, decide) })
}

func (s *line) MarkRejected(ctx context.Context, d outbox.Message, a outbox.Attempt, decide decideFunc) error {
	return s.change(ctx, "MarkRejected", about(d.ID), decide, func(decide decideFunc) error { return s.Store.MarkRejected(ctx, d, a, decide) })
}

func (s *line) ScheduleRetry(ctx context.Context, d outbox.Message, a outbox.Attempt, r outbox.Retry) error {
	if s.life.w.planted.ignoresRetryAfter {
		r.NotBefore = a.At.Add(time.Second)
	}
	if s.life.w.planted.forgetsCopies {
		a.Ambiguous = false
	}
	return s.call(ctx, "ScheduleRetry", about(d.ID), func() error { return s.Store.ScheduleRetry(ctx, d, a, r) })
}

func (s *line) DropMessage(ctx context.Context, d outbox.Message, at time.Time, why string) error {
	return s.call(ctx, "DropMessage", about(d.ID), func() error { return s.Store.DropMessage(ctx, d, at, why) })
}

func (s *line) ClaimMessages(ctx context.Context, c outbox.Claim) (claimed outbox.Claimed, err error) {
	if s.life.w.planted.forgetsLease {
		c.Lease = 0
	}
	// One at a time: what an instance begins then begins in the same order each time.
	well, hung := c, c
	well.Limit, well.HungLimit = min(c.Limit, 1), 0
	hung.Limit, hung.HungLimit = 0, min(c.HungLimit, 1)
	err = s.call(ctx, "ClaimMessages", "", func() (err error) {
		if claimed, err = s.Store.ClaimMessages(ctx, well); err == nil && len(claimed.Messages) == 0 {
			claimed, err = s.Store.ClaimMessages(ctx, hung)
		}
		return err
	})
	if err != nil {
		claimed = outbox.Claimed{}
	}
	s.life.claimed = s.life.claimed || len(claimed.Messages) > 0
	return claimed, err
}

func (s *line) QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	if s.life.w.planted.forgetsKeys {
		r.Value = ""
	}
	return s.call(ctx, "QueueDirectMessage", r.Value, func() error { return s.Store.QueueDirectMessage(ctx, r, reply) })
}

func (s *line) ClaimIdempotencyKey(ctx context.Context, r storage.IdempotencyKey) (first bool, err error) {
	err = s.call(ctx, "ClaimIdempotencyKey", r.Value, func() (err error) {
		first, err = s.Store.ClaimIdempotencyKey(ctx, r)
		return err
	})
	return first, err
}

func (s *line) RecordHeartbeat(ctx context.Context, at time.Time, hasWorked bool) error {
	return s.call(ctx, "RecordHeartbeat", "", func() error { return s.Store.RecordHeartbeat(ctx, at, hasWorked) })
}

func (s *line) SaveConversation(ctx context.Context, c outbox.ConversationReference) error {
	return s.call(ctx, "SaveConversation", c.OrderingKey, func() error { return s.Store.SaveConversation(ctx, c) })
}

func (s *line) ForgetConversation(ctx context.Context, orderingKey string) error {
	return s.call(ctx, "ForgetConversation", orderingKey, func() error { return s.Store.ForgetConversation(ctx, orderingKey) })
}

func (s *line) MarkUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.call(ctx, "MarkUnreachable", u.Person, func() error { return s.Store.MarkUnreachable(ctx, u) })
}

func (s *line) MarkReachable(ctx context.Context, person string, at time.Time) error {
	return s.call(ctx, "MarkReachable", person, func() error { return s.Store.MarkReachable(ctx, person, at) })
}

func (s *line) ForgetUnreachable(ctx context.Context, u outbox.Unreachable) error {
	return s.call(ctx, "ForgetUnreachable", u.Person, func() error { return s.Store.ForgetUnreachable(ctx, u) })
}

func (s *line) ListUnreachable(ctx context.Context) (all []outbox.Unreachable, err error) {
	err = s.call(ctx, "ListUnreachable", "", func() (err error) {
		all, err = s.Store.ListUnreachable(ctx)
		slices.SortFunc(all, func(a, b outbox.Unreachable) int { return compare(a.Person, b.Person) })
		return err
	})
	return all, err
}

func (s *line) ListUntaken(ctx context.Context, person string) (all []outbox.Untaken, err error) {
	err = s.call(ctx, "ListUntaken", person, func() (err error) {
		all, err = s.Store.ListUntaken(ctx, person)
		return err
	})
	return all, err
}

func (s *line) ListWaitingFor(ctx context.Context, person string, limit int) (all []challenge.Snapshot, err error) {
	err = s.call(ctx, "ListWaitingFor", person, func() (err error) {
		all, err = s.Store.ListWaitingFor(ctx, person, limit)
		return err
	})
	return all, err
}

func (s *line) ListOutages(ctx context.Context) (all []challenge.Outage, err error) {
	err = s.call(ctx, "ListOutages", "", func() (err error) {
		all, err = s.Store.ListOutages(ctx)
		return err
	})
	return all, err
}

func (s *line) Load(ctx context.Context, key storage.LookupKey) (c challenge.Snapshot, err error) {
	err = s.call(ctx, "Load", about(key.ID), func() (err error) {
		c, err = s.Store.Load(ctx, key)
		return err
	})
	return c, err
}

func (s *line) FindConversation(ctx context.Context, orderingKey string) (c outbox.ConversationReference, known bool, err error) {
	err = s.call(ctx, "FindConversation", orderingKey, func() (err error) {
		c, known, err = s.Store.FindConversation(ctx, orderingKey)
		return err
	})
	return c, known, err
}

func (s *line) FindChannelLoss(ctx context.Context, channel string) (loss outbox.ChannelLoss, err error) {
	err = s.call(ctx, "FindChannelLoss", channel, func() (err error) {
		loss, err = s.Store.FindChannelLoss(ctx, channel)
		return err
	})
	return loss, err
}

func (s *line) EachPending(ctx context.Context, each func(challenge.Snapshot)) error {
	return s.call(ctx, "EachPending", "", func() error { return s.Store.EachPending(ctx, each) })
}

func (s *line) EachOpen(ctx context.Context, each func(challenge.Snapshot)) error {
	return s.call(ctx, "EachOpen", "", func() error { return s.Store.EachOpen(ctx, each) })
}

func (s *line) CountOverdue(ctx context.Context, now time.Time, grace time.Duration) (o storage.OverdueWork, err error) {
	err = s.call(ctx, "CountOverdue", "", func() (err error) {
		o, err = s.Store.CountOverdue(ctx, now, grace)
		return err
	})
	if s.life.w.planted.watchesNothing {
		return storage.OverdueWork{}, err
	}
	return o, err
}
