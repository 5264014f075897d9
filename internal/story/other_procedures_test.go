package story

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"challengebot/internal/ladder"
	"challengebot/internal/practice"
)

// What procedures of other authorities and partnerships ask that no shipped ladder does, on a
// made-up one: Nadia Farouk of Health raises it, her line manager is Kate Osei, and Children's
// Social Care answers.

func openPartnership(t *testing.T) (s *stage, nadia, kate, quinn *actor) {
	t.Helper()
	file := filepath.Join("testdata", "ladders", "partnership.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ladder.Read(file, text)
	if err != nil {
		t.Fatal(err)
	}
	s = openWith(t, Options{DatabaseURL: testDatabase(t), Ladders: []*ladder.Ladder{l}})
	return s, s.actorNamed("Nadia Farouk"), s.actorNamed("Kate Osei"), s.actorNamed("Quinn Baxter")
}

func partnershipInputs(more practice.Inputs) practice.Inputs {
	in := practice.Inputs{"conference": "strategy", "categories": "threshold", "urgency": "ordinary"}
	for k, v := range more {
		in[k] = v
	}
	return raiseInputs(in)
}

// raiseEscalation has Nadia raise it. Priya Shah and Daniel Hughes are asked; the news of it is
// taken.
func (s *stage) raiseEscalation(nadia, kate *actor) (ref string, priya, daniel *practice.Message) {
	s.t.Helper()
	nadia.types("/challenge")
	nadia.clicks(nadia.gets("Raise a challenge"), "Send the challenge", partnershipInputs(nil))
	nadia.gets("Waiting for an answer from Priya Shah", "Daniel Hughes")
	kate.gets("this step has begun")
	s.north.gets("An answer is due by Wednesday 1 April 2026 at 17:00.")
	raised, err := s.App.Store.ListRaisedBy(s.t.Context(), nadia.ID, 10)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.newestReference(raised), s.priya.gets("Please answer by Wednesday 1 April 2026 at 17:00", "Strategy discussion, Friday 27 March 2026"), s.daniel.gets("Please answer by")
}

func TestEachOfTwoBodiesAnswersAndBothSidesAgree(t *testing.T) {
	t.Parallel()
	s, nadia, kate, quinn := openPartnership(t)
	ref, priya, daniel := s.raiseEscalation(nadia, kate)

	s.priya.clicks(priya, "Send the answer", practice.Inputs{"text": "We will hold a strategy discussion."})
	expectText(t, "Priya", priya, "Your answer is on the record. Each of those who were asked must answer; still awaited: Daniel Hughes (Service Manager).")
	nadia.gets("Waiting for an answer from Daniel Hughes (Service Manager) by", "Priya Shah answered. The others are still asked: each must answer.")
	s.priya.types("/respond " + ref + " Once more.")
	s.priya.gets("You answered this before, and that answer counts.")
	nadia.gets("Once more.")
	quinn.getsNothing()

	s.daniel.clicks(daniel, "Send the answer", practice.Inputs{"text": "I agree with that."})
	judge := nadia.gets("Is the answer good enough", "We will hold a strategy discussion.", "I agree with that.")
	other := kate.gets("Is the answer good enough", "I agree with that.")
	quinn.gets("We will hold a strategy discussion.", "I agree with that.")

	nadia.clicks(judge, "Satisfied", nil)
	if c := s.load(ref).Challenge; !c.State.IsOpen() || c.CurrentOpening().Judge.Name != "Kate Osei" {
		t.Errorf("one side alone has settled it: %s, %v", c.State, c.CurrentOpening().Judge)
	}
	nadia.types("/satisfied " + ref)
	nadia.gets("Only the person who judges " + ref + " can do that.")
	kate.clicks(other, "Satisfied", nil)
	if c := s.load(ref).Challenge; c.State.IsOpen() {
		t.Errorf("both sides agree and it is %s", c.State)
	}
	nadia.gets("Settled on Monday 30 March 2026 at 10:00.")
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Nadia Farouk: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened step-1",
		"Mon 30 Mar 10:00  Priya Shah: responded step-1",
		"Mon 30 Mar 10:00  Priya Shah: reply_kept step-1",
		"Mon 30 Mar 10:00  Daniel Hughes: responded step-1",
		"Mon 30 Mar 10:00  Nadia Farouk: judged step-1",
		"Mon 30 Mar 10:00  Kate Osei: judged step-1",
		"Mon 30 Mar 10:00  challengebot: resolved step-1")
}

