package workday

import "time"

// AddWorkingTime gives the instant at which that much working time has passed since t: the hours
// of working days alone count. It fails past the coverage.
func (c *Calendar) AddWorkingTime(t time.Time, d time.Duration) (time.Time, error) {
	day, err := c.WorkingDayOnOrAfter(c.DateOf(t))
	for err == nil {
		at, ends := c.StartOfDay(day), c.EndOfDay(day)
		if t.After(at) {
			at = t
		}
		if left := max(0, ends.Sub(at)); d > left {
			d -= left
		} else if left > 0 {
			return at.Add(d), nil
		}
		day, err = c.AddWorkingDays(day, 1)
	}
	return time.Time{}, err
}

// WorkingTimeBetween gives how much working time lies between two instants; none if to is not
// after from. Days outside the coverage count for nothing.
func (c *Calendar) WorkingTimeBetween(from, to time.Time) time.Duration {
	var sum time.Duration
	for day, last := c.DateOf(from), c.DateOf(to); day <= last; day++ {
		if !c.IsWorkingDay(day) {
			continue
		}
		begins, ends := c.StartOfDay(day), c.EndOfDay(day)
		if from.After(begins) {
			begins = from
		}
		if to.Before(ends) {
			ends = to
		}
		sum += max(0, ends.Sub(begins))
	}
	return sum
}
