package chor

import (
	"strconv"
	"strings"
)

// item prints a declaration or a statement, from where its line is indented to
// before the end of its last line.
func (p *printer) item(it Item) {
	switch it := it.(type) {
	case *ChoreographyDecl:
		p.write("choreography ", it.Name.Name)
	case *ParamDecl:
		p.write("param ", it.Name.Name, " = ")
		p.expr(it.Value, 0)
	case *RoleDecl:
		p.write("role ")
		for i, r := range it.Roles {
			p.comma(i)
			p.write(r.Name.Name)
			p.index(r.Size)
		}
	case *ChannelsDecl:
		p.write("channels ")
		p.discipline(it.Discipline)
	case *ChannelDecl:
		p.write("channel ")
		p.role(it.From)
		p.write(" -> ")
		p.role(it.To)
		p.write(": ")
		p.discipline(it.Discipline)
	case *VarDecl:
		p.write("var ")
		p.names(it.Names)
		p.at(it.Owner)
		p.write(": ")
		p.typ(it.Type)
		if it.Value != nil {
			p.write(" = ")
			p.expr(it.Value, 0)
		}
	case *ExceptionDecl:
		p.write("exception ")
		p.names(it.Names)
	case *ProtocolDecl:
		p.write("protocol ", it.Name.Name, "(")
		p.names(it.Params)
		p.write(") ")
		p.block(it.Body)
	case *EnvironmentDecl:
		p.environment(it)
	case *PropertyDecl:
		p.write("property ", it.Name.Name, ":")
		p.formula(it)
	case *BadItem:
		p.write(p.slice(it.At.Start, it.At.End))
	default:
		p.statement(it)
	}
}

func (p *printer) statement(it Item) {
	switch it := it.(type) {
	case *Interaction:
		p.role(it.From)
		p.write(" -> ")
		p.roles(it.To)
		p.write(": ", it.Label.Name)
		if len(it.Payload) > 0 {
			p.write("(")
			for i, s := range it.Payload {
				p.comma(i)
				p.write(s.Var.Name, " := ")
				p.expr(s.Value, 0)
			}
			p.write(")")
		}
	case *Choice:
		p.choice(it)
	case *Par:
		p.write("par ")
		if it.For != nil {
			p.forHead(*it.For)
		}
		for i, b := range it.Threads {
			if i > 0 {
				p.write(" and ")
			}
			p.block(b)
		}
	case *For:
		p.forHead(it.Head)
		p.block(it.Body)
	case *Loop:
		p.write("loop")
		p.at(it.Decider)
		p.write(" ")
		p.block(it.Body)
	case *Repeat:
		p.write("repeat ")
		p.expr(it.Count, levelAdd)
		p.write(" ")
		p.block(it.Body)
	case *Rec:
		p.write("rec ", it.Label.Name, " ")
		p.block(it.Body)
	case *Continue:
		p.write("continue ", it.Label.Name)
	case *Let:
		p.write("let ", it.Var.Name, " = ")
		p.expr(it.Value, 0)
		p.at(it.Owner)
	case *Wait:
		p.write("wait ", it.Length.Text)
		p.at(it.Owner)
	case *Raise:
		if it.Again {
			p.write("raise again")
		} else {
			p.write("raise ", it.Exception.Name)
		}
		p.at(it.Owner)
	case *Within:
		p.write("within ", it.Timer.Name)
		if it.Length != nil {
			p.write(" ", it.Length.Text)
		}
		p.at(it.Owner)
		p.write(" ")
		p.block(it.Body)
	case *Try:
		p.try(it)
	case *Perform:
		p.write("perform ", it.Protocol.Name, "(")
		p.roles(it.Args)
		p.write(")")
	case *End:
		p.write("end")
		p.at(it.Owner)
	}
}

func (p *printer) choice(it *Choice) {
	p.write("choice")
	p.at(it.Decider)
	p.write(" ")
	if it.For != nil {
		p.forHead(*it.For)
	}
	for i, b := range it.Branches {
		if i > 0 {
			p.write(" or ")
		}
		switch {
		case b.When != nil:
			p.write("when ")
			p.expr(b.When, 0)
			p.write(" ")
		case b.Otherwise:
			p.write("otherwise ")
		}
		p.block(b.Body)
	}
}

func (p *printer) try(it *Try) {
	p.write("try ")
	if it.Name.Name != "" {
		p.write(it.Name.Name, " ")
	}
	p.block(it.Body)
	for _, h := range it.Handlers {
		p.write(" on ")
		switch {
		case h.Any:
			p.write("any")
		case h.Crashed != nil:
			p.write("crash of ")
			p.role(*h.Crashed)
		default:
			p.write(h.Exception.Name)
		}
		p.at(h.Owner)
		p.write(" ")
		p.block(h.Body)
	}
	if it.Finally != nil {
		p.write(" finally ")
		p.block(*it.Finally)
	}
	if it.DiscardLate {
		p.write(" discard late")
	}
	for _, i := range it.Ignores {
		p.write(" ignore ", i.Label.Name)
		p.at(i.Owner)
	}
	if it.Agreed {
		p.write(" agreed")
	}
}

