package memorystore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

// Contents is what a store holds of messages and keys, to look at in a test.
type Contents struct {
	Messages []MessageRecord
	Posted   []PostedRecord
	Attempts []AttemptRecord
	Keys     []string
}

// MessageRecord is a message and what became of it.
type MessageRecord struct {
	outbox.Message // Posted is that of a message that a reply takes the place of
	State          MessageState
	UpdatesID      int64 // the message whose card it brings up to date
	NotBefore      time.Time
	LeaseOwner     string
	LeaseUntil     time.Time
	DoneAt         time.Time
	LastStatus     int
	LastCode       string
}

// PostedRecord is a card on somebody's screen, by the message that posted it.
type PostedRecord struct {
	MessageID int64
	outbox.PostedMessage
	ShownAt time.Time
}

// AttemptRecord is the Nth try to send a message.
type AttemptRecord struct {
	MessageID int64
	N         int
	Owner     string
	outbox.Attempt
}

// Contents copies what is stored: messages and cards in the order of their ids.
func (s *Store) Contents() Contents {
	s.mu.Lock()
	defer s.mu.Unlock()
	var c Contents
	for _, m := range s.messages {
		record := MessageRecord{Message: s.readMessage(m), State: m.state, UpdatesID: m.posted, NotBefore: m.notBefore,
			LeaseOwner: m.leaseOwner, LeaseUntil: m.leaseUntil, DoneAt: m.doneAt, LastStatus: m.lastStatus, LastCode: m.lastCode}
		record.Posted = m.replaces
		c.Messages = append(c.Messages, record)
		for _, a := range slices.SortedFunc(slices.Values(s.attempts[m.id]), func(a, b attemptRow) int { return cmp.Compare(a.n, b.n) }) {
			c.Attempts = append(c.Attempts, AttemptRecord{m.id, a.n, a.owner, a.Attempt})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.posted)) {
		c.Posted = append(c.Posted, PostedRecord{id, s.posted[id].PostedMessage, s.posted[id].shownAt})
	}
	c.Keys = slices.Sorted(maps.Keys(s.keys))
	return c
}

// Challenges are all that are stored, with ladder and history, in the order of their ids.
func (s *Store) Challenges() ([]challenge.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []challenge.Snapshot
	for _, row := range s.sorted(func(*challengeRow) bool { return true }, func(_, _ *challengeRow) int { return 0 }) {
		snap, err := s.withoutHistory(row)
		if err != nil {
			return nil, err
		}
		snap.History = slices.Clone(row.events)
		all = append(all, snap)
	}
	return all, nil
}

// Verify holds every trail against its chain, and what it leads to against the stored challenge.
func (s *Store) Verify() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var faults error
	for id, row := range s.challenges {
		c, err := challenge.Replay(id, row.events)
		if err == nil {
			var doc []byte
			if doc, err = json.Marshal(c); err == nil && !bytes.Equal(doc, row.doc) {
				err = errors.New("its row is not what its trail leads to")
			}
		}
		if err != nil {
			faults = errors.Join(faults, fmt.Errorf("memorystore: challenge %s: %w", id, err))
		}
	}
	return faults
}

// Corrupt makes what is stored of a challenge unreadable, as a hand or a fault outside the
// program would. Its events stay as they are.
func (s *Store) Corrupt(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.challenges[id].doc = []byte(`{"seq":"x"}`)
}

// Tamper changes what is stored of a challenge by hand: it can be read, and need not make sense.
func (s *Store) Tamper(id uuid.UUID, change func(*challenge.Challenge)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.challenges[id]
	c, err := row.read()
	if err != nil {
		return err
	}
	change(&c)
	row.doc, err = json.Marshal(c)
	return err
}
