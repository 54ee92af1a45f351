package ltl

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// meaning evaluates syntax trees on a word by the definitions of docs/properties.md, without the core formulas.
// Propositions are numbered by the order of names.
type meaning struct {
	w     Word
	names []string
	bound map[string]int64
}

// path lists the positions from i on, for so many times around the cycle that all that can happen has happened.
func (m meaning) path(i, rounds int) []int {
	p := []int{i}
	for len(p) < len(m.w.Prefix)+rounds*len(m.w.Cycle)+1 {
		p = append(p, m.w.after(p[len(p)-1]))
	}
	return p
}

func (m meaning) holds(x Expr, i int) bool {
	switch x := x.(type) {
	case *Const:
		return x.Value
	case *Atom:
		if x.Kind == AtomCompare {
			a, b := m.term(x.X), m.term(x.Y)
			return map[string]bool{"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[x.Op]
		}
		return m.w.at(i)>>slices.Index(m.names, x.Name.Text)&1 == 1
	case *Unary:
		path := m.path(i, 1)
		if x.Steps > 0 {
			path = path[:1]
			for range x.Steps {
				path = append(path, m.w.after(path[len(path)-1]))
			}
		}
		has := func(j int) bool { return m.holds(x.X, j) }
		switch x.Op {
		case "not":
			return !has(i)
		case "next":
			return has(m.w.after(i))
		case "eventually":
			return slices.ContainsFunc(path, has)
		}
		return !slices.ContainsFunc(path, func(j int) bool { return !has(j) })
	case *Junction:
		is := func(a Expr) bool { return m.holds(a, i) == (x.Op == "or") }
		return slices.ContainsFunc(x.Args, is) == (x.Op == "or")
	case *Binary:
		return m.binary(x, i)
	case *Quantifier:
		for v := m.term(x.Low); v <= m.term(x.High); v++ {
			m.bound[x.Var.Text] = v
			if m.holds(x.Body, i) != x.All {
				return !x.All
			}
		}
		return x.All
	case *Pattern:
		return m.pattern(x, i)
	}
	panic("unknown node")
}

func (m meaning) term(x Term) int64 {
	if n, ok := x.(*IntTerm); ok {
		return n.Value
	}
	return m.bound[x.(*NameTerm).Text]
}

func (m meaning) binary(x *Binary, i int) bool {
	path := m.path(i, 2)
	switch x.Op {
	case "implies":
		return !m.holds(x.X, i) || m.holds(x.Y, i)
	case "iff":
		return m.holds(x.X, i) == m.holds(x.Y, i)
	case "leads to":
		for _, j := range path {
			if m.holds(x.X, j) && !m.holds(&Unary{Op: "eventually", Steps: x.Steps, X: x.Y}, j) {
				return false
			}
		}
		return true
	case "releases": // the second at all positions before which, and at which too, the first has not been
		for _, j := range path {
			if !m.holds(x.Y, j) {
				return false
			}
			if m.holds(x.X, j) {
				return true
			}
		}
		return true
	}
	for _, j := range path {
		if m.holds(x.Y, j) {
			return true
		}
		if !m.holds(x.X, j) {
			return false
		}
	}
	return x.Op == "weakly until"
}

// pattern cuts the segments of the scope out of the run that begins at i.
func (m meaning) pattern(x *Pattern, i int) bool {
	segment := func(i int, end Expr) (segment []int, ended bool) {
		path := m.path(i, x.Times+6)
		if end != nil {
			if n := slices.IndexFunc(path, func(j int) bool { return m.holds(end, j) }); n >= 0 {
				return path[:n], true
			}
		}
		return path, false
	}
	switch s := x.Scope; s.Kind {
	case ScopeGlobal:
		all, _ := segment(i, nil)
		return m.inSegment(x, all)
	case ScopeBefore:
		part, ended := segment(i, s.R)
		return !ended || m.inSegment(x, part)
	case ScopeAfter:
		for _, j := range m.path(i, 1) {
			if m.holds(s.Q, j) {
				part, _ := segment(j, nil)
				return m.inSegment(x, part)
			}
		}
		return true
	default:
		for _, j := range m.path(i, 1) {
			if !m.holds(s.Q, j) || m.holds(s.R, j) {
				continue
			}
			part, ended := segment(j, s.R)
			if (ended || s.Kind == ScopeAfterUntil) && !m.inSegment(x, part) {
				return false
			}
		}
		return true
	}
}

// inSegment tells whether a pattern holds in a segment. A long one is the beginning of an infinite one: what has to
// come is only asked for in its first part.
func (m meaning) inSegment(x *Pattern, segment []int) bool {
	early := len(segment)
	if early > len(m.w.Prefix)+4*len(m.w.Cycle) {
		early = len(m.w.Prefix) + 2*len(m.w.Cycle)
	}
	at := func(x Expr, from, to int) []int { // where x holds, from .. to-1
		var list []int
		for k := from; k < to; k++ {
			if m.holds(x, segment[k]) {
				list = append(list, k)
			}
		}
		return list
	}
	// chain: first, and later than that second, within from .. to-1.
	chain := func(first, second Expr, from, to int) bool {
		for _, k := range at(first, from, to) {
			if second == nil || len(at(second, k+1, to)) > 0 {
				return true
			}
		}
		return false
	}
	switch x.Kind {
	case PatternAbsence:
		return len(at(x.P, 0, len(segment))) == 0
	case PatternExistence:
		return len(at(x.P, 0, len(segment))) > 0
	case PatternUniversality:
		return len(at(x.P, 0, len(segment))) == len(segment)
	case PatternBounded:
		stretches := 0
		for _, k := range at(x.P, 0, len(segment)) {
			if k == 0 || !m.holds(x.P, segment[k-1]) {
				stretches++
			}
		}
		return stretches <= x.Times
	}
	for _, k := range at(x.Q, 0, early) {
		switch {
		case x.Kind == PatternPrecedence && x.Q2 == nil:
			if !chain(x.P, x.P2, 0, k+1) {
				return false
			}
		case x.Kind == PatternPrecedence:
			if len(at(x.Q2, k+1, len(segment))) > 0 && len(at(x.P, 0, k+1)) == 0 {
				return false
			}
		case x.Q2 == nil:
			if !chain(x.P, x.P2, k, len(segment)) {
				return false
			}
		default:
			for _, l := range at(x.Q2, k+1, early) {
				if len(at(x.P, l, len(segment))) == 0 {
					return false
				}
			}
		}
	}
	return true
}

func randomLasso(r *rand.Rand, propositions int) Word {
	density := make([]int, propositions)
	for i := range density {
		density[i] = 1 + r.IntN(4)
	}
	letters := func(n int) []uint64 {
		var list []uint64
		for range n {
			letter := uint64(0)
			for bit := range propositions {
				if r.IntN(5) < density[bit] {
					letter |= 1 << bit
				}
			}
			list = append(list, letter)
		}
		return list
	}
	return Word{Prefix: letters(r.IntN(11)), Cycle: letters(1 + r.IntN(3))}
}

// lowerText parses and expands a formula over the propositions p, q, r, s, t, numbered in this order.
func lowerText(t *testing.T, fs *Formulas, text string) (Expr, *Formula) {
	t.Helper()
	property, err := Parse(text)
	require.NoError(t, err, text)
	f, err := Lower(property.Formula, fs, fixedNames(fs))
	require.NoError(t, err, text)
	return property.Formula, f
}

func patternLetters() []string { return []string{"p", "q", "r", "s", "t"} }

func fixedNames(fs *Formulas) *Names {
	names := NewNames(fs)
	for _, name := range patternLetters() {
		if _, err := names.Atom(&Atom{Name: Name{Text: name}}); err != nil {
			panic(err)
		}
	}
	return names
}

// patternTexts are all patterns with q and r as the ends of the scope, without and with the scope.
func patternTexts() []string {
	var list []string
	for _, body := range []string{
		"absence of p", "existence of p", "universality of p", "existence of p at most 1 time", "existence of p at most 2 times",
		"s precedes p", "s responds to p", "s then t precedes p", "p precedes s then t", "s then t responds to p", "p responds to s then t",
	} {
		for _, scope := range []string{"", " before r", " after q", " between q and r", " after q until r"} {
			list = append(list, body+scope)
		}
	}
	return list
}

// TestPatternSemantics compares each pattern with its definition on random words.
func TestPatternSemantics(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, text := range patternTexts() {
		fs := NewFormulas()
		tree, f := lowerText(t, fs, text)
		count := [2]int{}
		for range 600 {
			w := randomLasso(r, 5)
			want := meaning{w, patternLetters(), nil}.holds(tree, 0)
			require.Equal(t, want, Holds(f, w), "%s on %v", text, w)
			if want {
				count[1]++
			} else {
				count[0]++
			}
		}
		assert.Positive(t, count[0], "%s always holds", text)
		assert.Positive(t, count[1], "%s never holds", text)
	}
}

// randomTree makes a tree of all kinds of nodes.
func randomTree(r *rand.Rand, depth int) Expr {
	sub := func() Expr { return randomTree(r, depth-1) }
	if depth == 0 {
		switch r.IntN(8) {
		case 0:
			return &Const{Value: r.IntN(2) == 0}
		case 1:
			return &Atom{Kind: AtomCompare, Op: []string{"==", "!=", "<", "<=", ">", ">="}[r.IntN(6)], X: randomTerm(r), Y: randomTerm(r)}
		}
		return &Atom{Name: Name{Text: patternLetters()[r.IntN(5)]}}
	}
	steps := max(0, r.IntN(6)-3)
	switch r.IntN(8) {
	case 0:
		return &Unary{Op: []string{"not", "next"}[r.IntN(2)], X: sub()}
	case 1:
		return &Unary{Op: []string{"always", "eventually"}[r.IntN(2)], Steps: steps, X: sub()}
	case 2:
		j := &Junction{Op: []string{"and", "or"}[r.IntN(2)]}
		for range 2 + r.IntN(2) {
			j.Args = append(j.Args, sub())
		}
		return j
	case 3:
		return &Binary{Op: "leads to", Steps: steps, X: sub(), Y: sub()}
	case 4, 5:
		return &Binary{Op: []string{"until", "weakly until", "releases", "implies", "iff"}[r.IntN(5)], X: sub(), Y: sub()}
	case 6:
		variable := "v" + strings.Repeat("'", depth)
		return &Quantifier{All: r.IntN(2) == 0, Var: Name{Text: strings.ReplaceAll(variable, "'", "v")}, Low: &IntTerm{Value: int64(r.IntN(2))}, High: &IntTerm{Value: int64(r.IntN(3))}, Body: sub()}
	}
	p := &Pattern{Kind: PatternKind(r.IntN(int(PatternResponse) + 1)), P: sub()}
	switch {
	case p.Kind == PatternBounded:
		p.Times = 1 + r.IntN(2)
	case p.Kind < PatternBounded:
	default:
		p.Q = sub()
		switch r.IntN(3) {
		case 0:
			p.P2 = sub()
		case 1:
			p.Q2 = sub()
		}
	}
	p.Scope.Kind = ScopeKind(r.IntN(int(ScopeAfterUntil) + 1))
	if p.Scope.Kind >= ScopeAfter {
		p.Scope.Q = sub()
	}
	if p.Scope.Kind != ScopeAfter && p.Scope.Kind != ScopeGlobal {
		p.Scope.R = sub()
	}
	return p
}

// randomTerm is a number, or a variable of a quantifier that may be around.
func randomTerm(r *rand.Rand) Term {
	if r.IntN(2) == 0 {
		return &NameTerm{Name{Text: "v" + strings.Repeat("v", 1+r.IntN(2))}}
	}
	return &IntTerm{Value: int64(r.IntN(3))}
}

// free tells whether a formula uses variables outside the quantifiers that bind them.
func free(f Expr) bool {
	fs := NewFormulas()
	names := fixedNames(fs)
	if _, err := Lower(f, fs, names); err != nil {
		return true
	}
	return slices.ContainsFunc(names.List(), func(s string) bool { return strings.Contains(s, "v") })
}

// TestExpansion: random trees are printed and parsed without a change, and mean what their definition says.
func TestExpansion(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	kinds := map[string]int{}
	for range 2000 {
		x := randomTree(r, r.IntN(4))
		text := Print(x)
		property, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, bare(x), bare(property.Formula), text)
		if free(x) {
			continue
		}
		kinds[fmt.Sprintf("%T", x)]++
		fs := NewFormulas()
		f, err := Lower(property.Formula, fs, fixedNames(fs))
		require.NoError(t, err, text)
		for range 5 {
			w := randomLasso(r, 5)
			want := meaning{w, patternLetters(), map[string]int64{}}.holds(x, 0)
			require.Equal(t, want, Holds(f, w), "%s on %v", text, w)
		}
	}
	assert.Len(t, kinds, 7)
}

