package localpg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	throwawayPrefix     = "challengebot-pg-"
	sharedMemoryDir     = "/dev/shm"
	minSharedMemoryFree = 512 << 20 // bytes free in sharedMemoryDir before it is used
	// maxSocketDirLen keeps "<dir>/.s.PGSQL.5432" within the 103 bytes that every Unix takes (Linux
	// has 107).
	maxSocketDirLen = 103 - len("/.s.PGSQL."+socketPort)
	// minStaleAge is how long a directory is left alone: one just made is not locked yet.
	minStaleAge = time.Minute
)

// serverDir is the directory of one server: data/ holds the cluster, run/ the socket. It goes with
// the server.
type serverDir struct {
	path      string
	socketDir string
	lock      *os.File // dir itself, locked for as long as owner, server or keeper live
	release   func() error
}

func (d *serverDir) clusterPath() string { return filepath.Join(d.path, "data") }

// acquireDir makes a directory for a server in the best place that will do.
func acquireDir(who *account) (*serverDir, error) {
	removeStaleDirs(throwawayBases())
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
		p, err := prepareDir(dir, who)
		if err != nil {
			errs = append(errs, err, os.RemoveAll(dir))
			continue
		}
		return p, nil
	}
	return nil, fmt.Errorf("localpg: no room for a throw-away server: %w", errors.Join(errs...))
}

func prepareDir(dir string, who *account) (*serverDir, error) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	d := &serverDir{path: dir, socketDir: filepath.Join(dir, "run"), lock: lock}
	d.release = sync.OnceValue(func() error { return errors.Join(os.RemoveAll(dir), lock.Close()) })
	if len(d.socketDir) > maxSocketDirLen {
		err = fmt.Errorf("the path %s is too long for a socket", dir)
	}
	if err := errors.Join(err, tryLock(lock), who.chownPath(dir), who.makePrivateDir(d.socketDir)); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
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

func tryLock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// removeStaleDirs removes directories that nobody holds any more: their owner, their server and
// their keeper were all killed.
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
