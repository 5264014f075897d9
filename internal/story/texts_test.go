package story

import (
	"bytes"
	"challengebot/internal/challenge"
	"testing"

	"challengebot/internal/practice"
)

// What people send as they send it: plain words, dates, names, forms of odd clients.

func TestPlainWordsBecomeTheDraftOfAnAnswerAndCountOnlyOnceTheyAreSent(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.priya.types("We visited this morning. All seen.")
	offer := s.priya.gets("Nothing was recorded", "I did not understand that.", r.ref+" waits for your answer by Wednesday 8 April 2026 at 17:00.")
	s.expectNoNews()

	s.priya.clicks(offer, "Use as the answer to "+r.ref, nil)
	expectInputsKept(t, "Priya", offer, practice.Inputs{"text": "We visited this morning. All seen."})
	s.expectTrail(r.ref, "Mon 30 Mar 10:00  Maya Okafor: raised", "Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1", "Mon 30 Mar 10:00  challengebot: rung_opened stage-1")
	s.priya.clicks(offer, "Send the answer", practice.Inputs{"plan_1_what": "Visit", "plan_1_who": "Duty worker", "plan_1_by": "2026-04-02"})
	judge := s.maya.gets("Is the answer good enough", "We visited this morning. All seen.")
	expectOnlyReplaceable(t, "Priya", r.asked[0])

	// Whoever judges is told the same way.
	s.maya.types("That is not enough for this child.")
	offer = s.maya.gets(r.ref + " waits for your decision on an answer.")
	s.maya.clicks(offer, "Use as the reason on "+r.ref, nil)
	expectInputsKept(t, "Maya", offer, practice.Inputs{"reason": "That is not enough for this child."})
	s.maya.clicks(offer, "Partly satisfied", nil)
	expectText(t, "Maya", judge, "Maya Okafor is partly satisfied with the answer.", "That is not enough for this child.")
	s.discardNews()

	// Nobody else gets anything by that button, and words of somebody who is asked nothing are
	// none.
	s.sam.types("We visited this morning. All seen.")
	s.sam.gets("I did not understand that.", "What I can do")
	s.expectNoLeaks()
}

func TestAReferenceAloneShowsTheChallengeHoweverItIsCopied(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	for _, typed := range []string{r.ref, "(" + r.ref + ")", "\u201c" + r.ref + "\u201d.", "**" + r.ref + "**:", "#" + r.ref, "ch\u2013" + r.ref[3:], "\u200b" + r.ref + "\u200b"} {
		s.tom.types(typed)
		s.tom.gets(r.ref, "Please answer by Tuesday 31 March 2026 at 17:00")
		s.expectNoNews()
	}
}

func TestDatesAreTypedAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	// A client that sends dates in a form of its own.
	s.maya.clicksUnchecked(form, "Send the challenge", raiseInputs(atStage1(practice.Inputs{"ask_by": "2026-04-10T00:00:00Z", "conference_date": "27 March"})))
	ref := s.lastRef()
	s.priya.gets(ref, "Friday 27 March 2026", "Asked for by Friday 10 April 2026.")
	s.discardNews()

	s.priya.types("/respond " + ref + " We agree. | A visit; duty worker; Friday | A plan; Tom Reid; 10/4/26; with the mother")
	s.maya.gets("1. A visit – duty worker, by Friday 3 April 2026", "2. A plan; with the mother – Tom Reid, by Friday 10 April 2026")
	s.discardNews()

	s.priya.types("/cover Ben Carter from 1 April until 4/4/2026")
	s.priya.gets("Done. It is noted.", "Ben Carter, from Wednesday 1 April 2026 to Saturday 4 April 2026.")
	s.priya.types("/cover Ben Carter from 1 Avril until 4/4/2026")
	s.priya.gets("Please give the days as", "/cover: Ben Carter from 1 Avril until 4/4/2026")
	s.expectNoNews()
}

func TestAChoiceThatIsNoneOfTheChoicesIsNeverTakenForTheFirst(t *testing.T) {
	t.Parallel()
	s := open(t, "issues-resolution-cp", "issues-resolution-lac")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	expectNoText(t, "Maya", form, "If you send this now")
	if in, _ := form.Card().Input("ladder"); in.Value != "" {
		t.Errorf("a procedure is chosen beforehand: %q", in.Value)
	}
	s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "issues-resolution-lac", "team": "north-locality"})
	categories, _ := form.Card().Input("categories")
	whole := raiseInputs(practice.Inputs{"categories": categories.Choices[0].Value})
	whole["conference"] = string(challenge.CareReview)
	for _, odd := range []string{"Issues Resolution and Challenge Protocol", "issues-resolution", "(none)", "LAC"} {
		in := practice.Inputs{"ladder": odd}
		for id, v := range whole {
			in[id] = v
		}
		s.maya.clicksUnchecked(form, "Send the challenge", in)
		expectMarked(t, form, "ladder", "Please choose from the list.")
		expectInputsKept(t, "Maya", form, practice.Inputs{"concern": whole["concern"], "evidence": whole["evidence"], "ask": whole["ask"], "record": whole["record"],
			"team": whole["team"], "ask_by": whole["ask_by"], "categories": whole["categories"], "conference": whole["conference"]})
		s.expectNoNews()
		// Chosen again, everything stands where it stood.
		s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "issues-resolution-lac"})
		expectInputsKept(t, "Maya", form, practice.Inputs{"categories": whole["categories"], "conference": whole["conference"], "concern": whole["concern"]})
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
	s.maya.clicks(form, "Send the challenge", nil)
	if got := s.load(s.lastRef()).Challenge.Ladder; got != "issues-resolution-lac" {
		t.Errorf("it was raised under %s", got)
	}
	s.discardNews()
}

func TestAPersonIsFoundAsPhonesAndWordWriteTheName(t *testing.T) {
	t.Parallel()
	people := bytes.Replace(SampleDirectory(), []byte("teams:\n"), []byte("  - {id: sian, name: \"Siân O'Brien\", entra: 0a000000-0000-4000-8000-000000000091}\n"+
		"  - {id: leah-2, name: \"MORGAN-JONES, Leah (South)\", entra: 0a000000-0000-4000-8000-000000000092}\nteams:\n"), 1)
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: people}, "ne-lincolnshire")
	for typed, want := range map[string]string{
		"Siân O\u2019Brien": "Siân O'Brien", "sian obrien": "Siân O'Brien", "O\u2019BRIEN Siân": "Siân O'Brien", "Sian\u00a0O'Brien": "Siân O'Brien", "Leah Morgan\u2011Jones": "MORGAN-JONES, Leah (South)",
	} {
		s.priya.types("/cover " + typed + " 1/5/2026")
		s.priya.gets("Done.", want+", from Friday 1 May 2026")
	}
}
