package outbox

import (
	"time"

	"github.com/google/uuid"

	"challengebot/internal/challenge"
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

// Untaken is a card for a person that Teams did not take, and its challenge.
type Untaken struct {
	ChallengeID uuid.UUID
	Card        challenge.UntakenCard
}
