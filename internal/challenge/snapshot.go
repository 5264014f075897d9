package challenge

import (
	"challengebot/internal/ladder"
)

// Snapshot is a challenge with the ladder it runs under and its trail.
type Snapshot struct {
	Challenge Challenge
	Ladder    *ladder.Ladder
	History   []Event
}
