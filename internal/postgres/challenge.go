package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

const (
	findIdempotencyKeySQL = `SELECT challenge_id, seq, said FROM receipt WHERE key = $1`
	saveIdempotencyKeySQL = `INSERT INTO receipt (key, at, challenge_id, seq, said) VALUES ($1, $2, $3, $4, $5)`

	idempotencyKeyConstraint = "receipt_pkey"
	referenceConstraint      = "challenge_ref_key"
)

// maxKeyConflictTries is how often a command is tried whose idempotency key somebody else is
// writing at the same moment. The second time that one is there to be read; a third is for an
// opponent that rolled back.
const maxKeyConflictTries = 3

// Raise stores a new challenge. decide is given the number for its reference: a random draw, so
// that nobody can tell the next one or count them, and so that a database restored from a backup
// does not give lost challenges' references to other children. One that is taken is drawn again.
// The challenge's ladder must have been saved.
func (s *Store) Raise(ctx context.Context, r storage.IdempotencyKey, decide func(number uint64) (challenge.Change, error)) (storage.ApplyResult, error) {
	return s.retryOnConflict(ctx, func(sess *session) (storage.ApplyResult, error) {
		var seen earlierResult
		b := &pgx.Batch{}
		seen.queueLookup(b, r.Value)
		if r.Value != "" {
			if err := sess.sendBatch("look for an earlier result", b); err != nil {
				return storage.ApplyResult{}, err
			}
		}
		if seen.found {
			return s.repeatResult(sess, seen)
		}
		change, err := decide(s.drawNumber())
		if err != nil {
			return storage.ApplyResult{}, err
		}
		b = &pgx.Batch{}
		b.Queue(beginSQL)
		return s.writeChange(sess, b, "raise a challenge", r, challenge.Snapshot{}, change)
	})
}

// Apply changes a challenge. decide sees it under its lock, with ladder and history; its error is
// returned as it is, and then nothing is stored, the idempotency key neither.
func (s *Store) Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error) {
	return s.retryOnConflict(ctx, func(sess *session) (storage.ApplyResult, error) {
		var seen earlierResult
		var locked lockedChallenge
		b := &pgx.Batch{}
		b.Queue(beginSQL)
		locked.queueLock(b, key)
		seen.queueLookup(b, r.Value) // after the lock: whoever held it has written theirs
		locked.queueHistory(b, key)
		if err := sess.sendBatch("read a challenge", b); err != nil {
			return storage.ApplyResult{}, err
		}
		if seen.found {
			return s.repeatResult(sess, seen)
		}
		before, err := s.snapshotOf(sess, locked)
		if err != nil {
			return storage.ApplyResult{}, err
		}
		change, err := decide(before)
		if err != nil {
			return storage.ApplyResult{}, err
		}
		return s.writeChange(sess, &pgx.Batch{}, "change a challenge", r, before, change)
	})
}

// retryOnConflict does work on a connection of its own, again if another request with the same key
// came in between, or PostgreSQL undid the transaction for the sake of another one.
func (s *Store) retryOnConflict(ctx context.Context, work func(*session) (storage.ApplyResult, error)) (out storage.ApplyResult, err error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return out, err
	}
	defer sess.release()
	for range maxKeyConflictTries {
		out, err = work(sess)
		if !violatesConstraint(err, uniqueViolation, idempotencyKeyConstraint) && !violatesConstraint(err, uniqueViolation, referenceConstraint) &&
			!wasUndoneForAnother(sqlState(err)) {
			return out, err
		}
		sess.rollback()
	}
	return out, err
}

// writeChange stores what was decided, in one round trip that ends with COMMIT.
func (s *Store) writeChange(sess *session, b *pgx.Batch, operation string, r storage.IdempotencyKey, before challenge.Snapshot, change challenge.Change) (storage.ApplyResult, error) {
	if !change.HasEvents() && len(change.Posts) == 0 {
		return storage.ApplyResult{Snapshot: before, Refusal: change.Refusal}, nil
	}
	after, err := s.snapshotAfter(sess, before, change)
	if err != nil {
		return storage.ApplyResult{}, err
	}
	if err := s.queueTransition(b, transition{from: before.Challenge, change: change, requestedAt: r.At}); err != nil {
		return storage.ApplyResult{}, err
	}
	if err := queueIdempotencyKey(b, r, change); err != nil {
		return storage.ApplyResult{}, err
	}
	b.Queue(commitSQL)
	b.Queue(notifySQL)
	if err := sess.sendBatch(operation, b); err != nil {
		return storage.ApplyResult{}, err
	}
	return storage.ApplyResult{Snapshot: after, Refusal: change.Refusal}, nil
}

