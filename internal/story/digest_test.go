package story

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/app"
	"challengebot/internal/practice"
)

// Those who oversee challenges hear each working day, when it begins and in one message,
// of everything that waits within what they oversee.

// digestHeading is the head of that message.
const digestHeading = "What waits within what you oversee"

// bringBothToGate brings a challenge of each locality before the gate of Stage 2, the one of the
// south an hour later, on Tuesday 31 March.
func (s *stage) bringBothToGate() (north, south string) {
	s.t.Helper()
	n, judge := s.raiseAndAnswer()
	s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	s.discardNews()
	south = s.raiseChallenge(atStage1(practice.Inputs{"team": "south-locality"}))
	s.ben.clicks(s.ben.gets("Please answer by"), "Send the answer", answerInputs("2026-04-10", nil))
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 12:00")
	s.maya.clicks(s.maya.findsMessage("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	s.discardNews()
	return n.ref, south
}

func TestOneMessageListsWhatWaitsInTwoTeamsTheLongestFirst(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	north, south := s.bringBothToGate()
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.expectNoNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	const must = "Who must act: Maya Okafor (IRO / CP chair) and Grace Lloyd (Safeguarding and Review Service Manager)"
	list := s.owen.gets(digestHeading, "As it stands on Wednesday 1 April 2026 at 09:00",
		"# Professional Challenge "+north+" · Stage 2 · North Locality\nIt waits before Stage 2 for: Consult the chair's own Service Manager before Stage 2.\n"+
			"Waiting since: Tuesday 31 March 2026 at 11:00\n"+must,
		"# Professional Challenge "+south+" · Stage 2 · South Locality\n", "Waiting since: Tuesday 31 March 2026 at 12:00\n"+must)
	if said := list.String(); strings.Index(said, north) > strings.Index(said, south) {
		t.Errorf("the one that waits longer does not come first:\n%s", said)
	}
	expectNoText(t, "Owen", list, "1234567", "No visit", "visits have lapsed", "visiting plan", "Time limit")
	if want := "2 challenges wait for somebody to act."; list.Summary() != want {
		t.Errorf("the notification says %q, not %q", list.Summary(), want)
	}
	s.discardNews() // those who must act are told by cards of their own
}

func TestALimitThatIsNearOrPassedIsToldOf(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.bringToGate()
	const ends = "by Wednesday 29 April 2026 at 17:00."
	s.moveClock("Fri 24 Apr 2026 09:00")
	expectNoText(t, "Owen", s.owen.findsMessage(digestHeading), "Time limit")
	s.moveClock("Mon 27 Apr 2026 09:00")
	expectText(t, "Owen", s.owen.findsMessage(digestHeading), "Time limit: The whole challenge should be settled "+ends)
	s.moveClock("Thu 30 Apr 2026 09:00")
	expectText(t, "Owen", s.owen.findsMessage(digestHeading), "Time limit: The whole challenge should have been settled "+ends+" That time has passed.")
	s.discardNews()
}

func TestWhoOverseesOneTeamHearsOfThatTeamOnly(t *testing.T) {
	t.Parallel()
	people := strings.Replace(string(sampleAuthority), "roles: {social-worker: leah, team-manager: ben}", "roles: {social-worker: leah, team-manager: ben, oversight: sam}", 1)
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: []byte(people)}, "ne-lincolnshire")
	north, south := s.bringBothToGate()
	s.moveClock("Wed 1 Apr 2026 09:00")
	expectNoText(t, "Sam", s.sam.gets(digestHeading, south), north)
	expectNoText(t, "Owen", s.owen.gets(digestHeading, north), south)
	s.discardNews()
	s.sam.types("/waiting")
	list := s.sam.gets(digestHeading, south)
	expectNoText(t, "Sam", list, north)
	s.sam.clicks(list, "Show as it stands now", nil)
	expectNoText(t, "Sam", list, north)
}

