package bot

import (
	"slices"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/outbox"
)

// Another instance hears that the app was removed, or the engine that Teams knows the
// conversation no more: this one must not go on believing that it is kept.
func TestAConversationDroppedElsewhereIsKeptAgainBeforeLong(t *testing.T) {
	t.Parallel()
	s := newCorpusStage(t)
	says := readCorpusCase(t, "001-personal-help.json").Activity
	s.deliver(says)
	kept := s.store.copyJournal().Notes
	if len(kept) != 1 {
		t.Fatalf("noted is %q", kept)
	}
	hears := func() []string {
		s.store.clearJournal()
		s.deliver(says)
		return s.store.copyJournal().Notes
	}
	maya, _ := s.store.people.PersonByName("Maya Okafor")
	if err := s.store.ForgetOwnChat(t.Context(), outbox.OrderingKey(challenge.Address{Person: maya.Entra}), "elsewhere"); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(resaveConversationAfter - 1)
	if got := hears(); got != nil {
		t.Errorf("every word costs a write: %q", got)
	}
	s.clock.Advance(1)
	if got := hears(); !slices.Equal(got, kept) {
		t.Errorf("how to reach her is not kept again: %q", got)
	}
	if got := hears(); got != nil {
		t.Errorf("it is kept twice: %q", got)
	}
}
