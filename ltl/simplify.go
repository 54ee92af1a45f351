package ltl

// Simplify gives an equivalent formula in negation normal form that is usually smaller. The rules are
// those of Etessami and Holzmann 2000 and of Somenzi and Bloem 2000: syntactic implication, and formulas
// that are closed under adding a prefix (eventual) or under taking it away (universal).
// The work is limited: beyond the limit formulas are only normalised.
func (fs *Formulas) Simplify(f *Formula) *Formula {
	return newSimplifier(fs).simplify(fs.Normal(f))
}

// Normal is the negation normal form: only propositions are negated.
func (fs *Formulas) Normal(f *Formula) *Formula { return fs.normal(f, false) }

// Negative is the negation normal form of the negation.
func (fs *Formulas) Negative(f *Formula) *Formula { return fs.normal(f, true) }

func (fs *Formulas) normal(f *Formula, negate bool) *Formula {
	if f.Op == Not {
		return fs.normal(f.Args[0], !negate)
	}
	if len(f.Args) == 0 {
		if negate {
			return fs.Not(f)
		}
		return f
	}
	key := normalKey{f, negate}
	if r, ok := fs.normals[key]; ok {
		return r
	}
	args := make([]*Formula, len(f.Args))
	for i, a := range f.Args {
		args[i] = fs.normal(a, negate)
	}
	op := f.Op
	if negate {
		op = dual(op)
	}
	r := fs.remake(op, args)
	fs.normals[key] = r
	return r
}

type normalKey struct {
	f      *Formula
	negate bool
}

func dual(op Op) Op {
	switch op {
	case And:
		return Or
	case Or:
		return And
	case Until:
		return Release
	case Release:
		return Until
	}
	return op
}

// remake applies an operator that has operands, other than Not.
func (fs *Formulas) remake(op Op, args []*Formula) *Formula {
	switch op {
	case And:
		return fs.And(args...)
	case Or:
		return fs.Or(args...)
	case Next:
		return fs.Next(args[0])
	case Until:
		return fs.Until(args[0], args[1])
	default:
		return fs.Release(args[0], args[1])
	}
}

// simplifier works on formulas in negation normal form.
type simplifier struct {
	*Formulas
	done      map[*Formula]*Formula
	implied   map[[2]*Formula]bool
	traits    map[*Formula]traits
	postponed map[*Formula]*Formula
	bools     *bdds
	boolOf    map[*Formula]bdd
	fuel      int
}

const (
	simplifierFuel  = 200000
	simplifierSteps = 200000
)

func newSimplifier(fs *Formulas) *simplifier {
	return &simplifier{Formulas: fs, done: map[*Formula]*Formula{}, implied: map[[2]*Formula]bool{}, traits: map[*Formula]traits{}, postponed: map[*Formula]*Formula{},
		bools: newBDDs(simplifierSteps), boolOf: map[*Formula]bdd{}, fuel: simplifierFuel}
}

// traits say what is known of a formula from its syntax.
type traits struct {
	eventual  bool // it holds if it holds later
	universal bool // it holds later if it holds
	boolean   bool // it has no temporal operator

	// The classes of Manna and Pnueli 1990: a word that does not satisfy a safety formula has a prefix that shows it, a word that satisfies a
	// guarantee has one that shows it, and obligations are combinations of both.
	safety, guarantee, obligation bool
}

func (s *simplifier) of(f *Formula) traits {
	switch f.Op {
	case True, False:
		return traits{true, true, true, true, true, true}
	case Proposition, Not:
		return traits{false, false, true, true, true, true}
	}
	if t, ok := s.traits[f]; ok {
		return t
	}
	t := traits{true, true, f.Op == And || f.Op == Or, f.Op != Until, f.Op != Release, true}
	for _, a := range f.Args {
		u := s.of(a)
		t.eventual = t.eventual && u.eventual
		t.universal = t.universal && u.universal
		t.boolean = t.boolean && u.boolean
		t.safety = t.safety && u.safety
		t.guarantee = t.guarantee && u.guarantee
		t.obligation = t.obligation && u.obligation
	}
	switch f.Op {
	case Until:
		t.eventual = f.Args[0].Op == True || s.of(f.Args[1]).eventual
		t.obligation = t.obligation && s.of(f.Args[1]).guarantee
	case Release:
		t.universal = f.Args[0].Op == False || s.of(f.Args[1]).universal
		t.obligation = t.obligation && s.of(f.Args[1]).safety
	}
	s.traits[f] = t
	return t
}

// suspendable formulas hold always or never.
func (t traits) suspendable() bool { return t.eventual && t.universal }

