package cards

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
	"challengebot/internal/workday"
)

// jsonNode is an object of a card.
type jsonNode = map[string]any

// walkNodes visits every object of a card, parents first.
func walkNodes(v any, visit func(jsonNode)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, inner := range v {
			walkNodes(inner, visit)
		}
	case []any:
		for _, inner := range v {
			walkNodes(inner, visit)
		}
	}
}

func parseCard(t interface {
	Fatalf(string, ...any)
	Helper()
}, c Card) jsonNode {
	t.Helper()
	var root jsonNode
	if err := json.Unmarshal(c.JSON(), &root); err != nil {
		t.Fatalf("the card is no JSON: %v", err)
	}
	return root
}

// brokenPromises lists what breaks the promises of the package comment.
func brokenPromises(root jsonNode, c Card) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if n := len(c.JSON()); n > MaxBytes {
		say("it has %d bytes", n)
	}
	if root["version"] != "1.5" || root["lang"] != c.words.LanguageTag[:2] || root["$schema"] != adaptiveCardSchema {
		say("version, language or schema is wrong")
	}
	if root["speak"] == nil || root["fallbackText"] == nil {
		say("it says nothing where it cannot be shown")
	}
	ids := map[string]int{}
	text := c.Text()
	walkNodes(root, func(n jsonNode) {
		kind, _ := n["type"].(string)
		if id, ok := n["id"].(string); ok {
			ids[id]++
		}
		switch {
		case strings.HasPrefix(kind, "Input."):
			label, _ := n["label"].(string)
			if n["isVisible"] == false { // it holds a value
				return
			}
			if label == "" || n["errorMessage"] == nil {
				say("an input has no label or no error message: %v", n["id"])
			}
			if !strings.Contains(text, label) {
				say("the text form lacks the input %q", label)
			}
			if slices.Contains(buttonDataKeys, n["id"].(string)) {
				say("input %v would overwrite what the actions carry", n["id"])
			}
		case kind == "Container" && n["isVisible"] == false:
			inner := map[any]bool{} // of a card that a button opens: its own buttons alone send them
			walkNodes(n, func(in jsonNode) {
				if in["type"] == "Action.ShowCard" {
					walkNodes(in["card"].(jsonNode), func(own jsonNode) { inner[own["id"]] = own["id"] != nil })
				}
			})
			walkNodes(n, func(in jsonNode) {
				if in["isRequired"] == true && !inner[in["id"]] {
					say("%v is required and hidden", in["id"])
				}
			})
		case kind == "ActionSet":
			if as, _ := n["actions"].([]any); len(as) == 0 || len(as) > maxButtonsPerRow {
				say("a row has %d buttons", len(as))
			}
		case kind == "Action.Execute" && n["fallback"] != nil:
			fallback := n["fallback"].(jsonNode)
			a, _ := json.Marshal(n["data"])
			b, _ := json.Marshal(fallback["data"])
			if fallback["type"] != "Action.Submit" || string(a) != string(b) || n["verb"] != n["data"].(jsonNode)["verb"] {
				say("the fallback of %v is another action", n["title"])
			}
		case kind == "Action.Execute":
			if refresh, _ := root["refresh"].(jsonNode); refresh == nil || fmt.Sprint(refresh["action"]) != fmt.Sprint(n) {
				say("%v has no fallback", n["title"])
			}
		case kind == "TextBlock" && n["wrap"] != true:
			say("a text is not wrapped")
		case kind == "TextBlock" && n["text"] == nil:
			say("a text is empty")
		}
		for _, colour := range []string{"backgroundImage", "backgroundColor"} {
			if n[colour] != nil {
				say("it has a colour of its own")
			}
		}
	})
	for id, n := range ids {
		if n > 1 {
			say("%d elements are called %s", n, id)
		}
	}
	return out
}

