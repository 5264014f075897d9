package challenge_test

import (
	"os"
	"regexp"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

// move is one arrow of the picture in the package comment.
type move struct {
	from  challenge.State
	cause string
	to    challenge.State
}

var (
	arrow   = regexp.MustCompile(`(?m)^//\t(\(none\)|[a-z_ ]+?) +--([a-z ]+)--> +([a-z_]+)$`)
	drawing = sync.OnceValues(func() (map[move]bool, error) {
		text, err := os.ReadFile("doc.go")
		if err != nil {
			return nil, err
		}
		drawn := map[move]bool{}
		for _, m := range arrow.FindAllSubmatch(text, -1) {
			from, cause, to := challenge.State(m[1]), string(m[2]), challenge.State(m[3])
			switch from {
			case "(none)":
				drawn[move{"", cause, to}] = true
			case "any open state":
				for _, s := range []challenge.State{challenge.AwaitingResponse, challenge.AwaitingJudgement, challenge.HeldAtGate, challenge.Exhausted} {
					drawn[move{s, cause, to}] = true
				}
			default:
				drawn[move{from, cause, to}] = true
			}
		}
		return drawn, nil
	})
)

func picture(t rapid.TB) map[move]bool {
	drawn, err := drawing()
	if err != nil || len(drawn) < 30 {
		t.Fatalf("the picture in doc.go has %d arrows: %v", len(drawn), err)
	}
	return drawn
}

// moveOf tells what moved a challenge by the change's events; false when nothing did.
func moveOf(from challenge.State, change challenge.Change) (move, bool) {
	for _, e := range change.Events {
		cause := ""
		switch b := e.Body.(type) {
		case challenge.RaisedBody:
			cause = "raise"
		case challenge.Responded:
			cause = "respond"
		case challenge.Lapsed:
			cause = "lapse"
		case challenge.SkippedTo:
			cause = "skip"
		case challenge.JudgedBody:
			cause = map[challenge.Verdict]string{challenge.Satisfied: "satisfied", challenge.Partly: "partly", challenge.NotSatisfied: "not satisfied"}[b.Verdict]
		case challenge.GateRecorded:
			if !b.Ahead {
				cause = "gate passed"
			}
		case challenge.WithdrawnBody:
			cause = "withdraw"
		case challenge.HandedOffBody:
			cause = "hand off"
		}
		if cause != "" {
			return move{from, cause, change.Next.State}, true
		}
	}
	return move{}, false
}

// TestPicture: the code makes every move that is drawn, and (held by every random
// life, here and in the other properties) no other.
func TestPicture(t *testing.T) {
	shipped := challengetest.Shipped(t)
	missing := map[move]bool{}
	for m := range picture(t) {
		missing[m] = true
	}
	life := rapid.Custom(func(t *rapid.T) map[move]bool {
		d := startDrive(t, randomLadder(t, shipped))
		for range 60 {
			d.step(t)
		}
		return d.picked
	})
	const most = 4000
	lives := 0
	for ; lives < most && len(missing) > 0; lives++ {
		for m := range life.Example(lives) {
			delete(missing, m)
		}
	}
	for m := range missing {
		t.Errorf("drawn and never made in %d lives: %s --%s--> %s", lives, m.from, m.cause, m.to)
	}
	t.Logf("every move of the picture was made within %d lives", lives)
}
