package challenge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

func inTeam(team string) func(*challenge.Raising) {
	return func(r *challenge.Raising) { r.Details.Team = team }
}

// edited is the small ladder with one thing changed.
func edited(change func(*ladder.Ladder)) *ladder.Ladder {
	text, err := small.JSON()
	if err != nil {
		panic(err)
	}
	l, err := ladder.FromJSON(text)
	if err != nil {
		panic(err)
	}
	change(l)
	return l
}

// kinds are the kinds of the last change's events.
func (x *life) kinds() string {
	var ks []string
	for _, e := range x.last.Events {
		ks = append(ks, string(e.Body.Kind()))
	}
	return strings.Join(ks, " ")
}

// shown reports whether the last change posts that card to that person.
func (x *life) shown(card challenge.Card, who string) bool {
	return slices.ContainsFunc(x.last.Shows, func(s challenge.Show) bool {
		return s.Card == card && s.To.Person == challengetest.Person(who).ID
	})
}

func (x *life) wantState(s challenge.State, rung string) {
	x.t.Helper()
	if x.c.State != s || x.c.Rung != rung {
		x.t.Fatalf("is %s on %s, want %s on %s", x.c.State, x.c.Rung, s, rung)
	}
}

func (x *life) wantDue(clock string) {
	x.t.Helper()
	if want := challengetest.At(clock); !x.c.Due().Equal(want) {
		x.t.Fatalf("due %v, want %v", x.c.Due(), want)
	}
}

func (x *life) tick() *life { return x.do("", challenge.Tick{}) }

func TestAVacantRungIsPassedOverAndSaidAloud(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00", inTeam("south"))
	x.do("anna", recordOwn(challenge.GatePassed))
	x.at("2026-06-08 17:00").tick()
	if want := "lapsed role_vacant exhausted"; x.kinds() != want {
		t.Errorf("%s, want %s", x.kinds(), want)
	}
	if !x.shown(challenge.CardCase, "anna") || !x.shown(challenge.CardOversight, "otto") {
		t.Errorf("the chair or the overseer is not told: %+v", x.last.Shows)
	}
}

func TestNobodyAnswersTheirOwnChallenge(t *testing.T) {
	x := &life{t: t, env: challengetest.Env(small, "2026-06-01 10:00")}
	r := challengetest.Raising(x.env, "west", 1) // Ben manages West
	change, err := challenge.Raise(r, challengetest.Person("ben"), x.env)
	if err != nil {
		t.Fatal(err)
	}
	x.last, x.c = change, change.Next
	if want := "raised role_vacant held"; x.kinds() != want {
		t.Errorf("%s, want %s", x.kinds(), want)
	}
	if b := x.last.Events[1].Body.(challenge.RoleVacant); b.Why != "conflict" {
		t.Errorf("passed over because %s", b.Why)
	}
}

// The chair is asked nothing either where somebody else judges.
func TestNobodyAnswersTheirOwnChallengeWhoeverJudges(t *testing.T) {
	l := edited(func(l *ladder.Ladder) { l.Rungs[0].Judge = "iro-team-manager" })
	env := challengetest.Env(l, "2026-06-01 10:00")
	change, err := challenge.Raise(challengetest.Raising(env, "west", 1), challengetest.Person("ben"), env)
	if err != nil || change.Next.State != challenge.HeldAtGate || len(change.Next.Visits) != 0 {
		t.Errorf("%s, %+v, %v", change.Next.State, change.Next.Visits, err)
	}
}

func TestAHardLimitOfTheCaseBindsEveryRung(t *testing.T) {
	l := edited(func(l *ladder.Ladder) { l.Case.Limit, l.Case.Hard = &workday.Window{N: 7}, true })
	x := begin(t, l, "2026-06-01 10:00").do("anna", recordOwn(challenge.GatePassed)).at("2026-06-08 17:00").tick()
	x.wantDue("2026-06-10 17:00")
	x = begin(t, l, "2026-06-01 10:00").at("2026-06-15 10:00").tick().do("anna", recordOwn(challenge.GatePassed))
	x.wantDue("2026-06-16 17:00") // the limit has passed: one working day is the least
	if !x.c.Current().LimitPassed {
		t.Error("nothing says that the limit had passed")
	}
}

