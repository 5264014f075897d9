package workday

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/rickar/cal/v2"
)

// ErrCoverage is what every [*CoverageError] matches with [errors.Is].
var ErrCoverage = errors.New("outside the calendar's coverage")

// CoverageError refuses a date that the calendar does not know. A guess could miss a bank holiday
// and move a deadline.
type CoverageError struct {
	Date        Date // the date asked, or the date that was counted from
	Count       int  // working days that were to be added to Asked; 0 when Asked itself is outside
	From, Until Date // what the calendar covers, both ends included
}

func (e *CoverageError) Error() string {
	what := e.Date.String()
	if e.Count != 0 {
		what = fmt.Sprintf("working day %+d counted from %s", e.Count, e.Date)
	}
	return fmt.Sprintf("workday: %s is %s; the calendar covers %s to %s: install a newer bank-holiday list or set coverage_until",
		what, ErrCoverage, e.From, e.Until)
}

// Is makes the error match [ErrCoverage].
func (e *CoverageError) Is(target error) bool { return target == ErrCoverage }

// DaySource says where it comes from that a day is, or is not, a working day.
type DaySource string

// The sources of a day. An ordinary working day has none.
const (
	SourceWeekend DaySource = "weekend"
	SourceTable   DaySource = "table"   // the official list
	SourceRule    DaySource = "rule"    // computed, because the official list does not reach so far
	SourceConfig  DaySource = "config"  // added or removed in the settings
	SourceClosure DaySource = "closure" // the authority is closed
)

// Day is what the calendar knows about one day.
type Day struct {
	Date    Date      `json:"date"`
	Working bool      `json:"working"`
	Reason  string    `json:"reason,omitempty"` // "Good Friday", "Saturday", "Christmas closure"
	Source  DaySource `json:"source,omitempty"`
}

// Calendar answers questions about working days for one authority. It never changes after [New].
type Calendar struct {
	settings    Settings
	location    *time.Location
	official    officialList
	from, until Date
	weekend     [7]bool
	special     map[Date]Day // every day that differs from what its weekday says

	// Look-up tables; index 0 is the day `from`. They make any count two array reads, whatever its
	// length.
	rank []uint16 // rank[i]: working days from `from` up to and including day i
	days []uint16 // days[k]: the (k+1)-th working day, as an index into rank
	ends []int64  // ends[i]: Unix seconds of DayEnds on day i, so that daylight saving is settled once

	version string
}

// New builds the calendar, or returns every fault in the settings as a [*SettingError], joined.
func New(settings Settings) (*Calendar, error) {
	lists, err := officialLists()
	if err != nil {
		return nil, err
	}
	list, known := lists[settings.Division]
	if !known {
		return nil, &SettingError{"division", fmt.Sprintf("%q is unknown; use %s, %s or %s",
			settings.Division, EnglandAndWales, Scotland, NorthernIreland)}
	}
	return build(settings, list, holidayRules)
}

// build makes the calendar of one division from its list, and from rules where the list ends.
func build(settings Settings, list officialList, rulesOf func(Division) []*cal.Holiday) (*Calendar, error) {
	settings = settings.withDefaults(list)
	if err := settings.validate(list); err != nil {
		return nil, err
	}
	location, err := time.LoadLocation(settings.Zone)
	if err != nil {
		return nil, fmt.Errorf("workday: zone %q: %w", settings.Zone, err)
	}
	c := &Calendar{settings: settings, location: location, official: list, from: list.from, until: settings.CoverageUntil}
	for _, day := range settings.Weekend {
		c.weekend[day] = true
	}
	rules := rulesOf(settings.Division)
	if c.until > list.until {
		if err := checkRules(rules, settings.Division, list); err != nil {
			return nil, err
		}
	}
	if err := c.markSpecialDays(rules); err != nil {
		return nil, err
	}
	c.buildTables()
	c.version = c.computeHash()
	return c, nil
}

// markSpecialDays lays the layers on one another: list or rules, then the settings' days, then
// closures.
func (c *Calendar) markSpecialDays(rules []*cal.Holiday) error {
	c.special = make(map[Date]Day)
	for date, name := range c.official.names {
		c.markOff(date, name, SourceTable)
	}
	for date, name := range holidaysByRule(rules, c.official.until.Year()+1, c.until.Year()) {
		c.markOff(date, name, SourceRule)
	}
	var found settingErrors
	for i, removed := range c.settings.RemovedHolidays {
		holiday, marked := c.special[removed.Date]
		if !marked {
			found.add(fmt.Sprintf("removed_holidays[%d]", i), "%s is not a bank holiday in %s; correct the date or remove the line", removed.Date, c.settings.Division)
			continue
		}
		reason := "works on " + holiday.Reason
		if removed.Name != "" {
			reason = removed.Name
		}
		c.special[removed.Date] = Day{Date: removed.Date, Working: true, Reason: reason, Source: SourceConfig}
	}
	for _, extra := range c.settings.ExtraHolidays {
		c.markOff(extra.Date, extra.Name, SourceConfig)
	}
	for _, closure := range c.settings.Closures {
		for date := closure.From; date <= closure.To; date++ {
			c.markOff(date, closure.Name, SourceClosure)
		}
	}
	return errors.Join(found...)
}

// markOff marks a day as not worked, unless it is off already: the first reason is the one people
// know.
func (c *Calendar) markOff(date Date, name string, source DaySource) {
	if date < c.from || date > c.until || c.weekend[date.Weekday()] {
		return
	}
	if marked, ok := c.special[date]; ok && !marked.Working {
		return
	}
	c.special[date] = Day{Date: date, Reason: name, Source: source}
}

