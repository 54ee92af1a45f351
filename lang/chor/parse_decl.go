package chor

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// keyword parses the statement or declaration of a keyword. The text may show
// another word that was meant to be it.
func (p *parser) keyword(word string) Item {
	t := p.take()
	switch word {
	case "choreography":
		d := &ChoreographyDecl{Name: p.ident("the name of the choreography")}
		d.node = p.since(t)
		p.choreographyBrace()
		return d
	case "param":
		return p.param(t)
	case "role":
		d := &RoleDecl{}
		p.list(tEOF, func() {
			start := p.tok()
			r := p.roleRef("the name of a role")
			d.Roles = append(d.Roles, RoleName{p.since(start), r.Name, r.Index})
			if r.At.Len() == 0 {
				d.Roles[len(d.Roles)-1].node = r.node
			}
		})
		d.node = p.since(t)
		return d
	case "channels":
		d := &ChannelsDecl{Discipline: p.discipline()}
		d.node = p.since(t)
		return d
	case "channel":
		d := &ChannelDecl{}
		d.From, d.To = p.link(tArrow, "channel")
		p.colon("of the channel")
		d.Discipline = p.discipline()
		d.node = p.since(t)
		return d
	case "var":
		return p.variable(t)
	case "exception":
		d := &ExceptionDecl{Names: p.names(tEOF, "the name of an exception")}
		d.node = p.since(t)
		return d
	case "protocol":
		return p.protocol(t)
	case "environment":
		return p.environment(t)
	case "property":
		return p.property(t)
	}
	return p.statement(t, word)
}

// choreographyBrace accepts a choreography that is written as a block.
func (p *parser) choreographyBrace() {
	if !p.is(tLBrace) {
		return
	}
	p.errorf(diag.BracedChoreography, p.tok().span(), "remove this brace and the one that closes it",
		"the text of a choreography stands without braces")
	if p.depth == 0 && p.braced < 0 {
		p.braced = int32(p.pos)
		p.take()
		p.errAt = -1
		return
	}
	p.bareBlock()
}

// equals takes `=`. Another sign, or none, is reported.
func (p *parser) equals(of string) {
	t := p.tok()
	switch t.kind {
	case tEqual:
		p.take()
	case tEq, tAssign:
		p.errorf(diag.WrongEquals, t.span(), "write `=`", "%s takes `=`, not `%s`", of, p.str(t))
		p.take()
	default:
		p.missing(diag.WrongEquals, "write `=` before the value", "the `=` of "+of)
	}
}

// colon takes `:`.
func (p *parser) colon(of string) {
	t := p.tok()
	switch {
	case t.kind == tColon:
		p.take()
		return
	case t.kind == tAssign && !t.first():
		p.errorf(diag.WrongEquals, t.span(), "write `:`", "`:=` stands only between a variable and its value")
		p.take()
		return
	}
	p.missing(diag.MissingColon, "write `:`", "the `:` "+of)
}

func (p *parser) param(t token) Item {
	d := &ParamDecl{Name: p.ident("the name of the parameter")}
	p.equals("a parameter")
	d.Value = p.expr()
	d.node = p.since(t)
	return d
}

// discipline parses `fifo 2`. A missing capacity is left to the resolver, which
// knows the kinds.
func (p *parser) discipline() Discipline {
	t := p.tok()
	d := Discipline{Kind: p.ident("the kind of the channels, " + quoteList([]string{"fifo", "sync", "mailbox", "bag"}) + ",")}
	if d.Kind.At.Len() == 0 {
		d.node = d.Kind.node
		return d
	}
	if !p.lineOver() && !p.tok().has(fStatement|fDecl) {
		d.Capacity = p.sum()
	}
	d.node = p.since(t)
	return d
}

