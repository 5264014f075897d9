package bot

import (
	"context"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// Stores are what a request needs of the database, each for one purpose.
type Stores struct {
	Challenges   ChallengeStore
	Lists        ListStore
	Settings     SettingStore
	Messages     MessageQueue
	Contacts     ContactStore
	Reachability ReachabilityStore
}

// ChallengeStore is the one way to change a challenge: in a transaction, once for each
// idempotency key.
type ChallengeStore interface {
	Raise(ctx context.Context, r storage.IdempotencyKey, decide func(number uint64) (challenge.Change, error)) (storage.ApplyResult, error)
	Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error)
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	// LoadForReader reads a challenge with no more of its trail than tells whether the person may
	// read it.
	LoadForReader(ctx context.Context, ref, person string) (challenge.Snapshot, error)
}

// ListStore finds challenges and what came of activities.
type ListStore interface {
	ListWaitingFor(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error)
	ListRaisedBy(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error)
	ListRegister(ctx context.Context, q storage.RegisterQuery) ([]challenge.Snapshot, error)
	EachPending(ctx context.Context, each func(challenge.Snapshot)) error
	// ListEffects are the steps to which an activity led, by its idempotency key.
	ListEffects(ctx context.Context, key string) ([]storage.ActivityEffect, error)
}

// SettingStore keeps what people set by a command while the bot runs.
type SettingStore interface {
	SetCover(ctx context.Context, r storage.IdempotencyKey, c directory.CoverSetting) error
	EndCover(ctx context.Context, r storage.IdempotencyKey, id int64, by string) error
	BindNoticeChannel(ctx context.Context, r storage.IdempotencyKey, n directory.NoticeChannelSetting) error
}

// MessageQueue takes messages that answer somebody.
type MessageQueue interface {
	QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error
}

// ContactStore keeps where people and channels are, as Teams says it.
type ContactStore interface {
	// SaveOwnChat answers storage.ErrSomebodyElsesChat for a chat that is another person's.
	SaveOwnChat(ctx context.Context, c outbox.ConversationReference) error
	ForgetOwnChat(ctx context.Context, orderingKey, conversationID string) error
	// FindPersonByTeamsID is the Entra object id of who has that id in Teams, as their own chat
	// with the bot told it. "" with true: the id is known for several people, and so for none.
	FindPersonByTeamsID(ctx context.Context, teamsID string) (person string, known bool, err error)
	SaveChannel(ctx context.Context, c outbox.Channel) error
}

// ReachabilityStore keeps who cannot be written to.
type ReachabilityStore interface {
	MarkUnreachable(ctx context.Context, u outbox.Unreachable) error
	ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error)
	MarkReachable(ctx context.Context, person string, at time.Time) error
}

// AllStores are all of them in one, as a database is.
type AllStores interface {
	ChallengeStore
	ListStore
	SettingStore
	MessageQueue
	ContactStore
	ReachabilityStore
}

// OneStore is one database for every purpose.
func OneStore(s AllStores) Stores { return Stores{s, s, s, s, s, s} }

func (s Stores) areSet() bool {
	return s.Challenges != nil && s.Lists != nil && s.Settings != nil && s.Messages != nil && s.Contacts != nil && s.Reachability != nil
}
