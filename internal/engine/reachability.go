package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/teamsfailure"
	"challengebot/internal/workday"
)

const (
	// maxResentCards is how many waiting challenges are sent again to somebody who is back.
	maxResentCards = 1000
	// probeLeadTime is how long before the working day begins its probes are made, so that
	// they are in its digest.
	probeLeadTime = time.Hour
	// ProbeInterval is the time between two questions to Teams about who can be reached: a
	// fifth of what it allows an app in one tenant, so that deliveries are not held up.
	ProbeInterval = 100 * time.Millisecond
	// maxProbeAttempts is how often one person is tried; maxProbeWait the longest wait between.
	maxProbeAttempts = 3
	maxProbeWait     = time.Minute
	// probeCooldown is how long nobody is probed after Teams did not answer.
	probeCooldown = 15 * time.Minute
)

// recordUnreachable notes that Teams refuses a person, where the refusal is about the person's
// own chat.
func (e *Engine) recordUnreachable(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure) error {
	if queued.To.Person == "" || queued.Kind == outbox.DirectMessageKind && queued.Posted.ActivityID != "" {
		return nil
	}
	return e.Store.MarkUnreachable(ctx, outbox.Unreachable{Person: queued.To.Person, Since: e.Now(), Code: f.Code})
}

// resendPending sends everybody who can be reached again each card that waits for them:
// they may never have seen it. The dates stay.
func (e *Engine) resendPending(ctx context.Context) error {
	all, err := e.Store.ListUnreachable(ctx)
	if err != nil {
		return err
	}
	var faults error // of one person, who is welcomed later
	for _, u := range all {
		if u.ReachableAgainAt.IsZero() {
			continue
		}
		if err := e.resendToPerson(ctx, u); err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		faults = errors.Join(faults, e.Store.ForgetUnreachable(ctx, u))
	}
	return faults
}

// resendToPerson queues a person's cards, each under an idempotency key of this one return, so that
// neither a crash nor another instance doubles them.
func (e *Engine) resendToPerson(ctx context.Context, u outbox.Unreachable) error {
	waiting, faults := e.Store.ListWaitingFor(ctx, u.Person, maxResentCards)
	for _, pending := range waiting {
		idempotencyKey := storage.IdempotencyKey{Value: fmt.Sprintf("return:%s:%d:%s", u.Person, u.ReachableAgainAt.UnixMicro(), pending.Challenge.ID), At: e.Now()}
		_, err := e.Store.Apply(ctx, idempotencyKey, storage.LookupKey{ID: pending.Challenge.ID}, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
			change := challenge.Change{Next: c.Challenge}
			if slices.Contains(c.Challenge.WaitingFor(), u.Person) {
				card, opening := c.Challenge.CardFor(u.Person)
				change.Posts = []challenge.Post{{To: challenge.Address{Person: u.Person}, Card: card, Opening: opening}}
			}
			return change, nil
		}))
		if errors.Is(err, storage.ErrUnavailable) {
			return err
		}
		faults = errors.Join(faults, err)
	}
	return faults
}

// probeBudget is how long asking about one person may take, with its waits.
const probeBudget = maxProbeAttempts*(maxProbeWait+ProbeInterval) + time.Minute

// probeProgress is how far this instance's probing is.
type probeProgress struct {
	mu       sync.Mutex
	lastDay  workday.Date // the last working day on which everybody was probed
	resumeAt time.Time    // when probing goes on
}

func (p *probeProgress) isDue(today workday.Date, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lastDay != today && !now.Before(p.resumeAt)
}

func (p *probeProgress) pauseUntil(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resumeAt = at
}

func (p *probeProgress) finish(today workday.Date) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastDay = today
}

// ProbeReachability asks Teams, once in a working day, for the conversation of everybody in the
// directory who has an account and whose conversation is not known. Nothing is sent to
// anybody. Who is refused is known to be unreachable before a challenge depends on them.
func (e *Engine) ProbeReachability(ctx context.Context) error {
	now := e.Now()
	today := e.Calendar.DateOf(now)
	if !e.Calendar.IsWorkingDay(today) || now.Before(e.Calendar.StartOfDay(today).Add(-probeLeadTime)) || !e.probes.isDue(today, now) {
		return nil
	}
	for _, p := range e.Directory().People() {
		if p.Entra == "" {
			continue
		}
		_, known, err := e.Store.FindConversation(ctx, outbox.OrderingKey(challenge.Address{Person: p.Entra}))
		if err != nil {
			return err
		}
		if known {
			continue
		}
		first, err := e.Store.ClaimIdempotencyKey(ctx, storage.IdempotencyKey{Value: "probe:" + today.String() + ":" + p.Entra, At: now})
		if err != nil {
			return err
		}
		if !first {
			continue
		}
		recordHeadway(ctx)
		wait, err := e.probePerson(ctx, p)
		if err != nil {
			return err
		}
		if wait > 0 { // Teams is away or busy: the others later
			e.probes.pauseUntil(e.Now().Add(wait))
			return nil
		}
	}
	e.probes.finish(today)
	return nil
}

// probePerson asks for one person's conversation. When Teams cannot answer now, the person is
// left to the next working day, and wait says how long to leave it in peace.
func (e *Engine) probePerson(ctx context.Context, p directory.Person) (wait time.Duration, err error) {
	conv := outbox.ConversationReference{OrderingKey: outbox.OrderingKey(challenge.Address{Person: p.Entra}), ServiceURL: e.ServiceURL, SeenAt: e.Now()}
	for try := 1; try <= maxProbeAttempts; try++ {
		err := e.callTeams(ctx, func(ctx context.Context) (err error) {
			conv.ID, err = e.Teams.CreatePersonalChat(ctx, conv.ServiceURL, p.Entra)
			return err
		})
		failure := (*teamsfailure.Failure)(nil)
		switch {
		case err == nil:
			return 0, errors.Join(e.Store.SaveConversation(ctx, conv), e.Store.MarkReachable(ctx, p.Entra, e.Now()), Sleep(ctx, ProbeInterval))
		case !errors.As(err, &failure):
			return 0, err
		case failure.Kind == teamsfailure.Rejected, failure.Kind == teamsfailure.UnclearRejection && try == maxProbeAttempts:
			away := outbox.Unreachable{Person: p.Entra, Since: e.Now(), Code: failure.Code}
			return 0, errors.Join(e.Store.MarkUnreachable(ctx, away), Sleep(ctx, ProbeInterval))
		case failure.Kind == teamsfailure.OurBug: // about this one account
			return 0, Sleep(ctx, ProbeInterval)
		case failure.RetryAfter > maxProbeWait:
			return failure.RetryAfter, nil
		}
		if err := Sleep(ctx, max(ProbeInterval, failure.RetryAfter)); err != nil {
			return 0, err
		}
	}
	return probeCooldown, nil
}

// Sleep waits for d or until ctx ends, whose error it then returns.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
