package chor

import (
	"fmt"
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
)

// isFault tells whether a token is a word that can begin a line of an environment.
func (p *parser) isFault(t token) bool {
	return t.kind == tWord && slices.Contains(faultKinds(), p.str(t))
}

// ParseFaults reads the clauses of an environment that stand alone, without its
// head and braces. The declaration is named after FaultsName.
func ParseFaults(file *source.File, bag *diag.Bag) *EnvironmentDecl {
	d := &EnvironmentDecl{node: node{Span{End: len(file.Text)}}, Name: Ident{Name: FaultsName}}
	if len(file.Text) > MaxSize {
		bag.Add(diag.Diagnostic{
			Code: diag.FileTooLarge, Message: fmt.Sprintf("the text has %d bytes, and the limit is %d", len(file.Text), MaxSize),
			Help: "write an environment into the file",
		})
		return d
	}
	s := scan(file.Text)
	p := newParser(file.Text, s)
	p.inEnv = true
	for {
		d.Clauses = append(d.Clauses, p.faults(-1)...)
		if p.is(tEOF) {
			break
		}
		p.errAt = -1
		p.errorf(diag.StrayBrace, p.tok().span(), "write clauses only, such as `crash A; at most 1`", "this `}` closes nothing")
		p.take()
	}
	p.deliver(s, bag)
	return d
}

// environment parses `environment name { .. }`.
func (p *parser) environment(t token) Item {
	d := &EnvironmentDecl{Name: p.ident("the name of the environment")}
	if !p.findBrace(diag.MissingBrace, "the environment") {
		d.node = p.since(t)
		return d
	}
	opening := p.pos
	p.take()
	p.open = append(p.open, int32(opening))
	p.inEnv = true
	d.Clauses = p.faults(opening)
	p.inEnv = false
	p.close()
	p.open = p.open[:len(p.open)-1]
	d.node = p.since(t)
	return d
}

func (p *parser) faults(opening int) []FaultClause {
	var clauses []FaultClause
	for {
		for p.accept(tSemicolon) {
		}
		t := p.tok()
		if t.kind == tEOF || t.kind == tRBrace {
			return clauses
		}
		kind := p.isFault(t) && p.ahead(1).kind != tArrow
		if opening >= 0 && t.first() && !kind && !p.toks[opening].has(fMatched) && (t.has(fStatement|fDecl) || p.ahead(1).kind == tArrow) {
			return clauses
		}
		if t.first() {
			p.errAt = -1
		}
		before, start := p.count, p.pos
		if clause, ok := p.fault(t, kind); ok {
			clauses = append(clauses, clause)
		}
		if p.pos == start && !p.is(tRBrace) {
			p.take()
		}
		if p.count > before || p.errAt >= start {
			p.skipFault()
		}
	}
}

// skipFault drops the rest of a line.
func (p *parser) skipFault() {
	for !p.lineOver() {
		if p.is(tLBrace) {
			p.errAt = p.pos
			p.skipBlock()
			continue
		}
		p.take()
	}
}

func (p *parser) fault(t token, known bool) (FaultClause, bool) {
	c := FaultClause{Kind: Ident{node{t.span()}, p.str(t)}}
	if !known {
		if t.kind == tBad {
			p.errAt = p.pos
			return c, false
		}
		d := p.errorf(diag.BadFault, t.span(), "write one of crash, loss, duplicate, reorder, disconnect, partition, silence, raise, stray, at most",
			"%s is no fault", p.show(t))
		if t.kind != tWord {
			return c, false
		}
		near := diag.Nearest(p.str(t), faultKinds())
		if other := otherFault(p.str(t)); other != "" {
			near = other
		}
		switch {
		case p.ahead(1).kind == tArrow:
			d.Help = "write interactions outside the environment: it says only what may fail"
			return c, false
		case p.str(t) == "timeout" || p.str(t) == "timer":
			d.Help = "remove it: timers run in every environment, and may fire whenever they are armed"
			return c, false
		case near == "" || t.has(fReserved):
			return c, false
		}
		d.Help = "did you mean `" + near + "`?"
		c.Kind.Name = near
	}
	p.take()
	switch c.Kind.Name {
	case "crash", "silence":
		if of := p.tok(); wordIs(p, of, "of") && p.ahead(1).kind == tWord && !p.ahead(1).first() {
			p.errorf(diag.BadFault, of.span(), fmt.Sprintf("write `%s %s`", c.Kind.Name, clip(clean(p.str(p.ahead(1))))), "the role stands right behind `%s`", c.Kind.Name)
			p.errAt = -1
			p.take()
		}
		c.Role = p.roleRef("the role after `" + c.Kind.Name + "`")
		if c.Kind.Name == "crash" && p.acceptWord("recovers") {
			c.Recovers = true
		}
	case "loss", "duplicate", "reorder":
		if wordIs(p, p.tok(), "from") || wordIs(p, p.ahead(1), "from") {
			p.ofMessage(&c)
		} else {
			c.Role, c.Peer = p.link(tArrow, c.Kind.Name)
		}
	case "disconnect":
		c.Role, c.Peer = p.link(tLink, c.Kind.Name)
	case "partition":
		p.partition(&c)
	case "raise":
		c.Name = p.ident("the exception after `raise`")
		c.Role = p.at("`raise`")
	case "stray":
		p.stray(&c)
	case "at":
		p.limit(&c)
	}
	if p.acceptWord("during") {
		c.During = p.ident("the scope after `during`")
	}
	c.node = p.since(t)
	if t := p.tok(); !p.lineOver() && !p.isFault(t) {
		d := p.errorf(diag.BadFault, t.span(), "", "%s cannot stand here, behind a complete fault", p.show(t))
		switch {
		case t.kind == tComma:
			d.Help = "write `;` between two faults, or each on a line of its own"
		case t.kind == tColon && c.Peer.Name.Name != "":
			d.Help = fmt.Sprintf("remove it: a `%s` may strike any message of the channel", c.Kind.Name)
		}
	}
	return c, true
}

