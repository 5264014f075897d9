package story

import (
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// The trail is what a court may read: who did what, when, on which rung, and what
// was shown to whom.

func TestEveryStepIsAnEventUnderTheNameOfWhoTookIt(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(lookedAfterInputs(nil), s.tom, s.priya)
	s.moveClock("Tue 31 Mar 2026 17:00") // silence on the informal stage
	s.discardNews()
	s.moveClock("Wed 1 Apr 2026 10:00")
	s.tom.types("/respond " + r.ref + " Late, but here. | A visit; me; 2026-04-02")
	s.discardNews()
	s.priya.clicks(s.priya.findsMessage("Send the answer"), "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.clicks(s.maya.findsMessage("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": "No visiting plan."})
	s.grace.clicks(s.grace.findsMessage("Before Stage 2"), "Agreed", nil)
	s.maya.types("/refer " + r.ref + " rang at 11 | Grace Lloyd | Grace Lloyd | none")
	s.maya.types("/withdraw " + r.ref + " The child has moved.")
	s.discardNews()

	ids := map[string]string{"": ""}
	for _, p := range s.Teams.People() {
		ids[p.Name] = p.ID
	}
	last := challenge.Hash{}
	for i, e := range s.load(r.ref).History {
		if e.Seq != i+1 || e.Prev != last || e.ChainHash(s.load(r.ref).Challenge.ID) != e.Hash {
			t.Errorf("event %d does not follow from the one before", e.Seq)
		}
		last = e.Hash
		if e.At.IsZero() || e.At.Location() != time.UTC {
			t.Errorf("event %d happened at %s", e.Seq, e.At)
		}
		if e.By != challenge.System && (e.By.ID == "" || e.By.ID != ids[e.By.Name]) {
			t.Errorf("event %d is by %v", e.Seq, e.By)
		}
	}
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Tue 31 Mar 09:00  challengebot: reminded informal",
		"Tue 31 Mar 17:00  challengebot: lapsed informal",
		"Tue 31 Mar 17:00  challengebot: rung_opened stage-1",
		"Wed 1 Apr 10:00  Tom Reid: reply_kept informal",
		"Wed 1 Apr 10:00  Priya Shah: responded stage-1",
		"Wed 1 Apr 10:00  Maya Okafor: judged stage-1",
		"Wed 1 Apr 10:00  challengebot: held stage-2",
		"Wed 1 Apr 10:00  Grace Lloyd: gate_recorded stage-2",
		"Wed 1 Apr 10:00  challengebot: rung_opened stage-2",
		"Wed 1 Apr 10:00  Maya Okafor: referred stage-2",
		"Wed 1 Apr 10:00  Maya Okafor: withdrawn stage-2")
}

func TestEveryCardThatTeamsTookIsOnTheTrailWithItsMessage(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.moveClock("Wed 8 Apr 2026 17:00") // up to the top, in silence
	s.discardNews()
	delivered := map[string]challenge.Address{}
	for _, e := range s.load(r.ref).History {
		if d, ok := e.Body.(challenge.Delivered); ok {
			delivered[d.ActivityID] = d.To
		}
	}
	checked := 0
	for _, p := range s.Teams.People() {
		for _, m := range p.CardMessages() {
			if m.ID == r.form.ID {
				continue // the form belongs to no challenge
			}
			checked++
			if delivered[m.ID].Person != p.ID {
				t.Errorf("the trail does not have the message to %s:\n%s", p.Name, m)
			}
		}
	}
	for _, m := range s.north.Messages() {
		checked++
		if delivered[m.ID].Team != "north-locality" {
			t.Errorf("the trail does not have the notice:\n%s", m)
		}
	}
	if checked != len(delivered) {
		t.Errorf("the trail has %d deliveries, and people see %d messages", len(delivered), checked)
	}
	if n := s.verifyTrails(); n != 1 {
		t.Errorf("%d challenges were verified", n)
	}
}

func TestChallengesDoNotDisturbOneAnother(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire", "redcar-cleveland-internal")
	first := s.raiseAndCollect(atStage1(nil), s.priya)
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "redcar-cleveland-internal", "team": "south-locality"})
	s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"team": "south-locality", "categories": "visits", "record": "7654321"}))
	second := s.lastRef()
	s.leah.gets(second, "7654321")
	s.ben.gets(second)
	s.south.gets(second)
	s.maya.gets(second)
	s.expectNoNews()

	s.priya.clicks(first.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.clicks(s.maya.gets("Is the answer good enough", first.ref), "Satisfied", nil)
	s.expectNoNews()
	s.moveClock("Tue 31 Mar 2026 17:00")
	s.daniel.gets(second+" · Service Manager", "7654321")
	s.discardNews()
	for _, m := range s.south.Messages() {
		expectNoText(t, "the other channel", m, first.ref)
	}
	for _, m := range s.daniel.Inbox() {
		expectNoText(t, "Daniel", m, first.ref, "1234567")
	}
	s.expectAllInert(first.ref)
	if n := s.verifyTrails(); n != 2 {
		t.Errorf("%d challenges were verified", n)
	}
}
