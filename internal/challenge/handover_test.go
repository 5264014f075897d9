package challenge_test

import (
	"fmt"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
)

// away is the authority with somebody standing in for another in June.
func away(who, by string) *directory.Directory {
	return office.WithCover([]directory.Cover{{ID: 1, From: "2026-06-01", To: "2026-06-30",
		For: directory.Person{Entra: challengetest.Person(who).ID}, By: directory.Person{Entra: challengetest.Person(by).ID}}})
}

func (x *life) handOver(who, of string) string {
	return x.try(who, challenge.HandOver{For: challengetest.Person(of).ID})
}

func TestHandingOverKeepsTheDeadlineAndAsksTheStandInAlone(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	x.env.Directory = away("tess", "nora")
	if got := x.at("2026-06-03 10:00").handOver("tess", "tess"); got != "ok" {
		t.Fatal(got)
	}
	x.wantDue("2026-06-08 17:00")
	if !x.shown(challenge.CardRespond, "nora") || !x.shown(challenge.CardCase, "anna") {
		t.Errorf("shown %+v", x.last.Shows)
	}
	if got := x.try("tess", x.respond()); got != "kept, moved_on" {
		t.Errorf("who handed over answers: %s", got)
	}
	x.do("nora", x.respond()).wantState(challenge.AwaitingJudgement, "r1")
	if v := x.c.Current(); v.AnsweredBy.Name != "Nora Nash" || v.Respondents[0].CoverFor != "Tess Thorne" {
		t.Errorf("%s answered for %+v", v.AnsweredBy.Name, v.Respondents)
	}
}

func TestWhoMayHandOverToWhom(t *testing.T) {
	judged := edited(func(l *ladder.Ladder) { l.Rungs[0].Judge = "iro-team-manager" })
	for _, test := range []struct {
		ladder       *ladder.Ladder
		giver, of    string
		standIn      string
		want         string
		onSecondRung bool
	}{
		{ladder: small, giver: "tess", of: "tess", standIn: "nora", want: "ok"},
		{ladder: small, giver: "otto", of: "tess", standIn: "nora", want: "ok"},
		{ladder: small, giver: "zed", of: "tess", standIn: "nora", want: "not_yours"},
		{ladder: small, giver: "anna", of: "tess", standIn: "nora", want: "not_yours"},
		{ladder: small, giver: "sam", of: "sam", standIn: "nora", want: "moved_on"},      // not asked
		{ladder: small, giver: "tara", of: "tara", standIn: "", want: "not_allowed"},     // nobody stands in
		{ladder: small, giver: "tess", of: "tess", standIn: "anna", want: "not_allowed"}, // the chair
		{ladder: small, giver: "tess", of: "tess", standIn: "tara", want: "not_allowed"}, // asked as well
		{ladder: judged, giver: "tess", of: "tess", standIn: "ivo", want: "not_allowed"}, // the judge
		{ladder: small, giver: "sam", of: "sam", standIn: "tess", want: "not_allowed", onSecondRung: true},
		{ladder: repeating(), giver: "sam", of: "sam", standIn: "tess", want: "ok", onSecondRung: true},
	} {
		t.Run(fmt.Sprintf("%s for %s by %s", test.giver, test.of, test.standIn), func(t *testing.T) {
			x := begin(t, test.ladder, "2026-06-01 10:00")
			if test.onSecondRung {
				x.do("anna", recordOwn(challenge.GatePassed)).at("2026-06-08 17:00").tick()
			}
			if test.standIn != "" {
				x.env.Directory = away(test.of, test.standIn)
			}
			if got := x.handOver(test.giver, test.of); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// repeating is the small ladder whose second step may ask somebody again.
func repeating() *ladder.Ladder {
	return edited(func(l *ladder.Ladder) { l.Rungs[1].Respond.MayRepeat = true })
}

func TestWhoIsBackIsAskedAgainBesideWhoStoodIn(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	x.env.Directory = away("tess", "nora")
	x.at("2026-06-03 10:00").do("", challenge.HandOver{For: challengetest.Person("tess").ID}) // by itself, in the morning
	if got := x.try("", challenge.TakeBack{}); got != "moved_on" {
		t.Errorf("taken back while she is away: %s", got)
	}
	x.env.Directory = office
	x.at("2026-06-04 09:00").do("", challenge.TakeBack{}).wantDue("2026-06-08 17:00")
	if !x.shown(challenge.CardRespond, "tess") || x.shown(challenge.CardRespond, "nora") {
		t.Errorf("shown %+v", x.last.Shows)
	}
	if got := x.try("", challenge.TakeBack{}); got != "moved_on" {
		t.Errorf("taken back twice: %s", got)
	}
	for _, who := range []string{"tess", "nora"} {
		if !x.c.Current().MayAnswer(challengetest.Person(who).ID) {
			t.Errorf("%s cannot answer", who)
		}
	}
	x.do("tess", x.respond()).wantState(challenge.AwaitingJudgement, "r1")
}

func TestWhoStandsInTodayIsHeardThoughNobodyHandedItOn(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	x.env.Directory = away("tess", "nora")
	if x.do("nora", x.respond()).wantState(challenge.AwaitingJudgement, "r1"); x.c.Current().Respondents[0].CoverFor != "Tess Thorne" {
		t.Errorf("asked are %+v", x.c.Current().Respondents)
	}
	y := begin(t, small, "2026-06-01 10:00")
	y.env.Directory = away("tess", "anna") // the chair answers nothing of her own
	if got := y.try("anna", y.respond()); got != "not_yours" {
		t.Errorf("the chair, standing in: %s", got)
	}
}

// The window counts from a late receipt, but not for somebody whose app is gone: nor
// for whom they pass the question on to.
func TestPassingOnWhatTeamsRefusedGainsNoTime(t *testing.T) {
	x := begin(t, small, "2026-06-01 10:00")
	to := func(who string) challenge.Address { return challenge.Address{Person: challengetest.Person(who).ID} }
	x.do("", challenge.GiveUp{Delivery: 1, Card: challenge.CardRespond, Visit: 1, To: to("tess"), Code: "Blocked"})
	x.env.Directory = away("tess", "nora")
	if got := x.at("2026-06-03 10:00").handOver("tess", "tess"); got != "ok" {
		t.Fatal(got)
	}
	x.env.Directory = away("nora", "una")
	if got := x.at("2026-06-03 11:00").handOver("nora", "nora"); got != "ok" {
		t.Fatal(got)
	}
	x.do("", challenge.Deliver{Delivery: 2, Card: challenge.CardRespond, Visit: 1, To: to("una")}).wantDue("2026-06-08 17:00")
}
