package cards

import (
	"strconv"
	"unicode/utf8"
)

// writer puts JSON together. Empty texts, false flags and zero numbers are left
// out: that is what Adaptive Cards mean by them.
type writer struct {
	b      []byte
	dialog bool
}

// sep writes a comma unless something was opened just now.
func (w *writer) sep() {
	if n := len(w.b); n > 0 && w.b[n-1] != '{' && w.b[n-1] != '[' && w.b[n-1] != ':' {
		w.b = append(w.b, ',')
	}
}

func (w *writer) name(name string) {
	w.sep()
	w.quote(name)
	w.b = append(w.b, ':')
}

func (w *writer) open(c byte) {
	w.sep()
	w.b = append(w.b, c)
}

func (w *writer) close(c byte) { w.b = append(w.b, c) }

// element opens an object of that type.
func (w *writer) element(kind string) {
	w.open('{')
	w.str("type", kind)
}

func (w *writer) str(name, v string) {
	if v == "" {
		return
	}
	w.name(name)
	w.quote(v)
}

// prose writes a text that Teams would read as markdown.
func (w *writer) prose(name, v string) { w.str(name, escape(v)) }

func (w *writer) flag(name string, v bool) {
	if v {
		w.name(name)
		w.b = append(w.b, "true"...)
	}
}

func (w *writer) hidden(v bool) {
	if v {
		w.name("isVisible")
		w.b = append(w.b, "false"...)
	}
}

func (w *writer) num(name string, n int) {
	if n == 0 {
		return
	}
	w.name(name)
	w.b = strconv.AppendInt(w.b, int64(n), 10)
}

func (w *writer) elements(name string, es []Element) {
	w.name(name)
	w.open('[')
	for _, e := range es {
		e.write(w)
	}
	w.close(']')
}

const hexDigits = "0123456789abcdef"

// quote writes s as a JSON text, as short as JSON allows.
func (w *writer) quote(s string) {
	b := append(w.b, '"')
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
	w.b = append(append(b, s[start:]...), '"')
}
