package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Issues Resolution, looked-after children: the IRO Handbook's 20 working days are
// measured from Stage 1, in week 5, and warn without moving a date.
func TestTheStatutoryTimeOfALookedAfterChildIsShownAndWarnedOf(t *testing.T) {
	t.Parallel()
	s := open(t, "issues-resolution-lac")
	r := s.raiseAndCollect(lookedAfterInputs(practice.Inputs{"categories": "other"}), s.tom, s.priya)
	s.moveClock("Wed 8 Apr 2026 17:00") // the informal concern ends in silence
	s.discardNews()
	s.maya.types("/gate " + r.ref + " agreed We go on.")
	s.discardNews()
	expectNoText(t, "Maya", s.maya.findsMessage("Maya Okafor raised this."), "statutory")
	s.moveClock("Tue 5 May 2026 17:00") // Levels 1 and 2 end with weeks 2 and 4
	s.discardNews()
	chair := s.maya.findsMessage("Maya Okafor raised this.")
	const runs = "The statutory time for the formal part, 20 working days, ends on Wednesday 3 June 2026 at 17:00."
	expectText(t, "Maya", chair, "IRO Stage 1", "Waiting for an answer from Aisha Rahman", runs)
	expectNoText(t, "Maya", chair, "With the present due date", "That time has passed.")

	s.moveClock("Wed 3 Jun 2026 17:00") // it waits at the gate of Stage 2
	s.discardNews()
	s.moveClock("Thu 4 Jun 2026 09:00")
	expectText(t, "Maya", s.maya.findsMessage("Your challenges · Thursday 4 June 2026"), runs+" That time has passed.")
	expectText(t, "Owen", s.owen.gets(digestHeading, "Statutory time: "+runs+" That time has passed."), "It waits before")
	s.discardNews()
}
