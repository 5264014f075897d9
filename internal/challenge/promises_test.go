package challenge_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

func inTeam(team string) func(*challenge.RaiseCommand) {
	return func(r *challenge.RaiseCommand) { r.Details.Team = team }
}

// editedLadder is the small ladder with one thing changed.
func editedLadder(change func(*ladder.Ladder)) *ladder.Ladder {
	text, err := smallLadder.JSON()
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

// eventKinds are the kinds of the last change's events.
func (x *life) eventKinds() string {
	var ks []string
	for _, e := range x.last.Events {
		ks = append(ks, string(e.Body.Kind()))
	}
	return strings.Join(ks, " ")
}

// isPosted reports whether the last change posts that card to that person.
func (x *life) isPosted(card challenge.Card, who string) bool {
	return slices.ContainsFunc(x.last.Posts, func(s challenge.Post) bool {
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
	x := raiseLife(t, smallLadder, "2026-06-01 10:00", inTeam("south"))
	x.do("anna", recordOwnGate(challenge.GatePassed))
	x.at("2026-06-08 17:00").tick()
	if want := "lapsed role_vacant exhausted"; x.eventKinds() != want {
		t.Errorf("%s, want %s", x.eventKinds(), want)
	}
	if !x.isPosted(challenge.CardChallenge, "anna") || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("the chair or the overseer is not told: %+v", x.last.Posts)
	}
}

func TestNobodyAnswersTheirOwnChallenge(t *testing.T) {
	x := &life{t: t, env: challengetest.Env(smallLadder, "2026-06-01 10:00")}
	r := challengetest.RaiseCommand(x.env, "west", 1) // Ben manages West
	change, err := challenge.Raise(r, challengetest.Person("ben"), x.env)
	if err != nil {
		t.Fatal(err)
	}
	x.last, x.c = change, change.Next
	if want := "raised role_vacant held"; x.eventKinds() != want {
		t.Errorf("%s, want %s", x.eventKinds(), want)
	}
	if b := x.last.Events[1].Body.(challenge.RoleVacant); b.Reason != "conflict" {
		t.Errorf("passed over because %s", b.Reason)
	}
}

// The chair is asked nothing either where somebody else judges.
func TestNobodyAnswersTheirOwnChallengeWhoeverJudges(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Judge = "iro-team-manager" })
	env := challengetest.Env(l, "2026-06-01 10:00")
	change, err := challenge.Raise(challengetest.RaiseCommand(env, "west", 1), challengetest.Person("ben"), env)
	if err != nil || change.Next.State != challenge.StateHeldAtGate || len(change.Next.Openings) != 0 {
		t.Errorf("%s, %+v, %v", change.Next.State, change.Next.Openings, err)
	}
}

func TestAHardLimitOfTheCaseBindsEveryRung(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) { l.OverallLimit.Window, l.OverallLimit.Hard = &workday.Window{N: 7}, true })
	x := raiseLife(t, l, "2026-06-01 10:00").do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-08 17:00").tick()
	x.wantDue("2026-06-10 17:00")
	x = raiseLife(t, l, "2026-06-01 10:00").at("2026-06-15 10:00").tick().do("anna", recordOwnGate(challenge.GatePassed))
	x.wantDue("2026-06-16 17:00") // the limit has passed: one working day is the least
	if !x.c.CurrentOpening().LimitPassed {
		t.Error("nothing says that the limit had passed")
	}
}

func TestAStandInWhoWasAskedBelowIsPassedOverAndOnTheSameRungIsNot(t *testing.T) {
	// Una manages East and stands in for its service manager.
	x := raiseLife(t, smallLadder, "2026-06-01 10:00", inTeam("east")).do("anna", recordOwnGate(challenge.GatePassed))
	x.at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r2")
	if v := x.c.CurrentOpening(); len(v.Responders) != 1 || v.Responders[0] != challengetest.Person("olive").ID || v.Respondents[0].CoverFor != "" {
		t.Errorf("with her stand-in passed over, Olive is asked: %+v", v.Respondents)
	}
	if want := []challenge.Gap{{Role: "service-manager", Name: "Olive Own", Reason: challenge.GapAway}}; !slices.Equal(x.c.Gaps, want) || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("she is away, and who oversees is told of %+v by %+v", x.c.Gaps, x.last.Posts)
	}

	standIn := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Respondents.Roles = []directory.Role{"own-service-manager"} })
	x = raiseLife(t, standIn, "2026-06-01 10:00")
	x.do("una", x.respond()).do("anna", x.judge(challenge.Partly)).wantState(challenge.StateAwaitingResponse, "r1")
	if v := x.c.CurrentOpening(); !v.MayAnswer(challengetest.Person("una").ID) || v.Respondents[0].CoverFor != "Olive Own" {
		t.Errorf("asked again: %+v", v.Respondents)
	}
}

