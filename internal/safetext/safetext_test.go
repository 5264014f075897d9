package safetext

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestWhatAReaderDoesNotSeeBecomesASign(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                               "",
		"Plain words, tabs\tand\nlines.": "Plain words, tabs\tand\nlines.",
		"a\u202eb":                       "a(U+202E)b",
		"\u2066x\u2069":                  "(U+2066)x(U+2069)",
		"pass\u200bword":                 "pass(U+200B)word",
		"\ufeffMia":                      "(U+FEFF)Mia",
		"soft\u00adhyphen":               "soft(U+00AD)hyphen",
		"a\u200db":                       "a(U+200D)b",
		"a\u200cb":                       "a(U+200C)b",
		"a\u2060b\u2061c":                "a(U+2060)b(U+2061)c",
		"filler\u3164\u115f\uffa0":       "filler(U+3164)(U+115F)(U+FFA0)",
		"a\ufe0fb":                       "a(U+FE0F)b",
		"\u200e\u200f\u061c":             "(U+200E)(U+200F)(U+061C)",
		"tag\U000e0041":                  "tag(U+E0041)",
		"\x1b[2J\x07\x00\x7f\u009b":      "(U+001B)[2J(U+0007)(U+0000)(U+007F)(U+009B)",
		"carriage\rreturn":               "carriage(U+000D)return",
		"line\u2028and paragraph\u2029":  "line(U+2028)and paragraph(U+2029)",
		"\xff\xfe":                       "\ufffd\ufffd",
		"kept \ufffd":                    "kept \ufffd",
		"\u200b":                         "(U+200B)",
		"family 👨\u200d👩\u200d👧 and ❤\ufe0f":                                           "family 👨\u200d👩\u200d👧 and ❤\ufe0f",
		"rainbow 🏳\ufe0f\u200d🌈":                                                       "rainbow 🏳\ufe0f\u200d🌈",
		"shrug 🤷🏽\u200d♀\ufe0f":                                                        "shrug 🤷🏽\u200d♀\ufe0f",
		"keycap 1\ufe0f\u20e3":                                                         "keycap 1\ufe0f\u20e3",
		"\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F Wales": "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F Wales",
		"می\u200cخواهم":                                                                "می\u200cخواهم",
		"क्\u200dष":                                                                    "क्\u200dष",
		"Dŵr, ŷd, naïve, ’":                                                            "Dŵr, ŷd, naïve, ’",
		"مرحبا":                                                                        "مرحبا",
		"ᠠ\u180bᠠ\u180f":                                                               "ᠠ\u180bᠠ\u180f",
		"a\u180b\u180f":                                                                "a(U+180B)(U+180F)",
		"🏴\u200d☠\ufe0f":                                                               "🏴\u200d☠\ufe0f",
		"x\U000e0067\U000e0062":                                                        "x(U+E0067)(U+E0062)",
		"🏴x\U000e0067":                                                                 "🏴x(U+E0067)",
		"a\u200bb\u200dc":                                                              "a(U+200B)b(U+200D)c",
		"👩\u200b\u200d👧":                                                               "👩(U+200B)(U+200D)👧",
		"\u0600123":                                                                    "\u0600123",
		"می\u200cx":                                                                    "می(U+200C)x",
		"می\u200dx":                                                                    "می\u200dx",
		"©\ufe0f ®\ufe0f":                                                              "©\ufe0f ®\ufe0f",
	} {
		if got := ShowHidden(in); got != want {
			t.Errorf("%q is shown as %q, not %q", in, got, want)
		}
	}
}

