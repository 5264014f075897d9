package app

import (
	"context"
	"errors"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// RecordRestore makes known that the database was restored from a backup, and that what was done
// from a time until now is missing. It needs a database that is there. It returns the span and
// how many challenges are open.
func (a *App) RecordRestore(ctx context.Context, from time.Time) (challenge.Outage, int, error) {
	if !a.state.prepared.Load() {
		return challenge.Outage{From: from}, 0, storage.ErrUnavailable
	}
	missing, open, err := a.recordMissing(ctx, from)
	if err != nil {
		return missing, open, err
	}
	return missing, open, a.Store.KeepPlace(ctx)
}

func (a *App) recordMissing(ctx context.Context, from time.Time) (challenge.Outage, int, error) {
	missing := challenge.Outage{From: from.UTC().Truncate(time.Microsecond), To: a.clock.Now().UTC().Truncate(time.Microsecond)}
	if err := a.Store.RecordOutage(ctx, missing); err != nil {
		return missing, 0, err
	}
	open, err := a.Engine.RecordRestore(ctx, missing)
	return missing, open, err
}

// findRestore looks whether the database is a copy of the one on which a bot worked last.
func (a *App) findRestore(ctx context.Context) (missingFrom time.Time, found bool, err error) {
	if a.parts.RestoreKnown {
		return time.Time{}, false, nil
	}
	return a.Store.FindRestore(ctx)
}

// recordFoundRestore records a restore of which nobody told the bot. What fails in one challenge
// keeps the bot from nothing.
func (a *App) recordFoundRestore(ctx context.Context, from time.Time) error {
	missing, open, err := a.recordMissing(ctx, from)
	if errors.Is(err, storage.ErrUnavailable) {
		return err
	}
	a.logger.Error("the database was restored from a backup, or moved: what was done in this time is taken for missing; the trail of each open challenge says so, "+
		"whoever is asked is asked again, and oversight is told. After a move in which nothing was lost, run challengebot restored --nothing-missing before serving",
		"from", missing.From, "to", missing.To, "open", open, "not_recorded", err)
	return nil
}

// keepHeartbeat keeps that this instance works. A database that has lost what this instance wrote
// was restored beneath it.
func (a *App) keepHeartbeat(ctx context.Context) error {
	if err := a.clock.KeepHeartbeat(ctx); err != nil {
		return err
	}
	from, lost := a.clock.lostSince()
	if lost {
		if err := a.recordFoundRestore(ctx, from); err != nil {
			return err
		}
		a.clock.forgetLost()
	} else if at := a.state.placeKept.Load(); at != nil && time.Since(*at) < placeInterval {
		return nil
	}
	return a.keepPlace(ctx)
}

// placeInterval is how often a bot that works keeps where its database stands: after a failover it is
// another place, and nothing is missing.
const placeInterval = time.Hour

func (a *App) keepPlace(ctx context.Context) error {
	now := time.Now()
	a.state.placeKept.Store(&now)
	return a.Store.KeepPlace(ctx)
}
