package challenge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/digest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

func TestAnAnswerBeforeTheClockHasLookedCounts(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-08 17:04")
	x.do("tess", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1")
	if !x.last.Events[0].Body.(challenge.Responded).AfterDue {
		t.Error("nothing says that it came after the due time")
	}
}

func TestTheClockActsInOrderAndOneStepATime(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.at("2026-06-07 12:00") // past no reminder: Friday's is due on the working day before the last
	if want := challengetest.At("2026-06-05 09:00"); !x.c.NextAt.Equal(want) {
		t.Fatalf("the first reminder is at %v", x.c.NextAt)
	}
	x.tick()
	if x.eventKinds() != "reminded" || x.try("", challenge.Tick{}) != "nothing" {
		t.Errorf("%s, then more", x.eventKinds())
	}
	x.at("2026-06-20 12:00").tick() // the engine was away: the lapse goes before the reminder
	if want := "lapsed rung_opened"; x.eventKinds() != want {
		t.Errorf("%s, want %s", x.eventKinds(), want)
	}
	x.wantDue("2026-06-29 17:00") // from the day the engine came back, a Saturday
}

// A lapse counts from the instant the window ended although the engine is some
// seconds or minutes late, or each rung would lose a day at the cut-off.
func TestWhatOpensBySilenceCountsFromTheEndOfTheWindow(t *testing.T) {
	for _, late := range []time.Duration{0, 3 * time.Second, challenge.GracePeriod} {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
		x.env.Now = challengetest.At("2026-06-08 17:00").Add(late)
		x.tick().wantDue("2026-06-15 17:00")
	}
	ext := challengetest.LoadLadder(t, "redcar-cleveland-partner")
	ext.Rungs[2].Remainder, ext.Rungs[2].Window = false, &workday.Window{N: 3}
	x := raiseLife(t, ext, "2026-06-01 10:00")
	for _, end := range []string{"2026-06-02 17:00", "2026-06-04 17:00", "2026-06-05 17:00"} {
		for x.c.NextAt.Before(challengetest.At(end)) {
			x.env.Now = x.c.NextAt
			x.tick()
		}
		x.env.Now = challengetest.At(end).Add(3 * time.Second)
		x.tick()
	}
	x.wantState(challenge.StateAwaitingResponse, "step-3")
	x.wantDue("2026-06-10 17:00")
}

// An escalator's time begins when nothing but the escalator holds the challenge.
func TestAnEscalatorsTimeBeginsWhenNothingElseHolds(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[1].Gates = append(l.Rungs[1].Gates, ladder.Gate{ID: "go", Label: "Escalate", Kind: ladder.GateEscalation, OpenedBy: "own-service-manager",
			Needs: ladder.TookPlace, Within: &workday.Window{N: 1}, Source: "a test"})
	})
	x := raiseLife(t, l, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if !x.c.Hold.OpensAt.IsZero() {
		t.Fatalf("opens by itself at %v although another gate is closed", x.c.Hold.OpensAt)
	}
	x.at("2026-06-10 10:00").do("anna", recordOwnGate(challenge.GatePassed)).wantState(challenge.StateHeldAtGate, "r2")
	x.at("2026-06-11 17:00").tick().wantState(challenge.StateAwaitingResponse, "r2")
}

