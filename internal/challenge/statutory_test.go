package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// statutoryLadder is the small ladder with a statutory time of seven working days.
func statutoryLadder(from string) *ladder.Ladder {
	return editedLadder(func(l *ladder.Ladder) {
		l.OverallLimit.Statutory, l.OverallLimit.StatutoryFrom = &workday.Window{N: 7}, from
	})
}

func TestTheStatutoryTimeRunsFromTheFormalPartAndMovesNoDate(t *testing.T) {
	x := raiseLife(t, statutoryLadder("r2"), "2026-06-01 10:00", lookedAfter)
	if !x.c.StatutoryDue.IsZero() {
		t.Errorf("it runs before the formal part, to %v", x.c.StatutoryDue)
	}
	x.do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r2")
	x.wantDue("2026-06-15 17:00")
	if want := challengetest.At("2026-06-17 17:00"); !x.c.StatutoryDue.Equal(want) || x.c.OverrunsStatutoryLimit(x.env.Now) || x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("it ends %v, want %v; shown %+v", x.c.StatutoryDue, want, x.last.Posts)
	}
	if !x.c.OverrunsStatutoryLimit(challengetest.At("2026-06-17 17:01")) {
		t.Error("past its end nothing is warned of")
	}
	// Asked once more, the answer would come too late: that is said at once.
	x.do("sam", x.respond()).at("2026-06-15 16:00").do("anna", x.judge(challenge.Partly))
	x.wantDue("2026-06-22 17:00")
	if !x.c.OverrunsStatutoryLimit(x.env.Now) || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("due %v, and who oversees is told nothing: %+v", x.c.Due(), x.last.Posts)
	}
}

func TestTheStatutoryTimeIsForALookedAfterChildAndBeginsWithTheFirstFormalStepUnlessSaid(t *testing.T) {
	if x := raiseLife(t, statutoryLadder(""), "2026-06-01 10:00"); !x.c.StatutoryDue.IsZero() {
		t.Errorf("it runs for a child who is not looked after, to %v", x.c.StatutoryDue)
	}
	x := raiseLife(t, statutoryLadder(""), "2026-06-01 10:00", lookedAfter)
	if want := challengetest.At("2026-06-10 17:00"); !x.c.StatutoryDue.Equal(want) {
		t.Errorf("it ends %v, want %v", x.c.StatutoryDue, want)
	}
}
