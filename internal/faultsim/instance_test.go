//go:build !race

package faultsim

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/directory"
	"challengebot/internal/engine"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

// The kinds of work of an engine.
const (
	workClock      = "clock"
	workMornings   = "mornings"
	workDeliveries = "deliveries"
	workProbes     = "probes"
	workWatch      = "watch"
)

var works = []string{workClock, workDeliveries, workMornings, workProbes, workWatch}

// maxSkew is how far a machine's clock may be from the database's and decide.
const maxSkew = time.Minute

// life is an instance from its start to its death.
type life struct {
	w         *world
	n, number int // which instance, and its how manieth life
	ctx       context.Context
	cancel    context.CancelFunc
	dead      bool
	backAt    time.Time
	crashIn   int // turns until it dies; 0: it goes on
	engine    *engine.Engine
	store     *line
	rounds    map[string]*rounds
	claimed   bool          // its last round of deliveries found some
	beats     bool          // it has kept that it works since it began
	drift     time.Duration // how far its reading of the database's clock is out
	skew      time.Duration // how far its machine's clock is
}

// rounds are those of one kind of work.
type rounds struct {
	running   bool
	notBefore time.Time
	failed    int // in a row
	last      time.Time
	atOnce    int // how many followed one another at one moment
	done      int
}

func (w *world) bear(n, number int) *life {
	l := &life{w: w, n: n, number: number, rounds: map[string]*rounds{}}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.drift = time.Duration(int64(l.hash("drift")%4000)-2000) * time.Millisecond
	l.store = &line{Store: w.store.Open(), life: l}
	for _, work := range works {
		l.rounds[work] = &rounds{}
	}
	jitters := uint64(0)
	var err error
	l.engine, err = engine.New(engine.Config{
		Store: l.store, Teams: &teamsLine{l}, Now: l.now, Calendar: w.office.calendar,
		Directory:     func() *directory.Directory { return w.office.directory },
		Refresh:       func(context.Context) error { return nil },
		Faults:        l.faults,
		KeepHeartbeat: l.keepHeartbeat,
		Logger:        slog.New(logbook{w.model}), Registry: prometheus.NewRegistry(), Owner: l.owner(), ServiceURL: serviceURL,
		Jitter: func(longest time.Duration) time.Duration {
			jitters++
			return time.Duration(l.hash(fmt.Sprint("jitter", jitters)) % uint64(longest+1))
		},
	})
	must(err)
	return l
}

// hash draws for this life what must not depend on whose turn it was.
func (l *life) hash(what string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%d/%d/%s", l.w.seed, l.n, l.number, what)
	return h.Sum64()
}

func (l *life) name() string  { return fmt.Sprintf("instance %d", l.n+1) }
func (l *life) owner() string { return fmt.Sprintf("%d/%d", l.n, l.number) }

// now is the time by which the instance works: the database's, as it last read it.
func (l *life) now() time.Time {
	now := l.w.now().Add(l.drift)
	if l.w.planted.ownClock {
		return now.Add(l.skew)
	}
	return now
}

func (l *life) faults() []engine.Fault {
	if absolute(l.skew) <= maxSkew || l.w.planted.ownClock {
		return nil
	}
	return []engine.Fault{{Kind: engine.ClockFault, Err: errors.New("the clock of this machine and the database's differ")}}
}

func (l *life) keepHeartbeat(ctx context.Context) error {
	if err := l.store.RecordHeartbeat(ctx, l.now(), false); err != nil {
		return err
	}
	l.beats = true
	return nil
}

// kill ends an instance at once, whatever it does.
func (w *world) kill(l *life) {
	w.mu.Lock()
	l.dead = true
	w.mu.Unlock()
	l.cancel()
	w.model.crashes++
	w.recordDown()
}

// startRound begins a round, which the scheduler then leads from call to call.
func (l *life) startRound(work string) {
	r, now := l.rounds[work], l.w.now()
	if now.Equal(r.last) {
		r.atOnce++
	} else {
		r.last, r.atOnce = now, 0
	}
	r.running = true
	l.claimed = l.claimed && work != workDeliveries
	go func() {
		err := l.engine.RunRound(l.ctx, work)
		l.w.mu.Lock()
		defer l.w.mu.Unlock()
		r.running, r.done = false, r.done+1
		switch end := l.w.now(); {
		case err != nil:
			r.notBefore = end.Add(min(time.Second<<r.failed, 2*time.Minute))
			r.failed = min(r.failed+1, 8)
		case r.atOnce > 200, work == workDeliveries && !l.claimed: // it is due by one clock and not by another
			r.failed, r.notBefore = 0, end.Add(time.Second)
		default:
			r.failed, r.notBefore = 0, end
		}
		l.w.wake()
	}()
}

