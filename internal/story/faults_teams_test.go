package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
	"challengebot/internal/storage"
	"challengebot/internal/workday"
)

// The ways in which Teams fails and what each leaves behind: the status of the
// recorded attempts, and whether Teams may have taken the message all the same.
var failures = []struct {
	name      string
	fail      func(*practice.Teams)
	status    int
	ambiguous string // whether a message that was on its way may have arrived
}{
	{"down", (*practice.Teams).CutConnections, 0, "perhaps"},
	{"silent", withFault(practice.Fault{Hang: true}), 0, "yes"},
	{"throttling", withFault(practice.Fault{Status: 429, RetryAfter: 20 * time.Second}), 429, "no"},
	{"in conflict", withFault(practice.Fault{Status: 412, Code: "PreconditionFailed"}), 412, "no"},
	{"broken", withFault(practice.Fault{Status: 500}), 500, "yes"},
	{"a bad gateway", withFault(practice.Fault{Status: 502}), 502, "yes"},
	{"unavailable", withFault(practice.Fault{Status: 503}), 503, "yes"},
	{"a slow gateway", withFault(practice.Fault{Status: 504}), 504, "yes"},
	{"not believing us", withFault(practice.Fault{Status: 401}), 401, "no"},
}

// withFault makes every way to post a message fail.
func withFault(f practice.Fault) func(*practice.Teams) {
	return func(t *practice.Teams) {
		f.Match = func(c practice.Call) bool {
			return c.Op == practice.OpSend || c.Op == practice.OpUpdate || c.Channel != ""
		}
		t.InjectFault(f)
	}
}

func TestWhateverKeepsTeamsFromTakingACardItGoesOutLaterAndEveryAttemptIsRecorded(t *testing.T) {
	t.Parallel()
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.maya.types("/challenge")
			form := s.maya.gets("Raise a challenge")
			if f.status == 401 {
				s.log.allow("does not accept this bot's set-up")
			}
			f.fail(s.Teams)
			patience := s.App.Engine.CallTimeout
			if f.name == "silent" {
				s.App.Engine.CallTimeout = 50 * time.Millisecond
			}
			s.post(s.maya.buttonActivity(form, "Send the challenge", raiseInputs(nil))).expectText(t, "Sent: Professional Challenge")
			ref := s.lastRef()
			s.settle()
			for _, who := range []*actor{s.tom, s.priya, s.maya} {
				who.getsNothing()
			}
			if n := s.count(`SELECT FROM delivery WHERE state = 'waiting'`); n < 4 {
				t.Errorf("only %d deliveries wait", n)
			}
			s.expectEveryAttempt(f.status, f.ambiguous)
			s.moveClock("Mon 30 Mar 2026 10:10")
			s.Teams.ClearFaults()
			s.Teams.RestoreConnections()
			s.App.Engine.CallTimeout = patience
			s.moveClock("Mon 30 Mar 2026 10:30")
			s.tom.gets(ref, "Please answer by")
			s.priya.gets(ref, "Please answer by")
			s.maya.gets(ref, "Maya Okafor raised this.")
			s.north.gets(ref)
			s.expectNoNews()
			s.expectEveryTryRecorded()
			s.expectNothingLost()
		})
	}
}

// expectEveryAttempt holds that something was tried, and that every failure is on
// record with what Teams answered.
func (s *stage) expectEveryAttempt(status int, ambiguous string) {
	s.t.Helper()
	if n := s.count(`SELECT FROM attempt WHERE status = $1 AND status NOT IN (200)`, status); n == 0 {
		s.t.Errorf("no attempt with status %d is recorded", status)
	}
	if n := s.count(`SELECT FROM attempt WHERE status NOT IN ($1, 200)`, status); n > 0 {
		s.t.Errorf("%d attempts have another status than %d: %v", n, status, queryRows[string](s, `SELECT status || ' ' || code FROM attempt`))
	}
	if n := s.count(`SELECT FROM attempt JOIN delivery d ON d.id = delivery_id WHERE status <> 200 AND ambiguous AND d.kind <> 'reply'`); ambiguous != "perhaps" && (n > 0) != (ambiguous == "yes") {
		s.t.Errorf("%d attempts count as ambiguous", n)
	}
}

