package cards

import (
	"strconv"
	"unicode/utf8"
)

// jsonWriter puts JSON together. Empty texts, false flags and zero numbers are left
// out: that is what Adaptive Cards mean by them.
type jsonWriter struct {
	buf       []byte
	forDialog bool
}

// writeComma writes a comma unless something was opened just now.
func (w *jsonWriter) writeComma() {
	if n := len(w.buf); n > 0 && w.buf[n-1] != '{' && w.buf[n-1] != '[' && w.buf[n-1] != ':' {
		w.buf = append(w.buf, ',')
	}
}

func (w *jsonWriter) writeName(name string) {
	w.writeComma()
	w.writeQuoted(name)
	w.buf = append(w.buf, ':')
}

func (w *jsonWriter) openBracket(c byte) {
	w.writeComma()
	w.buf = append(w.buf, c)
}

func (w *jsonWriter) closeBracket(c byte) { w.buf = append(w.buf, c) }

// openElement opens an object of that type.
func (w *jsonWriter) openElement(kind string) {
	w.openBracket('{')
	w.writeString("type", kind)
}

func (w *jsonWriter) writeString(name, v string) {
	if v == "" {
		return
	}
	w.writeName(name)
	w.writeQuoted(v)
}

// writeEscaped writes a text that Teams would read as markdown.
func (w *jsonWriter) writeEscaped(name, v string) { w.writeString(name, escapeMarkdown(v)) }

func (w *jsonWriter) writeFlag(name string, v bool) {
	if v {
		w.writeName(name)
		w.buf = append(w.buf, "true"...)
	}
}

func (w *jsonWriter) writeHidden(v bool) {
	if v {
		w.writeName("isVisible")
		w.buf = append(w.buf, "false"...)
	}
}

func (w *jsonWriter) writeInt(name string, n int) {
	if n == 0 {
		return
	}
	w.writeName(name)
	w.buf = strconv.AppendInt(w.buf, int64(n), 10)
}

func (w *jsonWriter) writeElements(name string, es []Element) {
	w.writeName(name)
	w.openBracket('[')
	for _, e := range es {
		e.writeJSON(w)
	}
	w.closeBracket(']')
}

const hexDigits = "0123456789abcdef"

// writeQuoted writes s as a JSON text, as short as JSON allows.
func (w *jsonWriter) writeQuoted(s string) {
	b := append(w.buf, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size != 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c >= utf8.RuneSelf:
			b = append(b, "\uFFFD"...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	w.buf = append(append(b, s[start:]...), '"')
}
