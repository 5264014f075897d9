package engine

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

var blocked = &teamsfailure.Failure{Kind: teamsfailure.Rejected, Status: 403, Code: "ConversationBlockedByUser"}

// away lists who cannot be reached.
func (o *office) away() []outbox.Unreachable {
	o.T.Helper()
	all, err := o.memory.ListUnreachable(context.Background())
	o.Must(err)
	return all
}

func (o *office) conversation(orderingKey string) (outbox.ConversationReference, bool) {
	o.T.Helper()
	c, known, err := o.Store.FindConversation(context.Background(), orderingKey)
	o.Must(err)
	return c, known
}

func TestWhomTeamsRefusesIsKnownToBeAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	o.teams.answer = func(c call) error {
		if c.To == managerID || c.To == chatOf(managerID) {
			return blocked
		}
		return nil
	}
	o.deliver()
	if got := o.away(); len(got) != 1 || got[0].Person != managerID || got[0].Code != blocked.Code || !got[0].Since.Equal(o.Now) {
		t.Errorf("away are %+v", got)
	}
	trail := o.Load(c.Challenge.ID).History
	if !slices.ContainsFunc(trail, func(e challenge.Event) bool {
		u, ok := e.Body.(challenge.Undelivered)
		return ok && u.Code == blocked.Code && u.To.Person == managerID && u.Card == challenge.CardRespond && e.Opening == 1 && u.MessageID > 0
	}) {
		t.Errorf("the trail does not say so: %+v", trail)
	}
}

// A refusal of a message that was to take the place of another, or of a channel, says nothing
// about a person's own chat.
func TestARefusalElsewhereSaysNothingAboutAPerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Must(o.Store.QueueDirectMessage(t.Context(), o.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: managerID},
		ReplacesActivityID: "act:9", ConversationID: "19:elsewhere", ServiceURL: serviceURL, Content: outbox.Content{Text: "help"}}))
	o.teams.fails("update", blocked)
	o.deliver()
	o.Raise()
	o.teams.fails("thread", blocked)
	o.deliver()
	if got := o.away(); len(got) != 0 {
		t.Errorf("away are %+v", got)
	}
	o.Must(o.Store.QueueDirectMessage(t.Context(), o.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: managerID}, Content: outbox.Content{Text: "help"}}))
	o.teams.fails("send", blocked)
	o.deliver()
	if got := o.away(); len(got) != 1 || got[0].Person != managerID {
		t.Errorf("of an answer in their own chat: %+v", got)
	}
}

func TestWhoIsBackGetsEachCardThatWaitsForThemOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	waiting, answered := o.raiseAndDeliver(), o.raiseAndDeliver()
	o.Apply(answered, storagetest.NewResponse("Done."), workerID)
	o.deliver()
	due := waiting.Challenge.Due()
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now, Code: "Blocked"}))
	before := len(o.posts(managerID))
	o.deliver()
	if got := len(o.posts(managerID)); got != before {
		t.Errorf("%d cards were queued for who is still away", got-before)
	}
	o.Now = o.Now.Add(time.Hour)
	o.Must(o.Store.MarkReachable(t.Context(), managerID, o.Now))
	o.teams.forgetCalls()
	if n := o.deliver(); n != 2 { // the card, and the earlier one shrinks
		t.Errorf("%d went out", n)
	}
	again := o.posts(managerID)[before:]
	if len(again) != 1 || again[0].Card != challenge.CardRespond || again[0].Opening != 1 || again[0].ChallengeID != waiting.Challenge.ID || !again[0].CreatedAt.Equal(o.Now) {
		t.Errorf("queued again: %+v", again)
	}
	if len(o.teams.to("send", chatOf(managerID))) != 1 || len(o.away()) != 0 {
		t.Errorf("sent %+v; away are %+v", o.teams.calls(""), o.away())
	}
	if got := o.Load(waiting.Challenge.ID); !got.Challenge.Due().Equal(due) {
		t.Errorf("the date moved from %v to %v", due, got.Challenge.Due())
	}
	if n := o.deliver(); n != 0 {
		t.Errorf("%d more", n)
	}
}