func TestAStandInWhoWasAskedBelowIsPassedOverAndOnTheSameRungIsNot(t *testing.T) {
	// Una manages East and stands in for its service manager.
	x := begin(t, small, "2026-06-01 10:00", inTeam("east")).do("anna", recordOwn(challenge.GatePassed))
	x.at("2026-06-08 17:00").tick().wantState(challenge.Exhausted, "r2")

	standIn := edited(func(l *ladder.Ladder) { l.Rungs[0].Respond.Roles = []ladder.Role{"own-service-manager"} })
	x = begin(t, standIn, "2026-06-01 10:00")
	x.do("una", x.respond()).do("anna", x.judge(challenge.Partly)).wantState(challenge.AwaitingResponse, "r1")
	if v := x.c.Current(); !v.MayAnswer(challengetest.Person("una").ID) || v.Respondents[0].CoverFor != "Olive Own" {
		t.Errorf("asked again: %+v", v.Respondents)
	}
}

func TestTheChairJudgesWhereTheJudgeAloneCouldAnswer(t *testing.T) {
	l := edited(func(l *ladder.Ladder) {
		l.Rungs[0].Respond.Roles, l.Rungs[0].Judge = []ladder.Role{"service-manager"}, "service-manager"
	})
	x := begin(t, l, "2026-06-01 10:00")
	if v := x.c.Current(); v.Judge.Name != "Anna Arden" || !v.MayAnswer(challengetest.Person("sam").ID) {
		t.Errorf("%s judges %+v", v.Judge.Name, v.Respondents)
	}
	// Where others can answer, the role that judges keeps to judging.
	l = edited(func(l *ladder.Ladder) {
		l.Rungs[0].Respond.Roles, l.Rungs[0].Judge = []ladder.Role{"service-manager", "team-manager"}, "service-manager"
	})
	x = begin(t, l, "2026-06-01 10:00")
	if v := x.c.Current(); v.Judge.Name != "Sam Marsh" || v.Asked(challengetest.Person("sam").ID) || !v.MayAnswer(challengetest.Person("tess").ID) {
		t.Errorf("%s judges %+v", v.Judge.Name, v.Respondents)
	}
}

func TestWhoActsForAChairOnLeaveMayJudgeAndOpenGates(t *testing.T) {
	x := begin(t, small, "2026-04-07 10:00")
	x.at("2026-04-09 10:00").do("tess", x.respond()) // Cleo acts for Anna until 20 April
	if !x.shown(challenge.CardJudge, "cleo") || !x.shown(challenge.CardJudge, "anna") {
		t.Errorf("the response goes to %+v", x.last.Shows)
	}
	if got := x.try("ben", x.judge(challenge.NotSatisfied)); got != "not_yours" {
		t.Errorf("another chair: %s", got)
	}
	x.do("cleo", x.judge(challenge.NotSatisfied)).wantState(challenge.HeldAtGate, "r2")
	if !x.shown(challenge.CardGate, "cleo") {
		t.Errorf("the gate's card goes to %+v", x.last.Shows)
	}
	x.do("cleo", recordOwn(challenge.GatePassed)).wantState(challenge.AwaitingResponse, "r2")
	x.do("sam", x.respond()).at("2026-04-21 10:00")
	if got := x.try("cleo", x.judge(challenge.Satisfied)); got != "not_yours" {
		t.Errorf("after the leave: %s", got)
	}
}

func TestWhoActsForTheChairDoesNotJudgeAnAnswerOfTheirOwnRung(t *testing.T) {
	l := edited(func(l *ladder.Ladder) { l.Rungs[0].Respond.Roles = []ladder.Role{"assistant-team-manager"} })
	x := begin(t, l, "2026-04-09 10:00") // Cleo is asked, and acts for Anna
	x.do("tara", x.respond())
	if got := x.try("cleo", x.judge(challenge.Satisfied)); got != "not_yours" || x.shown(challenge.CardJudge, "cleo") {
		t.Errorf("Cleo judges: %s", got)
	}
	x.do("anna", x.judge(challenge.Satisfied))
}

func TestAGateOpenedAheadDoesNotHold(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	x.do("una", recordOwn(challenge.GatePassed)).wantState(challenge.AwaitingResponse, "r1")
	x.at("2026-06-08 17:00").tick().wantState(challenge.AwaitingResponse, "r2")
	x.wantDue("2026-06-15 17:00")
	if len(x.c.Ahead) != 0 {
		t.Errorf("still ahead: %+v", x.c.Ahead)
	}
}

