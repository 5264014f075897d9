package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// Clients differ: some refresh cards by themselves, some know Action.Submit only,
// and Teams says things twice.

func TestACardThatRefreshesItselfTellsTheTruth(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	// Tom opens the challenge from his list: a view of his own that Teams refreshes.
	s.tom.types("/mine")
	list := s.tom.gets("Open " + r.ref)
	s.tom.clicks(list, "Open "+r.ref, nil)
	expectText(t, "Tom", list, "Please answer by Tuesday 31 March 2026 at 17:00")

	s.priya.clicks(r.asked[1], "Send the answer", answerInputs("2026-04-02", nil))
	s.discardNews()
	if answers := s.tom.opensChat(); len(answers) != 0 {
		t.Errorf("the client refreshed %d views that are not a minute old", len(answers))
	}
	s.moveClock("Mon 30 Mar 2026 10:02")
	if answers := s.tom.opensChat(); len(answers) != 1 {
		t.Errorf("the client refreshed %d cards, not the one", len(answers))
	}
	expectText(t, "Tom", list, "Priya Shah answered on Monday 30 March 2026 at 10:00, so no other answer is needed.", "You are right, visits have lapsed.")
	expectInert(t, "Tom", list)
	if got := s.eventKinds(r.ref); len(got) != 3 {
		t.Errorf("a refresh left a trace: %q", got)
	}
}

func TestWhatWasTypedIsNotTakenAwayByARefresh(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.priya.clicksUnchecked(r.asked[1], "Send the answer", answerInputs("2026-04-02", practice.Inputs{"plan_1_who": ""}))
	s.moveClock("Mon 30 Mar 2026 10:30") // she looks up a name elsewhere, and comes back
	s.priya.opensChat()
	expectInputsKept(t, "Priya", r.asked[1], practice.Inputs{"text": "You are right, visits have lapsed.", "plan_1_what": "Visit and see the children alone"})
}

func TestAnOldClientThatOnlySubmitsDoesTheSame(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ctx := t.Context()
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.expectDone(form.ClickAsSubmit(ctx, s.maya.Person, "Continue", raiseInputs(practice.Inputs{"record": "Millie"})))
	refused := s.maya.gets("Please put right what is marked")
	expectMarked(t, refused, "record", "Names are kept out of challenges.")
	expectInputsKept(t, "Maya", refused, raiseInputs(practice.Inputs{"record": "Millie"}))

	s.maya.expectDone(refused.ClickAsSubmit(ctx, s.maya.Person, "Continue", atStage1(practice.Inputs{"record": "1234567"})))
	check := s.maya.gets("Check, then send", "If you send this now, Priya Shah (Team Manager) will be asked")
	s.maya.expectDone(check.ClickAsSubmit(ctx, s.maya.Person, "Send the challenge", nil))
	ref := s.lastRef()
	s.maya.getsAll("Maya Okafor raised this.", "Sent: Professional Challenge "+ref)
	s.north.gets("An answer is due by")
	card := s.priya.gets("Please answer by Wednesday 8 April 2026 at 17:00")

	s.priya.expectDone(card.ClickAsSubmit(ctx, s.priya.Person, "Send the answer", answerInputs("2026-04-10", nil)))
	s.priya.gets("You answered on Monday 30 March 2026 at 10:00. Thank you.")
	expectOnlyReplaceable(t, "Priya", card)
	judge := s.maya.gets("Is the answer good enough")
	s.maya.expectDone(judge.ClickAsSubmit(ctx, s.maya.Person, "Not satisfied", nil))
	expectMarked(t, s.maya.gets("Please put right"), "reason", "Please say what is still missing.")
	s.maya.expectDone(judge.ClickAsSubmit(ctx, s.maya.Person, "Satisfied", nil))
	s.maya.gets("Settled on Monday 30 March 2026 at 10:00.")
	s.expectTrail(ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  Priya Shah: responded stage-1",
		"Mon 30 Mar 10:00  Maya Okafor: judged stage-1",
		"Mon 30 Mar 10:00  challengebot: resolved stage-1")
}

func TestWhatTeamsSaysTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	ctx := t.Context()

	typed := s.maya.types("/mine")
	s.maya.expectDone(typed.Redeliver(ctx))
	s.maya.gets("Your challenges")

	sent := s.priya.clicks(r.asked[0], "Send the answer", answerInputs("2026-04-10", nil))
	for _, again := range []*practice.Answer{sent.Redeliver(ctx), sent.DeliverCopy(ctx, "1774861999999")} {
		s.priya.expectDone(again)
		if !strings.Contains(again.Card.Text(), "You are right, visits have lapsed.") {
			t.Errorf("the answer to what was said twice is another:\n%s", again.Card.Text())
		}
	}
	judge := s.maya.gets("Is the answer good enough")
	verdict := s.maya.clicks(judge, "Partly satisfied", practice.Inputs{"reason": "And when?"})
	s.maya.expectDone(verdict.Redeliver(ctx))
	s.maya.expectDone(verdict.DeliverCopy(ctx, "1774861999998"))
	s.priya.gets("And when?")
	s.maya.shows("Waiting for an answer from Priya Shah")
	s.north.gets("An answer is due")
	s.expectNoNews()
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  Priya Shah: responded stage-1",
		"Mon 30 Mar 10:00  Maya Okafor: judged stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1")
}