// link parses the two ends of a channel.
func (p *parser) link(k kind, of string) (from, to RoleRef) {
	from = p.roleRef("the first role of the " + of)
	t := p.tok()
	want := "->"
	if k == tLink {
		want = "--"
	}
	switch {
	case t.kind == k && !t.has(fOdd):
		p.take()
	case (t.kind == tArrow || t.kind == tLink || t.kind == tMinus || t.kind == tGt) && !t.first():
		p.errorf(diag.WrongArrow, t.span(), "write `"+want+"`", "the roles of `%s` are joined by `%s`, not by `%s`", of, want, p.str(t))
		for p.is(tArrow) || p.is(tLink) || p.is(tMinus) || p.is(tGt) {
			p.take()
		}
	default:
		p.missing(diag.WrongArrow, "write `"+want+"` and the other role", "the `"+want+"` of `"+of+"`")
		if t.kind == tComma && !t.first() {
			p.take()
		}
	}
	to = p.roleRef("the second role of the " + of)
	return from, to
}

func (p *parser) variable(t token) Item {
	d := &VarDecl{Names: p.names(tEOF, "the name of the variable")}
	if p.is(tColon) {
		p.errorf(diag.MissingOwner, p.tok().span(), "write `at` and a role before the colon", "the variable does not say which role has it")
	} else {
		d.Owner = p.at("the variable")
	}
	p.colon("between the variable and its values")
	d.Type = p.typ()
	if p.acceptWord("at") {
		p.errAt = p.pos
		d.Owner = p.roleRef("the role after `at`")
	}
	if p.is(tEqual) || (p.is(tEq) || p.is(tAssign)) && !p.tok().first() {
		p.equals("the first value")
		d.Value = p.expr()
	}
	d.node = p.since(t)
	return d
}

func (p *parser) typ() Type {
	const help = "write a range such as `0..3`, `bool`, or values such as `{red, green}`"
	t := p.tok()
	switch {
	case t.kind == tLBrace:
		p.take()
		e := &EnumType{Names: p.names(tRBrace, "a value")}
		p.closing(tRBrace, "}")
		e.node = p.since(t)
		return e
	case wordIs(p, t, "bool"):
		p.take()
		return &BoolType{p.since(t)}
	case t.kind == tEOF, t.kind == tRBrace, t.kind == tEqual, t.first() && t.has(fStatement|fDecl), p.startsItem() && t.first():
		p.missing(diag.MissingType, help, "the set of values")
		return &BadType{p.gone()}
	}
	if n := p.ahead(1); t.kind == tWord && (n.first() || n.kind == tEOF || n.kind == tEqual || n.kind == tSemicolon) {
		if help := otherType(p.str(t)); help != "" {
			p.errorf(diag.MissingType, t.span(), help, "there is no type `%s`", p.str(t))
			p.errAt = -1
			p.take()
			return &BadType{p.since(t)}
		}
	}
	low := p.sum()
	if !p.is(tDots) {
		p.missing(diag.MissingType, help, "the `..` of a range of values")
		return &BadType{p.since(t)}
	}
	p.take()
	p.tripleDot()
	high := p.sum()
	return &RangeType{p.since(t), low, high}
}

// otherType is the mend for the name of a type of other languages; "" for any other word.
func otherType(word string) string {
	switch word {
	case "boolean", "Boolean", "Bool", "BOOL":
		return "write `bool`"
	case "int", "Int", "integer", "Integer", "nat", "Nat", "number", "long", "uint":
		return "write the range of its values, such as `0..3`: a variable has finitely many"
	case "string", "String", "str", "text", "enum", "char", "float", "double":
		return "write the values that it can have, such as `{red, green}`"
	}
	return ""
}

// tripleDot reports `...`.
func (p *parser) tripleDot() {
	if t := p.tok(); t.kind == tDot {
		p.errorf(diag.UnexpectedText, t.span(), "write `..`", "a range has two dots")
		p.take()
	}
}

func (p *parser) protocol(t token) Item {
	d := &ProtocolDecl{Name: p.ident("the name of the protocol")}
	switch {
	case p.is(tLParen):
		p.take()
		if !p.accept(tRParen) {
			d.Params = p.names(tRParen, "the name of a role")
			p.closing(tRParen, ")")
		}
	case p.is(tLBrace):
		p.errorf(diag.MissingBracket, p.tok().span(), "write `(a, b)`, with a name for each role that takes part", "the roles of protocol `%s` are missing", clip(d.Name.Name))
	default:
		p.missing(diag.MissingBracket, "write `(a, b)`, with a name for each role that takes part", "the `(` before the roles of the protocol")
		if t := p.tok(); t.kind == tWord && !t.first() && !t.has(fReserved) {
			d.Params = p.names(tRParen, "the name of a role")
			p.accept(tRParen)
		}
	}
	d.Body = p.block("the protocol")
	d.node = p.since(t)
	return d
}

