package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"challengebot/internal/contain"
)

// The engine's kinds of work, as metrics name them.
const (
	workClock      = "clock"
	workMornings   = "mornings"
	workDeliveries = "deliveries"
	workProbes     = "probes"
	workWatch      = "watch"
)

// loop is one kind of work, done in rounds for as long as the engine runs. Nothing that
// happens in a round ends the loop or holds up another one: a panic is an error of the
// round, and a round that makes no headway for its budget is cancelled, and left behind
// if that does not end it.
type loop struct {
	work  string
	wake  <-chan struct{}
	round func(context.Context) error
	// next is when there will be work, if that is known.
	next nextTimeFunc
	// budget is how long a round may go on without headway.
	budget time.Duration
	// alarmAge is the age of the last good round at which the watch cries.
	alarmAge time.Duration

	started  time.Time    // when the loops began, which dates the two below
	headway  atomic.Int64 // when the round last got ahead, in nanoseconds since then
	lastDone atomic.Int64 // when a round was last done
	stuck    atomic.Int32 // rounds that were left behind and have not ended
}

const (
	// databaseBudget is the budget of work that calls the database only.
	databaseBudget = 15 * time.Second
	// abandonAfter is how long a round that was cancelled has to end.
	abandonAfter = 5 * time.Second
	// maxStuckRounds is how many rounds that do not end a loop leaves behind before it
	// waits for one of them: they hold memory, and starting more has not helped.
	maxStuckRounds = 8
	// failedRoundDelay is the least time before a round that failed is made again, unless
	// there is news: what made it fail may still be due.
	failedRoundDelay = time.Second
	// maxIdleRounds is how many rounds may follow one another at once because something is
	// due, of which none is able to do it: somebody else holds its row.
	maxIdleRounds = 600
)

var (
	errRoundTooLong = errors.New("the round got no further for longer than it may and was cancelled")
	errRoundStuck   = errors.New("the round got no further and did not end when it was cancelled; it is left behind")
)

// newLoops makes the loops with which an engine runs.
func (e *Engine) newLoops() []*loop {
	all := []*loop{
		{work: workClock, wake: e.wakeClock, round: e.runClockRound, next: e.nextClockTurn,
			budget: databaseBudget, alarmAge: time.Minute},
		{work: workMornings, wake: e.wakeMorning, round: e.runMorningRound, next: noDeadline,
			budget: databaseBudget, alarmAge: 5 * time.Minute},
		{work: workDeliveries, wake: e.wakeDeliveries, round: e.runDeliveryRound, next: e.nextDelivery,
			budget: databaseBudget, alarmAge: time.Minute},
		{work: workProbes, round: e.ProbeReachability, next: noDeadline,
			budget: probeBudget, alarmAge: 2 * probeBudget},
		{work: workWatch, round: e.runWatchRound, next: noDeadline, budget: databaseBudget},
	}
	for _, l := range all {
		l.started = time.Now()
	}
	return all
}

// runLoop does rounds until the context ends, and sleeps between them until there is news or
// the next of the work is due.
func (e *Engine) runLoop(ctx context.Context, l *loop) {
	idle := 0
	for ctx.Err() == nil {
		next, err := e.runRound(ctx, l)
		minWait := time.Millisecond
		if err != nil {
			minWait = failedRoundDelay
		}
		wait := pollInterval
		if next.known {
			wait = min(wait, max(next.at.Sub(e.Now()), minWait))
		}
		if idle++; wait > time.Millisecond {
			idle = 0
		} else if idle > maxIdleRounds {
			wait = failedRoundDelay
		}
		waitForNews(ctx, l.wake, wait)
	}
}

// runRound makes one round, and counts and logs what became of it.
func (e *Engine) runRound(ctx context.Context, l *loop) (nextWork, error) {
	next, err := e.superviseRound(ctx, l)
	switch {
	case err == nil:
		l.lastDone.Store(int64(time.Since(l.started)))
		e.metrics.rounds.WithLabelValues(l.work, roundDone).Inc()
		e.metrics.lastRound.WithLabelValues(l.work).Set(float64(time.Now().Unix()))
	case ctx.Err() == nil:
		e.reportFailedRound(ctx, l, err)
	}
	return next, err
}

