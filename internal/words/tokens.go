package words

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A word that is to be compared with words that the program knows comes with what a phone, a
// word processor or a copied card leaves around it.

// FoldToken is such a word in small letters, with plain hyphens, without what nobody sees, and
// without the punctuation and mark-up around it. Punctuation alone stays as it is.
func FoldToken(word string) string {
	word = strings.ToLower(PlainToken(word))
	if trimmed := strings.TrimFunc(word, IsPunctuation); trimmed != "" {
		return trimmed
	}
	return word
}

// PlainToken is a word with plain hyphens and letters, without what nobody sees.
func PlainToken(word string) string {
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		switch {
		case IsInvisible(r):
			return -1
		case unicode.Is(unicode.Dash, r), r == '\u2043', r == '\u02d7': // and what looks like one
			return '-'
		}
		return r
	}, word))
}

// IsInvisible reports characters that nobody sees: of no width, or for the direction of writing.
func IsInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u034f' || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0'
}

// IsPunctuation reports what stands beside a word and is no part of it. Characters that Unicode
// leaves to programs are none: marks are made of them.
func IsPunctuation(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Noncharacter_Code_Point, r)
}

// IsBlank covers space and the characters without a width that editors leave around it.
func IsBlank(r rune) bool { return unicode.IsSpace(r) || IsInvisible(r) }

// CutWord takes the first word off a text; the rest keeps its inner spacing.
func CutWord(s string) (word, rest string) {
	s = strings.TrimFunc(s, IsBlank)
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimFunc(s[i:], IsBlank)
}
