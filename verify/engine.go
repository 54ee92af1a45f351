package verify

import (
	"context"
	"sync"

	"chorcheck/explore"
	"chorcheck/model"
)

// Engine says which search decides.
type Engine int

// The engines.
const (
	Explicit Engine = iota // configurations one by one
	Symbolic               // sets of configurations as decision diagrams
	Auto                   // the explicit one while that is quick, then both, until one of them is sure
)

func (e Engine) String() string { return [...]string{"explicit", "symbolic", "auto"}[e] }

// quickly is the number of configurations up to which the explicit engine is alone: what is
// that small gets the same report in each run.
const quickly = 1 << 18

// verifyIn does all that concerns one environment. The memory of its search is
// given back before the next one begins.
func verifyIn(ctx context.Context, a *model.Automata, env *model.Environment, opt Options, checks []Check, all *across, matrix *matrix) (EnvironmentResult, error) {
	switch opt.engine() {
	case Symbolic:
		d, why, err := verifySymbolically(ctx, a, env, opt, checks)
		switch {
		case err != nil:
			return EnvironmentResult{}, err
		case d == nil:
			return undecided(a, env, opt, Symbolic, checks, all, why), nil
		}
		defer d.close()
		return d.results(checks, all, matrix), nil
	case Auto:
		return verifyByBoth(ctx, a, env, opt, checks, all, matrix)
	}
	v, err := verifyExplicitly(ctx, a, env, opt, checks)
	switch {
	case ended(ctx, err):
		return undecided(a, env, opt, Explicit, checks, all, stopped(ctx)), nil
	case err != nil:
		return EnvironmentResult{}, err
	}
	defer v.space.Close()
	return v.results(checks, all, matrix), nil
}

// engine is the engine for these options: many of them are about the explicit one.
func (opt *Options) engine() Engine {
	if opt.Engine == Auto && (opt.MaxStates > 0 || opt.MaxDepth > 0 || opt.Store != Storage{} || opt.Order != BreadthFirst || opt.Checkpoint != nil) {
		return Explicit
	}
	return opt.Engine
}

// undecided is the result of an environment in which no check has been decided.
func undecided(a *model.Automata, env *model.Environment, opt Options, engine Engine, checks []Check, all *across, why string) EnvironmentResult {
	r := EnvironmentResult{Environment: env, Statistics: Statistics{Engine: engine, Reason: why, Channels: a.Channels.Default.String()}}
	if engine == Symbolic {
		r.Statistics.Store = "decision diagrams"
	}
	v := &verifier{automata: a, env: env, opt: opt}
	for _, c := range checks {
		if isAcross(c.ID) {
			continue
		}
		x := CheckResult{Check: c, Verdict: Inconclusive, Reason: why}
		if reason := v.notApplicable(c.ID); reason != "" {
			x.Verdict, x.Reason = NotApplicable, reason
		}
		r.Checks = append(r.Checks, x)
	}
	all.doubt(env, why)
	return r
}

// verifyByBoth lets the engines run side by side, each with half of the memory, and takes the result of the first
// that is sure of everything.
func verifyByBoth(ctx context.Context, a *model.Automata, env *model.Environment, opt Options, checks []Check, all *across, matrix *matrix) (EnvironmentResult, error) {
	alone := opt
	alone.MaxStates = quickly
	v, err := verifyExplicitly(ctx, a, env, alone, checks)
	switch {
	case ended(ctx, err):
		return undecided(a, env, opt, Explicit, checks, all, stopped(ctx)), nil
	case err != nil:
		return EnvironmentResult{}, err
	}
	if v.space.Complete || ctx.Err() != nil {
		defer v.space.Close()
		if v.space.Reason == explore.MaxStates {
			v.space.Reason = explore.Cancelled // and not the number of states, which nobody has asked for
		}
		return v.results(checks, all, matrix), nil
	}
	v.space.Close()

	opt.Memory /= 2
	if report := opt.Progress; report != nil {
		var mu sync.Mutex
		opt.Progress = func(p Progress) {
			mu.Lock()
			defer mu.Unlock()
			report(p)
		}
	}
	// Who wins goes on: only the other one is stopped.
	forExplicit, stopExplicit := context.WithCancel(ctx)
	defer stopExplicit()
	forSymbolic, stopSymbolic := context.WithCancel(ctx)
	defer stopSymbolic()
	type outcome struct {
		d   *diagrams
		why string
		err error
	}
	symbolically := make(chan outcome, 1)
	go func() {
		d, why, err := verifySymbolically(forSymbolic, a, env, opt, checks)
		if d != nil {
			stopExplicit()
		}
		symbolically <- outcome{d, why, err}
	}()
	v, err = verifyExplicitly(forExplicit, a, env, opt, checks)
	outpaced := ended(forExplicit, err) // before it has seen anything
	if !outpaced && (err != nil || v.sure()) {
		stopSymbolic()
	}
	other := <-symbolically
	if other.d != nil {
		defer other.d.close()
	}
	switch {
	case outpaced && other.d != nil:
		return other.d.results(checks, all, matrix), nil
	case outpaced && other.err == nil:
		return undecided(a, env, opt, Explicit, checks, all, stopped(ctx)), nil
	case outpaced:
		return EnvironmentResult{}, other.err
	case err != nil:
		return EnvironmentResult{}, err
	}
	defer v.space.Close()
	switch {
	case v.sure() || other.d == nil && other.err == nil:
		v.ctx = ctx
		r := v.results(checks, all, matrix)
		if !v.sure() && ctx.Err() == nil {
			r.Statistics.Unreduced = append(r.Statistics.Unreduced, other.why)
		}
		return r, nil
	case other.err != nil:
		return EnvironmentResult{}, other.err
	}
	return other.d.results(checks, all, matrix), nil
}

// sure reports whether nothing has been left open.
func (v *verifier) sure() bool {
	return v.unsure() == "" && v.componentsReason == "" && v.survivorReason == ""
}
