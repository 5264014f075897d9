package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
	"challengebot/internal/storage/memorystore"
	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

var (
	lostAnswer = &teamsfailure.Failure{Kind: teamsfailure.Ambiguous, Status: 202, Code: "unreadable answer"}
	notTeams   = &teamsfailure.Failure{Kind: teamsfailure.UnclearRejection, Status: 407}
	badGateway = &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 502}
)

// failsFor answers every call about a person's chat, but for the asking for it, with a failure.
func (f *fakeTeams) failsFor(person string, with *teamsfailure.Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = func(c call) error {
		if c.To == chatOf(person) {
			return with
		}
		return nil
	}
}

// goOn moves the clock on, stopping whenever a message is due.
func (o *office) goOn(d time.Duration) {
	o.T.Helper()
	for end := o.Now.Add(d); ; {
		o.deliver()
		next, ok, err := o.memory.NextMessageDue(o.T.Context(), o.Now)
		o.Must(err)
		if !ok || next.After(end) {
			o.Now = end
			o.deliver()
			return
		}
		if !next.After(o.Now) {
			o.T.Fatalf("something has been due since %v and is not sent", next)
		}
		o.Now = next
	}
}

// untaken are the events that say that a card for somebody was not taken.
func (o *office) untaken(c challenge.Snapshot, person string) (all []challenge.Undelivered) {
	o.T.Helper()
	for _, e := range o.Load(c.Challenge.ID).History {
		if u, ok := e.Body.(challenge.Undelivered); ok && u.To.Person == person {
			all = append(all, u)
		}
	}
	return all
}

func TestAMessageWhoseAnswersAreLostIsSentThreeTimesAndThenNotConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	begun := o.Now
	o.teams.failsFor(managerID, lostAnswer)
	var sentAt []time.Duration
	sent := func() int { return len(o.teams.to("send", chatOf(managerID))) }
	for o.Now.Sub(begun) < 8*time.Hour {
		before := sent()
		o.deliver()
		for range sent() - before {
			sentAt = append(sentAt, o.Now.Sub(begun))
		}
		o.Now = o.Now.Add(30 * time.Second)
	}
	if len(sentAt) != 3 || sentAt[0] != 0 || sentAt[1] < time.Minute || sentAt[1] > 2*time.Minute ||
		sentAt[2]-sentAt[1] < 10*time.Minute || sentAt[2]-sentAt[1] > 12*time.Minute {
		t.Errorf("it was sent after %v", sentAt)
	}
	if lines := o.log.lines("could not be confirmed"); len(lines) != 1 || !strings.Contains(lines[0], `"level":"ERROR"`) || !strings.Contains(lines[0], `"remedy"`) {
		t.Errorf("the log says %v", lines)
	}
	if o.attempts("unconfirmed") != 1 || o.attempts("ambiguous") != 2 {
		t.Errorf("counted %v unconfirmed, %v ambiguous", o.attempts("unconfirmed"), o.attempts("ambiguous"))
	}
	got := o.untaken(c, managerID)
	if len(got) != 1 || !got[0].Unconfirmed || !got[0].Passing || got[0].Code != lostAnswer.Code {
		t.Errorf("the trail has %+v", got)
	}
	if o.lastMessage(managerID).State != memorystore.StateUnconfirmed {
		t.Errorf("the message is %s", o.lastMessage(managerID).State)
	}
	if told := o.lastMessage(chairID); told.Card != challenge.CardChallenge || told.State != memorystore.StateSent || told.CreatedAt.Sub(begun) > 15*time.Minute {
		t.Errorf("the chair was told by %+v", told)
	}
	if told := o.lastMessage(oversightID); told.Card != challenge.CardOversight {
		t.Errorf("oversight was told by %+v", told)
	}
}

func TestAThreadWhoseAnswersAreLostIsBegunThreeTimes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Raise()
	o.teams.fails("thread", lostAnswer)
	o.goOn(8 * time.Hour)
	if got := len(o.teams.calls("thread")); got != 3 {
		t.Errorf("%d threads", got)
	}
	if got := len(o.log.lines("could not be confirmed")); got != 1 {
		t.Errorf("%d alarms", got)
	}
}

