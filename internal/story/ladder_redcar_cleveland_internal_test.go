package story

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// Redcar and Cleveland, Child Protection Challenge process, section 2: Internal
// Challenge. The subtests follow the numbered paragraphs.
func TestTheInternalChallengeOfRedcarAndClevelandAsItIsWritten(t *testing.T) {
	t.Parallel()
	const ladderID = "redcar-cleveland-internal"
	expectLadderWalked(t, ladderID)
	internal := func(more practice.Inputs) practice.Inputs {
		in := practice.Inputs{"categories": "visits"}
		for k, v := range more {
			in[k] = v
		}
		return in
	}

	t.Run("2.3 to 2.6, from the Social Worker to the Assistant Director", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)

		// 2.3: Social Worker or Team Manager, one day upon receipt. 2.6: five working days in all.
		r := s.beginChallenge(s.maya, internal(nil),
			"Waiting for an answer from Tom Reid (Social Worker) and Priya Shah (Team Manager) by Tuesday 31 March 2026 at 17:00.",
			"The whole challenge should be settled by Wednesday 8 April 2026 at 17:00.")
		first := []string{"Internal Challenge " + r.ref + " · Social Worker / Team Manager", "Please answer by Tuesday 31 March 2026 at 17:00",
			"From: Maya Okafor (Conference Chair)", "Protocol ID: 1234567", "Review child protection conference, Friday 27 March 2026",
			"Child not visited within statutory timescales"}
		tom := s.tom.gets(first...)
		priya := s.priya.gets(first...)
		s.north.gets("Social Worker / Team Manager", "An answer is due by Tuesday 31 March 2026 at 17:00.")
		s.expectNoNews()
		s.expectEachFieldRequired(s.tom, tom, "Send the answer", practice.Inputs{"text": "I shall visit on Thursday."})
		s.moveClock("Tue 31 Mar 2026 08:30")
		s.tom.clicks(tom, "Send the answer", practice.Inputs{"text": "I shall visit on Thursday."})
		expectText(t, "Priya", priya, "Tom Reid answered on Tuesday 31 March 2026 at 08:30, so no other answer is needed.")
		judge := s.maya.gets("I shall visit on Thursday.", "Not satisfied: it goes on to Service Manager (Social Worker's Service Manager).")
		s.expectNoNews()

		// 2.4: the chair is not satisfied; the Service Manager has 2 days upon receipt.
		s.expectEachFieldRequired(s.maya, judge, "Not satisfied", practice.Inputs{"reason": "Three visits were promised."})
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Three visits were promised."})
		daniel := s.daniel.gets("Internal Challenge "+r.ref+" · Service Manager", "Please answer by Thursday 2 April 2026 at 17:00",
			"Counted: Wed 1 Apr, Thu 2 Apr.", "considers the information shared", "Three visits were promised.", "I shall visit on Thursday.",
			"Daniel Hughes (Social Worker's Service Manager)")
		s.maya.shows("Waiting for an answer from Daniel Hughes (Social Worker's Service Manager) by Thursday 2 April 2026 at 17:00.")
		s.north.gets("Service Manager", "Thursday 2 April 2026")
		s.expectNoNews()
		s.moveClock("Thu 2 Apr 2026 16:00")
		s.discardNews()
		s.daniel.clicks(daniel, "Send the answer", practice.Inputs{"text": "A second worker goes along."})
		judge = s.maya.gets("A second worker goes along.", "Not satisfied: it goes on to Assistant Director (Assistant Director of Children's Services).")

		// 2.5: the chair remains unsatisfied. No day is set for the Assistant Director:
		// what is left of the five working days of 2.6.
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Nobody has seen the children."})
		helen := s.helen.gets("Internal Challenge "+r.ref+" · Assistant Director", "Please answer by Wednesday 8 April 2026 at 17:00",
			"The Assistant Director of Children's Services considers the challenge and responds.", "Good Friday", "Easter Monday", "Nobody has seen the children.")
		s.maya.shows("Maya Okafor raised this.", "Helen Clarke (Assistant Director of Children's Services)")
		s.north.gets("Assistant Director", "Wednesday 8 April 2026")
		s.expectNoNews()
		s.moveClock("Tue 7 Apr 2026 15:00")
		s.discardNews()
		s.helen.clicks(helen, "Send the answer", practice.Inputs{"text": "The children were seen alone this morning."})
		judge = s.maya.gets("The children were seen alone this morning.", "there is nobody further to ask on this procedure")
		s.maya.clicks(judge, "Satisfied", nil)
		expectText(t, "Maya", judge, "Settled on Tuesday 7 April 2026 at 15:00.")
		s.expectAllInert(r.ref)
		s.expectNoNews()
		want := []string{"Maya Okafor: raised ", "challengebot: rung_opened step-1", "Tom Reid: responded step-1", "Maya Okafor: judged step-1",
			"challengebot: rung_opened step-2", "challengebot: reminded step-2", "Daniel Hughes: responded step-2", "Maya Okafor: judged step-2",
			"challengebot: rung_opened step-3", "Helen Clarke: responded step-3", "Maya Okafor: judged step-3", "challengebot: resolved step-3"}
		if diff := cmp.Diff(want, s.steps(r.ref)); diff != "" {
			t.Errorf("the trail is another (-want +got):\n%s", diff)
		}
	})

	t.Run("2.7, significant immediate safeguarding concerns: to the Service Manager at once", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		direct := practice.Inputs{"start_at": "step-2", "start_ground": "immediate-safeguarding", "start_reason": "The children were alone overnight."}
		r := s.beginChallenge(s.maya, internal(direct), "Maya Okafor went straight to Service Manager: Significant immediate safeguarding concern.")
		s.daniel.gets("URGENT: Internal Challenge "+r.ref+" · Service Manager", "Please answer by Tuesday 31 March 2026 at 17:00", "The children were alone overnight.")
		s.north.gets("Service Manager")
		s.tom.getsNothing()
		s.priya.getsNothing()
	})

	t.Run("2.7, to the Assistant Director when it becomes immediate later", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		r := s.beginChallenge(s.maya, internal(nil))
		s.discardNews()
		in := practice.Inputs{s.fieldWithLabel(r.chair, "To"): "step-3", s.fieldWithLabel(r.chair, "What makes this necessary"): "The father has moved in."}
		s.maya.clicksUnchecked(r.chair, "skip", practice.Inputs{s.fieldWithLabel(r.chair, "To"): "step-3", s.fieldWithLabel(r.chair, "What makes this necessary"): ""})
		expectMarked(t, r.chair, s.fieldWithLabel(r.chair, "What makes this necessary"), "Please say what makes this necessary.")
		s.maya.clicks(r.chair, "skip", in)
		s.helen.gets("URGENT: ", "Assistant Director", "Please answer by Tuesday 31 March 2026 at 17:00", "The father has moved in.")
		s.daniel.getsNothing()
		s.discardNews()
	})

	t.Run("2.3 to 2.6 in silence, until nobody is left to ask", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		s.beginChallenge(s.maya, internal(nil))
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 17:00")
		s.daniel.gets("Please answer by Thursday 2 April 2026 at 17:00", "no answer had come by Tuesday 31 March 2026 at 17:00")
		s.discardNews()
		s.moveClock("Thu 2 Apr 2026 17:00")
		s.helen.gets("Please answer by Wednesday 8 April 2026 at 17:00")
		s.discardNews()
		s.moveClock("Wed 8 Apr 2026 17:00")
		s.owen.gets("Every step of this procedure has been passed without agreement.")
		s.maya.gets("It stays open")
		s.discardNews()
	})
}
