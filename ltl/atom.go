package ltl

import (
	"slices"
	"strconv"
)

// name reads a name.
func (p *parser) name(what string) Name {
	t := p.tok()
	if t.kind != tokWord || slices.Contains([]string{"and", "or", "not", "in", "true", "false"}, t.text) {
		p.missing(what, "")
		return Name{Span: t.Span}
	}
	p.take()
	return Name{t.Span, t.text}
}

// ref reads a role, perhaps a member of an array.
func (p *parser) ref(what string) Ref {
	start := p.tok()
	r := Ref{Name: p.name(what)}
	r.Index = p.index()
	r.Span = p.since(start)
	return r
}

// index reads `[i]`, if it stands here.
func (p *parser) index() Term {
	switch {
	case p.tok().symbol("[]"):
		p.fail(p.tok().Span, "write `[0]`, or put an operator before `always`", "the index is missing, or the operator before `[]`")
		return nil
	case !p.accept("["):
		return nil
	}
	x := p.term(false)
	if !p.accept("]") {
		p.missing("the `]` behind the index", "write `]`")
	}
	return x
}

// atom reads an atom that begins with a word.
func (p *parser) atom() Expr {
	start := p.tok()
	switch next := p.peek(); {
	case start.is("every"), start.is("propagates"):
		return p.form()
	case (start.is("empty") || start.is("full")) && next.symbol("("):
		return p.channel()
	}
	a := &Atom{Role: p.ref("a name")}
	if p.accept(".") {
		a.Name = p.name("the name of a variable or timer")
		if t := p.tok(); t.is("fires") || t.is("armed") {
			p.take()
			a.Kind = timerKind(t)
			a.Span = p.since(start)
			return a
		}
		return p.comparison(start, p.sum(&VarTerm{p.since(start), a.Role, a.Name}, true))
	}
	verb := p.tok()
	if verb.kind != tokWord || !slices.Contains(verbs(), verb.text) {
		switch {
		case a.Role.Index != nil:
			p.fail(a.Role.Span, "write `"+clip(a.Role.String())+" done`, for example", "nothing says what the role does or is")
		case verb.isCalculation():
			return p.comparison(start, p.sum(&NameTerm{a.Role.Name}, true))
		}
		return &Atom{Span: a.Role.Span, Name: a.Role.Name}
	}
	p.take()
	p.event(a, verb)
	a.Span = p.since(start)
	return a
}

// event reads what stands behind the verb of an atom.
func (p *parser) event(a *Atom, verb token) {
	switch verb.text {
	case "sends":
		a.Kind, a.Name = AtomSends, p.name("the message after `sends`")
		if p.acceptWord("to") {
			a.Other = p.ref("the role after `to`")
		}
	case "receives":
		a.Kind, a.Name = AtomReceives, p.name("the message after `receives`")
		if p.acceptWord("from") {
			a.Other = p.ref("the role after `from`")
		}
	case "raises":
		a.Kind, a.Name = AtomRaises, p.name("the exception after `raises`")
	case "handles":
		a.Kind = AtomHandles
		if !p.crashOf(a) {
			a.Name = p.name("the exception after `handles`")
		}
	case "in":
		a.Kind, a.Name = AtomIn, p.name("the scope after `in`")
		if p.accept(".") {
			a.Kind = AtomInHandler
			if !p.crashOf(a) {
				a.Handler = p.name("the exception after the scope")
			}
		}
	case "fires", "armed":
		if a.Role.Index != nil {
			p.fail(a.Role.Span, "write `"+clip(a.Role.String())+".`, the name of the timer, and `"+verb.text+"`", "a role is no timer")
			return
		}
		a.Kind, a.Name, a.Role = timerKind(verb), a.Role.Name, Ref{}
	case "crashes":
		a.Kind = AtomCrashes
	case "done":
		a.Kind = AtomDone
	case "crashed":
		a.Kind = AtomCrashed
	case "failed":
		a.Kind = AtomFailed
	}
}

func timerKind(verb token) AtomKind {
	if verb.is("fires") {
		return AtomFires
	}
	return AtomArmed
}

// crashOf reads `crash of C`, if it stands here, which names a handler.
func (p *parser) crashOf(a *Atom) bool {
	if !p.tok().is("crash") || !p.peek().is("of") {
		return false
	}
	p.take()
	p.take()
	a.Other = p.ref("the role after `crash of`")
	return true
}

// channel reads `empty(A -> B)` or `full(A -> B)`.
func (p *parser) channel() Expr {
	start := p.take()
	a := &Atom{Kind: AtomEmpty}
	if start.is("full") {
		a.Kind = AtomFull
	}
	help := "write `" + start.text + "(A -> B)`"
	p.take()
	a.Role = p.ref("the sender")
	if !p.accept("->") {
		p.missing("the `->` of the channel", help)
	}
	a.Other = p.ref("the receiver")
	if !p.accept(")") {
		p.missing("the `)` of the channel", help)
	}
	a.Span = p.since(start)
	return a
}

