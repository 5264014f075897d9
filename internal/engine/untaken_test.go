package engine

import (
	"errors"
	"slices"
	"strings"
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

var (
	byAdmin = &teamsfailure.Failure{Kind: teamsfailure.Rejected, Status: 403, Code: "BotDisabledByAdmin"}
	ourBug  = &teamsfailure.Failure{Kind: teamsfailure.OurBug, Status: 400, Code: "Bad Argument"}
)

// questions are the cards that ask somebody, in the order in which they were queued.
func (o *office) questions(person string) (all []memorystore.MessageRecord) {
	for _, m := range o.messages(person) {
		if m.Kind == outbox.PostMessage && m.Card == challenge.CardRespond {
			all = append(all, m)
		}
	}
	return all
}

// refuseOnce raises a challenge whose question to the manager Teams refuses once.
func (o *office) refuseOnce(with *teamsfailure.Failure) challenge.Snapshot {
	o.T.Helper()
	c := o.Raise()
	o.teams.failsFor(managerID, with)
	o.deliver()
	o.teams.answer = nil
	return c
}

func TestWhatTeamsTakesForSomebodyBringsWhatItHadRefused(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]*teamsfailure.Failure{"a fault of ours": ourBug, "by an administrator": byAdmin, "by the person": blocked} {
		o := newOffice(t)
		taken := o.raiseAndDeliver() // waits for the same people, and is no copy's worth
		c := o.refuseOnce(with)
		if got := o.questions(managerID); len(got) != 2 || got[1].State != memorystore.StateFailed || len(o.away()) != 1 {
			t.Fatalf("%s: %+v; away are %+v", name, got, o.away())
		}
		o.Now = o.Now.Add(time.Hour)
		o.deliver()
		if got := o.questions(managerID); len(got) != 2 {
			t.Errorf("%s: sent again though nothing was taken: %+v", name, got)
		}
		o.queue(managerID, outbox.Content{Text: "help"})
		o.deliver()
		o.deliver()
		got := o.questions(managerID)
		if len(got) != 3 || got[2].State != memorystore.StateSent || got[2].ChallengeID != c.Challenge.ID || len(o.away()) != 0 {
			t.Errorf("%s: %+v; away are %+v", name, got, o.away())
		}
		if now := o.Load(taken.Challenge.ID).Challenge; len(now.Untaken) != 0 {
			t.Errorf("%s: %+v", name, now.Untaken)
		}
		o.queue(managerID, outbox.Content{Text: "help"})
		o.deliver()
		if got := o.questions(managerID); len(got) != 3 {
			t.Errorf("%s: sent a third time", name)
		}
	}
}

// What is refused because of the person moves no date; what says nothing of them counts from
// when it arrives.
// A refusal is told of on cards that Teams takes, and what it takes shows that the person can be
// reached: that must not go round and round.
func TestOneCardThatIsAlwaysRefusedIsNotSentAgainForEachThatIsTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	o.teams.answer = func(c call) error {
		if c.Name == "send" && c.To == chatOf(managerID) && strings.Contains(c.Message.Summary, "please answer") {
			return ourBug
		}
		return nil
	}
	for range 20 {
		o.queue(managerID, outbox.Content{Text: "help"})
		o.deliver()
		o.Now = o.Now.Add(time.Minute)
	}
	if got := o.questions(managerID); len(got) != 2 {
		t.Errorf("in 20 minutes it was sent %d times", len(got))
	}
	o.Now = o.Now.Add(time.Hour)
	o.teams.answer = nil
	if n, err := o.engine.RequeueUntaken(t.Context()); n != 1 || err != nil {
		t.Errorf("an hour later %d are sent again, %v", n, err)
	}
	o.deliver()
	now := o.Load(c.Challenge.ID).Challenge
	if got := now.CurrentOpening(); !got.TookQuestion(managerID) {
		t.Errorf("Teams takes it now and it is not sent: %+v", got)
	}
}

