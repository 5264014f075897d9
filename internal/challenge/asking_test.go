package challenge_test

import (
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// take lets Teams take a card for somebody.
func (x *life) take(card challenge.Card, who string) *life {
	x.t.Helper()
	return x.do("", challenge.RecordDelivery{MessageID: 1, Card: card, Opening: len(x.c.Openings), To: challenge.Address{Person: challengetest.Person(who).ID}})
}

// refuse lets Teams refuse a card for somebody for good.
func (x *life) refuse(card challenge.Card, who string) *life {
	x.t.Helper()
	return x.do("", challenge.RecordRejection{MessageID: 1, Card: card, Opening: len(x.c.Openings), To: challenge.Address{Person: challengetest.Person(who).ID}, Code: "BotBlocked"})
}

// tickUntil lets the clock act whenever it wants to, until a time.
func (x *life) tickUntil(clock string) *life {
	x.t.Helper()
	for end := challengetest.At(clock); x.c.State.IsOpen() && !x.c.NextAt.After(end); {
		if x.c.NextAt.After(x.env.Now) {
			x.env.Now = x.c.NextAt
		}
		x.tick()
	}
	return x.at(clock)
}

func TestNoWindowEndsInSilenceBeforeSomebodyWasAsked(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.at("2026-06-01 10:30").tick()
	if x.eventKinds() != "could_not_be_asked" || !x.isPosted(challenge.CardChallenge, "anna") || x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("after half an hour: %s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	x.at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r1")
	if x.eventKinds() != "could_not_be_asked" || !x.isPosted(challenge.CardChallenge, "anna") || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("when the time would have ended: %s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	x.tickUntil("2026-06-22 10:00").wantState(challenge.StateAwaitingResponse, "r1")
	if n := len(x.c.Openings); n != 1 {
		t.Fatalf("%d openings in three weeks without Teams", n)
	}
	x.teamsAway = false
	x.take(challenge.CardRespond, "tess").wantDue("2026-06-29 17:00")
	if x.eventKinds() != "delivered redated" || !x.isPosted(challenge.CardNews, "anna") {
		t.Errorf("taken: %s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	x.tickUntil("2026-06-29 16:59").wantState(challenge.StateAwaitingResponse, "r1")
	x.tickUntil("2026-06-29 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

func TestHalfAWorkingHourIsMeasuredInWorkingHours(t *testing.T) {
	for raised, want := range map[string]string{"2026-06-01 10:00": "2026-06-01 10:30", "2026-06-05 16:50": "2026-06-08 09:20",
		"2026-06-06 12:00": "2026-06-08 09:30", "2026-06-04 22:00": "2026-06-05 09:30", "2026-06-01 06:00": "2026-06-01 09:30"} {
		if x := raiseUnasked(t, smallLadder, raised); !x.c.NextAt.Equal(challengetest.At(want)) {
			t.Errorf("raised %s: the clock looks at %v, want %s", raised, x.c.NextAt, want)
		}
	}
}

func TestNobodyIsRemindedOfWhatTheyWereNotAsked(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00")
	for range 12 {
		if x.env.Now = x.c.NextAt; x.tick().isPosted(challenge.CardReminder, "tess") || x.eventKinds() != "could_not_be_asked" {
			t.Fatalf("%v: %s, shown %+v", x.env.Now, x.eventKinds(), x.last.Posts)
		}
	}
}

func TestACopyAsksNobodyWhoMayAnswer(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[0].Respondents = ladder.Respondents{Roles: []directory.Role{"social-worker", "team-manager"}, Responder: "team-manager"}
	})
	x := raiseUnasked(t, l, "2026-06-01 10:00").take(challenge.CardRespond, "sol")
	x.at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r1")
	if x.eventKinds() != "could_not_be_asked" {
		t.Errorf("only a copy was taken: %s", x.eventKinds())
	}
	x.at("2026-06-09 10:00").take(challenge.CardRespond, "tess").wantDue("2026-06-16 17:00")
}

func TestOneOfTwoWhoWasAskedIsEnoughAndOneWhoRefusesIsNot(t *testing.T) {
	asked := raiseUnasked(t, smallLadder, "2026-06-01 10:00").take(challenge.CardRespond, "tara").do("anna", recordOwnGate(challenge.GatePassed))
	asked.at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r2")

	waits := raiseUnasked(t, smallLadder, "2026-06-01 10:00").refuse(challenge.CardRespond, "tara")
	waits.at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r1")
	if waits.eventKinds() != "could_not_be_asked" {
		t.Errorf("one refuses and the other waits: %s", waits.eventKinds())
	}

	// Once Teams has refused it for good for both, it runs on as ever: the chair knows.
	waits.at("2026-06-10 10:00").refuse(challenge.CardRespond, "tess").wantDue("2026-06-17 17:00")
	if waits.eventKinds() != "undelivered redated" {
		t.Errorf("both refuse: %s", waits.eventKinds())
	}
	waits.do("anna", recordOwnGate(challenge.GatePassed)).tickUntil("2026-06-17 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

func TestWhomTeamsRefusesGainsNoTime(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed))
	x.refuse(challenge.CardRespond, "tess").refuse(challenge.CardRespond, "tara").wantDue("2026-06-08 17:00")
	x.at("2026-06-05 10:00").take(challenge.CardRespond, "tess").wantDue("2026-06-08 17:00")
	x.tickUntil("2026-06-08 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

func TestSilenceDoesNotCountAgainstAStandInWhoWasNotAsked(t *testing.T) {
	one := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Respondents.Roles = []directory.Role{"qa-officer"} })
	x := raiseLife(t, one, "2026-06-01 10:00")
	x.env.Directory = officeWithCover("quin", "nora")
	x.teamsAway = true
	if got := x.at("2026-06-03 10:00").tryHandOver("quin", "quin"); got != "ok" {
		t.Fatal(got)
	}
	inTime := *x
	inTime.at("2026-06-03 15:00").take(challenge.CardRespond, "nora").wantDue("2026-06-08 17:00") // the time that is left
	x.tickUntil("2026-06-08 17:00").wantState(challenge.StateAwaitingResponse, "r1")
	x.at("2026-06-09 10:00").take(challenge.CardRespond, "nora").wantDue("2026-06-16 17:00")
}

// Where a limit of the whole challenge leaves less, there is one working day, and it says why.
func TestWhoIsAskedLateHasAWorkingDayUnderEveryLimit(t *testing.T) {
	hard := editedLadder(func(l *ladder.Ladder) { l.OverallLimit.Window, l.OverallLimit.Hard = &workday.Window{N: 7}, true })
	remainder := editedLadder(func(l *ladder.Ladder) {
		l.OverallLimit.Window, l.OverallLimit.Hard = &workday.Window{N: 7}, true
		l.Rungs[0].Window, l.Rungs[0].Remainder = nil, true
	})
	band := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].WindowStart = ladder.WindowFromLimitStart })
	shorter := shorteningLadder(0)
	shorter.OverallLimit.Window, shorter.OverallLimit.Hard = &workday.Window{N: 7}, true
	for name, l := range map[string]*ladder.Ladder{"hard": hard, "remainder": remainder, "band": band, "shorter": shorter} {
		x := raiseUnasked(t, l, "2026-06-01 10:00", func(r *challenge.RaiseCommand) {
			if name == "shorter" {
				r.ShorterWindow = shorterBy(2)
			}
		})
		x.tickUntil("2026-06-15 11:00").wantState(challenge.StateAwaitingResponse, "r1")
		x.take(challenge.CardRespond, "tess").wantDue("2026-06-16 17:00")
		if !x.c.CurrentOpening().LimitPassed {
			t.Errorf("%s: nothing says that the limit had passed", name)
		}
		x.teamsAway = false
		x.tickUntil("2026-06-16 17:00").wantState(challenge.StateHeldAtGate, "r2")
	}
}

// A limit that leaves more than a working day holds, and it is said that nobody could be asked.
func TestWhoIsAskedLateWithinALimitHasUntilTheLimit(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.OverallLimit.Window, l.OverallLimit.Hard = &workday.Window{N: 7}, true
		l.Rungs[0].Window, l.Rungs[0].Remainder = nil, true
	})
	x := raiseUnasked(t, l, "2026-06-01 10:00").tickUntil("2026-06-03 10:00").take(challenge.CardRespond, "tess")
	x.wantDue("2026-06-10 17:00")
	if x.eventKinds() != "delivered redated" || !x.c.CurrentOpening().NotAskedSince.IsZero() {
		t.Errorf("%s, not asked since %v", x.eventKinds(), x.c.CurrentOpening().NotAskedSince)
	}
}