// property parses `property p: formula`; the formula is kept as text.
func (p *parser) property(t token) Item {
	d := &PropertyDecl{Name: p.ident("the name of the property")}
	p.colon("before the formula")
	d.Formula = p.formula(p.lines.column(int(t.start)))
	if d.Formula.Len() == 0 {
		m := p.missing(diag.EmptyFormula, "write a formula, such as `always not A crashed`", "the formula of the property")
		if t := p.tok(); t.kind == tWord && !p.startsItem() && !t.has(fStatement|fDecl) && len(p.open) == 0 {
			// This line can only be meant as the formula.
			m.Help = "indent the formula further than `property`"
			for p.take(); !p.lineOver(); {
				p.take()
			}
		}
	}
	d.node = p.since(t)
	return d
}

// formula takes the tokens of a formula. It ends before a keyword of ours that
// begins a line and means nothing in a formula, or before anything that begins a line no further right than
// the property does; neither within brackets, unless they are never closed.
func (p *parser) formula(column int) source.Span {
	end, closed := p.formulaEnd(column, true)
	if !closed {
		end, _ = p.formulaEnd(column, false)
	}
	if end == p.pos {
		return p.gone().At
	}
	span := source.Span{Start: int(p.toks[p.pos].start), End: int(p.toks[end-1].end)}
	p.pos, p.last = end, span.End
	p.formulas = append(p.formulas, span)
	return span
}

// formulaEnd is the token behind a formula, and whether its brackets are closed there.
func (p *parser) formulaEnd(column int, brackets bool) (end int, closed bool) {
	depth := 0
	for i := p.pos; ; i++ {
		t := p.toks[i]
		left := t.first() && p.lines.column(int(t.start)) <= column
		head := t.first() && t.has(fStatement|fDecl) && (left || !p.inFormula(i))
		if t.kind == tEOF || left && head || (depth == 0 || !brackets) && (left || head || t.kind == tSemicolon || t.kind == tRBrace && (len(p.open) > 0 || p.braced >= 0)) {
			return i, depth == 0
		}
		switch t.kind {
		case tLParen, tLBracket:
			depth++
		case tRParen, tRBracket:
			depth = max(0, depth-1)
		}
	}
}

// inFormula reports whether a keyword of ours goes on with a formula: `for all w in Worker: ..` and
// `within 5 steps` do.
func (p *parser) inFormula(i int) bool {
	t, next, name := p.toks[i], p.toks[min(i+1, len(p.toks)-1)], p.toks[min(i+2, len(p.toks)-1)]
	switch {
	case wordIs(p, t, "for"):
		return (wordIs(p, next, "all") || wordIs(p, next, "some")) && name.kind == tWord && !wordIs(p, name, "in")
	case wordIs(p, t, "within"):
		return next.kind == tInt && (wordIs(p, name, "steps") || wordIs(p, name, "step"))
	}
	return false
}

// forHead parses `w in Worker` or `i in 0..n-1`.
func (p *parser) forHead() ForHead {
	t := p.tok()
	h := ForHead{Var: p.ident("the name after `for`")}
	if !p.acceptWord("in") {
		d := p.missing(diag.BadForHead, "write `in` and an array of roles, or a range such as `0..2`", fmt.Sprintf("the `in` after `for %s`", clip(h.Var.Name)))
		if t := p.tok(); (t.kind == tEqual || t.kind == tAssign || t.kind == tColon || wordIs(p, t, "of")) && !t.first() {
			d.Help = "write `in`"
			p.take()
		}
	}
	start := p.tok()
	low := p.sum()
	if p.accept(tDots) {
		p.tripleDot()
		h.Low, h.High = low, p.sum()
	} else if name, ok := low.(*Name); ok {
		h.Array = name.Ident
	} else if _, bad := low.(*BadExpr); !bad {
		p.errAt = -1
		p.errorf(diag.BadForHead, p.since(start).At, "write an array of roles, or a range such as `0..2`", "`for` does not run over this")
	}
	h.node = p.since(t)
	return h
}
