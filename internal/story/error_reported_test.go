package story

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// Who hears of it when those who would have to hear cannot be reached themselves,
// and what the operator reads.

func TestWhenTheChairsOwnCardIsRefusedTheOversightIsToldOnceAndTheTimeRunsOn(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.BlocksBot()
	ref := s.raiseInStore(1)[0]
	s.settle()
	expectText(t, "Owen", s.owen.gets(ref), "Teams did not take the message to Maya Okafor")
	s.tom.gets(ref, "Please answer by")
	s.priya.gets(ref, "Please answer by")
	s.north.gets(ref)
	s.moveClock("Tue 31 Mar 2026 09:00")
	expectNoText(t, "Owen", s.owen.gets(digestHeading, "Maya Okafor: since Monday 30 March 2026 at 10:00 (chair)"), ref) // of her, not of the case
	s.moveClock("Tue 31 Mar 2026 17:00")                                                                                 // her next card, of the next stage, is refused as well
	if n := s.countEvents(ref, "undelivered"); n == 0 {
		t.Errorf("nothing of it is on the trail: %q", s.eventKinds(ref))
	}
	if n := s.countEvents(ref, "lapsed"); n != 1 {
		t.Errorf("the time did not end: %q", s.eventKinds(ref))
	}
	if more := postedMessages(s.owen.TakeNew()); len(more) != 0 {
		t.Errorf("the oversight role was told again:\n%v", more)
	}
	s.discardNews()
	s.verifyTrails()
}

func TestWhenNobodyOfAllCanBeReachedTheTrailSaysSoAndNothingGoesRound(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for _, a := range []*actor{s.maya, s.owen, s.tom, s.priya} {
		a.BlocksBot()
	}
	ref := s.raiseInStore(1)[0]
	s.settle()
	s.north.gets(ref)
	// Two respondents, the chair's first card; then, for each respondent, her card and
	// the oversight's.
	if n := s.countEvents(ref, "undelivered"); n < 5 || n > 8 {
		t.Errorf("%d messages count as undelivered", n)
	}
	if c := s.load(ref).Challenge; len(c.UnreachableAddresses) != 4 {
		t.Errorf("out of reach are %v", c.UnreachableAddresses)
	}
	s.moveClock("Tue 31 Mar 2026 17:00")
	if n := s.countEvents(ref, "lapsed"); n != 1 {
		t.Errorf("the time did not end: %q", s.eventKinds(ref))
	}
	s.discardNews()
	s.verifyTrails()
}

func TestWhenTheOversightCannotBeReachedTheChairIsTold(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.owen.BlocksBot()
	s.Teams.InjectFault(practice.Fault{Status: 403, Code: "BotNotInConversationRoster", Match: func(c practice.Call) bool { return c.Channel != "" }})
	ref := s.raiseInStore(1)[0]
	s.settle()
	s.tom.gets(ref, "Please answer by")
	s.priya.gets(ref, "Please answer by")
	s.maya.getsAll("Maya Okafor raised this.", "did not take the message to the oversight role")
	s.expectNoNews()
	s.verifyTrails()
}

func TestAChannelThatTakesNoNoticesIsTheOversightsConcernOnceACase(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.Teams.InjectFault(practice.Fault{Status: 403, Code: "BotNotInConversationRoster", Match: func(c practice.Call) bool { return c.Channel != "" }})
	ref := s.raiseInStore(1)[0]
	s.settle()
	told := s.owen.gets(ref)
	expectText(t, "Owen", told, "Teams did not take the message to the team's channel")
	expectNoText(t, "Owen", told, "No visit since")
	s.moveClock("Tue 31 Mar 2026 17:00")
	if n := s.countEvents(ref, "undelivered"); n < 2 {
		t.Errorf("only %d notices were refused", n)
	}
	if more := postedMessages(s.owen.TakeNew()); len(more) != 0 {
		t.Errorf("the oversight role was told again:\n%v", more)
	}
	s.discardNews()
	s.verifyTrails()
}

