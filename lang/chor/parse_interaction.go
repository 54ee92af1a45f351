package chor

import (
	"fmt"

	"chorcheck/lang/diag"
)

// interaction parses `A -> B: m`, and what looks like a failed attempt at it or
// at a keyword.
func (p *parser) interaction() Item {
	t, n := p.tok(), p.ahead(1)
	if t.kind == tWord && p.attempt(t, n) {
		return p.misspelt(t)
	}
	s := &Interaction{}
	if t.kind == tArrow {
		p.errorf(diag.MissingSender, t.span(), "write the sender before the arrow, as in `A -> B: m`", "the sender is missing before the arrow")
		p.errAt = -1
		s.From = RoleRef{node: p.gone(), Name: Ident{node: p.gone()}}
	} else {
		p.sender = p.pos
		s.From = p.roleRef("the sender")
	}
	if p.is(tComma) && !p.tok().first() {
		p.errorf(diag.MissingSender, p.tok().span(), "write an interaction for each sender", "an interaction has one sender")
		p.take()
		p.list(tEOF, func() { p.roleRef("a sender") })
	}
	if !p.arrow(s) {
		if p.errAt != p.pos {
			return p.junkAfter(t)
		}
		s.node = p.since(t)
		return &BadItem{s.node}
	}
	p.receivers(s)
	if p.label(s) {
		p.payload(s)
	}
	s.node = p.since(t)
	return s
}

// attempt tells whether the word, which begins a line like `A x ..`, is no
// sender but something else.
func (p *parser) attempt(t, n token) bool {
	if t.has(fReserved | fDirty) {
		return false
	}
	switch n.kind {
	case tArrow:
		return false
	case tLBracket, tComma, tColon, tLt, tGt, tLink, tMinus, tEqual, tAssign, tEq, tGe:
		return n.first()
	case tWord:
		// `A B: m` and `A B -> m` lack a sign only.
		after := p.ahead(2)
		return n.first() || after.kind != tColon && after.kind != tArrow || p.headFor(t) != ""
	case tBad:
		return false
	}
	return true
}

// misspelt goes on with the keyword that was probably meant.
func (p *parser) misspelt(t token) Item {
	word := p.str(t)
	n := p.ahead(1)
	if word == "if" && (n.kind == tWord || n.kind == tLParen || n.kind == tNot) && !n.first() {
		p.errorf(diag.MisspeltKeyword, t.span(), "write `choice at A when .. { .. } or otherwise { .. }`, where A is the role that decides", "there is no `if`")
		p.take()
		s := &Choice{}
		b := Branch{When: p.expr()}
		b.Body = p.block("the branch")
		s.Branches = append(s.Branches, b)
		p.branches(s)
		s.Decider = RoleRef{node: p.gone(), Name: Ident{node: p.gone()}}
		s.node = p.since(t)
		return s
	}
	meant := p.headFor(t)
	if meant == "" || n.first() && meant != "try" && meant != "par" || len(word) < 4 && !p.fits(meant) {
		return p.junkAfter(t)
	}
	p.errorf(diag.MisspeltKeyword, t.span(), "write `"+meant+"`", "`%s` is no word of the language, did you mean `%s`?", word, meant)
	p.errAt = -1
	return p.keyword(meant)
}

// fits tells whether what follows the word here may follow a keyword. Of short
// words one letter is a third, so that alone is no sign of a slip.
func (p *parser) fits(keyword string) bool {
	n, after := p.ahead(1), p.ahead(2)
	switch keyword {
	case "for":
		return wordIs(p, after, "in")
	case "let":
		return after.kind == tEqual
	case "rec":
		return after.kind == tLBrace
	case "var":
		return wordIs(p, after, "at") || after.kind == tComma
	case "par", "try":
		return n.kind == tLBrace
	}
	return wordIs(p, n, "at")
}

// junkAfter reports a line that begins with a word and is nothing that we know.
func (p *parser) junkAfter(t token) Item {
	behind := !t.first() && p.pos > 0 && p.toks[max(p.pos-1, 0)].kind != tLBrace && p.toks[max(p.pos-1, 0)].kind != tSemicolon
	if t.kind == tBad {
		p.errAt = p.pos
	} else if behind {
		p.errorf(diag.UnexpectedText, t.span(), "write each statement on a line of its own", "%s cannot stand here, behind a complete statement", p.show(t))
	} else {
		p.errorf(diag.UnexpectedText, t.span(), "write an interaction such as `A -> B: m`, or begin with a keyword such as `choice`",
			"this line, which begins with %s, is neither an interaction nor another statement", p.show(t))
	}
	if p.tok() == t {
		p.take()
	}
	p.skipLine()
	return &BadItem{p.since(t)}
}