func TestWhereNothingWaitsNobodyIsToldSo(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya) // asked, and in time
	s.moveClock("Tue 31 Mar 2026 17:00")
	s.owen.getsNothing()
	s.owen.types("/waiting")
	list := s.owen.gets("Nothing waits within what you oversee.")

	// What begins to wait during the day is in the list at once, and in the message of the next
	// day.
	s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.clicks(s.maya.gets("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	s.owen.getsNothing()
	s.owen.clicks(list, "Show as it stands now", nil)
	expectText(t, "Owen", list, r.ref, "Waiting since: Tuesday 31 March 2026 at 17:00")
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.owen.getsNothing()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.owen.gets(digestHeading, r.ref)
	s.discardNews()
}

func TestTheListStandsAsItDoesWhenItIsAskedForAndOnlyForThoseWhoOversee(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, maya, _ := s.bringToGate()
	s.moveClock("Wed 1 Apr 2026 09:00")
	list := s.owen.gets(digestHeading, ref)
	s.discardNews()
	s.maya.clicks(maya, "Agreed", practice.Inputs{"note": "Agreed in supervision."})
	s.discardNews()
	expectText(t, "Owen", list, ref) // what was so in the morning
	s.owen.clicks(list, "Show as it stands now", nil)
	expectText(t, "Owen", list, "Nothing waits within what you oversee.")
	expectNoText(t, "Owen", list, ref)

	for _, a := range []*actor{s.maya, s.grace, s.priya} {
		a.types("/waiting")
		expectNoText(t, a.Name, a.gets("Only those who oversee challenges have that list. /mine shows what waits for you."), ref)
	}
	// The press comes from Owen's chat: nobody but Owen can be there.
	if got := s.post(s.priya.buttonActivity(list, "Show as it stands now", nil)); !strings.Contains(got.Body, "This bot cannot tell who you are") || strings.Contains(got.Body, ref) {
		t.Errorf("Priya pressed Owen's button and got %s", got.Body)
	}
}

func TestAnAnswerStandsInTheDigestWhenAWorkingDayHasPassed(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, _ := s.raiseAndAnswer() // on Tuesday 31 March at 11:00
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.maya.gets("1 waits for you", "Decide on the answer of Priya Shah", r.ref+" · North Locality · Stage 1", "Waiting since Tuesday 31 March 2026 at 11:00")
	s.expectNoNews()
	s.moveClock("Wed 1 Apr 2026 10:59")
	s.owen.types("/waiting")
	s.owen.gets("Nothing waits within what you oversee.")
	s.moveClock("Wed 1 Apr 2026 11:00")
	s.expectNoNews()
	s.owen.types("/waiting")
	s.owen.gets(digestHeading, r.ref, "An answer has come. Waiting for Maya Okafor (IRO / CP chair) to decide on it.")
	s.moveClock("Thu 2 Apr 2026 09:00")
	s.owen.gets(digestHeading, r.ref)
	s.discardNews()
}

func TestThereIsNoDigestOnAWeekendOrABankHoliday(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, _, _ := s.bringToGate()
	s.moveClock("Thu 2 Apr 2026 09:00")
	s.discardNews()
	s.moveClock("Tue 7 Apr 2026 08:59") // Good Friday, the weekend and Easter Monday
	s.expectNoNews()
	s.moveClock("Tue 7 Apr 2026 09:00")
	s.owen.gets(digestHeading, ref)
	s.discardNews()
}

func TestABotThatWasAwayMakesUpForTheDigestOfTheDayAndNotForDaysThatAreOver(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.log.allow("challenges are past their time")
	ref, _, _ := s.bringToGate() // on Tuesday
	s.Clock.Set(parseMoment(t, "2026-04-02T17:30:00Z"))
	s.settle()
	s.owen.gets(digestHeading, "As it stands on Thursday 2 April 2026 at 18:30", ref)
	s.discardNews()
}

func TestTwoInstancesAndARestartSendTheDigestOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	other := s.startSecondInstance()
	ref, _, _ := s.bringToGate()
	s.moveClock("Wed 1 Apr 2026 08:59")
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	runTogether(2, func(i int) {
		if err := []*app.App{s.App, other}[i].Engine.RunUntilIdle(t.Context()); err != nil {
			t.Errorf("engine %d failed: %v", i+1, err)
		}
	})
	s.settle()
	s.owen.gets(digestHeading, ref)
	s.discardNews()
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	if err := s.startSecondInstance().Engine.RunUntilIdle(t.Context()); err != nil { // as after a restart
		t.Fatal(err)
	}
	s.expectNoNews()
}

