package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
)

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
