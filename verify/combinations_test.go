package verify_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/verify"
)

// TestCombinations: whatever is chosen of stores, orders, workers, memory and reductions, for
// whichever checks, nothing else is found, and nothing holds that does not. (A depth-first search has exact stores only.)
func TestCombinations(t *testing.T) {
	only := [][]string{nil} // nil: all
	for _, c := range verify.Checks() {
		only = append(only, []string{c.ID})
	}
	only = append(only, reducibleChecks...)
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			combination(t, rapid.SampledFrom(only).Draw(t, "checks"), seen)
		}
	})
	require.Positive(t, seen["exact"])
	require.Greater(t, len(seen), 1)
}

// combination makes one choice, and counts the store that it has chosen.
func combination(t *rapid.T, only []string, seen map[string]int) {
	f := rapid.OneOf(naive.Failing(false), naive.Failing(true), naive.Meddling(), naive.Alike()).Draw(t, "system")
	opt := verify.Options{
		Environments: f.Environments, KeepCrashed: f.KeepCrashed, MaxStates: 800, MaxFindings: 1 << 20, Workers: 1,
		Only: only,
	}
	plain, err := verify.Verify(context.Background(), f.Automata, opt)
	require.NoError(t, err)
	if slices.ContainsFunc(plain.Environments, func(e verify.EnvironmentResult) bool { return !e.Statistics.Complete }) {
		return
	}
	opt.Workers = rapid.IntRange(1, 3).Draw(t, "workers")
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	opt.Reduce = verify.Reduce{
		PartialOrder: flag("partial order"), Symmetry: flag("symmetry"), DeadVariables: flag("dead variables"), Parts: flag("parts"),
	}
	opt.Order = rapid.SampledFrom([]verify.Order{verify.BreadthFirst, verify.DepthFirst}).Draw(t, "order")
	name := "exact"
	if opt.Order == verify.BreadthFirst && flag("lossy") {
		name = rapid.SampledFrom(slices.Sorted(maps.Keys(lossy))).Draw(t, "store")
		opt.Store = lossy[name]
	}
	opt.MaxStates = 0
	got, err := verify.Verify(context.Background(), f.Automata, opt)
	require.NoError(t, err)
	seen[name]++
	if name != "exact" {
		requireNoContradiction(t, name, plain, got)
		return
	}
	for i, e := range plain.Environments {
		require.True(t, got.Environments[i].Statistics.Complete)
		require.LessOrEqual(t, got.Environments[i].Statistics.States, e.Statistics.States)
	}
	for i, c := range all(got) {
		require.Equal(t, all(plain)[i].Check.ID, c.Check.ID)
		require.Equal(t, all(plain)[i].Verdict, c.Verdict, c.Check.ID)
		require.Equal(t, withoutLengths(foundCauses(all(plain)[i])), withoutLengths(foundCauses(c)), c.Check.ID)
	}
}
