package verify_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// allReduced asks for all reductions.
var allReduced = verify.Reduce{PartialOrder: true, Symmetry: true, DeadVariables: true, Parts: true}

// requireSame compares a verification with reductions and one without. What is found
// is the same, and so are the lengths of the runs; states may only be fewer.
func requireSame(t require.TestingT, name string, a *model.Automata, opt verify.Options, reduce verify.Reduce) {
	full, err := verify.Verify(context.Background(), a, opt)
	require.NoError(t, err, name)
	opt.Reduce = reduce
	some, err := verify.Verify(context.Background(), a, opt)
	require.NoError(t, err, name)
	for i, e := range full.Environments {
		r := some.Environments[i]
		require.LessOrEqual(t, r.Statistics.States, e.Statistics.States, name)
		for j, c := range e.Checks {
			require.Equal(t, c.Verdict, r.Checks[j].Verdict, "%s: %s", name, c.Check.ID)
			want, got := foundCauses(c), foundCauses(r.Checks[j])
			switch c.Check.ID {
			case "stuck", "livelock", "no-termination", "orphan-message":
				// Without the values that nobody reads, a component may be entered earlier.
				want, got = withoutLengths(want), withoutLengths(got)
			}
			require.Equal(t, want, got, "%s: %s", name, c.Check.ID)
			require.False(t, r.Checks[j].Unshortened)
		}
	}
}

type causeAndLength struct {
	cause  string
	length int
}

// foundCauses are all causes that were found, by name. Which of them are shown as one finding depends on their runs, and of
// several shortest ones each search takes another.
func foundCauses(c verify.CheckResult) []causeAndLength {
	var out []causeAndLength
	for _, f := range c.Findings {
		if len(f.Merged) == 0 {
			out = append(out, causeAndLength{f.Cause, len(f.Trace)})
		}
		for _, m := range f.Merged {
			out = append(out, causeAndLength{m.Cause, m.Steps})
		}
	}
	slices.SortFunc(out, func(x, y causeAndLength) int { return strings.Compare(x.cause, y.cause) })
	return out
}

func withoutLengths(list []causeAndLength) []causeAndLength {
	var out []causeAndLength
	for _, x := range list {
		out = append(out, causeAndLength{x.cause, 0})
	}
	slices.SortFunc(out, func(x, y causeAndLength) int { return strings.Compare(x.cause, y.cause) })
	return out
}

// reducibleChecks has lists of checks that some reduction preserves.
var reducibleChecks = [][]string{
	{"deadlock"},
	{"deadlock", "unspecified-reception", "bound-reached", "out-of-range", "unguarded-wait", "exclusive-handler", "handler-agreement", "uncaught-exception"},
	{"deadlock", "stuck", "livelock", "no-termination", "orphan-message", "unspecified-reception", "out-of-range"},
}

func TestReductionsFindTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := naive.Failing(false).Draw(t, "system")
		opt := verify.Options{Environments: f.Environments, KeepCrashed: f.KeepCrashed, MaxStates: 2000, Workers: 1}
		opt.Only = rapid.SampledFrom(reducibleChecks).Draw(t, "checks")
		full, err := verify.Verify(context.Background(), f.Automata, opt)
		require.NoError(t, err)
		for _, e := range full.Environments {
			if !e.Statistics.Complete {
				t.Skip("too large")
			}
		}
		requireSame(t, "random", f.Automata, opt, allReduced)
	})
}

// TestReductionsFindTheSameForEachCheck: each reduction alone and all together, for each
// check alone and for all, in systems in which all meddle, and in those with roles that are
// almost interchangeable.
func TestReductionsFindTheSameForEachCheck(t *testing.T) {
	checks := [][]string{nil, {"deadlock"}} // nil: all of them
	for _, c := range verify.Checks() {
		checks = append(checks, []string{c.ID})
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			f := rapid.OneOf(naive.Meddling(), naive.Alike()).Draw(t, "system")
			opt := verify.Options{
				Environments: f.Environments, KeepCrashed: f.KeepCrashed, MaxStates: 500,
				Only: rapid.SampledFrom(checks).Draw(t, "checks"), Workers: rapid.IntRange(1, 2).Draw(t, "workers"),
			}
			full, err := verify.Verify(context.Background(), f.Automata, opt)
			require.NoError(t, err)
			if !full.Environments[0].Statistics.Complete {
				continue
			}
			reduce := rapid.SampledFrom([]verify.Reduce{{PartialOrder: true}, {Symmetry: true}, {DeadVariables: true}, {Parts: true}, allReduced}).Draw(t, "reduce")
			requireSame(t, "random", f.Automata, opt, reduce)
		}
	})
}

// TestOnePartAtATime is about networks that fall apart.
func TestOnePartAtATime(t *testing.T) {
	apart, fewer := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		net, err := model.NewNetwork(t.Context(), a, model.NetworkOptions{})
		require.NoError(t, err)
		if net.Parts() == nil {
			return
		}
		apart++
		opt := verify.Options{MaxStates: 3000, Only: []string{"unspecified-reception", "bound-reached", "out-of-range", "dead-interaction"}}
		full, err := verify.Verify(context.Background(), a, opt)
		require.NoError(t, err)
		if !full.Environments[0].Statistics.Complete {
			return
		}
		requireSame(t, "random", a, opt, verify.Reduce{Parts: true})
		opt.Reduce.Parts = true
		parts, err := verify.Verify(context.Background(), a, opt)
		require.NoError(t, err)
		require.Equal(t, full.Across, parts.Across)
		require.Equal(t, []string{"one part at a time"}, parts.Environments[0].Statistics.Reductions)
		if parts.Environments[0].Statistics.States < full.Environments[0].Statistics.States {
			fewer++
		}
	})
	require.Positive(t, apart)
	require.Positive(t, fewer)
}

