package chor

import (
	"fmt"

	"chorcheck/lang/diag"
)

// statement parses the statement of a keyword, which has been taken.
func (p *parser) statement(t token, word string) Item {
	switch word {
	case "choice":
		return p.choice(t)
	case "par":
		return p.par(t)
	case "for":
		s := &For{Head: p.forHead()}
		s.Body = p.block("`for`")
		s.node = p.since(t)
		return s
	case "loop":
		s := &Loop{Decider: p.at("`loop`")}
		s.Body = p.block("`loop`")
		s.node = p.since(t)
		return s
	case "repeat":
		s := &Repeat{Count: p.sum()}
		s.Body = p.block("`repeat`")
		s.node = p.since(t)
		return s
	case "rec":
		s := &Rec{Label: p.ident("the name after `rec`")}
		s.Body = p.block("`rec`")
		s.node = p.since(t)
		return s
	case "continue":
		s := &Continue{Label: p.ident("the name of the `rec` after `continue`")}
		s.node = p.since(t)
		return s
	case "let":
		s := &Let{Var: p.ident("the variable after `let`")}
		p.equals("`let`")
		s.Value = p.expr()
		s.Owner = p.at("`let`")
		s.node = p.since(t)
		return s
	case "wait":
		s := &Wait{Length: p.duration()}
		s.Owner = p.at("`wait`")
		s.node = p.since(t)
		return s
	case "raise":
		s := &Raise{}
		if p.acceptWord("again") {
			s.Again = true
		} else {
			s.Exception = p.ident("the exception after `raise`")
		}
		s.Owner = p.at("`raise`")
		s.node = p.since(t)
		return s
	case "within":
		return p.within(t)
	case "try":
		return p.try(t)
	case "perform":
		return p.perform(t)
	}
	s := &End{Owner: p.at("`end`")}
	s.node = p.since(t)
	return s
}

// duration parses `5s`.
func (p *parser) duration() Duration {
	t := p.tok()
	switch {
	case t.kind == tDuration:
		p.take()
		return Duration{node{t.span()}, p.str(t)}
	case t.kind == tBad && !t.first():
		p.errAt = p.pos
		p.take()
		return Duration{node: node{t.span()}}
	case t.kind == tInt && !t.first():
		if n := p.ahead(1); n.kind == tWord && !n.first() && isUnit(p.str(n)) {
			p.errorf(diag.BadDuration, t.span().Cover(n.span()), fmt.Sprintf("write `%s%s`", clip(p.str(t)), p.str(n)), "a duration is written without a space")
			p.take()
			p.take()
			return Duration{p.since(t), p.str(t) + p.str(n)}
		}
		p.errorf(diag.BadDuration, t.span(), fmt.Sprintf("write `%ss` for seconds; the units are ms, s, min and h", clip(p.str(t))), "the duration `%s` has no unit", clip(p.str(t)))
		p.take()
		return Duration{p.since(t), p.str(t) + "s"}
	}
	p.missing(diag.BadDuration, "write a number with the unit ms, s, min or h, such as `5s`", "a duration")
	return Duration{node: p.gone()}
}
