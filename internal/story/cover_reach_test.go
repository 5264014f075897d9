package story

import (
	"strings"
	"testing"

	"challengebot/internal/practice"
)

// What somebody gives whom by naming a stand-in.

// twoOverseers is the sample authority with an overseer for each team in the place of the
// authority's own: Ines for the north, Quinn for the south.
func twoOverseers() []byte {
	return replaceIn(string(sampleAuthority),
		"roles: {social-worker: tom, team-manager: priya}", "roles: {social-worker: tom, team-manager: priya, oversight: ines}",
		"roles: {social-worker: leah, team-manager: ben}", "roles: {social-worker: leah, team-manager: ben, oversight: quinn}")
}

// replaceIn replaces each first text by the one after it; each must be there.
func replaceIn(text string, pairs ...string) []byte {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			panic("the text does not hold " + pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return []byte(text)
}

// The overseer of the south names themselves for the south's manager, who stands in for the
// north's: the north's challenge stays with the north.
func TestCoverForSomebodyElseReachesOnlyWhatWhoSetItOversees(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: twoOverseers()}, "ne-lincolnshire")
	quinn := s.actorNamed("Quinn Baxter")
	north := s.raiseAndCollect(atStage1(nil), s.priya)
	s.maya.types("/challenge")
	form := s.maya.gets("Raise a challenge")
	s.maya.clicks(form, "Send the challenge", raiseInputs(atStage1(practice.Inputs{"team": "south-locality"})))
	south := s.lastRef()
	s.discardNews()

	s.priya.types("/cover Ben Carter today to 2026-04-02")
	s.priya.gets("Handed over, with the time that was left: " + north.ref)
	s.ben.gets(north.ref, "Please answer by")
	s.maya.gets(north.ref, "Ben Carter (Team Manager, standing in for Priya Shah)")
	quinn.types("/cover for Ben Carter by Quinn Baxter today")
	for _, m := range quinn.getsAll("Handed over, with the time that was left: "+south+".", "Please answer by") {
		expectNoText(t, "Quinn", m, north.ref)
	}
	s.discardNews()

	quinn.types("/challenge " + north.ref)
	expectNoText(t, "Quinn", quinn.gets("There is no challenge"), "No visit since 12 February.")
	quinn.types("/respond " + north.ref + " We shall visit. | A visit; duty worker; 2026-04-10")
	quinn.gets("There is no challenge")
	if got := s.post(quinn.newInvoke(object{"verb": "refresh", "challenge": s.challengeID(north.ref), "card": "case"})); got.Card != nil {
		t.Errorf("Quinn's client was given the north's challenge:\n%s", got.Body)
	}
	s.moveClock("Tue 31 Mar 2026 09:00")
	for _, e := range s.load(north.ref).History {
		if strings.Contains(string(e.Data), "Quinn") {
			t.Errorf("the north's trail knows Quinn: %s %s", e.Body.Kind(), e.Data)
		}
	}
	s.discardNews()
	s.ben.types("/respond " + north.ref + " We shall visit. | A visit; duty worker; 2026-04-10")
	s.maya.gets(north.ref, "Is the answer good enough", "Ben Carter answered")
	s.discardNews()
}

// Who oversees the challenge may do what who oversees elsewhere may not: name a stand-in for a
// stand-in. The reply says who is asked in the end.
func TestAStandInOfAStandInNeedsTheirOwnWordOrThatOfWhoOverseesTheChallenge(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: twoOverseers()}, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	alex := s.actorNamed("Alex Byrne")
	s.ben.types("/cover Alex Byrne today to 2026-04-02")
	s.ben.gets("It is noted.", "Nothing waits for Ben Carter now, so nothing was handed over.")
	s.priya.types("/cover Ben Carter today to 2026-04-02")
	s.priya.gets("Ben Carter is away too on some of these days", r.ref+" is with Alex Byrne now.")
	alex.gets(r.ref, "Please answer by")
	s.maya.gets("Waiting for an answer from Alex Byrne (Team Manager, standing in for Priya Shah)")
	s.ben.getsNothing()
}