// While Teams is away a lost answer makes no second copy: it is asked something harmless first.
func TestNoCopyIsMadeWhileTeamsIsAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver() // all chats are known
	o.Apply(c, storagetest.NewResponse("We will hold it."), managerID)
	o.teams.answer = func(call) error { return &teamsfailure.Failure{Kind: teamsfailure.Ambiguous, Status: 503} }
	o.deliver()
	posts := len(o.teams.calls("send")) + len(o.teams.calls("thread"))
	o.teams.mu.Lock()
	o.teams.answer = func(c call) error {
		if c.Name == "create" || c.Name == "update" {
			return &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 503}
		}
		return &teamsfailure.Failure{Kind: teamsfailure.Ambiguous, Status: 503}
	}
	o.teams.mu.Unlock()
	o.goOn(20 * time.Hour)
	if got := len(o.teams.calls("send")) + len(o.teams.calls("thread")); got != posts || posts == 0 {
		t.Errorf("%d messages were sent in a day without Teams, %d before it", got, posts)
	}
	o.teams.answer = nil
	o.goOn(10 * time.Minute)
	if got := len(o.teams.calls("send")) + len(o.teams.calls("thread")); got != 2*posts {
		t.Errorf("%d messages were sent when it was back, want %d", got-posts, posts)
	}
	for _, m := range o.memory.Contents().Messages {
		if m.State == memorystore.StateWaiting || m.State == memorystore.StateUnconfirmed {
			t.Errorf("%+v", m)
		}
	}
}

func TestAnOutageOfTeamsIsSaidAfterTenMinutesAndEachHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.engine.Jitter = func(time.Duration) time.Duration { return 0 } // it is said when there is an attempt
	o.Raise()
	o.teams.answer = func(call) error { return badGateway }
	const said = "Teams has taken nothing"
	o.goOn(9 * time.Minute)
	if got := o.log.lines(said); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	o.goOn(11 * time.Minute)
	for hours, want := range []int{1, 2, 3, 4} {
		if got := o.log.lines(said); len(got) != want || !strings.Contains(got[0], `"level":"ERROR"`) || !strings.Contains(got[0], `"status":502`) {
			t.Errorf("after %d hours: %v", hours, got)
		}
		o.goOn(time.Hour)
	}
	if got := o.log.lines("Teams does not take a message"); len(got) != 0 {
		t.Errorf("a message is blamed for the outage: %v", got)
	}
	o.teams.answer = nil
	o.goOn(10 * time.Minute)
	if got := o.log.lines("Teams answers again"); len(got) != 1 {
		t.Errorf("its end: %v", got)
	}
	n := len(o.log.lines(said))
	o.Raise()
	o.teams.answer = func(call) error { return badGateway }
	o.goOn(20 * time.Minute)
	if got := len(o.log.lines(said)) - n; got != 1 {
		t.Errorf("the next outage is said %d times", got)
	}
}

// One message that Teams does not take is no outage, though nothing else is sent.
func TestOneMessageThatFailsIsNoOutageAndThoseWhoMustKnowAreToldWithinHalfAnHour(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]*teamsfailure.Failure{"not Teams' word": notTeams, "throttled": {Kind: teamsfailure.Retryable, Status: 429},
		"a fault of the server's": {Kind: teamsfailure.PermanentServerError, Status: 500}, "gone each time": {Kind: teamsfailure.ConversationGone, Status: 403}} {
		o := newOffice(t)
		c := o.Raise()
		begun := o.Now
		o.teams.failsFor(managerID, with)
		o.goOn(24 * time.Minute)
		if got := o.untaken(c, managerID); len(got) != 0 {
			t.Errorf("%s: told after 24 minutes: %+v", name, got)
		}
		o.goOn(6 * time.Minute)
		got := o.untaken(c, managerID)
		if len(got) != 1 || !got[0].Passing || got[0].Unconfirmed {
			t.Errorf("%s: the trail has %+v", name, got)
		}
		if told := o.lastMessage(chairID); told.State != memorystore.StateSent || told.CreatedAt.Sub(begun) > 30*time.Minute || told.CreatedAt.Equal(begun) {
			t.Errorf("%s: the chair was told by %+v", name, told)
		}
		if len(o.log.lines("Teams has taken nothing")) != 0 || len(o.log.lines("Teams does not take a message")) == 0 {
			t.Errorf("%s: the log says %v", name, o.log.lines(`"level":"ERROR"`))
		}
		o.goOn(3 * time.Hour)
		if got := o.untaken(c, managerID); len(got) != 1 {
			t.Errorf("%s: told %d times", name, len(got))
		}
		o.teams.answer = nil
		o.goOn(40 * time.Minute)
		now := o.Load(c.Challenge.ID).Challenge
		if o.messages(managerID)[0].State != memorystore.StateSent || !now.CurrentOpening().CardReceived || len(now.Untaken) != 0 {
			t.Errorf("%s: the question is %s; not taken: %+v", name, o.messages(managerID)[0].State, now.Untaken)
		}
	}
}

