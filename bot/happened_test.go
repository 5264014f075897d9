package bot

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhoEditedAMessageIsToldThoughTheFirstTryBrokeOffAfterItWasNoted(t *testing.T) {
	t.Parallel()
	s := openCorpus(t)
	s.hears(readCorpus(t, "005-personal-respond.json").Activity)
	s.clock.Advance(60e9)
	s.ledger.forget()
	edit := readCorpus(t, "080-message-edited.json").Activity
	s.ledger.mute = true
	if w := s.hears(edit); w.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d, so Teams does not deliver it again", w.Code)
	}
	s.ledger.mute = false
	s.hears(edit) // delivered again
	got := s.ledger.told()
	if len(got.Replies) != 1 || !strings.Contains(got.Replies[0].says, "You edited a message after I had acted on it.") {
		t.Errorf("who edited it is told %v", got.Replies)
	}
	if len(got.Events) != 1 {
		t.Errorf("noted is %q", got.Events)
	}
}