func TestEveryCardKeepsThePromisesOfThePackage(t *testing.T) {
	for _, w := range []*words.Catalogue{words.English, words.Welsh} {
		for _, s := range cardSamples(w) {
			t.Run(w.LanguageTag+"/"+s.name, func(t *testing.T) {
				c := s.card(t)
				root := parseCard(t, c)
				if root["lang"] != w.LanguageTag[:2] {
					t.Errorf("its language is %v", root["lang"])
				}
				for _, fault := range append(brokenPromises(root, c), accessibilityFaults(root, c)...) {
					t.Error(fault)
				}
			})
		}
	}
}

// worstUnits are texts that grow most when they are written out.
var worstUnits = []string{"a", "*", "\\", "\"", "👪", "\n*", "é", "&a", "<at>x</at>", "word ", "\u200b", "a\u202e", "//", "a.bc"}

func fillText(unit string, most int) string {
	r := []rune(strings.Repeat(unit, most))
	return strings.TrimSpace("x" + string(r[:most-2]) + "x")
}

// fullRun is a challenge on which everybody wrote as much as they may.
func fullRun(t testing.TB, unit string, late int) *run {
	r := askedForMoreRun(t, unit, late)
	r.decide(tom, fullAnswer(unit, 2, 0))
	return r
}

func fullAnswer(unit string, opening, n int) challenge.Respond {
	a := exampleAnswer(opening)
	a.Response.Text = fillText(unit, challenge.MaxText-8) + fmt.Sprint(n)
	a.Response.Plan = nil
	for range challenge.MaxActions {
		a.Response.Plan = append(a.Response.Plan, challenge.PlannedAction{What: fillText(unit, challenge.MaxActionText), Who: fillText(unit, challenge.MaxName), DueBy: workday.NewDate(2026, 6, 1)})
	}
	return a
}

// askedForMoreRun is the same before the second answer.
func askedForMoreRun(t testing.TB, unit string, late int) *run {
	d := exampleDetails()
	d.Concern, d.Evidence, d.Ask = fillText(unit, challenge.MaxText), fillText(unit, challenge.MaxText), fillText(unit, challenge.MaxText)
	r := raisedRunWith(t, d)
	r.decide(priya, fullAnswer(unit, 1, 0))
	r.decide(maya, challenge.Judge{Opening: 1, Verdict: challenge.Partly, Reason: fillText(unit, challenge.MaxText)})
	r.env.Now = r.env.Now.Add(time.Hour)
	for n := range late {
		r.decide(tom, fullAnswer(unit, 1, n+1))
	}
	return r
}

func typedInFull(unit string) map[string]string {
	typed := map[string]string{}
	for _, id := range []string{FieldText, FieldReason, FieldNote, FieldConcern, FieldEvidence, FieldAsk, FieldStartReason, "present", "minuted_by", "outcome", "statement"} {
		typed[id] = fillText(unit, challenge.MaxText)
	}
	for n := 1; n <= challenge.MaxActions; n++ {
		typed[PlanFieldID(n, "what")], typed[PlanFieldID(n, "who")] = fillText(unit, challenge.MaxActionText), fillText(unit, challenge.MaxName)
	}
	return typed
}

func TestNoCardIsLargerThanTeamsTakesWhateverWasWritten(t *testing.T) {
	everybody := []string{maya, priya, tom, ann, sue, dot, ola, ""}
	rapid.Check(t, func(rt *rapid.T) {
		unit := rapid.SampledFrom(worstUnits).Draw(rt, "unit")
		r := fullRun(t, unit, rapid.IntRange(0, 12).Draw(rt, "late replies"))
		if rapid.Bool().Draw(rt, "moved on") {
			r.decide(maya, challenge.Judge{Opening: 2, Verdict: challenge.NotSatisfied, Reason: fillText(unit, challenge.MaxText)})
		}
		o := Options{ViewerID: rapid.SampledFrom(everybody).Draw(rt, "viewer")}
		if rapid.Bool().Draw(rt, "typed") {
			o.TypedValues = typedInFull(unit)
			o.Submitted.Verb = rapid.SampledFrom([]Verb{"", VerbRespond, VerbJudge, VerbGate, VerbSkip, VerbWithdraw}).Draw(rt, "verb")
			o.Refusal = &challenge.Refusal{Sentence: fillText(unit, 200), Fields: map[string]string{FieldText: "Too long."}}
		}
		kind := rapid.SampledFrom(append(challenge.Cards(), CardForm)).Draw(rt, "card")
		c := Render(kind, rapid.IntRange(0, 3).Draw(rt, "visit"), r.view(), o)
		if kind == CardForm {
			f := exampleForm(t)
			f.Values = typedInFull(unit)
			c = RenderForm(f, Options{})
			if rapid.Bool().Draw(rt, "checked") {
				check := exampleCheck(t, exampleRaising(challenge.Details{Team: "north-locality", Concern: fillText(unit, challenge.MaxText), Ask: fillText(unit, challenge.MaxText), Evidence: fillText(unit, challenge.MaxText)}))
				check.Values = typedInFull(unit)
				if checked, whole := RenderFormCheck(check, Options{}); whole {
					c = checked
				}
			}
		}
		for _, fault := range brokenPromises(parseCard(rt, c), c) {
			rt.Errorf("%s: %s", kind, fault)
		}
	})
}

