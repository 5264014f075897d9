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
	months    = `(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)`
	dateForm  = `(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)?\s+` + months + `\s+\d{4})`
	bornForm  = `(?:[Bb]orn|\b[Dd]\.?[Oo]\.?[Bb]\.?|\bD\.?O\.?B\.?|[Dd]ate of birth|[Gg]eni|[Dd]yddiad geni)`
	nameWord  = `\p{Lu}[\p{L}'’-]*\p{Ll}`
	wholeName = nameWord + `(?:\s+` + nameWord + `)+`
	between   = `[^.!?\n]{0,30}?`
)

// patterns, each with the name as its first group.
var (
	nameThenDate = regexp.MustCompile(`(` + wholeName + `)` + between + dateForm)
	dateThenName = regexp.MustCompile(dateForm + between + `(` + wholeName + `)`)
	nameThenBorn = regexp.MustCompile(`(` + nameWord + `(?:\s+` + nameWord + `)*)` + between + bornForm)
)

// officeWords begin with a capital in the texts of the work and are nobody's name.
var officeWords = strings.Fields(`Core Group Child Children Protection Plan Conference Review Team Manager Social Worker Service Head Director Stage Level
	Case Notes Note Report Reports School Health Visitor Assessment Strategy Meeting Meetings Section Family Support Early Help Care Order Court Panel Legal
	Initial Statutory Visit Visits Minutes Agreed Action Actions Nominated Officer Independent Reviewing Chair Monday Tuesday Wednesday Thursday Friday
	Saturday Sunday January February March April May June July August September October November December The This That They There Their No Not Since From
	Until After Before When What Who We It He She His Her Our Last Next First Second Police Hospital Mother Father Parents Born Date`)

// FindPersonBesideBirth finds what looks like a name beside a date that may be of birth, in the
// first place where it stands; "" if nothing does.
func FindPersonBesideBirth(text string) string {
	for _, pattern := range []*regexp.Regexp{nameThenDate, dateThenName, nameThenBorn} {
		for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
			if isName(text[at[2]:at[3]]) {
				return strings.TrimSpace(text[at[0]:at[1]])
			}
		}
	}
	return ""
}

func isName(s string) bool {
	words := strings.Fields(s)
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(officeWords, w) })
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
