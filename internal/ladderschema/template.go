package ladderschema

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"challengebot/internal/ladder"
)

// entry is what the template says of a key.
type entry struct{ meaning, example string }

// readTemplate is what the template says of each key by its path; of one that stands in it more
// than once, what is said first.
func readTemplate() map[string]entry {
	text := ladder.TemplateWithEveryPart()
	commented, plain := templateReader{}, templateReader{}
	commented.read(text, parser.ParseComments)
	plain.read(text, 0)
	for path, e := range commented {
		commented[path] = entry{e.meaning, plain[path].example}
	}
	return commented
}

// templateReader collects entries from a YAML tree.
type templateReader map[string]entry

func (r templateReader) read(text []byte, mode parser.Mode) {
	file, err := parser.ParseBytes(text, mode)
	if err != nil {
		panic(err) // the template is part of the program
	}
	ast.Walk(r, file.Docs[0].Body)
}

// index is the place of one item in a path.
var index = regexp.MustCompile(`\[\d+\]`)

// Visit is called for each part of the tree.
func (r templateReader) Visit(n ast.Node) ast.Visitor {
	pair, ok := n.(*ast.MappingValueNode)
	if !ok {
		return r
	}
	path := strings.TrimPrefix(index.ReplaceAllString(pair.GetPath(), ""), "$.")
	meaning := ""
	for _, comment := range []*ast.CommentGroupNode{pair.GetComment(), pair.Key.GetComment(), pair.Value.GetComment()} {
		if comment != nil && meaning == "" {
			meaning = joinComment(comment.String())
		}
	}
	e := r[path]
	if e.meaning == "" {
		e.meaning = meaning
	}
	if e.example == "" {
		e.example = shiftLeft(pair.String())
	}
	r[path] = e
	return r
}

// joinComment is a comment as one paragraph.
func joinComment(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		words = append(words, strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "#"))...)
	}
	return strings.Join(words, " ")
}

// shiftLeft is text without the spaces that all its lines begin with.
func shiftLeft(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	margin := len(text)
	for _, line := range lines {
		margin = min(margin, len(line)-len(strings.TrimLeft(line, " ")))
	}
	for i := range lines {
		lines[i] = lines[i][margin:]
	}
	return strings.Join(lines, "\n")
}
