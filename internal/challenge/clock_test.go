package challenge_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

func TestAnAnswerBeforeTheClockHasLookedCounts(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00").at("2026-06-08 17:04")
	x.do("tess", x.respond()).wantState(challenge.AwaitingJudgement, "r1")
	if !x.last.Events[0].Body.(challenge.Responded).AfterDue {
		t.Error("nothing says that it came after the due time")
	}
}

func TestTheClockActsInOrderAndOneStepATime(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00").do("anna", recordOwn(challenge.GatePassed))
	x.at("2026-06-07 12:00") // past no reminder: Friday's is due on the working day before the last
	if want := challengetest.At("2026-06-05 09:00"); !x.c.NextAt.Equal(want) {
		t.Fatalf("the first reminder is at %v", x.c.NextAt)
	}
	x.tick()
	if x.kinds() != "reminded" || x.try("", challenge.Tick{}) != "nothing" {
		t.Errorf("%s, then more", x.kinds())
	}
	x.at("2026-06-20 12:00").tick() // the engine was away: the lapse goes before the reminder
	if want := "lapsed rung_opened"; x.kinds() != want {
		t.Errorf("%s, want %s", x.kinds(), want)
	}
	x.wantDue("2026-06-29 17:00") // from the day the engine came back, a Saturday
}

// A lapse counts from the instant the window ended although the engine is some
// seconds or minutes late, or each rung would lose a day at the cut-off.
func TestWhatOpensBySilenceCountsFromTheEndOfTheWindow(t *testing.T) {
	for _, late := range []time.Duration{0, 3 * time.Second, challenge.Grace} {
		x := begin(t, small, "2026-06-01 10:00").do("anna", recordOwn(challenge.GatePassed))
		x.env.Now = challengetest.At("2026-06-08 17:00").Add(late)
		x.tick().wantDue("2026-06-15 17:00")
	}
	ext := challengetest.Load(t, "redcar-cleveland-partner")
	ext.Rungs[2].Remainder, ext.Rungs[2].Window = false, &workday.Window{N: 3}
	x := begin(t, ext, "2026-06-01 10:00")
	for _, end := range []string{"2026-06-02 17:00", "2026-06-04 17:00", "2026-06-05 17:00"} {
		for x.c.NextAt.Before(challengetest.At(end)) {
			x.env.Now = x.c.NextAt
			x.tick()
		}
		x.env.Now = challengetest.At(end).Add(3 * time.Second)
		x.tick()
	}
	x.wantState(challenge.AwaitingResponse, "step-3")
	x.wantDue("2026-06-10 17:00")
}

