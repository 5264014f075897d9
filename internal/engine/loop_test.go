package engine

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// loops is a store of which only the clock's turns and the work of the morning matter: a
// deadline is due all the time.
type loops struct {
	Store
	ticks   chan<- time.Time
	failing error
	morning func(context.Context) error
}

func (l loops) Tick(_ context.Context, now time.Time, _ int, _ func(challenge.Case) (challenge.Change, error)) (int, error) {
	l.ticks <- now
	return 0, l.failing
}

func (l loops) NextDue(context.Context) (time.Time, bool, error) { return time.Now(), true, nil }
func (l loops) HandedOver(ctx context.Context) ([]challenge.Case, error) {
	return nil, l.morning(ctx)
}
func (l loops) Standing(context.Context, func(challenge.Case)) error { return nil }
func (l loops) Unreachables(context.Context) ([]challenge.Unreachable, error) {
	return nil, nil
}
func (l loops) Conversation(context.Context, string) (challenge.Conversation, bool, error) {
	return challenge.Conversation{}, true, nil
}
func (l loops) Claim(context.Context, string, time.Time, time.Duration, int) ([]challenge.Delivery, error) {
	return nil, nil
}
func (l loops) NextDelivery(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }
func (l loops) ReleaseLeases(context.Context, string) error           { return nil }
func (l loops) Overdue(context.Context, time.Time, time.Duration) (challenge.Overdue, error) {
	return challenge.Overdue{}, nil
}
func (l loops) Listen(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return nil
}

// ticksIn runs an engine from a Monday's nine o'clock on for that long and counts the
// turns of its clock.
func ticksIn(t *testing.T, d time.Duration, store loops) int {
	t.Helper()
	calendar, err := workday.New(workday.Settings{Division: workday.EnglandAndWales})
	if err != nil {
		t.Fatal(err)
	}
	nobody, err := directory.Read("directory.yaml", []byte("authority: Exampleshire\npeople: [{id: a, name: Ann Lee, entra: 11111111-0000-4000-8000-000000000001}]\nteams: [{id: north, name: North}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	synctest.Test(t, func(t *testing.T) {
		ticks := make(chan time.Time)
		store.ticks = ticks
		start := time.Now()
		monday := time.Date(2026, 3, 30, 9, 0, 0, 0, calendar.Location())
		e, err := New(Config{Store: store, Calendar: calendar, Directory: func() *directory.Directory { return nobody },
			Now: func() time.Time { return monday.Add(time.Since(start)) }, Refresh: func(context.Context) error { return nil },
			Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(), Owner: "one"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), d)
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- e.Run(ctx) }()
		for {
			select {
			case <-ticks:
				n++
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
				return
			}
		}
	})
	return n
}

func TestAMorningThatTakesLongDelaysNoDeadline(t *testing.T) {
	t.Parallel()
	n := ticksIn(t, time.Second, loops{morning: func(ctx context.Context) error {
		<-ctx.Done() // a database that does not get to its end
		return challenge.ErrUnavailable
	}})
	if n < 500 {
		t.Errorf("the clock had %d turns in a second in which something was due all the time", n)
	}
}

func TestARoundThatFailsIsMadeAgainSoonButNotAllTheTime(t *testing.T) {
	t.Parallel()
	n := ticksIn(t, 10*time.Second, loops{failing: errors.New("no"), morning: func(context.Context) error { return nil }})
	if n < 9 || n > 11 {
		t.Errorf("the clock had %d turns in ten seconds, each of which failed", n)
	}
}
