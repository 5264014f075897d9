package memorystore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// queue adds a message that waits from its creation on.
func (s *Store) queue(m messageRow) {
	m.id, m.state, m.notBefore = int64(len(s.messages)+1), StateWaiting, m.createdAt
	if m.orderingKey == "" {
		m.orderingKey = outbox.OrderingKey(m.to)
	}
	s.messages = append(s.messages, &m)
	s.waiting[m.orderingKey] = append(s.waiting[m.orderingKey], m.id)
}

func (s *Store) message(id int64) *messageRow {
	if id < 1 || id > int64(len(s.messages)) {
		return nil
	}
	return s.messages[id-1]
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
	if err := checkKeys(r.Value); err != nil {
		return false, err
	}
	if _, seen := s.findKey(r); seen {
		return false, nil
	}
	s.keys[r.Value] = keyRow{at: stamp(r.At)}
	return true, nil
}

// waitingMessages are those of an ordering key, the oldest first.
func (s *Store) waitingMessages(key string) []*messageRow {
	var all []*messageRow
	ids := slices.DeleteFunc(s.waiting[key], func(id int64) bool { return s.message(id).state != StateWaiting })
	if s.waiting[key] = ids; len(ids) == 0 {
		delete(s.waiting, key)
	}
	for _, id := range ids {
		all = append(all, s.message(id))
	}
	return all
}

// candidates are the messages of an ordering key that are next: the first that has not stepped
// aside, and all that have; never one before an earlier one of its own challenge.
func (s *Store) candidates(key string, now time.Time) []*messageRow {
	var next []*messageRow
	seen := map[uuid.UUID]bool{}
	front := false
	for _, m := range s.waitingMessages(key) {
		if m.challengeID != uuid.Nil && seen[m.challengeID] {
			continue
		}
		seen[m.challengeID] = true
		aside := m.stepsAsideBy(now)
		if aside || !front {
			next = append(next, m)
		}
		front = front || !aside
	}
	return next
}

func (m *messageRow) stepsAsideBy(now time.Time) bool {
	return !m.asideAt.IsZero() && !m.asideAt.After(now)
}

// heldUntil is when the last lease on an ordering key ends that is held: by somebody else who
// is there, or by the claimer, who knows of it. held is false when none is.
func (s *Store) heldUntil(key string, c outbox.Claim) (last time.Time, held bool) {
	for _, m := range s.waitingMessages(key) {
		if m.leaseUntil.IsZero() {
			continue
		}
		here := m.leaseOwner == c.Owner && slices.Contains(c.InHand, m.id)
		elsewhere := m.leaseOwner != c.Owner && m.leaseUntil.After(c.Now) && !s.isGone(m.leaseOwner)
		if (here || elsewhere) && (!held || m.leaseUntil.After(last)) {
			last, held = m.leaseUntil, true
		}
	}
	return last, held
}

// instanceTimeout is how long an instance that claims may not have been seen before what it
// claimed is free.
const instanceTimeout = 30 * time.Second

// isGone reports whether an instance was there and has not been for a while.
func (s *Store) isGone(owner string) bool {
	seen, known := s.instances[owner]
	return known && s.clock().Sub(seen) > instanceTimeout
}

// isHung reports whether the last call for a waiting message of the key ran into its time limit.
func (s *Store) isHung(key string) bool {
	return slices.ContainsFunc(s.waitingMessages(key), func(m *messageRow) bool { return m.lastCode == "timeout" })
}

// urgency puts people who wait for an answer first, then new cards, then updates.
func urgency(k outbox.DeliveryKind) int {
	return slices.Index([]outbox.DeliveryKind{outbox.DirectMessageKind, outbox.PostMessage, outbox.UpdateMessage}, k)
}

