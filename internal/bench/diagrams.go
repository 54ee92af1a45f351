package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"chorcheck/verify"
)

// What the symbolic engine does with members of the families that no search of configurations one
// by one could finish. Whole processes are measured: reading the file and writing the report are part of it.

// member is one protocol of a family.
type member struct {
	name   string
	text   func() string
	known  string // the number of configurations, if it is known from elsewhere
	ltsmin string // recorded seconds of LTSmin's symbolic engine for the reachable configurations alone; empty: none
	remark string // how what LTSmin explored differs
}

func largeMembers() []member {
	return []member{
		{name: "saga-4", text: func() string { return saga(4) }, known: "82910401", ltsmin: "0.16"},
		{name: "saga-6", text: func() string { return saga(6) }, known: "580162416507", ltsmin: "15.6"},
		{name: "saga-20", text: func() string { return saga(20) }, known: "591202331206467668024391809769733564001"},
		{name: "saga-40", text: func() string { return saga(40) }},
		{name: "two-phase-commit-6", text: func() string { return twoPhaseCommit(6) }, known: "125528948", ltsmin: "2.3"},
		{name: "two-phase-commit-8", text: func() string { return twoPhaseCommit(8) }, known: "38152818318"},
		{name: "pipeline-100, capacity 4", text: func() string { return pipeline(100, 4) }, known: pipelineSize(100, 4)},
		{
			name: "sliding-window-4-8", text: func() string { return slidingWindow(4, 8) },
			ltsmin: "60.8", remark: "with duplication, and loss by a process of its own",
		},
		{name: "kmc's family, 1 20 20, ends", text: func() string { return genCFSMs(1, 20, 20, false) }},
		{name: "kmc's family, 1 20 20, begins anew", text: func() string { return genCFSMs(1, 20, 20, true) }},
	}
}

// pipelineSize is the number of configurations of a pipeline: each queue is as full as it likes, and each relay
// has a message or not.
func pipelineSize(n, capacity int64) string {
	queues := new(big.Int).Exp(big.NewInt(capacity+1), big.NewInt(n+1), nil)
	relays := new(big.Int).Exp(big.NewInt(2), big.NewInt(n), nil)
	return queues.Mul(queues, relays).String()
}

// measured is what one process did.
type measured struct {
	seconds   float64
	elapsed   float64 // seconds, without starting and reading
	bytes     int64
	states    *big.Int
	nodes     int
	peakNodes int
	engine    string
	reason    string // why not everything was decided
}

// patience is how long one process may take.
const patience = time.Minute

// command is the chorcheck that is measured.
type command struct{ path, dir string }

