package cards

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a card in a state that matters.
type sample struct {
	name string
	card func(t testing.TB) Card
}

func refusedAnswer(t testing.TB, w *words.Words) Card {
	r := raised(t)
	typed := map[string]string{InText: "We will meet *soon*.", PlanInput(1, "what"): "Meet", PlanInput(2, "what"): "Write"}
	_, err := r.c.Decide(challenge.Respond{Visit: 1, Response: challenge.Response{Text: typed[InText],
		Plan: []challenge.Action{{What: "Meet"}, {What: "Write"}}}}, r.person(priya), r.env)
	var refusal *challenge.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("an answer without dates was not refused: %v", err)
	}
	return Render(challenge.CardRespond, 1, r.view(), Options{Viewer: priya, Words: w, Said: refusal, Typed: typed, Sent: ActionData{Verb: VerbRespond}})
}

// samples are the cards in a language.
func samples(w *words.Words) []sample {
	draw := func(r *run, card challenge.Card, visit int, viewer string) Card {
		return Render(card, visit, r.view(), Options{Viewer: viewer, Words: w, Refresh: []string{"29:one"}})
	}
	on := func(make func(testing.TB) *run, card challenge.Card, visit int, viewer string) func(testing.TB) Card {
		return func(t testing.TB) Card { return draw(make(t), card, visit, viewer) }
	}
	in := func(make func(testing.TB, *words.Words) Card) func(testing.TB) Card {
		return func(t testing.TB) Card { return make(t, w) }
	}
	return []sample{
		{"form-nothing-chosen", func(t testing.TB) Card {
			f := exampleForm(t)
			f.Ladder, f.Forecast, f.Values = nil, nil, nil
			f.Ladders = append(f.Ladders, LadderChoice{"other", "Another procedure"})
			return Form(f, Options{Viewer: maya, Words: w})
		}},
		{"form-forecast", func(t testing.TB) Card { return Form(exampleForm(t), Options{Viewer: maya, Words: w}) }},
		{"form-refused", in(refusedForm)},
		{"form-held", in(heldForm)},
		{"respond-open", on(raised, challenge.CardRespond, 1, priya)},
		{"respond-refused", in(refusedAnswer)},
		{"respond-reads-only", on(raised, challenge.CardRespond, 1, sue)},
		{"respond-stage-2", on(stageTwo, challenge.CardRespond, 2, ann)},
		{"respond-answered", on(answeredRun, challenge.CardRespond, 1, priya)},
		{"respond-answered-by-another", on(answeredRun, challenge.CardRespond, 1, tom)},
		{"respond-lapsed", on(stageTwo, challenge.CardRespond, 1, priya)},
		{"respond-closed", on(settledRun, challenge.CardRespond, 1, priya)},
		{"reminder", on(raised, challenge.CardReminder, 1, priya)},
		{"reminder-over", on(answeredRun, challenge.CardReminder, 1, priya)},
		{"judge", on(answeredRun, challenge.CardJudge, 1, maya)},
		{"judge-asked-for-more", on(twiceAnswered, challenge.CardJudge, 2, maya)},
		{"judge-over", on(settledRun, challenge.CardJudge, 1, maya)},
		{"gate-opener", on(heldRun, challenge.CardGate, 1, maya)},
		{"gate-consulted", on(heldRun, challenge.CardGate, 1, dot)},
		{"gate-refused", on(refusedGate, challenge.CardGate, 1, maya)},
		{"gate-over", on(stageTwo, challenge.CardGate, 1, maya)},
		{"case-awaiting-response", on(raised, challenge.CardCase, 1, maya)},
		{"case-awaiting-judgement", on(answeredRun, challenge.CardCase, 1, maya)},
		{"case-held", on(heldRun, challenge.CardCase, 1, maya)},
		{"case-top-passed", on(exhaustedRun, challenge.CardCase, 2, maya)},
		{"case-settled", on(settledRun, challenge.CardCase, 1, maya)},
		{"case-looked-after", func(t testing.TB) Card {
			d := exampleDetails()
			d.Conference, d.Categories = challenge.CareReview, []string{"placement"}
			return draw(raisedWith(t, d), challenge.CardCase, 1, maya)
		}},
		{"alert", on(raised, challenge.CardAlert, 1, sue)},
		{"alert-over", on(heldRun, challenge.CardAlert, 1, sue)},
		{"notice-due", on(raised, challenge.CardNotice, 1, "")},
		{"notice-held", on(heldRun, challenge.CardNotice, 1, "")},
		{"notice-moved-on", on(stageTwo, challenge.CardNotice, 1, "")},
		{"notice-top-passed", on(exhaustedRun, challenge.CardNotice, 2, "")},
		{"notice-closed", on(settledRun, challenge.CardNotice, 1, "")},
		{"oversight-held", on(heldRun, challenge.CardOversight, 1, sue)},
		{"oversight-top-passed", on(exhaustedRun, challenge.CardOversight, 2, sue)},
		{"oversight-settled", on(settledRun, challenge.CardOversight, 1, sue)},
		{"digest", func(t testing.TB) Card {
			v := digestOf(t, heldRun(t), answeredRun(t), exhaustedRun(t), unreachedRun(t))
			v.Words = w
			return Digest(v)
		}},
		{"digest-away", func(testing.TB) Card {
			v := DigestView{Now: at(30, 10, 0), Zone: at(30, 10, 0).Location(), Words: w}
			v.Away = []challenge.Away{{Name: "Priya Shah", Roles: []string{"line-manager", "team-manager"}, Since: at(27, 9, 0)}}
			return Digest(v)
		}},
		{"digest-nothing", func(testing.TB) Card {
			return Digest(DigestView{Now: at(30, 10, 0), Zone: at(30, 10, 0).Location(), Words: w})
		}},
		{"help", func(testing.TB) Card { return Help(HelpView{Authority: "Exampleshire", Words: w}) }},
		{"not-understood", func(testing.TB) Card {
			return Help(HelpView{Authority: "Exampleshire", Sentence: w.Bot.NotUnderstood, Words: w})
		}},
		{"mine", func(t testing.TB) Card {
			return Mine(MineView{Words: w, Waiting: []View{answeredRun(t).view()}, Raised: []View{heldRun(t).view(), answeredRun(t).view()}})
		}},
		{"mine-nothing", func(testing.TB) Card { return Mine(MineView{Words: w}) }},
		{"late-reply", in(lateReply)},
		{"unsent", func(testing.TB) Card {
			return Unsent(w.Bot.NotYours, map[string]string{InText: "We visited on Tuesday.", InReason: "The plan is late."}, w)
		}},
		{"sent", func(t testing.TB) Card { return Sent(raised(t).view(), Options{Viewer: maya, Words: w}) }},
		{"cover", func(testing.TB) Card {
			return Cover(CoverView{Words: w, Done: w.Bot.CoverNoted, HandedOver: []string{"CH-7K3QX2"}, Covers: []CoverLine{
				{ID: 3, For: "Priya Shah", By: "Tom Reid", From: workday.NewDate(2026, 4, 1), To: workday.NewDate(2026, 4, 17)},
				{For: "Ann Lee", By: "Sue West", From: workday.NewDate(2026, 5, 4), To: workday.NewDate(2026, 5, 4)}}})
		}},
		{"notices", func(testing.TB) Card {
			return Notices(NoticesView{Words: w, Lines: []NoticesLine{{Name: "North Locality", Place: "Notices in North Locality", Bound: true},
				{Name: "South Locality", Via: "Locality Service"}, {Name: "Locality Service", Service: true}}})
		}},
	}
}