// expectNothingLost holds that no delivery waits, that each has the attempt on record
// that succeeded, and that each message of a challenge is an event of its trail.
func (s *stage) expectNothingLost() {
	s.t.Helper()
	if n := s.count(`SELECT FROM delivery WHERE state = 'waiting'`); n > 0 {
		s.t.Errorf("%d deliveries still wait", n)
	}
	if n := s.count(`SELECT FROM delivery d WHERE state = 'sent' AND NOT EXISTS
		(SELECT FROM attempt a WHERE a.delivery_id = d.id AND a.n = d.attempts AND a.status = 200)`); n > 0 {
		s.t.Errorf("%d deliveries are done without an attempt that succeeded", n)
	}
	posted, told := s.count(`SELECT FROM delivery WHERE kind = 'post' AND state = 'sent'`), s.count(`SELECT FROM event WHERE kind = 'delivered'`)
	if posted != told {
		s.t.Errorf("%d cards were posted and %d are in the trails", posted, told)
	}
	s.verifyTrails()
}

// expectEveryTryRecorded holds that each delivery has all its attempts on record.
func (s *stage) expectEveryTryRecorded() {
	s.t.Helper()
	if n := s.count(`SELECT FROM delivery d WHERE state <> 'dropped' AND (SELECT count(*) FROM attempt a WHERE a.delivery_id = d.id) <> attempts`); n > 0 {
		s.t.Errorf("%d deliveries were tried more often than is recorded", n)
	}
}

func TestTeamsIsNotAskedAgainBeforeItSaidItMayBe(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.Teams.InjectFault(practice.Fault{Op: practice.OpSend, Status: 429, RetryAfter: 10 * time.Minute, Times: 1})
	s.maya.types("/help")
	calls := len(s.Teams.Calls())
	s.moveClock("Mon 30 Mar 2026 10:09")
	if n := len(s.Teams.Calls()); n != calls {
		t.Errorf("Teams was called %d times before the ten minutes were over", n-calls)
	}
	s.moveClock("Mon 30 Mar 2026 10:13")
	s.maya.gets("What I can do")
	s.expectNothingLost()
}

// A lost answer may have been a delivered card. It is sent again: two copies, one
// effect.
func TestACardWhoseAnswerWasLostComesTwiceAndCountsOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.Teams.InjectFault(practice.Fault{Op: practice.OpSend, Status: 503, AfterApplying: true, Times: 1,
		Match: func(c practice.Call) bool { return c.Person == "Tom Reid" }})
	s.maya.clicks(form, "Send the challenge", raiseInputs(nil))
	ref := s.lastRef()
	s.moveClock("Mon 30 Mar 2026 10:05")
	copies := s.tom.getsAll(ref, "Please answer by")
	if n := s.count(`SELECT FROM attempt WHERE ambiguous`); n != 1 {
		t.Errorf("%d attempts count as ambiguous", n)
	}
	cards := s.tom.CardMessages()
	if len(cards) != 2 || len(copies) != 2 {
		t.Fatalf("Tom has %d cards, not two", len(cards))
	}
	first := s.tom.buttonActivity(cards[0], "Send the answer", answerInputs("2026-04-17", nil))
	second := s.tom.buttonActivity(cards[1], "Send the answer", answerInputs("2026-04-17", nil))
	s.post(first).expectText(t, "You answered on")
	s.post(second).expectText(t, "You have answered this already")
	s.settle()
	s.discardNews()
	if n := s.countEvents(ref, "responded"); n != 1 {
		t.Errorf("the answer counted %d times", n)
	}
	s.expectNothingLost()
}

func TestAnActionIsAnsweredAtOnceWhileTeamsCannotBeReached(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.Teams.CutConnections()
	calls := len(s.Teams.Calls())
	s.post(s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))).expectText(t, "You answered on")
	s.post(s.maya.newInvoke(withFields(s.tom.buttonData(r.asked[0], "Send the answer"), "verb", "judge", "card", "judge", "verdict", "satisfied"))).
		expectText(t, r.ref)
	if got := s.eventKinds(r.ref); !cmp.Equal(got, []string{"raised", "rung_opened", "responded", "judged", "resolved"}) {
		t.Errorf("the trail is %q", got)
	}
	s.Teams.RestoreConnections()
	if n := len(s.Teams.Calls()); n != calls {
		t.Errorf("%d calls were made to answer", n-calls)
	}
	s.settle()
	s.discardNews()
	s.expectNothingLost()
}

