package ltl

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
)

// MaxSize limits the number of operators, operands and atoms of an expanded formula, and the work of
// expanding it.
const MaxSize = 100_000

// Resolver gives the names in a formula their meaning. Its errors should be a [SyntaxError] with the place of the
// name to blame.
type Resolver interface {
	// Atom is the meaning of an atom: most often a proposition. The indices of its roles have been computed: each
	// is an [IntTerm] and may be out of range. A quantifier's variable that stood for a role has been replaced by that
	// member of the array, one that stood in a comparison by its number. Comparisons of two numbers are not asked for.
	Atom(a *Atom) (*Formula, error)
	// Array is the number of members of an array of roles.
	Array(name Name) (int, error)
	// Value is the value of a parameter.
	Value(name Name) (int64, error)
}

// Lower expands a formula: patterns, bounds and quantifiers become formulas of the core.
func Lower(x Expr, fs *Formulas, r Resolver) (*Formula, error) {
	l := &lowering{fs: fs, resolver: r, bound: map[string]binding{}, seen: len(fs.list)}
	f := l.expr(x)
	if l.err != nil {
		return nil, l.err
	}
	return f, nil
}

// binding is what the variable of a quantifier stands for.
type binding struct {
	array string // "": a number only
	value int64
}

// lowering keeps the first error; after it, results mean nothing and everything ends soon.
type lowering struct {
	fs       *Formulas
	resolver Resolver
	bound    map[string]binding
	outer    *Quantifier // the outermost quantifier around
	size     int
	seen     int // formulas of fs that size counts
	err      error
}

func (l *lowering) fail(at Span, help, format string, args ...any) {
	if l.err == nil {
		l.err = &SyntaxError{at.Start, at.End, fmt.Sprintf(format, args...), help}
	}
}

func (l *lowering) check(err error) {
	if l.err == nil && err != nil {
		l.err = err
	}
}

// count adds to the size: n, and what has become of the formulas.
func (l *lowering) count(at Span, n int) {
	for ; l.seen < len(l.fs.list); l.seen++ {
		n += len(l.fs.list[l.seen].Args)
	}
	if l.size += n; l.size <= MaxSize {
		return
	}
	if l.outer != nil {
		l.fail(l.outer.Span, "split the property, or let quantifiers run over fewer values", "the formula expands to more than %d operators and atoms", MaxSize)
	}
	l.fail(at, "split the property", "the formula expands to more than %d operators and atoms", MaxSize)
}

func (l *lowering) expr(x Expr) *Formula {
	if l.err != nil {
		return l.fs.False()
	}
	f := l.node(x)
	l.count(x.Pos(), 1)
	return f
}

func (l *lowering) node(x Expr) *Formula {
	fs := l.fs
	switch x := x.(type) {
	case *Const:
		if x.Value {
			return fs.True()
		}
		return fs.False()
	case *Atom:
		return l.atom(x)
	case *Unary:
		return l.unary(x)
	case *Junction:
		args := make([]*Formula, len(x.Args))
		for i, a := range x.Args {
			args[i] = l.expr(a)
		}
		if x.Op == "or" {
			return fs.Or(args...)
		}
		return fs.And(args...)
	case *Binary:
		return l.binary(x)
	case *Quantifier:
		return l.quantifier(x)
	case *Pattern:
		l.count(x.Span, 2*x.Times)
		return fs.pattern(x, l.optional(x.P), l.optional(x.P2), l.optional(x.Q), l.optional(x.Q2), l.scopeEnd(x.Scope.Q), l.scopeEnd(x.Scope.R))
	}
	return fs.False()
}

// optional expands an operand that may be missing.
func (l *lowering) optional(x Expr) *Formula {
	if x == nil {
		return nil
	}
	return l.expr(x)
}

// scopeEnd expands an end of a scope; one that is missing never comes.
func (l *lowering) scopeEnd(x Expr) *Formula {
	if x == nil {
		return l.fs.False()
	}
	return l.expr(x)
}

func (l *lowering) unary(x *Unary) *Formula {
	f := l.expr(x.X)
	switch x.Op {
	case "not":
		return l.fs.Not(f)
	case "next":
		return l.fs.Next(f)
	case "eventually":
		return l.eventually(x.Span, f, x.Steps)
	}
	if x.Steps > 0 {
		return l.fs.Not(l.eventually(x.Span, l.fs.Not(f), x.Steps))
	}
	return l.fs.Always(f)
}

