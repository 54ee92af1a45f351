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
	"chorcheck/verify"
)

// lossy has stores that miss some configurations, and others that miss hardly any.
var lossy = map[string]verify.Storage{
	"64 bits":   {Kind: verify.Compact},
	"128 bits":  {Kind: verify.Compact, Fingerprint: 128, Seed: 5},
	"3 bits":    {Kind: verify.Compact, Fingerprint: 3, Seed: 1},
	"generous":  {Kind: verify.Bitstate, Table: 1 << 16},
	"too small": {Kind: verify.Bitstate, Table: 16, Seed: 4},
	"one bit":   {Kind: verify.Bitstate, Table: 40, Hashes: 1},
}

// requireNoContradiction compares a verification with a lossy store and one with an exact one.
// What the former finds is there; that nothing is there it never says.
func requireNoContradiction(t require.TestingT, name string, exact, some *verify.Result) {
	compare := func(c, d verify.CheckResult) {
		id := name + ": " + c.Check.ID
		switch d.Verdict {
		case verify.Holds:
			// Each interaction and handler has been seen, which no store can make up.
			require.Contains(t, []string{"dead-interaction", "dead-handler"}, c.Check.ID, id)
			if c.Verdict == verify.Inconclusive { // the store has missed what makes a search doubt all that it sees
				require.Contains(t, c.Reason, "could not be told from each other", id)
				return
			}
			require.Equal(t, verify.Holds, c.Verdict, id)
		case verify.Violated:
			require.Equal(t, verify.Violated, c.Verdict, id)
			require.NotContains(t, []string{"stuck", "livelock", "no-termination", "silent-survivor", "dead-interaction", "dead-handler"},
				d.Check.ID, "%s needs everything", id)
		case verify.Inconclusive:
			if strings.Contains(d.Reason, "could not be told from each other") {
				return // that has nothing to do with stores
			}
			require.Contains(t, d.Reason, "the store is lossy", id)
			require.Contains(t, d.Reason, "missed configurations are expected", id)
			require.NotEqual(t, verify.NotApplicable, c.Verdict, id)
		case verify.NotApplicable:
			require.Equal(t, verify.NotApplicable, c.Verdict, id)
		}
	}
	for i, e := range exact.Environments {
		s := some.Environments[i].Statistics
		require.LessOrEqual(t, s.States, e.Statistics.States, name)
		require.False(t, s.Complete, name)
		require.Positive(t, s.Missed, name)
		require.Positive(t, s.MissedAny, name)
		require.Zero(t, e.Statistics.Missed, name)
		for j, c := range e.Checks {
			compare(c, some.Environments[i].Checks[j])
		}
	}
	for j, c := range exact.Across {
		compare(c, some.Across[j])
	}
}

func TestLossyStoresDoNotContradict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := naive.Failing(false).Draw(t, "system")
		opt := verify.Options{
			Environments: f.Environments, KeepCrashed: f.KeepCrashed, MaxStates: 1500, MaxFindings: 100,
			Workers: rapid.IntRange(1, 2).Draw(t, "workers"),
		}
		exact, err := verify.Verify(context.Background(), f.Automata, opt)
		require.NoError(t, err)
		for _, e := range exact.Environments {
			if !e.Statistics.Complete {
				t.Skip("too large")
			}
		}
		name := rapid.SampledFrom([]string{"64 bits", "128 bits", "3 bits", "generous", "too small", "one bit"}).Draw(t, "store")
		opt.Store = lossy[name]
		if rapid.Bool().Draw(t, "reduced") {
			opt.Reduce, opt.Only = allReduced, []string{"deadlock"}
		}
		some, err := verify.Verify(context.Background(), f.Automata, opt)
		require.NoError(t, err)
		if opt.Only != nil {
			opt.Store, opt.Reduce = verify.Storage{}, verify.Reduce{}
			exact, err = verify.Verify(context.Background(), f.Automata, opt)
			require.NoError(t, err)
		}
		requireNoContradiction(t, name, exact, some)
	})
}

func specification(t *testing.T, name string) *lang.Unit {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	u := lang.Load(source.New(name, string(text)), lang.Options{})
	require.False(t, u.Rejected(), name)
	return u
}

