package postgres

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/contain"
	"challengebot/internal/storage"
)

// retryDelay is how long a challenge whose transition failed is left alone.
const retryDelay = time.Minute

// A challenge that is taken alone has less time than a batch: those behind it wait.
const (
	aloneTimeout      = 4 * time.Second
	aloneTimeoutSQL   = `SET LOCAL statement_timeout = '2s'`
	aloneLockLimitSQL = `SET LOCAL lock_timeout = '1s'`
	// maxTimeoutsInARow is how many of them may run out of time one after another before
	// it is the database that is slow, and not they.
	maxTimeoutsInARow = 3
)

// The two conditions have a partial index each; together they are all that is due.
const (
	dueCondition   = `next_at <= $1 AND stalled_until IS NULL`
	retryCondition = `stalled_until <= $1`

	lockDueSQL = `SELECT id, details, doc FROM challenge WHERE ` + dueCondition + ` AND id <> ALL ($3::uuid[])
ORDER BY next_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`
	listRetriesSQL = `SELECT id FROM challenge WHERE ` + retryCondition + ` AND id <> ALL ($3::uuid[])
ORDER BY stalled_until LIMIT $2`
	lockIfDueSQL = `SELECT id, details, doc FROM challenge
WHERE id = $2 AND (` + dueCondition + ` OR ` + retryCondition + `)
FOR NO KEY UPDATE SKIP LOCKED`
	setRetryAfterSQL = `UPDATE challenge SET stalled_until = $2 WHERE id = ANY ($1::uuid[]) AND next_at IS NOT NULL`
	// -infinity, which only a hand can have written, is due at once, and infinity never. OFFSET
	// keeps both ends from being looked up twice.
	nextDueSQL = `SELECT (SELECT greatest(next, '1000-01-01') FROM (SELECT least(
    (SELECT min(next_at) FROM challenge WHERE next_at IS NOT NULL AND stalled_until IS NULL),
    (SELECT min(stalled_until) FROM challenge WHERE stalled_until IS NOT NULL)) AS next OFFSET 0) due
    WHERE next < 'infinity')`
)

// errNothingDue is a challenge that is due by its column and not by its document.
var errNothingDue = errors.New("nothing was due although its row says so; run challengebot audit verify")

// Tick lets the clock act on at most limit challenges whose time has come, in one transaction, and
// on as many more that failed before, one by one. decide gets no history. Several instances may
// tick at once: each takes rows that no other has. done counts those that were changed. One whose
// transition fails (it cannot be read, its decision fails or panics, the database refuses the write
// or does not end it) is set aside for a minute, is in the error as a *storage.SetAsideError, and
// does not stop the others.
func (s *Store) Tick(
	ctx context.Context,
	now time.Time,
	limit int,
	decide func(challenge.Snapshot) (challenge.Change, error),
) (done int, err error) {
	var faults tickFaults
	retries, due, err := s.tickBatch(ctx, now, limit, decide, &faults)
	if err != nil {
		return 0, errors.Join(err, faults.joinedError())
	}
	if due.written {
		done = len(due.ids)
		due.ids = nil
	}
	alone, err := s.tickOneByOne(ctx, now, append(due.ids, retries...), decide, &faults)
	return done + alone, errors.Join(faults.joinedError(), err)
}

// tickedBatch is what became of a batch: whether it was written, and which challenges it is about.
type tickedBatch struct {
	ids     []uuid.UUID
	written bool
}

// tickBatch decides what is due, all in one transaction. If one row keeps that from being written,
// all are left to be taken one by one.
func (s *Store) tickBatch(
	ctx context.Context,
	now time.Time,
	limit int,
	decide decideFunc,
	faults *tickFaults,
) (retries []uuid.UUID, due tickedBatch, err error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return nil, due, err
	}
	defer sess.release()
	// Usually nothing is due, which this tells in one round trip, by the ends of two indexes.
	var next *time.Time
	if err := sess.QueryRow(ctx, nextDueSQL).Scan(&next); err != nil || next == nil || next.After(now) {
		return nil, due, wrapError("look for what is due", err)
	}
	var rows []challenge.Challenge
	leftAlone := s.leftAlone(now)
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(lockDueSQL, now, limit, leftAlone).Query(func(found pgx.Rows) error {
		return readEachChallenge(found, func(id uuid.UUID, c challenge.Challenge, err error) {
			if err != nil {
				faults.addFault(id, err)
				return
			}
			rows = append(rows, c)
		})
	})
	b.Queue(listRetriesSQL, now, limit, leftAlone).Query(func(found pgx.Rows) (err error) {
		retries, err = pgx.CollectRows(found, pgx.RowTo[uuid.UUID])
		return err
	})
	if err := sess.sendBatch("read what is due", b); err != nil {
		return nil, due, err
	}
	moves := s.decideAll(sess, rows, decide, faults)
	for _, m := range moves {
		due.ids = append(due.ids, m.from.ID)
	}
	err = s.writeTransitions(sess, now, moves, faults.ids)
	if err == nil {
		due.written = true
		return retries, due, nil
	}
	if ctx.Err() != nil || !isOfOneRow(err) {
		return nil, due, err
	}
	sess.rollback()
	s.setAside(sess.ctx, now, faults.ids)
	return retries, due, nil
}

// isOfOneRow reports whether an error of a batch may be one row's doing. The rest is the
// database's, and each row alone would meet it.
func isOfOneRow(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	switch sqlState(err) {
	case queryCanceled, lockNotAvailable, serializationFailure, deadlockDetected:
		return true
	}
	return !errors.Is(err, storage.ErrUnavailable)
}

