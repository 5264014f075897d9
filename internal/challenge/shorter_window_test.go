package challenge_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// shorteningLadder is the small ladder where the chair may ask for less than the window.
func shorteningLadder(minimum int) *ladder.Ladder {
	return editedLadder(func(l *ladder.Ladder) {
		l.Shorten = &ladder.ShortenRule{By: directory.RoleChair, Source: "a test"}
		if minimum > 0 {
			l.Shorten.Minimum = &workday.Window{N: minimum}
		}
	})
}

func shorterBy(days int) *challenge.ShorterWindow {
	return &challenge.ShorterWindow{Days: days, Reason: "The child is six weeks old."}
}

func TestAShorterTimeBringsTheDateForwardAndSaysFromWhat(t *testing.T) {
	x := raiseLife(t, shorteningLadder(0), "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.ShorterWindow = shorterBy(2) })
	x.wantDue("2026-06-03 17:00")
	v := x.c.CurrentOpening()
	if v.ShorterWindow == nil || !v.ShorterWindow.OriginalDue.Equal(challengetest.At("2026-06-08 17:00")) {
		t.Errorf("in place of %+v", v.ShorterWindow)
	}
	opened := x.last.Events[1].Body.(challenge.RungOpened)
	want := "A shorter time was asked for: 2 working days; the procedure would have given until Monday 8 June 2026. "
	if !strings.HasPrefix(opened.Explanation, want) || strings.Contains(opened.Explanation, "six weeks") {
		t.Errorf("the working is %q", opened.Explanation)
	}
	// It holds for the answer that it was asked for, and for no other.
	x.do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-03 17:00").tick().wantState(challenge.StateAwaitingResponse, "r2")
	x.wantDue("2026-06-10 17:00")
}

func TestAShorterTimeIsAskedForWhenTheAnswerIsNotGoodEnough(t *testing.T) {
	x := raiseLife(t, shorteningLadder(0), "2026-06-01 10:00")
	x.do("tess", x.respond())
	sooner := x.judge(challenge.NotSatisfied)
	sooner.ShorterWindow = shorterBy(1)
	x.do("anna", sooner).wantState(challenge.StateHeldAtGate, "r2")
	x.at("2026-06-02 10:00").do("anna", recordOwnGate(challenge.GatePassed)).wantDue("2026-06-03 17:00")
}

func TestALateCardIsCountedAgainByTheShorterTime(t *testing.T) {
	x := raiseUnasked(t, shorteningLadder(0), "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.ShorterWindow = shorterBy(2) })
	x.at("2026-06-02 12:00").do("", challenge.RecordDelivery{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: challenge.Address{Person: x.c.CurrentOpening().Responders[0]}})
	x.wantDue("2026-06-04 17:00")
}

func TestATimeIsNeverMadeLongerNorShorterThanTheLadderLets(t *testing.T) {
	for _, test := range []struct {
		name   string
		ladder *ladder.Ladder
		want   *challenge.ShorterWindow
		field  string // "": refused as a whole
	}{
		{"as much as the window", shorteningLadder(0), shorterBy(5), "shorter_days"},
		{"more than the window", shorteningLadder(0), shorterBy(99), "shorter_days"},
		{"beyond any window", shorteningLadder(0), shorterBy(1_000_000), "shorter_days"},
		{"no time at all", shorteningLadder(0), shorterBy(0), "shorter_days"},
		{"less than the least", shorteningLadder(3), shorterBy(2), "shorter_days"},
		{"no reason", shorteningLadder(0), &challenge.ShorterWindow{Days: 2}, "shorter_reason"},
		{"a procedure that knows none", smallLadder, shorterBy(2), ""},
	} {
		env := challengetest.Env(test.ladder, "2026-06-01 10:00")
		r := challengetest.RaiseCommand(env, "north", 1)
		r.ShorterWindow = test.want
		_, err := challenge.Raise(r, challengetest.Person("anna"), env)
		refusal, ok := err.(*challenge.Refusal)
		if !ok || test.field != "" && refusal.Fields[test.field] == "" || test.field == "" && refusal.Code != challenge.CodeNotAllowed {
			t.Errorf("%s: %+v", test.name, err)
		}
		x := raiseLife(t, test.ladder, "2026-06-01 10:00")
		x.do("tess", x.respond())
		judged := x.judge(challenge.Partly)
		judged.ShorterWindow = test.want
		if got := x.try("anna", judged); got != map[bool]string{true: "bad_input", false: "not_allowed"}[test.field != ""] {
			t.Errorf("%s, when judging: %s", test.name, got)
		}
	}
}

// The form says it beforehand: who presses "see who will be asked" is told at the input.
func TestAFormRefusesANumberOfDaysThatIsNoSoonerAtItsInput(t *testing.T) {
	for _, l := range []*ladder.Ladder{shorteningLadder(0), shorteningLadder(3), challengetest.LoadLadder(t, "issues-resolution-cp"), challengetest.LoadLadder(t, "issues-resolution-lac")} {
		env := challengetest.Env(l, "2026-06-01 10:00")
		for _, days := range []int{99, 400, 401, 500, 2000, 1_000_000, math.MaxInt32, math.MaxInt64} {
			r := challengetest.RaiseCommand(env, "north", 1)
			r.ShorterWindow = &challenge.ShorterWindow{Days: days}
			_, err := challenge.ForecastRaise(r, challengetest.Person("anna"), env)
			var refusal *challenge.Refusal
			if !errors.As(err, &refusal) || refusal.Code != challenge.CodeBadInput || len(refusal.Fields) != 1 || refusal.Fields["shorter_days"] == "" {
				t.Errorf("%s, %d working days: %+v", l.ID, days, err)
			}
		}
	}
}

// In the bands of weeks the earlier of the days and the band's end holds.
func TestAShorterTimeWithinABandOfWeeks(t *testing.T) {
	l := challengetest.LoadLadder(t, "issues-resolution-lac")
	x := raiseLife(t, l, "2026-06-01 10:00", lookedAfter)
	x.do("sol", x.respond())
	sooner := x.judge(challenge.NotSatisfied)
	sooner.ShorterWindow = shorterBy(3)
	x.do("anna", sooner).wantState(challenge.StateAwaitingResponse, "level-1")
	x.wantDue("2026-06-04 17:00")
}
