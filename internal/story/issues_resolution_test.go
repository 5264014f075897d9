package story

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// The two grids of the Issues Resolution and Challenge Protocol, for Child Protection
// and for Looked After Children, have the same weeks and differ in what they are about.

// issuesResolutionGrid is what one of them says in its own words.
type issuesResolutionGrid struct {
	ladder string
	form   practice.Inputs // what is raised
	words  []string        // on the card of Level 1
	refers bool            // whether CAFCASS may be contacted: a looked-after child
}

func discussionInputs(query, outcome string) practice.Inputs {
	return practice.Inputs{"text": query, "held_on": "2026-03-30", "present": "IRO, social worker", "action": "A date for the assessment.", "outcome": outcome}
}

// answerNotSatisfied has somebody answer, and somebody else not be satisfied with it.
func (s *stage) answerNotSatisfied(a *actor, m *practice.Message, in practice.Inputs, judge *actor, reason string) {
	s.t.Helper()
	s.discardNews()
	s.expectEachFieldRequired(a, m, "Send the answer", in)
	a.clicks(m, "Send the answer", in)
	judge.clicks(judge.findsMessage("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": reason})
}

// playInFull walks a grid from section 2.2 to Week 9-10, each week in its time.
func (g issuesResolutionGrid) playInFull(t *testing.T) {
	s := openWithEverybody(t, g.ladder)
	ines, alex := s.actorNamed("Ines Moreau"), s.actorNamed("Alex Byrne")

	// 2.2: informally with the social worker or the immediate line manager.
	r := s.beginChallenge(s.maya, g.form, "Waiting for an answer from Tom Reid (Social worker) and Priya Shah (CAS Team Manager)")
	informal := s.tom.gets("Issues Resolution and Challenge "+r.ref+" · Informal concern", "Raise the concern with the social worker or the immediate line manager",
		"From: Maya Okafor (Independent Reviewing Officer)", "LCS number: 1234567")
	s.priya.gets("Informal concern")
	s.answerNotSatisfied(s.tom, informal, discussionInputs("When does the assessment start?", "Not known."), s.maya, "No change.")

	// Week 1-2: discussion between the IRO and the social worker; query, action, outcome.
	level1 := s.tom.gets(append([]string{r.ref + " · IRO Level 1 Discussion", "Please answer by Friday 10 April 2026 at 17:00",
		"Query: what was raised and discussed", "Who took part (roles)", "Outcome"}, g.words...)...)
	s.answerNotSatisfied(s.tom, level1, discussionInputs("When does the assessment start?", "In June."), s.maya, "June is too late.")

	// Week 3-4: the IRO alerts the IRO TM, the CAS ATM and the CAS TM, for discussion.
	level2 := s.priya.gets(r.ref+" · IRO Level 2 Discussion", "Please answer by Friday 24 April 2026 at 17:00", "June is too late.",
		"Query: what was raised and discussed: When does the assessment start?", "Action: A date for the assessment.", "Outcome: In June.")
	for _, alerted := range []*actor{ines, alex} {
		told := alerted.gets(r.ref+" · IRO Level 2 Discussion", "For your information: this level or stage has begun.", "Priya Shah (CAS Team Manager)")
		if told.Card().HasButton("Send the answer") {
			t.Errorf("%s is alerted and can answer", alerted.Name)
		}
	}
	s.answerNotSatisfied(s.priya, level2, discussionInputs("Who can start sooner?", "Nobody."), s.maya, "No resolution.")

	// Week 5-6: a meeting with Heads of Service; the Case Monitoring Board is alerted.
	stage1 := s.aisha.gets(r.ref+" · IRO Stage 1 – Issues Resolution Meeting", "Please answer by Friday 8 May 2026 at 17:00", "The meeting",
		"Chaired by: Aisha Rahman (Heads of Service)", "May attend: Maya Okafor (Independent Reviewing Officer)", "Hold it and answer by: Friday 8 May 2026 at 17:00", "What was discussed at the meeting")
	s.discardNews()
	held := practice.Inputs{"text": "The waiting list.", "held_on": "2026-03-30", "present": "Heads of Service, IRO", "minuted_by": "Business support", "outcome": "No agreement."}
	s.expectEachFieldRequired(s.aisha, stage1, "Send the answer", held)
	s.aisha.clicks(stage1, "Send the answer", held)
	board := s.owen.gets(r.ref) // the Case Monitoring Board: by reference
	expectNoText(t, "the Case Monitoring Board", board, "1234567", "The waiting list.")
	s.maya.clicks(s.maya.findsMessage("Outcome of the meeting"), "Not satisfied", practice.Inputs{"reason": "No resolution."})

	// Week 7-8, in exceptional circumstances: the AD or appointee decides; attendees are
	// decided at the time of the meeting.
	gate := s.maya.findsMessage("Confirm that the circumstances are exceptional: still to do.")
	expectText(t, "Maya", gate, "Before IRO Stage 2 – Issues Resolution Meeting can begin", "It does not go on by itself.")
	s.helen.getsNothing()
	s.discardNews()
	s.maya.clicks(gate, "Go on", practice.Inputs{"note": "The court hears this in June."})
	stage2 := s.helen.gets(r.ref+" · IRO Stage 2 – Issues Resolution Meeting", "Please answer by Friday 22 May 2026 at 17:00",
		"Helen Clarke (Assistant Director or appointee)", "who makes the overall decision", "Attendees: decided at the time of the meeting, as appropriate",
		"The court hears this in June.", "Decision (required)")
	s.answerNotSatisfied(s.helen, stage2, practice.Inputs{"text": "The list is long.", "decision": "The assessment stays in June."}, s.maya, "I maintain my position.")

	// Week 9-10: the difference is noted; the AD decides on upholding it; the final agreed
	// decisions are noted.
	gate = s.maya.findsMessage("Note the position maintained: still to do.")
	s.discardNews()
	position := practice.Inputs{"position": "June harms the child.", "significant": "The time, not the assessment."}
	s.expectEachFieldRequired(s.maya, gate, "File the statement", position)
	s.maya.clicks(gate, "File the statement", position)
	last := s.helen.gets(r.ref+" · Position maintained", "Please answer by Friday 5 June 2026 at 17:00", "The position maintained: June harms the child.",
		"Which issues are significantly different: The time, not the assessment.")
	s.discardNews()
	final := practice.Inputs{"text": "I have read the statement.", "difference": "Whether June is in time.", "decision": "It starts on 20 April."}
	s.expectEachFieldRequired(s.helen, last, "Send the answer", final)
	s.helen.clicks(last, "Send the answer", final)
	judge := s.maya.gets("What differs significantly", "Final agreed decision", "It starts on 20 April.", "there is nobody further to ask on this procedure")
	s.maya.clicks(judge, "Satisfied", practice.Inputs{"reason": "The final agreed decision is noted on LCS."})

	expectText(t, "Maya", judge, "Settled on Monday 30 March 2026 at 10:00.")
	s.discardNews()
	want := []string{"Maya Okafor: raised ", "challengebot: rung_opened informal", "Tom Reid: responded informal", "Maya Okafor: judged informal",
		"challengebot: rung_opened level-1", "Tom Reid: responded level-1", "Maya Okafor: judged level-1", "challengebot: rung_opened level-2",
		"Priya Shah: responded level-2", "Maya Okafor: judged level-2", "challengebot: rung_opened stage-1", "Aisha Rahman: responded stage-1",
		"Maya Okafor: judged stage-1", "challengebot: held stage-2", "Maya Okafor: gate_recorded stage-2", "challengebot: rung_opened stage-2",
		"Helen Clarke: responded stage-2", "Maya Okafor: judged stage-2", "challengebot: held difference", "Maya Okafor: gate_recorded difference",
		"challengebot: rung_opened difference", "Helen Clarke: responded difference", "Maya Okafor: judged difference", "challengebot: resolved difference"}
	if diff := cmp.Diff(want, s.steps(r.ref)); diff != "" {
		t.Errorf("the trail is another (-want +got):\n%s", diff)
	}
}

