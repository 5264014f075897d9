package main

import (
	"bytes"
	"encoding/json"
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
	"strings"
)

// pkg is a package with its source, its types, and what is needed to check a changed file.
type pkg struct {
	path  string
	files []*file
	fset  *token.FileSet
	info  *types.Info
	types *types.Package
	check types.Config
}

type file struct {
	name   string
	shown  string // from where the command was started
	path   string
	source []byte
	syntax *ast.File
}

type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	DepOnly                 bool
}

// loadPackage reads and checks one package of this module.
func loadPackage(name string) (*pkg, error) {
	cmd := exec.Command("go", "list", "-deps", "-export", "-json=ImportPath,Dir,Export,GoFiles,DepOnly", "./"+strings.TrimPrefix(name, "./"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w\n%s", name, err, stderr.Bytes())
	}
	exports := map[string]string{}
	var own *listed
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var l listed
		if err := d.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		exports[l.ImportPath] = l.Export
		if !l.DepOnly {
			own = &l
		}
	}
	if own == nil {
		return nil, fmt.Errorf("%s is no package of this module", name)
	}
	p := &pkg{path: own.ImportPath, fset: token.NewFileSet()}
	p.check = types.Config{Importer: importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	for _, base := range own.GoFiles {
		f := &file{name: base, shown: filepath.Join(name, base), path: filepath.Join(own.Dir, base)}
		if f.source, err = os.ReadFile(f.path); err != nil {
			return nil, err
		}
		if f.syntax, err = parser.ParseFile(p.fset, f.path, f.source, 0); err != nil {
			return nil, err
		}
		p.files = append(p.files, f)
	}
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}
	p.types, err = p.check.Check(p.path, p.fset, p.syntax(nil, nil), p.info)
	return p, err
}

// syntax lists the package's files, one of them replaced.
func (p *pkg) syntax(changed *file, by *ast.File) []*ast.File {
	var all []*ast.File
	for _, f := range p.files {
		if f == changed {
			all = append(all, by)
		} else {
			all = append(all, f.syntax)
		}
	}
	return all
}

// compiles reports whether the package can still be built.
func (p *pkg) compiles(m mutation) bool {
	text := m.apply()
	if bytes.Equal(text, m.file.source) {
		return false
	}
	changed, err := parser.ParseFile(p.fset, m.file.path, text, 0)
	if err != nil {
		return false
	}
	_, err = p.check.Check(p.path, p.fset, p.syntax(m.file, changed), nil)
	return err == nil
}
