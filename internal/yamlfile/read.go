package yamlfile

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 1 << 20

// maxDepth is the deepest nesting that is read. A hand-written file has under
// ten levels; the parser's time and stack grow with depth.
const maxDepth = 40

// File is a file that was read. It knows where each of its values stood.
type File struct {
	Name      string
	positions map[string]position
	isUnread  bool            // no part of it is YAML
	broken    map[string]bool // paths at or below which something could not be read
}

type position struct {
	line, column int
	file         string // another than File.Name, where that is set
}

// NewFile is a File of values that stood in no YAML, such as the rows of a sheet: Place says where
// each stood.
func NewFile(name string) *File {
	return &File{Name: name, positions: map[string]position{}, broken: map[string]bool{}}
}

// Place says where the value at a path stood: in which file, line and column.
func (f *File) Place(path, file string, line, column int) {
	f.positions[path] = position{line, column, file}
}

// Read reads one YAML document into the struct that into points to. The error,
// if any, is Problems; into is then not to be used. The File is never nil, so that
// a caller can still say where things stood.
//
// A struct field takes the key in its yaml tag, or else its name in lower case. A
// type with UnmarshalText reads itself. A list of one plain value may be written
// without its brackets. Text may be a number (its digits are kept as written), but
// true, false and nothing are never text unless quoted.
func Read(name string, data []byte, into any) (f *File, err error) {
	f = &File{Name: name, positions: map[string]position{}, broken: map[string]bool{}}
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return f, fmt.Errorf("yamlfile: %s: cannot read into a %T: give a pointer", name, into)
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case unsupportedType:
			err = fmt.Errorf("yamlfile: %s: the program has no rule to read a %s", name, r.goType)
		default:
			f.isUnread = true
			err = Problems{{File: name, What: "this is not YAML that can be read",
				Hint: "Look for unusual signs: * & ! ? % or an unclosed bracket or quote"}}
		}
	}()
	body, problem := parseDocument(name, data)
	if problem != nil {
		f.isUnread = true
		return f, Problems{*problem}
	}
	r := &decoder{file: f}
	r.decodeValue("$", body, target.Elem())
	r.countStrangeKeys()
	if len(r.problems) > 0 {
		r.problems.Sort()
		return f, r.problems
	}
	return f, nil
}

// parseDocument turns bytes into the tree of the one document they hold.
func parseDocument(name string, data []byte) (ast.Node, *Problem) {
	fileProblem := func(what, hint string) (ast.Node, *Problem) {
		return nil, &Problem{File: name, What: what, Hint: hint}
	}
	if len(data) > MaxSize {
		return fileProblem(fmt.Sprintf("the file has %d bytes; the most that is read is %d", len(data), MaxSize), "Split the file")
	}
	if !utf8.Valid(data) {
		line, column := lineAndColumn(validStart(data))
		return nil, &Problem{File: name, Line: line, Column: column, What: "the file is not UTF-8 text: a sign stands here in another encoding", Hint: "Save it again with the encoding UTF-8"}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		line, column := lineAndColumn(data[:i])
		return nil, &Problem{File: name, Line: line, Column: column, What: "a NUL byte stands in the text", Hint: "Remove it; if the whole file has them, save it again with the encoding UTF-8"}
	}
	tokens := lexer.Tokenize(string(data))
	if p := checkTokens(name, tokens); p != nil {
		return nil, p
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are reported by the reader, all of them
	if err != nil {
		return nil, syntaxProblem(name, data, err)
	}
	return singleDocument(name, tree)
}

func singleDocument(name string, tree *ast.File) (ast.Node, *Problem) {
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case isEmptyNode(doc.Body):
		case body != nil:
			at := positionOf(doc.Body)
			return nil, &Problem{File: name, Line: at.line, Column: at.column,
				What: "a second document begins here", Hint: `Keep one document in a file: remove the "---" or make two files`}
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return nil, &Problem{File: name, Line: 1, Column: 1, What: "the file is empty", Hint: "Write its contents, or name another file"}
	}
	return body, nil
}

func isEmptyNode(n ast.Node) bool {
	switch n.(type) {
	case nil, *ast.CommentGroupNode, *ast.CommentNode:
		return true
	}
	return false
}

// checkTokens refuses what a configuration has no need of and what would make
// the parser slow or unsafe, before the parser sees it.
func checkTokens(name string, tokens token.Tokens) *Problem {
	flow, entries, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position == nil {
			continue
		}
		if t.Position.Line != line {
			line, entries = t.Position.Line, 0
		}
		problemAt := func(what, hint string) *Problem {
			return &Problem{File: name, Line: t.Position.Line, Column: t.Position.Column, What: what, Hint: hint}
		}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			return problemAt("anchors and aliases (& and * and <<) are not read", "Write the value out; put text that begins with & or * in quotes")
		case token.TagType:
			return problemAt("tags (!) are not read", "Remove the tag; put text that begins with ! in quotes")
		case token.DirectiveType:
			return problemAt("directives (%) are not read", "Remove the line")
		case token.MappingKeyType:
			return problemAt(`explicit keys ("? ") are not read`, "Write the key as key: value; put text that begins with ? in quotes")
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType:
			entries++
		}
		if flow+entries > maxDepth {
			return problemAt("the brackets or list marks are nested too deeply", "Close the bracket that was left open, or write it on separate lines")
		}
	}
	return nil
}

// PositionAt is where the value at a path such as "$.rungs[2].window" stands: the value
// itself if it is plain, its key if it is a list or a mapping. For a path that the
// file does not have, it is the nearest one above that it has.
func (f *File) PositionAt(path string) (line, column int) {
	at := f.positionAt(path)
	return at.line, at.column
}

func (f *File) positionAt(path string) position {
	for path != "" {
		if p, ok := f.positions[path]; ok {
			return p
		}
		path = parentPath(path)
	}
	return position{line: 1, column: 1}
}

// HasPath reports whether the file has a value at that path.
func (f *File) HasPath(path string) bool {
	_, ok := f.positions[path]
	return ok
}

// IsBroken reports whether something at or below that path could not be read, or was left out by
// a slip in its key. Whoever complains of the value that stands there now complains of the same
// slip twice.
func (f *File) IsBroken(path string) bool { return f.isUnread || f.broken[path] }

// ProblemAt is a complaint about the value at a path.
func (f *File) ProblemAt(path, what, hint string) Problem {
	at := f.positionAt(path)
	return Problem{File: cmp.Or(at.file, f.Name), Line: at.line, Column: at.column, What: what, Hint: hint}
}

// parentPath cuts the last step off a path: "$.a[1]" to "$.a", "$.a" to "$".
func parentPath(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}

// validStart is what stands before the first byte that is no UTF-8.
func validStart(data []byte) []byte {
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	return data[:at]
}

func lineAndColumn(before []byte) (line, column int) {
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

func positionOf(n ast.Node) position {
	if n == nil {
		return position{line: 1, column: 1}
	}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		n = m.Values[0].Key // a block mapping's own token is its first colon
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return position{line: 1, column: 1}
	}
	return position{line: t.Position.Line, column: t.Position.Column}
}
