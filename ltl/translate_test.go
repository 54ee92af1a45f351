package ltl

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// randomFormula has up to n operators.
func randomFormula(t *rapid.T, fs *Formulas, propositions, n int, next bool) *Formula {
	if n == 0 {
		f := fs.Proposition(rapid.IntRange(0, propositions-1).Draw(t, "proposition"))
		if rapid.Bool().Draw(t, "negated") {
			f = fs.Not(f)
		}
		return f
	}
	sub := func(n int) *Formula { return randomFormula(t, fs, propositions, n, next) }
	last := 9
	if next {
		last++
	}
	op := rapid.IntRange(0, last).Draw(t, "operator")
	switch op {
	case 0:
		return fs.Not(sub(n - 1))
	case 1:
		return fs.Always(sub(n - 1))
	case 2:
		return fs.Eventually(sub(n - 1))
	case 10:
		return fs.Next(sub(n - 1))
	}
	left := rapid.IntRange(0, n-1).Draw(t, "left")
	f, g := sub(left), sub(n-1-left)
	switch op {
	case 3, 4:
		return fs.And(f, g)
	case 5, 6:
		return fs.Or(f, g)
	case 7:
		return fs.Until(f, g)
	case 8:
		return fs.Release(f, g)
	default:
		return fs.WeakUntil(f, g)
	}
}

func drawFormula(t *rapid.T, fs *Formulas, propositions int) *Formula {
	return randomFormula(t, fs, propositions, rapid.IntRange(0, 9).Draw(t, "operators"), true)
}

func drawWord(t *rapid.T, propositions int) Word {
	return randomWord(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "word"), 0)), propositions)
}

func letter(n int) string { return string(rune('a' + n)) }

// TestTranslate compares automata with the direct evaluation of formulas: on words, and for the negation.
func TestTranslate(t *testing.T) {
	const propositions = 3
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		f := drawFormula(t, fs, propositions)
		a, err := Translate(fs, f, Options{})
		require.NoError(t, err)
		n, err := Translate(fs, fs.Not(f), Options{})
		require.NoError(t, err)
		s, err := Translate(fs, f, Options{StateBased: true})
		require.NoError(t, err)
		require.True(t, s.StateBased())
		assert.False(t, meet(a, n), Format(f, letter, Words))
		assert.False(t, meet(s, n), Format(f, letter, Words))
		for range 30 {
			w := drawWord(t, propositions)
			holds := Holds(f, w)
			assert.Equal(t, holds, a.Accepts(w), "%s %v", Format(f, letter, Words), w)
			assert.Equal(t, !holds, n.Accepts(w), "not %s %v", Format(f, letter, Words), w)
			assert.Equal(t, holds, s.Accepts(w), "by states: %s %v", Format(f, letter, Words), w)
		}
	})
}

// TestReduce does the same with every step of the way from the tableau to the automaton.
func TestReduce(t *testing.T) {
	const propositions = 2
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		f := fs.Normal(drawFormula(t, fs, propositions))
		g, err := tableau(fs, f, newBDDs(1<<20), 500)
		if err != nil {
			t.Skip(err)
		}
		c := g.clean()
		forward, backward := c.simulate(false), c.simulate(true)
		b := c.b
		b.extra = 1 << 20
		steps := map[string]*graph{"tableau": g, "clean": c, "forward": forward, "backward": backward,
			"shrink": c.shrink(), "clean again": backward.clean().simulate(false).clean()}
		for i, order := range orders(c.marks) {
			steps[fmt.Sprintf("degeneralize %d", i)] = c.degeneralize(order, false, 10000)
			steps[fmt.Sprintf("degeneralize %d by states", i)] = c.degeneralize(order, true, 10000).clean().shrink()
		}
		if newSimplifier(fs).of(f).obligation {
			w := g.weak(1000)
			require.NotNil(t, w)
			steps["weak"] = w
			steps["opposite"] = w.opposite()
		}
		for range 10 {
			w := drawWord(t, propositions)
			for name, h := range steps {
				accepts := Holds(f, w)
				if name == "opposite" {
					accepts = !accepts
				}
				assert.Equal(t, accepts, h.accepts(w), "%s: %s %v", name, Format(f, letter, Words), w)
			}
		}
	})
}

