package localpg

import (
	"os/exec"
	"runtime"
)

// runOnLockedThread starts cmd and waits for it on one locked thread: Linux sends the death signal when the thread that started the process
// ends, and the Go runtime ends idle threads.
func runOnLockedThread(cmd *exec.Cmd, onStart func()) (started, done <-chan error) {
	s, d := make(chan error, 1), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			onStart()
		}
		s <- err
		if err == nil {
			d <- cmd.Wait()
		}
	}()
	return s, d
}
