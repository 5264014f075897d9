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
	return isOccasion(e, tr.env.Ladder, n.OnEvents, n.Rungs, tr.c.Rung)
}
