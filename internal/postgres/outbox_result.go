package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// The number of the attempt is the fence: it is the delivery's own only as long as nobody has
// claimed it since.
const (
	stillOurs = `id = $1 AND state = 'waiting' AND attempts = $2`

	lockMessageSQL   = `SELECT FROM delivery WHERE ` + stillOurs + ` FOR UPDATE`
	recordAttemptSQL = `INSERT INTO attempt (delivery_id, n, at, owner, status, code, ambiguous)
SELECT id, $2, $3, coalesce(lease_owner, ''), $4, $5, $6 FROM delivery WHERE id = $1
ON CONFLICT DO NOTHING`
	finishMessageSQL = `UPDATE delivery SET state = $3, done_at = $4, last_status = $5, last_code = $6, lease_owner = NULL, lease_until = NULL
WHERE ` + stillOurs
	scheduleRetrySQL = `UPDATE delivery SET not_before = $3, last_status = $4, last_code = $5, lease_owner = NULL, lease_until = NULL,
    failing_since = coalesce(failing_since, $6), aside_at = $7, copies = copies + CASE WHEN $8 THEN 1 ELSE 0 END
WHERE ` + stillOurs

	recordPostedSQL = `INSERT INTO posted_card (delivery_id, challenge_id, lane, card, visit, to_person, to_team, conversation_id,
    service_url, activity_id, version, content_hash, final, shown_at)
SELECT id, challenge_id, lane, card, visit, to_person, to_team, $2, $3, $4, $5, $6, $7, $8 FROM delivery WHERE id = $1`
	updatePostedSQL = `UPDATE posted_card SET conversation_id = $2, service_url = $3, activity_id = $4, version = $5, content_hash = $6,
    final = $7, shown_at = $8
WHERE delivery_id = (SELECT posted FROM delivery WHERE id = $1)`
	// The message of an update that Teams refuses for good is left alone from then on.
	stopUpdatesSQL = `UPDATE posted_card SET final = true WHERE delivery_id = (SELECT posted FROM delivery WHERE id = $1)`
	// An update with nothing to show has shown it. Whatever moved the challenge since has queued
	// another.
	markPostedCurrentSQL = `UPDATE posted_card p SET version = c.version FROM delivery d JOIN challenge c ON c.id = d.challenge_id
WHERE d.id = $1 AND d.attempts = $2 AND d.state = 'dropped' AND p.delivery_id = d.posted AND p.version < c.version`

	// The challenge moved on while its card was being rendered or sent.
	queueFollowUpUpdateSQL = `INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, posted, created_at, not_before)
SELECT p.challenge_id, p.lane, 'update', p.card, p.visit, p.to_person, p.to_team, p.delivery_id, $2, $2
FROM delivery d
JOIN posted_card p ON p.delivery_id = coalesce(d.posted, d.id) AND NOT p.final
JOIN challenge c ON c.id = p.challenge_id AND p.version < c.version
WHERE d.id = $1
  AND NOT EXISTS (SELECT FROM delivery w WHERE w.posted = p.delivery_id AND w.state = 'waiting' AND w.lease_until IS NULL)`
)

// supersedeSQL marks the person's earlier cards of the challenge, and has them brought up to date,
// when a new one is theirs.
var supersedeSQL = `WITH older AS (
    UPDATE posted_card p SET superseded = true FROM delivery d
    WHERE d.id = $1 AND d.to_person <> '' AND p.challenge_id = d.challenge_id AND NOT p.final AND p.to_person = d.to_person
        AND p.card = ANY ($3) AND p.delivery_id < d.id AND NOT p.superseded
    RETURNING p.challenge_id, p.lane, p.card, p.visit, p.to_person, p.to_team, p.delivery_id
)
INSERT INTO delivery (challenge_id, lane, kind, card, visit, to_person, to_team, posted, created_at, not_before)
SELECT p.challenge_id, p.lane, 'update', p.card, p.visit, p.to_person, p.to_team, p.delivery_id, $2, $2 FROM older p
WHERE NOT EXISTS (SELECT FROM delivery w WHERE w.posted = p.delivery_id AND w.state = 'waiting' AND w.lease_until IS NULL)
ORDER BY p.delivery_id`

type decideFunc = func(challenge.Snapshot) (challenge.Change, error)

// fencingToken is the number of the attempt that a claim stands for.
func fencingToken(d outbox.Message) int { return d.Attempts + 1 }

func queueAttempt(b *pgx.Batch, d outbox.Message, a outbox.Attempt) {
	b.Queue(recordAttemptSQL, d.ID, fencingToken(d), a.At, a.StatusCode, a.ErrorCode, a.Ambiguous)
}

