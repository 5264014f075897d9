package outbox

import (
	"time"

	"github.com/google/uuid"
)

// Unreachable is somebody whom Teams does not let the bot write to: the app is not
// installed for them, or blocked.
type Unreachable struct {
	Person string // Entra object id
	Since  time.Time
	Code   string // Teams' word for why
	// ReachableAgainAt is when they were heard of again; zero: they are still away.
	ReachableAgainAt time.Time
	// Accepted: it was Teams that took something for them, which tells nothing of what came
	// before it. Otherwise they installed the app or wrote, and may have lost what they had.
	Accepted bool
}

// Untaken is a challenge with a card for a person that Teams did not take; the challenge's
// own document says which.
type Untaken struct {
	ChallengeID uuid.UUID
	Person      string // Entra object id
	// Seq is the event that says so, of several the last: what is sent again is sent once for
	// each.
	Seq int
}
