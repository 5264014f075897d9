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

	"challengebot/internal/casenote"
	"challengebot/internal/challenge"
	"challengebot/internal/digest"
	"challengebot/internal/directory"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

var update = flag.Bool("update", false, "write the golden files anew")

// cardSample is a card in a state that matters.
type cardSample struct {
	name string
	card func(t testing.TB) Card
}

func refusedAnswerCard(t testing.TB, w *words.Catalogue) Card {
	r := raisedRun(t)
	typed := map[string]string{FieldText: "We will meet *soon*.", PlanFieldID(1, "what"): "Meet", PlanFieldID(2, "what"): "Write"}
	_, err := r.challenge.Decide(challenge.Respond{Opening: 1, Response: challenge.Response{Text: typed[FieldText],
		Plan: []challenge.PlannedAction{{What: "Meet"}, {What: "Write"}}}}, r.person(priya), r.env)
	var refusal *challenge.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("an answer without dates was not refused: %v", err)
	}
	return Render(challenge.CardRespond, 1, r.view(), Options{ViewerID: priya, Words: w, Refusal: refusal, TypedValues: typed, Submitted: ButtonData{Verb: VerbRespond}})
}

// cardSamples are the cards in a language.
func cardSamples(w *words.Catalogue) []cardSample {
	draw := func(r *run, card challenge.Card, visit int, viewer string) Card {
		return Render(card, visit, r.view(), Options{ViewerID: viewer, Words: w, RefreshFor: []string{"29:one"}})
	}
	on := func(make func(testing.TB) *run, card challenge.Card, visit int, viewer string) func(testing.TB) Card {
		return func(t testing.TB) Card { return draw(make(t), card, visit, viewer) }
	}
	in := func(make func(testing.TB, *words.Catalogue) Card) func(testing.TB) Card {
		return func(t testing.TB) Card { return make(t, w) }
	}
	return []cardSample{
		{"form-nothing-chosen", func(t testing.TB) Card {
			f := exampleForm(t)
			f.Ladder, f.Values = nil, nil
			f.Ladders = append(f.Ladders, LadderChoice{"other", "Another procedure"})
			return RenderForm(f, Options{ViewerID: maya, Words: w})
		}},
		{"form-procedure-chosen", func(t testing.TB) Card { return RenderForm(exampleForm(t), Options{ViewerID: maya, Words: w}) }},
		{"form-check", func(t testing.TB) Card {
			return drawnCheck(t, exampleCheck(t, exampleRaising(challenge.Details{Team: "north-locality"})), w)
		}},
		{"form-refused", in(refusedFormCard)},
		{"form-check-held", in(heldFormCard)},
		{"respond-open", on(raisedRun, challenge.CardRespond, 1, priya)},
		{"respond-refused", in(refusedAnswerCard)},
		{"respond-reads-only", on(raisedRun, challenge.CardRespond, 1, sue)},
		{"respond-stage-2", on(stageTwoRun, challenge.CardRespond, 2, ann)},
		{"respond-answered", on(answeredRun, challenge.CardRespond, 1, priya)},
		{"respond-answered-by-another", on(answeredRun, challenge.CardRespond, 1, tom)},
		{"respond-lapsed", on(stageTwoRun, challenge.CardRespond, 1, priya)},
		{"respond-closed", on(settledRun, challenge.CardRespond, 1, priya)},
		{"reminder", on(raisedRun, challenge.CardReminder, 1, priya)},
		{"reminder-over", on(answeredRun, challenge.CardReminder, 1, priya)},
		{"judge", on(answeredRun, challenge.CardJudge, 1, maya)},
		{"judge-asked-for-more", on(twiceAnsweredRun, challenge.CardJudge, 2, maya)},
		{"judge-over", on(settledRun, challenge.CardJudge, 1, maya)},
		{"gate-opener", on(heldRun, challenge.CardGate, 1, maya)},
		{"gate-consulted", on(heldRun, challenge.CardGate, 1, dot)},
		{"gate-refused", on(gateNotAgreedRun, challenge.CardGate, 1, maya)},
		{"gate-over", on(stageTwoRun, challenge.CardGate, 1, maya)},
		{"case-awaiting-response", on(raisedRun, challenge.CardChallenge, 1, maya)},
		{"case-awaiting-judgement", on(answeredRun, challenge.CardChallenge, 1, maya)},
		{"case-held", on(heldRun, challenge.CardChallenge, 1, maya)},
		{"case-top-passed", on(exhaustedRun, challenge.CardChallenge, 2, maya)},
		{"case-settled", on(settledRun, challenge.CardChallenge, 1, maya)},
		{"case-looked-after", func(t testing.TB) Card {
			d := exampleDetails()
			d.Conference, d.Categories = challenge.CareReview, []string{"placement"}
			return draw(raisedRunWith(t, d), challenge.CardChallenge, 1, maya)
		}},
		{"news", on(stageTwoRun, challenge.CardNews, 2, maya)},
		{"superseded", func(t testing.TB) Card {
			return RenderSuperseded(1, stageTwoRun(t).view(), Options{ViewerID: priya, Words: w})
		}},
		{"tasks", func(t testing.TB) Card {
			v := TasksView{TeamNames: map[string]string{"north": "North Locality"}, Now: answeredRun(t).view().Now, Zone: answeredRun(t).view().Zone, Words: w}
			for i, r := range []*run{answeredRun(t), heldRun(t), exhaustedRun(t)} {
				task := digest.TasksOf(r.view().snapshot(), r.view().env())[maya]
				task.Challenge.Ref = challenge.FormatReference(uint64(i + 1))
				v.Add(task)
			}
			return RenderTasks(v)
		}},
		{"notes", func(t testing.TB) Card {
			r := answeredRun(t).view()
			return RenderNotes(NotesView{Challenge: r.Challenge, Note: sampleNote(r), TeamName: "North Locality", Left: 3, Now: r.Now, Zone: r.Zone, Words: w})
		}},
		{"notes-pasted", func(t testing.TB) Card {
			r := answeredRun(t).view()
			note := sampleNote(r)
			note.PastedBy, note.PastedAt = "Maya Okafor", r.Now
			return RenderNotes(NotesView{Challenge: r.Challenge, Note: note, TeamName: "North Locality", Of: r.Challenge.Ref, More: true, Now: r.Now, Zone: r.Zone, Words: w})
		}},
		{"notes-none", func(testing.TB) Card { return RenderNotes(NotesView{Words: w}) }},
		{"register", func(t testing.TB) Card {
			v := newRegister(w, answeredRun(t), heldRun(t), settledRun(t))
			v.Next = "1772129782775000.00000000-0000-0000-0000-000000000001"
			return RenderRegister(v)
		}},
		{"register-nothing", func(testing.TB) Card {
			v := newRegister(w)
			v.Oversees, v.IsLaterPage = true, true
			v.Search = map[string]string{FieldRegisterState: RegisterEnded, FieldTeam: "north", FieldPerson: "Maya Okafor", FieldRaisedFrom: "2026-03-30"}
			return RenderRegister(v)
		}},
		{"register-refused", func(testing.TB) Card {
			v := newRegister(w)
			v.Search, v.Faults = map[string]string{FieldPerson: "Nobody"}, map[string]string{FieldPerson: w.Register.UnknownPerson}
			return RenderRegister(v)
		}},
		{"alert", on(raisedRun, challenge.CardAlert, 1, sue)},
		{"alert-over", on(heldRun, challenge.CardAlert, 1, sue)},
		{"notice-due", on(raisedRun, challenge.CardNotice, 1, "")},
		{"notice-held", on(heldRun, challenge.CardNotice, 1, "")},
		{"notice-moved-on", on(stageTwoRun, challenge.CardNotice, 1, "")},
		{"notice-top-passed", on(exhaustedRun, challenge.CardNotice, 2, "")},
		{"notice-closed", on(settledRun, challenge.CardNotice, 1, "")},
		{"oversight-held", on(heldRun, challenge.CardOversight, 1, sue)},
		{"oversight-top-passed", on(exhaustedRun, challenge.CardOversight, 2, sue)},
		{"oversight-settled", on(settledRun, challenge.CardOversight, 1, sue)},
		{"digest", func(t testing.TB) Card {
			v := newDigest(t, heldRun(t), answeredRun(t), exhaustedRun(t), unreachedRun(t))
			v.Words = w
			return RenderDigest(v)
		}},
		{"digest-away", func(testing.TB) Card {
			v := DigestView{Now: marchAt(30, 10, 0), Zone: marchAt(30, 10, 0).Location(), Words: w}
			v.Unreachable = []digest.UnreachablePerson{{Name: "Priya Shah", Roles: []directory.Role{"line-manager", "team-manager"}, Since: marchAt(27, 9, 0)}}
			return RenderDigest(v)
		}},
		{"digest-nothing", func(testing.TB) Card {
			return RenderDigest(DigestView{Now: marchAt(30, 10, 0), Zone: marchAt(30, 10, 0).Location(), Words: w})
		}},
		{"help", func(testing.TB) Card {
			return RenderHelp(HelpView{Authority: "Exampleshire", MayRaise: true, Words: w})
		}},
		{"not-understood", func(testing.TB) Card {
			return RenderHelp(HelpView{Authority: "Exampleshire", Preface: w.Bot.NotUnderstood, Words: w})
		}},
		{"mine", func(t testing.TB) Card {
			return RenderMyChallenges(MyChallengesView{Words: w, WaitingForViewer: []View{answeredRun(t).view()}, RaisedByViewer: []View{heldRun(t).view(), answeredRun(t).view()}})
		}},
		{"mine-nothing", func(testing.TB) Card { return RenderMyChallenges(MyChallengesView{Words: w}) }},
		{"late-reply", in(lateResponseCard)},
		{"unsent", func(testing.TB) Card {
			return RenderUnsent(w.Bot.NoSuchChallenge, map[string]string{FieldText: "We visited on Tuesday.", FieldReason: "The plan is late."}, w)
		}},
		{"sent", func(t testing.TB) Card { return RenderFormSent(raisedRun(t).view(), Options{ViewerID: maya, Words: w}) }},
		{"cover", func(testing.TB) Card {
			person := func(name string) directory.Person { return directory.Person{Name: name} }
			return RenderCover(CoverView{Words: w, Confirmation: w.Bot.CoverNoted, HandedOver: []string{"CH-7K3QX2"}, Covers: []directory.Cover{
				{ID: 3, For: person("Priya Shah"), By: person("Tom Reid"), From: workday.NewDate(2026, 4, 1), To: workday.NewDate(2026, 4, 17)},
				{For: person("Ann Lee"), By: person("Sue West"), From: workday.NewDate(2026, 5, 4), To: workday.NewDate(2026, 5, 4)}}})
		}},
		{"cover-who-is-meant", func(testing.TB) Card {
			q := &CoverQuestion{Pending: `{"by":"Ben Carter","from":"2026-04-01","to":"2026-04-17"}`, Names: []NameQuestion{{InputID: "who_stands_in", Name: "Ben Carter",
				People: []TeamChoice{{ID: "0a000000-0000-4000-8000-000000000011", Name: "Ben Carter: Team Manager, South Locality"}, {ID: "0a000000-0000-4000-8000-000000000012", Name: "Ben Carter: ben-carter-2"}}}}}
			return RenderCover(CoverView{Words: w, Question: q, TypedText: "Ben Carter 1 April to 17 April",
				Refusal: &challenge.Refusal{Code: challenge.CodeBadInput, Sentence: w.Draft.WhoIsMeant}})
		}},
		{"draft", func(t testing.TB) Card {
			return RenderDraftOffer(DraftView{Preface: w.Bot.NotUnderstood, Typed: "We visited this morning. All seen.", Waiting: []View{raisedRun(t).view()}, More: 2, Words: w, ViewerID: priya})
		}},
		{"draft-too-long", func(t testing.TB) Card {
			return RenderDraftOffer(DraftView{Preface: w.Bot.NotUnderstood, Typed: strings.Repeat("a long story ", 400), Waiting: []View{answeredRun(t).view()}, Words: w, ViewerID: maya})
		}},
		{"respond-given-back", func(t testing.TB) Card {
			typed := map[string]string{FieldText: "We visit.", PlanFieldID(1, "what"): "Visit", PlanFieldID(1, "who"): "Tom Reid", PlanFieldID(1, "by"): "1 Dezember",
				PlanFieldID(6, "what"): "A sixth action", PlanFieldID(6, "who"): "Tom Reid"}
			refusal := &challenge.Refusal{Code: challenge.CodeBadInput, Sentence: "Please put right what is marked.", Fields: map[string]string{PlanFieldID(1, "by"): "Please give the date by which it will be done."}}
			return Render(challenge.CardRespond, 1, raisedRun(t).view(), Options{ViewerID: priya, Words: w, Refusal: refusal, TypedValues: typed, Submitted: ButtonData{Verb: VerbRespond}})
		}},
		{"notices", func(testing.TB) Card {
			return RenderNoticeChannels(NoticeChannelsView{Words: w, Lines: []NoticeChannelLine{{Name: "North Locality", ChannelName: "Notices in North Locality", ChosenByCommand: true},
				{Name: "South Locality", ViaService: "Locality Service"}, {Name: "Locality Service", IsService: true}}})
		}},
	}
}

