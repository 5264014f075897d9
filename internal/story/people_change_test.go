package story

import (
	"strings"
	"testing"

	"challengebot/internal/challenge"
	"challengebot/internal/directory"
	"challengebot/internal/practice"
)

// An organisation that changes while challenges run: people leave and change their roles, teams
// are renamed, and nobody's question is stranded.

// restartWith ends the program and starts it again with another directory file.
func (s *stage) restartWith(people []byte) {
	s.t.Helper()
	d, err := directory.Read("authority.yaml", people)
	if err != nil {
		s.t.Fatal(err)
	}
	s.restart(func() { s.Directory = d })
}

// restart ends the program and starts it again after a change.
func (s *stage) restart(change func()) {
	s.t.Helper()
	s.stop()
	if err := <-s.serveDone; err != nil {
		s.t.Fatal(err)
	}
	s.App.Close()
	change()
	if err := s.startProgram(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// withoutPerson is a directory file after somebody has left: by their key in it, whatever role
// they held is held by another, if one is named.
func withoutPerson(file []byte, id, successor string) []byte {
	var kept []string
	for _, line := range strings.Split(string(file), "\n") {
		if !strings.Contains(line, "{id: "+id+", name:") {
			kept = append(kept, line)
		}
	}
	text := strings.Join(kept, "\n")
	for _, held := range []string{": " + id + ",", ": " + id + "}", ": " + id + "\n"} {
		text = strings.ReplaceAll(text, held, strings.Replace(held, id, successor, 1))
	}
	return []byte(strings.ReplaceAll(text, "["+id+", ", "["))
}

func TestAQuestionOfAManagerWhoHasLeftGoesToTheirSuccessorWithTheSameDate(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	alex := s.actorNamed("Alex Byrne")
	s.restartWith(withoutPerson(sampleAuthority, "priya", "alex"))
	alexs := alex.gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00", "No visit since 12 February.",
		"Stage 1: Priya Shah (Team Manager) is not in the directory any more, so Alex Byrne (Team Manager) is asked. The date stays.")
	s.maya.gets("Waiting for an answer from Alex Byrne (Team Manager) by Wednesday 8 April 2026 at 17:00.")
	s.expectNoNews()

	// Priya reads nothing more, and what she sends from the old card is kept and counts for
	// nothing.
	expectNoText(t, "Priya", r.asked[0], "No visit since 12 February.", "Alex")
	expectInert(t, "Priya", r.asked[0])
	s.priya.types("/challenge " + r.ref)
	expectNoText(t, "Priya", s.priya.gets("There is no challenge"), "No visit")
	s.priya.types("/respond " + r.ref + " We shall visit. | A visit; duty worker; 2026-04-10")
	expectNoText(t, "Priya", s.priya.gets("You are not listed in the directory any more, so this does not count as the answer."), "No visit", "Alex")
	s.maya.gets("a late reply from Priya Shah, after they had left the directory")
	s.moveClock("Wed 8 Apr 2026 09:00")
	s.priya.getsNothing()
	s.discardNews()
	alex.clicks(alexs, "Send the answer", answerInputs("2026-04-10", nil))
	s.maya.gets("Alex Byrne answered")
	s.expectTrail(r.ref,
		"Mon 30 Mar 10:00  Maya Okafor: raised",
		"Mon 30 Mar 10:00  Maya Okafor: skipped_to stage-1",
		"Mon 30 Mar 10:00  challengebot: rung_opened stage-1",
		"Mon 30 Mar 10:00  challengebot: handed_over stage-1",
		"Mon 30 Mar 10:00  Priya Shah: reply_kept stage-1",
		"Tue 7 Apr 09:00  challengebot: reminded stage-1", // the working day before, and the last one
		"Wed 8 Apr 09:00  challengebot: reminded stage-1",
		"Wed 8 Apr 09:00  Alex Byrne: responded stage-1")
	s.discardNews()
}

func TestAManagerWhoLosesTheRoleIsAskedNoMoreAndTheNewOneIs(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	s.restartWith(replaceIn(string(sampleAuthority), "{social-worker: tom, team-manager: priya}", "{social-worker: priya, team-manager: ben}"))
	s.ben.gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00",
		"Stage 1: Priya Shah (Team Manager) does not hold the role any more, so Ben Carter (Team Manager) is asked. The date stays.")
	s.maya.gets("Waiting for an answer from Ben Carter (Team Manager)")
	s.expectNoNews()
	expectText(t, "Priya", r.asked[0], "This was handed over to Ben Carter")
	expectInert(t, "Priya", r.asked[0])
	s.priya.types("/respond " + r.ref + " We shall visit. | A visit; duty worker; 2026-04-10")
	s.priya.gets("This was handed over to Ben Carter, who is asked now.")
	s.discardNews()
}