// TestReduceInPart stops the work that is not needed at any point: the result may be larger, but not wrong.
func TestReduceInPart(t *testing.T) {
	const propositions = 3
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		f := fs.Normal(drawFormula(t, fs, propositions))
		b := newBDDs(1 << 22)
		g, err := tableau(fs, f, b, 1000)
		if err != nil {
			t.Skip(err)
		}
		b.extra = rapid.IntRange(0, 3000).Draw(t, "steps")
		r := reducer{byState: rapid.Bool().Draw(t, "by states"), maxStates: 10000, negation: func() *graph {
			n, err := tableau(fs, fs.Negative(f), b, 1000)
			if err != nil {
				return nil
			}
			return n.clean()
		}}
		h := r.reduce(g)
		require.NotNil(t, h)
		a := h.automaton()
		require.False(t, b.over())
		for range 20 {
			w := drawWord(t, propositions)
			assert.Equal(t, Holds(f, w), a.Accepts(w), "%s %v", Format(f, letter, Words), w)
		}
		assert.True(t, !r.byState || a.StateBased())
	})
}

// accepts tells whether a generalised automaton accepts a word.
func (g *graph) accepts(w Word) bool {
	n := w.positions()
	product := g.with(g.initial*n, make([][]edge, len(g.out)*n))
	for s, out := range g.out {
		for i := range n {
			for _, e := range out {
				if g.b.cubes(e.label).Holds(w.at(i)) {
					product.out[s*n+i] = append(product.out[s*n+i], edge{bddTrue, e.marks, e.dst*n + w.after(i)})
				}
			}
		}
	}
	c := product.components()
	for _, members := range product.members(c) {
		if product.acceptingWithin(members, c) {
			return true
		}
	}
	return false
}

func TestSimplify(t *testing.T) {
	const propositions = 3
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		for range 5 {
			f := drawFormula(t, fs, propositions)
			s := newSimplifier(fs)
			simple := s.simplify(fs.Normal(f))
			postponed := s.postpone(simple)
			negative := fs.Negative(f)
			for range 20 {
				w := drawWord(t, propositions)
				holds := Holds(f, w)
				assert.Equal(t, holds, Holds(simple, w), "%s became %s: %v", Format(f, letter, Words), Format(simple, letter, Words), w)
				assert.Equal(t, holds, Holds(postponed, w), "%s became %s: %v", Format(f, letter, Words), Format(postponed, letter, Words), w)
				assert.Equal(t, !holds, Holds(negative, w), Format(f, letter, Words))
			}
		}
	})
}

// TestTraits checks what the syntax says of formulas, and the implications that it shows.
func TestTraits(t *testing.T) {
	const propositions = 2
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		f, g := fs.Normal(drawFormula(t, fs, propositions)), fs.Normal(drawFormula(t, fs, propositions))
		s := newSimplifier(fs)
		traits, implies := s.of(f), s.implies(f, g)
		for range 10 {
			w := drawWord(t, propositions)
			now, later := Holds(f, w), Holds(fs.Next(f), w)
			if traits.eventual {
				assert.True(t, now || !later, Format(f, letter, Words))
			}
			if traits.universal {
				assert.True(t, later || !now, Format(f, letter, Words))
			}
			if implies {
				assert.True(t, !now || Holds(g, w), "%s, %s", Format(f, letter, Words), Format(g, letter, Words))
			}
		}
	})
}