// An escalator's time begins when nothing but the escalator holds the challenge.
func TestAnEscalatorsTimeBeginsWhenNothingElseHolds(t *testing.T) {
	l := edited(func(l *ladder.Ladder) {
		l.Rungs[1].Gates = append(l.Rungs[1].Gates, ladder.Gate{ID: "go", Label: "Escalate", Kind: ladder.EscalateBy, By: "own-service-manager",
			Needs: ladder.Held, Within: &workday.Window{N: 1}, Source: "a test"})
	})
	x := begin(t, l, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if !x.c.Hold.Opens.IsZero() {
		t.Fatalf("opens by itself at %v although another gate is closed", x.c.Hold.Opens)
	}
	x.at("2026-06-10 10:00").do("anna", recordOwn(challenge.GatePassed)).wantState(challenge.HeldAtGate, "r2")
	x.at("2026-06-11 17:00").tick().wantState(challenge.AwaitingResponse, "r2")
}

func TestALateReceiptMovesTheWindowAndAPromptOneDoesNot(t *testing.T) {
	to := challenge.Address{Person: challengetest.Person("tess").ID}
	deliver := challenge.Deliver{Delivery: 1, Card: challenge.CardRespond, Visit: 1, To: to, Activity: "1"}
	x := begin(t, small, "2026-06-01 16:30").at("2026-06-01 17:20").do("", deliver)
	x.wantDue("2026-06-08 17:00") // within the hour of grace, though past the cut-off

	x = begin(t, small, "2026-06-01 16:30").at("2026-06-02 09:10").do("", deliver)
	x.wantDue("2026-06-09 17:00")
	if x.kinds() != "delivered redated" || !x.shown(challenge.CardCase, "anna") {
		t.Errorf("%s, shown %+v", x.kinds(), x.last.Shows)
	}
	x.at("2026-06-04 09:10").do("", deliver).wantDue("2026-06-09 17:00") // another copy
	if x.kinds() != "delivered" {
		t.Error(x.kinds())
	}
	other := deliver
	other.Card = challenge.CardCase
	x = begin(t, small, "2026-06-01 16:30").at("2026-06-03 09:10").do("", other)
	x.wantDue("2026-06-08 17:00") // nobody received the question yet
}

func TestWhomTeamsDoesNotReachIsNoSecret(t *testing.T) {
	to := challenge.Address{Person: challengetest.Person("tess").ID}
	x := begin(t, small, "2026-06-01 10:00").do("", challenge.GiveUp{Delivery: 1, Card: challenge.CardRespond, Visit: 1, To: to, Code: "BotBlocked"})
	if !x.shown(challenge.CardCase, "anna") || !x.shown(challenge.CardOversight, "otto") {
		t.Errorf("shown %+v", x.last.Shows)
	}
}

func TestThoseWhoMustActAreToldAgainAndTheOverseersHaveItInTheDigest(t *testing.T) {
	for _, s := range []challenge.State{challenge.AwaitingJudgement, challenge.HeldAtGate, challenge.Exhausted} {
		x := inState(t, s)
		x.env.Now = x.c.NextAt
		if x.tick(); x.kinds() != "nudged" || len(x.last.Shows) == 0 || x.shown(challenge.CardOversight, "otto") {
			t.Errorf("%s: %s, shown %+v", s, x.kinds(), x.last.Shows)
		}
		if _, listed := challenge.Stalled(challenge.Case{Challenge: x.c, Ladder: x.env.Ladder}, x.env.Now, x.env); !listed {
			t.Errorf("%s is not in the digest", s)
		}
		if !x.c.NextAt.After(x.env.Now) {
			t.Errorf("%s: the next nudge is at %v", s, x.c.NextAt)
		}
	}
}

func TestTheChairHearsOfWhatOthersDoToTheChallenge(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00").do("otto", challenge.Withdraw{Reason: "Raised twice."})
	if !x.shown(challenge.CardCase, "anna") {
		t.Errorf("withdrawn by the overseer, shown %+v", x.last.Shows)
	}
	x = begin(t, small, "2026-06-01 10:00").do("otto", challenge.HandOff{To: "elsewhere", Reason: "It belongs there."})
	if !x.shown(challenge.CardCase, "anna") {
		t.Errorf("handed off by the overseer, shown %+v", x.last.Shows)
	}
}

func TestNoticesGoByReferenceToThoseTheProcedureNames(t *testing.T) {
	x := begin(t, challengetest.Load(t, "knowsley"), "2026-06-01 10:00", func(r *challenge.Raising) { r.Details.Agency = "health" })
	if !x.shown(challenge.CardNotice, "quin") {
		t.Errorf("raised, and the Quality Assurance Officer is told nothing: %+v", x.last.Shows)
	}
	lapsing := edited(func(l *ladder.Ladder) {
		l.Notices = []ladder.Notice{{On: []string{"lapse"}, Rungs: []string{"r1"}, To: []ladder.Role{"iro-team-manager"}, Source: "a test"}}
	})
	y := begin(t, lapsing, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if !y.shown(challenge.CardNotice, "ivo") {
		t.Errorf("lapsed, and the IRO Team Manager is told nothing: %+v", y.last.Shows)
	}
	// Who is told of the next step as one whom it alerts has no notice of it besides.
	z := begin(t, challengetest.Load(t, "redcar-cleveland-partner"), "2026-06-01 10:00").at("2026-06-02 17:00").tick()
	told := slices.DeleteFunc(slices.Clone(z.last.Shows), func(s challenge.Show) bool { return s.To.Person != challengetest.Person("ivo").ID })
	if len(told) != 1 || told[0].Card != challenge.CardAlert {
		t.Errorf("the IRO Team Manager is told %+v", told)
	}
}

func TestPastTheCalendarNothingIsGuessedAndNothingIsLost(t *testing.T) {
	env := challengetest.Env(small, "2028-12-29 10:00")
	_, err := challenge.Raise(challengetest.Raising(env, "north", 1), challengetest.Person("anna"), env)
	var r *challenge.Refusal
	if !errors.As(err, &r) || r.Code != challenge.NoCoverage {
		t.Errorf("%v", err)
	}
	x := begin(t, small, "2028-12-20 10:00").at("2028-12-29 10:00")
	x.do("tess", x.respond()) // only the judge's reminder lies beyond
	if !x.c.NextAt.After(x.env.Now) {
		t.Errorf("the reminder is at %v", x.c.NextAt)
	}
}
