package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// North East Lincolnshire: "The IRO/CP chair will discuss their concerns with their
// own Service Manager to consult their plans to escalate further, once agreed the
// challenge is sent."

// bringToGate brings a challenge before the gate of Stage 2: Maya was not satisfied.
func (s *stage) bringToGate() (ref string, maya, grace *practice.Message) {
	s.t.Helper()
	r, judge := s.raiseAndAnswer()
	s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	grace = s.grace.gets("Before Stage 2 can begin")
	maya = s.maya.gets("Before Stage 2 can begin") // and no second card that says the same
	s.discardNews()
	return r.ref, maya, grace
}

func TestTheOwnServiceManagerAgreesAndTheNextStageIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, maya, grace := s.bringToGate()
	s.moveClock("Tue 31 Mar 2026 15:00")
	s.grace.clicks(grace, "Agreed", practice.Inputs{"note": "Agreed in supervision.", "on": "2026-03-30"})
	s.daniel.gets(ref+" · Stage 2", "Please answer by", "Agreed in supervision.", "dated Monday 30 March 2026")
	s.discardNews()
	const done = "done (recorded by Grace Lloyd, dated Monday 30 March 2026)."
	expectText(t, "Grace", grace, "This is no longer waited for.", done)
	expectInert(t, "Grace", grace)
	expectText(t, "Maya", maya, "Waiting for an answer from Daniel Hughes (Service Manager)", done)
	if maya.Card().HasButton("Agreed") {
		t.Error("Maya can still open the gate")
	}
}

func TestTheChairMayRecordTheConsultationThatSheHeld(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, maya, grace := s.bringToGate()
	s.maya.clicks(maya, "Agreed", practice.Inputs{"note": "Spoke with Grace Lloyd; she agrees."})
	s.daniel.gets(ref+" · Stage 2", "Spoke with Grace Lloyd; she agrees.", "recorded by Maya Okafor")
	s.discardNews()
	expectInert(t, "Grace", grace)
}

func TestARefusalHoldsUntilTheChairGoesOnWithAReason(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, maya, grace := s.bringToGate()
	if maya.Card().HasButton("Go on against the refusal") || grace.Card().HasButton("Go on against the refusal") {
		t.Fatalf("somebody can go on against a refusal before there is one")
	}
	s.grace.clicks(grace, "Not agreed", practice.Inputs{"note": "The plan is sound."})
	s.expectNoNews()
	if grace.Card().HasButton("Go on against the refusal") {
		t.Errorf("the Service Manager can go on against her own refusal")
	}
	s.moveClock("Tue 31 Mar 2026 17:30")
	if len(s.daniel.Inbox()) > 0 {
		t.Fatalf("a refusal did not hold the challenge")
	}
	s.maya.clicks(maya, "Go on against the refusal", nil)
	expectMarked(t, maya, "note", "Please say why you go on.")
	s.maya.clicks(maya, "Go on against the refusal", practice.Inputs{"note": "I am personally responsible."})
	s.daniel.gets(ref+" · Stage 2", "not agreed (recorded by Grace Lloyd", "The plan is sound.",
		"not agreed; going on all the same (recorded by Maya Okafor", "I am personally responsible.")
	s.discardNews()
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 31 Mar 11:00  Priya Shah: responded stage-1",
		"Tue 31 Mar 11:00  Maya Okafor: judged stage-1",
		"Tue 31 Mar 11:00  challengebot: held stage-2",
		"Tue 31 Mar 11:00  Grace Lloyd: gate_recorded stage-2",
		"Tue 31 Mar 17:30  Maya Okafor: gate_recorded stage-2",
		"Tue 31 Mar 17:30  challengebot: rung_opened stage-2")
}

func TestWhoRefusedMayComeToAgree(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, maya, grace := s.bringToGate()
	s.grace.clicks(grace, "Not agreed", practice.Inputs{"note": "The plan is sound."})
	// The chair cannot turn the refusal into an agreement without saying how it came.
	s.maya.clicks(maya, "Agreed", nil)
	expectMarked(t, maya, "note", "This was refused before. Please say when and how it came to be agreed.")
	s.grace.clicks(grace, "Agreed", nil)
	s.daniel.gets(ref+" · Stage 2", "The plan is sound.")
	s.discardNews()
}

func TestAHeldChallengeIsBroughtToMindEveryWorkingDay(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, _, _ := s.bringToGate() // on Tuesday 31 March
	for _, morning := range []string{"Wed 1 Apr 2026 09:00", "Thu 2 Apr 2026 09:00", "Tue 7 Apr 2026 09:00"} {
		s.moveClock(strings.Replace(morning, "09:00", "08:59", 1))
		s.expectNoNews()
		s.moveClock(morning)
		today := s.grace.gets("1 waits for you", "Before Stage 2: Consult the chair's own Service Manager before Stage 2", ref+" · North Locality · Stage 2",
			"Waiting since Tuesday 31 March 2026 at 11:00")
		s.maya.gets("1 waits for you", "Before Stage 2")
		expectNoText(t, "Grace", today, "1234567", "No visit")
		s.owen.gets(digestHeading, "Professional Challenge "+ref+" · Stage 2 · North Locality", "It waits before Stage 2 for: Consult the chair's own Service Manager before Stage 2.",
			"Who must act: Maya Okafor (IRO / CP chair) and Grace Lloyd (Safeguarding and Review Service Manager)")
		s.expectNoNews()
	}
	s.moveClock("Wed 29 Apr 2026 17:00")
	s.discardNews()
	if kinds := s.eventKinds(ref); kinds[len(kinds)-1] != "nudged" {
		t.Errorf("a closed gate was passed by itself: %q", kinds)
	}
	s.moveClock("Thu 30 Apr 2026 09:00")
	expectText(t, "Grace", s.grace.findsMessage("Your challenges · Thursday 30 April 2026"),
		"The whole challenge should have been settled by Wednesday 29 April 2026 at 17:00. That time has passed.")
	s.discardNews()
}

func TestTheChairMaySettleWhatWaitsAtAGate(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, _, _ := s.bringToGate()
	own := s.maya.findsMessage("Record as settled")
	s.maya.clicks(own, "Record as settled", practice.Inputs{s.fieldWithLabel(own, "How it was settled"): "Daniel Hughes rang; the plan is agreed."})
	expectText(t, "Maya", own, "Maya Okafor recorded the matter as settled.", "Daniel Hughes rang; the plan is agreed.")
	s.expectNoNews()
	s.expectAllInert(ref)
	s.moveClock("Fri 10 Apr 2026 17:00")
	s.expectNoNews()
}

func TestAGateOpenedAheadLetsSilenceGoOnAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	const agreed = "Agreed: Consult the chair's own Service Manager before Stage 2"
	s.maya.clicks(r.chair, agreed, practice.Inputs{s.fieldWithLabel(r.chair, "Note"): "Agreed with Grace Lloyd beforehand."})
	s.expectNoNews()
	if r.chair.Card().HasButton(agreed) {
		t.Errorf("what is recorded can be recorded again")
	}
	s.moveClock("Wed 8 Apr 2026 16:59")
	s.discardNews()
	s.moveClock("Wed 8 Apr 2026 17:00")
	s.daniel.gets(r.ref+" · Stage 2", "Please answer by Wednesday 15 April 2026 at 17:00", "Agreed with Grace Lloyd beforehand.")
	s.grace.getsNothing()
	s.discardNews()
}
