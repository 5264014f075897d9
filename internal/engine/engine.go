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
	"challengebot/internal/workday"
)

// Store is what the engine needs of the database.
type Store interface {
	Tick(ctx context.Context, now time.Time, limit int, decide func(challenge.Case) (challenge.Change, error)) (int, error)
	NextDue(ctx context.Context) (time.Time, bool, error)
	Standing(ctx context.Context, each func(challenge.Case)) error
	AnyStanding(ctx context.Context) (bool, error)
	HandedOver(ctx context.Context) ([]challenge.Case, error)
	Reply(ctx context.Context, r challenge.Receipt, reply challenge.Reply) error
	Load(ctx context.Context, key challenge.Key) (challenge.Case, error)
	Claim(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]challenge.Delivery, error)
	Delivered(ctx context.Context, d challenge.Delivery, p challenge.Posted, a challenge.Attempt, decide func(challenge.Case) (challenge.Change, error)) error
	Retry(ctx context.Context, d challenge.Delivery, a challenge.Attempt, notBefore time.Time) error
	Failed(ctx context.Context, d challenge.Delivery, a challenge.Attempt, decide func(challenge.Case) (challenge.Change, error)) error
	Drop(ctx context.Context, d challenge.Delivery, at time.Time, why string) error
	NextDelivery(ctx context.Context) (time.Time, bool, error)
	ReleaseLeases(ctx context.Context, owner string) error
	Conversation(ctx context.Context, lane string) (challenge.Conversation, bool, error)
	SaveConversation(ctx context.Context, c challenge.Conversation) error
	ForgetConversation(ctx context.Context, lane string) error
	Apply(ctx context.Context, r challenge.Receipt, key challenge.Key, decide func(challenge.Case) (challenge.Change, error)) (challenge.Outcome, error)
	WaitingFor(ctx context.Context, person string, limit int) ([]challenge.Case, error)
	MarkUnreachable(ctx context.Context, u challenge.Unreachable) error
	Returned(ctx context.Context, person string, at time.Time) error
	Unreachables(ctx context.Context) ([]challenge.Unreachable, error)
	ForgetReturn(ctx context.Context, u challenge.Unreachable) error
	Once(ctx context.Context, r challenge.Receipt) (bool, error)
	ChannelGone(ctx context.Context, channel string) (challenge.Gone, error)
	Listen(ctx context.Context, wake func()) error
	Overdue(ctx context.Context, now time.Time, grace time.Duration) (challenge.Overdue, error)
}

// Message is what goes to Teams: a card, or words alone.
type Message struct {
	Card    []byte // an Adaptive Card
	Summary string // what the notification says: nothing about a child
	Text    string // without a card: plain text
}

// Place is a conversation.
type Place struct {
	ServiceURL   string
	Conversation string
}

// Teams is what the engine says to Teams. An error is a *Failure.
type Teams interface {
	CreatePersonal(ctx context.Context, serviceURL, entraID string) (conversation string, err error)
	StartThread(ctx context.Context, serviceURL, channel string, m Message) (conversation, activity string, err error)
	Send(ctx context.Context, p Place, m Message) (activity string, err error)
	// SendOnly posts where others read too so that one member alone sees it, for a day.
	// recipient is a Teams id; prompt, if any, the member's own message of that kind.
	SendOnly(ctx context.Context, p Place, recipient, prompt string, m Message) (activity string, err error)
	Update(ctx context.Context, p Place, activity string, m Message) error
}

// Consequence is what a failure means for a delivery.
type Consequence int

// Consequences. Again is for failures that will pass; Refused is final for this
// person or channel.
const (
	Again Consequence = iota
	Ambiguous
	ConversationGone
	MessageGone
	Refused
	Unclear  // refused without a reason; believed when it stays
	Faulty   // what we sent is wrong: a fault of ours, not to be repeated
	Unable   // Teams cannot do it, and says that repeating does not help
	Unmended // our set-up is not accepted: waits until somebody mends it
)

// Failure is Teams' answer to a call that did not succeed.
type Failure struct {
	Consequence Consequence
	Status      int
	Code        string
	RetryAfter  time.Duration
	MSCV        string // what Microsoft's support asks for
	Remedy      string // what to do, for the log
}