// playInSilence lets every week end unanswered: what moves by itself, and what waits.
func (g issuesResolutionGrid) playInSilence(t *testing.T) {
	s := openWithEverybody(t, g.ladder)
	r := s.beginChallenge(s.maya, g.form)
	s.discardNews()
	s.moveClock("Wed 8 Apr 2026 16:59")
	s.discardNews()
	s.moveClock("Wed 8 Apr 2026 17:00") // the informal concern went unanswered: the IRO decides on the formal process (2.3)
	gate := s.maya.findsMessage("Before IRO Level 1 Discussion can begin")
	s.discardNews()
	s.moveClock("Thu 9 Apr 2026 10:00")
	s.discardNews()
	s.maya.clicks(gate, "Go on", nil) // week 1 begins now
	for _, week := range []struct {
		asked    *actor
		due, end string
	}{
		{s.tom, "Please answer by Wednesday 22 April 2026 at 17:00", "Wed 22 Apr 2026 17:00"},
		{s.priya, "Please answer by Wednesday 6 May 2026 at 17:00", "Wed 6 May 2026 17:00"},
		{s.aisha, "Please answer by Wednesday 20 May 2026 at 17:00", "Wed 20 May 2026 17:00"},
	} {
		week.asked.findsMessage(week.due)
		s.discardNews()
		s.moveClock(week.end)
	}
	gate = s.maya.findsMessage("Confirm that the circumstances are exceptional: still to do.")
	s.moveClock("Fri 22 May 2026 10:00")
	s.helen.getsNothing()
	s.owen.findsMessage("It waits before IRO Stage 2 – Issues Resolution Meeting for: Confirm that the circumstances are exceptional.")
	s.maya.clicks(gate, "Go on", nil)
	s.helen.findsMessage("Please answer by Wednesday 3 June 2026 at 17:00")
	s.moveClock("Wed 3 Jun 2026 17:00")
	s.maya.findsMessage("Note the position maintained: still to do.")
	s.discardNews()
	if kinds := s.eventKinds(r.ref); kinds[len(kinds)-1] != "held" {
		t.Errorf("silence went past the statement of the IRO: %q", kinds)
	}
}

