package postgres

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"challengebot/internal/outbox"
)

// The keys of events sign two more things that the bot's login alone could otherwise change unseen:
// where a person's messages go, and what the bot says outside a challenge. What was not signed is not
// used: a person's chat is asked for again by their Entra id, and a message is dropped.

const (
	conversationMACBegins = "challengebot/conversation mac/1"
	messageMACBegins      = "challengebot/message mac/1"

	// For so long after the first key began a message is sent, and a channel's thread used, that was
	// written before and is not signed. Nothing waits longer; a challenge seldom runs longer.
	unsignedMessageGrace = 7 * 24 * time.Hour
	unsignedThreadGrace  = 180 * 24 * time.Hour
)

// signText gives the MAC of some texts with the newest key that has begun; nil without keys.
func (k EventKeys) signText(at time.Time, begins string, texts ...string) []byte {
	if len(k) == 0 {
		return nil
	}
	with := k.newestAt(at)
	return append(slices.Clone(with.id), with.computeText(begins, texts)...)
}

func (k eventKey) computeText(begins string, texts []string) []byte {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(begins))
	for _, text := range texts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	return h.Sum(nil)
}

// isSigned reports whether a MAC of some texts is by one of the keys.
func (k EventKeys) isSigned(mac []byte, begins string, texts ...string) bool {
	if len(mac) != eventMACLength {
		return false
	}
	for _, key := range k {
		if bytes.Equal(key.id, mac[:keyIDLength]) {
			return hmac.Equal(mac[keyIDLength:], key.computeText(begins, texts))
		}
	}
	return false
}

// messagesSignedSinceSQL is when the column for MACs came, which this program's login cannot change, and
// an hour for the instances of the version before.
const messagesSignedSinceSQL = `(SELECT max(tstamp)::timestamptz + interval '1 h' FROM goose_db_version WHERE version_id = 24)`

// signedSince is from when on each conversation and message has a MAC: since the first key began, if
// there was a column for it.
func (k EventKeys) signedSince(column time.Time) time.Time {
	if k[0].from.Before(column) {
		return column
	}
	return k[0].from
}

func conversationTexts(c outbox.ConversationReference) []string {
	return []string{c.OrderingKey, c.ID, c.ServiceURL}
}

func (k EventKeys) signConversation(c outbox.ConversationReference) []byte {
	return k.signText(c.SeenAt, conversationMACBegins, conversationTexts(c)...)
}

// trustsConversation reports whether a stored conversation may be used.
func (k EventKeys) trustsConversation(c outbox.ConversationReference, mac []byte, column, now time.Time) bool {
	if len(k) == 0 {
		return true
	}
	if len(mac) == 0 {
		since := k.signedSince(column)
		return !isPersonalChat(c.OrderingKey) && c.SeenAt.Before(since) && now.Before(since.Add(unsignedThreadGrace))
	}
	return k.isSigned(mac, conversationMACBegins, conversationTexts(c)...)
}

func isPersonalChat(orderingKey string) bool { return strings.HasPrefix(orderingKey, "person:") }

// directMessage is what a stored message outside a challenge says, to whom, and in whose place.
type directMessage struct {
	lane, person, team, spec, overConversation, overService, overActivity string
}

func (m directMessage) texts() []string {
	return []string{m.lane, m.person, m.team, m.spec, m.overConversation, m.overService, m.overActivity}
}

// trustsMessage reports whether a stored message outside a challenge may be sent.
func (k EventKeys) trustsMessage(m directMessage, mac []byte, written, column, now time.Time) bool {
	switch {
	case len(k) == 0:
		return true
	case len(mac) == 0:
		since := k.signedSince(column)
		return written.Before(since) && now.Before(since.Add(unsignedMessageGrace))
	}
	return k.isSigned(mac, messageMACBegins, m.texts()...)
}

const (
	verifyConversationsSQL = `SELECT lane, conversation_id, service_url, seen_at, mac FROM conversation WHERE lane > $1 ORDER BY lane LIMIT $2`
	verifyMessagesSQL      = `SELECT id, lane, to_person, to_team, spec::text, coalesce(over_conversation, ''), coalesce(over_service_url, ''),
    coalesce(over_activity, ''), created_at, mac
FROM delivery WHERE kind = 'reply' AND id > $1 ORDER BY id LIMIT $2`
	messagePageSize = 2000
)

// verifyMessages names the conversations and the messages outside challenges that the program did not
// write. What was written before the first key began has no MAC; a person's chat of that time is used
// no more.
func (s *Store) verifyMessages(sess *session, sum *VerifySummary) error {
	if len(s.eventKeys) == 0 {
		return nil
	}
	var column time.Time
	if err := sess.QueryRow(sess.ctx, `SELECT `+messagesSignedSinceSQL).Scan(clamp(&column)); err != nil {
		return wrapError("verify the messages", err)
	}
	since := s.eventKeys.signedSince(column)
	for after, more := "", true; more; {
		more = false
		b := &pgx.Batch{}
		b.Queue(verifyConversationsSQL, after, messagePageSize).Query(func(rows pgx.Rows) error {
			var c outbox.ConversationReference
			var mac []byte
			_, err := pgx.ForEachRow(rows, []any{&c.OrderingKey, &c.ID, &c.ServiceURL, clamp(&c.SeenAt), &mac}, func() error {
				after, more = c.OrderingKey, true
				if isOld := len(mac) == 0 && c.SeenAt.Before(since); !isOld && !s.eventKeys.trustsConversation(c, mac, column, since) {
					sum.ForeignConversations = append(sum.ForeignConversations, c.OrderingKey)
				}
				return nil
			})
			return err
		})
		if err := sess.sendBatch("verify the conversations", b); err != nil {
			return err
		}
	}
	for after, more := int64(0), true; more; {
		more = false
		b := &pgx.Batch{}
		b.Queue(verifyMessagesSQL, after, messagePageSize).Query(func(rows pgx.Rows) error {
			var m directMessage
			var written time.Time
			var mac []byte
			_, err := pgx.ForEachRow(rows, []any{&after, &m.lane, &m.person, &m.team, &m.spec, &m.overConversation, &m.overService, &m.overActivity,
				clamp(&written), &mac}, func() error {
				more = true
				if !s.eventKeys.trustsMessage(m, mac, written, column, since) {
					sum.ForeignMessages = append(sum.ForeignMessages, after)
				}
				return nil
			})
			return err
		})
		if err := sess.sendBatch("verify the messages", b); err != nil {
			return err
		}
	}
	return nil
}
