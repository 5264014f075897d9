package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/teamsfailure"
)

// Sixteen conversations hang until they are cut off, every time. Nobody else waits for them.
func TestConversationsThatHangKeepNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		hangs := func(to string) bool { return strings.HasPrefix(to, "chat:hangs") }
		o.teams.during = func(ctx context.Context, c call) {
			if hangs(c.To) {
				<-ctx.Done()
			}
		}
		o.teams.answer = func(c call) error {
			if hangs(c.To) {
				return &teamsfailure.Failure{Kind: teamsfailure.Ambiguous, Code: "timeout"}
			}
			return nil
		}
		for i := range 16 {
			o.queue(fmt.Sprint("hangs", i), outbox.Content{Text: "help"})
			o.queue(fmt.Sprint("hangs", i), outbox.Content{Text: "help again"})
		}
		stop := o.running()
		o.pass(2 * time.Second)
		for minute := range 12 {
			person := fmt.Sprint("somebody", minute)
			o.queue(person, outbox.Content{Text: "help"})
			o.pass(time.Second)
			if got := o.teams.to("send", chatOf(person)); len(got) != 1 {
				t.Errorf("in minute %d another's answer is not there after a second", minute)
			}
			o.pass(59 * time.Second)
		}
		o.Must(stop())
		for i := range 16 {
			if got := len(o.teams.to("send", fmt.Sprint("chat:hangs", i))); got < 3 {
				t.Errorf("who hung was tried %d times", got)
			}
		}
	})
}

// A free worker takes the next message at once; the slowest conversation sets no pace.
func TestASlowConversationDoesNotPaceTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		var mu sync.Mutex
		doneAt := map[string]time.Duration{}
		start := time.Now()
		o.teams.during = func(_ context.Context, c call) {
			if c.Name != "send" {
				return
			}
			took := 100 * time.Millisecond
			if c.To == chatOf("slow") {
				took = 20 * time.Second
			}
			o.Must(Sleep(context.Background(), took))
			mu.Lock()
			defer mu.Unlock()
			doneAt[c.To+c.Message.Text] = time.Since(start)
		}
		o.queue("slow", outbox.Content{Text: "help"})
		for n := range 10 {
			for i := range 40 {
				o.queue(fmt.Sprint("somebody", i), outbox.Content{Text: fmt.Sprint("help ", n)})
			}
		}
		stop := o.running()
		o.pass(5 * time.Second)
		mu.Lock()
		if len(doneAt) != 400 {
			t.Errorf("%d of 400 others are there after five seconds", len(doneAt))
		}
		mu.Unlock()
		o.pass(20 * time.Second)
		o.Must(stop())
		for _, m := range o.memory.Contents().Messages {
			if m.State != memorystore.StateSent || m.Attempts != 1 {
				t.Fatalf("%+v", m)
			}
		}
		for n := range 9 {
			for i := range 40 {
				key := fmt.Sprint(chatOf(fmt.Sprint("somebody", i)), "help ")
				if doneAt[key+fmt.Sprint(n)] > doneAt[key+fmt.Sprint(n+1)] {
					t.Errorf("%s: %d after %d", key, n, n+1)
				}
			}
		}
	})
}

// Teams has the message and the database is away for minutes: the recording is made again and
// again, the message is not.
func TestTheRecordingIsMadeAgainAndNotTheMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		c := o.Raise()
		queued := len(o.memory.Contents().Messages)
		o.failStore("MarkDelivered", storage.ErrUnavailable)
		stop := o.running()
		o.pass(7 * time.Minute) // longer than any lease
		posts := func() int { return len(o.teams.calls("send")) + len(o.teams.calls("thread")) }
		if posts() != queued {
			t.Errorf("%d messages were sent, %d were queued", posts(), queued)
		}
		if n := o.asked("MarkDelivered"); n < 60*queued {
			t.Errorf("the recording was tried %d times", n)
		}
		o.failStore("MarkDelivered", nil)
		o.pass(5 * time.Second)
		o.Must(stop())
		for _, m := range o.memory.Contents().Messages {
			if m.State != memorystore.StateSent || m.LastStatus != 200 {
				t.Errorf("%+v", m)
			}
		}
		o.checkPosted(c)
		if posts() != queued {
			t.Errorf("%d messages were sent, %d were queued", posts(), queued)
		}
		if thread, ok := o.conversation(outbox.ThreadOrderingKey(c.Challenge.ID, "north")); !ok || thread.ID == "" {
			t.Error("the thread is not known")
		}
	})
}