// ClaimMessages leases messages that may go out now, until now+lease: of each ordering key the
// oldest that is next, and none of a key of which another is held. Every call also says that
// the instance is there.
func (s *Store) ClaimMessages(ctx context.Context, c outbox.Claim) (outbox.Claimed, error) {
	if err := s.begin(ctx, "ClaimMessages"); err != nil {
		return outbox.Claimed{}, err
	}
	defer s.mu.Unlock()
	c.Now = stamp(c.Now)
	s.instances[c.Owner] = s.clock()
	var well, hung []*messageRow
	for key := range s.waiting {
		due := slices.DeleteFunc(s.candidates(key, c.Now), func(m *messageRow) bool { return m.notBefore.After(c.Now) })
		if _, held := s.heldUntil(key, c); held || len(due) == 0 {
			continue
		}
		if s.isHung(key) {
			hung = append(hung, due[0])
		} else {
			well = append(well, due[0])
		}
	}
	for _, free := range [][]*messageRow{well, hung} {
		slices.SortFunc(free, func(a, b *messageRow) int {
			return cmp.Or(cmp.Compare(urgency(a.kind), urgency(b.kind)), cmp.Compare(a.id, b.id))
		})
	}
	var claimed outbox.Claimed
	take := func(free []*messageRow, limit int, isHung bool) {
		for _, m := range free[:min(limit, len(free))] {
			d := s.readMessage(m)
			d.Hung = isHung
			claimed.Messages = append(claimed.Messages, d)
			m.leaseOwner, m.leaseUntil = c.Owner, stamp(c.Now.Add(c.Lease))
			m.attempts++
		}
	}
	take(well, c.Limit, false)
	take(hung, c.HungLimit, true)
	for owner := range s.instances {
		if !s.isGone(owner) {
			claimed.Instances++
		}
	}
	return claimed, nil
}

func (s *Store) readMessage(m *messageRow) outbox.Message {
	d := outbox.Message{ID: m.id, Kind: m.kind, ChallengeID: m.challengeID, OrderingKey: m.orderingKey, Card: m.card, Opening: m.opening,
		To: m.to, Content: slices.Clone(m.content), CreatedAt: m.createdAt, Attempts: m.attempts,
		FailingSince: m.failing, Copies: m.copies, Posted: m.replaces}
	if p := s.posted[m.posted]; p != nil {
		d.Posted = p.PostedMessage
		d.Posted.ContentHash = slices.Clone(p.ContentHash)
	}
	return d
}

// NextMessageDue is when a message may next be claimed, as things are at a moment, which may
// have passed; false when none waits.
func (s *Store) NextMessageDue(ctx context.Context, now time.Time) (time.Time, bool, error) {
	if err := s.begin(ctx, "NextMessageDue"); err != nil {
		return time.Time{}, false, err
	}
	defer s.mu.Unlock()
	now = stamp(now)
	var next time.Time
	known := false
	consider := func(at, held time.Time) {
		if held.After(at) {
			at = held
		}
		if !known || at.Before(next) {
			next, known = at, true
		}
	}
	for key := range s.waiting {
		held, _ := s.heldUntil(key, outbox.Claim{Now: now})
		for _, m := range s.candidates(key, now) {
			consider(m.notBefore, held)
			if m.asideAt.After(now) && s.hasAnotherBehind(m) {
				consider(m.asideAt, held)
			}
		}
	}
	return next, known, nil
}

// hasAnotherBehind reports whether a message about something else waits behind this one.
func (s *Store) hasAnotherBehind(m *messageRow) bool {
	return slices.ContainsFunc(s.waitingMessages(m.orderingKey), func(o *messageRow) bool {
		return o.id > m.id && (o.challengeID != m.challengeID || o.challengeID == uuid.Nil)
	})
}

// ReleaseLeases gives back everything that an owner has claimed and not finished. It claims
// nothing more.
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
	delete(s.instances, owner)
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
		if !row.retryAt.IsZero() {
			o.SetAside++
		}
	}
	for _, m := range s.messages {
		if m.state == StateWaiting {
			o.Messages++
			o.OldestMessage = max(o.OldestMessage, now.Sub(m.createdAt))
			if m.kind == outbox.PostMessage && m.card == challenge.CardRespond {
				o.Questions++
				o.OldestQuestion = max(o.OldestQuestion, now.Sub(m.createdAt))
			}
		}
	}
	return o, nil
}
