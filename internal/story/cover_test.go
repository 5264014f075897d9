package story

import (
	"strings"
	"testing"

	"challengebot/internal/app"
	"challengebot/internal/practice"
)

// Somebody is away: who stands in is asked, and what runs is handed over.

func TestWhoGoesOnLeaveHandsARunningQuestionOnWithTheTimeThatIsLeft(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 17:00")
	priyas := s.priya.gets(r.ref+" · Stage 1", "Please answer by Thursday 9 April 2026 at 17:00")
	s.discardNews()
	s.moveClock("Thu 2 Apr 2026 12:00")
	s.priya.types("/cover <at>Ben Carter</at> today to 2026-04-17")
	s.priya.gets("It is noted.", "Handed over, with the time that was left: "+r.ref+".",
		"For Priya Shah: Ben Carter, from Thursday 2 April 2026 to Friday 17 April 2026. To end it: /cover end 1")
	const steps = "Stage 1: handed over from Priya Shah (Team Manager) to Ben Carter (Team Manager, standing in for Priya Shah). The date stays."
	bens := s.ben.gets(r.ref+" · Stage 1", "Please answer by Thursday 9 April 2026 at 17:00", steps, "No visit since 12 February.",
		"Informal Stage: no answer had come by Tuesday 31 March 2026 at 17:00, so the time ended.")
	s.maya.gets("Waiting for an answer from Ben Carter (Team Manager, standing in for Priya Shah) by Thursday 9 April 2026 at 17:00.", steps)
	s.expectNoNews()
	expectText(t, "Priya", priyas, "This was handed over to Ben Carter, who stands in for you and is asked now. The date stays, and nothing is asked of you any more.")
	expectInert(t, "Priya", priyas)

	// What Priya had typed is kept, and does not count.
	s.priya.types("/respond " + r.ref + " We shall visit. | A visit; duty worker; 2026-04-10")
	s.priya.gets("This was handed over to Ben Carter, who is asked now. What you wrote is kept on the record")
	s.maya.gets("a late reply from Priya Shah, after it had been handed over")
	s.moveClock("Wed 8 Apr 2026 09:00")
	s.ben.gets("Reminder")
	s.priya.getsNothing()
	s.ben.clicks(bens, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.clicks(s.maya.gets("Ben Carter answered on Wednesday 8 April 2026"), "Satisfied", nil)
	s.expectAllInert(r.ref)
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Tue 31 Mar 09:00  challengebot: reminded informal",
		"Tue 31 Mar 17:00  challengebot: lapsed informal",
		"Tue 31 Mar 17:00  challengebot: rung_opened stage-1",
		"Thu 2 Apr 12:00  Priya Shah: handed_over stage-1",
		"Thu 2 Apr 12:00  Priya Shah: reply_kept stage-1",
		"Wed 8 Apr 09:00  challengebot: reminded stage-1",
		"Wed 8 Apr 09:00  Ben Carter: responded stage-1",
		"Wed 8 Apr 09:00  Maya Okafor: judged stage-1",
		"Wed 8 Apr 09:00  challengebot: resolved stage-1")
}

func TestWhoOverseesChallengesSaysWhoStandsInForSomebodyElse(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.tom.types("/cover for Priya Shah by Tom Reid today")
	s.tom.gets("Only those who oversee challenges can say who stands in for somebody else.", "for Priya Shah by Tom Reid today")

	// The chair of the case cannot answer it, whoever stands in.
	s.owen.types("/cover for Priya Shah by Maya Okafor today to 2026-04-02")
	s.owen.gets("It is noted.", "Not handed over: Maya Okafor raised "+r.ref+", so Maya Okafor cannot answer it.")
	expectText(t, "Priya", r.asked[0], "Please answer by Wednesday 8 April 2026 at 17:00")
	s.expectNoNews()
	s.priya.types("/cover")
	s.priya.gets("For Priya Shah: Maya Okafor, from Monday 30 March 2026 to Thursday 2 April 2026.")
	s.tom.types("/cover")
	s.tom.gets("Nobody stands in for you, nor you for anybody, today or later.")
	s.tom.types("/cover end 1")
	s.tom.gets("There is no such stand-in that you can end.")

	s.owen.types("/cover end 1")
	s.owen.gets("Number 1 has ended.")
	s.owen.types("/cover for Priya Shah by Ben Carter today to 2026-04-02")
	s.owen.gets("Handed over, with the time that was left: " + r.ref)
	s.ben.gets("Please answer by Wednesday 8 April 2026 at 17:00")
	s.maya.gets("Waiting for an answer from Ben Carter (Team Manager, standing in for Priya Shah)")
	s.priya.getsNothing()
}

