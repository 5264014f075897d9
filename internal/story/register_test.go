package story

import (
	"testing"

	"challengebot/internal/practice"
)

// The register: every challenge, open and ended, for whoever raised it, oversees it or keeps the
// register of its procedure.

func TestTheRegisterShowsEachReaderTheirChallenges(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: twoOverseers()}, "ne-lincolnshire")
	ines, quinn := s.actorNamed("Ines Moreau"), s.actorNamed("Quinn Baxter")
	north := s.raiseChallenge(atStage1(nil))
	s.moveClock("Mon 30 Mar 2026 11:00")
	south := s.beginChallenge(s.sam, atStage1(practice.Inputs{"team": "south-locality", "record": "204817"})).ref
	s.sam.types("/withdraw " + south + " Raised twice.")
	s.discardNews()

	// A chair sees their own, ended ones among them, and opens one.
	s.sam.types("/register")
	list := s.sam.gets("Register of challenges", "You see the challenges that you raised.", "Open and ended challenges",
		south+" · 204817 · South Locality", "Stage 1: Withdrawn", "Raised Monday 30 March 2026 by Sam Whitfield")
	expectNoText(t, "Sam", list, north, "No visit since 12 February.", "Raised twice.")
	s.sam.clicks(list, "Open "+south, nil)
	s.sam.gets(south, "Withdrawn")

	// Whoever oversees a team sees the team's; whoever oversees all sees all, the latest first.
	ines.types("/register")
	expectNoText(t, "Ines", ines.gets("those that you oversee", north), south)
	quinn.types("/register open")
	expectNoText(t, "Quinn", quinn.gets("Open challenges", "There is no such challenge"), north, south)
	s.owen.types("/register")
	s.owen.gets(south, north)

	// It is searched by what people know of a challenge. What is not understood comes back.
	for _, search := range []struct {
		in         practice.Inputs
		is, isNot  string
		alsoSaying string
	}{
		{practice.Inputs{"record": "204817"}, south, north, "number 204817"},
		{practice.Inputs{"record": north}, north, south, north},
		{practice.Inputs{"state": "ended"}, south, north, "Ended challenges"},
		{practice.Inputs{"team": "north-locality"}, north, south, "North Locality"},
		{practice.Inputs{"stage": "ne-lincolnshire/stage-2"}, "There is no such challenge", north, "at Stage 2"},
		{practice.Inputs{"person": "maya okafor"}, north, south, "raised by or waiting for maya okafor"},
		{practice.Inputs{"person": "Priya Shah"}, north, south, "Priya Shah"},
		{practice.Inputs{"raised_from": "2026-03-30", "raised_to": "2026-03-30"}, north, "There is no such challenge", "raised from Monday 30 March 2026"},
		{practice.Inputs{"raised_from": "2026-03-31"}, "There is no such challenge", south, "raised from"},
	} {
		s.owen.types("/register")
		list = s.owen.gets(south, north)
		s.owen.clicks(list, "Show", search.in)
		expectText(t, "Owen", list, search.is, search.alsoSaying)
		expectNoText(t, "Owen", list, search.isNot+" ·")
	}
	s.owen.types("/register")
	list = s.owen.gets(south, north)
	s.owen.clicksUnchecked(list, "Show", practice.Inputs{"person": "Nobody Known", "raised_from": "2026-03-31", "raised_to": "2026-03-30"})
	expectMarked(t, list, "person", "Nobody in the directory is called that.")
	expectMarked(t, list, "raised_to", "This day lies before the first.")
	expectInputsKept(t, "Owen", list, practice.Inputs{"person": "Nobody Known", "raised_from": "2026-03-31"})

	// "/challenge" with a number shows what there is about it, to whom it is shown.
	s.sam.types("/challenge 204817")
	s.sam.gets(south+" · 204817", "To raise another challenge about this number: /challenge 204817 and what is wrong")
	s.maya.types("/challenge 204817")
	expectNoText(t, "Maya", s.maya.gets("Raise a challenge"), south)
	s.owen.types("/register 204817")
	expectNoText(t, "Owen", s.owen.gets(south), north, "To raise another")

	// Somebody who is asked is no keeper of the register; nor is somebody without a part.
	s.priya.types("/register")
	s.priya.gets("The register shows the challenges that you raised", "None of this is so for you.")
	s.discardNews()
}

func TestTheRegisterIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	var refs []string
	for range 12 {
		refs = append(refs, s.raiseChallenge(nil))
		s.discardNews()
	}
	s.owen.types("/register open North Locality")
	list := s.owen.gets("Open challenges, North Locality", refs[11], refs[2])
	expectNoText(t, "Owen", list, refs[1], refs[0], "continued")
	s.owen.clicks(list, "Show more", nil)
	expectText(t, "Owen", list, "continued", refs[1], refs[0])
	expectNoText(t, "Owen", list, refs[2], "Show more")
	s.discardNews()
}

// Knowsley section 3: the Safeguarding Quality Assurance Officer keeps the Challenge Log, of every
// challenge from the first. Rutland sections 3 and 4: the Quality Assurance Manager supervises the
// chairs, from the first alert.
func TestWhoKeepsTheRegisterOfAProcedureReadsIt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ ladder, keeper, from string }{{"knowsley", "Omar Said", ""}, {"rutland", "Quinn Baxter", "Stage 1"}} {
		t.Run(test.ladder, func(t *testing.T) {
			t.Parallel()
			s := openWithEverybody(t, test.ladder)
			keeper := s.actorNamed(test.keeper)
			in := concernInputs("childrens-social-care", practice.Inputs{"concern": "No Core Group since January."})
			if test.ladder == "rutland" {
				in = alertInputs(nil)
			}
			r := s.beginChallenge(s.maya, in)
			s.discardNews()
			if test.from != "" { // an alert is one when its threshold is agreed
				keeper.types("/register")
				keeper.gets("There is no such challenge")
				keeper.types("/challenge " + r.ref)
				keeper.gets("There is no challenge")
				s.agreeThreshold(test.from)
				s.discardNews()
			}
			keeper.types("/register")
			list := keeper.gets("You see those whose register you keep or watch.", r.ref+" · 1234567", "Raised Monday 30 March 2026 by Maya Okafor")
			keeper.clicks(list, "Open "+r.ref, nil)
			keeper.gets(r.ref, "No Core Group since January.")
		})
	}
}