func TestEitherSideTakesItFurtherAndHoursCountWorkingTime(t *testing.T) {
	t.Parallel()
	s, nadia, kate, _ := openPartnership(t)
	ref, priya, _ := s.raiseEscalation(nadia, kate)
	s.moveClock("Mon 30 Mar 2026 14:00")
	nadia.gets("Both managers: nobody had said by Monday 30 March 2026 at 14:00 that they have the question.")
	s.priya.gets("Reminder")
	s.daniel.gets("Reminder")
	s.daniel.types("/acknowledge " + ref)
	s.daniel.gets("Daniel Hughes has the question.")
	expectText(t, "Priya", priya, "Daniel Hughes has the question.")
	nadia.getsNews(ref, "Daniel Hughes")
	s.priya.types("/acknowledge " + ref)
	s.priya.gets("Daniel Hughes has said so already.")
	nadia.types("/acknowledge " + ref)
	nadia.gets(ref + " is not waiting for an answer from you")
	s.moveClock("Mon 30 Mar 2026 15:00")

	s.daniel.types("/escalate " + ref + " We do not agree.")
	s.daniel.gets("The procedure does not leave it to you to take " + ref + " to the next step.")
	nadia.types("/escalate " + ref + " We do not agree.")
	nadia.gets("The procedure does not leave it to you")
	s.priya.clicksUnchecked(priya, "escalate", practice.Inputs{s.fieldWithLabel(priya, "Why it goes further before the time ends"): " "})
	expectMarked(t, priya, s.fieldWithLabel(priya, "Why it goes further before the time ends"), "Please say why it goes further.")
	kate.types("/escalate " + ref + " The threshold is met.")
	kate.gets("Kate Osei took it further from Both managers before its time had ended.")

	// Four working hours from 15:00 end at 11:00.
	s.aisha.gets("Please answer by Tuesday 31 March 2026 at 11:00", "4 working hours: Mon 30 Mar 15:00-17:00, Tue 31 Mar 09:00-11:00", "The threshold is met.")
	nadia.gets("Waiting for an answer from Aisha Rahman")
	s.north.gets("Head of Service")
	s.moveClock("Tue 31 Mar 2026 10:59")
	s.aisha.getsAll("Reminder", "Reminder")
	s.moveClock("Tue 31 Mar 2026 11:00")

	// The last step has no time: nothing lapses, and she is asked again.
	asked := s.helen.gets("Please answer. The procedure sets no time; you will be asked again on Tuesday 7 April 2026")
	nadia.gets("Waiting for an answer from Helen Clarke", "The procedure sets no time for it")
	s.north.gets("The procedure sets no time for it.")
	s.moveClock("Tue 7 Apr 2026 09:00")
	s.helen.gets("Reminder", "you will be asked again on Friday 10 April 2026")
	s.moveClock("Fri 10 Apr 2026 09:00")
	s.helen.gets("Reminder", "you will be asked again on Wednesday 15 April 2026")
	s.helen.clicks(asked, "Send the answer", practice.Inputs{"text": "The assessment is done again.", "decision": "It is done again."})
	nadia.gets("Is the answer good enough", "The assessment is done again.")
	if e := s.countEvents(ref, "lapsed"); e != 1 {
		t.Errorf("%d lapses", e)
	}
}

func TestWhatIsRaisedLateSaysWhyAndWhatHasNoDateNeedsNone(t *testing.T) {
	t.Parallel()
	s, nadia, kate, _ := openPartnership(t)
	nadia.types("/challenge")
	form := nadia.gets("Raise a challenge")
	in := partnershipInputs(practice.Inputs{"conference_date": "2026-03-13"})
	nadia.clicksUnchecked(form, "Send the challenge", in)
	expectMarked(t, form, "late_reason", "It should have been raised within 10 working days, by Friday 27 March 2026. Please say why it is raised later.")
	s.expectNoNews()
	in["late_reason"] = "The minutes came on Friday."
	nadia.clicks(form, "Send the challenge", in)
	nadia.gets("Raised later because", "The minutes came on Friday.")
	kate.gets("this step has begun")
	s.priya.gets("The minutes came on Friday.")
	s.daniel.gets("The minutes came on Friday.")
	s.north.gets("An answer is due")

	nadia.types("/challenge")
	form = nadia.gets("Raise a challenge")
	nadia.clicksUnchecked(form, "Send the challenge", partnershipInputs(practice.Inputs{"conference": "practice"}))
	expectMarked(t, form, "conference_date", "What you chose has no date. Please leave the date empty.")
	nadia.clicks(form, "Send the challenge", partnershipInputs(practice.Inputs{"conference": "practice", "conference_date": ""}))
	if card := s.priya.gets("Work with the family in general").Card().Text(); strings.Contains(card, "1970") {
		t.Errorf("a date that was never given stands on the card:\n%s", card)
	}
	s.daniel.gets("Work with the family in general")
	nadia.gets("Work with the family in general")
	kate.gets("this step has begun")
	s.north.gets("An answer is due")
}

func TestWhatIsUrgentBeginsWhereTheProcedureSaysAndIsBound(t *testing.T) {
	t.Parallel()
	s, nadia, kate, _ := openPartnership(t)
	nadia.types("/challenge")
	form := nadia.gets("Raise a challenge")
	open := partnershipInputs(nil)
	delete(open, "urgency")
	nadia.clicksUnchecked(form, "Send the challenge", open)
	expectMarked(t, form, "urgency", "")
	nadia.clicks(form, "Send the challenge", partnershipInputs(practice.Inputs{"urgency": "harm"}))
	s.aisha.gets("URGENT: ", "Urgent: A child at risk of significant harm", "Please answer by Monday 30 March 2026 at 14:00")
	nadia.gets("please telephone as well, now: Aisha Rahman")
	s.north.gets("URGENT: ")
	s.priya.getsNothing()
	kate.getsNothing()
}

func TestWhoRaisedItHasThemRemindedOnceAWorkingDay(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.tom.types("/remind " + r.ref)
	s.tom.gets("Only the person who raised " + r.ref + " can have a reminder sent.")
	s.maya.clicks(r.chair, "Remind them now", nil)
	s.tom.gets("Reminder", "Please send it by Tuesday 31 March 2026 at 17:00")
	s.priya.gets("Reminder")
	s.maya.types("/remind " + r.ref)
	s.maya.gets("A reminder went to them on this working day already.")
	s.tom.getsNothing()
	s.moveClock("Tue 31 Mar 2026 09:00")
	s.tom.gets("Reminder")
	s.priya.gets("Reminder")
	s.maya.types("/remind " + r.ref)
	s.maya.gets("Waiting for an answer")
	s.tom.gets("Reminder")
	s.priya.gets("Reminder")
}
