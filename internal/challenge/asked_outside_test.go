package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

func TestOnlyWhoAsksOutsideRecordsThatTheyAskedAndNoTimeMoves(t *testing.T) {
	l := challengetest.LoadLadder(t, "redcar-cleveland-partner")
	asked := challenge.RecordAskedOutside{Opening: 1, Method: challenge.ContactByTelephone, On: challengetest.Date("2026-06-01"), Note: "The duty desk."}
	x := raiseLife(t, l, "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.Details.Agency = "police" }) // nobody of the police is listed
	due, next := x.c.Due(), x.c.NextAt
	for _, wrong := range []struct {
		who  string
		cmd  challenge.RecordAskedOutside
		want string
	}{
		{"ivo", asked, "not_yours"},
		{"anna", challenge.RecordAskedOutside{Opening: 2, Method: challenge.ContactByEmail, On: asked.On}, "not_yours"},
		{"anna", challenge.RecordAskedOutside{Opening: 1, Method: "pigeon", On: asked.On}, "bad_input"},
		{"anna", challenge.RecordAskedOutside{Opening: 1, Method: challenge.ContactByEmail}, "bad_input"},
		{"anna", challenge.RecordAskedOutside{Opening: 1, Method: challenge.ContactByEmail, On: asked.On + 1}, "bad_input"},
	} {
		if got := x.try(wrong.who, wrong.cmd); got != wrong.want {
			t.Errorf("%s, %+v: %s, want %s", wrong.who, wrong.cmd, got, wrong.want)
		}
	}
	x.do("anna", asked).wantState(challenge.StateAwaitingResponse, "step-1")
	if !x.c.Due().Equal(due) || !x.c.NextAt.Equal(next) {
		t.Errorf("the time moved to %v, %v", x.c.Due(), x.c.NextAt)
	}
	if got := x.do("anna", x.respond()).try("anna", asked); got != "moved_on" {
		t.Errorf("after the answer: %s", got)
	}
	// Somebody with an account has the card themselves.
	y := raiseLife(t, l, "2026-06-01 10:00")
	for _, who := range []string{"anna", "hugo"} {
		if got := y.try(who, asked); got != "not_yours" {
			t.Errorf("%s: %s", who, got)
		}
	}
}

// A chair who was away for a day while an answer was to be recorded was asked for none of it: back
// again they remind and judge as before.
func TestWhoOnlyRecordedForSomebodyOutsideWasNotAsked(t *testing.T) {
	l := challengetest.LoadLadder(t, "redcar-cleveland-partner")
	x := raiseLife(t, l, "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.Details.Agency = "police" })
	x.env.Directory = officeWithCover("anna", "cleo")
	if got := x.at("2026-06-01 11:00").tryHandOver("anna", "anna"); got != "ok" {
		t.Fatal(got)
	}
	if !x.c.CurrentOpening().MayAnswer(challengetest.Person("cleo").ID) {
		t.Fatalf("the stand-in does not record: %+v", x.c.CurrentOpening().Responders)
	}
	x.env.Directory = office
	if x.c.WasRespondent(x.c.Chair.ID) || !(challenge.Snapshot{Challenge: x.c, Ladder: l}).RightsOf(x.c.Chair.ID, x.env).RemindNow {
		t.Error("the chair counts as asked")
	}
	x.at("2026-06-01 12:00").do("cleo", x.respond())
	x.do("anna", challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}).wantState(challenge.StateResolved, "step-1")
}
