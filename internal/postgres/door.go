package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

const (
	receiptSQL     = `SELECT challenge_id, seq, said FROM receipt WHERE key = $1`
	saveReceiptSQL = `INSERT INTO receipt (key, at, challenge_id, seq, said) VALUES ($1, $2, $3, $4, $5)`
	nextNumberSQL  = `SELECT nextval('challenge_number')`

	receiptKey = "receipt_pkey"
	ladderKey  = "challenge_ladder_digest_fkey"
)

// receiptTries is how often a command is tried whose receipt somebody else is writing at the same moment. The second time
// that one is there to be read; a third is for an opponent that rolled back.
const receiptTries = 3

// Raise stores a new challenge. decide is given the number for its reference; a number whose challenge is not stored is never
// used again. The challenge's ladder must have been saved.
func (s *Store) Raise(ctx context.Context, r challenge.Receipt, decide func(number uint64) (challenge.Change, error)) (challenge.Outcome, error) {
	return s.once(ctx, func(t *turn) (challenge.Outcome, error) {
		var seen seenReceipt
		var number int64
		b := &pgx.Batch{}
		seen.queue(b, r.Key)
		b.Queue(nextNumberSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&number) })
		if err := t.send("take a number", b); err != nil {
			return challenge.Outcome{}, err
		}
		if seen.found {
			return s.repeat(t, seen)
		}
		change, err := decide(uint64(number))
		if err != nil {
			return challenge.Outcome{}, err
		}
		b = &pgx.Batch{}
		b.Queue(beginSQL)
		return s.write(t, b, "raise a challenge", r, challenge.Case{}, change)
	})
}

// Apply changes a challenge. decide sees it under its lock, with ladder and history; its error is returned as it is, and then
// nothing is stored, the receipt neither.
func (s *Store) Apply(ctx context.Context, r challenge.Receipt, key challenge.Key, decide func(challenge.Case) (challenge.Change, error)) (challenge.Outcome, error) {
	return s.once(ctx, func(t *turn) (challenge.Outcome, error) {
		var seen seenReceipt
		var locked lockedCase
		b := &pgx.Batch{}
		b.Queue(beginSQL)
		locked.queue(b, key)
		seen.queue(b, r.Key) // after the lock: whoever held it has written theirs
		locked.queueHistory(b, key)
		if err := t.send("read a challenge", b); err != nil {
			return challenge.Outcome{}, err
		}
		if seen.found {
			return s.repeat(t, seen)
		}
		before, err := s.caseOf(t, locked)
		if err != nil {
			return challenge.Outcome{}, err
		}
		change, err := decide(before)
		if err != nil {
			return challenge.Outcome{}, err
		}
		return s.write(t, &pgx.Batch{}, "change a challenge", r, before, change)
	})
}

// once does work on a connection of its own, again if another receipt of the same key came in between.
func (s *Store) once(ctx context.Context, work func(*turn) (challenge.Outcome, error)) (out challenge.Outcome, err error) {
	t, err := s.turn(ctx)
	if err != nil {
		return out, err
	}
	defer t.end()
	for range receiptTries {
		if out, err = work(t); !violates(err, uniqueViolation, receiptKey) {
			return out, err
		}
		t.rollback()
	}
	return out, err
}

// write stores what was decided, in one round trip that ends with COMMIT.
func (s *Store) write(t *turn, b *pgx.Batch, doing string, r challenge.Receipt, before challenge.Case, change challenge.Change) (challenge.Outcome, error) {
	if !change.Changed() && len(change.Shows) == 0 {
		return challenge.Outcome{Case: before, Said: change.Said}, nil
	}
	after, err := s.caseAfter(t, before, change)
	if err != nil {
		return challenge.Outcome{}, err
	}
	if err := queueOne(b, move{from: before.Challenge, change: change, asked: r.At}); err != nil {
		return challenge.Outcome{}, err
	}
	if err := queueReceipt(b, r, change); err != nil {
		return challenge.Outcome{}, err
	}
	b.Queue(commitSQL)
	b.Queue(notifySQL)
	if err := t.send(doing, b); err != nil {
		return challenge.Outcome{}, err
	}
	return challenge.Outcome{Case: after, Said: change.Said}, nil
}

// queueOne queues one move. One without events only has cards posted anew.
func queueOne(b *pgx.Batch, m move) error {
	if !m.change.Changed() {
		queuePosts(b, []move{m})
		return nil
	}
	return queueMoves(b, []move{m})
}

// caseAfter is the case as it will be. The ladder is looked up before anything is written, so that nothing can fail after.
func (s *Store) caseAfter(t *turn, before challenge.Case, change challenge.Change) (challenge.Case, error) {
	after := challenge.Case{Challenge: change.Next, Ladder: before.Ladder}
	after.History = append(before.History[:len(before.History):len(before.History)], change.Events...)
	var err error
	if after.Ladder == nil {
		after.Ladder, err = s.ladderOn(t.ctx, t.conn, change.Next.LadderDigest)
	}
	return after, err
}

func queueReceipt(b *pgx.Batch, r challenge.Receipt, change challenge.Change) error {
	if r.Key == "" {
		return nil
	}
	var said []byte
	if change.Said != nil {
		var err error
		if said, err = json.Marshal(change.Said); err != nil {
			return fmt.Errorf("postgres: an answer cannot be written: %T", err)
		}
	}
	at := r.At
	if at.IsZero() {
		at = move{change: change, asked: r.At}.at()
	}
	b.Queue(saveReceiptSQL, r.Key, at, change.Next.ID, change.Next.Seq, said)
	return nil
}

