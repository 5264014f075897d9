package engine

import (
	"testing"
	"time"

	"challengebot/internal/storage/storagetest"
	"challengebot/internal/teamsfailure"
)

func TestAnOutageIsNotCountedAgainstAMessage(t *testing.T) {
	t.Parallel()
	var h teamsHealth
	began := storagetest.Monday
	if got := h.since(began); !got.Equal(began) {
		t.Errorf("without an outage: %v", got)
	}
	away := &teamsfailure.Failure{Kind: teamsfailure.Retryable, Status: 503}
	h.recordCall(away, began)
	if got := h.failingFor(began.Add(time.Minute)); got != time.Minute {
		t.Errorf("it fails for %v", got)
	}
	h.recordProbe(away)
	if h.recordCall(nil, began.Add(20*time.Minute)) {
		t.Error("the end of an outage is said that nobody was told of")
	}
	if got, want := h.since(began), began.Add(20*time.Minute); !got.Equal(want) {
		t.Errorf("after the outage: %v, want %v", got, want)
	}
	if got, later := h.since(began.Add(time.Hour)), began.Add(time.Hour); !got.Equal(later) {
		t.Errorf("of what failed after it: %v, want %v", got, later)
	}
	if h.failingFor(began.Add(time.Hour)) != 0 {
		t.Error("it fails still")
	}
	// One message that fails while another question is answered is no outage.
	h.recordCall(away, began.Add(2*time.Hour))
	h.recordProbe(nil)
	h.recordCall(nil, began.Add(3*time.Hour))
	if got, want := h.since(began), began.Add(20*time.Minute); !got.Equal(want) {
		t.Errorf("what was no outage counts as one: %v", got)
	}
}
