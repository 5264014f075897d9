package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

// running starts the engine on a clock that goes, and gives what ends it and waits for its
// end. Only within synctest.
func (o *office) running() (stop func() error) {
	o.T.Helper()
	began, from := time.Now(), o.Now
	o.engine.Now = func() time.Time { return from.Add(time.Since(began)) }
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.engine.Run(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		return <-ended
	}
}

// pass lets time pass for the engine and for the world.
func (o *office) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
	o.Now = o.Now.Add(d)
}

func TestAnEngineThatRunsHearsOfWhatIsWrittenAndActsWhenItIsDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.at("2026-03-02 10:00")
		stop := o.running()
		o.pass(time.Second)
		c := o.Raise()
		synctest.Wait()
		for _, m := range o.memory.Contents().Messages {
			if m.State != memorystore.StateSent || !m.DoneAt.Equal(o.Now) {
				t.Errorf("%s to %+v is %s at %v, it is %v", m.Card, m.To, m.State, m.DoneAt, o.Now)
			}
		}
		reminder := c.Challenge.CurrentOpening().Reminders[0]
		o.pass(reminder.Sub(o.Now))
		got := o.Load(c.Challenge.ID)
		last := got.History[len(got.History)-1]
		for _, e := range got.History {
			if e.Body.Kind() == challenge.KindReminded {
				last = e
			}
		}
		if last.Body.Kind() != challenge.KindReminded || last.At.Before(reminder) || last.At.After(reminder.Add(5*time.Millisecond)) {
			t.Errorf("the last is %s at %v, due at %v", last.Body.Kind(), last.At, reminder)
		}
		o.pass(10 * time.Millisecond)
		if m := o.lastMessage(managerID); m.Card != challenge.CardReminder || m.State != memorystore.StateSent {
			t.Errorf("the manager has %s, %s", m.Card, m.State)
		}
		o.Must(stop())
		if got := o.asked("ReleaseLeases"); got != 1 {
			t.Errorf("leases were given back %d times", got)
		}
		for _, work := range []string{"clock", "mornings", "deliveries", "probes", "watch"} {
			if got := o.metric(fmt.Sprintf(`challengebot_engine_rounds_total{result="done",work=%q}`, work)); got < 10 {
				t.Errorf("%v rounds of %s", got, work)
			}
			if got := o.metric(fmt.Sprintf(`challengebot_engine_rounds_total{result="failed",work=%q}`, work)); got != 0 {
				t.Errorf("%v failed rounds of %s", got, work)
			}
			if got := o.metric(fmt.Sprintf("challengebot_engine_last_round_timestamp_seconds{work=%q}", work)); got < float64(time.Now().Unix()-5) || got > float64(time.Now().Unix()) {
				t.Errorf("the last round of %s was at %v, it is %v", work, got, time.Now().Unix())
			}
		}
		if lines := o.log.lines(`"level":"ERROR"`); len(lines) != 0 {
			t.Errorf("logged %v", lines)
		}
	})
}

func TestAMessageThatIsPutOffGoesOutWhenItsTimeComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.at("2026-03-02 10:00")
		stop := o.running()
		began := time.Now()
		var sent []time.Duration
		o.teams.mu.Lock()
		o.teams.answer = func(c call) error {
			if c.Name != "send" {
				return nil
			}
			sent = append(sent, time.Since(began))
			if len(sent) == 1 {
				return &teamsfailure.Failure{Kind: teamsfailure.Retryable, RetryAfter: 100 * time.Second}
			}
			return nil
		}
		o.teams.mu.Unlock()
		o.queue(chairID, outbox.Content{Text: "help"})
		o.pass(3 * time.Minute)
		if len(sent) != 2 || sent[0] != 0 || sent[1] < 100*time.Second || sent[1] > 101*time.Second {
			t.Errorf("sent after %v", sent)
		}
		o.Must(stop())
	})
}

// Nothing is heard any more: what is written is found by looking every few seconds.
func TestAnEngineThatHearsNothingPolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.at("2026-03-02 10:00")
		var listens atomic.Int32
		o.engine.Store = deafStore{o.memory, &listens}
		stop := o.running()
		o.pass(30*time.Second + time.Millisecond)
		if n := listens.Load(); n != 7 {
			t.Errorf("it listened %d times in half a minute", n)
		}
		if got := len(o.log.lines("does not hear of news")); got != 7 {
			t.Errorf("logged %d times", got)
		}
		o.queue(chairID, outbox.Content{Text: "help"})
		o.pass(pollInterval)
		if m := o.lastMessage(chairID); m.State != memorystore.StateSent {
			t.Errorf("the message is %s", m.State)
		}
		o.Must(stop())
	})
}

