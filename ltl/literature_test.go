package ltl

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The formulas that the literature measures translators with are not part of the project. Without
// them the tests that need them are skipped.
const patternsFile = "../../shared/reference/ltl-patterns.txt"

var update = flag.Bool("update", false, "write the golden files")

// pattern is a row of the file.
type pattern struct {
	id       string
	formulas *Formulas
	f        *Formula
	best     int // states of the smallest automaton with acceptance by states that another tool has found; 0: unknown
}

func readPatterns(t *testing.T) []pattern {
	t.Helper()
	file, err := os.Open(patternsFile)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	require.NoError(t, err)
	defer file.Close()
	var out []pattern
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		columns := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(columns) < 3 {
			continue
		}
		formulas := NewFormulas() // of their own, so that the others have no influence on the result
		p := pattern{id: columns[0], formulas: formulas, f: readSpot(t, formulas, columns[1])}
		if len(columns) == 11 { // table 1
			p.best, _ = strconv.Atoi(strings.Split(columns[6], "/")[0])
		}
		out = append(out, p)
	}
	require.NoError(t, lines.Err())
	return out
}

// readSpot reads the notation of formulas that the file uses. Propositions get numbers in the order in which they come, if they are
// not single letters: these have the numbers that [letter] gives names to.
func readSpot(t *testing.T, formulas *Formulas, text string) *Formula {
	r := &spotReader{Formulas: formulas, text: text, number: map[string]int{}}
	f := r.binary(0)
	require.Empty(t, r.text, "of %q", text)
	return f
}

type spotReader struct {
	*Formulas
	text   string
	number map[string]int
}

func (r *spotReader) next() string {
	r.text = strings.TrimSpace(r.text)
	n := 1
	for _, long := range []string{"<->", "->", "xor"} {
		if strings.HasPrefix(r.text, long) {
			n = len(long)
		}
	}
	if r.text[0] >= 'a' && r.text[0] <= 'z' && n == 1 {
		for n < len(r.text) && (r.text[n] >= 'a' && r.text[n] <= 'z' || r.text[n] >= '0' && r.text[n] <= '9') {
			n++
		}
	}
	token := r.text[:n]
	r.text = strings.TrimSpace(r.text[n:])
	return token
}

var spotLevels = [][]string{{"<->", "xor"}, {"->"}, {"|"}, {"&"}, {"U", "W", "R", "M"}}

func (r *spotReader) binary(level int) *Formula {
	if level == len(spotLevels) {
		return r.unary()
	}
	f := r.binary(level + 1)
	for _, op := range spotLevels[level] {
		if !strings.HasPrefix(r.text, op) {
			continue
		}
		r.next()
		g := r.binary(level) // right associative
		switch op {
		case "<->":
			return r.And(r.Implies(f, g), r.Implies(g, f))
		case "xor":
			return r.Not(r.And(r.Implies(f, g), r.Implies(g, f)))
		case "->":
			return r.Implies(f, g)
		case "|":
			return r.Or(f, g)
		case "&":
			return r.And(f, g)
		case "U":
			return r.Until(f, g)
		case "W":
			return r.WeakUntil(f, g)
		case "R":
			return r.Release(f, g)
		case "M":
			return r.Until(g, r.And(f, g))
		}
	}
	return f
}

func (r *spotReader) unary() *Formula {
	switch token := r.next(); token {
	case "!":
		return r.Not(r.unary())
	case "X":
		return r.Next(r.unary())
	case "F":
		return r.Eventually(r.unary())
	case "G":
		return r.Always(r.unary())
	case "(":
		f := r.binary(0)
		r.next()
		return f
	default:
		if len(token) == 1 {
			return r.Proposition(int(token[0] - 'a'))
		}
		n, ok := r.number[token]
		if !ok {
			n = 26 + len(r.number)
			r.number[token] = n
		}
		return r.Proposition(n)
	}
}

