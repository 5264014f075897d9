package memorystore

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// result is what came of a claimed message: what write leaves of it. It is given the decided
// transition, nil when there is none, and decide's error.
type result func(m *messageRow, t *transition, undecided error) error

// recordResult records what came of a claimed message. The number of the attempt is the
// fencing token: a message that somebody else has claimed since, or that is done, keeps what
// they made of it, and only the attempt is recorded.
func (s *Store) recordResult(ctx context.Context, operation string, d outbox.Message, a outbox.Attempt, decide decideFunc, write result) error {
	if err := s.begin(ctx, operation); err != nil {
		return err
	}
	defer s.mu.Unlock()
	m := s.message(d.ID)
	if m == nil || m.state != StateWaiting || m.attempts != d.Attempts+1 {
		s.recordAttempt(m, d, a)
		return storage.ErrLeaseLost
	}
	var t *transition
	var undecided error
	if row, ok := s.row(storage.LookupKey{ID: d.ChallengeID}); ok && decide != nil {
		var err error
		if t, undecided, err = s.decideResult(row, decide); err != nil {
			return err
		}
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	owner := m.leaseOwner
	if err := write(m, t, undecided); err != nil {
		return err
	}
	s.recordAttemptOf(owner, d, a)
	s.notify()
	return nil
}

// decideResult takes the decision, and checks what it would write.
func (s *Store) decideResult(row *challengeRow, decide decideFunc) (t *transition, undecided, err error) {
	before, err := s.withoutHistory(row)
	if err != nil {
		return nil, err, nil
	}
	change, err := decide(before)
	if err != nil || !change.HasEvents() {
		return nil, err, nil
	}
	t, err = s.newTransition(before.Challenge, change, time.Time{})
	return t, nil, err
}

func (s *Store) recordAttempt(m *messageRow, d outbox.Message, a outbox.Attempt) {
	if m != nil {
		s.recordAttemptOf(m.leaseOwner, d, a)
	}
}

// recordAttemptOf keeps the first word about an attempt.
func (s *Store) recordAttemptOf(owner string, d outbox.Message, a outbox.Attempt) {
	n := d.Attempts + 1
	if slices.ContainsFunc(s.attempts[d.ID], func(r attemptRow) bool { return r.n == n }) {
		return
	}
	a.At = stamp(a.At)
	s.attempts[d.ID] = append(s.attempts[d.ID], attemptRow{n: n, owner: owner, Attempt: a})
}

func (m *messageRow) finish(state MessageState, at time.Time, status int, code string) {
	m.state, m.doneAt, m.lastStatus, m.lastCode = state, stamp(at), status, code
	m.leaseOwner, m.leaseUntil = "", time.Time{}
}

// MarkDelivered records that Teams took a message: the attempt, the message, the posted card
// and, for a new card of a challenge, the event that decide gives (its snapshot has no
// history). If the challenge has moved on since the card was rendered, an update follows, and the person's earlier
// cards of the challenge are superseded by one of their own. When
// decide fails its error is returned and everything but the event is recorded, for the message
// is out.
func (s *Store) MarkDelivered(ctx context.Context, d outbox.Message, p outbox.PostedMessage, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error {
	if d.Kind != outbox.PostMessage {
		decide = nil
	}
	var undecided error
	err := s.recordResult(ctx, "MarkDelivered", d, a, decide, func(m *messageRow, t *transition, cause error) error {
		if m.kind != outbox.DirectMessageKind && (p.ConversationID == "" || p.ActivityID == "" || p.Version < 1 || len(p.ContentHash) != sha256.Size) {
			return &RefusedError{"a posted card has its place, its version and its hash"}
		}
		undecided = cause
		m.finish(StateSent, a.At, a.StatusCode, a.ErrorCode)
		if p.ToPersonalChat {
			s.markBack(m.to.Person, a.At, true)
		}
		if m.kind == outbox.DirectMessageKind {
			return nil
		}
		card := s.recordPosted(m, p, a.At)
		if t != nil {
			s.write(t)
		}
		if current := s.challenges[m.challengeID].current; card.Version < current.Version {
			s.queueUpdate(card, stamp(a.At))
		}
		if m.kind == outbox.PostMessage {
			s.supersede(card, stamp(a.At))
		}
		return nil
	})
	return errors.Join(err, undecided)
}

// supersede marks the person's earlier cards of the challenge, and has them brought up to date,
// when a new one is theirs.
func (s *Store) supersede(by *postedRow, at time.Time) {
	if by.to.Person == "" {
		return
	}
	for _, older := range s.challenges[by.challengeID].cards {
		if older.messageID < by.messageID && older.to.Person == by.to.Person && slices.Contains(by.card.Superseded(), older.card) && !older.Final && !older.Superseded {
			older.Superseded = true
			s.queueUpdate(older, at)
		}
	}
}

// recordPosted keeps what is on the screen now.
func (s *Store) recordPosted(m *messageRow, p outbox.PostedMessage, at time.Time) *postedRow {
	card := s.posted[m.posted]
	if m.kind == outbox.PostMessage {
		card = &postedRow{messageID: m.id, challengeID: m.challengeID, card: m.card, opening: m.opening, to: m.to}
		row := s.challenges[m.challengeID]
		s.posted[m.id], row.cards = card, append(row.cards, card)
	}
	p.ContentHash, p.ToPersonalChat, p.Superseded = slices.Clone(p.ContentHash), false, card.Superseded
	card.PostedMessage, card.shownAt = p, stamp(at)
	return card
}

// MarkRejected records that a message was given up, because Teams refused it for good or, after an
// ambiguous attempt, because nobody can know; and, for a new card of a challenge, the event that
// decide gives. When decide fails nothing is recorded: the lease ends and the message is tried
// again, for somebody must be told.
func (s *Store) MarkRejected(ctx context.Context, d outbox.Message, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error {
	if d.Kind != outbox.PostMessage {
		decide = nil
	}
	state := StateFailed
	if a.Ambiguous {
		state = StateUnconfirmed
	}
	return s.recordResult(ctx, "MarkRejected", d, a, decide, func(m *messageRow, t *transition, cause error) error {
		if cause != nil {
			return cause
		}
		m.finish(state, a.At, a.StatusCode, a.ErrorCode)
		if m.kind == outbox.UpdateMessage {
			s.posted[m.posted].Final = true
		}
		if t != nil {
			s.write(t)
		}
		return nil
	})
}

// ScheduleRetry records an attempt that did not succeed and lets the message be claimed again.
// Its ordering key waits for it until it steps aside.
func (s *Store) ScheduleRetry(ctx context.Context, d outbox.Message, a outbox.Attempt, r outbox.Retry) error {
	return s.recordResult(ctx, "ScheduleRetry", d, a, nil, func(m *messageRow, _ *transition, _ error) error {
		m.notBefore, m.asideAt, m.lastStatus, m.lastCode = stamp(r.NotBefore), stamp(r.StepsAsideAt), a.StatusCode, a.ErrorCode
		if m.failing.IsZero() {
			m.failing = stamp(a.At)
		}
		if a.Ambiguous {
			m.copies++
		}
		m.leaseOwner, m.leaseUntil = "", time.Time{}
		return nil
	})
}

// DropMessage ends a message that has nothing to show any more. Nothing was sent, so there is
// no attempt. An update with nothing to show has shown it.
func (s *Store) DropMessage(ctx context.Context, d outbox.Message, at time.Time, why string) error {
	if err := s.begin(ctx, "DropMessage"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	m := s.message(d.ID)
	if m == nil || m.state != StateWaiting || m.attempts != d.Attempts+1 {
		return nil
	}
	m.finish(StateDropped, at, 0, why)
	if card := s.posted[m.posted]; card != nil {
		card.Version = max(card.Version, s.challenges[card.challengeID].current.Version)
	}
	return nil
}
