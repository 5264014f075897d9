package yamlfile

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder fills Go values from the parser's tree and collects every complaint.
type decoder struct {
	file     *File
	problems Problems
	// strange is the complaint of the first key of each type that is like none of its keys, and
	// strangeMore how many more there are.
	strange     map[reflect.Type]int
	strangeMore map[int]int
}

// unsupportedType is a fault in the program, not in the file: a Go type that is not read.
type unsupportedType struct{ goType reflect.Type }

func (dec *decoder) addProblem(at position, what, hint string) {
	dec.problems = append(dec.problems, Problem{File: dec.file.Name, Line: at.line, Column: at.column, What: what, Hint: hint})
}

// decodeValue reads one node into one Go value.
func (dec *decoder) decodeValue(path string, n ast.Node, into reflect.Value) {
	at := positionOf(n)
	if _, known := dec.file.positions[path]; !known {
		dec.file.positions[path] = at
	}
	before := len(dec.problems)
	defer func() { dec.file.broken[path] = dec.file.broken[path] || len(dec.problems) > before }()
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		dec.decodeValue(path, n, into.Elem())
		return
	}
	if _, nothing := n.(*ast.NullNode); nothing || n == nil {
		dec.addProblem(dec.positionAt(path), fmt.Sprintf("%s has no value", lastPathStep(path)), "Give it a value or remove the line")
		return
	}
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		dec.decodeText(at, path, n, func(s string) error { return u.UnmarshalText([]byte(s)) })
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		dec.decodeStruct(path, n, into)
	case reflect.Map:
		dec.decodeMap(path, n, into)
	case reflect.Slice:
		dec.decodeList(path, n, into)
	default:
		dec.decodeScalar(at, path, n, into)
	}
}

func (dec *decoder) decodeScalar(at position, path string, n ast.Node, into reflect.Value) {
	switch {
	case into.Type() == reflect.TypeFor[time.Duration]():
		dec.decodeText(at, path, n, func(s string) error {
			d, err := time.ParseDuration(s)
			if err != nil {
				return fmt.Errorf("%q is not a length of time such as 90s, 5m or 1h30m", s)
			}
			into.SetInt(int64(d))
			return nil
		})
	case into.Kind() == reflect.String:
		dec.decodeText(at, path, n, func(s string) error { into.SetString(s); return nil })
	case into.Kind() == reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			dec.addProblem(at, fmt.Sprintf("%s must be true or false, and is %s", lastPathStep(path), describeNode(n)), "Write true or false, without quotes")
			return
		}
		into.SetBool(b.Value)
	case into.CanInt():
		i, ok := n.(*ast.IntegerNode)
		if digits, isText := textOf(n); !ok && isText && digitsOnly.MatchString(digits) && n.GetToken().Type == token.StringType {
			dec.addProblem(at, fmt.Sprintf("%s is too large a number", lastPathStep(path)), "Write a smaller one")
			return
		}
		if !ok {
			dec.addProblem(at, fmt.Sprintf("%s must be a whole number, and is %s", lastPathStep(path), describeNode(n)), "Write digits only, without quotes")
			return
		}
		number, err := strconv.ParseInt(i.Token.Value, 10, into.Type().Bits())
		if err != nil {
			dec.addProblem(at, fmt.Sprintf("%s is not a decimal whole number, or is out of range", lastPathStep(path)), "Write it in ordinary digits")
			return
		}
		into.SetInt(number)
	default:
		panic(unsupportedType{into.Type()})
	}
}

var digitsOnly = regexp.MustCompile(`^-?[0-9]+$`)

// packagePrefix is how an error of a package begins, which says nothing to who writes a file.
var packagePrefix = regexp.MustCompile(`^[a-z]+: `)

// decodeText hands a plain value's text to take.
func (dec *decoder) decodeText(at position, path string, n ast.Node, assign func(string) error) {
	s, ok := textOf(n)
	if !ok {
		hint := "Write one plain value here"
		if _, is := n.(*ast.BoolNode); is {
			hint = "Put it in quotes if it is meant as text"
		}
		dec.addProblem(at, fmt.Sprintf("%s must be text, and is %s", lastPathStep(path), describeNode(n)), hint)
		return
	}
	if quote := wordQuotes(n, s); quote != "" {
		dec.addProblem(at, fmt.Sprintf("%s stands in quotation marks of a word processor (%s), which would become part of it", lastPathStep(path), quote),
			`Write straight ones (") or none, and use a plain text editor`)
		return
	}
	if err := assign(s); err != nil {
		what := packagePrefix.ReplaceAllString(err.Error(), "")
		dec.addProblem(at, fmt.Sprintf("%s: %s", lastPathStep(path), what), "")
	}
}

