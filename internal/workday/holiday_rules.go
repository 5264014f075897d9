package workday

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"challengebot/internal/english"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/gb"
)

// The rules stand in for the official list in years that it does not reach. Every one of them is a
// rule of github.com/rickar/cal, and its arithmetic gives every date: Easter, the n-th Monday of a
// month, the substitute of a weekend. Its ready-made list for Great Britain is not used as it is,
// because it lacks every holiday that only Scotland or Northern Ireland keeps, the State Funeral
// and the Diamond Jubilee, and gives Scotland two days it does not have. [New] dates nothing by
// rules that contradict the official list on any day that the list covers.

// lastRuleYear bounds how far ahead a date may be computed by rule.
const lastRuleYear = 2060

var (
	// A holiday on a Saturday or Sunday is kept on the Monday.
	weekendToMonday = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}
	// One of a pair of holidays on following days moves by two days from either, so that it never
	// meets the other.
	moveByTwoDays = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}}
)

// holidayRules gives the rules of a division.
func holidayRules(division Division) []*cal.Holiday {
	common := []*cal.Holiday{
		gb.GoodFriday.Clone(nil),
		gb.EarlyMay.Clone(&cal.Holiday{Name: "Early May bank holiday"}),
		gb.VEDay.Clone(&cal.Holiday{Name: "Early May bank holiday (VE day)"}),
		gb.SpringHoliday.Clone(&cal.Holiday{Name: "Spring bank holiday", Except: []int{2002, 2012, 2022}}),
		singleYearHoliday("Spring bank holiday", 2012, time.June, 4),
		singleYearHoliday("Queen's Diamond Jubilee", 2012, time.June, 5),
		gb.SpringHoliday2022.Clone(&cal.Holiday{Name: "Spring bank holiday"}),
		gb.PlatinumJubilee.Clone(&cal.Holiday{Name: "Platinum Jubilee bank holiday"}),
		singleYearHoliday("Bank Holiday for the State Funeral of Queen Elizabeth II", 2022, time.September, 19),
		gb.CoronationDay.Clone(&cal.Holiday{Name: "Bank holiday for the coronation of King Charles III"}),
		gb.ChristmasDay.Clone(&cal.Holiday{Observed: moveByTwoDays}),
		gb.BoxingDay.Clone(&cal.Holiday{Observed: moveByTwoDays}),
	}
	summer := gb.SummerHoliday.Clone(&cal.Holiday{Name: "Summer bank holiday"})
	switch division {
	case Scotland:
		return slices.Concat(common, []*cal.Holiday{
			gb.NewYear.Clone(&cal.Holiday{Observed: moveByTwoDays}),
			yearlyHoliday("2nd January", time.January, 2, moveByTwoDays),
			gb.SummerHolidayScotland.Clone(&cal.Holiday{Name: "Summer bank holiday"}),
			singleYearHoliday("World Cup bank holiday", 2026, time.June, 15),
			yearlyHoliday("St Andrew's Day", time.November, 30, weekendToMonday),
		})
	case NorthernIreland:
		return slices.Concat(common, []*cal.Holiday{
			gb.NewYear.Clone(nil), gb.EasterMonday.Clone(nil), summer,
			yearlyHoliday("St Patrick's Day", time.March, 17, weekendToMonday),
			yearlyHoliday("Battle of the Boyne (Orangemen's Day)", time.July, 12, weekendToMonday),
		})
	default:
		return slices.Concat(common, []*cal.Holiday{gb.NewYear.Clone(nil), gb.EasterMonday.Clone(nil), summer})
	}
}

// yearlyHoliday is a holiday on a fixed day of the year.
func yearlyHoliday(name string, month time.Month, day int, observed []cal.AltDay) *cal.Holiday {
	return &cal.Holiday{
		Name: name, Type: cal.ObservanceBank,
		Month: month, Day: day, Func: cal.CalcDayOfMonth, Observed: observed,
	}
}

// singleYearHoliday is a holiday of a single year.
func singleYearHoliday(name string, year int, month time.Month, day int) *cal.Holiday {
	holiday := yearlyHoliday(name, month, day, nil)
	holiday.StartYear, holiday.EndYear = year, year
	return holiday
}

// checkRules holds rules against the official list, on every day that it covers.
func checkRules(rules []*cal.Holiday, division Division, list officialList) error {
	byRule := holidaysByRule(rules, list.from.Year(), list.until.Year())
	var wrong []string
	for d := list.from; d <= list.until; d++ {
		_, official := list.names[d]
		if _, ruled := byRule[d]; ruled != official {
			wrong = append(wrong, d.String())
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	shown := strings.Join(wrong[:min(len(wrong), maxShownContradictions)], ", ")
	return &SettingError{"coverage_until", fmt.Sprintf("the rules for years past the official list contradict it in %s on %s, of which %s; "+
		"leave coverage_until out, and report it", division, english.Count(len(wrong), "day"), shown)}
}

// maxShownContradictions is how many days an error names.
const maxShownContradictions = 5

// holidaysByRule gives the days off of the years first to last, by rule.
func holidaysByRule(rules []*cal.Holiday, first, last int) map[Date]string {
	days := make(map[Date]string, 12*max(0, last-first+1))
	for year := first; year <= last; year++ {
		for _, rule := range rules {
			actual, observed := rule.Calc(year)
			if observed.IsZero() {
				continue
			}
			name := rule.Name
			if !observed.Equal(actual) {
				name += substituteSuffix
			}
			days[DateOf(observed)] = name
		}
	}
	return days
}
