package workday

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zone must be known on a machine that has no zone files
)

// Division is a part of the United Kingdom with bank holidays of its own, named as on GOV.UK.
type Division string

// The three divisions.
const (
	EnglandAndWales Division = "england-and-wales"
	Scotland        Division = "scotland"
	NorthernIreland Division = "northern-ireland"
)

// Closure is a run of days, both ends included, on which the authority does not work.
type Closure struct {
	From Date   `json:"from" yaml:"from"`
	To   Date   `json:"to" yaml:"to"`
	Name string `json:"name" yaml:"name"`
}

// NamedDay is a single day with its name.
type NamedDay struct {
	Date Date   `json:"date" yaml:"date"`
	Name string `json:"name" yaml:"name"`
}

// Settings are what an authority says about its working time. A zero field takes its default.
type Settings struct {
	Division  Division  `json:"division" yaml:"division"`     // required
	Zone      string    `json:"zone" yaml:"zone"`             // default Europe/London
	DayStarts TimeOfDay `json:"day_starts" yaml:"day_starts"` // default 09:00; reminders wait for it
	Cutoff    TimeOfDay `json:"cutoff" yaml:"cutoff"`         // default 17:00; a receipt later than this counts from the next working day
	DayEnds   TimeOfDay `json:"day_ends" yaml:"day_ends"`     // default 17:00; everything is due at it
	// Weekend lists the weekdays nobody works; empty means Saturday and Sunday.
	Weekend  []time.Weekday `json:"weekend,omitempty" yaml:"weekend,omitempty"`
	Closures []Closure      `json:"closures,omitempty" yaml:"closures,omitempty"`
	// EarlyEnds are working days that end sooner.
	EarlyEnds []EarlyEnd `json:"early_ends,omitempty" yaml:"-"`
	// ExtraHolidays are days off that the official list lacks; a day that the list has as well
	// keeps its official name.
	ExtraHolidays []NamedDay `json:"extra_holidays,omitempty" yaml:"extra_holidays,omitempty"`
	// RemovedHolidays are bank holidays on which the authority works; the name says why and may be
	// empty.
	RemovedHolidays []NamedDay `json:"removed_holidays,omitempty" yaml:"removed_holidays,omitempty"`
	// CoverageUntil is the last day for which dates are given; zero means the end of the official
	// list. A later day means that rules stand in for the list from there on.
	CoverageUntil Date `json:"coverage_until,omitzero" yaml:"coverage_until,omitempty"`
}

const (
	defaultZone = "Europe/London"

	defaultDayStarts = TimeOfDay(9 * 60)
	defaultCutoff    = TimeOfDay(17 * 60)
	defaultDayEnds   = TimeOfDay(17 * 60)

	// maxClosureDays in days. A longer one is far more often a mistyped year than a closed office,
	// and it would hold back every deadline in it.
	maxClosureDays = 31
)

// zonesOfUK are the names of the zone in which every division works: one zone, by several names.
// GMT and UTC are none of them: from March to October they are an hour off.
var zonesOfUK = []string{defaultZone, "Europe/Belfast", "GB", "GB-Eire"}

// SettingError is one fault in the settings: which field, and a sentence that says what to do.
type SettingError struct {
	Field   string
	Message string
}

func (e *SettingError) Error() string { return "workday: " + e.Field + ": " + e.Message }

// ParseWeekday reads an English weekday, whole or its first three letters, in any case.
func ParseWeekday(s string) (time.Weekday, error) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(s, day.String()) || strings.EqualFold(s, day.String()[:3]) {
			return day, nil
		}
	}
	return 0, fmt.Errorf("workday: weekday %w: write it in English, such as Saturday", ErrFormat)
}

// withDefaults fills the zero fields and copies the lists, so that the caller's later changes touch
// nothing.
func (s Settings) withDefaults(list officialList) Settings {
	s = s.clone()
	if s.Zone == "" {
		s.Zone = defaultZone
	}
	for _, field := range []struct {
		value   *TimeOfDay
		missing TimeOfDay
	}{{&s.DayStarts, defaultDayStarts}, {&s.Cutoff, defaultCutoff}, {&s.DayEnds, defaultDayEnds}} {
		if *field.value == 0 {
			*field.value = field.missing
		}
	}
	if len(s.Weekend) == 0 {
		s.Weekend = []time.Weekday{time.Saturday, time.Sunday}
	}
	if s.CoverageUntil.IsZero() {
		s.CoverageUntil = list.until
	}
	return s
}

func (s Settings) clone() Settings {
	s.Weekend = slices.Clone(s.Weekend)
	s.Closures = slices.Clone(s.Closures)
	s.EarlyEnds = slices.Clone(s.EarlyEnds)
	s.ExtraHolidays = slices.Clone(s.ExtraHolidays)
	s.RemovedHolidays = slices.Clone(s.RemovedHolidays)
	return s
}

// settingErrors collects every fault of the settings, so that a person can mend them in one go.
type settingErrors []error

func (f *settingErrors) add(field, sentence string, args ...any) {
	*f = append(*f, &SettingError{Field: field, Message: fmt.Sprintf(sentence, args...)})
}

