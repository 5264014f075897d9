package story

import (
	"testing"

	"challengebot/internal/practice"
)

// The manager who is asked knows whose the question is: that person is asked until the same day, and
// chair and oversight see it.
func TestWhoIsAskedSaysWhoseTheQuestionIs(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(s *stage, r raisedChallenge){
		"by button": func(s *stage, r raisedChallenge) {
			s.priya.clicks(r.asked[0], "This is not mine", nil)
			s.priya.clicks(r.asked[0], "Pass the question on", practice.Inputs{s.fieldWithLabel(r.asked[0], "Whose it is: the name of a person"): "ben carter"})
		},
		"by typing": func(s *stage, r raisedChallenge) { s.priya.types("/not-mine " + r.ref + " Ben Carter") },
		"in Welsh":  func(s *stage, r raisedChallenge) { s.priya.types("/nid-fi " + r.ref + " Ben Carter") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			r := s.raiseAndCollect(atStage1(nil), s.priya)
			s.priya.types("/not-mine " + r.ref)
			s.priya.gets("Please say whose it is")
			s.priya.types("/not-mine " + r.ref + " Maya Okafor")
			s.priya.gets("Maya Okafor raised " + r.ref)
			s.tom.types("/not-mine " + r.ref + " Ben Carter")
			s.tom.gets("There is no challenge")
			tell(s, r)
			ben := s.actorNamed("Ben Carter")
			card := ben.gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00", "Priya Shah (Team Manager) said that it is not theirs, and named Ben Carter")
			s.maya.gets(r.ref)
			s.owen.gets(r.ref, "named Ben Carter (Team Manager), who is asked")
			s.discardNews()
			s.maya.types("/challenge " + r.ref)
			s.maya.gets("Waiting for an answer from Ben Carter (Team Manager)", "Priya Shah (Team Manager) said that it is not theirs")
			s.priya.types("/respond " + r.ref + " We shall visit. | A visit; duty worker; 2026-04-10")
			s.priya.gets("This was handed over to Ben Carter, who is asked now.")
			s.discardNews()
			ben.clicks(card, "Send the answer", plannedInputs("We visit tomorrow."))
			s.maya.gets("Ben Carter answered", "We visit tomorrow.")
			s.discardNews()
			if s.verifyTrails() != 1 {
				t.Error("there is no trail")
			}
		})
	}
}
