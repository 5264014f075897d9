package practice

import (
	"net/http"
	"time"
)

// window allows so many calls in so long.
type window struct {
	calls int
	every time.Duration
}

// The limits of one bot in one thread, and of one app in one tenant.
var (
	sendWindows   = []window{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
	memberWindows = []window{{14, time.Second}, {16, 2 * time.Second}, {120, 30 * time.Second}, {3600, time.Hour}}
	appWindows    = []window{{50, time.Second}}
)

// limiter remembers accepted calls by what they count against.
type limiter struct {
	taken map[string][]time.Time
}

// LimitRates switches the documented limits on or off. They go by the practice
// clock: on a clock that stands still, a limit once reached stays reached.
func (t *Teams) LimitRates(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limits = nil
	if on {
		t.limits = &limiter{taken: map[string][]time.Time{}}
	}
}

// limited reports whether a call is too many, and how long to wait.
func (t *Teams) limited(call Call) (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.limits == nil {
		return 0, false
	}
	now := t.Now()
	perThread := map[string][]window{
		OpCreate: sendWindows, OpSend: sendWindows, OpMember: memberWindows, OpMembers: memberWindows, OpTeam: memberWindows,
	}[call.Op]
	thread := call.Op + " " + call.Conversation
	if call.Op == OpCreate {
		thread += call.Person + call.Channel
	}
	wait := max(t.limits.wait("app", appWindows, now), t.limits.wait(thread, perThread, now))
	if wait > 0 {
		return wait, true
	}
	t.limits.take("app", now, time.Second)
	if len(perThread) > 0 {
		t.limits.take(thread, now, time.Hour)
	}
	return 0, false
}

// wait is how long until every window has room.
func (l *limiter) wait(key string, windows []window, now time.Time) time.Duration {
	taken := l.taken[key]
	var longest time.Duration
	for _, w := range windows {
		if len(taken) < w.calls {
			continue
		}
		// The call that must leave the window before another fits.
		oldest := taken[len(taken)-w.calls]
		longest = max(longest, oldest.Add(w.every).Sub(now))
	}
	return longest
}

// take notes an accepted call and forgets those that no window reaches.
func (l *limiter) take(key string, now time.Time, longest time.Duration) {
	taken := l.taken[key]
	for len(taken) > 0 && !taken[0].After(now.Add(-longest)) {
		taken = taken[1:]
	}
	l.taken[key] = append(taken, now)
}

// Throttled counts the calls answered with 429.
func (t *Teams) Throttled() int {
	count := 0
	for _, call := range t.Calls() {
		if call.Status == http.StatusTooManyRequests {
			count++
		}
	}
	return count
}
