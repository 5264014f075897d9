package story

import (
	"testing"
	"time"

	"challengebot/internal/practice"
	"challengebot/internal/workday"
)

// The two ladders from the bottom to the top, on the dates that were worked out by
// hand from the procedures.

func TestRedcarClimbsInSilenceToTheAssistantDirectorOverChristmas(t *testing.T) {
	t.Parallel()
	start := workday.NewDate(2026, time.December, 23).Midnight(time.UTC).Add(10 * time.Hour)
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Start: start}, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits", "conference_date": "2026-12-21", "ask_by": "2027-01-15"}, s.tom, s.priya)
	expectText(t, "Tom", r.asked[0], "Social Worker / Team Manager", "Please answer by Thursday 24 December 2026 at 17:00")

	s.moveClock("Thu 24 Dec 2026 17:00")
	s.daniel.gets(r.ref+" · Service Manager", "Please answer by Wednesday 30 December 2026 at 17:00",
		"Counted: Tue 29 Dec, Wed 30 Dec.", "Christmas Day", "Boxing Day",
		"Social Worker / Team Manager: no answer had come by Thursday 24 December 2026 at 17:00")
	expectText(t, "Tom", r.asked[0], "It is now on Service Manager.")
	s.north.gets("Service Manager", "An answer is due by Wednesday 30 December 2026 at 17:00.")
	s.discardNews()

	s.moveClock("Wed 30 Dec 2026 17:00")
	s.helen.gets(r.ref+" · Assistant Director", "Please answer by Monday 4 January 2027 at 17:00", "New Year",
		"Service Manager: no answer had come by Wednesday 30 December 2026 at 17:00")
	s.north.gets("Assistant Director", "An answer is due by Monday 4 January 2027 at 17:00.")
	s.discardNews()

	s.moveClock("Mon 4 Jan 2027 17:00")
	s.owen.gets("Every step of this procedure has been passed without agreement.")
	s.discardNews()
	s.expectTrail(r.ref,
		"Wed 23 Dec 10:00  Maya Okafor: raised",
		"Wed 23 Dec 10:00  challengebot: rung_opened step-1",
		"Thu 24 Dec 09:00  challengebot: reminded step-1",
		"Thu 24 Dec 17:00  challengebot: lapsed step-1",
		"Thu 24 Dec 17:00  challengebot: rung_opened step-2",
		"Wed 30 Dec 09:00  challengebot: reminded step-2",
		"Wed 30 Dec 17:00  challengebot: lapsed step-2",
		"Wed 30 Dec 17:00  challengebot: rung_opened step-3",
		"Mon 4 Jan 09:00  challengebot: reminded step-3",
		"Mon 4 Jan 17:00  challengebot: lapsed step-3",
		"Mon 4 Jan 17:00  challengebot: exhausted step-3")
}

func TestPastTheTopTheChairAndOversightAreToldAndItStaysOpen(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal")
	r := s.raiseAndCollect(practice.Inputs{"categories": "visits"}, s.tom, s.priya)
	s.moveClock("Wed 8 Apr 2026 16:59") // five working days from Monday 30 March
	s.discardNews()
	s.moveClock("Wed 8 Apr 2026 17:00")
	own := s.maya.gets(r.ref, "Every step of this procedure has been passed without agreement. It stays open, and those who oversee challenges know of it")
	s.owen.gets("What is waiting: Internal Challenge "+r.ref, "Every step of this procedure has been passed without agreement.",
		"Who must act: Maya Okafor (Conference Chair)")
	s.north.gets("The top of the ladder has been passed. It stays open.")
	s.expectNoNews()
	expectInert(t, "Helen", s.helen.findsMessage(r.ref))

	// It stands in the digests of every working day, until the chair ends it.
	for _, morning := range []string{"Thu 9", "Fri 10", "Mon 13", "Tue 14", "Wed 15"} {
		s.moveClock(morning + " Apr 2026 08:59")
		s.expectNoNews()
		s.moveClock(morning + " Apr 2026 09:00")
		s.owen.gets(digestHeading, "Internal Challenge "+r.ref, "Every step of this procedure has been passed without agreement.",
			"Waiting since: Wednesday 8 April 2026 at 17:00", "Who must act: Maya Okafor (Conference Chair)")
		s.maya.gets("1 waits for you", "Decide how it goes on", r.ref)
		s.expectNoNews()
	}
	s.maya.clicks(own, "Record as settled", practice.Inputs{})
	expectText(t, "Maya", own, "Settled on Wednesday 15 April 2026 at 09:00.", "Maya Okafor recorded the matter as settled.")
	s.expectAllInert(r.ref)
	s.moveClock("Fri 1 May 2026 17:00")
	s.expectNoNews()
}

