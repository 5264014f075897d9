package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// outageListWithin is how long after a very long outage its list is sent: whoever starts later
// has the digest.
const outageListWithin = 24 * time.Hour

// outagesTold are the ends of the outages whose lists this instance has sent.
type outagesTold struct {
	mu   sync.Mutex
	ends []time.Time
}

func (o *outagesTold) has(end time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.ends, end.Equal)
}

func (o *outagesTold) add(end time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ends = append(o.ends, end)
}

// findOutages keeps that the bot works and lists the times in which it did not. The clock
// decides nothing before: it would hold the outage against people.
func (e *Engine) findOutages(ctx context.Context) ([]challenge.Outage, error) {
	if e.KeepHeartbeat != nil {
		if err := e.KeepHeartbeat(ctx); err != nil {
			return nil, err
		}
	}
	return e.clockStore().ListOutages(ctx)
}

// tellLongOutages gives those who oversee challenges one list after a very long outage: what
// stands still until they let it run on.
func (e *Engine) tellLongOutages(ctx context.Context, outages []challenge.Outage) error {
	var faults error
	for i := range outages {
		out, now := &outages[i], e.Now()
		if !out.IsLong(e.Calendar) || now.Sub(out.To) > outageListWithin || e.outagesTold.has(out.To) {
			continue
		}
		lists, readErr := e.collectDigests(ctx, now, now, (*challenge.Challenge).AwaitsRelease)
		if errors.Is(readErr, storage.ErrUnavailable) {
			return readErr
		}
		drawErr, err := e.queueDigests(ctx, lists, fmt.Sprintf("outage:%d", out.To.Unix()), now, out)
		faults = errors.Join(faults, readErr, drawErr, err)
		if err == nil {
			e.outagesTold.add(out.To)
		}
	}
	return faults
}