func (s *simplifier) simplify(f *Formula) *Formula {
	if len(f.Args) == 0 || f.Op == Not {
		return f
	}
	if r, ok := s.done[f]; ok {
		return r
	}
	args := make([]*Formula, len(f.Args))
	for i, a := range f.Args {
		args[i] = s.simplify(a)
	}
	r := s.remake(f.Op, args)
	s.fuel -= len(args)
	if s.fuel > 0 && len(r.Args) > 0 && r.Op != Not {
		s.done[r] = r // the rules are applied to it in this call
		var better *Formula
		switch r.Op {
		case Next:
			better = s.next(r.Args[0])
		case Or:
			better = s.or(r)
		case And:
			better = s.negative(s.or(s.negative(r)))
		case Until:
			better = s.until(r)
		case Release:
			better = s.negative(s.until(s.negative(r)))
		}
		if better != r {
			better = s.simplify(better)
		}
		s.done[r] = better
		r = better
	}
	s.done[f] = r
	return r
}

func (s *simplifier) negative(f *Formula) *Formula { return s.Negative(f) }

func (s *simplifier) next(f *Formula) *Formula {
	if s.of(f).suspendable() {
		return f
	}
	return s.Next(f)
}

// The rules for Or and Until; those for And and Release are their duals. Operands are simplified
// already. A rule that applies gives its result at once: it is simplified again.

func (s *simplifier) or(f *Formula) *Formula {
	if f.Op != Or {
		return f
	}
	args := f.Args
	if s.fuel -= len(args) * len(args) / 4; s.fuel < 0 {
		return f
	}
	for i, x := range args {
		for j, y := range args {
			if i == j {
				continue
			}
			if s.implies(x, y) {
				return s.Or(without(args, i)...)
			}
			if s.implies(s.negative(x), y) {
				return s.True()
			}
		}
	}
	for i, x := range args {
		for j, y := range args[:i] {
			if z := s.join(x, y); z != nil {
				return s.Or(append(without(without(args, i), j), z)...)
			}
			if z := s.join(y, x); z != nil {
				return s.Or(append(without(without(args, i), j), z)...)
			}
		}
	}
	return s.factor(f)
}

func without(args []*Formula, i int) []*Formula {
	out := make([]*Formula, 0, len(args))
	return append(append(out, args[:i]...), args[i+1:]...)
}

// join gives a formula for x or y that is simpler, nil if there is none.
func (s *simplifier) join(x, y *Formula) *Formula {
	switch {
	case x.Op == Next && y.Op == Next:
		return s.Next(s.Or(x.Args[0], y.Args[0]))
	case x.Op == Until && y.Op == Until && x.Args[0] == y.Args[0] && s.of(x).suspendable() == s.of(y).suspendable(): // F F among them
		return s.Until(x.Args[0], s.Or(x.Args[1], y.Args[1]))
	case x.Op == Release && y.Op == Release && x.Args[1] == y.Args[1]:
		return s.Release(s.Or(x.Args[0], y.Args[0]), x.Args[1])
	case x.Op == Until && isAlways(y): // weak until
		if a, b := x.Args[0], x.Args[1]; y.Args[1] == a || y.Args[1] == s.Or(a, b) {
			return s.Release(b, s.Or(a, b))
		}
	}
	if isAlways(x) && isAlways(y) && isEventually(x.Args[1]) && isEventually(y.Args[1]) { // G F a or G F b
		return s.Always(s.Eventually(s.Or(x.Args[1].Args[1], y.Args[1].Args[1])))
	}
	return nil
}

// factor takes out what all operands of a disjunction have in common.
func (s *simplifier) factor(f *Formula) *Formula {
	if f.Op != Or {
		return f
	}
	count := map[*Formula]int{}
	for _, a := range f.Args {
		if a.Op != And {
			return f
		}
		for _, c := range a.Args {
			count[c]++
		}
	}
	var common []*Formula
	for _, c := range f.Args[0].Args {
		if count[c] == len(f.Args) {
			common = append(common, c)
		}
	}
	if len(common) == 0 {
		return f
	}
	rests := make([]*Formula, len(f.Args))
	for i, a := range f.Args {
		var rest []*Formula
		for _, c := range a.Args {
			if count[c] < len(f.Args) {
				rest = append(rest, c)
			}
		}
		rests[i] = s.And(rest...)
	}
	return s.And(append(common, s.Or(rests...))...)
}

func isAlways(f *Formula) bool     { return f.Op == Release && f.Args[0].Op == False }
func isEventually(f *Formula) bool { return f.Op == Until && f.Args[0].Op == True }

