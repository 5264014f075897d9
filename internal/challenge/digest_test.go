package challenge_test

import (
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/digest"
)

func (x *life) pendingItem(at string, history ...challenge.Event) (digest.PendingItem, bool) {
	env := x.env
	env.Now = challengetest.At(at)
	return digest.NewPendingItem(challenge.Snapshot{Challenge: x.c, Ladder: env.Ladder, History: history}, env.Now, env)
}

// Answered on Tuesday 2 June 2026 at 11:00.
func TestAnAnswerStandsStillOnlyAfterAWholeWorkingDay(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 11:00")
	x.do("tess", x.respond())
	for at, want := range map[string]bool{"2026-06-02 17:00": false, "2026-06-03 09:00": false, "2026-06-03 10:59": false,
		"2026-06-03 11:00": true, "2026-06-04 09:00": true} {
		if _, got := x.pendingItem(at); got != want {
			t.Errorf("at %s it is in the digest: %v", at, got)
		}
	}
}

func TestAnAnswerOfAFridayStandsStillFromMondayOn(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-04 10:00").at("2026-06-05 16:00")
	x.do("tess", x.respond())
	for at, want := range map[string]bool{"2026-06-07 16:00": false, "2026-06-08 15:59": false, "2026-06-08 16:00": true} {
		if _, got := x.pendingItem(at); got != want {
			t.Errorf("at %s it is in the digest: %v", at, got)
		}
	}
}

func TestWhomTeamsRefusesStandsInTheDigestWhileItWaitsForThemAndNothingCame(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	tess, anna := challenge.Address{Person: challengetest.Person("tess").ID}, challenge.Address{Person: challengetest.Person("anna").ID}
	event := func(at string, visit int, b challenge.Body) challenge.Event {
		return challenge.Event{At: challengetest.At(at), Opening: visit, Body: b}
	}
	refused := event("2026-06-01 10:01", 1, challenge.Undelivered{Card: challenge.CardRespond, To: tess})
	again := event("2026-06-02 09:00", 1, challenge.Undelivered{Card: challenge.CardReminder, To: tess})
	came := event("2026-06-02 12:00", 1, challenge.Delivered{Card: challenge.CardReminder, To: tess})
	for name, test := range map[string]struct {
		history []challenge.Event
		since   string // "": not in the digest
	}{
		"nothing was refused":                {nil, ""},
		"refused":                            {[]challenge.Event{refused}, "2026-06-01 10:01"},
		"since the first of several":         {[]challenge.Event{refused, again}, "2026-06-01 10:01"},
		"another came through":               {[]challenge.Event{refused, came}, ""},
		"refused again after one came":       {[]challenge.Event{refused, came, event("2026-06-03 09:00", 1, challenge.Undelivered{To: tess})}, "2026-06-03 09:00"},
		"to somebody for whom nothing waits": {[]challenge.Event{event("2026-06-01 10:01", 1, challenge.Undelivered{To: anna})}, ""},
		"on another step":                    {[]challenge.Event{event("2026-06-01 10:01", 0, challenge.Undelivered{To: tess})}, ""},
		"later than the morning":             {[]challenge.Event{event("2026-06-04 09:01", 1, challenge.Undelivered{To: tess})}, ""},
	} {
		s, got := x.pendingItem("2026-06-04 09:00", test.history...)
		if got != (test.since != "") {
			t.Errorf("%s: in the digest: %v", name, got)
		} else if got && (!s.Since.Equal(challengetest.At(test.since)) || len(s.Unreachable) != 1 || s.Unreachable[0].ID != tess.Person) {
			t.Errorf("%s: since %v, not reached %v", name, s.Since, s.Unreachable)
		}
	}
}

func TestTheDigestKeepsTheLongestWaitingAndCountsTheRest(t *testing.T) {
	var d digest.Digest
	start := challengetest.At("2026-06-01 10:00")
	for i := range digest.MaxDigestItems + 25 {
		d.Add(digest.PendingItem{Since: start.Add(time.Duration(i*37%(digest.MaxDigestItems+25)) * time.Minute)})
	}
	if len(d.Items) != digest.MaxDigestItems || d.More != 25 {
		t.Fatalf("%d are listed and %d counted", len(d.Items), d.More)
	}
	for i, s := range d.Items {
		if !s.Since.Equal(start.Add(time.Duration(i) * time.Minute)) {
			t.Fatalf("number %d waits since %v", i+1, s.Since)
		}
	}
}

func TestAGateKnowsWhichRoleNobodyHeldWhenItShut(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	x.env.Directory = desertedOffice
	x.at("2026-06-08 17:00").tick().wantState(challenge.StateHeldAtGate, "r2")
	if len(challenge.VacantGateRoles(x.env.Ladder, x.c.Hold.Gates[0])) == 0 {
		t.Errorf("nobody holds anything, and the gate knows %+v", x.c.Hold.Gates[0])
	}
	y := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if y.isPosted(challenge.CardOversight, "otto") || len(challenge.VacantGateRoles(y.env.Ladder, y.c.Hold.Gates[0])) > 0 {
		t.Errorf("the role is held, and shown is %+v", y.last.Posts)
	}
}