// Without a time given by Teams the waits double up to five minutes, each a little
// spread, for the conversation that was refused and for no other.
func TestThrottledWithoutATimeTheBotWaitsLongerAndLongerForThatConversationAlone(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.Teams.InjectFault(practice.Fault{Status: 429, Code: "Throttled", Match: func(c practice.Call) bool {
		return c.Op == practice.OpSend && c.Person == "Tom Reid"
	}})
	ref := s.raiseInStore(1)[0]
	s.settle()
	s.priya.gets(ref, "Please answer by")
	s.maya.gets(ref)
	s.north.gets(ref)
	s.log.allow("Teams does not take a message, though it takes others")
	s.moveClock("Mon 30 Mar 2026 10:24")
	s.expectNoNews()
	s.moveClock("Mon 30 Mar 2026 10:30") // those who must know do so within half an hour
	s.maya.gets(ref, "Teams did not take the message to Tom Reid")
	s.owen.gets(ref, "Teams did not take the message to Tom Reid")
	s.moveClock("Mon 30 Mar 2026 10:45")
	tries := queryRows[time.Time](s, `SELECT at FROM attempt WHERE status = 429 ORDER BY n`)
	if len(tries) < 12 {
		t.Fatalf("it was tried %d times in three quarters of an hour", len(tries))
	}
	spread := false
	for i, at := range tries[1:] {
		least := min(time.Second<<i, 5*time.Minute)
		waited := at.Sub(tries[i])
		if waited < least || waited > least+least/4+time.Millisecond {
			t.Errorf("after %d attempts the bot waited %s", i+1, waited)
		}
		spread = spread || waited > least
	}
	if !spread {
		t.Error("the waits are not spread")
	}
	s.tom.getsNothing()
	s.Teams.ClearFaults()
	s.moveClock("Mon 30 Mar 2026 10:55")
	s.tom.gets(ref, "Please answer by")
	s.expectEveryTryRecorded()
	s.expectNothingLost()
}

func TestWithoutATokenDeliveriesWaitAndTheOperatorReadsWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		fault  practice.Fault
		remedy string
	}{
		{"the secret has ended", practice.Fault{Status: 401, Code: "AADSTS7000222"}, "make a new one in the app registration"},
		{"the secret is wrong", practice.Fault{Status: 401, Code: "AADSTS7000215"}, "secret's value, not its id"},
		{"no service principal", practice.Fault{Status: 401, Code: "AADSTS7000229"}, "create one for app_id"},
		{"another code", practice.Fault{Status: 400, Code: "AADSTS900023"}, "check the bot's credentials"},
		{"Entra is down", practice.Fault{Status: 503}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			s.log.allow("does not accept this bot's set-up")
			s.maya.types("/help")
			s.discardNews()
			s.Teams.ExpireBotTokens()
			c.fault.Op = practice.OpToken
			s.Teams.InjectFault(c.fault)
			ref := s.raiseInStore(1)[0]
			s.moveClock("Mon 30 Mar 2026 10:04")
			s.tom.getsNothing()
			lines := s.log.linesWith("does not accept this bot's set-up")
			if want := min(len(c.remedy), 1); len(lines) != want {
				t.Fatalf("the log says it %d times in four minutes: %q", len(lines), lines)
			}
			for _, line := range lines {
				for _, text := range []string{c.remedy, c.fault.Code, `"level":"ERROR"`} {
					if !strings.Contains(line, text) {
						t.Errorf("there is no %q in %s", text, line)
					}
				}
				if containsAny(line, []string{"client_secret", "a fault of the practice", "practice.", "Bearer"}) {
					t.Errorf("the log says too much: %s", line)
				}
			}
			if n := s.countEvents(ref, "undelivered"); n != 0 {
				t.Errorf("%d messages were given up", n)
			}
			if waiting := s.metricValue("challengebot_deliveries_waiting"); waiting == "0" {
				t.Error("no metric shows what waits")
			}
			s.Teams.ClearFaults()
			s.moveClock("Mon 30 Mar 2026 10:15")
			s.tom.gets(ref, "Please answer by")
			s.priya.gets(ref, "Please answer by")
			s.maya.gets(ref)
			s.north.gets(ref)
			s.expectEveryTryRecorded()
			s.expectNothingLost()
		})
	}
}

// Every card that a challenge posts has somebody who hears when it cannot arrive.
func TestNoCardIsRefusedWithoutSomebodyHearing(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref := s.raiseInStore(1)[0]
	s.settle()
	s.discardNews()
	c := s.load(ref)
	env := challenge.Env{Now: s.Clock.Now(), Calendar: s.Calendar, Ladder: c.Ladder, Directory: s.Directory}
	chair, oversight, respondent := challenge.Address{Person: s.maya.ID}, challenge.Address{Person: s.owen.ID}, challenge.Address{Person: s.tom.ID}
	for _, card := range challenge.Cards() {
		to, want := respondent, []challenge.Address{chair, oversight}
		switch card {
		case challenge.CardChallenge, challenge.CardNews:
			to, want = chair, []challenge.Address{oversight}
		case challenge.CardOversight:
			to, want = oversight, []challenge.Address{chair}
		case challenge.CardNotice:
			to, want = challenge.Address{Team: "north-locality"}, []challenge.Address{oversight}
		}
		change, err := c.Challenge.Decide(challenge.RecordRejection{MessageID: 1, Card: card, Opening: 1, To: to, Code: "x"}, challenge.System, env)
		if err != nil {
			t.Fatalf("%s: %v", card, err)
		}
		var got []challenge.Address
		for _, show := range change.Posts {
			got = append(got, show.To)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: told are %v, not %v", card, got, want)
		}
	}
}