func TestAuthorityWideOversightReachesTeamsThatHaveTheirOwn(t *testing.T) {
	t.Parallel()
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Directory: twoOverseers()}, "ne-lincolnshire")
	ref, _, _ := s.bringToGate()
	s.discardNews()
	s.owen.types("/waiting")
	s.owen.gets(digestHeading, ref)
	s.owen.types("/challenge " + ref)
	s.owen.gets(ref)
	s.owen.types("/cover for Priya Shah by Ben Carter 2026-04-10 to 2026-04-11")
	s.owen.gets("It is noted.", "For Priya Shah: Ben Carter")
	s.owen.types("/cover end 1")
	s.owen.gets("Number 1 has ended.")
	s.owen.types("/notices")
	s.owen.gets("North Locality", "South Locality")
}

func TestNoCircleOfStandInsOfAnyLength(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.ben.types("/cover Priya Shah 2026-04-05 to 2026-04-20")
	s.ben.gets("It is noted.")
	s.priya.types("/cover Ben Carter 2026-04-01 to 2026-04-05")
	s.priya.gets("That would be a circle: Priya Shah and Ben Carter would stand in for one another", "Ben Carter 2026-04-01 to 2026-04-05")
	s.priya.types("/cover Ben Carter 2026-04-01 to 2026-04-04") // the day before it begins
	s.priya.gets("It is noted.")
	s.priya.types("/cover Tom Reid 2026-04-10 to 2026-04-12")
	s.priya.gets("It is noted.")
	s.tom.types("/cover Leah Morgan 2026-04-12 to 2026-04-30")
	s.tom.gets("It is noted.")
	s.leah.types("/cover Ben Carter 2026-04-11 to 2026-04-13") // leah, ben, priya, tom, leah on the 12th alone
	s.leah.gets("That would be a circle: Leah Morgan, Ben Carter, Priya Shah and Tom Reid would stand in for one another")
	s.owen.types("/cover for Leah Morgan by Ben Carter 2026-04-11 to 2026-04-13")
	s.owen.gets("That would be a circle")
	s.leah.types("/cover Ben Carter 2026-04-13 to 2026-04-13")
	s.leah.gets("It is noted.")
}

func TestTheSameCoverTwiceIsOneUnlessAnotherWasSetBetween(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	const ben, alex = "/cover Ben Carter 2026-04-01 to 2026-04-05", "/cover Alex Byrne 2026-04-01 to 2026-04-05"
	s.priya.types(ben)
	s.priya.gets("It is noted.")
	for _, again := range []string{ben, ben, "/cover ben carter from 2026-04-01 until 2026-04-05"} {
		s.priya.types(again)
		if card := s.priya.gets("That was noted before.").String(); strings.Count(card, "For Priya Shah") != 1 {
			t.Errorf("it stands more than once:\n%s", card)
		}
	}
	s.owen.types("/cover for Priya Shah by Ben Carter 2026-04-01 to 2026-04-05")
	s.owen.gets("That was noted before.")
	s.priya.types(alex)
	s.priya.gets("It is noted.")
	s.priya.types(ben) // Alex holds on these days now
	s.priya.gets("It is noted.")
}

// Nobody makes themselves the one who decides.
func TestWhoOverseesDoesNotNameThemselvesForWhoDecides(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	s.owen.types("/cover for Maya Okafor by Owen Price today to 2026-04-02")
	s.owen.gets("Maya Okafor decides on challenges, so whoever oversees them cannot name themselves to do so.", "by Owen Price today")
	s.owen.types("/cover for Maya Okafor by Sam Whitfield today to 2026-04-02")
	s.owen.gets("It is noted.")
	s.owen.types("/cover for Priya Shah by Owen Price today to 2026-04-02") // she answers and decides nothing
	s.owen.gets("It is noted.")
}