func TestTheWindowCountsFromReceiptUnlessThePersonKeptItOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		with  *teamsfailure.Failure
		moves bool
	}{"a fault of ours": {ourBug, true}, "by an administrator": {byAdmin, true}, "by the person": {blocked, false}} {
		o := newOffice(t)
		c := o.Raise()
		o.teams.answer = func(c call) error {
			if c.To == chatOf(managerID) || c.To == chatOf(workerID) {
				return test.with
			}
			return nil
		}
		o.deliver()
		o.teams.answer = nil
		due := o.Load(c.Challenge.ID).Challenge
		o.at("2026-03-02 18:00") // another day of receipt
		o.queue(managerID, outbox.Content{Text: "help"})
		o.deliver()
		o.deliver()
		now := o.Load(c.Challenge.ID).Challenge
		if !now.CurrentOpening().CardReceived {
			t.Fatalf("%s: the question did not arrive", name)
		}
		if moved := now.Due().After(due.Due()); moved != test.moves {
			t.Errorf("%s: due %v, was %v", name, now.Due(), due.Due())
		}
	}
}

func TestAQuestionThatWasGivenUpIsQueuedAgainWithinTheDayAndEachWorkingMorningWhileItsWindowRuns(t *testing.T) {
	t.Parallel()
	type look struct {
		clock string
		asked int
	}
	for name, test := range map[string]struct {
		with  *teamsfailure.Failure
		looks []look
	}{
		"what may pass":    {byAdmin, []look{{"02 10:29", 1}, {"02 10:30", 2}, {"02 11:29", 2}, {"02 11:30", 3}, {"02 13:30", 4}, {"02 17:30", 4}, {"03 08:59", 4}, {"03 09:00", 5}}},
		"the person's own": {blocked, []look{{"02 10:29", 1}, {"02 10:30", 2}, {"02 16:59", 2}, {"03 08:59", 2}, {"03 09:00", 3}}},
	} {
		o := newOffice(t)
		c := o.Raise()
		o.teams.answer = func(c call) error {
			if c.To == chatOf(managerID) || c.To == chatOf(workerID) {
				return test.with
			}
			return nil
		}
		o.deliver()
		told := func() int {
			return len(slices.DeleteFunc(o.messages(oversightID), func(m memorystore.MessageRecord) bool {
				return m.Card != challenge.CardOversight || m.Kind != outbox.PostMessage
			}))
		}
		before := told()
		for _, l := range test.looks {
			o.at("2026-03-" + l.clock)
			for range 2 { // a second instance, or a second look, adds nothing
				o.engine = o.newEngine("another")
				o.Must(o.engine.RunUntilIdle(t.Context()))
			}
			if got := len(o.questions(managerID)); got != l.asked {
				t.Errorf("%s, %s: asked %d times, want %d", name, l.clock, got, l.asked)
			}
		}
		if got := told(); got != before || before != 1 { // of two people in one card
			t.Errorf("%s: oversight was told %d times, then %d: what is known is told again", name, before, got)
		}
		o.teams.answer = nil
		o.Apply(c, storagetest.NewResponse("Done."), workerID)
		asked := len(o.questions(managerID))
		o.at("2026-03-04 09:00")
		o.Must(o.engine.RunUntilIdle(t.Context()))
		if got := len(o.questions(managerID)); got != asked {
			t.Errorf("%s: asked again though it is answered", name)
		}
	}
}

func TestARunningEngineLooksEachMinuteForWhatIsToBeSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		c := o.refuseOnce(byAdmin)
		o.engine.probes.finish(o.Calendar.DateOf(o.Now)) // everybody was asked for this morning
		stop := o.running()
		o.pass(29 * time.Minute)
		if got := len(o.questions(managerID)); got != 1 {
			t.Errorf("asked %d times after 29 minutes", got)
		}
		o.pass(2*time.Minute + 10*time.Second)
		o.Must(stop())
		if got := o.questions(managerID); len(got) != 2 || got[1].State != memorystore.StateSent || got[1].ChallengeID != c.Challenge.ID {
			t.Errorf("%+v", got)
		}
		if n := o.asked("ListUntaken"); n < 30 || n > 40 {
			t.Errorf("it looked %d times", n)
		}
	})
}

