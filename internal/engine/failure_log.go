package engine

import (
	"maps"
	"sync"
	"time"
)

// logThrottle remembers what was said of the set-up, so that a thousand waiting
// deliveries do not say it a thousand times.
type logThrottle struct {
	mu         sync.Mutex
	lastLogged map[string]time.Time
}

// failureLogInterval is how often the same trouble with the set-up is logged.
const failureLogInterval = 5 * time.Minute

// maxThrottled is how many troubles are remembered; then those that are over are forgotten.
const maxThrottled = 1000

// allow reports whether the trouble is to be logged now.
func (lt *logThrottle) allow(trouble string, now time.Time) bool {
	return lt.allowEvery(failureLogInterval, trouble, now)
}

// allowEvery reports whether the trouble is to be logged now, once in an interval. A clock
// that was set back keeps nothing from being said.
func (lt *logThrottle) allowEvery(interval time.Duration, trouble string, now time.Time) bool {
	lt.mu.Lock()
	defer lt.mu.Unlock()
	if last, ok := lt.lastLogged[trouble]; ok && now.Sub(last) < interval && !now.Before(last) {
		return false
	}
	if lt.lastLogged == nil {
		lt.lastLogged = map[string]time.Time{}
	}
	if len(lt.lastLogged) >= maxThrottled {
		maps.DeleteFunc(lt.lastLogged, func(_ string, last time.Time) bool { return now.Sub(last) >= failureLogInterval || now.Before(last) })
	}
	lt.lastLogged[trouble] = now
	return true
}
