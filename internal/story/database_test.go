package story

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// openThroughRelay sets a stage whose program reaches its database through a relay. The
// test itself reaches it without.
func openThroughRelay(t *testing.T) (*stage, *databaseRelay) {
	t.Helper()
	dsn := testDatabase(t)
	r := startRelay(t, dsn)
	s := openWith(t, Options{DatabaseURL: r.dsn}, "ne-lincolnshire")
	s.options.DatabaseURL = dsn
	return s, r
}

func TestWhileTheDatabaseIsAwayNothingIsHalfDoneAndTeamsIsAskedToComeAgain(t *testing.T) {
	t.Parallel()
	s, line := openThroughRelay(t)
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.log.allow("temporarily unavailable")
	send := s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	turns := []object{send, s.maya.newMessage("/challenge"), s.maya.newMessage("/mine"), s.maya.newMessage("/withdraw " + r.ref + " x"),
		s.maya.newMessage("/challenge " + r.ref), s.maya.newInvoke(withFields(s.maya.buttonData(r.chair, "withdraw"), "reason", "x")), s.ben.newMessage("/help")}
	refresh := s.maya.newInvoke(nil)
	refresh["value"] = object{"trigger": "automatic", "action": object{"verb": "refresh", "data": object{"verb": "refresh", "challenge": s.challengeID(r.ref)}}}
	before := s.databasePicture()
	line.Cut()
	for _, turn := range turns {
		if got := s.post(turn); got.Status != http.StatusServiceUnavailable {
			t.Errorf("%v was answered with %d %s, not 503", turn["text"], got.Status, got.Body)
		}
	}
	// A card that asks by itself is never answered with an error: it might not ask again.
	s.log.allow("a card could not be refreshed")
	if got := s.post(refresh); got.Status != http.StatusOK || !strings.Contains(got.Body, "activity.message") {
		t.Errorf("a refresh was answered with %d %s", got.Status, got.Body)
	}
	if status, body := s.httpGet("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d %s", status, body)
	}
	if status, body := s.httpGet("/healthz"); status != http.StatusOK { // or it would be killed, which mends nothing
		t.Errorf("/healthz says %d %s", status, body)
	}
	if err := s.Settle(t.Context()); err == nil {
		t.Error("the engine says that all is done")
	}
	if diff := cmp.Diff(before, s.databasePicture()); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	if n := s.metricValue(`challengebot_turn_failures_total{cause="unavailable"}`); n != "7" {
		t.Errorf("%s failed turns are counted, not 7", n)
	}

	line.Mend()
	if status, body := s.httpGet("/readyz"); status != http.StatusOK {
		t.Errorf("when it is back /readyz says %d %s", status, body)
	}
	for _, turn := range turns[:3] { // as Teams delivers again what was answered with 503
		if got := s.post(turn); got.Status != http.StatusOK {
			t.Errorf("when it is back %v is answered with %d %s", turn["text"], got.Status, got.Body)
		}
	}
	s.settle()
	s.maya.getsAll("Tom Reid answered", "Raise a challenge", "Waiting")
	s.discardNews()
	s.expectNotLogged(secret, "Tom Reid", "No visit since", "/withdraw")
	s.expectNothingLost()
}

// The database may go away in the middle: at any round trip of a turn the change is
// whole or not there, and the same activity given again completes it.
func TestAConnectionLostInTheMiddleOfATurnLeavesAWholeChangeOrNone(t *testing.T) {
	t.Parallel()
	s, line := openThroughRelay(t)
	s.log.allow("temporarily unavailable")
	for _, afterwards := range []bool{false, true} {
		for k := 1; ; k++ {
			s.maya.types("/challenge")
			form := s.maya.gets("Raise a challenge")
			raise := s.maya.buttonActivity(form, "Send the challenge", raiseInputs(nil))
			before := s.count(`SELECT FROM challenge`)
			line.stopAtTrip(k, afterwards, func() bool { line.Cut(); return false })
			first := s.post(raise)
			trips := line.tripCount()
			line.stopAtTrip(0, false, nil)
			line.Mend()
			if trips < k {
				s.settle()
				s.discardNews()
				break
			}
			if first.Status != http.StatusServiceUnavailable {
				t.Errorf("cut at round trip %d the turn was answered with %d %s", k, first.Status, first.Body)
			}
			s.post(raise).expectText(t, "Sent: Professional Challenge")
			if n := s.count(`SELECT FROM challenge`); n != before+1 {
				t.Errorf("cut at round trip %d (done: %v) the form made %d challenges", k, afterwards, n-before)
			}
			s.settle()
			s.tom.gets("Please answer by")
			s.discardNews()
		}
	}
	s.expectNothingLost()
}

func TestAnEngineThatLostItsDatabaseGoesOnByItselfWhenItIsBack(t *testing.T) {
	t.Parallel()
	s, line := openThroughRelay(t)
	s.log.allow("the engine could not finish a round")
	s.log.allow("challenges are past their time") // the clock jumps a day and a half
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	stop := s.startEngine()
	happened := s.listenForWrite()
	line.Cut()
	s.Clock.Set(parseMoment(t, "2026-03-31T16:00:00Z"))
	line.Mend()
	s.Clock.Advance(1) // a moved clock wakes the engine, as the safety poll would
	for s.countEvents(r.ref, "lapsed") == 0 {
		happened()
	}
	stop()
	s.moveClock("Tue 31 Mar 2026 17:05") // whose claim was cut off waits until its lease ends
	if len(postedMessages(s.priya.TakeNew())) == 0 {
		t.Error("Priya was not asked on Stage 1")
	}
	s.discardNews()
	s.expectNothingLost()
}
