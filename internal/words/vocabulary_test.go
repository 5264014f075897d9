package words

import (
	"strings"
	"testing"
	"time"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

func TestEveryShortDayAndMonthIsWhatItIsCalled(t *testing.T) {
	days := map[time.Weekday][]string{
		time.Sunday: {"sun", "Sunday", "Sul"}, time.Monday: {"mon", "Monday", "Llun"}, time.Tuesday: {"tue", "tues", "Tuesday", "Maw", "Mawrth"}, time.Wednesday: {"wed", "weds", "Wednesday", "Mer", "Mercher"},
		time.Thursday: {"thu", "thur", "thurs", "Thursday", "Iau"}, time.Friday: {"fri", "Friday", "Gwe", "Gwener"}, time.Saturday: {"sat", "Saturday", "Sad", "Sadwrn"},
	}
	for day, written := range days {
		for _, word := range written {
			// Today is the day before, so the coming one is tomorrow whichever day it is.
			today := workday.NewDate(2026, time.November, 22) // a Sunday
			for today.AddDays(1).Weekday() != day {
				today++
			}
			if got, ok := ReadDate(word, Days{Today: today}); !ok || got != today.AddDays(1) {
				t.Errorf("%q is read as %v, %v, not %s", word, got, ok, day)
			}
		}
	}
	months := map[time.Month]string{
		1: "jan january ion ionawr", 2: "feb february chwef chwefror", 3: "mar march maw mawrth fawrth", 4: "apr april ebr ebrill", 5: "may mai fai", 6: "jun june meh mehefin fehefin",
		7: "jul july gorff gorffennaf orffennaf", 8: "aug august awst", 9: "sep sept september medi fedi", 10: "oct october hyd hydref", 11: "nov november tach tachwedd dachwedd", 12: "dec december rhag rhagfyr ragfyr",
	}
	for month, written := range months {
		for word := range strings.FieldsSeq(written) {
			if got, ok := ReadDate("3 "+word+" 2027", Days{}); !ok || got != workday.NewDate(2027, month, 3) {
				t.Errorf("%q is read as %v, %v, not %s", word, got, ok, month)
			}
		}
	}
	for _, day := range strings.Fields("1st 2nd 3rd 4th 1af 2il 3ydd 5ed 12fed 11eg 20ain") {
		number := strings.TrimRight(day, "abcdefghijklmnopqrstuvwxyz")
		want, _ := ReadDate(number+" May 2027", Days{})
		if got, ok := ReadDate(day+" May 2027", Days{}); !ok || got != want {
			t.Errorf("%q is read as %v, %v", day, got, ok)
		}
	}
}

func TestTheSmallWordsOfCommandsAreUnderstoodInEveryLanguage(t *testing.T) {
	for what, c := range map[string]struct {
		is    func(string) bool
		words string
	}{
		"from": {IsRangeStart, "from From o O"}, "to": {IsRangeEnd, "to TO until till i hyd tan - \u2013 \u2014"}, "for": {IsCoverFor, "for FOR dros ar-ran"}, "by": {IsCoverBy, "by gan"},
		"end": {IsCoverEnd, "end END diwedd"}, "here": {IsNoticesHere, "here Here yma"}, "off": {IsNoticesOff, "off diffodd"},
	} {
		for word := range strings.FieldsSeq(c.words) {
			if !c.is(word) {
				t.Errorf("%q is not %q", word, what)
			}
		}
		for _, other := range []string{"", "Ben", "2026-04-01", "today"} {
			if c.is(other) {
				t.Errorf("%q is %q", other, what)
			}
		}
	}
	for word, want := range map[string]challenge.GateStatus{
		"agreed": challenge.GatePassed, "Done.": challenge.GatePassed, "passed": challenge.GatePassed, "HELD": challenge.GatePassed, "cytunwyd": challenge.GatePassed, "refused": challenge.GateNotAgreed,
		"disagreed": challenge.GateNotAgreed, "gwrthodwyd": challenge.GateNotAgreed, "override": challenge.GateOverridden, "go\u2013on": challenge.GateOverridden, "bwrw\u2212ymlaen": challenge.GateOverridden, "perhaps": "", "": "",
	} {
		if got, ok := GateStatusCalled(word); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v, not %q", word, got, ok, want)
		}
	}
	for word, want := range map[string]challenge.ContactMethod{"phone": challenge.ContactByTelephone, "Telephone": challenge.ContactByTelephone, "ffôn": challenge.ContactByTelephone, "Ffon": challenge.ContactByTelephone,
		"e-mail": challenge.ContactByEmail, "E\u2013MAIL": challenge.ContactByEmail, "email": challenge.ContactByEmail, "e-bost": challenge.ContactByEmail, "post": ""} {
		if got, ok := ContactMethodCalled(word); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v, not %q", word, got, ok, want)
		}
	}
}

