package challenge_test

import (
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
	"challengebot/internal/ladder"
)

func notMine(owner string) challenge.NotMine {
	return challenge.NotMine{Opening: 1, Owner: owner}
}

func TestAQuestionPassesToWhoeverItIsSaidToBeWithTheTimeThatIsLeft(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-03 10:00")
	x.do("tess", challenge.Acknowledge{Opening: 1})
	x.do("tess", notMine("nora nash"))
	x.wantDue("2026-06-08 17:00")
	if !x.isPosted(challenge.CardRespond, "nora") || !x.isPosted(challenge.CardNews, "anna") || !x.isPosted(challenge.CardOversight, "otto") {
		t.Errorf("shown %+v", x.last.Posts)
	}
	if o := x.c.CurrentOpening(); o.AcknowledgedBy.ID != "" {
		t.Errorf("%s is said to have the question", o.AcknowledgedBy.Name)
	}
	if got := x.try("tess", x.respond()); got != "kept, moved_on" {
		t.Errorf("who passed it on answers: %s", got)
	}
	if got := x.try("", challenge.Reconcile{}); got != "nothing" { // though the role is still another's
		t.Errorf("reconciled: %s, %+v are asked", got, x.c.CurrentOpening().Respondents)
	}
	x.do("nora", x.respond()).wantState(challenge.StateAwaitingJudgement, "r1")
	x.do("anna", challenge.Judge{Opening: 1, Verdict: challenge.Partly, Reason: "More."})
	if o := x.c.CurrentOpening(); o.Number != 2 || !o.MayAnswer(challengetest.Person("nora").ID) || o.MayAnswer(challengetest.Person("tess").ID) {
		t.Errorf("more is asked of %+v", o.Respondents)
	}
}

func TestToWhomAQuestionCannotPass(t *testing.T) {
	judged := editedLadder(func(l *ladder.Ladder) { l.Rungs[0].Judge = "iro-team-manager" })
	for _, test := range []struct {
		ladder            *ladder.Ladder
		giver, owner, why string
	}{
		{smallLadder, "tess", "", "bad_input"},
		{smallLadder, "tess", "Nobody Known", "bad_input"},
		{smallLadder, "tess", "Anna Arden", "not_allowed"}, // the chair
		{smallLadder, "tess", "Tess Thorne", "not_allowed"},
		{smallLadder, "tess", "Tara Teal", "not_allowed"}, // asked as well
		{smallLadder, "tess", "Sam Marsh", "not_allowed"}, // asked on the next rung
		{judged, "tess", "Ivo Oak", "not_allowed"},        // the judge
		{smallLadder, "anna", "Nora Nash", "not_yours"},
		{smallLadder, "zed", "Nora Nash", "not_yours"},
		{smallLadder, "tess", challengetest.Person("nora").ID, "ok"},
	} {
		x := raiseLife(t, test.ladder, "2026-06-01 10:00")
		if got := x.try(test.giver, notMine(test.owner)); got != test.why {
			t.Errorf("%s says it is of %q: %s, not %s", test.giver, test.owner, got, test.why)
		}
	}
}

func TestAQuestionNeverComesBackAndIsPassedOnThreeTimesAtMost(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 10:00")
	x.do("tess", notMine("Nora Nash"))
	if got := x.try("nora", notMine("Tess Thorne")); got != "not_allowed" {
		t.Errorf("back to who had it: %s", got)
	}
	x.do("nora", notMine("Quin Quill"))
	x.do("quin", notMine("Dora Drew"))
	if got := x.try("dora", notMine("Hugo Health")); got != "not_allowed" {
		t.Errorf("a fourth time: %s", got)
	}
}

func TestWhoIsNamedIsStoodInForAndReplacedLikeOthers(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 10:00")
	x.env.Directory = officeWithCover("nora", "quin")
	x.do("tess", notMine("Nora Nash"))
	if !x.c.CurrentOpening().MayAnswer(challengetest.Person("quin").ID) {
		t.Errorf("who is named is away, and %+v are asked", x.c.CurrentOpening().Respondents)
	}
	x = raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 10:00")
	x.do("tess", notMine("Nora Nash"))
	x.env.Directory = challengetest.DirectoryWithout("nora")
	x.do("", challenge.Reconcile{})
	if !x.c.CurrentOpening().MayAnswer(challengetest.Person("tess").ID) {
		t.Errorf("who was named has left, and %+v are asked", x.c.CurrentOpening().Respondents)
	}
	x = raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-02 10:00")
	x.do("tess", notMine("Nora Nash"))
	x.do("anna", challenge.MoveToTeam{Team: "east"})
	if !x.c.CurrentOpening().MayAnswer(challengetest.Person("una").ID) || x.c.CurrentOpening().MayAnswer(challengetest.Person("nora").ID) {
		t.Errorf("the child is with another team, and %+v are asked", x.c.CurrentOpening().Respondents)
	}
}