func TestAnAnswerCountsThoughTeamsNeverTookTheCard(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2026-06-01 10:00").tickUntil("2026-06-12 10:00")
	x.do("tess", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1")
}

func TestAnEscalatorWhoWasNotAskedLetsNothingGoOn(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[1].Gates = []ladder.Gate{{ID: "go", Label: "Escalate", Kind: ladder.GateEscalation, OpenedBy: "own-service-manager",
			Needs: ladder.TookPlace, Within: &workday.Window{N: 1}, Source: "a test"}}
	})
	held := func() *life {
		x := raiseLife(t, l, "2026-06-01 10:00").at("2026-06-08 17:00")
		x.teamsAway = true
		x.tick().wantState(challenge.StateHeldAtGate, "r2")
		return x
	}
	x := held().tickUntil("2026-06-09 16:59").at("2026-06-09 17:00").tick()
	if x.eventKinds() != "could_not_be_asked" || !x.isPosted(challenge.CardChallenge, "anna") || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("%s, shown %+v", x.eventKinds(), x.last.Posts)
	}
	x.tickUntil("2026-06-24 10:00").wantState(challenge.StateHeldAtGate, "r2")
	opener := x.c.Hold.Gates[0].Openers[0]
	x.do("", challenge.RecordDelivery{MessageID: 1, Card: challenge.CardGate, Opening: 1, To: challenge.Address{Person: opener.ID}})
	if want := challengetest.At("2026-06-25 17:00"); !x.c.Hold.OpensAt.Equal(want) || x.eventKinds() != "delivered held" {
		t.Errorf("%s, opens %v, want %v", x.eventKinds(), x.c.Hold.OpensAt, want)
	}
	x.tickUntil("2026-06-25 17:00").wantState(challenge.StateAwaitingResponse, "r2")

	refused := held()
	refused.do("", challenge.RecordRejection{MessageID: 1, Card: challenge.CardGate, Opening: 1, To: challenge.Address{Person: opener.ID}, Code: "BotBlocked"})
	refused.tickUntil("2026-06-09 17:00").wantState(challenge.StateAwaitingResponse, "r2")
}

