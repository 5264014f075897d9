package engine

import (
	"errors"
	"fmt"
	"slices"
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

// oneFailed sends one message to the chair, which Teams answers with a failure.
func (o *office) oneFailed(with teamsfailure.Failure) memorystore.MessageRecord {
	o.T.Helper()
	o.queue(chairID, outbox.Content{Text: "help"})
	o.teams.fails("send", &with)
	o.deliver()
	return o.lastMessage(chairID)
}

func TestWhatComesOfEachKindOfFailure(t *testing.T) {
	t.Parallel()
	for kind, want := range map[teamsfailure.Kind]struct {
		state memorystore.MessageState
		log   string // its level; "" is silence
		away  bool
	}{
		teamsfailure.Retryable:            {memorystore.StateWaiting, "", false},
		teamsfailure.Ambiguous:            {memorystore.StateWaiting, "", false},
		teamsfailure.UnclearRejection:     {memorystore.StateWaiting, "", false},
		teamsfailure.MessageGone:          {memorystore.StateWaiting, "", false},
		teamsfailure.ConversationGone:     {memorystore.StateWaiting, "", false},
		teamsfailure.PermanentServerError: {memorystore.StateWaiting, "WARN", false},
		teamsfailure.Misconfigured:        {memorystore.StateWaiting, "ERROR", false},
		teamsfailure.Rejected:             {memorystore.StateFailed, "WARN", true},
		teamsfailure.OurBug:               {memorystore.StateFailed, "ERROR", true}, // until Teams takes something for them
	} {
		o := newOffice(t)
		m := o.oneFailed(teamsfailure.Failure{Kind: kind, Status: 418, Code: "Teapot", MSCV: "cv.1", Hint: "drink it"})
		if m.State != want.state || m.LastStatus != 418 || m.LastCode != "Teapot" || m.LeaseOwner != "" {
			t.Errorf("%s: %+v", kind, m)
		}
		attempts := o.memory.Contents().Attempts
		wantAttempt := memorystore.AttemptRecord{MessageID: m.ID, N: 1, Owner: "one",
			Attempt: outbox.Attempt{At: o.Now, StatusCode: 418, ErrorCode: "Teapot", Ambiguous: kind == teamsfailure.Ambiguous}}
		if len(attempts) != 1 || attempts[0] != wantAttempt {
			t.Errorf("%s: attempts %+v", kind, attempts)
		}
		if got := o.attempts(string(kind)); got != 1 {
			t.Errorf("%s: %v are counted", kind, got)
		}
		if got := len(o.away()) == 1; got != want.away {
			t.Errorf("%s: away are %+v", kind, o.away())
		}
		lines := o.log.lines(`"msg"`)
		if want.log == "" && len(lines) != 0 || want.log != "" && len(lines) != 1 {
			t.Errorf("%s: logged %v", kind, lines)
		}
		for _, part := range []string{`"level":"` + want.log + `"`, `"code":"Teapot"`, `"status":418`, `"ms_cv":"cv.1"`, `"remedy":"drink it"`,
			`"delivery":1,`, `"card":""`} {
			if want.log != "" && len(o.log.lines(part)) != 1 {
				t.Errorf("%s: the log has no %s: %v", kind, part, lines)
			}
		}
	}
}

func TestTheWaitForTheNextAttemptGrowsAndIsNeverLessThanTeamsAsks(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for attempts, least := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
		least *= time.Second
		seen := map[time.Duration]bool{}
		for range 50 {
			got := o.engine.backoff(attempts, maxBackoff)
			if got < least || got > least+least/4 {
				t.Errorf("after %d attempts %v, want %v and at most a quarter more", attempts, got, least)
			}
			seen[got] = true
		}
		if len(seen) < 25 {
			t.Errorf("after %d attempts everybody waits as long", attempts)
		}
	}
	m := o.oneFailed(teamsfailure.Failure{Kind: teamsfailure.Retryable, RetryAfter: 7 * time.Minute})
	if !m.NotBefore.Equal(o.Now.Add(7 * time.Minute)) {
		t.Errorf("not before %v", m.NotBefore)
	}
	o.teams.answer = nil
	o.Now = m.NotBefore.Add(-time.Microsecond)
	if n := o.deliver(); n != 0 {
		t.Errorf("%d went out too early", n)
	}
	o.Now = m.NotBefore
	if n := o.deliver(); n != 1 || o.lastMessage(chairID).State != memorystore.StateSent {
		t.Errorf("%d went out", n)
	}
}

func TestTroubleWithTheSetUpIsLoggedEveryFiveMinutesOfEachKind(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i, step := range []struct {
		code  string
		after time.Duration
		lines int
	}{{"Expired", 0, 1}, {"Expired", time.Minute, 1}, {"Host", 0, 2}, {"Expired", 4*time.Minute - time.Second, 2}, {"Expired", time.Second, 3}, {"Expired", 0, 3}} {
		o.Now = o.Now.Add(step.after)
		o.queue(fmt.Sprint("somebody", i), outbox.Content{Text: "help"})
		o.teams.fails("send", &teamsfailure.Failure{Kind: teamsfailure.Misconfigured, Code: step.code})
		if o.deliver() == 0 {
			t.Fatal("nothing was tried")
		}
		if got := len(o.log.lines("set-up")); got != step.lines {
			t.Errorf("after %+v there are %d lines", step, got)
		}
	}
}

