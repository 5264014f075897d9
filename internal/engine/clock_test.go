package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"challengebot/internal/challenge"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
)

var errBroken = errors.New("broken")

func TestAnEngineHasItsDefaultsAndRegistersItsMetricsOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if o.engine.BatchSize != 500 || o.engine.CallTimeout != 10*time.Second {
		t.Errorf("batch %d, timeout %v", o.engine.BatchSize, o.engine.CallTimeout)
	}
	own := o.engine.Config
	own.Registry, own.BatchSize, own.CallTimeout = prometheus.NewRegistry(), 7, time.Second
	e, err := New(own)
	if err != nil || e.BatchSize != 7 || e.CallTimeout != time.Second {
		t.Errorf("its own settings: %+v, %v", e, err)
	}
	if _, err := New(own); err == nil {
		t.Error("two engines took one registry")
	}
}

func TestTheClockActsOnEverythingThatIsDueInBatches(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.engine.BatchSize = 2
	var all []challenge.Snapshot
	for range 5 {
		all = append(all, o.RaiseAsked())
	}
	if n, err := o.engine.Tick(t.Context()); n != 0 || err != nil {
		t.Errorf("before anything is due: %d, %v", n, err)
	}
	o.Now = storagetest.AfterLapse
	if n, err := o.engine.Tick(t.Context()); n != 5 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	for _, c := range all {
		if got := o.Load(c.Challenge.ID); got.Challenge.Rung != "stage-1" || got.History[len(got.History)-1].By != challenge.System {
			t.Errorf("%s is on %s, last by %v", c.Challenge.Ref, got.Challenge.Rung, got.History[len(got.History)-1].By)
		}
	}
	if got := o.metric("challengebot_engine_clock_actions_total"); got != 5 {
		t.Errorf("%v actions are counted", got)
	}
	if n, err := o.engine.Tick(t.Context()); n != 0 || err != nil {
		t.Errorf("a second time: %d, %v", n, err)
	}
}

func TestTheClockLooksForNewsOfTheDirectoryAndKeepsItsDeadlinesWithoutThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.RaiseAsked()
	o.Now = storagetest.AfterLapse
	o.refreshErr = errBroken
	if n, err := o.engine.Tick(t.Context()); n != 1 || !errors.Is(err, errBroken) {
		t.Errorf("%d, %v", n, err)
	}
	if o.Load(c.Challenge.ID).Challenge.Rung != "stage-1" {
		t.Error("a window did not end although its time had come")
	}
	o.refreshErr = nil
	if n, err := o.engine.Tick(t.Context()); n != 0 || err != nil || o.refreshed.Load() != 2 {
		t.Errorf("%d, %v, looked %d times", n, err, o.refreshed.Load())
	}
}

func TestAChallengeThatFailsIsToldAndTheOthersAreActedOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad, good := o.RaiseAsked(), o.RaiseAsked()
	o.memory.Corrupt(bad.Challenge.ID)
	o.Now = storagetest.AfterLapse
	if n, err := o.engine.Tick(t.Context()); n != 1 || err == nil || errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("%d, %v", n, err)
	}
	if o.Load(good.Challenge.ID).Challenge.Rung != "stage-1" {
		t.Error("the other did not move")
	}
	if got := o.metric("challengebot_engine_clock_actions_total"); got != 1 {
		t.Errorf("%v actions are counted", got)
	}
}

