package story

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// Redcar and Cleveland, Child Protection Challenge process, section 3: External /
// Partner Agency Challenge.

func partnerInputs(agency string) practice.Inputs {
	return practice.Inputs{"agency": agency, "categories": "report-late", "concern": "The report came on the morning of the conference.",
		"evidence": "The chair's own record.", "ask": "Reports five working days ahead."}
}

func TestThePartnerAgencyChallengeOfRedcarAndClevelandAsItIsWritten(t *testing.T) {
	t.Parallel()
	const ladderID = "redcar-cleveland-partner"
	expectLadderWalked(t, ladderID)

	t.Run("3.3 to 3.6, from the practitioner to the STSCP representative", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		nadia, kate, rosa, ines := s.actorNamed("Nadia Farouk"), s.actorNamed("Kate Osei"), s.actorNamed("Rosa Lind"), s.actorNamed("Ines Moreau")

		// 3.3: the practitioner, within one day.
		r := s.beginChallenge(s.maya, partnerInputs("health"), "Waiting for an answer from Nadia Farouk (Practitioner) by Tuesday 31 March 2026 at 17:00.",
			"The whole challenge should be settled by Wednesday 8 April 2026 at 17:00.")
		asked := nadia.gets("Partner Agency Challenge "+r.ref+" · Practitioner", "Please answer by Tuesday 31 March 2026 at 17:00",
			"Report not shared in time ahead of the conference", "From: Maya Okafor (Conference Chair)")
		s.discardNews()
		s.expectEachFieldRequired(nadia, asked, "Send the answer", practice.Inputs{"text": "We are short of staff."})
		s.moveClock("Tue 31 Mar 2026 10:00")
		s.discardNews()
		nadia.clicks(asked, "Send the answer", practice.Inputs{"text": "We are short of staff."})
		judge := s.maya.gets("We are short of staff.", "Not satisfied: it goes on to Line manager (Practitioner's line manager).")

		// 3.4: the IRO Team Manager is told at once and raises it with the line manager,
		// who has two days; the Team Manager, not the chair, decides on that answer.
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "That is no plan."})
		told := ines.gets("Partner Agency Challenge "+r.ref+" · Line manager", "For your information: this step has begun.",
			"Who decides on the answer: Ines Moreau (IRO Team Manager)", "That is no plan.")
		asked = kate.gets("Please answer by Thursday 2 April 2026 at 17:00", "raises the matter with the practitioner's line manager",
			"Kate Osei (Practitioner's line manager)", "Who decides on the answer: Ines Moreau (IRO Team Manager)")
		s.discardNews()
		s.moveClock("Wed 1 Apr 2026 14:00")
		kate.clicks(asked, "Send the answer", practice.Inputs{"text": "We shall try harder."})
		judge = ines.gets("Is the answer good enough for the child?", "We shall try harder.",
			"Not satisfied: it goes on to STSCP representative (STSCP representative for the service), once what comes before it is done.")
		s.maya.gets("An answer has come. Waiting for Ines Moreau (IRO Team Manager) to decide on it.")
		s.expectNoNews()
		s.maya.types("/not-satisfied " + r.ref + " Enough.")
		s.maya.gets("Only the person who judges "+r.ref+" can do that.", "Enough.")

		// 3.5: the IRO Team Manager escalates within one day.
		ines.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Trying is no date."})
		gate := ines.gets("Before STSCP representative can begin", "Escalate to the STSCP representative: still to do.",
			"To be recorded by: Ines Moreau (IRO Team Manager).", "If nothing is recorded by Thursday 2 April 2026 at 17:00, it goes on by itself.")
		s.maya.gets("It waits before STSCP representative for: Escalate to the STSCP representative.")
		s.discardNews()
		rosa.getsNothing()
		s.moveClock("Thu 2 Apr 2026 11:00")
		s.discardNews()
		ines.clicks(gate, "Go on now", nil)
		asked = rosa.gets("Partner Agency Challenge "+r.ref+" · STSCP representative", "Please answer by Wednesday 8 April 2026 at 17:00",
			"Rosa Lind (STSCP representative for the service)", "Trying is no date.")
		s.discardNews()

		// 3.6: resolved within five working days.
		s.moveClock("Tue 7 Apr 2026 12:00")
		s.discardNews()
		rosa.clicks(asked, "Send the answer", practice.Inputs{"text": "Reports are sent six days ahead from today."})
		judge = ines.gets("Reports are sent six days ahead from today.", "there is nobody further to ask on this procedure")
		s.maya.gets("Waiting for Ines Moreau")
		ines.clicks(judge, "Satisfied", nil)
		s.maya.gets("Settled on Tuesday 7 April 2026 at 12:00.")
		expectInert(t, "Ines", told)
		s.expectAllInert(r.ref)
		want := []string{"Maya Okafor: raised ", "challengebot: rung_opened step-1", "challengebot: reminded step-1", "Nadia Farouk: responded step-1",
			"Maya Okafor: judged step-1", "challengebot: rung_opened step-2", "Kate Osei: responded step-2", "Ines Moreau: judged step-2",
			"challengebot: held step-3", "challengebot: nudged step-3", "Ines Moreau: gate_recorded step-3", "challengebot: rung_opened step-3",
			"Rosa Lind: responded step-3", "Ines Moreau: judged step-3", "challengebot: resolved step-3"}
		if diff := cmp.Diff(want, s.steps(r.ref)); diff != "" {
			t.Errorf("the trail is another (-want +got):\n%s", diff)
		}
	})

	t.Run("3.5, the Team Manager's one day ends and it goes on by itself", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		joe, ruth, alan, ines := s.actorNamed("Joe Barker"), s.actorNamed("Ruth Kelly"), s.actorNamed("Alan Moss"), s.actorNamed("Ines Moreau")
		r := s.beginChallenge(s.maya, partnerInputs("police"))
		joe.gets("Please answer by Tuesday 31 March 2026 at 17:00")
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 17:00") // 3.3 in silence
		ruth.gets("Please answer by Thursday 2 April 2026 at 17:00", "Practitioner: no answer had come by Tuesday 31 March 2026 at 17:00")
		ines.gets("For your information: this step has begun.")
		s.discardNews()
		s.moveClock("Thu 2 Apr 2026 17:00") // 3.4 in silence: the Team Manager's own day begins
		ines.gets("Before STSCP representative can begin", "If nothing is recorded by Tuesday 7 April 2026 at 17:00, it goes on by itself.")
		alan.getsNothing()
		s.discardNews()
		s.moveClock("Tue 7 Apr 2026 09:00") // she is reminded on the morning of that day
		ines.gets("1 waits for you", "Before STSCP representative", "If nothing is recorded by Tuesday 7 April 2026 at 17:00, it goes on by itself.")
		s.discardNews()
		s.moveClock("Tue 7 Apr 2026 16:59")
		alan.getsNothing()
		s.discardNews()
		s.moveClock("Tue 7 Apr 2026 17:00")
		alan.gets(r.ref+" · STSCP representative", "Please answer by Wednesday 8 April 2026 at 17:00",
			"Escalate to the STSCP representative: the time for this ended, so it went on by itself.")
		s.discardNews()
		s.moveClock("Wed 8 Apr 2026 17:00") // 3.6 in silence: nobody is left to ask
		ines.gets("Every step of this procedure has been passed without agreement.")
		s.maya.getsAll("Nothing waits for you", "Every step of this procedure has been passed without agreement.")
		s.discardNews()
	})

	t.Run("3.3 and 3.4 with people who have no account here", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		ines, carol := s.actorNamed("Ines Moreau"), s.actorNamed("Carol Nwosu")
		r := s.beginChallenge(s.maya, partnerInputs("education"), "Waiting for an answer from Meg Turner (Practitioner) by Tuesday 31 March 2026 at 17:00.")
		asked := s.maya.findsMessage("Please ask Meg Turner (Practitioner) by telephone or e-mail, and record their answer here.")
		s.discardNews()
		s.moveClock("Mon 30 Mar 2026 16:00")
		s.maya.clicks(asked, "Send the answer", practice.Inputs{"text": "She forgot; it will not happen again."})
		judge := s.maya.gets("Maya Okafor answered on behalf of Meg Turner on Monday 30 March 2026 at 16:00.", "She forgot; it will not happen again.")
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "It has happened three times."})
		asked = ines.findsMessage("Please ask Paul Adair (Practitioner's line manager) by telephone or e-mail, and record their answer here.")
		expectText(t, "Ines", asked, "Please answer by Wednesday 1 April 2026 at 17:00", "Maya Okafor answered on behalf of Meg Turner")
		s.discardNews()
		s.maya.types("/respond " + r.ref + " He says it is in hand.")
		s.maya.gets("You answered this before, and that answer counts.") // her own recording of 3.3, not the line manager's
		s.maya.shows("Maya Okafor raised this.", "a late reply from Maya Okafor")
		ines.clicks(asked, "Send the answer", practice.Inputs{"text": "He says it is in hand."})
		judge = ines.gets("Ines Moreau answered on behalf of Paul Adair", "He says it is in hand.")
		ines.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Nothing in writing."})
		ines.clicks(ines.findsMessage("Before STSCP representative can begin"), "Go on now", nil)
		carol.gets(r.ref+" · STSCP representative", "on behalf of Paul Adair", "Nothing in writing.")
		s.discardNews()
	})

	t.Run("3.2, the agency must be named, and no step may be left out", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		s.maya.types("/challenge")
		form := s.maya.gets("Partner Agency Challenge")
		in := raiseInputs(partnerInputs(""))
		s.maya.clicksUnchecked(form, "Send the challenge", in)
		expectMarked(t, form, "agency", "Please choose the agency that this is about.")
		delete(in, "agency")
		expectInputsKept(t, "Maya", form, in)
		if _, offered := form.Card().Input("start_at"); offered {
			t.Errorf("a later step is offered, which section 3 does not know")
		}
		s.maya.clicks(form, "Continue", practice.Inputs{"agency": "health"})
		expectText(t, "Maya", form, "Check, then send", "It may start before the conference")
		if n := s.verifyTrails(); n != 0 {
			t.Errorf("%d challenges are stored", n)
		}
	})
}