func TestACommandIsCalledTheSameInTheProgramWhateverTheLanguage(t *testing.T) {
	for word, want := range map[string]CommandName{
		"/Challenge": CommandChallenge, "her": CommandChallenge, "herio": CommandChallenge, "fy\u2013heriau": CommandMine, "my": CommandMine, "ateb": CommandRespond, "answer": CommandRespond,
		"not_satisfied": CommandNotSatisfied, "anfodlon": CommandNotSatisfied, "tynnu-yn-ôl": CommandWithdraw, "tynnu-yn-ol": CommandWithdraw, "tynnu-yn-o\u0302l": CommandWithdraw, "?": CommandHelp, "hi": CommandHelp, "helo": CommandHelp,
		"cyflenwi": CommandCover, "hysbysiadau": CommandNotices, "yn-aros": CommandWaiting, "**partly**": CommandPartly, "handoff": CommandHandOff, "gofynnwyd:": CommandAsked, "porth": CommandGate, "neidio": CommandSkip,
		"atgyfeirio": CommandRefer, "bodlon": CommandSatisfied, "resolve": CommandSatisfied,
	} {
		if got, ok := CommandCalled(word); !ok || got != want {
			t.Errorf("%q is %q, %v, not %q", word, got, ok, want)
		}
	}
	for _, word := range []string{"", "visit", "/", "not", "off", "Tom"} {
		if got, ok := CommandCalled(word); ok {
			t.Errorf("%q is %q", word, got)
		}
	}
	if got := Welsh.CommandWord(CommandWithdraw); got != "tynnu-yn-ôl" {
		t.Errorf("a withdrawal is called %q", got)
	}
	if lines := English.HelpLines(); len(lines) != len(CommandNames)+1 || lines[0].Word() != "challenge" || lines[1].Syntax != "/challenge CH-…" || lines[len(lines)-1].Word() != "help" {
		t.Errorf("help lists %v", lines)
	}
}

func TestAWordIsComparedWithoutWhatAPhoneLeavesAroundIt(t *testing.T) {
	for word, want := range map[string]string{"/Not\u2014Satisfied:": "not-satisfied", "\u200bCH\u2212Y8\u2060W": "ch-y8w", "**b**": "b", "?": "?", "": "", "ＡＢ": "ab", "soft\u00adhyphen": "softhyphen",
		"(x)": "x", "\u2043a\u02d7b": "a-b", "ôl,": "ôl"} {
		if got := FoldToken(word); got != want {
			t.Errorf("%q is folded to %q, not %q", word, got, want)
		}
	}
	for text, want := range map[string][2]string{" a\u00a0b  c ": {"a", "b  c"}, "\u200b a": {"a", ""}, "": {"", ""}, "a\nb\nc": {"a", "b\nc"}} {
		if word, rest := CutWord(text); word != want[0] || rest != want[1] {
			t.Errorf("%q is cut into %q and %q", text, word, rest)
		}
	}
}