// Error names the answer and nothing else.
func (f *Failure) Error() string { return fmt.Sprintf("Teams answered %d %s", f.Status, f.Code) }

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
	complaints                             complaints
	// probed is the last working day on which everybody was probed, and probeAfter
	// when probing goes on; both are Probe's alone.
	probed     workday.Date
	probeAfter time.Time
	begun      atomic.Int32 // the working day whose beginning this instance has dealt with
}

// lease is how long a claimed delivery is one instance's. It is longer than all
// calls that a delivery can make.
const lease = 2 * time.Minute

// deliveryTime bounds one delivery with all its calls, so that it ends before its
// lease does; claimTime bounds a claim.
const (
	deliveryTime = 90 * time.Second
	claimTime    = 15 * time.Second
)

// claimed is how many deliveries one claim takes, each of another conversation.
const claimed = 16

// safetyPoll is how long the engine sleeps at the most.
const safetyPoll = 5 * time.Second

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
	parts.Go(func() { e.listen(ctx) })
	parts.Go(func() { e.loop(ctx, workClock, e.wakeClock, e.clock, e.Store.NextDue) })
	parts.Go(func() { e.loop(ctx, workMornings, e.wakeMorning, e.morning, unknown) })
	parts.Go(func() { e.loop(ctx, workDeliveries, e.wakeDeliveries, e.deliveries, e.Store.NextDelivery) })
	parts.Go(func() { e.loop(ctx, workProbes, nil, e.Probe, unknown) })
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

// loop does one kind of work in rounds, and sleeps between them until there is news
// or the next of it is due.
func (e *Engine) loop(ctx context.Context, work string, wake <-chan struct{}, round func(context.Context) error, next nextTime) {
	for ctx.Err() == nil {
		least := time.Millisecond
		if err := round(ctx); err == nil {
			e.metrics.rounds.WithLabelValues(work, "done").Inc()
			e.metrics.lastRound.WithLabelValues(work).Set(float64(time.Now().Unix()))
		} else if ctx.Err() == nil {
			least = afterFailure
			e.metrics.rounds.WithLabelValues(work, "failed").Inc()
			e.Logger.Error("the engine could not finish a round; it tries again", "work", work, "error", err)
		}
		e.sleep(ctx, wake, next, least)
	}
}

// afterFailure is the least time before a round that failed is made again, unless there
// is news: what made it fail may still be due.
const afterFailure = time.Second

// clock lets the clock act, then looks whether anything was missed: also, and above
// all, when acting failed.
func (e *Engine) clock(ctx context.Context) error {
	_, err := e.Tick(ctx)
	return errors.Join(err, e.Watch(ctx))
}

func (e *Engine) morning(ctx context.Context) error {
	_, err := e.Morning(ctx)
	return err
}

func (e *Engine) deliveries(ctx context.Context) error {
	_, err := e.Deliver(ctx)
	return err
}

// Settle does everything that is due at this moment of the clock: windows, digests,
// then deliveries, until there is nothing left.
func (e *Engine) Settle(ctx context.Context) error {
	for {
		ticked, err := e.Tick(ctx)
		if err != nil {
			return err
		}
		told, err := e.Morning(ctx)
		if err != nil {
			return err
		}
		delivered, err := e.Deliver(ctx)
		if err != nil {
			return err
		}
		if ticked+told+delivered == 0 {
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
		n, err := e.Store.Tick(ctx, now, e.BatchSize, func(c challenge.Case) (challenge.Change, error) {
			return c.Challenge.Decide(challenge.Tick{}, challenge.System, e.env(c, now))
		})
		total += n
		e.metrics.ticked.Add(float64(n))
		if err != nil || n < e.BatchSize {
			return total, err
		}
	}
}

// Deliver sends everything that may go out now and returns how many deliveries it
// tried. One conversation gets its deliveries one after the other. When the context
// ends nothing more is claimed, and what is claimed is brought to its end: a call
// cut off half-way would be a card that comes twice.
func (e *Engine) Deliver(ctx context.Context) (int, error) {
	unwelcomed := e.welcomeBack(ctx) // it keeps nothing else back
	total, err := e.deliverAll(ctx)
	return total, errors.Join(unwelcomed, err)
}

func (e *Engine) deliverAll(ctx context.Context) (int, error) {
	total := 0
	for ctx.Err() == nil {
		ds, err := e.claim(ctx)
		if err != nil || len(ds) == 0 {
			return total, err
		}
		total += len(ds)
		var group errgroup.Group
		for _, d := range ds {
			group.Go(func() error {
				whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTime)
				defer cancel()
				return e.deliver(whole, d)
			})
		}
		if err := group.Wait(); err != nil {
			return total, err
		}
	}
	return total, ctx.Err()
}

