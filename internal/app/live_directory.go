package app

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/outbox"
	"challengebot/internal/postgres"
	"challengebot/internal/workday"
)

// liveDirectory is the directory of the file with what was said while the bot runs: who stands
// in for whom, and which channels get notices.
// The engine looks for news of it at each round, which any instance's news begins, so
// that no instance is behind for longer than the engine sleeps.
type liveDirectory struct {
	file     atomic.Pointer[directory.Directory]
	store    *postgres.Store
	calendar *workday.Calendar
	now      func() time.Time
	latest   atomic.Pointer[mergedDirectory]
}

// mergedDirectory is a directory and what it was made with.
type mergedDirectory struct {
	directory   *directory.Directory
	covers      []directory.CoverSetting
	channels    []directory.NoticeChannelSetting
	unreachable []outbox.Unreachable
}

// IsUnreachable reports whether Teams refused a person when last looked at.
func (r *liveDirectory) IsUnreachable(entra string) bool {
	m := r.latest.Load()
	return m != nil && slices.ContainsFunc(m.unreachable, func(u outbox.Unreachable) bool { return u.Person == entra && u.ReachableAgainAt.IsZero() })
}

// Directory is the directory as it was when last looked at.
func (r *liveDirectory) Directory() *directory.Directory {
	if m := r.latest.Load(); m != nil {
		return m.directory
	}
	if file := r.file.Load(); file != nil {
		return file
	}
	return &directory.Directory{} // nobody is served yet
}

// Refresh looks for news of cover, of channels and of who cannot be reached.
func (r *liveDirectory) Refresh(ctx context.Context) error {
	today := r.calendar.DateOf(r.now())
	covers, err := r.store.ListCovers(ctx, today)
	if err != nil {
		return err
	}
	channels, err := r.store.ListNoticeChannels(ctx)
	if err != nil {
		return err
	}
	unreachable, err := r.store.ListUnreachable(ctx)
	if err != nil {
		return err
	}
	// Cover that has merely come to its end is no news: the directory goes by the day anyway.
	if m := r.latest.Load(); m != nil && slices.EqualFunc(notEnded(m.covers, today), covers, isSameSetting) && slices.Equal(m.channels, channels) && slices.Equal(m.unreachable, unreachable) {
		return nil
	}
	var refused []string
	for _, u := range unreachable {
		if u.ReachableAgainAt.IsZero() {
			refused = append(refused, u.Person)
		}
	}
	merged := r.file.Load().WithCover(covers).WithChannels(channels).WithUnreachable(refused)
	r.latest.Store(&mergedDirectory{merged, covers, channels, unreachable})
	return nil
}

func notEnded(covers []directory.CoverSetting, today workday.Date) []directory.CoverSetting {
	return slices.DeleteFunc(slices.Clone(covers), func(c directory.CoverSetting) bool { return c.To < today })
}

// isSameSetting reports whether two read settings are one: a setting never changes.
func isSameSetting(a, b directory.CoverSetting) bool { return a.ID == b.ID }

// LoadLiveDirectory is a directory with what was said while the bot runs.
func LoadLiveDirectory(ctx context.Context, d *directory.Directory, store *postgres.Store, calendar *workday.Calendar, now func() time.Time) (*directory.Directory, error) {
	r := &liveDirectory{store: store, calendar: calendar, now: now}
	r.file.Store(d)
	err := r.Refresh(ctx)
	return r.Directory(), err
}
