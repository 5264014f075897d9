package story

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/practice"
)

// Nobody answers: reminders, the end of the time, and what comes late.

func TestTheRespondentIsRemindedInWorkingHoursBeforeTheTimeEnds(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.moveClock("Tue 7 Apr 2026 08:59")
	s.expectNoNews() // five days with Good Friday, a weekend and Easter Monday among them
	s.moveClock("Tue 7 Apr 2026 09:00")
	first := s.priya.gets("Reminder: Professional Challenge "+r.ref+" · Stage 1", "Please send it by Wednesday 8 April 2026 at 17:00.",
		"To do this by typing: /respond "+r.ref)
	expectNoText(t, "Priya", first, "1234567", "No visit")
	s.expectNoNews()
	s.moveClock("Wed 8 Apr 2026 08:59")
	s.expectNoNews()
	s.moveClock("Wed 8 Apr 2026 09:00")
	second := s.priya.gets("Reminder: Professional Challenge "+r.ref, "Please send it by Wednesday 8 April 2026 at 17:00.")
	s.expectNoNews()

	// She can answer from the reminder itself.
	s.priya.clicks(second, "Open the challenge here", nil)
	expectText(t, "Priya", second, "No visit since 12 February.", "Please answer by Wednesday 8 April 2026 at 17:00")
	s.priya.clicks(second, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Is the answer good enough", "You are right, visits have lapsed.")
	expectInert(t, "Priya", first)
	expectInert(t, "Priya", second)
	expectOnlyReplaceable(t, "Priya", r.asked[0])
	expectText(t, "Priya", first, "This reminder is no longer needed. You answered on Wednesday 8 April 2026 at 09:00.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 7 Apr 09:00  challengebot: reminded stage-1",
		"Wed 8 Apr 09:00  challengebot: reminded stage-1",
		"Wed 8 Apr 09:00  Priya Shah: responded stage-1")
}

func TestWhoHasAnsweredIsNotReminded(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	_, _ = s.raiseAndAnswer()
	s.moveClock("Tue 31 Mar 2026 23:59")
	s.expectNoNews()
	s.moveClock("Wed 8 Apr 2026 17:00") // only the chair is told again that an answer waits
	for _, m := range postedMessages(s.priya.TakeNew()) {
		t.Errorf("Priya got:\n%s", m)
	}
	s.discardNews()
}

func TestSilenceMovesToTheNextStageWithTheWholeHistory(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.tom.gets("Reminder")
	s.priya.gets("Reminder")
	s.maya.gets("Waiting for an answer") // the informal day is the chair's own
	s.expectNoNews()

	s.moveClock("Tue 31 Mar 2026 17:00")
	const over = "The time for an answer ended on Tuesday 31 March 2026 at 17:00, and the challenge has moved on. It is now on Stage 1."
	for i, a := range []*actor{s.tom, s.priya} {
		expectText(t, a.Name, r.asked[i], over)
		expectInert(t, a.Name, r.asked[i])
	}
	expectText(t, "Tom", r.asked[0], "No visit since 12 February.")
	expectText(t, "Priya", r.asked[1], "The newer card stands below.") // she is asked again
	expectNoText(t, "Priya", r.asked[1], "No visit since 12 February.")
	s.tom.getsNothing()
	s.priya.gets(r.ref+" · Stage 1", "Please answer by Thursday 9 April 2026 at 17:00",
		"Counted: Wed 1 Apr, Thu 2 Apr, Tue 7 Apr, Wed 8 Apr, Thu 9 Apr.", "Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr.",
		"No visit since 12 February.", "Case notes; core group of 3 March.", "A visit this week and a visiting plan.",
		"Informal Stage: Tom Reid (Social Worker) and Priya Shah (Team Manager) were asked to answer by Tuesday 31 March 2026 at 17:00.",
		"Informal Stage: no answer had come by Tuesday 31 March 2026 at 17:00, so the time ended.")
	s.maya.shows("Waiting for an answer from Priya Shah (Team Manager) by Thursday 9 April 2026 at 17:00.",
		"Informal Stage: no answer had come", "The whole challenge should be settled by Thursday 30 April 2026 at 17:00.")
	notice := s.north.gets(r.ref + " · Stage 1\nAn answer is due by Thursday 9 April 2026 at 17:00.")
	if notice.ThreadID() != r.notice.ThreadID() {
		t.Errorf("the second notice is not in the thread of the first")
	}
	expectText(t, "the channel", r.notice, "This stage has ended; the challenge has moved on.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Tue 31 Mar 09:00  challengebot: reminded informal",
		"Tue 31 Mar 17:00  challengebot: lapsed informal",
		"Tue 31 Mar 17:00  challengebot: rung_opened stage-1")
}

func TestAnAnswerInTheLastMinuteCounts(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.discardNews()
	s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Is the answer good enough", "Tom Reid answered on Tuesday 31 March 2026 at 16:59.")
	s.moveClock("Tue 31 Mar 2026 17:00")
	s.expectNoNews()
}

func TestALateAnswerIsKeptAndShownToWhoIsAskedNowAndToTheJudge(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.moveClock("Tue 31 Mar 2026 17:00")
	asked := s.daniel.gets(r.ref+" · Service Manager", "Please answer by Thursday 2 April 2026 at 17:00")
	s.discardNews()

	// Tom typed all of it before five, and lost the network. His card is stale.
	s.moveClock("Tue 31 Mar 2026 17:20")
	s.tom.types("/respond " + r.ref + " I went today; both children were seen alone.")
	s.tom.gets("The time for this answer has ended and the challenge has moved on. What you wrote is kept on the record as a late reply",
		"I went today; both children were seen alone.")
	late := []string{"a late reply from Tom Reid, after the time had ended. It is kept and shown, and does not count as the answer.",
		"I went today; both children were seen alone."}
	expectText(t, "Daniel", asked, late...)
	s.maya.gets(append(late, "Waiting for an answer from Daniel Hughes")...)
	s.expectNoNews()

	// The same text again is not kept twice.
	s.tom.types("/respond " + r.ref + " I went today; both children were seen alone.")
	s.tom.gets("The time for this answer has ended")
	s.expectNoNews()

	s.daniel.clicks(asked, "Send the answer", practice.Inputs{"text": "Tom's visit settles it."})
	s.maya.gets(append(late, "Is the answer good enough", "Tom's visit settles it.")...)
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened step-1",
		"Tue 31 Mar 09:00  challengebot: reminded step-1",
		"Tue 31 Mar 17:00  challengebot: lapsed step-1",
		"Tue 31 Mar 17:00  challengebot: rung_opened step-2",
		"Tue 31 Mar 17:20  Tom Reid: reply_kept step-1",
		"Tue 31 Mar 17:20  Daniel Hughes: responded step-2")
}

