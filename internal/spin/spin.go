// Package spin runs SPIN on our Promela export: an independent oracle for state
// counts, and a rival for speed. It needs the programs spin and gcc.
package spin

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"chorcheck/lang/promela"
	"chorcheck/model"
)

// ErrMissing says that spin or gcc is not installed.
var ErrMissing = errors.New("spin or gcc is not installed")

// Run is the result of an exhaustive search without reductions.
type Run struct {
	States  uint64
	Seconds float64 // of the compiled verifier alone
	Bytes   float64 // its total memory, by its own account
}

// Search compiles and runs SPIN's verifier with -O2 -DSAFETY -DNOREDUCE. states is
// about how many there are, for the size of its hash table.
func Search(a *model.Automata, states uint64) (*Run, error) {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, ErrMissing
		}
	}
	dir, err := os.MkdirTemp("", "chorcheck-spin-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var text bytes.Buffer
	if err := promela.Write(&text, a); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "m.pml"), text.Bytes(), 0o644); err != nil {
		return nil, err
	}
	for _, args := range [][]string{{"spin", "-a", "m.pml"}, {"gcc", "-O2", "-DSAFETY", "-DNOREDUCE", "-w", "-o", "pan", "pan.c"}} {
		if out, err := command(dir, args...); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", args[0], err, out)
		}
	}
	start := time.Now()
	out, err := command(dir, "./pan", fmt.Sprintf("-m%d", max(1_000_000, 2*states)), "-E", "-n", fmt.Sprintf("-w%d", max(16, bits.Len64(states))))
	seconds := time.Since(start).Seconds()
	if err != nil {
		return nil, fmt.Errorf("pan: %w\n%s", err, out)
	}
	stored := regexp.MustCompile(`(\d+) states, stored`).FindStringSubmatch(out)
	memory := regexp.MustCompile(`([\d.]+)\s+total actual memory usage`).FindStringSubmatch(out)
	if stored == nil || memory == nil || strings.Contains(out, "Search not completed") || strings.Contains(out, "depth too small") {
		return nil, fmt.Errorf("SPIN has no answer:\n%s", out)
	}
	r := &Run{Seconds: seconds}
	r.States, _ = strconv.ParseUint(stored[1], 10, 64)
	megabytes, _ := strconv.ParseFloat(memory[1], 64)
	r.Bytes = megabytes * (1 << 20)
	return r, nil
}

func command(dir string, args ...string) (string, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}
