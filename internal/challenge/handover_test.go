package challenge_test

import (
	"fmt"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// officeWithCover is the authority with people standing in for others in June: who is away,
// and who stands in, by turns.
func officeWithCover(pairs ...string) *directory.Directory {
	var set []directory.CoverSetting
	for i := 0; i < len(pairs); i += 2 {
		set = append(set, directory.CoverSetting{ID: int64(i + 1), From: challengetest.Date("2026-06-01"), To: challengetest.Date("2026-06-30"),
			Person: challengetest.Person(pairs[i]).ID, StandIn: challengetest.Person(pairs[i+1]).ID})
	}
	return office.WithCover(set)
}

func (x *life) tryHandOver(who, of string) string {
	return x.try(who, challenge.HandOver{AwayID: challengetest.Person(of).ID})
}

func TestHandingOverKeepsTheDeadlineAndAsksTheStandInAlone(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	x.env.Directory = officeWithCover("tess", "nora")
	if got := x.at("2026-06-03 10:00").tryHandOver("tess", "tess"); got != "ok" {
		t.Fatal(got)
	}
	x.wantDue("2026-06-08 17:00")
	if !x.isPosted(challenge.CardRespond, "nora") || !x.isPosted(challenge.CardNews, "anna") {
		t.Errorf("shown %+v", x.last.Posts)
	}
	if got := x.try("tess", x.respond()); got != "kept, moved_on" {
		t.Errorf("who handed over answers: %s", got)
	}
	x.do("nora", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1")
	if v := x.c.CurrentOpening(); v.AnsweredBy.Name != "Nora Nash" || v.Respondents[0].CoverFor != "Tess Thorne" {
		t.Errorf("%s answered for %+v", v.AnsweredBy.Name, v.Respondents)
	}
}

func TestWhoMayHandOverToWhom(t *testing.T) {
	judged := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Judge = "iro-team-manager" })
	for _, test := range []struct {
		ladder       *ladder.Ladder
		giver, of    string
		standIn      string
		want         string
		onSecondRung bool
	}{
		{ladder: smallLadder, giver: "tess", of: "tess", standIn: "nora", want: "ok"},
		{ladder: smallLadder, giver: "otto", of: "tess", standIn: "nora", want: "ok"},
		{ladder: smallLadder, giver: "zed", of: "tess", standIn: "nora", want: "not_yours"},
		{ladder: smallLadder, giver: "anna", of: "tess", standIn: "nora", want: "not_yours"},
		{ladder: smallLadder, giver: "sam", of: "sam", standIn: "nora", want: "moved_on"},                              // not asked
		{ladder: smallLadder, giver: "tara", of: "tara", standIn: "", want: "not_allowed"},                             // nobody stands in
		{ladder: smallLadder, giver: "tess", of: "tess", standIn: "anna", want: "not_allowed"},                         // the chair
		{ladder: smallLadder, giver: "tess", of: "tess", standIn: "tara", want: "not_allowed"},                         // asked as well
		{ladder: judged, giver: "tess", of: "tess", standIn: "ivo", want: "not_allowed"},                               // the judge
		{ladder: smallLadder, giver: "sam", of: "sam", standIn: "tess", want: "kept, not_allowed", onSecondRung: true}, // and nobody else is asked
		{ladder: repeatingLadder(), giver: "sam", of: "sam", standIn: "tess", want: "ok", onSecondRung: true},
	} {
		t.Run(fmt.Sprintf("%s for %s by %s", test.giver, test.of, test.standIn), func(t *testing.T) {
			x := raiseLife(t, test.ladder, "2026-06-01 10:00")
			if test.onSecondRung {
				x.do("anna", recordOwnGate(challenge.GatePassed)).at("2026-06-08 17:00").tick()
			}
			if test.standIn != "" {
				x.env.Directory = officeWithCover(test.of, test.standIn)
			}
			if got := x.tryHandOver(test.giver, test.of); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// repeatingLadder is the small ladder whose second step may ask somebody again.
func repeatingLadder() *ladder.Ladder {
	return editedLadder(func(l *ladder.Ladder) { l.Rungs[1].Respondents.MayRepeat = true })
}

func TestWhoIsBackIsAskedAgainBesideWhoStoodIn(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	x.env.Directory = officeWithCover("tess", "nora")
	x.at("2026-06-03 10:00").do("", challenge.HandOver{AwayID: challengetest.Person("tess").ID}) // by itself, in the morning
	if got := x.try("", challenge.Reconcile{}); got != "nothing" {
		t.Errorf("taken back while she is away: %s", got)
	}
	x.env.Directory = office
	x.at("2026-06-04 09:00").do("", challenge.Reconcile{}).wantDue("2026-06-08 17:00")
	if !x.isPosted(challenge.CardRespond, "tess") || x.isPosted(challenge.CardRespond, "nora") {
		t.Errorf("shown %+v", x.last.Posts)
	}
	if got := x.try("", challenge.Reconcile{}); got != "nothing" {
		t.Errorf("taken back twice: %s", got)
	}
	for _, who := range []string{"tess", "nora"} {
		if !x.c.CurrentOpening().MayAnswer(challengetest.Person(who).ID) {
			t.Errorf("%s cannot answer", who)
		}
	}
	x.do("tess", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1")
}

func TestWhoStandsInTodayIsHeardThoughNobodyHandedItOn(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	x.env.Directory = officeWithCover("tess", "nora")
	if x.do("nora", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1"); x.c.CurrentOpening().Respondents[0].CoverFor != "Tess Thorne" {
		t.Errorf("asked are %+v", x.c.CurrentOpening().Respondents)
	}
	y := raiseLife(t, smallLadder, "2026-06-01 10:00")
	y.env.Directory = officeWithCover("tess", "anna") // the chair answers nothing of her own
	if got := y.try("anna", y.respond()); got != "not_yours" {
		t.Errorf("the chair, standing in: %s", got)
	}
}

// The window counts from a late receipt, but not for somebody whose app is gone: nor
// for whom they pass the question on to.
func TestPassingOnWhatTeamsRefusedGainsNoTime(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	to := func(who string) challenge.Address { return challenge.Address{Person: challengetest.Person(who).ID} }
	x.do("", challenge.RecordRejection{MessageID: 1, Card: challenge.CardRespond, Opening: 1, To: to("tess"), Code: "Blocked"})
	x.env.Directory = officeWithCover("tess", "nora")
	if got := x.at("2026-06-03 10:00").tryHandOver("tess", "tess"); got != "ok" {
		t.Fatal(got)
	}
	x.env.Directory = officeWithCover("tess", "nora", "nora", "una")
	if got := x.at("2026-06-03 11:00").tryHandOver("nora", "nora"); got != "ok" {
		t.Fatal(got)
	}
	x.do("", challenge.RecordDelivery{MessageID: 2, Card: challenge.CardRespond, Opening: 1, To: to("una")}).wantDue("2026-06-08 17:00")
}
