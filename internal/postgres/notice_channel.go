package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/directory"
	"challengebot/internal/storage"
)

const (
	// The idempotency key is written with its row, so that a repeated one has no second effect.
	bindNoticeChannelSQL = `WITH receipt AS (INSERT INTO receipt (key, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key)
INSERT INTO notice_channel (unit, channel, team_name, channel_name, set_by, set_at)
SELECT $3, nullif($4, ''), $5, $6, $7, $2 FROM receipt`
	listNoticeChannelsSQL = `SELECT unit, channel, team_name, channel_name, set_by, set_at FROM notice_channel n
WHERE channel IS NOT NULL AND NOT EXISTS (SELECT FROM notice_channel later WHERE later.unit = n.unit AND later.id > n.id)
ORDER BY id`
)

// BindNoticeChannel keeps in which channel a unit's notices appear from now on. Every instance is
// told to look.
func (s *Store) BindNoticeChannel(ctx context.Context, r storage.IdempotencyKey, n directory.NoticeChannelSetting) error {
	return s.runStatement(ctx, "keep a channel for notices", bindNoticeChannelSQL, r.Value, r.At, string(n.Unit), n.ChannelID,
		withoutNUL(n.TeamName), withoutNUL(n.ChannelName), n.SetBy)
}

// ListNoticeChannels lists what is bound now, in the order in which it was.
func (s *Store) ListNoticeChannels(ctx context.Context) ([]directory.NoticeChannelSetting, error) {
	rows, err := s.db.Query(ctx, listNoticeChannelsSQL)
	if err != nil {
		return nil, wrapError("read the channels for notices", err)
	}
	bound, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n directory.NoticeChannelSetting, err error) {
		err = row.Scan(&n.Unit, &n.ChannelID, &n.TeamName, &n.ChannelName, &n.SetBy, clamp(&n.SetAt))
		return n, err
	})
	if err != nil {
		return nil, wrapError("read the channels for notices", err)
	}
	return bound, nil
}