// playShortened asks for less than the weeks, which are the maximum (2.4).
func (g issuesResolutionGrid) playShortened(t *testing.T) {
	s := openWithEverybody(t, g.ladder)
	r := s.beginChallenge(s.maya, g.form)
	s.tom.clicks(s.tom.findsMessage("Informal concern"), "Send the answer", discussionInputs("When?", "Later."))
	judge := s.maya.findsMessage("Is the answer good enough")
	s.discardNews()
	short := practice.Inputs{"reason": "Later is too late.", "shorter_days": "3", "shorter_reason": "The baby is four weeks old."}
	s.expectEachFieldRequired(s.maya, judge, "Not satisfied", short)
	s.maya.clicks(judge, "Not satisfied", short)
	s.tom.gets(r.ref+" · IRO Level 1 Discussion", "Please answer by Thursday 2 April 2026 at 17:00", "The baby is four weeks old.",
		"the procedure would have given until Friday 10 April 2026")
	s.discardNews()
}

// playReferral: CAFCASS by the IRO, for a looked-after child only.
func (g issuesResolutionGrid) playReferral(t *testing.T) {
	s := openWithEverybody(t, g.ladder)
	r := s.beginChallenge(s.maya, g.form)
	s.discardNews()
	if !g.refers {
		if r.chair.Card().HasButton("refer") {
			t.Errorf("a referral is offered for a child who is not looked after")
		}
		in := practice.Inputs{"looked_after": "true"}
		for k, v := range g.form {
			in[k] = v
		}
		r = s.beginChallenge(s.maya, in)
		s.discardNews()
	}
	expectText(t, "Maya", r.chair, referTitle, "The protocol places this process before a referral. The duty to the child comes first.")
	full := practice.Inputs{s.fieldWithLabel(r.chair, "The call"): "30 March 11:00, CAFCASS", s.fieldWithLabel(r.chair, "Date of the referral"): "2026-03-30"}
	s.expectEachFieldRequired(s.maya, r.chair, "refer", full)
	s.maya.clicks(r.chair, "refer", full)
	expectText(t, "Maya", r.chair, "Maya Okafor referred this to CAFCASS on Monday 30 March 2026.", "Waiting for an answer from")
	s.discardNews()
}
