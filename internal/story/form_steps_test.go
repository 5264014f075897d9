package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// A challenge is raised in two steps.

// fewestInputs is what must be filled in by hand, and no more.
func fewestInputs(ladder, category string) practice.Inputs {
	return practice.Inputs{"ladder": ladder, "team": "north-locality", "record": "204817", "categories": category,
		"concern": "No visit since 12 February.", "ask": "A visit this week."}
}

func TestSixInputsAreEnoughToRaiseAChallenge(t *testing.T) {
	t.Parallel()
	for ladderID, category := range map[string]string{"ne-lincolnshire": "drift-and-delay", "redcar-cleveland-internal": "visits"} {
		t.Run(ladderID, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire", "redcar-cleveland-internal")
			s.maya.types("/challenge")
			form := s.maya.gets("Raise a challenge")
			in := fewestInputs(ladderID, category)
			s.maya.clicks(form, "Continue", practice.Inputs{"ladder": ladderID})
			needed := 0
			for _, asked := range form.Card().Inputs() {
				if strings.HasSuffix(asked.Label, "(required)") {
					needed++
				}
			}
			if needed > 6 {
				t.Errorf("%d inputs must be filled in", needed)
			}
			s.maya.clicks(form, "Continue", in)
			expectText(t, "Maya", form, "Check, then send", "If you send this now, Tom Reid (Social Worker)", "Team: North Locality", "204817")
			if ladderID == "ne-lincolnshire" {
				expectText(t, "Maya", form, "Is the concern about a partner agency?: No", "Looked after: not said")
			}
			s.maya.clicks(form, "Send the challenge", nil)
			expectText(t, "Maya", form, "Sent: ")
			card := s.maya.gets("Maya Okafor raised this.")
			expectNoText(t, "Maya", card, "1970", "Asked for by")
			s.discardNews()
			s.verifyTrails()
		})
	}
}

func TestWhoIsAskedChangesBetweenTheTwoSteps(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Continue", raiseInputs(nil))
	expectText(t, "Maya", form, "If you send this now, Tom Reid (Social Worker) and Priya Shah (Team Manager) will be asked")
	s.tom.types("/cover Leah Morgan 30/3/2026 to 2/4/2026")
	s.discardNews()

	s.maya.clicks(form, "Send the challenge", nil)
	expectText(t, "Maya", form, "Who will be asked, or by when, has changed since you were shown it. Nothing has been sent.",
		"If you send this now, Leah Morgan (Social Worker, standing in for Tom Reid) and Priya Shah (Team Manager) will be asked")
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
	s.expectNoNews()
	s.maya.clicks(form, "Send the challenge", nil)
	s.leah.gets("Please answer by", "No visit since 12 February.")
	s.discardNews()
}

func TestUrgentOpensTheFasterWayOfTheProcedure(t *testing.T) {
	t.Parallel()
	s := open(t, "redcar-cleveland-internal", "issues-resolution-cp")
	s.maya.types("/urgent 204817 He is alone with them tonight.")
	form := s.maya.gets("Is a child in danger now? Call 999.", "Raise a challenge")
	s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "redcar-cleveland-internal"})
	expectText(t, "Maya", form, "Immediate risk: a faster way", "On which ground", "Why you start there") // open at once
	in := fewestInputs("redcar-cleveland-internal", "visits")
	delete(in, "record") // typed with the command
	in["start_at"], in["start_ground"], in["start_reason"] = "step-2", "immediate-safeguarding", "He is alone with them tonight."
	s.maya.clicks(form, "Send the challenge", in)
	s.daniel.gets("URGENT: ", "He is alone with them tonight.", "204817")
	s.discardNews()

	// Where the procedure has no faster way, it says so.
	s.maya.types("/urgent")
	form = s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "issues-resolution-cp"})
	expectText(t, "Maya", form, "This procedure has no faster way.")
}