// eventually says that f holds now or in one of the next steps; at some time, if steps is 0.
func (l *lowering) eventually(at Span, f *Formula, steps int) *Formula {
	if steps == 0 {
		return l.fs.Eventually(f)
	}
	l.count(at, steps)
	g := f
	for range steps {
		g = l.fs.Or(f, l.fs.Next(g))
	}
	return g
}

func (l *lowering) binary(x *Binary) *Formula {
	f, g := l.expr(x.X), l.expr(x.Y)
	switch x.Op {
	case "until":
		return l.fs.Until(f, g)
	case "weakly until":
		return l.fs.WeakUntil(f, g)
	case "releases":
		return l.fs.Release(f, g)
	case "implies":
		return l.fs.Implies(f, g)
	case "iff":
		return l.fs.Or(l.fs.And(f, g), l.fs.And(l.fs.Not(f), l.fs.Not(g)))
	}
	return l.fs.Always(l.fs.Implies(f, l.eventually(x.Span, g, x.Steps)))
}

func (l *lowering) quantifier(q *Quantifier) *Formula {
	low, high := int64(0), int64(0)
	if q.Array.Text != "" {
		n, err := l.resolver.Array(q.Array)
		l.check(err)
		high = int64(n) - 1
	} else {
		low, high = l.number(q.Low), l.number(q.High)
	}
	if l.outer == nil {
		l.outer = q
		defer func() { l.outer = nil }()
	}
	if old, ok := l.bound[q.Var.Text]; ok {
		defer func() { l.bound[q.Var.Text] = old }()
	} else {
		defer delete(l.bound, q.Var.Text)
	}
	var args []*Formula
	for i := low; i <= high && l.err == nil; i++ {
		l.bound[q.Var.Text] = binding{q.Array.Text, i}
		args = append(args, l.expr(q.Body))
		if i == math.MaxInt64 {
			break
		}
	}
	if q.All {
		return l.fs.And(args...)
	}
	return l.fs.Or(args...)
}

func (l *lowering) atom(a *Atom) *Formula {
	b := *a
	if v, ok := l.bound[a.Name.Text]; ok && a.Kind == AtomProposition {
		help := "compare it, as in `" + clip(a.Name.Text) + " == 0`"
		if v.array != "" {
			help = "say what the role does or is, as in `" + clip(a.Name.Text) + " done`"
		}
		l.fail(a.Span, help, "`%s` is the variable of a quantifier, and no proposition", clip(a.Name.Text))
	}
	b.Role, b.Other = l.ref(a.Role), l.ref(a.Other)
	b.X, b.Y = l.term(a.X), l.term(a.Y)
	if l.err != nil {
		return l.fs.False()
	}
	if x, ok := b.X.(*IntTerm); ok {
		if y, ok := b.Y.(*IntTerm); ok {
			return l.compare(a.Op, x.Value, y.Value)
		}
	}
	f, err := l.resolver.Atom(&b)
	l.check(err)
	if l.err != nil {
		return l.fs.False()
	}
	return f
}

// compare compares numbers.
func (l *lowering) compare(op string, x, y int64) *Formula {
	order := cmp.Compare(x, y)
	holds := false
	switch op {
	case "==":
		holds = order == 0
	case "!=":
		holds = order != 0
	case "<":
		holds = order < 0
	case "<=":
		holds = order <= 0
	case ">":
		holds = order > 0
	case ">=":
		holds = order >= 0
	}
	if holds {
		return l.fs.True()
	}
	return l.fs.False()
}

// ref puts in the members of arrays that variables stand for, and computes the index.
func (l *lowering) ref(r Ref) Ref {
	v, ok := l.bound[r.Name.Text]
	switch {
	case !ok || r.Name.Text == "":
		if r.Index != nil {
			r.Index = &IntTerm{r.Index.Pos(), l.number(r.Index)}
		}
	case v.array == "":
		l.fail(r.Name.Span, "write the array and `["+clip(r.Name.Text)+"]`", "`%s` is a number here, and no role", clip(r.Name.Text))
	case r.Index != nil:
		l.fail(r.Index.Pos(), "write `"+clip(r.Name.Text)+"` alone, or `"+clip(v.array)+"` with an index", "`%s` is one member of `%s`, and no array", clip(r.Name.Text), clip(v.array))
	default:
		r.Name.Text, r.Index = v.array, &IntTerm{r.Name.Span, v.value}
	}
	return r
}

