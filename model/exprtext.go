package model

import "strconv"

// Binding strengths, the weakest first.
const (
	bindNothing = iota
	bindOr
	bindAnd
	bindNot
	bindComparison
	bindSum
	bindProduct
	bindNegation
)

type operator struct {
	sign     string
	strength int
}

func operatorOf(op Op) operator {
	return map[Op]operator{
		OpNeg: {"-", bindNegation}, OpNot: {"not ", bindNot},
		OpAdd: {" + ", bindSum}, OpSub: {" - ", bindSum},
		OpMul: {" * ", bindProduct}, OpDiv: {" / ", bindProduct}, OpMod: {" % ", bindProduct},
		OpEq: {" == ", bindComparison}, OpNe: {" != ", bindComparison},
		OpLt: {" < ", bindComparison}, OpLe: {" <= ", bindComparison},
		OpGt: {" > ", bindComparison}, OpGe: {" >= ", bindComparison},
		OpAnd: {" and ", bindAnd}, OpOr: {" or ", bindOr},
	}[op]
}

// ExprText writes an expression as the user would, with the names of variables.
// like is the domain of what it is compared with or stored into, nil if that is not
// known: constants are numbers here, and names of values in the user's text.
func (a *Automata) ExprText(e *Expr, like *Domain) string { return exprText(a, e, like, bindNothing) }

// exprText writes an expression with as few brackets as its structure needs.
func exprText(a *Automata, e *Expr, like *Domain, outer int) string {
	switch e.Op {
	case OpConst:
		text := constant(e.Value, like)
		if text[0] == '-' && outer > bindSum {
			return "(" + text + ")"
		}
		return text
	case OpVar:
		return a.Vars[e.Var].Name
	}
	o := operatorOf(e.Op)
	var text string
	switch {
	case e.Y == nil:
		text = o.sign + exprText(a, e.X, nil, o.strength)
	case o.strength == bindComparison:
		text = exprText(a, e.X, domainOf(a, e.Y), o.strength+1) + o.sign + exprText(a, e.Y, domainOf(a, e.X), o.strength+1)
	default:
		text = exprText(a, e.X, nil, o.strength) + o.sign + exprText(a, e.Y, nil, o.strength+1)
	}
	if o.strength < outer {
		return "(" + text + ")"
	}
	return text
}

func domainOf(a *Automata, e *Expr) *Domain {
	if e.Op == OpVar {
		return &a.Vars[e.Var].Domain
	}
	return nil
}

func constant(v int64, like *Domain) string {
	if like != nil && like.Contains(v) {
		switch like.Kind {
		case BoolDomain:
			return strconv.FormatBool(v == 1)
		case EnumDomain:
			return like.Names[v]
		}
	}
	return strconv.FormatInt(v, 10)
}
