package bot

import (
	"bytes"
	"slices"
	"strconv"
)

// replaceLoneSurrogates puts U+FFFD in the place of each half of a UTF-16 pair that stands
// alone in a JSON text, and reports whether there was one. A client that cuts a text
// in the middle of an emoji leaves such a half behind; what the person typed besides
// must not be lost for it.
func replaceLoneSurrogates(body []byte) ([]byte, bool) {
	replaced := false
	for i := 0; ; {
		next := bytes.IndexByte(body[i:], '\\')
		if next < 0 {
			return body, replaced
		}
		i += next
		unit, ok := parseEscapedUnit(body[i:])
		switch {
		case !ok:
			i += 2 // another escape, of two letters
		case unit < 0xD800 || unit > 0xDFFF:
			i += 6
		case unit < 0xDC00 && startsWithLowSurrogate(body[i+6:]):
			i += 12
		default:
			if !replaced {
				body, replaced = slices.Clone(body), true
			}
			i += copy(body[i:], `\ufffd`)
		}
		if i >= len(body) {
			return body, replaced
		}
	}
}

func startsWithLowSurrogate(rest []byte) bool {
	low, ok := parseEscapedUnit(rest)
	return ok && 0xDC00 <= low && low <= 0xDFFF
}

// parseEscapedUnit reads a \uXXXX.
func parseEscapedUnit(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return unit, err == nil
}
