package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"challengebot/internal/contain"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
)

const (
	// leaseDuration is how long a claimed delivery is one instance's. It is longer than all
	// calls that a delivery can make.
	leaseDuration = 2 * time.Minute
	// deliveryTimeout bounds one delivery with all its calls, so that it ends before its
	// lease does; claimTimeout bounds a claim.
	deliveryTimeout = 100 * time.Second
	claimTimeout    = 15 * time.Second
	// stuckAfter is when a delivery is left behind that its time limits did not end: longer
	// than all its calls and the recording of what came of them.
	stuckAfter = 5 * time.Minute
	// maxInHand is how many messages an instance sends at a time, each to another
	// conversation; maxHungInHand how many more to those where the last call hung. So they
	// take nobody's place.
	maxInHand     = 32
	maxHungInHand = 8
)

// hand is what an instance has claimed and not finished.
type hand struct {
	// most are the limits: maxInHand and maxHungInHand.
	most, mostHung int

	mu    sync.Mutex
	count map[int64]int       // by message: claimed, and again while a result cannot be recorded
	until map[int64]time.Time // left to their leases, which end then
	well  int
	hung  int
}

// room is how many more messages can be claimed.
func (h *hand) room() (well, hung int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(0, h.most-h.well), max(0, h.mostHung-h.hung)
}

// ids are the messages in hand.
func (h *hand) ids(now time.Time) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.until, func(_ int64, end time.Time) bool { return !now.Before(end) })
	all := make([]int64, 0, len(h.count)+len(h.until))
	all = slices.AppendSeq(all, maps.Keys(h.count))
	return slices.AppendSeq(all, maps.Keys(h.until))
}

func (h *hand) take(m outbox.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count == nil {
		h.count, h.until = map[int64]int{}, map[int64]time.Time{}
	}
	h.count[m.ID]++
	if m.Hung {
		h.hung++
	} else {
		h.well++
	}
}

func (h *hand) release(m outbox.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count[m.ID]--; h.count[m.ID] == 0 {
		delete(h.count, m.ID)
	}
	if m.Hung {
		h.hung--
	} else {
		h.well--
	}
}

// leaveToLease keeps a message from being claimed again before its lease ends.
func (h *hand) leaveToLease(m outbox.Message, end time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until[m.ID] = end
}

// finishedDelivery is a message that was tried, and the error that kept what came of it from
// being recorded, if there was one.
type finishedDelivery struct {
	message outbox.Message
	err     error
}

// failure is the error as a round reports it: what the message failed by itself is set aside,
// its lease ends and it is tried again; what all would meet is the error itself.
func (d finishedDelivery) failure() error {
	if d.err == nil || errors.Is(d.err, storage.ErrUnavailable) {
		return d.err
	}
	return &storage.SetAsideError{Items: []storage.SetAsideItem{{MessageID: d.message.ID, ChallengeID: d.message.ChallengeID, Cause: d.err}}}
}

// DeliverPending sends everything that may go out now and returns how many deliveries it
// tried. One conversation gets its deliveries one after the other. When the context
// ends nothing more is claimed, and what is claimed is brought to its end.
func (e *Engine) DeliverPending(ctx context.Context) (int, error) {
	faults := e.resendPending(ctx) // it keeps nothing else back
	finished := make(chan finishedDelivery)
	for total := 0; ; {
		started, err := e.startDeliveries(ctx, func(d finishedDelivery) { finished <- d })
		for range started {
			d := <-finished
			recordHeadway(ctx)
			err = errors.Join(err, d.failure())
		}
		total, faults = total+started, errors.Join(faults, err)
		if started == 0 || ctx.Err() != nil || errors.Is(err, storage.ErrUnavailable) {
			return total, errors.Join(faults, ctx.Err())
		}
	}
}

// runDeliveryRound starts everything that may go out now, and waits for none of it: a
// message that is done wakes the engine for the next one of its conversation.
func (e *Engine) runDeliveryRound(ctx context.Context) error {
	faults := e.resendPending(ctx)
	run := runContext(ctx)
	_, err := e.startDeliveries(ctx, func(d finishedDelivery) {
		if err := e.reportSetAside(run, workDeliveries, d.failure()); err != nil && e.failureLog.allowEvery(time.Minute, "delivery: "+err.Error(), e.Now()) {
			e.Logger.ErrorContext(run, "what came of a delivery could not be recorded; it is tried again", "delivery", d.message.ID, "error", err)
		}
		e.wakeForDeliveries()
	})
	return e.reportSetAside(ctx, workDeliveries, errors.Join(faults, err))
}

// startDeliveries claims as much as there is room for and sends it, each message beside the
// others. finished is called for each.
func (e *Engine) startDeliveries(ctx context.Context, finished func(finishedDelivery)) (started int, err error) {
	e.claiming.Lock() // what is claimed must be in hand before the next claim
	defer e.claiming.Unlock()
	run := runContext(ctx)
	for ctx.Err() == nil {
		well, hung := e.hand.room()
		claimed, err := e.claimBatch(ctx, well, hung)
		if err != nil {
			return started, err
		}
		e.Pace.share(claimed.Instances)
		recordHeadway(ctx)
		end := e.Now().Add(leaseDuration)
		for _, queued := range claimed.Messages {
			e.hand.take(queued)
			e.running.Go(func() {
				err := e.deliverInTime(run, queued)
				if err != nil {
					e.hand.leaveToLease(queued, end)
				}
				e.hand.release(queued)
				finished(finishedDelivery{queued, err})
			})
		}
		started += len(claimed.Messages)
		if len(claimed.Messages) == 0 || len(claimed.Messages) < well {
			return started, nil
		}
	}
	return started, nil
}

var errDeliveryStuck = errors.New("the delivery did not end in its time and is left behind")

// deliverInTime makes one delivery. A panic in it is an error, and it has an end whatever
// becomes of its calls.
func (e *Engine) deliverInTime(ctx context.Context, queued outbox.Message) error {
	done := make(chan error, 1)
	go func() { done <- contain.Run(func() error { return e.deliverMessage(ctx, queued) }) }()
	timer := time.NewTimer(stuckAfter)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return errDeliveryStuck
	}
}

// claimBatch is not cut off half-way: a claim that the database makes after this instance
// gave its leases back would hold its conversations up until it ends.
func (e *Engine) claimBatch(ctx context.Context, well, hung int) (outbox.Claimed, error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimTimeout)
	defer cancel()
	now := e.Now()
	return e.outboxStore().ClaimMessages(whole, outbox.Claim{Owner: e.Owner, Now: now, Lease: leaseDuration, Limit: well, HungLimit: hung, InHand: e.hand.ids(now)})
}

// nextDelivery is when a delivery may next be claimed.
func (e *Engine) nextDelivery(ctx context.Context) (time.Time, bool, error) {
	return e.outboxStore().NextMessageDue(ctx, e.Now())
}
