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
	throwawayPrefix = "challengebot-pg-"
	socketPrefix    = "challengebot-sock-"
	memoryDir       = "/dev/shm"
	memoryNeeded    = 512 << 20 // bytes free in memoryDir before it is used
	// longestSocketDir keeps "<dir>/.s.PGSQL.5432" within macOS's 103 bytes (Linux has 107).
	longestSocketDir = 103 - len("/.s.PGSQL."+socketPort)
	// sweepAge is how long a directory is left alone: one just made is not locked yet.
	sweepAge = time.Minute
)

// ErrInUse reports that another living process runs a server in the directory.
var ErrInUse = errors.New("in use by another process")

// place is the directory of one server: data/ holds the cluster, run/ the socket.
type place struct {
	dir       string
	socketDir string
	throwaway bool
	lock      *os.File // dir itself, locked for as long as owner, server or janitor live
}

func (p *place) cluster() string { return filepath.Join(p.dir, "data") }

// clusterMajor is the major version that made the cluster here, "" when there is none.
func (p *place) clusterMajor() string {
	version, err := os.ReadFile(filepath.Join(p.cluster(), "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(version))
}

// disposable lists what is removed when the server is gone.
func (p *place) disposable() []string {
	if p.throwaway {
		return []string{p.dir}
	}
	if filepath.Dir(p.socketDir) != p.dir {
		return []string{p.socketDir}
	}
	return nil
}

// leave removes what is disposable and frees the lock.
func (p *place) leave() error {
	var errs []error
	for _, dir := range p.disposable() {
		errs = append(errs, os.RemoveAll(dir))
	}
	return errors.Join(append(errs, p.lock.Close())...)
}

func takePlace(ctx context.Context, dir string, who *account) (*place, error) {
	sweep(throwawayBases())
	if dir == "" {
		return takeThrowaway(who)
	}
	return takeKept(ctx, dir, who)
}

func takeThrowaway(who *account) (*place, error) {
	var errs []error
	for _, base := range throwawayBases() {
		if err := who.canEnter(base); err != nil {
			errs = append(errs, err)
			continue
		}
		dir, err := os.MkdirTemp(base, throwawayPrefix)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p, err := settle(dir, who)
		if err != nil {
			errs = append(errs, err, os.RemoveAll(dir))
			continue
		}
		return p, nil
	}
	return nil, fmt.Errorf("localpg: no room for a throw-away server: %w", errors.Join(errs...))
}

func settle(dir string, who *account) (*place, error) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir, socketDir: filepath.Join(dir, "run"), throwaway: true, lock: lock}
	if len(p.socketDir) > longestSocketDir {
		err = fmt.Errorf("the path %s is too long for a socket", dir)
	}
	if err := errors.Join(err, tryLock(lock), who.own(dir), who.mkdir(p.socketDir)); err != nil {
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
	if err := syscall.Statfs(memoryDir, &fs); err == nil && uint64(fs.Bavail)*uint64(fs.Bsize) > memoryNeeded {
		bases = append([]string{memoryDir}, bases...)
	}
	return bases
}

func takeKept(ctx context.Context, dir string, who *account) (*place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("localpg: make the data directory: %w", err)
	}
	if err := who.canEnter(dir); err != nil {
		return nil, err
	}
	lock, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: open the data directory: %w", err)
	}
	if err := lockKept(ctx, dir, lock); err != nil {
		return nil, err
	}
	p := &place{dir: dir, socketDir: filepath.Join(dir, "run"), lock: lock}
	if len(p.socketDir) > longestSocketDir {
		if p.socketDir, err = os.MkdirTemp("/tmp", socketPrefix); err != nil {
			lock.Close()
			return nil, fmt.Errorf("localpg: make a directory for the socket: %w", err)
		}
	}
	if err := who.mkdir(p.socketDir); err != nil {
		return nil, errors.Join(fmt.Errorf("localpg: make a directory for the socket: %w", err), p.leave())
	}
	return p, nil
}

// lockKept takes the lock of a kept directory. An owner that was killed leaves a server that is still shutting down: that one is
// waited for. lock is closed on failure.
func lockKept(ctx context.Context, dir string, lock *os.File) error {
	owner := filepath.Join(dir, "owner.pid")
	if tryLock(lock) != nil {
		if pid := livingOwner(owner); pid != 0 {
			lock.Close()
			return fmt.Errorf("localpg: %s is %w (process %d): stop that one, or choose another directory", dir, ErrInUse, pid)
		}
		if err := waitLock(ctx, lock); err != nil {
			return fmt.Errorf("localpg: %s is %w, a server that is still shutting down: %w", dir, ErrInUse, err)
		}
	}
	if err := os.WriteFile(owner, fmt.Appendln(nil, os.Getpid()), 0o644); err != nil {
		lock.Close()
		return fmt.Errorf("localpg: note the owner of the data directory: %w", err)
	}
	return nil
}

func livingOwner(file string) int {
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

// waitLock waits for the lock until ctx ends or patience runs out; then f is closed as soon as the kernel lets go of it.
func waitLock(ctx context.Context, f *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
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

// sweep removes throw-away directories that nobody holds any more: their owner, their server and their janitor were all killed.
func sweep(bases []string) {
	for _, base := range bases {
		found, _ := filepath.Glob(filepath.Join(base, throwawayPrefix+"*"))
		for _, dir := range found {
			sweepOne(dir)
		}
	}
}

// sweepOne leaves alone what it may not open: that is another user's.
func sweepOne(dir string) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < sweepAge {
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
