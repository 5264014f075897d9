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

// ownerEnv makes this test binary a program that starts a server and waits to be killed.
const ownerEnv = "LOCALPG_TEST_OWNER"

func TestMain(m *testing.M) {
	if os.Getenv(ownerEnv) != "" {
		runAsOwner()
	}
	os.Exit(m.Run())
}

func runAsOwner() {
	s, err := Start(context.Background(), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Dir())
	fmt.Println(s.DSN(""))
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
	os.Exit(1)
}

// startKillableOwner starts a process that owns a server, and returns what kills it (SIGKILL) and
// reaps it.
func startKillableOwner(t *testing.T) (ownedDir, dsn string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ownerEnv+"=1")
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

// makeEnterableDir is a temporary directory that the server's account can enter, which t.TempDir is
// not when we are root.
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

func startTestServer(t *testing.T, log io.Writer) *Server {
	t.Helper()
	s, err := Start(t.Context(), log)
	check(t, err)
	t.Cleanup(func() { check(t, s.Stop()) })
	return s
}

func TestThrowawayServerAnswersAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
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
	pid := serverPID(t, s.Dir())
	check(t, s.Stop())
	expectGone(t, s.Dir(), pid)
	check(t, s.Stop())
}

// serverPID is the number of the server process in a directory.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	check(t, err)
	pid := 0
	_, err = fmt.Sscan(string(text), &pid)
	check(t, err)
	return pid
}

// expectGone fails if the directory or the server is still there.
func expectGone(t *testing.T, dir string, pid int) {
	t.Helper()
	if pathExists(dir) {
		t.Errorf("%s is still there", dir)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the server process is still there: %v", err)
	}
}

func TestServerAndThrowawayDirectoryGoWhenTheOwnerIsKilled(t *testing.T) {
	t.Parallel()
	dir, dsn, kill := startKillableOwner(t)
	lock, err := os.Open(dir)
	check(t, err)
	defer lock.Close()
	if tryLock(lock) == nil {
		t.Fatal("the directory of a running server is not locked")
	}
	if got := queryValue[int](t, dsn, "select 1"); got != 1 {
		t.Fatal("the server does not answer")
	}
	pid := serverPID(t, dir)
	kill()
	waitForLock(t, lock) // it is free when server and keeper are gone
	expectGone(t, dir, pid)
	if conn, err := pgx.Connect(t.Context(), dsn); err == nil {
		conn.Close(t.Context())
		t.Error("the server still answers")
	}
}

func waitForLock(t *testing.T, f *os.File) {
	t.Helper()
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	for errors.Is(err, syscall.EINTR) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	check(t, err)
}

func TestAServerThatDiesByItselfLeavesNothing(t *testing.T) {
	t.Parallel()
	s := startTestServer(t, nil)
	pid := serverPID(t, s.Dir())
	check(t, syscall.Kill(pid, syscall.SIGQUIT))
	<-s.keeper.exited
	expectGone(t, s.Dir(), pid)
	check(t, s.Stop())
}

func TestAServerIsEndedWhileItStarts(t *testing.T) {
	t.Parallel()
	who, err := chooseAccount()
	check(t, err)
	bin, err := findPrograms(t.Context(), defaultSearch(), who)
	check(t, err)
	dir, err := acquireDir(who)
	check(t, err)
	s := &Server{dir: dir}
	check(t, s.initCluster(t.Context(), bin, who))
	s.keeper, err = startKeeper(dir, who, newServerLog(nil), append([]string{bin.program("postgres")}, s.serverArgs()...)...)
	check(t, err)
	check(t, s.Stop())
	if !s.keeper.cmd.ProcessState.Success() {
		t.Errorf("the keeper had to be killed: %s", s.keeper.cmd.ProcessState)
	}
	if pathExists(dir.path) {
		t.Errorf("%s is still there", dir.path)
	}
}

func TestAServerThatWillNotEndIsKilled(t *testing.T) {
	t.Parallel()
	who, err := chooseAccount()
	check(t, err)
	dir, err := acquireDir(who)
	check(t, err)
	// It ignores the signal with which it is asked to end, as every process does that a shell
	// starts in the background.
	k, err := startKeeper(dir, who, io.Discard, "/bin/sh", "-c", "exec sleep 600")
	check(t, err)
	k.patience = time.Millisecond
	check(t, k.stop())
	<-k.exited
	check(t, dir.release())
	if pathExists(dir.path) {
		t.Errorf("%s is still there", dir.path)
	}
}

// Keeper and owner are both killed: the server ends all the same, and what is left of it is swept
// away by a later start.
func TestWhatKeeperAndOwnerLeaveWhenBothAreKilledIsSweptAway(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), nil)
	check(t, err)
	check(t, syscall.Kill(s.keeper.cmd.Process.Pid, syscall.SIGKILL))
	check(t, s.keeper.pipe.Close()) // as our death does
	check(t, s.dir.lock.Close())
	lock, err := os.Open(s.Dir())
	check(t, err)
	waitForLock(t, lock)
	check(t, lock.Close())
	if !pathExists(s.Dir()) {
		t.Fatal("somebody removed the directory: this shows nothing of the sweep")
	}
	removeIfStale(s.Dir())
	if !pathExists(s.Dir()) {
		t.Error("a directory was removed that had just been made")
	}
	long := time.Now().Add(-time.Hour)
	check(t, os.Chtimes(s.Dir(), long, long))
	removeIfStale(s.Dir())
	if pathExists(s.Dir()) {
		t.Errorf("%s is still there", s.Dir())
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
	s := startTestServer(t, &log)
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
	p, err := acquireDir(who)
	check(t, err)
	s := &Server{dir: p}
	if err := s.bringUp(ctx, newServerLog(nil), defaultSearch(), who); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	check(t, s.Stop())
	if pathExists(p.path) {
		t.Errorf("%s is still there", p.path)
	}
}
