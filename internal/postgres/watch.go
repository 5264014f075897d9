package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"challengebot/internal/challenge"
)

// Both halves of the clock's work are counted, each along its own index: what should have had its turn, and what failed.
const overdueSQL = `SELECT
    (SELECT count(*) FROM challenge WHERE next_at < $1 AND stalled_until IS NULL) +
    (SELECT count(*) FROM challenge WHERE next_at < $1 AND stalled_until IS NOT NULL),
    waiting.n, waiting.since
FROM (SELECT count(*) AS n, min(created_at) AS since FROM delivery WHERE state = 'waiting') waiting`

// Overdue tells what should have been done by now: challenges past their time by more than grace, and deliveries that wait.
func (s *Store) Overdue(ctx context.Context, now time.Time, grace time.Duration) (challenge.Overdue, error) {
	var o challenge.Overdue
	var since *time.Time
	if err := s.pool.QueryRow(ctx, overdueSQL, now.Add(-grace)).Scan(&o.Challenges, &o.Deliveries, &since); err != nil {
		return o, failed("look for what is overdue", err)
	}
	if since != nil {
		o.OldestDelivery = max(0, now.Sub(*since))
	}
	return o, nil
}

const (
	listenSQL = `LISTEN challengebot`
	// rewake makes up for a lost connection that nobody noticed: a wait that long without news ends with a question.
	rewake = time.Minute
)

// Listen calls wake whenever something was written that may be due, and once at the start, for what came before. It has a
// connection of its own, outside the pool, so that Close need not wait for it. It returns nil when ctx ends or the store is
// closed, and an error when the connection is lost; then call it again.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(s.closing, cancel)
	defer stop()
	lent, err := s.pool.Acquire(ctx)
	if err != nil {
		return endedOr(ctx, failed("connect to listen", err))
	}
	conn := lent.Hijack()
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(bye)
	}()
	if _, err := conn.Exec(ctx, listenSQL); err != nil {
		return endedOr(ctx, failed("listen", err))
	}
	for {
		wake()
		waiting, cancel := context.WithTimeout(ctx, rewake)
		_, err := conn.WaitForNotification(waiting)
		cancel()
		if err != nil && pgconn.Timeout(err) && ctx.Err() == nil {
			err = conn.Ping(ctx)
		}
		if err != nil {
			return endedOr(ctx, failed("wait for news", err))
		}
	}
}

// endedOr is nil when it was the caller who ended it.
func endedOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
