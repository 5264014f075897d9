package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// A manager answers and the chair has the last word.

// raiseAndAnswer has Priya answer at Stage 1; what she wrote lies before Maya.
func (s *stage) raiseAndAnswer() (r raisedChallenge, judge *practice.Message) {
	s.t.Helper()
	r = s.raiseAndCollect(atStage1(nil), s.priya)
	s.moveClock("Tue 31 Mar 2026 11:00")
	s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	judge = s.maya.gets("Is the answer good enough for the child?")
	s.expectNoNews()
	return r, judge
}

func TestAnAnswerWithItsPlanMakesTheCardARecordForEverybodyAsked(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	tom, priya := r.asked[0], r.asked[1]

	s.moveClock("Mon 30 Mar 2026 15:30")
	s.priya.clicks(priya, "Send the answer", answerInputs("2026-04-02", practice.Inputs{
		"plan_2_what": "Agree a visiting plan with the family", "plan_2_who": "Team Manager", "plan_2_by": "2026-04-10"}))

	plan := []string{"You are right, visits have lapsed.",
		"1. Visit and see the children alone – Duty social worker, by Thursday 2 April 2026",
		"2. Agree a visiting plan with the family – Team Manager, by Friday 10 April 2026"}
	expectText(t, "Priya", priya, append(plan, "You answered on Monday 30 March 2026 at 15:30. Thank you. The answer is now with Maya Okafor (IRO / CP chair).")...)
	expectText(t, "Tom", tom, append(plan, "Priya Shah answered on Monday 30 March 2026 at 15:30, so no other answer is needed.")...)
	expectOnlyReplaceable(t, "Priya", priya)
	expectInert(t, "Tom", tom)

	// What she saw at once is what the message says on every device of hers.
	said := priya.String()
	s.priya.ReloadsClient()
	if priya.String() != said {
		t.Errorf("the message says something other than the answer to the click:\n%s\n---\n%s", priya, said)
	}

	judge := s.maya.gets(append(plan, "Is the answer good enough for the child?", "Priya Shah answered on Monday 30 March 2026 at 15:30.")...)
	for _, button := range []string{"Satisfied", "Partly satisfied", "Not satisfied"} {
		if !judge.Card().HasButton(button) {
			t.Errorf("the chair cannot say %q", button)
		}
	}
	expectText(t, "the channel", r.notice, "An answer has come and is being considered.")
	expectNoText(t, "the channel", r.notice, "Priya", "visits have lapsed")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 15:30  Priya Shah: responded informal")
}

func TestTheFirstAnswerCountsAndASecondOneIsKeptAndShown(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	tom, priya := r.asked[0], r.asked[1]

	// Both press at the same moment: Tom's card has not been brought up to date yet.
	ctx := t.Context()
	priya.Click(ctx, s.priya.Person, "Send the answer", answerInputs("2026-04-02", nil))
	second := s.tom.clicks(tom, "Send the answer", answerInputs("2026-04-02", practice.Inputs{"text": "I visit on Wednesday."}))
	if said := second.Card.Text(); !strings.Contains(said, "Priya Shah answered first, so that answer counts. What you wrote is kept on the record.") {
		t.Errorf("Tom is not told what became of his answer:\n%s", said)
	}
	expectText(t, "Tom", tom, "Priya Shah answered on Monday 30 March 2026 at 10:00, so no other answer is needed.", "I visit on Wednesday.")
	expectInert(t, "Tom", tom)

	judge := s.maya.findsMessage("Is the answer good enough")
	expectText(t, "Maya", judge, "Priya Shah answered on Monday 30 March 2026", "You are right, visits have lapsed.",
		"a late reply from Tom Reid, after somebody else had answered. It is kept and shown, and does not count as the answer.", "I visit on Wednesday.")
	s.discardNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 10:00  Priya Shah: responded informal",
		"Mon 30 Mar 10:00  Tom Reid: reply_kept informal")
}

