package story

import (
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/ladder"
	"challengebot/internal/practice"
)

// The raising of a challenge, up to the moment at which it is sent.

func TestTheWordChallengeBringsTheFormHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for _, typed := range []string{"/challenge", "challenge", "Challenge", "  /CHALLENGE  ", "/challenge about visits", "/Challenge challenge"} {
		s.maya.types(typed)
		s.maya.gets("Raise a challenge: Professional Challenge", "Step 1 of 2: nothing is sent yet", "Continue")
		s.expectNoNews()
	}
}

func TestWhatIsAskedInAChannelIsAnsweredInPrivate(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")

	s.maya.mentionsBot("North Locality", "challenge")
	s.maya.getsAll("You asked for this in a channel. A challenge is raised here, in your private chat", everybodyReads)
	s.expectNoNews()

	s.maya.expectDone(s.maya.SaysIn(t.Context(), "North Locality", "/challenge", practice.Targeted))
	s.maya.getsAll("You asked for this in a channel.", inPrivateChat)
	s.expectNoNews()

	s.tom.mentionsBot("North Locality", "no visit to Millie Brown since 12 February")
	help := s.tom.gets("I did not understand that.", "write to me in our private chat")
	expectNoText(t, "Tom", help, "Millie Brown")
	s.expectNoNews()

	r := s.raiseAndCollect(nil, s.tom, s.priya)
	s.maya.mentionsBot("South Locality", "challenge "+r.ref)
	got := s.maya.getsAll("No visit since 12 February.", inPrivateChat)
	expectNoText(t, "Maya", got[1], r.ref, "No visit")
	s.expectNoNews()
}

func TestSomebodyWhoMayNotRaiseIsToldSoAndWhoKeepsTheList(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for _, a := range []*actor{s.tom, s.priya, s.daniel, s.owen} {
		a.types("/challenge")
		said := a.gets("You are not listed as somebody who may raise a challenge.", "Your administrator keeps that list.", "/mine shows it")
		if said.Card().HasButton("raise") {
			t.Errorf("%s has a form", a.Name)
		}
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
}

func TestTheFormSaysWhoWillBeAskedAndUntilWhenBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	expectNoText(t, "Maya", form, "If you send this now")
	s.maya.clicks(form, "Continue", raiseInputs(nil))
	expectText(t, "Maya", form, "Step 2 of 2: nothing is sent yet", "If you send this now, Tom Reid (Social Worker) and Priya Shah (Team Manager) "+
		"will be asked to answer by Tuesday 31 March 2026 at 17:00.",
		"Informal Stage. How the date was counted: Day 0 Mon 30 Mar. Counted: Tue 31 Mar.",
		"Team: North Locality", "No visit since 12 February.", "A visit this week and a visiting plan.")

	s.maya.clicks(form, "Change what I wrote", nil)
	expectNoText(t, "Maya", form, "If you send this now", "Please put right")
	expectInputsKept(t, "Maya", form, raiseInputs(nil))
	s.maya.clicks(form, "Continue", atStage1(nil))
	expectText(t, "Maya", form, "If you send this now, Priya Shah (Team Manager) will be asked to answer by Wednesday 8 April 2026 at 17:00.",
		"Skipped: Good Friday 3 Apr, weekend 4-5 Apr, Easter Monday 6 Apr.")
	expectNoText(t, "Maya", form, "will be asked to answer by Tuesday 31 March")

	s.maya.clicks(form, "Change what I wrote", nil)
	s.maya.clicks(form, "Continue", practice.Inputs{"start_at": "stage-2"})
	expectText(t, "Maya", form, "If you send this now, it will wait before Stage 2 until this is done: "+
		"Consult the chair's own Service Manager before Stage 2. Nobody is asked to answer before.")
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("looking who would be asked stored %d challenges", n)
	}
}

func TestAnotherTeamOrProcedureChangesWhoIsAskedAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire", "redcar-cleveland-internal")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "ne-lincolnshire", "team": "north-locality", "concern": "No visit."})
	expectText(t, "Maya", form, "Professional Challenge")
	expectNoText(t, "Maya", form, "Please put right")
	typed := practice.Inputs{"record": "1234567", "concern": "No visit since 12 February & \"none\" planned.\nNobody knows why.",
		"evidence": "Case notes", "ask": "A visit *this week*", "ask_by": "2026-04-10", "conference": "review", "conference_date": "2026-03-27"}

	south := practice.Inputs{"team": "south-locality"}
	for id, v := range typed {
		south[id] = v
	}
	s.maya.clicks(form, "Continue", south)
	expectMarked(t, form, "categories", "Please choose at least one category of concern.")
	expectInputsKept(t, "Maya", form, south)
	s.maya.clicks(form, "Continue", practice.Inputs{"categories": "risk"})
	expectText(t, "Maya", form, "Leah Morgan (Social Worker) and Ben Carter (Team Manager) will be asked")
	expectNoText(t, "Maya", form, "Tom Reid", "Priya Shah")

	s.maya.clicks(form, "Change what I wrote", nil)
	s.maya.clicks(form, "Continue", practice.Inputs{"ladder": "redcar-cleveland-internal"})
	expectText(t, "Maya", form, "Internal Challenge", "Protocol ID", "Child not visited within statutory timescales")
	expectInputsKept(t, "Maya", form, south)
	expectNoText(t, "Maya", form, "Liquidlogic", "Please put right")

	s.maya.clicks(form, "Send the challenge", practice.Inputs{"categories": "visits"})
	s.leah.gets("Internal Challenge", "Protocol ID: 1234567", "No visit since 12 February & \"none\" planned.")
	s.ben.gets("Please answer by Tuesday 31 March 2026 at 17:00")
	s.maya.gets("Asked to answer: Leah Morgan (Social Worker) and Ben Carter (Team Manager)")
	s.south.gets("Internal Challenge", "Social Worker / Team Manager")
}

