package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

// afterLapse is past the informal stage's window of a challenge that was raised on monday.
var afterLapse = monday.AddDate(0, 0, 2)

func TestTickLapsesWhatIsDueAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := w.raise()
	w.now = afterLapse
	later := w.raise()
	n, err := w.tick(w.store, 10)
	if n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	got := w.load(due.Challenge.ID)
	if got.Challenge.Rung != "stage-1" || got.Challenge.State != challenge.StateAwaitingResponse {
		t.Errorf("on %s, %s", got.Challenge.Rung, got.Challenge.State)
	}
	if w.load(later.Challenge.ID).Challenge.Seq != later.Challenge.Seq {
		t.Error("a challenge that was not due was changed")
	}
	if n, err := w.tick(w.store, 10); n != 0 || err != nil {
		t.Errorf("a second tick: %d, %v", n, err)
	}
	w.mustVerify()
}

func TestNextDueIsTheEarliestLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, ok, err := w.store.NextDue(t.Context()); ok || err != nil {
		t.Fatalf("empty: %v, %v", ok, err)
	}
	first := w.raise()
	w.now = w.now.Add(24 * time.Hour)
	w.raise()
	at, ok, err := w.store.NextDue(t.Context())
	if !ok || err != nil || !at.Equal(first.Challenge.NextAt) {
		t.Errorf("%v, %v, %v; want %v", at, ok, err, first.Challenge.NextAt)
	}
}

func TestTwoInstancesTickEachChallengeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 60 {
		w.raise()
	}
	w.now = afterLapse
	stores := []*Store{w.store, w.openStore(), w.openStore()}
	var mu sync.Mutex
	turns := map[uuid.UUID]int{}
	decide := w.decide(challenge.Tick{}, "")
	var group sync.WaitGroup
	for _, s := range stores {
		group.Go(func() {
			for {
				n, err := s.Tick(t.Context(), w.now, 7, func(c challenge.Snapshot) (challenge.Change, error) {
					mu.Lock()
					turns[c.Challenge.ID]++
					mu.Unlock()
					return decide(c)
				})
				if err != nil {
					t.Error(err)
				}
				if n == 0 {
					return
				}
			}
		})
	}
	group.Wait()
	if len(turns) != 60 {
		t.Errorf("%d challenges had a turn, want 60", len(turns))
	}
	for id, n := range turns {
		if n != 1 {
			t.Errorf("%s had %d turns", id, n)
		}
	}
	if n := queryValue[int](w, `SELECT count(*) FROM event WHERE kind = 'lapsed'`); n != 60 {
		t.Errorf("%d lapses, want 60", n)
	}
	w.mustVerify()
}

func TestOneTickLapsesAThousand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 1000 {
		w.raise()
	}
	w.now = afterLapse
	counter := &roundTrips{}
	s := w.openCounting(counter)
	n, err := s.Tick(t.Context(), w.now, 1000, w.decide(challenge.Tick{}, ""))
	if n != 1000 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if counter.n > 4 { // the guard, the read, the ladder, the write
		t.Errorf("%d round trips", counter.n)
	}
	w.mustVerify()
}

func TestAChallengeWhoseTurnFailsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad, good := w.raise(), w.raise()
	w.now = afterLapse
	tick := w.decide(challenge.Tick{}, "")
	for name, fail := range map[string]func(challenge.Change) (challenge.Change, error){
		"by its decision":  func(challenge.Change) (challenge.Change, error) { return challenge.Change{}, errDeclined },
		"by doing nothing": func(challenge.Change) (challenge.Change, error) { return challenge.Change{}, nil },
		"in the database": func(c challenge.Change) (challenge.Change, error) {
			c.Next.State = "a state that no CHECK knows"
			return c, nil
		},
	} {
		n, err := w.store.Tick(t.Context(), w.now, 1, func(c challenge.Snapshot) (challenge.Change, error) {
			change, err := tick(c)
			if c.Challenge.ID == bad.Challenge.ID {
				return fail(change)
			}
			return change, err
		})
		if err == nil || !strings.Contains(err.Error(), bad.Challenge.ID.String()) || n != 0 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if at, _, err := w.store.NextDue(t.Context()); err != nil || (at.Before(w.now.Add(retryDelay)) && w.load(good.Challenge.ID).Challenge.Rung != "informal") {
			t.Errorf("%s: next look at %v, %v", name, at, err)
		}
		// The other one is not behind it, and nor is the next failure.
		if n, err := w.tick(w.store, 1); err != nil || (w.load(good.Challenge.ID).Challenge.Rung != "stage-1") {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		w.now = w.now.Add(retryDelay)
	}
	o, err := w.store.CountOverdue(t.Context(), w.now, time.Minute)
	if err != nil || o.Challenges != 1 {
		t.Errorf("overdue: %+v, %v", o, err)
	}
	if n, err := w.tick(w.store, 1); n != 1 || err != nil {
		t.Errorf("after it was mended: %d, %v", n, err)
	}
	if w.load(bad.Challenge.ID).Challenge.Rung != "stage-1" {
		t.Error("the mended challenge did not move")
	}
	w.mustVerify()
}

func TestOneRowThatTheDatabaseRefusesDoesNotTakeItsBatchWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.raise()
	for range 5 {
		w.raise()
	}
	w.now = afterLapse
	tick := w.decide(challenge.Tick{}, "")
	n, err := w.store.Tick(t.Context(), w.now, 10, func(c challenge.Snapshot) (challenge.Change, error) {
		change, err := tick(c)
		if c.Challenge.ID == bad.Challenge.ID {
			change.Next.Rung, change.Next.Head = "forged", challenge.Hash{}
			change.Next.NextAt = time.Time{}
		}
		return change, err
	})
	var f *StatementError
	if n != 5 || !errors.As(err, &f) || f.Constraint != "challenge_open_has_next" {
		t.Errorf("%d, %v", n, err)
	}
	w.mustVerify()
}

func TestAnUnreadableChallengeDoesNotStopTheClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad, good := w.raise(), w.raise()
	w.must(w.execAsOwner(fmt.Sprintf(`UPDATE challenge SET doc = '{"seq":"x"}' WHERE id = '%s'`, bad.Challenge.ID)))
	w.now = afterLapse
	n, err := w.tick(w.store, 10)
	if n != 1 || err == nil || !strings.Contains(err.Error(), bad.Challenge.ID.String()) {
		t.Errorf("%d, %v", n, err)
	}
	if w.load(good.Challenge.ID).Challenge.Rung != "stage-1" {
		t.Error("the other challenge did not move")
	}
}

func TestManyFailuresAreCountedNotListed(t *testing.T) {
	var f tickFaults
	for range 25 {
		f.addFault(uuid.New(), errDeclined)
	}
	if got := f.joinedError().Error(); strings.Count(got, "\n") != maxFaultsListed || !strings.HasSuffix(got, "15 more challenges") {
		t.Errorf("%s", got)
	}
}

func TestATickThatIsCutOffChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.raise()
	w.now = afterLapse
	ctx, cancel := context.WithCancel(t.Context())
	tick := w.decide(challenge.Tick{}, "")
	_, err := w.store.Tick(ctx, w.now, 10, func(c challenge.Snapshot) (challenge.Change, error) {
		cancel()
		return tick(c)
	})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if w.load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
		t.Error("something was written")
	}
	if n, err := w.tick(w.store, 10); n != 1 || err != nil {
		t.Errorf("the next tick: %d, %v", n, err)
	}
}