// form reads `propagates E to C` or `every E is handled`.
func (p *parser) form() Expr {
	start := p.take()
	a := &Atom{Kind: AtomHandled}
	if start.is("propagates") {
		a.Kind = AtomPropagates
	}
	a.Name = p.name("the exception after `" + start.text + "`")
	switch {
	case a.Kind == AtomHandled:
		if !p.acceptWord("is") || !p.acceptWord("handled") {
			p.missing("`is handled`", "write `every E is handled`")
		}
	case p.acceptWord("to"):
		a.Other = p.ref("the role after `to`")
	default:
		p.missing("the word `to`", "write `propagates E to C`")
	}
	a.Span = p.since(start)
	return a
}

// comparison reads on from the left side of a comparison.
func (p *parser) comparison(start token, x Term) Expr {
	op := p.tok()
	if !op.isComparison() {
		v, ok := x.(*VarTerm)
		switch {
		case op.symbol("<>"):
			p.fail(op.Span, "write `!=` to compare", "`<>` means eventually, and cannot stand here")
		case !ok:
			p.missing("a comparison", "write `==`, `!=`, `<`, `<=`, `>` or `>=`, and a value")
		default:
			return &Atom{Span: p.since(start), Kind: AtomVariable, Role: v.Role, Name: v.Name}
		}
		return nil
	}
	p.take()
	a := &Atom{Kind: AtomCompare, Op: op.text, X: x, Y: p.term(true)}
	a.Span = p.since(start)
	if p.tok().isComparison() {
		p.fail(p.tok().Span, "join two comparisons with `and`, as in `0 < A.x and A.x < 3`", "a comparison cannot be compared with `%s`", p.tok().text)
	}
	return a
}

func (t token) isComparison() bool {
	return t.isCalculation() && slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, t.text)
}

// term reads a whole term; without variables if it is an index or the end of a range.
func (p *parser) term(variables bool) Term { return p.sum(nil, variables) }

// sum reads a term whose first operand may have been read already.
func (p *parser) sum(first Term, variables bool) Term {
	saved := p.ops
	p.ops = 0
	x := p.chain(first, variables)
	p.ops = saved
	return x
}

// chain reads sums of products.
func (p *parser) chain(first Term, variables bool) Term {
	return p.terms([]string{"+", "-"}, first, func(first Term) Term {
		return p.terms([]string{"*", "/", "%"}, first, func(first Term) Term {
			if first != nil {
				return first
			}
			return p.factor(variables)
		})
	})
}

// terms reads operands joined by operators of one level, from the left.
func (p *parser) terms(ops []string, first Term, operand func(Term) Term) Term {
	start := p.tok()
	if first != nil {
		start.Span = first.Pos()
	}
	x := operand(first)
	for p.tok().kind == tokSymbol && slices.Contains(ops, p.tok().text) {
		if !p.countTerm() {
			return nil
		}
		op := p.take().text
		y := operand(nil)
		x = &BinaryTerm{p.since(start), op, x, y}
	}
	return x
}

// countTerm limits the size of a term, and so its depth.
func (p *parser) countTerm() bool {
	if p.ops++; p.ops > MaxDepth {
		p.fail(p.tok().Span, "", "the expression has more than %d operators and parentheses", MaxDepth)
		return false
	}
	return true
}

func (p *parser) factor(variables bool) Term {
	t := p.tok()
	switch {
	case t.kind == tokInt:
		n, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil {
			p.fail(t.Span, "write a number below 2^63", "the number `%s` is too large", clip(t.text))
			return nil
		}
		p.take()
		return &IntTerm{t.Span, n}
	case t.is("true"), t.is("false"):
		p.take()
		return &BoolTerm{t.Span, t.is("true")}
	case t.symbol("-"):
		if !p.countTerm() {
			return nil
		}
		p.take()
		x := p.factor(variables)
		if n, ok := x.(*IntTerm); ok {
			return &IntTerm{p.since(t), -n.Value}
		}
		return &NegTerm{p.since(t), x}
	case t.symbol("("):
		if !p.countTerm() {
			return nil
		}
		p.take()
		x := p.chain(nil, variables)
		if !p.accept(")") {
			p.missing("the `)`", "write `)`")
		}
		return x
	case t.kind == tokWord:
		return p.variable(variables)
	}
	p.missing("a value", "write a number or a name")
	return nil
}

// variable reads a name of a value, or a variable of a role.
func (p *parser) variable(variables bool) Term {
	start := p.tok()
	if next := p.peek(); !variables && (next.symbol(".") || next.symbol("[")) {
		p.take()
		p.fail(next.Span, "write numbers, parameters, and variables of quantifiers", "neither an index nor a range may use variables of roles")
		return nil
	}
	r := p.ref("a value")
	if p.accept(".") {
		n := p.name("the name of the variable")
		return &VarTerm{p.since(start), r, n}
	}
	if r.Index != nil {
		p.missing("the variable of the role", "write `.` and the name of a variable")
		return nil
	}
	return &NameTerm{r.Name}
}