func TestNextDueIsAlsoWhenSomethingIsToBeSentAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.refuseOnce(byAdmin)
	o.Must(o.engine.RunUntilIdle(t.Context())) // the morning is over
	at, ok, err := o.engine.NextDue(t.Context())
	if err != nil || !ok || !at.Equal(o.Now.Add(30*time.Minute)) {
		t.Errorf("%v, %v, %v", at, ok, err)
	}
	o.failStore("ListUntaken", storage.ErrUnavailable)
	if _, _, err := o.engine.NextDue(t.Context()); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

func TestAQuestionThatIsStillBeingTriedIsNotQueuedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.at("2026-03-02 16:30")
	o.Raise()
	o.teams.failsFor(managerID, badGateway)
	o.goOn(16*time.Hour + 29*time.Minute)
	o.at("2026-03-03 09:00")
	o.Must(o.engine.RunUntilIdle(t.Context()))
	if got := o.questions(managerID); len(got) != 1 || got[0].State != memorystore.StateWaiting {
		t.Errorf("%+v", got)
	}
}

func TestAGivenUpReminderAndAClosedChallengeAreNotSentAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Now = c.Challenge.NextAt // the reminder
	o.teams.failsFor(managerID, ourBug)
	o.Must(o.engine.RunUntilIdle(t.Context()))
	o.teams.answer = nil
	before := len(o.messages(managerID))
	o.queue(managerID, outbox.Content{Text: "help"})
	o.deliver()
	o.deliver()
	if got := o.messages(managerID)[before+1:]; len(got) != 0 {
		t.Errorf("a reminder came late: %+v", got)
	}
	closed := o.refuseOnce(ourBug)
	o.Apply(closed, challenge.Withdraw{Reason: "Settled."}, chairID)
	asked := len(o.questions(managerID))
	o.queue(managerID, outbox.Content{Text: "help"})
	o.deliver()
	o.deliver()
	if got := len(o.questions(managerID)); got != asked {
		t.Errorf("asked of a closed challenge")
	}
}

func TestAJudgementAndAnUnconfirmedQuestionAreSentAgainToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Apply(c, storagetest.NewResponse("Done."), managerID)
	o.teams.answer = func(c call) error {
		if c.Name == "send" && c.To == chatOf(chairID) {
			return byAdmin
		}
		return nil
	}
	o.deliver()
	o.teams.answer = nil
	if u := o.Load(c.Challenge.ID).Challenge.Untaken; len(u) != 1 || u[0].Card != challenge.CardJudge {
		t.Fatalf("not taken: %+v", u)
	}
	o.queue(chairID, outbox.Content{Text: "help"})
	o.deliver()
	o.deliver()
	posts := o.posts(chairID)
	if got := posts[len(posts)-1]; got.Card != challenge.CardJudge || got.State != memorystore.StateSent {
		t.Errorf("the chair was sent %+v", got)
	}

	o = newOffice(t)
	o.Raise()
	o.teams.failsFor(managerID, lostAnswer)
	o.goOn(time.Hour)
	o.teams.answer = nil
	if got := o.questions(managerID); len(got) != 1 || got[0].State != memorystore.StateUnconfirmed {
		t.Fatalf("%+v", got)
	}
	o.queue(managerID, outbox.Content{Text: "help"})
	o.deliver()
	o.deliver()
	if got := o.questions(managerID); len(got) != 2 || got[1].State != memorystore.StateSent {
		t.Errorf("%+v", got)
	}
}

