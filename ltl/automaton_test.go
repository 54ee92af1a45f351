package ltl

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// response is always (a implies eventually b).
func response(fs *Formulas) *Formula {
	return fs.Always(fs.Implies(fs.Proposition(0), fs.Eventually(fs.Proposition(1))))
}

func TestTable(t *testing.T) {
	fs := NewFormulas()
	a, err := Translate(fs, response(fs), Options{})
	require.NoError(t, err)
	assert.Equal(t, `initial state 0
from  to  acceptance  if
0     0   accepting   not a or b
0     1   -           a and not b
1     0   accepting   b
1     1   -           not b
`, a.Table(letter, Words))
	assert.Equal(t, 2, a.States())
	assert.False(t, a.Empty())
}

func TestDOT(t *testing.T) {
	fs := NewFormulas()
	name := func(n int) string { return `"` + letter(n) + `"` }
	a, err := Translate(fs, response(fs), Options{})
	require.NoError(t, err)
	assert.Contains(t, a.DOT(name, Symbols), `0 -> 0 [label="!\"a\" || \"b\"", style=bold]`)
	a, err = Translate(fs, response(fs), Options{StateBased: true})
	require.NoError(t, err)
	assert.Equal(t, `digraph automaton {
	rankdir=LR
	node [shape=circle]
	start [shape=point]
	0 [shape=doublecircle]
	1
	start -> 0
	0 -> 0 [label="!a || b"]
	0 -> 1 [label="a && !b"]
	1 -> 0 [label="b"]
	1 -> 1 [label="!b"]
}
`, a.DOT(letter, Symbols))
}

func TestGuard(t *testing.T) {
	g := Guard{{Pos: 1, Neg: 2}, {Pos: 4}}
	assert.True(t, g.Holds(1))
	assert.True(t, g.Holds(7))
	assert.False(t, g.Holds(3))
	assert.Equal(t, "(a and not b) or c", g.Format(letter, Words))
	assert.Equal(t, "true", Guard{{}}.Format(letter, Words))
}

// TestNoWord translates formulas that never hold.
func TestNoWord(t *testing.T) {
	fs := NewFormulas()
	p := fs.Proposition(0)
	for _, f := range []*Formula{
		fs.False(),
		fs.And(fs.Always(p), fs.Eventually(fs.Not(p))),
		fs.And(fs.Always(fs.Eventually(p)), fs.Eventually(fs.Always(fs.Not(p)))),
		fs.And(fs.Next(fs.Next(p)), fs.Always(fs.Implies(p, fs.Next(p))), fs.Next(fs.Eventually(fs.Always(fs.Not(p))))),
	} {
		for _, byState := range []bool{false, true} {
			a, err := Translate(fs, f, Options{StateBased: byState})
			require.NoError(t, err)
			assert.True(t, a.Empty(), Format(f, letter, Words))
			assert.Equal(t, 1, a.States())
			n, err := Translate(fs, fs.Not(f), Options{StateBased: byState})
			require.NoError(t, err)
			assert.Equal(t, &Automaton{Transitions: [][]Transition{{{Guard{{}}, 0, true}}}}, n)
		}
	}
}
