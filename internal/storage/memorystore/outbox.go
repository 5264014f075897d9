package memorystore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// MessageState is what became of a message.
type MessageState string

// A message waits until it is sent, has nothing to show any more, or is refused for good.
const (
	StateWaiting MessageState = "waiting"
	StateSent    MessageState = "sent"
	StateDropped MessageState = "dropped"
	StateFailed  MessageState = "failed"
)

// messageRow is one message and what became of it.
type messageRow struct {
	id          int64
	kind        outbox.DeliveryKind
	challengeID uuid.UUID
	orderingKey string
	card        challenge.Card
	opening     int
	to          challenge.Address
	content     json.RawMessage
	posted      int64 // the message whose card an update changes
	replaces    outbox.PostedMessage
	createdAt   time.Time
	state       MessageState
	attempts    int
	notBefore   time.Time
	leaseOwner  string
	leaseUntil  time.Time // zero: nobody has it in hand
	doneAt      time.Time
	lastStatus  int
	lastCode    string
}

// postedRow is a card on somebody's screen.
type postedRow struct {
	outbox.PostedMessage
	messageID   int64
	challengeID uuid.UUID
	card        challenge.Card
	opening     int
	to          challenge.Address
	shownAt     time.Time
}

// attemptRow is one try, with what Teams answered.
type attemptRow struct {
	n     int
	owner string
	outbox.Attempt
}

// queue adds a message that waits from its creation on.
func (s *Store) queue(m messageRow) {
	m.id, m.state, m.notBefore, m.orderingKey = int64(len(s.messages)+1), StateWaiting, m.createdAt, outbox.OrderingKey(m.to)
	s.messages = append(s.messages, &m)
	s.waiting[m.orderingKey] = append(s.waiting[m.orderingKey], m.id)
}

func (s *Store) message(id int64) *messageRow {
	if id < 1 || id > int64(len(s.messages)) {
		return nil
	}
	return s.messages[id-1]
}

// QueueDirectMessage queues an answer to a typed command. A repeated key queues nothing. r.At
// is when it may go out.
func (s *Store) QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error {
	content, err := json.Marshal(reply.Content)
	if err != nil {
		return fmt.Errorf("memorystore: a reply cannot be written: %T", err)
	}
	m := messageRow{kind: outbox.DirectMessageKind, to: reply.To, content: content, createdAt: stamp(r.At)}
	if reply.ReplacesActivityID != "" {
		m.replaces = outbox.PostedMessage{ConversationID: reply.ConversationID, ServiceURL: reply.ServiceURL, ActivityID: reply.ReplacesActivityID}
	}
	return s.register(ctx, "QueueDirectMessage", r, false, "", func() { s.queue(m) })
}

// ClaimIdempotencyKey reports whether the key is used for the first time, and keeps it.
func (s *Store) ClaimIdempotencyKey(ctx context.Context, r storage.IdempotencyKey) (bool, error) {
	if r.Value == "" {
		return false, &RefusedError{"an idempotency key is not empty"}
	}
	if err := s.begin(ctx, "ClaimIdempotencyKey"); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	if _, seen := s.findKey(r); seen {
		return false, nil
	}
	s.keys[r.Value] = keyRow{at: stamp(r.At)}
	return true, nil
}

// heads are the oldest waiting messages, one of each ordering key.
func (s *Store) heads() []*messageRow {
	var heads []*messageRow
	for key, ids := range s.waiting {
		for len(ids) > 0 && s.message(ids[0]).state != StateWaiting {
			ids = ids[1:]
		}
		if s.waiting[key] = ids; len(ids) == 0 {
			delete(s.waiting, key)
			continue
		}
		heads = append(heads, s.message(ids[0]))
	}
	return heads
}

// leasedUntil is when the last lease on an ordering key ends; zero: none is held or was left.
func (s *Store) leasedUntil(orderingKey string) time.Time {
	var last time.Time
	for _, id := range s.waiting[orderingKey] {
		if m := s.message(id); m.state == StateWaiting && m.leaseUntil.After(last) {
			last = m.leaseUntil
		}
	}
	return last
}

// urgency puts people who wait for an answer first, then new cards, then updates.
func urgency(k outbox.DeliveryKind) int {
	return slices.Index([]outbox.DeliveryKind{outbox.DirectMessageKind, outbox.PostMessage, outbox.UpdateMessage}, k)
}

// ClaimMessages leases at most limit messages that may go out now, until now+lease: of each
// ordering key the oldest that waits, and none of a key of which another is leased.
func (s *Store) ClaimMessages(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]outbox.Message, error) {
	if err := s.begin(ctx, "ClaimMessages"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	now = stamp(now)
	free := slices.DeleteFunc(s.heads(), func(m *messageRow) bool {
		return m.notBefore.After(now) || s.leasedUntil(m.orderingKey).After(now)
	})
	slices.SortFunc(free, func(a, b *messageRow) int {
		return cmp.Or(cmp.Compare(urgency(a.kind), urgency(b.kind)), cmp.Compare(a.id, b.id))
	})
	var claimed []outbox.Message
	for _, m := range free[:min(limit, len(free))] {
		claimed = append(claimed, s.readMessage(m))
		m.leaseOwner, m.leaseUntil = owner, stamp(now.Add(lease))
		m.attempts++
	}
	return claimed, nil
}

func (s *Store) readMessage(m *messageRow) outbox.Message {
	d := outbox.Message{ID: m.id, Kind: m.kind, ChallengeID: m.challengeID, OrderingKey: m.orderingKey, Card: m.card, Opening: m.opening,
		To: m.to, Content: slices.Clone(m.content), CreatedAt: m.createdAt, Attempts: m.attempts, Posted: m.replaces}
	if p := s.posted[m.posted]; p != nil {
		d.Posted = p.PostedMessage
		d.Posted.ContentHash = slices.Clone(p.ContentHash)
	}
	return d
}

// NextMessageDue is when a message may next be claimed, which may have passed; false when none waits.
func (s *Store) NextMessageDue(ctx context.Context) (time.Time, bool, error) {
	if err := s.begin(ctx, "NextMessageDue"); err != nil {
		return time.Time{}, false, err
	}
	defer s.mu.Unlock()
	var next time.Time
	heads := s.heads()
	for _, m := range heads {
		at := m.notBefore
		if leased := s.leasedUntil(m.orderingKey); leased.After(at) {
			at = leased
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, len(heads) > 0, nil
}

// ReleaseLeases gives back everything that an owner has claimed and not finished.
func (s *Store) ReleaseLeases(ctx context.Context, owner string) error {
	if err := s.begin(ctx, "ReleaseLeases"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.leaseOwner == owner {
			m.leaseOwner, m.leaseUntil = "", time.Time{}
		}
	}
	return nil
}

// CountOverdue tells what should have been done by now: challenges past their time by more
// than grace, and messages that wait.
func (s *Store) CountOverdue(ctx context.Context, now time.Time, grace time.Duration) (storage.OverdueWork, error) {
	if err := s.begin(ctx, "CountOverdue"); err != nil {
		return storage.OverdueWork{}, err
	}
	defer s.mu.Unlock()
	now = stamp(now)
	var o storage.OverdueWork
	for _, row := range s.challenges {
		if next := row.current.NextAt; !next.IsZero() && next.Before(now.Add(-grace)) {
			o.Challenges++
		}
	}
	for _, m := range s.messages {
		if m.state == StateWaiting {
			o.Messages++
			o.OldestMessage = max(o.OldestMessage, now.Sub(m.createdAt))
		}
	}
	return o, nil
}