// A refused answer whose inputs are gone comes back as text, all of it in letters
// that are written twice.
func TestTextThatFitsNowhereIsShortenedLast(t *testing.T) {
	r := fullRun(t, "\\", 0)
	o := Options{ViewerID: maya, TypedValues: typedInFull("\\"), Submitted: ButtonData{Verb: VerbRespond},
		Refusal: &challenge.Refusal{Sentence: fillText("\\", 200), Fields: map[string]string{FieldText: "Too long."}}}
	for _, fault := range brokenPromises(parseCard(t, Render(challenge.CardChallenge, 1, r.view(), o)), Render(challenge.CardChallenge, 1, r.view(), o)) {
		t.Error(fault)
	}
}

func TestOlderEntriesAreShortenedFirstAndTheCardSaysSo(t *testing.T) {
	r := fullRun(t, "word ", 12)
	c := Render(challenge.CardJudge, 2, r.view(), Options{ViewerID: maya})
	text := c.Text()
	if !strings.Contains(text, "earlier steps; the full record is in the audit trail") || !strings.Contains(text, "shortened; all of it") {
		t.Error("the card does not say that it was shortened")
	}
	brief := Render(challenge.CardJudge, 1, answeredRun(t).view(), Options{ViewerID: maya}).Text()
	if strings.Contains(brief, "shortened") || strings.Contains(brief, "earlier step") {
		t.Error("a card with room says that it was shortened")
	}
	few := askedForMoreRun(t, "word ", 2)
	kept := Render(challenge.CardRespond, 2, few.view(), Options{ViewerID: priya}).Text()
	if !strings.Contains(kept, few.challenge.Details.Ask) {
		t.Error("what is asked was cut though older entries could have been")
	}
}

// secrets are details that no channel, toast or lock screen may show.
func secretRun(t testing.TB) *run {
	d := exampleDetails()
	d.RecordNumber, d.Concern, d.Evidence, d.Ask = "QZX 777123", "QZXconcern", "QZXevidence", "QZXask"
	return raisedRunWith(t, d)
}

var secrets = []string{"QZX", "777123", "Maya", "Priya", "Tom Reid", "Ann Lee", "Sue West", "Dot Hay", "North Locality", "north-locality",
	"Drift", "drift", "Review child", "2026-03-27", "27 March"}

func leakedSecrets(where string) []string {
	return slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return !strings.Contains(where, s) })
}

// forEachState calls see with one challenge in state after state.
func forEachState(t *testing.T, see func(*run)) {
	t.Helper()
	r := secretRun(t)
	see(r)
	secret := exampleAnswer(1)
	secret.Response.Text = "QZXanswer"
	r.decide(priya, secret)
	see(r)
	r.decide(maya, challenge.Judge{Opening: 1, Verdict: challenge.NotSatisfied, Reason: "QZXreason"})
	see(r)
	r.decide(maya, challenge.RecordGate{Rung: "stage-2", Gate: "own-manager", Status: challenge.GatePassed, Note: "QZXnote"})
	r.decide(maya, challenge.RecordGate{Rung: "stage-2", Gate: "statement", Status: challenge.GatePassed, Fields: map[string]string{"statement": "QZX", "status": "true"}})
	see(r)
	r.lapse()
	see(r)
	r.decide(maya, challenge.Withdraw{Reason: "QZXwithdrawn"})
	see(r)
}

