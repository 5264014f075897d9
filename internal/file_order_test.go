package internal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors says, for a package of several files, on which floor each file stands, the lowest
// first. What a file declares may be used by files of its own floor and of the floors above;
// a file never uses what stands above it.
var floors = map[string][][]string{}

// TestFilesUseOnlyWhatStandsBelowThem reads the package as the compiler does.
func TestFilesUseOnlyWhatStandsBelowThem(t *testing.T) {
	for dir, order := range floors {
		floorOf := map[string]int{}
		for floor, files := range order {
			for _, f := range files {
				floorOf[f] = floor
			}
		}
		for _, use := range usesBetweenFiles(t, dir) {
			from, known := floorOf[use.from]
			to, alsoKnown := floorOf[use.to]
			switch {
			case !known:
				t.Errorf("%s/%s stands on no floor", dir, use.from)
			case alsoKnown && to > from:
				t.Errorf("%s/%s uses %s, which stands above it in %s", dir, use.from, use.name, use.to)
			}
		}
		for f := range floorOf {
			if _, err := os.Stat(filepath.Join("..", dir, f)); err != nil {
				t.Errorf("%s/%s has a floor and does not exist", dir, f)
			}
		}
	}
}

// use is one file using something that another one declares.
type use struct{ from, to, name string }

func usesBetweenFiles(t *testing.T, dir string) []use {
	t.Helper()
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", exportDataOf(t, dir))}
	pkg, err := config.Check("challengebot/"+dir, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	file := func(p token.Pos) string { return filepath.Base(fset.Position(p).Filename) }
	var uses []use
	for id, o := range info.Uses {
		v, isVar := o.(*types.Var)
		if o.Pkg() != pkg || isVar && !v.IsField() && o.Parent() != pkg.Scope() {
			continue // of another package, or local
		}
		if u := (use{file(id.Pos()), file(o.Pos()), o.Name()}); u.from != u.to && !slices.Contains(uses, u) {
			uses = append(uses, u)
		}
	}
	slices.SortFunc(uses, func(a, b use) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return uses
}

// exportDataOf finds what the compiler wrote of each package that a package imports.
func exportDataOf(t *testing.T, dir string) importer.Lookup {
	t.Helper()
	out, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", "challengebot/"+dir).Output()
	if err != nil {
		t.Fatalf("go list failed: %v", err)
	}
	exports := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
}
