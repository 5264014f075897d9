package ladder

import (
	"slices"

	"challengebot/internal/workday"
)

// OrdinaryUrgency is what is chosen for a challenge that can wait; no urgency has it for an id.
const OrdinaryUrgency = "ordinary"

// Urgency is a kind of challenge that cannot wait as long as others: chosen when it is raised, it
// bounds the time of every rung until the chair lifts it.
type Urgency struct {
	ID    string `yaml:"id" json:"id"`
	Label string `yaml:"label" json:"label"`
	// Window is the most that a rung has.
	Window workday.Window `yaml:"window" json:"window"`
	// StartAt is the rung on which it begins, if not the first.
	StartAt string `yaml:"start_at,omitempty" json:"start_at,omitempty"`
	// WindowInferred marks a time that the procedure does not state.
	WindowInferred bool   `yaml:"window_inferred,omitempty" json:"window_inferred,omitempty"`
	Source         string `yaml:"source" json:"source"`
}

// UrgencyByID is the urgency of that id.
func (l *Ladder) UrgencyByID(id string) (Urgency, bool) {
	i := slices.IndexFunc(l.Urgencies, func(u Urgency) bool { return u.ID == id })
	if i < 0 {
		return Urgency{}, false
	}
	return l.Urgencies[i], true
}