func TestWhoStandsInForSomebodyWhoOverseesGetsTheDigestOfTheDay(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, _, _ := s.bringToGate()
	s.owen.types("/cover Aisha Rahman 2026-04-01 to 2026-04-01")
	s.discardNews()
	s.grace.types("/cover Ben Carter 2026-04-01 to 2026-04-01")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.aisha.gets(digestHeading, ref, "Who must act: Maya Okafor (IRO / CP chair) and Ben Carter (Safeguarding and Review Service Manager, standing in for Grace Lloyd)")
	s.owen.getsNothing()
	s.discardNews()
	s.moveClock("Thu 2 Apr 2026 09:00")
	s.owen.gets(digestHeading, ref, "Grace Lloyd (Safeguarding and Review Service Manager)")
	s.aisha.getsNothing()
	s.discardNews()
}

func TestARespondentWhomTeamsDoesNotReachStandsInTheDigestUntilACardComesThrough(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.priya.BlocksBot()
	ref := s.raiseChallenge(atStage1(nil))
	s.owen.gets("What is waiting: Professional Challenge " + ref) // at once
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 09:00")
	s.owen.gets(digestHeading, "Professional Challenge "+ref+" · Stage 1", "Waiting for an answer from Priya Shah (Team Manager) by Wednesday 8 April 2026 at 17:00.",
		"Waiting since: Monday 30 March 2026 at 10:00", "Cannot be reached: Teams did not take the last message to Priya Shah (Team Manager).")
	s.expectNoNews()
	s.priya.UnblocksBot()
	s.priya.types("/challenge " + ref)
	expectText(t, "Priya", s.priya.findsMessage("Please answer by"), ref)
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.expectNoNews()
}

func TestAHoldForWhichNobodyHoldsTheRoleIsToldAtOnce(t *testing.T) {
	t.Parallel()
	people := strings.Replace(string(sampleAuthority), "  own-service-manager: grace\n", "", 1)
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: []byte(people)}, "ne-lincolnshire")
	r, judge := s.raiseAndAnswer()
	s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	s.owen.gets("What is waiting: Professional Challenge "+r.ref, "Nobody holds: Safeguarding and Review Service Manager", "Who must act: Maya Okafor")
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.owen.gets(digestHeading, r.ref, "Nobody holds: Safeguarding and Review Service Manager")
	s.discardNews()
}

// Each morning the program is killed at another moment: as it queues the digest, when
// it has, and at each message that it gives to Teams.
func TestKilledAtTheDigestTheProgramSendsItAll(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	line := startRelay(t, s.options.DatabaseURL)
	ref, _, _ := s.bringToGate()
	for _, morning := range []struct {
		day  string
		most int // a message that Teams took may come again: the program could not note it
		arm  func(p *childProcess)
	}{
		{"Wed 1 Apr 2026", 1, func(p *childProcess) { line.stopOnText("digest:2026-04-01", p.kill) }},
		{"Thu 2 Apr 2026", 1, func(p *childProcess) { line.stopAfterText("digest:2026-04-02", p.kill) }},
		{"Tue 7 Apr 2026", 2, func(p *childProcess) { s.killAtCall(1, false, p) }}, // another card was first, and this one on its way
		{"Wed 8 Apr 2026", 2, func(p *childProcess) { s.killAtCall(1, true, p) }},
		{"Thu 9 Apr 2026", 2, func(p *childProcess) { s.killAtCall(2, true, p) }},
	} {
		s.moveClock(morning.day + " 08:59")
		s.discardNews()
		s.Clock.Set(s.Clock.Now().Add(time.Minute))
		p := s.startChild(line)
		morning.arm(p)
		if p.settle() {
			t.Errorf("%s: the program was not killed", morning.day)
		}
		line.stopAtTrip(0, false, nil)
		s.Teams.ClearFaults()
		p.wait()
		line.waitUntilClosed()
		if err := s.MoveClockTo(t.Context(), s.Clock.Now().Add(5*time.Minute)); err != nil { // leases end
			t.Fatal(err)
		}
		got := postedMessages(s.owen.TakeNew())
		for _, m := range got {
			expectText(t, "Owen", m, digestHeading, ref)
		}
		if len(got) == 0 || len(got) > morning.most {
			t.Errorf("%s: Owen got %d digests", morning.day, len(got))
		}
		s.discardNews()
	}
	s.verifyTrails()
	s.expectNothingLost()
}