func refusedFormCard(t testing.TB, w *words.Catalogue) Card {
	r := newRun(t)
	values := map[string]string{FieldLadder: "exampleshire", FieldTeam: "north-locality", FieldRecordNumber: "Sam Smith", FieldConcern: "No core group.",
		FieldCategories: "drift,report", FieldConference: "review", FieldStartAt: "stage-2"}
	_, err := challenge.Raise(exampleRaising(challenge.Details{RecordNumber: values[FieldRecordNumber], Concern: values[FieldConcern], Team: values[FieldTeam],
		Categories: []string{"drift", "report"}, Conference: challenge.ReviewConference}), r.person(maya), r.env)
	var refusal *challenge.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("a form with holes was not refused: %v", err)
	}
	f := exampleForm(t)
	f.Values = values
	return RenderForm(f, Options{ViewerID: maya, Words: w, Refusal: refusal})
}

func heldFormCard(t testing.TB, w *words.Catalogue) Card {
	raising := exampleRaising(challenge.Details{Team: "north-locality"})
	raising.StartAt, raising.Ground, raising.Reason = "stage-2", "harm", "A child is at risk today."
	return drawnCheck(t, exampleCheck(t, raising), w)
}

func drawnCheck(t testing.TB, v CheckView, w *words.Catalogue) Card {
	card, whole := RenderFormCheck(v, Options{ViewerID: maya, Words: w})
	if !whole {
		t.Fatal("it is too large")
	}
	return card
}