// Nobody holds the role any more: chair and oversight hear at once, the question stays where it
// is, and the first who holds the role again is asked.
func TestWhereNobodyHoldsTheRoleAnyMoreChairAndOversightHearAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	deserted := replaceIn(string(withoutPerson(sampleAuthority, "priya", "gone")), ", team-manager: gone", "", "line-manager: gone, ", "")
	s.restartWith(deserted)
	const gap = "To answer: Priya Shah (Team Manager) does not hold the role any more, and nobody else does."
	s.owen.gets(r.ref, gap)
	s.maya.gets(r.ref, gap)
	s.expectNoNews()
	s.restartWith(deserted) // the same once more is no news
	s.expectNoNews()
	s.moveClock("Tue 31 Mar 2026 09:00")
	s.owen.gets(digestHeading, r.ref, gap)
	s.expectNoNews()
	s.restartWith(withoutPerson(sampleAuthority, "priya", "alex"))
	s.actorNamed("Alex Byrne").gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00")
	s.maya.gets("Waiting for an answer from Alex Byrne")
	s.expectNoNews()
	s.moveClock("Wed 1 Apr 2026 09:00")
	s.owen.getsNothing()
}

func TestAJudgementAndAGateOfWhoHasLeftPassOn(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	ref, _, graces := s.bringToGate()
	s.restartWith(withoutPerson(sampleAuthority, "grace", "quinn"))
	quinn := s.actorNamed("Quinn Baxter")
	quinns := quinn.gets("Before Stage 2 can begin", "Quinn Baxter (Safeguarding and Review Service Manager) can record this, in the place of Grace Lloyd")
	s.maya.gets(ref, "Quinn Baxter")
	s.expectNoNews()
	expectInert(t, "Grace", graces)
	expectNoText(t, "Grace", graces, "No visit since 12 February.")
	quinn.clicks(quinns, "Agreed", practice.Inputs{"note": "Agreed."})
	s.daniel.gets(ref + " · Stage 2")
	s.discardNews()
}

func TestAChairWhoHasLeftHasASuccessorWhomOversightNames(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(s *stage, ref string, card *practice.Message){
		"by button": func(s *stage, ref string, card *practice.Message) {
			s.owen.clicks(card, "Name the successor now", practice.Inputs{s.fieldWithLabel(card, "Who takes over"): s.sam.ID})
		},
		"by typing": func(s *stage, ref string, _ *practice.Message) { s.owen.types("/successor " + ref + " sam whitfield") },
		"in Welsh":  func(s *stage, ref string, _ *practice.Message) { s.owen.types("/olynydd " + ref + " Sam Whitfield") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			ref, _ := s.raiseAndLetAnswer()
			s.restartWith(withoutPerson(sampleAuthority, "maya", ""))
			card := s.owen.gets(ref, "Maya Okafor, who raised this, is not in the directory any more.", "/successor "+ref+" NAME",
				"To decide on the answer: Maya Okafor (IRO / CP chair) is not in the directory any more")
			s.expectNoNews()
			s.sam.types("/satisfied " + ref)
			s.sam.gets("There is no challenge")
			s.priya.types("/successor " + ref + " Sam Whitfield")
			s.priya.gets("Only somebody who oversees " + ref + " can name a successor of its chair.")
			s.owen.types("/successor " + ref + " Nobody Known")
			s.owen.gets("Please name somebody who may raise challenges under this procedure.", "Nobody Known")
			s.owen.types("/successor " + ref + " Priya Shah")
			s.owen.gets("Please name somebody who may raise challenges under this procedure.")
			tell(s, ref, card)
			sams := s.sam.gets("Is the answer good enough", "Priya Shah answered")
			s.discardNews()
			s.sam.clicks(sams, "Satisfied", nil)
			if c := s.load(ref).Challenge; c.State != challenge.StateResolved || c.Chair.Name != "Sam Whitfield" {
				t.Errorf("it is %s, and %s is the chair", c.State, c.Chair.Name)
			}
			s.discardNews()
			if s.verifyTrails() != 1 {
				t.Error("there is no trail")
			}
		})
	}
}

