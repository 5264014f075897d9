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
	{"down", (*practice.Teams).Cut, 0, "perhaps"},
	{"silent", failing(practice.Fault{Hang: true}), 0, "yes"},
	{"throttling", failing(practice.Fault{Status: 429, RetryAfter: 20 * time.Second}), 429, "no"},
	{"in conflict", failing(practice.Fault{Status: 412, Code: "PreconditionFailed"}), 412, "no"},
	{"broken", failing(practice.Fault{Status: 500}), 500, "yes"},
	{"a bad gateway", failing(practice.Fault{Status: 502}), 502, "yes"},
	{"unavailable", failing(practice.Fault{Status: 503}), 503, "yes"},
	{"a slow gateway", failing(practice.Fault{Status: 504}), 504, "yes"},
	{"not believing us", failing(practice.Fault{Status: 401}), 401, "no"},
}

// failing makes every way to post a message fail.
func failing(f practice.Fault) func(*practice.Teams) {
	return func(t *practice.Teams) {
		f.Match = func(c practice.Call) bool {
			return c.Op == practice.OpSend || c.Op == practice.OpUpdate || c.Channel != ""
		}
		t.Fail(f)
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
			s.post(s.maya.sends(form, "Send the challenge", filled(nil))).holding(t, "Sent: Professional Challenge")
			ref := s.lastRef()
			s.settle()
			for _, who := range []*actor{s.tom, s.priya, s.maya} {
				who.getsNothing()
			}
			if n := s.count(`SELECT FROM delivery WHERE state = 'waiting'`); n < 4 {
				t.Errorf("only %d deliveries wait", n)
			}
			s.everyAttemptIs(f.status, f.ambiguous)
			s.at("Mon 30 Mar 2026 10:10")
			s.Teams.ClearFaults()
			s.Teams.Mend()
			s.App.Engine.CallTimeout = patience
			s.at("Mon 30 Mar 2026 10:30")
			s.tom.gets(ref, "Please answer by")
			s.priya.gets(ref, "Please answer by")
			s.maya.gets(ref, "Maya Okafor raised this.")
			s.north.gets(ref)
			s.quiet()
			s.everyTryRecorded()
			s.nothingLost()
		})
	}
}

// everyAttemptIs holds that something was tried, and that every failure is on
// record with what Teams answered.
func (s *stage) everyAttemptIs(status int, ambiguous string) {
	s.t.Helper()
	if n := s.count(`SELECT FROM attempt WHERE status = $1 AND status NOT IN (200)`, status); n == 0 {
		s.t.Errorf("no attempt with status %d is recorded", status)
	}
	if n := s.count(`SELECT FROM attempt WHERE status NOT IN ($1, 200)`, status); n > 0 {
		s.t.Errorf("%d attempts have another status than %d: %v", n, status, asks[string](s, `SELECT status || ' ' || code FROM attempt`))
	}
	if n := s.count(`SELECT FROM attempt JOIN delivery d ON d.id = delivery_id WHERE status <> 200 AND ambiguous AND d.kind <> 'reply'`); ambiguous != "perhaps" && (n > 0) != (ambiguous == "yes") {
		s.t.Errorf("%d attempts count as ambiguous", n)
	}
}

// nothingLost holds that no delivery waits, that each has the attempt on record
// that succeeded, and that each message of a challenge is an event of its trail.
func (s *stage) nothingLost() {
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
	s.verified()
}

// everyTryRecorded holds that each delivery has all its attempts on record.
func (s *stage) everyTryRecorded() {
	s.t.Helper()
	if n := s.count(`SELECT FROM delivery d WHERE state <> 'dropped' AND (SELECT count(*) FROM attempt a WHERE a.delivery_id = d.id) <> attempts`); n > 0 {
		s.t.Errorf("%d deliveries were tried more often than is recorded", n)
	}
}

func TestTeamsIsNotAskedAgainBeforeItSaidItMayBe(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.Teams.Fail(practice.Fault{Op: practice.OpSend, Status: 429, RetryAfter: 10 * time.Minute, Times: 1})
	s.maya.types("/help")
	calls := len(s.Teams.Calls())
	s.at("Mon 30 Mar 2026 10:09")
	if n := len(s.Teams.Calls()); n != calls {
		t.Errorf("Teams was called %d times before the ten minutes were over", n-calls)
	}
	s.at("Mon 30 Mar 2026 10:13")
	s.maya.gets("What I can do")
	s.nothingLost()
}

