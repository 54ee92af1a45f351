package ltl

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestHolds evaluates formulas on words whose verdict is plain: a is 1, b is 2, both are 3.
func TestHolds(t *testing.T) {
	fs := NewFormulas()
	a, b := fs.Proposition(0), fs.Proposition(1)
	tests := []struct {
		f    *Formula
		w    Word
		want bool
	}{
		{a, Word{nil, []uint64{1}}, true},
		{a, Word{[]uint64{0}, []uint64{1}}, false},
		{fs.Proposition(100), Word{nil, []uint64{^uint64(0)}}, false},
		{fs.Next(a), Word{[]uint64{0}, []uint64{1}}, true},
		{fs.Next(fs.Next(a)), Word{nil, []uint64{1, 0}}, true},
		{fs.Next(a), Word{nil, []uint64{1, 0}}, false},
		{fs.Eventually(a), Word{[]uint64{0, 0}, []uint64{0, 1}}, true},
		{fs.Eventually(a), Word{[]uint64{0, 2}, []uint64{0, 2}}, false},
		{fs.Always(a), Word{[]uint64{1}, []uint64{1, 3}}, true},
		{fs.Always(a), Word{[]uint64{1}, []uint64{1, 2}}, false},
		{fs.Always(fs.Eventually(a)), Word{[]uint64{0}, []uint64{0, 1, 0}}, true},
		{fs.Always(fs.Eventually(a)), Word{[]uint64{1}, []uint64{0}}, false},
		{fs.Eventually(fs.Always(a)), Word{[]uint64{0}, []uint64{1}}, true},
		{fs.Eventually(fs.Always(a)), Word{nil, []uint64{0, 1}}, false},
		{fs.Until(a, b), Word{[]uint64{1, 1, 2}, []uint64{0}}, true},
		{fs.Until(a, b), Word{[]uint64{1, 0, 2}, []uint64{0}}, false},
		{fs.Until(a, b), Word{nil, []uint64{1}}, false},
		{fs.WeakUntil(a, b), Word{nil, []uint64{1}}, true},
		{fs.WeakUntil(a, b), Word{[]uint64{1, 0}, []uint64{2}}, false},
		{fs.Release(a, b), Word{nil, []uint64{2}}, true},
		{fs.Release(a, b), Word{[]uint64{2, 3}, []uint64{0}}, true},
		{fs.Release(a, b), Word{[]uint64{2, 1}, []uint64{0}}, false},
		{fs.Release(a, b), Word{[]uint64{2, 2}, []uint64{1}}, false},
		{fs.And(fs.Not(b), fs.Or(a, b)), Word{nil, []uint64{1}}, true},
		{fs.And(fs.Not(b), fs.Or(a, b)), Word{nil, []uint64{3}}, false},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, Holds(test.f, test.w), "%s %v", Format(test.f, letter, Words), test.w)
	}
}

// TestAccepts asks an automaton written by hand: infinitely many a, with acceptance on the transitions.
func TestAccepts(t *testing.T) {
	a := &Automaton{Transitions: [][]Transition{{
		{Guard{{Pos: 1}}, 0, true},
		{Guard{{Neg: 1}}, 0, false},
	}}}
	assert.True(t, a.Accepts(Word{nil, []uint64{0, 1}}))
	assert.True(t, a.Accepts(Word{[]uint64{0}, []uint64{1}}))
	assert.False(t, a.Accepts(Word{[]uint64{1, 1}, []uint64{0, 2}}))
	a.Transitions[0] = a.Transitions[0][:1]
	assert.False(t, a.Accepts(Word{nil, []uint64{0, 1}}))
}
