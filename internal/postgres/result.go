package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

// The number of the attempt is the fence: it is the delivery's own only as long as nobody has claimed it since.
const (
	mine = `id = $1 AND state = 'waiting' AND attempts = $2`

	lockDeliverySQL = `SELECT FROM delivery WHERE ` + mine + ` FOR UPDATE`
	attemptSQL      = `INSERT INTO attempt (delivery_id, n, at, owner, status, code, ambiguous)
SELECT id, $2, $3, coalesce(lease_owner, ''), $4, $5, $6 FROM delivery WHERE id = $1
ON CONFLICT DO NOTHING`
	doneSQL = `UPDATE delivery SET state = $3, done_at = $4, last_status = $5, last_code = $6, lease_owner = NULL, lease_until = NULL
WHERE ` + mine
	retrySQL = `UPDATE delivery SET not_before = $3, last_status = $4, last_code = $5, lease_owner = NULL, lease_until = NULL
WHERE ` + mine

	postedSQL = `INSERT INTO posted_card (delivery_id, challenge_id, lane, card, visit, to_person, to_team, conversation_id,
    service_url, activity_id, version, content_hash, final, shown_at)
SELECT id, challenge_id, lane, card, visit, to_person, to_team, $2, $3, $4, $5, $6, $7, $8 FROM delivery WHERE id = $1`
	repostedSQL = `UPDATE posted_card SET conversation_id = $2, service_url = $3, activity_id = $4, version = $5, content_hash = $6,
    final = $7, shown_at = $8
WHERE delivery_id = (SELECT posted FROM delivery WHERE id = $1)`
	// The message of an update that Teams refuses for good is left alone from then on.
	giveUpUpdatesSQL = `UPDATE posted_card SET final = true WHERE delivery_id = (SELECT posted FROM delivery WHERE id = $1)`
	// An update with nothing to show has shown it. Whatever moved the challenge since has queued another.
	nothingNewSQL = `UPDATE posted_card p SET version = c.version FROM delivery d JOIN challenge c ON c.id = d.challenge_id
WHERE d.id = $1 AND d.attempts = $2 AND d.state = 'dropped' AND p.delivery_id = d.posted AND p.version < c.version`

	// The challenge moved on while its card was being rendered or sent.
	overtakenSQL = `INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, posted, created_at, not_before)
SELECT p.challenge_id, p.lane, 'update', p.card, p.visit, p.to_person, p.to_team, p.delivery_id, $2, $2
FROM delivery d
JOIN posted_card p ON p.delivery_id = coalesce(d.posted, d.id) AND NOT p.final
JOIN challenge c ON c.id = p.challenge_id AND p.version < c.version
WHERE d.id = $1
  AND NOT EXISTS (SELECT FROM delivery w WHERE w.posted = p.delivery_id AND w.state = 'waiting' AND w.lease_until IS NULL)`
)

type decision = func(challenge.Case) (challenge.Change, error)

// attemptOf is the number of the attempt that a claim stands for.
func attemptOf(d challenge.Delivery) int { return d.Attempts + 1 }

func queueAttempt(b *pgx.Batch, d challenge.Delivery, a challenge.Attempt) {
	b.Queue(attemptSQL, d.ID, attemptOf(d), a.At, a.Status, a.Code, a.Ambiguous)
}

// Delivered records that Teams took a delivery: the attempt, the delivery, the posted card and, for a new message of a challenge,
// the event that decide gives (its case has no history). If the challenge has moved on since the card was rendered, an update
// follows. When decide fails its error is returned and everything but the event is recorded, for the message is out.
func (s *Store) Delivered(ctx context.Context, d challenge.Delivery, p challenge.Posted, a challenge.Attempt, decide func(challenge.Case) (challenge.Change, error)) error {
	if d.Kind != challenge.PostCard {
		decide = nil
	}
	var undecided error
	err := s.result(ctx, d, a, decide, func(b *pgx.Batch, m *move, cause error) error {
		undecided = cause
		b.Queue(doneSQL, d.ID, attemptOf(d), "sent", a.At, a.Status, a.Code)
		queuePosted(b, d, p, a.At)
		if m != nil {
			if err := queueMoves(b, []move{*m}); err != nil {
				return err
			}
		}
		if d.Kind != challenge.ReplyCard {
			b.Queue(overtakenSQL, d.ID, a.At)
		}
		return nil
	})
	return errors.Join(err, undecided)
}

