package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

// laneHeads walks from lane to lane along the index of what waits: each has one candidate, its oldest delivery.
const laneHeads = `WITH RECURSIVE head AS (
    (SELECT lane, id FROM delivery WHERE state = 'waiting' ORDER BY lane, id LIMIT 1)
    UNION ALL
    SELECT next.lane, next.id FROM head CROSS JOIN LATERAL (
        SELECT lane, id FROM delivery WHERE state = 'waiting' AND lane > head.lane ORDER BY lane, id LIMIT 1) next
)`

const (
	// Claims take turns, so that each sees what those before it took: two at once could take two deliveries of one lane when an
	// older one is committed after a newer. People who wait for an answer come first, then new cards, then updates.
	claimTurnSQL = `SELECT pg_advisory_xact_lock($1)`
	claimSQL     = laneHeads + `, free AS (
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
	nextDeliverySQL = laneHeads + `
SELECT min(greatest(d.not_before, (SELECT max(f.lease_until) FROM delivery f WHERE f.lane = d.lane AND f.lease_until IS NOT NULL)))
FROM head JOIN delivery d ON d.id = head.id`

	releaseSQL = `UPDATE delivery SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1 AND lease_until IS NOT NULL`

	replySQL = `INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, over_conversation, over_service_url,
    over_activity, created_at, not_before)
VALUES ($1, 'reply', '', 0, $2, $3, $4, $5, $6, $7, $8, $8)`
	replyOnceSQL = `WITH receipt AS (INSERT INTO receipt (key, at) VALUES ($9, $8) ON CONFLICT DO NOTHING RETURNING key)
INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, over_conversation, over_service_url,
    over_activity, created_at, not_before)
SELECT $1, 'reply', '', 0, $2, $3, $4, $5, $6, $7, $8, $8 FROM receipt`
)

// Reply queues an answer to a typed command. A repeated receipt queues nothing. Receipt.At is when it may go out.
func (s *Store) Reply(ctx context.Context, r challenge.Receipt, reply challenge.Reply) error {
	spec, err := json.Marshal(reply.Spec)
	if err != nil {
		return fmt.Errorf("postgres: a reply cannot be written: %T", err)
	}
	var conversation, service, activity *string
	if reply.Replaces != "" {
		conversation, service, activity = &reply.Conversation, &reply.ServiceURL, &reply.Replaces
	}
	args := []any{reply.To.Lane(), reply.To.Person, reply.To.Team, spec, conversation, service, activity, r.At}
	sql := replySQL
	if r.Key != "" {
		sql, args = replyOnceSQL, append(args, r.Key)
	}
	return s.runOne(ctx, "queue a reply", sql, args...)
}

// Claim leases at most limit deliveries that may go out now, until now+lease: of each lane the oldest that waits, and none of a
// lane of which another is leased. The lease must be longer than the sending can take and than clocks may differ.
func (s *Store) Claim(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]challenge.Delivery, error) {
	t, err := s.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer t.end()
	var claimed []challenge.Delivery
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(claimTurnSQL, claimLock)
	b.Queue(claimSQL, owner, now, now.Add(lease), limit).Query(func(rows pgx.Rows) (err error) {
		claimed, err = pgx.CollectRows(rows, scanDelivery)
		return err
	})
	b.Queue(commitSQL)
	if err := t.send("claim deliveries", b); err != nil {
		return nil, err
	}
	return slices.Clip(claimed), nil
}

func scanDelivery(row pgx.CollectableRow) (challenge.Delivery, error) {
	var d challenge.Delivery
	var id *uuid.UUID
	var spec []byte
	err := row.Scan(&d.ID, &d.Kind, &id, &d.Lane, &d.Card, &d.Visit, &d.To.Person, &d.To.Team, &spec, &d.CreatedAt, &d.Attempts,
		&d.Posted.Conversation, &d.Posted.ServiceURL, &d.Posted.Activity, &d.Posted.Version, &d.Posted.Content, &d.Posted.Final)
	if id != nil {
		d.Challenge = *id
	}
	d.Spec, d.CreatedAt = spec, d.CreatedAt.UTC()
	return d, err
}

// NextDelivery is when a delivery may next be claimed, which may have passed; false when none waits.
func (s *Store) NextDelivery(ctx context.Context) (time.Time, bool, error) {
	return s.earliest(ctx, "look for the next delivery", nextDeliverySQL)
}

// ReleaseLeases gives back everything that an owner has claimed and not finished.
func (s *Store) ReleaseLeases(ctx context.Context, owner string) error {
	if _, err := s.pool.Exec(ctx, releaseSQL, owner); err != nil {
		return failed("give leases back", err)
	}
	return nil
}
