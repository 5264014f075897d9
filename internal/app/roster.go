package app

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/postgres"
	"challengebot/internal/workday"
)

// roster is the directory of the file with what was said while the bot runs: who stands
// in for whom, and which channels get notices.
// The engine looks for news of it at each round, which any instance's news begins, so
// that no instance is behind for longer than the engine sleeps.
type roster struct {
	file     *directory.Directory
	store    *postgres.Store
	calendar *workday.Calendar
	now      func() time.Time
	latest   atomic.Pointer[merged]
}

// merged is a directory and what it was made with.
type merged struct {
	directory *directory.Directory
	covers    []challenge.Cover
	channels  []challenge.NoticeChannel
	away      []challenge.Unreachable
}

// Unreachable reports whether Teams refused a person when last looked at.
func (r *roster) Unreachable(entra string) bool {
	m := r.latest.Load()
	return m != nil && slices.ContainsFunc(m.away, func(u challenge.Unreachable) bool { return u.Person == entra && u.ReturnedAt.IsZero() })
}

// Directory is the directory as it was when last looked at.
func (r *roster) Directory() *directory.Directory {
	if m := r.latest.Load(); m != nil {
		return m.directory
	}
	return r.file
}

// Refresh looks for news of cover, of channels and of who cannot be reached.
func (r *roster) Refresh(ctx context.Context) error {
	covers, err := r.store.Covers(ctx, r.calendar.DateOf(r.now()))
	if err != nil {
		return err
	}
	channels, err := r.store.NoticeChannels(ctx)
	if err != nil {
		return err
	}
	away, err := r.store.Unreachables(ctx)
	if err != nil {
		return err
	}
	if m := r.latest.Load(); m != nil && slices.Equal(m.covers, covers) && slices.Equal(m.channels, channels) && slices.Equal(m.away, away) {
		return nil
	}
	var more []directory.Cover
	for _, c := range covers {
		more = append(more, directory.Cover{ID: c.ID, For: directory.Person{Entra: c.Person}, By: directory.Person{Entra: c.StandIn},
			From: c.From.String(), To: c.To.String()})
	}
	r.latest.Store(&merged{r.file.WithCover(more).WithChannels(bindings(channels)), covers, channels, away})
	return nil
}

// WithSaid is a directory with what was said while the bot runs.
func WithSaid(ctx context.Context, d *directory.Directory, store *postgres.Store, calendar *workday.Calendar, now func() time.Time) (*directory.Directory, error) {
	r := &roster{file: d, store: store, calendar: calendar, now: now}
	err := r.Refresh(ctx)
	return r.Directory(), err
}

// bindings are channels as the directory takes them.
func bindings(channels []challenge.NoticeChannel) []directory.Binding {
	var all []directory.Binding
	for _, c := range channels {
		b := directory.Binding{Channel: c.Channel, Names: directory.Bound{Team: c.Team, Channel: c.Name}}
		switch kind, id, _ := strings.Cut(string(c.Unit), ":"); kind {
		case "team":
			b.Team = id
		case "service":
			b.Service = id
		}
		all = append(all, b)
	}
	return all
}
