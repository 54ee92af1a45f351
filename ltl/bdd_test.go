package ltl

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// TestBDD compares diagrams with truth tables of four propositions.
func TestBDD(t *testing.T) {
	const propositions = 4
	rapid.Check(t, func(t *rapid.T) {
		b := newBDDs(1 << 20)
		of := func(table uint16) bdd {
			f := bddFalse
			for v := range 1 << propositions {
				if table>>v&1 == 0 {
					continue
				}
				term := bddTrue
				for p := range propositions {
					x := b.variable(p)
					if v>>p&1 == 0 {
						x = b.not(x)
					}
					term = b.and(x, term)
				}
				f = b.or(f, term)
			}
			return f
		}
		x, y := rapid.Uint16().Draw(t, "x"), rapid.Uint16().Draw(t, "y")
		f, g := of(x), of(y)
		assert.Equal(t, of(x&y), b.and(f, g))
		assert.Equal(t, of(x|y), b.or(f, g))
		assert.Equal(t, of(^x), b.not(f))
		assert.Equal(t, x&^y == 0, b.implies(f, g))
		assert.True(t, b.implies(of(x&y), f))
		cubes := b.cubes(f)
		for v := range uint64(1) << propositions {
			assert.Equal(t, x>>v&1 == 1, cubes.Holds(v))
		}
		if f != bddFalse {
			var v uint16
			for _, p := range b.valuation(f) {
				v |= 1 << p
			}
			assert.True(t, x>>v&1 == 1)
		}
	})
}

// TestBranches splits f, which says for each valuation of two propositions which sets of four more variables are enough.
func TestBranches(t *testing.T) {
	const more = 4
	rapid.Check(t, func(t *rapid.T) {
		b := newBDDs(1 << 20)
		p, q := b.variable(0), b.variable(1)
		labels := []bdd{b.and(b.not(p), b.not(q)), b.and(b.not(p), q), b.and(p, b.not(q)), b.and(p, q)}
		f := bddFalse
		enough := make([][]int, len(labels)) // sets as bits
		for i, label := range labels {
			for range rapid.IntRange(0, 3).Draw(t, "sets") {
				set := rapid.IntRange(0, 1<<more-1).Draw(t, "set")
				enough[i] = append(enough[i], set)
				term := label
				for x := range more {
					if set>>x&1 == 1 {
						term = b.and(term, b.variable(firstExtra+x))
					}
				}
				f = b.or(f, term)
			}
		}
		least := make([]map[int]bool, len(labels))
		for i, sets := range enough {
			least[i] = map[int]bool{}
			for _, set := range sets {
				minimal := true
				for _, other := range sets {
					minimal = minimal && (other == set || other&^set != 0)
				}
				if minimal {
					least[i][set] = true
				}
			}
		}
		found := make([]map[int]bool, len(labels))
		for i, label := range labels {
			found[i] = map[int]bool{}
			for _, br := range b.branches(f) {
				if b.and(br.label, label) == bddFalse {
					continue
				}
				for _, prime := range b.primes(br.rest) {
					set := 0
					for _, level := range prime {
						set |= 1 << (level - firstExtra)
					}
					assert.Equal(t, len(prime), bits.OnesCount(uint(set)))
					found[i][set] = true
				}
			}
		}
		assert.Equal(t, least, found)
	})
}

// TestSteps uses up the steps: nothing goes on for ever, and what is known later is right again.
func TestSteps(t *testing.T) {
	b := newBDDs(1)
	sum := func() bdd {
		f := bddFalse
		for i := range 20 {
			f = b.or(f, b.and(b.variable(i), b.variable(i+20)))
		}
		return f
	}
	sum()
	assert.True(t, b.over())
	b.steps, b.extra = 1<<30, 1000
	b.begin()
	f := sum()
	assert.True(t, b.over())
	assert.Equal(t, bddFalse, f)
	assert.False(t, b.end())
	f = bddFalse
	for i := range 3 {
		f = b.or(f, b.and(b.variable(i), b.variable(i+20)))
	}
	assert.False(t, b.over())
	assert.Len(t, b.cubes(f), 3)
}