// queueTransition queues one move. One without events only has cards posted again.
func (s *Store) queueTransition(b *pgx.Batch, m transition) error {
	if !m.change.HasEvents() {
		queuePosts(b, []transition{m})
		return nil
	}
	return queueTransitions(b, s.eventKeys, []transition{m})
}

// snapshotAfter is the case as it will be. The ladder is looked up before anything is written, so
// that nothing can fail after.
func (s *Store) snapshotAfter(sess *session, before challenge.Snapshot, change challenge.Change) (challenge.Snapshot, error) {
	after := challenge.Snapshot{Challenge: change.Next, Ladder: before.Ladder}
	after.History = append(before.History[:len(before.History):len(before.History)], change.Events...)
	var err error
	if after.Ladder == nil {
		after.Ladder, err = s.loadLadder(sess.ctx, sess, change.Next.LadderHash)
	}
	return after, err
}

func queueIdempotencyKey(b *pgx.Batch, r storage.IdempotencyKey, change challenge.Change) error {
	if r.Value == "" {
		return nil
	}
	var refusal []byte
	if change.Refusal != nil {
		var err error
		if refusal, err = json.Marshal(change.Refusal); err != nil {
			return fmt.Errorf("postgres: an answer cannot be written: %T", err)
		}
	}
	at := r.At
	if at.IsZero() {
		at = transition{change: change, requestedAt: r.At}.madeAt()
	}
	b.Queue(saveIdempotencyKeySQL, r.Value, at, change.Next.ID, change.Next.Seq, refusal)
	return nil
}

// earlierResult is what an earlier effect of the same key left.
type earlierResult struct {
	found   bool
	id      *uuid.UUID
	seq     *int
	refusal []byte
}

func (r *earlierResult) queueLookup(b *pgx.Batch, key string) {
	if key == "" {
		return
	}
	b.Queue(findIdempotencyKeySQL, key).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&r.id, &r.seq, &r.refusal)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		r.found = err == nil
		return err
	})
}

// repeatResult answers as the first time: with the challenge as it was right after.
func (s *Store) repeatResult(sess *session, seen earlierResult) (storage.ApplyResult, error) {
	sess.rollback()
	out := storage.ApplyResult{Repeated: true}
	if seen.refusal != nil {
		out.Refusal = &challenge.Refusal{}
		if err := json.Unmarshal(seen.refusal, out.Refusal); err != nil {
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
	if err := sess.sendBatch("read a trail", b); err != nil {
		return out, err
	}
	events = eventsUpTo(*seen.seq, events)
	c, err := challenge.Replay(*seen.id, events)
	if err != nil {
		return out, fmt.Errorf("postgres: the trail of challenge %s does not hold: %w", *seen.id, err)
	}
	l, err := s.loadLadder(sess.ctx, sess, c.LadderHash)
	if err != nil {
		return out, err
	}
	out.Snapshot = challenge.Snapshot{Challenge: c, Ladder: l, History: events}
	return out, nil
}

// lockedChallenge is a row read under its lock, with its trail if that was asked for.
type lockedChallenge struct {
	found     bool
	challenge challenge.Challenge
	history   []challenge.Event
}

func (l *lockedChallenge) queueLock(b *pgx.Batch, key storage.LookupKey) {
	sql, arg := statementForKey(key, lockByRefSQL, lockByIDSQL)
	b.Queue(sql, arg).Query(func(rows pgx.Rows) error { return readChallenge(rows, &l.challenge, &l.found) })
}

func (l *lockedChallenge) queueHistory(b *pgx.Batch, key storage.LookupKey) {
	sql, arg := statementForKey(key, eventsByRefSQL, eventsByIDSQL)
	b.Queue(sql, arg).Query(func(rows pgx.Rows) (err error) {
		l.history, err = readEvents(rows)
		return err
	})
}

func (s *Store) snapshotOf(sess *session, l lockedChallenge) (challenge.Snapshot, error) {
	if !l.found {
		return challenge.Snapshot{}, storage.ErrNotFound
	}
	rules, err := s.loadLadder(sess.ctx, sess, l.challenge.LadderHash)
	if err != nil {
		return challenge.Snapshot{}, err
	}
	return newSnapshot(l.challenge, rules, l.history)
}

// Load reads a challenge with ladder and history, as they were at one moment.
func (s *Store) Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return challenge.Snapshot{}, err
	}
	defer sess.release()
	var l lockedChallenge
	b := &pgx.Batch{}
	sql, arg := statementForKey(key, byRefSQL, byIDSQL)
	b.Queue(sql, arg).Query(func(rows pgx.Rows) error { return readChallenge(rows, &l.challenge, &l.found) })
	l.queueHistory(b, key)
	if err := sess.sendBatch("read a challenge", b); err != nil {
		return challenge.Snapshot{}, err
	}
	l.history = eventsUpTo(l.challenge.Seq, l.history)
	return s.snapshotOf(sess, l)
}

