package story

import (
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// Everything that somebody could do reaches whoever stands in for them: the judgement, a gate,
// a question, from the first day of the cover to the last.

// raiseAndLetAnswer is a challenge at Stage 1 whose answer waits for Maya.
func (s *stage) raiseAndLetAnswer() (ref string, judge *practice.Message) {
	s.t.Helper()
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	judge = s.maya.gets(r.ref, "Is the answer good enough")
	s.discardNews()
	return r.ref, judge
}

// opening is the current opening of a challenge.
func (s *stage) opening(ref string) *challenge.Opening {
	s.t.Helper()
	c := s.load(ref).Challenge
	return c.CurrentOpening()
}

func TestTheStandInOfAChairIsAskedForTheJudgementAtOnceAndByButton(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, mayas := s.raiseAndLetAnswer()
	s.maya.types("/cover Sam Whitfield today to 2026-04-17")
	s.maya.gets("It is noted.", "Handed over, with the time that was left: "+ref+".")
	sams := s.sam.gets("Is the answer good enough", "Priya Shah answered", "You are right, visits have lapsed.", "No visit since 12 February.")
	s.expectNoNews()
	if waiting, err := s.App.Store.ListWaitingFor(t.Context(), s.sam.ID, 5); err != nil || len(waiting) != 1 { // as /mine lists it
		t.Errorf("%d wait for Sam, %v", len(waiting), err)
	}
	expectText(t, "Maya", mayas, "Is the answer good enough") // who is away is still the chair
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.sam.getsAll("Tuesday 31 March 2026", "Wednesday 1 April 2026") // the digests of two days
	s.owen.gets(digestHeading, ref, "Who must act: Sam Whitfield (IRO / CP chair, standing in for Maya Okafor)")
	s.discardNews()
	s.sam.clicks(sams, "Satisfied", practice.Inputs{"reason": "A dated plan."})
	s.maya.gets(ref, "ettled", "Sam Whitfield")
	s.expectAllInert(ref)
	expectText(t, "Priya", s.priya.findsMessage("Asked on Stage 1"), "Sam Whitfield (IRO / CP chair, standing in for Maya Okafor) was satisfied.")
	s.maya.types("/challenge " + ref)
	s.maya.gets("Stage 1: Sam Whitfield (IRO / CP chair, standing in for Maya Okafor) decides on the answer as well as Maya Okafor (IRO / CP chair).",
		"Stage 1: Sam Whitfield (IRO / CP chair, standing in for Maya Okafor) is satisfied with the answer.")
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  Priya Shah: responded stage-1",
		"Mon 30 Mar 10:00  Maya Okafor: handed_over stage-1",
		"Wed 1 Apr 09:00  challengebot: nudged stage-1",
		"Wed 1 Apr 09:00  Sam Whitfield: judged stage-1",
		"Wed 1 Apr 09:00  challengebot: resolved stage-1")
}

func TestAnAnswerThatComesWhileTheChairIsAwayGoesToBothAndWhoStoodInMayFinish(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	first, second := s.raiseAndCollect(atStage1(nil), s.priya), s.raiseAndCollect(atStage1(nil), s.priya)
	s.maya.types("/cover Sam Whitfield today to 2026-03-31")
	s.maya.gets("Nothing waits for Maya Okafor now, so nothing was handed over.")
	s.priya.clicks(first.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	sams, mayas := s.sam.gets(first.ref, "Is the answer good enough"), s.maya.gets(first.ref, "Is the answer good enough")
	s.moveClock("Wed 1 Apr 2026 09:00") // the cover has ended
	s.discardNews()
	s.priya.clicks(second.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets(second.ref, "Is the answer good enough")
	s.sam.getsNothing()
	s.sam.types("/satisfied " + second.ref)
	s.sam.gets("There is no challenge")
	s.sam.clicks(sams, "Not satisfied", practice.Inputs{"reason": "No date."})
	s.discardNews()
	expectInert(t, "Maya", mayas)
	if c := s.load(first.ref).Challenge; c.State != challenge.StateHeldAtGate {
		t.Errorf("it is %s", c.State)
	}
}

// Sam was asked himself, below: he cannot decide, and who oversees hears that nobody is left.
func TestAStandInOfAChairWhoWasAskedIsPassedByAndOversightHears(t *testing.T) {
	t.Parallel()
	people := replaceIn(string(sampleAuthority), "roles: {social-worker: tom, team-manager: priya}", "roles: {social-worker: tom, team-manager: sam}")
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: people}, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.sam)
	s.maya.types("/cover Sam Whitfield today to 2026-04-17")
	s.maya.gets("It is noted.")
	s.sam.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets(r.ref, "Is the answer good enough")
	s.owen.gets(r.ref, "To decide on the answer: Maya Okafor (IRO / CP chair) is away, and nobody is left who stands in.")
	s.expectNoNews()
	s.sam.types("/satisfied " + r.ref)
	s.sam.gets("Only the person who judges")
	s.moveClock("Tue 31 Mar 2026 09:00") // said at once, and then in the digest
	s.owen.gets(digestHeading, r.ref, "is away, and nobody is left who stands in")
	s.discardNews()
}

