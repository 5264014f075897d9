package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// A window that is counted again on its last day has no reminder of before that.
func TestNoReminderLiesInThePast(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").at("2026-06-01 10:30").tick()
	x.teamsAway = false
	x.at("2026-06-01 18:00").take(challenge.CardRespond, "tess")
	for _, at := range x.c.CurrentOpening().Reminders {
		if !at.After(x.env.Now) {
			t.Errorf("reminded at %v", at)
		}
	}
	one := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Window = &workday.Window{N: 1} })
	late := raiseLife(t, one, "2026-06-01 18:30") // received after the cut-off: day 0 is the second, due on the third
	late.wantDue("2026-06-03 17:00")
	if got := late.c.CurrentOpening().Reminders; len(got) != 1 || !got[0].Equal(challengetest.At("2026-06-03 09:00")) {
		t.Errorf("reminders at %v", got)
	}
	x = raiseLife(t, one, "2026-06-01 10:00").off("2026-06-02 12:00", "2026-06-02 17:30").tick()
	x.wantDue("2026-06-03 17:00")
	x.at("2026-06-03 12:00").worksWith(holidayOn("2026-06-03")).reconcile()
	x.wantDue("2026-06-04 17:00")
	for _, at := range x.c.CurrentOpening().Reminders {
		if !at.After(x.env.Now) {
			t.Errorf("after the calendar changed: reminded at %v", at)
		}
	}
}

// Leaving a hold leaves nothing of it, whatever way out is taken.
func TestAHoldEndsWithTheChallenge(t *testing.T) {
	held := func() *life {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00").tickUntil("2026-06-08 17:00")
		x.wantState(challenge.StateHeldAtGate, "r2")
		return x
	}
	for name, cmd := range map[string]challenge.Command{
		"withdrawn":  challenge.Withdraw{Reason: "Raised twice."},
		"handed off": challenge.HandOff{To: "elsewhere", Reason: "It belongs there."},
		"settled":    challenge.Judge{Verdict: challenge.Satisfied, Reason: "It is done."},
		"skipped":    challenge.SkipTo{To: "r2", Ground: "urgent", Evidence: "A new injury."},
	} {
		x := held()
		if said := x.try("anna", cmd); said != "ok" && name != "skipped" {
			t.Errorf("%s: %s", name, said)
			continue
		}
		if !x.c.State.IsOpen() && x.c.Hold != nil || x.c.State == challenge.StateAwaitingResponse && x.c.Hold != nil {
			t.Errorf("%s: still held: %+v", name, x.c.Hold)
		}
		if !x.c.State.IsOpen() && (len(x.c.WaitingFor()) > 0 || !x.c.NextAt.IsZero()) {
			t.Errorf("%s: waits for %v until %v", name, x.c.WaitingFor(), x.c.NextAt)
		}
	}
}

// A manager of two teams is asked once, in their own right before being somebody's stand-in.
func TestNobodyIsAskedTwiceOnARung(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[0].Respondents.Roles = append(l.Rungs[0].Respondents.Roles, "service-manager")
	})
	x := raiseLife(t, l, "2026-06-01 10:00")
	seen := map[string]int{}
	for _, p := range x.c.CurrentOpening().Respondents {
		seen[p.ID]++
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is asked %d times", challengetest.KeyOf(id), n)
		}
	}
}
