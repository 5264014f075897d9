package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Redcar and Cleveland, partner agencies: the practitioner has no account here, so the
// one who asks does so by telephone or e-mail, and records the answer for them.

func TestARespondentOutsideIsAskedByTelephoneAndTheirAnswerRecordedForThem(t *testing.T) {
	t.Parallel()
	s := openWithEverybody(t, "redcar-cleveland-partner")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"categories": "report-late", "agency": "education"}))
	ref := s.lastRef()
	asked := s.maya.getsAll("Please ask Meg Turner (Practitioner) by telephone or e-mail, and record their answer here.", "Maya Okafor raised this.")[0]
	s.north.gets("An answer is due by Tuesday 31 March 2026 at 17:00.")
	tellsCommand(t, asked, "/asked "+ref+" phone|e-mail YYYY-MM-DD note")

	day := s.fieldWithLabel(asked, "On which day")
	in := practice.Inputs{s.fieldWithLabel(asked, "How they were asked"): "phone", day: "2026-03-31", s.fieldWithLabel(asked, "Whom you reached"): "Rang the clinic; spoke with the health visitor."}
	s.maya.clicksUnchecked(asked, "asked", in)
	expectMarked(t, asked, day, "This date cannot be in the future.")
	in[day] = "2026-03-30"
	s.maya.clicks(asked, "asked", in)
	expectText(t, "Maya", asked, "Practitioner: Maya Okafor recorded that the question was put by telephone on Monday 30 March 2026.",
		"Rang the clinic; spoke with the health visitor.", "Please answer by Tuesday 31 March 2026 at 17:00")
	s.expectNoNews()

	s.maya.types("/asked " + ref + " pigeon 2026-03-30")
	s.maya.gets("Please say whether it was by telephone or by e-mail.")
	s.maya.types("/asked " + ref + " e-mail 2026-03-30 Sent to the team's mailbox.")
	again := s.maya.gets("the question was put by e-mail on Monday 30 March 2026.", "Sent to the team's mailbox.")
	s.tom.types("/asked " + ref + " phone 2026-03-30 I rang too.")
	s.tom.gets("There is no challenge with that reference that you can see.")

	s.maya.clicks(again, "Send the answer", practice.Inputs{"text": "The report is on its way."})
	s.maya.gets("Is the answer good enough", "Maya Okafor answered on behalf of Meg Turner on Monday 30 March 2026 at 10:00.", "The report is on its way.",
		"the question was put by telephone")
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened step-1",
		"Mon 30 Mar 10:00  Maya Okafor: asked_outside step-1",
		"Mon 30 Mar 10:00  Maya Okafor: asked_outside step-1",
		"Mon 30 Mar 10:00  Maya Okafor: responded step-1")
}
