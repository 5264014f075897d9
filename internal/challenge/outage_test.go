package challenge_test

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/digest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// off has the bot off from one time of the London clock to another, at which it is back.
func (x *life) off(from, to string) *life {
	x.env.Outages = append(x.env.Outages, challenge.Outage{From: challengetest.At(from).UTC(), To: challengetest.At(to).UTC()})
	return x.at(to)
}

// A window that ended while the bot was off ends with the next working day after it is back:
// never sooner than a working day after people can answer again, whatever was missed.
func TestAWindowThatEndedInAnOutageHasTheNextWorkingDay(t *testing.T) {
	for name, test := range map[string]struct{ from, to, due string }{ // due on Monday 8 June 2026 at 17:00
		"an hour around the end":                  {"2026-06-08 16:30", "2026-06-08 17:30", "2026-06-09 17:00"},
		"two minutes around the end":              {"2026-06-08 16:59", "2026-06-08 17:01", "2026-06-09 17:00"},
		"the last day":                            {"2026-06-08 08:00", "2026-06-09 10:00", "2026-06-10 17:00"},
		"the very end":                            {"2026-06-08 17:00", "2026-06-08 19:00", "2026-06-09 17:00"},
		"over the weekend, back early":            {"2026-06-05 16:00", "2026-06-09 07:00", "2026-06-10 17:00"},
		"back on a Saturday":                      {"2026-06-08 12:00", "2026-06-13 12:00", "2026-06-15 17:00"},
		"ten working days":                        {"2026-06-08 12:00", "2026-06-22 12:00", "2026-06-23 17:00"},
		"back on the eve of bank holiday weekend": {"2026-06-08 12:00", "2026-06-12 18:00", "2026-06-15 17:00"},
	} {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
		x.off(test.from, test.to).tick()
		x.wantState(challenge.StateAwaitingResponse, "r1")
		x.wantDue(test.due)
		if x.eventKinds() != "interrupted" || !x.isPosted(challenge.CardNews, "anna") || !x.isPosted(challenge.CardReminder, "tess") {
			t.Errorf("%s: %s, shown %+v", name, x.eventKinds(), x.last.Posts)
		}
		// Once: silence after that is silence.
		x.tickUntil(test.due).wantState(challenge.StateAwaitingResponse, "r2")
	}
}

func TestALapseThatWasMissedWithoutAnOutageIsALapse(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.off("2026-05-01 10:00", "2026-05-31 10:00") // before it was raised
	x.tickUntil("2026-06-08 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

// Time that is left after the bot is back counts, if it is as much as was missed.
func TestAnOutageWithinAWindowCountsByWhatIsLeftOfIt(t *testing.T) {
	for name, test := range map[string]struct{ from, to, due, kinds string }{
		"ten minutes at noon of the last day": {"2026-06-08 12:00", "2026-06-08 12:10", "", "interrupted lapsed rung_opened"},
		"a day in the middle":                 {"2026-06-02 12:00", "2026-06-03 12:00", "", "interrupted lapsed rung_opened"},
		"all but the last ten minutes":        {"2026-06-02 12:00", "2026-06-08 16:50", "2026-06-09 17:00", "interrupted"},
		"two hours, and one is left":          {"2026-06-08 14:00", "2026-06-08 16:00", "2026-06-09 17:00", "interrupted"},
		"a weekend":                           {"2026-06-05 18:00", "2026-06-08 08:00", "", "interrupted lapsed rung_opened"},
	} {
		x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
		x.off(test.from, test.to).tickUntil("2026-06-08 16:59").at("2026-06-08 17:00").tick()
		// A reminder or two in the outage have it on the record already.
		if got := x.eventKinds(); got != test.kinds && got != strings.TrimPrefix(test.kinds, "interrupted ") {
			t.Errorf("%s: %s, want %s", name, got, test.kinds)
		}
		if test.due != "" {
			x.wantDue(test.due)
		}
		if x.c.InterruptedUntil.IsZero() {
			t.Errorf("%s: the outage is not on the record", name)
		}
	}
}

func TestAHardLimitLeavesAWorkingDayAfterAnOutageAndSaysWhy(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) { l.OverallLimit.Window, l.OverallLimit.Hard = &workday.Window{N: 5}, true })
	x := raiseLife(t, l, "2026-06-01 10:00").off("2026-06-08 09:00", "2026-06-17 10:00").tick()
	x.wantDue("2026-06-18 17:00")
	b := x.last.Events[0].Body.(challenge.Interrupted)
	if b.Explanation == "" || len(b.Reminders) != 1 || !b.Reminders[0].Equal(challengetest.At("2026-06-18 09:00")) {
		t.Errorf("%+v", b)
	}
}

