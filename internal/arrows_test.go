// Package internal_test holds the rules that no single package can hold: which
// package may import which.
package internal_test

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows says, for each package of the product, which others of it may be
// imported. What is not listed may not: a new arrow is a decision, made here.
var arrows = map[string][]string{
	"internal/english":   {},
	"internal/workday":   {"internal/english"},
	"internal/yamlfile":  {},
	"internal/localpg":   {},
	"internal/practice":  {},
	"manifest":           {"internal/words", "internal/words/languages"},
	"internal/directory": {"internal/workday", "internal/yamlfile", "internal/words/languages"},
	"internal/entra":     {"internal/directory"},
	"internal/ladder":    {"internal/workday", "internal/yamlfile", "internal/directory"},
	// What the keys of a ladder are, for a person and an editor: nothing that serves needs it.
	"internal/ladderschema": {"internal/workday", "internal/yamlfile", "internal/ladder", "internal/directory"},
	"internal/permission":   {},
	"internal/challenge":    {"internal/permission", "internal/workday", "internal/ladder", "internal/directory"},
	"internal/contain":      {},
	"internal/storage":      {"internal/challenge"},
	"internal/outbox":       {"internal/challenge"},
	"internal/digest":       {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/outbox"},
	"internal/simulation":   {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/digest"},
	"internal/words":        {"internal/workday", "internal/ladder", "internal/challenge"},
	// Below everything, so that a language is added in the folder internal/words alone.
	"internal/words/languages": {},

	"internal/teamsfailure": {},
	"internal/safetext":     {},
	"internal/connector":    {"internal/teamsfailure"},

	"cards": {"internal/permission", "internal/english", "internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/digest",
		"internal/words", "internal/safetext", "internal/casenote"},
	"internal/report":   {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/safetext"},
	"internal/bundle":   {"internal/challenge", "internal/record"},
	"internal/casenote": {"internal/english", "internal/workday", "internal/ladder", "internal/challenge", "internal/record", "internal/safetext"},
	"internal/seal":     {},
	"internal/record":   {"internal/english", "internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/safetext"},
	"internal/postgres": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/contain",
		"internal/storage", "internal/outbox"},
	"internal/engine": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/contain",
		"internal/storage", "internal/outbox", "internal/digest", "internal/words", "internal/teamsfailure", "cards"},
	// Commands are filled in by the bot's messages and buttons alike.
	"internal/command": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/words", "cards"},
	// What a person finds in the register, for chat and page alike.
	"internal/register": {"internal/ladder", "internal/directory", "internal/challenge", "internal/storage"},
	"internal/signin":   {},
	"internal/pages": {"internal/signin", "internal/register", "internal/report", "internal/record", "internal/permission", "internal/workday", "internal/ladder", "internal/directory",
		"internal/challenge", "internal/storage", "internal/words"},
	"bot": {"internal/register", "internal/command", "internal/permission", "internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/storage",
		"internal/outbox", "internal/digest", "internal/words", "internal/safetext", "internal/casenote", "cards"},
	// What joins the parts may know them; nobody may know it but its users.
	"internal/app": {"internal/workday", "internal/yamlfile", "internal/ladder", "internal/directory", "internal/challenge",
		"internal/storage", "internal/words", "internal/outbox", "internal/postgres", "internal/engine", "internal/teamsfailure", "internal/connector",
		"internal/safetext", "internal/entra", "internal/pages", "internal/signin", "bot"},
	// What practises: linked into the command try, and into tests.
	"internal/story": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/storage",
		"internal/app", "internal/connector", "internal/practice", "internal/postgres", "internal/record", "internal/signin", "cards"},
	"internal/practicepage": {"internal/workday", "internal/directory", "internal/challenge", "internal/storage",
		"internal/practice", "internal/record", "internal/story"},
	"internal/try": {"internal/directory", "internal/ladder", "internal/postgres", "internal/localpg", "internal/practicepage", "internal/story"},
	"internal/storage/memorystore": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/storage",
		"internal/outbox"},
	"internal/storage/storagetest": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge", "internal/storage",
		"internal/outbox", "internal/storage/memorystore"},
	"internal/challenge/challengetest": {"internal/workday", "internal/ladder", "internal/directory", "internal/challenge"},
	"cmd/challengebot": {"internal/bundle", "internal/report", "internal/seal", "internal/english", "internal/workday", "internal/yamlfile", "internal/ladder", "internal/ladderschema", "internal/directory", "internal/challenge",
		"internal/storage", "internal/outbox", "internal/digest", "internal/simulation",
		"internal/app", "internal/postgres", "internal/record", "internal/connector", "internal/try", "cards", "manifest", "internal/safetext"},
}

