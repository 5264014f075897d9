package story

import (
	"testing"
)

// What people type, be it a command or not: whatever it is gets a useful answer.

func TestWhateverIsTypedGetsAUsefulAnswerAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	const notRef = "That is not a reference this bot has given out. A reference looks like CH-7K3QX2; please check it letter by letter."
	const unknown = "There is no challenge with that reference that you can see. Please check it letter by letter."
	for _, c := range []struct{ typed, said string }{
		{"help", "What I can do"}, {"/help", "What I can do"}, {"hi", "What I can do"}, {"hello", "What I can do"},
		{"Hello", "What I can do"}, {"?", "What I can do"}, {"", "What I can do"}, {"   ", "What I can do"}, {"/", "What I can do"},
		{"what about the Brown family?", "I did not understand that."}, {"thanks", "I did not understand that."},
		{"👍", "I did not understand that."}, {"DROP TABLE challenge;", "I did not understand that."},
		{"/elevate CH-Y8WWFJ", "I did not understand that."},
		{"/challenge CH-7K3QX3", notRef}, {"/challenge CH-", notRef}, {"challenge ch 7k3qx3", notRef}, {"/respond CH-7K3QX3 done", notRef},
		{"/challenge CH-Y8WWFJ", unknown}, {"/satisfied CH-Y8WWFJ", unknown}, {"/respond CH-Y8WWFJ done", unknown},
		{"/respond", "Please give the reference too, for example: /respond CH-7K3QX2"},
		{"/withdraw because", "Please give the reference too, for example: /withdraw CH-7K3QX2"},
		{"/mine", "Nothing is waiting for you, and nothing that you raised is open."},
	} {
		s.maya.types(c.typed)
		s.maya.gets(c.said)
		s.expectNoNews()
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
}

func TestTheHelpNamesEveryCommand(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.tom.types("help")
	s.tom.gets("/challenge: raise", "/challenge CH-…:", "/mine:", "/respond CH-…", "/satisfied CH-…", "/partly CH-…", "/not-satisfied CH-…",
		"/gate CH-…", "/skip CH-…", "/hand-off CH-…", "/refer CH-…", "/withdraw CH-…", "Set up for Exampleshire Council.",
		"I never show a child's details in a channel.")
}

func TestAReferenceShowsEachPersonTheCardOnWhichTheyCanAct(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	for _, c := range []struct {
		who    *actor
		typed  string
		button string
		said   string
	}{
		{s.maya, "/challenge " + r.ref, "withdraw", "Waiting for an answer from Tom Reid"},
		{s.tom, "challenge " + r.ref, "Send the answer", "Please answer by Tuesday 31 March 2026 at 17:00"},
		{s.priya, "/challenge ch " + r.ref[3:], "Send the answer", "Please answer by"},
		{s.owen, "/challenge " + r.ref[3:], "withdraw", "No visit since 12 February."},
	} {
		c.who.types(c.typed)
		card := c.who.gets(r.ref, c.said)
		if !card.Card().HasButton(c.button) {
			t.Errorf("%s cannot press %q", c.who.Name, c.button)
		}
		s.expectNoNews()
	}

	// A card that was asked for is kept up to date like any other.
	asked := s.tom.findsMessage(r.ref)
	expectText(t, "Priya", r.asked[1], "The newer card stands below.")
	expectInert(t, "Priya", r.asked[1])
	s.priya.clicks(s.priya.findsMessage("Please answer by"), "Send the answer", answerInputs("2026-04-02", nil))
	expectInert(t, "Tom", asked)
	s.discardNews()
	s.maya.types("/challenge " + r.ref)
	s.maya.gets("Is the answer good enough for the child?")
}

func TestAStrangerLearnsNothingByAReference(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	said := func(typed string) string {
		s.sam.types(typed)
		return s.sam.gets("There is no challenge with that reference that you can see.").String()
	}
	for _, command := range []string{"/challenge", "/respond", "/satisfied", "/partly", "/not-satisfied", "/gate", "/withdraw", "/skip", "/hand-off", "/refer"} {
		of, none := said(command+" "+r.ref+" agreed text"), said(command+" CH-222222 agreed text")
		if of != none {
			t.Errorf("%s tells a stranger that the challenge exists:\n%s\n---\n%s", command, of, none)
		}
	}
	s.sam.types("/mine")
	s.sam.gets("Nothing is waiting for you, and nothing that you raised is open.")
	if got := s.eventKinds(r.ref); len(got) != 2 {
		t.Errorf("a stranger left a trace: %q", got)
	}
}

func TestMineListsWhatWaitsAndWhatWasRaisedWithoutTheChild(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	first := s.raiseAndCollect(nil, s.tom, s.priya)
	second := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.clicks(second.asked[0], "Send the answer", answerInputs("2026-04-02", nil))
	s.discardNews()

	s.maya.types("/mine")
	mine := s.maya.gets("Waiting for you", second.ref+": Stage 1: an answer has come and is being considered.",
		"Raised by you and still open", first.ref+": Informal Stage: an answer is due by Tuesday 31 March 2026 at 17:00.")
	expectNoText(t, "Maya", mine, "1234567", "No visit", "Priya")
	s.priya.types("mine")
	hers := s.priya.gets(first.ref)
	expectNoText(t, "Priya", hers, second.ref, "1234567", "No visit")
	s.tom.types("/mine")
	s.tom.gets("Waiting for you", first.ref)
	s.owen.types("/mine")
	s.owen.gets("Nothing is waiting for you")

	// Each opens by its button, in place.
	s.priya.clicks(hers, "Open "+first.ref, nil)
	expectText(t, "Priya", hers, "No visit since 12 February.", "Please answer by")
	s.priya.clicks(hers, "Send the answer", answerInputs("2026-04-02", nil))
	s.maya.gets("Is the answer good enough")
}