func TestAChatThatIsGoneIsMadeAgainOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Must(o.Store.SaveConversation(t.Context(), outbox.ConversationReference{OrderingKey: "person:" + chairID, ID: "a:gone", ServiceURL: serviceURL, SeenAt: o.Now}))
	o.teams.answer = func(c call) error {
		if c.To == "a:gone" {
			return &teamsfailure.Failure{Kind: teamsfailure.ConversationGone, Status: 404}
		}
		return nil
	}
	o.queue(chairID, outbox.Content{Text: "help"})
	o.deliver()
	if got, _ := o.conversation("person:" + chairID); got.ID != chatOf(chairID) || o.lastMessage(chairID).State != memorystore.StateSent {
		t.Errorf("kept %+v; the message is %s", got, o.lastMessage(chairID).State)
	}
	if len(o.teams.calls("send")) != 2 || len(o.teams.calls("create")) != 1 {
		t.Errorf("asked %+v", o.teams.calls(""))
	}

	o = newOffice(t)
	m := o.oneFailed(teamsfailure.Failure{Kind: teamsfailure.ConversationGone, Status: 404})
	if m.State != memorystore.StateWaiting || len(o.teams.calls("send")) != 2 || len(o.teams.calls("create")) != 2 {
		t.Errorf("gone each time: %s, asked %+v", m.State, o.teams.calls(""))
	}
}

func TestANoticeInAChannelThatIsGoneIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	o.Must(o.Store.SaveChannel(t.Context(), outbox.Channel{ID: channelID, Team: "19:team", Loss: outbox.ChannelDeleted, SeenAt: o.Now}))
	o.teams.fails("thread", &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 502})
	o.deliver()
	o.deliver()
	notices := slices.DeleteFunc(o.memory.Contents().Messages, func(m memorystore.MessageRecord) bool { return m.To.Team == "" })
	if len(notices) == 0 || notices[0].State != memorystore.StateFailed || notices[0].LastCode != string(outbox.ChannelDeleted) || notices[0].LastStatus != 502 {
		t.Errorf("the notice is %+v", notices)
	}
	if !slices.ContainsFunc(o.Load(c.Challenge.ID).History, func(e challenge.Event) bool {
		u, ok := e.Body.(challenge.Undelivered)
		return ok && u.Code == string(outbox.ChannelDeleted) && u.To.Team == "north"
	}) {
		t.Error("the trail does not say so")
	}

	for _, operation := range []string{"FindChannelLoss", "MarkUnreachable", "MarkRejected", "ScheduleRetry"} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.Raise()
			o.teams.answer = func(c call) error {
				switch c.Name {
				case "thread":
					return &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 502}
				case "create":
					return blocked
				}
				return nil
			}
			o.failStore(operation, storage.ErrUnavailable)
			if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
				t.Errorf("%s: %v", operation, err)
			}
			o.failStore(operation, nil)
			o.Must(Sleep(t.Context(), maxRecordDelay)) // what is still to be recorded is recorded
		})
	}

	o = newOffice(t) // a channel that is there
	o.Raise()
	o.teams.fails("thread", &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 502})
	o.deliver()
	for _, m := range o.memory.Contents().Messages {
		if m.To.Team != "" && m.State != memorystore.StateWaiting {
			t.Errorf("the notice is %s", m.State)
		}
	}
}

func TestAnUpdateThatTeamsSaysItCannotMakeIsReplacedByANewCard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Apply(c, storagetest.NewResponse("Done."), managerID)
	o.teams.fails("update", &teamsfailure.Failure{Kind: teamsfailure.PermanentServerError, Status: 500})
	thread, _ := o.conversation(outbox.ThreadOrderingKey(c.Challenge.ID, "north"))
	for n := 1; n <= maxUpdateAttempts; n++ {
		o.deliver()
		if got := len(o.teams.to("send", thread.ID)); got != 0 {
			t.Fatalf("after %d attempts %d new cards were sent", n, got)
		}
		o.Now = o.Now.Add(maxBackoff + maxBackoff/4)
	}
	o.deliver()
	if got := len(o.teams.to("send", thread.ID)); got != 1 || len(o.teams.to("update", thread.ID)) != maxUpdateAttempts+1 {
		t.Errorf("%d new cards were sent after %d attempts", got, len(o.teams.to("update", thread.ID)))
	}
}

func TestAThreadIsKeptBeforeItsNoticeCountsAsDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		for _, person := range []string{chairID, managerID, workerID, serviceID, ownID, oversightID} {
			o.Must(o.Store.SaveConversation(t.Context(), outbox.ConversationReference{OrderingKey: "person:" + person, ID: chatOf(person), ServiceURL: serviceURL, SeenAt: o.Now}))
		}
		c := o.Raise()
		o.failStore("SaveConversation", storage.ErrUnavailable)
		if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%v", err)
		}
		for _, m := range o.memory.Contents().Messages {
			if (m.State == memorystore.StateWaiting) != (m.To.Team != "") {
				t.Errorf("%s to %+v is %s", m.Card, m.To, m.State)
			}
		}
		o.failStore("SaveConversation", nil)
		o.Must(Sleep(t.Context(), 2*maxRecordDelay))
		thread, known := o.conversation(outbox.ThreadOrderingKey(c.Challenge.ID, "north"))
		if !known || len(o.teams.calls("thread")) != 1 || thread.ServiceURL != serviceURL {
			t.Errorf("kept %+v, %v; asked for %d threads", thread, known, len(o.teams.calls("thread")))
		}
		for _, m := range o.memory.Contents().Messages {
			if m.State != memorystore.StateSent {
				t.Errorf("%s to %+v is %s", m.Card, m.To, m.State)
			}
		}
	})
}
