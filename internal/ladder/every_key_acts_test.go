package ladder

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestEveryKeyActsOrIsKeptForThePage looks for a use of the field behind each key, outside of what
// reads, checks, prints and compares ladders.
func TestEveryKeyActsOrIsKeptForThePage(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && strings.Trim(d.Name(), ".") != "":
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "challengetest") || onlyReads(path):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				used[s.Sel.Name] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fields := 0
	var walk func(p reflect.Type)
	walk = func(p reflect.Type) {
		for p.Kind() == reflect.Pointer || p.Kind() == reflect.Slice {
			p = p.Elem()
		}
		if p.Kind() != reflect.Struct || p.Name() == "Window" {
			return
		}
		for i := range p.NumField() {
			f := p.Field(i)
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if key == "" {
				continue
			}
			fields++
			place := p.Name() + "." + key
			// "end" says what naming neither a rung nor a procedure does.
			if !used[f.Name] && !IsKeptForPage(place) && place != "Destination.end" {
				t.Errorf("nothing acts on %s, and it is not said to be kept for the page", place)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[Ladder]())
	if fields < 120 {
		t.Errorf("only %d keys were looked at", fields)
	}
	for _, place := range keptForPage {
		part, key, _ := strings.Cut(place, ".")
		of := map[string]reflect.Type{"Ladder": reflect.TypeFor[Ladder](), "Words": reflect.TypeFor[Words](), "RecordingRule": reflect.TypeFor[RecordingRule]()}[part]
		found := false
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
			found = found || name == key
		}
		if !found {
			t.Errorf("%s is kept for the page and is no key", place)
		}
	}
}

// onlyReads reports whether a file of this package reads, checks, prints or compares ladders.
func onlyReads(path string) bool {
	if dir, _ := filepath.Split(path); !strings.HasSuffix(dir, "internal/ladder/") {
		return false
	}
	for _, prefix := range []string{"validate", "lint", "diff", "render_", "read", "known_values", "conflicts", "roles_needed", "template", "kept_for_page"} {
		if strings.HasPrefix(filepath.Base(path), prefix) {
			return true
		}
	}
	return false
}
