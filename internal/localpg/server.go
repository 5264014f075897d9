package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "app"
	// socketPort only names the socket file (.s.PGSQL.5432); no port is opened.
	socketPort = "5432"
	// shutdownTimeout is how long an asked-to-stop server, or an earlier one still shutting down, is waited for.
	shutdownTimeout = 10 * time.Second
)

// Options says where and how a private server runs. The zero value is a server with PostgreSQL's safe defaults in a directory that
// is removed with it.
type Options struct {
	// Dir keeps the data from run to run and is never removed. Empty means a throw-away directory: in /dev/shm when more than
	// 512 MB are free there, else in the temporary directory.
	Dir string
	// Throwaway trades durability for speed (fsync off and the like): for data that nobody will miss after a power cut.
	Throwaway bool
	// Log receives the server's log lines as they come; nil drops them. The last of them are part of any start error.
	Log io.Writer
}

// Server is a PostgreSQL that answered: either a private one, or the one that DATABASE_URL names.
type Server struct {
	url string // set: DATABASE_URL's server, and every field below is empty

	dir     *serverDir
	reaper  *reaper
	exited  chan struct{} // closed once the server process is gone and reaped
	process *os.Process

	stopOnce sync.Once
	stopErr  error
}

// Start starts a private server (Unix socket only) and returns once it answers. The server dies with this process, also after
// kill -9. ctx bounds the start, not the server's life.
func Start(ctx context.Context, o Options) (*Server, error) {
	return startServer(ctx, o, defaultSearch())
}

func startServer(ctx context.Context, o Options, m programSearch) (*Server, error) {
	who, err := chooseAccount()
	if err != nil {
		return nil, err
	}
	dir, err := acquireDir(ctx, o.Dir, who)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, exited: make(chan struct{})}
	if err := s.bringUp(ctx, o, m, who); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) bringUp(ctx context.Context, o Options, m programSearch, who *account) error {
	bin, err := findPrograms(ctx, m, who, s.dir.clusterMajorVersion())
	if err != nil {
		return err
	}
	s.reaper, err = startReaper(deathSignal(o), s.dir.lock, s.dir.disposableDirs())
	if err != nil {
		return err
	}
	if s.dir.clusterMajorVersion() == "" {
		if err := s.initCluster(ctx, bin, who); err != nil {
			return err
		}
	}
	log := newServerLog(o.Log)
	if err := s.launchServer(bin, who, o, log); err != nil {
		return err
	}
	select {
	case <-log.ready:
	case <-s.exited:
		return fmt.Errorf("localpg: PostgreSQL %s gave up while starting in %s; its last words: %s", bin.version, s.dir.path, log.lastLogLines())
	case <-ctx.Done():
		return fmt.Errorf("localpg: PostgreSQL did not get ready in %s: %w; its last words: %s", s.dir.path, ctx.Err(), log.lastLogLines())
	}
	return ping(ctx, s.DSN(""))
}

