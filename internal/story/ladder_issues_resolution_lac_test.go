package story

import (
	"testing"

	"challengebot/internal/practice"
)

// Issues Resolution and Challenge Protocol, Looked After Children [LAC]: sections 1.4,
// 2.2 to 2.4 and the grid of weeks.
func TestTheIssuesResolutionProtocolForLookedAfterChildrenAsItIsWritten(t *testing.T) {
	t.Parallel()
	g := issuesResolutionGrid{ladder: "issues-resolution-lac", form: practice.Inputs{"conference": "lac-review", "categories": "plan-outcome"}, refers: true,
		words: []string{"Disagreement with the decision or outcome of the Care Plan or Pathway Plan", "Review for a child who is looked after"}}
	expectLadderWalked(t, g.ladder)

	t.Run("2.2 to Week 9-10", func(t *testing.T) { t.Parallel(); g.playInFull(t) })
	t.Run("Week 1-2 to Week 9-10, in silence", func(t *testing.T) { t.Parallel(); g.playInSilence(t) })
	t.Run("2.4, sooner than the maximum", func(t *testing.T) { t.Parallel(); g.playShortened(t) })
	t.Run("2.4 and Week 9-10, CAFCASS", func(t *testing.T) { t.Parallel(); g.playReferral(t) })

	t.Run("1.4, only a plan of a looked-after child", func(t *testing.T) {
		t.Parallel()
		s := openWithEverybody(t, g.ladder)
		s.maya.types("/challenge")
		form := s.maya.gets("Issues Resolution and Challenge")
		in := raiseInputs(practice.Inputs{"categories": "plan-outcome"})
		if _, asked := form.Card().Input("conference"); asked {
			t.Error("it asks for the type of review, of which there is one")
		}
		// A form of a version before asked; what it sends is not taken for that one.
		data := s.maya.buttonData(form, "Continue")
		for id, v := range in {
			data[id] = v
		}
		data["verb"] = "raise"
		s.post(s.maya.newInvoke(data)).expectText(t, "This procedure is not for that type of conference.")
	})
}
