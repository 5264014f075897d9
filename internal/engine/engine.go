package engine

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/contain"
	"challengebot/internal/directory"
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
	Refresh func(context.Context) error
	// Faults, if set, tells what is wrong with the set-up of this instance now.
	Faults func() []Fault
	// MeasureClock, if set, is called at each look of the watch.
	MeasureClock func(context.Context) error
	// KeepHeartbeat, if set, is called before each round of the clock: it keeps that the bot
	// works, and finds the outage before.
	KeepHeartbeat func(context.Context) error

	Logger   *slog.Logger
	Registry prometheus.Registerer
	// Owner names this instance in leases; it must be unique.
	Owner string
	// ServiceURL is used for people and channels that never wrote to the bot.
	ServiceURL string
	// BatchSize is how many due challenges one transaction takes; 500 if zero.
	BatchSize int
	// CallTimeout bounds one call to Teams; 10 seconds if zero. A call that makes a message
	// has three times as long.
	CallTimeout time.Duration
	// Pace keeps the calls within the limits of Teams; without one nothing waits.
	Pace *Pace
	// Jitter is a random time up to that long, by which attempts are spread; of math/rand if
	// nil.
	Jitter func(longest time.Duration) time.Duration
}

// Engine does what is due.
type Engine struct {
	Config
	wakeClock, wakeMorning, wakeDeliveries chan struct{}
	loops                                  []*loop
	metrics                                *metrics
	failureLog                             logThrottle
	health                                 teamsHealth
	hand                                   hand
	sent                                   sentMessages
	claiming                               sync.Mutex
	running                                sync.WaitGroup // deliveries, and results that are still to be recorded
	probes                                 probeProgress
	watchState                             watchState
	outagesTold                            outagesTold
	requeuedAt                             atomic.Pointer[time.Time] // by this machine's own time
	lastMorning                            atomic.Int32              // the working day whose beginning this instance has dealt with
	// reconciledWith is the directory with which all that is open was compared last.
	reconciledWith atomic.Pointer[directory.Directory]
}

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
	if c.Jitter == nil {
		c.Jitter = func(longest time.Duration) time.Duration { return rand.N(longest + 1) }
	}
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, err
	}
	e := &Engine{Config: c, wakeClock: make(chan struct{}, 1), wakeMorning: make(chan struct{}, 1),
		wakeDeliveries: make(chan struct{}, 1), metrics: m, hand: hand{most: maxInHand, mostHung: maxHungInHand}}
	e.loops = e.newLoops()
	return e, nil
}

// Wake makes a running engine look now.
func (e *Engine) Wake() {
	for _, loop := range []chan<- struct{}{e.wakeClock, e.wakeMorning, e.wakeDeliveries} {
		wake(loop)
	}
}

// wake makes one kind of work look now.
func wake(loop chan<- struct{}) {
	select {
	case loop <- struct{}{}:
	default:
	}
}

// wakeForDeliveries makes a running engine look for deliveries now.
func (e *Engine) wakeForDeliveries() {
	select {
	case e.wakeDeliveries <- struct{}{}:
	default:
	}
}

// Run works until the context ends, then gives its leases back. The clock, the work of
// the morning, the deliveries, the probing and the watch have a loop each: however slow
// Teams is, and however much a morning brings, a window ends on time.
func (e *Engine) Run(ctx context.Context) error {
	ctx = context.WithValue(ctx, runKey{}, ctx)
	var parts sync.WaitGroup
	parts.Go(func() { e.listenForChanges(ctx) })
	for _, l := range e.loops {
		parts.Go(func() { e.runLoop(ctx, l) })
	}
	parts.Wait()
	e.running.Wait()
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return e.outboxStore().ReleaseLeases(back, e.Owner)
}

// runKey finds in the context of a round the context of the whole run.
type runKey struct{}

// runContext is the context in which something goes on that outlives the round that began it.
func runContext(ctx context.Context) context.Context {
	if run, ok := ctx.Value(runKey{}).(context.Context); ok {
		return run
	}
	return ctx
}

func (e *Engine) runMorningRound(ctx context.Context) error {
	if err := e.clockFault(); err != nil {
		return err
	}
	_, err := e.RunMorning(ctx)
	if last := e.requeuedAt.Load(); last == nil || time.Since(*last) >= requeueInterval {
		now := time.Now()
		e.requeuedAt.Store(&now)
		_, requeueErr := e.RequeueUntaken(ctx)
		err = errors.Join(err, requeueErr)
	}
	return e.reportSetAside(ctx, workMornings, err)
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
		again, err := e.RequeueUntaken(ctx)
		if err != nil {
			return err
		}
		delivered, err := e.DeliverPending(ctx)
		if err != nil {
			return err
		}
		if ticked+sent+again+delivered == 0 {
			return nil
		}
	}
}

// listenForChanges keeps a connection on which the store says that something was written.
func (e *Engine) listenForChanges(ctx context.Context) {
	for ctx.Err() == nil {
		err := contain.Run(func() error { return e.changes().Listen(ctx, e.Wake) })
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
