package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
)

const (
	// resentAtOnce is how many waiting challenges are sent again to somebody who is back.
	resentAtOnce = 1000
	// probeAhead is how long before the working day begins its probes are made, so that
	// they are in its digest.
	probeAhead = time.Hour
	// probePause is the time between two probes: a fifth of what Teams allows an app in
	// one tenant, so that deliveries are not held up.
	probePause = 100 * time.Millisecond
	// probeTries is how often one person is tried; probePatience the longest wait between.
	probeTries    = 3
	probePatience = time.Minute
	// probeRest is how long nobody is probed after Teams did not answer.
	probeRest = 15 * time.Minute
)

// refusedFor notes that Teams refuses a person, where the refusal is about the person's
// own chat.
func (e *Engine) refusedFor(ctx context.Context, d challenge.Delivery, f *Failure) error {
	if d.To.Person == "" || d.Kind == challenge.ReplyCard && d.Posted.Activity != "" {
		return nil
	}
	return e.Store.MarkUnreachable(ctx, challenge.Unreachable{Person: d.To.Person, Since: e.Now(), Code: f.Code})
}

// welcomeBack sends everybody who can be reached again each card that waits for them:
// they may never have seen it. The dates stay.
func (e *Engine) welcomeBack(ctx context.Context) error {
	all, err := e.Store.Unreachables(ctx)
	if err != nil {
		return err
	}
	var faults error // of one person, who is welcomed later
	for _, u := range all {
		if u.ReturnedAt.IsZero() {
			continue
		}
		if err := e.resend(ctx, u); err != nil {
			faults = errors.Join(faults, err)
			continue
		}
		faults = errors.Join(faults, e.Store.ForgetReturn(ctx, u))
	}
	return faults
}

// resend queues a person's cards, each under a receipt of this one return, so that
// neither a crash nor another instance doubles them.
func (e *Engine) resend(ctx context.Context, u challenge.Unreachable) error {
	waiting, faults := e.Store.WaitingFor(ctx, u.Person, resentAtOnce)
	for _, w := range waiting {
		r := challenge.Receipt{Key: fmt.Sprintf("return:%s:%d:%s", u.Person, u.ReturnedAt.UnixMicro(), w.Challenge.ID), At: e.Now()}
		_, err := e.Store.Apply(ctx, r, challenge.Key{ID: w.Challenge.ID}, func(c challenge.Case) (challenge.Change, error) {
			change := challenge.Change{Next: c.Challenge}
			if slices.Contains(c.Challenge.Waiting(), u.Person) {
				card, visit := c.Challenge.CardFor(u.Person)
				change.Shows = []challenge.Show{{To: challenge.Address{Person: u.Person}, Card: card, Visit: visit}}
			}
			return change, nil
		})
		if errors.Is(err, challenge.ErrUnavailable) {
			return err
		}
		faults = errors.Join(faults, err)
	}
	return faults
}

// Probe asks Teams, once in a working day, for the conversation of everybody in the
// directory who has an account and whose conversation is not known. Nothing is sent to
// anybody. Who is refused is known to be unreachable before a challenge depends on them.
func (e *Engine) Probe(ctx context.Context) error {
	now := e.Now()
	today := e.Calendar.DateOf(now)
	if !e.Calendar.Working(today) || now.Before(e.Calendar.StartOf(today).Add(-probeAhead)) || e.probed == today || now.Before(e.probeAfter) {
		return nil
	}
	for _, p := range e.Directory().People() {
		if p.Entra == "" {
			continue
		}
		_, known, err := e.Store.Conversation(ctx, challenge.Address{Person: p.Entra}.Lane())
		if err != nil {
			return err
		}
		if known {
			continue
		}
		first, err := e.Store.Once(ctx, challenge.Receipt{Key: "probe:" + today.String() + ":" + p.Entra, At: now})
		if err != nil {
			return err
		}
		if !first {
			continue
		}
		wait, err := e.probe(ctx, p)
		if err != nil {
			return err
		}
		if wait > 0 { // Teams is away or busy: the others later
			e.probeAfter = e.Now().Add(wait)
			return nil
		}
	}
	e.probed = today
	return nil
}

// probe asks for one person's conversation. When Teams cannot answer now, the person is
// left to the next working day, and wait says how long to leave it in peace.
func (e *Engine) probe(ctx context.Context, p directory.Person) (wait time.Duration, err error) {
	conv := challenge.Conversation{Lane: challenge.Address{Person: p.Entra}.Lane(), ServiceURL: e.ServiceURL, SeenAt: e.Now()}
	for try := 1; try <= probeTries; try++ {
		err := e.call(ctx, func(ctx context.Context) (err error) {
			conv.ID, err = e.Teams.CreatePersonal(ctx, conv.ServiceURL, p.Entra)
			return err
		})
		failure := (*Failure)(nil)
		switch {
		case err == nil:
			return 0, errors.Join(e.Store.SaveConversation(ctx, conv), e.Store.Returned(ctx, p.Entra, e.Now()), e.pause(ctx, probePause))
		case !errors.As(err, &failure):
			return 0, err
		case failure.Consequence == Refused, failure.Consequence == Unclear && try == probeTries:
			away := challenge.Unreachable{Person: p.Entra, Since: e.Now(), Code: failure.Code}
			return 0, errors.Join(e.Store.MarkUnreachable(ctx, away), e.pause(ctx, probePause))
		case failure.Consequence == Faulty: // about this one account
			return 0, e.pause(ctx, probePause)
		case failure.RetryAfter > probePatience:
			return failure.RetryAfter, nil
		}
		if err := e.pause(ctx, max(probePause, failure.RetryAfter)); err != nil {
			return 0, err
		}
	}
	return probeRest, nil
}

func (e *Engine) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
