package storage

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
)

// What a store answers beside a *Refusal.
var (
	// ErrUnavailable: the database cannot be reached or did not answer in time.
	// Nothing was changed; the same command may be given again.
	ErrUnavailable = errors.New("the database is not available")
	// ErrNotFound: there is no challenge of that reference or id.
	ErrNotFound = errors.New("there is no such challenge")
	// ErrUnreadable: something stored is damaged, or of another version. A list comes with this
	// error and with all that can be read.
	ErrUnreadable = errors.New("something stored cannot be read")
	// ErrSomebodyElsesChat: a one-to-one chat was to be kept for somebody, and is another
	// person's.
	ErrSomebodyElsesChat = errors.New("the one-to-one chat is another person's")
	// ErrLeaseLost: somebody else has claimed the message since, or it is done. The attempt is
	// recorded all the same.
	ErrLeaseLost = errors.New("the message is no longer leased to this claim")
)

// OutageAfter is how long no instance has worked when it was an outage; a restart is none.
const OutageAfter = time.Minute

// LookupKey finds a challenge by reference or, if that is empty, by id.
type LookupKey struct {
	Ref string
	ID  uuid.UUID
}

// IdempotencyKey marks something that must have its effect once. An empty Key marks
// nothing.
type IdempotencyKey struct {
	Value string
	At    time.Time
}

// ApplyResult is what the transaction did.
type ApplyResult struct {
	// Snapshot is the challenge after the change, its history included. When the
	// idempotency key had been seen before, it is the challenge as it was then.
	Snapshot challenge.Snapshot
	Repeated bool
	Refusal  *challenge.Refusal
}

// ActivityEffect is a step of a challenge to which an activity led.
type ActivityEffect struct {
	ChallengeID uuid.UUID
	Seq         int
	At          time.Time
}

// OverdueWork is work that should have been done by now.
type OverdueWork struct {
	Challenges    int // past their time with nothing done
	SetAside      int // challenges that failed by themselves and are to be tried again
	Messages      int // that have not gone out
	OldestMessage time.Duration
	// Questions are first cards that ask somebody for an answer and that Teams has not taken.
	Questions      int
	OldestQuestion time.Duration
}

// ClockReading is what the database says of the time.
type ClockReading struct {
	// Now is the database's clock, which may be out by Uncertainty: half of the time that
	// reading it took.
	Now         time.Time
	Uncertainty time.Duration
	// NewestSeen is the latest time by which any instance has worked; zero: none has.
	NewestSeen time.Time
	// AcceptedAt is when, by that clock, somebody last said that it is right; zero: never.
	AcceptedAt time.Time
}