// build makes a chorcheck in a new directory, which the caller removes.
func build() (*command, error) {
	dir, err := os.MkdirTemp("", "chorcheck-bench")
	if err != nil {
		return nil, err
	}
	c := &command{path: filepath.Join(dir, "chorcheck"), dir: dir}
	out, err := exec.Command("go", "build", "-o", c.path, "chorcheck/cmd/chorcheck").CombinedOutput()
	if err != nil {
		c.remove()
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return c, nil
}

func (c *command) remove() { _ = os.RemoveAll(c.dir) }

// text writes a text into a file.
func (c *command) text(text string) (string, error) {
	path := filepath.Join(c.dir, "member.fsa")
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// verify runs `verify` with some arguments. What is not decided is no error.
func (c *command) verify(args ...string) (*measured, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	run := exec.CommandContext(ctx, c.path, append([]string{"verify", "--format", "json", "--no-progress", "--timeout", patience.String()}, args...)...)
	var stdout, stderr bytes.Buffer
	run.Stdout, run.Stderr = &stdout, &stderr
	start := time.Now()
	err := run.Run()
	m := &measured{seconds: time.Since(start).Seconds()}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	if usage, ok := run.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.bytes = int64(usage.Maxrss) << 10 // Linux counts in KiB
	}
	if ctx.Err() != nil {
		m.reason = "stopped after " + (2 * patience).String()
		return m, nil
	}
	if err := m.read(stdout.Bytes()); err != nil {
		return nil, fmt.Errorf("%v: %w %s", args, err, stderr.String())
	}
	return m, nil
}

// read takes what is of interest from a report.
func (m *measured) read(report []byte) error {
	var r struct {
		Files []struct {
			Diagnostics []struct{ Message string }
			Results     []struct{ Verdict, Reason string }
			Statistics  []struct {
				Engine    string      `json:"engine"`
				States    json.Number `json:"states"`
				Nodes     int         `json:"nodes"`
				PeakNodes int         `json:"peak_nodes"`
				ElapsedMS float64     `json:"elapsed_ms"`
			}
		}
	}
	if err := json.Unmarshal(report, &r); err != nil {
		return err
	}
	if len(r.Files) != 1 || len(r.Files[0].Statistics) != 1 {
		if len(r.Files) == 1 && len(r.Files[0].Diagnostics) > 0 {
			return errors.New(r.Files[0].Diagnostics[0].Message)
		}
		return errors.New("one file in one environment was expected")
	}
	s := r.Files[0].Statistics[0]
	m.engine, m.nodes, m.peakNodes = s.Engine, s.Nodes, s.PeakNodes
	m.elapsed = s.ElapsedMS / 1e3
	m.states, _ = new(big.Int).SetString(s.States.String(), 10)
	for _, c := range r.Files[0].Results {
		if c.Verdict == "inconclusive" {
			m.reason = c.Reason
			break
		}
	}
	return nil
}

// cost is a cell of a table.
func (m *measured) cost() string {
	if m.reason != "" {
		return fmt.Sprintf("not decided after %.0f: %s | %.0f", m.seconds, m.reason, float64(m.bytes)/(1<<20))
	}
	return fmt.Sprintf("%.2f | %.0f", m.seconds, float64(m.bytes)/(1<<20))
}

// ratio is how many times a recorded number of seconds this is faster; empty if there is none.
func (m *measured) ratio(recorded string) string {
	var seconds float64
	if _, err := fmt.Sscan(recorded, &seconds); err != nil || m.reason != "" {
		return ""
	}
	return fmt.Sprintf("%.1f", seconds/m.seconds)
}

// short is a number of any size in a few characters.
func short(n *big.Int) string {
	if n == nil {
		return "-"
	}
	if s := n.String(); len(s) <= 12 {
		return s
	}
	return fmt.Sprintf("%.2g", new(big.Float).SetInt(n))
}

// diagramTable measures the large members.
func diagramTable(w io.Writer, c *command, members []member) error {
	fmt.Fprint(w, `
## What diagrams decide

`+"`chorcheck verify --engine symbolic`"+`, the whole process with reading the file and writing a report: seconds and the peak memory of the process in MiB,
with `+"`--only deadlock`"+`, which is little more than finding all reachable configurations, and with all checks. LTSmin: recorded, another run, its symbolic
engine with saturation for the reachable configurations alone, without any check; the ratios are its seconds by ours, in the two cases.

`)
	fmt.Fprintln(w, "| protocol | states | nodes | at most | deadlock: s | MiB | all checks: s | MiB | nodes at most | LTSmin | ratio, deadlock | all |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, m := range members {
		path, err := c.text(m.text())
		if err != nil {
			return err
		}
		search, err := c.verify("--engine", "symbolic", "--only", "deadlock", path)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if m.known != "" && search.reason == "" && search.states.String() != m.known {
			return fmt.Errorf("%s has %s states, not %s", m.name, m.known, search.states)
		}
		all, err := c.verify("--engine", "symbolic", path)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		ltsmin := m.ltsmin
		if m.remark != "" {
			ltsmin += " (" + m.remark + ")"
		}
		fmt.Fprintf(w, "| %s | %s | %d | %d | %s | %s | %d | %s | %s | %s |\n", m.name, short(search.states), search.nodes, search.peakNodes,
			search.cost(), all.cost(), all.peakNodes, ltsmin, search.ratio(m.ltsmin), all.ratio(m.ltsmin))
	}
	return nil
}

// manyRoles are protocols of twenty roles or more.
var manyRoles = []struct {
	path, engine string
	set          []string
	roles        int
}{
	{"specs/leader-election.chor", "symbolic", []string{"n=20"}, 20},
	{"specs/philosophers.chor", "symbolic", []string{"n=10"}, 20},
	{"specs/philosophers-mended.chor", "symbolic", []string{"n=10"}, 20},
	{"specs/bench/pipeline.chor", "symbolic", []string{"n=18"}, 20},
	{"specs/publish-subscribe.chor", "symbolic", []string{"n=18"}, 20},
	{"specs/token-ring.chor", "auto", []string{"n=19"}, 20},
}

const threeFaults = "crash *; loss * -> *; at most 3"

// manyRolesTable measures protocols of many roles under many faults.
func manyRolesTable(w io.Writer, c *command) error {
	fmt.Fprintf(w, "\n## Twenty roles and three faults\n\nProtocols of specs under `--faults '%s'`, all checks without the properties of the text, the whole process.\n\n", threeFaults)
	fmt.Fprintln(w, "| protocol | roles | engine | decided by | states | nodes at most | s | MiB |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, p := range manyRoles {
		args := []string{"--engine", p.engine, "--faults", threeFaults}
		for _, s := range p.set {
			args = append(args, "--set", s)
		}
		for _, check := range verify.Checks() {
			args = append(args, "--only", check.ID)
		}
		m, err := c.verify(append(args, p.path)...)
		if err != nil {
			return fmt.Errorf("%s: %w", p.path, err)
		}
		fmt.Fprintf(w, "| %s, %s | %d | %s | %s | %s | %d | %s |\n", p.path, p.set[0], p.roles, p.engine, m.engine, short(m.states), m.peakNodes, m.cost())
	}
	return nil
}