// An update of a card in the person's chat shows that they can be reached; what is taken in a
// channel, or in the place of a message somewhere, does not.
func TestWhatShowsThatSomebodyCanBeReached(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		send  func(o *office, known challenge.Snapshot)
		shows bool
	}{
		"an answer": {func(o *office, _ challenge.Snapshot) { o.queue(managerID, outbox.Content{Text: "help"}) }, true},
		"an update": {func(o *office, c challenge.Snapshot) { o.Apply(c, storagetest.NewResponse("Done."), workerID) }, true},
		"an answer among others": {func(o *office, _ challenge.Snapshot) {
			o.queue(managerID, outbox.Content{Text: "help", InChannel: &outbox.InChannel{ConversationID: "19:g", ServiceURL: serviceURL, Recipient: "29:m"}})
		}, false},
		"an answer in the place of a message": {func(o *office, _ challenge.Snapshot) {
			o.Must(o.Store.QueueDirectMessage(o.T.Context(), o.NewKey(), outbox.DirectMessage{To: challenge.Address{Person: managerID},
				ReplacesActivityID: "act:9", ConversationID: "19:elsewhere", ServiceURL: serviceURL, Content: outbox.Content{Text: "help"}}))
		}, false},
	} {
		o := newOffice(t)
		known := o.raiseAndDeliver()
		o.refuseOnce(ourBug)
		test.send(o, known)
		o.deliver()
		o.deliver()
		if got := len(o.questions(managerID)) == 3; got != test.shows {
			t.Errorf("%s: sent again: %v", name, got)
		}
	}
}

func TestTheMorningsProbeAsksAlsoForThoseWhoseLastMessageWasNotTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.raiseAndDeliver() // the manager's chat is known
		c := o.refuseOnce(byAdmin)
		since := o.away()[0].Since
		o.at("2026-03-03 08:00")
		o.teams.forgetCalls()
		o.Must(o.engine.ProbeReachability(t.Context()))
		if got := len(o.teams.to("create", managerID)); got != 1 {
			t.Fatalf("asked for %d times", got)
		}
		if got := o.questions(managerID); len(got) != 3 || got[2].ChallengeID != c.Challenge.ID {
			t.Errorf("queued %+v", got)
		}
		if got := o.away(); len(got) != 1 || !got[0].Since.Equal(since) {
			t.Errorf("away are %+v", got)
		}
		o.deliver()
		o.deliver()
		if got := o.away(); len(got) != 0 {
			t.Errorf("away are %+v", got)
		}
		o.failStore("ListUntaken", storage.ErrUnavailable)
		o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now, Code: "Blocked"}))
		o.at("2026-03-04 08:00")
		if err := o.engine.ProbeReachability(t.Context()); err == nil {
			t.Error("what could not be read was no error")
		}
	})
}

func TestWhoIsBackGetsWhatWasRefusedOnce(t *testing.T) {
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
	other := o.Apply(o.Raise(), storagetest.NewResponse("Done."), workerID) // waits for somebody else
	before := len(o.messages(managerID))
	o.teams.answer = nil
	o.Now = o.Now.Add(time.Minute)
	o.Must(o.Store.MarkReachable(t.Context(), managerID, o.Now))
	o.deliver()
	asked := 0
	for _, m := range o.messages(managerID)[before:] {
		if m.Kind == outbox.PostMessage && m.Card == challenge.CardRespond && m.ChallengeID == c.Challenge.ID {
			asked++
		}
		if m.ChallengeID == other.Challenge.ID && m.Kind == outbox.PostMessage {
			t.Errorf("a card of what waits for somebody else: %s", m.Card)
		}
	}
	if asked != 1 || len(o.away()) != 0 {
		t.Errorf("asked %d times, away are %+v", asked, o.away())
	}
	o.failStore("ClaimIdempotencyKey", storage.ErrUnavailable)
	o.Must(o.Store.MarkUnreachable(t.Context(), outbox.Unreachable{Person: managerID, Since: o.Now.Add(time.Minute), Code: "Blocked"}))
	o.Must(o.Store.MarkReachable(t.Context(), managerID, o.Now.Add(2*time.Minute)))
	o.deliver() // nothing is untaken, so no key is asked for
	if len(o.away()) != 0 {
		t.Errorf("away are %+v", o.away())
	}
}