// An instance that dies between the cards and the end of the welcome doubles nothing.
func TestAWelcomeThatIsCutOffIsMadeUpForAndDoublesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.raiseAndDeliver()
	o.raiseAndDeliver()
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now, Code: "Blocked"}))
	o.Must(o.Store.MarkReachable(t.Context(), managerID, o.Now.Add(time.Minute)))
	before := len(o.posts(managerID))
	for _, operation := range []string{"ListUnreachable", "ListWaitingFor", "Apply", "ForgetUnreachable"} {
		o.failStore(operation, storage.ErrUnavailable)
		asked := o.asked(operation)
		if _, err := o.engine.DeliverPending(t.Context()); !errors.Is(err, storage.ErrUnavailable) || o.asked(operation) != asked+1 {
			t.Errorf("%s: %v, asked %d times", operation, err, o.asked(operation)-asked)
		}
		o.failStore(operation, nil)
		if len(o.away()) != 1 {
			t.Fatalf("%s: the return is forgotten", operation)
		}
	}
	o.deliver()
	if again := o.posts(managerID)[before:]; len(again) != 2 || len(o.away()) != 0 {
		t.Errorf("%d cards, away are %+v", len(again), o.away())
	}
	// A later return is another one.
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now.Add(2 * time.Minute), Code: "Blocked"}))
	o.Must(o.Store.MarkReachable(t.Context(), managerID, o.Now.Add(3*time.Minute)))
	o.deliver()
	if again := o.posts(managerID)[before:]; len(again) != 4 {
		t.Errorf("%d cards after two returns", len(again))
	}
}

func TestOneWelcomeThatFailsKeepsNoOtherBackAndNoDelivery(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad := o.raiseAndDeliver()
	for _, person := range []string{managerID, workerID} {
		o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: person, Since: o.Now, Code: "Blocked"}))
		o.Must(o.Store.MarkReachable(t.Context(), person, o.Now.Add(time.Minute)))
	}
	o.memory.Corrupt(bad.Challenge.ID)
	o.Must(o.Store.QueueDirectMessage(t.Context(), o.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: chairID}, Content: outbox.Content{Text: "help"}}))
	n, err := o.engine.DeliverPending(t.Context())
	if n != 1 || err == nil {
		t.Errorf("%d went out, %v", n, err)
	}
	if len(o.teams.to("send", chatOf(chairID))) != 1 || len(o.away()) != 2 {
		t.Errorf("sent %+v; away are %+v", o.teams.calls(""), o.away())
	}
}

func TestOnceADayTeamsIsAskedForTheChatsOfThoseOfWhomNothingWasHeard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Directory = readDirectory(t, storagetest.DirectoryYAML+"  # nobody else\n")
		known := outbox.ConversationReference{OrderingKey: "person:" + chairID, ID: "a:1", ServiceURL: serviceURL, SeenAt: o.Now}
		o.Must(o.Store.SaveConversation(t.Context(), known))
		o.teams.answer = func(c call) error {
			if c.To == managerID {
				return blocked
			}
			return nil
		}
		o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: serviceID, Since: o.Now, Code: "Blocked"}))
		probe := func(clock string, want int) {
			t.Helper()
			o.at(clock)
			o.teams.forgetCalls()
			began := time.Now()
			o.Must(o.engine.ProbeReachability(t.Context()))
			if got := len(o.teams.calls("create")); got != want || len(o.teams.calls("")) != want {
				t.Errorf("%s: %d were asked for, want %d; %+v", clock, got, want, o.teams.calls(""))
			}
			if took := time.Since(began); took != time.Duration(want)*ProbeInterval {
				t.Errorf("%s: it took %v for %d", clock, took, want)
			}
		}
		probe("2026-03-03 07:59", 0)
		probe("2026-03-03 08:00", 5)
		for _, person := range []string{workerID, serviceID, ownID, oversightID} {
			c, ok := o.conversation("person:" + person)
			if !ok || c.ID != chatOf(person) || c.ServiceURL != serviceURL || !c.SeenAt.Equal(o.Now) {
				t.Errorf("of %s is kept %+v, %v", person, c, ok)
			}
		}
		for _, c := range o.teams.calls("create") {
			if c.ServiceURL != serviceURL || c.To == chairID {
				t.Errorf("asked %+v", c)
			}
		}
		got := o.away()
		if len(got) != 2 || got[0].Person != serviceID || !got[0].ReachableAgainAt.Equal(o.Now) || got[1].Person != managerID || got[1].Code != blocked.Code || !got[1].Since.Equal(o.Now) {
			t.Errorf("away are %+v", got)
		}
		probe("2026-03-03 15:00", 0)
		o.engine = o.newEngine("two")
		probe("2026-03-03 15:00", 0) // the other instance has asked
		probe("2026-03-07 10:00", 0) // a Saturday
		probe("2026-03-04 08:00", 1) // only the one who was refused is not known
	})
}