func TestWorkThatWasMissedIsCountedAndCriedAbout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	look := func(challenges, messages, age float64, cries int) {
		t.Helper()
		o.Must(o.engine.CheckOverdue(t.Context()))
		for name, want := range map[string]float64{"challengebot_overdue_challenges": challenges, "challengebot_deliveries_waiting": messages,
			"challengebot_delivery_oldest_seconds": age} {
			if got := o.metric(name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		if got := o.log.lines("past their time"); len(got) != cries {
			t.Errorf("cried %d times, want %d", len(got), cries)
		}
	}
	look(0, 0, 0, 0)
	c := o.Raise()
	queued := len(o.memory.Contents().Messages)
	o.Now = c.Challenge.NextAt.Add(2 * time.Minute)
	age := o.Now.Sub(storagetest.Monday).Seconds()
	look(0, float64(queued), age, 0)
	o.Now = o.Now.Add(time.Second)
	look(1, float64(queued), age+1, 1)
	o.failStore("CountOverdue", errBroken)
	if err := o.engine.CheckOverdue(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
	o.failStore("CountOverdue", nil)
	if err := o.engine.RunUntilIdle(t.Context()); err != nil {
		t.Error(err)
	}
	look(0, 0, 0, 1)
}

func TestUntilIdleIsAllThatIsDueAndWhatFollowsFromIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Now = storagetest.AfterLapse // the window has ended; the cards that follow go out too
	o.Must(o.engine.RunUntilIdle(t.Context()))
	if got := o.Load(c.Challenge.ID).Challenge; got.Rung != "stage-1" || !got.CurrentOpening().CardReceived {
		t.Errorf("on %s, received %v", got.Rung, got.CurrentOpening().CardReceived)
	}
	if at, waiting, err := o.memory.NextMessageDue(t.Context(), o.Now); waiting || err != nil {
		t.Errorf("something still waits for %v, %v", at, err)
	}
	for _, operation := range []string{"Tick", "EachOpen", "ClaimMessages", "ListUnreachable"} {
		o.failStore(operation, storage.ErrUnavailable)
		o.engine.lastMorning.Store(0)
		if err := o.engine.RunUntilIdle(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s: %v", operation, err)
		}
		o.failStore(operation, nil)
	}
}

func TestNextDueIsTheNextDeadlineOrTheMorningThatMayHaveWork(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	next := func(what string, want time.Time) {
		t.Helper()
		at, ok, err := o.engine.NextDue(t.Context())
		if err != nil || ok != !want.IsZero() || !at.Equal(want) {
			t.Errorf("%s: %v, %v, %v; want %v", what, at, ok, err, want)
		}
	}
	runMorning := func() {
		t.Helper()
		_, err := o.engine.RunMorning(t.Context())
		o.Must(err)
	}
	next("nothing was raised", time.Time{})
	first := o.raiseAndDeliver()
	next("the first look is sooner than a morning that may have work", first.Challenge.NextAt)

	o.Now = storagetest.AfterLapse // Wednesday, ten o'clock
	o.Must(o.engine.RunUntilIdle(t.Context()))
	deadline := o.Load(first.Challenge.ID).Challenge.NextAt
	wednesday := o.Calendar.DateOf(o.Now)
	start := o.Calendar.StartOfDay
	if !start(wednesday + 1).Before(deadline) {
		t.Fatalf("the test needs a deadline after Thursday's morning: %v", deadline)
	}
	next("no morning before it can have work", deadline)
	o.people("cover: [{for: manager, by: service, from: 2026-03-05, to: 2026-03-06}]\n")
	next("somebody begins to stand in on Thursday", start(wednesday+1))
	o.engine.lastMorning.Store(0)
	next("Wednesday's morning was not dealt with", start(wednesday))
	runMorning()
	o.people("")
	next("nobody stands in", deadline)

	o.people("cover: [{for: worker, by: service, from: 2026-03-05, to: 2026-03-20}]\n")
	o.Now = start(wednesday + 2)
	runMorning()
	next("a weekend has no morning", start(wednesday+5))
	o.people("")
	for _, operation := range []string{"NextDue", "AnyPending"} {
		o.failStore(operation, errBroken)
		if _, _, err := o.engine.NextDue(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", operation, err)
		}
		o.failStore(operation, nil)
	}

	c := o.Apply(first, challenge.Respond{Opening: 2, Response: storagetest.NewResponse("Done.").Response}, managerID)
	if !start(wednesday + 5).Before(c.Challenge.NextAt) {
		t.Fatalf("the test needs a nudge after Monday's morning: %v", c.Challenge.NextAt)
	}
	next("what waits for judgement is in Monday's digest", start(wednesday+5))
}

func TestRunningUntilIdleEndsWithTheFirstFailure(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.unjudged()
	o.at("2026-03-04 09:00")
	o.refreshErr = errBroken
	if err := o.engine.RunUntilIdle(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
	o.refreshErr = nil
	o.failStore("QueueDirectMessage", errBroken)
	if err := o.engine.RunUntilIdle(t.Context()); !errors.Is(err, errBroken) || len(o.digests(oversightID)) != 0 {
		t.Errorf("%v", err)
	}
	o.failStore("QueueDirectMessage", nil)
	o.Must(o.engine.RunUntilIdle(t.Context()))
	if len(o.digests(oversightID)) != 1 {
		t.Errorf("%d digests", len(o.digests(oversightID)))
	}
}
