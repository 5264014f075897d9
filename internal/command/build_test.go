package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/cards"
	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// steps is a procedure of three rungs: a discussion, a plan, and one behind gates.
var steps = &ladder.Ladder{Rungs: []ladder.Rung{
	{ID: "one", Form: ladder.FormDiscussion}, {ID: "two", Form: ladder.FormPlan},
	{ID: "three", Gates: []ladder.Gate{{ID: "told"}, {ID: "talk", MayOpenAhead: true, Fields: []ladder.Field{
		{ID: "met_on", Kind: ladder.FieldDate, PastOnly: true}, {ID: "next_on", Kind: ladder.FieldDate}, {ID: "words", Kind: ladder.FieldLine}}}, {ID: "later", MayOpenAhead: true}}},
}}

func openings(rungs ...string) challenge.Challenge {
	c := challenge.Challenge{Rung: rungs[len(rungs)-1]}
	for i, id := range rungs {
		c.Openings = append(c.Openings, challenge.Opening{Number: i + 1, Rung: id, Responders: []string{"priya"}})
	}
	return c
}

func TestTheInputsOfAButtonBecomeItsCommand(t *testing.T) {
	t.Parallel()
	day := workday.NewDate
	for _, c := range []struct {
		what   string
		verb   cards.Verb
		data   cards.ButtonData
		inputs map[string]string
		want   challenge.Command
	}{
		{"an answer with a plan", cards.VerbRespond, cards.ButtonData{Opening: 2},
			map[string]string{"text": "We visit.", "plan_1_what": "Visit", "plan_1_who": "Tom", "plan_1_by": "1 December", "plan_2_by": "soon", "plan_3_what": " ", "plan_7_who": "Ann"},
			challenge.Respond{Opening: 2, Response: challenge.Response{Text: "We visit.", Fields: map[string]string{"text": "We visit.", "plan_1_what": "Visit", "plan_1_who": "Tom",
				"plan_1_by": "2026-12-01", "plan_2_by": "soon", "plan_3_what": " ", "plan_7_who": "Ann"},
				Plan: []challenge.PlannedAction{{What: "Visit", Who: "Tom", DueBy: day(2026, 12, 1)}, {DueText: "soon"}, {Who: "Ann"}}}}},
		{"the dates of a form lie behind", cards.VerbRespond, cards.ButtonData{Opening: 1}, map[string]string{"held_on": "Friday", "present": "Friday"},
			challenge.Respond{Opening: 1, Response: challenge.Response{Fields: map[string]string{"held_on": "2026-11-20", "present": "Friday"}}}},
		{"an opening that is not there", cards.VerbRespond, cards.ButtonData{Opening: 9}, map[string]string{"held_on": "Friday"},
			challenge.Respond{Opening: 9, Response: challenge.Response{Fields: map[string]string{"held_on": "Friday"}}}},
		{"a verdict", cards.VerbJudge, cards.ButtonData{Opening: 2, Verdict: challenge.Partly}, map[string]string{"reason": "When?"},
			challenge.Judge{Opening: 2, Verdict: challenge.Partly, Reason: "When?"}},
		{"a verdict with less time", cards.VerbJudge, cards.ButtonData{Opening: 2, Verdict: challenge.NotSatisfied}, map[string]string{"reason": "No.", "shorter_days": " 3 ", "shorter_reason": " urgent "},
			challenge.Judge{Opening: 2, Verdict: challenge.NotSatisfied, Reason: "No.", ShorterWindow: &challenge.ShorterWindow{Days: 3, Reason: "urgent"}}},
		{"less time without a reason", cards.VerbJudge, cards.ButtonData{}, map[string]string{"shorter_days": "3"}, challenge.Judge{ShorterWindow: &challenge.ShorterWindow{Days: 3}}},
		{"less time that is no number", cards.VerbJudge, cards.ButtonData{}, map[string]string{"shorter_days": "99999999999999999999", "shorter_reason": "urgent"},
			challenge.Judge{ShorterWindow: &challenge.ShorterWindow{Reason: "urgent"}}},
		{"a gate", cards.VerbGate, cards.ButtonData{Rung: "three", Gate: "talk", Status: challenge.GatePassed},
			map[string]string{"note": "We spoke.", "on": "20 November", "met_on": "20/11", "next_on": "1/12/26", "words": "1/12/26"},
			challenge.RecordGate{Rung: "three", Gate: "talk", Status: challenge.GatePassed, Note: "We spoke.", On: day(2026, 11, 20),
				Fields: map[string]string{"note": "We spoke.", "on": "2026-11-20", "met_on": "2026-11-20", "next_on": "2026-12-01", "words": "1/12/26"}}},
		{"a gate without a date", cards.VerbGate, cards.ButtonData{Rung: "three", Gate: "told"}, map[string]string{},
			challenge.RecordGate{Rung: "three", Gate: "told", Fields: map[string]string{}}},
		{"a gate whose date cannot be read", cards.VerbGate, cards.ButtonData{Rung: "three", Gate: "told"}, map[string]string{"on": "lately"},
			challenge.RecordGate{Rung: "three", Gate: "told", Fields: map[string]string{"on": "lately"}, Unread: challenge.Unread{"on": challenge.SayGiveDate}}},
		{"a skip", cards.VerbSkip, cards.ButtonData{}, map[string]string{"to": "three", "ground": "urgent", "evidence": "At risk."},
			challenge.SkipTo{To: "three", Ground: "urgent", Evidence: "At risk."}},
		{"a hand-off", cards.VerbHandOff, cards.ButtonData{}, map[string]string{"to": "hscb", "reason": "The school."}, challenge.HandOff{To: "hscb", Reason: "The school."}},
		{"a withdrawal", cards.VerbWithdraw, cards.ButtonData{}, map[string]string{"reason": "Moved."}, challenge.Withdraw{Reason: "Moved."}},
		{"who was asked outside", cards.VerbAskedOutside, cards.ButtonData{Opening: 2}, map[string]string{"how": "phone", "on": "yesterday", "note": "She will ring."},
			challenge.RecordAskedOutside{Opening: 2, Method: challenge.ContactByTelephone, On: day(2026, 11, 22), Note: "She will ring."}},
		{"a referral", cards.VerbRefer, cards.ButtonData{}, map[string]string{"contact": "Rang.", "note": "Taken.", "on": "20/11/2026", "informed_chair": "Ann", "consulted_legal": "Ben", "other": "x"},
			challenge.Refer{Referral: challenge.Referral{Contact: "Rang.", Note: "Taken.", On: day(2026, 11, 20),
				Informed: map[directory.Role]string{"chair": "Ann"}, Consulted: map[directory.Role]string{"legal": "Ben"}}}},
	} {
		cmd, ok := ByVerb(c.verb)
		if !ok {
			t.Fatalf("no command for %s", c.verb)
		}
		got := cmd.Build(NewInputs(c.inputs, typedAs("").Days), c.data, challenge.Snapshot{Challenge: openings("one", "two"), Ladder: steps})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
}

func TestATypedGateIsTheOneThatWaitsOrMayBeOpenedAhead(t *testing.T) {
	t.Parallel()
	held := openings("one", "two")
	held.Hold = &challenge.Hold{Rung: "three", Gates: []challenge.GateState{{Rung: "three", Gate: "talk", Status: challenge.GatePassed}, {Rung: "three", Gate: "told", Status: challenge.GateClosed}, {Rung: "three", Gate: "later", Status: challenge.GateClosed}}}
	for _, c := range []struct {
		what      string
		challenge challenge.Challenge
		typed     string
		want      cards.ButtonData
	}{
		{"held", held, "agreed so", cards.ButtonData{Rung: "three", Gate: "told", Status: challenge.GatePassed}},
		{"held, named", held, "Talk agreed so", cards.ButtonData{Rung: "three", Gate: "talk", Status: challenge.GatePassed}},
		{"ahead", openings("one", "two"), "refused so", cards.ButtonData{Rung: "three", Gate: "talk", Status: challenge.GateNotAgreed}},
		{"ahead, named", openings("one", "two"), "told refused so", cards.ButtonData{Rung: "three", Gate: "told", Status: challenge.GateNotAgreed}},
		{"no gate in sight", openings("one"), "agreed so", cards.ButtonData{Rung: "two", Status: challenge.GatePassed}},
		{"past the last", openings("three"), "agreed so", cards.ButtonData{Status: challenge.GatePassed}},
	} {
		typed := typedAs(c.typed)
		typed.Challenge, typed.Ladder = c.challenge, steps
		got, in := typedGate(typed)
		if got != c.want || in[cards.FieldNote] != "so" {
			t.Errorf("%s: %+v %v", c.what, got, in)
		}
	}
}

func TestATypedAnswerIsForTheOpeningOnWhichItIsAsked(t *testing.T) {
	t.Parallel()
	typed := typedAs("We visit. | ; | Visit; Tom; Friday")
	typed.Challenge, typed.By = openings("one", "two"), "priya"
	data, in := typedResponse(typed)
	if want := map[string]string{"text": "We visit.", "plan_1_what": "Visit", "plan_1_who": "Tom", "plan_1_by": "Friday"}; data.Opening != 2 || !cmp.Equal(want, in) {
		t.Errorf("%+v %v", data, in)
	}
	typed.Rest = "phone Friday"
	if data, _ := typedAskedOutside(typed); data.Opening != 2 {
		t.Errorf("asked outside: %+v", data)
	}
	if data, _ := typedVerdict(challenge.Partly)(typed); data.Opening != 2 {
		t.Errorf("judged: %+v", data)
	}
}

func TestATypedCommandIsAnsweredOnTheCardThatHasItsButton(t *testing.T) {
	t.Parallel()
	in := func(s challenge.State) challenge.Challenge {
		c := openings("one", "two")
		c.Openings[1].Responders = []string{"daniel"}
		c.State = s
		return c
	}
	for _, c := range []struct {
		name    words.CommandName
		state   challenge.State
		want    challenge.Card
		opening int
	}{
		{words.CommandRespond, challenge.StateAwaitingResponse, challenge.CardRespond, 1},
		{words.CommandAsked, challenge.StateAwaitingResponse, challenge.CardRespond, 1},
		{words.CommandPartly, challenge.StateAwaitingJudgement, challenge.CardJudge, 2},
		{words.CommandPartly, challenge.StateExhausted, challenge.CardChallenge, 2},
		{words.CommandWithdraw, challenge.StateAwaitingJudgement, challenge.CardChallenge, 2},
		{words.CommandGate, challenge.StateHeldAtGate, challenge.CardGate, 2},
		{words.CommandGate, challenge.StateAwaitingResponse, challenge.CardChallenge, 2},
		{words.CommandSkip, challenge.StateHeldAtGate, challenge.CardChallenge, 2},
	} {
		cmd, _ := ByName(c.name)
		if card, opening := cmd.ResultCard(in(c.state), "priya"); card != c.want || opening != c.opening {
			t.Errorf("%s in %s: %s, %d", c.name, c.state, card, opening)
		}
	}
}
