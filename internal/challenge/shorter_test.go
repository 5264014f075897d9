package challenge_test

import (
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// hasty is the small ladder where the chair may ask for less than the window.
func hasty(minimum int) *ladder.Ladder {
	return edited(func(l *ladder.Ladder) {
		l.Shorten = &ladder.Shorten{By: ladder.RoleChair, Source: "a test"}
		if minimum > 0 {
			l.Shorten.Minimum = &workday.Window{N: minimum}
		}
	})
}

func within(days int) *challenge.Shorter {
	return &challenge.Shorter{Days: days, Reason: "The child is six weeks old."}
}

func TestAShorterTimeBringsTheDateForwardAndSaysFromWhat(t *testing.T) {
	x := begin(t, hasty(0), "2026-06-01 10:00", func(r *challenge.Raising) { r.Shorter = within(2) })
	x.wantDue("2026-06-03 17:00")
	v := x.c.Current()
	if v.Shorter == nil || !v.Shorter.Instead.Equal(challengetest.At("2026-06-08 17:00")) {
		t.Errorf("in place of %+v", v.Shorter)
	}
	opened := x.last.Events[1].Body.(challenge.RungOpened)
	want := "A shorter time was asked for: 2 working days; the procedure would have given until Monday 8 June 2026. "
	if !strings.HasPrefix(opened.Working, want) || strings.Contains(opened.Working, "six weeks") {
		t.Errorf("the working is %q", opened.Working)
	}
	// It holds for the answer that it was asked for, and for no other.
	x.do("anna", recordOwn(challenge.GatePassed)).at("2026-06-03 17:00").tick().wantState(challenge.AwaitingResponse, "r2")
	x.wantDue("2026-06-10 17:00")
}

func TestAShorterTimeIsAskedForWhenTheAnswerIsNotGoodEnough(t *testing.T) {
	x := begin(t, hasty(0), "2026-06-01 10:00")
	x.do("tess", x.respond())
	sooner := x.judge(challenge.NotSatisfied)
	sooner.Shorter = within(1)
	x.do("anna", sooner).wantState(challenge.HeldAtGate, "r2")
	x.at("2026-06-02 10:00").do("anna", recordOwn(challenge.GatePassed)).wantDue("2026-06-03 17:00")
}

func TestALateCardIsCountedAgainByTheShorterTime(t *testing.T) {
	x := begin(t, hasty(0), "2026-06-01 10:00", func(r *challenge.Raising) { r.Shorter = within(2) })
	x.at("2026-06-02 12:00").do("", challenge.Deliver{Delivery: 1, Card: challenge.CardRespond, Visit: 1, To: challenge.Address{Person: x.c.Current().Repliers[0]}})
	x.wantDue("2026-06-04 17:00")
}

func TestATimeIsNeverMadeLongerNorShorterThanTheLadderLets(t *testing.T) {
	for _, test := range []struct {
		name   string
		ladder *ladder.Ladder
		want   *challenge.Shorter
		field  string // "": refused as a whole
	}{
		{"as much as the window", hasty(0), within(5), "shorter_days"},
		{"more than the window", hasty(0), within(99), "shorter_days"},
		{"beyond any window", hasty(0), within(1_000_000), "shorter_days"},
		{"no time at all", hasty(0), within(0), "shorter_days"},
		{"less than the least", hasty(3), within(2), "shorter_days"},
		{"no reason", hasty(0), &challenge.Shorter{Days: 2}, "shorter_reason"},
		{"a procedure that knows none", small, within(2), ""},
	} {
		env := challengetest.Env(test.ladder, "2026-06-01 10:00")
		r := challengetest.Raising(env, "north", 1)
		r.Shorter = test.want
		_, err := challenge.Raise(r, challengetest.Person("anna"), env)
		refusal, ok := err.(*challenge.Refusal)
		if !ok || test.field != "" && refusal.Fields[test.field] == "" || test.field == "" && refusal.Code != challenge.NotAllowed {
			t.Errorf("%s: %+v", test.name, err)
		}
		x := begin(t, test.ladder, "2026-06-01 10:00")
		x.do("tess", x.respond())
		judged := x.judge(challenge.Partly)
		judged.Shorter = test.want
		if got := x.try("anna", judged); got != map[bool]string{true: "bad_input", false: "not_allowed"}[test.field != ""] {
			t.Errorf("%s, when judging: %s", test.name, got)
		}
	}
}

// In the bands of weeks the earlier of the days and the band's end holds.
func TestAShorterTimeWithinABandOfWeeks(t *testing.T) {
	l := challengetest.Load(t, "issues-resolution-lac")
	x := begin(t, l, "2026-06-01 10:00", lookedAfter)
	x.do("sol", x.respond())
	sooner := x.judge(challenge.NotSatisfied)
	sooner.Shorter = within(3)
	x.do("anna", sooner).wantState(challenge.AwaitingResponse, "level-1")
	x.wantDue("2026-06-04 17:00")
}
