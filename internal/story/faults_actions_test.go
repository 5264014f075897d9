package story

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"challengebot/internal/practice"
)

// expectText checks what an answer to an action shows.
func (p rawAnswer) expectText(t *testing.T, texts ...string) {
	t.Helper()
	if p.Status != 200 {
		t.Errorf("the action was answered with %d %s", p.Status, p.Body)
	}
	for _, text := range texts {
		if !strings.Contains(p.visibleText(), text) {
			t.Errorf("there is no %q in the answer:\n%s", text, p.visibleText())
		}
	}
}

// buttonActivity is what a filled-in card sends when its button is pressed.
func (a *actor) buttonActivity(m *practice.Message, button string, in practice.Inputs) object {
	a.s.t.Helper()
	if button == sendChallenge && !m.Card().HasButton(sendChallenge) {
		a.clicks(m, "Continue", in)
	}
	data := a.buttonData(m, button)
	for _, held := range m.Card().Inputs() {
		if held.Value != "" {
			data[held.ID] = held.Value
		}
	}
	for k, v := range in {
		data[k] = v
	}
	activity := a.newInvoke(data)
	activity["replyToId"] = m.ID
	activity["conversation"].(object)["id"] = m.ConversationID
	return activity
}

func TestAnAnswerFromSomebodyWhoWasNotAskedIsRefusedAndTheirTextKept(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	before := s.databasePicture("conversation")
	data := s.tom.buttonData(r.asked[0], "Send the answer")
	for _, who := range []*actor{s.maya, s.owen} { // the chair and the oversight may read it
		got := s.post(who.newInvoke(withFields(data, "text", "I write this in their stead.")))
		got.expectText(t, r.ref, "not waiting for an answer from you", "nothing was recorded", "I write this in their stead.")
	}
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

func TestAJudgementByTheOneWhoAnsweredIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	card := s.maya.gets("Is the answer good enough")
	before := s.databasePicture("conversation")
	for _, who := range []*actor{s.tom, s.priya, s.owen} {
		got := s.post(who.newInvoke(withFields(s.maya.buttonData(card, "Satisfied"), "reason", "All is well.")))
		got.expectText(t, r.ref, "Only the person who judges", "Nothing was recorded", "All is well.")
	}
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

func TestAReplyOnAStageThatHasMovedOnIsKeptOnceAndSaidToBeLate(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	late := s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", practice.Inputs{"text": "I was in court all day."}))
	s.moveClock("Tue 31 Mar 2026 17:00")
	s.discardNews()
	first := s.post(late)
	first.expectText(t, "has moved on", "kept on the record as a late reply", "I was in court all day.")
	s.settle()
	s.maya.gets("I was in court all day.")
	again := s.post(withFields(late, "id", "f:another"))
	again.expectText(t, "has moved on")
	if n := s.countEvents(r.ref, "reply_kept"); n != 1 {
		t.Errorf("the late reply is on the record %d times", n)
	}
	if n := s.countEvents(r.ref, "responded"); n != 0 {
		t.Errorf("the late reply counted")
	}
	s.settle()
	s.expectNoNews()
	s.verifyTrails()
}

func TestTheSameAnswerSentTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	sent := s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	s.post(sent).expectText(t, "You answered on")
	before := s.databasePicture("conversation")
	s.post(withFields(sent, "id", "f:another")).expectText(t, "You have answered this already")
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("the second copy changed something:\n%s", diff)
	}
	s.settle()
	s.maya.gets("Tom Reid answered")
	s.expectNoNews()
}

func TestAnotherAnswerFromACardOfBeforeStandsInThePlaceOfTheFirst(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	first := s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	second := s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", practice.Inputs{"text": "Better words."}))
	s.post(first)
	s.post(second).expectText(t, "You answered on", "Better words.", "This stands in the place of an earlier answer by the same person, which is kept.")
	if got := s.eventKinds(r.ref); !cmp.Equal(got, []string{"raised", "rung_opened", "responded", "responded"}) {
		t.Errorf("the trail is %q", got)
	}
	s.settle()
	s.discardNews()
}

func TestAStaleJudgementChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.tom.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	card := s.maya.gets("Is the answer good enough")
	stale := s.maya.buttonActivity(card, "Satisfied", practice.Inputs{"reason": "Enough for me."})
	s.maya.clicks(card, "Not satisfied", practice.Inputs{"reason": "No visit yet."})
	s.discardNews()
	before := s.databasePicture("conversation")
	s.post(stale).expectText(t, r.ref, "has moved on", "Enough for me.")
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
}

func TestNothingCanBeDoneToAChallengeThatHasEnded(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	reply := s.tom.buttonActivity(r.asked[0], "Send the answer", answerInputs("2026-04-17", nil))
	withdraw := s.maya.buttonData(r.chair, "withdraw")
	again := s.maya.newInvoke(withFields(withdraw, "reason", "Twice."))
	if prefix, _ := withdraw["inputs"].(string); prefix != "" {
		again = s.maya.newInvoke(withFields(withdraw, prefix+"reason", "Twice."))
	}
	s.maya.types("/withdraw " + r.ref + " Settled by telephone.")
	s.discardNews()
	before := s.databasePicture("conversation")
	s.post(again).expectText(t, "has ended already", "Twice.")
	if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
		t.Errorf("something was changed:\n%s", diff)
	}
	s.post(reply).expectText(t, "This challenge has ended", "kept on the record")
	if got := s.eventKinds(r.ref); !cmp.Equal(got, []string{"raised", "rung_opened", "withdrawn", "reply_kept"}) {
		t.Errorf("the trail is %q", got)
	}
	s.settle()
	s.expectNoNews()
	s.verifyTrails()
}

