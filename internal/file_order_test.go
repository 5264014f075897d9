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

// fileOrder says, for a package of several files, in which order they stand, the lowest first: a
// file uses only what the files before it declare. A new file gets its place here.
var fileOrder = map[string][]string{
	"internal/challenge": {
		// Values, each on its own.
		"hash_chain.go", "party.go", "details.go", "post.go", "task.go", "cover_handover.go", "sentences.go", "refusal.go", "reference.go",
		// What a challenge is, and its trail.
		"opening.go", "gate_state.go", "urgent.go", "challenge.go", "event.go", "change.go", "snapshot.go", "card_for.go", "raised.go",
		// What a transition is told, and what it refuses.
		"env.go", "deadline.go", "validate.go", "oversight.go",
		// A transition, whom it asks, and how it goes from rung to rung.
		"transition.go", "standin.go", "respondents.go", "nudge.go", "reconcile.go", "handed_over.go", "hold.go", "moments.go", "rights.go",
		"shorter_window.go", "window.go", "recount.go", "statutory.go", "rungs.go", "in_time.go", "lapse.go",
		// One file for each thing that may happen.
		"asking.go", "outage.go", "restored.go", "ask_again.go", "acknowledge.go", "ask_back.go", "unattended.go", "asked_outside.go", "skip.go", "ending.go", "delivery.go", "reminder.go",
		"response.go", "judgement.go", "gates.go", "handover.go", "not_mine.go", "referral.go", "successor.go", "move.go", "urgency.go", "escalation.go", "message_change.go",
		"partner_concern.go", "clock.go",
		// What others call.
		"occasions.go", "alerts.go", "case_note.go", "consistency.go", "decide.go", "limits.go", "validate_raise.go", "correct.go", "raise.go", "standin_obstacles.go", "events.go",
		"replay.go",
	},
	"internal/permission": {"permission.go", "table.go"},
	"internal/outbox":     {"message.go", "reachability.go", "conversation.go"},
	"internal/storage":    {"set_aside.go", "storage.go", "failure.go"},
	"internal/storage/memorystore": {
		"rows.go", "store.go", "challenge.go", "outbox.go", "transition.go", "write.go", "direct_message.go", "pending.go", "heartbeat.go", "registers.go", "register.go",
		"result.go", "tick.go", "clone.go", "contents.go",
	},
	"internal/storage/storagetest": {
		"store.go", "world.go", "contract.go", "messages.go", "results.go", "challenges.go", "registers.go", "calls.go", "order.go", "twins.go", "clock.go",
		"run.go",
	},
	"internal/digest":       {"unreachable.go", "digest.go", "tasks.go"},
	"internal/safetext":     {"hidden.go", "links.go", "outputs.go"},
	"internal/command":      {"inputs.go", "typed.go", "build.go", "table.go"},
	"internal/practicepage": {"markdown.go", "draw_card.go", "view.go", "page.go", "audit.go", "clock.go", "dialog.go", "routes.go"},
}

// TestFilesUseOnlyWhatStandsBeforeThem reads each package as the compiler does.
func TestFilesUseOnlyWhatStandsBeforeThem(t *testing.T) {
	for dir, order := range fileOrder {
		for _, fault := range findOrderFaults(order, usesBetweenFiles(t, dir)) {
			t.Errorf("%s: %s", dir, fault)
		}
		for _, f := range order {
			if _, err := os.Stat(filepath.Join("..", dir, f)); err != nil {
				t.Errorf("%s/%s has a place in the order and does not exist", dir, f)
			}
		}
	}
}

// TestAUseAgainstTheOrderIsFound tries the rule on made-up files.
func TestAUseAgainstTheOrderIsFound(t *testing.T) {
	uses := []use{{"high.go", "low.go", "fine"}, {"low.go", "high.go", "wrong"}, {"new.go", "low.go", "fine"}}
	faults := findOrderFaults([]string{"low.go", "high.go"}, uses)
	want := []string{"low.go uses wrong, which stands after it in high.go", "new.go has no place in the order"}
	if !slices.Equal(faults, want) {
		t.Errorf("found %q, want %q", faults, want)
	}
}

// findOrderFaults says which uses run against the order, and which files have no place in it.
func findOrderFaults(order []string, uses []use) []string {
	var faults []string
	for _, use := range uses {
		from, to := slices.Index(order, use.from), slices.Index(order, use.to)
		switch {
		case from < 0:
			faults = append(faults, use.from+" has no place in the order")
		case to < 0:
			faults = append(faults, use.to+" has no place in the order")
		case to > from:
			faults = append(faults, fmt.Sprintf("%s uses %s, which stands after it in %s", use.from, use.name, use.to))
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
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
