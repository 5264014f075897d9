package bot

import (
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

// Words a person may type. Each card action has one.
const (
	wordChallenge = "challenge"
	wordMine      = "mine"
	wordHelp      = "help"
	wordRespond   = "respond"
	wordSatisfied = "satisfied"
	wordPartly    = "partly"
	wordNot       = "not-satisfied"
	wordGate      = "gate"
	wordWithdraw  = "withdraw"
	wordSkip      = "skip"
	wordHandOff   = "hand-off"
	wordRefer     = "refer"
	wordCover     = "cover"
	wordAsked     = "asked"
	wordNotices   = "notices"
	wordWaiting   = "waiting"
)

// typed is a command as a person typed it.
type typed struct {
	word string
	ref  string // a well-formed reference, or empty
	rest string // what follows, as typed
	// badRef is set when a reference was typed that cannot be one.
	badRef bool
}

// aliases are other ways to say a word, the Welsh ones among them: what the Welsh
// cards tell people to type is understood from everybody.
var aliases = map[string]string{
	"hi": wordHelp, "hello": wordHelp, "?": wordHelp, "hey": wordHelp, "start": wordHelp,
	"answer": wordRespond, "notsatisfied": wordNot, "not_satisfied": wordNot, "unsatisfied": wordNot,
	"her": wordChallenge, "herio": wordChallenge, "fy-heriau": wordMine, "yn-aros": wordWaiting, "cymorth": wordHelp, "helo": wordHelp,
	"ateb": wordRespond, "bodlon": wordSatisfied, "rhannol": wordPartly, "anfodlon": wordNot, "porth": wordGate,
	"tynnu-yn-ôl": wordWithdraw, "tynnu-yn-ol": wordWithdraw, "neidio": wordSkip, "trosglwyddo": wordHandOff,
	"atgyfeirio": wordRefer, "gofynnwyd": wordAsked, "cyflenwi": wordCover, "hysbysiadau": wordNotices,
	"partly-satisfied": wordPartly, "resolve": wordSatisfied, "handoff": wordHandOff, "my": wordMine, "notice": wordNotices,
}

// parseCommand reads a command text. A word that is no command gives the word as
// it is; the caller answers with help.
func parseCommand(text string) typed {
	word, rest := cut(text)
	word = strings.TrimPrefix(strings.ToLower(word), "/")
	if word == "not" { // "not satisfied CH-…"
		if next, after := cut(rest); strings.EqualFold(next, "satisfied") {
			word, rest = wordNot, after
		}
	}
	if a, ok := aliases[word]; ok {
		word = a
	}
	t := typed{word: word, rest: rest}
	first, after := cut(rest)
	if strings.EqualFold(strings.TrimRight(first, "-\u2013\u2014"), "ch") { // "CH 7K3QX2"
		next, beyond := cut(after)
		first, after = "CH-"+next, beyond
	}
	if ref, ok := challenge.ParseReference(first); ok {
		t.ref, t.rest = ref, after
	} else if strings.HasPrefix(strings.ToUpper(first), "CH-") {
		t.badRef = true
	}
	return t
}

// howAsked reads how somebody was asked. A word that is none stays as it is, for the
// check to say so.
func howAsked(s string) challenge.How {
	switch s = strings.ToLower(s); s {
	case "ffôn", "ffon":
		return challenge.ByTelephone
	case "e-bost":
		return challenge.ByEmail
	}
	return challenge.How(s)
}

// cut takes the first word off a text; the rest keeps its inner spacing.
func cut(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' })
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// parseResponse reads "text | what; who; 2026-04-17 | what; who; date". Parts that
// are not complete are kept in place, so that the check names what is missing.
func parseResponse(s string) challenge.Response {
	parts := strings.Split(s, "|")
	r := challenge.Response{Text: strings.TrimSpace(parts[0])}
	for _, part := range parts[1:] {
		fields := strings.Split(part, ";")
		a := challenge.Action{What: strings.TrimSpace(fields[0])}
		if len(fields) > 1 {
			a.Who = strings.TrimSpace(fields[1])
		}
		if len(fields) > 2 {
			a.By = dateOrZero(fields[2])
		}
		r.Plan = append(r.Plan, a)
	}
	return r
}

// dateOrZero reads a date as cards send it. What is no date is a missing one: the
// domain's check then says so at the input.
func dateOrZero(s string) workday.Date {
	d, err := workday.ParseDate(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return d
}

// parseGate reads "agreed note…", "refused note…" or "override reason…", with the
// gate's name in front when more than one waits.
func parseGate(s string) (gate string, status challenge.GateStatus, note string) {
	statuses := map[string]challenge.GateStatus{
		"agreed": challenge.GatePassed, "done": challenge.GatePassed, "passed": challenge.GatePassed, "held": challenge.GatePassed,
		"refused": challenge.GateRefused, "disagreed": challenge.GateRefused,
		"override": challenge.GateOverridden, "go-on": challenge.GateOverridden,
		"cytunwyd": challenge.GatePassed, "gwrthodwyd": challenge.GateRefused, "bwrw-ymlaen": challenge.GateOverridden,
	}
	word, rest := cut(s)
	if st, ok := statuses[strings.ToLower(word)]; ok {
		return "", st, rest
	}
	next, after := cut(rest)
	if st, ok := statuses[strings.ToLower(next)]; ok {
		return strings.ToLower(word), st, after
	}
	return "", "", strings.TrimSpace(s) // all of it is given back, to be said again
}
