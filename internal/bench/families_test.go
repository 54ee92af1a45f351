package main

import (
	"context"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"chorcheck/lang"
	"chorcheck/lang/source"
	"chorcheck/verify"
)

func unit(t *testing.T, text string) *lang.Unit {
	t.Helper()
	u := lang.Load(source.New("g.fsa", text), lang.Options{})
	require.False(t, u.Rejected(), "%v", u.Diagnostics)
	return u
}

// The members that are generated are the automata of specs/bench: their sizes, which other
// explorers have found as well.
func TestFamiliesAreThoseOfTheFiles(t *testing.T) {
	for _, c := range []struct {
		name, text string
		roles      int
	}{
		{"saga-2", saga(2), 5},
		{"two-phase-commit-3", twoPhaseCommit(3), 4},
		{"pipeline-5", pipeline(5, 2), 7},
		{"sliding-window-2-4", slidingWindow(2, 4), 2},
	} {
		shipped, err := load("../../specs/bench/" + c.name + ".fsa")
		require.NoError(t, err)
		u := unit(t, c.text)
		require.Len(t, u.Automata.Roles, c.roles, c.name)
		opt := verify.Options{Workers: 1, Only: []string{"deadlock", "orphan-message"}, Engine: verify.Explicit}
		got, err := verify.Verify(context.Background(), u.Automata, opt)
		require.NoError(t, err)
		want, err := verify.Verify(context.Background(), shipped.Automata, opt)
		require.NoError(t, err)
		g, w := got.Environments[0], want.Environments[0]
		states, known := stated(shipped)
		require.True(t, known)
		require.Equal(t, states, g.Statistics.States, c.name)
		require.Equal(t, w.Statistics.Transitions, g.Statistics.Transitions, c.name)
		require.Equal(t, w.Statistics.Depth, g.Statistics.Depth, c.name)
		for i := range g.Checks {
			require.Equal(t, w.Checks[i].Verdict, g.Checks[i].Verdict, c.name)
		}
	}
}

// Larger ones have the numbers of configurations that are known.
func TestSizesOfLargeMembers(t *testing.T) {
	for _, m := range largeMembers() {
		if m.known == "" {
			continue
		}
		u := unit(t, m.text())
		r, err := verify.Verify(context.Background(), u.Automata, verify.Options{Only: []string{"out-of-range"}, Engine: verify.Symbolic})
		require.NoError(t, err)
		known, ok := new(big.Int).SetString(m.known, 10)
		require.True(t, ok)
		require.Equal(t, known.String(), r.Environments[0].Statistics.Configurations.String(), m.name)
	}
}
