package ltl

// PatternKind tells the patterns apart.
type PatternKind uint8

// The patterns of Dwyer, Avrunin and Corbett (1999). Each speaks of every segment that its scope cuts
// out of a run.
const (
	PatternAbsence      PatternKind = iota // no position has P
	PatternExistence                       // some position has P
	PatternUniversality                    // all positions have P
	PatternBounded                         // there are at most Times stretches of positions with P
	PatternPrecedence                      // P precedes Q, and the chains of it
	PatternResponse                        // P responds to Q, and the chains of it
)

// ScopeKind tells the scopes of patterns apart.
type ScopeKind uint8

// The scopes. A segment has its first position, and not the one that ends it.
const (
	ScopeGlobal     ScopeKind = iota // the whole run
	ScopeBefore                      // before the first R; nothing if there is none
	ScopeAfter                       // from the first Q on; nothing if there is none
	ScopeBetween                     // from each Q without R up to the next R; nothing if there is none
	ScopeAfterUntil                  // the same, but for ever if there is no R
)

// isPattern is true of the words that begin a pattern.
func isPattern(t token) bool { return t.is("absence") || t.is("existence") || t.is("universality") }

// prefixPattern reads `absence of p before r` and the like.
func (p *parser) prefixPattern() Expr {
	start := p.take()
	x := &Pattern{Kind: PatternAbsence}
	if !p.acceptWord("of") {
		p.missing("the word `of`", "write `"+start.text+" of` and a formula")
	}
	x.P = p.operand(p.disjunction)
	switch start.text {
	case "existence":
		x.Kind = PatternExistence
		if p.tok().is("at") {
			x.Kind = PatternBounded
			p.times(x)
		}
	case "universality":
		x.Kind = PatternUniversality
	}
	x.Scope = p.scope()
	x.Span = p.since(start)
	return x
}

// times reads `at most n times`.
func (p *parser) times(x *Pattern) {
	const help = "write `at most 2 times`"
	p.take()
	if !p.acceptWord("most") {
		p.missing("the word `most`", help)
	}
	x.Times = p.number("the number of times", MaxTimes)
	if !p.acceptWord("times") && !p.acceptWord("time") {
		p.missing("the word `times`", help)
	}
}

// infixPattern reads on behind the first operand of `s precedes p` and the like.
func (p *parser) infixPattern(start token, first Expr) Expr {
	x := &Pattern{P: first}
	if p.acceptWord("then") {
		x.P2 = p.operand(p.disjunction)
	}
	switch {
	case p.acceptWord("precedes"):
		x.Kind = PatternPrecedence
	case p.acceptWord("responds"):
		x.Kind = PatternResponse
		if !p.acceptWord("to") {
			p.missing("the word `to`", "write `s responds to p`")
		}
	default:
		p.missing("`precedes` or `responds to`", "write `s precedes p`, or `s responds to p`")
	}
	x.Q = p.operand(p.disjunction)
	if x.P2 == nil && p.acceptWord("then") {
		x.Q2 = p.operand(p.disjunction)
	}
	x.Scope = p.scope()
	x.Span = p.since(start)
	return x
}

// operand reads an operand behind which words of the pattern may follow.
func (p *parser) operand(read func() Expr) Expr {
	closed := p.closed
	p.closed = true
	x := read()
	p.closed = closed
	return x
}

// scope reads the scope of a pattern.
func (p *parser) scope() Scope {
	start := p.tok()
	s := Scope{}
	switch {
	case p.acceptWord("globally"):
	case p.acceptWord("before"):
		s.Kind, s.R = ScopeBefore, p.operand(p.unary)
	case p.acceptWord("after"):
		s.Kind, s.Q = ScopeAfter, p.operand(p.unary)
		if p.acceptWord("until") {
			s.Kind, s.R = ScopeAfterUntil, p.operand(p.unary)
		}
	case p.acceptWord("between"):
		s.Kind, s.Q = ScopeBetween, p.operand(p.unary)
		if !p.acceptWord("and") {
			p.missing("the word `and`", "write `between q and r`, with parentheses around all but atoms")
		}
		s.R = p.operand(p.unary)
	default:
		s.Span = Span{p.last, p.last}
		return s
	}
	s.Span = p.since(start)
	return s
}

// pattern is the meaning of a pattern whose operands have been expanded. The end r of the segment is
// false if it has none.
func (fs *Formulas) pattern(x *Pattern, p, p2, q, q2, from, r *Formula) *Formula {
	body := fs.segment(x, p, p2, q, q2, r)
	switch x.Scope.Kind {
	case ScopeBefore:
		return fs.Implies(fs.Eventually(r), body)
	case ScopeAfter:
		return fs.WeakUntil(fs.Not(from), fs.And(from, body))
	case ScopeBetween:
		return fs.Always(fs.Implies(fs.And(from, fs.Not(r), fs.Eventually(r)), body))
	case ScopeAfterUntil:
		return fs.Always(fs.Implies(fs.And(from, fs.Not(r)), body))
	}
	return body
}

// segment says at the first position of a segment that the pattern holds in it. The segment ends
// before the first r; it is empty if r holds now, and without an end if r never holds.
func (fs *Formulas) segment(x *Pattern, p, p2, q, q2, r *Formula) *Formula {
	inside := fs.Not(r)
	// within: f holds at all positions of the segment; some: at one of them.
	within := func(f *Formula) *Formula { return fs.WeakUntil(f, r) }
	some := func(f *Formula) *Formula { return fs.Until(inside, fs.And(f, inside)) }
	switch x.Kind {
	case PatternAbsence:
		return within(fs.Not(p))
	case PatternExistence:
		return some(p)
	case PatternUniversality:
		return within(p)
	case PatternBounded:
		f := within(fs.Not(p))
		for range x.Times {
			f = fs.WeakUntil(fs.Not(p), fs.Or(r, fs.WeakUntil(p, fs.Or(r, f))))
		}
		return f
	case PatternPrecedence:
		switch {
		case p2 != nil: // a p, later a p2, and no q before that
			begun := fs.And(p, fs.Not(q), fs.Next(fs.WeakUntil(fs.Not(q), p2)))
			return fs.WeakUntil(fs.Not(q), fs.Or(begun, r))
		case q2 != nil: // no q with a later q2 before the first p
			return fs.WeakUntil(fs.Not(fs.And(q, fs.Next(some(q2)))), fs.Or(p, r))
		}
		return fs.WeakUntil(fs.Not(q), fs.Or(p, r))
	}
	switch {
	case p2 != nil:
		return within(fs.Implies(q, some(fs.And(p, fs.Next(some(p2))))))
	case q2 != nil:
		return within(fs.Implies(q, fs.Next(within(fs.Implies(q2, some(p))))))
	}
	return within(fs.Implies(q, some(p)))
}