func (s *simplifier) until(u *Formula) *Formula {
	if u.Op != Until {
		return u
	}
	f, g := u.Args[0], u.Args[1]
	switch {
	case s.of(g).eventual, s.implies(f, g):
		return g
	case g.Op == Next && (f.Op == True || f.Op == Next):
		if f.Op == Next {
			f = f.Args[0]
		}
		return s.Next(s.Until(f, g.Args[0]))
	case f.Op != True && s.implies(s.negative(f), g):
		return s.Eventually(g)
	case g.Op == Until && s.implies(f, g.Args[0]):
		return g
	case f.Op == Until && s.implies(f.Args[1], g):
		return s.Or(f, g)
	}
	if g.Op == Or {
		if e, rest := s.divide(g.Args, func(t traits) bool { return t.eventual }); len(e) > 0 {
			return s.Or(append(e, s.Until(f, s.Or(rest...)))...)
		}
	}
	if f.Op == Or {
		for i, a := range f.Args {
			if s.implies(a, g) {
				return s.Until(s.Or(without(f.Args, i)...), g)
			}
		}
	}
	if f.Op == And {
		for i, a := range f.Args {
			if s.implies(s.negative(a), g) {
				return s.Until(s.And(without(f.Args, i)...), g)
			}
		}
	}
	if f.Op == True {
		return s.eventually(u, g)
	}
	return u
}

// eventually simplifies u, which is true until g.
func (s *simplifier) eventually(u, g *Formula) *Formula {
	switch g.Op {
	case Until:
		return s.Eventually(g.Args[1])
	case Or:
		for i, a := range g.Args {
			if a.Op == Until {
				return s.Eventually(s.Or(append(without(g.Args, i), a.Args[1])...))
			}
			if a.Op == Next && s.of(a).universal {
				return s.Eventually(s.Or(append(without(g.Args, i), a.Args[0])...))
			}
		}
		if u, rest := s.divide(g.Args, func(t traits) bool { return t.universal }); len(u) > 0 && len(rest) > 0 {
			return s.Or(s.Eventually(s.Or(u...)), s.Eventually(s.Or(rest...)))
		}
	case And:
		if out, rest := s.divide(g.Args, traits.suspendable); len(out) > 0 {
			return s.And(append(out, s.Eventually(s.And(rest...)))...)
		}
	case Release:
		if isAlways(g) {
			return s.persistence(u, g.Args[1])
		}
	}
	return u
}

// persistence simplifies u, which says that f holds from some time on for ever.
func (s *simplifier) persistence(u, f *Formula) *Formula {
	switch f.Op {
	case Release:
		return s.Eventually(s.Always(f.Args[1]))
	case Until:
		if f.Args[0].Op != True {
			return s.And(s.Eventually(s.Always(s.Or(f.Args...))), s.Always(s.Eventually(f.Args[1])))
		}
	case And, Or:
		// In the end, what is eventual holds always or never, and so does what is universal.
		e, rest := s.divide(f.Args, func(t traits) bool { return t.eventual })
		for i := range e {
			e[i] = s.Always(e[i])
		}
		v, rest := s.divide(rest, func(t traits) bool { return t.universal })
		for i := range v {
			e = append(e, s.Eventually(v[i]))
		}
		if len(e) > 0 {
			return s.remake(f.Op, append(e, s.Eventually(s.Always(s.remake(f.Op, rest)))))
		}
		if f.Op == And {
			for i, a := range f.Args {
				if a.Op == Until || a.Op == Release {
					return s.And(s.Eventually(s.Always(a)), s.Eventually(s.Always(s.And(without(f.Args, i)...))))
				}
			}
		}
	}
	return u
}

// divide separates the operands with a trait from the others.
func (s *simplifier) divide(args []*Formula, has func(traits) bool) (with, rest []*Formula) {
	for _, a := range args {
		if has(s.of(a)) {
			with = append(with, a)
		} else {
			rest = append(rest, a)
		}
	}
	return with, rest
}

// postpone takes what holds always or never into an eventuality beside it: F a or G F b becomes
// F (a or G F b). The automaton need not decide between them at once, then. This is no simplification, and its dual is of no use.
func (s *simplifier) postpone(f *Formula) *Formula {
	if len(f.Args) == 0 || f.Op == Not {
		return f
	}
	if r, ok := s.postponed[f]; ok {
		return r
	}
	args := make([]*Formula, len(f.Args))
	for i, a := range f.Args {
		args[i] = s.postpone(a)
	}
	r := s.remake(f.Op, args)
	if r.Op == Or {
		later, rest := s.divide(r.Args, traits.suspendable)
		var goals, others []*Formula
		for _, a := range later {
			if isEventually(a) {
				goals = append(goals, a.Args[1])
			} else {
				others = append(others, a)
			}
		}
		for i := len(rest) - 1; i >= 0; i-- {
			if isEventually(rest[i]) && len(later) > 0 {
				goals = append(goals, rest[i].Args[1])
				rest = without(rest, i)
			}
		}
		if len(goals) > 0 {
			r = s.Or(append(rest, s.Eventually(s.Or(append(others, goals...)...)))...)
		}
	}
	s.postponed[f] = r
	return r
}
