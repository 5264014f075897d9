package story

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// Rutland, raising concerns and escalation by Independent Chairs, section 2: the
// threshold talk, Stages 1 to 6, and the discretion to proceed directly.

func alertInputs(more practice.Inputs) practice.Inputs {
	in := practice.Inputs{"categories": "core-groups", "concern": "No Core Group since January."}
	maps.Copy(in, more)
	return in
}

// agreeThreshold has the Service Manager agree that the concern meets the threshold.
func (s *stage) agreeThreshold(rung string) {
	s.t.Helper()
	s.daniel.clicks(s.daniel.findsMessage("Before "+rung+" can begin"), "Agreed", practice.Inputs{"note": "It meets the threshold."})
}

// recordSecondView has the Service Manager refuse, and the Head of Service give a view.
func (s *stage) recordSecondView(rung, view string) {
	s.t.Helper()
	s.aisha.getsNothing()
	s.daniel.clicks(s.daniel.findsMessage("Before "+rung+" can begin"), "Not agreed", practice.Inputs{"note": "It is planned."})
	gate := s.aisha.gets("Before "+rung+" can begin", "Discuss the threshold with the Head of Service: still to do.", "It is planned.")
	s.discardNews()
	s.aisha.clicks(gate, view, practice.Inputs{"note": "My view of it."})
}

// lastNote is the field for a note of the last of a card's gates.
func lastNote(m *practice.Message) string {
	var id string
	for _, in := range m.Card().Inputs() {
		if strings.HasPrefix(in.Label, "Note") {
			id = in.ID
		}
	}
	return id
}

// expectProceeded holds that the threshold is passed: Stage 3 is asked, and Stage 4 waits for
// nothing but the written statement.
func (s *stage) expectProceeded(r raisedChallenge, to string) {
	s.t.Helper()
	if to == "stage-4" {
		gate := s.maya.findsMessage("Written statement of the Independent Chair (Appendix 5): still to do.")
		s.maya.clicks(gate, "File the statement", practice.Inputs{s.fieldWithLabel(gate, "Statement of the alert"): "The baby is gone.", s.fieldWithLabel(gate, "Action required"): "A strategy meeting today."})
		s.actorNamed("Diane Foster").gets(r.ref+" · Stage 4", "My view of it.", "The mother has left with the baby.")
	} else {
		s.aisha.gets(r.ref+" · Stage 3", "My view of it.", "The mother has left with the baby.")
	}
	s.priya.getsNothing()
	s.discardNews()
}

