package words

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"challengebot/internal/workday"
)

// Days is what a written date is meant against.
type Days struct {
	Today workday.Date
	Zone  *time.Location // of the authority
	// Lies says on which side of today the date must lie where it does not say so itself.
	Lies Side
}

// Side is where a date without a year, or a day of the week, lies.
type Side int

// Sides. Either is for what may have been or be to come: the nearest is meant.
const (
	Ahead Side = iota
	Behind
	Either
)

var (
	isoDatePattern     = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
	numericDatePattern = regexp.MustCompile(`^(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})$`)
	shortDatePattern   = regexp.MustCompile(`^(\d{1,2})\s?[/.]\s?(\d{1,2})$`)
	dayPattern         = regexp.MustCompile(`^(\d{1,2})([a-z]*)$`)
	// A month that is written against its day or its year: "30-Nov-26", "30nov", "1 Dec '26".
	attachedMonth = regexp.MustCompile(`(\d{1,2})?-?(\pL{3,})[-.]?['’‘]?(\d{4}|\d{2})?`)
	shortYear     = regexp.MustCompile(`['’‘](\d{2})\b`)
)

// ReadDate reads a date as people here write it: day, month and year in figures or words, in any
// language, a day of the week, or a date with a time as programs write it, which counts as its
// day. What can be meant in two ways is no date: it is for the person to say it again.
func ReadDate(text string, on Days) (workday.Date, bool) {
	if d, ok := readTimestamp(strings.TrimSpace(text), on.Zone); ok {
		return d, true
	}
	s := detachMonths(strings.TrimRight(foldWords(text), ".,; "))
	if m := isoDatePattern.FindStringSubmatch(s); m != nil {
		return civilDate(m[1], m[2], m[3])
	}
	tokens := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	tokens = slices.DeleteFunc(tokens, func(w string) bool {
		return isAny(w, func(v *Vocabulary) []string { return v.DateFillers })
	})
	if len(tokens) == 0 {
		return 0, false
	}
	if d, ok := on.readDay(tokens); ok {
		return d, true
	}
	for _, weekday := range weekdaysCalled(tokens[0]) {
		if d, ok := on.readDay(tokens[1:]); ok && d.Weekday() == weekday {
			return d, true
		}
		if len(tokens) == 1 {
			return on.nextWeekday(weekday)
		}
	}
	return 0, false
}

// detachMonths puts spaces around the names of months.
func detachMonths(s string) string {
	s = attachedMonth.ReplaceAllStringFunc(s, func(word string) string {
		parts := attachedMonth.FindStringSubmatch(word)
		if _, ok := monthCalled(parts[2]); !ok {
			return word
		}
		return strings.TrimSpace(parts[1] + " " + parts[2] + " " + parts[3])
	})
	return shortYear.ReplaceAllString(s, "$1")
}

// readTimestamp takes the day of a date with a time. A midnight where the authority is is that
// day, in whichever zone it is written.
func readTimestamp(s string, zone *time.Location) (workday.Date, bool) {
	s = strings.ToUpper(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		at, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if zone != nil && strings.HasSuffix(layout, "Z07:00") {
			if local := at.In(zone); local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
				return workday.DateOf(local), true
			}
		}
		return workday.DateOf(at), true
	}
	return 0, false
}

// readDay reads a date without a day of the week.
func (on Days) readDay(tokens []string) (workday.Date, bool) {
	if len(tokens) == 0 {
		return 0, false
	}
	s := strings.Join(tokens, " ")
	if m := numericDatePattern.FindStringSubmatch(s); m != nil {
		return civilDate(m[3], m[2], m[1])
	}
	if m := shortDatePattern.FindStringSubmatch(s); m != nil {
		return on.dateWithoutYear(m[2], m[1])
	}
	if len(tokens) == 1 {
		return on.readNearDay(s)
	}
	day, month := tokens[0], tokens[1]
	if _, ok := monthCalled(day); ok {
		day, month = month, day
	}
	number := dayPattern.FindStringSubmatch(day)
	if number == nil || number[2] != "" && !isAny(number[2], func(v *Vocabulary) []string { return v.OrdinalEndings }) {
		return 0, false
	}
	m, ok := monthCalled(strings.TrimRight(month, "."))
	if !ok || len(tokens) > 3 {
		return 0, false
	}
	if len(tokens) == 3 {
		if len(tokens[2]) != 2 && len(tokens[2]) != 4 {
			return 0, false
		}
		return civilDate(tokens[2], strconv.Itoa(int(m)), number[1])
	}
	return on.dateWithoutYear(strconv.Itoa(int(m)), number[1])
}

// readNearDay reads a word for a day: today and its neighbours.
func (on Days) readNearDay(word string) (workday.Date, bool) {
	switch {
	case isAny(word, func(v *Vocabulary) []string { return v.Today }):
		return on.Today, true
	case on.Lies == Ahead && isAny(word, func(v *Vocabulary) []string { return v.Tomorrow }):
		return on.Today.AddDays(1), true
	case on.Lies == Behind && isAny(word, func(v *Vocabulary) []string { return v.Yesterday }):
		return on.Today.AddDays(-1), true
	}
	return 0, false
}

// dateWithoutYear is the nearest such day on the side on which it lies; today is on both.
func (on Days) dateWithoutYear(month, day string) (workday.Date, bool) {
	var best workday.Date
	for year := on.Today.Year() - 4; year <= on.Today.Year()+4; year++ { // 29 February is every fourth year
		d, ok := civilDate(strconv.Itoa(year), month, day)
		if !ok || on.Lies == Ahead && d < on.Today || on.Lies == Behind && d > on.Today {
			continue
		}
		if best == 0 || distance(d, on.Today) < distance(best, on.Today) {
			best = d
		}
	}
	return best, best != 0
}

func distance(a, b workday.Date) int { return max(int(a-b), int(b-a)) }

// nextWeekday is the coming or the last day of that name. On that very day it could be either.
func (on Days) nextWeekday(day time.Weekday) (workday.Date, bool) {
	ahead := (int(day) - int(on.Today.Weekday()) + 7) % 7
	switch {
	case ahead == 0 || on.Lies == Either:
		return 0, false
	case on.Lies == Behind:
		return on.Today.AddDays(ahead - 7), true
	}
	return on.Today.AddDays(ahead), true
}

// weekdaysCalled are the days of the week that a word can be.
func weekdaysCalled(word string) []time.Weekday {
	var days []time.Weekday
	for _, c := range catalogues {
		if d, ok := c.Vocabulary.Weekdays[strings.TrimRight(word, ".")]; ok {
			days = append(days, d)
		}
	}
	return days
}

func monthCalled(word string) (time.Month, bool) {
	for _, c := range catalogues {
		if m, ok := c.Vocabulary.Months[word]; ok {
			return m, true
		}
	}
	return 0, false
}

// civilDate is a date from its figures; a year of two is of this century. A day that the month
// does not have is none.
func civilDate(year, month, day string) (workday.Date, bool) {
	y, errYear := strconv.Atoi(year)
	m, errMonth := strconv.Atoi(month)
	d, errDay := strconv.Atoi(day)
	if errYear != nil || errMonth != nil || errDay != nil {
		return 0, false
	}
	if y < 100 {
		y += 2000
	}
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if at.Day() != d || int(at.Month()) != m || y < 1900 {
		return 0, false
	}
	return workday.DateOf(at), true
}