// protocol resolves like a protocol with `role A, Worker[3]` and `param n = 3`.
type protocol struct{ *Names }

func (p protocol) Array(name Name) (int, error) {
	if name.Text == "Worker" {
		return 3, nil
	}
	return p.Names.Array(name)
}

func (p protocol) Value(name Name) (int64, error) {
	if name.Text == "n" {
		return 3, nil
	}
	return p.Names.Value(name)
}

// TestQuantifiers: what the resolver is asked for, in order.
func TestQuantifiers(t *testing.T) {
	for _, c := range []struct {
		text  string
		atoms []string
	}{
		{"for all w in Worker: w done", []string{"Worker[0] done", "Worker[1] done", "Worker[2] done"}},
		{"for some w in Worker: Worker[(w + 1) % n] sends m to w", []string{"Worker[1] sends m to Worker[0]", "Worker[2] sends m to Worker[1]", "Worker[0] sends m to Worker[2]"}},
		{"for all i in 1..n - 1: A.x == i * 2 - 1 or A.y == i + n or A.y == -i", []string{"A.x == 1", "A.y == 1 + n", "A.y == -1", "A.x == 3", "A.y == 2 + n", "A.y == -2"}},
		{"for all v in Worker: for all w in Worker: v.x <= w.x", []string{
			"Worker[0].x <= Worker[0].x", "Worker[0].x <= Worker[1].x", "Worker[0].x <= Worker[2].x",
			"Worker[1].x <= Worker[0].x", "Worker[1].x <= Worker[1].x", "Worker[1].x <= Worker[2].x",
			"Worker[2].x <= Worker[0].x", "Worker[2].x <= Worker[1].x", "Worker[2].x <= Worker[2].x",
		}},
		{"for all i in 0..1: (for all j in i..1: A.x != 10 * i + j)", []string{"A.x != 0", "A.x != 1", "A.x != 11"}},
		{"(for all w in Worker: w done) and w done", []string{"Worker[0] done", "Worker[1] done", "Worker[2] done", "w done"}},
		{"for all w in Worker: w.t fires or empty(w -> A) or propagated or t armed", []string{
			"Worker[0].t fires", "empty(Worker[0] -> A)", "propagated", "t armed", "Worker[1].t fires", "empty(Worker[1] -> A)", "Worker[2].t fires", "empty(Worker[2] -> A)",
		}},
		{"for all i in 2..1: p", nil},
		{"for all i in 9223372036854775806..9223372036854775807: A.x == i - i or A.x == i / 1 % 10", []string{"A.x == 0", "A.x == 6", "A.x == 7"}},
		{"A.x == -7 / 2 or A.x == -7 % 2 or A.x == 3 * -(2 + 1)", []string{"A.x == -3", "A.x == -1", "A.x == -9"}},
		{"A.x == 5 - 0 or A.x == 5 + 0 + 1", []string{"A.x == 5", "A.x == 6"}},
		{"A.x == 4611686018427387904 * -2", []string{"A.x == -9223372036854775808"}},
		{"w sends w to A and w in w.w", []string{"w sends w to A", "w in w.w"}},
	} {
		fs := NewFormulas()
		names := NewNames(fs)
		f, err := Parse(c.text)
		require.NoError(t, err, c.text)
		_, err = Lower(f.Formula, fs, protocol{names})
		require.NoError(t, err, c.text)
		assert.Equal(t, c.atoms, names.List(), c.text)
	}
	fs := NewFormulas()
	_, all := lowerText(t, fs, "for all i in 2..1: p")
	_, some := lowerText(t, fs, "for some i in 2..1: p")
	assert.Same(t, fs.True(), all)
	assert.Same(t, fs.False(), some)
}

