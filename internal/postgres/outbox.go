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

// instanceTimeout is how long an instance that makes deliveries may not have been seen before what
// it claimed is free. It looks for deliveries every few seconds.
const instanceTimeout = 30 * time.Second

const (
	// What is held: in hand here, or leased to somebody else who is there.
	heldCondition = `(f.lease_owner = $2 AND f.id = ANY ($3::bigint[]) OR f.lease_owner <> $2 AND f.lease_until > $1
    AND NOT EXISTS (SELECT FROM instance i WHERE i.owner = f.lease_owner AND i.seen_at < clock_timestamp() - $4::interval))`
	// A message waits behind those before it in its lane, until they step aside; never before an
	// earlier one of its own challenge.
	notAsideCondition = `(d.aside_at IS NULL OR d.aside_at > $1) AND NOT EXISTS (SELECT FROM delivery e WHERE e.state = 'waiting'
        AND e.lane = d.lane AND e.challenge_id = d.challenge_id AND e.id < d.id AND e.aside_at <= $1)`

	// candidatesCTE are the messages that are next in their lane: the first that has not stepped
	// aside, found by walking from lane to lane along the index of what waits, and all that have.
	candidatesCTE = `WITH RECURSIVE busy AS MATERIALIZED (
    SELECT f.lane, max(f.lease_until) AS until FROM delivery f WHERE f.lease_until IS NOT NULL AND ` + heldCondition + ` GROUP BY f.lane
), front AS (
    (SELECT d.lane, d.id FROM delivery d WHERE d.state = 'waiting' AND ` + notAsideCondition + ` ORDER BY d.lane, d.id LIMIT 1)
    UNION ALL
    SELECT next.lane, next.id FROM front CROSS JOIN LATERAL (
        SELECT d.lane, d.id FROM delivery d WHERE d.state = 'waiting' AND d.lane > front.lane AND ` + notAsideCondition + `
        ORDER BY d.lane, d.id LIMIT 1) next
), candidate AS (
    SELECT lane, id FROM front
    UNION ALL
    SELECT d.lane, d.id FROM delivery d WHERE d.state = 'waiting' AND d.aside_at <= $1
        AND NOT EXISTS (SELECT FROM delivery e WHERE e.state = 'waiting' AND e.lane = d.lane AND e.challenge_id = d.challenge_id AND e.id < d.id)
)`

	urgency = `CASE d.kind WHEN 'reply' THEN 0 WHEN 'post' THEN 1 ELSE 2 END, d.id`

	seenInstanceSQL = `INSERT INTO instance (owner, seen_at) VALUES ($1, clock_timestamp())
ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at WHERE instance.seen_at < excluded.seen_at - interval '3 s'`
	countInstancesSQL = `SELECT count(*) FROM instance WHERE seen_at >= clock_timestamp() - $1::interval`
	// The instances whose leases have long ended go with the one that ends.
	forgetInstanceSQL = `DELETE FROM instance WHERE owner = $1 OR seen_at < clock_timestamp() - interval '1 day'`

	// Claims take turns, so that each sees what those before it took: two at once could take two
	// messages with the same ordering key when an older one is committed after a newer. People who
	// wait for an answer come first, then new cards, then updates; who hung, last.
	takeClaimLockSQL = `SELECT pg_advisory_xact_lock($1)`
	// The rows are looked up by their numbers, and what waits is known by done_at: by state, or as a
	// join, PostgreSQL reads all that waits whenever its statistics are of a time when little did.
	claimMessagesSQL = candidatesCTE + `, pick AS (
    SELECT DISTINCT ON (d.lane) d.id, d.kind, EXISTS (SELECT FROM delivery h WHERE h.state = 'waiting' AND h.lane = d.lane AND h.last_code = 'timeout') AS hung
    FROM candidate c JOIN delivery d ON d.id = c.id
    WHERE d.not_before <= $1 AND NOT EXISTS (SELECT FROM busy WHERE busy.lane = d.lane)
    ORDER BY d.lane, d.id
), well AS (
    SELECT d.id, false AS hung FROM delivery d
    WHERE d.id = ANY (ARRAY(SELECT d.id FROM pick d WHERE NOT d.hung ORDER BY ` + urgency + ` LIMIT $6)) AND d.done_at IS NULL AND d.not_before <= $1
    FOR UPDATE OF d SKIP LOCKED
), slow AS (
    SELECT d.id, true AS hung FROM delivery d
    WHERE d.id = ANY (ARRAY(SELECT d.id FROM pick d WHERE d.hung ORDER BY ` + urgency + ` LIMIT $7)) AND d.done_at IS NULL AND d.not_before <= $1
    FOR UPDATE OF d SKIP LOCKED
), free AS (
    SELECT * FROM well UNION ALL SELECT * FROM slow
), taken AS (
    UPDATE delivery d SET lease_owner = $2, lease_until = $5, attempts = d.attempts + 1
    FROM free WHERE d.id = ANY (ARRAY(SELECT id FROM free)) AND d.id = free.id
    RETURNING d.id, d.kind, d.challenge_id, d.lane, d.card, d.visit, d.to_person, d.to_team, d.spec, d.created_at, d.attempts,
        d.posted, d.over_conversation, d.over_service_url, d.over_activity, d.failing_since, d.copies, d.mac, free.hung
)
SELECT d.id, d.kind, d.challenge_id, d.lane, d.card, d.visit, d.to_person, d.to_team, d.spec, d.created_at, d.attempts - 1,
    d.failing_since, d.copies, d.hung,
    coalesce(p.conversation_id, d.over_conversation, ''), coalesce(p.service_url, d.over_service_url, ''),
    coalesce(p.activity_id, d.over_activity, ''), coalesce(p.version, 0), p.content_hash, coalesce(p.final, false), coalesce(p.superseded, false), d.mac, ` + messagesSignedSinceSQL + `
FROM taken d LEFT JOIN posted_card p ON p.delivery_id = d.posted
ORDER BY d.hung, ` + urgency + ``

	// A lane waits for what is next in it, for whoever has one of its messages in hand, and for the
	// first to step aside if there is another behind it.
	nextMessageDueSQL = candidatesCTE + `
SELECT least(min(greatest(d.not_before, busy.until)), min(greatest(d.aside_at, busy.until)) FILTER (WHERE d.aside_at > $1
    AND EXISTS (SELECT FROM delivery o WHERE o.state = 'waiting' AND o.lane = d.lane AND o.id > d.id
        AND (o.challenge_id <> d.challenge_id OR o.challenge_id IS NULL OR d.challenge_id IS NULL))))
FROM candidate c JOIN delivery d ON d.id = c.id LEFT JOIN busy ON busy.lane = d.lane`

	releaseLeasesSQL = `UPDATE delivery SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1 AND lease_until IS NOT NULL`

	sendDirectMessageSQL = `INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, over_conversation, over_service_url,
    over_activity, created_at, not_before, mac)
VALUES ($1, 'reply', '', 0, $2, $3, $4, $5, $6, $7, $8, $8, $9)`
	sendDirectMessageOnceSQL = `WITH receipt AS (INSERT INTO receipt (key, at) VALUES ($10, $8) ON CONFLICT DO NOTHING RETURNING key)
INSERT INTO delivery (lane, kind, card, visit, to_person, to_team, spec, over_conversation, over_service_url,
    over_activity, created_at, not_before, mac)
SELECT $1, 'reply', '', 0, $2, $3, $4, $5, $6, $7, $8, $8, $9 FROM receipt`
)