func TestNoticeForAChannelLeaksNothing(t *testing.T) {
	states := map[challenge.State]bool{}
	forEachState(t, func(r *run) {
		states[r.challenge.State] = true
		for visit := range len(r.challenge.Openings) + 1 {
			o := Options{ViewerID: maya, Confirmation: "QZX", TypedValues: map[string]string{FieldText: "QZX"}, Refusal: &challenge.Refusal{Sentence: "QZX"}}
			c := Render(challenge.CardNotice, visit, r.view(), o)
			for _, s := range []string{string(c.JSON()), c.Text(), c.Summary()} {
				if found := leakedSecrets(s); len(found) > 0 {
					t.Errorf("%s: the notice shows %v", r.challenge.State, found)
				}
			}
			if !strings.Contains(c.Text(), r.challenge.Ref) {
				t.Errorf("%s: the notice lacks the reference", r.challenge.State)
			}
		}
	})
	if len(states) < 5 {
		t.Errorf("only %d states were seen", len(states))
	}
}

func TestToastsAndSpokenTextsLeakNothing(t *testing.T) {
	forEachState(t, func(r *run) {
		for _, kind := range challenge.Cards() {
			for _, viewer := range []string{maya, priya, ann, sue, dot} {
				c := Render(kind, len(r.challenge.Openings), r.view(), Options{ViewerID: viewer})
				root := parseCard(t, c)
				for _, s := range []string{c.Summary(), root["speak"].(string), root["fallbackText"].(string)} {
					if found := leakedSecrets(s); len(found) > 0 || !strings.Contains(s, r.challenge.Ref) {
						t.Errorf("%s, %s: %q shows %v", r.challenge.State, kind, s, found)
					}
				}
			}
		}
	})
}

func TestReminderAndOversightSayNothingOfTheChild(t *testing.T) {
	forEachState(t, func(r *run) {
		for _, kind := range []challenge.Card{challenge.CardReminder, challenge.CardOversight} {
			c := Render(kind, len(r.challenge.Openings), r.view(), Options{ViewerID: priya})
			for _, secret := range []string{"QZX", "777123", "Drift", "Review child"} {
				if strings.Contains(string(c.JSON()), secret) {
					t.Errorf("%s, %s: the card shows %s", r.challenge.State, kind, secret)
				}
			}
		}
	})
}

