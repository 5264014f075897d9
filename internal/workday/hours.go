package workday

import "time"

// ReceiptDay gives day 0 for something received at t: the day t falls on in the calendar's zone, or
// the next working day when t is later than the cut-off or on a day nobody works. The very instant
// of the cut-off still counts today. A day that ends before the cut-off has its end for one.
func (c *Calendar) ReceiptDay(t time.Time) (Date, error) {
	today := c.DateOf(t)
	if c.IsWorkingDay(today) && t.After(c.cutoffOn(today).onDate(today, c.location)) {
		return c.AddWorkingDays(today, 1)
	}
	return c.WorkingDayOnOrAfter(today)
}

// DateOf gives the day that t falls on in the calendar's zone.
func (c *Calendar) DateOf(t time.Time) Date { return DateOf(t.In(c.location)) }

// EndOfDay gives the instant at which day d ends: DayEnds on the wall clock of the zone.
func (c *Calendar) EndOfDay(d Date) time.Time {
	if i, covered := c.dayIndex(d); covered {
		return time.Unix(c.ends[i], 0).In(c.location)
	}
	return c.settings.DayEnds.onDate(d, c.location)
}

// StartOfDay gives the instant at which day d starts: DayStarts on the wall clock of the zone.
func (c *Calendar) StartOfDay(d Date) time.Time { return c.settings.DayStarts.onDate(d, c.location) }
