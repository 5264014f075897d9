package cards

import (
	"strings"
	"unicode/utf8"

	"challengebot/internal/safetext"
)

// markdownChars are the characters that markdown could take for its own anywhere. "<"
// and ">" are among them so that no <at> can stand on a card.
const markdownChars = "\\`*_[]<>~|"

// escapeMarkdown makes Teams show s as it is: no emphasis, links, lists, headings,
// entities or mentions, and no links of bare addresses. Line breaks become paragraphs, which
// Teams needs to show them (section 9 of the platform's own card format).
func escapeMarkdown(s string) string {
	s = safetext.BreakLinks(cleanText(s))
	if needsNoEscape(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for i, line := range nonEmptyLines(s) {
		if i > 0 {
			b.WriteString("\n\n")
		}
		escapeLine(&b, line)
	}
	return b.String()
}

// mayNeedEscape are the bytes that can need an escape, in some place or other.
var mayNeedEscape = func() (t [256]bool) {
	for _, c := range []byte(markdownChars + "\n#-+=.){&") {
		t[c] = true
	}
	return t
}()

// needsNoEscape reports whether s stays as it is, which most texts of our own do: what
// is special at the start of a line only may stand anywhere else.
func needsNoEscape(s string) bool {
	if s == "" {
		return true
	}
	if c := s[0]; mayNeedEscape[c] || c == ' ' || '0' <= c && c <= '9' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; mayNeedEscape[c] && strings.IndexByte("#-+=.)", c) < 0 {
			return false
		}
	}
	return true
}

func nonEmptyLines(s string) []string {
	if !strings.Contains(s, "\n") {
		return []string{s}
	}
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func escapeLine(b *strings.Builder, line string) {
	rest := strings.TrimLeft(line, " ")
	for range len(line) - len(rest) {
		b.WriteRune('\u00a0') // four plain spaces would begin a block of code
	}
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	start := 0
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		if !mayNeedEscape[c] {
			continue
		}
		switch {
		case strings.IndexByte(markdownChars, c) >= 0,
			i == 0 && strings.IndexByte("#-+=", c) >= 0,
			i > 0 && i == digits && (c == '.' || c == ')'),
			// Two braces begin a function of the renderer's own, such as {{DATE(…)}}, which it
			// looks for before it reads markdown: the escape has to stand between them.
			c == '{' && i > 0 && rest[i-1] == '{',
			c == '&' && i+1 < len(rest) && startsEntity(rest[i+1]):
			b.WriteString(rest[start:i])
			b.WriteByte('\\')
			start = i
		}
	}
	b.WriteString(rest[start:])
}

func startsEntity(c byte) bool {
	return c == '#' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// cleanText is a text as readers see it: what shows nothing, or could turn other text around,
// becomes a sign. Line breaks of every kind become "\n".
func cleanText(s string) string {
	if !needsCleaning(s) {
		return s
	}
	return safetext.ShowHidden(joinLineBreaks(s))
}

// cleanInput is a text as it goes back into the input that it was typed in: without what no
// keyboard types, and otherwise as it was.
func cleanInput(s string) string {
	if !needsCleaning(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r < 0x20, 0x7f <= r && r < 0xa0, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, joinLineBreaks(s))
}

func joinLineBreaks(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD")
	return strings.Map(func(r rune) rune {
		switch r {
		case '\r', '\v', '\f', 0x85, 0x2028, 0x2029:
			return '\n'
		case '\t':
			return ' '
		}
		return r
	}, s)
}

func needsCleaning(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 && c != '\n' || c >= 0x7f {
			return true
		}
	}
	return false
}

// shorten cuts s to that many characters and says so.
func (b *builder) shorten(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most])) + b.words.Common.TextShortened
}
