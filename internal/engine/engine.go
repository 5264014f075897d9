package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/teamsfailure"
	"challengebot/internal/workday"
)

// Store is what the engine needs of the database.
type Store interface {
	Tick(ctx context.Context, now time.Time, limit int, decide func(challenge.Snapshot) (challenge.Change, error)) (int, error)
	NextDue(ctx context.Context) (time.Time, bool, error)
	EachPending(ctx context.Context, each func(challenge.Snapshot)) error
	AnyPending(ctx context.Context) (bool, error)
	ListHandedOver(ctx context.Context) ([]challenge.Snapshot, error)
	QueueDirectMessage(ctx context.Context, r storage.IdempotencyKey, reply outbox.DirectMessage) error
	Load(ctx context.Context, key storage.LookupKey) (challenge.Snapshot, error)
	ClaimMessages(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]outbox.Message, error)
	MarkDelivered(ctx context.Context, d outbox.Message, p outbox.PostedMessage, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error
	ScheduleRetry(ctx context.Context, d outbox.Message, a outbox.Attempt, notBefore time.Time) error
	MarkRejected(ctx context.Context, d outbox.Message, a outbox.Attempt, decide func(challenge.Snapshot) (challenge.Change, error)) error
	DropMessage(ctx context.Context, d outbox.Message, at time.Time, why string) error
	NextMessageDue(ctx context.Context) (time.Time, bool, error)
	ReleaseLeases(ctx context.Context, owner string) error
	FindConversation(ctx context.Context, lane string) (outbox.ConversationReference, bool, error)
	SaveConversation(ctx context.Context, c outbox.ConversationReference) error
	ForgetConversation(ctx context.Context, lane string) error
	Apply(ctx context.Context, r storage.IdempotencyKey, key storage.LookupKey, decide func(challenge.Snapshot) (challenge.Change, error)) (storage.ApplyResult, error)
	ListWaitingFor(ctx context.Context, person string, limit int) ([]challenge.Snapshot, error)
	MarkUnreachable(ctx context.Context, u outbox.Unreachable) error
	MarkReachable(ctx context.Context, person string, at time.Time) error
	ListUnreachable(ctx context.Context) ([]outbox.Unreachable, error)
	ForgetUnreachable(ctx context.Context, u outbox.Unreachable) error
	ClaimIdempotencyKey(ctx context.Context, r storage.IdempotencyKey) (bool, error)
	FindChannelLoss(ctx context.Context, channel string) (outbox.ChannelLoss, error)
	Listen(ctx context.Context, wake func()) error
	CountOverdue(ctx context.Context, now time.Time, grace time.Duration) (storage.OverdueWork, error)
}

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
	metrics                                *metrics
	failureLog                             logThrottle
	// lastProbedDay is the last working day on which everybody was probed, and resumeProbingAt
	// when probing goes on; both are Probe's alone.
	lastProbedDay   workday.Date
	resumeProbingAt time.Time
	lastMorning     atomic.Int32 // the working day whose beginning this instance has dealt with
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
	return &Engine{Config: c, wakeClock: make(chan struct{}, 1), wakeMorning: make(chan struct{}, 1),
		wakeDeliveries: make(chan struct{}, 1), metrics: m}, nil
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
// the morning, the deliveries and the probing have a loop each: however slow Teams is, and
// however much a morning brings, a window ends on time.
func (e *Engine) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { e.listenForChanges(ctx) })
	parts.Go(func() { e.runLoop(ctx, workClock, e.wakeClock, e.runClockRound, e.Store.NextDue) })
	parts.Go(func() { e.runLoop(ctx, workMornings, e.wakeMorning, e.runMorningRound, noDeadline) })
	parts.Go(func() { e.runLoop(ctx, workDeliveries, e.wakeDeliveries, e.runDeliveryRound, e.Store.NextMessageDue) })
	parts.Go(func() { e.runLoop(ctx, workProbes, nil, e.ProbeReachability, noDeadline) })
	parts.Wait()
	back, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return e.Store.ReleaseLeases(back, e.Owner)
}

// The engine's kinds of work, as metrics name them.
const (
	workClock      = "clock"
	workMornings   = "mornings"
	workDeliveries = "deliveries"
	workProbes     = "probes"
)

// runLoop does one kind of work in rounds, and sleeps between them until there is news
// or the next of it is due.
func (e *Engine) runLoop(ctx context.Context, work string, wake <-chan struct{}, round func(context.Context) error, next nextTimeFunc) {
	for ctx.Err() == nil {
		minWait := time.Millisecond
		if err := round(ctx); err == nil {
			e.metrics.rounds.WithLabelValues(work, "done").Inc()
			e.metrics.lastRound.WithLabelValues(work).Set(float64(time.Now().Unix()))
		} else if ctx.Err() == nil {
			minWait = failedRoundDelay
			e.metrics.rounds.WithLabelValues(work, "failed").Inc()
			e.Logger.Error("the engine could not finish a round; it tries again", "work", work, "error", err)
		}
		e.waitForWork(ctx, wake, next, minWait)
	}
}

// failedRoundDelay is the least time before a round that failed is made again, unless there
// is news: what made it fail may still be due.
const failedRoundDelay = time.Second

// runClockRound lets the clock act, then looks whether anything was missed: also, and above
// all, when acting failed.
func (e *Engine) runClockRound(ctx context.Context) error {
	_, err := e.Tick(ctx)
	return errors.Join(err, e.CheckOverdue(ctx))
}