// seenReceipt is what an earlier effect of the same key left.
type seenReceipt struct {
	found bool
	id    *uuid.UUID
	seq   *int
	said  []byte
}

func (r *seenReceipt) queue(b *pgx.Batch, key string) {
	if key == "" {
		return
	}
	b.Queue(receiptSQL, key).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&r.id, &r.seq, &r.said)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		r.found = err == nil
		return err
	})
}

// repeat answers as the first time: with the challenge as it was right after.
func (s *Store) repeat(t *turn, seen seenReceipt) (challenge.Outcome, error) {
	t.rollback()
	out := challenge.Outcome{Repeated: true}
	if seen.said != nil {
		out.Said = &challenge.Refusal{}
		if err := json.Unmarshal(seen.said, out.Said); err != nil {
			return out, fmt.Errorf("postgres: an earlier answer cannot be read: %T", err)
		}
	}
	if seen.id == nil {
		return out, nil
	}
	var events []challenge.Event
	b := &pgx.Batch{}
	b.Queue(eventsByIDSQL, *seen.id).Query(func(rows pgx.Rows) (err error) {
		events, err = readEvents(rows)
		return err
	})
	if err := t.send("read a trail", b); err != nil {
		return out, err
	}
	events = upTo(*seen.seq, events)
	c, err := challenge.Replay(*seen.id, events)
	if err != nil {
		return out, fmt.Errorf("postgres: the trail of challenge %s does not hold: %w", *seen.id, err)
	}
	l, err := s.ladderOn(t.ctx, t.conn, c.LadderDigest)
	if err != nil {
		return out, err
	}
	out.Case = challenge.Case{Challenge: c, Ladder: l, History: events}
	return out, nil
}

// lockedCase is a row read under its lock, with its trail if that was asked for.
type lockedCase struct {
	found     bool
	challenge challenge.Challenge
	history   []challenge.Event
}

func (l *lockedCase) queue(b *pgx.Batch, key challenge.Key) {
	sql, arg := keyed(key, lockByRefSQL, lockByIDSQL)
	b.Queue(sql, arg).Query(func(rows pgx.Rows) error { return readOne(rows, &l.challenge, &l.found) })
}

func (l *lockedCase) queueHistory(b *pgx.Batch, key challenge.Key) {
	sql, arg := keyed(key, eventsByRefSQL, eventsByIDSQL)
	b.Queue(sql, arg).Query(func(rows pgx.Rows) (err error) {
		l.history, err = readEvents(rows)
		return err
	})
}

func (s *Store) caseOf(t *turn, l lockedCase) (challenge.Case, error) {
	if !l.found {
		return challenge.Case{}, challenge.ErrNotFound
	}
	rules, err := s.ladderOn(t.ctx, t.conn, l.challenge.LadderDigest)
	return challenge.Case{Challenge: l.challenge, Ladder: rules, History: l.history}, err
}

// Load reads a challenge with ladder and history, as they were at one moment.
func (s *Store) Load(ctx context.Context, key challenge.Key) (challenge.Case, error) {
	t, err := s.turn(ctx)
	if err != nil {
		return challenge.Case{}, err
	}
	defer t.end()
	var l lockedCase
	b := &pgx.Batch{}
	sql, arg := keyed(key, byRefSQL, byIDSQL)
	b.Queue(sql, arg).Query(func(rows pgx.Rows) error { return readOne(rows, &l.challenge, &l.found) })
	l.queueHistory(b, key)
	if err := t.send("read a challenge", b); err != nil {
		return challenge.Case{}, err
	}
	l.history = upTo(l.challenge.Seq, l.history)
	return s.caseOf(t, l)
}

const (
	waitingForSQL = `SELECT id, details, doc FROM challenge WHERE waiting @> ARRAY[$1::text] AND closed_at IS NULL
ORDER BY due_at NULLS LAST, next_at, id LIMIT $2`
	raisedBySQL = `SELECT id, details, doc FROM challenge WHERE chair_id = $1 AND closed_at IS NULL
ORDER BY raised_at, id LIMIT $2`
)

// WaitingFor lists the open challenges that wait for a person, the most urgent first, without their history.
func (s *Store) WaitingFor(ctx context.Context, person string, limit int) ([]challenge.Case, error) {
	return s.list(ctx, waitingForSQL, person, limit)
}

// RaisedBy lists the open challenges that a person raised, the oldest first, without their history.
func (s *Store) RaisedBy(ctx context.Context, person string, limit int) ([]challenge.Case, error) {
	return s.list(ctx, raisedBySQL, person, limit)
}

// list reads what a statement finds. What cannot be read is in the error, and the others are given all the same.
func (s *Store) list(ctx context.Context, sql string, args ...any) ([]challenge.Case, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, failed("list challenges", err)
	}
	var all []challenge.Challenge
	var faults error
	if err := readEach(rows, func(_ uuid.UUID, c challenge.Challenge, err error) {
		if err != nil {
			faults = errors.Join(faults, err)
			return
		}
		all = append(all, c)
	}); err != nil {
		return nil, failed("list challenges", err)
	}
	cases := make([]challenge.Case, 0, len(all))
	for _, c := range all {
		l, err := s.Ladder(ctx, c.LadderDigest)
		if errors.Is(err, challenge.ErrUnavailable) {
			return nil, err
		}
		if err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		cases = append(cases, challenge.Case{Challenge: c, Ladder: l})
	}
	return cases, faults
}
