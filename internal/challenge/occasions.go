package challenge

import (
	"slices"

	"challengebot/internal/ladder"
)

// occasions are the words in which a ladder's notices and records speak of an event. An escalation
// is one of the rung that it leaves and of the rung that it reaches.
func occasions(e Event, l *ladder.Ladder) []string {
	switch b := e.Body.(type) {
	case Raised:
		return []string{"raise"}
	case Responded:
		if r, ok := l.RungByID(e.Rung); ok && r.Form == ladder.FormMeeting {
			return []string{"response", "meeting"}
		}
		return []string{"response"}
	case Judged:
		if b.Verdict == NotSatisfied {
			return []string{"judgement", "escalation"}
		}
		return []string{"judgement"}
	case RungOpened:
		if b.Cause != CauseRaise && b.Cause != CausePartly {
			return []string{"escalation"}
		}
	case Lapsed:
		return []string{"lapse", "escalation"}
	case SkippedTo:
		return []string{"skip"}
	case Resolved, Withdrawn, HandedOff:
		return []string{"close"}
	}
	return nil
}

// isOccasion reports whether a notice or a record hangs on an event: on is its list of occasions,
// rungs those that it is limited to. rung is where the challenge stood.
func isOccasion(e Event, l *ladder.Ladder, on, rungs []string, rung string) bool {
	if e.Rung != "" {
		rung = e.Rung // the raising itself stands before the first rung
	}
	if len(rungs) > 0 && !slices.Contains(rungs, rung) {
		return false
	}
	return slices.ContainsFunc(occasions(e, l), func(o string) bool {
		return slices.Contains(on, o) || slices.Contains(on, "any")
	})
}
