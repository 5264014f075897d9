package storagetest

import (
	"context"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// Store is all that a store does for the engine, the bot and the program around them. Each of
// these asks for the part that it needs.
type Store interface {
	SaveLadder(ctx context.Context, l *ladder.Ladder) error
	LoadLadder(ctx context.Context, hash string) (*ladder.Ladder, error)
	CheckReady(ctx context.Context) error
	Listen(ctx context.Context, wake func()) error
	Close()

	Raise(ctx context.Context, r storage.IdempotencyKey, decide func(number uint64) (challenge.Change, error)) (storage.ApplyResult, error)
	Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error)
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	LoadForReader(ctx context.Context, ref, person string) (challenge.Snapshot, error)
	ClaimIdempotencyKey(ctx context.Context, r storage.IdempotencyKey) (bool, error)
	ListEffects(ctx context.Context, idempotencyKey string) ([]storage.ActivityEffect, error)
	ListWaitingFor(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error)
	ListRaisedBy(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error)
	ListRegister(ctx context.Context, q storage.RegisterQuery) ([]challenge.Snapshot, error)
	EachChallenge(ctx context.Context, each func(challenge.Snapshot)) error
	EachOpen(ctx context.Context, each func(challenge.Snapshot)) error
	EachPending(ctx context.Context, each func(challenge.Snapshot)) error
	AnyPending(ctx context.Context) (bool, error)

	Tick(ctx context.Context, now time.Time, limit int, decide func(challenge.Snapshot) (challenge.Change, error)) (int, error)
	NextDue(ctx context.Context) (time.Time, bool, error)
	RecordHeartbeat(ctx context.Context, at time.Time, hasWorked bool) error
	ListOutages(ctx context.Context) ([]challenge.Outage, error)
	RecordOutage(ctx context.Context, o challenge.Outage) error
	CountOverdue(ctx context.Context, now time.Time, grace time.Duration) (storage.OverdueWork, error)

	QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error
	ClaimMessages(ctx context.Context, c outbox.Claim) (outbox.Claimed, error)
	NextMessageDue(ctx context.Context, now time.Time) (time.Time, bool, error)
	ReleaseLeases(ctx context.Context, owner string) error
	MarkDelivered(ctx context.Context, d outbox.Message, p outbox.PostedMessage, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error
	MarkRejected(ctx context.Context, d outbox.Message, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error
	ScheduleRetry(ctx context.Context, d outbox.Message, a outbox.Attempt, r outbox.Retry) error
	DropMessage(ctx context.Context, d outbox.Message, at time.Time, why string) error

	ReadClock(ctx context.Context) (storage.ClockReading, error)
	ForgetOldHeartbeats(ctx context.Context) error
	AcceptClock(ctx context.Context) (time.Time, error)
	SaveDirectoryCopy(ctx context.Context, content string, at time.Time) error
	LoadDirectoryCopy(ctx context.Context) (content string, at time.Time, err error)

	SaveConversation(ctx context.Context, c outbox.ConversationReference) error
	SaveOwnChat(ctx context.Context, c outbox.ConversationReference) error
	ForgetOwnChat(ctx context.Context, orderingKey, conversationID string) error
	FindConversation(ctx context.Context, orderingKey string) (outbox.ConversationReference, bool, error)
	ForgetConversation(ctx context.Context, orderingKey string) error
	FindPersonByTeamsID(ctx context.Context, teamsID string) (person string, known bool, err error)
	SaveChannel(ctx context.Context, c outbox.Channel) error
	FindChannelLoss(ctx context.Context, id string) (outbox.ChannelLoss, error)
	MarkUnreachable(ctx context.Context, u outbox.Unreachable) error
	MarkReachable(ctx context.Context, person string, at time.Time) error
	ListUntaken(ctx context.Context, person string) ([]outbox.Untaken, error)
	ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error)
	ForgetUnreachable(ctx context.Context, u outbox.Unreachable) error
	SetCover(ctx context.Context, r storage.IdempotencyKey, c directory.CoverSetting) error
	EndCover(ctx context.Context, r storage.IdempotencyKey, id int64, by string) error
	ListCovers(ctx context.Context, on workday.Date) ([]directory.CoverSetting, error)
	BindNoticeChannel(ctx context.Context, r storage.IdempotencyKey, n directory.NoticeChannelSetting) error
	ListNoticeChannels(ctx context.Context) ([]directory.NoticeChannelSetting, error)
}
