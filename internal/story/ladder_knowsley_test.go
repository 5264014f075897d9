package story

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// Knowsley, Child Protection Conference Chairs Challenge Process: section 1 (dialogue),
// section 2 (Cause for Concern and the three levels), section 3 (recording).

func concernInputs(agency string, more practice.Inputs) practice.Inputs {
	in := practice.Inputs{"agency": agency, "categories": "drift-and-delay", "concern": "The plan has not moved since January."}
	maps.Copy(in, more)
	return in
}

// recordDialogue records the talk of section 1, without which nobody is asked.
func (s *stage) recordDialogue() {
	s.t.Helper()
	gate := s.maya.findsMessage("Before Cause for Concern can begin")
	s.maya.clicks(gate, "Record that the talk was held", practice.Inputs{
		s.fieldWithLabel(gate, "Date of the dialogue"): "2026-03-27", s.fieldWithLabel(gate, "What was discussed"): "No date for the assessment could be given."})
}

func TestTheChallengeProcessOfKnowsleyAsItIsWritten(t *testing.T) {
	t.Parallel()
	const ladderID = "knowsley"
	expectLadderWalked(t, ladderID)

	t.Run("sections 1 to 3, Children's Social Care, from the dialogue to the Multi Agency Escalation Policy", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		victor, omar := s.actorNamed("Victor Hale"), s.actorNamed("Omar Said")

		// Section 1: a dialogue with the practitioner comes first. Section 3: the Quality
		// Assurance Officer hears of every challenge, by its reference.
		r := s.beginChallenge(s.maya, concernInputs("childrens-social-care", nil), "It waits before Cause for Concern for: Dialogue with the practitioner.")
		notice := omar.gets("CP challenge "+r.ref, "Held")
		expectNoText(t, "Omar", notice, "1234567", "The plan has not moved")
		gate := s.maya.findsMessage("Before Cause for Concern can begin")
		s.tom.getsNothing()
		s.discardNews()
		talk := practice.Inputs{"held-on": "2026-03-27", "outcome": "No date for the assessment could be given."}
		s.expectEachFieldRequired(s.maya, gate, "Record that the talk was held", talk)
		s.maya.clicksUnchecked(gate, "Record that the talk was held", practice.Inputs{"held-on": "2026-03-31", "outcome": talk["outcome"]})
		expectMarked(t, gate, "held-on", "This date cannot be in the future.")
		s.maya.clicks(gate, "Record that the talk was held", talk)

		// Section 2, Informal Stage: drift or delay, within 3 working days.
		asked := s.tom.gets("CP challenge "+r.ref+" · Cause for Concern", "Please answer by Thursday 2 April 2026 at 17:00",
			"Drift or delay in the Child Protection Plan", "From: Maya Okafor (Child Protection Conference chair)", "ICS number: 1234567",
			"Asked to answer: Tom Reid (Social Worker)", "Date of the dialogue: Friday 27 March 2026", "No date for the assessment could be given.")
		s.discardNews()
		s.expectEachFieldRequired(s.tom, asked, "Send the answer", practice.Inputs{"text": "The assessment starts in May."})
		s.tom.clicks(asked, "Send the answer", practice.Inputs{"text": "The assessment starts in May."})
		judge := s.maya.gets("The assessment starts in May.", "Not satisfied: it goes on to Level 1 (Social Worker and Team Manager).")
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "May is too late."})

		// Level 1: practitioner and line manager; the line manager is expected to reply
		// within 3 working days, the practitioner has a copy.
		copied := s.tom.gets(r.ref+" · Level 1", "An answer is asked for by Thursday 2 April 2026 at 17:00",
			"One answer counts: Priya Shah (Team Manager) can give it.")
		if copied.Card().HasButton("Send the answer") {
			t.Errorf("the practitioner can answer for the line manager")
		}
		asked = s.priya.gets(r.ref+" · Level 1", "Please answer by Thursday 2 April 2026 at 17:00",
			"Asked to answer: Tom Reid (Social Worker) and Priya Shah (Team Manager)", "CP challenge log are its follow-up in writing", "May is too late.")
		s.discardNews()
		s.tom.types("/respond " + r.ref + " I could start earlier.")
		s.tom.gets(r.ref+" was sent to you for information: Priya Shah is asked to answer, and nothing is asked of you. Nothing was recorded.", "I could start earlier.")
		s.moveClock("Wed 1 Apr 2026 12:00")
		s.discardNews()
		s.priya.clicks(asked, "Send the answer", practice.Inputs{"text": "We have no worker free before May."})
		judge = s.maya.gets("We have no worker free before May.", "Not satisfied: it goes on to Level 2 (Senior manager, Children in Need).")
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "That does not address the concern."})

		// Level 2: the senior manager, within 3 working days; Easter lies between.
		asked = victor.gets(r.ref+" · Level 2", "Please answer by Wednesday 8 April 2026 at 17:00", "Counted: Thu 2 Apr, Tue 7 Apr, Wed 8 Apr.",
			"Victor Hale (Senior manager, Children in Need)", "made by telephone first", "That does not address the concern.")
		s.discardNews()
		s.moveClock("Tue 7 Apr 2026 12:00")
		s.discardNews()
		victor.clicks(asked, "Send the answer", practice.Inputs{"text": "Perhaps an agency worker."})
		judge = s.maya.gets("Perhaps an agency worker.", "Not satisfied: it is handed over to Multi Agency Escalation Policy.")
		if len(s.actorNamed("Rosa Lind").Inbox()) > 0 {
			t.Errorf("Level 3 was reached from Level 2")
		}

		// After Level 2: the Multi Agency Escalation Policy of section 1.
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "Perhaps is not an answer."})
		s.maya.gets("Handed over to another procedure on Tuesday 7 April 2026 at 12:00.", "handed this over to: Multi Agency Escalation Policy.")
		s.discardNews()
		s.expectAllInert(r.ref)
		want := []string{"Maya Okafor: raised ", "challengebot: held concern", "Maya Okafor: gate_recorded concern", "challengebot: rung_opened concern",
			"Tom Reid: responded concern", "Maya Okafor: judged concern", "challengebot: rung_opened level-1", "challengebot: reminded level-1", "Priya Shah: responded level-1",
			"Maya Okafor: judged level-1", "challengebot: rung_opened level-2", "challengebot: reminded level-2", "Victor Hale: responded level-2",
			"Maya Okafor: judged level-2", "challengebot: handed_off level-2"}
		if diff := cmp.Diff(want, s.steps(r.ref)); diff != "" {
			t.Errorf("the trail is another (-want +got):\n%s", diff)
		}
	})

	for _, c := range []struct {
		agency, practitioner, manager, senior string
		first, second, third                  string
	}{
		{"health", "Nadia Farouk", "Kate Osei", "Rosa Lind",
			"Nadia Farouk (Health Visitor)", "Kate Osei (Named nurse for safeguarding children)", "Rosa Lind (Designated Doctor for safeguarding)"},
		{"police", "Joe Barker", "Ruth Kelly", "Alan Moss",
			"Joe Barker (Practitioner)", "Ruth Kelly (Practitioner's line manager)", "Alan Moss (Superintendent, Knowsley police)"},
	} {
		t.Run("section 2, the levels in silence, "+c.agency, func(t *testing.T) {
			t.Parallel()
			s := openWithEverybody(t, ladderID)
			practitioner, manager, senior := s.actorNamed(c.practitioner), s.actorNamed(c.manager), s.actorNamed(c.senior)
			r := s.beginChallenge(s.maya, concernInputs(c.agency, nil))
			s.recordDialogue()
			practitioner.gets(r.ref+" · Cause for Concern", c.first, "Please answer by Thursday 2 April 2026 at 17:00")
			s.discardNews()
			s.moveClock("Thu 2 Apr 2026 16:59")
			s.discardNews()
			s.moveClock("Thu 2 Apr 2026 17:00")
			practitioner.gets(r.ref+" · Level 1", "One answer counts: "+c.second+" can give it.")
			manager.gets(r.ref+" · Level 1", c.second, "Please answer by Thursday 9 April 2026 at 17:00")
			s.discardNews()
			s.moveClock("Thu 9 Apr 2026 16:59")
			s.discardNews()
			s.moveClock("Thu 9 Apr 2026 17:00")
			senior.gets(r.ref+" · Level 2", c.third, "Please answer by Tuesday 14 April 2026 at 17:00")
			s.discardNews()
			s.moveClock("Tue 14 Apr 2026 17:00") // nobody is left but the other policy, which a person calls on
			card := s.maya.gets("Every level of this procedure has been passed without agreement.")
			s.owen.gets("Every level of this procedure has been passed")
			s.discardNews()
			s.maya.clicks(card, "hand_off", practice.Inputs{s.fieldWithLabel(card, "Why it is handed over"): "Three levels of silence."})
			expectText(t, "Maya", card, "Handed over to another procedure", "Multi Agency Escalation Policy", "Three levels of silence.")
			s.discardNews()
		})
	}

	t.Run("section 2, an agency without accounts: what was said by telephone is followed up in writing", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		carol := s.actorNamed("Carol Nwosu")
		r := s.beginChallenge(s.maya, concernInputs("education", nil))
		s.recordDialogue()
		asked := s.maya.findsMessage("Please ask Meg Turner (Practitioner) by telephone or e-mail, and record their answer here.")
		s.discardNews()
		s.maya.clicks(asked, "Send the answer", practice.Inputs{"text": "By telephone: she will send the report on Friday."})
		s.maya.clicks(s.maya.gets("on behalf of Meg Turner"), "Not satisfied", practice.Inputs{"reason": "It did not come."})
		asked = s.maya.findsMessage("Please ask Meg Turner (Practitioner) and Paul Adair (Practitioner's line manager) by telephone or e-mail")
		expectText(t, "Maya", asked, r.ref+" · Level 1", "Please answer by Thursday 2 April 2026 at 17:00")
		s.discardNews()
		s.maya.clicks(asked, "Send the answer", practice.Inputs{"text": "The head teacher knows nothing of it."})
		s.maya.clicks(s.maya.gets("The head teacher knows nothing of it."), "Not satisfied", practice.Inputs{"reason": "Still no report."})
		carol.gets(r.ref+" · Level 2", "Carol Nwosu (SCP representative)", "The head teacher knows nothing of it.")
		s.discardNews()
	})

	t.Run("section 2, Level 3: exceptional, direct, and discussed in the Quality Assurance Unit before", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		alan, lucy := s.actorNamed("Alan Moss"), s.actorNamed("Lucy Grant")
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		ground, _ := form.Card().Input("start_ground")
		for value, label := range map[string]string{"practice": "Serious concerns regarding the practice of a professional or manager",
			"system-failure": "A strategic response is required to address a failure in the child protection system",
			"recurring":      "Recurring issues regarding practitioners and managers"} {
			if !slices.Contains(ground.Choices, practice.Choice{Title: label, Value: value}) {
				t.Errorf("%q is not offered as a ground among %v", label, ground.Choices)
			}
		}
		for _, wrong := range []practice.Inputs{{"start_at": "level-3", "start_reason": "Because."}, {"start_at": "level-2", "start_ground": "recurring", "start_reason": "Because."}} {
			in := raiseInputs(concernInputs("police", wrong))
			s.maya.clicksUnchecked(form, "Send the challenge", in)
			expectMarked(t, form, "start_at", "This procedure does not allow starting there on that ground.")
		}
		direct := practice.Inputs{"start_at": "level-3", "start_ground": "recurring", "start_reason": "The fourth strategy meeting without police."}
		r := s.beginChallenge(s.maya, concernInputs("police", direct), "It waits before Level 3 for: Discuss with the senior manager in the Quality Assurance Unit.",
			"Recurring issues regarding practitioners and managers", "The fourth strategy meeting without police.")
		gate := lucy.gets(r.ref, "Before Level 3 can begin", "With: Lucy Grant (Senior manager in the Quality Assurance Unit).",
			"It must have taken place; it need not be agreed.")
		s.discardNews()
		alan.getsNothing()
		s.moveClock("Tue 31 Mar 2026 11:00")
		s.discardNews()
		lucy.clicks(gate, "Agreed", practice.Inputs{"note": "Discussed; a strategic answer is needed."})
		alan.gets(r.ref+" · Level 3", "Please answer by Tuesday 7 April 2026 at 17:00", "Alan Moss (Superintendent, Knowsley police)",
			"in exceptional circumstances only", "Discussed; a strategic answer is needed.")
		s.discardNews()

		// Silence moves nothing here: the chair decides.
		s.moveClock("Tue 7 Apr 2026 17:00")
		s.maya.gets("Every level of this procedure has been passed without agreement.")
		s.discardNews()
		if h := s.load(r.ref).Challenge; h.State != "exhausted" {
			t.Errorf("silence on Level 3 led to %s", h.State)
		}
	})

	t.Run("section 2, Level 3 with Children's Social Care: a strategic response, then the Multi Agency Escalation Policy", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		victor, lucy := s.actorNamed("Victor Hale"), s.actorNamed("Lucy Grant")
		r := s.beginChallenge(s.maya, concernInputs("childrens-social-care", practice.Inputs{"start_at": "level-3", "start_ground": "system-failure",
			"start_reason": "No conference of this team was minuted since January."}))
		lucy.clicks(lucy.findsMessage("Before Level 3 can begin"), "Agreed", practice.Inputs{"note": "Discussed."})
		asked := victor.gets(r.ref+" · Level 3", "Please answer by Thursday 2 April 2026 at 17:00", "Victor Hale (Senior manager, Children in Need)",
			"A strategic response is required to address a failure in the child protection system", "No conference of this team was minuted since January.")
		s.discardNews()
		victor.clicks(asked, "Send the answer", practice.Inputs{"text": "I shall look into it."})
		judge := s.maya.gets("I shall look into it.", "Not satisfied: it is handed over to Multi Agency Escalation Policy.")
		s.maya.clicks(judge, "Not satisfied", practice.Inputs{"reason": "That is no strategy."})
		s.maya.gets("handed this over to: Multi Agency Escalation Policy.")
		s.expectAllInert(r.ref)
		s.discardNews()
	})

	t.Run("section 2, Level 3 out of Level 1, once the matter shows itself to be exceptional", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, ladderID)
		rosa, lucy := s.actorNamed("Rosa Lind"), s.actorNamed("Lucy Grant")
		r := s.beginChallenge(s.maya, concernInputs("health", nil))
		s.recordDialogue()
		s.moveClock("Thu 2 Apr 2026 17:00")
		s.discardNews()
		r.chair = s.maya.findsMessage("Maya Okafor raised this.")
		s.maya.clicks(r.chair, "skip", practice.Inputs{s.fieldWithLabel(r.chair, "On which ground"): "practice", s.fieldWithLabel(r.chair, "What makes this necessary"): "Records were altered."})
		gate := lucy.gets("Before Level 3 can begin", "Serious concerns regarding the practice of a professional or manager", "Records were altered.")
		rosa.getsNothing()
		lucy.clicks(gate, "Not agreed", practice.Inputs{"note": "I should have asked once more."}) // it need not be agreed
		rosa.gets(r.ref+" · Level 3", "I should have asked once more.", "Please answer by Thursday 9 April 2026 at 17:00")
		s.discardNews()
	})
}
