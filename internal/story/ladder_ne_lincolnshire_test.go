package story

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// North East Lincolnshire, One Minute Briefing: Professional Challenge and Escalation
// Process. The subtests follow its boxes, from the Informal Stage to CAFCASS.

// plannedInputs is an answer with the agreed plan that every stage asks for.
func plannedInputs(text string) practice.Inputs {
	return practice.Inputs{"text": text, "plan_1_what": "Visit and see the children alone", "plan_1_who": "Duty social worker", "plan_1_by": "2026-05-08"}
}

func TestTheProfessionalChallengeOfNorthEastLincolnshireAsItIsWritten(t *testing.T) {
	t.Parallel()
	const ladderID = "ne-lincolnshire"
	expectLadderWalked(t, ladderID)

	t.Run("from the Informal Stage to Stage 4, each once agreed with the own Service Manager", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)

		// Informal Stage: SW and TM are told; the step is completed in 1 working day, the
		// chair's own.
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		s.maya.clicks(form, "Continue", raiseInputs(nil))
		expectText(t, "Maya", form, "The safety and wellbeing of the child or young person is paramount.", "face to face where possible or over Teams")
		s.maya.clicks(form, "Change what I wrote", nil)
		r := s.beginChallenge(s.maya, nil, "Waiting for an answer from Tom Reid (Social Worker) and Priya Shah (Team Manager) by Tuesday 31 March 2026 at 17:00.")
		informal := s.priya.gets("Professional Challenge "+r.ref+" · Informal Stage", "Please answer by Tuesday 31 March 2026 at 17:00",
			"discuss an agreed plan to move forward", "From: Maya Okafor (IRO / CP chair)", "Liquidlogic number: 1234567", "Minimum statutory requirements not met")
		s.tom.gets("Informal Stage")
		s.discardNews()
		s.expectEachFieldRequired(s.priya, informal, "Send the answer", plannedInputs("We agree a visit."))
		s.moveClock("Tue 31 Mar 2026 09:00")
		s.maya.gets("1 waits for you", "Its time ends today", "by Tuesday 31 March 2026 at 17:00") // the chair's own deadline: the chair is reminded too
		s.discardNews()
		s.priya.clicks(informal, "Send the answer", plannedInputs("We agree a visit."))
		s.maya.clicks(s.maya.gets("1. Visit and see the children alone – Duty social worker, by Friday 8 May 2026"), "Not satisfied", practice.Inputs{"reason": "No date this month."})

		// Stage 1: the Team Manager, 5 working days; the challenge starts here.
		stage1 := s.priya.gets(r.ref+" · Stage 1", "Please answer by Thursday 9 April 2026 at 17:00",
			"completes the form with the agreed plan and returns it to the IRO / CP chair")
		expectText(t, "Maya", s.maya.findsMessage("Maya Okafor raised this."), "The whole challenge should be settled by Thursday 30 April 2026 at 17:00.")
		s.discardNews()
		s.moveClock("Wed 1 Apr 2026 10:00")
		s.priya.clicks(stage1, "Send the answer", plannedInputs("The same plan, sooner."))
		judge := s.maya.gets("The same plan, sooner.", "Not satisfied: it goes on to Stage 2 (Service Manager), once what comes before it is done.")
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Still May."})

		// Stage 2: the own Service Manager is consulted; once agreed it is sent. 5 working
		// days, and 10 from the start. A meeting may be held if required.
		gate := s.grace.gets("Before Stage 2 can begin", "With: Grace Lloyd (Safeguarding and Review Service Manager).", "Agreement is needed.",
			"A meeting may be held if it is required.")
		s.daniel.getsNothing()
		s.discardNews()
		s.grace.clicks(gate, "Agreed", practice.Inputs{"note": "Agreed in supervision."})
		stage2 := s.daniel.gets(r.ref+" · Stage 2", "Please answer by Friday 10 April 2026 at 17:00", "or hold a meeting if required",
			"A meeting may be held if it is required.", "Chaired by: Daniel Hughes (Service Manager)", "Invited: Tom Reid (Social Worker) and Priya Shah (Team Manager)",
			"May attend: Maya Okafor (IRO / CP chair)")
		s.discardNews()
		s.moveClock("Tue 7 Apr 2026 10:00")
		s.discardNews()
		s.daniel.clicks(stage2, "Send the answer", plannedInputs("A visit on Friday."))
		s.maya.clicks(s.maya.gets("A visit on Friday."), "Not satisfied", practice.Inputs{"reason": "Not held either."})

		// Stage 3: the process is repeated. A refusal holds it; the IRO, personally
		// responsible (IRO Handbook 6.4), goes on with the reason.
		gate = s.grace.gets("Before Stage 3 can begin")
		mine := s.maya.findsMessage("Before Stage 3 can begin")
		s.discardNews()
		s.expectEachFieldRequired(s.grace, gate, "Not agreed", practice.Inputs{"note": "Give it until Friday."})
		s.grace.clicks(gate, "Not agreed", practice.Inputs{"note": "Give it until Friday."})
		s.aisha.getsNothing()
		s.expectEachFieldRequired(s.maya, mine, "Go on against the refusal", practice.Inputs{"note": "The child cannot wait until Friday."})
		s.maya.clicks(mine, "Go on against the refusal", practice.Inputs{"note": "The child cannot wait until Friday."})
		stage3 := s.aisha.gets(r.ref+" · Stage 3", "Please answer by Tuesday 14 April 2026 at 17:00", "sets out the plan that resolves the challenge",
			"Give it until Friday.", "The child cannot wait until Friday.")
		s.discardNews()
		s.moveClock("Wed 8 Apr 2026 10:00")
		s.aisha.clicks(stage3, "Send the answer", plannedInputs("A plan without dates."))
		s.maya.clicks(s.maya.gets("A plan without dates."), "Not satisfied", practice.Inputs{"reason": "No dates."})

		// Stage 4: repeated once more, to the Assistant Director.
		mine = s.maya.findsMessage("Before Stage 4 can begin")
		s.discardNews()
		s.maya.clicks(mine, "Agreed", practice.Inputs{"note": "Grace Lloyd agrees, by telephone."})
		stage4 := s.helen.gets(r.ref+" · Stage 4", "Please answer by Wednesday 15 April 2026 at 17:00", "Grace Lloyd agrees, by telephone.")
		s.discardNews()
		s.moveClock("Thu 9 Apr 2026 10:00")
		s.helen.clicks(stage4, "Send the answer", plannedInputs("Seen today; a visit each week."))
		judge = s.maya.gets("Seen today; a visit each week.")
		s.maya.clicks(judge, "Satisfied", nil)
		expectText(t, "Maya", judge, "Settled on Thursday 9 April 2026 at 10:00.")
		s.expectAllInert(r.ref)
		s.discardNews()
		want := []string{"Maya Okafor: raised ", "challengebot: rung_opened informal", "challengebot: reminded informal", "Priya Shah: responded informal",
			"Maya Okafor: judged informal", "challengebot: rung_opened stage-1", "Priya Shah: responded stage-1", "Maya Okafor: judged stage-1",
			"challengebot: held stage-2", "Grace Lloyd: gate_recorded stage-2", "challengebot: rung_opened stage-2", "Daniel Hughes: responded stage-2",
			"Maya Okafor: judged stage-2", "challengebot: held stage-3", "Grace Lloyd: gate_recorded stage-3", "Maya Okafor: gate_recorded stage-3",
			"challengebot: rung_opened stage-3", "Aisha Rahman: responded stage-3", "Maya Okafor: judged stage-3", "challengebot: held stage-4",
			"Maya Okafor: gate_recorded stage-4", "challengebot: rung_opened stage-4", "Helen Clarke: responded stage-4", "Maya Okafor: judged stage-4",
			"challengebot: resolved stage-4"}
		if diff := cmp.Diff(want, s.steps(r.ref)); diff != "" {
			t.Errorf("the trail is another (-want +got):\n%s", diff)
		}
	})

	t.Run("Stages 2 to 4, working days from the start of the challenge: 10, 15 and 20", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		s.beginChallenge(s.maya, atStage1(nil), "The whole challenge should be settled by Wednesday 29 April 2026 at 17:00.")
		s.priya.gets("Stage 1", "Please answer by Wednesday 8 April 2026 at 17:00", "The issues meet the threshold to raise this at a later stage")
		for _, stage := range []struct{ lapses, label, agreed, due string }{
			{"Wed 8 Apr 2026 17:00", "Stage 2", "Tue 14 Apr 2026 11:00", "Please answer by Wednesday 15 April 2026 at 17:00"},
			{"Wed 15 Apr 2026 17:00", "Stage 3", "Tue 21 Apr 2026 11:00", "Please answer by Wednesday 22 April 2026 at 17:00"},
			{"Wed 22 Apr 2026 17:00", "Stage 4", "Tue 28 Apr 2026 11:00", "Please answer by Wednesday 29 April 2026 at 17:00"},
		} {
			s.discardNews()
			s.moveClock(stage.lapses)
			gate := s.grace.gets("Before "+stage.label+" can begin", "It does not go on by itself.")
			s.discardNews()
			s.moveClock(stage.agreed) // the gate eats into the stage: the days from the start run on
			s.discardNews()
			s.grace.clicks(gate, "Agreed", nil)
			asked := map[string]*actor{"Stage 2": s.daniel, "Stage 3": s.aisha, "Stage 4": s.helen}[stage.label]
			asked.gets(stage.label, stage.due)
		}
		s.discardNews()
		s.moveClock("Wed 29 Apr 2026 17:00")
		s.maya.gets("Every stage of this procedure has been passed without agreement.")
		s.discardNews()
	})

	t.Run("the Informal Stage in silence: Stage 1 begins all the same", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		r := s.beginChallenge(s.maya, nil)
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 16:59")
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 17:00")
		s.priya.gets(r.ref+" · Stage 1", "Please answer by Thursday 9 April 2026 at 17:00",
			"Informal Stage: no answer had come by Tuesday 31 March 2026 at 17:00")
		s.discardNews()
	})

	for _, c := range []struct {
		to, label string
		asked     func(*stage) *actor
	}{
		{"stage-2", "Stage 2", func(s *stage) *actor { return s.daniel }},
		{"stage-3", "Stage 3", func(s *stage) *actor { return s.aisha }},
		{"stage-4", "Stage 4", func(s *stage) *actor { return s.helen }},
	} {
		t.Run("an escalation at any stage, if the threshold is met: "+c.label, func(t *testing.T) {
			t.Parallel()
			s := openWithEverybody(t, ladderID)
			asked := c.asked(s)
			for i, agreed := range []bool{true, false} {
				s.moveClock([]string{"Mon 30 Mar 2026 10:00", "Mon 30 Mar 2026 10:05"}[i])
				r := s.beginChallenge(s.maya, atStage1(practice.Inputs{"start_at": c.to}), "It waits before "+c.label+" for")
				gate, mine := s.grace.findsMessage("Before "+c.label+" can begin"), s.maya.findsMessage("Before "+c.label+" can begin")
				asked.getsNothing()
				s.discardNews()
				if agreed {
					s.grace.clicks(gate, "Agreed", nil)
				} else {
					s.grace.clicks(gate, "Not agreed", practice.Inputs{"note": "Try Stage 1."})
					asked.getsNothing()
					s.maya.clicks(mine, "Go on against the refusal", practice.Inputs{"note": "It is my responsibility."})
				}
				asked.gets(r.ref+" · "+c.label, "Please answer by Wednesday 8 April 2026 at 17:00", "Raised twice in supervision.")
				s.discardNews()
			}
		})
	}

	t.Run("Principles, a concern within the partnership: a record, and nobody is asked", func(t *testing.T) {
		t.Parallel()
		partnerConcernRecorded(t)
	})

	t.Run("CAFCASS, for children in care only, by the IRO, at any time", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		plan := s.beginChallenge(s.maya, nil)
		if strings.Contains(plan.chair.String(), referTitle) {
			t.Errorf("a referral is offered for a child who is not in care")
		}
		s.discardNews()
		r := s.beginChallenge(s.maya, lookedAfterInputs(practice.Inputs{"categories": "placement", "looked_after": "false"}), referTitle,
			"Local Authority Nominated Officer was informed", "Safeguarding and Review Service Manager was consulted", "CAFCASS Legal, first by telephone",
			"Placement not meeting the child's needs or unassessed", "Review for a child who is looked after")
		s.discardNews()
		full := s.referralInputs(r.chair, nil)
		s.expectEachFieldRequired(s.maya, r.chair, "refer", full)
		s.maya.clicks(r.chair, "refer", full)
		expectText(t, "Maya", r.chair, "Maya Okafor referred this to CAFCASS on Monday 30 March 2026.", "30 March 11:00, duty lawyer of CAFCASS Legal",
			"Waiting for an answer from Tom Reid (Social Worker) and Priya Shah (Team Manager)") // the stages go on
		s.discardNews()

		// A child with a protection plan may be in care as well.
		both := s.beginChallenge(s.maya, practice.Inputs{"looked_after": "true"}, referTitle)
		s.maya.clicks(both.chair, "refer", s.referralInputs(both.chair, nil))
		expectText(t, "Maya", both.chair, "Maya Okafor referred this to CAFCASS")
		s.discardNews()
	})
}
