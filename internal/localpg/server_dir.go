package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	throwawayPrefix     = "challengebot-pg-"
	socketPrefix        = "challengebot-sock-"
	sharedMemoryDir     = "/dev/shm"
	minSharedMemoryFree = 512 << 20 // bytes free in sharedMemoryDir before it is used
	// maxSocketDirLen keeps "<dir>/.s.PGSQL.5432" within macOS's 103 bytes (Linux has 107).
	maxSocketDirLen = 103 - len("/.s.PGSQL."+socketPort)
	// minStaleAge is how long a directory is left alone: one just made is not locked yet.
	minStaleAge = time.Minute
)

// ErrInUse reports that another living process runs a server in the directory.
var ErrInUse = errors.New("in use by another process")

// serverDir is the directory of one server: data/ holds the cluster, run/ the socket.
type serverDir struct {
	path      string
	socketDir string
	throwaway bool
	lock      *os.File // dir itself, locked for as long as owner, server or janitor live
}

func (d *serverDir) clusterPath() string { return filepath.Join(d.path, "data") }

// clusterMajorVersion is the major version that made the cluster here, "" when there is none.
func (d *serverDir) clusterMajorVersion() string {
	version, err := os.ReadFile(filepath.Join(d.clusterPath(), "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(version))
}

// disposableDirs lists what is removed when the server is gone.
func (d *serverDir) disposableDirs() []string {
	if d.throwaway {
		return []string{d.path}
	}
	if filepath.Dir(d.socketDir) != d.path {
		return []string{d.socketDir}
	}
	return nil
}

// release removes what is disposable and frees the lock.
func (d *serverDir) release() error {
	var errs []error
	for _, dir := range d.disposableDirs() {
		errs = append(errs, os.RemoveAll(dir))
	}
	return errors.Join(append(errs, d.lock.Close())...)
}

func acquireDir(ctx context.Context, dir string, who *account) (*serverDir, error) {
	removeStaleDirs(throwawayBases())
	if dir == "" {
		return acquireThrowawayDir(who)
	}
	return acquireKeptDir(ctx, dir, who)
}

func acquireThrowawayDir(who *account) (*serverDir, error) {
	var errs []error
	for _, base := range throwawayBases() {
		if err := who.checkCanEnter(base); err != nil {
			errs = append(errs, err)
			continue
		}
		dir, err := os.MkdirTemp(base, throwawayPrefix)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p, err := prepareThrowawayDir(dir, who)
		if err != nil {
			errs = append(errs, err, os.RemoveAll(dir))
			continue
		}
		return p, nil
	}
	return nil, fmt.Errorf("localpg: no room for a throw-away server: %w", errors.Join(errs...))
}

func prepareThrowawayDir(dir string, who *account) (*serverDir, error) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	p := &serverDir{path: dir, socketDir: filepath.Join(dir, "run"), throwaway: true, lock: lock}
	if len(p.socketDir) > maxSocketDirLen {
		err = fmt.Errorf("the path %s is too long for a socket", dir)
	}
	if err := errors.Join(err, tryLock(lock), who.chownPath(dir), who.makePrivateDir(p.socketDir)); err != nil {
		lock.Close()
		return nil, err
	}
	return p, nil
}

// throwawayBases are the directories for throw-away servers, best first.
func throwawayBases() []string {
	bases := []string{os.TempDir()}
	if os.TempDir() != "/tmp" {
		bases = append(bases, "/tmp")
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(sharedMemoryDir, &fs); err == nil && uint64(fs.Bavail)*uint64(fs.Bsize) > minSharedMemoryFree {
		bases = append([]string{sharedMemoryDir}, bases...)
	}
	return bases
}

func acquireKeptDir(ctx context.Context, dir string, who *account) (*serverDir, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("localpg: make the data directory: %w", err)
	}
	if err := who.checkCanEnter(dir); err != nil {
		return nil, err
	}
	lock, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: open the data directory: %w", err)
	}
	if err := lockKeptDir(ctx, dir, lock); err != nil {
		return nil, err
	}
	p := &serverDir{path: dir, socketDir: filepath.Join(dir, "run"), lock: lock}
	if len(p.socketDir) > maxSocketDirLen {
		if p.socketDir, err = os.MkdirTemp("/tmp", socketPrefix); err != nil {
			lock.Close()
			return nil, fmt.Errorf("localpg: make a directory for the socket: %w", err)
		}
	}
	if err := who.makePrivateDir(p.socketDir); err != nil {
		return nil, errors.Join(fmt.Errorf("localpg: make a directory for the socket: %w", err), p.release())
	}
	return p, nil
}

// lockKeptDir takes the lock of a kept directory. An owner that was killed leaves a server that is still shutting down: that one is
// waited for. lock is closed on failure.
func lockKeptDir(ctx context.Context, dir string, lock *os.File) error {
	owner := filepath.Join(dir, "owner.pid")
	if tryLock(lock) != nil {
		if pid := findLivingOwner(owner); pid != 0 {
			lock.Close()
			return fmt.Errorf("localpg: %s is %w (process %d): stop that one, or choose another directory", dir, ErrInUse, pid)
		}
		if err := waitForLock(ctx, lock); err != nil {
			return fmt.Errorf("localpg: %s is %w, a server that is still shutting down: %w", dir, ErrInUse, err)
		}
	}
	if err := os.WriteFile(owner, fmt.Appendln(nil, os.Getpid()), 0o644); err != nil {
		lock.Close()
		return fmt.Errorf("localpg: note the owner of the data directory: %w", err)
	}
	return nil
}

func findLivingOwner(file string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	pid := 0
	if _, err := fmt.Sscan(string(text), &pid); err != nil || pid <= 0 {
		return 0
	}
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return 0
	}
	return pid
}

func tryLock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// waitForLock waits for the lock until ctx ends or patience runs out; then f is closed as soon as the kernel lets go of it.
func waitForLock(ctx context.Context, f *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	got := make(chan error, 1)
	go func() {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		for errors.Is(err, syscall.EINTR) {
			err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		}
		got <- err
	}()
	select {
	case err := <-got:
		return err
	case <-ctx.Done():
		go func() { <-got; f.Close() }()
		return ctx.Err()
	}
}

// removeStaleDirs removes throw-away directories that nobody holds any more: their owner, their server and their janitor were all killed.
func removeStaleDirs(bases []string) {
	for _, base := range bases {
		found, _ := filepath.Glob(filepath.Join(base, throwawayPrefix+"*"))
		for _, dir := range found {
			removeIfStale(dir)
		}
	}
}

// removeIfStale leaves alone what it may not open: that is another user's.
func removeIfStale(dir string) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < minStaleAge {
		return
	}
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	if tryLock(f) == nil {
		_ = os.RemoveAll(dir)
	}
}
