package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// A concern about a partner agency, where the procedure is about the authority's own
// service: North East Lincolnshire keeps a record, Issues Resolution names another
// procedure. Nobody is asked.

// partnerConcernRecorded is a part of the walk through North East Lincolnshire's process.
func partnerConcernRecorded(t *testing.T) {
	s := openWithEverybody(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	if q, _ := form.Card().Input("partner"); !strings.HasPrefix(q.Label, "Is the concern about a partner agency?") ||
		!strings.Contains(q.Choices[1].Title, "A concern about another agency is recorded as a note") {
		t.Errorf("it is asked %q", q.Label)
	}
	about := practice.Inputs{"partner": "true", "categories": "risk"}
	s.maya.clicks(form, "Send the challenge", raiseInputs(about))
	expectMarked(t, form, "agency", "Please choose the agency that this is about.")
	about["agency"] = "health"
	s.maya.clicks(form, "Continue", raiseInputs(about))
	expectText(t, "Maya", form, "If you send this now, nobody is asked.",
		"What the procedure wants written: What was done to resolve it, the evidence of the agreed plan, and any documents attached.")
	s.maya.clicks(form, "Send the challenge", nil)
	const recorded = "Recorded on Monday 30 March 2026 at 10:00 as a concern about a partner agency. This procedure takes it no further, and nobody is asked."
	expectText(t, "Maya", form, "Sent: Professional Challenge", recorded)
	card := s.maya.gets(recorded, "Maya Okafor recorded this concern about a partner agency. Nobody is asked.", "No visit since 12 February.")
	expectInert(t, "Maya", card)
	s.moveClock("Fri 10 Apr 2026 17:00")
	s.expectNoNews()
	if s.verifyTrails() != 1 {
		t.Error("it is not stored")
	}
}

func TestAConcernAboutAPartnerIsHandedToTheProcedureThatIsNamed(t *testing.T) {
	t.Parallel()
	s := openWithEverybody(t, "issues-resolution-cp")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"partner": "true", "agency": "health", "categories": "other"}))
	card := s.maya.gets("Handed over to another procedure on Monday 30 March 2026 at 10:00.", "Maya Okafor handed this over to: HSCB escalation procedure.",
		"Reason: The concern is about a partner agency.")
	expectInert(t, "Maya", card)
	ref := card.String()[len("# Issues Resolution and Challenge "):][:9]
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: handed_off informal")
	s.tom.getsNothing()
	s.priya.getsNothing()
}
