package challenge_test

import (
	"slices"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
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

// Sam opens the gate and, while Hana is away, is consulted in her place. What becomes of one part does
// not touch the other: somebody would be said to be consulted who never was.
func TestTheTwoPartsOfAGateAreHandedOverApart(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[1].Gates = []ladder.Gate{{ID: "view", Label: "Ask for a view", Kind: ladder.GateConsult, Source: "a test",
			OpenedBy: "service-manager", Consultee: "head-of-service", Needs: ladder.TookPlace}}
	})
	x := raiseLife(t, l, "2026-04-13 10:00").at("2026-04-20 17:00").tick()
	x.wantState(challenge.StateHeldAtGate, "r2")
	wantParts := func(openers, consulted []string) {
		t.Helper()
		st := x.c.Hold.Gates[0]
		are := func(ps []challenge.Party, who []string) bool {
			return slices.EqualFunc(ps, who, func(p challenge.Party, who string) bool { return p.ID == challengetest.Person(who).ID })
		}
		if !are(st.Openers, openers) || !are(st.Consulted, consulted) {
			t.Fatalf("it is opened by %+v, and consulted are %+v", st.Openers, st.Consulted)
		}
	}
	wantParts([]string{"sam"}, []string{"sam"})
	x.env.Directory = desertedOffice
	x.at("2026-04-21 09:00").tick()
	wantParts([]string{"anna"}, []string{"sam"}) // whoever opens a gate for want of the role is the chair; nobody else can be asked for the view
	x.env.Directory = office
	x.at("2026-04-27 09:00").tick()
	wantParts([]string{"sam"}, []string{"sam", "hana"}) // who stood in may still say what they think
	if !x.isPosted(challenge.CardGate, "hana") {        // Sam has a card already
		t.Errorf("posted: %+v", x.last.Posts)
	}
}
