package story

import (
	"testing"

	"challengebot/internal/ladder"
)

func TestTheChairSeesUnderWhichVersionOfTheProcedureAChallengeRuns(t *testing.T) {
	t.Parallel()
	l, err := ladder.LoadShipped("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	l.Version = 2
	s := openWith(t, Options{DatabaseURL: testDatabase(t), Ladders: []*ladder.Ladder{l}})
	r := s.raiseAndCollect(atStage1(nil), s.priya)
	const runs = "It runs under Professional Challenge and Escalation Process, version 2, as that was when it was raised."
	expectText(t, "Maya", r.chair, runs)
	s.moveClock("Wed 8 Apr 2026 17:00")
	expectText(t, "Maya", s.maya.findsMessage("Maya Okafor raised this."), runs)
	s.discardNews()
}
