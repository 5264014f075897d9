package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
)

const (
	// An older sight of a conversation never takes the place of a newer one.
	saveConversationSQL = `INSERT INTO conversation (lane, conversation_id, service_url, mri, seen_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (lane) DO UPDATE SET conversation_id = excluded.conversation_id, service_url = excluded.service_url,
    mri = CASE WHEN excluded.mri = '' THEN conversation.mri ELSE excluded.mri END, seen_at = excluded.seen_at
WHERE conversation.seen_at <= excluded.seen_at`
	findConversationSQL   = `SELECT lane, conversation_id, service_url, mri, seen_at FROM conversation WHERE lane = $1`
	forgetConversationSQL = `DELETE FROM conversation WHERE lane = $1`
)

// SaveConversation keeps how to reach a lane.
func (s *Store) SaveConversation(ctx context.Context, c outbox.ConversationReference) error {
	if _, err := s.pool.Exec(ctx, saveConversationSQL, c.OrderingKey, c.ID, c.ServiceURL, c.TeamsUserID, c.SeenAt); err != nil {
		return wrapError("keep a conversation", err)
	}
	return nil
}

// FindConversation is how to reach a lane, if that is known.
func (s *Store) FindConversation(ctx context.Context, lane string) (outbox.ConversationReference, bool, error) {
	var c outbox.ConversationReference
	err := s.pool.QueryRow(ctx, findConversationSQL, lane).Scan(&c.OrderingKey, &c.ID, &c.ServiceURL, &c.TeamsUserID, &c.SeenAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, wrapError("look up a conversation", err)
	}
	c.SeenAt = c.SeenAt.UTC()
	return c, true, nil
}

// ForgetConversation drops what Teams says is gone.
func (s *Store) ForgetConversation(ctx context.Context, lane string) error {
	if _, err := s.pool.Exec(ctx, forgetConversationSQL, lane); err != nil {
		return wrapError("forget a conversation", err)
	}
	return nil
}
