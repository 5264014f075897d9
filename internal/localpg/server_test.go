package localpg

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ownerDirEnv makes this test binary a program that starts a server and waits to be killed; its value is the directory, "-" for none.
const ownerDirEnv = "LOCALPG_TEST_OWNER_DIR"

func TestMain(m *testing.M) {
	if dir, ok := os.LookupEnv(ownerDirEnv); ok {
		runAsOwner(strings.TrimPrefix(dir, "-"))
	}
	os.Exit(m.Run())
}

func runAsOwner(dir string) {
	s, err := Start(context.Background(), Options{Dir: dir, Throwaway: dir == ""})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Dir())
	fmt.Println(s.DSN(""))
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
	os.Exit(1)
}

// startKillableOwner starts a process that owns a server, and returns what kills it (SIGKILL) and reaps it.
func startKillableOwner(t *testing.T, dir string) (ownedDir, dsn string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ownerDirEnv+"=-"+dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	check(t, err)
	stdout, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	for _, to := range []*string{&ownedDir, &dsn} {
		if !lines.Scan() {
			t.Fatal("the owner process did not start a server; its message is above")
		}
		*to = lines.Text()
	}
	return ownedDir, dsn, func() {
		check(t, cmd.Process.Kill())
		_ = cmd.Wait() // "signal: killed"
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// makeEnterableDir is a temporary directory that the server's account can enter, which t.TempDir is not when we are root.
func makeEnterableDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "lpg-")
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	check(t, os.Chmod(dir, 0o755))
	return dir
}

func queryValue[V any](t *testing.T, dsn, sql string) V {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	check(t, err)
	defer conn.Close(t.Context())
	var v V
	check(t, conn.QueryRow(t.Context(), sql).Scan(&v))
	return v
}

func execSQL(t *testing.T, dsn, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	check(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), sql)
	check(t, err)
}

func pathExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func startTestServer(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	check(t, err)
	t.Cleanup(func() { check(t, s.Stop()) })
	return s
}

func TestThrowawayServerAnswersAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, Options{Throwaway: true})
	for setting, want := range map[string]string{"fsync": "off", "listen_addresses": "", "max_connections": "200", "TimeZone": "UTC"} {
		if got := queryValue[string](t, s.DSN(""), "select current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if got := queryValue[string](t, s.DSN(""), "select current_user"); got != "app" {
		t.Errorf("the user is %q, want app", got)
	}
	info, err := os.Stat(s.Dir())
	check(t, err)
	if perm := info.Mode().Perm(); perm != 0o700 {
		t.Errorf("others can reach the socket: the directory's mode is %o", perm)
	}
	check(t, s.Stop())
	if pathExists(s.Dir()) {
		t.Errorf("%s is still there", s.Dir())
	}
	if err := s.process.Signal(syscall.Signal(0)); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("the server process is still there: %v", err)
	}
	check(t, s.Stop())
}

func TestKeptDirectoryKeepsItsDataAndStaysSafe(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(makeEnterableDir(t), "data")
	s := startTestServer(t, Options{Dir: dir})
	if got := queryValue[string](t, s.DSN(""), "select current_setting('fsync')"); got != "on" {
		t.Errorf("fsync is %q, want on", got)
	}
	execSQL(t, s.DSN(""), "create table kept as select 7 as n")
	check(t, s.Stop())
	again := startTestServer(t, Options{Dir: dir})
	if got := queryValue[int](t, again.DSN(""), "select n from kept"); got != 7 {
		t.Errorf("kept %d, want 7", got)
	}
}

func TestLongPathGetsItsSocketElsewhere(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, Options{Dir: filepath.Join(makeEnterableDir(t), strings.Repeat("long ", 24)), Throwaway: true})
	if got := queryValue[int](t, s.DSN(""), "select 1"); got != 1 {
		t.Errorf("got %d", got)
	}
	check(t, s.Stop())
	if pathExists(s.dir.socketDir) {
		t.Errorf("the socket's directory %s is still there", s.dir.socketDir)
	}
	if !pathExists(s.dir.clusterPath()) {
		t.Errorf("the data are gone from %s", s.Dir())
	}
}

func TestSecondServerInOneDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	dir := makeEnterableDir(t)
	s := startTestServer(t, Options{Dir: dir, Throwaway: true})
	if _, err := Start(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second server: %v, want ErrInUse", err)
	}
	if got := queryValue[int](t, s.DSN(""), "select 1"); got != 1 {
		t.Error("the first server was disturbed")
	}
}