// validate looks at everything that can be judged without knowing which days are holidays. Defaults
// are already in place.
func (s Settings) validate(list officialList) error {
	var found settingErrors
	s.validateClock(&found)
	s.validateWeekend(&found)
	if last := NewDate(lastRuleYear, time.December, 31); s.CoverageUntil > last {
		found.add("coverage_until", "%s is too far ahead; the rules are trusted until %s, choose an earlier day", s.CoverageUntil, last)
	} else if s.CoverageUntil < list.from {
		found.add("coverage_until", "%s lies before the official list, which begins %s; choose a later day or leave it out", s.CoverageUntil, list.from)
	}
	for i, closure := range s.Closures {
		s.validateClosure(&found, fmt.Sprintf("closures[%d]", i), closure, list)
	}
	for _, early := range s.EarlyEnds {
		s.validateEarlyEnd(&found, "closures", early, list)
	}
	seen := make(map[Date]string)
	s.validateNamedDays(&found, "extra_holidays", s.ExtraHolidays, seen, list)
	s.validateNamedDays(&found, "removed_holidays", s.RemovedHolidays, seen, list)
	for i, extra := range s.ExtraHolidays {
		if strings.TrimSpace(extra.Name) == "" {
			found.add(fmt.Sprintf("extra_holidays[%d]", i), "%s has no name; give it the name that people should read in the working", extra.Date)
		}
	}
	return errors.Join(found...)
}

func (s Settings) validateClock(found *settingErrors) {
	if s.Zone == "Local" {
		found.add("zone", "Local differs from machine to machine; name the zone, such as Europe/London")
	} else if _, err := time.LoadLocation(s.Zone); err != nil {
		found.add("zone", "%q is not a known time zone; use a name such as Europe/London", s.Zone)
	} else if !slices.Contains(zonesOfUK, s.Zone) {
		found.add("zone", "%q is not the time by which the United Kingdom works, so 17:00 would be another hour than on people's clocks for a part of the year; write Europe/London, or leave it out", s.Zone)
	}
	for _, at := range []struct {
		field string
		value TimeOfDay
	}{{"day_starts", s.DayStarts}, {"cutoff", s.Cutoff}, {"day_ends", s.DayEnds}} {
		if at.value < 0 || at.value > lastMinute {
			found.add(at.field, "is no time of a day; write it between 00:01 and 23:59")
		}
	}
	if s.DayEnds <= s.DayStarts {
		found.add("day_ends", "the day ends at %s but starts at %s; let it end later than it starts", s.DayEnds, s.DayStarts)
	}
	if s.Cutoff > s.DayEnds {
		found.add("cutoff", "%s is later than the end of the day, %s, so a challenge could be due before it arrived; move the cut-off to the end of the day or before", s.Cutoff, s.DayEnds)
	}
	if s.Cutoff <= s.DayStarts {
		found.add("cutoff", "%s is not after the start of the day, %s, so nothing would ever arrive in time; move the cut-off later", s.Cutoff, s.DayStarts)
	}
}

func (s Settings) validateWeekend(found *settingErrors) {
	var off [7]bool
	count := 0
	for _, day := range s.Weekend {
		if day < time.Sunday || day > time.Saturday {
			found.add("weekend", "%d is no weekday; use Sunday (0) to Saturday (6)", int(day))
			continue
		}
		if !off[day] {
			off[day] = true
			count++
		}
	}
	if count == len(off) {
		found.add("weekend", "names all seven days, so no day would ever be a working day; leave at least one out")
	}
}

func (s Settings) validateClosure(found *settingErrors, field string, closure Closure, list officialList) {
	if strings.TrimSpace(closure.Name) == "" {
		found.add(field, "the closure from %s has no name; give it the name that people should read in the working", closure.From)
	}
	switch {
	case closure.To < closure.From:
		found.add(field, "it ends (%s) before it starts (%s); correct the dates", closure.To, closure.From)
	case int(closure.To)-int(closure.From) >= maxClosureDays:
		found.add(field, "it lasts from %s to %s, more than %d days, and would hold back every deadline in it; check the years, or split it if it is meant", closure.From, closure.To, maxClosureDays)
	case closure.From < list.from || closure.From > s.CoverageUntil:
		found.add(field, "it starts on %s, outside the calendar (%s to %s); remove it or set coverage_until later", closure.From, list.from, s.CoverageUntil)
	}
}

func (s Settings) validateNamedDays(found *settingErrors, list string, days []NamedDay, seen map[Date]string, table officialList) {
	for i, day := range days {
		field := fmt.Sprintf("%s[%d]", list, i)
		if earlier, twice := seen[day.Date]; twice {
			found.add(field, "%s is already in %s; keep one of the two", day.Date, earlier)
		}
		seen[day.Date] = field
		if day.Date < table.from || day.Date > s.CoverageUntil {
			found.add(field, "%s lies outside the calendar (%s to %s); remove it or set coverage_until later", day.Date, table.from, s.CoverageUntil)
		}
	}
}
