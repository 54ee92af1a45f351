package ltl

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSplit: the parts of a formula say together what it says, and so does what is imported under other numbers.
func TestSplit(t *testing.T) {
	split := 0
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		f := drawSplit(t, fs, 4)
		conjuncts, disjuncts := fs.Conjuncts(f), fs.Disjuncts(f)
		if len(conjuncts) > 1 || len(disjuncts) > 1 {
			split++
		}
		other := NewFormulas()
		imported := other.Import(f, func(p int) int { return 5 - p })
		word := func(name string, least int) []uint64 {
			return rapid.SliceOfN(rapid.Uint64Range(0, 7), least, 4).Draw(t, name)
		}
		w := Word{Prefix: word("prefix", 0), Cycle: word("cycle", 1)}
		all, some := true, false
		for _, g := range conjuncts {
			all = all && Holds(g, w)
		}
		for _, g := range disjuncts {
			some = some || Holds(g, w)
		}
		holds := Holds(f, w)
		require.Equal(t, holds, all)
		require.Equal(t, holds, some)
		turned := func(list []uint64) []uint64 {
			var out []uint64
			for _, v := range list {
				out = append(out, v&1<<5|v>>1&1<<4|v>>2&1<<3)
			}
			return out
		}
		require.Equal(t, holds, Holds(imported, Word{Prefix: turned(w.Prefix), Cycle: turned(w.Cycle)}))
		for _, p := range other.Propositions(imported) {
			require.Contains(t, fs.Propositions(f), 5-p)
		}
	})
	if !testing.Short() {
		require.Greater(t, split, 10)
	}
}

// drawSplit draws a formula with many conjunctions, disjunctions, always and eventually.
func drawSplit(t *rapid.T, fs *Formulas, depth int) *Formula {
	draw := func() *Formula { return drawSplit(t, fs, depth-1) }
	if depth == 0 {
		return fs.Proposition(rapid.IntRange(0, 2).Draw(t, "proposition"))
	}
	switch rapid.IntRange(0, 8).Draw(t, "operator") {
	case 0, 1:
		return fs.And(draw(), draw())
	case 2, 3:
		return fs.Or(draw(), draw())
	case 4:
		return fs.Always(draw())
	case 5:
		return fs.Eventually(draw())
	case 6:
		return fs.Until(draw(), draw())
	case 7:
		return fs.Not(draw())
	}
	return fs.Next(draw())
}
