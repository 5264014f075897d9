package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// linkBreak is a narrow space that no line is broken at. It ends whatever a client would take for
// an address, and a reader hardly sees it.
const linkBreak = "\u202f"

// BreakLinks keeps clients from making links of addresses in a text: of sites with or without
// "https://", of mail boxes, of anything after "tel:" and the like.
func BreakLinks(s string) string {
	if !strings.ContainsAny(s, "./:@\u3002\uff0e\uff61") {
		return s
	}
	var b strings.Builder
	copied := 0
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError || !breaksAfter(s, i, end, r) {
			continue
		}
		b.WriteString(s[copied:end])
		b.WriteString(linkBreak)
		copied = end
	}
	if copied == 0 {
		return s
	}
	b.WriteString(s[copied:])
	return b.String()
}

// breaksAfter reports whether the character at s[i:end] is one within an address after which a
// break ends it.
func breaksAfter(s string, i, end int, r rune) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[end:])
	if i == 0 || end == len(s) || unicode.IsSpace(after) {
		return r == '/' && after == '/'
	}
	switch r {
	case '/':
		return after == '/'
	case '@':
		return !unicode.IsSpace(before)
	case ':':
		return endsInScheme(s[:i])
	case '.', '\u3002', '\uff0e', '\uff61':
		return !unicode.IsSpace(before) && (beginsHostLabel(s[end:]) || isInIPAddress(s, i))
	}
	return false
}

// endsInScheme reports whether a text ends as "tel" does before its colon.
func endsInScheme(s string) bool {
	n := 0
	for n < len(s) && isSchemeByte(s[len(s)-1-n]) {
		n++
	}
	return n >= 2 && isLetter(s[len(s)-n:][0])
}

func isSchemeByte(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// beginsHostLabel reports whether a text begins as the end of a host's name does: with a letter
// and one more character. "e.g." has none.
func beginsHostLabel(s string) bool {
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	return unicode.IsLetter(first) && (unicode.In(second, unicode.L, unicode.M, unicode.N) || second == '-')
}

// isInIPAddress reports whether the dot at i stands between the four numbers of an address.
func isInIPAddress(s string, i int) bool {
	begin, end := i, i+1
	for begin > 0 && isDigitOrDot(s[begin-1]) {
		begin--
	}
	for end < len(s) && isDigitOrDot(s[end]) {
		end++
	}
	parts := strings.Split(strings.Trim(s[begin:end], "."), ".")
	if len(parts) != 4 {
		return false
	}
	for _, p := range parts {
		if p == "" || len(p) > 3 {
			return false
		}
	}
	return true
}

func isDigitOrDot(c byte) bool { return '0' <= c && c <= '9' || c == '.' }