func (e *Engine) runMorningRound(ctx context.Context) error {
	_, err := e.RunMorning(ctx)
	return err
}

func (e *Engine) runDeliveryRound(ctx context.Context) error {
	_, err := e.DeliverPending(ctx)
	return err
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

// Tick lets the clock act on every challenge for which something is due, and
// returns how many it acted on.
func (e *Engine) Tick(ctx context.Context) (int, error) {
	if err := e.Refresh(ctx); err != nil {
		return 0, err
	}
	total := 0
	for {
		now := e.Now()
		n, err := e.Store.Tick(ctx, now, e.BatchSize, func(c challenge.Snapshot) (challenge.Change, error) {
			return c.Challenge.Decide(challenge.Tick{}, challenge.System, e.envFor(c, now))
		})
		total += n
		e.metrics.clockActions.Add(float64(n))
		if err != nil || n < e.BatchSize {
			return total, err
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
	for ctx.Err() == nil {
		batch, err := e.claimBatch(ctx)
		if err != nil || len(batch) == 0 {
			return total, err
		}
		total += len(batch)
		var group errgroup.Group
		for _, queued := range batch {
			group.Go(func() error {
				whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTimeout)
				defer cancel()
				return e.deliverMessage(whole, queued)
			})
		}
		if err := group.Wait(); err != nil {
			return total, err
		}
	}
	return total, ctx.Err()
}

// claimBatch is never cut off half-way either: a claim that the database makes after this
// instance gave its leases back would hold its conversations up until it ends.
func (e *Engine) claimBatch(ctx context.Context) ([]outbox.Message, error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimTimeout)
	defer cancel()
	return e.Store.ClaimMessages(whole, e.Owner, e.Now(), leaseDuration, claimBatchSize)
}

// CheckOverdue looks for work that the engine should have done and did not: a second
// path that does not trust the first.
func (e *Engine) CheckOverdue(ctx context.Context) error {
	o, err := e.Store.CountOverdue(ctx, e.Now(), overdueGrace)
	if err != nil {
		return err
	}
	e.metrics.overdueChallenges.Set(float64(o.Challenges))
	e.metrics.pendingMessages.Set(float64(o.Messages))
	e.metrics.oldestPendingAge.Set(o.OldestMessage.Seconds())
	if o.Challenges > 0 {
		e.Logger.Error("challenges are past their time and nothing happened; see the errors before this one",
			"count", o.Challenges)
	}
	return nil
}

// overdueGrace is how far past its time a challenge may be before it is an alarm.
const overdueGrace = 2 * time.Minute

// nextTimeFunc is when there will be work, if that is known.
type nextTimeFunc = func(context.Context) (time.Time, bool, error)

// noDeadline leaves it to the safety poll, where a round without work costs nothing.
func noDeadline(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

// waitForWork waits for news, for the next time there is work, or the safety poll.
func (e *Engine) waitForWork(ctx context.Context, wake <-chan struct{}, next nextTimeFunc, minWait time.Duration) {
	wait := pollInterval
	if at, ok, err := next(ctx); err == nil && ok {
		wait = min(wait, max(at.Sub(e.Now()), minWait))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// listenForChanges keeps a connection on which the store says that something was written.
func (e *Engine) listenForChanges(ctx context.Context) {
	for ctx.Err() == nil {
		err := e.Store.Listen(ctx, e.Wake)
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

func (e *Engine) envFor(c challenge.Snapshot, now time.Time) challenge.Env {
	return challenge.Env{Now: now, Calendar: e.Calendar, Ladder: c.Ladder, Directory: e.Directory()}
}

// The results of an attempt, as metrics name them, beside the kinds of failure.
const (
	resultSent    = "sent"
	resultDropped = "dropped"
)

type metrics struct {
	rounds            *prometheus.CounterVec
	clockActions      prometheus.Counter
	attempts          *prometheus.CounterVec
	overdueChallenges prometheus.Gauge
	pendingMessages   prometheus.Gauge
	oldestPendingAge  prometheus.Gauge
	lastRound         *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		rounds: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "challengebot_engine_rounds_total",
			Help: "Rounds of the engine, by the work they did and how they ended."}, []string{"work", "result"}),
		clockActions: prometheus.NewCounter(prometheus.CounterOpts{Name: "challengebot_engine_clock_actions_total",
			Help: "Lapses, reminders and nudges."}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "challengebot_delivery_attempts_total",
			Help: "Attempts to deliver a card, by result."}, []string{"result"}),
		overdueChallenges: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_overdue_challenges",
			Help: "Challenges past their time for which nothing happened. Alarm above 0."}),
		pendingMessages: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_deliveries_waiting",
			Help: "Deliveries that have not gone out."}),
		oldestPendingAge: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_delivery_oldest_seconds",
			Help: "Age of the oldest delivery that has not gone out."}),
		lastRound: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "challengebot_engine_last_round_timestamp_seconds",
			Help: "When the engine last finished a round of this work."}, []string{"work"}),
	}
	for _, kind := range teamsfailure.Kinds() {
		m.attempts.WithLabelValues(string(kind))
	}
	for _, result := range []string{resultSent, resultDropped} {
		m.attempts.WithLabelValues(result)
	}
	for _, c := range []prometheus.Collector{m.rounds, m.clockActions, m.attempts, m.overdueChallenges, m.pendingMessages, m.oldestPendingAge, m.lastRound} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("engine: a metric cannot be registered: %w", err)
		}
	}
	return m, nil
}
