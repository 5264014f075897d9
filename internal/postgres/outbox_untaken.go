package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
)

// The challenges in whose trail a message was not taken are few, and have an index; whether it still matters is in the document. One
// that is damaged counts as naming nobody. What waits already need not be queued again.
const listUntakenSQL = `SELECT c.id, u.card->'to'->>'person' AS person, max((u.card->>'seq')::int)
FROM challenge c CROSS JOIN LATERAL json_array_elements(
    CASE WHEN json_typeof(c.doc->'untaken') = 'array' THEN c.doc->'untaken' ELSE '[]' END) AS u (card)
WHERE c.id IN (SELECT e.challenge_id FROM event e WHERE e.kind = 'undelivered') AND c.closed_at IS NULL
  AND u.card->'to'->>'person' <> '' AND ($1 = '' OR u.card->'to'->>'person' = $1) AND (u.card->>'at')::timestamptz < $2
  AND NOT EXISTS (SELECT FROM delivery d WHERE d.state = 'waiting' AND d.lane = 'person:' || (u.card->'to'->>'person')
      AND d.challenge_id = c.id AND d.kind = 'post')
GROUP BY c.id, person
ORDER BY c.id, person`

// ListUntaken lists the open challenges in which a card was not taken for a person, nor another like it since, and no message waits for
// them; of everybody if person is empty. What happened at that moment or later is left out.
func (s *Store) ListUntaken(ctx context.Context, person string, before time.Time) ([]outbox.Untaken, error) {
	rows, err := s.db.Query(ctx, listUntakenSQL, person, before)
	if err != nil {
		return nil, wrapError("look for what was not taken", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u outbox.Untaken, err error) {
		var id uuid.UUID
		err = row.Scan(&id, &u.Person, &u.Seq)
		u.ChallengeID = id
		return u, err
	})
	return all, wrapError("look for what was not taken", err)
}
