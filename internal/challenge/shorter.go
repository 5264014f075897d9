package challenge

import (
	"fmt"
	"slices"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// Shorter is a request for an answer sooner than the ladder's window. It can only
// ever bring a date forward: what would not come before the ladder's own date has
// no effect.
type Shorter struct {
	Days   int    `json:"days"` // working days
	Reason string `json:"reason"`
	// Instead is when the answer would have been due under the ladder; zero until the
	// rung opens.
	Instead time.Time `json:"instead,omitzero"`
}

// deadline is the end of a rung's window that starts at, brought forward if a
// shorter time was asked for. used is the request as it was met, nil without one.
func (s *step) deadline(r *ladder.Rung, at time.Time, caseStart workday.Date, want *Shorter) (d workday.Deadline, passed bool, used *Shorter, err error) {
	if d, passed, err = deadline(s.env, r, at, caseStart); err != nil || want == nil {
		return d, passed, nil, err
	}
	sooner, err := soonerBy(s.env, d, want.Days)
	if err != nil || sooner.Date >= d.Date {
		return d, passed, nil, err
	}
	return sooner, false, &Shorter{Days: want.Days, Reason: want.Reason, Instead: d.Due}, nil
}

// soonerBy is a deadline with another window on the same terms.
func soonerBy(env Env, d workday.Deadline, days int) (workday.Deadline, error) {
	terms := d.Terms
	terms.Window = workday.Window{N: days}
	sooner, err := env.Calendar.Deadline(terms)
	sooner.Due = sooner.Due.UTC()
	return sooner, err
}

// shorterWords tells of the request before the working behind the date.
func shorterWords(env Env, used *Shorter, working string) string {
	if used == nil {
		return working
	}
	return fmt.Sprintf("A shorter time was asked for: %s; the procedure would have given until %s. %s",
		workday.Window{N: used.Days}, env.Calendar.DateOf(used.Instead).Long(), working)
}

// mayShorten reports whether that person may ask for less than the window.
func mayShorten(env Env, c *Challenge, by Person) bool {
	k := env.Ladder.Shorten
	if k == nil {
		return false
	}
	if k.By == ladder.RoleChair {
		return by.ID == c.Chair.ID
	}
	s := &step{c: *c, by: by, env: env}
	return slices.ContainsFunc(s.holders(k.By), func(p Party) bool { return p.ID == by.ID })
}

// afterVerdict is the rung that is asked next, nil when nobody is.
func (s *step) afterVerdict(v *Visit, verdict Verdict) *ladder.Rung {
	if verdict == NotSatisfied {
		return s.rungAbove(v.Rung)
	}
	rung, _ := s.env.Ladder.Rung(v.Rung)
	return rung
}

// checkShorter refuses a request that the ladder does not allow, has no reason, or
// would give as much time as the window of the rung that is asked next, or more.
func checkShorter(f faults, want *Shorter, c *Challenge, by Person, rung *ladder.Rung, env Env) error {
	if want == nil {
		return nil
	}
	if !mayShorten(env, c, by) {
		return refuse(NotAllowed, sayNoShorter)
	}
	want.Reason = requiredText(f, "shorter_reason", sayWhyShorter, want.Reason, maxLong)
	least := 1
	if m := env.Ladder.Shorten.Minimum; m != nil {
		least = m.N
	}
	if want.Days < least {
		f.add("shorter_days", sayShorterDays, least)
		return nil
	}
	if rung == nil {
		f.add("shorter_days", sayNobodyAfter)
		return nil
	}
	caseStart := c.CaseStart
	if caseStart == 0 {
		var err error
		if caseStart, err = env.Calendar.Receipt(env.Now); err != nil {
			return calendarRefusal(err)
		}
	}
	d, _, err := deadline(env, rung, env.Now, caseStart)
	if err != nil {
		return calendarRefusal(err)
	}
	// A number of days past the calendar is no shorter time either.
	if sooner, err := soonerBy(env, d, want.Days); err != nil || sooner.Date >= d.Date {
		f.add("shorter_days", sayNotShorter, d.Date)
	}
	return nil
}
