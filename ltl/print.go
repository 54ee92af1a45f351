package ltl

import (
	"fmt"
	"strconv"
	"strings"
)

// The levels of binding, from the loosest on.
const (
	levelFormula = iota
	levelImplies
	levelStatement
	levelOr
	levelAnd
	levelUntil
	levelUnary
	levelTerm
	levelProduct
	levelFactor
)

// String prints a property in its canonical form: words for operators, one space between words, and no
// parentheses that are not needed. Parsing the result gives the same tree.
func (f *Property) String() string {
	w := &writer{}
	if f.Sometimes {
		w.WriteString("sometimes ")
	}
	w.expr(f.Formula, levelFormula, true)
	return w.String()
}

// Print prints a formula like [Property.String].
func Print(x Expr) string {
	w := &writer{}
	w.expr(x, levelFormula, true)
	return w.String()
}

// String prints an atom like [Property.String].
func (a *Atom) String() string { return Print(a) }

// String prints a role like [Property.String].
func (r Ref) String() string {
	w := &writer{}
	w.ref(r)
	return w.String()
}

type writer struct{ strings.Builder }

func (w *writer) write(parts ...string) {
	for _, s := range parts {
		w.WriteString(s)
	}
}

// levelOf is how tightly a node binds.
func levelOf(x Expr) int {
	switch x := x.(type) {
	case *Binary:
		switch x.Op {
		case "iff":
			return levelFormula
		case "implies":
			return levelImplies
		case "leads to":
			return levelStatement
		}
		return levelUntil
	case *Junction:
		if x.Op == "or" {
			return levelOr
		}
		return levelAnd
	case *Pattern:
		return levelStatement
	}
	return levelUnary
}

// expr prints a formula where operators of a level and tighter ones need no parentheses. last says that nothing
// follows within the parentheses around it, so that a quantifier needs none of its own.
func (w *writer) expr(x Expr, level int, last bool) {
	_, quantifier := x.(*Quantifier)
	if levelOf(x) < level || quantifier && !last {
		w.WriteByte('(')
		w.expr(x, levelFormula, true)
		w.WriteByte(')')
		return
	}
	switch x := x.(type) {
	case *Const:
		w.WriteString(strconv.FormatBool(x.Value))
	case *Unary:
		w.write(x.Op, within(" ", x.Steps), " ")
		w.expr(x.X, levelUnary, last)
	case *Junction:
		operand := levelOf(x) + 1
		for i, a := range x.Args {
			if i > 0 {
				w.write(" ", x.Op, " ")
			}
			w.expr(a, operand, last && i == len(x.Args)-1)
		}
	case *Binary:
		level := levelOf(x)
		right := level
		if x.Op == "leads to" {
			right++
		}
		w.expr(x.X, level+1, false)
		w.write(" ", x.Op, " ")
		w.expr(x.Y, right, last && x.Steps == 0)
		w.WriteString(within(" ", x.Steps))
	case *Quantifier:
		w.quantifier(x)
	case *Pattern:
		w.pattern(x)
	case *Atom:
		w.atom(x)
	}
}

func within(before string, steps int) string {
	switch steps {
	case 0:
		return ""
	case 1:
		return before + "within 1 step"
	}
	return fmt.Sprintf("%swithin %d steps", before, steps)
}

func (w *writer) quantifier(q *Quantifier) {
	if q.All {
		w.WriteString("for all ")
	} else {
		w.WriteString("for some ")
	}
	w.write(q.Var.Text, " in ")
	if q.Array.Text != "" {
		w.WriteString(q.Array.Text)
	} else {
		w.term(q.Low, levelTerm)
		w.WriteString("..")
		w.term(q.High, levelTerm)
	}
	w.WriteString(": ")
	w.expr(q.Body, levelFormula, true)
}