func settledRun(t testing.TB) *run {
	r := answeredRun(t)
	r.env.Now = marchAt(31, 14, 0)
	r.decide(maya, challenge.Judge{Opening: 1, Verdict: challenge.Satisfied, Reason: "Thank you, this will help."})
	return r
}

func twiceAnsweredRun(t testing.TB) *run {
	r := answeredRun(t)
	r.decide(maya, challenge.Judge{Opening: 1, Verdict: challenge.Partly, Reason: "Who tells the parents?"})
	r.env.Now = r.env.Now.Add(24 * time.Hour)
	r.decide(tom, exampleAnswer(2))
	return r
}

func gateNotAgreedRun(t testing.TB) *run {
	r := heldRun(t)
	r.decide(dot, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GateNotAgreed, Note: "Try once more."})
	return r
}

func lateResponseCard(t testing.TB, w *words.Catalogue) Card {
	r := heldRun(t)
	said := r.decide(priya, exampleAnswer(1))
	return Render(challenge.CardRespond, 1, r.view(), Options{ViewerID: priya, Words: w, Refusal: said,
		TypedValues: map[string]string{FieldText: "You are right, and I am sorry."}, Submitted: ButtonData{Verb: VerbRespond}})
}

func TestEachCardInEachStateIsAsAgreed(t *testing.T) {
	for _, s := range cardSamples(words.English) {
		t.Run(s.name, func(t *testing.T) {
			card := s.card(t)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, card.JSON(), "", "  "); err != nil {
				t.Fatalf("the card is no JSON: %v", err)
			}
			pretty.WriteByte('\n')
			checkGolden(t, s.name+".json", pretty.Bytes())
			checkGolden(t, s.name+".txt", []byte("Summary: "+card.Summary()+"\n\n"+card.Text()))
		})
	}
}