func offeredVerbs(t *testing.T, c Card) []string {
	var out []string
	walkNodes(parseCard(t, c)["body"], func(n jsonNode) {
		if n["type"] == "Action.Execute" {
			out = append(out, n["verb"].(string))
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

func TestACardOffersOnlyWhatItsViewerMayDo(t *testing.T) {
	for _, test := range []struct {
		name   string
		card   challenge.Card
		run    func(testing.TB) *run
		viewer string
		want   string
	}{
		{"who may answer answers", challenge.CardRespond, raisedRun, priya, "acknowledge ask_back not_mine respond"},
		{"the chair does not", challenge.CardRespond, raisedRun, maya, ""},
		{"nobody in particular does not", challenge.CardRespond, raisedRun, "", ""},
		{"who answered may replace it", challenge.CardRespond, answeredRun, priya, "respond"},
		{"the judge judges", challenge.CardJudge, answeredRun, maya, "correct gate hand_off judge skip withdraw"},
		{"the respondent does not", challenge.CardJudge, answeredRun, priya, ""},
		{"the chair opens the gate", challenge.CardGate, heldRun, maya, "correct gate hand_off judge withdraw"},
		{"who is consulted records a view", challenge.CardGate, heldRun, dot, "gate"},
		{"others look on", challenge.CardGate, heldRun, priya, ""},
		{"the chair's card while it waits", challenge.CardChallenge, raisedRun, maya, "correct gate hand_off judge remind skip withdraw"},
		{"the chair's card past the top", challenge.CardChallenge, exhaustedRun, maya, "correct hand_off judge withdraw"},
		{"the chair's card in other hands", challenge.CardChallenge, raisedRun, priya, ""},
		{"an alert", challenge.CardAlert, raisedRun, sue, ""},
		{"a notice", challenge.CardNotice, raisedRun, maya, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := test.run(t)
			c := Render(test.card, len(r.challenge.Openings), r.view(), Options{ViewerID: test.viewer})
			if got := strings.Join(offeredVerbs(t, c), " "); got != test.want {
				t.Errorf("the card offers %q, not %q", got, test.want)
			}
		})
	}
}

func TestACardIsFinalWhenNothingOnItCanChange(t *testing.T) {
	for _, test := range []struct {
		name  string
		card  challenge.Card
		visit int
		run   func(testing.TB) *run
		want  bool
	}{
		{"an open question", challenge.CardRespond, 1, raisedRun, false},
		{"an answer that is to be judged", challenge.CardRespond, 1, answeredRun, false},
		{"a window that lapsed", challenge.CardRespond, 1, heldRun, true},
		{"a case that is settled", challenge.CardChallenge, 1, settledRun, true},
		{"a case under way", challenge.CardChallenge, 1, heldRun, false},
		{"a gate that holds", challenge.CardGate, 1, heldRun, false},
		{"a gate that the chair had, once it was passed", challenge.CardGate, 1, stageTwoRun, false},
		{"a judgement that was given", challenge.CardJudge, 1, settledRun, true},
		{"a notice of a closed challenge", challenge.CardNotice, 1, settledRun, true},
		{"a notice of an open one", challenge.CardNotice, 1, raisedRun, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Render(test.card, test.visit, test.run(t).view(), Options{ViewerID: maya})
			if c.IsFinal() != test.want {
				t.Errorf("Final is %v", c.IsFinal())
			}
			if _, refreshes := parseCard(t, c)["refresh"]; c.IsFinal() && refreshes {
				t.Error("a final card refreshes itself")
			}
		})
	}
}

func TestWhatWasTypedIsGivenBackWhenTheCardHasMovedOn(t *testing.T) {
	c := Render(challenge.CardRespond, 1, heldRun(t).view(), Options{ViewerID: priya, TypedValues: map[string]string{FieldText: "My long answer"}})
	if !strings.Contains(c.Text(), "My long answer") {
		t.Error("the text is lost")
	}
}

func TestARefusedGateStandsOpenWithWhatIsToBePutRight(t *testing.T) {
	r := heldRun(t)
	sent := ButtonData{Verb: VerbGate, Rung: "stage-2", Gate: "statement", Status: challenge.GatePassed}
	said := &challenge.Refusal{Sentence: "Please put right what is marked.", Fields: map[string]string{"statement": "Please fill in: statement."}}
	c := Render(challenge.CardGate, 1, r.view(), Options{ViewerID: maya, Submitted: sent, Refusal: said, TypedValues: map[string]string{FieldNote: "my note"}})
	shown := 0
	for _, e := range parseCard(t, c)["body"].([]any) {
		if n := e.(jsonNode); n["type"] == "Container" {
			walkNodes(n, func(in jsonNode) {
				if in["value"] == "my note" || strings.Contains(fmt.Sprint(in["text"]), "Please fill in") {
					shown++
				}
			})
		}
	}
	if shown != 2 {
		t.Errorf("note and complaint stand open %d times, not 2:\n%s", shown, c.Text())
	}
	for _, fault := range brokenPromises(parseCard(t, c), c) {
		t.Error(fault)
	}
}

func BenchmarkRespondCard(b *testing.B) {
	v := stageTwoRun(b).view()
	b.ReportAllocs()
	for b.Loop() {
		if c := Render(challenge.CardRespond, 2, v, Options{ViewerID: ann}); len(c.JSON()) == 0 {
			b.Fatal("no card")
		}
	}
}