// TestExpansionErrors: texts that can be parsed and not expanded.
func TestExpansionErrors(t *testing.T) {
	for _, file := range archive(t, "syntax_expand") {
		for want := range strings.SplitSeq(strings.TrimSpace(string(file.Data)), "\n\n") {
			text, _, _ := strings.Cut(want, "\n")
			f, err := Parse(text)
			require.NoError(t, err, text)
			fs := NewFormulas()
			_, err = Lower(f.Formula, fs, protocol{NewNames(fs)})
			assert.Equal(t, want, text+"\n"+shown(text, err))
		}
	}
}

// TestExpansionLimit: few words that would become a large formula, or much work.
func TestExpansionLimit(t *testing.T) {
	flattened := strings.Builder{}
	for i := range 480 { // each conjunction would have the operands of all within it
		fmt.Fprintf(&flattened, "x%d and (false or (", i)
	}
	for text, ok := range map[string]bool{
		flattened.String() + "y" + strings.Repeat("))", 480):                      false,
		strings.Repeat("eventually within 1000 steps p and ", 99) + "q":           false, // always the same formula
		strings.Repeat("eventually within 1000 steps p and ", 90) + "q":           true,
		strings.Repeat("(existence of p at most 100 times) and ", 500) + "q":      false,
		"for all i in 0..99: for all j in 0..99: A.x == i or A.x == j":            true,
		"for all i in 0..99: for all j in 0..99: for all k in 0..9: A.x == i * j": false,
	} {
		f, err := Parse(text)
		require.NoError(t, err)
		fs := NewFormulas()
		_, err = Lower(f.Formula, fs, NewNames(fs))
		if ok {
			assert.NoError(t, err, clip(text))
		} else {
			assert.ErrorContains(t, err, "expands to more than 100000", clip(text))
		}
	}
}

