package postgres

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

const (
	// An older sight of a channel never takes the place of a newer one.
	saveChannelSQL = `INSERT INTO channel (channel_id, team_id, gone, seen_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (channel_id) DO UPDATE SET team_id = CASE WHEN excluded.team_id = '' THEN channel.team_id ELSE excluded.team_id END,
    gone = excluded.gone, seen_at = excluded.seen_at
WHERE channel.seen_at <= excluded.seen_at`
	// What happens to a team happens to its channels, but for those that were deleted before.
	saveTeamChannelsSQL = `UPDATE channel SET gone = $2, seen_at = $3 WHERE team_id = $1 AND seen_at <= $3 AND gone <> $4`

	findChannelSQL = `SELECT gone FROM channel WHERE channel_id = $1`

	// Every part of an activity's handling has an idempotency key of its own, named after the
	// activity's.
	listEffectsSQL = `SELECT challenge_id, seq, at FROM receipt
WHERE (key = $1 OR key >= $1 || ':' AND key < $1 || ';') AND challenge_id IS NOT NULL ORDER BY key`
)

// SaveChannel keeps what Teams told of a channel or, without an id, of every channel that is known
// of a team.
func (s *Store) SaveChannel(ctx context.Context, c outbox.Channel) error {
	sql, args := saveChannelSQL, []any{c.ID, c.Team, string(c.Loss), c.SeenAt}
	if c.ID == "" {
		sql, args = saveTeamChannelsSQL, []any{c.Team, string(c.Loss), c.SeenAt, string(outbox.ChannelDeleted)}
	}
	if _, err := s.db.Exec(ctx, sql, args...); err != nil {
		return wrapError("keep a channel", err)
	}
	return nil
}

// FindChannelLoss is why a channel is gone, as Teams told it; empty when it is there, or when Teams
// never told of it.
func (s *Store) FindChannelLoss(ctx context.Context, id string) (outbox.ChannelLoss, error) {
	var gone outbox.ChannelLoss
	err := s.db.QueryRow(ctx, findChannelSQL, id).Scan(&gone)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", wrapError("look up a channel", err)
	}
	return gone, nil
}

// ListEffects are the steps to which an activity led, by its idempotency key.
func (s *Store) ListEffects(ctx context.Context, idempotencyKey string) ([]storage.ActivityEffect, error) {
	rows, err := s.db.Query(ctx, listEffectsSQL, idempotencyKey)
	if err != nil {
		return nil, wrapError("look up receipts", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (storage.ActivityEffect, error) {
		var e storage.ActivityEffect
		var id uuid.UUID
		err := row.Scan(&id, &e.Seq, clamp(&e.At))
		e.ChallengeID = id
		return e, err
	})
	return found, wrapError("look up receipts", err)
}
