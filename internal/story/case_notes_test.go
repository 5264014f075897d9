package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// North East Lincolnshire: everything is recorded in Liquidlogic. The chair gets each note ready to
// paste, ticks it, and is reminded in a digest that comes anyway.
func TestTheChairPastesTheCaseNotesAndTicksThem(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/notes")
	s.maya.gets("No case note waits to be pasted.")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.maya.types("/notes")
	card := s.maya.gets("Still to paste: 1", "For: Liquidlogic, Professional Challenge and Escalation Form", r.ref+" · North Locality")
	text := noteOn(t, card)
	for _, want := range []string{r.ref, "Liquidlogic number: 1234567", "Monday 30 March 2026 at 10:00 BST", "\n\nConcern\nNo visit since 12 February.",
		"Asked for: A visit this week and a visiting plan.", "\n\nAction\nMaya Okafor", "\n\nOutcome\nStage 1: an answer of Priya Shah is awaited by Wednesday 8 April 2026 at 17:00 BST."} {
		if !strings.Contains(text, want) {
			t.Errorf("the note has no %q:\n%s", want, text)
		}
	}

	// Nobody else's note it is, neither as a card nor by a forged press.
	s.priya.types("/notes")
	s.priya.gets("No case note waits to be pasted.")
	s.priya.types("/notes " + r.ref)
	s.priya.gets("There is no challenge")
	forged := s.maya.buttonData(card, "note_pasted")
	s.post(s.priya.newInvoke(forged)).expectText(t, "The notes about "+r.ref+" are not yours to write.")
	s.discardNews()

	// An answer is a note of its own. The digest of the next morning counts both.
	s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	s.maya.gets("Priya Shah answered")
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 09:00")
	s.maya.gets("2 case notes wait to be pasted. Type /notes.")
	s.discardNews()
	s.maya.types("/notes")
	card = s.maya.gets("Still to paste: 2")
	s.maya.clicks(card, "Next note", nil)
	if text := noteOn(t, card); !strings.Contains(text, "\n\nResponse\nThe answer: You are right, visits have lapsed.") || !strings.Contains(text, "\n\nAgreed plan\nAgreed action 1: Visit and see the children alone; Duty social worker; by Friday 17 April 2026") {
		t.Errorf("the note about the answer:\n%s", text)
	}
	s.maya.clicks(card, "It is pasted", nil)
	expectText(t, "Maya", card, "Still to paste: 1")
	s.maya.clicks(card, "It is pasted", nil)
	expectText(t, "Maya", card, "No case note waits to be pasted.")

	// Also of a challenge that has ended; what is pasted can be read again.
	s.maya.types("/satisfied " + r.ref)
	s.discardNews()
	s.maya.types("/notes " + r.ref)
	last := s.maya.gets("Still to paste: 1")
	if text := noteOn(t, last); !strings.Contains(text, "\n\nOutcome\nSettled.") {
		t.Errorf("the note about the end:\n%s", text)
	}
	made := s.maya.buttonData(last, "note_pasted")
	made["shown"] = "0/2"
	s.post(s.maya.newInvoke(made)).expectText(t, "another version")
	s.maya.clicks(last, "It is pasted", nil)
	expectText(t, "Maya", last, "Maya Okafor said on Tuesday 31 March 2026 at 09:00 that it is pasted.")
	s.expectNoNews()

	// The number was another child's: what was pasted stands in the wrong record.
	s.maya.types("/correct " + r.ref + " 7654321 The brother's number.")
	s.discardNews()
	s.maya.types("/notes")
	if again := s.maya.gets("Still to paste: 3"); !strings.Contains(noteOn(t, again), "Liquidlogic number: 7654321") {
		t.Errorf("the note has the wrong number:\n%s", again)
	}
	if n := s.countEvents(r.ref, "note_pasted"); n != 3 {
		t.Errorf("%d ticks are on the record", n)
	}
	if s.verifyTrails() != 1 {
		t.Error("there is no trail")
	}
}

// noteOn is the text of the note that a card holds.
func noteOn(t *testing.T, card *practice.Message) string {
	t.Helper()
	in, ok := card.Card().Input("note_text")
	if !ok {
		t.Fatalf("no note stands on the card:\n%s", card)
	}
	return in.Value
}
