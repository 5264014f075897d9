package bot

import (
	"regexp"
	"strings"
	"unicode"

	"challengebot/internal/challenge"
	"challengebot/internal/words"
)

// A reference is copied out of a card, a mail or a sentence: punctuation, quotation marks and
// mark-up come along. None of it is part of the reference.

// attachedReference is a reference at the start of a word with something behind it. What stands
// before it was taken off.
var attachedReference = regexp.MustCompile(`^(?i:CH[-_./]*([0-9A-Z]{6}))([^\pL\pN].*|)$`)

// closingMarkup is what can follow a reference directly and belongs to it: the end of a link, of
// brackets, of quotation marks, of emphasis, of a sentence.
var closingMarkup = regexp.MustCompile(`^(?:\]\([^)\s]*\)|[\])}>"'*_~` + "`" + `:;,.!?»”’]+)+`)

// cutReference takes a reference off the start of a text. bad: there is one that cannot be.
func cutReference(s string) (ref, rest string, bad bool) {
	first, after := words.CutWord(s)
	if first == "" {
		return "", s, false
	}
	if !strings.ContainsFunc(first, isLetterOrDigit) && after != "" { // an opening bracket on its own
		if ref, rest, bad := cutReference(after); ref != "" || bad {
			return ref, rest, bad
		}
		return "", s, false
	}
	token := strings.TrimLeftFunc(words.PlainToken(first), words.IsPunctuation)
	if code := strings.TrimRight(strings.ToUpper(token), "-"); code == "CH" { // "CH 7K3QX2"
		next, beyond := words.CutWord(after)
		if !strings.ContainsFunc(next, isLetterOrDigit) { // "CH - 7K3QX2"
			next, beyond = words.CutWord(beyond)
		}
		token, after = "CH-"+strings.TrimLeftFunc(words.PlainToken(next), words.IsPunctuation), beyond
	}
	bare := strings.TrimRightFunc(token, words.IsPunctuation)
	if ref, ok := challenge.ParseReference(bare); ok {
		if i := strings.IndexAny(token[len(bare):], separators); i >= 0 { // "CH-7K3QX2| a visit"
			after = token[len(bare)+i:] + " " + after
		}
		return ref, cutLonePunctuation(after), false
	}
	if m := attachedReference.FindStringSubmatch(token); m != nil {
		if ref, ok := challenge.ParseReference(m[1]); ok {
			attached := closingMarkup.ReplaceAllString(m[2], "")
			return ref, cutLonePunctuation(strings.TrimFunc(attached+" "+after, words.IsBlank)), false
		}
	}
	return "", s, strings.HasPrefix(strings.ToUpper(token), "CH-")
}

// maxFillers is how many words may stand before a reference: "to challenge no".
const maxFillers = 3

// cutReferenceOf is cutReference for the text behind a command, where words may stand before the
// reference: "respond to CH-7K3QX2". Then it must look like one.
func cutReferenceOf(s string) (ref, rest string, bad bool) {
	left := s
	for range maxFillers {
		word, after := words.CutWord(left)
		if !words.IsBeforeReference(word) {
			break
		}
		left = after
	}
	if left != s {
		head, _ := words.CutWord(left)
		head = strings.ToUpper(strings.TrimLeftFunc(words.PlainToken(head), words.IsPunctuation))
		if ref, rest, bad := cutReference(left); ref != "" && strings.HasPrefix(head, "CH") {
			return ref, rest, bad
		}
	}
	return cutReference(s)
}

// cutBareReference takes a reference off the start of a message that names no command. There it
// must look like one, since six letters alone may be a word.
func cutBareReference(s string) (ref, rest string, bad bool) {
	ref, rest, bad = cutReference(s)
	head, _ := words.CutWord(s)
	head = strings.TrimFunc(words.PlainToken(head), words.IsPunctuation)
	switch {
	case bad, strings.HasPrefix(strings.ToUpper(head), "CH-"), strings.EqualFold(head, "CH"), head == "":
		return ref, rest, bad
	case head == strings.ToUpper(head) && strings.ContainsAny(head, "23456789") && (rest == "" || strings.HasPrefix(head, "CH")):
		return ref, rest, false
	}
	return "", s, false
}

// separators part what is typed behind a reference. They are never taken for punctuation.
const separators = "|;"

// cutLonePunctuation takes a dash, a colon or a closing bracket off the start that stands between
// a reference and what is said of it. A separator stays.
func cutLonePunctuation(s string) string {
	first, rest := words.CutWord(s)
	if first != "" && len([]rune(first)) <= 2 && strings.Trim(words.PlainToken(first), "-:,.)]}>\"'*_~`!?”’»") == "" {
		return rest
	}
	return s
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