func TestReductionsFindTheSameInSpecifications(t *testing.T) {
	var names []string
	for _, pattern := range []string{"*.chor", "failures/*.chor", "note/*.fsa", "bench/*-2.fsa", "bench/*-3.fsa", "bench/pipeline-5.fsa"} {
		found, err := filepath.Glob("../specs/" + pattern)
		require.NoError(t, err)
		names = append(names, found...)
	}
	require.Greater(t, len(names), 30)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		u := lang.Load(source.New(name, string(text)), lang.Options{})
		require.False(t, u.Rejected(), name)
		opt := verify.Options{Environments: u.Environments, MaxStates: 100_000, Only: []string{"deadlock"}}
		if full, err := verify.Verify(context.Background(), u.Automata, opt); err != nil || !full.Environments[0].Statistics.Complete {
			continue
		}
		requireSame(t, name, u.Automata, opt, verify.Reduce{PartialOrder: true})
		requireSame(t, name, u.Automata, opt, allReduced)
	}
}

func TestReductionsThatAreOff(t *testing.T) {
	text, err := os.ReadFile("../specs/bench/saga-2.fsa")
	require.NoError(t, err)
	u := lang.Load(source.New("saga-2.fsa", string(text)), lang.Options{})
	for _, tc := range []struct {
		opt           verify.Options
		on, unreduced []string
		states        uint64
	}{
		{verify.Options{Only: []string{"deadlock"}}, nil, nil, 12947},
		{verify.Options{Only: []string{"deadlock"}, Reduce: verify.Reduce{PartialOrder: true}}, []string{"partial-order reduction"}, nil, 855},
		{verify.Options{Only: []string{"deadlock", "stuck"}, Reduce: verify.Reduce{PartialOrder: true}}, nil,
			[]string{"partial-order reduction is off: check stuck is not preserved"}, 12947},
		{verify.Options{Only: []string{"deadlock"}, Coverage: true, Reduce: verify.Reduce{PartialOrder: true}}, nil,
			[]string{"partial-order reduction is off: the coverage matrix is not preserved"}, 12947},
		{verify.Options{Only: []string{"deadlock"}, Reduce: verify.Reduce{DeadVariables: true}}, nil,
			[]string{"dead-variable reduction is off: there is no value that nobody reads"}, 12947},
	} {
		r, err := verify.Verify(context.Background(), u.Automata, tc.opt)
		require.NoError(t, err)
		s := r.Environments[0].Statistics
		assert.Equal(t, tc.on, s.Reductions)
		assert.Equal(t, tc.unreduced, s.Unreduced)
		assert.Equal(t, tc.states, s.States)
	}
}

func TestAutoReduce(t *testing.T) {
	assert.Equal(t, verify.Reduce{}, verify.AutoReduce(nil, nil, false), "not with all checks")
	assert.Equal(t, verify.Reduce{PartialOrder: true, Symmetry: true}, verify.AutoReduce([]string{"deadlock"}, nil, false))
	assert.Equal(t, verify.Reduce{}, verify.AutoReduce([]string{"deadlock"}, nil, true))
	assert.Equal(t, verify.Reduce{Symmetry: true}, verify.AutoReduce([]string{"deadlock", "out-of-range"}, nil, false))
	assert.Equal(t, verify.Reduce{PartialOrder: true, Symmetry: true}, verify.AutoReduce([]string{"deadlock", "stuck"}, []string{"stuck"}, false))
}

// TestNoShorterRun: where the search for a shorter run has to stop, the run that is
// known is shown, and the result says so.
func TestNoShorterRun(t *testing.T) {
	text, err := os.ReadFile("../specs/philosophers.chor")
	require.NoError(t, err)
	u := lang.Load(source.New("philosophers.chor", string(text)), lang.Options{})
	opt := verify.Options{Only: []string{"deadlock"}}
	full, err := verify.Verify(context.Background(), u.Automata, opt)
	require.NoError(t, err)
	opt.Reduce.PartialOrder = true
	some, err := verify.Verify(context.Background(), u.Automata, opt)
	require.NoError(t, err)
	require.Less(t, some.Environments[0].Statistics.States, full.Environments[0].Statistics.States)
	opt.MaxStates = some.Environments[0].Statistics.States
	r, err := verify.Verify(context.Background(), u.Automata, opt)
	require.NoError(t, err)
	c := r.Environments[0].Checks[0]
	require.Equal(t, verify.Violated, c.Verdict)
	assert.True(t, c.Unshortened)
	assert.Contains(t, c.Notes[len(c.Notes)-1], "there are perhaps shorter runs: the search without reductions stopped at")
	assert.GreaterOrEqual(t, len(c.Findings[0].Trace), len(full.Environments[0].Checks[0].Findings[0].Trace))
}