func TestNorthEastLincolnshireIsHeldBeforeStages2To4AndKeepsToTheDaysFromTheStart(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)

	// Stage 1 ends in silence. Before Stage 2 the chair's own Service Manager agrees.
	s.moveClock("Wed 8 Apr 2026 17:00")
	s.maya.gets("Before Stage 2 can begin")
	gate := s.grace.gets("Before Stage 2 can begin", "Stage 1: no answer had come by Wednesday 8 April 2026 at 17:00")
	s.discardNews()
	s.moveClock("Tue 14 Apr 2026 11:00")
	s.discardNews()
	s.grace.clicks(gate, "Agreed", practice.Inputs{"note": "The visits cannot wait."})
	stage2 := s.daniel.gets(r.ref+" · Stage 2", "Please answer by Wednesday 15 April 2026 at 17:00",
		"10 working days from the start of the challenge (Mon 30 Mar) end Wed 15 Apr", "The visits cannot wait.")
	s.discardNews()

	// Stage 2 ends. She does not agree to Stage 3; the chair goes on all the same.
	s.moveClock("Wed 15 Apr 2026 17:00")
	gate = s.grace.gets("Before Stage 3 can begin")
	mine := s.maya.findsMessage("Before Stage 3 can begin")
	s.discardNews()
	expectText(t, "Daniel", stage2, "The time for an answer ended on Wednesday 15 April 2026 at 17:00")
	s.grace.clicks(gate, "Not agreed", nil)
	expectMarked(t, gate, "note", "Please say why this was not agreed.")
	s.grace.clicks(gate, "Not agreed", practice.Inputs{"note": "Give the Service Manager a day more."})
	if len(s.aisha.Inbox()) > 0 {
		t.Fatalf("Stage 3 opened against a refusal that nobody overrode")
	}
	expectText(t, "Maya", mine, "not agreed", "Give the Service Manager a day more.")
	s.moveClock("Thu 16 Apr 2026 10:00")
	s.discardNews()
	s.maya.clicks(mine, "Go on against the refusal", nil)
	expectMarked(t, mine, "note", "Please say why you go on.")
	s.maya.clicks(mine, "Go on against the refusal", practice.Inputs{"note": "I am personally responsible; two weeks are lost."})
	s.aisha.gets(r.ref+" · Stage 3", "Please answer by Wednesday 22 April 2026 at 17:00",
		"Give the Service Manager a day more.", "I am personally responsible; two weeks are lost.")
	s.discardNews()

	// The gate of Stage 4 is opened ahead, so that silence does not wait for it.
	own := s.maya.findsMessage("Record ahead: Consult the chair's own Service Manager before Stage 4")
	s.maya.clicks(own, "Agreed: Consult the chair's own Service Manager before Stage 4", practice.Inputs{own.Card().Inputs()[0].ID: "Agreed with Grace Lloyd on Friday."})
	s.expectNoNews()
	s.moveClock("Wed 22 Apr 2026 17:00")
	s.helen.gets(r.ref+" · Stage 4", "Please answer by Wednesday 29 April 2026 at 17:00", "Agreed with Grace Lloyd on Friday.")
	s.grace.getsNothing()
	s.discardNews()

	s.moveClock("Wed 29 Apr 2026 17:00")
	s.owen.gets("Every stage of this procedure has been passed without agreement.")
	s.discardNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Tue 7 Apr 09:00  challengebot: reminded stage-1",
		"Wed 8 Apr 09:00  challengebot: reminded stage-1",
		"Wed 8 Apr 17:00  challengebot: lapsed stage-1",
		"Wed 8 Apr 17:00  challengebot: held stage-2",
		"Thu 9 Apr 09:00  challengebot: nudged stage-2",
		"Fri 10 Apr 09:00  challengebot: nudged stage-2",
		"Mon 13 Apr 09:00  challengebot: nudged stage-2",
		"Tue 14 Apr 09:00  challengebot: nudged stage-2",
		"Tue 14 Apr 11:00  Grace Lloyd: gate_recorded stage-2",
		"Tue 14 Apr 11:00  challengebot: rung_opened stage-2",
		"Wed 15 Apr 09:00  challengebot: reminded stage-2",
		"Wed 15 Apr 17:00  challengebot: lapsed stage-2",
		"Wed 15 Apr 17:00  challengebot: held stage-3",
		"Wed 15 Apr 17:00  Grace Lloyd: gate_recorded stage-3",
		"Thu 16 Apr 09:00  challengebot: nudged stage-3",
		"Thu 16 Apr 10:00  Maya Okafor: gate_recorded stage-3",
		"Thu 16 Apr 10:00  challengebot: rung_opened stage-3",
		"Thu 16 Apr 10:00  Maya Okafor: gate_recorded stage-4",
		"Tue 21 Apr 09:00  challengebot: reminded stage-3",
		"Wed 22 Apr 09:00  challengebot: reminded stage-3",
		"Wed 22 Apr 17:00  challengebot: lapsed stage-3",
		"Wed 22 Apr 17:00  challengebot: rung_opened stage-4",
		"Tue 28 Apr 09:00  challengebot: reminded stage-4",
		"Wed 29 Apr 09:00  challengebot: reminded stage-4",
		"Wed 29 Apr 17:00  challengebot: lapsed stage-4",
		"Wed 29 Apr 17:00  challengebot: exhausted stage-4")
}