func TestALateReceiptMovesTheWindowAndAPromptOneDoesNot(t *testing.T) {
	to := challenge.Address{Person: challengetest.Person("tess").ID}
	deliver := challenge.RecordDelivery{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: to, ActivityID: "1"}
	x := raiseUnasked(t, smallLadder, "2026-06-01 16:30").at("2026-06-01 17:20").do("", deliver)
	x.wantDue("2026-06-08 17:00") // within the hour of grace, though past the cut-off

	x = raiseUnasked(t, smallLadder, "2026-06-01 16:30").at("2026-06-02 09:10").do("", deliver)
	x.wantDue("2026-06-09 17:00")
	if x.eventKinds() != "delivered redated" || !x.isPosted(challenge.CardNews, "anna") {
		t.Errorf("%s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	x.at("2026-06-04 09:10").do("", deliver).wantDue("2026-06-09 17:00") // another copy
	if x.eventKinds() != "delivered" {
		t.Error(x.eventKinds())
	}
	other := deliver
	other.Card = challenge.CardChallenge
	x = raiseUnasked(t, smallLadder, "2026-06-01 16:30").at("2026-06-03 09:10").do("", other)
	x.wantDue("2026-06-08 17:00") // nobody received the question yet
}

func TestWhomTeamsDoesNotReachIsNoSecret(t *testing.T) {
	to := challenge.Address{Person: challengetest.Person("tess").ID}
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").do("", challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: to, Code: "BotBlocked"})
	if !x.isPosted(challenge.CardNews, "anna") || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("shown %+v", x.last.Posts)
	}
}

func TestThoseWhoMustActAndTheOverseersHaveItInTheDigest(t *testing.T) {
	for _, s := range []challenge.State{challenge.StateAwaitingJudgement, challenge.StateHeldAtGate, challenge.StateExhausted} {
		x := inState(t, s)
		x.env.Now = x.c.NextAt
		if x.tick(); x.eventKinds() != "nudged" || len(x.last.Posts) != 0 {
			t.Errorf("%s: %s, shown %+v", s, x.eventKinds(), x.last.Posts)
		}
		if _, listed := digest.NewPendingItem(challenge.Snapshot{Challenge: x.c, Ladder: x.env.Ladder}, x.env.Now, x.env); !listed {
			t.Errorf("%s is not in the digest", s)
		}
		tasks := digest.TasksOf(challenge.Snapshot{Challenge: x.c, Ladder: x.env.Ladder}, x.env)
		for _, id := range x.c.WaitingFor() {
			if _, listed := tasks[id]; !listed {
				t.Errorf("%s is not in the digest of %s", s, id)
			}
		}
		if !x.c.NextAt.After(x.env.Now) {
			t.Errorf("%s: the next nudge is at %v", s, x.c.NextAt)
		}
	}
}

func TestOnlyWhoRaisedAChallengeEndsItAndOversightAsksForIt(t *testing.T) {
	for want, cmd := range map[challenge.EndRequest]challenge.Command{
		{Reason: "Raised twice."}:                             challenge.Withdraw{Reason: " Raised twice. "},
		{Reason: "It belongs there.", HandOffTo: "elsewhere"}: challenge.HandOff{To: "elsewhere", Reason: "It belongs there."},
	} {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00")
		before := x.c.State
		change, err := x.c.Decide(cmd, challengetest.Person("otto"), x.env)
		if err != nil || change.Refusal == nil || !strings.Contains(change.Refusal.Sentence, "Anna") {
			t.Fatalf("%v, %+v", err, change.Refusal)
		}
		if change.Next.State != before || len(change.Events) != 1 {
			t.Errorf("%T changed more than the request: %s, %d events", cmd, change.Next.State, len(change.Events))
		}
		got := change.Next.EndRequest
		if got == nil || got.By != challengetest.Person("otto") || got.Reason != want.Reason || got.HandOffTo != want.HandOffTo {
			t.Errorf("the request is %+v, not %+v", got, want)
		}
		x.last = change
		if !x.isPosted(challenge.CardChallenge, "anna") {
			t.Errorf("the chair is not asked: %+v", change.Posts)
		}
		ended, err := change.Next.Decide(cmd, challengetest.Person("anna"), x.env)
		if err != nil || ended.Next.State.IsOpen() {
			t.Errorf("the chair agrees: %v, %s", err, ended.Next.State)
		}
	}
}

func TestNoticesGoByReferenceToThoseTheProcedureNames(t *testing.T) {
	x := raiseLife(t, challengetest.LoadLadder(t, "knowsley"), "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.Details.Agency = "health" })
	if !x.isPosted(challenge.CardNotice, "quin") {
		t.Errorf("raised, and the Quality Assurance Officer is told nothing: %+v", x.last.Posts)
	}
	lapsing := editedLadder(func(l *ladder.Ladder) {
		l.Alerts = []ladder.Alert{{OnEvents: []string{"lapse"}, Rungs: []string{"r1"}, To: []directory.Role{"iro-team-manager"}, Source: "a test"}}
	})
	y := raiseLife(t, lapsing, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if !y.isPosted(challenge.CardNotice, "ivo") {
		t.Errorf("lapsed, and the IRO Team Manager is told nothing: %+v", y.last.Posts)
	}
	// Who is told of the next step as one whom it alerts has no notice of it besides.
	z := raiseLife(t, challengetest.LoadLadder(t, "redcar-cleveland-partner"), "2026-06-01 10:00").at("2026-06-02 17:00").tick()
	told := slices.DeleteFunc(slices.Clone(z.last.Posts), func(s challenge.Post) bool { return s.To.Person != challengetest.Person("ivo").ID })
	if len(told) != 1 || told[0].Card != challenge.CardAlert {
		t.Errorf("the IRO Team Manager is told %+v", told)
	}
}

func TestPastTheCalendarNothingIsGuessedAndNothingIsLost(t *testing.T) {
	env := challengetest.Env(smallLadder, "2028-12-29 10:00")
	_, err := challenge.Raise(challengetest.RaiseCommand(env, "north", 1), challengetest.Person("anna"), env)
	var r *challenge.Refusal
	if !errors.As(err, &r) || r.Code != challenge.CodeNoCoverage {
		t.Errorf("%v", err)
	}
	x := raiseLife(t, smallLadder, "2028-12-20 10:00").at("2028-12-29 10:00")
	x.do("tess", x.respond()) // only the judge's reminder lies beyond
	if !x.c.NextAt.After(x.env.Now) {
		t.Errorf("the reminder is at %v", x.c.NextAt)
	}
}