// QueueDirectMessage queues an answer to a typed command. A repeated idempotency key queues
// nothing. Its At is when it may go out.
func (s *Store) QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	spec, err := json.Marshal(reply.Content)
	if err != nil {
		return fmt.Errorf("postgres: a reply cannot be written: %T", err)
	}
	var conversation, service, activity *string
	m := directMessage{person: reply.To.Person, team: reply.To.Team, spec: string(spec)}
	if reply.ReplacesActivityID != "" {
		conversation, service, activity = &reply.ConversationID, &reply.ServiceURL, &reply.ReplacesActivityID
		m.overConversation, m.overService, m.overActivity = *conversation, *service, *activity
	}
	lane := outbox.AnswerOrderingKey(reply.To)
	if reply.Unprompted {
		lane = outbox.OrderingKey(reply.To)
	}
	m.lane = lane
	args := []any{lane, reply.To.Person, reply.To.Team, spec, conversation, service, activity, r.At, s.eventKeys.signText(r.At, messageMACBegins, m.texts()...)}
	sql := sendDirectMessageSQL
	if r.Value != "" {
		sql, args = sendDirectMessageOnceSQL, append(args, r.Value)
	}
	return s.runStatement(ctx, "queue a reply", sql, args...)
}

// ClaimMessages leases messages that may go out now, until now+lease: of each lane the oldest that
// waits, those left out that stepped aside and what follows them in their challenge, and none of a
// lane of which another is leased. The lease must be longer than the sending can take and than
// clocks may differ. Every call also says that the instance is there.
func (s *Store) ClaimMessages(ctx context.Context, c outbox.Claim) (outbox.Claimed, error) {
	sess, err := s.openSession(ctx)
	if err != nil {
		return outbox.Claimed{}, err
	}
	defer sess.release()
	var claimed outbox.Claimed
	b := &pgx.Batch{}
	b.Queue(beginSQL)
	b.Queue(seenInstanceSQL, c.Owner)
	b.Queue(countInstancesSQL, instanceTimeout).QueryRow(func(row pgx.Row) error { return row.Scan(&claimed.Instances) })
	b.Queue(takeClaimLockSQL, claimLock)
	b.Queue(claimMessagesSQL, c.Now, c.Owner, c.InHand, instanceTimeout, c.Now.Add(c.Lease), c.Limit, c.HungLimit).Query(func(rows pgx.Rows) (err error) {
		claimed.Messages, err = pgx.CollectRows(rows, s.scanMessage)
		return err
	})
	b.Queue(commitSQL)
	if err := sess.sendBatch("claim deliveries", b); err != nil {
		return outbox.Claimed{}, err
	}
	claimed.Messages = slices.Clip(claimed.Messages)
	return claimed, nil
}

