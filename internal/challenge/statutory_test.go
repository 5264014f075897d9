package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// statutory is the small ladder with a statutory time of seven working days.
func statutory(from string) *ladder.Ladder {
	return edited(func(l *ladder.Ladder) {
		l.Case.Statutory, l.Case.StatutoryFrom = &workday.Window{N: 7}, from
	})
}

func TestTheStatutoryTimeRunsFromTheFormalPartAndMovesNoDate(t *testing.T) {
	x := begin(t, statutory("r2"), "2026-06-01 10:00", lookedAfter)
	if !x.c.StatutoryDue.IsZero() {
		t.Errorf("it runs before the formal part, to %v", x.c.StatutoryDue)
	}
	x.do("anna", recordOwn(challenge.GatePassed)).at("2026-06-08 17:00").tick().wantState(challenge.AwaitingResponse, "r2")
	x.wantDue("2026-06-15 17:00")
	if want := challengetest.At("2026-06-17 17:00"); !x.c.StatutoryDue.Equal(want) || x.c.Overruns(x.env.Now) || x.shown(challenge.CardOversight, "otto") {
		t.Errorf("it ends %v, want %v; shown %+v", x.c.StatutoryDue, want, x.last.Shows)
	}
	if !x.c.Overruns(challengetest.At("2026-06-17 17:01")) {
		t.Error("past its end nothing is warned of")
	}
	// Asked once more, the answer would come too late: that is said at once.
	x.do("sam", x.respond()).at("2026-06-15 16:00").do("anna", x.judge(challenge.Partly))
	x.wantDue("2026-06-22 17:00")
	if !x.c.Overruns(x.env.Now) || !x.shown(challenge.CardOversight, "otto") {
		t.Errorf("due %v, and who oversees is told nothing: %+v", x.c.Due(), x.last.Shows)
	}
}

func TestTheStatutoryTimeIsForALookedAfterChildAndBeginsWithTheFirstFormalStepUnlessSaid(t *testing.T) {
	if x := begin(t, statutory(""), "2026-06-01 10:00"); !x.c.StatutoryDue.IsZero() {
		t.Errorf("it runs for a child who is not looked after, to %v", x.c.StatutoryDue)
	}
	x := begin(t, statutory(""), "2026-06-01 10:00", lookedAfter)
	if want := challengetest.At("2026-06-10 17:00"); !x.c.StatutoryDue.Equal(want) {
		t.Errorf("it ends %v, want %v", x.c.StatutoryDue, want)
	}
}
