package storage

import (
	"time"

	"github.com/google/uuid"
)

// RegisterState says whether a challenge of the register has ended.
type RegisterState string

// The states by which the register is searched; "" is both.
const (
	RegisterOpen  RegisterState = "open"
	RegisterEnded RegisterState = "ended"
)

// RegisterQuery chooses challenges, open or ended, the one raised last first. A field that is empty
// chooses nothing.
type RegisterQuery struct {
	// Reach is what can be in somebody's register at all. Whether each challenge is, package
	// permission decides.
	Reach RegisterReach

	Ref          string
	RecordNumber string
	Team         string
	Ladder       string // its id, in whatever version
	Rung         string // where it stands, or ended
	// Person raised it, or it waits for them.
	Person                   string
	State                    RegisterState
	RaisedFrom, RaisedBefore time.Time

	// After is the last challenge of the page before.
	After RegisterPlace
	Limit int
}

// RegisterReach is the challenges that a person raised, and all those of teams and of agencies, or all
// there are.
type RegisterReach struct {
	Chair           string
	Everything      bool
	Teams, Agencies []string
}

// RegisterPlace is the place of a challenge in the order of the register; the zero value is before the
// first.
type RegisterPlace struct {
	RaisedAt time.Time
	ID       uuid.UUID
}