// Whoever stands in reads what the other could: nobody gives that beyond what they oversee.
func TestWhoOverseesOneTeamSaysNothingOfThoseWhoHaveARoleElsewhere(t *testing.T) {
	t.Parallel()
	people := strings.Replace(string(sampleAuthority), "roles: {social-worker: leah, team-manager: ben}", "roles: {social-worker: leah, team-manager: ben, oversight: ines}", 1)
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: []byte(people)}, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya) // in the north
	ines := s.actorNamed("Ines Moreau")
	for _, away := range []string{"Priya Shah", "Maya Okafor", "Daniel Hughes"} { // the north, everywhere, the service of both
		ines.types("/cover for " + away + " by Ines Moreau today")
		ines.gets("Only those who oversee challenges can say who stands in for somebody else.", "for "+away+" by Ines Moreau today")
	}
	ines.types("/challenge " + r.ref)
	ines.gets("There is no challenge")
	ines.types("/cover for Ben Carter by Leah Morgan today")
	ines.gets("It is noted.", "For Ben Carter: Leah Morgan")

	s.owen.types("/cover for Priya Shah by Alex Byrne 2026-03-31")
	s.owen.gets("For Ben Carter: Leah Morgan", "For Priya Shah: Alex Byrne")
	ines.types("/cover")
	if card := ines.gets("For Ben Carter: Leah Morgan"); strings.Contains(card.String(), "Priya") {
		t.Errorf("who oversees the south alone reads of the north:\n%s", card)
	}
	ines.types("/cover end 2")
	ines.gets("There is no such stand-in that you can end.")
	ines.types("/cover end 1")
	ines.gets("Number 1 has ended.")
}

func TestCoverThatBeginsLaterHoldsFromThatDayInEveryInstance(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	other := s.startSecondInstance()
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.daniel.types("/cover Grace Lloyd 2026-03-31 to 2026-04-10")
	s.daniel.gets("For Daniel Hughes: Grace Lloyd, from Tuesday 31 March 2026 to Friday 10 April 2026.")
	s.moveClock("Tue 31 Mar 2026 16:59")
	s.discardNews()
	s.Clock.Set(s.Clock.Now().Add(60e9))
	if err := other.Engine.RunUntilIdle(t.Context()); err != nil { // the one that was not told
		t.Fatal(err)
	}
	s.grace.gets(r.ref+" · Service Manager", "Grace Lloyd (Social Worker's Service Manager, standing in for Daniel Hughes)")
	s.daniel.getsNothing()
	s.discardNews()
}

func TestCoverThatCannotBeIsRefusedAndGivenBack(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for typed, want := range map[string]string{
		"Ben Carter":                           "Please say who stands in, from when and to when",
		"Nobody Known today":                   "I know nobody of that name who can be asked here.",
		"for Nobody Known by Ben Carter today": "Only those who oversee challenges",
		"Priya Shah today":                     "Nobody stands in for themselves.",
		"Ben Carter 2026-03-20 to 2026-03-29":  "Please give the days as",
		"Ben Carter 2026-04-20 to 2026-04-10":  "Please give the days as",
		"Ben Carter 2026-02-30 to 2026-04-10":  "Please give the days as",
		"Ben Carter today to 2028-04-10":       "Please give the days as",
	} {
		s.priya.types("/cover " + typed)
		s.priya.gets(want, typed)
	}
	s.expectNoNews()
	s.priya.types("/cover")
	if card := s.priya.gets("Nobody stands in for you"); strings.Contains(card.String(), "/cover end") {
		t.Errorf("something was noted:\n%s", card)
	}
}