func TestAChatThatWasRemovedIsOpenedAgain(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.raiseAndCollect(nil, s.tom, s.priya)
	old := s.tom.ConversationID()
	s.tom.RemovesHistory()
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	if s.tom.ConversationID() == old {
		t.Error("the card went to the chat that is gone")
	}
	s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	s.discardNews()
	s.expectNothingLost()
}

func TestACardThatTeamsLostIsSentAnew(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	r.asked[1].Vanish()
	s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	s.priya.gets(r.ref, "Tom Reid answered on", "no other answer is needed")
	s.maya.gets("Is the answer good enough")
	s.maya.clicks(s.maya.findsMessage("Is the answer good enough"), "Satisfied", nil)
	// From now on the new card is the one that is kept true.
	expectText(t, s.priya.Name, s.priya.findsMessage(r.ref), "Maya Okafor")
	s.priya.getsNothing()
	s.discardNews()
	s.expectNothingLost()
}

func TestWhenARespondentCannotBeReachedTheChairAndOversightAreToldAtOnceAndTheTimeRunsOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		cannot func(*stage)
	}{
		{"blocked", func(s *stage) { s.tom.BlocksBot(); s.priya.BlocksBot() }},
		{"never installed", func(s *stage) {
			for _, a := range []*actor{s.tom, s.priya} {
				a.UninstallsApp(s.t.Context())
			}
		}},
		{"blocked after a first message", func(s *stage) {
			for _, a := range []*actor{s.tom, s.priya} {
				a.types("/help")
				a.gets("What I can do")
				a.BlocksBot()
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			c.cannot(s)
			ref := s.raiseChallenge(nil)
			said := 0
			for _, m := range postedMessages(s.maya.TakeNew()) {
				if strings.Contains(m.String(), "Teams did not take the message to") {
					said++
				}
			}
			if said == 0 {
				t.Errorf("the chair was not told; her chat says:\n%v", s.maya.Inbox())
			}
			for _, m := range postedMessages(s.owen.TakeNew()) {
				expectText(t, s.owen.Name, m, ref)
				expectNoText(t, s.owen.Name, m, "No visit since")
				said++
			}
			if said < 2 {
				t.Error("the oversight was not told")
			}
			if n := s.countEvents(ref, "undelivered"); n != 2 {
				t.Errorf("%d messages count as undelivered, not 2", n)
			}
			s.discardNews()
			s.moveClock("Tue 31 Mar 2026 17:00")
			if n := s.countEvents(ref, "lapsed"); n != 1 {
				t.Errorf("the time did not end: %q", s.eventKinds(ref))
			}
			s.discardNews()
			s.verifyTrails()
		})
	}
}

// raiseInStore raises challenges through the one transaction, as many at once as an office
// raises in a month.
func (s *stage) raiseInStore(n int) []string {
	s.t.Helper()
	l := s.Ladders[0]
	var refs []string
	for range n {
		out, err := s.App.Store.Raise(s.t.Context(), storage.IdempotencyKey{Value: "story:" + uuid.NewString(), At: s.Clock.Now()}, func(number uint64) (challenge.Change, error) {
			return challenge.Raise(challenge.RaiseCommand{ID: uuid.Must(uuid.NewV7()), Number: number, Details: challenge.Details{
				RecordNumber: "1234567", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 3, 27),
				Categories: []string{"statutory-minimum"}, Concern: "No visit since 12 February.", Ask: "A visit this week.",
				AskBy: s.Calendar.DateOf(s.Clock.Now()).AddDays(11), Team: "north-locality"}},
				challenge.Person{ID: s.maya.ID, Name: s.maya.Name},
				challenge.Env{Now: s.Clock.Now(), Calendar: s.Calendar, Ladder: l, Directory: s.Directory})
		})
		if err != nil {
			s.t.Fatalf("a challenge could not be raised: %v", err)
		}
		refs = append(refs, out.Snapshot.Challenge.Ref)
	}
	return refs
}

