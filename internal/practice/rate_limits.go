package practice

import (
	"net/http"
	"time"
)

// rateLimit allows so many calls in so long.
type rateLimit struct {
	maxCalls int
	period   time.Duration
}

// The limits of one bot in one thread, and of one app in one tenant.
var (
	sendLimits   = []rateLimit{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
	memberLimits = []rateLimit{{14, time.Second}, {16, 2 * time.Second}, {120, 30 * time.Second}, {3600, time.Hour}}
	appLimits    = []rateLimit{{50, time.Second}}
)

// rateLimiter remembers accepted calls by what they count against.
type rateLimiter struct {
	acceptedCalls map[string][]time.Time
}

// SetRateLimits switches the documented limits on or off. They go by the practice
// clock: on a clock that stands still, a limit once reached stays reached.
func (t *Teams) SetRateLimits(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limiter = nil
	if on {
		t.limiter = &rateLimiter{acceptedCalls: map[string][]time.Time{}}
	}
}

// checkRateLimit reports whether a call is too many, and how long to wait.
func (t *Teams) checkRateLimit(call Call) (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.limiter == nil {
		return 0, false
	}
	now := t.Now()
	perThread := map[string][]rateLimit{
		OpCreate: sendLimits, OpSend: sendLimits, OpMember: memberLimits, OpMembers: memberLimits, OpTeam: memberLimits,
	}[call.Op]
	thread := call.Op + " " + call.Conversation
	if call.Op == OpCreate {
		thread += call.Person + call.Channel
	}
	wait := max(t.limiter.waitTime("app", appLimits, now), t.limiter.waitTime(thread, perThread, now))
	if wait > 0 {
		return wait, true
	}
	t.limiter.recordCall("app", now, time.Second)
	if len(perThread) > 0 {
		t.limiter.recordCall(thread, now, time.Hour)
	}
	return 0, false
}

// waitTime is how long until every window has room.
func (l *rateLimiter) waitTime(key string, windows []rateLimit, now time.Time) time.Duration {
	taken := l.acceptedCalls[key]
	var longest time.Duration
	for _, w := range windows {
		if len(taken) < w.maxCalls {
			continue
		}
		// The call that must leave the window before another fits.
		oldest := taken[len(taken)-w.maxCalls]
		longest = max(longest, oldest.Add(w.period).Sub(now))
	}
	return longest
}

// recordCall notes an accepted call and forgets those that no window reaches.
func (l *rateLimiter) recordCall(key string, now time.Time, longest time.Duration) {
	taken := l.acceptedCalls[key]
	for len(taken) > 0 && !taken[0].After(now.Add(-longest)) {
		taken = taken[1:]
	}
	l.acceptedCalls[key] = append(taken, now)
}

// ThrottledCount counts the calls answered with 429.
func (t *Teams) ThrottledCount() int {
	count := 0
	for _, call := range t.Calls() {
		if call.Status == http.StatusTooManyRequests {
			count++
		}
	}
	return count
}
