// Command bench explores the models of specs/bench with chorcheck and with SPIN,
// one after the other in the same run, checks that both count the same states, and
// prints the table of docs/benchmarks.md.
//
//	go run ./internal/bench [-spin=false] [-spin-modes N] [-faults=false] [-explicit=false] [-diagrams=false] [-properties=false] [-startup=false] [-largest N] [-o FILE] [MODEL.fsa ..]
//
// `-largest 20000 -spin-modes 1 -faults=false -diagrams=false` ends in seconds; `-explicit=false` leaves out all but the start of the program and what the symbolic engine
// does, of which the plot goes into growth.svg beside FILE. Both explore exhaustively and without reductions: SPIN in each of
// its exact modes, of which the fastest counts, with a hash table as large as the state space, chorcheck with
// every check that is decided in one configuration. SPIN's time is that of the
// compiled verifier alone. Further tables: SPIN with its reduction, and recorded figures of other tools. Machines are noisy: read the ratios.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"chorcheck/internal/spin"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// configurationChecks are those that are decided in one configuration; the capacity
// advice of bound-reached, which is a search of its own, is left out.
var configurationChecks = []string{"deadlock", "unspecified-reception", "out-of-range", "dead-interaction"}

func main() {
	withSPIN := flag.Bool("spin", true, "also run SPIN, if it is installed")
	largestSPIN := flag.Uint64("spin-states", 8_000_000, "the largest model, in states, for SPIN")
	modes := flag.Int("spin-modes", 3, "how many of SPIN's exact modes to try")
	largest := flag.Uint64("largest", 200_000_000, "the largest model, in states, by its header")
	parts := flag.Bool("ablation", true, "also measure what each part of the search brings")
	faults := flag.Bool("faults", true, "also measure what faults cost")
	explicit := flag.Bool("explicit", true, "measure the search of configurations one by one")
	withDiagrams := flag.Bool("diagrams", true, "measure the symbolic engine")
	withStart := flag.Bool("startup", true, "measure how long the program takes to begin")
	out := flag.String("o", "", "write the page to this file too")
	properties := flag.Bool("properties", true, "measure what properties cost")
	flag.Parse()
	models := flag.Args()
	if len(models) == 0 {
		var err error
		if models, err = filepath.Glob("specs/bench/*.fsa"); err != nil {
			fail(err)
		}
	}
	var page strings.Builder
	w := io.MultiWriter(os.Stdout, &page)
	fmt.Fprintln(w, "# Benchmarks")
	fmt.Fprintln(w)
	fmt.Fprintln(w, "Made by `make bench`, which runs all tools on this machine in one go and fails if state counts differ. Exhaustive searches")
	fmt.Fprintln(w, "without reductions. chorcheck: exact store, the checks that are decided in one configuration on, the whole command without reading")
	fmt.Fprintln(w, "the file; the median of three runs up to 20 million states. SPIN 6.5: the fastest of its exact modes, `-O2 -DSAFETY`, hash table as large as the state space, the verifier alone. Rates are")
	fmt.Fprintln(w, "millions of states a second; bytes are the peak memory of the search (SPIN: its own figure) for each state.")
	fmt.Fprintln(w)
	fmt.Fprintf(w, "%s, %d processors, %s/%s, %s.\n\n", time.Now().Format("2006-01-02"), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if *explicit {
		o := explicitOptions{models: models, spin: *withSPIN, largest: *largest, largestSPIN: *largestSPIN, modes: *modes, parts: *parts && flag.NArg() == 0, faults: *faults && flag.NArg() == 0}
		if err := o.tables(w); err != nil {
			fail(err)
		}
	}
	var picture string
	if *properties && flag.NArg() == 0 {
		if err := livenessTable(w, *withSPIN); err != nil {
			fail(err)
		}
	}
	if *withDiagrams && flag.NArg() == 0 {
		var err error
		if picture, err = diagramTables(w); err != nil {
			fail(err)
		}
	}
	if *withStart && flag.NArg() == 0 {
		if err := startTable(w); err != nil {
			fail(err)
		}
	}
	if *out != "" {
		if err := os.WriteFile(*out, []byte(page.String()), 0o644); err != nil {
			fail(err)
		}
		if picture != "" {
			if err := os.WriteFile(filepath.Join(filepath.Dir(*out), "growth.svg"), []byte(picture), 0o644); err != nil {
				fail(err)
			}
		}
	}
}

// explicitOptions say what is measured of the search of configurations one by one.
type explicitOptions struct {
	models               []string
	spin                 bool
	largest, largestSPIN uint64
	modes                int
	parts, faults        bool
}

func (o *explicitOptions) tables(w io.Writer) error {
	fmt.Fprintln(w, "| model | states | transitions | bits | 1 worker | 2 workers | bytes a state | SPIN | its mode | bytes a state | ratio to SPIN, 1 and 2 workers |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, path := range o.models {
		if err := row(w, path, o.spin, o.largest, o.largestSPIN, o.modes); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if o.spin {
		if err := reducedTable(w, o.models, min(o.largest, o.largestSPIN)); err != nil {
			return err
		}
	}
	peersTable(w)
	if err := familyTable(w); err != nil {
		return err
	}
	if o.parts {
		if err := ablationTables(w); err != nil {
			return err
		}
	}
	if o.faults {
		return faultTable(w)
	}
	return nil
}

// diagramTables measure the symbolic engine, and draw how its cost grows.
func diagramTables(w io.Writer) (picture string, err error) {
	c, err := build()
	if err != nil {
		return "", err
	}
	defer c.remove()
	if err := diagramTable(w, c, largeMembers()); err != nil {
		return "", err
	}
	curves, err := growth(w, c, growingFamilies())
	if err != nil {
		return "", err
	}
	if err := manyRolesTable(w, c); err != nil {
		return "", err
	}
	members, err := orderedMembers()
	if err != nil {
		return "", err
	}
	return plot("Nodes and milliseconds by n", curves), orderTable(w, members)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// load reads a model.
func load(path string) (*lang.Unit, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	u := lang.Load(source.New(path, string(text)), lang.Options{})
	if u.Rejected() {
		return nil, u.Diagnostics[0]
	}
	return u, nil
}

func row(w io.Writer, path string, withSPIN bool, largest, largestSPIN uint64, modes int) error {
	u, err := load(path)
	if err != nil {
		return err
	}
	if states, known := stated(u); known && states > largest {
		return nil
	}
	one, err := exploreThrice(u.Automata, 1)
	if err != nil {
		return err
	}
	two, err := exploreThrice(u.Automata, 2)
	if err != nil {
		return err
	}
	s := two.Environments[0].Statistics
	fmt.Fprintf(w, "| %s | %d | %d | %d | %.1f | %.1f | %.0f | ", u.Name, s.States, s.Transitions, s.BitsPerState,
		rate(one), rate(two), float64(s.PeakBytes)/float64(s.States))
	if !withSPIN || s.States > largestSPIN {
		fmt.Fprintln(w, "- | - | - | - |")
		return nil
	}
	p, err := best(u.Automata, s.States, modes)
	if errors.Is(err, spin.ErrMissing) {
		fmt.Fprintln(w, "not installed | - | - | - |")
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%.2f | %s | %.0f | %.1f, %.1f |\n", p.rate, p.Mode.Name, p.Bytes/float64(p.States), rate(one)/p.rate, rate(two)/p.rate)
	return nil
}

// thrice is the number of states up to which a model is explored three times.
const thrice = 20_000_000

// exploreThrice is the exploration in the middle of three by their times, or the only one of a large model.
func exploreThrice(a *model.Automata, workers int) (*verify.Result, error) {
	var all []*verify.Result
	for len(all) < 3 {
		r, err := exploreUpTo(a, workers, 0)
		if err != nil || r.Environments[0].Statistics.States > thrice {
			return r, err
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(x, y *verify.Result) int { return cmp.Compare(rate(x), rate(y)) })
	return all[1], nil
}

// exploreUpTo gives up beyond a number of states; 0: it does not.
func exploreUpTo(a *model.Automata, workers int, states uint64) (*verify.Result, error) {
	runtime.GC()
	return verify.Verify(context.Background(), a, verify.Options{Workers: workers, Only: configurationChecks, MaxStates: states})
}

func rate(r *verify.Result) float64 {
	s := r.Environments[0].Statistics
	return float64(s.States) / 1e3 / s.ElapsedMS
}