// LoadForReader reads a challenge with as much of its trail as tells whether a person may read it:
// what they did themselves, and who was needed at gates. It costs about the same whatever the
// challenge holds, and as much as finding none.
func (s *Store) LoadForReader(ctx context.Context, ref, person string) (challenge.Snapshot, error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return challenge.Snapshot{}, err
	}
	defer sess.release()
	var l lockedChallenge
	b := &pgx.Batch{}
	b.Queue(byRefSQL, ref).Query(func(rows pgx.Rows) error { return readChallenge(rows, &l.challenge, &l.found) })
	b.Queue(readerEventsByRefSQL, ref, person).Query(func(rows pgx.Rows) (err error) {
		l.history, err = readEvents(rows)
		return err
	})
	if err := sess.sendBatch("read a challenge for somebody", b); err != nil {
		return challenge.Snapshot{}, err
	}
	return s.snapshotOf(sess, l)
}

const (
	listWaitingForSQL = `SELECT id, details, doc FROM challenge WHERE waiting @> ARRAY[$1::text] AND closed_at IS NULL
ORDER BY due_at NULLS LAST, next_at, id LIMIT $2`
	listRaisedBySQL = `SELECT id, details, doc FROM challenge WHERE chair_id = $1 AND closed_at IS NULL
ORDER BY raised_at, id LIMIT $2`
)

// ListWaitingFor lists the open challenges that wait for a person, the most urgent first, without
// their history.
func (s *Store) ListWaitingFor(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error) {
	return s.listSnapshots(ctx, listWaitingForSQL, person, limit)
}

// ListRaisedBy lists the open challenges that a person raised, the oldest first, without their
// history.
func (s *Store) ListRaisedBy(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error) {
	return s.listSnapshots(ctx, listRaisedBySQL, person, limit)
}

// listSnapshots reads what a statement finds. What cannot be read is in the error, and the others
// are given all the same.
func (s *Store) listSnapshots(ctx context.Context, sql string, args ...any) ([]challenge.Snapshot, error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, wrapError("list challenges", err)
	}
	var all []challenge.Challenge
	var faults error
	if err := readEachChallenge(rows, func(_ uuid.UUID, c challenge.Challenge, err error) {
		if err != nil {
			faults = errors.Join(faults, err)
			return
		}
		all = append(all, c)
	}); err != nil {
		return nil, wrapError("list challenges", err)
	}
	cases := make([]challenge.Snapshot, 0, len(all))
	for _, c := range all {
		l, err := s.LoadLadder(ctx, c.LadderHash)
		if errors.Is(err, storage.ErrUnavailable) {
			return nil, err
		}
		if err == nil {
			var one challenge.Snapshot
			if one, err = newSnapshot(c, l, nil); err == nil {
				cases = append(cases, one)
			}
		}
		faults = errors.Join(faults, err)
	}
	return cases, faults
}