// takeQuestion records that Teams took the question of a challenge that has just been raised.
func (s *stage) takeQuestion(ref string) {
	s.t.Helper()
	_, err := s.App.Store.Apply(s.t.Context(), storage.IdempotencyKey{}, storage.LookupKey{Ref: ref}, func(c challenge.Snapshot) (challenge.Change, error) {
		return c.Challenge.Decide(challenge.RecordDelivery{Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: s.priya.ID}},
			challenge.System, challenge.Env{Now: s.Clock.Now(), Calendar: s.Calendar, Ladder: c.Ladder, Directory: s.Directory})
	})
	if err != nil {
		s.t.Fatalf("what Teams took could not be recorded: %v", err)
	}
}

func TestAfterAnHourWithoutTeamsTwoHundredCardsArriveOnceInOrderAndWithinItsLimits(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/help")
	s.discardNews()
	s.Teams.CutConnections()
	refs := s.raiseInStore(50)
	if n := s.count(`SELECT FROM delivery WHERE state = 'waiting'`); n != 200 {
		t.Fatalf("%d deliveries wait, not 200", n)
	}
	s.log.allow("Teams has taken nothing for ten minutes or more")
	s.moveClock("Mon 30 Mar 2026 11:00")
	s.expectNoNews()
	if n := len(s.log.linesWith("Teams has taken nothing for ten minutes or more")); n != 1 {
		t.Errorf("the outage is said %d times within its first hour", n)
	}
	s.Teams.RestoreConnections()
	s.Teams.SetRateLimits(true)
	s.moveClock("Mon 30 Mar 2026 11:20")
	for _, reader := range []struct {
		name string
		news []practice.News
	}{{"Tom", s.tom.TakeNew()}, {"Priya", s.priya.TakeNew()}, {"Maya", s.maya.TakeNew()}, {"#North Locality", s.north.TakeNew()}} {
		var got []string
		for _, m := range postedMessages(reader.news) {
			for _, ref := range refs {
				if strings.Contains(m.String(), ref) {
					got = append(got, ref)
				}
			}
		}
		if diff := cmp.Diff(refs, got); diff != "" {
			t.Errorf("%s did not get each once and in order (-raised +got):\n%s", reader.name, diff)
		}
	}
	s.expectEveryTryRecorded()
	s.expectNothingLost()
	t.Logf("Teams said %d times that it was too much", s.Teams.ThrottledCount())
}

func TestASlowTeamsHoldsUpNoDeadline(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), CallTimeout: time.Minute}, "ne-lincolnshire")
	s.log.allow("challenges are past their time") // the clock jumps a day and a half
	ref := s.raiseInStore(1)[0]
	s.moveClock("Mon 30 Mar 2026 10:01") // its question arrives
	s.discardNews()
	hanging := make(chan struct{}, 100)
	s.Teams.InjectFault(practice.Fault{Hang: true, Match: func(c practice.Call) bool { return c.Op == practice.OpSend }})
	s.Teams.OnCall(func(c practice.Call) {
		if c.Op == practice.OpSend {
			hanging <- struct{}{}
		}
	})
	s.raiseInStore(1)
	happened := s.listenForWrite()
	stop := s.startEngine()
	<-hanging // the engine waits for an answer that does not come
	s.Clock.Set(parseMoment(t, "2026-03-31T16:00:00Z"))
	for s.countEvents(ref, "lapsed") == 0 {
		happened()
	}
	if n := s.count(`SELECT FROM attempt WHERE status = 0`); n > 0 {
		t.Errorf("the time ended only after %d calls were given up", n)
	}
	s.Teams.CutConnections() // lets go what hangs
	stop()
	s.Teams.ClearFaults()
	s.Teams.RestoreConnections()
	s.moveClock("Tue 31 Mar 2026 17:10")
	s.discardNews()
	s.expectEveryTryRecorded()
	s.expectNothingLost()
	if got := fmt.Sprint(s.eventKinds(ref)); !strings.Contains(got, "lapsed rung_opened") {
		t.Errorf("the trail is %s", got)
	}
}
