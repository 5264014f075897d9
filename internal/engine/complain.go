package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"challengebot/internal/challenge"
)

// complaints remembers what was said of the set-up, so that a thousand waiting
// deliveries do not say it a thousand times.
type complaints struct {
	mu   sync.Mutex
	said map[string]time.Time
}

// complainEvery is how often the same trouble with the set-up is logged.
const complainEvery = 5 * time.Minute

// due reports whether the trouble is to be logged now.
func (c *complaints) due(trouble string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.said[trouble]; ok && now.Sub(last) < complainEvery {
		return false
	}
	if c.said == nil {
		c.said = map[string]time.Time{}
	}
	c.said[trouble] = now
	return true
}

// complain tells the operator of what does not pass by itself, and what to do.
func (e *Engine) complain(ctx context.Context, d challenge.Delivery, f *Failure, result string, now time.Time) {
	level, what := slog.LevelError, ""
	switch {
	case result == resultRefused:
		level, what = slog.LevelWarn, "Teams refused a delivery for good"
	case result == resultFaulty:
		what = "Teams refused a delivery because of a fault of this program; it is not repeated"
	case result == resultUnmended:
		if !e.complaints.due(f.Code, now) {
			return
		}
		what = "Teams does not accept this bot's set-up; deliveries wait until it is mended"
	case f.Consequence == Unable:
		level, what = slog.LevelWarn, "Teams could not make a delivery; it is tried again"
	default:
		return
	}
	e.Logger.Log(ctx, level, what, "delivery", d.ID, "card", d.Card, "status", f.Status, "code", f.Code,
		"ms_cv", f.MSCV, "remedy", f.Remedy)
}
