package chor

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
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
			p.errorf(diag.BadDuration, t.span().Cover(n.span()), fmt.Sprintf("write `%s%s`", p.str(t), p.str(n)), "a duration is written without a space")
			p.take()
			p.take()
			return Duration{p.since(t), p.str(t) + p.str(n)}
		}
		p.errorf(diag.BadDuration, t.span(), fmt.Sprintf("write `%ss` for seconds; the units are ms, s, min and h", p.str(t)), "the duration `%s` has no unit", p.str(t))
		p.take()
		return Duration{p.since(t), p.str(t) + "s"}
	}
	p.missing(diag.BadDuration, "write a number with the unit ms, s, min or h, such as `5s`", "a duration")
	return Duration{node: p.gone()}
}

// ---- Interactions

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
	case tArrow, tLBracket, tComma, tColon, tLt, tGt, tLink, tMinus, tEqual, tAssign, tEq, tGe:
		return n.first()
	case tWord:
		// `A B: m` and `A B -> m` lack a sign only.
		after := p.ahead(2)
		return n.first() || after.kind != tColon && after.kind != tArrow || headFor(p.str(t)) != ""
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
	meant := headFor(word)
	if meant == "" || n.first() && meant != "try" && meant != "par" {
		return p.junkAfter(t)
	}
	p.errorf(diag.MisspeltKeyword, t.span(), "write `"+meant+"`", "`%s` is no word of the language, did you mean `%s`?", word, meant)
	p.errAt = -1
	return p.keyword(meant)
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
		if t := p.tok(); t.kind == tEOF || t.kind == tRBrace || t.first() && (t.has(fStatement|fDecl) || p.startsItem(0)) || t.kind == tSemicolon {
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
	if t.kind != tWord && t.kind != tBad || t.first() && (t.has(fStatement|fDecl) || t.kind == tBad) || p.ahead(1).kind == tArrow {
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
		s.Payload = append(s.Payload, p.store())
		if t := p.tok(); !p.accept(tComma) {
			if t.kind != tWord || p.ahead(1).kind != tAssign && p.ahead(1).kind != tEqual || p.startsItem(0) {
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
	st := Store{Var: p.ident("the receiver's variable")}
	switch s := p.tok(); {
	case s.kind == tAssign:
		p.take()
	case s.kind == tEqual || s.kind == tEq || s.kind == tColon:
		p.errorf(diag.WrongEquals, s.span(), "write `:=`", "a message stores a value with `:=`, not with `%s`", p.str(s))
		p.take()
	case s.kind == tRParen || s.kind == tComma:
		name := clip(st.Var.Name)
		p.errorf(diag.WrongEquals, s.span(), fmt.Sprintf("write `x := %s`, where x is a variable of the receiver", name), "the message does not say where the receiver stores `%s`", name)
		st.Value = &BadExpr{p.gone()}
		st.node = p.since(t)
		return st
	default:
		p.missing(diag.WrongEquals, "write `:=` and a value", "the `:=` after the receiver's variable")
	}
	st.Value = p.expr()
	st.node = p.since(t)
	return st
}

// ---- Choice and par

func (p *parser) choice(t token) Item {
	s := &Choice{Decider: p.at("`choice`")}
	if p.acceptWord("for") {
		head := p.forHead()
		s.For = &head
		s.Branches = []Branch{p.branch(p.tok())}
		if p.isWord("or") {
			p.errorf(diag.ClauseOrder, p.tok().span(), "write the alternatives into another `choice`", "a `choice .. for` has one block, which stands for all members of the array")
			p.errAt = -1
			var rest Choice
			p.branches(&rest)
		}
	} else {
		s.Branches = []Branch{p.branch(p.tok())}
		p.branches(s)
	}
	s.node = p.since(t)
	return s
}

// branch parses `[when e | otherwise] { .. }`.
func (p *parser) branch(start token) Branch {
	var b Branch
	if p.acceptWord("when") {
		b.When = p.expr()
	} else if p.acceptWord("otherwise") {
		b.Otherwise = true
	}
	b.Body = p.block("the branch")
	b.node = p.since(start)
	return b
}

// branches parses what follows the first branch of a choice.
func (p *parser) branches(s *Choice) {
	for {
		t := p.tok()
		if t.kind != tWord || p.ahead(1).kind == tArrow {
			return
		}
		switch word := p.str(t); word {
		case "or":
			p.take()
			if p.isWord("else") && p.ahead(1).kind == tLBrace {
				p.errorf(diag.WrongClauseWord, p.tok().span(), "write `or otherwise`, or `or` alone", "there is no `else`")
				p.take()
			} else if n := p.tok(); n.kind == tWord && !n.has(fReserved) && !n.first() {
				p.branchTypo(n)
			}
		case "when", "otherwise":
			p.errorf(diag.WrongClauseWord, t.span(), "write `or "+word+"`", "the `or` between two branches is missing")
		case "and":
			p.errorf(diag.WrongClauseWord, t.span(), "write `or`", "the branches of a `choice` are joined by `or`, not by `and`")
			p.take()
		case "else", "elseif", "elsif", "elif":
			if !p.elseBranch(t, word, s) {
				return
			}
			continue
		default:
			return
		}
		s.Branches = append(s.Branches, p.branch(t))
	}
}

// branchTypo reports a misspelt `when` or `otherwise`.
func (p *parser) branchTypo(t token) {
	near := diag.Nearest(p.str(t), []string{"when", "otherwise"})
	if near == "" && p.str(t) == "if" {
		near = "when"
	}
	if near == "" {
		return
	}
	p.errorf(diag.MisspeltKeyword, t.span(), "write `"+near+"`", "%s is no word of the language, did you mean `%s`?", p.show(t), near)
	p.take()
	if near == "when" {
		p.expr()
	}
}

// elseBranch parses `else { .. }`, `else if e { .. }` and `elseif e { .. }`.
func (p *parser) elseBranch(t token, word string, s *Choice) bool {
	n := p.ahead(1)
	condition := word != "else"
	if !condition && n.kind != tLBrace {
		if !wordIs(p, n, "if") && !wordIs(p, n, "when") {
			return false
		}
		condition = true
	}
	b := Branch{}
	if condition {
		p.errorf(diag.WrongClauseWord, t.span(), "write `or when` and the condition", "there is no `%s`", clip(word))
		p.take()
		if word == "else" {
			p.take()
		}
		b.When = p.expr()
	} else {
		help := "write `or`"
		if len(s.Branches) > 0 && s.Branches[len(s.Branches)-1].When != nil {
			help = "write `or otherwise`"
			b.Otherwise = true
		}
		p.errorf(diag.WrongClauseWord, t.span(), help, "there is no `else`: the branches of a `choice` are joined by `or`")
		p.take()
	}
	b.Body = p.block("the branch")
	b.node = p.since(t)
	s.Branches = append(s.Branches, b)
	return true
}

func (p *parser) par(t token) Item {
	s := &Par{}
	if p.acceptWord("for") {
		head := p.forHead()
		s.For = &head
	} else if p.isWord("at") {
		p.errorf(diag.UnexpectedText, p.tok().span(), "remove `at` and the role", "`par` belongs to no role: nobody decides anything")
		p.take()
		p.roleRef("the role after `at`")
	}
	s.Threads = []Block{p.block("`par`")}
	for {
		t := p.tok()
		if t.kind != tWord || p.ahead(1).kind == tArrow {
			break
		}
		word := p.str(t)
		if word != "and" && !((word == "or" || word == "par" || word == "with") && p.ahead(1).kind == tLBrace && !t.first()) {
			break
		}
		if word != "and" {
			p.errorf(diag.WrongClauseWord, t.span(), "write `and`", "the threads of a `par` are joined by `and`, not by `%s`", word)
		}
		p.take()
		b := p.block("the thread")
		if s.For != nil {
			p.errAt = -1
			p.errorf(diag.ClauseOrder, t.span(), "write the other threads into another `par`", "a `par for` has one block, which stands for all members of the array")
			continue
		}
		s.Threads = append(s.Threads, b)
	}
	s.node = p.since(t)
	return s
}

// ---- Failures

func (p *parser) within(t token) Item {
	s := &Within{}
	if n := p.tok(); n.kind == tDuration || n.kind == tInt || wordIs(p, n, "at") && !p.nameLike() {
		p.errorf(diag.MissingName, p.here(), "write a name before the duration, as in `within slow 5s at A`", "the timer has no name")
		p.errAt = -1
		s.Timer = Ident{node: p.gone()}
	} else {
		s.Timer = p.ident("the name of the timer")
	}
	if n := p.tok(); (n.kind == tDuration || n.kind == tInt || n.kind == tBad) && !n.first() {
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
	case word == "discard" && (!n.first() || wordIs(p, n, "late")), word == "ignore" && n.kind == tWord:
	case (word == "catch" || word == "except" || word == "rescue" || word == "handle") && (n.kind == tWord || n.kind == tLParen) && !n.first():
		p.errorf(diag.WrongClauseWord, t.span(), "write `on E at A { .. }`", "there is no `%s`: a handler begins with `on`", word)
		word = "on"
	case !t.has(fReserved) && (n.kind == tLBrace || !t.first() && n.kind == tWord) && !n.first():
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
