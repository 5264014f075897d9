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
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// loopStore is a store of which only the clock's turns and the work of the morning matter: a
// deadline is due all the time.
type loopStore struct {
	Store
	ticks     chan<- time.Time
	tickErr   error
	onMorning func(context.Context) error
}

func (l loopStore) Tick(_ context.Context, now time.Time, _ int, _ func(challenge.Snapshot) (challenge.Change, error)) (int, error) {
	l.ticks <- now
	return 0, l.tickErr
}

func (l loopStore) NextDue(context.Context) (time.Time, bool, error) { return time.Now(), true, nil }
func (l loopStore) EachOpen(ctx context.Context, _ func(challenge.Snapshot)) error {
	return l.onMorning(ctx)
}
func (l loopStore) EachPending(context.Context, func(challenge.Snapshot)) error { return nil }
func (l loopStore) ListUnreachable(context.Context) ([]outbox.Unreachable, error) {
	return nil, nil
}
func (l loopStore) ListUntaken(context.Context, string) ([]outbox.Untaken, error) {
	return nil, nil
}
func (l loopStore) FindConversation(context.Context, string) (outbox.ConversationReference, bool, error) {
	return outbox.ConversationReference{}, true, nil
}
func (l loopStore) ClaimMessages(context.Context, outbox.Claim) (outbox.Claimed, error) {
	return outbox.Claimed{}, nil
}
func (l loopStore) NextMessageDue(context.Context, time.Time) (time.Time, bool, error) {
	return time.Time{}, false, nil
}
func (l loopStore) ListOutages(context.Context) ([]challenge.Outage, error) { return nil, nil }
func (l loopStore) ReleaseLeases(context.Context, string) error             { return nil }
func (l loopStore) CountOverdue(context.Context, time.Time, time.Duration) (storage.OverdueWork, error) {
	return storage.OverdueWork{}, nil
}
func (l loopStore) Listen(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return nil
}

// countTicks runs an engine from a Monday's nine o'clock on for that long and counts the
// turns of its clock.
func countTicks(t *testing.T, d time.Duration, store loopStore) int {
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
	n := countTicks(t, time.Second, loopStore{onMorning: func(ctx context.Context) error {
		<-ctx.Done() // a database that does not get to its end
		return storage.ErrUnavailable
	}})
	if n < 500 {
		t.Errorf("the clock had %d turns in a second in which something was due all the time", n)
	}
}

// Something is due all the time, and nobody here can do it: somebody else holds its row.
func TestRoundsThatGetNothingDoneAreMadeLessOften(t *testing.T) {
	t.Parallel()
	n := countTicks(t, 10*time.Second, loopStore{onMorning: func(context.Context) error { return nil }})
	if n < maxIdleRounds || n > maxIdleRounds+12 {
		t.Errorf("the clock had %d turns in ten seconds", n)
	}
}

func TestARoundThatFailsIsMadeAgainSoonButNotAllTheTime(t *testing.T) {
	t.Parallel()
	n := countTicks(t, 10*time.Second, loopStore{tickErr: errors.New("no"), onMorning: func(context.Context) error { return nil }})
	if n < 9 || n > 11 {
		t.Errorf("the clock had %d turns in ten seconds, each of which failed", n)
	}
}
