package localpg

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// shutdownTimeout is how long a server that was asked to end is waited for.
const shutdownTimeout = 10 * time.Second

// keeperScript starts a server and stays until it is gone, then removes its directory. A second
// shell waits for the end of the pipe at descriptor 4, which comes when the owner closes it or
// dies, and then asks the server to end at once, and again every second, since a server that is
// just starting does not hear it. The first shell ends the second when the server has ended, so
// that nobody else's process is ever signalled.
const keeperScript = `trap '' HUP INT TERM
dir=$1
shift
"$@" 4<&- &
server=$!
{ read -r line <&4; while kill -s QUIT "$server"; do sleep 1 3<&- 4<&-; done; } 2>/dev/null &
watcher=$!
wait "$server"
kill -s KILL "$watcher" 2>/dev/null
rm -rf -- "$dir"
`

// keeper is the shell process between us and the server. It outlives us by as long as it takes to
// clean up.
type keeper struct {
	cmd *exec.Cmd
	// pipe is closed by our death.
	pipe *os.File
	// exited is closed once the server and the keeper are gone.
	exited chan struct{}
	stop   func() error
	// patience is how long a server that was asked to end is waited for.
	patience time.Duration
}

// startKeeper starts a server with its keeper, both as who, and with them what shows that the
// directory is in use.
func startKeeper(dir *serverDir, who *account, log io.Writer, server ...string) (*keeper, error) {
	watched, pipe, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("localpg: make a pipe: %w", err)
	}
	defer watched.Close()
	args := append([]string{"-c", keeperScript, "localpg-keeper", dir.path}, server...)
	cmd := serverCommand(exec.Command("/bin/sh", args...), dir, who)
	cmd.ExtraFiles = append(cmd.ExtraFiles, watched)
	cmd.Stderr = log
	cmd.WaitDelay = shutdownTimeout
	if err := cmd.Start(); err != nil {
		pipe.Close()
		return nil, fmt.Errorf("localpg: start PostgreSQL as %s: %w", who.name, err)
	}
	k := &keeper{cmd: cmd, pipe: pipe, exited: make(chan struct{}), patience: shutdownTimeout}
	k.stop = sync.OnceValue(k.stopServer)
	go func() {
		defer close(k.exited)
		_ = cmd.Wait() // how the server ended, its log says
	}()
	return k, nil
}

// serverCommand gives a server program its account, a process group (a terminal's Ctrl-C is for us,
// not for it), the lock on its directory, and an environment of which nothing changes what it does.
func serverCommand(cmd *exec.Cmd, dir *serverDir, who *account) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who.credential, Setpgid: true}
	cmd.ExtraFiles = []*os.File{dir.lock}
	cmd.Dir = "/" // the keeper removes the server's own
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "HOME=" + dir.socketDir, "PATH=/usr/bin:/bin:" + os.Getenv("PATH")}
	return cmd
}

// stopServer ends the server at once, since its data are thrown away, and waits until it is gone.
func (k *keeper) stopServer() error {
	err := k.pipe.Close()
	for _, patience := range []time.Duration{k.patience, shutdownTimeout} {
		select {
		case <-k.exited:
			return err
		case <-time.After(patience):
			_ = syscall.Kill(-k.cmd.Process.Pid, syscall.SIGKILL) // fails only when all of them are gone
		}
	}
	return errors.Join(err, fmt.Errorf("localpg: the PostgreSQL that process %d keeps did not end", k.cmd.Process.Pid))
}
