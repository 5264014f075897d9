package challenge

import (
	"slices"

	"challengebot/internal/ladder"
)

// postAlerts posts the notices that the procedure wants beside its rungs: to those
// who do not answer, with a reference and nothing else. Who is told more by the same
// step is not told twice.
func (tr *transition) postAlerts() {
	for _, n := range tr.env.Ladder.Alerts {
		if !slices.ContainsFunc(tr.events, func(e Event) bool { return tr.alertApplies(n, e) }) {
			continue
		}
		for _, role := range n.To {
			for _, p := range tr.reachableInRole(role) {
				if p.ID != tr.by.ID && !tr.isPostedTo(p.ID) {
					tr.post(Address{Person: p.ID}, CardNotice)
				}
			}
		}
	}
}

func (tr *transition) isPostedTo(id string) bool {
	return slices.ContainsFunc(tr.posts, func(post Post) bool { return post.To.Person == id })
}

// alertApplies reports whether the notice is about the event.
func (tr *transition) alertApplies(n ladder.Alert, e Event) bool {
	rung := e.Rung
	if rung == "" {
		rung = tr.c.Rung // the raising itself stands before the first rung
	}
	if len(n.Rungs) > 0 && !slices.Contains(n.Rungs, rung) {
		return false
	}
	return slices.ContainsFunc(tr.alertOccasions(e), func(o string) bool {
		return slices.Contains(n.OnEvents, o) || slices.Contains(n.OnEvents, "any")
	})
}

// alertOccasions are the words in which a ladder's notices speak of an event. An
// escalation is one of the rung that it leaves and of the rung that it reaches.
func (tr *transition) alertOccasions(e Event) []string {
	switch b := e.Body.(type) {
	case Raised:
		return []string{"raise"}
	case Responded:
		if r, ok := tr.env.Ladder.RungByID(e.Rung); ok && r.Form == ladder.FormMeeting {
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
