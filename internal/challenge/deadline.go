package challenge

import (
	"cmp"
	"fmt"
	"time"

	"challengebot/internal/ladder"
	"challengebot/internal/workday"
)

// startOverallLimit is day 0 of the case clock and the end of the case limit, if any.
func startOverallLimit(env Env, at time.Time) (workday.Date, time.Time, error) {
	day0, err := env.Calendar.ReceiptDay(at)
	if err != nil || env.Ladder.OverallLimit.Window == nil {
		return day0, time.Time{}, err
	}
	d, err := env.Calendar.ComputeDeadline(workday.Terms{Start: day0, Window: *env.Ladder.OverallLimit.Window})
	return day0, d.Due.UTC(), err
}

func momentOf(env Env, at time.Time) (ladder.Moment, error) {
	day, err := env.Calendar.ReceiptDay(at)
	return ladder.Moment{At: at, Day: day}, err
}

// explainNoLimit says that nothing lapses, and when whoever is asked is asked again.
func explainNoLimit(env Env, r *ladder.Rung, d workday.Deadline) string {
	return fmt.Sprintf("The procedure sets no time for this %s. Whoever is asked is asked again after each %s, next on %s.",
		cmp.Or(env.Ladder.Words.Rung, "rung"), r.AskAgain, d.Date.FormatLong())
}

// minimumDays is what a respondent is given when a cumulative limit has passed
// before the rung opened.
const minimumDays = 1