func TestAnAnswerThatBeatsTheClockByAMomentCountsAndSaysThatItWasLate(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.discardNews()

	// Five o'clock has struck, and the engine has not looked yet.
	s.Clock.Set(s.Clock.Now().Add(61 * time.Second))
	late := s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	if !strings.Contains(late.Card.Text(), "You are right, visits have lapsed.") {
		t.Errorf("Tom does not see what he wrote:\n%s", late.Card.Text())
	}
	s.maya.gets("Is the answer good enough", "Tom Reid answered on Tuesday 31 March 2026 at 17:00 after the time had ended.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Tue 31 Mar 09:00  challengebot: reminded informal",
		"Tue 31 Mar 17:00  Tom Reid: responded informal")
}

func TestAnUnjudgedAnswerIsInTheChairsDigestOfEveryWorkingDay(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, first := s.raiseAndAnswer() // on Tuesday 31 March
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.expectNoNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.maya.gets("Your challenges · Wednesday 1 April 2026", "1 waits for you", "Decide on the answer of Priya Shah", r.ref)
	s.expectNoNews()
	s.moveClock("Thu 2 Apr 2026 09:00")
	s.maya.gets("Your challenges · Thursday 2 April 2026", r.ref)
	s.owen.gets(digestHeading, "Professional Challenge "+r.ref, "Waiting for Maya Okafor (IRO / CP chair) to decide on it.",
		"Waiting since: Tuesday 31 March 2026 at 11:00", "Who must act: Maya Okafor (IRO / CP chair)")
	s.expectNoNews()
	s.moveClock("Tue 7 Apr 2026 09:00") // Easter lies between
	s.owen.gets(digestHeading)
	today := s.maya.gets("Your challenges · Tuesday 7 April 2026", r.ref)
	said := s.maya.clicks(today, "Open "+r.ref, nil)
	if said.Text != r.ref+" stands below." {
		t.Errorf("Maya is told %q", said.Text)
	}
	again := s.maya.gets("Is the answer good enough")
	expectText(t, "Maya", today, "1 waits for you") // it stays as it was
	s.maya.clicks(again, "Satisfied", nil)
	expectInert(t, "Maya", first)
	s.expectAllInert(r.ref)
	s.moveClock("Fri 10 Apr 2026 17:00")
	s.expectNoNews()
}

func TestWhoOverseesChallengesSeesWhoMustActAndNothingOfTheChild(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.raiseAndAnswer()
	s.moveClock("Thu 2 Apr 2026 09:00")
	seen := s.owen.gets(digestHeading, "Who must act: Maya Okafor (IRO / CP chair)")
	expectNoText(t, "Owen", seen, "1234567", "No visit", "visits have lapsed", "Statutory", "Time limit")
	s.discardNews()
}