func refusedForm(t testing.TB, w *words.Words) Card {
	r := newRun(t)
	values := map[string]string{InLadder: "exampleshire", InTeam: "north-locality", InRecord: "Sam Smith", InConcern: "No core group.",
		InCategories: "drift,report", InConference: "review", InStartAt: "stage-2"}
	_, err := challenge.Raise(exampleRaising(challenge.Details{Record: values[InRecord], Concern: values[InConcern], Team: values[InTeam],
		Categories: []string{"drift", "report"}, Conference: challenge.ReviewConference}), r.person(maya), r.env)
	var refusal *challenge.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("a form with holes was not refused: %v", err)
	}
	f := exampleForm(t)
	f.Values = values
	return Form(f, Options{Viewer: maya, Words: w, Said: refusal})
}

func heldForm(t testing.TB, w *words.Words) Card {
	r := newRun(t)
	raising := exampleRaising(challenge.Details{Team: "north-locality"})
	raising.StartAt, raising.Ground = "stage-2", "harm"
	forecast, err := challenge.Foresee(raising, r.person(maya), r.env)
	if err != nil {
		t.Fatal(err)
	}
	f := exampleForm(t)
	f.Forecast = &forecast
	f.Values = map[string]string{InTeam: "north-locality", InStartAt: "stage-2", InStartGround: "harm"}
	return Form(f, Options{Viewer: maya, Words: w})
}

