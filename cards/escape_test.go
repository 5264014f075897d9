package cards

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"challengebot/internal/safetext"
)

func TestTextIsShownAsItWasWritten(t *testing.T) {
	for in, want := range map[string]string{
		"plain words, 12 (twelve).": "plain words, 12 (twelve).",
		"[link](https://x)":         "\\[link\\](https:\u202f/\u202f/x)",
		"*bold* _it_ `code` ~x~":    "\\*bold\\* \\_it\\_ \\`code\\` \\~x\\~",
		"# heading":                 `\# heading`,
		"not # heading":             "not # heading",
		"- item\n+ item\n1. one":    "\\- item\n\n\\+ item\n\n1\\. one",
		"<at>Priya</at>":            `\<at\>Priya\</at\>`,
		"&lt;b&gt; R&D & more":      `\&lt;b\&gt; R\&D & more`,
		"{{DATE(x)}}":               `{\{DATE(x)}}`,
		"{{{TIME(x)}}}":             `{\{\{TIME(x)}}}`,
		"a {b} {{ c":                `a {b} {\{ c`,
		"one\r\ntwo\n\n\nthree":     "one\n\ntwo\n\nthree",
		"    code":                  "\u00a0\u00a0\u00a0\u00a0code",
		"a\u202eb\x00c\ufeff":       "a(U+202E)b(U+0000)c(U+FEFF)",
		"zero\u200bwidth \u2067x":   "zero(U+200B)width (U+2067)x",
		"👨\u200d👩 and ❤\ufe0f":      "👨\u200d👩 and ❤\ufe0f",
		"see www.evil.example":      "see www.\u202fevil.\u202fexample",
		"https://evil.example/_x_":  "https:\u202f/\u202f/evil.\u202fexample/\\_x\\_",
		"a@evil.example":            "a@\u202fevil.\u202fexample",
		`back\slash`:                `back\\slash`,
	} {
		if got := escapeMarkdown(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

// unescape is what a reader of markdown makes of an escaped text.
func unescape(s string) string {
	s = strings.ReplaceAll(s, "\n\n", "\n")
	return regexp.MustCompile(`(?s)\\(.)`).ReplaceAllString(s, "$1")
}

// normaliseLines is what of a text must come through: its lines without empty ones.
func normaliseLines(s string) string {
	lines := nonEmptyLines(safetext.BreakLinks(cleanText(s)))
	for i, line := range lines {
		rest := strings.TrimLeft(line, " ")
		lines[i] = strings.Repeat("\u00a0", len(line)-len(rest)) + rest
	}
	return strings.Join(lines, "\n")
}

var unescapedMarkdown = regexp.MustCompile("(^|[^\\\\])(\\\\\\\\)*[`*_\\[\\]<>~|]")

func FuzzEscape(f *testing.F) {
	for _, s := range append(worstUnits, "# x\n- y\n1) z", "<at>x</at>", "\\[", "a\u2028b", "\xff", "{{{") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := escapeMarkdown(s)
		if m := unescapedMarkdown.FindString(got); m != "" {
			t.Errorf("%q still has markdown: %q", got, m)
		}
		if strings.Contains(got, "<at>") || !utf8.ValidString(got) {
			t.Errorf("%q is not safe", got)
		}
		if back := unescape(got); back != normaliseLines(s) {
			t.Errorf("%q is read as %q", normaliseLines(s), back)
		}
		w := &jsonWriter{}
		w.writeQuoted(s)
		var read string
		if err := json.Unmarshal(w.buf, &read); err != nil || read != strings.ToValidUTF8(s, "\uFFFD") && utf8.ValidString(s) {
			t.Errorf("%q is written as %s: %v", s, w.buf, err)
		}
	})
}
