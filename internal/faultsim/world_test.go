//go:build !race

package faultsim

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/workday"
)

// world is one run: two instances on one store, Teams, people, and the time.
type world struct {
	seed    uint64
	planted planted
	office  office
	draw    *rand.Rand // of the scheduler
	origin  time.Time  // the made-up time at which the run begins
	began   time.Time  // the bubble's time at that moment

	store *memorystore.Store // looked at from outside, past all that fails
	lives []*life            // the instances as they are now
	teams *teams
	model *model

	mu      sync.Mutex
	waiting []*turn
	nudge   chan struct{}
	weather []*weather
	tasks   int // what people have begun and not ended
	touched time.Time
	calls   int // given turns, by which the store may have changed
	seen    sight
	trace   func(format string, args ...any)
}

// office is what does not change: people, days, procedures.
type office struct {
	calendar  *workday.Calendar
	directory *directory.Directory
	ladders   []*ladder.Ladder
}

// turn is a call that waits until it may go on.
type turn struct {
	life  *life // nil: a person's own wait
	label string
	go_   chan struct{}
}

func newWorld(seed uint64, o office, p planted) *world {
	w := &world{seed: seed, planted: p, office: o, draw: rand.New(rand.NewPCG(seed, 11)), began: time.Now(), nudge: make(chan struct{}, 1),
		store: memorystore.New(), trace: func(string, ...any) {}}
	days := rand.New(rand.NewPCG(seed, 12))
	w.origin = time.Date(2026, 3, 2+days.IntN(28), 7+days.IntN(9), days.IntN(60), 0, 0, time.UTC)
	w.store.SetClock(w.now)
	w.teams = newTeams(w)
	w.model = newModel(w)
	for _, l := range o.ladders {
		if err := w.store.SaveLadder(context.Background(), l); err != nil {
			panic(err)
		}
	}
	for n := range 2 {
		w.lives = append(w.lives, w.bear(n, 1))
	}
	return w
}

// now is the one time.
func (w *world) now() time.Time { return w.origin.Add(time.Since(w.began)) }

func (w *world) wake() {
	select {
	case w.nudge <- struct{}{}:
	default:
	}
}