// Where the calendar ends, what Teams took is on the record, and the window has no end until
// the clock can count it.
func TestPastTheCalendarAQuestionIsTakenAllTheSame(t *testing.T) {
	x := raiseUnasked(t, smallLadder, "2028-12-20 10:00").at("2028-12-29 10:00").tick().take(challenge.CardRespond, "tess")
	if x.eventKinds() != "delivered" || x.c.CurrentOpening().NotAskedSince.IsZero() {
		t.Fatalf("%s, not asked since %v", x.eventKinds(), x.c.CurrentOpening().NotAskedSince)
	}
	longer, err := workday.New(workday.Settings{Division: workday.EnglandAndWales, CoverageUntil: workday.NewDate(2029, time.December, 31)})
	if err != nil {
		t.Fatal(err)
	}
	x.env.Calendar = longer
	x.env.Now = x.c.NextAt
	x.tick()
	if x.eventKinds() != "redated" || !x.c.Due().After(x.env.Now) {
		t.Errorf("%s, due %v", x.eventKinds(), x.c.Due())
	}
}

func TestATeamWithoutAChannelHasNoNotice(t *testing.T) {
	env := challengetest.Env(smallLadder, "2026-06-01 10:00")
	for notices, d := range map[int]*directory.Directory{1: office, 0: challengetest.DirectoryWithoutChannels()} {
		env.Directory = d
		change, err := challenge.Raise(challengetest.RaiseCommand(env, "north", 1), challengetest.Person("anna"), env)
		if err != nil {
			t.Fatal(err)
		}
		posted := 0
		for _, post := range change.Posts {
			if post.To.Team != "" {
				posted++
			}
		}
		if posted != notices {
			t.Errorf("%d notices, want %d", posted, notices)
		}
	}
}
