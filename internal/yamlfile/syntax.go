package yamlfile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// syntaxProblem says what the parser stumbled over: the slip itself, where it is one that people
// make, and otherwise the parser's own words.
func syntaxProblem(name string, data []byte, err error) *Problem {
	p := &Problem{File: name, What: "this is not YAML", Hint: "Check the indentation, colons, brackets and quotes here and on the line above"}
	var positioned yaml.Error
	if !errors.As(err, &positioned) {
		return p
	}
	if what, _, _ := strings.Cut(positioned.GetMessage(), "\n"); what != "" {
		p.What = "this is not YAML: " + what
	}
	if t := positioned.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
		if found, ok := findSlip(strings.Split(string(data), "\n"), p.Line); ok {
			found.File = name
			return &found
		}
	}
	return p
}

// The slips on one line, by what it looks like.
var (
	colonInText    = regexp.MustCompile(`^\s*(?:- )?[\w-]+: +([^"'\[{|>#\s][^#]*?: )`)
	colonWithout   = regexp.MustCompile(`^\s*(?:- )?([a-z_]+):[^\s:/]`)
	equalsForColon = regexp.MustCompile(`^\s*(?:- )?[\w-]+ *(=)`)
	longDash       = regexp.MustCompile(`^\s*([–—−•*·]) `)
	plainLine      = regexp.MustCompile(`^\s*[^\s\[\]{}"'-]`)
	keyInside      = regexp.MustCompile(`:(?:\s|$)`)
	keyLine        = regexp.MustCompile(`^(\s*(?:- )?)[\w-]+:(?:\s|$)`)
)

// findSlip looks for what made a file unreadable, on the line at which the parser stopped, the ones
// beside it and those above it, on which a bracket or a quotation mark may have been left open.
func findSlip(lines []string, at int) (Problem, bool) {
	near := []int{at, at + 1, at - 1}
	for _, n := range near {
		if n < 1 || n > len(lines) {
			continue
		}
		if column, what, hint := slipOnLine(lines[n-1]); what != "" {
			return Problem{Line: n, Column: column, What: what, Hint: hint}, true
		}
	}
	if p, ok := findUnclosed(lines, at); ok {
		return p, true
	}
	for _, n := range near {
		if p, ok := findWrongColumn(lines, n); ok {
			return p, true
		}
	}
	if at >= 1 && at <= len(lines) {
		if text := withoutComment(lines[at-1]); plainLine.MatchString(text) && !keyInside.MatchString(text) {
			return Problem{Line: at, Column: 1 + len(text) - len(strings.TrimLeft(text, " ")), What: "a line of text stands here without a key",
				Hint: `Write it as key: value; a remark begins with "# "`}, true
		}
	}
	return Problem{}, false
}

// slipOnLine finds a slip that one line shows by itself; what is empty without one.
func slipOnLine(line string) (column int, what, hint string) {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t\u00a0\u2003\u3000"))]
	columnOf := func(at int) int { return 1 + utf8.RuneCountInString(line[:at]) }
	text := withoutComment(line)
	switch {
	case strings.TrimSpace(text) == "":
		return 0, "", ""
	case strings.Contains(indent, "\t"):
		return columnOf(strings.Index(indent, "\t")), "a tab stands before the text", "Indent with spaces"
	case strings.Trim(indent, " ") != "":
		return 1, "a space of a word processor (one that does not break) stands before the text", "Indent with ordinary spaces, in a plain text editor"
	}
	if m := longDash.FindStringSubmatchIndex(text); m != nil {
		return columnOf(m[2]), fmt.Sprintf("the entry begins with %q", text[m[2]:m[3]]), `Begin an entry of a list with "- ", a hyphen and a space`
	}
	if m := colonWithout.FindStringSubmatchIndex(text); m != nil {
		return columnOf(m[2]), fmt.Sprintf("no space stands after the colon of %q", text[m[2]:m[3]]), "Write key: value, with a space"
	}
	if m := equalsForColon.FindStringSubmatchIndex(text); m != nil {
		return columnOf(m[2]), "an equals sign stands after the key", "Write key: value, with a colon and a space"
	}
	if m := colonInText.FindStringSubmatchIndex(text); m != nil {
		return columnOf(m[2]), "a colon stands in the text, as after a key", `Put the whole text in quotes: "…: …"`
	}
	return 0, "", ""
}

