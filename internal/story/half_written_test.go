package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Somebody has begun to write an answer, and presses a button beside it. The words come back, and
// stay when something happens meanwhile that changes nothing of what is asked.
func TestAHalfWrittenAnswerComesBackFromTheButtonsBesideIt(t *testing.T) {
	t.Parallel()
	for name, press := range map[string]func(s *stage, card *practice.Message, written practice.Inputs){
		"I have it": func(s *stage, card *practice.Message, written practice.Inputs) {
			s.priya.clicks(card, "I have it", written)
			s.maya.gets("Priya Shah has the question")
		},
		"a question": func(s *stage, card *practice.Message, written practice.Inputs) {
			s.priya.clicks(card, "Ask Maya Okafor a question", written)
			expectMarked(s.t, card, "reason", "Please write your question.")
			expectInputsKept(s.t, "Priya", card, written)
			s.priya.clicks(card, "Send the question", withInput(written, "reason", "Which visit do you mean?"))
			s.maya.gets("Priya Shah asks you:")
			expectNoText(s.t, "Priya", card, "What you had typed")
		},
		"not mine, yet": func(s *stage, card *practice.Message, written practice.Inputs) {
			s.priya.clicks(card, "This is not mine", written)
			expectMarked(s.t, card, "owner", "whose it is")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.t = t
			r := s.raiseAndCollect(nil, s.tom, s.priya)
			written := answerInputs("2026-04-17", practice.Inputs{"text": "Two of the visits were missed because", "plan_2_what": "Ring the school"})
			card := r.asked[1]
			press(s, card, written)
			expectInputsKept(t, "Priya", card, written)
			s.maya.types("/refer " + r.ref + " rang at 11 | Grace Lloyd | Grace Lloyd | none")
			s.discardNews()
			expectInputsKept(t, "Priya", card, written)
			s.priya.clicks(card, "Send the answer", practice.Inputs{"plan_2_who": "School nurse", "plan_2_by": "2026-04-17"})
			s.maya.gets("Priya Shah answered", "Two of the visits were missed because", "Ring the school")
			s.discardNews()
		})
	}
}

func withInput(in practice.Inputs, id, value string) practice.Inputs {
	out := practice.Inputs{id: value}
	for k, v := range in {
		out[k] = v
	}
	return out
}