func TestServerAndThrowawayDirectoryGoWhenTheOwnerIsKilled(t *testing.T) {
	t.Parallel()
	dir, dsn, kill := startKillableOwner(t, "")
	lock, err := os.Open(dir)
	check(t, err)
	defer lock.Close()
	if tryLock(lock) == nil {
		t.Fatal("the directory of a running server is not locked")
	}
	if got := queryValue[int](t, dsn, "select 1"); got != 1 {
		t.Fatal("the server does not answer")
	}
	kill()
	// The lock is free when server and janitor are gone.
	ctx, cancel := context.WithTimeout(t.Context(), shutdownTimeout)
	defer cancel()
	check(t, waitForLock(ctx, lock))
	if pathExists(dir) {
		t.Errorf("%s is still there", dir)
	}
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		conn.Close(t.Context())
		t.Error("the server still answers")
	}
}

func TestKeptDataAreShutDownCleanlyWhenTheOwnerIsKilled(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(makeEnterableDir(t), "data")
	_, dsn, kill := startKillableOwner(t, dir)
	execSQL(t, dsn, "create table kept as select 7 as n")
	kill()
	var log bytes.Buffer
	s := startTestServer(t, Options{Dir: dir, Log: &log}) // at once: it waits for the old server
	if got := queryValue[int](t, s.DSN(""), "select n from kept"); got != 7 {
		t.Errorf("kept %d, want 7", got)
	}
	check(t, s.Stop())
	if !strings.Contains(log.String(), "database system was shut down at") {
		t.Errorf("the old server was not shut down cleanly:\n%s", log.String())
	}
}

// Where the kernel sends no death signal (macOS), the janitor alone has to kill the server.
func TestJanitorKillsTheServerAndRemovesItsDirectories(t *testing.T) {
	t.Parallel()
	dir := makeEnterableDir(t)
	lock, err := os.Open(dir)
	check(t, err)
	defer lock.Close()
	doomed := filepath.Join(dir, "a b")
	check(t, os.Mkdir(doomed, 0o700))
	j, err := startReaper(syscall.SIGINT, lock, []string{doomed})
	check(t, err)

	server := exec.Command("/bin/sh", "-c", "read -r line") // stays until killed: nothing is ever written to it
	server.ExtraFiles = []*os.File{j.lifeline}
	silence, err := server.StdinPipe()
	check(t, err)
	defer silence.Close()
	check(t, server.Start())
	j.watchProcess(server.Process.Pid)

	j.stop(false) // as at our death: the pipes close and nobody waits
	var how *exec.ExitError
	if err := server.Wait(); !errors.As(err, &how) || how.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("the server ended by %v, want an interrupt", err)
	}
	check(t, j.cmd.Wait())
	if pathExists(doomed) {
		t.Error("the directory is still there")
	}
}

func TestSweepTakesOnlyWhatNobodyHolds(t *testing.T) {
	t.Parallel()
	base := makeEnterableDir(t)
	long := time.Now().Add(-time.Hour)
	for _, name := range []string{throwawayPrefix + "stale", throwawayPrefix + "held", "somebody-elses", throwawayPrefix + "new"} {
		check(t, os.Mkdir(filepath.Join(base, name), 0o755))
		if !strings.HasSuffix(name, "new") {
			check(t, os.Chtimes(filepath.Join(base, name), long, long))
		}
	}
	check(t, os.Symlink("somebody-elses", filepath.Join(base, throwawayPrefix+"link")))
	held, err := os.Open(filepath.Join(base, throwawayPrefix+"held"))
	check(t, err)
	defer held.Close()
	check(t, tryLock(held))

	removeStaleDirs([]string{base})
	for name, want := range map[string]bool{
		throwawayPrefix + "stale": false, throwawayPrefix + "held": true, "somebody-elses": true,
		throwawayPrefix + "new": true, throwawayPrefix + "link": true,
	} {
		if got := pathExists(filepath.Join(base, name)); got != want {
			t.Errorf("%s there: %v, want %v", name, got, want)
		}
	}
}

func TestServerLogHoldsNoStatementAndNoRowValue(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := startTestServer(t, Options{Throwaway: true, Log: &log})
	execSQL(t, s.DSN(""), "create table person (name text primary key); insert into person values ('Jo Secret')")
	conn, err := pgx.Connect(t.Context(), s.DSN(""))
	check(t, err)
	if _, err := conn.Exec(t.Context(), "insert into person values ('Jo Secret')"); err == nil {
		t.Fatal("a double name was taken")
	}
	check(t, conn.Close(t.Context()))
	check(t, s.Stop())
	if !strings.Contains(log.String(), "duplicate key") {
		t.Errorf("the error itself is not in the log:\n%s", log.String())
	}
	if strings.Contains(log.String(), "Secret") {
		t.Errorf("a name reached the log:\n%s", log.String())
	}
}

func TestStartThatIsCalledOffLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	who, err := chooseAccount()
	check(t, err)
	p, err := acquireDir(ctx, "", who)
	check(t, err)
	s := &Server{dir: p, exited: make(chan struct{})}
	if err := s.bringUp(ctx, Options{Throwaway: true}, defaultSearch(), who); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	check(t, s.Stop())
	if pathExists(p.path) {
		t.Errorf("%s is still there", p.path)
	}
}
