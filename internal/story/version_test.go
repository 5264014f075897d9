package story

import (
	"testing"

	"challengebot/internal/ladder"
)

func TestTheChairSeesUnderWhichVersionOfTheProcedureAChallengeRuns(t *testing.T) {
	t.Parallel()
	l, err := ladder.Load("ne-lincolnshire")
	if err != nil {
		t.Fatal(err)
	}
	l.Version = 2
	s := openWith(t, Options{DatabaseURL: database(t), Ladders: []*ladder.Ladder{l}})
	r := s.raises(atStage1(nil), s.priya)
	const runs = "It runs under Professional Challenge and Escalation Process, version 2, as that was when it was raised."
	shows(t, "Maya", r.chair, runs)
	s.at("Wed 8 Apr 2026 17:00")
	shows(t, "Maya", s.maya.recalls("Maya Okafor raised this."), runs)
	s.drain()
}
