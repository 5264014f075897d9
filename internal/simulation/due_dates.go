package simulation

import (
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// StandardStart is a time at which raising a challenge shows what a ladder does with the calendar.
type StandardStart struct{ Name, Clock string }

// StandardStarts are an ordinary week and the days on which dates go wrong, by the clock of the
// calendar.
var StandardStarts = []StandardStart{
	{"in an ordinary week", "2026-06-08 10:00"},
	{"on a Friday evening", "2026-06-12 18:30"},
	{"before the clocks go forward", "2026-03-27 16:00"},
	{"on Maundy Thursday", "2026-04-02 10:00"},
	{"before the clocks go back", "2026-10-23 16:00"},
	{"on 23 December", "2026-12-23 10:00"},
}

// RungDue is when a rung opens and is due.
type RungDue struct {
	Rung        string
	Opened, Due time.Time
}

// ComputeDueDates are the due dates of a ladder's rungs if a challenge is raised at a time, nobody
// answers, and each gate opens at once: the soonest by which each can come. With an error those
// until then are returned.
func ComputeDueDates(l *ladder.Ladder, c *workday.Calendar, raised time.Time) ([]RungDue, error) {
	steps, err := Run(Script{Ladder: l, Calendar: c, Start: raised, Behaviour: BehaviourGatesOnly})
	var found []RungDue
	seen := map[string]bool{}
	for _, s := range steps {
		if s.Event == "opened" && s.Due != nil && !seen[s.Rung] {
			seen[s.Rung] = true
			found = append(found, RungDue{s.Rung, s.At, *s.Due})
		}
	}
	return found, err
}
