package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type verdict int

const (
	survived verdict = iota
	noticed
	ranOutOfTime
)

// runner runs the tests of one package on changed files.
type runner struct {
	pkg   *pkg
	dir   string // for overlays
	limit time.Duration
	only  string
	// flags are for the test binary.
	flags []string
}

// newRunner runs the tests as they are: they must pass, and say how long they take.
func newRunner(p *pkg, o options) (*runner, error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return nil, err
	}
	r := &runner{pkg: p, dir: dir, limit: 10 * time.Minute, only: o.run}
	if usesRapid(p.path) {
		r.flags = []string{"-rapid.nofailfile"} // what fails on changed code says nothing of the code as it is
	}
	if out, err := r.goTest(); err != nil { // fills the build cache too
		r.close()
		return nil, fmt.Errorf("the tests of %s fail as they are: %w\n%s", p.path, err, out)
	}
	start := time.Now()
	if out, err := r.goTest(); err != nil {
		r.close()
		return nil, fmt.Errorf("the tests of %s fail as they are: %w\n%s", p.path, err, out)
	}
	if r.limit = o.limit; r.limit == 0 {
		r.limit = 4*time.Since(start) + 20*time.Second
	}
	return r, nil
}

func (r *runner) close() { _ = os.RemoveAll(r.dir) }

// test runs the tests on one mutation.
func (r *runner) test(m mutation) (verdict, error) {
	changed, overlay := filepath.Join(r.dir, "changed.go"), filepath.Join(r.dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {m.file.path: changed}})
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(changed, m.apply(), 0o600); err != nil {
		return 0, err
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return 0, err
	}
	out, err := r.goTest("-overlay=" + overlay)
	switch {
	case err == nil:
		return survived, nil
	case bytes.Contains(out, []byte("[build failed]")):
		return 0, fmt.Errorf("%s: a change that the type checker took does not build:\n%s%s", m.position(), m.diff(), out)
	case bytes.Contains(out, []byte("panic: test timed out")), strings.Contains(err.Error(), "killed"):
		return ranOutOfTime, nil
	}
	return noticed, nil
}

// memoryLimit, in kilobytes of address space, ends tests whose loop no longer ends.
const memoryLimit = "8388608"

func (r *runner) goTest(more ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.limit+2*time.Minute) // the build is not theirs
	defer cancel()
	args := append([]string{"-c", `ulimit -v ` + memoryLimit + ` 2>/dev/null; exec "$@"`, "sh",
		"go", "test", "-count=1", "-failfast", "-vet=off", "-timeout=" + r.limit.String(), "-run=" + r.only}, more...)
	cmd := exec.CommandContext(ctx, "sh", slices.Concat(args, []string{r.pkg.path}, r.flags)...)
	cmd.WaitDelay = 5 * time.Second
	return cmd.CombinedOutput()
}

// usesRapid reports whether the tests of a package draw with rapid, which keeps the draws of a
// failed test beside it unless it is told not to.
func usesRapid(path string) bool {
	out, err := exec.Command("go", "list", "-test", "-deps", "-f", "{{.ImportPath}}", path).Output()
	return err == nil && slices.Contains(strings.Fields(string(out)), "pgregory.net/rapid")
}
