package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"challengebot/internal/contain"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// Message is what goes to Teams: a card, or words alone.
type Message struct {
	Card    []byte // an Adaptive Card
	Summary string // what the notification says: nothing about a child
	Text    string // without a card: plain text
}

// Destination is a conversation.
type Destination struct {
	ServiceURL     string
	ConversationID string
}

// Teams is what the engine says to Teams. An error is a *teamsfailure.Failure.
type Teams interface {
	CreatePersonalChat(ctx context.Context, serviceURL, entraID string) (conversation string, err error)
	StartThread(ctx context.Context, serviceURL, channel string, m Message) (conversation, activity string, err error)
	Send(ctx context.Context, p Destination, m Message) (activity string, err error)
	// SendTargeted posts where others read too so that one member alone sees it, for a day.
	// recipient is a Teams id; prompt, if any, the member's own message of that kind.
	SendTargeted(ctx context.Context, p Destination, recipient, prompt string, m Message) (activity string, err error)
	Update(ctx context.Context, p Destination, activity string, m Message) error
}

// Config is what an Engine is made of.
type Config struct {
	Store     Store
	Teams     Teams
	Now       func() time.Time
	Calendar  *workday.Calendar
	Directory func() *directory.Directory
	// Refresh brings the directory up to date with who stands in; before each round of
	// the clock.
	Refresh  func(context.Context) error
	Logger   *slog.Logger
	Registry prometheus.Registerer
	// Owner names this instance in leases; it must be unique.
	Owner string
	// ServiceURL is used for people and channels that never wrote to the bot.
	ServiceURL string
	// BatchSize is how many due challenges one transaction takes; 500 if zero.
	BatchSize int
	// CallTimeout bounds one call to Teams; 10 seconds if zero.
	CallTimeout time.Duration
}

// Engine does what is due.
type Engine struct {
	Config
	wakeClock, wakeMorning, wakeDeliveries chan struct{}
	loops                                  []*loop
	metrics                                *metrics
	failureLog                             logThrottle
	probes                                 probeProgress
	lastMorning                            atomic.Int32 // the working day whose beginning this instance has dealt with
}

// leaseDuration is how long a claimed delivery is one instance's. It is longer than all
// calls that a delivery can make.
const leaseDuration = 2 * time.Minute

// deliveryTimeout bounds one delivery with all its calls, so that it ends before its
// lease does; claimTimeout bounds a claim.
const (
	deliveryTimeout = 90 * time.Second
	claimTimeout    = 15 * time.Second
)

// claimBatchSize is how many deliveries one claim takes, each of another conversation.
const claimBatchSize = 16

// pollInterval is how long the engine sleeps at the most.
const pollInterval = 5 * time.Second

// New makes an engine. It does nothing until Run, Settle or Tick is called.
func New(c Config) (*Engine, error) {
	if c.BatchSize == 0 {
		c.BatchSize = 500
	}
	if c.CallTimeout == 0 {
		c.CallTimeout = 10 * time.Second
	}
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, err
	}
	e := &Engine{Config: c, wakeClock: make(chan struct{}, 1), wakeMorning: make(chan struct{}, 1),
		wakeDeliveries: make(chan struct{}, 1), metrics: m}
	e.loops = e.newLoops()
	return e, nil
}

// Wake makes a running engine look now.
func (e *Engine) Wake() {
	for _, wake := range []chan<- struct{}{e.wakeClock, e.wakeMorning, e.wakeDeliveries} {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Run works until the context ends, then gives its leases back. The clock, the work of
// the morning, the deliveries, the probing and the watch have a loop each: however slow
// Teams is, and however much a morning brings, a window ends on time.
func (e *Engine) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { e.listenForChanges(ctx) })
	for _, l := range e.loops {
		parts.Go(func() { e.runLoop(ctx, l) })
	}
	parts.Wait()
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return e.Store.ReleaseLeases(back, e.Owner)
}

func (e *Engine) runMorningRound(ctx context.Context) error {
	_, err := e.RunMorning(ctx)
	return e.reportSetAside(ctx, workMornings, err)
}

func (e *Engine) runDeliveryRound(ctx context.Context) error {
	_, err := e.DeliverPending(ctx)
	return e.reportSetAside(ctx, workDeliveries, err)
}

// RunUntilIdle does everything that is due at this moment of the clock: windows, digests,
// then deliveries, until there is nothing left.
func (e *Engine) RunUntilIdle(ctx context.Context) error {
	for {
		ticked, err := e.Tick(ctx)
		if err != nil {
			return err
		}
		sent, err := e.RunMorning(ctx)
		if err != nil {
			return err
		}
		delivered, err := e.DeliverPending(ctx)
		if err != nil {
			return err
		}
		if ticked+sent+delivered == 0 {
			return nil
		}
	}
}

// DeliverPending sends everything that may go out now and returns how many deliveries it
// tried. One conversation gets its deliveries one after the other. When the context
// ends nothing more is claimed, and what is claimed is brought to its end: a call
// cut off half-way would be a card that comes twice.
func (e *Engine) DeliverPending(ctx context.Context) (int, error) {
	resendErr := e.resendPending(ctx) // it keeps nothing else back
	total, err := e.deliverBatches(ctx)
	return total, errors.Join(resendErr, err)
}

func (e *Engine) deliverBatches(ctx context.Context) (int, error) {
	total := 0
	var failed setAsideList
	for ctx.Err() == nil {
		batch, err := e.claimBatch(ctx)
		if err != nil || len(batch) == 0 {
			return total, errors.Join(err, failed.err())
		}
		total += len(batch)
		var group errgroup.Group
		for _, queued := range batch {
			group.Go(func() error { return e.deliverContained(ctx, queued, &failed) })
		}
		if err := group.Wait(); err != nil {
			return total, errors.Join(err, failed.err())
		}
	}
	return total, errors.Join(ctx.Err(), failed.err())
}

// deliverContained makes one delivery, within its time. What fails by itself is set aside:
// its lease ends and it is tried again. The error is one that all deliveries would meet.
func (e *Engine) deliverContained(ctx context.Context, queued outbox.Message, failed *setAsideList) error {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTimeout)
	defer cancel()
	err := contain.Run(func() error { return e.deliverMessage(whole, queued) })
	recordHeadway(ctx)
	if err == nil || errors.Is(err, storage.ErrUnavailable) {
		return err
	}
	failed.add(storage.SetAsideItem{MessageID: queued.ID, ChallengeID: queued.ChallengeID, Cause: err})
	return nil
}

// claimBatch is never cut off half-way either: a claim that the database makes after this
// instance gave its leases back would hold its conversations up until it ends.
func (e *Engine) claimBatch(ctx context.Context) ([]outbox.Message, error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimTimeout)
	defer cancel()
	return e.Store.ClaimMessages(whole, e.Owner, e.Now(), leaseDuration, claimBatchSize)
}

// listenForChanges keeps a connection on which the store says that something was written.
func (e *Engine) listenForChanges(ctx context.Context) {
	for ctx.Err() == nil {
		err := contain.Run(func() error { return e.Store.Listen(ctx, e.Wake) })
		if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
			continue
		}
		e.Logger.Warn("the engine does not hear of news and polls instead; it tries again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pollInterval):
		}
	}
}