// MarkDelivered records that Teams took a delivery: the attempt, the delivery, the posted card and,
// for a new message of a challenge, the event that decide gives (its case has no history). If the
// challenge has moved on since the card was rendered, an update follows, and the person's earlier
// cards of the challenge are superseded by one of their own. When decide fails its
// error is returned and everything but the event is recorded, for the message is out.
func (s *Store) MarkDelivered(ctx context.Context, d outbox.Message, p outbox.PostedMessage, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error {
	if d.Kind != outbox.PostMessage {
		decide = nil
	}
	var undecided error
	err := s.recordResult(ctx, d, a, decide, func(b *pgx.Batch, m *transition, cause error) error {
		undecided = cause
		b.Queue(finishMessageSQL, d.ID, fencingToken(d), "sent", a.At, a.StatusCode, a.ErrorCode)
		queuePostedMessage(b, d, p, a.At)
		if p.ToPersonalChat {
			b.Queue(markAcceptedSQL, d.To.Person, a.At)
		}
		if m != nil {
			if err := queueTransitions(b, s.eventKeys, []transition{*m}); err != nil {
				return err
			}
		}
		if d.Kind != outbox.DirectMessageKind {
			b.Queue(queueFollowUpUpdateSQL, d.ID, a.At)
		}
		if superseded := d.Card.Superseded(); d.Kind == outbox.PostMessage && superseded != nil {
			b.Queue(supersedeSQL, d.ID, a.At, superseded)
		}
		return nil
	})
	return errors.Join(err, undecided)
}

func queuePostedMessage(b *pgx.Batch, d outbox.Message, p outbox.PostedMessage, at time.Time) {
	sql := recordPostedSQL
	switch d.Kind {
	case outbox.DirectMessageKind:
		return
	case outbox.UpdateMessage:
		sql = updatePostedSQL
	}
	b.Queue(sql, d.ID, p.ConversationID, p.ServiceURL, p.ActivityID, p.Version, p.ContentHash, p.Final, at)
}

// MarkRejected records that a delivery was given up, because Teams refused it for good or, after an
// ambiguous attempt, because nobody can know whether Teams has it ("unconfirmed"), and, for a new
// message of a challenge, the event that decide gives. When decide fails nothing is recorded: the
// lease ends and the delivery is tried again, for somebody must be told.
func (s *Store) MarkRejected(ctx context.Context, d outbox.Message, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error {
	if d.Kind != outbox.PostMessage {
		decide = nil
	}
	state := "failed"
	if a.Ambiguous {
		state = "unconfirmed"
	}
	return s.recordResult(ctx, d, a, decide, func(b *pgx.Batch, m *transition, cause error) error {
		if cause != nil {
			return cause
		}
		b.Queue(finishMessageSQL, d.ID, fencingToken(d), state, a.At, a.StatusCode, a.ErrorCode)
		if d.Kind == outbox.UpdateMessage {
			b.Queue(stopUpdatesSQL, d.ID)
		}
		if m == nil {
			return nil
		}
		return queueTransitions(b, s.eventKeys, []transition{*m})
	})
}

// ScheduleRetry records an attempt that did not succeed and lets the delivery be claimed again. Its
// lane waits for it until it steps aside.
func (s *Store) ScheduleRetry(ctx context.Context, d outbox.Message, a outbox.Attempt, r outbox.Retry) error {
	var stepsAsideAt *time.Time
	if !r.StepsAsideAt.IsZero() {
		stepsAsideAt = &r.StepsAsideAt
	}
	return s.recordResult(ctx, d, a, nil, func(b *pgx.Batch, _ *transition, _ error) error {
		b.Queue(scheduleRetrySQL, d.ID, fencingToken(d), r.NotBefore, a.StatusCode, a.ErrorCode, a.At, stepsAsideAt, a.Ambiguous)
		return nil
	})
}

// DropMessage ends a delivery that has nothing to show any more. Nothing was sent, so there is no
// attempt.
func (s *Store) DropMessage(ctx context.Context, d outbox.Message, at time.Time, why string) error {
	sess, err := s.openSession(ctx)
	if err != nil {
		return err
	}
	defer sess.release()
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(finishMessageSQL, d.ID, fencingToken(d), "dropped", at, nil, why)
	b.Queue(markPostedCurrentSQL, d.ID, fencingToken(d))
	b.Queue(commitSQL)
	return sess.sendBatch("drop a delivery", b)
}

// recordResult records what came of a claimed delivery, in one transaction: first the challenge's
// lock and the delivery's, as every change takes them, then what write queues. write gets the
// decided move, nil when there is none, and decide's error.
func (s *Store) recordResult(ctx context.Context, d outbox.Message, a outbox.Attempt, decide decideFunc, write func(*pgx.Batch, *transition, error) error) error {
	sess, err := s.openSession(ctx)
	if err != nil {
		return err
	}
	defer sess.release()
	var locked lockedChallenge
	ours := false
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	if d.ChallengeID != uuid.Nil {
		locked.queueLock(b, storage.LookupKey{ID: d.ChallengeID})
	}
	b.Queue(lockMessageSQL, d.ID, fencingToken(d)).Query(func(rows pgx.Rows) error {
		ours = rows.Next()
		rows.Close()
		return rows.Err()
	})
	if err := sess.sendBatch("read a delivery", b); err != nil {
		return err
	}
	if !ours {
		return s.recordLateAttempt(sess, d, a)
	}
	var m *transition
	var undecided error
	if decide != nil && locked.found {
		m, undecided = s.decideResult(sess, locked, decide)
	}
	b = &pgx.Batch{}
	queueAttempt(b, d, a)
	if err := write(b, m, undecided); err != nil {
		return err
	}
	b.Queue(commitSQL)
	b.Queue(notifySQL)
	return sess.sendBatch("record a delivery", b)
}

func (s *Store) decideResult(sess *session, locked lockedChallenge, decide decideFunc) (*transition, error) {
	before, err := s.snapshotOf(sess, locked)
	if err != nil {
		return nil, err
	}
	change, err := decide(before)
	if err != nil || !change.HasEvents() {
		return nil, err
	}
	return &transition{from: before.Challenge, change: change}, nil
}

// recordLateAttempt records the attempt of a claim that was overtaken; what the other claim did
// stands.
func (s *Store) recordLateAttempt(sess *session, d outbox.Message, a outbox.Attempt) error {
	b := &pgx.Batch{}
	queueAttempt(b, d, a)
	b.Queue(commitSQL)
	if err := sess.sendBatch("record a late attempt", b); err != nil {
		return err
	}
	return storage.ErrLeaseLost
}