// TestShadowedVariable: trees that do not come from a text may use a name twice.
func TestShadowedVariable(t *testing.T) {
	loop := func(name string, body Expr) Expr {
		return &Quantifier{All: true, Var: Name{Text: name}, Low: &IntTerm{Value: 1}, High: &IntTerm{Value: 2}, Body: body}
	}
	use := &Atom{Kind: AtomVariable, Role: Ref{Name: Name{Text: "W"}, Index: &NameTerm{Name{Text: "v"}}}, Name: Name{Text: "x"}}
	fs := NewFormulas()
	names := NewNames(fs)
	_, err := Lower(loop("v", &Junction{Op: "and", Args: []Expr{loop("v", &Const{}), use}}), fs, names)
	require.NoError(t, err)
	assert.Equal(t, []string{"W[1].x", "W[2].x"}, names.List())
}

// TestExpansionIsSmall: what the texts expand to grows no faster than they do.
func TestExpansionIsSmall(t *testing.T) {
	for text, most := range map[string]int{
		"eventually within 1000 steps p":                                            2010,
		"always within 1000 steps eventually within 1000 steps p":                   5010,
		strings.Repeat("(p iff ", 400) + "q" + strings.Repeat(")", 400):             2500,
		strings.Repeat("existence of (", 200) + "p" + strings.Repeat(")", 200):      250,
		strings.Repeat("p responds to (", 200) + "q" + strings.Repeat(")", 200):     1500,
		"existence of p at most 100 times after q until r":                          1100,
		strings.Repeat("s then t precedes (", 100) + "q" + strings.Repeat(")", 100): 2500,
	} {
		fs := NewFormulas()
		lowerText(t, fs, text)
		assert.Less(t, len(fs.list), most, clip(text))
	}
}
