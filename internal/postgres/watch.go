package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"challengebot/internal/storage"
)

// maxCounted is how far the watch counts: more than that is as bad, and to count it would cost those
// who wait.
const maxCounted = 2_000

// Both halves of the clock's work are counted, each along its own index: what should have been done,
// and what failed. The oldest message is the first of some lane, and those are found by walking from
// lane to lane.
var countOverdueSQL = `WITH RECURSIVE head AS (
    (SELECT lane, created_at FROM delivery WHERE state = 'waiting' ORDER BY lane, id LIMIT 1)
    UNION ALL
    SELECT next.lane, next.created_at FROM head CROSS JOIN LATERAL (
        SELECT d.lane, d.created_at FROM delivery d WHERE d.state = 'waiting' AND d.lane > head.lane ORDER BY d.lane, d.id LIMIT 1) next
)
SELECT ` + countUpTo(`FROM challenge WHERE next_at < $1 AND stalled_until IS NULL`) + ` +
    ` + countUpTo(`FROM challenge WHERE next_at < $1 AND stalled_until IS NOT NULL`) + `,
    ` + countUpTo(`FROM challenge WHERE stalled_until IS NOT NULL`) + `,
    ` + countUpTo(`FROM delivery WHERE state = 'waiting'`) + `,
    (SELECT min(created_at) FROM head),
    ` + countUpTo(`FROM delivery WHERE state = 'waiting' AND kind = 'post' AND card = 'respond'`) + `,
    (SELECT created_at FROM delivery WHERE state = 'waiting' AND kind = 'post' AND card = 'respond' ORDER BY created_at LIMIT 1)`

func countUpTo(rows string) string {
	return fmt.Sprintf("(SELECT count(*) FROM (SELECT %s LIMIT %d) counted)", rows, maxCounted)
}

// CountOverdue tells what should have been done by now: challenges past their time by more than
// grace, and deliveries that wait; none of it further than maxCounted. It looks on a connection of its own.
func (s *Store) CountOverdue(ctx context.Context, now time.Time, grace time.Duration) (storage.OverdueWork, error) {
	var o storage.OverdueWork
	err := s.watch.use(ctx, "look for what is overdue", func(ctx context.Context, conn *pgx.Conn) error {
		var since, askedSince time.Time
		err := conn.QueryRow(ctx, countOverdueSQL, now.Add(-grace)).
			Scan(&o.Challenges, &o.SetAside, &o.Messages, clamp(&since), &o.Questions, clamp(&askedSince))
		o.OldestMessage, o.OldestQuestion = ageOf(since, now), ageOf(askedSince, now)
		return err
	})
	return o, err
}

// ageOf is how long ago something was that may never have been.
func ageOf(at, now time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return max(0, now.Sub(at))
}

const (
	listenSQL = `LISTEN challengebot`
	// wakeInterval makes up for a lost connection that nobody noticed: a wait that long without
	// news ends with a question.
	wakeInterval = time.Minute
)

// Listen calls wake whenever something was written that may be due, and once at the start, for what
// came before. It has a connection of its own, outside the pool, so that Close need not wait for
// it. It returns nil when ctx ends or the store is closed, and an error when the connection is
// lost; then call it again.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(s.closeCtx, cancel)
	defer stop()
	lent, err := s.db.acquire(ctx)
	if err != nil {
		return unlessCancelled(ctx, wrapError("connect to listen", err))
	}
	conn := lent.Hijack()
	defer func() {
		shutdownCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(shutdownCtx)
	}()
	if err := withTimeout(ctx, s.db.limit, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, listenSQL)
		return err
	}); err != nil {
		return unlessCancelled(ctx, wrapError("listen", err))
	}
	for {
		wake()
		waiting, cancel := context.WithTimeout(ctx, wakeInterval)
		_, err := conn.WaitForNotification(waiting)
		cancel()
		if err != nil && pgconn.Timeout(err) && ctx.Err() == nil {
			err = withTimeout(ctx, pingTimeout, conn.Ping)
		}
		if err != nil {
			return unlessCancelled(ctx, wrapError("wait for news", err))
		}
	}
}

func withTimeout(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return f(bounded)
}

// unlessCancelled is nil when it was the caller who ended it.
func unlessCancelled(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