// deafStore cannot listen.
type deafStore struct {
	*memorystore.Store
	listens *atomic.Int32
}

func (s deafStore) Listen(context.Context, func()) error {
	s.listens.Add(1)
	return storage.ErrUnavailable
}

func TestAnEngineThatEndsBringsWhatItClaimedToItsEndAndClaimsNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.at("2026-03-02 10:00")
		for i := range maxInHand + 3 {
			o.queue(fmt.Sprint("somebody", i), outbox.Content{Text: "help"})
		}
		under := make(chan struct{}, 100)
		o.teams.during = func(ctx context.Context, c call) {
			if !strings.Contains(c.To, "somebody") {
				return // a probe
			}
			under <- struct{}{}
			time.Sleep(2 * time.Second)
			if ctx.Err() != nil {
				t.Errorf("a call was cut off: %v", ctx.Err())
			}
		}
		stop := o.running()
		for range maxInHand {
			<-under
		}
		began := time.Now()
		o.Must(stop())
		if took := time.Since(began); took != 4*time.Second { // a chat and a message each
			t.Errorf("it took %v to end", took)
		}
		sent, waiting := 0, 0
		for _, m := range o.memory.Contents().Messages {
			switch {
			case m.State == memorystore.StateSent:
				sent++
			case m.State == memorystore.StateWaiting && m.Attempts == 0 && m.LeaseOwner == "":
				waiting++
			}
		}
		if sent != maxInHand || waiting != 3 {
			t.Errorf("%d were sent and %d wait untouched", sent, waiting)
		}
		if n, err := o.engine.DeliverPending(cancelled()); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %d, %v", n, err)
		}
	})
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// Sixteen are sent at once, each of another conversation.
func TestABatchIsSentTogetherAndTheRestAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		for i := range 2 * maxInHand {
			o.queue(fmt.Sprint("somebody", i), outbox.Content{Text: "help"})
		}
		var at, most atomic.Int32
		o.teams.during = func(context.Context, call) {
			if n := at.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Second)
			at.Add(-1)
		}
		began := time.Now()
		if n := o.deliver(); n != 2*maxInHand || time.Since(began) != 4*time.Second { // a chat and a message each
			t.Errorf("%d in %v", n, time.Since(began))
		}
		if most.Load() != maxInHand {
			t.Errorf("%d at once", most.Load())
		}
	})
}

func TestADeliveryHasItsTimeAndItsLeaseIsLonger(t *testing.T) {
	t.Parallel()
	if deliveryTimeout+claimTimeout > leaseDuration {
		t.Errorf("a delivery may take %v, its lease ends after %v", deliveryTimeout+claimTimeout, leaseDuration)
	}
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.engine.CallTimeout = time.Hour // the whole delivery is bounded too
		o.queue(chairID, outbox.Content{Text: "help"})
		o.teams.during = func(ctx context.Context, _ call) { <-ctx.Done() }
		o.teams.answer = func(call) error { return &teamsfailure.Failure{Kind: teamsfailure.Ambiguous} }
		began := time.Now()
		_, err := o.engine.DeliverPending(t.Context())
		if took := time.Since(began); took != 100*time.Second {
			t.Errorf("it took %v, %v", took, err)
		}
		o.memory.Intercept(func(ctx context.Context, operation string) error {
			if operation == "ClaimMessages" {
				<-ctx.Done()
				return storage.ErrUnavailable
			}
			return nil
		})
		began = time.Now()
		if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) || time.Since(began) != 15*time.Second {
			t.Errorf("a claim took %v, %v", time.Since(began), err)
		}
	})
}

func TestARoundThatFailsIsLoggedOnceAMinuteAndCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.at("2026-03-02 10:00")
		o.failStore("Tick", errBroken)
		o.failStore("NextDue", errBroken)
		stop := o.running()
		o.pass(3*time.Minute - time.Second)
		o.Must(stop())
		if got := o.metric(`challengebot_engine_rounds_total{result="failed",work="clock"}`); got < 30 {
			t.Errorf("%v failed rounds are counted", got)
		}
		lines := o.log.lines("could not finish a round")
		if len(lines) != 3 || !strings.Contains(lines[0], `"work":"clock"`) || !strings.Contains(lines[0], `"error":"broken"`) {
			t.Errorf("logged %d times: %v", len(lines), lines)
		}
		if got := o.metric(`challengebot_engine_rounds_total{result="done",work="deliveries"}`); got < 30 {
			t.Errorf("%v rounds of deliveries", got)
		}
	})
}