// After more than ten working days nothing ends by itself: those who oversee let it run on.
func TestAfterAVeryLongOutageThoseWhoOverseeLetTimeRunOn(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.off("2026-06-04 10:00", "2026-06-19 10:00").tick()
	x.wantState(challenge.StateAwaitingResponse, "r1")
	if !x.c.AwaitsRelease() || x.eventKinds() != "interrupted" || !x.isPosted(challenge.CardNews, "anna") || x.isPosted(challenge.CardReminder, "tess") {
		t.Errorf("%s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	if _, listed := digest.NewPendingItem(challenge.Snapshot{Challenge: x.c, Ladder: x.env.Ladder}, x.env.Now, x.env); !listed {
		t.Error("it is not in the digest")
	}
	x.tickUntil("2026-09-01 10:00").wantState(challenge.StateAwaitingResponse, "r1")
	for who, want := range map[string]string{"zed": "not_yours", "anna": "not_yours", "tess": "not_yours"} {
		if got := x.try(who, challenge.Release{}); got != want {
			t.Errorf("%s: %s, want %s", who, got, want)
		}
	}
	x.do("otto", challenge.Release{}).wantDue("2026-09-02 17:00")
	if x.c.AwaitsRelease() || !x.isPosted(challenge.CardNews, "anna") || !x.isPosted(challenge.CardReminder, "tess") {
		t.Errorf("released: shown %+v", x.last.Posts)
	}
	if got := x.try("otto", challenge.Release{}); got != "moved_on" {
		t.Errorf("released twice: %s", got)
	}
	x.tickUntil("2026-09-02 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

func TestAnAnswerCountsWhileTheTimeStandsStill(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").off("2026-06-04 10:00", "2026-07-04 10:00").tick().at("2026-07-10 10:00")
	x.do("tess", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1")
	if x.last.Events[0].Body.(challenge.Responded).AfterDue {
		t.Error("it is called late though the time stood still")
	}
}

// Where nobody oversees, nothing would ever be released.
func TestWithoutOversightAVeryLongOutageEndsLikeAnother(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	x.env.Directory = challengetest.DirectoryWithoutOversight()
	x.off("2026-06-04 10:00", "2026-07-06 10:00").tick().wantDue("2026-07-07 17:00")
}

func TestAnEscalatorsTimeThatEndedInAnOutageHasTheNextWorkingDay(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[1].Gates = []ladder.Gate{{ID: "go", Label: "Escalate", Kind: ladder.GateEscalation, OpenedBy: "own-service-manager",
			Needs: ladder.TookPlace, Within: &workday.Window{N: 1}, Source: "a test"}}
	})
	x := raiseLife(t, l, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	x.off("2026-06-09 10:00", "2026-06-10 10:00").tick().wantState(challenge.StateHeldAtGate, "r2")
	if want := challengetest.At("2026-06-11 17:00"); !x.c.Hold.OpensAt.Equal(want) || x.eventKinds() != "interrupted" {
		t.Errorf("%s, opens %v, want %v", x.eventKinds(), x.c.Hold.OpensAt, want)
	}
	x.tickUntil("2026-06-11 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

// What came due in an outage and is no end of a window happens late, and the trail says why.
func TestAnOutageIsOnTheRecordOfEachTrailThatItTouched(t *testing.T) {
	for _, s := range []challenge.State{challenge.StateAwaitingJudgement, challenge.StateHeldAtGate, challenge.StateExhausted} {
		x := inState(t, s)
		due := x.c.NextAt
		x.env.Outages = []challenge.Outage{{From: due.Add(-time.Hour), To: due.Add(time.Hour)}}
		x.env.Now = due.Add(time.Hour)
		if x.tick(); x.eventKinds() != "interrupted nudged" {
			t.Errorf("%s: %s", s, x.eventKinds())
		}
	}
	untouched := inState(t, challenge.StateExhausted)
	untouched.env.Outages = []challenge.Outage{{From: untouched.c.NextAt.Add(-time.Hour), To: untouched.c.NextAt.Add(-time.Minute)}}
	untouched.env.Now = untouched.c.NextAt
	if untouched.tick(); untouched.eventKinds() != "nudged" {
		t.Errorf("untouched: %s", untouched.eventKinds())
	}
}

// Nobody who was never asked gains or loses by an outage: the question counts from receipt.
func TestAnOutageBeforeTheQuestionWasTakenEndsNothing(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").off("2026-06-01 10:01", "2026-06-10 10:00").tick()
	x.wantState(challenge.StateAwaitingResponse, "r1")
	x.take(challenge.CardRespond, "tess").wantDue("2026-06-17 17:00")
}
