package safetext

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeFormula is the text of a cell of a table, so that no spreadsheet computes it: what begins
// as a formula does gets an apostrophe in front, which spreadsheets take for "this is text".
func EscapeFormula(cell string) string {
	cell = ShowHidden(cell)
	if begin := strings.TrimLeft(cell, " \t\n\u00a0\u3000"); begin != "" && strings.ContainsRune("=+-@＝＋－＠", firstRune(begin)) {
		return "'" + cell
	}
	return cell
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// TerminalWriter writes text for people to a terminal: whatever stands in it, the terminal shows
// it and obeys nothing. Each Write must hold whole characters.
type TerminalWriter struct{ io.Writer }

// Write shows the hidden characters of p.
func (w TerminalWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, ShowHidden(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// EscapeJSON writes the hidden characters in the texts of a JSON document as \u escapes: it
// means the same, and a terminal shows all of it.
func EscapeJSON(document []byte) []byte {
	if indexHidden(string(document)) < 0 {
		return document
	}
	var b bytes.Buffer
	for _, r := range string(document) {
		switch {
		case r == utf8.RuneError || !isHidden(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