// In what is shipped, generous stores find all that is found without continuations, with
// the same shortest runs; others nothing that is not there.
func TestLossyStoresOnSpecifications(t *testing.T) {
	var names []string
	for _, pattern := range []string{"*.chor", "failures/*.chor", "note/*.fsa"} {
		found, err := filepath.Glob("../specs/" + pattern)
		require.NoError(t, err)
		names = append(names, found...)
	}
	require.Greater(t, len(names), 25)
	violations := 0
	for _, name := range names {
		u := specification(t, name)
		opt := verify.Options{Environments: u.Environments, MaxStates: 3000, MaxFindings: 1000}
		exact, err := verify.Verify(context.Background(), u.Automata, opt)
		require.NoError(t, err)
		if slices.ContainsFunc(exact.Environments, func(e verify.EnvironmentResult) bool { return !e.Statistics.Complete }) {
			continue
		}
		for kind, store := range lossy {
			if kind == "generous" {
				store.Table = 1 << 20
			}
			opt.Store = store
			some, err := verify.Verify(context.Background(), u.Automata, opt)
			require.NoError(t, err)
			requireNoContradiction(t, name+", "+kind, exact, some)
			if kind != "64 bits" && kind != "generous" {
				continue
			}
			for i, e := range exact.Environments {
				require.Equal(t, e.Statistics.States, some.Environments[i].Statistics.States, name)
				for j, c := range e.Checks {
					switch c.Check.ID {
					case "stuck", "livelock", "no-termination", "silent-survivor", "orphan-message":
						continue // evidence in components
					}
					violations += len(c.Findings)
					require.Equal(t, foundCauses(c), foundCauses(some.Environments[i].Checks[j]), "%s: %s", name, c.Check.ID)
				}
			}
		}
	}
	assert.Greater(t, violations, 20)
}

// A table of some bytes for thousands of configurations: it sees little, and says so.
func TestATinyBitstateMissesAndSaysSo(t *testing.T) {
	u := specification(t, "../specs/bench/saga-2.fsa")
	r, err := verify.Verify(context.Background(), u.Automata, verify.Options{
		Store: verify.Storage{Kind: verify.Bitstate, Table: 64, Seed: 1},
	})
	require.NoError(t, err)
	s := r.Environments[0].Statistics
	assert.Less(t, s.States, uint64(500))
	assert.Greater(t, s.Missed, 10.0)
	assert.InDelta(t, 1, s.MissedAny, 0.01)
	assert.Equal(t, "bitstate: 3 functions, 64 bytes", s.Store)
	assert.False(t, s.Complete)
	for _, c := range r.Environments[0].Checks {
		assert.NotEqual(t, verify.Holds, c.Verdict, c.Check.ID)
	}
	for _, c := range r.Across {
		assert.NotEqual(t, verify.Violated, c.Verdict, c.Check.ID)
	}
	full, err := verify.Verify(context.Background(), u.Automata, verify.Options{})
	require.NoError(t, err)
	assert.EqualValues(t, 12947, full.Environments[0].Statistics.States)
	assert.Contains(t, full.Environments[0].Statistics.Store, "exact: ")
}

// If there is no memory for the table it is an error, not a verdict.
func TestAStoreThatIsTooLarge(t *testing.T) {
	u := specification(t, "../specs/order-payment.chor")
	_, err := verify.Verify(context.Background(), u.Automata, verify.Options{Store: verify.Storage{Kind: verify.Bitstate, Table: 1 << 55}})
	var large *verify.StoreTooLargeError
	require.ErrorAs(t, err, &large)
}

// Runs of a lossy search are made as short as they can be, if there is room for that; else
// the finding says that there may be shorter ones.
func TestRunsOfALossySearch(t *testing.T) {
	u := specification(t, "../specs/order-payment.chor")
	exact, err := verify.Verify(context.Background(), u.Automata, verify.Options{})
	require.NoError(t, err)
	want := exact.Environments[0].Checks[0].Findings[0].Trace
	deadlock := func(opt verify.Options) verify.CheckResult {
		opt.Only = []string{"deadlock"}
		r, err := verify.Verify(context.Background(), u.Automata, opt)
		require.NoError(t, err)
		return r.Environments[0].Checks[0]
	}
	c := deadlock(verify.Options{Store: lossy["64 bits"]})
	require.Equal(t, verify.Violated, c.Verdict)
	assert.Equal(t, len(want), len(c.Findings[0].Trace))
	assert.False(t, c.Unshortened)
	assert.Empty(t, c.Notes)

	// The largest table with which the search comes to its end leaves no room for another one.
	const memory, step = 1 << 20, 4 << 10
	c = verify.CheckResult{Verdict: verify.Inconclusive}
	for table := int64(memory); c.Verdict != verify.Violated; table -= step {
		require.Positive(t, table)
		c = deadlock(verify.Options{Workers: 1, Memory: memory, Store: verify.Storage{Kind: verify.Bitstate, Table: table}})
	}
	assert.True(t, c.Unshortened)
	assert.Equal(t, []string{"there are perhaps shorter runs: the memory limit is not enough for an exact search"}, c.Notes)
}
