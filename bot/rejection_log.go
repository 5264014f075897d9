package bot

import (
	"sync"
	"time"
)

// rejectionLogInterval is how often one reason for rejecting requests is logged: a stranger
// who sends a thousand a second must not fill the log.
const rejectionLogInterval = 10 * time.Minute

// rejectionLog remembers, for each reason, when it was logged and what came since.
type rejectionLog struct {
	mu      sync.Mutex
	reasons map[Reason]*rejectionCount
}

type rejectionCount struct {
	loggedAt time.Time
	unlogged int // rejections since, that were not logged
}

// allow reports whether a rejection is to be logged now, and how many went unlogged before it.
func (l *rejectionLog) allow(reason Reason, now time.Time) (unlogged int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, known := l.reasons[reason]
	if known && now.Sub(c.loggedAt) < rejectionLogInterval {
		c.unlogged++
		return 0, false
	}
	if !known {
		if l.reasons == nil {
			l.reasons = map[Reason]*rejectionCount{}
		}
		c = &rejectionCount{}
		l.reasons[reason] = c
	}
	unlogged = c.unlogged
	*c = rejectionCount{loggedAt: now}
	return unlogged, true
}
