package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/memorystore"
)

// help is an answer to the chair, to be delivered.
func (o *office) help() { o.queue(chairID, outbox.Content{Text: "help"}) }

func TestARecordingIsTriedAFewTimesBeforeOtherWorkGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.help()
		o.failStore("MarkDelivered", storage.ErrUnavailable)
		began := time.Now()
		_, err := o.engine.DeliverPending(t.Context())
		if want := recordDelay + 2*recordDelay + 4*recordDelay; !errors.Is(err, storage.ErrUnavailable) || o.asked("MarkDelivered") != 4 || time.Since(began) != want {
			t.Errorf("tried %d times in %v, %v", o.asked("MarkDelivered"), time.Since(began), err)
		}
		o.pass(3 * maxRecordDelay) // and beside it, every two seconds
		if n := o.asked("MarkDelivered"); n != 7 {
			t.Errorf("tried %d times, want 7", n)
		}
		o.failStore("MarkDelivered", nil)
		o.pass(maxRecordDelay)
		if m := o.lastMessage(chairID); m.State != memorystore.StateSent || len(o.engine.sent.m) != 0 || len(o.teams.calls("send")) != 1 {
			t.Errorf("it is %s; %d are remembered, sent %d times", m.State, len(o.engine.sent.m), len(o.teams.calls("send")))
		}
		if well, hung := o.engine.hand.room(); well != maxInHand || hung != maxHungInHand {
			t.Errorf("there is room for %d and %d", well, hung)
		}
	})
}

// What Teams has is remembered until the store knows it, or has it from somebody else.
func TestWhatTeamsHasIsRememberedUntilItIsRecorded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.help()
	o.deliver()
	if len(o.engine.sent.m) != 0 {
		t.Errorf("%d are remembered", len(o.engine.sent.m))
	}
	o.help()
	o.failStore("MarkDelivered", errBroken) // by itself: it is set aside, and its lease ends
	for attempt := range 3 {
		_, err := o.engine.DeliverPending(t.Context())
		if items, rest := storage.SplitSetAside(err); len(items) != 1 || rest != nil || o.asked("MarkDelivered") != 2+attempt {
			t.Errorf("%v, asked %d times", err, o.asked("MarkDelivered"))
		}
		o.Now = o.Now.Add(leaseDuration)
	}
	o.failStore("MarkDelivered", nil)
	o.deliver()
	if m := o.lastMessage(chairID); m.State != memorystore.StateSent || len(o.engine.sent.m) != 0 || len(o.teams.calls("send")) != 2 {
		t.Errorf("it is %s; %d are remembered, two messages were sent %d times", m.State, len(o.engine.sent.m), len(o.teams.calls("send")))
	}
	o.help()
	o.failStore("MarkDelivered", storage.ErrLeaseLost) // another instance has it
	_, err := o.engine.DeliverPending(t.Context())
	if items, rest := storage.SplitSetAside(err); len(items) != 1 || rest != nil || len(o.engine.sent.m) != 0 {
		t.Errorf("%v, %d are remembered", err, len(o.engine.sent.m))
	}
}

// The instance ended while the database was away; it claims the message again when both are
// back, and knows that Teams has it.
func TestAMessageThatTeamsHasIsOnlyRecordedWhenItIsClaimedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.help()
		o.failStore("MarkDelivered", storage.ErrUnavailable)
		ctx, cancel := context.WithCancel(t.Context())
		o.teams.during = func(_ context.Context, c call) {
			if c.Name == "send" {
				cancel()
			}
		}
		if _, err := o.engine.DeliverPending(ctx); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%v", err)
		}
		o.failStore("MarkDelivered", nil)
		o.Now = o.Now.Add(leaseDuration)
		o.deliver()
		if m := o.lastMessage(chairID); m.State != memorystore.StateSent || m.Attempts != 2 || len(o.teams.calls("send")) != 1 {
			t.Errorf("it is %s after %d attempts, sent %d times", m.State, m.Attempts, len(o.teams.calls("send")))
		}
	})
}

func TestAResultThatCannotBeRecordedIsLoggedOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.at("2026-03-02 10:00")
		o.failStore("MarkDelivered", storage.ErrUnavailable)
		stop := o.running()
		for _, person := range []string{chairID, managerID, workerID} {
			o.queue(person, outbox.Content{Text: "help"})
		}
		o.pass(30 * time.Second)
		lines := o.log.lines("could not be recorded")
		if len(lines) != 1 || !strings.Contains(lines[0], `"delivery":`) || !strings.Contains(lines[0], `"error":`) {
			t.Errorf("logged %v", lines)
		}
		o.failStore("MarkDelivered", nil)
		o.pass(5 * time.Second)
		o.Must(stop())
	})
}

// Of a card that Teams took the trail has the place, and the time by which it was recorded.
func TestTheTrailSaysWhereACardIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	o.deliver()
	for _, e := range o.Load(c.Challenge.ID).History {
		b, ok := e.Body.(challenge.Delivered)
		if !ok {
			continue
		}
		m := o.memory.Contents().Messages[b.MessageID-1]
		if b.Card != m.Card || b.To != m.To || e.Opening != m.Opening || b.ConversationID == "" || b.ActivityID == "" || !e.At.Equal(o.Now) {
			t.Errorf("%+v of message %+v", b, m.Message)
		}
	}
}
