package engine

import (
	"context"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// Each part of the engine has an interface of what it needs of the database. Every call
// has an end of its own: a store whose connection has fallen silent returns
// storage.ErrUnavailable within seconds.

// decideFunc is a pure decision on a challenge as it was read.
type decideFunc = func(challenge.Snapshot) (challenge.Change, error)

// ClockStore is what the clock needs.
type ClockStore interface {
	Tick(ctx context.Context, now time.Time, limit int, decide decideFunc) (int, error)
	NextDue(ctx context.Context) (time.Time, bool, error)
	ListOutages(ctx context.Context) ([]challenge.Outage, error)
}

// MorningStore is what the work of a morning needs: all that is open, and digests.
type MorningStore interface {
	EachPending(ctx context.Context, each func(challenge.Snapshot)) error
	AnyPending(ctx context.Context) (bool, error)
	EachOpen(ctx context.Context, each func(challenge.Snapshot)) error
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error)
	Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide decideFunc) (
		storage.ApplyResult, error)
	QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error
}

// OutboxStore is what delivering needs.
type OutboxStore interface {
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	ClaimMessages(ctx context.Context, c outbox.Claim) (outbox.Claimed, error)
	MarkDelivered(ctx context.Context, d outbox.Message, p outbox.PostedMessage, a outbox.Attempt, decide decideFunc) error
	ScheduleRetry(ctx context.Context, d outbox.Message, a outbox.Attempt, r outbox.Retry) error
	MarkRejected(ctx context.Context, d outbox.Message, a outbox.Attempt, decide decideFunc) error
	DropMessage(ctx context.Context, d outbox.Message, at time.Time, why string) error
	NextMessageDue(ctx context.Context, now time.Time) (time.Time, bool, error)
	ReleaseLeases(ctx context.Context, owner string) error
	ConversationStore
	FindChannelLoss(ctx context.Context, channel string) (outbox.ChannelLoss, error)
	// Apply tells those who must know of a message that is late.
	Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide decideFunc) (
		storage.ApplyResult, error)
}

// ConversationStore keeps how people and threads are reached.
type ConversationStore interface {
	FindConversation(ctx context.Context, orderingKey string) (outbox.ConversationReference, bool, error)
	SaveConversation(ctx context.Context, c outbox.ConversationReference) error
	ForgetConversation(ctx context.Context, orderingKey string) error
}

// ReachabilityStore is what looking after those whom Teams refuses needs: probes, and the
// cards of who is back.
type ReachabilityStore interface {
	FindConversation(ctx context.Context, orderingKey string) (outbox.ConversationReference, bool, error)
	SaveConversation(ctx context.Context, c outbox.ConversationReference) error
	ClaimIdempotencyKey(ctx context.Context, r storage.IdempotencyKey) (bool, error)
	MarkUnreachable(ctx context.Context, u outbox.Unreachable) error
	MarkReachable(ctx context.Context, person string, at time.Time) error
	ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error)
	ListUntaken(ctx context.Context, person string) ([]outbox.Untaken, error)
	ForgetUnreachable(ctx context.Context, u outbox.Unreachable) error
	ListWaitingFor(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error)
	Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide decideFunc) (
		storage.ApplyResult, error)
}

// WatchStore is what the watch needs. What it looks at must not wait for a connection of
// the others.
type WatchStore interface {
	CountOverdue(ctx context.Context, now time.Time, grace time.Duration) (storage.OverdueWork, error)
	// Load and QueueDirectMessage are for telling people of what it found.
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error
}

// ChangeListener tells when something was written that may be due.
type ChangeListener interface {
	Listen(ctx context.Context, wake func()) error
}

// Store is a database that serves all parts.
type Store interface {
	ClockStore
	MorningStore
	OutboxStore
	ReachabilityStore
	WatchStore
	ChangeListener
}

// Each part reaches the store by what it needs of it, and by nothing else.

func (e *Engine) clockStore() ClockStore               { return e.Store }
func (e *Engine) morningStore() MorningStore           { return e.Store }
func (e *Engine) outboxStore() OutboxStore             { return e.Store }
func (e *Engine) reachabilityStore() ReachabilityStore { return e.Store }
func (e *Engine) watchStore() WatchStore               { return e.Store }
func (e *Engine) changes() ChangeListener              { return e.Store }
