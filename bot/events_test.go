package bot

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhoEditedAMessageIsToldThoughTheFirstTryBrokeOffAfterItWasNoted(t *testing.T) {
	t.Parallel()
	s := newCorpusStage(t)
	s.deliver(readCorpusCase(t, "005-personal-respond.json").Activity)
	s.clock.Advance(60e9)
	s.store.clearJournal()
	edit := readCorpusCase(t, "080-message-edited.json").Activity
	s.store.failMessages = true
	if w := s.deliver(edit); w.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d, so Teams does not deliver it again", w.Code)
	}
	s.store.failMessages = false
	s.deliver(edit) // delivered again
	got := s.store.copyJournal()
	if len(got.Messages) != 1 || !strings.Contains(got.Messages[0].text, "You edited a message after I had acted on it.") {
		t.Errorf("who edited it is told %v", got.Messages)
	}
	if len(got.Events) != 1 {
		t.Errorf("noted is %q", got.Events)
	}
}