func settledRun(t testing.TB) *run {
	r := answeredRun(t)
	r.env.Now = at(31, 14, 0)
	r.do(maya, challenge.Judge{Visit: 1, Verdict: challenge.Satisfied, Reason: "Thank you, this will help."})
	return r
}

func twiceAnswered(t testing.TB) *run {
	r := answeredRun(t)
	r.do(maya, challenge.Judge{Visit: 1, Verdict: challenge.Partly, Reason: "Who tells the parents?"})
	r.env.Now = r.env.Now.Add(24 * time.Hour)
	r.do(tom, answer(2))
	return r
}

func refusedGate(t testing.TB) *run {
	r := heldRun(t)
	r.do(dot, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GateRefused, Note: "Try once more."})
	return r
}

func lateReply(t testing.TB, w *words.Words) Card {
	r := heldRun(t)
	said := r.do(priya, answer(1))
	return Render(challenge.CardRespond, 1, r.view(), Options{Viewer: priya, Words: w, Said: said,
		Typed: map[string]string{InText: "You are right, and I am sorry."}, Sent: ActionData{Verb: VerbRespond}})
}

func TestEachCardInEachStateIsAsAgreed(t *testing.T) {
	for _, s := range samples(words.English) {
		t.Run(s.name, func(t *testing.T) {
			card := s.card(t)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, card.JSON(), "", "  "); err != nil {
				t.Fatalf("the card is no JSON: %v", err)
			}
			pretty.WriteByte('\n')
			golden(t, s.name+".json", pretty.Bytes())
			golden(t, s.name+".txt", []byte("Summary: "+card.Summary()+"\n\n"+card.Text()))
		})
	}
}

// The Welsh cards are kept as text, for people to read.
func TestEachCardInWelshIsAsAgreed(t *testing.T) {
	for _, s := range samples(words.Welsh) {
		t.Run(s.name, func(t *testing.T) {
			card := s.card(t)
			golden(t, filepath.Join("cy", s.name+".txt"), []byte("Summary: "+card.Summary()+"\n\n"+card.Text()))
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with -update and read it before it is committed", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not as agreed (-want +got):\n%s", name, diff)
	}
}

func TestAFormThatWasSentSaysWhoWasAsked(t *testing.T) {
	r := raised(t)
	c := Sent(r.view(), Options{Viewer: maya})
	for _, want := range []string{r.c.Ref, "Priya Shah", "Wednesday 8 April 2026 at 17:00"} {
		if !strings.Contains(c.Text(), want) {
			t.Errorf("the card lacks %q:\n%s", want, c.Text())
		}
	}
	if len(verbs(t, c)) > 0 || !c.Final() || strings.Contains(c.Summary(), "Priya") {
		t.Error("the card can be acted on, or its toast names somebody")
	}
}
