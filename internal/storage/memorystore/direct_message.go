package memorystore

import (
	"context"
	"encoding/json"
	"fmt"

	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// QueueDirectMessage queues an answer to a typed command. A repeated key queues nothing. r.At
// is when it may go out.
func (s *Store) QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	content, err := json.Marshal(reply.Content)
	if err != nil {
		return fmt.Errorf("memorystore: a reply cannot be written: %T", err)
	}
	m := messageRow{kind: outbox.DirectMessageKind, to: reply.To, content: content, createdAt: stamp(r.At)}
	if !reply.Unprompted {
		m.orderingKey = outbox.AnswerOrderingKey(reply.To)
	}
	if reply.ReplacesActivityID != "" {
		m.replaces = outbox.PostedMessage{ConversationID: reply.ConversationID, ServiceURL: reply.ServiceURL, ActivityID: reply.ReplacesActivityID}
	}
	if err := checkTexts(reply.ReplacesActivityID, reply.ConversationID, reply.ServiceURL); err != nil {
		return err
	}
	return s.register(ctx, "QueueDirectMessage", r, false, "", func() { s.queue(m) })
}
