package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

// respondArrived has Tess answer with a time of arrival that lies before the last event, as a slow
// database brings it about.
func (x *life) respondArrived(r challenge.Respond, clock string) string {
	now := x.env.Now
	defer func() { x.env.Now = now }()
	x.env.Now = challengetest.At(clock)
	return x.try("tess", r)
}

func TestAnAnswerThatArrivedBeforeTheEndCountsThoughTheLapseWasWrittenFirst(t *testing.T) {
	t.Parallel()
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	answer := x.respond()
	x.at("2026-06-08 17:00").tick() // due on Monday 8 June 2026 at 17:00
	after := x.c.LastAt
	if got := x.respondArrived(answer, "2026-06-08 16:59"); got != "ok" {
		t.Fatalf("refused: %s", got)
	}
	x.wantState(challenge.StateAwaitingJudgement, "r1")
	if x.eventKinds() != "lapse_yielded rung_opened responded" {
		t.Errorf("events %s", x.eventKinds())
	}
	for _, e := range x.last.Events {
		if e.At.Before(after) {
			t.Errorf("%s is written at %s, before the event that came before it", e.Body.Kind(), e.At)
		}
		if r, ok := e.Body.(challenge.Responded); ok && r.AfterDue {
			t.Error("it came before the due time")
		}
	}
	if !x.isPosted(challenge.CardJudge, "anna") {
		t.Errorf("posted %+v", x.last.Posts)
	}
}

func TestAnAnswerThatArrivedAtTheEndOrAfterSomebodyActedIsKept(t *testing.T) {
	t.Parallel()
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	answer := x.respond()
	x.at("2026-06-08 17:00").tick()
	if got := x.respondArrived(answer, "2026-06-08 17:00"); got == "ok" || x.eventKinds() != "reply_kept" {
		t.Errorf("at the very end: %q, %s", got, x.eventKinds())
	}
	x = raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.at("2026-06-08 17:00").tick()
	x.do("anna", challenge.Withdraw{Reason: "Settled elsewhere."})
	if got := x.respondArrived(answer, "2026-06-08 16:59"); got == "ok" || x.eventKinds() != "reply_kept" {
		t.Errorf("after it had ended: %q, %s", got, x.eventKinds())
	}
}
