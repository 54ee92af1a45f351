// Package spin runs SPIN on automata: an independent oracle for state counts, and a
// rival for speed. It needs the programs spin and gcc.
package spin

import (
	"bytes"
	"context"
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

// Run is the result of a search.
type Run struct {
	Mode        Mode
	States      uint64
	Transitions uint64 // the start among them
	Errors      uint64 // deadlocks, where the search looks for them
	Seconds     float64
	Bytes       float64 // its total memory, by its own account

	output string
}

// Mode is a way to search.
type Mode struct {
	Name    string
	Defines []string // for the compiler
	Args    []string // for the verifier
	Breadth bool     // needs no stack
}

// Exact are the ways of SPIN to store each state exactly, without reductions. Its parallel breadth-first search keeps hashes of states
// unless it is told not to.
func Exact() []Mode {
	return []Mode{
		{Name: "-DNOREDUCE", Defines: []string{"-DNOREDUCE"}},
		{Name: "-DNOREDUCE -DCOLLAPSE", Defines: []string{"-DNOREDUCE", "-DCOLLAPSE"}},
		{Name: "-DNOREDUCE -DBFS_PAR -DNO_HC, 2 cores", Defines: []string{"-DNOREDUCE", "-DBFS_PAR", "-DNO_HC"}, Args: []string{"-u2"}, Breadth: true},
	}
}

// Reduced is a depth-first search with SPIN's partial-order reduction.
func Reduced() Mode { return Mode{Name: "reduced"} }

// Model is a text in SPIN's language.
type Model struct {
	text    string
	defines []string // for SPIN
	ignores bool     // its end states say nothing about deadlocks
	vector  string   // the flag for the size of a state

	automata  *model.Automata
	processes bool // of the form of [Processes]
}

// Commands is the export of automata in an environment; nil: nothing fails. With
// deadlock, each deadlock is an error of a search.
func Commands(a *model.Automata, env *model.Environment, deadlock bool) (*Model, error) {
	var text bytes.Buffer
	if err := promela.Write(&text, a, env, promela.Options{}); err != nil {
		return nil, err
	}
	m := &Model{text: text.String(), ignores: true, automata: a}
	m.vector = regexp.MustCompile(`-DVECTORSZ=\d+`).FindString(m.text)
	if deadlock {
		m.defines = []string{"-DDEADLOCK"}
	}
	return m, nil
}

// Best is the form that SPIN is fastest with: [Processes] where the automata can be
// written so, else the export.
func Best(a *model.Automata) (*Model, error) {
	if text, ok := Processes(a); ok {
		return &Model{text: text, vector: "-DVECTORSZ=8192", automata: a, processes: true}, nil
	}
	return Commands(a, nil, false)
}

// Search compiles SPIN's verifier without claims, and runs it. states is about how many there
// are, for the size of its hash table.
func Search(m *Model, mode Mode, states uint64) (*Run, error) {
	mode.Defines = append([]string{"-O2", "-DSAFETY"}, mode.Defines...)
	v, err := Compile(m, mode)
	if err != nil {
		return nil, err
	}
	defer v.Remove()
	if !mode.Breadth {
		mode.Args = append([]string{"-c0"}, mode.Args...)
	}
	run, err := v.Run(states, mode.Args...)
	if err == nil && incomplete(run.output) {
		return nil, fmt.Errorf("SPIN has not searched everything:\n%s", run.output)
	}
	return run, err
}

// ErrTime says that the verifier has not come to an end within its limit.
var ErrTime = errors.New("SPIN has taken too long")

// Verifier is a compiled verifier.
type Verifier struct {
	Limit time.Duration // of each run; 0: none

	model *Model
	mode  Mode
	dir   string
}

// Compile makes the verifier of a model. The flags of the compiler are those of the mode alone.
func Compile(m *Model, mode Mode) (*Verifier, error) {
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, ErrMissing
		}
	}
	dir, err := os.MkdirTemp("", "chorcheck-spin-")
	if err != nil {
		return nil, err
	}
	v := &Verifier{model: m, mode: mode, dir: dir}
	if err := os.WriteFile(filepath.Join(dir, "m.pml"), []byte(m.text), 0o644); err != nil {
		v.Remove()
		return nil, err
	}
	translate := append(append([]string{"spin"}, m.defines...), "-a", "m.pml")
	compile := append([]string{"gcc", m.vector, "-w"}, mode.Defines...)
	for _, args := range [][]string{translate, append(compile, "-o", "pan", "pan.c")} {
		if out, err := command(dir, args...); err != nil {
			v.Remove()
			return nil, fmt.Errorf("%s: %w\n%s", args[0], err, out)
		}
	}
	return v, nil
}

// Remove deletes it.
func (v *Verifier) Remove() { os.RemoveAll(v.dir) }

// Claim looks for a run that a claim of the model accepts, be it only one that is weakly fair to
// SPIN's processes. A run that it finds is the only error that the result counts.
func (v *Verifier) Claim(name string, fair bool, states uint64) (*Run, error) {
	args := []string{"-a", "-N", name}
	if fair {
		args = append(args, "-f")
	}
	run, err := v.Run(states, args...)
	if err == nil && run.Errors > 0 && !strings.Contains(run.output, "acceptance cycle") {
		return nil, fmt.Errorf("SPIN finds another error:\n%s", run.output)
	}
	return run, err
}

// Run runs the verifier. states is about how many there are.
func (v *Verifier) Run(states uint64, more ...string) (*Run, error) {
	args := append([]string{"./pan", "-n", fmt.Sprintf("-w%d", max(16, bits.Len64(states)))}, more...)
	if v.model.ignores {
		args = append(args, "-E")
	}
	if !v.mode.Breadth {
		args = append(args, fmt.Sprintf("-m%d", max(1_000_000, 2*states)))
	}
	ctx := context.Background()
	if v.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, v.Limit)
		defer cancel()
	}
	start := time.Now()
	out, err := commandContext(ctx, v.dir, args...)
	seconds := time.Since(start).Seconds()
	if ctx.Err() != nil {
		return nil, ErrTime
	}
	if err != nil {
		return nil, fmt.Errorf("pan: %w\n%s", err, out)
	}
	number := func(pattern string) (float64, bool) {
		found := regexp.MustCompile(pattern).FindStringSubmatch(out)
		if found == nil {
			return 0, false
		}
		n, err := strconv.ParseFloat(found[1], 64)
		return n, err == nil
	}
	stored, ok1 := number(`(\d+) states, stored`)
	transitions, ok2 := number(`(\d+) transitions \(`)
	failed, ok3 := number(`errors: (\d+)`)
	// A search that ends with an error is not completed, and may have gone down as far as it can.
	if !ok1 || !ok2 || !ok3 || failed == 0 && incomplete(out) {
		return nil, fmt.Errorf("SPIN has no answer:\n%s", out)
	}
	megabytes, known := number(`([\d.]+)\s+total actual memory usage`)
	if !known {
		megabytes, _ = number(`([\d.]+)\s+total shared memory usage`)
	}
	return &Run{
		Mode: v.mode, States: uint64(stored), Transitions: uint64(transitions), Errors: uint64(failed),
		Seconds: seconds, Bytes: megabytes * (1 << 20), output: out,
	}, nil
}

func incomplete(output string) bool {
	return strings.Contains(output, "Search not completed") || strings.Contains(output, "depth too small")
}

func command(dir string, args ...string) (string, error) {
	return commandContext(context.Background(), dir, args...)
}

func commandContext(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}