// Teams delivers an activity again when an answer was slow: the same id, the same
// content.
func TestAnActivityDeliveredAgainHasTheFirstAnswerAgain(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	twice := func(what string, activity object) {
		t.Helper()
		first := s.post(activity)
		s.settle()
		s.discardNews()
		before := s.databasePicture("conversation")
		s.Clock.Advance(30e9)
		again := s.post(activity)
		if diff := cmp.Diff(first, again, cmp.Comparer(func(a, b *practice.Card) bool { return (a == nil) == (b == nil) })); diff != "" {
			t.Errorf("%s: the answer is another (-first +again):\n%s", what, diff)
		}
		s.settle()
		s.expectNoNews()
		if diff := cmp.Diff(before, s.databasePicture("conversation")); diff != "" {
			t.Errorf("%s: the second copy changed something:\n%s", what, diff)
		}
	}
	twice("raising", s.maya.buttonActivity(form, "Send the challenge", raiseInputs(nil)))
	ref := s.lastRef()
	twice("the form", s.maya.newMessage("/challenge"))
	twice("a status", s.maya.newMessage("/challenge "+ref))
	twice("help", s.maya.newMessage("/help"))
	twice("mine", s.maya.newMessage("/mine"))
	card := s.tom.findsMessage("Please answer by")
	refused := answerInputs("2026-04-17", practice.Inputs{"text": ""})
	twice("a refused answer", s.tom.buttonActivity(card, "Send the answer", refused))
	twice("answering", s.tom.buttonActivity(card, "Send the answer", answerInputs("2026-04-17", nil)))
	s.discardNews()
}

func TestManyCopiesOfOneActivityAtOnceHaveOneEffectAndOneAnswer(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for range 10 {
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		raise := s.maya.buttonActivity(form, "Send the challenge", raiseInputs(nil))
		answers := s.deliverSixCopies(raise)
		for _, got := range answers {
			if diff := cmp.Diff(answers[0].Body, got.Body); diff != "" {
				t.Errorf("the same form was answered in two ways:\n%s", diff)
			}
		}
		ref := s.lastRef()
		s.settle()
		card := s.tom.gets(ref)
		s.discardNews()
		answers = s.deliverSixCopies(s.tom.buttonActivity(card, "Send the answer", answerInputs("2026-04-17", nil)))
		for i, got := range answers {
			if i < 4 && got.Body != answers[0].Body && !strings.Contains(got.visibleText(), "You have answered this already") {
				t.Errorf("a copy was answered:\n%s", got.visibleText())
			}
			got.expectText(t, "You answered on")
		}
		s.settle()
		s.maya.gets(ref, "Tom Reid answered")
		s.discardNews()
		if got := s.eventKinds(ref); !cmp.Equal(got, []string{"raised", "rung_opened", "responded"}) {
			t.Errorf("six copies left the trail %q", got)
		}
	}
	if n := s.verifyTrails(); n != 10 {
		t.Errorf("there are %d challenges, not 10", n)
	}
}

// deliverSixCopies delivers an activity four times at once, and two copies with ids of
// their own beside them.
func (s *stage) deliverSixCopies(activity object) [6]rawAnswer {
	s.t.Helper()
	var answers [6]rawAnswer
	runTogether(len(answers), func(i int) {
		copied := activity
		if i >= 4 {
			copied = withFields(activity, "id", activity["id"].(string)+string(rune('0'+i)))
		}
		answers[i] = s.post(copied)
	})
	return answers
}

func TestWhenTwoAnswerInTheSameMomentOneCountsAndTheOthersTextIsKept(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	const rounds = 25
	wins := map[string]int{}
	for range rounds {
		r := s.raiseAndCollect(nil, s.tom, s.priya)
		both := [2]*actor{s.tom, s.priya}
		texts := [2]string{"Tom's own words.", "Priya's own words."}
		var sent [2]object
		for i, who := range both {
			sent[i] = who.buttonActivity(r.asked[i], "Send the answer", answerInputs("2026-04-17", practice.Inputs{"text": texts[i]}))
		}
		var got [2]rawAnswer
		runTogether(2, func(i int) { got[i] = s.post(sent[i]) })
		c := s.load(r.ref).Challenge
		winner := 0
		if c.CurrentOpening().AnsweredBy.ID == s.priya.ID {
			winner = 1
		}
		wins[both[winner].Name]++
		got[winner].expectText(t, "You answered on", texts[winner])
		got[1-winner].expectText(t, both[winner].Name+" answered first", "What you wrote is kept on the record", texts[1-winner])
		if trail := s.eventKinds(r.ref); !cmp.Equal(trail, []string{"raised", "rung_opened", "responded", "reply_kept"}) {
			t.Errorf("the trail is %q", trail)
		}
		s.settle()
		s.maya.getsAll("Is the answer good enough", "a late reply from "+both[1-winner].Name)
		s.maya.shows("Is the answer good enough", texts[1-winner])
		s.discardNews()
	}
	s.verifyTrails()
	t.Logf("who was first: %v", wins)
}
