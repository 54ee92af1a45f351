package chor

import (
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

func (p *parser) within(t token) Item {
	s := &Within{}
	if n, name := p.tok(), p.ahead(1); n.kind == tDuration && name.kind == tWord && !name.first() && !name.has(fReserved) && wordIs(p, p.ahead(2), "at") {
		p.errorf(diag.UnexpectedText, n.span(), fmt.Sprintf("write `within %s %s at A`", clip(clean(p.str(name))), p.str(n)), "the duration stands before the name of the timer")
		p.errAt = -1
		d := p.duration()
		s.Length, s.Timer = &d, p.ident("the name of the timer")
	} else if n.kind == tDuration || n.kind == tInt || wordIs(p, n, "at") && !p.nameLike() {
		p.errorf(diag.MissingName, p.here(), "write a name before the duration, as in `within slow 5s at A`", "the timer has no name")
		p.errAt = -1
		s.Timer = Ident{node: p.gone()}
	} else {
		s.Timer = p.ident("the name of the timer")
	}
	if n := p.tok(); s.Length == nil && (n.kind == tDuration || n.kind == tInt || n.kind == tBad) && !n.first() {
		d := p.duration()
		s.Length = &d
	}
	s.Owner = p.at("`within`")
	s.Body = p.block("`within`")
	s.node = p.since(t)
	return s
}

func (p *parser) perform(t token) Item {
	s := &Perform{Protocol: p.ident("the protocol after `perform`")}
	if p.is(tLParen) && !p.tok().first() {
		p.take()
		if !p.accept(tRParen) {
			p.list(tRParen, func() { s.Args = append(s.Args, p.roleRef("a role")) })
			p.closing(tRParen, ")")
		}
	} else {
		p.missing(diag.MissingBracket, "write the roles that take part, as in `perform P(A, B)`", "the `(` before the roles")
		if t := p.tok(); t.kind == tWord && !t.first() && !t.has(fReserved) {
			p.list(tRParen, func() { s.Args = append(s.Args, p.roleRef("a role")) })
			p.accept(tRParen)
		}
	}
	s.node = p.since(t)
	return s
}

func (p *parser) try(t token) Item {
	s := &Try{}
	if !p.is(tLBrace) {
		s.Name = p.ident("the name of the scope, or `{`,")
	}
	s.Body = p.block("`try`")
	finally, discard, agreed := source.Span{}, source.Span{}, source.Span{}
	for p.tryClause(s, &finally, &discard, &agreed) {
	}
	s.node = p.since(t)
	return s
}

// twice reports a clause that has been there before.
func (p *parser) twice(t token, seen *source.Span) {
	if seen.Len() > 0 {
		d := p.errorf(diag.ClauseOrder, t.span(), "remove one of them", "%s stands twice", p.show(t))
		d.Secondary = append(d.Secondary, diag.Label{Span: *seen, Text: "the first one"})
		p.errAt = -1
	}
	*seen = t.span()
}

// tryClause parses one clause after the body of a try; false if there is none.
func (p *parser) tryClause(s *Try, finally, discard, agreed *source.Span) bool {
	t, n := p.tok(), p.ahead(1)
	if t.kind != tWord || n.kind == tArrow || n.kind == tLBracket {
		return false
	}
	word := p.str(t)
	switch {
	case word == "on":
	case word == "finally", word == "agreed":
	case word == "discard" && (!t.first() || !n.first() || wordIs(p, n, "late")), word == "ignore" && n.kind == tWord:
	case (word == "catch" || word == "except" || word == "rescue" || word == "handle") && (n.kind == tWord || n.kind == tLParen) && !n.first():
		p.errorf(diag.WrongClauseWord, t.span(), "write `on E at A { .. }`", "there is no `%s`: a handler begins with `on`", word)
		word = "on"
	case !t.has(fReserved|fDirty) && (n.kind == tLBrace || !t.first() && n.kind == tWord) && !n.first():
		near := diag.Nearest(word, []string{"finally", "discard", "ignore", "agreed"})
		if near == "" {
			return false
		}
		p.errorf(diag.MisspeltKeyword, t.span(), "write `"+near+"`", "`%s` is no word of the language, did you mean `%s`?", clip(word), near)
		word = near
	default:
		return false
	}
	switch word {
	case "on":
		if finally.Len() > 0 {
			d := p.errorf(diag.ClauseOrder, t.span(), "move the handler before `finally`", "a handler stands behind `finally`")
			d.Secondary = append(d.Secondary, diag.Label{Span: *finally, Text: "`finally` is the last block of a `try`"})
			p.errAt = -1
		}
		p.take()
		s.Handlers = append(s.Handlers, p.handler(t))
	case "finally":
		p.twice(t, finally)
		p.take()
		b := p.block("`finally`")
		s.Finally = &b
	case "agreed":
		p.twice(t, agreed)
		p.take()
		s.Agreed = true
	case "discard":
		p.twice(t, discard)
		p.take()
		if !p.acceptWord("late") {
			d := p.missing(diag.UnexpectedText, "write `discard late`", "`late` after `discard`")
			if n := p.tok(); n.kind == tWord && !n.first() && diag.Nearest(p.str(n), []string{"late"}) != "" {
				d.Help = "did you mean `late`?"
				p.take()
			}
		}
		s.DiscardLate = true
	case "ignore":
		p.take()
		i := Ignore{Label: p.word("the message after `ignore`")}
		i.Owner = p.at("`ignore`")
		i.node = p.since(t)
		s.Ignores = append(s.Ignores, i)
	}
	return true
}

// handler parses what follows `on`.
func (p *parser) handler(t token) Handler {
	h := Handler{}
	if n := p.ahead(1); n.kind == tWord && !n.first() && !wordIs(p, n, "at") && wordIs(p, p.ahead(2), "at") {
		if kind := p.tok(); slices.Contains([]string{"timeout", "timer", "exception", "raise"}, p.str(kind)) {
			role := "A"
			if at := p.ahead(3); at.kind == tWord {
				role = clip(clean(p.str(at)))
			}
			p.errorf(diag.UnexpectedText, kind.span(), fmt.Sprintf("write `on %s at %s`", clip(clean(p.str(n))), role), "a handler names its exception or timer alone, without `%s`", p.str(kind))
			p.errAt = -1
			p.take()
		}
	}
	n := p.ahead(1)
	switch {
	case p.isWord("any") && n.kind == tWord:
		p.take()
		h.Any = true
	case p.isWord("crash"):
		p.take()
		if !p.acceptWord("of") {
			p.missing(diag.UnexpectedText, "write `on crash of C at A`, where C is the role that crashes", "`of` after `on crash`")
			if n := p.tok(); n.kind != tWord || n.has(fReserved) {
				h.Crashed = &RoleRef{node: p.gone(), Name: Ident{node: p.gone()}}
			}
		}
		if h.Crashed == nil {
			r := p.roleRef("the role that crashes")
			h.Crashed = &r
		}
	case p.is(tLParen):
		p.errorf(diag.UnexpectedText, p.tok().span(), "write `on E at A`", "an exception is named without brackets")
		p.take()
		h.Exception = p.ident("the exception after `on`")
		p.accept(tRParen)
	default:
		h.Exception = p.ident("the exception after `on`")
	}
	h.Owner = p.at("the handler")
	h.Body = p.block("the handler")
	h.node = p.since(t)
	return h
}
