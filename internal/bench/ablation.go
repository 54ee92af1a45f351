package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"chorcheck/explore"
	"chorcheck/lts"
	"chorcheck/model"
	"chorcheck/verify"
)

// ablations leave out one thing at a time.
var ablations = []struct {
	name string
	opt  explore.Options
}{
	{"everything", explore.Options{}},
	{"no sieve", explore.Options{NoSieve: true}},
	{"no prefetch", explore.Options{NoPrefetch: true}},
	{"no huge pages", explore.Options{PlainMemory: true}},
	{"neither of these three", explore.Options{NoSieve: true, NoPrefetch: true, PlainMemory: true}},
	{"no direct table", explore.Options{NoDirect: true}},
	{"one worker", explore.Options{Workers: 1}},
}

var ablationModels = []string{
	"specs/bench/saga-3.fsa", "specs/bench/two-phase-commit-5.fsa", "specs/bench/pipeline-8.fsa", "specs/bench/sliding-window-3-6.fsa",
}

// ablationTables print what each part of the search, and each check, contributes.
func ablationTables(w io.Writer) error {
	fmt.Fprint(w, "\n## What each part brings\n\nMillions of states a second, two workers, the search alone, the better of two runs.\n\n| without |")
	var nets []*model.Network
	for _, path := range ablationModels {
		u, err := load(path)
		if err != nil {
			return err
		}
		n, err := model.NewNetwork(context.Background(), u.Automata, model.NetworkOptions{})
		if err != nil {
			return err
		}
		nets = append(nets, n)
		fmt.Fprintf(w, " %s |", u.Name)
	}
	fmt.Fprint(w, "\n| --- | --- | --- | --- | --- |\n")
	for _, a := range ablations {
		fmt.Fprintf(w, "| %s |", a.name)
		for _, n := range nets {
			best := 0.0
			for range 2 {
				opt := a.opt
				if opt.Workers == 0 {
					opt.Workers = 2
				}
				start := time.Now()
				sp, err := explore.Reach(context.Background(), n, opt)
				if err != nil {
					return err
				}
				best = max(best, float64(sp.States)/time.Since(start).Seconds()/1e6)
				sp.Close()
			}
			fmt.Fprintf(w, " %.1f |", best)
		}
		fmt.Fprintln(w)
	}
	return checkTable(w, nets)
}

// checkTable prints the time of the whole command with more and more checks, as a
// multiple of that with deadlock alone.
func checkTable(w io.Writer, nets []*model.Network) error {
	fmt.Fprint(w, "\n### What checks cost\n\nTime of all as a multiple of that of the search alone, two workers. The advice on capacities is part of bound-reached.\n\n| checks |")
	for _, n := range nets {
		fmt.Fprintf(w, " %s |", n.Automata().Name)
	}
	fmt.Fprint(w, "\n| --- | --- | --- | --- | --- |\n")
	alone := make([]float64, len(nets))
	for i, n := range nets {
		start := time.Now()
		sp, err := explore.Reach(context.Background(), n, explore.Options{Workers: 2, Observe: func(int, int, lts.State, lts.Marks, int) {}})
		if err != nil {
			return err
		}
		alone[i] = time.Since(start).Seconds()
		sp.Close()
	}
	for _, c := range []struct {
		name string
		only []string
	}{
		{"deadlock", []string{"deadlock"}},
		{"those of one configuration", configurationChecks},
		{"and on continuations", append([]string{"stuck", "livelock", "no-termination", "orphan-message"}, configurationChecks...)},
		{"all", nil},
	} {
		fmt.Fprintf(w, "| %s |", c.name)
		for i, n := range nets {
			start := time.Now()
			if _, err := verify.Verify(context.Background(), n.Automata(), verify.Options{Workers: 2, Only: c.only}); err != nil {
				return err
			}
			fmt.Fprintf(w, " %.2f |", time.Since(start).Seconds()/alone[i])
		}
		fmt.Fprintln(w)
	}
	return nil
}