// arrow takes `->`. It reports other arrows, and false if this seems to be no
// interaction at all.
func (p *parser) arrow(s *Interaction) bool {
	t := p.tok()
	from := clip(s.From.Name.Name)
	switch {
	case t.kind == tArrow && !t.has(fOdd):
		p.take()
		return true
	case t.first(), t.kind == tEOF:
		return false
	case t.kind == tColon:
		p.errorf(diag.MissingReceiver, t.span(), fmt.Sprintf("write `%s -> B: m`", from), "the message has no receiver")
		s.To = []RoleRef{{node: p.gone(), Name: Ident{node: p.gone()}}}
		return true
	case t.kind == tLt && p.ahead(1).kind == tMinus:
		at := t.span().Cover(p.ahead(1).span())
		p.errorf(diag.WrongArrow, at, fmt.Sprintf("write `B -> %s: m`", from), "an arrow points from the sender to the receiver, as in `A -> B: m`")
		for p.is(tLt) || p.is(tMinus) || p.is(tLink) {
			p.take()
		}
		return true
	case t.kind == tArrow, t.kind == tLink, t.kind == tMinus, t.kind == tGt, t.kind == tEqual, t.kind == tEq, t.kind == tGe:
		start := t
		for p.is(tArrow) || p.is(tLink) || p.is(tMinus) || p.is(tGt) || p.is(tEqual) || p.is(tEq) || p.is(tGe) {
			p.take()
		}
		end := p.pos
		p.pos-- // the mistake is reported at the sign, not at what follows it
		p.errorf(diag.WrongArrow, p.since(start).At, "write `->`", "the arrow of an interaction is written `->`")
		p.pos = end
		return true
	case t.kind == tWord && !t.has(fReserved) && (p.ahead(1).kind == tColon || p.ahead(1).kind == tLBracket || p.ahead(1).kind == tComma):
		p.errorf(diag.WrongArrow, t.span(), fmt.Sprintf("write `%s -> %s`", from, clip(clean(p.str(t)))), "the `->` between sender and receiver is missing")
		return true
	}
	return false
}

// receivers parses what stands between the arrow and the colon.
func (p *parser) receivers(s *Interaction) {
	if s.To != nil {
		return
	}
	if p.is(tColon) {
		p.errorf(diag.MissingReceiver, p.tok().span(), "write the receiver after the arrow, as in `A -> B: m`", "the receiver is missing after the arrow")
		s.To = []RoleRef{{node: p.gone(), Name: Ident{node: p.gone()}}}
		return
	}
	for {
		if t := p.tok(); t.kind == tEOF || t.kind == tRBrace || t.first() && (t.has(fStatement|fDecl) || p.startsItem()) || t.kind == tSemicolon {
			d := p.missing(diag.MissingReceiver, "write `A -> B: m`", "the receiver")
			if len(s.To) > 0 {
				d.Help = "remove the last comma, or write a further receiver"
			}
			return
		}
		s.To = append(s.To, p.roleRef("the receiver"))
		if !p.accept(tComma) {
			return
		}
	}
}

// label parses `: m`; false if there is no message to go on with.
func (p *parser) label(s *Interaction) bool {
	t := p.tok()
	to := "B"
	if len(s.To) > 0 && s.To[0].Name.Name != "" {
		to = clip(s.To[0].Name.Name)
	}
	switch {
	case t.kind == tColon:
		p.take()
	case t.kind == tAssign && !t.first():
		p.colon("before the message")
	case t.kind == tWord && !t.first() && p.ahead(1).kind != tArrow:
		p.errorf(diag.MissingColon, t.span(), fmt.Sprintf("write `%s: %s`", to, clip(clean(p.str(t)))), "the `:` before the message is missing")
	case t.kind == tArrow && !t.first():
		p.errorf(diag.UnexpectedText, t.span(), "write one interaction for each arrow, each with its message", "an interaction has one arrow")
		return false
	case t.kind == tLParen && !t.first():
		p.missing(diag.MissingLabel, fmt.Sprintf("write `%s: name(..)`", to), "the name of the message")
		return true
	default:
		p.missing(diag.MissingLabel, fmt.Sprintf("write `%s: name`", to), "the message")
		return false
	}
	t = p.tok()
	if t.kind != tWord && t.kind != tBad || t.first() && (t.has(fStatement|fDecl) || t.kind == tBad) ||
		p.ahead(1).kind == tArrow && (t.first() || !p.ahead(1).first()) {
		if t.kind == tInt && !t.first() {
			s.Label = p.ident("the name of the message")
			return true
		}
		p.missing(diag.MissingLabel, fmt.Sprintf("write `%s: name`", to), "the name of the message")
		s.Label = Ident{node: p.gone()}
		return p.is(tLParen)
	}
	s.Label = p.word("the name of the message")
	p.labelEnd(s)
	return true
}

