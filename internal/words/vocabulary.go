package words

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"challengebot/internal/challenge"
)

// Vocabulary is what a language calls the things that people type: the other half of what its
// texts tell them. What anybody may have read in one language is understood from everybody.
// All of it is folded: see foldWords.
type Vocabulary struct {
	Weekdays                   map[string]time.Weekday
	Months                     map[string]time.Month
	Today, Tomorrow, Yesterday []string
	// DateFillers may stand in a date and change nothing: "on", "the", "of".
	DateFillers []string
	// BeforeReference may stand before a challenge's reference: "to", "about".
	BeforeReference []string
	// RangeFrom and RangeTo stand before the first and the last of some days.
	RangeFrom, RangeTo []string
	// CoverFor and CoverBy stand before who is away and who stands in; CoverEnd ends it.
	CoverFor, CoverBy, CoverEnd []string
	// NoticesHere and NoticesOff choose where notices appear, and end that.
	NoticesHere, NoticesOff []string
	// Commands are further words for commands, beside those that help and Teams show.
	Commands map[CommandName][]string
	// GateStatuses and ContactMethods are what is said of a gate, and how somebody was asked.
	GateStatuses   map[string]challenge.GateStatus
	ContactMethods map[string]challenge.ContactMethod
	// RegisterStates are what is said of challenges that are looked for: true is open, false ended.
	RegisterStates map[string]bool
	// OrdinalEndings follow a day: "st" of "1st".
	OrdinalEndings []string
}

