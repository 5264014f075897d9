package safetext

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// What follows finds what may tell who a child is. It asks and never decides: names are too many
// for a rule, so the person who wrote it says whether it is one.

const (
	months   = `(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)`
	ordinal  = `\d{1,2}(?:st|nd|rd|th)?`
	dateForm = `(?:\d{1,2}[./ -]\d{1,2}[./ -](?:\d{4}|\d{2})\b|\d{4}[/-]\d{2}[/-]\d{2}|` + ordinal + `(?:\s+of)?\s+` + months + `\s+\d{4}|` + months + `\s+` + ordinal + `,?\s+\d{4})`
	shortDOB = `\b(?i:d\.?\s?o\.?\s?b\b\.?|date of birth)`
	bornForm = `(?:[Bb]orn|` + shortDOB + `|[Gg]eni|[Dd]yddiad geni)`
	nameWord = `\p{Lu}[\p{L}'’-]*\p{L}`
	// wholeName is of two words or more; one alone is a name only in front of a date in brackets or
	// where birth is spoken of.
	wholeName = nameWord + `(?:,?\s+` + nameWord + `)+`
	between   = `[^.!?\n]{0,30}?`
)

// patterns, each with the name as its first group.
var (
	nameThenDate  = regexp.MustCompile(`(` + wholeName + `)` + between + dateForm)
	dateThenName  = regexp.MustCompile(dateForm + between + `(` + wholeName + `)`)
	nameThenBorn  = regexp.MustCompile(`(` + nameWord + `(?:\s+` + nameWord + `)*)` + between + bornForm)
	nameInFront   = regexp.MustCompile(`(` + nameWord + `)\s*\(\s*` + dateForm + `\s*\)`)
	smallThenBorn = regexp.MustCompile(`(?:^|[^\p{L}'’-])(\p{Ll}[\p{L}'’-]+\s+\p{Ll}[\p{L}'’-]+)[\s,(:-]{1,4}` + shortDOB + `[\s:-]{0,3}` + dateForm)
)

// officeWords begin with a capital in the texts of the work and are nobody's name.
var officeWords = strings.Fields(`Core Group Child Children Protection Plan Conference Review Team Manager Social Worker Service Head Director Stage Level
	Case Notes Note Report Reports School Health Visitor Assessment Strategy Meeting Meetings Section Family Support Early Help Care Order Court Panel Legal
	Initial Statutory Visit Visits Minutes Agreed Action Actions Nominated Officer Independent Reviewing Chair Monday Tuesday Wednesday Thursday Friday
	Saturday Sunday January February March April May June July August September October November December The This That They There Their No Not Since From
	Until After Before When What Who We It He She His Her Our Last Next First Second Police Hospital Mother Father Parents Born Date
	ICPC RCPC IRO LADO MASH CAMHS CIN CPP EDT EHCP LAC NHS PLO QA DSL`)

// plainWords are no child's name beside "DOB" though they begin small.
var plainWords = strings.Fields(`a an and baby brother child child's child’s children daughter father girl boy her his is mother of older our parent
	pupil sibling sister son the their this was whose with younger`)

// FindPeopleBesideBirth finds what looks like a name beside a date that may be of birth, each once, in
// the order of the kinds of place where it stands. A day of the last two months, or to come, is taken
// for one of the work, unless birth is spoken of; whom isKnown knows is no child.
func FindPeopleBesideBirth(text string, now time.Time, isKnown func(name string) bool) []string {
	var found []string
	for _, pattern := range []*regexp.Regexp{nameThenDate, dateThenName, nameThenBorn, nameInFront, smallThenBorn} {
		spokenOf := pattern == nameThenBorn || pattern == smallThenBorn
		for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
			name, whole := text[at[2]:at[3]], strings.TrimSpace(text[at[0]:at[1]])
			isNew := !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, name) })
			if isNew && isName(name) && !isKnown(name) && (spokenOf || mayBeBirth(datePattern.FindString(whole), now)) {
				found = append(found, whole)
			}
		}
	}
	return found
}

var (
	datePattern = regexp.MustCompile(dateForm)
	ordinals    = regexp.MustCompile(`(\d)(?:st|nd|rd|th)\b`)
)

// workedDays is how long ago a day is taken for one of the work.
const workedDays = 60

// mayBeBirth reports whether a child may have been born on a day as people here write it.
func mayBeBirth(written string, now time.Time) bool {
	plain := strings.Join(strings.Fields(ordinals.ReplaceAllString(strings.NewReplacer(".", "/", "-", "/").Replace(written), "$1")), " ")
	for _, form := range []string{"2/1/2006", "2/1/06", "2 1 2006", "2 1 06", "2006/01/02", "2 January 2006", "2 Jan 2006", "2 of January 2006", "2 of Jan 2006", "January 2 2006", "January 2, 2006", "Jan 2 2006", "Jan 2, 2006"} {
		if day, err := time.Parse(form, plain); err == nil {
			return day.Before(now.AddDate(0, 0, -workedDays)) && day.AddDate(childYears, 0, 0).After(now)
		}
	}
	return true
}

func isName(s string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains(officeWords, w) || slices.Contains(plainWords, w)
	})
}

// childYears is how long ago a child was born at the most.
const childYears = 19

// LooksLikePerson reports whether a record number may hold a name or a date of birth: letters as in
// a name before it, or digits that are a day on which a child may have been born.
func LooksLikePerson(record string, now time.Time) bool {
	prefix := strings.TrimRightFunc(record, func(r rune) bool { return !unicode.IsLetter(r) })
	if strings.ContainsFunc(prefix, unicode.IsLower) {
		return true
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, record)
	for _, form := range []string{"20060102", "02012006"} {
		if day, err := time.Parse(form, digits); err == nil && day.Before(now) && day.AddDate(childYears, 0, 0).After(now) {
			return true
		}
	}
	return false
}