// otherFault is the fault that a word of everyday language stands for, or "".
func otherFault(word string) string {
	switch word {
	case "lose", "lost", "loses", "drop", "drops":
		return "loss"
	case "dup", "duplication", "repeat", "twice":
		return "duplicate"
	case "kill", "stop", "fail", "die", "crashes":
		return "crash"
	case "delay", "overtake", "shuffle":
		return "reorder"
	}
	return ""
}

// ofMessage reports `loss m from A to B`, which is said of a channel, and reads it.
func (p *parser) ofMessage(c *FaultClause) {
	start := p.tok()
	message := ""
	if !wordIs(p, start, "from") {
		message = clip(clean(p.str(p.take())))
	}
	p.take()
	c.Role = p.roleRef("the role after `from`")
	if !p.acceptWord("to") {
		p.missing(diag.BadFault, fmt.Sprintf("write `%s A -> B`", c.Kind.Name), "`to`")
		return
	}
	c.Peer = p.roleRef("the role after `to`")
	help := fmt.Sprintf("write `%s %s -> %s`", c.Kind.Name, clip(c.Role.Name.Name), clip(c.Peer.Name.Name))
	end := p.pos
	p.errAt = -1
	if message != "" {
		p.errorf(diag.BadFault, p.since(start).At, help+": it may strike any message of the channel", "`%s` is said of a channel, not of the message `%s`", c.Kind.Name, message)
	} else {
		p.errorf(diag.BadFault, p.since(start).At, help, "the roles of `%s` are joined by `->`", c.Kind.Name)
	}
	p.pos = end
}

// partition parses `A, B | C`.
func (p *parser) partition(c *FaultClause) {
	for {
		var group []RoleRef
		p.list(tEOF, func() { group = append(group, p.roleRef("a role of the partition")) })
		c.Groups = append(c.Groups, group)
		if !p.accept(tBar) {
			break
		}
	}
	if len(c.Groups) < 2 {
		p.missing(diag.BadFault, "write the other side, as in `partition A, B | C`", "the `|` of the partition")
	}
}

// stray parses `m from A to B`.
func (p *parser) stray(c *FaultClause) {
	const help = "write `stray m from A to B`"
	c.Name = p.word("the message after `stray`")
	if !p.acceptWord("from") {
		p.missing(diag.BadFault, help, "`from`")
		return
	}
	c.Role = p.roleRef("the role after `from`")
	if !p.acceptWord("to") {
		p.missing(diag.BadFault, help, "`to`")
		return
	}
	c.Peer = p.roleRef("the role after `to`")
}

// limit parses `most N` and perhaps the kind of fault that it counts. A word on
// the same line is such a kind, unless it goes on as a fault of its own.
func (p *parser) limit(c *FaultClause) {
	if !p.acceptWord("most") {
		d := p.missing(diag.BadFault, "write `at most` and a number", "`most`")
		if t := p.tok(); t.kind != tWord || p.lineOver() || diag.Nearest(p.str(t), []string{"most"}) == "" {
			if !p.is(tInt) {
				return
			}
		} else {
			d.Help = "did you mean `most`?"
			p.take()
		}
	}
	if p.lineOver() {
		p.missing(diag.MissingExpression, "write how many faults one run may have", "the number after `at most`")
		return
	}
	c.Limit = p.sum()
	t := p.tok()
	if t.kind != tWord || p.lineOver() || p.str(t) == "at" || p.str(t) == "during" {
		return
	}
	if n := p.ahead(1); !n.first() && p.isFault(t) {
		follows := n.kind == tWord && p.str(n) != "during" && !p.isFault(n)
		if follows || n.kind == tStar {
			return
		}
	}
	if !p.isFault(t) {
		d := p.errorf(diag.BadFault, t.span(), "write a kind of fault, such as `crash`, or nothing to count all kinds", "%s is no kind of fault", p.show(t))
		if near := diag.Nearest(p.str(t), faultKinds()); near != "" {
			d.Help = "did you mean `" + near + "`?"
		}
	}
	c.Name = p.word("the kind of fault")
}