// nextRound is when the next round of some work must be made, if that is known. In the program each
// loop looks every few seconds; here only where there is something to see.
func (l *life) nextRound(work string) (time.Time, bool) {
	r := l.rounds[work]
	if r.running {
		return time.Time{}, false
	}
	at, ok := l.nextWork(work, r)
	if ok && at.Before(r.notBefore) {
		at = r.notBefore
	}
	return at, ok
}

func (l *life) nextWork(work string, r *rounds) (time.Time, bool) {
	w := l.w
	if r.done == 0 || r.failed > 0 {
		return r.notBefore, true
	}
	seen := w.look()
	switch work {
	case workClock:
		return seen.due.Add(w.now().Sub(l.now())), seen.anyDue
	case workDeliveries:
		if seen.isBack {
			return r.last.Add(5 * time.Second), true
		}
		return seen.messageDue.Add(w.now().Sub(l.now())), seen.anyMessage
	case workMornings:
		at := w.nextMorning(r.last)
		if soon := r.last.Add(10 * time.Minute); soon.Before(at) && seen.untaken {
			at = soon
		}
		return at, true
	case workProbes:
		at := w.nextMorning(r.last.Add(20 * time.Minute)).Add(-20 * time.Minute)
		return at, true
	default: // the watch
		backlog := seen.backlog
		if backlog.Messages == 0 && backlog.Challenges == 0 {
			return time.Time{}, false
		}
		first := w.now().Add(10*time.Minute + time.Second - backlog.OldestMessage)
		if again := r.last.Add(5 * time.Minute); again.After(first) {
			return again, true
		}
		return first, true
	}
}

// sight is what there is to do, as the store has it.
type sight struct {
	at                 time.Time
	calls              int
	due, messageDue    time.Time
	anyDue, anyMessage bool
	isBack, untaken    bool // of those whom Teams refused somebody is back; something waits for them
	backlog            storage.OverdueWork
}

// look looks at the store, once for each moment and each call.
func (w *world) look() *sight {
	now, ctx := w.now(), context.Background()
	if w.seen.calls == w.calls && w.seen.at.Equal(now) {
		return &w.seen
	}
	s := sight{at: now, calls: w.calls}
	var err error
	s.due, s.anyDue, err = w.store.NextDue(ctx)
	must(err)
	s.messageDue, s.anyMessage, err = w.store.NextMessageDue(ctx, now)
	must(err)
	away, err := w.store.ListUnreachable(ctx)
	must(err)
	s.isBack = slices.ContainsFunc(away, func(u outbox.Unreachable) bool { return !u.ReachableAgainAt.IsZero() })
	untaken, err := w.store.ListUntaken(ctx, "")
	must(err)
	s.untaken = len(untaken) > 0
	s.backlog, err = w.store.CountOverdue(ctx, now, 0)
	must(err)
	w.seen = s
	return &w.seen
}

// nextMorning is when the next working day begins.
func (w *world) nextMorning(after time.Time) time.Time {
	c := w.office.calendar
	day := c.DateOf(after)
	for !c.IsWorkingDay(day) || !c.StartOfDay(day).Add(5*time.Second).After(after) {
		day++
	}
	return c.StartOfDay(day).Add(5 * time.Second)
}

// logbook gives the model what an operator would see.
type logbook struct{ m *model }

// Enabled takes what is at least a warning.
func (b logbook) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle keeps when an error was said.
func (b logbook) Handle(_ context.Context, r slog.Record) error {
	b.m.w.trace("  log: %s %s", r.Level, r.Message)
	if r.Level >= slog.LevelError {
		b.m.recordLogged(r.Message)
	}
	return nil
}

// WithAttrs keeps none.
func (b logbook) WithAttrs([]slog.Attr) slog.Handler { return b }

// WithGroup keeps none.
func (b logbook) WithGroup(string) slog.Handler { return b }
