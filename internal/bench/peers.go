package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"strings"
	"time"

	"chorcheck/internal/spin"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// rival is the best exact run of SPIN.
type rival struct {
	*spin.Run
	rate float64 // millions of states a second
}

// best runs SPIN in each of its exact modes, holds each to the number of states, and
// gives the fastest. Only the first modes are run, so many as that.
func best(a *model.Automata, states uint64, modes int) (*rival, error) {
	m, err := spin.Best(a)
	if err != nil {
		return nil, err
	}
	var fastest *rival
	for _, mode := range spin.Exact()[:min(max(modes, 1), len(spin.Exact()))] {
		run, err := spin.Search(m, mode, states)
		if err != nil {
			return nil, fmt.Errorf("SPIN with %s: %w", mode.Name, err)
		}
		if run.States != states {
			return nil, fmt.Errorf("SPIN with %s counts %d states, chorcheck %d", mode.Name, run.States, states)
		}
		if r := (&rival{run, float64(run.States) / 1e6 / run.Seconds}); fastest == nil || r.rate > fastest.rate {
			fastest = r
		}
	}
	return fastest, nil
}

// reducedTable prints how many states SPIN and chorcheck explore with their
// partial-order reductions to show that there is no deadlock.
func reducedTable(w io.Writer, paths []string, largest uint64) error {
	fmt.Fprint(w, "\n## States explored for deadlock freedom\n\n")
	fmt.Fprint(w, "SPIN 6.5 with its partial-order reduction, `-O2 -DSAFETY`, on processes with channels of one reader and one writer;\nchorcheck `--only deadlock --reduce por`, two workers.\n\n")
	fmt.Fprintln(w, "| model | states, all | chorcheck, reduced | s | SPIN, reduced | s |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- |")
	for _, path := range paths {
		u, err := load(path)
		if err != nil {
			return err
		}
		states, known := stated(u)
		_, ok := spin.Processes(u.Automata)
		if !ok || !known || states > largest {
			continue
		}
		ours, err := reduced(u.Automata)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintf(w, "| %s | %d | %d | %.2f | ", u.Name, states, ours.States, ours.ElapsedMS/1e3)
		m, err := spin.Best(u.Automata)
		if err != nil {
			return err
		}
		run, err := spin.Search(m, spin.Reduced(), min(states, 1<<22))
		if errors.Is(err, spin.ErrMissing) {
			fmt.Fprintln(w, "not installed | |")
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if run.Errors > 0 {
			return fmt.Errorf("%s: SPIN finds a deadlock", path)
		}
		fmt.Fprintf(w, "%d | %.2f |\n", run.States, run.Seconds)
	}
	return nil
}

// reduced is the search of chorcheck with its partial-order reduction, for deadlocks only.
func reduced(a *model.Automata) (verify.Statistics, error) {
	r, err := verify.Verify(context.Background(), a, verify.Options{
		Workers: 2, Only: []string{"deadlock"}, Reduce: verify.Reduce{PartialOrder: true},
	})
	if err != nil {
		return verify.Statistics{}, err
	}
	e := r.Environments[0]
	if len(e.Statistics.Unreduced) > 0 {
		return e.Statistics, fmt.Errorf("chorcheck does not reduce: %s", e.Statistics.Unreduced[0])
	}
	for _, c := range e.Checks {
		if c.Check.ID == "deadlock" && c.Verdict != verify.Holds {
			return e.Statistics, fmt.Errorf("deadlock: %s", c.Verdict)
		}
	}
	return e.Statistics, nil
}

// stated is the number of states in the header of a model.
func stated(u *lang.Unit) (states uint64, known bool) {
	i := slices.IndexFunc(u.Expectations, func(e lang.Expectation) bool { return e.Quantity == "states" && e.Applies(u) })
	if i < 0 {
		return 0, false
	}
	if v := u.Expectations[i].Value; v.IsUint64() {
		return v.Uint64(), true
	}
	return math.MaxUint64, true
}

// recorded are figures of other tools, in millions of states a second, on models with
// equal numbers of states.
var recorded = []struct{ model, ltsmin, tlc, stateright string }{
	{"saga-3", "0.47", "0.07", "1.8"},
	{"sliding-window-3-6, with duplication", "0.83", "0.10", "1.2"},
	{"pipeline-8", "0.72", "0.13", "1.1"},
	{"two-phase-commit-5", "-", "-", "0.9"},
}

// recordedKMC are seconds of the tool kmc for the members n k m of its family.
var recordedKMC = []struct {
	labels, messages, pairs int
	seconds                 string
}{
	{2, 4, 1, "1.0"}, {4, 2, 1, "0.7"}, {5, 2, 1, "3.8"}, {2, 5, 1, "34"}, {6, 2, 1, "17"}, {10, 2, 1, "over 120"},
	{1, 10, 2, "0.05"}, {1, 50, 2, "4.6"}, {1, 10, 5, "2.0"}, {1, 20, 5, "12.3"}, {1, 10, 10, "about 40"}, {1, 10, 20, "over 120"}, {1, 20, 20, "-"},
}

// peersTable prints what was recorded of the tools that are seldom installed, and which of them are.
func peersTable(w io.Writer) {
	fmt.Fprint(w, "\n## Other tools\n\nMillions of states a second. Recorded, another run: two threads or workers each, Stateright 2, LTSmin's table 2, TLC 2.\n\n")
	fmt.Fprintln(w, "| model | LTSmin | TLC | Stateright |")
	fmt.Fprintln(w, "| --- | --- | --- | --- |")
	for _, r := range recorded {
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.model, r.ltsmin, r.tlc, r.stateright)
	}
	fmt.Fprintln(w)
	for _, tool := range []string{"pins2lts-mc", "prom2lts-mc", "tlc", "KMC"} {
		if path, err := exec.LookPath(tool); err == nil {
			fmt.Fprintf(w, "%s is installed here (%s); its row above is still the recorded one.\n", tool, path)
		}
	}
}

