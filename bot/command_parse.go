package bot

import (
	"strings"

	"challengebot/internal/challenge"
	"challengebot/internal/workday"
)

// Words a person may type. Each card action has one.
const (
	commandChallenge    = "challenge"
	commandMine         = "mine"
	commandHelp         = "help"
	commandRespond      = "respond"
	commandSatisfied    = "satisfied"
	commandPartly       = "partly"
	commandNotSatisfied = "not-satisfied"
	commandGate         = "gate"
	commandWithdraw     = "withdraw"
	commandSkip         = "skip"
	commandHandOff      = "hand-off"
	commandRefer        = "refer"
	commandCover        = "cover"
	commandAsked        = "asked"
	commandNotices      = "notices"
	commandWaiting      = "waiting"
)

// typedCommand is a command as a person typed it.
type typedCommand struct {
	word string
	ref  string // a well-formed reference, or empty
	rest string // what follows, as typed
	// badRef is set when a reference was typed that cannot be one.
	badRef bool
}

// commandAliases are other ways to say a word, the Welsh ones among them: what the Welsh
// cards tell people to type is understood from everybody.
var commandAliases = map[string]string{
	"hi": commandHelp, "hello": commandHelp, "?": commandHelp, "hey": commandHelp, "start": commandHelp,
	"answer": commandRespond, "notsatisfied": commandNotSatisfied, "not_satisfied": commandNotSatisfied, "unsatisfied": commandNotSatisfied,
	"her": commandChallenge, "herio": commandChallenge, "fy-heriau": commandMine, "yn-aros": commandWaiting, "cymorth": commandHelp, "helo": commandHelp,
	"ateb": commandRespond, "bodlon": commandSatisfied, "rhannol": commandPartly, "anfodlon": commandNotSatisfied, "porth": commandGate,
	"tynnu-yn-ôl": commandWithdraw, "tynnu-yn-ol": commandWithdraw, "neidio": commandSkip, "trosglwyddo": commandHandOff,
	"atgyfeirio": commandRefer, "gofynnwyd": commandAsked, "cyflenwi": commandCover, "hysbysiadau": commandNotices,
	"partly-satisfied": commandPartly, "resolve": commandSatisfied, "handoff": commandHandOff, "my": commandMine, "notice": commandNotices,
}

// parseCommand reads a command text. A word that is no command gives the word as
// it is; the caller answers with help.
func parseCommand(text string) typedCommand {
	word, rest := cutWord(text)
	word = strings.TrimPrefix(strings.ToLower(word), "/")
	if word == "not" { // "not satisfied CH-…"
		if next, after := cutWord(rest); strings.EqualFold(next, "satisfied") {
			word, rest = commandNotSatisfied, after
		}
	}
	if a, ok := commandAliases[word]; ok {
		word = a
	}
	t := typedCommand{word: word, rest: rest}
	first, after := cutWord(rest)
	if strings.EqualFold(strings.TrimRight(first, "-\u2013\u2014"), "ch") { // "CH 7K3QX2"
		next, beyond := cutWord(after)
		first, after = "CH-"+next, beyond
	}
	if ref, ok := challenge.ParseReference(first); ok {
		t.ref, t.rest = ref, after
	} else if strings.HasPrefix(strings.ToUpper(first), "CH-") {
		t.badRef = true
	}
	return t
}

// parseHowAsked reads how somebody was asked. A word that is none stays as it is, for the
// check to say so.
func parseHowAsked(s string) challenge.ContactMethod {
	switch s = strings.ToLower(s); s {
	case "ffôn", "ffon":
		return challenge.ContactByTelephone
	case "e-bost":
		return challenge.ContactByEmail
	}
	return challenge.ContactMethod(s)
}

// cutWord takes the first word off a text; the rest keeps its inner spacing.
func cutWord(s string) (word, rest string) {
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
		a := challenge.PlannedAction{What: strings.TrimSpace(fields[0])}
		if len(fields) > 1 {
			a.Who = strings.TrimSpace(fields[1])
		}
		if len(fields) > 2 {
			a.DueBy = parseDateOrZero(fields[2])
		}
		r.Plan = append(r.Plan, a)
	}
	return r
}

// parseDateOrZero reads a date as cards send it. What is no date is a missing one: the
// domain's check then says so at the input.
func parseDateOrZero(s string) workday.Date {
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
		"refused": challenge.GateNotAgreed, "disagreed": challenge.GateNotAgreed,
		"override": challenge.GateOverridden, "go-on": challenge.GateOverridden,
		"cytunwyd": challenge.GatePassed, "gwrthodwyd": challenge.GateNotAgreed, "bwrw-ymlaen": challenge.GateOverridden,
	}
	word, rest := cutWord(s)
	if st, ok := statuses[strings.ToLower(word)]; ok {
		return "", st, rest
	}
	next, after := cutWord(rest)
	if st, ok := statuses[strings.ToLower(next)]; ok {
		return strings.ToLower(word), st, after
	}
	return "", "", strings.TrimSpace(s) // all of it is given back, to be said again
}