func TestTheStandInOfWhoOpensAGateHasItByButtonFromTheFirstMorning(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, mayas, graces := s.bringToGate()
	s.owen.types("/cover for Grace Lloyd by Quinn Baxter 2026-04-01 to 2026-04-02")
	s.owen.gets("It is noted.")
	quinn, alex := s.actorNamed("Quinn Baxter"), s.actorNamed("Alex Byrne")
	s.grace.types("/cover Alex Byrne 2026-04-07 to 2026-04-08")
	s.grace.gets("It is noted.")
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	quinns := quinn.getsAll("Before Stage 2 can begin", "1 waits for you")[0]
	expectText(t, "Quinn", quinns, "No visit since 12 February.",
		"Consult the chair's own Service Manager before Stage 2: Quinn Baxter (Safeguarding and Review Service Manager, standing in for Grace Lloyd) can record this as well as Grace Lloyd")
	quinn.types("/mine")
	quinn.gets(ref)
	s.discardNews()
	s.moveClock("Tue 7 Apr 2026 09:00") // the next one begins; who stood in may still finish
	alex.getsAll("Before Stage 2 can begin", "1 waits for you")
	s.discardNews()
	quinn.clicks(quinns, "Agreed", practice.Inputs{"note": "Agreed in supervision."})
	s.daniel.gets(ref+" · Stage 2", "Please answer by", "recorded by Quinn Baxter")
	s.discardNews()
	expectInert(t, "Grace", graces)
	expectText(t, "Maya", mayas, "Waiting for an answer from Daniel Hughes")
}

func TestARunningQuestionGoesOnToTheNextStandInAndBack(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	alex := s.actorNamed("Alex Byrne")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("/cover Ben Carter 2026-03-31 to 2026-04-01")
	s.priya.gets("It is noted.")
	s.priya.types("/cover Alex Byrne 2026-04-02 to 2026-04-07")
	s.priya.gets("It is noted.")
	s.moveClock("Tue 31 Mar 2026 09:00")
	bens := s.ben.gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00")
	s.maya.gets("Waiting for an answer from Ben Carter")
	s.expectNoNews()
	s.moveClock("Thu 2 Apr 2026 09:00")
	alexs := alex.gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00",
		"Stage 1: Alex Byrne (Team Manager, standing in for Priya Shah) is asked now, and Ben Carter (Team Manager, standing in for Priya Shah) may still answer. The date stays.")
	s.expectNoNews()
	if !bens.Card().HasButton("Send the answer") {
		t.Error("Ben, who stood in, cannot finish what he was asked")
	}
	s.moveClock("Wed 8 Apr 2026 09:00") // Priya is back on the last day
	s.priya.gets("Priya Shah (Team Manager) is back and may answer")
	s.discardNews()
	alex.clicks(alexs, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Is the answer good enough", "Alex Byrne answered")
	s.discardNews()
	if got := s.eventKinds(r.ref); strings.Count(strings.Join(got, " "), "handed_over") != 3 {
		t.Errorf("it was passed on not three times: %v", got)
	}
}