func TestARefusalThatIsNotTeamsOwnIsTriedForHoursWithGrowingGaps(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.Raise()
	o.teams.failsFor(managerID, notTeams)
	o.goOn(7 * time.Hour)
	var gaps []time.Duration
	var last time.Time
	for _, a := range o.memory.Contents().Attempts {
		if a.MessageID != o.messages(managerID)[0].ID {
			continue
		}
		if !last.IsZero() {
			gaps = append(gaps, a.At.Sub(last))
		}
		last = a.At
	}
	if len(gaps) < 18 || gaps[0] > 2*time.Second || slices.Max(gaps) > 40*time.Minute || gaps[len(gaps)-1] < 30*time.Minute {
		t.Errorf("the gaps are %v", gaps)
	}
	if o.messages(managerID)[0].State != memorystore.StateWaiting {
		t.Errorf("given up: %+v", o.messages(managerID)[0])
	}
	o.goOn(2 * time.Hour)
	if m := o.messages(managerID)[0]; m.State != memorystore.StateFailed || len(o.log.lines("is given up")) != 1 {
		t.Errorf("after nine hours: %+v", m)
	}
	got := o.untaken(c, managerID)
	if len(got) != 2 || !got[1].Passing {
		t.Errorf("the trail has %+v", got)
	}
	chair := o.messages(chairID)
	if n := len(slices.DeleteFunc(chair, func(m memorystore.MessageRecord) bool { return m.Kind != outbox.PostMessage })); n != 2 {
		t.Errorf("the chair has %d cards: the first, and one that says so", n)
	}
}

func TestTeamsIsBelievedForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{14 * time.Minute: 14 * time.Minute, 24 * time.Hour: 15 * time.Minute} {
		o := newOffice(t)
		m := o.oneFailed(teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 429, RetryAfter: asked})
		if got := m.NotBefore.Sub(o.Now); got != want {
			t.Errorf("Teams asks for %v and gets %v", asked, got)
		}
		if got := len(o.log.lines("longer than is believed")); got != 0 != (asked > want) {
			t.Errorf("asked for %v the log says so %d times", asked, got)
		}
	}
}

func TestACardThatKeepsFailingHoldsUpItsOwnChallengeAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bad := o.Raise()
	o.teams.answer = func(c call) error {
		if c.To == chatOf(managerID) && strings.Contains(string(c.Message.Card), bad.Challenge.Ref) {
			return badGateway
		}
		return nil
	}
	o.deliver()
	good := o.Raise()
	begun := o.Now
	arrived := func() bool {
		return slices.ContainsFunc(o.teams.to("send", chatOf(managerID)), func(c call) bool { return strings.Contains(string(c.Message.Card), good.Challenge.Ref) })
	}
	o.goOn(9 * time.Minute)
	if arrived() {
		t.Error("the order was given up at once")
	}
	o.queue(managerID, outbox.Content{Text: "help"})
	o.deliver()
	if got := o.teams.to("send", chatOf(managerID)); got[len(got)-1].Message.Text != "help" {
		t.Error("an answer waits behind a card")
	}
	o.goOn(2 * time.Minute)
	if !arrived() {
		t.Errorf("another child's card waits after %v", o.Now.Sub(begun))
	}
}

func TestInAnOutageTheOrderIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var refs []string
	for range 5 {
		refs = append(refs, o.Raise().Challenge.Ref)
	}
	o.teams.answer = func(call) error { return badGateway }
	o.goOn(3 * time.Hour)
	o.teams.answer = nil
	o.teams.forgetCalls()
	o.goOn(10 * time.Minute)
	var got []string
	for _, c := range o.teams.to("send", chatOf(managerID)) {
		i := slices.IndexFunc(refs, func(ref string) bool { return strings.Contains(string(c.Message.Card), ref) })
		got = append(got, refs[i])
	}
	if !slices.Equal(got, refs) {
		t.Errorf("sent %v, want %v", got, refs)
	}
}

func TestAnUpdateThatNobodyExplainsIsReplacedByANewCard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.raiseAndDeliver()
	o.Apply(c, storagetest.NewResponse("Done."), workerID)
	o.teams.fails("update", notTeams)
	o.goOn(9 * time.Minute)
	before := len(o.teams.to("send", chatOf(managerID)))
	o.goOn(20 * time.Minute)
	if got := len(o.teams.to("send", chatOf(managerID))) - before; got != 1 {
		t.Errorf("%d new cards", got)
	}
}

// The same seed makes the same waits: two runs of a simulation are one.
func TestTheRandomSourceIsGiven(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (all []time.Time) {
		o := newOffice(t)
		random := rand.New(rand.NewPCG(seed, 1))
		o.engine.Jitter = func(longest time.Duration) time.Duration { return time.Duration(random.Int64N(int64(longest) + 1)) }
		o.queue(chairID, outbox.Content{Text: "help"})
		o.teams.answer = func(call) error { return badGateway }
		o.goOn(time.Hour)
		for _, a := range o.memory.Contents().Attempts {
			all = append(all, a.At)
		}
		return all
	}
	first := run(7)
	if !slices.Equal(first, run(7)) || slices.Equal(first, run(8)) || len(first) < 10 {
		t.Errorf("the attempts were at %v", first)
	}
}

// What an operator reads of a failure: each kind in its words, with what to do, and nothing of what passes
// by itself.
func TestEachFailureIsLoggedInItsOwnWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind    teamsfailure.Kind
		givenUp bool
		known   bool
		level   string
		want    string // "": no line
	}{
		{teamsfailure.OurBug, true, false, "ERROR", "because of a fault of this program; it is not repeated"},
		{teamsfailure.Ambiguous, true, false, "ERROR", "it could not be confirmed that Teams took a message"},
		{teamsfailure.Ambiguous, true, true, "WARN", "it could not be confirmed that Teams took a message"},
		{teamsfailure.Rejected, true, false, "WARN", "Teams refused a delivery for good"},
		{teamsfailure.UnclearRejection, true, false, "ERROR", "not in Teams' own words, and is given up"},
		{teamsfailure.Misconfigured, false, false, "ERROR", "Teams does not accept this bot's set-up"},
		{teamsfailure.PermanentServerError, false, false, "WARN", "Teams could not make a delivery; it is tried again"},
		{teamsfailure.Retryable, false, false, "", ""},
		{teamsfailure.Ambiguous, false, false, "", ""},
	} {
		o := newOffice(t)
		f := &teamsfailure.Failure{Kind: test.kind, Call: "send", Status: 418, Code: "Teapot", MSCV: "a.1"}
		o.engine.logFailure(t.Context(), outbox.Message{ID: 7, Card: challenge.CardRespond}, f, outlook{givenUp: test.givenUp}, test.known, o.Now)
		lines := o.log.lines("")
		if test.want == "" {
			if len(lines) > 0 {
				t.Errorf("%s: %v", test.kind, lines)
			}
			continue
		}
		if len(lines) != 1 || !strings.Contains(lines[0], test.want) || !strings.Contains(lines[0], `"level":"`+test.level+`"`) ||
			!strings.Contains(lines[0], `"delivery":7,"card":"respond","status":418,"code":"Teapot","ms_cv":"a.1","remedy":"`) {
			t.Errorf("%s, given up %t, known %t: %v", test.kind, test.givenUp, test.known, lines)
		}
	}
}

func TestAnOutageIsToldOnce(t *testing.T) {
	t.Parallel()
	var told outagesTold
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	if told.has(at) {
		t.Error("told before it was")
	}
	if told.add(at); !told.has(at.In(time.FixedZone("BST", 3600))) || told.has(at.Add(time.Second)) {
		t.Errorf("told: %+v", told.ends)
	}
}
