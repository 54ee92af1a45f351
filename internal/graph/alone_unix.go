//go:build unix

package graph

import (
	"os/exec"
	"syscall"
)

// alone gives a program a group of its own, and ends the whole of it when its time is up.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