// A directory that does not answer costs the clock five seconds, and no deadline.
func TestADirectoryThatHangsDelaysTheClockByAFewSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		c := o.RaiseAsked()
		o.Now = storagetest.AfterLapse
		o.engine.Refresh = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		if n, err := o.engine.Tick(t.Context()); n != 1 || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("%d in %v, %v", n, time.Since(began), err)
		}
		if got := o.Load(c.Challenge.ID).Challenge.Rung; got != "stage-1" {
			t.Errorf("it is on %s", got)
		}
		o.engine.Refresh = func(context.Context) error { panic("a fault") }
		if _, err := o.engine.Tick(t.Context()); err == nil {
			t.Error("a panic of the directory is no error")
		}
	})
}

// A row that makes no sense is one challenge's trouble, whatever work meets it.
func TestAChallengeThatMakesNoSenseIsKeptOutOfTheDigestAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad, good := o.unjudged(), o.unjudged()
	o.Must(o.memory.Tamper(bad.Challenge.ID, func(c *challenge.Challenge) { c.Openings = nil }))
	o.at("2026-03-04 09:00")
	n, err := o.engine.RunMorning(t.Context())
	if n != 2 || err == nil || !strings.Contains(err.Error(), bad.Challenge.ID.String()) || strings.Contains(err.Error(), good.Challenge.ID.String()) {
		t.Errorf("%d, %v", n, err)
	}
	if text := content(t, o.lastMessage(oversightID)).Text; !strings.Contains(text, good.Challenge.Ref) || strings.Contains(text, bad.Challenge.Ref) {
		t.Errorf("the digest says %q", text)
	}
	if text := content(t, o.lastMessage(chairID)).Text; !strings.Contains(text, good.Challenge.Ref) || strings.Contains(text, bad.Challenge.Ref) {
		t.Errorf("the chair's digest says %q", text)
	}
}

func TestWhatIsSetAsideIsLoggedWithItsIdsAndCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		bad := o.unjudged()
		o.memory.Corrupt(bad.Challenge.ID)
		o.at("2026-03-04 09:00")
		stop := o.running()
		o.pass(time.Second)
		o.Must(stop())
		id := `"challenge":"` + bad.Challenge.ID.String() + `"`
		lines := o.log.lines("something failed by itself")
		if len(lines) == 0 {
			t.Fatal("nothing was said")
		}
		for _, line := range lines {
			if !strings.Contains(line, id) || strings.Contains(line, "LL-123456") {
				t.Errorf("logged %s", line)
			}
		}
		if got := o.metric(`challengebot_engine_set_aside_total{cause="error",work="deliveries"}`); got < 1 {
			t.Errorf("%v messages are counted", got)
		}
	})
}

// One that wakes all wakes each loop, however often it is called before they look.
func TestWakeNeverWaits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 3 {
		o.engine.Wake()
	}
	for name, wake := range map[string]chan struct{}{"clock": o.engine.wakeClock, "morning": o.engine.wakeMorning, "deliveries": o.engine.wakeDeliveries} {
		if len(wake) != 1 {
			t.Errorf("the %s would be woken %d times", name, len(wake))
		}
	}
}

// Each decision, each message is headway: a round goes on as long as it gets ahead, and ends
// its budget after it stopped.
func TestARoundMayGoOnAsLongAsItGetsAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		began := time.Now()
		var ended time.Duration
		l := &loop{work: workClock, budget: 15 * time.Second, started: began, next: noDeadline, round: func(ctx context.Context) error {
			for range 4 {
				time.Sleep(10 * time.Second)
				recordHeadway(ctx)
			}
			<-ctx.Done()
			ended = time.Since(began)
			return ctx.Err()
		}}
		if _, err := o.engine.superviseRound(t.Context(), l); !errors.Is(err, errRoundTooLong) || ended != 55*time.Second {
			t.Errorf("%v after %v", err, ended)
		}
		recordHeadway(t.Context()) // of no round
	})
}
