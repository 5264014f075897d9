package practicepage

import (
	"html"
	"strings"
)

// plainText is a text without its escapes and emphasis.
func plainText(s string) string {
	var b strings.Builder
	for _, line := range markdownLines(s) {
		for _, sp := range line {
			b.WriteString(sp.Text)
		}
	}
	return b.String()
}

// span is a run of text of one kind.
type span struct {
	Text         string
	Bold, Italic bool
	Link         string
}

// markdownLines reads the little markdown that clients know: **bold**, _italic_, [links](…),
// lists with a dash, line breaks, and a backslash before what is meant as it stands.
func markdownLines(s string) [][]span {
	var out [][]span
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "- "); ok {
			line = "• " + rest
		}
		out = append(out, parseSpans(line))
	}
	return out
}

func parseSpans(line string) []span {
	var out []span
	var text strings.Builder
	var bold, italic bool
	flush := func() {
		if text.Len() > 0 {
			out = append(out, span{Text: html.UnescapeString(text.String()), Bold: bold, Italic: italic})
			text.Reset()
		}
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && line[i+1] > ' ' && line[i+1] < 0x7f:
			i++
			flush() // so that "\&amp;" stays five letters
			out = append(out, span{Text: line[i : i+1], Bold: bold, Italic: italic})
		case strings.HasPrefix(line[i:], "**"):
			flush()
			bold = !bold
			i++
		case c == '_' || c == '*':
			flush()
			italic = !italic
		case c == '[':
			label, link, n := parseLink(line[i:])
			if n == 0 {
				text.WriteByte(c)
				break
			}
			flush()
			out = append(out, span{Text: plainText(label), Link: link, Bold: bold, Italic: italic})
			i += n - 1
		default:
			text.WriteByte(c)
		}
	}
	flush()
	return joinSpans(out)
}

// joinSpans puts runs of one kind together again.
func joinSpans(in []span) []span {
	var out []span
	for _, s := range in {
		if n := len(out); n > 0 && s.Link == "" && out[n-1].Link == "" && out[n-1].Bold == s.Bold && out[n-1].Italic == s.Italic {
			out[n-1].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

// parseLink reads "[label](https://…)" and returns how long it is, 0 if it is none.
func parseLink(s string) (label, link string, n int) {
	middle := strings.Index(s, "](")
	if middle < 0 {
		return "", "", 0
	}
	end := strings.IndexByte(s[middle:], ')')
	if end < 0 {
		return "", "", 0
	}
	link = s[middle+2 : middle+end]
	if !strings.HasPrefix(link, "https://") {
		return "", "", 0
	}
	return s[1:middle], link, middle + end + 1
}
