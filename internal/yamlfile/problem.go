package yamlfile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a problem stops a file from being used.
type Severity int

// An Error stops the file from being used; a Warning is only shown; a Note finds no fault.
const (
	SeverityError Severity = iota
	SeverityWarning
	SeverityNote
)

// String is the word a person reads.
func (s Severity) String() string {
	switch s {
	case SeverityWarning:
		return "warning"
	case SeverityNote:
		return "note"
	}
	return "error"
}

// Problem is one complaint about a file: where, what is wrong, how to mend it.
// Line and Column count from 1; 0 means that the file as a whole is meant.
type Problem struct {
	File         string
	Line, Column int
	What, Hint   string
	Severity     Severity
}

// Error is the complaint on one line: "file:line:col: what. mend".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Severity != SeverityError {
		b.WriteString(p.Severity.String() + ": ")
	}
	b.WriteString(p.What)
	if p.Hint != "" {
		b.WriteString(". " + p.Hint)
	}
	return b.String()
}

// Problems are complaints about files. As an error they read one line each.
type Problems []Problem

// Error is every complaint, one line each.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Errors are the problems that stop the file from being used.
func (ps Problems) Errors() Problems { return ps.withSeverity(SeverityError) }

// Warnings are the problems that are only shown.
func (ps Problems) Warnings() Problems { return ps.withSeverity(SeverityWarning) }

func (ps Problems) withSeverity(s Severity) Problems {
	var found Problems
	for _, p := range ps {
		if p.Severity == s {
			found = append(found, p)
		}
	}
	return found
}

// Sort puts the problems in the order in which a reader meets them.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// ProblemsOf gives the problems that an error from this package carries, if any.
func ProblemsOf(err error) Problems {
	var many Problems
	if errors.As(err, &many) {
		return many
	}
	var one Problem
	if errors.As(err, &one) {
		return Problems{one}
	}
	return nil
}

// ClosestWord is the known word nearest to a mistyped one, or "" if none is near.
func ClosestWord(word string, known []string) string {
	const longest = 64 // bytes; no key is longer, and the work grows with the square
	best, bestAt := "", 1+max(1, len(word)/3)
	if len(word) > longest {
		return ""
	}
	for _, k := range known {
		if d := editDistance(strings.ToLower(word), strings.ToLower(k)); d < bestAt {
			best, bestAt = k, d
		}
	}
	return best
}

// DidYouMean is a mend for a word that is not known: the closest known word, or else all of them, as
// where two are equally close.
func DidYouMean(word string, known []string) string {
	c := ClosestWord(word, known)
	alike := func(k string) bool {
		return k != c && editDistance(strings.ToLower(word), strings.ToLower(k)) == editDistance(strings.ToLower(word), strings.ToLower(c))
	}
	if c != "" && !slices.ContainsFunc(known, alike) {
		return fmt.Sprintf("Did you mean %q?", c)
	}
	if len(known) == 0 {
		return ""
	}
	known = slices.Sorted(slices.Values(known))
	return "Use one of: " + strings.Join(known, ", ")
}

// editDistance counts the single-character edits, a swap of neighbours being one,
// that turn a into b.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(x)][len(y)]
}
