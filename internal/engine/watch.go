package engine

import (
	"context"
	"time"
)

// overdueGrace is how far past its time a challenge may be before it is an alarm.
const overdueGrace = 2 * time.Minute

// CheckOverdue looks for work that the engine should have done and did not: a second
// path that does not trust the first.
func (e *Engine) CheckOverdue(ctx context.Context) error {
	o, err := e.Store.CountOverdue(ctx, e.Now(), overdueGrace)
	if err != nil {
		return err
	}
	e.metrics.overdueChallenges.Set(float64(o.Challenges))
	e.metrics.pendingMessages.Set(float64(o.Messages))
	e.metrics.oldestPendingAge.Set(o.OldestMessage.Seconds())
	if o.Challenges > 0 {
		e.Logger.Error("challenges are past their time and nothing happened; see the errors before this one",
			"count", o.Challenges)
	}
	return nil
}
