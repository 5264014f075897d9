package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// Every button has a typed command, each card says which, and it does the same.

// tellsCommand is the command that a card names for doing by typing what begins so.
func tellsCommand(t *testing.T, m *practice.Message, want string) {
	t.Helper()
	if !strings.Contains(m.String(), "To do this by typing: "+want+"\n") && !strings.HasSuffix(m.String(), "To do this by typing: "+want) {
		t.Errorf("the card does not name the command %q:\n%s", want, m)
	}
}

func TestAChallengeIsAnsweredAndJudgedByTyping(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	tellsCommand(t, r.asked[0], "/respond "+r.ref+" your answer | what; who; YYYY-MM-DD | what; who; YYYY-MM-DD")

	s.priya.types("/respond " + r.ref + " We agree. | A visit; duty worker; 2026-04-02 | A visiting plan; Tom Reid")
	refused := s.priya.gets("Please put right what is marked")
	expectMarked(t, refused, "plan_2_by", "Please give the date by which it will be done.")
	expectInputsKept(t, "Priya", refused, practice.Inputs{"text": "We agree.", "plan_1_what": "A visit", "plan_1_who": "duty worker", "plan_1_by": "2026-04-02",
		"plan_2_what": "A visiting plan", "plan_2_who": "Tom Reid"})

	s.priya.types("/respond " + r.ref + " We agree. | A visit; duty worker; 2026-04-02 | A visiting plan; Tom Reid; 2026-04-10")
	s.priya.gets("You answered on Monday 30 March 2026", "2. A visiting plan – Tom Reid, by Friday 10 April 2026")
	judge := s.maya.gets("Is the answer good enough", "We agree.")
	expectInert(t, "Priya", r.asked[0])
	tellsCommand(t, judge, "/satisfied "+r.ref+"  or  /partly "+r.ref+" reason  or  /not-satisfied "+r.ref+" reason")

	s.maya.types("/partly " + r.ref)
	expectMarked(t, s.maya.gets("Please put right"), "reason", "Please say what is still missing.")
	s.maya.types("/partly " + r.ref + " Who sees the children?")
	s.maya.gets("Waiting for an answer from Priya Shah")
	s.priya.gets("Who sees the children?")
	s.north.gets("An answer is due")
	s.priya.types("/respond " + r.ref + " The duty worker. | A visit; duty worker; 2026-04-02")
	s.priya.gets("You answered on")
	s.maya.gets("The duty worker.")

	s.maya.types("/partly " + r.ref + " And when?")
	again := s.maya.gets("More has been asked for on this stage once already.")
	expectInputsKept(t, "Maya", again, practice.Inputs{"reason": "And when?"})
	s.maya.types("/satisfied " + r.ref)
	settled := s.maya.gets("Settled on Monday 30 March 2026 at 10:00.")
	expectInert(t, "Maya", settled)
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  Priya Shah: responded stage-1",
		"Mon 30 Mar 10:00  Maya Okafor: judged stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  Priya Shah: responded stage-1",
		"Mon 30 Mar 10:00  Maya Okafor: judged stage-1",
		"Mon 30 Mar 10:00  challengebot: resolved stage-1")
}

func TestAGateIsRefusedOverriddenAndOpenedAheadByTyping(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, _ := s.raiseAndAnswer()
	s.maya.types("/not-satisfied " + r.ref)
	expectMarked(t, s.maya.gets("Please put right"), "reason", "Please say what is still missing.")
	s.maya.types("/not-satisfied " + r.ref + " No visiting plan.")
	mine := s.maya.gets("Before Stage 2 can begin")
	gate := s.grace.gets("No visiting plan.")
	s.north.gets("Held")
	tellsCommand(t, gate, "/gate "+r.ref+" own-service-manager agreed|refused note")

	s.grace.types("/gate " + r.ref + " refused")
	expectMarked(t, s.grace.gets("Please put right"), "note", "Please say why this was not agreed.")
	s.grace.types("/gate " + r.ref + " own-service-manager refused The plan is sound.")
	s.grace.gets("not agreed", "The plan is sound.")
	tellsCommand(t, mine, "/gate "+r.ref+" own-service-manager agreed|override note")
	s.grace.types("/gate " + r.ref + " override I changed my mind.")
	expectInputsKept(t, "Grace", s.grace.gets("Only Maya Okafor can go on against a refusal."), practice.Inputs{"note": "I changed my mind."})
	s.maya.types("/gate " + r.ref + " override")
	expectMarked(t, s.maya.gets("Please put right"), "note", "Please say why you go on.")
	s.maya.types("/gate " + r.ref + " perhaps later")
	expectInputsKept(t, "Maya", s.maya.gets("Please say whether this was agreed or refused."), practice.Inputs{"note": "perhaps later"})
	s.maya.types("/gate " + r.ref + " override I am personally responsible.")
	s.daniel.gets("I am personally responsible.")
	chair := s.maya.gets("Waiting for an answer from Daniel Hughes")
	s.north.gets("Stage 2")

	tellsCommand(t, chair, "/gate "+r.ref+" own-service-manager agreed|refused note")
	s.maya.types("/gate " + r.ref + " own-service-manager agreed Spoke with Grace Lloyd about Stage 3.")
	s.maya.gets("Consult the chair's own Service Manager before Stage 3: done", "Spoke with Grace Lloyd about Stage 3.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 31 Mar 11:00  Priya Shah: responded stage-1",
		"Tue 31 Mar 11:00  Maya Okafor: judged stage-1",
		"Tue 31 Mar 11:00  challengebot: held stage-2",
		"Tue 31 Mar 11:00  Grace Lloyd: gate_recorded stage-2",
		"Tue 31 Mar 11:00  Maya Okafor: gate_recorded stage-2",
		"Tue 31 Mar 11:00  challengebot: rung_opened stage-2",
		"Tue 31 Mar 11:00  Maya Okafor: gate_recorded stage-3")
}

