package postgres

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage/storagetest"
)

func TestOneTickLapsesAThousand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 1000 {
		w.Raise()
	}
	w.Now = storagetest.AfterLapse
	counter := &roundTrips{}
	s := w.openCounting(counter)
	n, err := s.Tick(t.Context(), w.Now, 1000, w.Decide(challenge.Tick{}, ""))
	if n != 1000 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if counter.n > 4 { // the guard, the read, the ladder, the write
		t.Errorf("%d round trips", counter.n)
	}
	w.mustVerify()
}

func TestOneRowThatTheDatabaseRefusesDoesNotTakeItsBatchWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := w.Raise()
	for range 5 {
		w.Raise()
	}
	w.Now = storagetest.AfterLapse
	tick := w.Decide(challenge.Tick{}, "")
	n, err := w.store.Tick(t.Context(), w.Now, 10, func(c challenge.Snapshot) (challenge.Change, error) {
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
	bad, good := w.RaiseAsked(), w.RaiseAsked()
	w.Must(w.execAsOwner(fmt.Sprintf(`UPDATE challenge SET doc = '{"seq":"x"}' WHERE id = '%s'`, bad.Challenge.ID)))
	w.Now = storagetest.AfterLapse
	n, err := w.Tick(w.store, 10)
	if n != 1 || err == nil || !strings.Contains(err.Error(), bad.Challenge.ID.String()) {
		t.Errorf("%d, %v", n, err)
	}
	if w.Load(good.Challenge.ID).Challenge.Rung != "stage-1" {
		t.Error("the other challenge did not move")
	}
}

func TestManyFailuresAreCountedNotListed(t *testing.T) {
	var f tickFaults
	for range 25 {
		f.addFault(uuid.New(), storagetest.ErrDeclined)
	}
	if got := f.joinedError().Error(); strings.Count(got, "\n") != maxFaultsListed || !strings.HasSuffix(got, "15 more challenges") {
		t.Errorf("%s", got)
	}
}
