package challenge

import (
	"fmt"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// deadlineWithShorter is the end of a rung's window that starts at, brought forward if a
// shorter time was asked for. used is the request as it was met, nil without one.
func (tr *transition) deadlineWithShorter(r *ladder.Rung, at time.Time, limitStart workday.Date, want *ShorterWindow) (d workday.Deadline, passed bool, used *ShorterWindow, err error) {
	m, err := tr.findMoments(r, at, limitStart)
	if err != nil {
		return d, false, nil, err
	}
	if d, passed, err = tr.computeDeadline(r, m); err != nil || want == nil || r.HasNoLimit() {
		return d, passed, nil, err
	}
	sooner, err := deadlineInDays(tr.env, d, want.Days)
	if err != nil || !sooner.Due.Before(d.Due) { // a number of days past the calendar is no sooner either
		return d, passed, nil, nil
	}
	return sooner, false, &ShorterWindow{Days: want.Days, Reason: want.Reason, OriginalDue: d.Due}, nil
}

// deadlineInDays is a deadline with another window on the same terms.
func deadlineInDays(env Env, d workday.Deadline, days int) (workday.Deadline, error) {
	terms := d.Terms
	terms.Window = workday.Window{N: days}
	sooner, err := env.Calendar.ComputeDeadline(terms)
	sooner.Due = sooner.Due.UTC()
	return sooner, err
}

// explainShorterWindow tells of the request before the working behind the date.
func explainShorterWindow(env Env, used *ShorterWindow, working string) string {
	if used == nil {
		return working
	}
	return fmt.Sprintf("A shorter time was asked for: %s; the procedure would have given until %s. %s",
		workday.Window{N: used.Days}, env.Calendar.DateOf(used.OriginalDue).FormatLong(), working)
}

// mayShorten reports whether that person may ask for less than the window, of a challenge
// that they raise now or that stands.
func mayShorten(env Env, c *Challenge, by Person) bool {
	return newTransition(*c, by, env).rightsInSomeState().Shorten
}

// rungAfterVerdict is the rung that is asked next, nil when nobody is.
func (tr *transition) rungAfterVerdict(opening *Opening, verdict Verdict) *ladder.Rung {
	if verdict == NotSatisfied {
		return tr.rungAbove(opening.Rung)
	}
	rung, _ := tr.env.Ladder.RungByID(opening.Rung)
	return rung
}

// validateShorterWindow refuses a request that the ladder does not allow, has no reason, or
// would give as much time as the window of the rung that is asked next, or more.
func validateShorterWindow(f inputFaults, want *ShorterWindow, c *Challenge, by Person, rung *ladder.Rung, env Env) error {
	if want == nil {
		return nil
	}
	if !mayShorten(env, c, by) {
		return newRefusal(CodeNotAllowed, sayNoShorter)
	}
	want.Reason = requiredText(f, "shorter_reason", sayWhyShorter, want.Reason, maxText)
	return validateShorterDays(f, want.Days, c, rung, env)
}

// validateShorterDays refuses a number of working days that the ladder does not allow, or that
// ends no sooner than the window of the rung that is asked next.
func validateShorterDays(f inputFaults, days int, c *Challenge, rung *ladder.Rung, env Env) error {
	least := 1
	if m := env.Ladder.Shorten.Minimum; m != nil {
		least = m.N
	}
	if days < least {
		f.add("shorter_days", sayShorterDays, least)
		return nil
	}
	if rung == nil {
		f.add("shorter_days", sayNobodyAfter)
		return nil
	}
	if rung.HasNoLimit() {
		f.add("shorter_days", sayNoTimeToShorten)
		return nil
	}
	limitStart := c.LimitStart
	if limitStart == 0 {
		var err error
		if limitStart, err = env.Calendar.ReceiptDay(env.Now); err != nil {
			return calendarError(err)
		}
	}
	tr := newTransition(*c, System, env)
	m, err := tr.findMoments(rung, env.Now, limitStart)
	if err != nil {
		return calendarError(err)
	}
	d, _, err := tr.computeDeadline(rung, m)
	if err != nil {
		return calendarError(err)
	}
	// A number of days past the calendar is no shorter time either.
	if sooner, err := deadlineInDays(env, d, days); err != nil || !sooner.Due.Before(d.Due) {
		f.add("shorter_days", sayNotShorter, d.Date)
	}
	return nil
}
