package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Whoever is asked may ask back; the time runs on.

func TestWhoIsAskedAsksBackAndTheChairAnswers(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	card := r.asked[1]
	s.priya.clicks(card, "Ask Maya Okafor a question", nil)
	expectMarked(t, card, "reason", "Please write your question.")
	s.priya.clicks(card, "Send the question", practice.Inputs{"reason": "Which of the two visits do you mean?"})
	chair := s.maya.gets("Priya Shah asks you:", "Which of the two visits do you mean?", "Your answer")
	expectText(t, "Priya", card, "Priya Shah asked the person who raised this something.", "Please answer by Tuesday 31 March 2026 at 17:00")
	s.expectNoNews()

	// One question waits at a time, and only the chair answers it.
	s.tom.types("/ask " + r.ref + " And which school?")
	s.tom.gets("A question of Priya Shah is waiting for an answer already.")
	s.tom.types("/reply " + r.ref + " The first.")
	s.tom.gets("Only the person who raised " + r.ref + " answers a question about it.")
	s.maya.clicks(chair, "Send the answer to it", practice.Inputs{"reason": ""})
	expectMarked(t, chair, "reason", "Please write your answer.")
	s.maya.clicks(chair, "Send the answer to it", practice.Inputs{"reason": "The one of 12 February."})
	s.priya.gets("Maya Okafor answered the question of Priya Shah.", "Open")
	expectText(t, "Priya", card, "The one of 12 February.")
	expectNoText(t, "Maya", chair, "Priya Shah asks you:")
	s.maya.types("/reply " + r.ref + " Again.")
	s.maya.gets("No question about " + r.ref + " is waiting for you.")
	s.discardNews()

	// The time has run on.
	s.moveClock("Tue 31 Mar 2026 17:00")
	s.discardNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 10:00  Priya Shah: question_asked informal",
		"Mon 30 Mar 10:00  Maya Okafor: question_answered informal",
		"Tue 31 Mar 09:00  challengebot: reminded informal",
		"Tue 31 Mar 17:00  challengebot: lapsed informal",
		"Tue 31 Mar 17:00  challengebot: rung_opened stage-1")
}

// A question that nobody answered stands in the chair's digest of the next morning.
func TestAQuestionThatWaitsStandsInTheMorningsDigest(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.clicks(r.asked[0], "Ask Maya Okafor a question", nil)
	s.priya.clicks(r.asked[0], "Send the question", practice.Inputs{"reason": "Which visit do you mean?"})
	s.maya.gets("Priya Shah asks you:")
	s.moveClock("Tue 31 Mar 2026 09:00")
	list := s.maya.gets("1 waits for you", "Answer the question of Priya Shah", "Open "+r.ref)
	expectNoText(t, "Maya", list, "Which visit do you mean?")
	s.maya.types("/reply " + r.ref + " The one of 12 February.")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.expectNoNews()
}