// term puts in the values of variables, and computes what only consists of numbers.
func (l *lowering) term(x Term) Term {
	if l.err != nil {
		return x
	}
	switch x := x.(type) {
	case *NameTerm:
		if v, ok := l.bound[x.Text]; ok {
			return &IntTerm{x.Span, v.value}
		}
	case *VarTerm:
		return &VarTerm{x.Span, l.ref(x.Role), x.Name}
	case *NegTerm:
		y := l.term(x.X)
		if n, ok := y.(*IntTerm); ok {
			return &IntTerm{x.Span, l.calculate(x.Span, "-", 0, n.Value)}
		}
		return &NegTerm{x.Span, y}
	case *BinaryTerm:
		y, z := l.term(x.X), l.term(x.Y)
		m, ok := y.(*IntTerm)
		n, both := z.(*IntTerm)
		if ok && both {
			return &IntTerm{x.Span, l.calculate(x.Span, x.Op, m.Value, n.Value)}
		}
		return &BinaryTerm{x.Span, x.Op, y, z}
	}
	return x
}

// number computes a term that must be a number.
func (l *lowering) number(x Term) int64 {
	if l.err != nil {
		return 0
	}
	switch x := x.(type) {
	case *IntTerm:
		return x.Value
	case *NameTerm:
		if v, ok := l.bound[x.Text]; ok {
			return v.value
		}
		n, err := l.resolver.Value(x.Name)
		l.check(err)
		return n
	case *NegTerm:
		return l.calculate(x.Span, "-", 0, l.number(x.X))
	case *BinaryTerm:
		m, n := l.number(x.X), l.number(x.Y)
		return l.calculate(x.Span, x.Op, m, n)
	}
	l.fail(x.Pos(), "write a number", "this is no number")
	return 0
}

// calculate computes with 64 bits.
func (l *lowering) calculate(at Span, op string, x, y int64) int64 {
	if l.err != nil {
		return 0
	}
	overflow := false
	z := int64(0)
	switch op {
	case "+":
		z = x + y
		overflow = (z < x) != (y < 0)
	case "-":
		z = x - y
		overflow = (z > x) != (y < 0)
	case "*":
		hi, lo := bits.Mul64(magnitude(x), magnitude(y))
		z = x * y
		negative := (x < 0) != (y < 0)
		overflow = hi != 0 || lo > 1<<63 || lo == 1<<63 && !negative
	case "/", "%":
		switch {
		case y == 0:
			l.fail(at, "divide by something else", "this divides by zero")
			return 0
		case op == "%":
			z = x % y
		default:
			z = x / y
			overflow = x == math.MinInt64 && y == -1
		}
	}
	if overflow {
		l.fail(at, "keep numbers below 2^63", "the result does not fit into 64 bits")
	}
	return z
}

// magnitude is the number without its sign.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// Names resolves formulas without a protocol: each atom, as printed, is a proposition of its own.
type Names struct {
	fs      *Formulas
	numbers map[string]int
	list    []string
}

// NewNames numbers propositions from 0 on, in the order in which they come.
func NewNames(fs *Formulas) *Names { return &Names{fs: fs, numbers: map[string]int{}} }

// List has the text of each proposition, by its number.
func (n *Names) List() []string { return n.list }

// Atom is the proposition of an atom.
func (n *Names) Atom(a *Atom) (*Formula, error) {
	if a.Kind == AtomPropagates || a.Kind == AtomHandled {
		return nil, &SyntaxError{a.Start, a.End, "this depends on the handlers of a protocol, and there is none", "write what it means with propositions"}
	}
	text := a.String()
	number, ok := n.numbers[text]
	if !ok {
		number = len(n.list)
		n.numbers[text] = number
		n.list = append(n.list, text)
	}
	return n.fs.Proposition(number), nil
}

// Array is an error: there are no arrays.
func (n *Names) Array(name Name) (int, error) {
	return 0, &SyntaxError{name.Start, name.End, fmt.Sprintf("the array `%s` is not known: there is no protocol", clip(name.Text)), "write a range, such as `0..2`"}
}

// Value is an error: there are no parameters.
func (n *Names) Value(name Name) (int64, error) {
	return 0, &SyntaxError{name.Start, name.End, fmt.Sprintf("the parameter `%s` is not known: there is no protocol", clip(name.Text)), "write a number"}
}
