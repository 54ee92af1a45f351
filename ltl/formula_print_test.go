package ltl

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFormat(t *testing.T) {
	fs := NewFormulas()
	p, q, r := fs.Proposition(0), fs.Proposition(1), fs.Proposition(2)
	tests := []struct {
		f              *Formula
		words, symbols string
	}{
		{fs.True(), "true", "true"},
		{fs.Not(p), "not a", "!a"},
		{fs.Always(fs.Implies(p, fs.Eventually(q))), "always (a implies eventually b)", "[] (a -> <> b)"},
		{fs.Implies(fs.And(p, q), r), "a and b implies c", "a && b -> c"},
		{fs.Normal(fs.Implies(fs.And(p, q), r)), "a and b implies c", "a && b -> c"},
		{fs.Normal(fs.Implies(p, fs.Or(q, r))), "a implies b or c", "a -> b || c"},
		{fs.Or(fs.Not(p), fs.Not(q)), "not a or not b", "!a || !b"},
		{fs.Implies(p, fs.Implies(q, r)), "a and b implies c", "a && b -> c"},
		{fs.And(fs.Or(p, q), r), "c and (a or b)", "c && (a || b)"},
		{fs.Or(fs.And(p, q), r), "c or a and b", "c || a && b"},
		{fs.Until(p, fs.Until(q, r)), "a until (b until c)", "a U (b U c)"},
		{fs.Until(fs.Or(p, q), fs.Next(r)), "(a or b) until next c", "(a || b) U X c"},
		{fs.Release(p, q), "a releases b", "a V b"},
		{fs.WeakUntil(p, q), "a weakly until b", "a W b"},
		{fs.WeakUntil(fs.Or(p, q), r), "(a or b) weakly until c", "(a || b) W c"},
		{fs.WeakUntil(p, fs.Or(q, r)), "a weakly until (b or c)", "a W (b || c)"},
		{fs.Not(fs.Always(fs.Eventually(p))), "not always eventually a", "![] <> a"},
	}
	for _, test := range tests {
		assert.Equal(t, test.words, Format(test.f, letter, Words))
		assert.Equal(t, test.symbols, Format(test.f, letter, Symbols))
	}
}

// TestFormatReads prints formulas and reads them again.
func TestFormatReads(t *testing.T) {
	name := func(n int) string { return letter(n) + " crashed" }
	rapid.Check(t, func(t *rapid.T) {
		fs := NewFormulas()
		f := drawFormula(t, fs, 3)
		for _, notation := range []Notation{Words, Symbols} {
			text := Format(f, name, notation)
			parsed, err := Parse(text)
			require.NoError(t, err, text)
			g, err := Lower(parsed.Formula, fs, lettersOnly{fs})
			require.NoError(t, err, text)
			assert.Same(t, fs.Normal(f), fs.Normal(g), text)
		}
	})
}

// lettersOnly resolves atoms by the letters of their roles.
type lettersOnly struct{ fs *Formulas }

func (l lettersOnly) Atom(a *Atom) (*Formula, error) {
	return l.fs.Proposition(int(a.String()[0] - 'a')), nil
}
func (l lettersOnly) Array(Name) (int, error)   { return 0, nil }
func (l lettersOnly) Value(Name) (int64, error) { return 0, nil }

// TestFormatLong prints a formula whose text would be astronomically long.
func TestFormatLong(t *testing.T) {
	fs := NewFormulas()
	f := fs.Proposition(0)
	for range 1000 {
		f = fs.Until(f, fs.Next(f))
	}
	text := Format(f, letter, Words)
	assert.Len(t, text, maxFormatted+len("..."))
	assert.True(t, strings.HasSuffix(text, "..."))
}