// RunRound makes one round of a kind of work, named as in the metrics, as the work's loop does:
// for whoever decides when which round is made. What a round began may go on when it has ended.
func (e *Engine) RunRound(ctx context.Context, work string) error {
	for _, l := range e.loops {
		if l.work == work {
			_, err := e.runRound(context.WithValue(ctx, runKey{}, ctx), l)
			return err
		}
	}
	return fmt.Errorf("engine: there is no work called %q", work)
}

// nextWork is when there will be work again, if that is known.
type nextWork struct {
	at    time.Time
	known bool
}

// superviseRound makes one round and returns, whatever becomes of it.
func (e *Engine) superviseRound(ctx context.Context, l *loop) (nextWork, error) {
	if l.stuck.Load() >= maxStuckRounds {
		return nextWork{}, fmt.Errorf("%d rounds are stuck: %w", maxStuckRounds, errRoundStuck)
	}
	type result struct {
		next nextWork
		err  error
	}
	roundCtx, cancel := context.WithCancel(context.WithValue(ctx, loopKey{}, l))
	defer cancel()
	l.recordHeadway()
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = contain.Run(func() error { return l.round(roundCtx) })
		r.next, _ = contain.Value(func() (nextWork, error) {
			at, ok, err := l.next(roundCtx)
			return nextWork{at, ok && err == nil}, nil
		})
		done <- r
	}()
	timer := time.NewTimer(l.budget)
	defer timer.Stop()
	cancelled := false
	for {
		select {
		case r := <-done:
			if cancelled {
				r.err = errors.Join(errRoundTooLong, r.err)
			}
			return r.next, r.err
		case <-timer.C:
			quiet := time.Since(l.started) - time.Duration(l.headway.Load())
			switch {
			case cancelled:
				l.stuck.Add(1)
				go func() { <-done; l.stuck.Add(-1) }()
				return nextWork{}, errRoundStuck
			case quiet < l.budget:
				timer.Reset(l.budget - quiet)
			default:
				cancelled = true
				cancel()
				timer.Reset(abandonAfter)
			}
		}
	}
}

// recordHeadway says that the round got further.
func (l *loop) recordHeadway() { l.headway.Store(int64(time.Since(l.started))) }

// loopKey finds in a context the loop whose round it is.
type loopKey struct{}

// recordHeadway tells the loop to which a context belongs, if any, that its round got further.
func recordHeadway(ctx context.Context) {
	if l, ok := ctx.Value(loopKey{}).(*loop); ok {
		l.recordHeadway()
	}
}

// age is how long ago a round was last done, or how long the loop has run without one.
func (l *loop) age() time.Duration { return time.Since(l.started) - time.Duration(l.lastDone.Load()) }

// reportFailedRound logs and counts a round that failed, the same failure once a minute.
func (e *Engine) reportFailedRound(ctx context.Context, l *loop, err error) {
	result := roundFailed
	if errors.Is(err, errRoundStuck) {
		result = roundStuck
	}
	e.metrics.rounds.WithLabelValues(l.work, result).Inc()
	if !e.failureLog.allowEvery(time.Minute, "round of "+l.work+": "+err.Error(), e.Now()) {
		return
	}
	args := []any{"work", l.work, "error", err}
	if p := (*contain.PanicError)(nil); errors.As(err, &p) {
		args = append(args, "stack", p.Stack)
	}
	e.Logger.ErrorContext(ctx, "the engine could not finish a round; it tries again", args...)
}

// nextTimeFunc is when there will be work, if that is known.
type nextTimeFunc = func(context.Context) (time.Time, bool, error)

// noDeadline leaves it to the safety poll, where a round without work costs nothing.
func noDeadline(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

// waitForNews waits until it is told to wake, or that long.
func waitForNews(ctx context.Context, wake <-chan struct{}, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}
