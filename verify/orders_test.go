package verify_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"chorcheck/internal/naive"
	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/model"
	"chorcheck/verify"
)

// requireSound compares a search with a breadth-first one: it finds nothing else, no
// shorter run, and says of nothing that it holds unless that was seen.
func requireSound(t require.TestingT, want, got *verify.Result) {
	known := causes(want)
	for i, c := range all(got) {
		require.Equal(t, all(want)[i].Check.ID, c.Check.ID)
		switch {
		case c.Verdict == verify.NotApplicable:
			require.Equal(t, verify.NotApplicable, all(want)[i].Verdict, c.Check.ID)
		case c.Verdict == verify.Violated:
			require.Equal(t, verify.Violated, all(want)[i].Verdict, c.Check.ID)
		case c.Check.ID == "dead-interaction", c.Check.ID == "dead-handler":
			// What has happened is not dead, whoever has seen it.
		default:
			require.Equal(t, verify.Inconclusive, c.Verdict, c.Check.ID)
			require.NotEmpty(t, c.Reason)
		}
	}
	for check, list := range causes(got) {
		for cause, length := range list {
			shortest, ok := known[check][cause]
			require.True(t, ok, "%s: %s", check, cause)
			require.GreaterOrEqual(t, length, shortest, "%s: %s", check, cause)
		}
	}
}

// TestOrders compares depth-first searches and samples with breadth-first ones. On
// spaces that are small, a depth-first search says exactly the same, but for depths.
func TestOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := naive.Automata().Draw(t, "automata")
		order := rapid.SampledFrom([]verify.Order{verify.DepthFirst, verify.RandomWalks, verify.Swarm}).Draw(t, "order")
		// Advice on capacities takes most of the time.
		opt := verify.Options{Workers: 1, MaxFindings: 1 << 20, MaxStates: 1000, Skip: []string{"bound-reached"}}
		want, err := verify.Verify(context.Background(), a, opt)
		require.NoError(t, err)
		plain := want.Environments[0].Statistics
		if !plain.Complete {
			t.Skip("too large")
		}
		opt.Order, opt.MaxStates = order, 0
		opt.Sampling = verify.Sampling{Seed: rapid.Uint64().Draw(t, "seed"), Searches: 5}
		switch order {
		case verify.RandomWalks:
			opt.MaxDepth = 30
		case verify.Swarm:
			opt.Store.Table = 1 << 10
		}
		var first *verify.Result
		for _, opt.Workers = range []int{1, 3} {
			got, err := verify.Verify(context.Background(), a, opt)
			require.NoError(t, err)
			s := got.Environments[0].Statistics
			require.Equal(t, order, s.Order)
			if order == verify.DepthFirst {
				require.True(t, s.Complete)
				require.Equal(t, plain.States, s.States)
				require.Equal(t, plain.Transitions, s.Transitions)
				require.Equal(t, plain.Taken, s.Taken)
				require.GreaterOrEqual(t, s.Depth, plain.Depth)
				require.Equal(t, all(want), all(got))
			} else {
				require.False(t, s.Complete)
				require.EqualValues(t, 5, s.Searches)
				require.LessOrEqual(t, float64(s.Distinct), 1.05*float64(plain.States)+2)
				require.LessOrEqual(t, s.Taken, plain.Taken)
				requireSound(t, want, got)
			}
			if first == nil {
				first = got
				continue
			}
			require.Equal(t, all(first), all(got), order)
		}
	})
}

// TestOrdersWithReductions: all reductions go with all orders.
func TestOrdersWithReductions(t *testing.T) {
	for _, name := range naive.Systems() {
		a := naive.System(name, 1, model.Channel{Discipline: model.FIFO, Capacity: 1})
		for _, only := range reducibleChecks {
			plain, err := verify.Verify(context.Background(), a, verify.Options{Only: only, MaxFindings: 1 << 20})
			require.NoError(t, err)
			for _, order := range []verify.Order{verify.DepthFirst, verify.RandomWalks, verify.Swarm} {
				opt := verify.Options{Only: only, MaxFindings: 1 << 20, Order: order, Reduce: allReduced, Sampling: verify.Sampling{Searches: 6}}
				got, err := verify.Verify(context.Background(), a, opt)
				require.NoError(t, err)
				if order == verify.DepthFirst {
					require.Equal(t, causes(plain), causes(got), "%s %v", name, only)
				} else {
					requireSound(t, plain, got)
				}
			}
		}
	}
}

// TestDepthFirstInSpecifications: everything is the same, with the same runs.
func TestDepthFirstInSpecifications(t *testing.T) {
	found := map[string]bool{}
	for _, pattern := range []string{"*.chor", "failures/*.chor", "note/*.fsa", "bench/*-2.fsa"} {
		names, err := filepath.Glob("../specs/" + pattern)
		require.NoError(t, err)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			u := lang.Load(source.New(name, string(text)), lang.Options{})
			require.False(t, u.Rejected(), name)
			opt := verify.Options{Environments: u.Environments, Skip: []string{"bound-reached"}, MaxFindings: 1 << 20, MaxStates: 5000}
			plain, err := verify.Verify(context.Background(), u.Automata, opt)
			require.NoError(t, err)
			if slices.ContainsFunc(plain.Environments, func(e verify.EnvironmentResult) bool { return !e.Statistics.Complete }) {
				continue
			}
			opt.Order = verify.DepthFirst
			got, err := verify.Verify(context.Background(), u.Automata, opt)
			require.NoError(t, err)
			for i, e := range plain.Environments {
				require.Equal(t, e.Checks, got.Environments[i].Checks, name)
				require.Equal(t, e.Statistics.States, got.Environments[i].Statistics.States, name)
				for _, c := range e.Checks {
					if c.Verdict == verify.Violated {
						found[c.Check.ID] = true
					}
				}
			}
			require.Equal(t, plain.Across, got.Across, name)
		}
	}
	for _, check := range []string{"deadlock", "stuck", "livelock", "silent-survivor"} {
		require.True(t, found[check], "%s: %v", check, found)
	}
}

// TestSampleFinds: a deadlock is found by each order, with the shortest run.
func TestSampleFinds(t *testing.T) {
	for _, name := range naive.Systems() {
		a := naive.System(name, 1, model.Channel{Discipline: model.FIFO, Capacity: 1})
		only := []string{"deadlock", "unspecified-reception", "bound-reached"}
		plain, err := verify.Verify(context.Background(), a, verify.Options{Only: only, MaxFindings: 1 << 20})
		require.NoError(t, err)
		for _, order := range []verify.Order{verify.RandomWalks, verify.Swarm} {
			got, err := verify.Verify(context.Background(), a, verify.Options{Only: only, MaxFindings: 1 << 20, Order: order})
			require.NoError(t, err)
			require.Equal(t, causes(plain), causes(got), "%s %v", name, order)
			for _, c := range all(got) {
				if c.Verdict == verify.Inconclusive {
					require.Regexp(t, `^(1000 random walks|64 searches) visited about [0-9]+ different states`, c.Reason)
				}
			}
		}
	}
}