// wordQuotes are the quotation marks of a word processor in which a plain value stands whole; ""
// for a value that has none, and for one in straight quotes, which is meant as it is.
func wordQuotes(n ast.Node, s string) string {
	if t := n.GetToken(); t == nil || t.Type != token.StringType {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, size := utf8.DecodeLastRuneInString(s)
	if len(s) == size || !strings.ContainsRune("“”„‘’‚«", first) || !strings.ContainsRune("”“’‘»", last) {
		return ""
	}
	return string(first) + "…" + string(last)
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

// mappingPairs are the pairs of a mapping, complaining of keys given twice.
func (dec *decoder) mappingPairs(path string, n ast.Node) (pairs []mappingPair, ok bool) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		dec.addProblem(positionOf(n), fmt.Sprintf("%s must hold keys and values, and is %s", lastPathStep(path), describeNode(n)), "Write it as key: value")
		return nil, false
	}
	first := map[string]position{}
	var repeated []repeatedKey
	for _, v := range values {
		at := positionOf(v.Key)
		key, ok := keyText(v.Key)
		if !ok {
			dec.addProblem(at, "a key must be plain text", "Write the key as one word")
			continue
		}
		if earlier, twice := first[key]; twice {
			repeated = append(repeated, repeatedKey{key, at, earlier})
			continue
		}
		first[key] = at
		pairs = append(pairs, mappingPair{key: key, path: path + "." + key, at: at, value: v.Value})
	}
	dec.reportRepeated(repeated)
	return pairs, true
}

// repeatedKey is a key that the same mapping has already.
type repeatedKey struct {
	key         string
	at, firstAt position
}

// reportRepeated complains once: several keys that come again are an entry without its list mark.
func (dec *decoder) reportRepeated(keys []repeatedKey) {
	switch len(keys) {
	case 0:
	case 1:
		dec.addProblem(keys[0].at, fmt.Sprintf("the key %q is given twice; the first is on line %d", keys[0].key, keys[0].firstAt.line), "Remove one of them")
	default:
		dec.addProblem(keys[0].at, fmt.Sprintf("the key %q and others after it are given twice; the first is on line %d", keys[0].key, keys[0].firstAt.line),
			`If a new entry of the list begins here, write "- " before it; otherwise remove one of each`)
	}
}