// The Welsh cards are kept as text, for people to read.
func TestEachCardInWelshIsAsAgreed(t *testing.T) {
	for _, s := range cardSamples(words.Welsh) {
		t.Run(s.name, func(t *testing.T) {
			card := s.card(t)
			checkGolden(t, filepath.Join("cy", s.name+".txt"), []byte("Summary: "+card.Summary()+"\n\n"+card.Text()))
		})
	}
}

func checkGolden(t *testing.T, name string, got []byte) {
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
	r := raisedRun(t)
	c := RenderFormSent(r.view(), Options{ViewerID: maya})
	for _, want := range []string{r.challenge.Ref, "Priya Shah", "Wednesday 8 April 2026 at 17:00"} {
		if !strings.Contains(c.Text(), want) {
			t.Errorf("the card lacks %q:\n%s", want, c.Text())
		}
	}
	if len(offeredVerbs(t, c)) > 0 || !c.IsFinal() || strings.Contains(c.Summary(), "Priya") {
		t.Error("the card can be acted on, or its toast names somebody")
	}
}

// newRegister is a page of the register.
func newRegister(w *words.Catalogue, runs ...*run) RegisterView {
	v := RegisterView{Raises: true, Keeps: true, TeamNames: map[string]string{"north": "North Locality"}, Now: marchAt(30, 10, 0), Zone: marchAt(30, 10, 0).Location(), Words: w,
		Teams:  []Choice{{"North Locality", "north"}, {"South Locality", "south"}},
		Stages: []Choice{{"Stage 1", "small/stage-1"}, {"Stage 2", "small/stage-2"}}}
	for i, r := range runs {
		row := r.view()
		row.Challenge.Ref = challenge.FormatReference(uint64(i + 1))
		v.Rows = append(v.Rows, row)
	}
	return v
}

// sampleNote is a note as package casenote writes them.
func sampleNote(v View) *casenote.Note {
	return &casenote.Note{NoteMoment: challenge.NoteMoment{NoteKey: challenge.NoteKey{Rule: 0, Seq: 1}, At: v.Challenge.RaisedAt}, Where: "LCS, Case notes",
		Title: "Query, action, outcome", Text: "Query, action, outcome\nLCS number: 1234567\n\nQuery\nNo visit since 12 February."}
}