func (w *writer) pattern(x *Pattern) {
	operand := func(word string, x Expr) {
		if x != nil {
			w.WriteString(word)
			w.expr(x, levelOr, false)
		}
	}
	switch x.Kind {
	case PatternAbsence:
		operand("absence of ", x.P)
	case PatternExistence:
		operand("existence of ", x.P)
	case PatternUniversality:
		operand("universality of ", x.P)
	case PatternBounded:
		operand("existence of ", x.P)
		fmt.Fprintf(w, " at most %d time", x.Times)
		if x.Times != 1 {
			w.WriteByte('s')
		}
	case PatternPrecedence, PatternResponse:
		operand("", x.P)
		operand(" then ", x.P2)
		if x.Kind == PatternPrecedence {
			operand(" precedes ", x.Q)
		} else {
			operand(" responds to ", x.Q)
		}
		operand(" then ", x.Q2)
	}
	q, r := "", ""
	switch x.Scope.Kind {
	case ScopeBefore:
		r = " before "
	case ScopeAfter:
		q = " after "
	case ScopeBetween:
		q, r = " between ", " and "
	case ScopeAfterUntil:
		q, r = " after ", " until "
	}
	if q != "" {
		w.WriteString(q)
		w.expr(x.Scope.Q, levelUnary, false)
	}
	if r != "" {
		w.WriteString(r)
		w.expr(x.Scope.R, levelUnary, false)
	}
}

func (w *writer) atom(a *Atom) {
	switch a.Kind {
	case AtomProposition:
		w.WriteString(a.Name.Text)
	case AtomSends:
		w.event(a, "sends", "to")
	case AtomReceives:
		w.event(a, "receives", "from")
	case AtomRaises:
		w.event(a, "raises", "")
	case AtomHandles:
		w.event(a, "handles", "crash of")
	case AtomIn, AtomInHandler:
		w.ref(a.Role)
		w.write(" in ", a.Name.Text)
		switch {
		case a.Kind == AtomIn:
		case a.Handler.Text != "":
			w.write(".", a.Handler.Text)
		default:
			w.WriteString(".crash of ")
			w.ref(a.Other)
		}
	case AtomFires:
		w.member(a)
		w.WriteString(" fires")
	case AtomArmed:
		w.member(a)
		w.WriteString(" armed")
	case AtomCrashes:
		w.event(a, "crashes", "")
	case AtomDone:
		w.event(a, "done", "")
	case AtomCrashed:
		w.event(a, "crashed", "")
	case AtomFailed:
		w.event(a, "failed", "")
	case AtomVariable:
		w.member(a)
	case AtomCompare:
		w.term(a.X, levelTerm)
		w.write(" ", a.Op, " ")
		w.term(a.Y, levelTerm)
	case AtomEmpty:
		w.channel("empty", a)
	case AtomFull:
		w.channel("full", a)
	case AtomPropagates:
		w.write("propagates ", a.Name.Text, " to ")
		w.ref(a.Other)
	case AtomHandled:
		w.write("every ", a.Name.Text, " is handled")
	}
}

// event prints `A verb m joint B`, the parts behind the verb only if there are any.
func (w *writer) event(a *Atom, verb, joint string) {
	w.ref(a.Role)
	w.write(" ", verb)
	if a.Name.Text != "" {
		w.write(" ", a.Name.Text)
	}
	if a.Other.Name.Text != "" {
		w.write(" ", joint, " ")
		w.ref(a.Other)
	}
}

// member prints `A.t`, or `t`.
func (w *writer) member(a *Atom) {
	if a.Role.Name.Text != "" {
		w.ref(a.Role)
		w.WriteByte('.')
	}
	w.WriteString(a.Name.Text)
}

func (w *writer) channel(word string, a *Atom) {
	w.write(word, "(")
	w.ref(a.Role)
	w.WriteString(" -> ")
	w.ref(a.Other)
	w.WriteByte(')')
}

func (w *writer) ref(r Ref) {
	w.WriteString(r.Name.Text)
	if r.Index != nil {
		w.WriteByte('[')
		w.term(r.Index, levelTerm)
		w.WriteByte(']')
	}
}

func (w *writer) term(x Term, level int) {
	switch x := x.(type) {
	case *IntTerm:
		w.WriteString(strconv.FormatInt(x.Value, 10))
	case *BoolTerm:
		w.WriteString(strconv.FormatBool(x.Value))
	case *NameTerm:
		w.WriteString(x.Text)
	case *VarTerm:
		w.ref(x.Role)
		w.write(".", x.Name.Text)
	case *NegTerm:
		w.WriteByte('-')
		w.term(x.X, levelFactor)
	case *BinaryTerm:
		own := levelTerm
		if x.Op != "+" && x.Op != "-" {
			own = levelProduct
		}
		if own < level {
			w.WriteByte('(')
		}
		w.term(x.X, own)
		w.write(" ", x.Op, " ")
		w.term(x.Y, own+1)
		if own < level {
			w.WriteByte(')')
		}
	}
}