// A lost answer may have been a delivered card. It is sent again: two copies, one
// effect.
func TestACardWhoseAnswerWasLostComesTwiceAndCountsOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.Teams.Fail(practice.Fault{Op: practice.OpSend, Status: 503, AfterApplying: true, Times: 1,
		Match: func(c practice.Call) bool { return c.Person == "Tom Reid" }})
	s.maya.clicks(form, "Send the challenge", filled(nil))
	ref := s.lastRef()
	s.at("Mon 30 Mar 2026 10:05")
	copies := s.tom.getsAll(ref, "Please answer by")
	if n := s.count(`SELECT FROM attempt WHERE ambiguous`); n != 1 {
		t.Errorf("%d attempts count as ambiguous", n)
	}
	cards := s.tom.Cards()
	if len(cards) != 2 || len(copies) != 2 {
		t.Fatalf("Tom has %d cards, not two", len(cards))
	}
	first := s.tom.sends(cards[0], "Send the answer", answer("2026-04-17", nil))
	second := s.tom.sends(cards[1], "Send the answer", answer("2026-04-17", nil))
	s.post(first).holding(t, "You answered on")
	s.post(second).holding(t, "You have answered this already")
	s.settle()
	s.drain()
	if n := s.kinds(ref, "responded"); n != 1 {
		t.Errorf("the answer counted %d times", n)
	}
	s.nothingLost()
}

func TestAnActionIsAnsweredAtOnceWhileTeamsCannotBeReached(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raises(nil, s.tom, s.priya)
	s.Teams.Cut()
	calls := len(s.Teams.Calls())
	s.post(s.tom.sends(r.asked[0], "Send the answer", answer("2026-04-17", nil))).holding(t, "You answered on")
	s.post(s.maya.invoke(with(s.tom.button(r.asked[0], "Send the answer"), "verb", "judge", "card", "judge", "verdict", "satisfied"))).
		holding(t, r.ref)
	if got := s.trail(r.ref); !cmp.Equal(got, []string{"raised", "rung_opened", "responded", "judged", "resolved"}) {
		t.Errorf("the trail is %q", got)
	}
	s.Teams.Mend()
	if n := len(s.Teams.Calls()); n != calls {
		t.Errorf("%d calls were made to answer", n-calls)
	}
	s.settle()
	s.drain()
	s.nothingLost()
}

func TestAChatThatWasRemovedIsOpenedAgain(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.raises(nil, s.tom, s.priya)
	old := s.tom.ConversationID()
	s.tom.RemovesHistory()
	r := s.raises(nil, s.tom, s.priya)
	if s.tom.ConversationID() == old {
		t.Error("the card went to the chat that is gone")
	}
	s.tom.clicks(r.asked[0], "Send the answer", answer("2026-04-17", nil))
	s.drain()
	s.nothingLost()
}

func TestACardThatTeamsLostIsSentAnew(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raises(nil, s.tom, s.priya)
	r.asked[1].Vanish()
	s.tom.clicks(r.asked[0], "Send the answer", answer("2026-04-17", nil))
	s.priya.gets(r.ref, "Tom Reid answered on", "no other answer is needed")
	s.maya.gets("Is the answer good enough")
	s.maya.clicks(s.maya.recalls("Is the answer good enough"), "Satisfied", nil)
	// From now on the new card is the one that is kept true.
	shows(t, s.priya.Name, s.priya.recalls(r.ref), "Maya Okafor")
	s.priya.getsNothing()
	s.drain()
	s.nothingLost()
}

func TestWhenARespondentCannotBeReachedTheChairAndOversightAreToldAtOnceAndTheTimeRunsOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		cannot func(*stage)
	}{
		{"blocked", func(s *stage) { s.tom.Blocks(); s.priya.Blocks() }},
		{"never installed", func(s *stage) {
			for _, a := range []*actor{s.tom, s.priya} {
				a.Uninstalls(s.t.Context())
			}
		}},
		{"blocked after a first message", func(s *stage) {
			for _, a := range []*actor{s.tom, s.priya} {
				a.types("/help")
				a.gets("What I can do")
				a.Blocks()
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			c.cannot(s)
			ref := s.raised(nil)
			said := 0
			for _, m := range posts(s.maya.TakeNew()) {
				if strings.Contains(m.String(), "Teams did not take the message to") {
					said++
				}
			}
			if said == 0 {
				t.Errorf("the chair was not told; her chat says:\n%v", s.maya.Inbox())
			}
			for _, m := range posts(s.owen.TakeNew()) {
				shows(t, s.owen.Name, m, ref)
				hides(t, s.owen.Name, m, "No visit since")
				said++
			}
			if said < 2 {
				t.Error("the oversight was not told")
			}
			if n := s.kinds(ref, "undelivered"); n != 2 {
				t.Errorf("%d messages count as undelivered, not 2", n)
			}
			s.drain()
			s.at("Tue 31 Mar 2026 17:00")
			if n := s.kinds(ref, "lapsed"); n != 1 {
				t.Errorf("the time did not end: %q", s.trail(ref))
			}
			s.drain()
			s.verified()
		})
	}
}

