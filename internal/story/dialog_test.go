package story

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// A long form can be filled in in a window of its own, where nothing that happens to
// the card in the chat takes away what was typed.

// opensDialog presses the button that opens a window, with these inputs.
func (a *actor) opensDialog(m *practice.Message, in practice.Inputs) *practice.Dialog {
	a.s.t.Helper()
	answer := a.clicks(m, "Open in a window", in)
	if answer.Dialog == nil || answer.Dialog.Card() == nil {
		a.s.t.Fatalf("%s got no window: %s", a.Name, answer.Body)
	}
	return answer.Dialog
}

// clicksInDialog presses a button of a window, which must then hold all of these texts.
func (a *actor) clicksInDialog(d *practice.Dialog, button string, in practice.Inputs, texts ...string) *practice.Answer {
	a.s.t.Helper()
	if button == sendChallenge && !d.Card().HasButton(sendChallenge) {
		a.expectDone(d.Click(a.s.t.Context(), "Continue", in))
		in = nil
		if !d.Card().HasButton(sendChallenge) {
			button = "" // it came back
		}
	}
	var answer *practice.Answer
	if button != "" {
		answer = a.expectDone(d.Click(a.s.t.Context(), button, in))
	}
	for _, text := range texts {
		if !strings.Contains(d.String(), text) {
			a.s.t.Errorf("%s sees no %q in the window:\n%s", a.Name, text, d)
		}
	}
	return answer
}

// expectClosed holds that a window closed with these words.
func expectClosed(t *testing.T, d *practice.Dialog, said string) {
	t.Helper()
	if d.Card() != nil || !strings.Contains(d.ClosingText, said) {
		t.Errorf("the window was to close saying %q, and shows:\n%s", said, d)
	}
}

func TestAChallengeIsRaisedInAWindow(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")

	// What was typed into the card comes along.
	whole := raiseInputs(nil)
	begun := practice.Inputs{"concern": whole["concern"], "record": whole["record"]}
	d := s.maya.opensDialog(form, begun)
	for id, want := range begun {
		if in, _ := d.Card().Input(id); in.Value != want {
			t.Errorf("%s did not come along into the window: %q", id, in.Value)
		}
	}
	if d.Card().HasButton("Open in a window") {
		t.Error("a window can be opened out of a window")
	}

	// What is wrong is marked, and nothing that was typed is lost.
	half := maps.Clone(whole)
	delete(half, "ask")
	s.maya.clicksInDialog(d, "Continue", half, "Please put right", "No visit since 12 February.")
	s.maya.clicksInDialog(d, "Continue", practice.Inputs{"ask": whole["ask"]}, "If you send this now, Tom Reid (Social Worker) and Priya Shah (Team Manager) will be asked")
	s.maya.clicksInDialog(d, "Change what I wrote", nil, "No visit since 12 February.")
	s.expectNoNews()
	sent := s.maya.clicksInDialog(d, "Send the challenge", practice.Inputs{"ask": whole["ask"]})
	expectClosed(t, d, "has been sent.")
	expectText(t, "Maya", form, "Sent: Professional Challenge CH-")
	s.tom.gets("No visit since 12 February.")
	s.priya.gets("No visit since 12 February.")
	s.maya.gets("Waiting for an answer")
	s.north.gets("An answer is due")

	// The same again is the same challenge.
	s.maya.expectDone(sent.Redeliver(t.Context()))
	s.maya.expectDone(sent.DeliverCopy(t.Context(), "f:another"))
	s.expectNoNews()
	if n := s.verifyTrails(); n != 1 {
		t.Errorf("%d challenges were raised", n)
	}
}

func TestWhatIsTypedInAWindowOutlivesTheCardBehindIt(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	d := s.priya.opensDialog(r.asked[1], nil)
	s.tom.clicks(r.asked[0], "Send the answer", plannedInputs("I can visit on Friday."))
	expectText(t, "Priya", r.asked[1], "Tom Reid answered on") // the card has no inputs any more
	s.maya.gets("I can visit on Friday.")

	answer := s.priya.clicksInDialog(d, "Send the answer", plannedInputs("A colleague can visit tomorrow."),
		"Tom Reid answered first, so that answer counts. What you wrote is kept on the record.", "A colleague can visit tomorrow.")
	if answer.Card == nil {
		t.Error("the window closed over what was to be read")
	}
	expectText(t, "Maya", s.maya.findsMessage("What happened so far"), "A colleague can visit tomorrow.")
	s.discardNews()
}

