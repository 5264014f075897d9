package engine

import (
	"context"
	"sync"
	"time"
)

// rateLimit allows so many calls within so long.
type rateLimit struct {
	calls  int
	within time.Duration
}

// The limits of Teams: of one app in one tenant, for calls of all kinds, and of one bot in one
// conversation (Microsoft Learn, "Optimize your bot with rate limiting in Teams"). They are told of
// sending alone; here every call about a conversation counts, which is never too many.
var (
	appLimits          = []rateLimit{{50, time.Second}}
	conversationLimits = []rateLimit{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
)

const (
	// longestPaceWait is the longest that a message waits for its turn with a place among those in hand.
	longestPaceWait = 30 * time.Second
	// makeRoomTime is how long an instance that joins others makes no call: those that are busy
	// claim, and so hear of it, several times a second, and what they did before has left the app's
	// window by then.
	makeRoomTime = 2 * time.Second
)

// Pace keeps the calls to Teams within the limits of Teams, so that none is refused for their number:
// who is refused waits longer than who waited. Each instance takes its share.
//
// Teams counts a call when it arrives, which is at some time between its beginning and its end. So a
// call counts from when it begins until a window's length after it ended.
type Pace struct {
	mu            sync.Mutex
	instances     int
	opens         time.Time // no call before
	app           callWindow
	conversations map[string]*callWindow
	swept         time.Time
	ended         chan struct{} // closed, and another made, when a call ends
}

// callWindow are the calls that count against limits.
type callWindow struct {
	open int         // begun and not ended
	ends []time.Time // in order
}

// NewPace paces one instance by the time of this machine.
func NewPace() *Pace {
	return &Pace{conversations: map[string]*callWindow{}, ended: make(chan struct{})}
}

// share divides the limits among so many instances, this one included.
func (p *Pace) share(instances int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.instances == 0 && instances > 1 {
		p.opens = time.Now().Add(makeRoomTime)
	}
	p.instances = max(1, instances)
}

// begin waits until a call about a conversation may be made and counts it; end is called when it is
// over. When it would be longer than longestPaceWait it does not wait, and tells how long.
func (p *Pace) begin(ctx context.Context, conversation string) (end func(), wait time.Duration, err error) {
	if p == nil {
		return func() {}, 0, nil
	}
	for {
		wait, ended := p.tryBegin(conversation)
		if wait == 0 {
			return func() { p.end(conversation) }, 0, nil
		}
		if wait > longestPaceWait {
			return nil, wait, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ended:
		case <-ctx.Done():
			timer.Stop()
			return nil, 0, ctx.Err()
		}
		timer.Stop()
	}
}

// tryBegin counts a call if it may be made now. Otherwise it tells after how long to ask again, and
// what is closed if that is worth while sooner.
func (p *Pace) tryBegin(conversation string) (wait time.Duration, ended <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.sweep(now)
	w := p.conversations[conversation]
	if w == nil {
		w = &callWindow{}
		p.conversations[conversation] = w
	}
	shares := max(1, p.instances)
	if wait = max(p.opens.Sub(now), p.app.wait(appLimits, shares, now), w.wait(conversationLimits, shares, now)); wait > 0 {
		return wait, p.ended
	}
	p.app.open++
	w.open++
	return 0, nil
}

func (p *Pace) end(conversation string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for _, w := range []*callWindow{&p.app, p.conversations[conversation]} {
		w.open--
		w.ends = append(w.ends, now)
	}
	close(p.ended)
	p.ended = make(chan struct{})
}

// sweep forgets, once a minute, what no window reaches any more.
func (p *Pace) sweep(now time.Time) {
	if now.Sub(p.swept) < time.Minute {
		return
	}
	p.swept = now
	p.app.forget(now.Add(-time.Second))
	for conversation, w := range p.conversations {
		if w.forget(now.Add(-time.Hour)); w.open == 0 && len(w.ends) == 0 {
			delete(p.conversations, conversation)
		}
	}
}

func (w *callWindow) forget(before time.Time) {
	kept := 0
	for kept < len(w.ends) && !w.ends[kept].After(before) {
		kept++
	}
	w.ends = append(w.ends[:0], w.ends[kept:]...)
}

// wait is how long until one more call is within each limit's share, at least one call. Where only
// the end of a call under way can make room it is as long as that call may take.
func (w *callWindow) wait(limits []rateLimit, shares int, now time.Time) (longest time.Duration) {
	for _, l := range limits {
		most := max(1, l.calls/shares)
		if w.open >= most {
			longest = max(longest, l.within)
			continue
		}
		if before := len(w.ends) + w.open - most; before >= 0 {
			longest = max(longest, w.ends[before].Add(l.within).Sub(now))
		}
	}
	return longest
}