// practising are the packages that only try and tests need. What serves must not carry them.
var practising = []string{"internal/localpg", "internal/practice", "internal/practicepage", "internal/story", "internal/try"}

// TestImportsFollowTheArrows reads the import graph as it is built.
func TestImportsFollowTheArrows(t *testing.T) {
	const module = "challengebot/"
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, known := arrows[name]
		if !known && len(p.GoFiles) > 0 {
			t.Errorf("package %s has no line in the table of arrows", name)
		}
		for _, i := range p.Imports {
			to, ours := strings.CutPrefix(i, module)
			if ours && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: no such arrow is allowed", name, to)
			}
		}
	}
}

// TestTheDomainReadsNoClock holds the domain pure: it imports nothing that reads
// the environment, the network or a database.
func TestTheDomainReadsNoClock(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != "challengebot/internal/challenge" && p.ImportPath != "challengebot/cards" {
			continue
		}
		for _, i := range p.Imports {
			if i == "os" || i == "net" || strings.HasPrefix(i, "net/http") || strings.HasPrefix(i, "database/") || strings.Contains(i, "pgx") {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

// TestWhatServesCarriesNothingThatPractises reads what is linked: into the program that an
// authority installs, built with the tag "serving", and into what serve starts, however it is
// built.
func TestWhatServesCarriesNothingThatPractises(t *testing.T) {
	for what, args := range map[string][]string{
		"the program built to serve": {"-tags", "serving", "challengebot/cmd/challengebot"},
		"what serve starts":          {"challengebot/internal/app"},
	} {
		linked := dependencies(t, args...)
		for _, p := range practising {
			if slices.Contains(linked, "challengebot/"+p) {
				t.Errorf("%s is linked into %s", p, what)
			}
		}
		if slices.Contains(linked, "testing") {
			t.Errorf("the package testing is linked into %s", what)
		}
	}
	whole := dependencies(t, "challengebot/cmd/challengebot")
	for _, p := range practising {
		if !slices.Contains(whole, "challengebot/"+p) {
			t.Errorf("%s is not linked into the program built without tags: try needs it, or the list here is out of date", p)
		}
	}
}

// TestOnlyTryLeadsToWhatPractises holds that no other subcommand can reach it in a build without
// tags either: of this program's files, only try's own imports the package try, and no other
// package does.
func TestOnlyTryLeadsToWhatPractises(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "challengebot/internal/try") && p.ImportPath != "challengebot/cmd/challengebot" {
			t.Errorf("%s imports internal/try", p.ImportPath)
		}
	}
	files, err := filepath.Glob("../cmd/challengebot/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var importing []string
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if i.Path.Value == `"challengebot/internal/try"` {
				importing = append(importing, filepath.Base(file))
			}
		}
	}
	if !slices.Equal(importing, []string{"try.go"}) {
		t.Errorf("internal/try is imported by %q, want try.go alone", importing)
	}
}

// dependencies are the import paths of everything that is linked for a package.
func dependencies(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-deps"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list failed: %v", err)
	}
	return strings.Fields(string(out))
}

type listed struct {
	ImportPath string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,GoFiles,Imports", "challengebot/...").Output()
	if err != nil {
		t.Fatalf("go list failed: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list named %d packages only", len(all))
	}
	return all
}
