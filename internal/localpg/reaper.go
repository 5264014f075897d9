package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// noProcess tells the janitor that the server process is gone, so that its number, which may be given out again, is left alone.
const noProcess = 0

// reaperScript reads the number of the process to kill, the last line counting, until its owner closes the pipe or dies. Then it
// kills that process, waits until every holder of the lifeline is gone, and removes the directories it was given.
const reaperScript = `trap '' HUP INT TERM
pid=0
while read -r line; do pid=$line; done
if [ "$pid" != 0 ]; then kill -s "$1" "$pid" 2>/dev/null; fi
shift
while read -r line; do :; done <&3
if [ $# -gt 0 ]; then rm -rf -- "$@"; fi
`

// reaper is a shell process that outlives us by as long as it takes to clean up.
type reaper struct {
	cmd *exec.Cmd
	// pidPipe is closed by our death.
	pidPipe *os.File
	// lifeline is the end of a pipe that the server programs inherit; when the last of them is gone the janitor reads its end.
	lifeline *os.File
}

func startReaper(onDeath syscall.Signal, lock *os.File, disposable []string) (*reaper, error) {
	ordersIn, orders, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("localpg: make a pipe: %w", err)
	}
	defer ordersIn.Close()
	lifeIn, lifeline, err := os.Pipe()
	if err != nil {
		orders.Close()
		return nil, fmt.Errorf("localpg: make a pipe: %w", err)
	}
	defer lifeIn.Close()

	signal := map[syscall.Signal]string{syscall.SIGINT: "INT", syscall.SIGQUIT: "QUIT"}[onDeath]
	cmd := exec.Command("/bin/sh", append([]string{"-c", reaperScript, "localpg-janitor", signal}, disposable...)...)
	cmd.Stdin = ordersIn
	cmd.ExtraFiles = []*os.File{lifeIn, lock}
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/bin:/bin:" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		orders.Close()
		lifeline.Close()
		return nil, fmt.Errorf("localpg: start the shell that cleans up after us: %w", err)
	}
	return &reaper{cmd: cmd, pidPipe: orders, lifeline: lifeline}, nil
}

// watchProcess names the process to kill at our death. A janitor that was itself killed cannot be told, and need not be.
func (r *reaper) watchProcess(pid int) {
	_, _ = fmt.Fprintln(r.pidPipe, pid)
}

// stop lets the janitor do its work and, unless it has to outwait a server that will not go, waits for its end. What it could not
// remove, place.leave reports.
func (r *reaper) stop(serverIsGone bool) {
	r.lifeline.Close()
	r.pidPipe.Close()
	if serverIsGone {
		_ = r.cmd.Wait()
	}
}
