package challenge_test

import (
	"errors"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

func TestWhenTheChairHasLeftOversightNamesWhoSucceeds(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 11:00")
	x.do("tess", x.respond())
	name := challenge.NameSuccessor{Successor: challengetest.Person("cleo").ID}
	refusedAs := func(by string, cmd challenge.Command, want challenge.RefusalCode) {
		t.Helper()
		_, err := x.c.Decide(cmd, challengetest.Person(by), x.env)
		if r := (*challenge.Refusal)(nil); !errors.As(err, &r) || r.Code != want {
			t.Errorf("%s: %v, not %s", by, err, want)
		}
	}
	refusedAs("otto", name, challenge.CodeNotAllowed) // the chair is still there

	x.env.Directory = challengetest.DirectoryWithout("anna")
	refusedAs("tess", name, challenge.CodeNotYours)
	refusedAs("otto", challenge.NameSuccessor{Successor: challengetest.Person("tess").ID}, challenge.CodeNotAllowed)
	refusedAs("otto", challenge.NameSuccessor{Successor: challengetest.Stranger().ID}, challenge.CodeNotAllowed)
	refusedAs("anna", challenge.Judge{Opening: 1, Verdict: challenge.Satisfied}, challenge.CodeNotYours)

	x.do("otto", name)
	if x.c.Chair != challengetest.Person("cleo") || x.c.CurrentOpening().Judge.ID != x.c.Chair.ID {
		t.Fatalf("the chair is %+v, the judge %+v", x.c.Chair, x.c.CurrentOpening().Judge)
	}
	if !x.isPosted(challenge.CardJudge, "cleo") {
		t.Errorf("the successor is not asked to judge: %+v", x.last.Posts)
	}
	x.do("cleo", challenge.Judge{Opening: 1, Verdict: challenge.Satisfied})
	if x.c.State != challenge.StateResolved {
		t.Errorf("the successor judged, and it is %s", x.c.State)
	}
}

func TestWhoHasLeftTheDirectoryReadsAndDoesNothingAndWhatTheySendIsKept(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 11:00")
	x.env.Directory = challengetest.DirectoryWithout("tess")
	s := challenge.Snapshot{Challenge: x.c, Ladder: x.env.Ladder}
	if may := s.RightsOf(challengetest.Person("tess").ID, x.env); may.Read || may.Answer || !may.KeepLate {
		t.Errorf("somebody who has left may %+v", may)
	}
	change, err := x.c.Decide(x.respond(), challengetest.Person("tess"), x.env)
	if err != nil || change.Refusal == nil || change.Next.State != challenge.StateAwaitingResponse {
		t.Fatalf("%v, %+v", err, change)
	}
	if late, ok := change.Events[0].Body.(challenge.LateResponse); !ok || late.Reason != "left" {
		t.Errorf("kept as %+v", change.Events)
	}
}
