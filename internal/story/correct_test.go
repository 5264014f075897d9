package story

import (
	"testing"

	"challengebot/internal/practice"
)

// The record number of another child was written: whoever raised it puts it right, everybody who knows
// of it is told, and every date stays.

func TestARecordNumberIsCorrected(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.priya.types("/correct " + r.ref + " 204817 It is the brother's.")
	s.priya.gets("Only the person who raised " + r.ref + " corrects what was written then.")
	chair := s.maya.findsMessage(r.ref)
	number, why := s.fieldWithLabel(chair, "Liquidlogic number"), s.fieldWithLabel(chair, "Why it is corrected")
	s.maya.clicksUnchecked(chair, "Correct it now", practice.Inputs{number: "Mia Jones", why: ""})
	expectMarked(t, chair, number, "number")
	expectMarked(t, chair, why, "Please write why it is corrected.")
	s.maya.clicks(chair, "Correct it now", practice.Inputs{number: "204817", why: "It is the brother's number."})
	expectText(t, "Maya", chair, "Liquidlogic number 204817", "1234567, corrected to 204817", "It is the brother's number.")
	for _, asked := range []*actor{s.tom, s.priya} {
		asked.gets("Maya Okafor corrected what was written when this was raised. The dates stay.")
	}
	expectText(t, "Priya", r.asked[1], "Liquidlogic number: 204817", "Please answer by Tuesday 31 March 2026 at 17:00")
	s.expectNoNews()

	// It is found under the right number only, and answered as before.
	s.maya.types("/register 1234567")
	s.maya.gets("There is no such challenge among those that you see.")
	s.maya.types("/register 204817")
	s.maya.gets(r.ref + " · 204817")
	s.priya.clicks(r.asked[1], "Send the answer", answerInputs("2026-04-02", nil))
	s.maya.gets(r.ref, "Is the answer good enough for the child?")
	s.discardNews()

	// Also after it has ended: the record is found by its number as long as it is kept.
	s.maya.types("/withdraw " + r.ref + " It was settled.")
	s.discardNews()
	s.maya.types("/correct " + r.ref + " 204818 A slip of the pen.")
	s.maya.gets(r.ref, "204817, corrected to 204818")
	s.discardNews()
	s.maya.types("/correct " + r.ref + " 204818 Again.")
	s.maya.gets(r.ref + " is written so already; nothing was corrected.")
	s.discardNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal",
		"Mon 30 Mar 10:00  Maya Okafor: corrected informal",
		"Mon 30 Mar 10:00  Priya Shah: responded informal",
		"Mon 30 Mar 10:00  Maya Okafor: withdrawn informal",
		"Mon 30 Mar 10:00  Maya Okafor: corrected informal")
}
