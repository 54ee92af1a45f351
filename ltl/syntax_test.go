package ltl

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func archive(t testing.TB, name string) []txtar.File {
	t.Helper()
	a, err := txtar.ParseFile("testdata/" + name + ".txtar")
	require.NoError(t, err)
	require.NotEmpty(t, a.Files)
	return a.Files
}

// printCase is a formula and its canonical form.
type printCase struct{ text, canonical string }

// printCases reads `text | canonical`, where the text may go over several lines.
func printCases(t testing.TB) []printCase {
	var cases []printCase
	for _, file := range archive(t, "syntax_print") {
		text := ""
		for line := range strings.Lines(string(file.Data)) {
			i := strings.LastIndex(line, " | ")
			if i < 0 {
				text += line
				continue
			}
			text += line[:i]
			canonical := strings.TrimSpace(line[i+3:])
			if canonical == "same" {
				canonical = text
			}
			if text != "" {
				cases = append(cases, printCase{text, canonical})
			}
			text = ""
		}
		require.Empty(t, strings.TrimSpace(text))
	}
	return cases
}

func TestPrint(t *testing.T) {
	cases := printCases(t)
	require.Greater(t, len(cases), 80)
	for _, c := range cases {
		f, err := Parse(c.text)
		if !assert.NoError(t, err, c.text) {
			continue
		}
		assert.Equal(t, c.canonical, f.String(), c.text)
		checkParse(t, c.text)
	}
}

// TestSyntaxErrors: the text, marks below the place of the mistake, the message and the help.
func TestSyntaxErrors(t *testing.T) {
	for _, file := range archive(t, "syntax_errors") {
		for _, want := range strings.Split(strings.TrimSpace(string(file.Data)), "\n\n") {
			text, _, _ := strings.Cut(want, "\n")
			_, err := Parse(text)
			assert.Equal(t, want, text+"\n"+shown(text, err))
		}
	}
}

// shown shows an error in one line of text.
func shown(text string, err error) string {
	var e *SyntaxError
	if !errors.As(err, &e) {
		return "no error"
	}
	marks := strings.Repeat(" ", utf8.RuneCountInString(text[:e.Start])) + strings.Repeat("^", max(1, utf8.RuneCountInString(text[e.Start:e.End])))
	return strings.TrimSuffix(marks+"\n"+e.Message+"\n"+e.Help, "\n")
}

// TestSpans: each node of a tree has the text that it was made from, without the parentheses around it.
func TestSpans(t *testing.T) {
	text := "always (for all w in Worker: W[w + 1].t fires) or not(A in s.E until  empty(A -> B)) leads to (x precedes (A.y + 1 == n)) // end"
	f, err := Parse(text)
	require.NoError(t, err)
	var got []string
	spans(reflect.ValueOf(f), func(name string, s Span) {
		if s.End > s.Start {
			got = append(got, fmt.Sprintf("%s %s", name, text[s.Start:s.End]))
		}
	})
	assert.Equal(t, []string{
		"Property " + strings.TrimSuffix(text, " // end"),
		"Binary " + strings.TrimSuffix(text, " // end"),
		"Junction always (for all w in Worker: W[w + 1].t fires) or not(A in s.E until  empty(A -> B))",
		"Unary always (for all w in Worker: W[w + 1].t fires)",
		"Quantifier for all w in Worker: W[w + 1].t fires",
		"Name w", "Name Worker",
		"Atom W[w + 1].t fires", "Ref W[w + 1]", "Name W", "BinaryTerm w + 1", "Name w", "IntTerm 1", "Name t",
		"Unary not(A in s.E until  empty(A -> B))",
		"Binary A in s.E until  empty(A -> B)",
		"Atom A in s.E", "Ref A", "Name A", "Name s", "Name E",
		"Atom empty(A -> B)", "Ref A", "Name A", "Ref B", "Name B",
		"Pattern x precedes (A.y + 1 == n)",
		"Atom x", "Name x",
		"Atom A.y + 1 == n", "BinaryTerm A.y + 1", "VarTerm A.y", "Ref A", "Name A", "Name y", "IntTerm 1", "Name n",
	}, got)
}

