package outbox

import (
	"time"
)

// Unreachable is somebody whom Teams does not let the bot write to: the app is not
// installed for them, or blocked.
type Unreachable struct {
	Person string // Entra object id
	Since  time.Time
	Code   string // Teams' word for why
	// ReachableAgainAt is when they were heard of again; zero: they are still away.
	ReachableAgainAt time.Time
}