func TestWhetherTheChildIsLookedAfterCanBeSaidWhenAReferralIsMade(t *testing.T) {
	t.Parallel()
	s := openWithEverybody(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	s.maya.clicks(s.maya.gets("Raise a challenge"), "Send the challenge", fewestInputs("", "drift-and-delay"))
	ref := s.lastRef()
	s.discardNews()
	referral := practice.Inputs{}
	card := s.maya.findsMessage("Maya Okafor raised this.")
	for _, in := range card.Card().Inputs() {
		if strings.HasPrefix(in.ID, "informed_") || strings.HasPrefix(in.ID, "consulted_") || in.ID == "contact" {
			referral[in.ID] = "By telephone."
		}
	}
	question, asked := card.Card().Input("looked_after")
	if !asked || question.Value != "" {
		t.Fatalf("the card does not ask whether the child is looked after:\n%s", card)
	}
	referral["on"] = "2026-03-30"
	referral["looked_after"] = "false"
	s.maya.clicks(card, "refer", referral)
	expectMarked(t, card, "looked_after", "a referral to CAFCASS is only for a child who is.")
	referral["looked_after"] = "true"
	s.maya.clicks(card, "refer", referral)
	expectText(t, "Maya", s.maya.findsMessage(ref), "Looked after: Yes")
	s.discardNews()
}

func TestWhatLooksLikeANameBesideADateOfBirthIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	in := fewestInputs("", "drift-and-delay")
	in["concern"], in["record"] = "Mia Brown (DOB 3/4/2019) was not seen.", "Mia 20190403"
	s.maya.clicks(form, "Continue", in)
	expectText(t, "Maya", form, "Does this name a child or a family? Nothing has been sent.", "“Mia Brown (DOB 3/4/2019” looks like a name beside a date of birth.",
		"The record number “Mia 20190403” looks like a name or a date of birth.")
	if first := form.Card().Buttons()[0]; first.Title != "Change what I wrote" {
		t.Errorf("%q stands first", first.Title)
	}
	s.maya.clicks(form, "Change what I wrote", nil)
	s.maya.clicks(form, "Continue", practice.Inputs{"concern": "The child was not seen.", "record": "204817"})
	expectNoText(t, "Maya", form, "Does this name a child")
	s.maya.clicks(form, "Change what I wrote", nil)
	s.maya.clicks(form, "Continue", practice.Inputs{"concern": "Miss Honey, who was born in 1999, left the school."})
	s.maya.clicks(form, "Send it as it stands", nil) // nobody's child: the chair decides
	s.priya.gets("Miss Honey")
	s.discardNews()
}

func TestAnAnswerThatMayNameAChildIsAskedAboutOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(nil, s.tom, s.priya)
	card := r.asked[1]
	in := answerInputs("2026-04-02", practice.Inputs{"text": "Mia Brown (DOB 3/4/2019) was seen by Tom Reid on 27/03/2026."})
	s.priya.clicks(card, "Send the answer", in)
	expectText(t, "Priya", card, "Does this name a child or a family? Nothing has been sent.", "“Mia Brown (DOB 3/4/2019” looks like a name", "press the button again")
	expectInputsKept(t, "Priya", card, in)
	s.expectNoNews()
	s.priya.clicks(card, "Send the answer", practice.Inputs{"text": "Mia Brown (DOB 3/4/2018) was seen."}) // another: asked again
	expectText(t, "Priya", card, "“Mia Brown (DOB 3/4/2018” looks like a name")
	s.priya.clicks(card, "Send the answer", practice.Inputs{"plan_1_what": "A visit to Leo Green (5/6/2021)"}) // one more, in another field
	expectText(t, "Priya", card, "“Mia Brown (DOB 3/4/2018” looks like a name", "“Leo Green (5/6/2021” looks like a name")
	s.priya.clicks(card, "Send the answer", nil)
	judge := s.maya.gets("Mia Brown (DOB 3/4/2018) was seen.")
	s.discardNews()

	// Typed, it comes back on the card, whose button sends it.
	s.maya.types("/not-satisfied " + r.ref + " Mia Brown, born 3/4/2018, was not.")
	asked := s.maya.gets("Does this name a child or a family? Nothing has been sent.")
	s.maya.clicks(asked, "Not satisfied", nil)
	expectText(t, "Maya", judge, "Mia Brown, born 3/4/2018, was not.")
	s.discardNews()
}