func TestTheChairJudgesWhereTheJudgeAloneCouldAnswer(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[0].Respondents.Roles, l.Rungs[0].Judge = []directory.Role{"service-manager"}, "service-manager"
	})
	x := raiseLife(t, l, "2026-06-01 10:00")
	if v := x.c.CurrentOpening(); v.Judge.Name != "Anna Arden" || !v.MayAnswer(challengetest.Person("sam").ID) {
		t.Errorf("%s judges %+v", v.Judge.Name, v.Respondents)
	}
	// Where others can answer, the role that judges keeps to judging.
	l = editedLadder(func(l *ladder.Ladder) {
		l.Rungs[0].Respondents.Roles, l.Rungs[0].Judge = []directory.Role{"service-manager", "team-manager"}, "service-manager"
	})
	x = raiseLife(t, l, "2026-06-01 10:00")
	if v := x.c.CurrentOpening(); v.Judge.Name != "Sam Marsh" || v.IsRespondent(challengetest.Person("sam").ID) || !v.MayAnswer(challengetest.Person("tess").ID) {
		t.Errorf("%s judges %+v", v.Judge.Name, v.Respondents)
	}
}

func TestWhoActsForAChairOnLeaveMayJudgeAndOpenGates(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-04-07 10:00")
	x.at("2026-04-09 10:00").do("tess", x.respond()) // Cleo acts for Anna until 20 April
	if !x.isPosted(challenge.CardJudge, "cleo") || !x.isPosted(challenge.CardJudge, "anna") {
		t.Errorf("the response goes to %+v", x.last.Posts)
	}
	if got := x.try("ben", x.judge(challenge.NotSatisfied)); got != "not_yours" {
		t.Errorf("another chair: %s", got)
	}
	x.do("cleo", x.judge(challenge.NotSatisfied)).wantState(challenge.StateHeldAtGate, "r2")
	if !x.isPosted(challenge.CardGate, "cleo") {
		t.Errorf("the gate's card goes to %+v", x.last.Posts)
	}
	x.do("cleo", recordOwnGate(challenge.GatePassed)).wantState(challenge.StateAwaitingResponse, "r2")
	y := *x
	y.do("sam", y.respond()).at("2026-04-21 10:00") // Cleo was asked while the leave lasted, and may finish it
	if got := y.try("cleo", y.judge(challenge.Satisfied)); got != "ok" {
		t.Errorf("after the leave, of what she was asked: %s", got)
	}
	x.at("2026-04-21 10:00").do("sam", x.respond())
	if got := x.try("cleo", x.judge(challenge.Satisfied)); got != "not_yours" || x.isPosted(challenge.CardJudge, "cleo") {
		t.Errorf("after the leave: %s", got)
	}
}

func TestWhoActsForTheChairDoesNotJudgeAnAnswerOfTheirOwnRung(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Respondents.Roles = []directory.Role{"assistant-team-manager"} })
	x := raiseLife(t, l, "2026-04-09 10:00") // Cleo is asked, and acts for Anna
	x.do("tara", x.respond())
	if got := x.try("cleo", x.judge(challenge.Satisfied)); got != "not_yours" || x.isPosted(challenge.CardJudge, "cleo") {
		t.Errorf("Cleo judges: %s", got)
	}
	x.do("anna", x.judge(challenge.Satisfied))
}

func TestAGateOpenedAheadDoesNotHold(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	x.do("una", recordOwnGate(challenge.GatePassed)).wantState(challenge.StateAwaitingResponse, "r1")
	x.at("2026-06-08 17:00").tick().wantState(challenge.StateAwaitingResponse, "r2")
	x.wantDue("2026-06-15 17:00")
	if len(x.c.GatesAhead) != 0 {
		t.Errorf("still ahead: %+v", x.c.GatesAhead)
	}
}

func TestARefusalHoldsUntilItIsOverriddenOrTurned(t *testing.T) {
	x := inState(t, challenge.StateHeldAtGate).do("una", recordOwnGate(challenge.GateNotAgreed))
	x.wantState(challenge.StateHeldAtGate, "r2")
	silent := recordOwnGate(challenge.GatePassed)
	silent.Note = ""
	if got := x.try("anna", silent); got != "bad_input" {
		t.Errorf("the chair calls agreed what was refused, and does not say how: %s", got)
	}
	if got := x.try("una", recordOwnGate(challenge.GateOverridden)); got != "not_yours" {
		t.Errorf("who refused overrides: %s", got)
	}
	x.do("anna", recordOwnGate(challenge.GateOverridden)).wantState(challenge.StateAwaitingResponse, "r2")

	x = inState(t, challenge.StateHeldAtGate).do("una", recordOwnGate(challenge.GateNotAgreed)).do("una", silent)
	x.wantState(challenge.StateAwaitingResponse, "r2")

	x = raiseLife(t, smallLadder, "2026-06-01 10:00").do("una", recordOwnGate(challenge.GateNotAgreed)).at("2026-06-08 17:00").tick()
	x.wantState(challenge.StateHeldAtGate, "r2") // refused ahead
	x.do("anna", recordOwnGate(challenge.GateOverridden)).wantState(challenge.StateAwaitingResponse, "r2")
}