// spans visits the spans of a tree with the names of the types that have them.
func spans(v reflect.Value, visit func(name string, s Span)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			spans(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			spans(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if s, ok := v.Field(i).Interface().(Span); ok {
				visit(v.Type().Name(), s)
			} else {
				spans(v.Field(i), visit)
			}
		}
	}
}

// bare is a tree without its places.
func bare(x any) string {
	var b strings.Builder
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if v.IsNil() {
				b.WriteString("nil")
				return
			}
			walk(v.Elem())
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
				b.WriteByte(',')
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[Span]() {
				return
			}
			b.WriteString(v.Type().Name())
			b.WriteByte('{')
			for i := range v.NumField() {
				walk(v.Field(i))
				b.WriteByte(' ')
			}
			b.WriteByte('}')
		default:
			fmt.Fprint(&b, v.Interface())
		}
	}
	walk(reflect.ValueOf(x))
	return b.String()
}

// checkParse: no text makes the parser panic, all places lie in the text, and a formula that is printed and
// parsed is the same.
func checkParse(t *testing.T, text string) {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		var e *SyntaxError
		require.ErrorAs(t, err, &e)
		require.True(t, 0 <= e.Start && e.Start <= e.End && e.End <= len(text), "%q: %+v", text, e)
		require.NotEmpty(t, e.Message)
		require.False(t, strings.ContainsAny(e.Message+e.Help, "\x00\x1b\r\n"), "%q %q", e.Message, e.Help)
		return
	}
	spans(reflect.ValueOf(f), func(name string, s Span) {
		require.True(t, 0 <= s.Start && s.Start <= s.End && s.End <= len(text), "%q: %s %v", text, name, s)
	})
	printed := f.String()
	again, err := Parse(printed)
	require.NoError(t, err, "%q printed as %q", text, printed)
	require.Equal(t, bare(f), bare(again), "%q printed as %q", text, printed)
	require.Equal(t, printed, again.String())
	fs := NewFormulas()
	if _, err := Lower(f.Formula, fs, NewNames(fs)); err != nil {
		var e *SyntaxError
		require.ErrorAs(t, err, &e)
		require.True(t, 0 <= e.Start && e.Start <= e.End && e.End <= len(text), "%q: %+v", text, e)
	}
}

// TestRandomWords: the words of the language in any order.
func TestRandomWords(t *testing.T) {
	words := strings.Fields("p q A B[1] W[i + 1] m E 3 ( ( ( ) ) ) . .. : - -> <-> == < ! [] <> U W R X G F && || + * empty( A.x t " +
		strings.Join(slices.Concat(openers(), joiners(), verbs()), " ") + " all some of at most 2 times to from is handled steps crash within")
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		var text []string
		for range 1 + r.IntN(12) {
			text = append(text, words[r.IntN(len(words))])
		}
		checkParse(t, strings.Join(text, " "))
	}
}

// bind puts the parentheses into a formula of operands, prefix operators and binary operators: the loosest
// operator is the outermost; of several of one level the first, since all are right associative or
// the same in any order.
func bind(words []string) string {
	for _, level := range [][]string{{"iff"}, {"implies"}, {"leads to"}, {"or"}, {"and"}, {"until", "weakly until", "releases"}} {
		for i, w := range words {
			if slices.Contains(level, w) {
				return "(" + bind(words[:i]) + " " + w + " " + bind(words[i+1:]) + ")"
			}
		}
	}
	if len(words) > 1 {
		return words[0] + " (" + bind(words[1:]) + ")"
	}
	return words[0]
}

// flat joins the operands of nested conjunctions, and those of disjunctions, in their order.
func flat(x Expr) Expr {
	switch x := x.(type) {
	case *Unary:
		return &Unary{Op: x.Op, X: flat(x.X)}
	case *Binary:
		return &Binary{Op: x.Op, X: flat(x.X), Y: flat(x.Y)}
	case *Junction:
		j := &Junction{Op: x.Op}
		for _, a := range x.Args {
			a = flat(a)
			if inner, ok := a.(*Junction); ok && inner.Op == x.Op {
				j.Args = append(j.Args, inner.Args...)
			} else {
				j.Args = append(j.Args, a)
			}
		}
		return j
	}
	return x
}