// TestLimits translates formulas that are too large, or only look so.
func TestLimits(t *testing.T) {
	chain := func(n int, f func(fs *Formulas, g *Formula, i int) *Formula) func(fs *Formulas) *Formula {
		return func(fs *Formulas) *Formula {
			g := fs.Proposition(0)
			for i := range n {
				g = f(fs, g, i)
			}
			return g
		}
	}
	p := func(fs *Formulas, i int) *Formula { return fs.Proposition(i % 64) }
	tests := []struct {
		name string
		f    func(fs *Formulas) *Formula
		want error
	}{
		{"many propositions", func(fs *Formulas) *Formula { return fs.And(fs.Proposition(0), fs.Proposition(64)) }, ErrPropositions},
		{"exponentially many cubes", func(fs *Formulas) *Formula {
			pairs := fs.True()
			for i := range 32 {
				pairs = fs.And(pairs, fs.Or(p(fs, 2*i), p(fs, 2*i+1)))
			}
			return fs.Always(pairs)
		}, ErrLimit},
		{"the last proposition", func(fs *Formulas) *Formula { return fs.Always(fs.Proposition(63)) }, nil},
		{"next 100 times", chain(100, func(fs *Formulas, g *Formula, _ int) *Formula { return fs.Next(g) }), nil},
		{"next 10000 times", chain(10000, func(fs *Formulas, g *Formula, _ int) *Formula { return fs.Next(g) }), ErrLimit},
		{"next 100000 times", chain(100000, func(fs *Formulas, g *Formula, _ int) *Formula { return fs.Next(g) }), ErrLimit},
		{"or of and", chain(10000, func(fs *Formulas, g *Formula, i int) *Formula {
			if i%2 == 0 {
				return fs.And(g, p(fs, i))
			}
			return fs.Or(g, p(fs, i))
		}), nil},
		{"always and eventually", chain(10000, func(fs *Formulas, g *Formula, i int) *Formula {
			if i%2 == 0 {
				return fs.Always(g)
			}
			return fs.Eventually(g)
		}), nil},
		{"until to the right", chain(10000, func(fs *Formulas, g *Formula, i int) *Formula { return fs.Until(p(fs, i), g) }), ErrLimit},
		{"until to the left", chain(10000, func(fs *Formulas, g *Formula, i int) *Formula { return fs.Until(g, p(fs, i)) }), ErrLimit},
		{"release and until", chain(10000, func(fs *Formulas, g *Formula, i int) *Formula {
			if i%2 == 0 {
				return fs.Until(g, p(fs, i))
			}
			return fs.Release(p(fs, i), g)
		}), ErrLimit},
		{"iff", chain(5000, func(fs *Formulas, g *Formula, i int) *Formula {
			h := fs.Eventually(p(fs, i))
			return fs.And(fs.Implies(g, h), fs.Implies(h, g))
		}), ErrLimit},
		{"20 responses", chain(20, func(fs *Formulas, g *Formula, i int) *Formula {
			return fs.And(g, fs.Always(fs.Implies(p(fs, 2*i), fs.Eventually(p(fs, 2*i+1)))))
		}), ErrLimit},
		{"8 eventualities in a loop", func(fs *Formulas) *Formula {
			var all []*Formula
			for i := range 8 {
				all = append(all, fs.Always(fs.Eventually(p(fs, i))))
			}
			return fs.And(all...)
		}, nil},
		{"70 eventualities", func(fs *Formulas) *Formula {
			var all []*Formula
			for i := range 70 {
				all = append(all, fs.Eventually(fs.And(p(fs, i), fs.Next(p(fs, i+1)))))
			}
			return fs.And(all...)
		}, ErrLimit},
		{"sums", func(fs *Formulas) *Formula { // the diagram of this is exponential in the order of the propositions
			var all []*Formula
			for i := range 32 {
				all = append(all, fs.And(p(fs, i), p(fs, i+32)))
			}
			return fs.Always(fs.Or(all...))
		}, ErrLimit},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fs := NewFormulas()
			_, err := Translate(fs, test.f(fs), Options{MaxStates: 200})
			require.ErrorIs(t, err, test.want)
		})
	}
}