type mappingPair struct {
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

// isInBraces reports whether a mapping is written {in braces}.
func isInBraces(n ast.Node) bool {
	m, ok := n.(*ast.MappingNode)
	return ok && m.IsFlowStyle
}

// decodeStruct reads a mapping into a struct; a key without a field is refused.
func (dec *decoder) decodeStruct(path string, n ast.Node, into reflect.Value) {
	pairs, ok := dec.mappingPairs(path, n)
	if !ok {
		return
	}
	fields := structFields(into.Type())
	inBraces, cutText := isInBraces(n), false
	for _, p := range pairs {
		i := slices.IndexFunc(fields, func(f structField) bool { return f.key == p.key })
		if _, empty := p.value.(*ast.NullNode); i < 0 && inBraces && empty { // {label: Drift, and delay}
			if !cutText { // a text with two commas is one slip
				dec.addProblem(p.at, fmt.Sprintf("%q is no key here", p.key), `If it belongs to the text before the comma, put that text in quotes: "…, …"`)
			}
			cutText = true
			continue
		}
		if i < 0 {
			dec.reportUnknownKey(path, p, into.Type(), fieldKeys(fields))
			continue
		}
		dec.recordPosition(p)
		dec.decodeValue(p.path, p.value, into.Field(fields[i].index))
	}
}

// reportUnknownKey complains of a key. Strange keys of one kind of entry are one complaint with their
// number: they mostly belong to a line above that is missing.
func (dec *decoder) reportUnknownKey(path string, p mappingPair, of reflect.Type, known []string) {
	if meant := ClosestWord(p.key, known); meant != "" {
		dec.file.broken[path+"."+meant] = true
		dec.addProblem(p.at, fmt.Sprintf("the key %q is not known here", p.key), DidYouMean(p.key, known))
		return
	}
	if i, before := dec.strange[of]; before {
		dec.strangeMore[i]++
		return
	}
	if dec.strange == nil {
		dec.strange, dec.strangeMore = map[reflect.Type]int{}, map[int]int{}
	}
	dec.strange[of] = len(dec.problems)
	dec.addProblem(p.at, fmt.Sprintf("the key %q is not known here", p.key), DidYouMean(p.key, known))
}

// countStrangeKeys says of each complaint of strange keys how many more there are.
func (dec *decoder) countStrangeKeys() {
	for i, more := range dec.strangeMore {
		p := &dec.problems[i]
		p.What = fmt.Sprintf("%s, nor %d more below", p.What, more)
		p.Hint = "If they belong to a part whose first line is missing, write it above them. " + p.Hint
	}
}

// decodeMap reads a mapping into a Go map with text keys.
func (dec *decoder) decodeMap(path string, n ast.Node, into reflect.Value) {
	pairs, ok := dec.mappingPairs(path, n)
	if !ok {
		return
	}
	t := into.Type()
	into.Set(reflect.MakeMap(t))
	for _, p := range pairs {
		dec.recordPosition(p)
		key := reflect.New(t.Key()).Elem()
		key.SetString(p.key)
		v := reflect.New(t.Elem()).Elem()
		dec.decodeValue(p.path, p.value, v)
		into.SetMapIndex(key, v)
	}
}

// recordPosition remembers where a pair stands: a plain value itself, otherwise its key.
func (dec *decoder) recordPosition(p mappingPair) {
	dec.file.positions[p.path] = p.at
	if _, plain := textOf(p.value); plain {
		dec.file.positions[p.path] = positionOf(p.value)
	}
	if b, ok := p.value.(*ast.BoolNode); ok {
		dec.file.positions[p.path] = positionOf(b)
	}
}

func (dec *decoder) positionAt(path string) position {
	return dec.file.positionAt(path)
}

// decodeList reads a sequence into a slice. One plain value stands for a list of one.
func (dec *decoder) decodeList(path string, n ast.Node, into reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		if _, plain := textOf(n); plain && into.Type().Elem().Kind() == reflect.String {
			if t := n.GetToken(); t.Type == token.StringType && strings.Contains(t.Value, ", ") {
				dec.addProblem(positionOf(n), fmt.Sprintf("%s is one text with a comma in it", lastPathStep(path)), "Write a list in brackets: [one, another]; put one text with a comma in quotes")
				return
			}
			one := reflect.MakeSlice(into.Type(), 1, 1)
			dec.decodeValue(path+"[0]", n, one.Index(0))
			into.Set(one)
			return
		}
		dec.addProblem(positionOf(n), fmt.Sprintf("%s must be a list, and is %s", lastPathStep(path), describeNode(n)), `Write its parts in [brackets] or on lines that begin with "- "`)
		return
	}
	items := reflect.MakeSlice(into.Type(), len(seq.Values), len(seq.Values))
	for i, v := range seq.Values {
		dec.decodeValue(fmt.Sprintf("%s[%d]", path, i), v, items.Index(i))
	}
	into.Set(items)
}

type structField struct {
	key   string
	index int
}

func structFields(t reflect.Type) []structField {
	var fields []structField
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || key == "-" {
			continue
		}
		if key == "" {
			key = strings.ToLower(f.Name)
		}
		fields = append(fields, structField{key, i})
	}
	return fields
}

func fieldKeys(fields []structField) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// lastPathStep is the part of a path that a person knows a value by. Keys of the
// file's own schema and positions are safe to print; values are not printed here.
func lastPathStep(path string) string {
	if path == "$" {
		return "the file"
	}
	return path[strings.LastIndexByte(path, '.')+1:]
}

func describeNode(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a set of keys"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return "true or false"
	case *ast.FloatNode:
		return "a number with a point"
	case *ast.IntegerNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	}
	return "something else"
}