func TestAProbeThatTeamsCannotAnswerLeavesTheOthersForLater(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		with        *teamsfailure.Failure
		asked       int           // until it gives up
		took        time.Duration // doing so
		pause       time.Duration // until it goes on
		unreachable bool
	}{
		"away":              {&teamsfailure.Failure{Kind: teamsfailure.Retryable}, 3, 3 * ProbeInterval, 15 * time.Minute, false},
		"busy for a moment": {&teamsfailure.Failure{Kind: teamsfailure.Retryable, RetryAfter: 20 * time.Second}, 3, time.Minute, 15 * time.Minute, false},
		"busy for a minute": {&teamsfailure.Failure{Kind: teamsfailure.Retryable, RetryAfter: time.Minute}, 3, 3 * time.Minute, 15 * time.Minute, false},
		"busy for long":     {&teamsfailure.Failure{Kind: teamsfailure.Retryable, RetryAfter: 2 * time.Minute}, 1, 0, 2 * time.Minute, false},
		"not accepted":      {&teamsfailure.Failure{Kind: teamsfailure.Misconfigured}, 3, 3 * ProbeInterval, 15 * time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.at("2026-03-03 08:00")
				o.teams.fails("create", test.with)
				began := time.Now()
				o.Must(o.engine.ProbeReachability(t.Context()))
				if got := len(o.teams.calls("create")); got != test.asked || time.Since(began) != test.took {
					t.Errorf("asked %d times in %v, want %d in %v", got, time.Since(began), test.asked, test.took)
				}
				if got := o.away(); (len(got) > 0) != test.unreachable {
					t.Errorf("away are %+v", got)
				}
				o.teams.answer = nil
				o.teams.forgetCalls()
				o.Now = o.Now.Add(test.pause - time.Second)
				o.Must(o.engine.ProbeReachability(t.Context()))
				if got := len(o.teams.calls("")); got != 0 {
					t.Errorf("%d were asked for during the pause", got)
				}
				o.Now = o.Now.Add(time.Second)
				o.Must(o.engine.ProbeReachability(t.Context()))
				if got := len(o.teams.calls("create")); got != 5 {
					t.Errorf("%d were asked for after the pause, want the 5 others", got)
				}
			})
		})
	}
}

func TestAProbeOfOneAccountThatGoesWrongGoesOnWithTheNext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		with  *teamsfailure.Failure
		asked int
	}{
		"our fault":            {&teamsfailure.Failure{Kind: teamsfailure.OurBug, Status: 400}, 1},
		"refused":              {blocked, 1},
		"refused, three times": {&teamsfailure.Failure{Kind: teamsfailure.UnclearRejection, Status: 403, Code: "Forbidden"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.at("2026-03-03 08:00")
				o.teams.answer = func(c call) error {
					if c.To == managerID {
						return test.with
					}
					return nil
				}
				began := time.Now()
				o.Must(o.engine.ProbeReachability(t.Context()))
				if got := len(o.teams.to("create", managerID)); got != test.asked || len(o.teams.calls("create")) != 5+test.asked {
					t.Errorf("asked %d times, %d in all", got, len(o.teams.calls("create")))
				}
				if took := time.Since(began); took != time.Duration(5+test.asked)*ProbeInterval {
					t.Errorf("it took %v", took)
				}
				want := 1
				if test.with.Kind != teamsfailure.Rejected { // not a word of Teams' about them
					want = 0
				}
				if got := o.away(); len(got) != want || want == 1 && got[0].Code != test.with.Code {
					t.Errorf("away are %+v", got)
				}
				if _, ok := o.conversation("person:" + managerID); ok {
					t.Error("a chat is kept that nobody gave")
				}
			})
		})
	}
}

func TestSleepEndsWithItsContextOrItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute+time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestAProbeEndsWithItsContextAndWithTheDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, operation := range []string{"FindConversation", "ClaimIdempotencyKey", "SaveConversation", "MarkReachable"} {
			o := newOffice(t)
			o.at("2026-03-03 08:00")
			o.failStore(operation, storage.ErrUnavailable)
			if err := o.engine.ProbeReachability(t.Context()); !errors.Is(err, storage.ErrUnavailable) || len(o.teams.calls("")) > 1 {
				t.Errorf("%s: %v, asked %d times", operation, err, len(o.teams.calls("")))
			}
			o.failStore(operation, nil)
			o.Must(o.engine.ProbeReachability(t.Context()))
			if got := len(o.teams.calls("create")); got < 5 {
				t.Errorf("%s: %d were asked for when it was back", operation, got)
			}
		}
		o := newOffice(t)
		o.at("2026-03-03 08:00")
		o.teams.fails("create", blocked)
		o.failStore("MarkUnreachable", errBroken)
		if err := o.engine.ProbeReachability(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("%v", err)
		}
		o = newOffice(t)
		o.at("2026-03-03 08:00")
		o.teams.answer = func(call) error { return errBroken } // no answer of Teams at all
		if err := o.engine.ProbeReachability(t.Context()); !errors.Is(err, errBroken) || len(o.teams.calls("")) != 1 {
			t.Errorf("%v, asked %d times", err, len(o.teams.calls("")))
		}
		o = newOffice(t)
		o.at("2026-03-03 08:00")
		ctx, cancel := context.WithCancel(t.Context())
		o.teams.during = func(context.Context, call) { cancel() }
		if err := o.engine.ProbeReachability(ctx); err == nil || len(o.teams.calls("")) != 1 {
			t.Errorf("%v, asked %d times", err, len(o.teams.calls("")))
		}
	})
}
