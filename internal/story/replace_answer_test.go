package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Until it is judged, whoever answered may put another answer in the place of theirs.

func TestAnAnswerIsReplacedUntilItIsJudged(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	card := r.asked[1]
	s.priya.clicks(card, "Send the answer", answerInputs("2026-04-02", practice.Inputs{"text": "Visits are in hand for the Smith children."}))
	s.maya.gets("Is the answer good enough", "Visits are in hand for the Smith children.")
	s.discardNews()

	// What was written stands in the inputs; the other, and nobody else, is offered to replace it.
	expectText(t, "Priya", card, "Replace my answer")
	expectInputsKept(t, "Priya", card, practice.Inputs{"text": "Visits are in hand for the Smith children.", "plan_1_what": "Visit and see the children alone", "plan_1_by": "2026-04-02"})
	if r.asked[0].Card().HasButton("Replace my answer") {
		t.Error("Tom, who did not answer, may replace the answer")
	}
	s.priya.clicks(card, "Send in its place", practice.Inputs{"text": ""})
	expectMarked(t, card, "text", "Please write your response.")
	s.priya.clicks(card, "Send in its place", practice.Inputs{"text": "Visits are in hand; the first is on Thursday."})
	s.maya.gets("Is the answer good enough", "Visits are in hand; the first is on Thursday.",
		"This stands in the place of an earlier answer by the same person, which is kept.", "Visits are in hand for the Smith children.")
	s.discardNews()
	s.priya.types("/respond " + r.ref + " Visits are in hand; the first is on Wednesday. | Visit; Tom Reid; 2026-04-01")
	judge := s.maya.gets("the first is on Wednesday.")
	s.discardNews()

	s.maya.clicks(judge, "Satisfied", nil)
	s.discardNews()
	if card.Card().HasButton("Replace my answer") {
		t.Error("an answer that was judged can be replaced")
	}
	s.priya.types("/respond " + r.ref + " No visit after all.")
	s.priya.gets("This challenge has ended. What you wrote is kept on the record.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 10:00  Priya Shah: responded informal",
		"Mon 30 Mar 10:00  Priya Shah: responded informal",
		"Mon 30 Mar 10:00  Priya Shah: responded informal",
		"Mon 30 Mar 10:00  Maya Okafor: judged informal",
		"Mon 30 Mar 10:00  challengebot: resolved informal",
		"Mon 30 Mar 10:00  Priya Shah: reply_kept informal")
}
