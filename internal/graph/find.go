package graph

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"chorcheck/internal/graph/contract"
)

// Find gives the program that draws: the one beside the running program, else the one in the
// search path. The error says that there is none.
func Find() (path string, err error) {
	name := contract.Program
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		for _, at := range []string{self, resolved(self)} {
			beside := filepath.Join(filepath.Dir(at), name)
			if path, err := exec.LookPath(beside); err == nil {
				return path, nil
			}
		}
	}
	return exec.LookPath(name)
}

// resolved follows links, if that is possible.
func resolved(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}
