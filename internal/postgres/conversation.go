package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

const (
	// An older sight of a conversation never takes the place of a newer one.
	saveConversationSQL = `INSERT INTO conversation (lane, conversation_id, service_url, mri, seen_at, mac) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (lane) DO UPDATE SET conversation_id = excluded.conversation_id, service_url = excluded.service_url, mac = excluded.mac,
    mri = CASE WHEN excluded.mri = '' THEN conversation.mri ELSE excluded.mri END, seen_at = excluded.seen_at
WHERE conversation.seen_at <= excluded.seen_at`
	// Whose chat it is already stays so. Two people who were kept with one chat before this was
	// asked go on as they were, for neither can be told from the other.
	takenChatSQL = `WITH taken AS (
    SELECT FROM conversation WHERE conversation_id = $2 AND lane >= 'person:' AND lane < 'person;'
    HAVING count(*) FILTER (WHERE lane <> $1) > 0 AND count(*) FILTER (WHERE lane = $1) = 0
)`
	saveOwnChatSQL = takenChatSQL + `, saved AS (
    INSERT INTO conversation (lane, conversation_id, service_url, mri, seen_at, mac) SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (SELECT FROM taken)
    ON CONFLICT (lane) DO UPDATE SET conversation_id = excluded.conversation_id, service_url = excluded.service_url, mac = excluded.mac,
        mri = CASE WHEN excluded.mri = '' THEN conversation.mri ELSE excluded.mri END, seen_at = excluded.seen_at
    WHERE conversation.seen_at <= excluded.seen_at
)
SELECT EXISTS (SELECT FROM taken)`
	forgetOwnChatSQL = takenChatSQL + `, forgotten AS (DELETE FROM conversation WHERE lane = $1 AND NOT EXISTS (SELECT FROM taken))
SELECT EXISTS (SELECT FROM taken)`
	findConversationSQL = `SELECT lane, conversation_id, service_url, mri, seen_at, mac, ` + messagesSignedSinceSQL + ` FROM conversation WHERE lane = $1`
	// Two are enough to know that the id tells nothing.
	findPersonByTeamsIDSQL = `SELECT substr(lane, length('person:') + 1) FROM conversation WHERE mri = $1 AND lane >= 'person:' AND lane < 'person;' LIMIT 2`
	forgetConversationSQL  = `DELETE FROM conversation WHERE lane = $1`
)

// SaveConversation keeps where messages with an ordering key go.
func (s *Store) SaveConversation(ctx context.Context, c outbox.ConversationReference) error {
	if _, err := s.db.Exec(ctx, saveConversationSQL, c.OrderingKey, c.ID, c.ServiceURL, c.TeamsUserID, c.SeenAt, s.eventKeys.signConversation(c)); err != nil {
		return wrapError("keep a conversation", err)
	}
	return nil
}

// SaveOwnChat keeps the one-to-one chat in which a person wrote. The error is
// storage.ErrSomebodyElsesChat, and nothing is kept, if it is known as another person's.
func (s *Store) SaveOwnChat(ctx context.Context, c outbox.ConversationReference) error {
	return s.changeOwnChat(ctx, "keep a chat", saveOwnChatSQL, c.OrderingKey, c.ID, c.ServiceURL, c.TeamsUserID, c.SeenAt, s.eventKeys.signConversation(c))
}

// ForgetOwnChat drops how to reach a person who removed the app in that chat. The error is
// storage.ErrSomebodyElsesChat, and nothing is dropped, if it is known as another person's.
func (s *Store) ForgetOwnChat(ctx context.Context, orderingKey, conversationID string) error {
	return s.changeOwnChat(ctx, "forget a chat", forgetOwnChatSQL, orderingKey, conversationID)
}

func (s *Store) changeOwnChat(ctx context.Context, operation, sql string, args ...any) error {
	var taken bool
	if err := s.db.QueryRow(ctx, sql, args...).Scan(&taken); err != nil {
		return wrapError(operation, err)
	}
	if taken {
		return storage.ErrSomebodyElsesChat
	}
	return nil
}

// FindConversation is where messages with an ordering key go, if that is known. With keys, one that the
// program did not write is not.
func (s *Store) FindConversation(ctx context.Context, orderingKey string) (outbox.ConversationReference, bool, error) {
	var c outbox.ConversationReference
	var mac []byte
	var column time.Time
	err := s.db.QueryRow(ctx, findConversationSQL, orderingKey).Scan(&c.OrderingKey, &c.ID, &c.ServiceURL, &c.TeamsUserID, clamp(&c.SeenAt), &mac, clamp(&column))
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, wrapError("look up a conversation", err)
	}
	c.SeenAt = c.SeenAt.UTC()
	if !s.eventKeys.trustsConversation(c, mac, column, time.Now()) {
		return outbox.ConversationReference{}, false, nil
	}
	return c, true, nil
}

// FindPersonByTeamsID is the Entra object id of the person whose own chat came with that id of
// Teams; "" with true when several did.
func (s *Store) FindPersonByTeamsID(ctx context.Context, teamsID string) (person string, known bool, err error) {
	if teamsID == "" {
		return "", false, nil
	}
	rows, err := s.db.Query(ctx, findPersonByTeamsIDSQL, teamsID)
	if err != nil {
		return "", false, wrapError("look up a mentioned person", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	switch {
	case err != nil:
		return "", false, wrapError("look up a mentioned person", err)
	case len(found) == 1:
		return found[0], true, nil
	}
	return "", len(found) > 1, nil
}

// ForgetConversation drops what Teams says is gone.
func (s *Store) ForgetConversation(ctx context.Context, orderingKey string) error {
	if _, err := s.db.Exec(ctx, forgetConversationSQL, orderingKey); err != nil {
		return wrapError("forget a conversation", err)
	}
	return nil
}