// claim is never cut off half-way either: a claim that the database makes after this
// instance gave its leases back would hold its conversations up until it ends.
func (e *Engine) claim(ctx context.Context) ([]challenge.Delivery, error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimTime)
	defer cancel()
	return e.Store.Claim(whole, e.Owner, e.Now(), lease, claimed)
}

// Watch looks for work that the engine should have done and did not: a second
// path that does not trust the first.
func (e *Engine) Watch(ctx context.Context) error {
	o, err := e.Store.Overdue(ctx, e.Now(), watchGrace)
	if err != nil {
		return err
	}
	e.metrics.overdue.Set(float64(o.Challenges))
	e.metrics.waiting.Set(float64(o.Deliveries))
	e.metrics.oldest.Set(o.OldestDelivery.Seconds())
	if o.Challenges > 0 {
		e.Logger.Error("challenges are past their time and nothing happened; see the errors before this one",
			"count", o.Challenges)
	}
	return nil
}

// watchGrace is how far past its time a challenge may be before it is an alarm.
const watchGrace = 2 * time.Minute

// nextTime is when there will be work, if that is known.
type nextTime = func(context.Context) (time.Time, bool, error)

// unknown leaves it to the safety poll, where a round without work costs nothing.
func unknown(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

// sleep waits for news, for the next time there is work, or the safety poll.
func (e *Engine) sleep(ctx context.Context, wake <-chan struct{}, next nextTime, least time.Duration) {
	wait := safetyPoll
	if at, ok, err := next(ctx); err == nil && ok {
		wait = min(wait, max(at.Sub(e.Now()), least))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// listen keeps a connection on which the store says that something was written.
func (e *Engine) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := e.Store.Listen(ctx, e.Wake)
		if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
			continue
		}
		e.Logger.Warn("the engine does not hear of news and polls instead; it tries again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(safetyPoll):
		}
	}
}

func (e *Engine) env(c challenge.Case, now time.Time) challenge.Env {
	return challenge.Env{Now: now, Calendar: e.Calendar, Ladder: c.Ladder, Directory: e.Directory()}
}

// The results of an attempt, as metrics name them.
const (
	resultSent     = "sent"
	resultDropped  = "dropped"
	resultAgain    = "again"
	resultRefused  = "refused"
	resultFaulty   = "faulty"   // a fault of this program; alarm above 0
	resultUnmended = "unmended" // the bot's set-up is not accepted; alarm when it grows
)

var results = []string{resultSent, resultDropped, resultAgain, resultRefused, resultFaulty, resultUnmended}

type metrics struct {
	rounds    *prometheus.CounterVec
	ticked    prometheus.Counter
	attempts  *prometheus.CounterVec
	overdue   prometheus.Gauge
	waiting   prometheus.Gauge
	oldest    prometheus.Gauge
	lastRound *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		rounds: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "challengebot_engine_rounds_total",
			Help: "Rounds of the engine, by the work they did and how they ended."}, []string{"work", "result"}),
		ticked: prometheus.NewCounter(prometheus.CounterOpts{Name: "challengebot_engine_clock_actions_total",
			Help: "Lapses, reminders and nudges."}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "challengebot_delivery_attempts_total",
			Help: "Attempts to deliver a card, by result."}, []string{"result"}),
		overdue: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_overdue_challenges",
			Help: "Challenges past their time for which nothing happened. Alarm above 0."}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_deliveries_waiting",
			Help: "Deliveries that have not gone out."}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{Name: "challengebot_delivery_oldest_seconds",
			Help: "Age of the oldest delivery that has not gone out."}),
		lastRound: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "challengebot_engine_last_round_timestamp_seconds",
			Help: "When the engine last finished a round of this work."}, []string{"work"}),
	}
	for _, result := range results {
		m.attempts.WithLabelValues(result)
	}
	for _, c := range []prometheus.Collector{m.rounds, m.ticked, m.attempts, m.overdue, m.waiting, m.oldest, m.lastRound} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("engine: a metric cannot be registered: %w", err)
		}
	}
	return m, nil
}
