package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// reader fills Go values from the parser's tree and collects every complaint.
type reader struct {
	file     *File
	problems Problems
}

// noRule is a fault in the program, not in the file: a Go type that is not read.
type noRule struct{ reflected reflect.Type }

func (r *reader) complain(at position, what, mend string) {
	r.problems = append(r.problems, Problem{File: r.file.Name, Line: at.line, Column: at.column, What: what, Mend: mend})
}

// value reads one node into one Go value.
func (r *reader) value(path string, n ast.Node, into reflect.Value) {
	at := positionOf(n)
	if _, known := r.file.where[path]; !known {
		r.file.where[path] = at
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		r.value(path, n, into.Elem())
		return
	}
	if _, nothing := n.(*ast.NullNode); nothing || n == nil {
		r.complain(r.place(path), fmt.Sprintf("%s has no value", lastStep(path)), "Give it a value or remove the line")
		return
	}
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		r.text(at, path, n, func(s string) error { return u.UnmarshalText([]byte(s)) })
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		r.record(path, n, into)
	case reflect.Map:
		r.mapping(path, n, into)
	case reflect.Slice:
		r.list(path, n, into)
	default:
		r.plain(at, path, n, into)
	}
}

func (r *reader) plain(at position, path string, n ast.Node, into reflect.Value) {
	switch {
	case into.Type() == reflect.TypeFor[time.Duration]():
		r.text(at, path, n, func(s string) error {
			d, err := time.ParseDuration(s)
			if err != nil {
				return fmt.Errorf("%q is not a length of time such as 90s, 5m or 1h30m", s)
			}
			into.SetInt(int64(d))
			return nil
		})
	case into.Kind() == reflect.String:
		r.text(at, path, n, func(s string) error { into.SetString(s); return nil })
	case into.Kind() == reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.complain(at, fmt.Sprintf("%s must be true or false, and is %s", lastStep(path), describe(n)), "Write true or false, without quotes")
			return
		}
		into.SetBool(b.Value)
	case into.CanInt():
		i, ok := n.(*ast.IntegerNode)
		if !ok {
			r.complain(at, fmt.Sprintf("%s must be a whole number, and is %s", lastStep(path), describe(n)), "Write digits only, without quotes")
			return
		}
		number, err := strconv.ParseInt(i.Token.Value, 10, into.Type().Bits())
		if err != nil {
			r.complain(at, fmt.Sprintf("%s is not a decimal whole number, or is out of range", lastStep(path)), "Write it in ordinary digits")
			return
		}
		into.SetInt(number)
	default:
		panic(noRule{into.Type()})
	}
}

// text hands a plain value's text to take.
func (r *reader) text(at position, path string, n ast.Node, take func(string) error) {
	s, ok := textOf(n)
	if !ok {
		mend := "Write one plain value here"
		if _, is := n.(*ast.BoolNode); is {
			mend = "Put it in quotes if it is meant as text"
		}
		r.complain(at, fmt.Sprintf("%s must be text, and is %s", lastStep(path), describe(n)), mend)
		return
	}
	if err := take(s); err != nil {
		r.complain(at, fmt.Sprintf("%s: %v", lastStep(path), err), "")
	}
}

func textOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode:
		return n.Token.Value, true
	case *ast.FloatNode:
		return n.Token.Value, true
	}
	return "", false
}

// entries are the pairs of a mapping, complaining of keys given twice.
func (r *reader) entries(path string, n ast.Node) (pairs []pair, ok bool) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		r.complain(positionOf(n), fmt.Sprintf("%s must hold keys and values, and is %s", lastStep(path), describe(n)), "Write it as key: value")
		return nil, false
	}
	first := map[string]position{}
	for _, v := range values {
		at := positionOf(v.Key)
		key, ok := keyText(v.Key)
		if !ok {
			r.complain(at, "a key must be plain text", "Write the key as one word")
			continue
		}
		if earlier, twice := first[key]; twice {
			r.complain(at, fmt.Sprintf("the key %q is given twice; the first is on line %d", key, earlier.line), "Remove one of them")
			continue
		}
		first[key] = at
		pairs = append(pairs, pair{key: key, path: path + "." + key, at: at, value: v.Value})
	}
	return pairs, true
}

type pair struct {
	key, path string
	at        position
	value     ast.Node
}

func keyText(k ast.Node) (string, bool) {
	if b, ok := k.(*ast.BoolNode); ok {
		return b.Token.Value, true
	}
	return textOf(k)
}

// record reads a mapping into a struct; a key without a field is refused.
func (r *reader) record(path string, n ast.Node, into reflect.Value) {
	pairs, ok := r.entries(path, n)
	if !ok {
		return
	}
	fields := fieldsOf(into.Type())
	for _, p := range pairs {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == p.key })
		if i < 0 {
			r.complain(p.at, fmt.Sprintf("the key %q is not known here", p.key), DidYouMean(p.key, keysOf(fields)))
			continue
		}
		r.mark(p)
		r.value(p.path, p.value, into.Field(fields[i].index))
	}
}

// mapping reads a mapping into a Go map with text keys.
func (r *reader) mapping(path string, n ast.Node, into reflect.Value) {
	pairs, ok := r.entries(path, n)
	if !ok {
		return
	}
	t := into.Type()
	into.Set(reflect.MakeMap(t))
	for _, p := range pairs {
		r.mark(p)
		key := reflect.New(t.Key()).Elem()
		key.SetString(p.key)
		v := reflect.New(t.Elem()).Elem()
		r.value(p.path, p.value, v)
		into.SetMapIndex(key, v)
	}
}

// mark remembers where a pair stands: a plain value itself, otherwise its key.
func (r *reader) mark(p pair) {
	r.file.where[p.path] = p.at
	if _, plain := textOf(p.value); plain {
		r.file.where[p.path] = positionOf(p.value)
	}
	if b, ok := p.value.(*ast.BoolNode); ok {
		r.file.where[p.path] = positionOf(b)
	}
}

func (r *reader) place(path string) position {
	line, column := r.file.At(path)
	return position{line, column}
}

// list reads a sequence into a slice. One plain value stands for a list of one.
func (r *reader) list(path string, n ast.Node, into reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		if _, plain := textOf(n); plain && into.Type().Elem().Kind() == reflect.String {
			one := reflect.MakeSlice(into.Type(), 1, 1)
			r.value(path+"[0]", n, one.Index(0))
			into.Set(one)
			return
		}
		r.complain(positionOf(n), fmt.Sprintf("%s must be a list, and is %s", lastStep(path), describe(n)), `Write its parts in [brackets] or on lines that begin with "- "`)
		return
	}
	items := reflect.MakeSlice(into.Type(), len(seq.Values), len(seq.Values))
	for i, v := range seq.Values {
		r.value(fmt.Sprintf("%s[%d]", path, i), v, items.Index(i))
	}
	into.Set(items)
}

type field struct {
	key   string
	index int
}

func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || key == "-" {
			continue
		}
		if key == "" {
			key = strings.ToLower(f.Name)
		}
		fields = append(fields, field{key, i})
	}
	return fields
}

func keysOf(fields []field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// lastStep is the part of a path that a person knows a value by. Keys of the
// file's own schema and positions are safe to print; values are not printed here.
func lastStep(path string) string {
	if path == "$" {
		return "the file"
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}

func describe(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a set of keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	}
	return "something else"
}