// familyTable decides for the members of kmc's family what kmc decides: freedom from
// deadlock, and whether the capacity is exhaustive.
func familyTable(w io.Writer) error {
	fmt.Fprint(w, "\n## The family of kmc\n\nn labels, k messages, m pairs of roles, which end or begin anew. chorcheck, two workers, seconds of the whole command without reading the file: ")
	fmt.Fprintln(w, "`verify --only deadlock`, and\n`verify --only bound-reached`, which says whether the bound is exhaustive. kmc: recorded, another run; user seconds for both, of those that end.")
	fmt.Fprintln(w)
	fmt.Fprintln(w, "| n k m | deadlock | states | exhaustive | states | begin anew: deadlock | exhaustive | kmc |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, f := range recordedKMC {
		fmt.Fprintf(w, "| %d %d %d |", f.labels, f.messages, f.pairs)
		for _, loop := range []bool{false, true} {
			u := lang.Load(source.New("gencfsms.fsa", genCFSMs(f.labels, f.messages, f.pairs, loop)), lang.Options{})
			if u.Rejected() {
				return u.Diagnostics[0]
			}
			for _, check := range []string{"deadlock", "bound-reached"} {
				only := []string{check}
				start := time.Now()
				r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Workers: 2, Only: only, Reduce: verify.AutoReduce(only, nil, false)})
				if err != nil {
					return err
				}
				e := r.Environments[0]
				if c := e.Checks[0]; check == "deadlock" && c.Verdict != verify.Holds || c.Verdict == verify.Inconclusive || slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "not") }) {
					return fmt.Errorf("%s of %d %d %d: %v %v", check, f.labels, f.messages, f.pairs, c.Verdict, c.Notes)
				}
				fmt.Fprintf(w, " %.3f |", time.Since(start).Seconds())
				if !loop {
					fmt.Fprintf(w, " %d |", e.Statistics.States)
				}
			}
		}
		fmt.Fprintf(w, " %s |\n", f.seconds)
	}
	return nil
}
