package story

import (
	"net/http"
	"testing"
	"time"
)

// The way to the database stays up and carries nothing: a firewall that forgot the
// connections, a fail-over without a goodbye, a server that stands still.

// onTime is how long after its time a deadline may be kept, whatever hangs.
const onTime = 30 * time.Second

// expectAllLapsed waits until the window of every challenge has ended, and holds that this
// was on time.
func (s *stage) expectAllLapsed(refs []string, since time.Time, happened func()) {
	s.t.Helper()
	for s.count(`SELECT FROM event WHERE kind = 'lapsed'`) < len(refs) {
		happened()
	}
	took := time.Since(since)
	s.t.Logf("the last of %d windows ended %v after its time", len(refs), took)
	if took > onTime {
		s.t.Error("that is late")
	}
}

func TestConnectionsThatCarryNothingDelayNoDeadline(t *testing.T) {
	t.Parallel()
	s, line := openThroughRelay(t)
	s.log.allow("the engine could not finish a round")
	s.log.allow("temporarily unavailable")
	s.log.allow("challenges are past their time")
	refs := s.raiseInStore(100)
	s.settle()
	s.discardNews()
	happened := s.listenForWrite()
	stop := s.startEngine()
	line.Freeze(false)
	frozen := time.Now()
	s.Clock.Set(parseMoment(t, "2026-03-31T16:00:00Z"))
	if got := s.post(
		s.maya.newMessage("/help"),
	); got.Status != http.StatusOK &&
		got.Status != http.StatusServiceUnavailable {
		t.Errorf("a request was answered with %d %s", got.Status, got.Body)
	}
	if took := time.Since(frozen); took > 8*time.Second {
		t.Errorf("a request was answered after %v", took)
	}
	s.expectAllLapsed(refs, frozen, happened)
	if status, body := s.httpGet("/readyz"); status != http.StatusOK {
		t.Errorf("/readyz says %d %s", status, body)
	}
	stop()
	line.Thaw()
	s.moveClock("Tue 31 Mar 2026 17:05")
	s.discardNews()
	s.expectNothingLost()
}

func TestWhileTheServerStandsStillRequestsAreAnsweredAndItGoesOnByItself(t *testing.T) {
	t.Parallel()
	s, line := openThroughRelay(t)
	s.log.allow("the engine could not finish a round")
	s.log.allow("temporarily unavailable")
	s.log.allow("challenges are past their time")
	refs := s.raiseInStore(100)
	s.settle()
	s.discardNews()
	happened := s.listenForWrite()
	stop := s.startEngine()
	line.Freeze(true)
	s.Clock.Set(parseMoment(t, "2026-03-31T16:00:00Z"))
	runTogether(3, func(i int) {
		began := time.Now()
		if got := s.post(s.maya.newMessage("/mine")); got.Status != http.StatusServiceUnavailable {
			t.Errorf("a request was answered with %d %s", got.Status, got.Body)
		}
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("a request was answered after %v", took)
		}
	})
	began := time.Now()
	if status, body := s.httpGet(
		"/readyz",
	); status != http.StatusServiceUnavailable ||
		time.Since(began) > 5*time.Second {
		t.Errorf("/readyz says %d %s after %v", status, body, time.Since(began))
	}
	if status, _ := s.httpGet("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz says %d", status)
	}
	line.Thaw()
	s.expectAllLapsed(refs, time.Now(), happened)
	stop()
	s.moveClock("Tue 31 Mar 2026 17:05")
	s.discardNews()
	s.expectNothingLost()
	s.expectNotLogged("Tom Reid", "No visit since")
}