func TestWhoDecidesNotToGoOnDoesNotOpenTheGate(t *testing.T) {
	l := editedLadder(func(l *ladder.Ladder) {
		l.Rungs[0].OnLapse = ladder.PromptOnLapse
		l.Rungs[1].Gates = nil
	})
	x := raiseLife(t, l, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	x.wantState(challenge.StateHeldAtGate, "r2")
	on := challenge.RecordGate{Rung: "r2", Gate: x.c.Hold.Gates[0].Gate, Status: challenge.GateNotAgreed, Note: "Not yet."}
	x.do("anna", on).wantState(challenge.StateHeldAtGate, "r2")
	on.Status = challenge.GatePassed
	x.do("anna", on).wantState(challenge.StateAwaitingResponse, "r2")
}

func TestTheSecondOpinionIsAskedForOnlyAfterARefusal(t *testing.T) {
	rutland := challengetest.LoadLadder(t, "rutland")
	ask := func(gate string, s challenge.GateStatus) challenge.RecordGate {
		return challenge.RecordGate{Rung: "stage-1", Gate: gate, Status: s, Note: "Not serious enough."}
	}
	x := raiseLife(t, rutland, "2026-06-01 10:00").do("sam", ask("service-manager", challenge.GatePassed))
	x.wantState(challenge.StateAwaitingResponse, "stage-1")

	x = raiseLife(t, rutland, "2026-06-01 10:00").at("2026-06-01 11:00").do("sam", ask("service-manager", challenge.GateNotAgreed))
	x.wantState(challenge.StateHeldAtGate, "stage-1")
	if since := challengetest.At("2026-06-01 10:00"); !x.c.Hold.Since.Equal(since) {
		t.Errorf("held since %v", x.c.Hold.Since)
	}
	if !x.isPosted(challenge.CardGate, "hana") {
		t.Errorf("the head of service is not asked: %+v", x.last.Posts)
	}
	// Both views must be held; neither need agree. Against both, the chair chooses.
	x.do("hana", ask("head-of-service", challenge.GateNotAgreed)).wantState(challenge.StateHeldAtGate, "stage-1")
	x.do("anna", ask("against-both", challenge.GatePassed)).wantState(challenge.StateAwaitingResponse, "stage-1")

	x = raiseLife(t, rutland, "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.StartAt, r.Ground, r.Reason = "stage-3", "urgent", "It is." })
	x.do("sam", challenge.RecordGate{Rung: "stage-3", Gate: "direct-service-manager", Status: challenge.GateNotAgreed, Note: "No."})
	x.wantState(challenge.StateHeldAtGate, "stage-3")
	x.do("hana", challenge.RecordGate{Rung: "stage-3", Gate: "direct-head-of-service", Status: challenge.GatePassed})
	x.wantState(challenge.StateAwaitingResponse, "stage-3")
}

func TestMoreIsAskedForOnceOnARung(t *testing.T) {
	x := inState(t, challenge.StateAwaitingJudgement).do("anna", judgeWith(challenge.Partly, 1))
	x.wantState(challenge.StateAwaitingResponse, "r1")
	x.do("tara", x.respond())
	if got := x.try("anna", judgeWith(challenge.Partly, 2)); got != "not_allowed" {
		t.Errorf("a second time: %s", got)
	}
	x.do("anna", judgeWith(challenge.NotSatisfied, 2)).wantState(challenge.StateHeldAtGate, "r2")
}

func judgeWith(v challenge.Verdict, visit int) challenge.Judge {
	return challenge.Judge{Opening: visit, Verdict: v, Reason: "No date is given."}
}

func TestWhateverIsTypedTooLateIsKeptOnce(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
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
		{"tess", other, "ok"}, // in its place
		{"tess", other, "already"},
		{"tara", other, "kept, already"},
		{"tara", challenge.Respond{Opening: 1}, "already"},
		{"zed", other, "not_yours"},
		{"tess", challenge.Respond{Opening: 9, Response: other.Response}, "moved_on"},
	} {
		if got := x.try(step.who, step.cmd); got != step.want {
			t.Errorf("%s: %s, want %s", step.who, got, step.want)
		}
	}
	y := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	if got := y.try("tess", answer); got != "kept, moved_on" {
		t.Errorf("after the lapse: %s", got)
	}
	b := y.last.Events[0].Body.(challenge.LateResponse)
	if b.Reason != "lapsed" || b.Response.Text != answer.Response.Text || len(b.Response.Plan) != 1 || !y.isPosted(challenge.CardNews, "anna") {
		t.Errorf("kept %+v, shown %+v", b, y.last.Posts)
	}
	if y.c.CurrentOpening().Outcome != challenge.OutcomeLapsed {
		t.Errorf("the visit is %s", y.c.CurrentOpening().Outcome)
	}
}

// What an answer would have been refused for, a late reply keeps: nothing of it is dropped.
func TestALateReplyKeepsEveryWordOfItsPlan(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	due := challengetest.Date("2026-06-20")
	reply := challenge.Respond{Opening: 1, Response: challenge.Response{Text: "We visit.", Plan: []challenge.PlannedAction{
		{What: "one", Who: "Tess", DueText: "when she agrees"}, {DueText: "soon"}, {}, {What: "three", Who: "Tess", DueBy: due},
		{What: "four", Who: "Tess"}, {What: "five"}, {What: "six", Who: "Tara", DueBy: due}, {Who: "Tom"},
	}}}
	if got := x.try("tess", reply); got != "kept, moved_on" {
		t.Fatalf("after the lapse: %s", got)
	}
	got := x.last.Events[0].Body.(challenge.LateResponse).Response
	want := []challenge.PlannedAction{{What: "one (when she agrees)", Who: "Tess"}, {What: "(soon)"}, {What: "three", Who: "Tess", DueBy: due}, {What: "four", Who: "Tess"}, {What: "five"}}
	if diff := cmp.Diff(want, got.Plan); diff != "" || got.Text != "We visit.\nsix; Tara; 2026-06-20\nTom" {
		t.Errorf("%q (-want +got):\n%s", got.Text, diff)
	}
}

func TestAnActionWhoseDateCannotBeReadIsNotComplete(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	answer := x.respond()
	answer.Response.Plan = []challenge.PlannedAction{{What: "A visit", Who: "Tess", DueText: "soon"}, {DueText: "later"}}
	_, err := x.c.Decide(answer, challengetest.Person("tess"), x.env)
	_, fields := refusalOf(t, err)
	want := map[string]string{"plan_1_by": "Please give the date by which it will be done.", "plan_2_by": "Please give the date by which it will be done.",
		"plan_2_what": "Please say what will be done.", "plan_2_who": "Please say who will do it."}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnotherLadderDecidesNothing(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	other := x.env
	other.Ladder = editedLadder(func(l *ladder.Ladder) { l.Version = 2 })
	var r *challenge.Refusal
	if _, err := x.c.Decide(challenge.Tick{}, challenge.System, other); err == nil || errors.As(err, &r) {
		t.Errorf("version 2 decides a challenge under version 1: %v", err)
	}
}

func TestAReplyFromOutsideIsRecordedOnTheirBehalf(t *testing.T) {
	x := raiseLife(t, challengetest.LoadLadder(t, "redcar-cleveland-partner"), "2026-06-01 10:00", func(r *challenge.RaiseCommand) { r.Details.Agency = "police" })
	x.do("anna", x.respond())
	if b := x.last.Events[0].Body.(challenge.Responded); b.Response.OnBehalfOf != "Practitioner" {
		t.Errorf("recorded on behalf of %q", b.Response.OnBehalfOf)
	}
	// With an account they answer themselves, and nobody for them.
	y := raiseLife(t, challengetest.LoadLadder(t, "redcar-cleveland-partner"), "2026-06-01 10:00")
	if got := y.try("anna", y.respond()); got != "not_yours" {
		t.Errorf("the chair answers for a guest: %s", got)
	}
	y.do("hugo", y.respond())
}

func TestAReferralIsAPersonsAndOnlyForAChildWhoIsLookedAfter(t *testing.T) {
	refer := func(informed map[directory.Role]string) challenge.Refer {
		return challenge.Refer{Referral: challenge.Referral{Contact: "CAFCASS Legal, by telephone.", On: challengetest.Date("2026-06-01"), Informed: informed}}
	}
	told := map[directory.Role]string{"nominated-officer": "Nora Nash, this morning", "invented": "nobody"}
	if got := raiseLife(t, smallLadder, "2026-06-01 10:00").try("anna", refer(told)); got != "not_allowed" {
		t.Errorf("child protection: %s", got)
	}
	x := raiseLife(t, smallLadder, "2026-06-01 10:00", lookedAfter)
	if got := x.try("anna", refer(nil)); got != "bad_input" {
		t.Errorf("nobody informed: %s", got)
	}
	x.do("anna", refer(told)).wantState(challenge.StateAwaitingResponse, "r1")
	if b := x.last.Events[0].Body.(challenge.Referred); len(b.Referral.Informed) != 1 || x.c.ReferralCount != 1 {
		t.Errorf("%+v", b.Referral)
	}
}
