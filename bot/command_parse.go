package bot

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"challengebot/internal/words"
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
	said := unwrap(t.whole)
	if !strings.HasPrefix(said, ">") && t.readHead(said) { // what is quoted is said by somebody else
		return t
	}
	if opened, quoted := cutOpening(said); opened != said {
		command, slash := strings.CutPrefix(opened, "/")
		// A picture or a number before plain words is no sign of a command.
		if (slash || quoted) && t.readHead(command) {
			t.slash = t.slash || slash
		}
	}
	return t
}

// readHead reads what a text begins with, a reference or a command, and reports whether it is one.
func (t *typedCommand) readHead(said string) bool {
	if ref, rest, bad := cutBareReference(said); ref != "" || bad {
		t.ref, t.rest, t.badRef = ref, rest, bad
		if rest == "" {
			t.word = words.CommandChallenge // a reference alone shows the challenge
		}
		return true
	}
	word, rest, ok := cutCommandWord(said)
	if !ok {
		return false
	}
	t.word, t.rest = word, t.text.trimBotStart(rest)
	t.ref, t.rest, t.badRef = cutReferenceOf(t.rest)
	t.rest = t.text.trimBotStart(t.rest)
	return true
}

// wrappers are put around a whole message: as code, in quotation marks or brackets, emphasised.
var wrappers = map[rune]rune{'`': '`', '"': '"', '\'': '\'', '*': '*', '_': '_', '~': '~', '“': '”', '‘': '’', '«': '»', '(': ')', '[': ']', '{': '}'}

// unwrap takes off what stands around all of a text, and nothing that also stands within it.
func unwrap(s string) string {
	for {
		first, n := utf8.DecodeRuneInString(s)
		last, wraps := wrappers[first]
		if !wraps || len(s) < 2*n || !strings.HasSuffix(s[n:], string(last)) {
			return s
		}
		inner := s[n : len(s)-utf8.RuneLen(last)]
		if bare := strings.Trim(inner, string(first)); strings.ContainsRune(bare, first) || strings.ContainsRune(bare, last) {
			return s
		}
		s = strings.TrimFunc(inner, words.IsBlank)
	}
}

var listNumber = regexp.MustCompile(`^\d{1,2}[.)]\s+`)

// cutOpening takes off what may stand before a command: the lines of another message, each behind a
// ">", a list's number, signs and pictures. quoted: there were such lines.
func cutOpening(s string) (rest string, quoted bool) {
	rest = s
	for strings.HasPrefix(rest, ">") {
		_, after, _ := strings.Cut(rest, "\n")
		if after = strings.TrimFunc(after, words.IsBlank); after == "" {
			return s, false // a quotation alone
		}
		rest, quoted = after, true
	}
	rest = listNumber.ReplaceAllString(rest, "")
	return strings.TrimLeftFunc(rest, func(r rune) bool { return r != '/' && words.IsPunctuation(r) || unicode.IsMark(r) }), quoted
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