func TestASlipInNamingAStandInIsCorrected(t *testing.T) {
	t.Parallel()
	for name, correct := range map[string]func(s *stage, ref string){
		"by ending it first": func(s *stage, ref string) {
			s.priya.types("/cover end 1")
			s.priya.getsAll("Number 1 has ended.", "Please answer by") // asked again, beside Ben
			s.priya.types("/cover Alex Byrne today to 2026-04-10")
			s.priya.gets("Handed over, with the time that was left: " + ref)
		},
		"by naming another": func(s *stage, ref string) {
			s.priya.types("/cover Alex Byrne today to 2026-04-10")
			s.priya.gets("Handed over, with the time that was left: " + ref)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			r := s.raiseAndCollect(atStage1(nil), s.priya)
			s.priya.types("/cover Ben Carter today to 2026-04-10")
			s.priya.gets("Handed over, with the time that was left: " + r.ref)
			s.discardNews()
			correct(s, r.ref)
			s.actorNamed("Alex Byrne").gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00")
			s.discardNews()
			c := s.opening(r.ref)
			if c.MayAnswer(s.priya.ID) || !c.MayAnswer(s.ben.ID) || !c.MayAnswer(s.actorNamed("Alex Byrne").ID) {
				t.Errorf("asked are %+v", c.Respondents)
			}
		})
	}
}

// A stand-in who raised the challenge empties no stage.
func TestAStandInWhoRaisesTheChallengeLeavesItWithWhoIsAwayAndOversightHears(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.priya.types("/cover Maya Okafor today to 2026-04-10")
	s.priya.gets("It is noted.", "Maya Okafor raises challenges: in those, Priya Shah stays asked.")
	r := s.raiseWithNews(atStage1(nil))
	s.priya.gets(r, "Please answer by Wednesday 8 April 2026 at 17:00")
	s.owen.gets(r, "To answer: Priya Shah (Team Manager) is away, and nobody is left who stands in.")
	s.discardNews()
	if kinds := strings.Join(s.eventKinds(r), " "); strings.Contains(kinds, "role_vacant") {
		t.Errorf("the stage was passed over: %s", kinds)
	}
	// A chain falls back to the last in it who can act.
	s.priya.types("/cover Ben Carter today to 2026-04-10")
	s.ben.gets(r, "Please answer by")
	s.ben.types("/cover Maya Okafor today to 2026-04-10")
	s.ben.gets("Not handed over: Maya Okafor raised " + r)
	s.discardNews()
	second := s.raiseWithNews(atStage1(nil))
	if asked := s.opening(second).Respondents; len(asked) != 1 || asked[0].Name != "Ben Carter" || asked[0].CoverFor != "Priya Shah" {
		t.Errorf("asked are %+v", asked)
	}
	s.discardNews()
}

// raiseWithNews raises a challenge and takes Maya's and the channel's messages.
func (s *stage) raiseWithNews(more practice.Inputs) string {
	s.t.Helper()
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(more))
	ref := s.lastRef()
	s.maya.gets(ref)
	s.north.gets(ref)
	return ref
}

func TestAStandInWhoIsAskedNextIsPassedByAndThisIsSaidWhenTheCoverIsSet(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.moveClock("Mon 30 Mar 2026 12:00")
	s.priya.types("/cover Daniel Hughes today to 2026-04-10")
	s.priya.gets("It is noted.", "Daniel Hughes is asked on the next step of the same challenges: on the step before, Priya Shah stays asked.",
		"Not handed over: Daniel Hughes is asked about "+r.ref+" on the next step, so asking them before would be no escalation.")
	s.daniel.getsNothing()
	s.discardNews()
}

func TestAStandInWhomTeamsRefusesIsPassedByUntilTheyAreBack(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.ben.UninstallsApp(t.Context())
	s.settle()
	s.priya.types("/cover Ben Carter today to 2026-04-10")
	s.priya.gets("It is noted.", "Teams delivers no message to Ben Carter at present. Until it does, Priya Shah stays asked.",
		"Not handed over: Teams delivers no message to Ben Carter at present, so "+r.ref+" stays where it is.")
	s.owen.gets(r.ref, "To answer: Priya Shah (Team Manager) is away, and nobody is left who stands in.")
	s.discardNews()
	s.ben.InstallsApp(t.Context())
	s.settle()
	s.discardNews()
	if asked := s.opening(r.ref); !asked.MayAnswer(s.ben.ID) || asked.MayAnswer(s.priya.ID) {
		t.Errorf("asked are %+v", asked.Respondents)
	}
	if gaps := s.load(r.ref).Challenge.Gaps; len(gaps) != 0 {
		t.Errorf("nobody is left: %+v", gaps)
	}
}
