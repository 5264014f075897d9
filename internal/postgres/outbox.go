package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// orderingKeyHeadsCTE walks from lane to lane along the index of what waits: each has one candidate, its oldest delivery.
const orderingKeyHeadsCTE = `WITH RECURSIVE head AS (
    (SELECT lane, id FROM delivery WHERE state = 'waiting' ORDER BY lane, id LIMIT 1)
    UNION ALL
    SELECT next.lane, next.id FROM head CROSS JOIN LATERAL (
        SELECT lane, id FROM delivery WHERE state = 'waiting' AND lane > head.lane ORDER BY lane, id LIMIT 1) next
)`

const (
	// Claims take turns, so that each sees what those before it took: two at once could take two messages with the same ordering key when an
	// older one is committed after a newer. People who wait for an answer come first, then new cards, then updates.
	takeClaimLockSQL = `SELECT pg_advisory_xact_lock($1)`
	claimMessagesSQL = orderingKeyHeadsCTE + `, free AS (
    SELECT d.id FROM head JOIN delivery d ON d.id = head.id
    WHERE d.state = 'waiting' AND d.not_before <= $2 AND (d.lease_until IS NULL OR d.lease_until <= $2)
      AND NOT EXISTS (SELECT FROM delivery f WHERE f.lane = d.lane AND f.lease_until > $2)
    ORDER BY CASE d.kind WHEN 'reply' THEN 0 WHEN 'post' THEN 1 ELSE 2 END, d.id
    LIMIT $4 FOR UPDATE OF d SKIP LOCKED
), taken AS (
    UPDATE delivery d SET lease_owner = $1, lease_until = $3, attempts = d.attempts + 1
    FROM free WHERE d.id = free.id
    RETURNING d.id, d.kind, d.challenge_id, d.lane, d.card, d.visit, d.to_person, d.to_team, d.spec, d.created_at, d.attempts,
        d.posted, d.over_conversation, d.over_service_url, d.over_activity
)
SELECT d.id, d.kind, d.challenge_id, d.lane, d.card, d.visit, d.to_person, d.to_team, d.spec, d.created_at, d.attempts - 1,
    coalesce(p.conversation_id, d.over_conversation, ''), coalesce(p.service_url, d.over_service_url, ''),
    coalesce(p.activity_id, d.over_activity, ''), coalesce(p.version, 0), p.content_hash, coalesce(p.final, false)
FROM taken d LEFT JOIN posted_card p ON p.delivery_id = d.posted
ORDER BY CASE d.kind WHEN 'reply' THEN 0 WHEN 'post' THEN 1 ELSE 2 END, d.id`

	// A lane waits for its head, and for whoever has one of its deliveries in hand.
	nextMessageDueSQL = orderingKeyHeadsCTE + `
SELECT min(greatest(d.not_before, (SELECT max(f.lease_until) FROM delivery f WHERE f.lane = d.lane AND f.lease_until IS NOT NULL)))
FROM head JOIN delivery d ON d.id = head.id`

	releaseLeasesSQL = `UPDATE delivery SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1 AND lease_until IS NOT NULL`

	sendDirectMessageSQL = `INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, over_conversation, over_service_url,
    over_activity, created_at, not_before)
VALUES ($1, 'reply', '', 0, $2, $3, $4, $5, $6, $7, $8, $8)`
	sendDirectMessageOnceSQL = `WITH receipt AS (INSERT INTO receipt (key, at) VALUES ($9, $8) ON CONFLICT DO NOTHING RETURNING key)
INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, over_conversation, over_service_url,
    over_activity, created_at, not_before)
SELECT $1, 'reply', '', 0, $2, $3, $4, $5, $6, $7, $8, $8 FROM receipt`
)

// QueueDirectMessage queues an answer to a typed command. A repeated idempotency key queues nothing. Its At is when it may go out.
func (s *Store) QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	spec, err := json.Marshal(reply.Content)
	if err != nil {
		return fmt.Errorf("postgres: a reply cannot be written: %T", err)
	}
	var conversation, service, activity *string
	if reply.ReplacesActivityID != "" {
		conversation, service, activity = &reply.ConversationID, &reply.ServiceURL, &reply.ReplacesActivityID
	}
	args := []any{outbox.OrderingKey(reply.To), reply.To.Person, reply.To.Team, spec, conversation, service, activity, r.At}
	sql := sendDirectMessageSQL
	if r.Value != "" {
		sql, args = sendDirectMessageOnceSQL, append(args, r.Value)
	}
	return s.runStatement(ctx, "queue a reply", sql, args...)
}

// ClaimMessages leases at most limit deliveries that may go out now, until now+lease: of each lane the oldest that waits, and none of a
// lane of which another is leased. The lease must be longer than the sending can take and than clocks may differ.
func (s *Store) ClaimMessages(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]outbox.Message, error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return nil, err
	}
	defer sess.release()
	var claimed []outbox.Message
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(takeClaimLockSQL, claimLock)
	b.Queue(claimMessagesSQL, owner, now, now.Add(lease), limit).Query(func(rows pgx.Rows) (err error) {
		claimed, err = pgx.CollectRows(rows, scanMessage)
		return err
	})
	b.Queue(commitSQL)
	if err := sess.sendBatch("claim deliveries", b); err != nil {
		return nil, err
	}
	return slices.Clip(claimed), nil
}

func scanMessage(row pgx.CollectableRow) (outbox.Message, error) {
	var d outbox.Message
	var id *uuid.UUID
	var spec []byte
	err := row.Scan(&d.ID, &d.Kind, &id, &d.OrderingKey, &d.Card, &d.Opening, &d.To.Person, &d.To.Team, &spec, &d.CreatedAt, &d.Attempts,
		&d.Posted.ConversationID, &d.Posted.ServiceURL, &d.Posted.ActivityID, &d.Posted.Version, &d.Posted.ContentHash, &d.Posted.Final)
	if id != nil {
		d.ChallengeID = *id
	}
	d.Content, d.CreatedAt = spec, d.CreatedAt.UTC()
	return d, err
}

// NextMessageDue is when a delivery may next be claimed, which may have passed; false when none waits.
func (s *Store) NextMessageDue(ctx context.Context) (time.Time, bool, error) {
	return s.queryTime(ctx, "look for the next delivery", nextMessageDueSQL)
}

// ReleaseLeases gives back everything that an owner has claimed and not finished.
func (s *Store) ReleaseLeases(ctx context.Context, owner string) error {
	if _, err := s.db.Exec(ctx, releaseLeasesSQL, owner); err != nil {
		return wrapError("give leases back", err)
	}
	return nil
}