// foldWords is a text for comparing with a vocabulary: in small letters, with plain hyphens and
// spaces, without accents and without what nobody sees.
func foldWords(s string) string {
	s = norm.NFKD.String(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsMark(r), unicode.Is(unicode.Cf, r):
			return -1
		case unicode.Is(unicode.Dash, r):
			return '-'
		case unicode.IsSpace(r):
			return ' '
		}
		return unicode.ToLower(r)
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// isAny reports whether a folded word is one of those that a language has for something.
func isAny(word string, of func(*Vocabulary) []string) bool {
	for _, c := range catalogues {
		for _, w := range of(c.Vocabulary) {
			if w == word {
				return true
			}
		}
	}
	return false
}

// IsRangeStart and IsRangeEnd report whether a word stands before the first, or the last, of
// some days: "from", "to".
func IsRangeStart(word string) bool {
	return isAny(foldWords(word), func(v *Vocabulary) []string { return v.RangeFrom })
}

// IsRangeEnd is the other end; a hyphen is one in any language.
func IsRangeEnd(word string) bool {
	word = foldWords(word)
	return word == "-" || isAny(word, func(v *Vocabulary) []string { return v.RangeTo })
}

// IsCoverFor reports whether a word says for whom cover is; IsCoverBy and IsCoverEnd do the same
// for who stands in and for ending it.
func IsCoverFor(word string) bool {
	return isAny(foldWords(word), func(v *Vocabulary) []string { return v.CoverFor })
}

// IsCoverBy stands before who stands in.
func IsCoverBy(word string) bool {
	return isAny(foldWords(word), func(v *Vocabulary) []string { return v.CoverBy })
}

// IsCoverEnd ends cover.
func IsCoverEnd(word string) bool {
	return isAny(foldWords(word), func(v *Vocabulary) []string { return v.CoverEnd })
}

// IsNoticesHere chooses the channel in which it is typed.
func IsNoticesHere(word string) bool {
	return isAny(foldWords(word), func(v *Vocabulary) []string { return v.NoticesHere })
}

// IsBeforeReference reports words that may stand before a challenge's reference and say nothing else.
func IsBeforeReference(word string) bool {
	return isAny(strings.TrimFunc(foldWords(word), IsPunctuation), func(v *Vocabulary) []string { return v.BeforeReference })
}

// IsNoticesOff ends that.
func IsNoticesOff(word string) bool {
	return isAny(foldWords(word), func(v *Vocabulary) []string { return v.NoticesOff })
}

var englishVocabulary = &Vocabulary{
	Weekdays: map[string]time.Weekday{
		"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sun": 0, "mon": 1, "tue": 2, "tues": 2,
		"wed": 3, "weds": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5, "sat": 6},
	Months: map[string]time.Month{
		"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
		"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12},
	Today: []string{"today"}, Tomorrow: []string{"tomorrow"}, Yesterday: []string{"yesterday"},
	DateFillers:     []string{"on", "by", "the", "of", "this"},
	BeforeReference: []string{"to", "for", "on", "about", "re", "ref", "reference", "no", "number", "challenge", "case", "the", "with", "in", "of"},
	RangeFrom:       []string{"from"}, RangeTo: []string{"to", "until", "till"},
	CoverFor: []string{"for"}, CoverBy: []string{"by"}, CoverEnd: []string{"end"},
	NoticesHere: []string{"here"}, NoticesOff: []string{"off"},
	Commands: map[CommandName][]string{
		CommandHelp: {"hi", "hello", "?", "hey", "start"}, CommandMine: {"my"}, CommandNotices: {"notice"}, CommandRespond: {"answer"},
		CommandSatisfied: {"resolve"}, CommandPartly: {"partly-satisfied"}, CommandNotSatisfied: {"notsatisfied", "not_satisfied", "unsatisfied"}, CommandHandOff: {"handoff"}},
	GateStatuses: map[string]challenge.GateStatus{
		"agreed": challenge.GatePassed, "done": challenge.GatePassed, "passed": challenge.GatePassed, "held": challenge.GatePassed,
		"refused": challenge.GateNotAgreed, "disagreed": challenge.GateNotAgreed, "override": challenge.GateOverridden, "go-on": challenge.GateOverridden},
	ContactMethods: map[string]challenge.ContactMethod{
		"phone": challenge.ContactByTelephone, "telephone": challenge.ContactByTelephone, "e-mail": challenge.ContactByEmail, "email": challenge.ContactByEmail},
	RegisterStates: map[string]bool{"open": true, "running": true, "ended": false, "closed": false},
	OrdinalEndings: []string{"st", "nd", "rd", "th"},
}

var welshVocabulary = &Vocabulary{
	Weekdays: map[string]time.Weekday{"sul": 0, "llun": 1, "mawrth": 2, "mercher": 3, "iau": 4, "gwener": 5, "sadwrn": 6,
		"maw": 2, "mer": 3, "gwe": 5, "sad": 6},
	Months: map[string]time.Month{
		"ionawr": 1, "chwefror": 2, "mawrth": 3, "ebrill": 4, "mai": 5, "mehefin": 6, "gorffennaf": 7, "awst": 8, "medi": 9, "hydref": 10, "tachwedd": 11, "rhagfyr": 12,
		"ion": 1, "chwef": 2, "maw": 3, "ebr": 4, "meh": 6, "gorff": 7, "hyd": 10, "tach": 11, "rhag": 12,
		// after "o", which softens the first letter
		"fawrth": 3, "fai": 5, "fehefin": 6, "orffennaf": 7, "fedi": 9, "dachwedd": 11, "ragfyr": 12},
	Today: []string{"heddiw"}, Tomorrow: []string{"yfory"}, Yesterday: []string{"ddoe"},
	DateFillers:     []string{"ar", "erbyn", "y", "o", "dydd", "ddydd"},
	BeforeReference: []string{"i", "at", "am", "ar", "cyf", "cyfeirnod", "rhif", "her", "yr", "y"},
	RangeFrom:       []string{"o"}, RangeTo: []string{"i", "hyd", "tan"},
	CoverFor: []string{"dros", "ar-ran"}, CoverBy: []string{"gan"}, CoverEnd: []string{"diwedd"},
	NoticesHere: []string{"yma"}, NoticesOff: []string{"diffodd"},
	Commands: map[CommandName][]string{CommandHelp: {"helo"}},
	GateStatuses: map[string]challenge.GateStatus{
		"cytunwyd": challenge.GatePassed, "gwrthodwyd": challenge.GateNotAgreed, "bwrw-ymlaen": challenge.GateOverridden},
	ContactMethods: map[string]challenge.ContactMethod{"ffon": challenge.ContactByTelephone, "e-bost": challenge.ContactByEmail},
	RegisterStates: map[string]bool{"agored": true, "caeedig": false, "gorffenedig": false},
	OrdinalEndings: []string{"af", "il", "ydd", "ed", "fed", "eg", "ain"},
}
