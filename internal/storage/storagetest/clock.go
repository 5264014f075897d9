package storagetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
)

var clockTests = []test{
	{"TickLapsesWhatIsDueAndNothingElse", tickLapsesWhatIsDue},
	{"NextDueIsTheEarliestLook", nextDueIsTheEarliest},
	{"TwoInstancesTickEachChallengeOnce", instancesTickOnce},
	{"AChallengeWhoseTurnFailsHoldsUpNoOther", failedTurnHoldsUpNoOther},
	{"ATickTakesNoMoreThanItsLimitAndTheLongestDueFirst", tickKeepsItsLimit},
	{"TheClockAndWhoWorkedByIt", clockAndHeartbeats},
	{"TheLastGoodDirectoryIsKept", directoryCopies},
	{"ATickThatIsCutOffChangesNothing", cutOffTickChangesNothing},
	{"OverdueCountsWhatWaits", overdueCounts},
	{"ATimeWithoutAHeartbeatIsAnOutage", heartbeatsTellOutages},
}

// Of several instances one heartbeat is enough, and a clock that was moved is no outage.
func heartbeatsTellOutages(t *testing.T, w *world) {
	other := w.backend.Open()
	want := func(what string, outages ...challenge.Outage) {
		t.Helper()
		got, err := w.Store.ListOutages(t.Context())
		if diff := cmp.Diff(outages, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
	at := func(d time.Duration) time.Time { return Monday.Add(d) }
	beat := func(s Store, d time.Duration, hasWorked bool) {
		t.Helper()
		w.Must(s.RecordHeartbeat(t.Context(), at(d), hasWorked))
	}
	want("nothing has worked yet")
	beat(w.Store, 0, false)
	beat(w.Store, 50*time.Second, false)
	beat(other, 100*time.Second, false)
	beat(w.Store, 155*time.Second, false)
	want("a restart, and two that take turns")
	beat(w.Store, time.Hour, true)
	want("a clock that was moved")
	beat(other, 3*time.Hour, false)
	beat(w.Store, 3*time.Hour+time.Second, false)
	first := challenge.Outage{From: at(time.Hour), To: at(3 * time.Hour)}
	want("two that are back", first)
	beat(w.Store, 10*24*time.Hour, false)
	want("another", first, challenge.Outage{From: at(3*time.Hour + time.Second), To: at(10 * 24 * time.Hour)})
	beat(other, 9*24*time.Hour, false)
	second := challenge.Outage{From: at(3*time.Hour + time.Second), To: at(10 * 24 * time.Hour)}
	want("an instance that is behind", first, second)

	// What a restore lost is said beside them: once, and more of it when it is said again later.
	record := func(from, to time.Duration) {
		t.Helper()
		w.Must(w.Store.RecordOutage(t.Context(), challenge.Outage{From: at(from), To: at(to)}))
	}
	record(2*time.Hour, 4*time.Hour)
	record(2*time.Hour, 4*time.Hour)
	lost := challenge.Outage{From: at(2 * time.Hour), To: at(4 * time.Hour)}
	want("what was lost", first, lost, second)
	record(2*time.Hour, 5*time.Hour)
	want("what was lost until later", first, lost, second, challenge.Outage{From: at(4 * time.Hour), To: at(5 * time.Hour)})
}

func tickLapsesWhatIsDue(t *testing.T, w *world) {
	due := w.RaiseAsked()
	w.Now = AfterLapse
	later := w.Raise()
	n, err := w.Tick(w.Store, 10)
	if n != 1 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	got := w.Load(due.Challenge.ID)
	if got.Challenge.Rung != "stage-1" || got.Challenge.State != challenge.StateAwaitingResponse {
		t.Errorf("on %s, %s", got.Challenge.Rung, got.Challenge.State)
	}
	if w.Load(later.Challenge.ID).Challenge.Seq != later.Challenge.Seq {
		t.Error("a challenge that was not due was changed")
	}
	if n, err := w.Tick(w.Store, 10); n != 0 || err != nil {
		t.Errorf("a second tick: %d, %v", n, err)
	}
	w.mustVerify()
}

func nextDueIsTheEarliest(t *testing.T, w *world) {
	if _, ok, err := w.Store.NextDue(t.Context()); ok || err != nil {
		t.Fatalf("empty: %v, %v", ok, err)
	}
	first := w.Raise()
	w.Now = w.Now.Add(24 * time.Hour)
	second := w.Raise()
	at, ok, err := w.Store.NextDue(t.Context())
	if !ok || err != nil || !at.Equal(first.Challenge.NextAt) {
		t.Errorf("%v, %v, %v; want %v", at, ok, err, first.Challenge.NextAt)
	}
	for _, c := range []challenge.Snapshot{first, second} {
		w.Apply(c, challenge.Withdraw{Reason: "Settled by telephone."}, ChairID)
	}
	if at, ok, err := w.Store.NextDue(t.Context()); ok || err != nil {
		t.Errorf("when all are closed: %v, %v", at, err)
	}
}

func instancesTickOnce(t *testing.T, w *world) {
	var all []challenge.Snapshot
	for range 60 {
		all = append(all, w.RaiseAsked())
	}
	w.Now = AfterLapse
	var mu sync.Mutex
	turns := map[uuid.UUID]int{}
	decide := w.Decide(challenge.Tick{}, "")
	var group sync.WaitGroup
	for _, s := range []Store{w.Store, w.backend.Open(), w.backend.Open()} {
		group.Go(func() {
			for {
				n, err := s.Tick(t.Context(), w.Now, 7, func(c challenge.Snapshot) (challenge.Change, error) {
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
	if n := w.countEvents(challenge.KindLapsed, all...); n != 60 {
		t.Errorf("%d lapses, want 60", n)
	}
	w.mustVerify()
}

// retryDelay is how long a challenge whose transition failed is left alone.
const retryDelay = time.Minute

func failedTurnHoldsUpNoOther(t *testing.T, w *world) {
	bad, good := w.RaiseAsked(), w.RaiseAsked()
	w.Now = AfterLapse
	tick := w.Decide(challenge.Tick{}, "")
	for name, fail := range map[string]func(challenge.Change) (challenge.Change, error){
		"by its decision":  func(challenge.Change) (challenge.Change, error) { return challenge.Change{}, ErrDeclined },
		"by doing nothing": func(challenge.Change) (challenge.Change, error) { return challenge.Change{}, nil },
		"in the store": func(c challenge.Change) (challenge.Change, error) {
			c.Next.State = "a state that no CHECK knows"
			return c, nil
		},
	} {
		n, err := w.Store.Tick(t.Context(), w.Now, 1, func(c challenge.Snapshot) (challenge.Change, error) {
			change, err := tick(c)
			if len(c.History) != 0 || c.Ladder == nil {
				t.Errorf("the clock decides on %d events", len(c.History))
			}
			if c.Challenge.ID == bad.Challenge.ID {
				return fail(change)
			}
			return change, err
		})
		if err == nil || !strings.Contains(err.Error(), bad.Challenge.ID.String()) || n != 0 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if at, _, err := w.Store.NextDue(t.Context()); err != nil || (at.Before(w.Now.Add(retryDelay)) && w.Load(good.Challenge.ID).Challenge.Rung != "informal") {
			t.Errorf("%s: next look at %v, %v", name, at, err)
		}
		// The other one is not behind it, and nor is the next failure.
		if n, err := w.Tick(w.Store, 1); err != nil || (w.Load(good.Challenge.ID).Challenge.Rung != "stage-1") {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if n, err := w.Tick(w.Store, 1); err != nil || n != 0 {
			t.Errorf("%s: it was tried again at once: %d, %v", name, n, err)
		}
		if at, ok, err := w.Store.NextDue(t.Context()); err != nil || !ok || !at.Equal(w.Now.Add(retryDelay)) {
			t.Errorf("%s: next look at %v, %v", name, at, err)
		}
		w.Now = w.Now.Add(retryDelay)
	}
	o, err := w.Store.CountOverdue(t.Context(), w.Now, time.Minute)
	if err != nil || o.Challenges != 1 || o.SetAside != 1 {
		t.Errorf("overdue: %+v, %v", o, err)
	}
	if n, err := w.Tick(w.Store, 1); n != 1 || err != nil {
		t.Errorf("after it was mended: %d, %v", n, err)
	}
	if w.Load(bad.Challenge.ID).Challenge.Rung != "stage-1" {
		t.Error("the mended challenge did not move")
	}
	w.mustVerify()
}

func tickKeepsItsLimit(t *testing.T, w *world) {
	var all []challenge.Snapshot
	for range 3 {
		all = append(all, w.Raise())
		w.Now = w.Now.Add(24 * time.Hour)
	}
	w.Now = Monday.AddDate(0, 0, 14)
	for i, want := range []int{2, 1, 0} {
		n := 0
		_, err := w.Store.Tick(t.Context(), w.Now, 2, func(c challenge.Snapshot) (challenge.Change, error) {
			n++
			change := challenge.Withdraw{Reason: "Settled by telephone."}
			return w.Decide(change, ChairID)(c)
		})
		if err != nil || n != want {
			t.Errorf("tick %d: %d turns, want %d; %v", i+1, n, want, err)
		}
		if i == 0 && w.Load(all[2].Challenge.ID).Challenge.Seq != all[2].Challenge.Seq {
			t.Error("the last due came first")
		}
	}
}

func cutOffTickChangesNothing(t *testing.T, w *world) {
	c := w.Raise()
	w.Now = AfterLapse
	ctx, cancel := context.WithCancel(t.Context())
	tick := w.Decide(challenge.Tick{}, "")
	_, err := w.Store.Tick(ctx, w.Now, 10, func(c challenge.Snapshot) (challenge.Change, error) {
		cancel()
		return tick(c)
	})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if w.Load(c.Challenge.ID).Challenge.Seq != c.Challenge.Seq {
		t.Error("something was written")
	}
	if n, err := w.Tick(w.Store, 10); n != 1 || err != nil {
		t.Errorf("the next tick: %d, %v", n, err)
	}
}

func overdueCounts(t *testing.T, w *world) {
	if o, err := w.Store.CountOverdue(t.Context(), w.Now, time.Minute); err != nil || o != (storage.OverdueWork{}) {
		t.Errorf("empty: %+v, %v", o, err)
	}
	c := w.Raise()
	waiting, questions := 0, 0
	for _, m := range w.backend.Contents().Messages {
		waiting++
		if m.Card == challenge.CardRespond {
			questions++
		}
	}
	at := c.Challenge.NextAt.Add(time.Minute)
	for _, test := range []struct {
		now  time.Time
		want int
	}{{at, 0}, {at.Add(time.Microsecond), 1}} {
		o, err := w.Store.CountOverdue(t.Context(), test.now, time.Minute)
		if want := (storage.OverdueWork{Challenges: test.want, Messages: waiting, OldestMessage: test.now.Sub(w.Now),
			Questions: questions, OldestQuestion: test.now.Sub(w.Now)}); err != nil || o != want {
			t.Errorf("%+v, %v; want %+v", o, err, want)
		}
	}
	o, err := w.Store.CountOverdue(t.Context(), w.Now.Add(-time.Hour), time.Minute)
	if want := (storage.OverdueWork{Messages: waiting, Questions: questions}); err != nil || o != want {
		t.Errorf("before it was queued: %+v, %v; want %+v", o, err, want)
	}
	w.DropAll()
	if o, err := w.Store.CountOverdue(t.Context(), w.Now, time.Minute); err != nil || o != (storage.OverdueWork{}) {
		t.Errorf("when all is sent: %+v, %v", o, err)
	}
}

func clockAndHeartbeats(t *testing.T, w *world) {
	ctx, a, b := t.Context(), w.Store, w.backend.Open()
	read := func() storage.ClockReading {
		t.Helper()
		r, err := b.ReadClock(ctx)
		w.Must(err)
		return r
	}
	before := time.Now().Add(-time.Minute)
	if r := read(); r.Now.Before(before) || r.Now.After(time.Now().Add(time.Minute)) || !r.NewestSeen.IsZero() || !r.AcceptedAt.IsZero() {
		t.Errorf("at first %+v", r)
	}
	w.Must(a.RecordHeartbeat(ctx, w.Now, false))
	w.Must(b.RecordHeartbeat(ctx, w.Now.Add(-time.Hour), false))
	if r := read(); !r.NewestSeen.Equal(w.Now) {
		t.Errorf("the newest is %v, want %v", r.NewestSeen, w.Now)
	}
	w.Must(a.RecordHeartbeat(ctx, w.Now.Add(-2*time.Hour), false)) // an instance has one
	if r := read(); !r.NewestSeen.Equal(w.Now.Add(-time.Hour)) {
		t.Errorf("the newest is %v", r.NewestSeen)
	}
	ahead := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Microsecond)
	w.Must(a.RecordHeartbeat(ctx, ahead, false))
	w.Must(a.ForgetOldHeartbeats(ctx)) // both are new
	if r := read(); !r.NewestSeen.Equal(ahead) {
		t.Errorf("the newest is %v, want %v", r.NewestSeen, ahead)
	}
	at, err := b.AcceptClock(ctx)
	w.Must(err)
	if r := read(); !r.AcceptedAt.Equal(at) || !r.NewestSeen.Equal(w.Now.Add(-time.Hour)) || at.Before(before) {
		t.Errorf("accepted at %v, read %+v", at, r)
	}
}

func directoryCopies(t *testing.T, w *world) {
	ctx := t.Context()
	want := func(content string, at time.Time) {
		t.Helper()
		got, savedAt, err := w.backend.Open().LoadDirectoryCopy(ctx)
		if got != content || !savedAt.Equal(at) || err != nil {
			t.Errorf("%q of %v, %v; want %q of %v", got, savedAt, err, content, at)
		}
	}
	if _, _, err := w.Store.LoadDirectoryCopy(ctx); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("at first: %v", err)
	}
	w.Must(w.Store.SaveDirectoryCopy(ctx, "one", w.Now))
	w.Must(w.Store.SaveDirectoryCopy(ctx, "one", w.Now.Add(time.Hour)))
	want("one", w.Now) // since when it is as it is
	w.Must(w.Store.SaveDirectoryCopy(ctx, "two", w.Now.Add(2*time.Hour)))
	want("two", w.Now.Add(2*time.Hour))
	w.Must(w.Store.SaveDirectoryCopy(ctx, "one", w.Now.Add(3*time.Hour)))
	want("one", w.Now.Add(3*time.Hour))
}
