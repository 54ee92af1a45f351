package verify_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/ltl"
	"chorcheck/model"
	"chorcheck/verify"
	"chorcheck/verify/replay"
)

// again makes the run of a finding once more; nil if it is not clear which run that is.
func again(t require.TestingT, in *replay.Interpreter, f *verify.Finding) *verify.Run {
	r := &verify.Run{Configs: []replay.Config{in.Initial()}, Cycle: f.Cycle, Stops: f.Stops, Settled: f.Settled}
	for i, want := range f.Trace {
		var fitting []replay.Step
		for _, s := range in.Enabled(r.Last()) {
			got := verify.StepOf(in, s)
			if got.Action == want.Action && got.Role == want.Role && got.Transition == want.Transition && got.PeerTrans == want.PeerTrans && got.Fails == want.Fails {
				fitting = append(fitting, s)
			}
		}
		require.NotEmpty(t, fitting, "step %d", i)
		if len(fitting) > 1 {
			return nil
		}
		r.Configs, r.Steps = append(r.Configs, in.Apply(r.Last(), fitting[0])), append(r.Steps, fitting[0])
	}
	return r
}

// requireReviewed has a Reviewer say the same of each finding of a verification, and counts them by checks.
func requireReviewed(t require.TestingT, a *model.Automata, opt verify.Options, counts map[string]int) {
	result, err := verify.Verify(context.Background(), a, opt)
	require.NoError(t, err)
	for _, e := range result.Environments {
		in := replay.New(a, replay.Options{Environment: e.Environment, KeepCrashed: opt.KeepCrashed})
		for _, c := range e.Checks {
			var reviewer *verify.Reviewer
			for i := range c.Findings {
				f := &c.Findings[i]
				if f.Final == nil {
					continue
				}
				run := again(t, in, f)
				if run == nil {
					continue
				}
				if reviewer == nil {
					reviewer, err = verify.NewReviewer(context.Background(), a, e.Environment, c.Check.ID, opt)
					require.NoError(t, err)
				}
				if isConfused(&e) && reviewer.Shows(run, f.Cause) != "" && reviewer.Unsure() {
					continue // the interpreter, which has all numbers, has confirmed what the search found
				}
				require.Empty(t, reviewer.Shows(run, f.Cause), "%s: %s", c.Check.ID, f.Message)
				got, why := reviewer.Finding(run, f.Cause)
				require.Empty(t, why)
				require.Equal(t, f.Trace, got.Trace)
				require.Equal(t, f.Final, got.Final)
				switch c.Check.ID { // what only a search knows
				case "deadlock", "bound-reached":
					got.Help = f.Help // perhaps about capacities
				case "handler-agreement", "unguarded-wait":
					got.Message = f.Message // perhaps of other roles, too
				}
				require.Equal(t, []any{f.Cause, f.Message, f.Help, f.Fault, f.Loop, f.Origins, f.Causal, f.Untold, f.Cycle, f.Stops, f.Settled},
					[]any{got.Cause, got.Message, got.Help, got.Fault, got.Loop, got.Origins, got.Causal, got.Untold, got.Cycle, got.Stops, got.Settled})
				require.NotEmpty(t, reviewer.Shows(run, "another cause")+map[bool]string{true: "a property has no causes"}[f.Cause == "a run"])
				counts[c.Check.ID]++
			}
		}
	}
}

// isConfused reports whether numbers of instances did not fit somewhere in a search.
func isConfused(e *verify.EnvironmentResult) bool {
	return slices.ContainsFunc(e.Checks, func(c verify.CheckResult) bool { return strings.Contains(c.Reason, "rounds of a looped scope apart") })
}

// What a search has found is what a Reviewer says of the same run.
func TestReviewOfFindings(t *testing.T) {
	counts := map[string]int{}
	systems := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike())
	rapid.Check(t, func(t *rapid.T) {
		x := systems.Draw(t, "system")
		requireReviewed(t, x.Automata, verify.Options{
			Environments: x.Environments, KeepCrashed: x.KeepCrashed, MaxStates: 200, Workers: 1, MaxFindings: 2,
		}, counts)
	})
	require.Greater(t, len(counts), 8, "%v", counts)
}

// The same for the texts that are shipped, with their properties.
func TestReviewOfSpecifications(t *testing.T) {
	counts := map[string]int{}
	names, err := filepath.Glob("../specs/*.chor")
	require.NoError(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		u := lang.Load(source.New(name, string(text)), lang.Options{})
		require.False(t, u.Rejected(), name)
		requireReviewed(t, u.Automata, verify.Options{Environments: u.Environments, Properties: u.Properties, MaxStates: 3000, Workers: 1, MaxFindings: 3}, counts)
	}
	require.Greater(t, len(counts), 4, "%v", counts)
}

// Runs of properties: that are decided, that stop, and that go round.
func TestReviewOfProperties(t *testing.T) {
	kinds := map[string]int{}
	systems := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Alike())
	rapid.Check(t, func(t *rapid.T) {
		x := systems.Draw(t, "system")
		env := rapid.SampledFrom(x.Environments).Draw(t, "environment")
		b := newBehaviour(x.Automata, env, x.KeepCrashed, 150)
		if b == nil {
			return
		}
		var atoms []model.Atom
		for range rapid.IntRange(1, 3).Draw(t, "atoms") {
			atoms = append(atoms, drawAtom(t, b))
		}
		fs := ltl.NewFormulas()
		opt := verify.Options{
			Environments: []*model.Environment{env}, KeepCrashed: x.KeepCrashed, Workers: 1,
			Properties: questions(fs, drawFormula(t, fs, len(atoms), rapid.IntRange(1, 4).Draw(t, "depth"), true), atoms),
			Fairness:   rapid.SampledFrom([]verify.Fairness{verify.WeakFairness, verify.NoFairness, verify.StrongFairness}).Draw(t, "fairness"),
		}
		for _, p := range opt.Properties {
			opt.Only = append(opt.Only, p.Name)
		}
		result, err := verify.Verify(context.Background(), x.Automata, opt)
		require.NoError(t, err)
		in := replay.New(x.Automata, replay.Options{Environment: env, KeepCrashed: x.KeepCrashed})
		for _, c := range result.Environments[0].Checks {
			if len(c.Findings) == 0 || c.Findings[0].Final == nil {
				continue
			}
			f := &c.Findings[0]
			run := again(t, in, f)
			if run == nil || f.Cycle > 0 && run.Configs[len(run.Steps)-f.Cycle].Key() != run.Last().Key() {
				continue // it counts rounds for ever
			}
			reviewer, err := verify.NewReviewer(context.Background(), x.Automata, env, c.Check.ID, opt)
			require.NoError(t, err)
			got, why := reviewer.Finding(run, "")
			require.Empty(t, why)
			require.Equal(t, f, got)
			switch {
			case f.Settled:
				kinds["settled"]++
			case f.Stops:
				kinds["stops"]++
			case f.Cycle > 0:
				kinds["cycle"]++
				if cut := *run; !in.Terminal(run.Last()) {
					cut.Cycle = 0
					require.NotEmpty(t, reviewer.Shows(&cut, ""), "it stops though something can happen")
				}
			}
		}
	})
	require.Len(t, kinds, 3, "%v", kinds)
}