// initCluster makes the cluster under another name first: a half-made one must never be taken for a whole one.
func (s *Server) initCluster(ctx context.Context, bin installation, who *account) error {
	half := s.dir.clusterPath() + ".new"
	if err := errors.Join(os.RemoveAll(half), who.makePrivateDir(half)); err != nil {
		return fmt.Errorf("localpg: prepare the cluster directory: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin.dir, "initdb"), "-D", half, "-U", superuser, "-A", "trust", "-E", "UTF8",
		"--locale=C", "--no-sync", "--no-instructions", "--wal-segsize=1")
	s.configureProcess(cmd, who, syscall.SIGKILL)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	started, done := runOnLockedThread(cmd, func() {})
	if err := <-started; err != nil {
		return fmt.Errorf("localpg: start initdb as %s: %w", who.name, err)
	}
	if err := <-done; err != nil {
		hint := ""
		if strings.Contains(said.String(), "could not look up effective user ID") {
			hint = " (this user id has no account entry: add one to /etc/passwd, or set DATABASE_URL)"
		}
		return fmt.Errorf("localpg: initdb of PostgreSQL %s in %s: %w%s: %s", bin.version, s.dir.path, err, hint, joinLastLines(said.String()))
	}
	if err := os.Rename(half, s.dir.clusterPath()); err != nil {
		return fmt.Errorf("localpg: put the new cluster in its place: %w", err)
	}
	return nil
}

// launchServer starts the postgres program itself, not pg_ctl, which would leave a daemon with no parent.
func (s *Server) launchServer(bin installation, who *account, o Options, log *serverLog) error {
	cmd := exec.Command(filepath.Join(bin.dir, "postgres"), s.serverArgs(o)...)
	s.configureProcess(cmd, who, deathSignal(o))
	cmd.Stderr = log
	cmd.WaitDelay = shutdownTimeout
	started, done := runOnLockedThread(cmd, func() { s.reaper.watchProcess(cmd.Process.Pid) })
	if err := <-started; err != nil {
		return fmt.Errorf("localpg: start PostgreSQL as %s: %w", who.name, err)
	}
	s.process = cmd.Process
	go func() {
		<-done
		s.reaper.watchProcess(noProcess)
		close(s.exited)
	}()
	return nil
}

// configureProcess gives a server program its account, its own process group (a terminal's Ctrl-C is for us, not for it), the signal that our
// death sends it, and the two files that show it is alive.
func (s *Server) configureProcess(cmd *exec.Cmd, who *account, onDeath syscall.Signal) {
	cmd.SysProcAttr = serverProcess(who.credential, onDeath)
	cmd.ExtraFiles = []*os.File{s.reaper.lifeline, s.dir.lock}
	cmd.Dir = s.dir.socketDir
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "HOME=" + s.dir.socketDir, "PATH=" + os.Getenv("PATH")}
}

func (s *Server) serverArgs(o Options) []string {
	args := []string{"-D", s.dir.clusterPath(), "-k", s.dir.socketDir, "-p", socketPort}
	set := []string{
		"listen_addresses=", "unix_socket_permissions=0700", "max_connections=200", "timezone=UTC", "jit=off",
		// In files of the cluster, not in /dev/shm, where a killed server would leave them.
		"dynamic_shared_memory_type=mmap",
		// Ready is read off the log; statements and row values (DETAIL lines) may hold names and stay out of it.
		"log_destination=stderr", "logging_collector=off", "lc_messages=C", "log_timezone=UTC", "log_min_messages=warning",
		"log_error_verbosity=terse", "log_min_error_statement=panic", "log_statement=none",
	}
	if o.Throwaway {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
			"autovacuum=off", "max_wal_size=1GB")
	}
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// deathSignal is what the server gets when we die without Stop: a clean shutdown, unless its data go with it anyway.
func deathSignal(o Options) syscall.Signal {
	if o.Dir == "" {
		return syscall.SIGQUIT
	}
	return syscall.SIGINT
}

// Dir is the private server's directory; empty for DATABASE_URL's server.
func (s *Server) Dir() string {
	if s.dir == nil {
		return ""
	}
	return s.dir.path
}

// Stop shuts the server down cleanly (SIGINT), immediately after 10 s (SIGQUIT), and for good after 10 more (SIGKILL). It removes a
// throw-away directory. It does nothing to DATABASE_URL's server. Every call returns what the first one did.
func (s *Server) Stop() error {
	if s.dir == nil {
		return nil
	}
	s.stopOnce.Do(func() { s.stopErr = s.stopServer() })
	return s.stopErr
}

func (s *Server) stopServer() error {
	var late error
	if s.process != nil {
		late = s.terminateProcess()
	}
	if s.reaper != nil {
		s.reaper.stop(late == nil)
	}
	return errors.Join(late, s.dir.release())
}

func (s *Server) terminateProcess() error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		_ = s.process.Signal(sig) // fails only when the process is gone, which the channel says too
		select {
		case <-s.exited:
			return nil
		case <-time.After(shutdownTimeout):
		}
	}
	return fmt.Errorf("localpg: PostgreSQL process %d in %s did not go away", s.process.Pid, s.dir.path)
}

func ping(ctx context.Context, dsn string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("localpg: the server does not answer: %w", err)
	}
	return conn.Close(ctx)
}