// takeTurn waits until the scheduler lets the caller go on. It reports whether the instance lives.
func (w *world) takeTurn(l *life, label string) bool {
	w.mu.Lock()
	if l != nil && l.dead {
		w.mu.Unlock()
		return false
	}
	t := &turn{l, label, make(chan struct{})}
	w.waiting = append(w.waiting, t)
	w.mu.Unlock()
	w.wake()
	<-t.go_
	if l == nil {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return !l.dead
}

// giveTurn lets one of those who wait go on; false when nobody waits.
func (w *world) giveTurn() bool {
	w.mu.Lock()
	if len(w.waiting) == 0 {
		w.mu.Unlock()
		return false
	}
	slices.SortStableFunc(w.waiting, func(a, b *turn) int { return cmp.Compare(a.label, b.label) })
	i := w.draw.IntN(len(w.waiting))
	t := w.waiting[i]
	w.waiting = slices.Delete(w.waiting, i, i+1)
	w.mu.Unlock()
	w.calls++
	if l := t.life; l != nil && l.crashIn > 0 {
		if l.crashIn--; l.crashIn == 0 {
			w.trace("  %s dies before %s", l.name(), t.label)
			w.kill(l)
		}
	}
	close(t.go_)
	return true
}

// goOnUntil lets everything happen until a time. It returns sooner when the run has failed.
func (w *world) goOnUntil(end time.Time) {
	for {
		synctest.Wait()
		if w.giveTurn() || w.startRounds() {
			continue
		}
		now := w.now()
		if !now.Before(end) {
			return
		}
		next := w.nextEvent(end)
		timer := time.NewTimer(next.Sub(now))
		select {
		case <-w.nudge:
		case <-timer.C:
		}
		timer.Stop()
		synctest.Wait()
		w.touch()
	}
}

// touch does what instances that live do every few seconds though there is nothing to do: they keep
// that they work, and that they are there.
func (w *world) touch() {
	now := w.now()
	if now.Sub(w.touched) < time.Second {
		return
	}
	w.touched = now
	w.recordDown()
	for _, l := range w.lives {
		switch {
		case !w.isWell(l) || absolute(l.skew) > maxSkew:
			l.beats = false
		case l.beats:
			must(l.store.Store.RecordHeartbeat(context.Background(), l.now(), true))
			_, err := l.store.Store.ClaimMessages(context.Background(), outbox.Claim{Owner: l.owner(), Now: l.now()})
			must(err)
		}
	}
}

// recordDown takes note when nobody could say anything now.
func (w *world) recordDown() {
	if !slices.ContainsFunc(w.lives, w.isWell) {
		w.model.downs = append(w.model.downs, w.now())
	}
}

// isWell reports whether an instance lives and has its database.
func (w *world) isWell(l *life) bool { return !l.dead && !w.hasWeather(weatherDatabase, l.n) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func absolute(d time.Duration) time.Duration { return max(d, -d) }

// nextEvent is when something will have to be done next, at the latest at the end.
func (w *world) nextEvent(end time.Time) time.Time {
	next := end
	consider := func(at time.Time) {
		if at.Before(next) {
			next = at
		}
	}
	for _, weather := range w.weather {
		if weather.until.After(w.now()) {
			consider(weather.until)
		}
	}
	for _, l := range w.lives {
		if l.dead {
			consider(l.backAt)
			continue
		}
		for work := range l.rounds {
			if at, ok := l.nextRound(work); ok {
				consider(at)
			}
		}
	}
	if least := w.now().Add(time.Millisecond); next.Before(least) {
		return least
	}
	return next
}

// startRounds begins a round of some work that is due now, and gives birth to who comes back; false
// when there is nothing.
func (w *world) startRounds() bool {
	now := w.now()
	type due struct {
		l    *life
		work string
	}
	var all []due
	for n, l := range w.lives {
		if l.dead {
			if !l.backAt.After(now) {
				w.lives[n] = w.bear(n, l.number+1)
				w.trace("  %s begins", w.lives[n].name())
				return true
			}
			continue
		}
		for _, work := range works {
			if at, ok := l.nextRound(work); ok && !at.After(now) {
				all = append(all, due{l, work})
			}
		}
	}
	if len(all) == 0 {
		return false
	}
	d := all[w.draw.IntN(len(all))]
	d.l.startRound(d.work)
	return true
}

// play makes the steps happen, then lets all that fails end, and gives what was broken; "" when
// nothing was.
func play(seed uint64, steps []step, o office, p planted, trace func(string, ...any)) (broken string, m measure) {
	w := newWorld(seed, o, p)
	if trace != nil {
		w.trace = func(format string, args ...any) {
			trace("%s "+format, append([]any{w.now().In(o.calendar.Location()).Format("Mon 2 Jan 15:04:05.000")}, args...)...)
		}
	}
	for _, s := range steps {
		w.goOnUntil(w.origin.Add(s.at))
		if s.whenDue {
			w.goOnUntilDue()
		}
		w.trace("%s", s.describe(w.office))
		w.do(s)
		w.calls++
	}
	w.calmDown()
	broken = w.model.check()
	m = measure{challenges: len(w.model.trails), simulated: time.Since(w.began), events: w.model.eventCount()}
	w.end()
	return broken, m
}

// measure is how much a run was.
type measure struct {
	challenges, events int
	simulated          time.Duration
}

// goOnUntilDue goes on until just when the next deadline is, if that is soon.
func (w *world) goOnUntilDue() {
	due, ok, err := w.store.NextDue(context.Background())
	must(err)
	if ok && due.After(w.now()) && due.Before(w.now().AddDate(0, 0, 8)) {
		w.goOnUntil(due)
	}
}

// calmDown ends all that fails, lets people who removed the app install it again, and lets the
// program work until the second morning is over.
func (w *world) calmDown() {
	for _, f := range w.weather {
		f.until = w.now()
	}
	for _, l := range w.lives {
		l.crashIn, l.skew = 0, 0
		if l.dead {
			l.backAt = w.now()
		}
	}
	w.goOnUntil(w.now().Add(time.Minute))
	w.teams.installForAll()
	w.calls++
	w.model.calmSince = w.now()
	c := w.office.calendar
	day := c.DateOf(w.now())
	for mornings := 0; mornings < 2; {
		if day++; c.IsWorkingDay(day) {
			mornings++
		}
	}
	w.goOnUntil(c.StartOfDay(day).Add(2 * time.Hour))
}

// end lets every goroutine come to its end.
func (w *world) end() {
	for _, l := range w.lives {
		if !l.dead {
			w.kill(l)
		}
	}
	for {
		synctest.Wait()
		if w.giveTurn() {
			continue
		}
		w.mu.Lock()
		tasks := w.tasks
		w.mu.Unlock()
		if tasks == 0 {
			return
		}
		time.Sleep(time.Minute)
	}
}

// weather is something that fails for a while, or some times.
type weather struct {
	step
	until time.Time
	times int // how often still; 0: as long as it lasts
	used  int
}

// hasWeather reports whether something lasts now for an instance.
func (w *world) hasWeather(kind stepKind, instance int) bool {
	return slices.ContainsFunc(w.weather, func(f *weather) bool {
		return f.kind == kind && f.times == 0 && (f.instance < 0 || f.instance == instance) && w.now().Before(f.until)
	})
}

// strike is the weather that a call meets, if any.
func (w *world) strike(meets func(step) bool) (step, bool) {
	for _, f := range w.weather {
		if !w.now().Before(f.until) || !meets(f.step) {
			continue
		}
		if f.times > 0 {
			if f.used == f.times {
				continue
			}
		}
		f.used++
		return f.step, true
	}
	return step{}, false
}

// subject is what a card is about.
type subject struct {
	challenge string
	card      challenge.Card
	opening   int
}

func (s subject) String() string { return fmt.Sprintf("%s %s %d", s.card, s.challenge, s.opening) }
