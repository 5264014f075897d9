package memorystore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// Store is one instance on a set of data, which it shares with those that Open made of it. It
// is safe for concurrent use.
type Store struct {
	*data
	instance  string // in heartbeats
	closed    chan struct{}
	closeOnce sync.Once
	before    atomic.Pointer[func(ctx context.Context, operation string) error]
}

// data is what is stored.
type data struct {
	mu         sync.Mutex
	ladders    map[string]*ladder.Ladder
	number     uint64
	challenges map[uuid.UUID]*challengeRow
	byRef      map[string]uuid.UUID
	keys       map[string]keyRow

	messages []*messageRow          // by id, which is the place in the list and one
	waiting  map[string][]int64     // ids of the messages that wait, by ordering key, in order
	posted   map[int64]*postedRow   // by the id of the message that posted it
	attempts map[int64][]attemptRow // by the id of the message
	// instances are those that claim, and when each was last seen.
	instances map[string]time.Time

	conversations  map[string]outbox.ConversationReference
	channels       map[string]outbox.Channel
	covers         []coverRow
	noticeChannels []directory.NoticeChannelSetting
	unreachable    map[string]outbox.Unreachable

	clock           func() time.Time     // the one clock of all instances
	heartbeats      map[string]heartbeat // by instance
	clockAcceptedAt time.Time
	directoryCopy   directoryCopy
	outages         []challenge.Outage

	opened    int
	listeners map[chan struct{}]bool
}

// New makes an empty store.
func New() *Store {
	return open(&data{ladders: map[string]*ladder.Ladder{}, challenges: map[uuid.UUID]*challengeRow{}, byRef: map[string]uuid.UUID{}, keys: map[string]keyRow{},
		waiting: map[string][]int64{}, instances: map[string]time.Time{}, posted: map[int64]*postedRow{}, attempts: map[int64][]attemptRow{},
		conversations: map[string]outbox.ConversationReference{}, channels: map[string]outbox.Channel{},
		unreachable: map[string]outbox.Unreachable{}, clock: time.Now, heartbeats: map[string]heartbeat{}, listeners: map[chan struct{}]bool{}})
}

func open(d *data) *Store {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	return &Store{data: d, instance: strconv.Itoa(d.opened), closed: make(chan struct{})}
}

// Open gives one more instance on the same data, as a second program would be. Closing one
// leaves the others.
func (s *Store) Open() *Store { return open(s.data) }

// SetClock gives the clock that stands for the database's; time.Now without it.
func (s *Store) SetClock(now func() time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = now
}

// unavailableError is a call that could not be made or was cut off.
type unavailableError struct{ cause error }

func (e *unavailableError) Error() string {
	return fmt.Sprintf("memorystore: %v: %v", storage.ErrUnavailable, e.cause)
}

func (e *unavailableError) Unwrap() []error { return []error{storage.ErrUnavailable, e.cause} }

var errClosed = errors.New("the store is closed")

// Intercept has a function asked before each operation of this instance, named after its
// method. The operation does nothing and ends with the error that it gives; it may also wait,
// as a database that is slow, or until ctx ends, as one that is frozen.
func (s *Store) Intercept(before func(ctx context.Context, operation string) error) {
	s.before.Store(&before)
}

// begin starts a transaction; the caller unlocks. What is refused here has changed nothing.
func (s *Store) begin(ctx context.Context, operation string) error {
	if before := s.before.Load(); before != nil && *before != nil {
		if err := (*before)(ctx, operation); err != nil {
			return err
		}
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	return nil
}

// check reports that a call was cut off: before it began, or before what it decided is written.
func (s *Store) check(ctx context.Context) error {
	select {
	case <-s.closed:
		return &unavailableError{errClosed}
	default:
	}
	if err := ctx.Err(); err != nil {
		return &unavailableError{err}
	}
	return nil
}

// longestKey is about what an index of PostgreSQL holds.
const longestKey = 2600

// checkKeys refuses what no index takes: a NUL, and what has no end.
func checkKeys(keys ...string) error {
	for _, key := range keys {
		if len(key) > longestKey {
			return &RefusedError{"a key is not that long"}
		}
	}
	return checkTexts(keys...)
}

// checkTexts refuses what no text column takes.
func checkTexts(texts ...string) error {
	for _, text := range texts {
		if strings.Contains(text, "\x00") {
			return &RefusedError{"a text holds no NUL"}
		}
	}
	return nil
}

// stamp is a time as it is stored: UTC, to the microsecond.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// SaveLadder stores a ladder, once for each hash. A challenge can be raised only under a stored
// one.
func (s *Store) SaveLadder(ctx context.Context, l *ladder.Ladder) error {
	text, err := l.JSON()
	if err != nil {
		return fmt.Errorf("memorystore: store a ladder: %w", err)
	}
	if err := s.begin(ctx, "SaveLadder"); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.ladders[l.Hash()], err = ladder.FromJSON(text); err != nil {
		return fmt.Errorf("memorystore: store a ladder: %w", err)
	}
	return nil
}

// LoadLadder is the ladder of that hash, as it was when it was stored. The caller must not change
// it.
func (s *Store) LoadLadder(ctx context.Context, hash string) (*ladder.Ladder, error) {
	if err := s.begin(ctx, "LoadLadder"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.loadLadder(hash)
}

func (s *Store) loadLadder(hash string) (*ladder.Ladder, error) {
	l, ok := s.ladders[hash]
	if !ok {
		return nil, fmt.Errorf("memorystore: there is no ladder with the digest %s", hash)
	}
	return l, nil
}

// CheckReady reports whether the store answers.
func (s *Store) CheckReady(ctx context.Context) error {
	if err := s.begin(ctx, "CheckReady"); err != nil {
		return err
	}
	s.mu.Unlock()
	return nil
}

// Listen calls wake whenever something was written that may be due, and once at the start,
// for what came before. It returns nil when ctx ends or the store is closed.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	news := make(chan struct{}, 1)
	s.mu.Lock()
	s.listeners[news] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, news)
	}()
	for {
		wake()
		select {
		case <-ctx.Done():
			return nil
		case <-s.closed:
			return nil
		case <-news:
		}
	}
}

// notify wakes everybody who listens.
func (s *Store) notify() {
	for news := range s.listeners {
		select {
		case news <- struct{}{}:
		default:
		}
	}
}

// Close ends Listen; every later call of this instance finds the store away.
func (s *Store) Close() { s.closeOnce.Do(func() { close(s.closed) }) }