// inStore raises challenges through the one door, as many at once as an office
// raises in a month.
func (s *stage) inStore(n int) []string {
	s.t.Helper()
	l := s.Ladders[0]
	var refs []string
	for range n {
		out, err := s.App.Store.Raise(s.t.Context(), challenge.Receipt{Key: "story:" + uuid.NewString(), At: s.Clock.Now()}, func(number uint64) (challenge.Change, error) {
			return challenge.Raise(challenge.Raising{ID: uuid.Must(uuid.NewV7()), Number: number, Details: challenge.Details{
				Record: "1234567", Conference: challenge.ReviewConference, ConferenceDate: workday.NewDate(2026, 3, 27),
				Categories: []string{"statutory-minimum"}, Concern: "No visit since 12 February.", Ask: "A visit this week.",
				AskBy: workday.NewDate(2026, 4, 10), Team: "north-locality"}},
				challenge.Person{ID: s.maya.ID, Name: s.maya.Name},
				challenge.Env{Now: s.Clock.Now(), Calendar: s.Calendar, Ladder: l, Directory: s.Directory})
		})
		if err != nil {
			s.t.Fatalf("a challenge could not be raised: %v", err)
		}
		refs = append(refs, out.Case.Challenge.Ref)
	}
	return refs
}

func TestAfterAnHourWithoutTeamsTwoHundredCardsArriveOnceInOrderAndWithinItsLimits(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/help")
	s.drain()
	s.Teams.Cut()
	refs := s.inStore(50)
	if n := s.count(`SELECT FROM delivery WHERE state = 'waiting'`); n != 200 {
		t.Fatalf("%d deliveries wait, not 200", n)
	}
	s.at("Mon 30 Mar 2026 11:00")
	s.quiet()
	s.Teams.Mend()
	s.Teams.LimitRates(true)
	s.at("Mon 30 Mar 2026 11:20")
	for _, reader := range []struct {
		name string
		news []practice.News
	}{{"Tom", s.tom.TakeNew()}, {"Priya", s.priya.TakeNew()}, {"Maya", s.maya.TakeNew()}, {"#North Locality", s.north.TakeNew()}} {
		var got []string
		for _, m := range posts(reader.news) {
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
	s.everyTryRecorded()
	s.nothingLost()
	t.Logf("Teams said %d times that it was too much", s.Teams.Throttled())
}

func TestASlowTeamsHoldsUpNoDeadline(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: database(t), CallTimeout: time.Minute}, "ne-lincolnshire")
	s.log.allow("challenges are past their time") // the clock jumps a day and a half
	ref := s.inStore(1)[0]
	hanging := make(chan struct{}, 100)
	s.Teams.Fail(practice.Fault{Hang: true, Match: func(c practice.Call) bool { return c.Op == practice.OpCreate }})
	s.Teams.OnCall(func(c practice.Call) {
		if c.Op == practice.OpCreate {
			hanging <- struct{}{}
		}
	})
	happened := s.listens()
	stop := s.live()
	<-hanging // the engine waits for an answer that does not come
	s.Clock.Set(moment(t, "2026-03-31T16:00:00Z"))
	for s.kinds(ref, "lapsed") == 0 {
		happened()
	}
	if n := s.count(`SELECT FROM attempt`); n > 0 {
		t.Errorf("the time ended only after %d calls were given up", n)
	}
	s.Teams.Cut() // lets go what hangs
	stop()
	s.Teams.ClearFaults()
	s.Teams.Mend()
	s.at("Tue 31 Mar 2026 17:10")
	s.drain()
	s.everyTryRecorded()
	s.nothingLost()
	if got := fmt.Sprint(s.trail(ref)); !strings.Contains(got, "lapsed rung_opened") {
		t.Errorf("the trail is %s", got)
	}
}