func (c *Calendar) buildTables() {
	length := int(c.until-c.from) + 1
	c.rank = make([]uint16, length)
	c.days = make([]uint16, 0, length*3/4)
	c.ends = make([]int64, length)
	for i := range length {
		date := c.from.AddDays(i)
		if c.lookUpCovered(date).Working {
			c.days = append(c.days, uint16(i))
		}
		c.rank[i] = uint16(len(c.days))
		ends, _ := c.endOf(date)
		c.ends[i] = ends.onDate(date, c.location).Unix()
	}
}

// lookUpCovered reads a covered day from the layers, not from the tables.
func (c *Calendar) lookUpCovered(date Date) Day {
	if day, ok := c.special[date]; ok {
		return day
	}
	if weekday := date.Weekday(); c.weekend[weekday] {
		return Day{Date: date, Reason: weekday.String(), Source: SourceWeekend}
	}
	return Day{Date: date, Working: true}
}

// computeHash covers the whole of what can change a date: the coverage, the cut-off, and the end of
// each working day as an instant (which contains the zone's rules).
func (c *Calendar) computeHash() string {
	buffer := make([]byte, 0, 8*len(c.days)+64)
	for _, number := range []int64{int64(c.from), int64(c.until), int64(c.settings.Cutoff)} {
		buffer = binary.BigEndian.AppendUint64(buffer, uint64(number))
	}
	buffer = append(buffer, c.settings.Zone...)
	for _, i := range c.days {
		buffer = binary.BigEndian.AppendUint64(buffer, uint64(c.ends[i]))
	}
	sum := sha256.Sum256(buffer)
	return fmt.Sprintf("%s/%s/%s", c.settings.Division, c.until, hex.EncodeToString(sum[:4]))
}

// Settings gives the settings with their defaults filled in.
func (c *Calendar) Settings() Settings { return c.settings.clone() }

// Version names everything that can change a date: division, last day covered and a hash, such as
// "england-and-wales/2028-12-31/ab12cd34". Two calendars with the same version give the same dates.
func (c *Calendar) Version() string { return c.version }

// Location is the zone in which days begin and end.
func (c *Calendar) Location() *time.Location { return c.location }

// Coverage gives the first and the last day for which the calendar answers.
func (c *Calendar) Coverage() (from, until Date) { return c.from, c.until }

// OfficialCoverage gives the first and the last day of the official list; later days are
// [SourceRule].
func (c *Calendar) OfficialCoverage() (from, until Date) { return c.official.from, c.official.until }

// dayIndex gives the position of a day in the tables.
func (c *Calendar) dayIndex(d Date) (i int, covered bool) {
	i = int(d) - int(c.from)
	return i, uint(i) < uint(len(c.rank))
}

func (c *Calendar) coverageError(date Date, count int) error {
	return &CoverageError{Date: date, Count: count, From: c.from, Until: c.until}
}

// isWorkingIndex reads the tables: day i is worked if the last working day up to it is day i
// itself.
func (c *Calendar) isWorkingIndex(i int) bool {
	r := c.rank[i]
	return r > 0 && int(c.days[r-1]) == i
}

// LookUp says whether d is worked, and if not why.
func (c *Calendar) LookUp(d Date) (Day, error) {
	if _, covered := c.dayIndex(d); !covered {
		return Day{}, c.coverageError(d, 0)
	}
	return c.lookUpCovered(d), nil
}

// IsWorkingDay reports whether d is a working day. It is false outside the coverage; [Calendar.LookUp]
// tells the two apart.
func (c *Calendar) IsWorkingDay(d Date) bool {
	i, covered := c.dayIndex(d)
	return covered && c.isWorkingIndex(i)
}

// AddWorkingDays gives the n-th working day after d; for n < 0 the n-th before it; for n = 0 d
// itself, worked or not.
func (c *Calendar) AddWorkingDays(d Date, n int) (Date, error) {
	i, covered := c.dayIndex(d)
	if !covered {
		return 0, c.coverageError(d, 0)
	}
	k := int(c.rank[i]) + n - 1
	switch {
	case n == 0:
		return d, nil
	case n < 0 && !c.isWorkingIndex(i):
		k++ // the last working day before d is already one back
	}
	if uint(k) >= uint(len(c.days)) {
		return 0, c.coverageError(d, n)
	}
	return c.from + Date(c.days[k]), nil
}

// WorkingDayOnOrAfter gives d if it is a working day, otherwise the next one.
func (c *Calendar) WorkingDayOnOrAfter(d Date) (Date, error) {
	if c.IsWorkingDay(d) {
		return d, nil
	}
	return c.AddWorkingDays(d, 1)
}

// WorkingDayOnOrBefore gives d if it is a working day, otherwise the one before.
func (c *Calendar) WorkingDayOnOrBefore(d Date) (Date, error) {
	if c.IsWorkingDay(d) {
		return d, nil
	}
	return c.AddWorkingDays(d, -1)
}

// CountWorkingDays counts the working days after a, up to and including b; it is negative when b is
// before a. Days outside the coverage are not counted.
func (c *Calendar) CountWorkingDays(a, b Date) int { return c.rankOf(b) - c.rankOf(a) }

func (c *Calendar) rankOf(d Date) int {
	switch {
	case d < c.from:
		return 0
	case d > c.until:
		return len(c.days)
	default:
		return int(c.rank[d-c.from])
	}
}
