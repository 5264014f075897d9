package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

func TestOnlyWhoAsksOutsideRecordsThatTheyAskedAndNoTimeMoves(t *testing.T) {
	l := challengetest.Load(t, "redcar-cleveland-partner")
	asked := challenge.MarkAsked{Visit: 1, How: challenge.ByTelephone, On: challengetest.Date("2026-06-01"), Note: "The duty desk."}
	x := begin(t, l, "2026-06-01 10:00", func(r *challenge.Raising) { r.Details.Agency = "police" }) // nobody of the police is listed
	due, next := x.c.Due(), x.c.NextAt
	for _, wrong := range []struct {
		who  string
		cmd  challenge.MarkAsked
		want string
	}{
		{"ivo", asked, "not_yours"},
		{"anna", challenge.MarkAsked{Visit: 2, How: challenge.ByEmail, On: asked.On}, "not_yours"},
		{"anna", challenge.MarkAsked{Visit: 1, How: "pigeon", On: asked.On}, "bad_input"},
		{"anna", challenge.MarkAsked{Visit: 1, How: challenge.ByEmail}, "bad_input"},
		{"anna", challenge.MarkAsked{Visit: 1, How: challenge.ByEmail, On: asked.On + 1}, "bad_input"},
	} {
		if got := x.try(wrong.who, wrong.cmd); got != wrong.want {
			t.Errorf("%s, %+v: %s, want %s", wrong.who, wrong.cmd, got, wrong.want)
		}
	}
	x.do("anna", asked).wantState(challenge.AwaitingResponse, "step-1")
	if !x.c.Due().Equal(due) || !x.c.NextAt.Equal(next) {
		t.Errorf("the time moved to %v, %v", x.c.Due(), x.c.NextAt)
	}
	if got := x.do("anna", x.respond()).try("anna", asked); got != "moved_on" {
		t.Errorf("after the answer: %s", got)
	}
	// Somebody with an account has the card themselves.
	y := begin(t, l, "2026-06-01 10:00")
	for _, who := range []string{"anna", "hugo"} {
		if got := y.try(who, asked); got != "not_yours" {
			t.Errorf("%s: %s", who, got)
		}
	}
}
