package story

import (
	"testing"
)

// What reaches people in twelve working days in which nobody acts, while one chair has six
// challenges: asked for is what somebody must do, and no message comes twice.
func TestSixSilentChallengesDoNotDrownTheirChair(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	const challenges, most = 6, 25
	people := []*actor{s.maya, s.grace, s.priya, s.owen}
	counts := map[*actor]int{}
	said := map[*actor]map[string]bool{}
	count := func() {
		for _, p := range people {
			for _, m := range postedMessages(p.TakeNew()) {
				if said[p] == nil {
					said[p] = map[string]bool{}
				}
				text := m.String()
				if said[p][text] {
					t.Errorf("%s gets the same message twice:\n%s", p.Name, text)
				}
				said[p][text] = true
				counts[p]++
			}
		}
	}
	for range challenges {
		s.maya.types("/challenge")
		form := s.maya.LastMessage()
		s.maya.clicks(form, "Send the challenge", raiseInputs(nil))
		count()
	}
	for _, day := range []string{"Mon 30 Mar", "Tue 31 Mar", "Wed 1 Apr", "Thu 2 Apr", "Tue 7 Apr", "Wed 8 Apr", "Thu 9 Apr", "Fri 10 Apr", "Mon 13 Apr", "Tue 14 Apr", "Wed 15 Apr", "Thu 16 Apr"} {
		for _, hour := range []string{"12:00", "16:59", "17:00"} { // the first settles the morning
			s.moveClock(day + " 2026 " + hour)
			count()
		}
	}
	if n := counts[s.maya]; n > most {
		t.Errorf("the chair got %d messages", n)
	}
	if n := counts[s.grace]; n > challenges+5 { // one of each challenge, and a digest on each day that one waits
		t.Errorf("who is consulted got %d messages", n)
	}
	for _, p := range people {
		t.Logf("%s: %d messages", p.Name, counts[p])
	}
	s.discardNews()
}

// News is one line, without a word of the concern, and stays as it was: the card is one button away.
func TestNewsIsOneLineThatOpensTheChallenge(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("/acknowledge " + r.ref)
	asked := s.priya.gets(r.ref)
	news := s.maya.getsNews(r.ref+": ", "Priya Shah", "Waiting for an answer from Priya Shah (Team Manager) by Wednesday 8 April 2026 at 17:00.")
	expectNoText(t, "Maya", news, "1234567", "No visit")
	said := news.String()
	s.maya.clicks(news, "Open", nil)
	s.maya.gets("Maya Okafor raised this.", "No visit since 12 February.")
	s.priya.clicks(asked, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Is the answer good enough")
	if now := news.String(); now != said {
		t.Errorf("the news says now:\n%s", now)
	}
}