func TestTheEscalationAlertOfRutlandAsItIsWritten(t *testing.T) {
	t.Parallel()
	const ladderID = "rutland"
	expectLadderWalked(t, ladderID)
	meeting := practice.Inputs{"text": "The Core Group was not minuted.", "held_on": "2026-04-20", "present": "Worker, Team Manager, Service Manager, Head of Service",
		"minuted_by": "Business support", "outcome": "A Core Group on 30 April."}

	t.Run("section 2, from the threshold talk to CAFCASS", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		diane, quinn := s.actorNamed("Diane Foster"), s.actorNamed("Quinn Baxter")

		// In the first instance the Service Manager; if he does not agree, the Head of
		// Service; if neither agrees, the Independent Chair may still choose to escalate.
		r := s.beginChallenge(s.maya, alertInputs(practice.Inputs{"looked_after": "true"}), "It waits before Stage 1 for: Discuss the threshold with the Service Manager.")
		first := s.daniel.gets("Escalation alert "+r.ref, "Before Stage 1 can begin", "With: Daniel Hughes (Service Manager).",
			"It must have taken place; it need not be agreed.", "No Core Group since January.", "From: Maya Okafor (Independent Chair)")
		s.aisha.getsNothing()
		s.priya.getsNothing()
		s.discardNews()
		s.expectEachFieldRequired(s.daniel, first, "Not agreed", practice.Inputs{"note": "One Core Group is planned."})
		s.daniel.clicks(first, "Not agreed", practice.Inputs{"note": "One Core Group is planned."})
		second := s.aisha.gets("Discuss the threshold with the Head of Service: still to do.", "With: Aisha Rahman (Head of Service).", "One Core Group is planned.")
		s.discardNews()
		s.aisha.clicks(second, "Not agreed", practice.Inputs{"note": "I see it as the Service Manager does."})
		s.priya.getsNothing()
		mine := s.maya.findsMessage("Choose to escalate although neither manager agrees: still to do.")
		s.discardNews()
		s.maya.clicks(mine, "Go on", practice.Inputs{"note": "Planned three times before."})

		// Stage 1: the Team Manager, within 5 working days of receipt.
		stage1 := s.priya.gets("Escalation alert "+r.ref+" · Stage 1", "Please answer by Wednesday 8 April 2026 at 17:00",
			"Priya Shah (Team Manager with line management responsibility for the worker)", "Core Groups not held, late or not effective",
			"Appendix 2, Stage 1 form", "I see it as the Service Manager does.", "Planned three times before.")
		s.discardNews()
		s.expectEachFieldRequired(s.priya, stage1, "Send the answer", practice.Inputs{"text": "It is planned for May."})
		s.priya.clicks(stage1, "Send the answer", practice.Inputs{"text": "It is planned for May."})
		s.maya.clicks(s.maya.gets("It is planned for May."), "Not satisfied", practice.Inputs{"reason": "Not before May?"})

		// Stage 2 and Stage 3, 5 working days each.
		stage2 := s.daniel.gets(r.ref+" · Stage 2", "Please answer by Wednesday 8 April 2026 at 17:00", "Appendix 3, Stage 2 form", "Not before May?")
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 10:00")
		s.daniel.clicks(stage2, "Send the answer", practice.Inputs{"text": "It is for the team to plan."})
		s.maya.clicks(s.maya.gets("It is for the team to plan."), "Not satisfied", practice.Inputs{"reason": "Nobody plans it."})
		stage3 := s.aisha.gets(r.ref+" · Stage 3", "Please answer by Thursday 9 April 2026 at 17:00", "Appendix 4, Stage 3 form")
		s.discardNews()
		s.moveClock("Wed 8 Apr 2026 10:00")
		s.discardNews()
		s.aisha.clicks(stage3, "Send the answer", practice.Inputs{"text": "I shall raise it in the team meeting."})
		s.maya.clicks(s.maya.gets("I shall raise it in the team meeting.", "Not satisfied: it goes on to Stage 4 (Director for People), once what comes before it is done."),
			"Not satisfied", practice.Inputs{"reason": "Ten weeks without a Core Group."})

		// Stage 4: the chair stays away and files a written statement (Appendix 5); the
		// Director holds a meeting, independently minuted, and answers within 10 days.
		gate := s.maya.findsMessage("Before Stage 4 can begin")
		expectText(t, "Maya", gate, "Written statement of the Independent Chair (Appendix 5): still to do.", "Does not attend: Independent Chair (files a written statement in its place)")
		diane.getsNothing()
		s.discardNews()
		statement := practice.Inputs{"alert": "Ten weeks without a Core Group.", "action": "A Core Group within seven days."}
		s.expectEachFieldRequired(s.maya, gate, "File the statement", statement)
		s.moveClock("Thu 16 Apr 2026 10:00")
		s.discardNews()
		s.maya.clicks(gate, "File the statement", statement)
		stage4 := diane.gets("Escalation alert "+r.ref+" · Stage 4", "Please answer by Friday 24 April 2026 at 17:00", "10 calendar days",
			"The meeting", "Chaired by: Diane Foster (Director for People)", "Minuted by: an independent minute taker",
			"Invited: Tom Reid (Social worker), Priya Shah (Team Manager with line management responsibility for the worker), Daniel Hughes (Service Manager) and Aisha Rahman (Head of Service)",
			"Must attend: Quinn Baxter (Quality Assurance Manager)", "Does not attend: Maya Okafor (Independent Chair) (files a written statement in its place)",
			"The outcome goes to: Quinn Baxter (Quality Assurance Manager)", "Hold it and answer by: Friday 24 April 2026 at 17:00",
			"Statement of the alert: Ten weeks without a Core Group.", "Action required to prevent Stage 5: A Core Group within seven days.")
		told := quinn.gets(r.ref+" · Stage 4", "For your information: this stage has begun.", "Must attend: Quinn Baxter (Quality Assurance Manager)",
			"Hold it and answer by: Friday 24 April 2026 at 17:00")
		s.discardNews()
		s.moveClock("Wed 22 Apr 2026 10:00")
		s.expectEachFieldRequired(diane, stage4, "Send the answer", meeting)
		diane.clicksUnchecked(stage4, "Send the answer", practice.Inputs{"text": meeting["text"], "held_on": "2026-04-23", "present": "All", "minuted_by": "B", "outcome": "C"})
		expectMarked(t, stage4, "held_on", "This date cannot be in the future.")
		diane.clicks(stage4, "Send the answer", meeting)
		quinn.gets(r.ref) // the response reaches the QA Manager
		expectText(t, "Quinn", told, "Date of the meeting: Monday 20 April 2026", "Who took the minutes: Business support", "Outcome of the meeting: A Core Group on 30 April.")

		// Two keys: the chair says that it does not satisfy, the QA Manager moves to Stage 5.
		s.maya.clicks(s.maya.gets("A Core Group on 30 April.", "Not satisfied: it goes on to Stage 5"), "Not satisfied", practice.Inputs{"reason": "The statement asked for seven days."})
		gate = quinn.gets("Before Stage 5 can begin", "The QA Manager moves the alert to Stage 5: still to do.", "To be recorded by: Quinn Baxter (Quality Assurance Manager).",
			"The statement asked for seven days.", "It does not go on by itself.")
		s.discardNews()
		s.maya.types("/gate " + r.ref + " agreed Go on.")
		s.maya.gets("is not yours to record", "Go on.")
		quinn.clicks(gate, "Go on", practice.Inputs{"note": "The chair's statement was not answered."})

		// Stage 5: a meeting with the Independent Chair of the LSCB, who has no account
		// here; a satisfactory response within 10 working days.
		stage5 := quinn.findsMessage("Please ask Hugh Lomas (Independent Chair of the LSCB) by telephone or e-mail, and record their answer here.")
		expectText(t, "Quinn", stage5, r.ref+" · Stage 5", "Please answer by Thursday 7 May 2026 at 17:00", "Chaired by: Hugh Lomas (Independent Chair of the LSCB)",
			"Must attend: Diane Foster (Director for People) and Quinn Baxter (Quality Assurance Manager)", "May attend: Maya Okafor (Independent Chair)")
		s.discardNews()
		s.moveClock("Wed 29 Apr 2026 10:00")
		s.expectEachFieldRequired(quinn, stage5, "Send the answer", meeting)
		quinn.clicks(stage5, "Send the answer", meeting)
		judge := quinn.findsMessage("Quinn Baxter answered on behalf of Hugh Lomas")
		expectText(t, "Quinn", judge, "Is the answer good enough for the child?")
		s.discardNews()

		// Stage 6: the QA Manager's option, and only of a person; for a looked-after child.
		quinn.clicks(judge, "Not satisfied", practice.Inputs{"reason": "No Core Group yet."})
		s.discardNews()
		s.maya.types("/refer " + r.ref + " rang CAFCASS | | | urgent")
		s.maya.gets("Only the role \"Quality Assurance Manager\" makes a referral to CAFCASS.", "rang CAFCASS")
		own := quinn.findsMessage("A referral to CAFCASS is your own decision; this bot never makes one.")
		full := practice.Inputs{s.fieldWithLabel(own, "The call"): "29 April 11:00, CAFCASS", s.fieldWithLabel(own, "Date of the referral"): "2026-04-29"}
		s.expectEachFieldRequired(quinn, own, "refer", full)
		quinn.clicks(own, "refer", full)
		expectText(t, "Quinn", own, "Quinn Baxter referred this to CAFCASS on Wednesday 29 April 2026.")
		s.discardNews()
		want := []string{"Maya Okafor: raised ", "challengebot: held stage-1", "Daniel Hughes: gate_recorded stage-1", "challengebot: held stage-1",
			"Aisha Rahman: gate_recorded stage-1", "challengebot: held stage-1", "Maya Okafor: gate_recorded stage-1", "challengebot: rung_opened stage-1",
			"Priya Shah: responded stage-1", "Maya Okafor: judged stage-1", "challengebot: rung_opened stage-2", "Daniel Hughes: responded stage-2",
			"Maya Okafor: judged stage-2", "challengebot: rung_opened stage-3", "challengebot: reminded stage-3", "Aisha Rahman: responded stage-3",
			"Maya Okafor: judged stage-3", "challengebot: held stage-4", "Maya Okafor: gate_recorded stage-4", "challengebot: rung_opened stage-4",
			"Diane Foster: responded stage-4", "Maya Okafor: judged stage-4", "challengebot: held stage-5", "Quinn Baxter: gate_recorded stage-5",
			"challengebot: rung_opened stage-5", "Quinn Baxter: responded stage-5", "Quinn Baxter: judged stage-5", "challengebot: exhausted stage-5",
			"Quinn Baxter: referred stage-5"}
		if diff := cmp.Diff(want, withoutLine(s.steps(r.ref), "challengebot: nudged stage-4")); diff != "" {
			t.Errorf("the trail is another (-want +got):\n%s", diff)
		}
	})

	t.Run("section 2, Stages 1 to 3 in silence; Stage 4 waits for the statement, Stage 5 for the QA Manager", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		diane, quinn := s.actorNamed("Diane Foster"), s.actorNamed("Quinn Baxter")
		r := s.beginChallenge(s.maya, alertInputs(nil))
		s.agreeThreshold("Stage 1") // he agrees: the Head of Service is not asked
		s.aisha.getsNothing()
		s.priya.gets("Stage 1", "It meets the threshold.", "Please answer by Wednesday 8 April 2026 at 17:00")
		s.moveClock("Wed 8 Apr 2026 17:00")
		s.daniel.findsMessage("Please answer by Wednesday 15 April 2026 at 17:00")
		s.moveClock("Wed 15 Apr 2026 17:00")
		s.aisha.findsMessage("Please answer by Wednesday 22 April 2026 at 17:00")
		s.moveClock("Wed 22 Apr 2026 17:00")
		gate := s.maya.findsMessage("Before Stage 4 can begin")
		s.moveClock("Fri 24 Apr 2026 09:00")
		s.owen.findsMessage("It waits before Stage 4 for: Written statement of the Independent Chair (Appendix 5).")
		diane.getsNothing()
		s.maya.clicks(gate, "File the statement", practice.Inputs{"alert": "No Core Group.", "action": "A Core Group."})
		diane.gets(r.ref+" · Stage 4", "Please answer by Friday 1 May 2026 at 17:00") // 10 days end on bank holiday Monday
		s.moveClock("Fri 1 May 2026 17:00")
		quinn.clicks(quinn.findsMessage("Before Stage 5 can begin"), "Go on", nil)
		quinn.findsMessage("Please answer by Monday 18 May 2026 at 17:00")
		s.moveClock("Mon 18 May 2026 17:00")
		s.owen.findsMessage("Every stage of this procedure has been passed without agreement.")
		expectNoText(t, "Quinn", quinn.findsMessage("Stage 5"), "referral to CAFCASS is your own decision") // not a looked-after child
		s.discardNews()
	})

	// Of a looked-after child the QA Manager may refer before she has any part in the alert.
	for _, by := range []string{"button", "typing"} {
		t.Run("section 2, Stage 6 at Stage 1, by "+by, func(t *testing.T) {
			t.Parallel()
			s := openWithEverybody(t, ladderID)
			quinn := s.actorNamed("Quinn Baxter")
			r := s.beginChallenge(s.maya, alertInputs(practice.Inputs{"looked_after": "true"}))
			s.agreeThreshold("Stage 1")
			s.discardNews()
			if by == "typing" {
				quinn.types("/refer " + r.ref + " 30 March 11:00, CAFCASS | | | The court hears it on Friday.")
				quinn.gets(r.ref, "Quinn Baxter referred this to CAFCASS on Monday 30 March 2026.", "The court hears it on Friday.")
			} else {
				quinn.types("/challenge " + r.ref)
				own := quinn.gets("Escalation alert "+r.ref+" · Stage 1", "A referral to CAFCASS is your own decision; this bot never makes one.",
					"No Core Group since January.") // sections 3 and 4: she watches the register
				full := practice.Inputs{s.fieldWithLabel(own, "The call"): "30 March 11:00, CAFCASS", s.fieldWithLabel(own, "Date of the referral"): "2026-03-30"}
				s.expectEachFieldRequired(quinn, own, "refer", full)
				quinn.clicks(own, "refer", full)
				if !strings.Contains(own.String(), "A referral to CAFCASS is your own decision") {
					t.Errorf("another referral cannot be recorded:\n%s", own)
				}
			}
			s.owen.gets("What is waiting: Escalation alert " + r.ref)
			if n := s.countEvents(r.ref, "referred"); n != 1 {
				t.Errorf("%d referrals are on the record", n)
			}
			s.discardNews()
		})
	}

	t.Run("section 2, Stage 6 is for a looked-after child", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		quinn := s.actorNamed("Quinn Baxter")
		r := s.beginChallenge(s.maya, alertInputs(nil))
		s.agreeThreshold("Stage 1")
		s.discardNews()
		quinn.types("/challenge " + r.ref)
		expectNoText(t, "Quinn", quinn.gets("Escalation alert "+r.ref), "CAFCASS is")
		quinn.types("/refer " + r.ref + " 30 March 11:00, CAFCASS")
		quinn.gets("referral", "looked")
	})

	for _, c := range []struct{ to, label, ground, words string }{
		{"stage-3", "Stage 3", "serious", "More serious case"}, {"stage-4", "Stage 4", "urgent", "Urgent case"},
	} {
		t.Run("section 2, directly to "+c.label, func(t *testing.T) {
			t.Parallel()
			s := openWithEverybody(t, ladderID)
			diane := s.actorNamed("Diane Foster")
			direct := practice.Inputs{"start_at": c.to, "start_ground": c.ground, "start_reason": "The mother has left with the baby."}
			r := s.beginChallenge(s.maya, alertInputs(direct), "It waits before "+c.label+" for", "Maya Okafor went straight to "+c.label+": "+c.words+".")
			s.agreeThreshold(c.label)
			if c.to == "stage-4" {
				diane.getsNothing() // the statement is still to be filed
				gate := s.maya.findsMessage("Written statement of the Independent Chair (Appendix 5): still to do.")
				s.maya.clicks(gate, "File the statement", practice.Inputs{s.fieldWithLabel(gate, "Statement of the alert"): "The baby is gone.", s.fieldWithLabel(gate, "Action required"): "A strategy meeting today."})
				diane.gets(r.ref+" · Stage 4", "URGENT: ", "Please answer by Tuesday 31 March 2026 at 17:00", "The mother has left with the baby.")
			} else {
				s.aisha.gets(r.ref+" · Stage 3", "Please answer by Wednesday 8 April 2026 at 17:00", "The mother has left with the baby.")
			}
			s.priya.getsNothing()
			s.discardNews()
		})
	}

	for _, c := range []struct{ to, label string }{{"stage-3", "Stage 3"}, {"stage-4", "Stage 4"}} {
		t.Run("section 2, directly to "+c.label+" although the Service Manager does not agree", func(t *testing.T) {
			t.Parallel()
			s := openWithEverybody(t, ladderID)
			direct := alertInputs(practice.Inputs{"start_at": c.to, "start_ground": "urgent", "start_reason": "The mother has left with the baby."})

			// The Head of Service agrees.
			r := s.beginChallenge(s.maya, direct)
			s.recordSecondView(c.label, "Agreed")
			s.expectProceeded(r, c.to)

			// Neither manager agrees, and the Independent Chair chooses to escalate.
			s.moveClock("Mon 30 Mar 2026 10:05")
			r = s.beginChallenge(s.maya, direct)
			s.recordSecondView(c.label, "Not agreed")
			mine := s.maya.findsMessage("Choose to escalate although neither manager agrees: still to do.")
			s.discardNews()
			goOn := "Go on"
			if !mine.Card().HasButton(goOn) { // beside another gate it says what is gone on with
				goOn = "Go on: Choose to escalate although neither manager agrees"
			}
			s.maya.clicks(mine, goOn, practice.Inputs{lastNote(mine): "The baby was not seen today."})
			s.expectProceeded(r, c.to)
		})
	}

	t.Run("section 2, Stage 1 once the Head of Service agrees", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		r := s.beginChallenge(s.maya, alertInputs(nil))
		s.recordSecondView("Stage 1", "Agreed")
		s.priya.gets(r.ref+" · Stage 1", "It is planned.", "My view of it.")
		expectNoText(t, "Maya", s.maya.findsMessage("What happened so far"), "Choose to escalate")
		s.discardNews()
	})

	t.Run("section 2, directly to Stage 3 out of Stage 1: the threshold was talked over once", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		r := s.beginChallenge(s.maya, alertInputs(nil))
		s.agreeThreshold("Stage 1")
		s.discardNews()
		s.moveClock("Tue 31 Mar 2026 10:00")
		in := practice.Inputs{s.fieldWithLabel(r.chair, "To"): "stage-3", s.fieldWithLabel(r.chair, "On which ground"): "urgent", s.fieldWithLabel(r.chair, "What makes this necessary"): "A new injury."}
		s.maya.clicks(r.chair, "skip", in)
		s.aisha.gets(r.ref+" · Stage 3", "URGENT: ", "Please answer by Wednesday 1 April 2026 at 17:00", "A new injury.", "It meets the threshold.")
		s.discardNews()
	})
}

// withoutLine are the lines of a trail that are not this one.
func withoutLine(lines []string, line string) []string {
	var out []string
	for _, l := range lines {
		if l != line {
			out = append(out, l)
		}
	}
	return out
}
