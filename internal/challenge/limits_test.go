package challenge_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/challenge/challengetest"
)

// repeatedly gives a command to a challenge with its trail, as the bot does.
func (x *life) repeatedly(c *challenge.Snapshot, who string, cmd challenge.Command) string {
	x.t.Helper()
	change, err := c.Decide(cmd, challengetest.Person(who), x.env)
	var refusal *challenge.Refusal
	if errors.As(err, &refusal) {
		return string(refusal.Code)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	c.Challenge, c.History = change.Next, append(slices.Clone(c.History), change.Events...)
	return "ok"
}

func TestOnePersonsReplacementsOfOneAnswerEndSomewhere(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	c := challenge.Snapshot{Challenge: x.c, Ladder: smallLadder, History: x.last.Events}
	if got := x.repeatedly(&c, "tess", x.respond()); got != "ok" {
		t.Fatal(got)
	}
	late := func(i int) challenge.Respond {
		again := x.respond()
		again.Response.Text = fmt.Sprintf("Correction %d.", i)
		return again
	}
	for i := range challenge.MaxLateResponses {
		if got := x.repeatedly(&c, "tess", late(i)); got != "ok" {
			t.Fatalf("replacement %d: %s", i+1, got)
		}
	}
	trail := len(c.History)
	if got := x.repeatedly(&c, "tess", late(99)); got != "not_allowed" || len(c.History) != trail {
		t.Errorf("one too many: %s", got)
	}
	// The judge may still ask for more, and the next answer is an answer.
	if got := x.repeatedly(&c, "anna", x.judge(challenge.Partly)); got != "ok" {
		t.Fatalf("the verdict: %s", got)
	}
	again := x.respond()
	again.Opening, again.Response.Text = len(c.Challenge.Openings), "What was missing."
	if got := x.repeatedly(&c, "tess", again); got != "ok" {
		t.Errorf("the answer to the next question: %s", got)
	}
}

func TestOnePersonsLateResponsesToOneOpeningEndSomewhere(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00").at("2026-06-08 17:00").tick()
	c := challenge.Snapshot{Challenge: x.c, Ladder: smallLadder, History: x.last.Events}
	for i := range challenge.MaxLateResponses {
		if got := x.repeatedly(&c, "tess", challenge.Respond{Opening: 1, Response: challenge.Response{Text: fmt.Sprintf("Addition %d.", i)}}); got != "ok" {
			t.Fatalf("late response %d: %s", i+1, got)
		}
	}
	if got := x.repeatedly(&c, "tess", challenge.Respond{Opening: 1, Response: challenge.Response{Text: "One more."}}); got != "not_allowed" {
		t.Errorf("one too many: %s", got)
	}
}

func TestStepsThatCanBeRepeatedWithoutEndHaveOneForADay(t *testing.T) {
	x := raiseLife(t, smallLadder, "2026-06-01 10:00")
	c := challenge.Snapshot{Challenge: x.c, Ladder: smallLadder, History: x.last.Events}
	edit := challenge.RecordMessageChange{Seq: 1, Change: challenge.MessageEdited}
	for i := range challenge.MaxRepeatedSteps {
		if got := x.repeatedly(&c, "anna", edit); got != "ok" {
			t.Fatalf("edit %d: %s", i+1, got)
		}
	}
	if got := x.repeatedly(&c, "anna", edit); got != "not_allowed" {
		t.Errorf("one too many: %s", got)
	}
	if got := x.repeatedly(&c, "tess", edit); got != "ok" {
		t.Errorf("another person's: %s", got)
	}
	if got := x.repeatedly(&c, "tess", x.respond()); got != "ok" {
		t.Errorf("an answer: %s", got)
	}
	x.env.Now = x.env.Now.Add(24*time.Hour - time.Nanosecond)
	if got := x.repeatedly(&c, "anna", edit); got != "not_allowed" {
		t.Errorf("within the day: %s", got)
	}
	x.env.Now = x.env.Now.Add(time.Nanosecond)
	if got := x.repeatedly(&c, "anna", edit); got != "ok" {
		t.Errorf("the next day: %s", got)
	}
}
