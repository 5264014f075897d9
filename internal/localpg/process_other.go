//go:build unix && !linux

package localpg

import "syscall"

// serverProcess leaves the death signal to the janitor: only Linux can send one by itself.
func serverProcess(as *syscall.Credential, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as, Setpgid: true}
}
