package challenge

import (
	"time"

	"challengebot/internal/directory"
	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Env is everything a transition may know beside the challenge and the command.
type Env struct {
	// Now is read once for a transaction.
	Now time.Time
	// Calendar measures every window.
	Calendar *workday.Calendar
	// Ladder is the challenge's own copy, as it was when it was raised.
	Ladder    *ladder.Ladder
	Directory *directory.Directory
	// Outages are the times in which the bot worked for nobody, the oldest first. The clock
	// alone needs them.
	Outages []Outage
}

// Today is the civil day of Now where the calendar is.
func (e Env) Today() workday.Date { return e.Calendar.DateOf(e.Now) }

// Outage is a time in which the bot worked for nobody.
type Outage struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// longOutageDays is the number of working days after which an outage is a very long one.
const longOutageDays = 10

// IsLong reports whether windows that ended in the outage wait to be released.
func (o Outage) IsLong(c *workday.Calendar) bool {
	return c.CountWorkingDays(c.DateOf(o.From), c.DateOf(o.To)) > longOutageDays
}
