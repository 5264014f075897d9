package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Issues Resolution and Challenge Protocol, Child Protection [CP]: sections 1.3, 2.2 to
// 2.4 and the grid of weeks.
func TestTheIssuesResolutionProtocolForChildProtectionAsItIsWritten(t *testing.T) {
	t.Parallel()
	g := grid{ladder: "issues-resolution-cp", form: practice.Inputs{"categories": "conference-outcome"},
		words: []string{"Disagreement with the decision or outcome of the conference", "Review child protection conference"}}
	walked(t, g.ladder)

	t.Run("2.2 to Week 9-10", func(t *testing.T) { t.Parallel(); g.playedInFull(t) })
	t.Run("Week 1-2 to Week 9-10, in silence", func(t *testing.T) { t.Parallel(); g.inSilence(t) })
	t.Run("2.4, sooner than the maximum", func(t *testing.T) { t.Parallel(); g.sooner(t) })
	t.Run("2.4 and Week 9-10, CAFCASS", func(t *testing.T) { t.Parallel(); g.external(t) })

	t.Run("1.3, a professional from another agency: the HSCB escalation procedure", func(t *testing.T) {
		t.Parallel()
		s := walk(t, g.ladder)
		s.maya.types("/challenge")
		s.maya.gets("A concern about another agency goes to: HSCB escalation procedure.")
		r := s.begins(s.maya, g.form)
		s.drain()
		why := s.field(r.chair, "Why it is handed over")
		s.refuses(s.maya, r.chair, "hand_off", practice.Inputs{why: "It is the school's part of the plan."})
		s.maya.clicks(r.chair, "hand_off", practice.Inputs{why: "It is the school's part of the plan."})
		shows(t, "Maya", r.chair, "Maya Okafor handed this over to: HSCB escalation procedure.", "It is the school's part of the plan.")
		s.allRecords(r.ref)
		s.drain()
	})
}
