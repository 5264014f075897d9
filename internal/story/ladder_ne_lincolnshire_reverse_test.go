package story

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// North East Lincolnshire, Background: the process is a framework for social work teams
// too, to raise evidence-based concerns about the Independent Chair Service. The stages
// are mirrored.
// consults has the team's own Service Manager agree, or refuse and be overridden.
func (s *stage) recordConsultation(rung, view string) {
	s.t.Helper()
	gate, mine := s.daniel.findsMessage("Before "+rung+" can begin"), s.tom.findsMessage("Before "+rung+" can begin")
	s.discardNews()
	s.daniel.clicks(gate, view, practice.Inputs{"note": "My view."})
	if view == "Not agreed" {
		s.tom.clicks(mine, "Go on against the refusal", practice.Inputs{"note": "It cannot wait."})
	}
}

func TestTheChallengeOfTheIndependentChairServiceAsItIsWritten(t *testing.T) {
	t.Parallel()
	const ladderID = "ne-lincolnshire-reverse"
	expectLadderWalked(t, ladderID)
	concern := practice.Inputs{"categories": "decision", "concern": "The conference was put off twice; the children wait.",
		"evidence": "Invitations of 2 and 16 March.", "ask": "A conference in April."}

	t.Run("Background, from the Independent Chair Service's Team Manager to the Assistant Director", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		ines := s.actorNamed("Ines Moreau")

		// Social work teams raise it; a chair cannot.
		s.maya.types("/challenge")
		s.maya.gets("You are not listed as somebody who may raise a challenge.")
		r := s.beginChallenge(s.tom, concern, "Waiting for an answer from Ines Moreau (Team Manager of the Independent Chair Service) by Tuesday 31 March 2026 at 17:00.")
		asked := ines.gets("Professional Challenge "+r.ref+" · Informal Stage", "From: Tom Reid (Social work team)", "Decision making of the Independent Chair Service",
			"The conference was put off twice; the children wait.", "Invitations of 2 and 16 March.")
		s.discardNews()
		s.expectEachFieldRequired(ines, asked, "Send the answer", plannedInputs("A room was missing."))
		ines.clicks(asked, "Send the answer", plannedInputs("A room was missing."))
		s.tom.clicks(s.tom.gets("A room was missing."), "Not satisfied", practice.Inputs{"reason": "May is too late."})

		// Stage 1: 5 working days.
		asked = ines.gets(r.ref+" · Stage 1", "Please answer by Wednesday 8 April 2026 at 17:00")
		s.discardNews()
		ines.clicks(asked, "Send the answer", plannedInputs("There is none before May."))
		s.tom.clicks(s.tom.gets("There is none before May."), "Not satisfied", practice.Inputs{"reason": "Another building has rooms."})

		// Stage 2: the team consults its own Service Manager; the chair service's answers.
		gate := s.daniel.gets("Before Stage 2 can begin", "With: Daniel Hughes (Service Manager of the social work team).")
		s.grace.getsNothing()
		s.discardNews()
		s.daniel.clicks(gate, "Agreed", practice.Inputs{"note": "Raise it."})
		s.grace.gets(r.ref+" · Stage 2", "Please answer by Wednesday 8 April 2026 at 17:00", "Grace Lloyd (Safeguarding and Review Service Manager)",
			"A meeting may be held if it is required.", "Chaired by: Grace Lloyd (Safeguarding and Review Service Manager)")
		s.discardNews()
		s.moveClock("Wed 8 Apr 2026 16:59")
		s.discardNews()
		s.moveClock("Wed 8 Apr 2026 17:00") // in silence to Stage 3, which waits for the own manager again
		gate = s.daniel.gets("Before Stage 3 can begin", "Stage 2: no answer had come by Wednesday 8 April 2026 at 17:00")
		mine := s.tom.findsMessage("Before Stage 3 can begin")
		s.discardNews()
		s.daniel.clicks(gate, "Not agreed", practice.Inputs{"note": "She is ill; wait."})
		s.tom.clicks(mine, "Go on against the refusal", practice.Inputs{"note": "Somebody stands in for her."})
		asked = s.aisha.gets(r.ref+" · Stage 3", "Please answer by Wednesday 15 April 2026 at 17:00", "Somebody stands in for her.")
		s.discardNews()
		s.grace.types("/respond " + r.ref + " The conference is on 28 April.") // late, and kept
		s.grace.gets("kept on the record as a late reply")
		expectText(t, "Aisha", asked, "The conference is on 28 April.")
		s.aisha.clicks(asked, "Send the answer", plannedInputs("28 April is too late; I shall see."))
		s.tom.clicks(s.tom.findsMessage("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": "No date."})

		// Stage 4.
		s.discardNews()
		s.daniel.clicks(s.daniel.findsMessage("Before Stage 4 can begin"), "Agreed", nil)
		asked = s.helen.gets(r.ref+" · Stage 4", "Please answer by Wednesday 15 April 2026 at 17:00")
		s.discardNews()
		s.helen.clicks(asked, "Send the answer", plannedInputs("The conference is on 14 April."))
		s.tom.clicks(s.tom.gets("The conference is on 14 April."), "Satisfied", nil)
		s.expectAllInert(r.ref)
		s.discardNews()
		want := []string{"Tom Reid: raised ", "challengebot: rung_opened informal", "Ines Moreau: responded informal", "Tom Reid: judged informal",
			"challengebot: rung_opened stage-1", "Ines Moreau: responded stage-1", "Tom Reid: judged stage-1", "challengebot: held stage-2",
			"Daniel Hughes: gate_recorded stage-2", "challengebot: rung_opened stage-2", "challengebot: reminded stage-2", "challengebot: reminded stage-2",
			"challengebot: lapsed stage-2", "challengebot: held stage-3", "Daniel Hughes: gate_recorded stage-3", "Tom Reid: gate_recorded stage-3",
			"challengebot: rung_opened stage-3", "Grace Lloyd: reply_kept stage-2", "Aisha Rahman: responded stage-3", "Tom Reid: judged stage-3",
			"challengebot: held stage-4", "Daniel Hughes: gate_recorded stage-4", "challengebot: rung_opened stage-4", "Helen Clarke: responded stage-4",
			"Tom Reid: judged stage-4", "challengebot: resolved stage-4"}
		if diff := cmp.Diff(want, s.steps(r.ref)); diff != "" {
			t.Errorf("the trail is another (-want +got):\n%s", diff)
		}
	})

	t.Run("Stages 1 to 4 in silence, each once the team's Service Manager was consulted", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		ines := s.actorNamed("Ines Moreau")
		r := s.beginChallenge(s.tom, concern)
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 16:59")
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 17:00") // the Informal Stage
		ines.gets(r.ref+" · Stage 1", "Please answer by Thursday 9 April 2026 at 17:00")
		s.discardNews()
		s.moveClock("Thu 9 Apr 2026 16:59")
		s.discardNews()
		s.moveClock("Thu 9 Apr 2026 17:00")
		s.recordConsultation("Stage 2", "Not agreed")
		asked := s.grace.gets(r.ref+" · Stage 2", "Please answer by Thursday 16 April 2026 at 17:00", "It cannot wait.")
		s.discardNews()
		s.grace.clicks(asked, "Send the answer", plannedInputs("I shall ask the chair."))
		s.tom.clicks(s.tom.findsMessage("Is the answer good enough"), "Not satisfied", practice.Inputs{"reason": "No date."})
		s.recordConsultation("Stage 3", "Agreed")
		s.aisha.gets(r.ref+" · Stage 3", "Please answer by Thursday 16 April 2026 at 17:00")
		s.discardNews()
		s.moveClock("Thu 16 Apr 2026 16:59")
		s.discardNews()
		s.moveClock("Thu 16 Apr 2026 17:00")
		s.recordConsultation("Stage 4", "Not agreed")
		s.helen.gets(r.ref+" · Stage 4", "Please answer by Thursday 23 April 2026 at 17:00")
		s.discardNews()
		s.moveClock("Thu 23 Apr 2026 16:59")
		s.discardNews()
		s.moveClock("Thu 23 Apr 2026 17:00")
		s.tom.gets("Every stage of this procedure has been passed without agreement.")
		s.discardNews()
	})

	t.Run("Background, a Team Manager may raise it for the team, and evidence is asked for", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		s.priya.types("/challenge")
		form := s.priya.gets("Raise a challenge")
		if in, _ := form.Card().Input("team"); len(in.Choices) != 1 {
			t.Errorf("a Team Manager may raise it for %d teams, not her own", len(in.Choices))
		}
		r := s.beginChallenge(s.priya, concern, "Priya Shah raised this.")
		s.actorNamed("Ines Moreau").gets(r.ref+" · Informal Stage", "From: Priya Shah (Social work team)")
		s.discardNews()
	})
	t.Run("silence climbs to the top, and who oversees challenges is told", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		r := s.beginChallenge(s.tom, concern)
		silence := func() {
			for c := s.load(r.ref); c.Challenge.State == challenge.StateAwaitingResponse; c = s.load(r.ref) {
				if err := s.MoveClockTo(t.Context(), c.Challenge.Due()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, held := range []string{"Stage 2", "Stage 3", "Stage 4"} {
			silence()
			s.daniel.clicks(s.daniel.findsMessage("Before "+held+" can begin"), "Agreed", nil)
		}
		silence()
		s.tom.findsMessage("Every stage of this procedure has been passed without agreement. It stays open")
		s.owen.findsMessage("What is waiting: Professional Challenge " + r.ref)
		s.discardNews()
	})
}