// tickOneByOne decides challenges, each in a transaction of its own.
func (s *Store) tickOneByOne(
	ctx context.Context,
	now time.Time,
	ids []uuid.UUID,
	decide decideFunc,
	faults *tickFaults,
) (done int, err error) {
	timeouts := 0
	for _, id := range ids {
		acted, err := s.tickAlone(ctx, now, id, decide)
		switch {
		case err == nil:
			timeouts = 0
			if acted {
				done++
			}
			continue
		case ctx.Err() != nil || !isOfOneRow(err):
			return done, err
		}
		faults.addFault(id, err)
		s.setAside(ctx, now, []uuid.UUID{id})
		if errors.Is(err, storage.ErrUnavailable) {
			timeouts++
		}
		if timeouts == maxTimeoutsInARow {
			return done, err
		}
	}
	return done, nil
}

// tickAlone decides one challenge, if it is still due.
func (s *Store) tickAlone(ctx context.Context, now time.Time, id uuid.UUID, decide decideFunc) (acted bool, err error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return false, err
	}
	defer sess.release()
	sess.limit = aloneTimeout
	var l lockedChallenge
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(aloneTimeoutSQL)
	b.Queue(aloneLockLimitSQL)
	b.Queue(lockIfDueSQL, now, id).
		Query(func(rows pgx.Rows) error { return readChallenge(rows, &l.challenge, &l.found) })
	if err := sess.sendBatch("read what is due", b); err != nil || !l.found {
		return false, err
	}
	change, err := s.decideOne(sess, l.challenge, decide)
	if err != nil {
		return false, err
	}
	err = s.writeTransitions(sess, now, []transition{{from: l.challenge, change: change}}, nil)
	return err == nil, err
}

// setAside leaves challenges alone for a while: in their rows, for every instance, and here, should
// that not be possible.
func (s *Store) setAside(ctx context.Context, now time.Time, ids []uuid.UUID) {
	if len(ids) == 0 {
		return
	}
	s.stalledMu.Lock()
	for _, id := range ids {
		s.stalled[id] = now.Add(retryDelay)
	}
	s.stalledMu.Unlock()
	sess, err := s.openSession(ctx)
	if err != nil {
		return
	}
	defer sess.release()
	sess.limit = aloneTimeout
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(aloneTimeoutSQL)
	b.Queue(aloneLockLimitSQL)
	b.Queue(setRetryAfterSQL, ids, now.Add(retryDelay))
	b.Queue(commitSQL)
	_ = sess.sendBatch("set challenges aside", b) // what failed is told; that it is left alone is kept here
}

// leftAlone are the challenges that this instance has set aside for now.
func (s *Store) leftAlone(now time.Time) []uuid.UUID {
	s.stalledMu.Lock()
	defer s.stalledMu.Unlock()
	maps.DeleteFunc(s.stalled, func(_ uuid.UUID, until time.Time) bool {
		return !until.After(now) || until.After(now.Add(retryDelay)) // over, or of a clock that was set back
	})
	return slices.AppendSeq(make([]uuid.UUID, 0, len(s.stalled)), maps.Keys(s.stalled))
}

// decideAll decides every challenge.
func (s *Store) decideAll(
	sess *session,
	rows []challenge.Challenge,
	decide func(challenge.Snapshot) (challenge.Change, error),
	faults *tickFaults,
) []transition {
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

func (s *Store) decideOne(
	sess *session,
	c challenge.Challenge,
	decide func(challenge.Snapshot) (challenge.Change, error),
) (challenge.Change, error) {
	l, err := s.loadLadder(sess.ctx, sess, c.LadderHash)
	if err != nil {
		return challenge.Change{}, err
	}
	before, err := newSnapshot(c, l, nil)
	if err != nil {
		return challenge.Change{}, err
	}
	change, err := contain.Value(func() (challenge.Change, error) { return decide(before) })
	if err == nil && !change.HasEvents() {
		err = errNothingDue
	}
	return change, err
}

// writeTransitions writes the moves, sets aside what failed, and ends the transaction that is open,
// if one is.
func (s *Store) writeTransitions(sess *session, now time.Time, moves []transition, retryIDs []uuid.UUID) error {
	b := &pgx.Batch{}
	if err := queueTransitions(b, s.eventKeys, moves); err != nil {
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

// tickFaults gathers the challenges whose transition failed.
type tickFaults struct {
	ids   []uuid.UUID
	items []storage.SetAsideItem
}

// maxFaultsListed is how many of them an error lists; the rest is counted.
const maxFaultsListed = storage.MaxSetAsideListed

func (f *tickFaults) addFault(id uuid.UUID, err error) {
	f.ids = append(f.ids, id)
	f.items = append(f.items, storage.SetAsideItem{ChallengeID: id, Cause: err})
}

func (f *tickFaults) joinedError() error {
	if len(f.items) == 0 {
		return nil
	}
	return &storage.SetAsideError{Items: f.items}
}

// NextDue is when the clock must act next; false when it never must.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	return s.queryTime(ctx, "look for the next deadline", nextDueSQL)
}

// queryTime reads one time that may be NULL.
func (s *Store) queryTime(ctx context.Context, operation, sql string, args ...any) (time.Time, bool, error) {
	var at time.Time
	if err := s.db.QueryRow(ctx, sql, args...).Scan(clamp(&at)); err != nil || at.IsZero() {
		return time.Time{}, false, wrapError(operation, err)
	}
	return at, true, nil
}
