package safetext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ShowHidden puts a sign in the place of every character that a reader does not see: controls
// (line breaks and tabs stay), overrides and marks of the direction of writing, zero-width
// characters, fillers, tags. They stay where a word or an emoji is written with them.
func ShowHidden(s string) string {
	first := indexHidden(s)
	if first < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:first])
	before, _ := utf8.DecodeLastRuneInString(s[:first])
	tagged := before == blackFlag // within the tags that make a flag
	for rest := s[first:]; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest) // what is no UTF-8 becomes U+FFFD
		rest = rest[size:]
		after, _ := utf8.DecodeRuneInString(rest)
		tag := tagged && isTag(r)
		if isHidden(r) && !tag && !belongsToWord(before, r, after) {
			b.WriteString(sign(r))
			before, tagged = ')', false // a sign is no word that another hidden character belongs to
			continue
		}
		b.WriteRune(r)
		before, tagged = r, r == blackFlag || tag
	}
	return b.String()
}

// indexHidden is where the first character stands that may have to be shown.
func indexHidden(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < utf8.RuneSelf {
			if isHidden(rune(c)) {
				return i
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || isHidden(r) {
			return i
		}
		i += size - 1
	}
	return -1
}

// sign is what stands for a character that shows nothing.
func sign(r rune) string { return fmt.Sprintf("(U+%04X)", r) }

// isHidden reports whether a character shows nothing by itself.
func isHidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || ' ' <= r && r < 0x7f:
		return false
	case r < 0xa0:
		return true // controls
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false // format characters that show
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	blackFlag          = '\U0001F3F4' // begins the flags of England, Scotland and Wales
)

func isTag(r rune) bool { return 0xE0020 <= r && r <= 0xE007F }

// joinedScripts write words with joiners.
var joinedScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// belongsToWord reports whether a hidden character between two others is how a word or an emoji
// is written.
func belongsToWord(before, r, after rune) bool {
	switch {
	case r == zeroWidthJoiner && isPicture(before) && isPicture(after):
		return true
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
		return unicode.In(before, joinedScripts...) && (unicode.In(after, joinedScripts...) || r == zeroWidthJoiner)
	case 0x180B <= r && r <= 0x180F: // selectors of Mongolian letters
		return unicode.Is(unicode.Mongolian, before)
	case unicode.Is(unicode.Variation_Selector, r):
		return isPicture(before) || unicode.Is(unicode.Han, before) || strings.ContainsRune("0123456789#*", before)
	}
	return false
}

// isPicture reports whether a character is, or ends, an emoji.
func isPicture(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk, unicode.Sm) && r >= 0x80 || r == 0xFE0F || r == '‼' || r == '⁉'
}
