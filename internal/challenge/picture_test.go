package challenge_test

import (
	"os"
	"regexp"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
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
	for m := range rareMoves(t) {
		if !picture(t)[m] {
			t.Errorf("made and not drawn: %s --%s--> %s", m.from, m.cause, m.to)
		}
		delete(missing, m)
	}
	life := rapid.Custom(func(t *rapid.T) map[move]bool {
		d := startDrive(t, randomLadder(t, shipped))
		for range 60 {
			d.step(t)
		}
		return d.picked
	})
	const most = 1500
	lives := 0
	for ; lives < most && len(missing) > 0; lives++ {
		for m := range life.Example(lives) {
			delete(missing, m)
		}
	}
	for m := range missing {
		t.Errorf("drawn and never made in %d lives: %s --%s--> %s", lives, m.from, m.cause, m.to)
	}
	t.Logf("%d lives for %d moves", lives, len(picture(t)))
}

// rareMoves are made by hand, from every state in which people act: with and
// without gates above, on a usual day and when all but the chairs have gone.
func rareMoves(t *testing.T) map[move]bool {
	made := map[move]bool{}
	for _, gated := range []bool{false, true} {
		for _, handsOff := range []bool{false, true} {
			l := edited(func(l *ladder.Ladder) { threeRungs(l, gated, handsOff) })
			for _, s := range []challenge.State{challenge.AwaitingResponse, challenge.AwaitingJudgement, challenge.HeldAtGate} {
				for _, who := range []*directory.Directory{office, deserted} {
					for _, cmd := range []challenge.Command{
						challenge.SkipTo{To: "r3", Ground: "urgent", Evidence: "It is."},
						challenge.HandOff{To: "elsewhere", Reason: "It belongs there."},
						challenge.Judge{Verdict: challenge.Partly, Reason: "No date."},
						challenge.Judge{Verdict: challenge.NotSatisfied, Reason: "No date."},
						challenge.RecordGate{Rung: "r2", Gate: "own", Status: challenge.GatePassed},
					} {
						if s == challenge.HeldAtGate && handsOff {
							continue // r1 hands off, so that nothing is held before r2
						}
						x := inStateOf(t, l, s)
						x.env.Directory = who
						if x.try("anna", cmd) != "ok" {
							continue
						}
						if m, moved := moveOf(s, x.last); moved {
							made[m] = true
						}
					}
				}
			}
		}
	}
	return made
}

// threeRungs puts a third rung on the small ladder.
func threeRungs(l *ladder.Ladder, gated, handsOff bool) {
	top := l.Rungs[1]
	top.ID, top.Respond.Roles = "r3", []ladder.Role{"assistant-director"}
	if !gated {
		top.Gates = nil
	}
	l.Rungs = append(l.Rungs, top)
	l.Skips[0].To = []string{"r3"}
	if handsOff {
		l.Rungs[0].Then = &ladder.Then{HandOff: "elsewhere"}
	}
}
