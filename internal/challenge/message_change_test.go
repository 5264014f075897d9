package challenge_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
)

// A message that was changed leaves one step in the trail and changes nothing else,
// neither while the challenge runs nor after it.
func TestAChangedMessageIsNotedInEveryStateAndMovesNothing(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	for _, ended := range []bool{false, true} {
		if ended {
			x.do("anna", challenge.Withdraw{Reason: "Raised twice."})
		}
		for _, change := range []challenge.MessageChange{challenge.MessageEdited, challenge.MessageDeleted, challenge.MessageRestored} {
			before := x.c
			if got := x.try("anna", challenge.RecordMessageChange{Seq: 1, Change: change}); got != "ok" {
				t.Fatalf("%s in %s: %s", change, before.State, got)
			}
			if diff := cmp.Diff([]challenge.Body{challenge.MessageChanged{Seq: 1, Change: change}}, []challenge.Body{x.last.Events[0].Body}); diff != "" {
				t.Error(diff)
			}
			if len(x.last.Posts) > 0 || len(x.last.Events) != 1 {
				t.Errorf("%s brings %+v", change, x.last)
			}
			after := x.c
			after.Seq, after.Head = before.Seq, before.Head
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("%s changes the challenge:\n%s", change, diff)
			}
		}
	}
}

func TestOnlyAStepOfTheTrailCanHaveItsMessageChanged(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	for _, cmd := range []challenge.RecordMessageChange{
		{Seq: 0, Change: challenge.MessageEdited}, {Seq: -1, Change: challenge.MessageDeleted},
		{Seq: x.c.Seq + 1, Change: challenge.MessageEdited}, {Seq: 1}, {Seq: 1, Change: "painted"},
	} {
		if got := x.try("anna", cmd); got != "bad_input" {
			t.Errorf("%+v: %s", cmd, got)
		}
	}
}
