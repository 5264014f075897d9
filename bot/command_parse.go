package bot

import (
	"slices"
	"strings"
	"unicode"

	"challengebot/internal/challenge"
)

// typedCommand is what a person typed, taken apart as far as that goes without the case.
type typedCommand struct {
	text typedText
	// word is the command; empty where none was typed, and then rest is all there is.
	word  string
	slash bool   // it was typed as a command, and not as a word of a sentence
	ref   string // a well-formed reference, or empty
	// badRef is set when a reference was typed that cannot be one.
	badRef bool
	rest   string // what follows, with marks for mentions
	whole  string // all that was said, with marks
}

// words are the rest as people read it.
func (t typedCommand) words() string { return t.text.plain(t.rest) }

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

// parseCommand reads what a person typed.
func parseCommand(a Activity) typedCommand {
	t := typedCommand{text: a.normaliseText()}
	t.whole, t.slash = a.cutAddress(t.text)
	t.rest = t.whole
	if ref, rest, bad := cutBareReference(t.whole); ref != "" || bad {
		t.ref, t.rest, t.badRef = ref, rest, bad
		if rest == "" {
			t.word = commandChallenge // a reference alone shows the challenge
		}
		return t
	}
	word, rest, ok := cutCommandWord(t.whole)
	if !ok {
		return t
	}
	t.word, t.rest = word, t.text.trimBotStart(rest)
	t.ref, t.rest, t.badRef = cutReference(t.rest)
	t.rest = t.text.trimBotStart(t.rest)
	return t
}

// maxCommandWords is how many words a command can be typed as: "tynnu yn ôl".
const maxCommandWords = 3

// cutCommandWord takes a command off the start of a text: as one word, or with spaces in the
// place of its hyphens.
func cutCommandWord(text string) (name, rest string, ok bool) {
	typed, left := "", text
	for range maxCommandWords {
		var word string
		if word, left = cutHeadWord(left); word == "" {
			break
		}
		typed = strings.TrimPrefix(typed+"-"+foldToken(word), "-")
		if known, is := commandCalled(typed); is {
			name, rest, ok = known, left, true
		}
	}
	return name, rest, ok
}

// commandCalled is the command that a folded word stands for.
func commandCalled(word string) (string, bool) {
	if name, ok := commandAliases[word]; ok {
		return name, true
	}
	_, acts := commands[word]
	return word, acts || slices.Contains(generalCommands, word)
}

// generalCommands are those that do nothing to one challenge.
var generalCommands = []string{commandChallenge, commandMine, commandHelp, commandCover, commandNotices, commandWaiting}

// cutHeadWord takes the first word off a text. A colon or a comma ends it too, as in "respond:".
func cutHeadWord(s string) (word, rest string) {
	s = strings.TrimFunc(s, isBlank)
	i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":;,", r) })
	if i <= 0 {
		return cutWord(s)
	}
	return s[:i], strings.TrimFunc(strings.TrimLeft(s[i:], ":;,"), isBlank)
}

// parseHowAsked reads how somebody was asked. A word that is none stays as it is, for the
// check to say so.
func parseHowAsked(s string) challenge.ContactMethod {
	switch s = foldToken(s); s {
	case "ffôn", "ffon":
		return challenge.ContactByTelephone
	case "e-bost":
		return challenge.ContactByEmail
	}
	return challenge.ContactMethod(s)
}

// cutWord takes the first word off a text; the rest keeps its inner spacing.
func cutWord(s string) (word, rest string) {
	s = strings.TrimFunc(s, isBlank)
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimFunc(s[i:], isBlank)
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
	if st, ok := statuses[foldToken(word)]; ok {
		return "", st, rest
	}
	next, after := cutWord(rest)
	if st, ok := statuses[foldToken(next)]; ok {
		return foldToken(word), st, after
	}
	return "", "", strings.TrimSpace(s) // all of it is given back, to be said again
}
