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

// recordUnreachable notes that a message for a person was given up, where it was for the
// person's own chat. Of a card that could only not be changed, Teams' own word counts.
func (e *Engine) recordUnreachable(ctx context.Context, queued outbox.Message, f *teamsfailure.Failure) error {
	if queued.To.Person == "" || queued.Posted.ActivityID != "" && (queued.Kind == outbox.DirectMessageKind || f.Kind != teamsfailure.Rejected) {
		return nil
	}
	return e.reachabilityStore().MarkUnreachable(ctx, outbox.Unreachable{Person: queued.To.Person, Since: e.Now(), Code: f.Code})
}

// resendPending sends everybody who can be reached again what waits for them: each card,
// where they installed the app or wrote, for they may never have seen it; what was not taken,
// where Teams has taken something else since.
func (e *Engine) resendPending(ctx context.Context) error {
	all, err := e.reachabilityStore().ListUnreachable(ctx)
	if err != nil {
		return err
	}
	var faults error // of one person, who is welcomed later
	for _, u := range all {
		if u.ReachableAgainAt.IsZero() {
			continue
		}
		resend := e.resendToPerson
		if u.Accepted {
			resend = e.resendAccepted
		}
		if err := resend(ctx, u); err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		faults = errors.Join(faults, e.reachabilityStore().ForgetUnreachable(ctx, u))
	}
	return faults
}

// resendToPerson queues a person's cards: what was not taken, and everything else that waits
// for them, each under an idempotency key of this one return, so that neither a crash nor
// another instance doubles them.
func (e *Engine) resendToPerson(ctx context.Context, u outbox.Unreachable) error {
	waiting, faults := e.reachabilityStore().ListWaitingFor(ctx, u.Person, maxResentCards)
	var others []challenge.Snapshot
	for _, pending := range waiting {
		if !isUntakenFor(pending.Challenge, u.Person) {
			others = append(others, pending)
			continue
		}
		if _, err := e.reachabilityStore().ClaimIdempotencyKey(ctx, returnKey(u, pending, e.Now())); err != nil {
			return err
		}
	}
	faults = errors.Join(faults, e.resendUntaken(ctx, u))
	for _, pending := range others {
		_, err := e.reachabilityStore().Apply(ctx, returnKey(u, pending, e.Now()), storage.LookupKey{ID: pending.Challenge.ID}, containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
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

func returnKey(u outbox.Unreachable, c challenge.Snapshot, now time.Time) storage.IdempotencyKey {
	return storage.IdempotencyKey{Value: fmt.Sprintf("return:%s:%d:%s", u.Person, u.ReachableAgainAt.UnixMicro(), c.Challenge.ID), At: now}
}

// isUntakenFor reports whether a card that still asks a person something was not taken.
func isUntakenFor(c challenge.Challenge, person string) bool {
	return slices.ContainsFunc(c.Untaken, func(u challenge.UntakenCard) bool { return u.To.Person == person && c.StillAsks(u) })
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
// directory who has an account and whose conversation is not known, or for whom the last
// message was not taken. Nothing is sent to anybody. Who is refused is known to be
// unreachable before a challenge depends on them.
func (e *Engine) ProbeReachability(ctx context.Context) error {
	now := e.Now()
	today := e.Calendar.DateOf(now)
	if !e.Calendar.IsWorkingDay(today) || now.Before(e.Calendar.StartOfDay(today).Add(-probeLeadTime)) || !e.probes.isDue(today, now) {
		return nil
	}
	unreachable, err := e.reachabilityStore().ListUnreachable(ctx)
	if err != nil {
		return err
	}
	for _, p := range e.Directory().People() {
		if p.Entra == "" {
			continue
		}
		_, known, err := e.reachabilityStore().FindConversation(ctx, outbox.OrderingKey(challenge.Address{Person: p.Entra}))
		if err != nil {
			return err
		}
		if known && !slices.ContainsFunc(unreachable, func(u outbox.Unreachable) bool { return u.Person == p.Entra && u.ReachableAgainAt.IsZero() }) {
			continue
		}
		first, err := e.reachabilityStore().ClaimIdempotencyKey(ctx, storage.IdempotencyKey{Value: "probe:" + today.String() + ":" + p.Entra, At: now})
		if err != nil {
			return err
		}
		if !first {
			continue
		}
		recordHeadway(ctx)
		wait, err := e.probePerson(ctx, p, known)
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

// probePerson asks for one person's conversation. Where it is known already, and Teams gives it,
// what was not taken for the person is sent once more. When Teams cannot answer now, the person is
// left to the next working day, and wait says how long to leave it in peace.
func (e *Engine) probePerson(ctx context.Context, p directory.Person, known bool) (wait time.Duration, err error) {
	conv := outbox.ConversationReference{OrderingKey: outbox.OrderingKey(challenge.Address{Person: p.Entra}), ServiceURL: e.ServiceURL, SeenAt: e.Now()}
	for try := 1; try <= maxProbeAttempts; try++ {
		err := e.callTeams(ctx, p.Entra, e.CallTimeout, func(ctx context.Context) (err error) {
			conv.ID, err = e.Teams.CreatePersonalChat(ctx, conv.ServiceURL, p.Entra)
			return err
		})
		failure := (*teamsfailure.Failure)(nil)
		switch {
		case err == nil && known:
			return 0, errors.Join(e.resendUntaken(ctx, outbox.Unreachable{Person: p.Entra}), Sleep(ctx, ProbeInterval))
		case err == nil:
			return 0, errors.Join(e.reachabilityStore().SaveConversation(ctx, conv), e.reachabilityStore().MarkReachable(ctx, p.Entra, e.Now()), Sleep(ctx, ProbeInterval))
		case !errors.As(err, &failure):
			return 0, err
		case failure.Kind == teamsfailure.Rejected:
			away := outbox.Unreachable{Person: p.Entra, Since: e.Now(), Code: failure.Code}
			return 0, errors.Join(e.reachabilityStore().MarkUnreachable(ctx, away), Sleep(ctx, ProbeInterval))
		case failure.Kind == teamsfailure.OurBug, failure.Kind == teamsfailure.UnclearRejection && try == maxProbeAttempts: // about this one account
			return 0, Sleep(ctx, ProbeInterval)
		case failure.RetryAfter > maxProbeWait:
			return min(failure.RetryAfter, maxRetryAfter), nil
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
