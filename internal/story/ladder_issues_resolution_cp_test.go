package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Issues Resolution and Challenge Protocol, Child Protection [CP]: sections 1.3, 2.2 to
// 2.4 and the grid of weeks.
func TestTheIssuesResolutionProtocolForChildProtectionAsItIsWritten(t *testing.T) {
	t.Parallel()
	g := issuesResolutionGrid{ladder: "issues-resolution-cp", form: practice.Inputs{"categories": "conference-outcome"},
		words: []string{"Disagreement with the decision or outcome of the conference", "Review child protection conference"}}
	expectLadderWalked(t, g.ladder)

	t.Run("2.2 to Week 9-10", func(t *testing.T) { t.Parallel(); g.playInFull(t) })
	t.Run("Week 1-2 to Week 9-10, in silence", func(t *testing.T) { t.Parallel(); g.playInSilence(t) })
	t.Run("2.4, sooner than the maximum", func(t *testing.T) { t.Parallel(); g.playShortened(t) })
	t.Run("2.4 and Week 9-10, CAFCASS", func(t *testing.T) { t.Parallel(); g.playReferral(t) })

	t.Run("1.3, a professional from another agency: the HSCB escalation procedure", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, g.ladder)
		s.maya.types("/challenge")
		if q, _ := s.maya.gets("Raise a challenge").Card().Input("partner"); len(q.Choices) != 2 || q.Choices[1].Title != "Yes. A concern about another agency goes to: HSCB escalation procedure." {
			t.Errorf("it is offered %v", q.Choices)
		}
		r := s.beginChallenge(s.maya, g.form)
		s.discardNews()
		why := s.fieldWithLabel(r.chair, "Why it is handed over")
		s.expectEachFieldRequired(s.maya, r.chair, "hand_off", practice.Inputs{why: "It is the school's part of the plan."})
		s.maya.clicks(r.chair, "hand_off", practice.Inputs{why: "It is the school's part of the plan."})
		expectText(t, "Maya", r.chair, "Maya Okafor handed this over to: HSCB escalation procedure.", "It is the school's part of the plan.")
		s.expectAllInert(r.ref)
		s.discardNews()
	})
}
