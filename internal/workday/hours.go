package workday

import "time"

// Receipt gives day 0 for something received at t: the day t falls on in the calendar's zone, or the next working day
// when t is later than the cut-off or on a day nobody works. The very instant of the cut-off still counts today.
func (c *Calendar) Receipt(t time.Time) (Date, error) {
	today := c.DateOf(t)
	if c.Working(today) && t.After(c.settings.Cutoff.on(today, c.location)) {
		return c.Add(today, 1)
	}
	return c.OnOrAfter(today)
}

// DateOf gives the day that t falls on in the calendar's zone.
func (c *Calendar) DateOf(t time.Time) Date { return DateOf(t.In(c.location)) }

// EndOf gives the instant at which day d ends: DayEnds on the wall clock of the zone.
func (c *Calendar) EndOf(d Date) time.Time {
	if i, covered := c.index(d); covered {
		return time.Unix(c.ends[i], 0).In(c.location)
	}
	return c.settings.DayEnds.on(d, c.location)
}

// StartOf gives the instant at which day d starts: DayStarts on the wall clock of the zone.
func (c *Calendar) StartOf(d Date) time.Time { return c.settings.DayStarts.on(d, c.location) }

// WithinHours reports whether t lies in the working hours of a working day; the end of the day no longer does. It is
// false outside the coverage.
func (c *Calendar) WithinHours(t time.Time) bool {
	today := c.DateOf(t)
	return c.Working(today) && !t.Before(c.StartOf(today)) && t.Before(c.EndOf(today))
}

// NextWithinHours gives the first instant, not before t, inside the working hours of a working day.
func (c *Calendar) NextWithinHours(t time.Time) (time.Time, error) {
	today := c.DateOf(t)
	if _, covered := c.index(today); !covered {
		return time.Time{}, c.outside(today, 0)
	}
	if c.Working(today) && t.Before(c.EndOf(today)) {
		if start := c.StartOf(today); t.Before(start) {
			return start, nil
		}
		return t.In(c.location), nil
	}
	next, err := c.Add(today, 1)
	if err != nil {
		return time.Time{}, err
	}
	return c.StartOf(next), nil
}
