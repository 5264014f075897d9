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

// transition is one arrow of the picture in the package comment.
type transition struct {
	from  challenge.State
	cause string
	to    challenge.State
}

var (
	arrowPattern = regexp.MustCompile(`(?m)^//\t(\(none\)|[a-z_ ]+?) +--([a-z ]+)--> +([a-z_]+)$`)
	readPicture  = sync.OnceValues(func() (map[transition]bool, error) {
		text, err := os.ReadFile("doc.go")
		if err != nil {
			return nil, err
		}
		drawn := map[transition]bool{}
		for _, m := range arrowPattern.FindAllSubmatch(text, -1) {
			from, cause, to := challenge.State(m[1]), string(m[2]), challenge.State(m[3])
			switch from {
			case "(none)":
				drawn[transition{"", cause, to}] = true
			case "any open state":
				for _, s := range []challenge.State{challenge.StateAwaitingResponse, challenge.StateAwaitingJudgement, challenge.StateHeldAtGate, challenge.StateExhausted} {
					drawn[transition{s, cause, to}] = true
				}
			default:
				drawn[transition{from, cause, to}] = true
			}
		}
		return drawn, nil
	})
)

func drawnTransitions(t rapid.TB) map[transition]bool {
	drawn, err := readPicture()
	if err != nil || len(drawn) < 30 {
		t.Fatalf("the picture in doc.go has %d arrows: %v", len(drawn), err)
	}
	return drawn
}

// transitionOf tells what moved a challenge by the change's events; false when nothing did.
func transitionOf(from challenge.State, change challenge.Change) (transition, bool) {
	for _, e := range change.Events {
		cause := ""
		switch b := e.Body.(type) {
		case challenge.Raised:
			cause = "raise"
		case challenge.Responded:
			if cause = "respond"; b.Replaces {
				cause = "replace"
			}
		case challenge.Lapsed:
			cause = "lapse"
		case challenge.SkippedTo:
			cause = "skip"
		case challenge.Judged:
			cause = map[challenge.Verdict]string{challenge.Satisfied: "satisfied", challenge.Partly: "partly", challenge.NotSatisfied: "not satisfied"}[b.Verdict]
		case challenge.GateRecorded:
			if !b.Ahead {
				cause = "gate passed"
			}
		case challenge.Withdrawn:
			cause = "withdraw"
		case challenge.HandedOff:
			cause = "hand off"
		}
		if cause != "" {
			return transition{from, cause, change.Next.State}, true
		}
	}
	return transition{}, false
}

// TestPicture: the code makes every move that is drawn, and (held by every random
// life, here and in the other properties) no other.
func TestPicture(t *testing.T) {
	shipped := challengetest.ShippedLadders(t)
	missing := map[transition]bool{}
	for m := range drawnTransitions(t) {
		missing[m] = true
	}
	for m := range rareTransitions(t) {
		if !drawnTransitions(t)[m] {
			t.Errorf("made and not drawn: %s --%s--> %s", m.from, m.cause, m.to)
		}
		delete(missing, m)
	}
	life := rapid.Custom(func(t *rapid.T) map[transition]bool {
		d := startRandomLife(t, randomLadder(t, shipped))
		for range 60 {
			d.randomStep(t)
		}
		return d.made
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
	t.Logf("%d lives for %d moves", lives, len(drawnTransitions(t)))
}

// rareTransitions are made by hand, from every state in which people act: with and
// without gates above, on a usual day and when all but the chairs have gone.
func rareTransitions(t *testing.T) map[transition]bool {
	made := map[transition]bool{}
	for _, gated := range []bool{false, true} {
		for _, handsOff := range []bool{false, true} {
			l := editedLadder(func(l *ladder.Ladder) { threeRungs(l, gated, handsOff) })
			for _, s := range []challenge.State{challenge.StateAwaitingResponse, challenge.StateAwaitingJudgement, challenge.StateHeldAtGate} {
				for _, who := range []*directory.Directory{office, desertedOffice} {
					for _, cmd := range []challenge.Command{
						challenge.SkipTo{To: "r3", Ground: "urgent", Evidence: "It is."},
						challenge.HandOff{To: "elsewhere", Reason: "It belongs there."},
						challenge.Judge{Verdict: challenge.Partly, Reason: "No date."},
						challenge.Judge{Verdict: challenge.NotSatisfied, Reason: "No date."},
						challenge.RecordGate{Rung: "r2", Gate: "own", Status: challenge.GatePassed},
					} {
						if s == challenge.StateHeldAtGate && handsOff {
							continue // r1 hands off, so that nothing is held before r2
						}
						x := inStateOf(t, l, s)
						x.env.Directory = who
						if x.try("anna", cmd) != "ok" {
							continue
						}
						if m, moved := transitionOf(s, x.last); moved {
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
	top.ID, top.Respondents.Roles = "r3", []directory.Role{"assistant-director"}
	if !gated {
		top.Gates = nil
	}
	l.Rungs = append(l.Rungs, top)
	l.Skips[0].To = []string{"r3"}
	if handsOff {
		l.Rungs[0].IfNotSatisfied = &ladder.Destination{HandOff: "elsewhere"}
	}
}

// Before an answer came the chair can find the matter settled, and says how: it counts as settled.
func TestTheChairSettlesBeforeAnAnswerCameAndSaysHow(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	if said := x.try("anna", challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}); said != "bad_input" {
		t.Fatalf("without a word of how: %s", said)
	}
	for _, who := range []string{"tess", "otto", "zed"} {
		if said := x.try(who, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied, Reason: "It is done."}); said != "not_yours" {
			t.Errorf("%s: %s", who, said)
		}
	}
	x.do("anna", challenge.Judge{Opening: 1, Verdict: challenge.Satisfied, Reason: "The core group met on Monday."}).wantState(challenge.StateResolved, "r1")
	o := x.c.CurrentOpening()
	if x.eventKinds() != "judged resolved" || o.Outcome != challenge.OutcomeLeft || len(o.Reminders) > 0 || !x.c.NextAt.IsZero() || o.Verdict != "" {
		t.Errorf("%s: %+v", x.eventKinds(), o)
	}
}
