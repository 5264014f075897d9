package app

import (
	"context"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// RecordRestore makes known that the database was restored from a backup, and that what was done
// from a time until now is missing. It needs a database that is there. It returns the span and
// how many challenges are open.
func (a *App) RecordRestore(ctx context.Context, from time.Time) (challenge.Outage, int, error) {
	missing := challenge.Outage{From: from.UTC().Truncate(time.Microsecond), To: a.clock.Now().UTC().Truncate(time.Microsecond)}
	if !a.state.prepared.Load() {
		return missing, 0, storage.ErrUnavailable
	}
	if err := a.Store.RecordOutage(ctx, missing); err != nil {
		return missing, 0, err
	}
	open, err := a.Engine.RecordRestore(ctx, missing)
	return missing, open, err
}
