package story

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// Silence counts only against somebody who was asked: with Teams away, the secret ended or
// one conversation failing, no window ends, and it is said that nobody could be asked.

// passWorkingDays lets days pass, the engine at work each morning and evening.
func (s *stage) passWorkingDays(until string) {
	s.t.Helper()
	end, err := time.ParseInLocation("2006-01-02 15:04", until, s.Calendar.Location())
	if err != nil {
		s.t.Fatal(err)
	}
	for at := s.Clock.Now(); at.Before(end); at = s.Clock.Now() {
		day := s.Calendar.DateOf(at)
		next := s.Calendar.StartOfDay(day + 1)
		for _, moment := range []time.Time{s.Calendar.StartOfDay(day), s.Calendar.EndOfDay(day)} {
			if moment.After(at) && moment.Before(next) {
				next = moment
			}
		}
		if next.After(end) {
			next = end
		}
		s.jumpTo(next)
	}
}

func TestWithoutTeamsNoWindowEndsAndTheQuestionCountsFromWhenItIsTaken(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]practice.Fault{
		"the secret has ended":       {Op: practice.OpToken, Status: 401, Code: "AADSTS7000222"},
		"Teams is away":              {Match: func(c practice.Call) bool { return c.Op != practice.OpToken }, Status: 503},
		"Teams is too busy":          {Match: func(c practice.Call) bool { return c.Op != practice.OpToken }, Status: 429, RetryAfter: time.Minute},
		"nobody's chat can be begun": {Op: practice.OpCreate, Status: 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.expectTeamsTrouble()
			s.Teams.InjectFault(fault)
			ref := s.raiseInStore(1)[0] // on Monday 30 March at 10:00, due on Tuesday at 17:00
			s.jumpTo(s.Clock.Now().Add(30 * time.Minute))
			s.passWorkingDays("2026-04-09 10:00")
			c := s.load(ref).Challenge
			if c.State != challenge.StateAwaitingResponse || len(c.Openings) != 1 || c.CurrentOpening().NotAskedSince.IsZero() {
				t.Fatalf("after ten days: %s, %d openings, not asked since %v", c.State, len(c.Openings), c.CurrentOpening().NotAskedSince)
			}
			for _, p := range []*actor{s.tom, s.priya, s.maya, s.daniel} {
				if n := len(p.Inbox()); n > 0 {
					t.Fatalf("%s has %d messages", p.Name, n)
				}
			}
			s.expectTruthfulTrail(ref)

			s.Teams.ClearFaults()
			s.passWorkingDays("2026-04-09 11:00")
			for _, p := range []*actor{s.tom, s.priya} {
				m := p.gets(ref+" · Informal Stage", "Please answer by Friday 10 April 2026 at 17:00")
				expectNoText(t, p.Name, m, "31 March 2026 at 17:00.")
			}
			expectText(t, "Maya", s.maya.findsMessage("Maya Okafor raised this."), "Waiting for an answer from Tom Reid (Social Worker) and Priya Shah (Team Manager) by Friday 10 April 2026 at 17:00.",
				"Informal Stage: nobody could be asked. Teams has not taken the message for Tom Reid (Social Worker) and Priya Shah (Team Manager), so the time has not ended.")
			s.expectTruthfulTrail(ref)
			s.passWorkingDays("2026-04-10 17:00")
			if got := s.load(ref).Challenge.Rung; got != "stage-1" {
				t.Errorf("when the time that counts has ended it is on %s", got)
			}
			s.expectTruthfulTrail(ref)
			s.discardNews()
		})
	}
}

func TestWhenOneConversationFailsTheChairKnowsWithinHalfAWorkingHour(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.expectTeamsTrouble()
	s.moveClock("Mon 30 Mar 2026 16:50")
	s.Teams.InjectFault(practice.Fault{Status: 502, Match: func(c practice.Call) bool { return reaches(c, "Priya Shah") }})
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", raiseInputs(atStage1(nil)))
	s.settle()
	ref := s.lastRef()
	s.maya.gets(ref)
	s.discardNews()
	at := s.load(ref).Challenge.NextAt
	if want := parseMoment(t, "2026-03-31T08:20:00Z"); !at.Equal(want) {
		t.Fatalf("the clock looks at %v, want %v", at, want)
	}
	s.jumpTo(at)
	s.maya.gets(ref, "Nobody could be asked yet: Teams has not taken the question for Priya Shah (Team Manager). Please reach them another way.")
	s.expectTruthfulTrail(ref)
	s.passWorkingDays("2026-04-15 09:00")
	expectText(t, "Owen", s.owen.findsMessage(digestHeading), ref, "Nobody could be asked yet", "Waiting since: Tuesday 31 March 2026 at 09:20")
	if c := s.load(ref).Challenge; c.Rung != "stage-1" || c.State != challenge.StateAwaitingResponse {
		t.Errorf("it is %s on %s", c.State, c.Rung)
	}
	for _, n := range s.north.TakeNew() {
		expectNoText(t, "the channel", n.Message, "Tom", "Priya")
	}

	// Who hears of it in another way can answer all the same.
	s.priya.types("/respond " + ref + " We visit today. | A visit; me; 2026-05-01")
	s.settle()
	if got := s.load(ref).Challenge.State; got != challenge.StateAwaitingJudgement {
		t.Errorf("answered, and it is %s", got)
	}
	s.expectTruthfulTrail(ref)
	s.discardNews()
}

func TestATeamWithoutAChannelHasNoNoticeAndNobodyIsAlarmed(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: withoutChannels(SampleDirectory()), Channels: []practice.Channel{
		{TeamName: "North Locality", ID: "19:north-locality@thread.tacv2", Name: "North Locality"}, {TeamName: "South Locality", ID: "19:south-locality@thread.tacv2", Name: "South Locality"}}}, "ne-lincolnshire")
	ref := s.raiseInStore(1)[0]
	s.settle()
	s.maya.gets(ref)
	s.discardNews()
	s.moveClock("Tue 31 Mar 2026 17:00")
	s.owen.getsNothing()
	if slices.Contains(s.eventKinds(ref), string(challenge.KindUndelivered)) {
		t.Errorf("the trail is %v", s.eventKinds(ref))
	}
	if n := s.count(`SELECT FROM delivery WHERE to_team <> ''`); n != 0 {
		t.Errorf("%d notices were queued", n)
	}
	s.expectTruthfulTrail(ref)
	s.discardNews()
}

func TestWhoAnswersTwiceIsNotCalledSomebodyElse(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r, judge := s.raiseAndAnswer()
	s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "It names no date."})
	s.discardNews()
	s.priya.types("/respond " + r.ref + " And one thing more. | A visit; me; 2026-04-07")
	s.priya.gets("You answered this before")
	s.maya.gets("a late reply from Priya Shah, after they had answered already. It is kept and shown, and does not count as the answer.")
	s.discardNews()
	s.expectTruthfulTrail(r.ref)
}

// withoutChannels is a directory file in which no team has a channel for notices.
func withoutChannels(file []byte) []byte {
	return regexp.MustCompile(`(?m)^ *channel: .*\n`).ReplaceAll(file, nil)
}
