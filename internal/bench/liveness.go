package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"time"

	"chorcheck/internal/spin"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/ltl"
	"chorcheck/verify"
)

// liveModels are models with a property that is true, without fairness or only with it. In .fsa files and without next, so that
// SPIN's never claim means the same.
var liveModels = []struct{ path, property string }{
	{"specs/bench/saga-3.fsa", "eventually O done"},
	{"specs/bench/saga-3.fsa", "always (not empty(B0 -> O) implies eventually empty(B0 -> O))"},
	{"specs/bench/two-phase-commit-5.fsa", "not empty(P0 -> C) leads to C done"},
	{"specs/bench/pipeline-8.fsa", "full(P3 -> P4) leads to not full(P3 -> P4)"},
	{"specs/bench/sliding-window-3-6.fsa", "always eventually not full(Snd0 -> Rcv0)"},
}

// spinLimit bounds each run of SPIN.
const spinLimit = 2 * time.Minute

// livenessTable prints what properties cost beside plain reachability, and beside SPIN.
func livenessTable(w io.Writer, withSPIN bool) error {
	fmt.Fprint(w, "\n## What properties cost\n\n")
	fmt.Fprint(w, `Properties that hold, so that the whole product of the network with the automaton is searched, one worker. Plain
reachability is the search of the network alone, with the checks that are decided in one configuration, one worker and
exact. SPIN: the same automaton as a never claim, `+"`-O2 -DNOREDUCE`, `-a` and `-a -f`"+`; its time is that of the
verifier alone. Nobody reduces: chorcheck has no partial-order reduction for properties, and SPIN's is off. Ours is the
better of two runs. Weak fairness is to each class of actions here, and to each process in SPIN.

`)
	fmt.Fprintln(w, "| model | property | product | plain, ns a state | no fairness: ns | ratio | weak: ns | ratio | seconds | SPIN -a | ratio | seconds, weak | SPIN -a -f | ratio |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, m := range liveModels {
		if err := liveLine(w, m.path, m.property, withSPIN); err != nil {
			return fmt.Errorf("%s: %w", m.path, err)
		}
	}
	return nil
}

func liveLine(w io.Writer, path, property string, withSPIN bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	u := lang.Load(source.New(path, string(text)+"\nproperty claim: "+property+"\n"), lang.Options{})
	if u.Rejected() {
		return u.Diagnostics[0]
	}
	plain, err := plainly(u)
	if err != nil {
		return err
	}
	var each, seconds [2]float64
	var holds [2]bool
	var product uint64
	for i, fairness := range []verify.Fairness{verify.NoFairness, verify.WeakFairness} {
		for range 2 {
			c, err := examine(u, fairness)
			if err != nil {
				return err
			}
			if c.Verdict == verify.Inconclusive {
				return errors.New(c.Reason)
			}
			if holds[i] = c.Verdict == verify.Holds; !holds[i] {
				break
			}
			product = c.Product.Uint64()
			if ns := c.ProductMS * 1e6 / float64(product); each[i] == 0 || ns < each[i] {
				each[i], seconds[i] = ns, c.ProductMS/1e3
			}
		}
	}
	fmt.Fprintf(w, "| %s | `%s` | %d | %.0f |", u.Name, property, product, plain)
	for i := range each {
		if !holds[i] {
			fmt.Fprint(w, " violated | - |")
			continue
		}
		fmt.Fprintf(w, " %.0f | %.1f |", each[i], each[i]/plain)
	}
	var theirs [2]float64
	if withSPIN {
		if theirs, err = claims(u, holds, product); err != nil {
			if errors.Is(err, spin.ErrMissing) {
				fmt.Fprintln(w, " - | not installed | - | - | - | - |")
				return nil
			}
			return err
		}
	}
	for i := range each {
		if !holds[i] || theirs[i] == 0 {
			fmt.Fprintf(w, " %.2f | - | - |", seconds[i])
			continue
		}
		if math.IsInf(theirs[i], 1) {
			fmt.Fprintf(w, " %.2f | over %.0f | over %.0f |", seconds[i], spinLimit.Seconds(), spinLimit.Seconds()/seconds[i])
			continue
		}
		fmt.Fprintf(w, " %.2f | %.2f | %.1f |", seconds[i], theirs[i], theirs[i]/seconds[i])
	}
	fmt.Fprintln(w)
	return nil
}

// plainly is the time of plain reachability in nanoseconds a configuration.
func plainly(u *lang.Unit) (float64, error) {
	best := 0.0
	for range 2 {
		r, err := exploreUpTo(u.Automata, 1, 0)
		if err != nil {
			return 0, err
		}
		s := r.Environments[0].Statistics
		if ns := s.SearchMS * 1e6 / float64(s.States); best == 0 || ns < best {
			best = ns
		}
	}
	return best, nil
}

// examine decides the only property.
func examine(u *lang.Unit, fairness verify.Fairness) (*verify.CheckResult, error) {
	runtime.GC()
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
		Workers: 1, Engine: verify.Explicit, Only: []string{"claim"}, Properties: u.Properties, Fairness: fairness,
	})
	if err != nil {
		return nil, err
	}
	return &r.Environments[0].Checks[0], nil
}

// claims is the time that SPIN takes in seconds, without and with fairness, where the property holds for us. Both
// have to find the same.
func claims(u *lang.Unit, holds [2]bool, states uint64) (seconds [2]float64, err error) {
	m, err := spin.Best(u.Automata)
	if err != nil {
		return seconds, err
	}
	p := u.Properties[0]
	automaton, err := ltl.Translate(p.Formulas, p.Formulas.Not(p.Formula), ltl.Options{StateBased: true})
	if err != nil {
		return seconds, err
	}
	if err := m.AddClaim(p.Name, automaton, p.Atoms); err != nil {
		return seconds, err
	}
	// SPIN has four bits more for each unit, of which it keeps two, and the claim has one.
	bits := fmt.Sprintf("-DNFAIR=%d", max(2, (len(u.Automata.Roles)+1+2+3)/4))
	v, err := spin.Compile(m, spin.Mode{Defines: []string{"-O2", "-DNOREDUCE", bits}})
	if err != nil {
		return seconds, err
	}
	defer v.Remove()
	v.Limit = spinLimit
	for i, fair := range []bool{false, true} {
		run, err := v.Claim(p.Name, fair, states)
		if errors.Is(err, spin.ErrTime) {
			seconds[i] = math.Inf(1)
			continue
		}
		if err != nil {
			return seconds, err
		}
		if (run.Errors == 0) != holds[i] {
			return seconds, fmt.Errorf("fairness %t: SPIN finds %d violations, chorcheck says that it holds: %t", fair, run.Errors, holds[i])
		}
		seconds[i] = run.Seconds
	}
	return seconds, nil
}
