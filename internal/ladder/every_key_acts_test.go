package ladder

import (
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// TestEveryKeyActsOrIsKeptForThePage looks for a use of the very field behind each key, outside of
// what reads, checks, prints and compares ladders: another type's field of that name is none.
func TestEveryKeyActsOrIsKeptForThePage(t *testing.T) {
	t.Parallel()
	all, err := packages.Load(&packages.Config{
		Dir:  filepath.Join("..", ".."),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedExportFile,
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	var own *packages.Package
	for _, p := range all {
		if len(p.Errors) > 0 {
			t.Fatal(p.Errors)
		}
		if strings.HasSuffix(p.PkgPath, "internal/ladder") {
			own = p
		}
		if strings.HasSuffix(p.PkgPath, "internal/ladderschema") || strings.Contains(p.PkgPath, "challengetest") {
			continue
		}
		for at, object := range p.TypesInfo.Uses {
			if v, is := object.(*types.Var); is && v.IsField() && !onlyReads(p.Fset.Position(at.Pos()).Filename) {
				used[placeOfField(p.Fset, v)] = true
			}
		}
	}
	places := map[string]bool{}
	for _, name := range own.Types.Scope().Names() {
		s, is := own.Types.Scope().Lookup(name).Type().Underlying().(*types.Struct)
		if !is {
			continue
		}
		for i := range s.NumFields() {
			key, _, _ := strings.Cut(reflect.StructTag(s.Tag(i)).Get("yaml"), ",")
			if key == "" {
				continue
			}
			place := name + "." + key
			places[place] = true
			acts := used[placeOfField(own.Fset, s.Field(i))]
			switch {
			case place == "Destination.end": // it says what naming neither a rung nor a procedure does
			case !acts && !IsKeptForPage(place):
				t.Errorf("nothing acts on %s, and it is not said to be kept for the page", place)
			case acts && slices.Contains(keptForPage, place):
				t.Errorf("%s is said to be kept for the page, and something acts on it", place)
			}
		}
	}
	if len(places) < 120 {
		t.Errorf("only %d keys were looked at", len(places))
	}
	for _, place := range keptForPage {
		if !places[place] {
			t.Errorf("%s is kept for the page and is no key", place)
		}
	}
}

// placeOfField names a field by where it is declared, which is the same for every package that uses it.
func placeOfField(set *token.FileSet, v *types.Var) string {
	at := set.Position(v.Pos())
	return fmt.Sprintf("%s:%d:%s", filepath.Base(at.Filename), at.Line, v.Name())
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

// Whatever a ladder has that nothing acts on, lint says at its line, and of nothing else.
func TestLintMarksWhatIsKeptForThePage(t *testing.T) {
	t.Parallel()
	text := replaceInSmall(t, "records:\n", "oversight: {role: oversight, source: x}\nrecords:\n")
	var said []string
	for _, p := range FindKeptForPage("small.yaml", text) {
		said = append(said, strings.Fields(textAt(text, p))[0]+p.Error()[strings.Index(p.Error(), ": "):])
	}
	const rest = " is kept for the page: the program prints it and does nothing by it. People do it, as the procedure has it"
	want := []string{"child,: note: words.child" + rest, "oversight:: note: oversight" + rest}
	if !slices.Equal(said, want) {
		t.Errorf("lint says\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	if more := FindKeptForPage("small.yaml", []byte("ladder: [")); more != nil {
		t.Errorf("of what cannot be read: %v", more)
	}
}