func TestBareAddressesAreNoLinks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"See https://evil.example/x?y=1 now": "See https:_/_/evil._example/x?y=1 now",
		"www.evil.example":                   "www._evil._example",
		"evil.co.uk":                         "evil._co._uk",
		"someone@evil.example":               "someone@_evil._example",
		"mailto:someone@evil.example":        "mailto:_someone@_evil._example",
		"tel:07700900900":                    "tel:_07700900900",
		"//evil.example":                     "/_/evil._example",
		"file:/etc/passwd":                   "file:_/etc/passwd",
		"///":                                "/_/_/",
		"http://10.0.0.1:8080/":              "http:_/_/10._0._0._1:8080/",
		"10.0.0.1":                           "10._0._0._1",
		"1.0.0.9":                            "1._0._0._9",
		"1000.0.0.9":                         "1000.0.0.9",
		"1..0.9":                             "1..0.9",
		"1.2.3.4.5":                          "1.2.3.4.5",
		"at 192.168.10.250.":                 "at 192._168._10._250.",
		"x9:y":                               "x9:_y",
		"a0+.-z:y":                           "a0+.-z:_y",
		"bücher.de":                          "bücher._de",
		"evil。example":                       "evil。_example",
		"☁.com":                              "☁._com",
		"Plain. And another.":                "Plain. And another.",
		"e.g. three, i.e. 3.5 hours":         "e.g. three, i.e. 3.5 hours",
		"12.02.2026 at 10:30":                "12.02.2026 at 10:30",
		"CH-7K3QX2: done":                    "CH-7K3QX2: done",
		"and/or":                             "and/or",
		"@Priya said":                        "@Priya said",
		"the end.":                           "the end.",
		".":                                  ".",
		"a\n//b":                             "a\n/_/b",
		"":                                   "",
	} {
		if got := strings.ReplaceAll(BreakLinks(in), linkBreak, "_"); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

// linkified is what clients take for an address, wider than any of them.
var linkified = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^\s\x{202f}]|//[^\s\x{202f}/]|[^\s\x{202f}]@[^\s\x{202f}]|` +
	`[^\s\x{202f}]\.\pL[\pL\pN-]|\b(mailto|tel|sms|skype|msteams|javascript|data):[^\s\x{202f}]`)

func FuzzSafeText(f *testing.F) {
	for _, s := range []string{"https://a.example", "x@y.zz", "\u202e\u200b", "=1+1", "a.b.cc", "www.a.b//c:d", "\xff.aa", "👨\u200d👩", "mailto:x", "1.2.3.4", "a.\u0301b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := ShowHidden(s)
		if !utf8.ValidString(shown) {
			t.Errorf("%q is shown as what is no text", s)
		}
		for _, r := range shown {
			if r != '\n' && r != '\t' && unicode.IsControl(r) || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 || r == 0x200b || r == 0xfeff {
				t.Errorf("%q is shown with %U in it", s, r)
			}
		}
		if again := ShowHidden(shown); again != shown {
			t.Errorf("%q is shown twice as %q", shown, again)
		}
		broken := BreakLinks(shown)
		if strings.ReplaceAll(broken, linkBreak, "") != strings.ReplaceAll(shown, linkBreak, "") {
			t.Errorf("%q lost something: %q", shown, broken)
		}
		if found := linkified.FindString(broken); found != "" {
			t.Errorf("%q is a link in %q", found, broken)
		}
		cell := EscapeFormula(s)
		if trimmed := strings.TrimSpace(cell); trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) {
			t.Errorf("the cell %q computes", cell)
		}
		document, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		escaped := EscapeJSON(document)
		var back, plain string
		if json.Unmarshal(escaped, &back) != nil || json.Unmarshal(document, &plain) != nil || back != plain || indexHiddenBeyondErrors(string(escaped)) {
			t.Errorf("%s is written as %s", document, escaped)
		}
		var terminal bytes.Buffer
		if n, err := (TerminalWriter{&terminal}).Write([]byte(s)); n != len(s) || err != nil || terminal.String() != shown {
			t.Errorf("%q is written to a terminal as %q", s, terminal.String())
		}
	})
}

func indexHiddenBeyondErrors(s string) bool { return strings.ContainsFunc(s, isHidden) }

func TestACellComputesNothing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=HYPERLINK(\"x\")": "'=HYPERLINK(\"x\")", "+1": "'+1", "-1": "'-1", "@SUM": "'@SUM", "  =1": "'  =1", "\t=1": "'\t=1", "\u00a0=1": "'\u00a0=1",
		"＝1": "'＝1", "\u200b=1": "(U+200B)=1", "a=1": "a=1", "xyz": "xyz", "": "", "plain": "plain", "\r=1": "(U+000D)=1",
	} {
		if got := EscapeFormula(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
}

func TestJSONKeepsItsMeaningOnATerminal(t *testing.T) {
	t.Parallel()
	got := string(EscapeJSON([]byte("{\"a\":\"x\u202ey\U000e0041\u009b\",\n\t\"b\": 1}")))
	if want := "{\"a\":\"x\\u202ey\\udb40\\udc41\\u009b\",\n\t\"b\": 1}"; got != want {
		t.Errorf("written as %s, not %s", got, want)
	}
}