func TestAnAnswerWithoutAPlanOrWithAPastDateIsRefusedWithTheTextKept(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	for _, c := range []struct{ field, value, marked string }{
		{"text", "", "Please write your response."},
		{"plan_1_what", "", "Please say what will be done."},
		{"plan_1_who", "", "Please say who will do it."},
		{"plan_1_by", "", "Please give the date by which it will be done."},
		{"plan_1_by", "2026-03-29", "This date has passed. Please give a date from today on."},
	} {
		s.priya.clicksUnchecked(r.asked[1], "Send the answer", answerInputs("2026-04-02", practice.Inputs{c.field: c.value}))
		expectText(t, "Priya", r.asked[1], "Nothing has been recorded yet.", "Please answer by Tuesday 31 March 2026 at 17:00")
		expectMarked(t, r.asked[1], c.field, c.marked)
		want := answerInputs("2026-04-02", nil)
		delete(want, c.field)
		expectInputsKept(t, "Priya", r.asked[1], want)
		s.expectNoNews()
	}
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal")
}

func TestASatisfiedChairSettlesTheChallengeAndEveryCardIsARecord(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, judge := s.raiseAndAnswer()
	s.moveClock("Wed 1 Apr 2026 09:30")
	s.maya.gets("1 waits for you")
	s.maya.clicks(judge, "Satisfied", nil)
	s.expectNoNews() // nobody needs a new message: every card that there is says it

	expectText(t, "Maya", judge, "Settled on Wednesday 1 April 2026 at 09:30.")
	expectText(t, "Maya", r.chair, "The newer card stands below.")
	expectText(t, "Priya", r.asked[0], "Maya Okafor (IRO / CP chair) was satisfied. It was settled on Wednesday 1 April 2026 at 09:30.")
	expectText(t, "the channel", r.notice, "Closed.")
	s.expectAllInert(r.ref)
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 31 Mar 11:00  Priya Shah: responded stage-1",
		"Wed 1 Apr 09:30  Maya Okafor: judged stage-1",
		"Wed 1 Apr 09:30  challengebot: resolved stage-1")

	// Weeks later nothing stirs.
	s.moveClock("Mon 1 Jun 2026 09:00")
	s.expectNoNews()
}

func TestPartlySatisfiedAsksForMoreOnTheSameStageOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, judge := s.raiseAndAnswer()
	s.moveClock("Wed 1 Apr 2026 09:30")
	s.maya.gets("1 waits for you")
	s.maya.clicks(judge, "Partly satisfied", practice.Inputs{"reason": "Who sees the children alone?"})
	again := s.priya.gets(r.ref+" · Stage 1", "Please answer by Friday 10 April 2026 at 17:00", "Who sees the children alone?",
		"You are right, visits have lapsed.")
	s.maya.shows("Waiting for an answer from Priya Shah (Team Manager) by Friday 10 April 2026 at 17:00.")
	s.north.gets("An answer is due by Friday 10 April 2026 at 17:00.")
	s.expectNoNews()
	expectInert(t, "Priya", r.asked[0])

	s.priya.clicks(again, "Send the answer", answerInputs("2026-04-10", practice.Inputs{"text": "The duty worker, on Thursday."}))
	second := s.maya.gets("Is the answer good enough", "The duty worker, on Thursday.", "Who sees the children alone?",
		"More has been asked for once on this stage already.")
	if second.Card().HasButton("Partly satisfied") {
		t.Errorf("the chair can ask for more a second time")
	}
	s.maya.types("/partly " + r.ref + " And when?")
	s.maya.gets("More has been asked for on this stage once already. Please choose satisfied or not satisfied.", "And when?")

	s.maya.clicks(second, "Satisfied", nil)
	expectInert(t, "Maya", second)
	expectInert(t, "Priya", again)
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 31 Mar 11:00  Priya Shah: responded stage-1",
		"Wed 1 Apr 09:30  Maya Okafor: judged stage-1",
		"Wed 1 Apr 09:30  challengebot: rung_opened stage-1",
		"Wed 1 Apr 09:30  Priya Shah: responded stage-1",
		"Wed 1 Apr 09:30  Maya Okafor: judged stage-1",
		"Wed 1 Apr 09:30  challengebot: resolved stage-1")
}

func TestNotSatisfiedWithoutAReasonIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, judge := s.raiseAndAnswer()
	for _, verdict := range []string{"Not satisfied", "Partly satisfied"} {
		s.maya.clicks(judge, verdict, nil)
		expectMarked(t, judge, "reason", "Please say what is still missing.")
		expectText(t, "Maya", judge, "You are right, visits have lapsed.")
		s.expectNoNews()
	}
	long := strings.Repeat("No visiting plan. ", 250)
	s.maya.clicksUnchecked(judge, "Not satisfied", practice.Inputs{"reason": long})
	expectMarked(t, judge, "reason", "Please keep this to 4000 characters")
	expectInputsKept(t, "Maya", judge, practice.Inputs{"reason": long})
	s.expectNoNews()
	if got := s.eventKinds(r.ref); len(got) != 4 {
		t.Errorf("a refused verdict left a trace: %q", got)
	}
}

func TestNotSatisfiedAtStage1WaitsForTheChairsOwnServiceManager(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, judge := s.raiseAndAnswer()
	s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	gate := s.grace.gets(r.ref, "Before Stage 2 can begin", "Consult the chair's own Service Manager before Stage 2: still to do.",
		"With: Grace Lloyd (Safeguarding and Review Service Manager).", "It waits until this is recorded. It does not go on by itself.",
		"No visiting plan.", "You are right, visits have lapsed.")
	s.maya.gets("Consult the chair's own Service Manager", "Before Stage 2 can begin")
	s.north.gets("Held: something must be done before this stage can begin.")
	s.expectNoNews()
	if len(s.daniel.Inbox()) > 0 {
		t.Errorf("the Service Manager was asked before the gate opened")
	}

	s.moveClock("Tue 31 Mar 2026 16:00")
	s.grace.clicks(gate, "Agreed", practice.Inputs{"note": "Agreed in supervision."})
	s.daniel.gets(r.ref+" · Stage 2", "Please answer by Thursday 9 April 2026 at 17:00", "No visiting plan.", "You are right, visits have lapsed.",
		"Agreed in supervision.")
	s.maya.gets("Waiting for an answer from Daniel Hughes (Service Manager)")
	s.north.gets("Stage 2", "An answer is due by Thursday 9 April 2026 at 17:00.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 31 Mar 11:00  Priya Shah: responded stage-1",
		"Tue 31 Mar 11:00  Maya Okafor: judged stage-1",
		"Tue 31 Mar 11:00  challengebot: held stage-2",
		"Tue 31 Mar 16:00  Grace Lloyd: gate_recorded stage-2",
		"Tue 31 Mar 16:00  challengebot: rung_opened stage-2")
}

func TestNotSatisfiedAtTheFirstStepOfRedcarGoesStraightToTheServiceManager(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.tom.clicks(r.asked[0], "Send the answer", practice.Inputs{"text": "The visit is booked."})
	judge := s.maya.gets("The visit is booked.", "Not satisfied: it goes on to Service Manager (Social Worker's Service Manager).")
	s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Booked three times before."})
	s.daniel.gets("Internal Challenge "+r.ref+" · Service Manager", "Please answer by Wednesday 1 April 2026 at 17:00",
		"The visit is booked.", "Booked three times before.")
	s.maya.shows("Waiting for an answer from Daniel Hughes")
	s.north.gets("Service Manager", "An answer is due by Wednesday 1 April 2026 at 17:00.")
	expectText(t, "Maya", judge, "Waiting for an answer from Daniel Hughes") // her card goes on with the challenge
	expectInert(t, "Tom", r.asked[0])
}