func TestCoverThatBeginsWhileAQuestionRunsHandsItOnThatMorningAndWhoIsBackMayAnswerToo(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("/cover Ben Carter 2026-04-01 to 2026-04-02")
	s.priya.gets("It is noted.", "For Priya Shah: Ben Carter, from Wednesday 1 April 2026 to Thursday 2 April 2026.")
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.expectNoNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	bens := s.ben.gets(r.ref+" · Stage 1", "Please answer by Wednesday 8 April 2026 at 17:00", "No visit since 12 February.")
	s.maya.gets("Waiting for an answer from Ben Carter (Team Manager, standing in for Priya Shah) by Wednesday 8 April 2026 at 17:00.")
	s.expectNoNews()
	expectInert(t, "Priya", r.asked[0])

	// She is back after Easter; he was asked, and may still answer.
	s.moveClock("Tue 7 Apr 2026 08:59")
	s.expectNoNews()
	s.moveClock("Tue 7 Apr 2026 09:00")
	const back = "Stage 1: Priya Shah (Team Manager) is back and may answer as well as Ben Carter (Team Manager, standing in for Priya Shah). The date stays."
	again := s.priya.gets(back) // with the date on it: no reminder besides
	expectText(t, "Priya", again, "Please answer by Wednesday 8 April 2026 at 17:00")
	expectText(t, "Ben", bens, back, "Please answer by Wednesday 8 April 2026 at 17:00")
	if !bens.Card().HasButton("Send the answer") || !again.Card().HasButton("Send the answer") {
		t.Error("one of the two cannot answer")
	}
	s.discardNews()
	s.priya.clicks(again, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Is the answer good enough", "Priya Shah answered on Tuesday 7 April 2026")
	expectText(t, "Ben", bens, "Priya Shah answered on Tuesday 7 April 2026 at 09:00, so no other answer is needed.")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Wed 1 Apr 09:00  challengebot: handed_over stage-1",
		"Tue 7 Apr 09:00  challengebot: reminded stage-1",
		"Tue 7 Apr 09:00  challengebot: handed_over stage-1",
		"Tue 7 Apr 09:00  Priya Shah: responded stage-1")
}

func TestWhoStoodInMayStillAnswerWhenTheOtherIsBack(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("/cover Ben Carter today to 2026-03-31")
	s.discardNews()
	bens := s.ben.findsMessage("Please answer by")
	s.moveClock("Wed 1 Apr 2026 09:00")
	again := s.priya.gets("Priya Shah (Team Manager) is back and may answer")
	s.ben.clicks(bens, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Is the answer good enough", "Ben Carter answered on Wednesday 1 April 2026")
	expectText(t, "Priya", again, "Ben Carter answered on Wednesday 1 April 2026 at 09:00, so no other answer is needed.")
	if visits := s.load(r.ref).Challenge.Openings; visits[0].AnsweredBy.Name != "Ben Carter" {
		t.Errorf("%s answered", visits[0].AnsweredBy.Name)
	}
}

// Before the working day has begun nobody was told, and who types an answer is heard.
func TestWhoIsBackAndWhoStandsInAreHeardBeforeTheWorkingDayBegins(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	first, second := s.raiseAndCollect(atStage1(nil), s.priya), s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("/cover Ben Carter 2026-03-31 to 2026-03-31")
	s.discardNews()
	const answer = " We shall visit. | A visit; duty worker; 2026-04-10"
	s.moveClock("Tue 31 Mar 2026 07:30")
	s.ben.types("/respond " + first.ref + answer)
	s.maya.gets(first.ref, "Is the answer good enough", "Ben Carter answered on Tuesday 31 March 2026 at 07:30.")
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 09:00")
	s.ben.gets(second.ref, "Please answer by")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 07:30")
	s.priya.types("/respond " + second.ref + answer)
	s.maya.gets(second.ref, "Is the answer good enough", "Priya Shah answered on Wednesday 1 April 2026 at 07:30.")
	s.discardNews()
}

func TestTwoInstancesHandAQuestionOnOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	other := s.startSecondInstance()
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("/cover Ben Carter 2026-04-01 to 2026-04-02")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.Clock.Set(s.Clock.Now().Add(60e9))
	runTogether(2, func(i int) {
		if err := []*app.App{s.App, other}[i].Engine.RunUntilIdle(t.Context()); err != nil {
			t.Errorf("engine %d failed: %v", i+1, err)
		}
	})
	s.ben.gets(r.ref, "Please answer by")
	if n := s.countEvents(r.ref, "handed_over"); n != 1 {
		t.Errorf("it was handed over %d times", n)
	}
	s.discardNews()
}