func TestANameInPlaceOfTheRecordNumberIsRefusedWithEverythingTypedKept(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for _, name := range []string{"Millie Brown", "Millie", "Brown M 2019", "12", "M. Brown 123456"} {
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"record": name}))
		expectText(t, "Maya", form, "Please put right what is marked and send it again. Nothing has been recorded yet.")
		expectMarked(t, form, "record", "Please give the Liquidlogic number only: digits, with a short prefix if your system uses one. "+
			"Names are kept out of challenges.")
		expectInputsKept(t, "Maya", form, raiseInputs(practice.Inputs{"record": name}))
		s.expectNoNews()
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("a refused form stored %d challenges", n)
	}
	s.maya.types("/mine")
	s.maya.gets("Nothing is waiting for you, and nothing that you raised is open.")

	// The same form, put right, is sent.
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"record": "Millie"}))
	s.maya.clicks(form, "Send the challenge", practice.Inputs{"record": "LL-1234567"})
	expectText(t, "Maya", form, "Sent: Professional Challenge "+s.lastRef())
	s.tom.gets("Liquidlogic number: LL-1234567", "No visit since 12 February.")
	s.priya.gets("Liquidlogic number: LL-1234567")
	s.maya.gets("Maya Okafor raised this.")
	s.north.gets("An answer is due by")
}

func TestMissingLongAndPastFieldsAreMarkedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	long := strings.Repeat("a long story ", 400)
	for _, c := range []struct{ field, value, marked string }{
		{"record", "", "Please give the Liquidlogic number."},
		{"conference", "party", "Please choose the type of conference."},
		{"conference_date", "2019-01-01", "Please check the date of the conference"},
		{"conference_date", "2028-01-01", "Please check the date of the conference"},
		{"conference_date", "some time ago", "Please write the day, month and year"},
		{"categories", "", "Please choose at least one category of concern."},
		{"categories", "made-up", "Please choose categories from the list of this procedure."},
		{"concern", "", "Please say what is wrong."},
		{"concern", " \n\t ", "Please say what is wrong."},
		{"concern", long, "Please keep this to 4000 characters; it has 5199."},
		{"evidence", long, "Please keep this to 4000 characters; it has 5199."},
		{"ask", "", "Please say what you ask for."},
		{"ask", long, "Please keep this to 4000 characters; it has 5199."},
		{"ask_by", "in due course", "Please write the day, month and year"},
		{"ask_by", "2026-03-29", "This date has passed. Please give a date from today on."},
		{"ask_by", "2028-03-29", "Please check this date: it is more than a year and a half away."},
	} {
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		s.maya.clicksUnchecked(form, "Send the challenge", raiseInputs(practice.Inputs{c.field: c.value}))
		expectMarked(t, form, c.field, c.marked)
		want := raiseInputs(nil)
		delete(want, c.field)
		expectInputsKept(t, "Maya", form, want)
		if c.value == long {
			expectInputsKept(t, "Maya", form, practice.Inputs{c.field: long})
		}
		s.expectNoNews()
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("refused forms stored %d challenges", n)
	}
}

func TestATeamThatIsNotInTheDirectoryIsRefusedWithTheFormGivenBack(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicksUnchecked(form, "Send the challenge", raiseInputs(practice.Inputs{"team": "west-locality"}))
	expectMarked(t, form, "team", "Please choose the child's team from the list.")
	want := raiseInputs(nil)
	delete(want, "team")
	expectInputsKept(t, "Maya", form, want)
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
}