// Of what failed the record is made again too: a copy that is not counted would be one too many.
func TestTheRecordOfAFailureIsMadeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.queue(chairID, outbox.Content{Text: "help"})
		o.teams.fails("send", lostAnswer)
		o.failStore("ScheduleRetry", storage.ErrUnavailable)
		stop := o.running()
		o.pass(time.Minute)
		o.failStore("ScheduleRetry", nil)
		o.pass(30 * time.Minute)
		o.Must(stop())
		if got := len(o.teams.calls("send")); got != 3 || o.lastMessage(chairID).State != memorystore.StateUnconfirmed {
			t.Errorf("%d copies, it is %s", got, o.lastMessage(chairID).State)
		}
	})
}

// An engine that ends while a result cannot be recorded tries once more, and ends.
func TestAnEngineEndsThoughAResultCannotBeRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.queue(chairID, outbox.Content{Text: "help"})
		o.failStore("MarkDelivered", storage.ErrUnavailable)
		stop := o.running()
		o.pass(30 * time.Second)
		tried := o.asked("MarkDelivered")
		o.Must(stop())
		if got := o.asked("MarkDelivered"); got != tried+1 {
			t.Errorf("tried %d times at the end", got-tried)
		}
	})
}

// The claim was made and its answer lost: nothing waits for a lease that nobody uses.
func TestWhatWasClaimedWithoutAnAnswerIsClaimedAgainAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.queue(chairID, outbox.Content{Text: "help"})
	claimed, err := o.memory.ClaimMessages(t.Context(), outbox.Claim{Owner: "one", Now: o.Now, Lease: leaseDuration, Limit: 1})
	ds := claimed.Messages
	if err != nil || len(ds) != 1 {
		t.Fatalf("%v, %v", ds, err)
	}
	if n := o.deliver(); n != 1 || len(o.teams.to("send", chatOf(chairID))) != 1 {
		t.Errorf("%d went out", n)
	}
}

// What failed by itself is left to its lease: it is not tried all the time.
func TestWhatFailsByItselfWaitsForItsLease(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.queue(chairID, outbox.Content{Text: "help"})
	o.teams.answer = func(call) error { return errBroken }
	for range 3 {
		if _, err := o.engine.DeliverPending(t.Context()); err != nil && !errors.Is(err, errBroken) {
			t.Error(err)
		}
	}
	if got := len(o.teams.calls("create")); got != 1 {
		t.Errorf("tried %d times", got)
	}
	o.Now = o.Now.Add(leaseDuration)
	o.teams.answer = nil
	if n := o.deliver(); n != 1 {
		t.Errorf("%d went out when the lease was over", n)
	}
}

func TestADigestWaitsItsTurnAmongCards(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Apply(c, challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: managerID}, Code: "Blocked"}, "")
	o.at("2026-03-03 09:00")
	if _, err := o.engine.RunMorning(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := o.lastMessage(oversightID); got.Kind != outbox.DirectMessageKind || got.OrderingKey != "person:"+oversightID {
		t.Errorf("the digest is %+v", got)
	}
}

// A call that no time limit ends holds up one conversation for a while, and its worker not
// for good.
func TestADeliveryThatNeverEndsIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		release := make(chan struct{})
		o.teams.during = func(_ context.Context, c call) {
			if strings.HasPrefix(c.To, "stuck") && c.Name == "create" && len(o.teams.to("create", c.To)) == 1 {
				<-release
			}
		}
		for i := range maxInHand {
			o.queue(fmt.Sprint("stuck", i), outbox.Content{Text: "help"})
		}
		stop := o.running()
		o.pass(time.Second)
		o.queue("somebody", outbox.Content{Text: "help"})
		o.pass(stuckAfter + 10*time.Second)
		if got := o.teams.to("send", chatOf("somebody")); len(got) != 1 {
			t.Errorf("another has %d messages", len(got))
		}
		if got := o.log.lines("left behind"); len(got) == 0 {
			t.Error("the log does not say so")
		}
		o.pass(leaseDuration)
		close(release)
		synctest.Wait()
		o.Must(stop())
		for _, m := range o.memory.Contents().Messages {
			if m.State != memorystore.StateSent {
				t.Errorf("%+v", m)
			}
		}
	})
}