func TestAManagerAnswersInAWindowAndTheCardBecomesTheRecord(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	d := s.priya.opensDialog(r.asked[1], nil)
	past := plannedInputs("We agree a visit.")
	past["plan_1_what"] = " "
	s.priya.clicksInDialog(d, "Send the answer", past, "Please put right", "We agree a visit.", "Duty social worker")
	s.maya.getsNothing()
	sent := s.priya.clicksInDialog(d, "Send the answer", plannedInputs("We agree a visit."))
	expectClosed(t, d, r.ref+": this is recorded. The card in the chat shows it.")
	expectText(t, "Priya", r.asked[1], "You answered on", "We agree a visit.")
	s.maya.gets("We agree a visit.")
	s.discardNews()
	s.priya.expectDone(sent.Redeliver(t.Context()))
	s.expectNoNews()
	expectOnlyReplaceable(t, "Priya", r.asked[1])
}

func TestTheStatementOfAGateIsWrittenInAWindow(t *testing.T) {
	t.Parallel()
	s := openWithEverybody(t, "rutland")
	direct := practice.Inputs{"start_at": "stage-4", "start_ground": "urgent", "start_reason": "The mother has left with the baby."}
	s.beginChallenge(s.maya, alertInputs(direct))
	s.agreeThreshold("Stage 4")
	gate := s.maya.findsMessage("Written statement of the Independent Chair (Appendix 5): still to do.")
	s.discardNews()
	d := s.maya.opensDialog(gate, nil)
	s.maya.clicksInDialog(d, "File the statement", practice.Inputs{fieldWithLabel(t, d.Card(), "Statement of the alert"): "The baby is gone.",
		fieldWithLabel(t, d.Card(), "Action required"): "A strategy meeting today."})
	expectClosed(t, d, "this is recorded")
	s.actorNamed("Diane Foster").gets("Stage 4", "The baby is gone.", "A strategy meeting today.")
	s.discardNews()
}

func TestAWindowThatCanSendNothingAnyMoreGivesBackWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/cover Grace Lloyd today")
	s.maya.gets("Grace Lloyd")
	s.grace.types("/challenge")
	d := s.grace.opensDialog(s.grace.gets("Raise a challenge"), nil)
	s.moveClock("Tue 31 Mar 2026 09:00") // Maya is back
	s.grace.clicksInDialog(d, "Send the challenge", raiseInputs(nil), "You are not listed as somebody who may raise a challenge.", "What you had typed", "No visit since 12 February.")
	if d.Card() == nil || len(d.Card().Buttons()) > 0 {
		t.Errorf("the window is to stay, with nothing to press:\n%s", d)
	}
	s.expectNoNews()
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges were raised", n)
	}
}

func TestAWindowTellsAStrangerNotEvenThatTheChallengeExists(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.discardNews()
	before := s.databasePicture("conversation")
	asks := func(name string, data any) string {
		activity := s.leah.newInvoke(object{})
		activity["name"], activity["value"] = name, object{"data": data}
		got := s.post(activity)
		if got.Status != 200 {
			t.Errorf("%s with %v was answered with status %d", name, data, got.Status)
		}
		return got.Body
	}
	const nobodys = "018f0000-0000-7000-8000-000000000000"
	for _, verb := range append(slices.Clone(verbs), "open") {
		if verb == "raise" || verb == "preview" {
			continue // the form is about no challenge that exists
		}
		data := object{"verb": verb, "challenge": s.challengeID(r.ref), "visit": 1, "card": "respond", "text": "Done.", "reason": "No need."}
		for _, name := range []string{"task/fetch", "task/submit"} {
			real, made := asks(name, data), asks(name, withFields(data, "challenge", nobodys))
			if diff := cmp.Diff(made, real); diff != "" {
				t.Errorf("a stranger can tell by %s of %q that the challenge exists (-made up +real):\n%s", name, verb, diff)
			}
			// Sent, a window keeps what was typed, and has nothing else.
			want := `{"task":{"type":"message"`
			if name == "task/submit" {
				want = `{"task":{"type":"continue"`
				if !strings.Contains(real, "Done.") || strings.Contains(real, "Action.") || strings.Contains(real, "Input.") || strings.Contains(real, r.ref) {
					t.Errorf("%s of %q holds more or less than what was typed: %s", name, verb, real)
				}
			}
			if !strings.HasPrefix(real, want) {
				t.Errorf("%s of %q was answered with %s", name, verb, real)
			}
		}
	}
	for _, data := range []any{nil, "text", []any{1}, object{}, object{"verb": "respond"}, object{"verb": "open"}} {
		if body := asks("task/fetch", data); !strings.HasPrefix(body, `{"task":{"type":"message"`) {
			t.Errorf("%v opened a window: %s", data, body)
		}
	}
	s.settle()
	s.expectNoNews()
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("something was stored:\n%s", diff)
	}
}
