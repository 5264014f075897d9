package app

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/postgres"
	"challengebot/internal/workday"
)

// roster is the directory of the file with the cover that was set while the bot runs.
// The engine looks for news of it at each round, which any instance's news begins, so
// that no instance is behind for longer than the engine sleeps.
type roster struct {
	file     *directory.Directory
	store    *postgres.Store
	calendar *workday.Calendar
	now      func() time.Time
	latest   atomic.Pointer[merged]
}

// merged is a directory and the cover that it was made with.
type merged struct {
	directory *directory.Directory
	covers    []challenge.Cover
}

// Directory is the directory as it was when last looked at.
func (r *roster) Directory() *directory.Directory {
	if m := r.latest.Load(); m != nil {
		return m.directory
	}
	return r.file
}

// Refresh looks for cover that was set or revoked.
func (r *roster) Refresh(ctx context.Context) error {
	covers, err := r.store.Covers(ctx, r.calendar.DateOf(r.now()))
	if err != nil {
		return err
	}
	if m := r.latest.Load(); m != nil && slices.Equal(m.covers, covers) {
		return nil
	}
	var more []directory.Cover
	for _, c := range covers {
		more = append(more, directory.Cover{ID: c.ID, For: directory.Person{Entra: c.Person}, By: directory.Person{Entra: c.StandIn},
			From: c.From.String(), To: c.To.String()})
	}
	r.latest.Store(&merged{r.file.WithCover(more), covers})
	return nil
}
