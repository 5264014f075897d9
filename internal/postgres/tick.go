package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

// stallFor is how long a challenge whose turn failed is left alone.
const stallFor = time.Minute

// The two conditions have a partial index each; together they are all that is due.
const (
	isDue     = `next_at <= $1 AND stalled_until IS NULL`
	isRetried = `stalled_until <= $1`

	dueSQL      = `SELECT id, details, doc FROM challenge WHERE ` + isDue + ` ORDER BY next_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`
	retriedSQL  = `SELECT id, details, doc FROM challenge WHERE ` + isRetried + ` ORDER BY stalled_until LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`
	stillDueSQL = `SELECT id, details, doc FROM challenge WHERE id = $2 AND (` + isDue + ` OR ` + isRetried + `) FOR NO KEY UPDATE SKIP LOCKED`
	stallSQL    = `UPDATE challenge SET stalled_until = $2 WHERE id = ANY ($1::uuid[]) AND next_at IS NOT NULL`
	nextDueSQL  = `SELECT least((SELECT min(next_at) FROM challenge WHERE next_at IS NOT NULL AND stalled_until IS NULL),
    (SELECT min(stalled_until) FROM challenge WHERE stalled_until IS NOT NULL))`
)

// errIdle is a challenge that is due by its column and not by its document.
var errIdle = errors.New("nothing was due although its row says so; run challengebot audit verify")

// Tick lets the clock act on at most limit challenges whose time has come, and as many more that failed before, in one
// transaction. decide gets no history. Several instances may tick at once: each takes rows that no other has. done counts those
// that were changed. One whose turn fails is in the error, is set aside for a minute and does not stop the others.
func (s *Store) Tick(ctx context.Context, now time.Time, limit int, decide func(challenge.Case) (challenge.Change, error)) (done int, err error) {
	t, err := s.turn(ctx)
	if err != nil {
		return 0, err
	}
	defer t.end()
	// Usually nothing is due, which this tells in one round trip, by the ends of two indexes.
	var next *time.Time
	if err := t.conn.QueryRow(ctx, nextDueSQL).Scan(&next); err != nil || next == nil || next.After(now) {
		return 0, failed("look for what is due", err)
	}
	var rows []challenge.Challenge
	var faults turnFaults
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	for _, sql := range []string{dueSQL, retriedSQL} {
		b.Queue(sql, now, limit).Query(func(found pgx.Rows) error {
			return readEach(found, func(id uuid.UUID, c challenge.Challenge, err error) {
				if err != nil {
					faults.add(id, err)
					return
				}
				rows = append(rows, c)
			})
		})
	}
	if err := t.send("read what is due", b); err != nil {
		return 0, err
	}
	moves := s.decideAll(t, rows, decide, &faults)
	err = s.writeTicks(t, now, moves, faults.ids)
	if err == nil {
		return len(moves), faults.err()
	}
	if errors.Is(err, challenge.ErrUnavailable) {
		return 0, err
	}
	// One row is refused by the database, and with it all: they are taken one by one.
	t.rollback()
	for _, m := range moves {
		switch err := s.tickOne(t, now, m.from.ID, decide); {
		case errors.Is(err, challenge.ErrUnavailable):
			return done, err
		case err != nil:
			faults.add(m.from.ID, err)
		default:
			done++
		}
	}
	return done, errors.Join(faults.err(), s.writeTicks(t, now, nil, faults.ids))
}

// decideAll gives every challenge its turn.
func (s *Store) decideAll(t *turn, rows []challenge.Challenge, decide func(challenge.Case) (challenge.Change, error), faults *turnFaults) []move {
	moves := make([]move, 0, len(rows))
	for _, c := range rows {
		change, err := s.decideOne(t, c, decide)
		if err != nil {
			faults.add(c.ID, err)
			continue
		}
		moves = append(moves, move{from: c, change: change})
	}
	return moves
}

func (s *Store) decideOne(t *turn, c challenge.Challenge, decide func(challenge.Case) (challenge.Change, error)) (challenge.Change, error) {
	l, err := s.ladderOn(t.ctx, t.conn, c.LadderDigest)
	if err != nil {
		return challenge.Change{}, err
	}
	change, err := decide(challenge.Case{Challenge: c, Ladder: l})
	if err == nil && !change.Changed() {
		err = errIdle
	}
	return change, err
}

// writeTicks writes the moves, sets aside what failed, and ends the transaction that is open, if one is.
func (s *Store) writeTicks(t *turn, now time.Time, moves []move, stalled []uuid.UUID) error {
	b := &pgx.Batch{}
	if err := queueMoves(b, moves); err != nil {
		return err
	}
	if len(stalled) > 0 {
		b.Queue(stallSQL, stalled, now.Add(stallFor))
	}
	if t.inTransaction() {
		b.Queue(commitSQL)
	}
	if len(moves) > 0 {
		b.Queue(notifySQL)
	}
	return t.send("write what was due", b)
}

// tickOne gives one challenge its turn in a transaction of its own.
func (s *Store) tickOne(t *turn, now time.Time, id uuid.UUID, decide func(challenge.Case) (challenge.Change, error)) error {
	defer t.rollback()
	var l lockedCase
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(stillDueSQL, now, id).Query(func(rows pgx.Rows) error { return readOne(rows, &l.challenge, &l.found) })
	if err := t.send("read what is due", b); err != nil || !l.found {
		return err
	}
	change, err := s.decideOne(t, l.challenge, decide)
	if err != nil {
		return err
	}
	return s.writeTicks(t, now, []move{{from: l.challenge, change: change}}, nil)
}

// turnFaults gathers the challenges whose turn failed.
type turnFaults struct {
	ids    []uuid.UUID
	causes []error
}

// faultsTold is how many of them an error lists; the rest is counted.
const faultsTold = 10

func (f *turnFaults) add(id uuid.UUID, err error) {
	f.ids = append(f.ids, id)
	if len(f.causes) < faultsTold {
		f.causes = append(f.causes, fmt.Errorf("postgres: challenge %s could not have its turn: %w", id, err))
	}
}

func (f *turnFaults) err() error {
	if more := len(f.ids) - len(f.causes); more > 0 {
		return errors.Join(append(f.causes, fmt.Errorf("postgres: and %d more challenges", more))...)
	}
	return errors.Join(f.causes...)
}

// NextDue is when the clock must act next; false when it never must.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	return s.earliest(ctx, "look for the next deadline", nextDueSQL)
}

// earliest reads one time that may be NULL.
func (s *Store) earliest(ctx context.Context, doing, sql string) (time.Time, bool, error) {
	var at *time.Time
	if err := s.pool.QueryRow(ctx, sql).Scan(&at); err != nil || at == nil {
		return time.Time{}, false, failed(doing, err)
	}
	return at.UTC(), true, nil
}