// A team that the directory does not list any more is a fault of the set-up: the challenge waits
// for it to be put right and does not race past every stage.
func TestAChallengeWhoseTeamIsGoneWaitsAndEverybodyHearsAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, "ne-lincolnshire")
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	renamed := replaceIn(string(sampleAuthority), "id: north-locality", "id: north-and-east")
	s.restartWith(renamed)
	const gone = "The directory does not list the team or the agency of this challenge any more"
	s.owen.gets(r.ref, gone)
	s.maya.gets(r.ref, gone)
	s.expectNoNews()
	s.moveClock("Wed 8 Apr 2026 17:00") // the window ends: nothing may be concluded from it
	s.discardNews()
	s.moveClock("Fri 10 Apr 2026 12:00")
	s.discardNews()
	if c := s.load(r.ref).Challenge; c.State != challenge.StateAwaitingResponse || c.Rung != "stage-1" {
		t.Fatalf("it is %s on %s: %v", c.State, c.Rung, s.eventKinds(r.ref))
	}
	for _, kind := range s.eventKinds(r.ref) {
		if kind == "role_vacant" || kind == "exhausted" || kind == "lapsed" {
			t.Errorf("the trail has %s", kind)
		}
	}
	s.moveClock("Fri 10 Apr 2026 13:00")
	s.restartWith(sampleAuthority) // put right
	s.discardNews()
	s.moveClock("Mon 13 Apr 2026 09:00")
	if c := s.load(r.ref).Challenge; c.State != challenge.StateHeldAtGate || c.Rung != "stage-2" {
		t.Errorf("it is %s on %s", c.State, c.Rung)
	}
	s.discardNews()
}

func TestAChallengeThatWasRaisedAboutAnotherTeamIsMoved(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(s *stage, ref string, chair *practice.Message){
		"by button": func(s *stage, _ string, chair *practice.Message) {
			s.maya.clicks(chair, "Move the challenge now", practice.Inputs{s.fieldWithLabel(chair, "Which team the child is with"): "south-locality"})
		},
		"by name":  func(s *stage, ref string, _ *practice.Message) { s.maya.types("/move " + ref + " south locality") },
		"by key":   func(s *stage, ref string, _ *practice.Message) { s.maya.types("/move " + ref + " South-Locality") },
		"in Welsh": func(s *stage, ref string, _ *practice.Message) { s.maya.types("/symud " + ref + " South Locality") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "ne-lincolnshire")
			r := s.raiseAndCollect(atStage1(nil), s.priya)
			s.owen.types("/move " + r.ref + " South Locality")
			s.owen.gets("Only the person who raised " + r.ref + " can move it to another team.")
			for typed, said := range map[string]string{"Nowhere": "Please choose the team of the child.", "": "Please choose the team of the child.",
				"north locality": r.ref + " is about a child of North Locality already."} {
				s.maya.types("/move " + r.ref + " " + typed)
				s.maya.gets(said)
			}
			move(s, r.ref, r.chair)
			bens := s.ben.gets(r.ref, "Please answer by Wednesday 8 April 2026 at 17:00", "Team: South Locality",
				"Stage 1: passed on from Priya Shah (Team Manager) to Ben Carter (Team Manager) with the move to another team. The date stays.")
			s.maya.TakeNew() // typed, the card comes below
			expectText(t, "Maya", s.maya.findsMessage("Maya Okafor moved"), "Maya Okafor moved the challenge from North Locality to South Locality. The dates stay.")
			s.south.gets(r.ref)
			s.expectNoNews()
			expectInert(t, "Priya", r.asked[0])
			s.moveClock("Tue 7 Apr 2026 12:00")
			s.discardNews()
			s.ben.clicks(bens, "Send the answer", answerInputs("2026-04-10", nil))
			s.maya.gets("Ben Carter answered")
			s.discardNews()
			if c := s.load(r.ref).Challenge; c.Details.Team != "south-locality" || c.RaisedDetails().Team != "north-locality" {
				t.Errorf("it is about %s, and was raised about %s", c.Details.Team, c.RaisedDetails().Team)
			}
			if s.verifyTrails() != 1 {
				t.Error("there is no trail")
			}
		})
	}
}
