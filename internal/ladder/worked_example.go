package ladder

import (
	"errors"
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/workday"
)

// Test is an example of the procedure, written beside it: a challenge that is raised, what people do,
// and what is expected. Lint plays it; a challenge keeps none of it.
type Test struct {
	Name   string `yaml:"test"`
	Raised string `yaml:"raised"` // on the clock of London, as ParseMoment reads it
	// StartAt raises it directly at a rung, on Ground; the first that is allowed unless said.
	StartAt string `yaml:"start_at,omitempty"`
	Ground  string `yaml:"ground,omitempty"`
	// Subject is what it is about, HeldOn the day of that; the day of the raising unless said.
	Subject  string        `yaml:"subject,omitempty"`
	HeldOn   *workday.Date `yaml:"held_on,omitempty"`
	Category string        `yaml:"category,omitempty"`
	Urgency  string        `yaml:"urgency,omitempty"`
	Agency   string        `yaml:"agency,omitempty"`
	// Division is whose bank holidays count; England and Wales unless said.
	Division workday.Division `yaml:"bank_holidays,omitempty"`
	Closed   []workday.Date   `yaml:"closed,omitempty"`
	Acts     []Act            `yaml:"people,omitempty"`
	Expected []Expectation    `yaml:"expect,omitempty"`
	End      TestEnd          `yaml:"end,omitempty"`
}

// Act is one thing that somebody does: at a time, or some time after the challenge came to the rung.
type Act struct {
	Rung  string        `yaml:"rung"`
	At    string        `yaml:"at,omitempty"`
	After time.Duration `yaml:"after,omitempty"`
	Do    Deed          `yaml:"do"`
	// Gate is the gate that was agreed, refused or overridden.
	Gate string `yaml:"gate,omitempty"`
	// To and Ground are those of a skip.
	To     string `yaml:"to,omitempty"`
	Ground string `yaml:"ground,omitempty"`
	// By is the role that does it, where several may.
	By directory.Role `yaml:"by,omitempty"`
}

// Deed is what somebody does.
type Deed string

// The deeds. Agreed, Refused and Override are of a gate.
const (
	DeedRespond      Deed = "respond"
	DeedSatisfied    Deed = "satisfied"
	DeedPartly       Deed = "partly"
	DeedNotSatisfied Deed = "not-satisfied"
	DeedEscalate     Deed = "escalate"
	DeedSkip         Deed = "skip"
	DeedWithdraw     Deed = "withdraw"
	DeedAgreed       Deed = "agreed"
	DeedRefused      Deed = "refused"
	DeedOverride     Deed = "override"
)

// IsOfGate reports whether it is done at a gate.
func (d Deed) IsOfGate() bool { return d == DeedAgreed || d == DeedRefused || d == DeedOverride }

// Expectation is what a rung is expected to do: to open at a time, to be due at another, to ask some
// roles. A day without a time of day stands for any time on it.
type Expectation struct {
	Rung  string           `yaml:"rung"`
	Opens string           `yaml:"opens,omitempty"` // or NeverOpens
	Due   string           `yaml:"due,omitempty"`
	Asks  []directory.Role `yaml:"asks,omitempty"`
}

// NeverOpens is expected of a rung that the challenge does not reach.
const NeverOpens = "never"

// TestEnd is where a challenge stands when nothing more happens.
type TestEnd string

// The ends.
const (
	EndResolved         TestEnd = "resolved"
	EndWithdrawn        TestEnd = "withdrawn"
	EndHandedOff        TestEnd = "handed-off"
	EndOfLadder         TestEnd = "end-of-ladder"
	EndWaitsAtGate      TestEnd = "waits-at-gate"
	EndWaitsForAnswer   TestEnd = "waits-for-answer"
	EndWaitsForJudgment TestEnd = "waits-for-judgement"
)

// FailedTest is what did not come as a test of a ladder expects it: at which path of the file, what
// was expected and what came, with the steps up to there.
type FailedTest struct{ Path, What, Hint string }

// ParseMoment reads "2026-03-30 10:00", or a day alone, on a clock; hasTime tells them apart.
func ParseMoment(text string, zone *time.Location) (at time.Time, hasTime bool, err error) {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if at, err = time.ParseInLocation(layout, text, zone); err == nil {
			return at, true, nil
		}
	}
	if at, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
		return at, false, errors.New("this is no time")
	}
	return at, false, nil
}