func TestARefusalHoldsUntilItIsOverriddenOrTurned(t *testing.T) {
	x := inState(t, challenge.HeldAtGate).do("una", recordOwn(challenge.GateRefused))
	x.wantState(challenge.HeldAtGate, "r2")
	silent := recordOwn(challenge.GatePassed)
	silent.Note = ""
	if got := x.try("anna", silent); got != "bad_input" {
		t.Errorf("the chair calls agreed what was refused, and does not say how: %s", got)
	}
	if got := x.try("una", recordOwn(challenge.GateOverridden)); got != "not_yours" {
		t.Errorf("who refused overrides: %s", got)
	}
	x.do("anna", recordOwn(challenge.GateOverridden)).wantState(challenge.AwaitingResponse, "r2")

	x = inState(t, challenge.HeldAtGate).do("una", recordOwn(challenge.GateRefused)).do("una", silent)
	x.wantState(challenge.AwaitingResponse, "r2")

	x = begin(t, small, "2026-06-01 10:00").do("una", recordOwn(challenge.GateRefused)).at("2026-06-08 17:00").tick()
	x.wantState(challenge.HeldAtGate, "r2") // refused ahead
	x.do("anna", recordOwn(challenge.GateOverridden)).wantState(challenge.AwaitingResponse, "r2")
}

