// Package english holds the rules of English grammar that more than one package needs. Texts
// that are read in more than one language stand in internal/words.
package english

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Count is "1 day" or "12 days", for a noun that takes an s.
func Count(n int, noun string) string { return CountOf(n, noun, noun+"s") }

// CountOf is "1 person" or "12 people".
func CountOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Capitalise begins a text with a capital letter.
func Capitalise(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 || first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// JoinList joins the parts of a list: "a, b and c".
func JoinList(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return strings.Join(parts, "")
}
