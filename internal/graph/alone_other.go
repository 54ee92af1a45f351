//go:build !unix

package graph

import "os/exec"

// alone does nothing where there are no groups of processes: the program itself is ended.
func alone(*exec.Cmd) {}
