package engine

import (
	"context"
	"errors"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// Reconcile compares every open challenge with today's directory: what waits for somebody who
// is away, has left or has lost the role passes on, whoever is back is asked again, and
// where nobody is left those who oversee are told. The due dates stay. It returns how many
// challenges it changed. What fails by itself keeps no other back and is in the error.
func (e *Engine) Reconcile(ctx context.Context) (int, error) {
	people := e.Directory()
	decide := containDecision(ctx, func(c challenge.Snapshot) (challenge.Change, error) {
		return c.Challenge.Decide(challenge.Reconcile{}, challenge.System, e.envFor(c, e.Now()))
	})
	changed := 0
	var failed setAsideList
	var unavailable error
	err := e.morningStore().EachOpen(ctx, func(c challenge.Snapshot) {
		if unavailable != nil {
			return
		}
		// Most need nothing, and then their rows are not locked for it.
		if change, err := decide(c); err == nil && !change.HasEvents() {
			return
		}
		_, err := e.morningStore().Apply(ctx, storage.IdempotencyKey{}, storage.LookupKey{ID: c.Challenge.ID}, decide)
		switch {
		case errors.Is(err, storage.ErrUnavailable):
			unavailable = err
		case err != nil:
			failed.add(storage.SetAsideItem{ChallengeID: c.Challenge.ID, Cause: err})
		default:
			changed++
		}
	})
	if unavailable == nil && errors.Is(err, storage.ErrUnavailable) {
		unavailable = err
	}
	if unavailable != nil {
		return changed, unavailable
	}
	e.reconciledWith.Store(people)
	return changed, errors.Join(err, failed.err())
}

// reconcileIfChanged does so when the directory is another than the last time: at the start
// of the program, after a reload, and when cover was set or ended.
func (e *Engine) reconcileIfChanged(ctx context.Context) (int, error) {
	if e.reconciledWith.Load() == e.Directory() {
		return 0, nil
	}
	return e.Reconcile(ctx)
}
