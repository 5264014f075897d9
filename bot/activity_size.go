package bot

import "bytes"

// How far a body may expand when it is decoded. What Teams sends nests its values about six
// deep and holds some hundreds of them; a value costs up to a hundred bytes of memory.
const (
	maxNesting = 64
	maxValues  = 10_000
)

// isTooComplex reports whether a body holds more values than the limits allow, or nests them
// deeper. It looks at nothing else: what is no JSON may pass. Most bodies have so few brackets
// and commas, those in their texts included, that counting them is all.
func isTooComplex(body []byte) bool {
	opened := bytes.Count(body, []byte("{")) + bytes.Count(body, []byte("["))
	if opened <= maxNesting && opened+bytes.Count(body, []byte(",")) <= maxValues {
		return false
	}
	depth, values := 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = endOfString(body, i)
		case '{', '[':
			depth++
			values++
		case '}', ']':
			depth--
		case ',':
			values++
		}
		if depth > maxNesting || values > maxValues {
			return true
		}
	}
	return false
}

// endOfString finds the quotation mark that closes the string which begins at start.
func endOfString(body []byte, start int) int {
	for i := start + 1; i < len(body); i++ {
		switch body[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(body)
}
