package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// Going straight to a later rung, and ways out of a ladder.

// Redcar and Cleveland, 2.7: "significant immediate safeguarding concerns, they may
// immediately escalate to the Social Worker's Service Manager or Assistant Director".
func TestAnImmediateSafeguardingConcernGoesStraightToTheAssistantDirector(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.moveClock("Mon 30 Mar 2026 14:00")
	in := func(to, why string) practice.Inputs {
		return practice.Inputs{s.fieldWithLabel(r.chair, "To"): to, s.fieldWithLabel(r.chair, "What makes this necessary"): why}
	}
	s.maya.clicksUnchecked(r.chair, "skip", in("step-3", ""))
	expectMarked(t, r.chair, s.fieldWithLabel(r.chair, "What makes this necessary"), "Please say what makes this necessary.")
	s.expectNoNews()
	s.maya.clicks(r.chair, "skip", in("step-3", "The children were left alone overnight."))

	asked := s.helen.gets(r.ref+" · Assistant Director", "Please answer by Tuesday 31 March 2026 at 17:00",
		"URGENT: ", "Urgent: Significant immediate safeguarding concern", "no more than 1 working day",
		"Maya Okafor went straight to Assistant Director: Significant immediate safeguarding concern.", "The children were left alone overnight.")
	s.maya.shows("Waiting for an answer from Helen Clarke", "please telephone as well, now: Helen Clarke")
	s.north.gets("URGENT: ", "Assistant Director", "An answer is due by Tuesday 31 March 2026 at 17:00.")
	s.daniel.getsNothing()
	for i, a := range []*actor{s.tom, s.priya} {
		expectText(t, a.Name, r.asked[i], "No answer is needed on this step any more: the challenge has moved on. It is now on Assistant Director.")
		expectInert(t, a.Name, r.asked[i])
	}
	s.helen.clicks(asked, "Send the answer", practice.Inputs{"text": "An emergency placement is found."})
	s.maya.gets("Is the answer good enough", "An emergency placement is found.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened step-1",
		"Mon 30 Mar 14:00  Maya Okafor: skipped_to step-3",
		"Mon 30 Mar 14:00  challengebot: rung_opened step-3",
		"Mon 30 Mar 14:00  Helen Clarke: responded step-3")
}

func TestAnImmediateSafeguardingConcernMayStartAtTheServiceManager(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	start := practice.Inputs{"categories": "visits", "start_at": "step-2", "start_ground": "immediate-safeguarding"}
	s.maya.clicks(form, "Send the challenge", raiseInputs(start))
	expectMarked(t, form, "start_reason", "Please say why you start there.")
	expectInputsKept(t, "Maya", form, raiseInputs(start))
	s.expectNoNews()
	s.maya.clicks(form, "Send the challenge", practice.Inputs{"start_reason": "A child is at risk today."})
	ref := s.lastRef()
	s.daniel.gets(ref+" · Service Manager", "URGENT: ", "Please answer by Tuesday 31 March 2026 at 17:00", "A child is at risk today.")
	s.maya.gets("Waiting for an answer from Daniel Hughes")
	s.north.gets("Service Manager")
	s.tom.getsNothing()
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to step-2",
		"Mon 30 Mar 10:00  challengebot: rung_opened step-2")

	// Silence gives nobody more time: the Assistant Director has the next working day as well.
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.daniel.gets("Reminder: URGENT")
	s.moveClock("Tue 31 Mar 2026 17:00")
	asked := s.helen.gets("URGENT: ", "Please answer by Wednesday 1 April 2026 at 17:00", "no more than 1 working day")
	s.maya.gets("please telephone as well, now: Helen Clarke")
	s.north.gets("URGENT: ", "Assistant Director")

	// Until the chair lifts it; the time that runs stays.
	s.helen.types("/not-urgent " + ref + " It is not.")
	s.helen.gets("Only the person who raised " + ref + " can say that it is not urgent any more.")
	s.maya.types("/not-urgent " + ref)
	s.maya.gets("Please say why it is not urgent any more.")
	s.maya.types("/not-urgent " + ref + " She is with her aunt.")
	s.maya.gets("She is with her aunt.", "Waiting for an answer from Helen Clarke")
	if text := asked.Card().Text(); strings.Contains(text, "URGENT") || !strings.Contains(text, "Please answer by Wednesday 1 April 2026 at 17:00") {
		t.Errorf("her card still says:\n%s", text)
	}
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to step-2",
		"Mon 30 Mar 10:00  challengebot: rung_opened step-2",
		"Tue 31 Mar 09:00  challengebot: reminded step-2",
		"Tue 31 Mar 17:00  challengebot: lapsed step-2",
		"Tue 31 Mar 17:00  challengebot: rung_opened step-3",
		"Tue 31 Mar 17:00  Maya Okafor: urgency_lifted step-3")
}

func TestAStartThatTheProcedureDoesNotKnowIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	for _, start := range []practice.Inputs{
		{"start_at": "step-2", "start_reason": "Because."},
		{"start_at": "step-2", "start_ground": "threshold-met", "start_reason": "Because."},
		{"start_at": "step-9", "start_ground": "immediate-safeguarding", "start_reason": "Because."},
		{"start_at": "step-1", "start_ground": "immediate-safeguarding", "start_reason": "Because."},
	} {
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		start["categories"] = "visits"
		s.maya.clicksUnchecked(form, "Send the challenge", raiseInputs(start))
		expectMarked(t, form, "start_at", "This procedure does not allow starting there on that ground.")
		expectInputsKept(t, "Maya", form, raiseInputs(practice.Inputs{"categories": "visits", "start_reason": "Because."}))
		s.expectNoNews()
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
}

func TestStartingBehindAGateWaitsAtTheGate(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(atStage1(practice.Inputs{"start_at": "stage-2"})))
	ref := s.lastRef()
	expectText(t, "Maya", form, "It waits before Stage 2 until that may begin; you have a card for it.")
	gate := s.grace.gets(ref, "Before Stage 2 can begin", "The time limit for the whole challenge has not begun to run.", "No visit since 12 February.", "Raised twice in supervision.")
	s.maya.gets("Maya Okafor raised this.", "Before Stage 2 can begin") // one card for both
	s.north.gets("Held: something must be done before this stage can begin.")
	s.expectNoNews()
	s.grace.clicks(gate, "Agreed", nil)
	s.daniel.gets(ref+" · Stage 2", "Please answer by Wednesday 8 April 2026 at 17:00")
	s.discardNews()
}

func TestOnlyTheChairWhoRaisedItGoesStraightToALaterStep(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.tom.types("/skip " + r.ref + " step-3 immediate-safeguarding I would rather not answer.")
	s.tom.gets("Only the person who raised " + r.ref + " can take it straight to another step.")
	s.maya.types("/skip " + r.ref + " step-2 threshold-met Because.")
	s.maya.gets("This procedure does not allow going straight there on that ground.", "Because.")
	s.maya.types("/skip " + r.ref + " step-2 immediate-safeguarding The child is at risk.")
	s.daniel.gets("The child is at risk.")
	s.maya.gets("Waiting for an answer from Daniel Hughes")
	s.north.gets("Service Manager")
	s.maya.types("/skip " + r.ref + " step-2 immediate-safeguarding Once more.")
	s.maya.gets("Service Manager is not above where " + r.ref + " stands now.")
}

func TestAWithdrawnChallengeAsksNobodyAnyMore(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.maya.clicks(r.chair, "withdraw", practice.Inputs{s.fieldWithLabel(r.chair, "Why it is withdrawn"): "Raised on the wrong child."})
	expectText(t, "Maya", r.chair, "Withdrawn on Monday 30 March 2026 at 10:00.", "Raised on the wrong child.")
	expectText(t, "Tom", r.asked[0], "It was withdrawn on Monday 30 March 2026 at 10:00.")
	s.north.gets("Closed.")
	s.expectNoNews()
	s.expectAllInert(r.ref)
	s.moveClock("Wed 8 Apr 2026 17:00")
	s.expectNoNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 10:00  Maya Okafor: withdrawn informal")
}