func TestTheSameFormSentTwiceIsOneChallenge(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")

	// A thumb presses twice before anything comes back, and Teams says it all again.
	ctx := t.Context()
	s.maya.clicks(form, "Continue", raiseInputs(nil))
	first := form.Click(ctx, s.maya.Person, "Send the challenge", nil)
	s.maya.ReloadsClient()
	form.Click(ctx, s.maya.Person, "Continue", raiseInputs(practice.Inputs{"concern": "No visit since 12 February!"}))
	second := form.Click(ctx, s.maya.Person, "Send the challenge", nil)
	for _, again := range []*practice.Answer{first, second, first.Redeliver(ctx), first.DeliverCopy(ctx, "1774861999999")} {
		s.maya.expectDone(again)
		if again.Card == nil || !strings.Contains(again.Card.Text(), "Sent: Professional Challenge "+s.lastRef()) {
			t.Errorf("the form was not answered with what was sent")
		}
	}
	// What the second press held and the first did not is given back, and is no challenge.
	if given := second.Card.Text(); !strings.Contains(given, "What you had typed") || !strings.Contains(given, "No visit since 12 February!") {
		t.Errorf("what was typed and not sent is gone:\n%s", given)
	}
	if text := first.Card.Text() + first.Redeliver(ctx).Card.Text(); strings.Contains(text, "What you had typed") {
		t.Errorf("what was sent is given back:\n%s", text)
	}
	if n := s.verifyTrails(); n != 1 {
		t.Errorf("one form became %d challenges", n)
	}
	s.maya.gets("Maya Okafor raised this.")
	s.tom.gets("Please answer by")
	s.priya.gets("Please answer by")
	s.north.gets("An answer is due by")

	// The form that was sent says so to whoever opens it later, on any device.
	s.maya.ReloadsClient()
	expectText(t, "Maya", form, "Sent: Professional Challenge", "This form is done with: to raise another challenge type /challenge.")
	expectInert(t, "Maya", form)

	// A new form is a new challenge.
	s.raiseAndCollect(nil, s.tom, s.priya)
	if n := s.verifyTrails(); n != 2 {
		t.Errorf("there are %d challenges, not two", n)
	}
}

func TestEachProcedureTakesOnlyTheConferencesThatItIsFor(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, l := range s.Ladders {
		s.maya.types("/challenge")
		form := s.maya.gets("Procedure")
		in, _ := form.Card().Input("ladder")
		if !hasChoice(in, l.ID) {
			continue // raised by somebody other than a chair
		}
		s.maya.clicks(form, "Continue", practice.Inputs{"ladder": l.ID})
		offered, _ := form.Card().Input("conference")
		for conference, plan := range map[challenge.ConferenceType]ladder.ChildPlan{
			challenge.InitialConference: ladder.ChildProtection, challenge.ReviewConference: ladder.ChildProtection, challenge.CareReview: ladder.LookedAfter,
		} {
			fits := acceptsPlan(l, plan)
			if len(offered.Choices) > 0 && hasChoice(offered, string(conference)) != fits {
				t.Errorf("%s offers %s: %t", l.ID, conference, !fits)
			}
			if fits || len(offered.Choices) == 0 { // of one alone nothing is chosen
				continue
			}
			s.maya.clicksUnchecked(form, "Send the challenge", practice.Inputs{"conference": string(conference)})
			expectMarked(t, form, "conference", "This procedure is not for that type of conference.")
		}
		s.expectNoNews()
	}
	if n := s.verifyTrails(); n != 0 {
		t.Errorf("%d challenges are stored", n)
	}
}

func hasChoice(in practice.Input, value string) bool {
	for _, c := range in.Choices {
		if c.Value == value {
			return true
		}
	}
	return false
}

func acceptsPlan(l *ladder.Ladder, plan ladder.ChildPlan) bool {
	for _, p := range l.Plans {
		if p == plan {
			return true
		}
	}
	return false
}

func TestACategoryIsOnlyTakenForThePlanThatItIsAbout(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	for _, c := range []struct{ conference, category, refused string }{
		{"initial", "placement", "The category “Placement not meeting the child's needs or unassessed” is not for that type of conference."},
		{"review", "drift-and-delay,placement", "The category “Placement not meeting the child's needs or unassessed” is not for that type of conference."},
		{"lac-review", "reports-and-assessment", "The category “Quality or timeliness of assessment and reports” is not for that type of conference."},
		{"lac-review", "placement,drift-and-delay", ""},
		{"initial", "reports-and-assessment", ""},
	} {
		s.maya.types("/challenge")
		form := s.maya.gets("Raise a challenge")
		main, others, _ := strings.Cut(c.category, ",")
		s.maya.clicks(form, "Send the challenge", raiseInputs(practice.Inputs{"conference": c.conference, "categories": main, "other_categories": others}))
		if c.refused != "" {
			expectMarked(t, form, "categories", c.refused)
			expectInputsKept(t, "Maya", form, practice.Inputs{"categories": main, "other_categories": others, "conference": c.conference})
			s.expectNoNews()
			continue
		}
		expectText(t, "Maya", form, "Sent: Professional Challenge")
		s.discardNews()
	}
	if n := s.verifyTrails(); n != 2 {
		t.Errorf("%d challenges are stored, not the two that fit", n)
	}
}