// findUnclosed finds the nearest bracket or quotation mark above a line that nothing closes on its
// own line.
func findUnclosed(lines []string, at int) (Problem, bool) {
	const farthest = 400 // lines
	for n := min(at, len(lines)); n >= max(1, at-farthest); n-- {
		if column, sign := unclosedOn(lines[n-1]); sign != 0 {
			p := Problem{Line: n, Column: column, What: fmt.Sprintf("the bracket %c that opens here is not closed", sign), Hint: "Close it before the line ends"}
			if sign == '"' || sign == '\'' {
				p.What, p.Hint = fmt.Sprintf("the quotation mark %c that opens here is not closed, or closed too soon", sign), `Close it at the end of the text; a text with an apostrophe stands in "…"`
			}
			return p, true
		}
	}
	return Problem{}, false
}

// unclosedOn is the first bracket or quotation mark of a line that stays open, or the quotation mark
// after which more text follows; 0 without one.
func unclosedOn(line string) (column int, sign rune) {
	type mark struct {
		sign   rune
		column int
	}
	var open []mark
	quote := mark{}
	before, column := ' ', 0
	for _, r := range line {
		column++
		switch {
		case quote.sign != 0:
			if r == quote.sign && before != '\\' {
				quote.sign = 0
			}
		case (r == '"' || r == '\'') && strings.ContainsRune(" [{(", before):
			quote = mark{r, column}
		case before == quoteEnd(before) && quote.column > 0 && r != ' ' && !strings.ContainsRune(",:]}\r"+string(before), r):
			return quote.column, before
		case r == '#' && before == ' ':
			goto done
		case r == '[' || r == '{':
			open = append(open, mark{r, column})
		case (r == ']' || r == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
		before = r
	}
done:
	switch {
	case quote.sign != 0:
		return quote.column, quote.sign
	case len(open) > 0:
		return open[0].column, open[0].sign
	}
	return 0, 0
}

// quoteEnd is the sign itself if it can end a quoted text, and 0 if not.
func quoteEnd(r rune) rune {
	if r == '"' || r == '\'' {
		return r
	}
	return 0
}

// findWrongColumn finds a key that stands one or two columns beside those around it.
func findWrongColumn(lines []string, n int) (Problem, bool) {
	if n < 1 || n > len(lines) {
		return Problem{}, false
	}
	column, ok := columnOfKey(lines[n-1])
	if !ok || strings.HasPrefix(strings.TrimSpace(lines[n-1]), "- ") {
		return Problem{}, false
	}
	for above := n - 1; above >= 1; above-- {
		other, ok := columnOfKey(lines[above-1])
		if !ok {
			continue
		}
		if off := column - other; off == 0 || off < -1 || off > 1 {
			return Problem{}, false
		}
		return Problem{Line: n, Column: column, What: fmt.Sprintf("this key stands in column %d, and the one above it in column %d", column, other),
			Hint: "Begin all keys of one entry in the same column"}, true
	}
	return Problem{}, false
}

// columnOfKey is the column in which the key of a line begins.
func columnOfKey(line string) (int, bool) {
	m := keyLine.FindStringSubmatch(line)
	if m == nil {
		return 0, false
	}
	return 1 + len(m[1]), true
}

// withoutComment is a line up to its remark.
func withoutComment(line string) string {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return ""
	}
	text, _, _ := strings.Cut(line, " #")
	return strings.TrimRight(text, "\r")
}
