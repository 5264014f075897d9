package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// retryDelay is how long a challenge whose transition failed is left alone.
const retryDelay = time.Minute

// The two conditions have a partial index each; together they are all that is due.
const (
	dueCondition   = `next_at <= $1 AND stalled_until IS NULL`
	retryCondition = `stalled_until <= $1`

	lockDueSQL       = `SELECT id, details, doc FROM challenge WHERE ` + dueCondition + ` ORDER BY next_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`
	lockRetriesSQL   = `SELECT id, details, doc FROM challenge WHERE ` + retryCondition + ` ORDER BY stalled_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`
	lockIfDueSQL     = `SELECT id, details, doc FROM challenge WHERE id = $2 AND (` + dueCondition + ` OR ` + retryCondition + `) FOR NO KEY UPDATE SKIP LOCKED`
	setRetryAfterSQL = `UPDATE challenge SET stalled_until = $2 WHERE id = ANY ($1::uuid[]) AND next_at IS NOT NULL`
	nextDueSQL       = `SELECT least((SELECT min(next_at) FROM challenge WHERE next_at IS NOT NULL AND stalled_until IS NULL),
    (SELECT min(stalled_until) FROM challenge WHERE stalled_until IS NOT NULL))`
)

// errNothingDue is a challenge that is due by its column and not by its document.
var errNothingDue = errors.New("nothing was due although its row says so; run challengebot audit verify")

// Tick lets the clock act on at most limit challenges whose time has come, and as many more that failed before, in one
// transaction. decide gets no history. Several instances may tick at once: each takes rows that no other has. done counts those
// that were changed. One whose transition fails is in the error, is set aside for a minute and does not stop the others.
func (s *Store) Tick(ctx context.Context, now time.Time, limit int, decide func(challenge.Snapshot) (challenge.Change, error)) (done int, err error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return 0, err
	}
	defer sess.release()
	// Usually nothing is due, which this tells in one round trip, by the ends of two indexes.
	var next *time.Time
	if err := sess.conn.QueryRow(ctx, nextDueSQL).Scan(&next); err != nil || next == nil || next.After(now) {
		return 0, wrapError("look for what is due", err)
	}
	var rows []challenge.Challenge
	var faults tickFaults
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	for _, sql := range []string{lockDueSQL, lockRetriesSQL} {
		b.Queue(sql, now, limit).Query(func(found pgx.Rows) error {
			return readEachChallenge(found, func(id uuid.UUID, c challenge.Challenge, err error) {
				if err != nil {
					faults.addFault(id, err)
					return
				}
				rows = append(rows, c)
			})
		})
	}
	if err := sess.sendBatch("read what is due", b); err != nil {
		return 0, err
	}
	moves := s.decideAll(sess, rows, decide, &faults)
	err = s.writeTransitions(sess, now, moves, faults.ids)
	if err == nil {
		return len(moves), faults.joinedError()
	}
	if errors.Is(err, storage.ErrUnavailable) {
		return 0, err
	}
	// One row is refused by the database, and with it all: they are taken one by one.
	sess.rollback()
	for _, m := range moves {
		switch err := s.tickChallenge(sess, now, m.from.ID, decide); {
		case errors.Is(err, storage.ErrUnavailable):
			return done, err
		case err != nil:
			faults.addFault(m.from.ID, err)
		default:
			done++
		}
	}
	return done, errors.Join(faults.joinedError(), s.writeTransitions(sess, now, nil, faults.ids))
}

// decideAll decides every challenge.
func (s *Store) decideAll(sess *session, rows []challenge.Challenge, decide func(challenge.Snapshot) (challenge.Change, error), faults *tickFaults) []transition {
	moves := make([]transition, 0, len(rows))
	for _, c := range rows {
		change, err := s.decideOne(sess, c, decide)
		if err != nil {
			faults.addFault(c.ID, err)
			continue
		}
		moves = append(moves, transition{from: c, change: change})
	}
	return moves
}

func (s *Store) decideOne(sess *session, c challenge.Challenge, decide func(challenge.Snapshot) (challenge.Change, error)) (challenge.Change, error) {
	l, err := s.loadLadder(sess.ctx, sess.conn, c.LadderHash)
	if err != nil {
		return challenge.Change{}, err
	}
	change, err := decide(challenge.Snapshot{Challenge: c, Ladder: l})
	if err == nil && !change.HasEvents() {
		err = errNothingDue
	}
	return change, err
}

// writeTransitions writes the moves, sets aside what failed, and ends the transaction that is open, if one is.
func (s *Store) writeTransitions(sess *session, now time.Time, moves []transition, retryIDs []uuid.UUID) error {
	b := &pgx.Batch{}
	if err := queueTransitions(b, moves); err != nil {
		return err
	}
	if len(retryIDs) > 0 {
		b.Queue(setRetryAfterSQL, retryIDs, now.Add(retryDelay))
	}
	if sess.inTransaction() {
		b.Queue(commitSQL)
	}
	if len(moves) > 0 {
		b.Queue(notifySQL)
	}
	return sess.sendBatch("write what was due", b)
}

// tickChallenge decides one challenge in a transaction of its own.
func (s *Store) tickChallenge(sess *session, now time.Time, id uuid.UUID, decide func(challenge.Snapshot) (challenge.Change, error)) error {
	defer sess.rollback()
	var l lockedChallenge
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(lockIfDueSQL, now, id).Query(func(rows pgx.Rows) error { return readChallenge(rows, &l.challenge, &l.found) })
	if err := sess.sendBatch("read what is due", b); err != nil || !l.found {
		return err
	}
	change, err := s.decideOne(sess, l.challenge, decide)
	if err != nil {
		return err
	}
	return s.writeTransitions(sess, now, []transition{{from: l.challenge, change: change}}, nil)
}

// tickFaults gathers the challenges whose transition failed.
type tickFaults struct {
	ids    []uuid.UUID
	causes []error
}

// maxFaultsListed is how many of them an error lists; the rest is counted.
const maxFaultsListed = 10

func (f *tickFaults) addFault(id uuid.UUID, err error) {
	f.ids = append(f.ids, id)
	if len(f.causes) < maxFaultsListed {
		f.causes = append(f.causes, fmt.Errorf("postgres: challenge %s could not have its turn: %w", id, err))
	}
}

func (f *tickFaults) joinedError() error {
	if more := len(f.ids) - len(f.causes); more > 0 {
		return errors.Join(append(f.causes, fmt.Errorf("postgres: and %d more challenges", more))...)
	}
	return errors.Join(f.causes...)
}

// NextDue is when the clock must act next; false when it never must.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	return s.queryTime(ctx, "look for the next deadline", nextDueSQL)
}

// queryTime reads one time that may be NULL.
func (s *Store) queryTime(ctx context.Context, operation, sql string) (time.Time, bool, error) {
	var at *time.Time
	if err := s.pool.QueryRow(ctx, sql).Scan(&at); err != nil || at == nil {
		return time.Time{}, false, wrapError(operation, err)
	}
	return at.UTC(), true, nil
}
