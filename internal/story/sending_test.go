package story

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/practice"
)

// What sending a challenge does: who hears what, where, and what is written down.

func TestASentChallengeHasAReferenceThatCanBeReadOutAloud(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	seen := map[string]bool{}
	for range 5 {
		ref := s.raiseAndCollect(nil, s.tom, s.priya).ref
		if !regexp.MustCompile(`^CH-[2-9A-HJ-NP-TV-Z]{6}$`).MatchString(ref) {
			t.Errorf("%s has letters that are taken for one another", ref)
		}
		if seen[ref] {
			t.Errorf("%s was given out twice", ref)
		}
		seen[ref] = true
	}
}

func TestTheRespondentIsAskedInPrivateWithConcernDueDateAndItsWorking(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	card := r.asked[0]
	expectText(t, "Priya", card,
		"# Professional Challenge "+r.ref+" · Stage 1",
		"Please answer by Wednesday 8 April 2026 at 17:00",
		"Counted: Tue 31 Mar, Wed 1 Apr, Thu 2 Apr, Tue 7 Apr, Wed 8 Apr.",
		"Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr.",
		"From: Maya Okafor (IRO / CP chair)", "Asked to answer: Priya Shah (Team Manager)", "Team: North Locality",
		"Liquidlogic number: 1234567", "Conference: Review child protection conference, Friday 27 March 2026",
		"Categories: Minimum statutory requirements not met",
		"# The concern\nNo visit since 12 February.", "# What it rests on\nCase notes; core group of 3 March.",
		"# What is asked for\nA visit this week and a visiting plan.\nAsked for by Friday 10 April 2026.",
		"Maya Okafor went straight to Stage 1: The issues meet the threshold", "Raised twice in supervision.",
		"To do this by typing: /respond "+r.ref+" your answer | what; who; YYYY-MM-DD")
	for _, id := range []string{"text", "plan_1_what", "plan_1_who", "plan_1_by", "plan_5_what", "plan_5_who", "plan_5_by"} {
		if _, ok := card.Card().Input(id); !ok {
			t.Errorf("the card has no field %q", id)
		}
	}
	if !card.Card().HasButton("Send the answer") {
		t.Errorf("the card has no button to answer")
	}
	if card.ConversationID != s.priya.ConversationID() {
		t.Errorf("the card stands in %s and not in the chat of Priya", card.ConversationID)
	}
}

func TestOnlyThoseWhoAreAskedAndTheChairHearOfAChallenge(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.raiseAndCollect(nil, s.tom, s.priya)
	for _, a := range []*actor{s.sam, s.daniel, s.aisha, s.helen, s.grace, s.owen, s.leah, s.ben} {
		if n := len(a.Inbox()); n > 0 {
			t.Errorf("%s has %d messages", a.Name, n)
		}
	}
	if n := len(s.south.Messages()); n > 0 {
		t.Errorf("the other team's channel has %d messages", n)
	}
}

func TestTheNotificationAndTheChannelGiveReferenceStageAndDueDateOnly(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	const due = "by Wednesday 8 April 2026 at 17:00."
	if want := r.ref + ": please answer " + due; r.asked[0].Summary() != want {
		t.Errorf("the respondent's notification says %q, not %q", r.asked[0].Summary(), want)
	}
	if want := r.ref + ": an answer is due " + due; r.chair.Summary() != want {
		t.Errorf("the chair's notification says %q, not %q", r.chair.Summary(), want)
	}
	if want := "# Professional Challenge " + r.ref + " · Stage 1\nAn answer is due " + due; r.notice.String() != want {
		t.Errorf("the channel reads %q, not %q", r.notice, want)
	}
	expectInert(t, "the channel", r.notice)
	// strike holds the whole activities against every name and every text: see discreet.
}

func TestSendingIsTwoEventsAndADeliveryForEachMessage(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  challengebot: rung_opened informal")

	delivered := map[string]string{}
	for _, e := range s.load(r.ref).History {
		if d, ok := e.Body.(challenge.Delivered); ok {
			delivered[d.ActivityID] = fmt.Sprint(d.Card, " to ", d.To.Person+d.To.Team)
		}
	}
	want := map[string]string{
		r.asked[0].ID: "respond to " + s.tom.ID, r.asked[1].ID: "respond to " + s.priya.ID,
		r.chair.ID: "case to " + s.maya.ID, r.notice.ID: "notice to north-locality",
	}
	if len(delivered) != len(want) {
		t.Errorf("%d deliveries are on the trail, not %d", len(delivered), len(want))
	}
	for id, what := range want {
		if delivered[id] != what {
			t.Errorf("message %s is on the trail as %q, not as %q", id, delivered[id], what)
		}
	}
}

func TestTheChairsFormBecomesARecordOfWhatWasSent(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.maya.ReloadsClient() // another device of hers shows the same
	expectText(t, "Maya", r.form, "Sent: Professional Challenge "+r.ref,
		"Now asked to answer: Tom Reid (Social Worker) and Priya Shah (Team Manager), by Tuesday 31 March 2026 at 17:00.")
	expectInert(t, "Maya", r.form)
}

func TestWhatWasWrittenIsShownAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	concern := "1. *No* visit_plan since <b>12 Feb</b> & \"none\" `agreed`\n- [core group](http://x.example) # not held\n{{name}} ~~late~~ | 2 > 1"
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"concern": concern}))
	for _, m := range append(s.tom.getsAll("Please answer by"), append(s.priya.getsAll("Please answer by"), s.maya.getsAll("raised this")...)...) {
		said := m.String()
		for line := range strings.SplitSeq(concern, "\n") {
			if !strings.Contains(said, line) {
				t.Errorf("nobody can read %q in:\n%s", line, said)
			}
		}
	}
	s.north.gets("An answer is due by")
	if got := s.load(s.lastRef()).Challenge.Details.Concern; got != concern {
		t.Errorf("stored is %q", got)
	}
}