// fault prints one clause of an environment.
func (p *printer) fault(c FaultClause) {
	p.write(c.Kind.Name, " ")
	switch c.Kind.Name {
	case "crash", "silence":
		p.role(c.Role)
		if c.Recovers {
			p.write(" recovers")
		}
	case "loss", "duplicate", "reorder":
		p.role(c.Role)
		p.write(" -> ")
		p.role(c.Peer)
	case "disconnect":
		p.role(c.Role)
		p.write(" -- ")
		p.role(c.Peer)
	case "partition":
		for i, group := range c.Groups {
			if i > 0 {
				p.write(" | ")
			}
			p.roles(group)
		}
	case "raise":
		p.write(c.Name.Name)
		p.at(c.Role)
	case "stray":
		p.write(c.Name.Name, " from ")
		p.role(c.Role)
		p.write(" to ")
		p.role(c.Peer)
	case "at":
		p.write("most ")
		p.expr(c.Limit, levelAdd)
		if c.Name.Name != "" {
			p.write(" ", c.Name.Name)
		}
	}
	if c.During.Name != "" {
		p.write(" during ", c.During.Name)
	}
}

func (p *printer) comma(i int) {
	if i > 0 {
		p.write(", ")
	}
}

func (p *printer) names(names []Ident) {
	for i, n := range names {
		p.comma(i)
		p.write(n.Name)
	}
}

func (p *printer) roles(roles []RoleRef) {
	for i, r := range roles {
		p.comma(i)
		p.role(r)
	}
}

func (p *printer) role(r RoleRef) {
	if r.Any {
		p.write("*")
		return
	}
	p.write(r.Name.Name)
	p.index(r.Index)
}

func (p *printer) index(x Expr) {
	if x != nil {
		p.write("[")
		p.expr(x, 0)
		p.write("]")
	}
}

func (p *printer) at(r RoleRef) {
	p.write(" at ")
	p.role(r)
}

func (p *printer) discipline(d Discipline) {
	p.write(d.Kind.Name)
	if d.Capacity != nil {
		p.write(" ")
		p.expr(d.Capacity, levelAdd)
	}
}

func (p *printer) typ(t Type) {
	switch t := t.(type) {
	case *RangeType:
		p.span(t.Low, t.High)
	case *BoolType:
		p.write("bool")
	case *EnumType:
		p.write("{")
		p.names(t.Names)
		p.write("}")
	}
}

func (p *printer) span(low, high Expr) {
	p.expr(low, levelAdd)
	p.write("..")
	p.expr(high, levelAdd)
}

func (p *printer) forHead(h ForHead) {
	p.write("for ", h.Var.Name, " in ")
	if h.Array.Name != "" {
		p.write(h.Array.Name)
	} else {
		p.span(h.Low, h.High)
	}
	p.write(" ")
}

// expr prints an expression that has to bind at least as tightly as the level.
// Only trees that did not come from a text need further brackets for that.
func (p *printer) expr(x Expr, level int) {
	if own := levelOf(x); own < level {
		p.write("(")
		p.expr(x, 0)
		p.write(")")
		return
	}
	switch x := x.(type) {
	case *Name:
		p.write(x.Name)
	case *Int:
		p.write(strconv.FormatInt(x.Value, 10))
	case *Bool:
		p.write(strconv.FormatBool(x.Value))
	case *Paren:
		p.write("(")
		p.expr(x.X, 0)
		p.write(")")
	case *Unary:
		p.unary(x, level)
	case *Binary:
		own := levelOf(x)
		p.expr(x.X, leftLevel(x, own, level))
		p.write(" ", x.Op, " ")
		p.expr(x.Y, own+1)
	case *BadExpr:
		p.write(strings.TrimSpace(p.slice(x.At.Start, x.At.End)))
	}
}

// leftLevel is how tightly the left operand has to bind. Where the whole
// expression may begin with `not`, that word takes in all that follows, so it
// needs brackets. A comparison is no operand of another.
func leftLevel(x *Binary, own, level int) int {
	if u, ok := leftmost(x.X).(*Unary); ok && u.Op == "not" && own > levelNot && level <= levelNot {
		return levelUnary + 1
	}
	if own == levelCompare {
		return own + 1
	}
	return own
}

// leftmost is the operand with which an expression begins.
func leftmost(x Expr) Expr {
	for {
		b, ok := x.(*Binary)
		if !ok {
			return x
		}
		x = b.X
	}
}

func (p *printer) unary(x *Unary, level int) {
	if x.Op == "-" {
		p.write("-")
		// Two signs must not become the one token `--`.
		if inner, ok := x.X.(*Unary); ok && inner.Op == "-" {
			p.write(" ")
		} else if n, ok := x.X.(*Int); ok && n.Value < 0 {
			p.write(" ")
		}
		p.expr(x.X, levelUnary)
		return
	}
	p.write("not ")
	if level > levelNot {
		p.expr(x.X, levelUnary)
		return
	}
	p.expr(x.X, levelNot)
}

// levelOf says how tightly an expression binds.
func levelOf(x Expr) int {
	b, ok := x.(*Binary)
	if !ok {
		return levelUnary
	}
	switch b.Op {
	case "or":
		return levelOr
	case "and":
		return levelAnd
	case "+", "-":
		return levelAdd
	case "*", "/", "%":
		return levelMultiply
	}
	return levelCompare
}