func TestWhoDecidesNotToGoOnDoesNotOpenTheGate(t *testing.T) {
	l := edited(func(l *ladder.Ladder) {
		l.Rungs[0].OnLapse = ladder.Prompt
		l.Rungs[1].Gates = nil
	})
	x := begin(t, l, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	x.wantState(challenge.HeldAtGate, "r2")
	on := challenge.RecordGate{Rung: "r2", Gate: x.c.Hold.Gates[0].Gate, Status: challenge.GateRefused, Note: "Not yet."}
	x.do("anna", on).wantState(challenge.HeldAtGate, "r2")
	on.Status = challenge.GatePassed
	x.do("anna", on).wantState(challenge.AwaitingResponse, "r2")
}

func TestTheSecondOpinionIsAskedForOnlyAfterARefusal(t *testing.T) {
	rutland := challengetest.Load(t, "rutland")
	ask := func(gate string, s challenge.GateStatus) challenge.RecordGate {
		return challenge.RecordGate{Rung: "stage-1", Gate: gate, Status: s, Note: "Not serious enough."}
	}
	x := begin(t, rutland, "2026-06-01 10:00").do("sam", ask("service-manager", challenge.GatePassed))
	x.wantState(challenge.AwaitingResponse, "stage-1")

	x = begin(t, rutland, "2026-06-01 10:00").at("2026-06-01 11:00").do("sam", ask("service-manager", challenge.GateRefused))
	x.wantState(challenge.HeldAtGate, "stage-1")
	if since := challengetest.At("2026-06-01 10:00"); !x.c.Hold.Since.Equal(since) {
		t.Errorf("held since %v", x.c.Hold.Since)
	}
	if !x.shown(challenge.CardGate, "hana") {
		t.Errorf("the head of service is not asked: %+v", x.last.Shows)
	}
	// Both views must be held; neither need agree. Against both, the chair chooses.
	x.do("hana", ask("head-of-service", challenge.GateRefused)).wantState(challenge.HeldAtGate, "stage-1")
	x.do("anna", ask("against-both", challenge.GatePassed)).wantState(challenge.AwaitingResponse, "stage-1")

	x = begin(t, rutland, "2026-06-01 10:00", func(r *challenge.Raising) { r.StartAt, r.Ground, r.Reason = "stage-3", "urgent", "It is." })
	x.do("sam", challenge.RecordGate{Rung: "stage-3", Gate: "direct-service-manager", Status: challenge.GateRefused, Note: "No."})
	x.wantState(challenge.HeldAtGate, "stage-3")
	x.do("hana", challenge.RecordGate{Rung: "stage-3", Gate: "direct-head-of-service", Status: challenge.GatePassed})
	x.wantState(challenge.AwaitingResponse, "stage-3")
}

func TestMoreIsAskedForOnceOnARung(t *testing.T) {
	x := inState(t, challenge.AwaitingJudgement).do("anna", verdictOn(challenge.Partly, 1))
	x.wantState(challenge.AwaitingResponse, "r1")
	x.do("tara", x.respond())
	if got := x.try("anna", verdictOn(challenge.Partly, 2)); got != "not_allowed" {
		t.Errorf("a second time: %s", got)
	}
	x.do("anna", verdictOn(challenge.NotSatisfied, 2)).wantState(challenge.HeldAtGate, "r2")
}

func verdictOn(v challenge.Verdict, visit int) challenge.Judge {
	return challenge.Judge{Visit: visit, Verdict: v, Reason: "No date is given."}
}

func TestWhateverIsTypedTooLateIsKeptOnce(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	answer := x.respond()
	other := answer
	other.Response.Text = "On reflection: the review is brought forward."
	x.do("tess", answer)
	for _, step := range []struct {
		who  string
		cmd  challenge.Respond
		want string
	}{
		{"tess", answer, "already"},
		{"tess", other, "kept, already"},
		{"tess", other, "already"},
		{"tara", other, "kept, already"},
		{"tara", challenge.Respond{Visit: 1}, "already"},
		{"zed", other, "not_yours"},
		{"tess", challenge.Respond{Visit: 9, Response: other.Response}, "moved_on"},
	} {
		if got := x.try(step.who, step.cmd); got != step.want {
			t.Errorf("%s: %s, want %s", step.who, got, step.want)
		}
	}
	y := begin(t, small, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if got := y.try("tess", answer); got != "kept, moved_on" {
		t.Errorf("after the lapse: %s", got)
	}
	b := y.last.Events[0].Body.(challenge.ReplyKept)
	if b.Why != "lapsed" || b.Response.Text != answer.Response.Text || len(b.Response.Plan) != 1 || !y.shown(challenge.CardCase, "anna") {
		t.Errorf("kept %+v, shown %+v", b, y.last.Shows)
	}
	if y.c.Current().Outcome != challenge.LapsedOut {
		t.Errorf("the visit is %s", y.c.Current().Outcome)
	}
}

func TestAnotherLadderDecidesNothing(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	other := x.env
	other.Ladder = edited(func(l *ladder.Ladder) { l.Version = 2 })
	var r *challenge.Refusal
	if _, err := x.c.Decide(challenge.Tick{}, challenge.System, other); err == nil || errors.As(err, &r) {
		t.Errorf("version 2 decides a challenge under version 1: %v", err)
	}
}

func TestAReplyFromOutsideIsRecordedOnTheirBehalf(t *testing.T) {
	x := begin(t, challengetest.Load(t, "redcar-cleveland-partner"), "2026-06-01 10:00", func(r *challenge.Raising) { r.Details.Agency = "police" })
	x.do("anna", x.respond())
	if b := x.last.Events[0].Body.(challenge.Responded); b.Response.OnBehalfOf != "Practitioner" {
		t.Errorf("recorded on behalf of %q", b.Response.OnBehalfOf)
	}
	// With an account they answer themselves, and nobody for them.
	y := begin(t, challengetest.Load(t, "redcar-cleveland-partner"), "2026-06-01 10:00")
	if got := y.try("anna", y.respond()); got != "not_yours" {
		t.Errorf("the chair answers for a guest: %s", got)
	}
	y.do("hugo", y.respond())
}

func TestAReferralIsAPersonsAndOnlyForAChildWhoIsLookedAfter(t *testing.T) {
	refer := func(informed map[string]string) challenge.Refer {
		return challenge.Refer{Referral: challenge.Referral{Contact: "CAFCASS Legal, by telephone.", On: challengetest.Date("2026-06-01"), Informed: informed}}
	}
	told := map[string]string{"nominated-officer": "Nora Nash, this morning", "invented": "nobody"}
	if got := begin(t, small, "2026-06-01 10:00").try("anna", refer(told)); got != "not_allowed" {
		t.Errorf("child protection: %s", got)
	}
	x := begin(t, small, "2026-06-01 10:00", lookedAfter)
	if got := x.try("anna", refer(nil)); got != "bad_input" {
		t.Errorf("nobody informed: %s", got)
	}
	x.do("anna", refer(told)).wantState(challenge.AwaitingResponse, "r1")
	if b := x.last.Events[0].Body.(challenge.Referred); len(b.Referral.Informed) != 1 || x.c.Referrals != 1 {
		t.Errorf("%+v", b.Referral)
	}
}
