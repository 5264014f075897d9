package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
)

// The challenges in whose trail a message was not taken are few, and have an index; whether it
// still matters is in the document. One that is damaged counts as naming nobody. What waits already
// need not be queued again.
const listUntakenSQL = `SELECT c.id, u.card
FROM challenge c CROSS JOIN LATERAL json_array_elements(
    CASE WHEN json_typeof(c.doc->'untaken') = 'array' THEN c.doc->'untaken' ELSE '[]' END) AS u (card)
WHERE c.id IN (SELECT e.challenge_id FROM event e WHERE e.kind = 'undelivered') AND c.closed_at IS NULL
  AND u.card->'to'->>'person' <> '' AND ($1 = '' OR u.card->'to'->>'person' = $1)
  AND NOT EXISTS (SELECT FROM delivery d WHERE d.state = 'waiting' AND d.lane = 'person:' || (u.card->'to'->>'person')
      AND d.challenge_id = c.id AND d.kind = 'post')
ORDER BY c.id, (u.card->>'seq')::int`

// ListUntaken lists the cards of open challenges that were not taken for a person, nor another like
// them since, where no message of the challenge waits for the person; those of everybody if person
// is empty. What cannot be read is in the error, and keeps no other back.
func (s *Store) ListUntaken(ctx context.Context, person string) ([]outbox.Untaken, error) {
	rows, err := s.db.Query(ctx, listUntakenSQL, person)
	if err != nil {
		return nil, wrapError("look for what was not taken", err)
	}
	var all []outbox.Untaken
	var faults error
	var id uuid.UUID
	var card []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &card}, func() error {
		u := outbox.Untaken{ChallengeID: id}
		if json.Unmarshal(card, &u.Card) != nil {
			faults = errors.Join(faults, fmt.Errorf("postgres: challenge %s: what was not taken cannot be read", id))
			return nil
		}
		all = append(all, u)
		return nil
	})
	return all, errors.Join(wrapError("look for what was not taken", err), faults)
}
