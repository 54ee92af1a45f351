package ltl

import "slices"

// Conjuncts are formulas whose conjunction is the formula: the operands of a conjunction, `always` of each of them, and each of
// them or what else is joined to the conjunction by `or`.
func (fs *Formulas) Conjuncts(f *Formula) []*Formula {
	switch {
	case f.Op == And:
		return fs.each(f.Args, fs.Conjuncts)
	case f.Op == Or:
		return fs.distribute(f, fs.Conjuncts, fs.Or)
	case f.Op == Release && f.Args[0] == fs.False():
		if inner := fs.Conjuncts(f.Args[1]); len(inner) > 1 {
			return fs.each(inner, func(g *Formula) []*Formula { return []*Formula{fs.Always(g)} })
		}
	}
	return []*Formula{f}
}

// Disjuncts are formulas whose disjunction is the formula.
func (fs *Formulas) Disjuncts(f *Formula) []*Formula {
	switch {
	case f.Op == Or:
		return fs.each(f.Args, fs.Disjuncts)
	case f.Op == And:
		return fs.distribute(f, fs.Disjuncts, fs.And)
	case f.Op == Until && f.Args[0] == fs.True():
		if inner := fs.Disjuncts(f.Args[1]); len(inner) > 1 {
			return fs.each(inner, func(g *Formula) []*Formula { return []*Formula{fs.Eventually(g)} })
		}
	}
	return []*Formula{f}
}

// distribute joins the parts of an operand with the other operands one by one. If several operands have parts, there
// would be too many.
func (fs *Formulas) distribute(f *Formula, parts func(*Formula) []*Formula, join func(...*Formula) *Formula) []*Formula {
	at, inner := -1, []*Formula{f}
	for i, a := range f.Args {
		list := parts(a)
		if len(list) > 1 && at >= 0 {
			return []*Formula{f}
		}
		if len(list) > 1 {
			at, inner = i, list
		}
	}
	if at < 0 {
		return inner
	}
	return fs.each(inner, func(g *Formula) []*Formula {
		args := slices.Clone(f.Args)
		args[at] = g
		return []*Formula{join(args...)}
	})
}

func (fs *Formulas) each(list []*Formula, of func(*Formula) []*Formula) []*Formula {
	var out []*Formula
	for _, f := range list {
		out = append(out, of(f)...)
	}
	return out
}

// Propositions are the numbers of the propositions in a formula, in ascending order.
func (fs *Formulas) Propositions(f *Formula) []int {
	var out []int
	seen := map[*Formula]bool{}
	stack := []*Formula{f}
	for len(stack) > 0 {
		f := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[f] {
			continue
		}
		seen[f] = true
		if f.Op == Proposition {
			out = append(out, f.Prop)
		}
		stack = append(stack, f.Args...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Import makes a formula of others here, with other numbers for its propositions.
func (fs *Formulas) Import(f *Formula, number func(prop int) int) *Formula {
	known := map[*Formula]*Formula{}
	var of func(*Formula) *Formula
	of = func(f *Formula) *Formula {
		if g := known[f]; g != nil {
			return g
		}
		var args []*Formula
		for _, a := range f.Args {
			args = append(args, of(a))
		}
		var g *Formula
		switch f.Op {
		case True:
			g = fs.True()
		case False:
			g = fs.False()
		case Proposition:
			g = fs.Proposition(number(f.Prop))
		case Not:
			g = fs.Not(args[0])
		case And:
			g = fs.And(args...)
		case Or:
			g = fs.Or(args...)
		case Next:
			g = fs.Next(args[0])
		case Until:
			g = fs.Until(args[0], args[1])
		case Release:
			g = fs.Release(args[0], args[1])
		}
		known[f] = g
		return g
	}
	return of(f)
}
