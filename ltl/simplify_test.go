package ltl

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRules has an example for each rule of the simplifier, and some to which none may be applied.
func TestRules(t *testing.T) {
	tests := []struct{ f, want string }{
		// Implication.
		{"a & (a | b)", "a"},
		{"F a & (a U b) & F b", "(a U b) & F a"},
		{"(a U b) | F b", "F b"},
		{"G a & F a", "G a"},
		{"G(a & b) -> F(a | c)", "a | !a"},
		{"a & X b & !(a & b) & G(a | X b)", "a & X b & !(a & b) & G(a | X b)"},
		// Disjunctions and conjunctions.
		{"X a | X b", "X (a | b)"},
		{"F a | F b", "F (a | b)"},
		{"G a & G b", "G (a & b)"},
		{"F a & F b", "F a & F b"},
		{"(a U b) | (a U c)", "a U (b | c)"},
		{"(a U b) & (c U b)", "(a & c) U b"},
		{"(a R b) | (c R b)", "(a | c) R b"},
		{"(a U b) | G a", "a W b"},
		{"(a W b) & F b", "a U b"},
		{"GF a | GF b", "G F (a | b)"},
		{"FG a & FG b", "F G (a & b)"},
		{"(a & F b & X c) | (a & F b & X d)", "a & F b & X (c | d)"},
		// Until and release.
		{"a U F b", "F b"},
		{"G a R G b", "G b"},
		{"X a U X b", "X (a U b)"},
		{"X a R X b", "X (a R b)"},
		{"!a U a", "F a"},
		{"(a | b) U b", "a U b"},
		{"(a & !b) U b", "a U b"},
		{"a U (b U c)", "a U (b U c)"},
		{"a U ((a | b) U c)", "(a | b) U c"},
		{"(a U b) U (b | c)", "(a U b) | c"},
		{"a U (b | F c)", "F c | (a U b)"},
		// Eventually and always.
		{"F(a U b)", "F b"},
		{"F(a | F b)", "F (a | b)"},
		{"F(a | (b U c))", "F (a | c)"},
		{"F(a | X b)", "F (a | X b)"},
		{"F(a | XG b)", "F a | F G b"},
		{"G(a & XF b)", "G a & G F b"},
		{"F(a & GF b)", "F a & G F b"},
		{"F(a & F b)", "F (a & F b)"},
		{"FX a", "X F a"},
		{"XGF a", "G F a"},
		{"GFG a", "F G a"},
		{"GF(a U b)", "G F b"},
		{"GF(a R b)", "G F (a & b) | F G b"},
		{"FG(a U b)", "F G (a | b) & G F b"},
		{"FG(a R b)", "F G b"},
		{"FG(a | F b)", "F G a | G F b"},
		{"FG(a | G b)", "F(G b | G a)"},
		{"FG(a & F b)", "F G a & G F b"},
		{"GF(a & G b)", "F G b & G F a"},
	}
	for _, test := range tests {
		fs := NewFormulas()
		want := fs.Normal(readSpot(t, fs, test.want))
		assert.Same(t, want, fs.Simplify(readSpot(t, fs, test.f)), test.f)
	}
}