// TestPrecedence compares the parser with bind.
func TestPrecedence(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	prefix := []string{"not", "always", "eventually", "next"}
	infix := []string{"iff", "implies", "or", "and", "until", "weakly until", "releases"}
	for range 3000 {
		var words []string
		leads := false
		for i := range 1 + r.IntN(7) {
			if i > 0 {
				op := infix[r.IntN(len(infix))]
				if !leads && r.IntN(4) == 0 {
					leads, op = true, "leads to"
				}
				words = append(words, op)
			}
			for r.IntN(3) == 0 {
				words = append(words, prefix[r.IntN(len(prefix))])
			}
			words = append(words, patternLetters()[r.IntN(5)])
		}
		text := strings.Join(words, " ")
		f, err := Parse(text)
		require.NoError(t, err, text)
		want, err := Parse(bind(words))
		require.NoError(t, err, bind(words))
		require.Equal(t, bare(flat(want.Formula)), bare(flat(f.Formula)), "%s is not %s", text, bind(words))
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range printCases(f) {
		f.Add(c.text)
	}
	for _, file := range archive(f, "syntax_errors") {
		for line := range strings.Lines(string(file.Data)) {
			f.Add(line)
		}
	}
	f.Fuzz(checkParse)
}

// TestLongAndDeep: texts that are large in every way get an answer, and quickly.
func TestLongAndDeep(t *testing.T) {
	const n = MaxText / 16
	for name, text := range map[string]string{
		"parentheses":     strings.Repeat("(", n),
		"closing":         "p" + strings.Repeat(")", n-1),
		"prefixes":        strings.Repeat("!", n),
		"letters":         strings.Repeat("G ", n/2),
		"implications":    strings.Repeat("p->", n/3),
		"iff":             strings.Repeat("p<->", n/4),
		"until":           strings.Repeat("p U ", n/4),
		"quantifiers":     strings.Repeat("for all w in W:", n/16),
		"conjunction":     strings.Repeat("p&&", 110_000) + "p",
		"negations":       strings.Repeat("!p&&", 60_000) + "p",
		"sum":             "A.x==1" + strings.Repeat("+1", n/2-3),
		"minus":           "A.x==" + strings.Repeat("-", n-6) + "1",
		"brackets":        "A.x==" + strings.Repeat("(", n-6),
		"left brackets":   strings.Repeat("(", n/2-4) + "1" + strings.Repeat(")", n/2-4) + "==A.x",
		"patterns":        strings.Repeat("absence of ", n/11),
		"index":           "A" + strings.Repeat("[A", n/2-1),
		"one word":        strings.Repeat("a", n),
		"one number":      strings.Repeat("1", n),
		"too long":        strings.Repeat("p", MaxText+1),
		"nested patterns": strings.Repeat("absence of(", n/22) + "p" + strings.Repeat(")", n/22),
		"spaces":          strings.Repeat(" ", n),
		"comment":         "p//" + strings.Repeat("/", n-3),
	} {
		f, err := Parse(text)
		switch name {
		case "conjunction", "negations", "one word", "comment":
			require.NoError(t, err, name)
			fs := NewFormulas()
			_, err = Lower(f.Formula, fs, NewNames(fs))
			if name == "one word" || name == "comment" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, "expands to more than 100000")
			}
		default:
			var e *SyntaxError
			require.ErrorAs(t, err, &e, name)
			assert.LessOrEqual(t, e.End, len(text))
			assert.Less(t, len(e.Message)+len(e.Help), 300, name)
		}
	}
}

// TestDepthLimit: the limit is exact, and formulas at the limit can be printed, parsed and expanded.
func TestDepthLimit(t *testing.T) {
	for _, c := range []struct {
		before, middle, after string
		levels                int // for each time
	}{
		{"(", "p", ")", 1}, {"not ", "p", "", 1}, {"p -> ", "q", "", 1}, {"p until ", "q", "", 1}, {"always (", "p", " or q)", 2},
		{"(p iff ", "q", ")", 2}, {"next(existence of ", "p", " before r)", 2},
	} {
		nest := func(n int) string { return strings.Repeat(c.before, n) + c.middle + strings.Repeat(c.after, n) }
		checkParse(t, nest(MaxDepth/c.levels))
		_, err := Parse(nest(MaxDepth / c.levels))
		require.NoError(t, err, c)
		_, err = Parse(nest(MaxDepth/c.levels + 1))
		require.ErrorContains(t, err, "nested deeper than 1000 levels", c)
	}
}
