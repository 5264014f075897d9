package bot

import (
	"challengebot/internal/words"
	"strings"
	"unicode"
)

// typedCommand is what a person typed, taken apart as far as that goes without the case.
type typedCommand struct {
	text typedText
	// word is the command; empty where none was typed, and then rest is all there is.
	word  words.CommandName
	slash bool   // it was typed as a command, and not as a word of a sentence
	ref   string // a well-formed reference, or empty
	// badRef is set when a reference was typed that cannot be one.
	badRef bool
	rest   string // what follows, with marks for mentions
	whole  string // all that was said, with marks
}

// words are the rest as people read it.
func (t typedCommand) words() string { return t.text.plain(t.rest) }

// parseCommand reads what a person typed.
func parseCommand(a Activity) typedCommand {
	t := typedCommand{text: a.normaliseText()}
	t.whole, t.slash = a.cutAddress(t.text)
	t.rest = t.whole
	if ref, rest, bad := cutBareReference(t.whole); ref != "" || bad {
		t.ref, t.rest, t.badRef = ref, rest, bad
		if rest == "" {
			t.word = words.CommandChallenge // a reference alone shows the challenge
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
func cutCommandWord(text string) (name words.CommandName, rest string, ok bool) {
	typed, left := "", text
	for range maxCommandWords {
		var word string
		if word, left = cutHeadWord(left); word == "" {
			break
		}
		typed = strings.TrimPrefix(typed+"-"+words.FoldToken(word), "-")
		if known, is := words.CommandCalled(typed); is {
			name, rest, ok = known, left, true
		}
	}
	return name, rest, ok
}

// cutHeadWord takes the first word off a text. A colon or a comma ends it too, as in "respond:".
func cutHeadWord(s string) (word, rest string) {
	s = strings.TrimFunc(s, words.IsBlank)
	i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(":;,", r) })
	if i <= 0 {
		return words.CutWord(s)
	}
	return s[:i], strings.TrimFunc(strings.TrimLeft(s[i:], ":;,"), words.IsBlank)
}