// labelEnd reports what looks like a message name of several words.
func (p *parser) labelEnd(s *Interaction) {
	t, n := p.tok(), p.ahead(1)
	if t.first() || s.Label.Name == "" {
		return
	}
	words := t.kind == tWord && !t.has(fReserved) && (n.first() || n.kind == tEOF || n.kind == tRBrace || n.kind == tLParen || n.kind == tSemicolon ||
		n.kind == tWord && p.ahead(2).kind != tArrow && n.kind != tColon) && !(n.kind == tLBrace)
	joined := (t.kind == tMinus || t.kind == tDot || t.kind == tSlash) && n.kind == tWord && !n.first()
	if !words && !joined {
		return
	}
	last := t
	if joined {
		last = n
	}
	p.errorf(diag.LabelNotOneWord, s.Label.At.Cover(last.span()), fmt.Sprintf("write `%s_%s`", clip(s.Label.Name), clip(clean(p.str(last)))),
		"the name of a message is one word of letters, digits and `_`")
	for !p.lineOver() && !p.is(tLParen) {
		p.take()
	}
}

// payload parses `(x := e, ..)`.
func (p *parser) payload(s *Interaction) {
	if !p.is(tLParen) || p.tok().first() && p.ahead(1).kind != tWord {
		return
	}
	p.take()
	if p.accept(tRParen) {
		return
	}
	for {
		start := p.pos
		s.Payload = append(s.Payload, p.store())
		if p.pos == start {
			break // a word that is no name: nothing was taken
		}
		if t := p.tok(); !p.accept(tComma) {
			if t.kind != tWord || p.ahead(1).kind != tAssign && p.ahead(1).kind != tEqual || p.startsItem() {
				break
			}
			p.errorf(diag.ListComma, t.span(), "write a comma before it", "a comma is missing before %s", p.show(t))
		} else if p.is(tRParen) {
			p.errorf(diag.ListComma, p.tok().span(), "remove the last comma, or write what follows it", "the list ends with a comma")
			break
		}
	}
	p.errAt = min(p.errAt, p.pos)
	p.closing(tRParen, ")")
}

func (p *parser) store() Store {
	t := p.tok()
	if n := p.ahead(1); t.kind == tInt || t.kind == tWord && (n.kind == tRParen || n.kind == tComma) {
		return p.valueAlone()
	}
	st := Store{Var: p.ident("the receiver's variable")}
	switch s := p.tok(); {
	case s.kind == tAssign:
		p.take()
	case s.kind == tEqual || s.kind == tEq || s.kind == tColon:
		p.errorf(diag.WrongEquals, s.span(), "write `:=`", "a message stores a value with `:=`, not with `%s`", p.str(s))
		p.take()
	default:
		p.missing(diag.WrongEquals, "write `:=` and a value", "the `:=` after the receiver's variable")
	}
	st.Value = p.expr()
	st.node = p.since(t)
	return st
}

// valueAlone reports what a message carries without saying where it goes: a value, or
// the name of a type.
func (p *parser) valueAlone() Store {
	t := p.tok()
	value := clip(clean(p.str(t)))
	d := p.errorf(diag.WrongEquals, t.span(), "", "the message does not say where the receiver stores `%s`", value)
	if otherType(value) != "" || value == "bool" {
		d.Help = "leave the brackets out, or write `x := e`: a variable of the receiver, and its value"
	} else {
		d.Help = fmt.Sprintf("write `x := %s`, where x is a variable of the receiver, or leave the brackets out if nobody needs the value", value)
	}
	p.errAt = -1
	if t.kind == tWord {
		p.take()
	} else {
		p.expr()
	}
	return Store{node: p.since(t), Var: Ident{node: p.gone()}, Value: &BadExpr{p.gone()}}
}
