package postgres

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"challengebot/internal/challenge"
)

const (
	// An older sight of a channel never takes the place of a newer one.
	saveChannelSQL = `INSERT INTO channel (channel_id, team_id, gone, seen_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (channel_id) DO UPDATE SET team_id = CASE WHEN excluded.team_id = '' THEN channel.team_id ELSE excluded.team_id END,
    gone = excluded.gone, seen_at = excluded.seen_at
WHERE channel.seen_at <= excluded.seen_at`
	// What happens to a team happens to its channels, but for those that were deleted before.
	saveTeamSQL = `UPDATE channel SET gone = $2, seen_at = $3 WHERE team_id = $1 AND seen_at <= $3 AND gone <> $4`

	channelSQL = `SELECT gone FROM channel WHERE channel_id = $1`

	// Every part of an activity's handling has a receipt of its own, named after the activity's.
	effectsSQL = `SELECT challenge_id, seq, at FROM receipt
WHERE (key = $1 OR key >= $1 || ':' AND key < $1 || ';') AND challenge_id IS NOT NULL ORDER BY key`
)

// SaveChannel keeps what Teams told of a channel or, without an id, of every channel that is known of a team.
func (s *Store) SaveChannel(ctx context.Context, c challenge.Channel) error {
	sql, args := saveChannelSQL, []any{c.ID, c.Team, string(c.Gone), c.SeenAt}
	if c.ID == "" {
		sql, args = saveTeamSQL, []any{c.Team, string(c.Gone), c.SeenAt, string(challenge.ChannelDeleted)}
	}
	if _, err := s.pool.Exec(ctx, sql, args...); err != nil {
		return failed("keep a channel", err)
	}
	return nil
}

// ChannelGone is why a channel is gone, as Teams told it; empty when it is there, or when Teams never told of it.
func (s *Store) ChannelGone(ctx context.Context, id string) (challenge.Gone, error) {
	var gone challenge.Gone
	err := s.pool.QueryRow(ctx, channelSQL, id).Scan(&gone)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", failed("look up a channel", err)
	}
	return gone, nil
}

// Effects are the steps to which an activity led, by the key of its receipt.
func (s *Store) Effects(ctx context.Context, receipt string) ([]challenge.Effect, error) {
	rows, err := s.pool.Query(ctx, effectsSQL, receipt)
	if err != nil {
		return nil, failed("look up receipts", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (challenge.Effect, error) {
		var e challenge.Effect
		var id uuid.UUID
		err := row.Scan(&id, &e.Seq, &e.At)
		e.Challenge, e.At = id, e.At.UTC()
		return e, err
	})
	return found, failed("look up receipts", err)
}