func TestTheChairsOwnCommandsAreNamedOnTheCardAndWork(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	tellsCommand(t, r.asked[0], "/respond "+r.ref+" your answer")
	tellsCommand(t, r.chair, "/skip "+r.ref+" step-2|step-3 immediate-safeguarding what makes this necessary")
	tellsCommand(t, r.chair, "/withdraw "+r.ref+" reason")

	s.maya.types("/skip " + r.ref + " step-3 immediate-safeguarding")
	refused := s.maya.gets("Please put right what is marked")
	expectMarked(t, refused, s.fieldWithLabel(refused, "What makes this necessary"), "Please say what makes this necessary.")
	expectInputsKept(t, "Maya", refused, practice.Inputs{s.fieldWithLabel(refused, "To"): "step-3", s.fieldWithLabel(refused, "On which ground"): "immediate-safeguarding"})
	s.maya.types("/skip " + r.ref + " step-3 immediate-safeguarding The child is at risk.")
	s.helen.gets("The child is at risk.")
	s.maya.gets("Waiting for an answer from Helen Clarke")
	s.north.gets("Assistant Director")

	s.maya.types("/withdraw " + r.ref)
	refused = s.maya.gets("Please put right what is marked")
	expectMarked(t, refused, s.fieldWithLabel(refused, "Why it is withdrawn"), "Please say why the challenge is withdrawn.")
	s.maya.types("/withdraw " + r.ref + " The child has moved to another authority.")
	s.maya.gets("Withdrawn on Monday 30 March 2026", "The child has moved to another authority.")
	s.north.gets("Closed.")
	s.maya.types("/withdraw " + r.ref + " Again.")
	s.maya.gets(r.ref+" has ended already; nothing was changed.", "Again.")
}

func TestAChallengeIsHandedToAnotherProcedureByButtonAndByTyping(t *testing.T) {
	t.Parallel()
	s := open(t, "issues-resolution-cp")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	category, _ := form.Card().Input("categories")
	in := raiseInputs(practice.Inputs{"categories": category.Choices[0].Value})
	s.maya.clicks(form, "Send the challenge", in)
	ref := s.lastRef()
	chair := s.maya.findsMessage("Maya Okafor raised this.")
	s.discardNews()
	tellsCommand(t, chair, "/hand-off "+ref+" hscb-escalation reason")

	s.maya.types("/hand-off " + ref + " hscb-escalation")
	refused := s.maya.gets("Please put right what is marked")
	expectMarked(t, refused, s.fieldWithLabel(refused, "Why it is handed over"), "Please say why the challenge is handed over.")
	s.maya.types("/hand-off " + ref + " elsewhere It is about the school.")
	s.maya.gets("This procedure names no other procedure of that name", "It is about the school.")
	s.maya.types("/hand-off " + ref + " hscb-escalation It is about the school.")
	s.maya.gets("Handed over to another procedure on", "Maya Okafor handed this over to: HSCB escalation procedure.", "It is about the school.")
	s.discardNews()
	expectInert(t, "Maya", chair)
	s.moveClock("Fri 5 Jun 2026 17:00")
	s.expectNoNews()

	s.maya.types("/challenge")
	form = s.maya.gets("Raise a challenge")
	in["ask_by"] = "2026-07-01"
	s.maya.clicks(form, "Send the challenge", in)
	chair = s.maya.findsMessage("Maya Okafor raised this.")
	s.discardNews()
	s.maya.clicks(chair, "hand_off", practice.Inputs{s.fieldWithLabel(chair, "Why it is handed over"): "It is about the school."})
	expectText(t, "Maya", chair, "Handed over to another procedure on Friday 5 June 2026 at 17:00.")
	s.discardNews()
}