func (s *Store) scanMessage(row pgx.CollectableRow) (outbox.Message, error) {
	var d outbox.Message
	var id *uuid.UUID
	var spec, mac []byte
	var column time.Time
	err := row.Scan(&d.ID, &d.Kind, &id, &d.OrderingKey, &d.Card, &d.Opening, &d.To.Person, &d.To.Team, &spec, clamp(&d.CreatedAt), &d.Attempts,
		clamp(&d.FailingSince), &d.Copies, &d.Hung,
		&d.Posted.ConversationID, &d.Posted.ServiceURL, &d.Posted.ActivityID, &d.Posted.Version, &d.Posted.ContentHash, &d.Posted.Final, &d.Posted.Superseded, &mac, clamp(&column))
	if id != nil {
		d.ChallengeID = *id
	}
	d.Content = spec
	if d.Kind == outbox.DirectMessageKind {
		m := directMessage{lane: d.OrderingKey, person: d.To.Person, team: d.To.Team, spec: string(spec),
			overConversation: d.Posted.ConversationID, overService: d.Posted.ServiceURL, overActivity: d.Posted.ActivityID}
		d.Foreign = !s.eventKeys.trustsMessage(m, mac, d.CreatedAt, column, time.Now())
	}
	return d, err
}

// NextMessageDue is when a delivery may next be claimed, as things are at a moment, which may have
// passed; false when none waits.
func (s *Store) NextMessageDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	return s.queryTime(ctx, "look for the next delivery", nextMessageDueSQL, now, "", []int64{}, instanceTimeout)
}

// ReleaseLeases gives back everything that an owner has claimed and not finished. It makes no more
// deliveries.
func (s *Store) ReleaseLeases(ctx context.Context, owner string) error {
	for _, sql := range []string{releaseLeasesSQL, forgetInstanceSQL} {
		if _, err := s.db.Exec(ctx, sql, owner); err != nil {
			return wrapError("give leases back", err)
		}
	}
	return nil
}