// randomWord is a word with up to 4 valuations before the cycle, and up to 4 in it.
func randomWord(random *rand.Rand, propositions int) Word {
	mask := uint64(1)<<propositions - 1
	valuations := func(n int) []uint64 {
		out := make([]uint64, n)
		for i := range out {
			out[i] = random.Uint64() & random.Uint64() & mask
			if random.IntN(2) == 0 {
				out[i] = ^out[i] & mask
			}
		}
		return out
	}
	return Word{valuations(random.IntN(5)), valuations(1 + random.IntN(4))}
}

// TestPatterns translates the formulas of the literature and their negations: no word is treated wrongly, the two
// automata have no word in common, and they are as small as they were.
func TestPatterns(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sum, sumBest, rows := 0, 0, 0
	var ledger strings.Builder
	for _, p := range readPatterns(t) {
		formulas := p.formulas
		highest, _ := measure(p.f)
		a, err := Translate(formulas, p.f, Options{})
		require.NoError(t, err, p.id)
		negated := strings.HasPrefix(p.id, "!") // the formula without the negation comes before it
		var b *Automaton
		if !negated {
			b, err = Translate(formulas, formulas.Not(p.f), Options{})
			require.NoError(t, err, p.id)
			require.False(t, meet(a, b), p.id)
		}
		s, err := Translate(formulas, p.f, Options{StateBased: true})
		require.NoError(t, err, p.id)
		for range 40 {
			w := randomWord(random, highest+1)
			holds := Holds(p.f, w)
			require.Equal(t, holds, a.Accepts(w), "%s %v", p.id, w)
			if !negated {
				require.Equal(t, !holds, b.Accepts(w), "not %s %v", p.id, w)
			}
			require.Equal(t, holds, s.Accepts(w), "by states: %s %v", p.id, w)
		}
		require.True(t, s.StateBased(), p.id)
		fmt.Fprintf(&ledger, "%s\t%d\t%d\n", p.id, a.States(), s.States())
		if p.best > 0 {
			rows++
			sum += s.States()
			sumBest += p.best
			if s.States() > p.best {
				t.Logf("%s: %d states, not %d", p.id, s.States(), p.best)
			}
		}
	}
	t.Logf("%d rows: %d states by states, best known %d", rows, sum, sumBest)
	assert.Equal(t, 320, rows)
	assert.LessOrEqual(t, sum, 1500)
	const golden = "testdata/sizes.golden"
	const header = "# id, states with acceptance by transitions, and by states\n"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(header+ledger.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(strings.Split(string(want), "\n"), strings.Split(header+ledger.String(), "\n")))
}

// meet tells whether two automata accept a word in common.
func meet(a, b *Automaton) bool {
	type pair struct {
		dst       int
		accepting [2]bool
	}
	n := b.States()
	product := make([][]pair, a.States()*n)
	for s := range product {
		for _, x := range a.Transitions[s/n] {
			for _, y := range b.Transitions[s%n] {
				if compatible(x.Guard, y.Guard) {
					product[s] = append(product[s], pair{x.Target*n + y.Target, [2]bool{x.Accepting, y.Accepting}})
				}
			}
		}
	}
	c := findComponents(len(product), []int{a.Initial*n + b.Initial}, func(s int) int { return len(product[s]) },
		func(s, i int) int { return product[s][i].dst })
	met := make([][2]bool, c.count)
	for s, out := range product {
		for _, p := range out {
			if k := c.of[s]; k >= 0 && c.of[p.dst] == k {
				met[k][0] = met[k][0] || p.accepting[0]
				met[k][1] = met[k][1] || p.accepting[1]
			}
		}
	}
	return slices.Contains(met, [2]bool{true, true})
}

func compatible(g, h Guard) bool {
	for _, c := range g {
		for _, d := range h {
			if (c.Pos|d.Pos)&(c.Neg|d.Neg) == 0 {
				return true
			}
		}
	}
	return false
}
