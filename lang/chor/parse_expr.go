package chor

import (
	"strconv"

	"chorcheck/lang/diag"
)

// Levels of binding, loosest first.
const (
	levelOr = 1 + iota
	levelAnd
	levelNot
	levelCompare
	levelAdd
	levelMultiply
	levelUnary
)

// expr parses an expression. Left-hand chains such as `1 + 1 + ..` make deep
// trees too, so depth is checked on the way down and height on the way up.
func (p *parser) expr() Expr { return p.binary(levelOr) }

// sum parses an expression that compares nothing: the end of a range, a count.
func (p *parser) sum() Expr { return p.binary(levelAdd) }

func (p *parser) binary(level int) Expr {
	switch level {
	case levelNot:
		if p.is(tNot) || p.isWord("not") {
			return p.unary("not", levelNot)
		}
	case levelUnary:
		switch {
		case p.is(tMinus), p.is(tLink):
			return p.unary("-", levelUnary)
		case p.is(tNot), p.isWord("not"):
			return p.unary("not", levelUnary)
		}
		p.height = 1
		return p.primary()
	}
	start := p.tok()
	x := p.binary(level + 1)
	height := p.height
	for n := 0; ; n++ {
		op := p.operator(level)
		if op == "" {
			p.height = height
			return x
		}
		if level == levelCompare && n > 0 {
			p.errorf(diag.ChainedComparison, p.tok().span(), "join two comparisons with `and`, as in `a < b and b < c`",
				"a comparison cannot be compared with `%s`", op)
		}
		if p.depth+height >= MaxDepth {
			p.tooDeep(p.tok())
			p.skipExpr()
			return &BadExpr{p.since(start)}
		}
		slip := p.is(tEqual) || p.is(tAssign) || x.Pos().Len() == 0
		if p.is(tLink) {
			// `a--b` is a minus and a minus.
			p.toks[p.pos].start++
			p.toks[p.pos].kind = tMinus
		} else {
			p.take()
		}
		if slip {
			p.errAt = p.pos // the mistake is known; that nothing follows is no further one
		}
		y := p.binary(level + 1)
		height = max(height, p.height) + 1
		x = &Binary{p.since(start), op, x, y}
	}
}

func (p *parser) unary(op string, level int) Expr {
	start := p.tok()
	if p.depth >= MaxDepth {
		p.tooDeep(start)
		p.skipExpr()
		return &BadExpr{p.since(start)}
	}
	if p.is(tLink) {
		p.toks[p.pos].start++
		p.toks[p.pos].kind = tMinus
	} else {
		p.take()
	}
	p.depth++
	x := p.binary(level)
	p.depth--
	p.height++
	return &Unary{p.since(start), op, x}
}

// operator is the operator of the level that stands here, "" if there is none.
func (p *parser) operator(level int) string {
	t := p.tok()
	switch level {
	case levelOr:
		if t.kind == tOr || wordIs(p, t, "or") {
			return "or"
		}
	case levelAnd:
		if t.kind == tAnd || wordIs(p, t, "and") {
			return "and"
		}
	case levelCompare:
		switch t.kind {
		case tEq, tNe, tLe, tGe, tGt:
			return p.symbolOf(t)
		case tLt:
			if n := p.ahead(1); n.kind == tGt && n.start == t.end {
				p.errorf(diag.WrongEquals, t.span().Cover(n.span()), "write `!=`", "`<>` does not compare")
				p.take()
				return "!="
			}
			return "<"
		case tEqual, tAssign:
			p.errorf(diag.WrongEquals, t.span(), "write `==`", "values are compared with `==`, not with `%s`", p.symbolOf(t))
			return "=="
		}
	case levelAdd:
		switch t.kind {
		case tPlus:
			return "+"
		case tMinus, tLink:
			return "-"
		}
	case levelMultiply:
		switch t.kind {
		case tStar, tSlash, tPercent:
			return p.symbolOf(t)
		}
	}
	return ""
}

// symbolOf is how a token is written, also if the text has a substitute for it.
func (p *parser) symbolOf(t token) string {
	switch t.kind {
	case tLe:
		return "<="
	case tGe:
		return ">="
	case tNe:
		return "!="
	}
	return p.str(t)
}

func (p *parser) primary() Expr {
	t := p.tok()
	n := node{t.span()}
	switch {
	case t.kind == tInt:
		p.take()
		value, _ := strconv.ParseInt(p.str(t), 10, 64) // the scanner has checked it
		return &Int{n, value}
	case t.kind == tBad && !t.first():
		p.errAt = p.pos
		p.take()
		return &BadExpr{n}
	case t.kind == tDuration && !t.first():
		p.errorf(diag.MissingExpression, t.span(), "write a number without a unit", "the duration `%s` is no value", clip(p.str(t)))
		p.take()
		return &BadExpr{n}
	case t.kind == tLParen:
		return p.paren()
	case wordIs(p, t, "true"), wordIs(p, t, "false"):
		p.take()
		return &Bool{n, p.str(t) == "true"}
	case t.kind == tWord && !t.has(fReserved) && !(t.first() && p.startsItem()):
		name := p.ident("a value")
		if d := p.ahead(1); p.is(tDot) && d.kind == tWord && !p.tok().first() {
			p.errorf(diag.UnexpectedText, p.tok().span().Cover(d.span()), "write the variable's name alone",
				"an expression uses the variables of one role, and does not name the role")
			p.take()
			p.take()
			return &BadExpr{p.since(t)}
		}
		return &Name{name}
	}
	p.missing(diag.MissingExpression, "write a number, a name or an expression", "a value")
	return &BadExpr{p.gone()}
}

func (p *parser) paren() Expr {
	start := p.tok()
	if p.depth >= MaxDepth {
		p.tooDeep(start)
		p.skipExpr()
		return &BadExpr{p.since(start)}
	}
	p.take()
	p.depth++
	x := p.expr()
	p.closing(tRParen, ")")
	p.depth--
	p.height++
	return &Paren{p.since(start), x}
}

// skipExpr drops the rest of an expression without recursion.
func (p *parser) skipExpr() {
	depth := 0
	for {
		t := p.tok()
		switch t.kind {
		case tLParen, tLBracket:
			depth++
		case tRParen, tRBracket:
			depth--
		case tEOF, tLBrace, tRBrace, tSemicolon:
			depth = -1
		}
		if depth < 0 || depth == 0 && t.kind == tComma || t.first() && (t.has(fStatement|fDecl) || p.ahead(1).kind == tArrow) {
			p.errAt = p.pos
			return
		}
		p.take()
	}
}
