package challenge

import (
	"slices"

	"challengebot/internal/ladder"
)

// tellNoticed posts the notices that the procedure wants beside its rungs: to those
// who do not answer, with a reference and nothing else. Who is told more by the same
// step is not told twice.
func (s *step) tellNoticed() {
	for _, n := range s.env.Ladder.Notices {
		if !slices.ContainsFunc(s.events, func(e Event) bool { return s.noticed(n, e) }) {
			continue
		}
		for _, role := range n.To {
			for _, p := range s.holders(role) {
				if p.ID != s.by.ID && !s.shownTo(p.ID) {
					s.show(Address{Person: p.ID}, CardNotice)
				}
			}
		}
	}
}

func (s *step) shownTo(id string) bool {
	return slices.ContainsFunc(s.shows, func(show Show) bool { return show.To.Person == id })
}

// noticed reports whether the notice is about the event.
func (s *step) noticed(n ladder.Notice, e Event) bool {
	rung := e.Rung
	if rung == "" {
		rung = s.c.Rung // the raising itself stands before the first rung
	}
	if len(n.Rungs) > 0 && !slices.Contains(n.Rungs, rung) {
		return false
	}
	return slices.ContainsFunc(s.occasions(e), func(o string) bool {
		return slices.Contains(n.On, o) || slices.Contains(n.On, "any")
	})
}

// occasions are the words in which a ladder's notices speak of an event. An
// escalation is one of the rung that it leaves and of the rung that it reaches.
func (s *step) occasions(e Event) []string {
	switch b := e.Body.(type) {
	case RaisedBody:
		return []string{"raise"}
	case Responded:
		if r, ok := s.env.Ladder.Rung(e.Rung); ok && r.Form == ladder.FormMeeting {
			return []string{"response", "meeting"}
		}
		return []string{"response"}
	case JudgedBody:
		if b.Verdict == NotSatisfied {
			return []string{"judgement", "escalation"}
		}
		return []string{"judgement"}
	case RungOpened:
		if b.Cause != ByRaise && b.Cause != ByPartly {
			return []string{"escalation"}
		}
	case Lapsed:
		return []string{"lapse", "escalation"}
	case SkippedTo:
		return []string{"skip"}
	case ResolvedBody, WithdrawnBody, HandedOffBody:
		return []string{"close"}
	}
	return nil
}