func queuePosted(b *pgx.Batch, d challenge.Delivery, p challenge.Posted, at time.Time) {
	sql := postedSQL
	switch d.Kind {
	case challenge.ReplyCard:
		return
	case challenge.UpdateCard:
		sql = repostedSQL
	}
	b.Queue(sql, d.ID, p.Conversation, p.ServiceURL, p.Activity, p.Version, p.Content, p.Final, at)
}

// Failed records that Teams refused a delivery for good and, for a new message of a challenge, the event that decide gives. When
// decide fails nothing is recorded: the lease ends and the delivery is tried again, for somebody must be told.
func (s *Store) Failed(ctx context.Context, d challenge.Delivery, a challenge.Attempt, decide func(challenge.Case) (challenge.Change, error)) error {
	if d.Kind != challenge.PostCard {
		decide = nil
	}
	return s.result(ctx, d, a, decide, func(b *pgx.Batch, m *move, cause error) error {
		if cause != nil {
			return cause
		}
		b.Queue(doneSQL, d.ID, attemptOf(d), "failed", a.At, a.Status, a.Code)
		if d.Kind == challenge.UpdateCard {
			b.Queue(giveUpUpdatesSQL, d.ID)
		}
		if m == nil {
			return nil
		}
		return queueMoves(b, []move{*m})
	})
}

// Retry records an attempt that did not succeed and lets the delivery be claimed again from notBefore on. Its lane waits for it.
func (s *Store) Retry(ctx context.Context, d challenge.Delivery, a challenge.Attempt, notBefore time.Time) error {
	return s.result(ctx, d, a, nil, func(b *pgx.Batch, _ *move, _ error) error {
		b.Queue(retrySQL, d.ID, attemptOf(d), notBefore, a.Status, a.Code)
		return nil
	})
}

// Drop ends a delivery that has nothing to show any more. Nothing was sent, so there is no attempt.
func (s *Store) Drop(ctx context.Context, d challenge.Delivery, at time.Time, why string) error {
	t, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer t.end()
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(doneSQL, d.ID, attemptOf(d), "dropped", at, nil, why)
	b.Queue(nothingNewSQL, d.ID, attemptOf(d))
	b.Queue(commitSQL)
	return t.send("drop a delivery", b)
}

// result records what came of a claimed delivery, in one transaction: first the challenge's lock and the delivery's, as every
// change takes them, then what write queues. write gets the decided move, nil when there is none, and decide's error.
func (s *Store) result(ctx context.Context, d challenge.Delivery, a challenge.Attempt, decide decision, write func(*pgx.Batch, *move, error) error) error {
	t, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer t.end()
	var locked lockedCase
	ours := false
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	if d.Challenge != uuid.Nil {
		locked.queue(b, challenge.Key{ID: d.Challenge})
	}
	b.Queue(lockDeliverySQL, d.ID, attemptOf(d)).Query(func(rows pgx.Rows) error {
		ours = rows.Next()
		rows.Close()
		return rows.Err()
	})
	if err := t.send("read a delivery", b); err != nil {
		return err
	}
	if !ours {
		return s.tooLate(t, d, a)
	}
	var m *move
	var undecided error
	if decide != nil && locked.found {
		m, undecided = s.decideResult(t, locked, decide)
	}
	b = &pgx.Batch{}
	queueAttempt(b, d, a)
	if err := write(b, m, undecided); err != nil {
		return err
	}
	b.Queue(commitSQL)
	b.Queue(notifySQL)
	return t.send("record a delivery", b)
}

func (s *Store) decideResult(t *turn, locked lockedCase, decide decision) (*move, error) {
	before, err := s.caseOf(t, locked)
	if err != nil {
		return nil, err
	}
	change, err := decide(before)
	if err != nil || !change.Changed() {
		return nil, err
	}
	return &move{from: before.Challenge, change: change}, nil
}

// tooLate records the attempt of a claim that was overtaken; what the other claim did stands.
func (s *Store) tooLate(t *turn, d challenge.Delivery, a challenge.Attempt) error {
	b := &pgx.Batch{}
	queueAttempt(b, d, a)
	b.Queue(commitSQL)
	if err := t.send("record a late attempt", b); err != nil {
		return err
	}
	return ErrLeaseLost
}
