package guarded

import (
	"math"

	"chorcheck/model"
)

const (
	minInt = math.MinInt32
	maxInt = math.MaxInt32
)

// value is an expression with what is known of its value.
type value struct {
	expr    *model.Expr
	defined *model.Expr // when it has a value; nil: always
	low     int64       // of its values, if it has one
	high    int64
	wide    bool // it may leave 32 bits somewhere
}

func constant(v int64) value { return value{expr: model.Const(v), low: v, high: v} }

func binary(op model.Op, x, y *model.Expr) *model.Expr { return &model.Expr{Op: op, X: x, Y: y} }

// And is the conjunction of conditions; nil stands for what is always true.
func And(conditions ...*model.Expr) *model.Expr {
	var all *model.Expr
	for _, c := range conditions {
		switch {
		case c == nil:
		case all == nil:
			all = c
		default:
			all = binary(model.OpAnd, all, c)
		}
	}
	return all
}

// or is the disjunction of conditions; nil if there is none.
func or(conditions ...*model.Expr) *model.Expr {
	var any *model.Expr
	for _, c := range conditions {
		switch {
		case c == nil:
		case any == nil:
			any = c
		default:
			any = binary(model.OpOr, any, c)
		}
	}
	return any
}

func not(x *model.Expr) *model.Expr { return &model.Expr{Op: model.OpNot, X: x} }

func is(v model.VarID, n int64) *model.Expr {
	return binary(model.OpEq, model.Ref(v), model.Const(n))
}

// analyse finds what is known of an expression over the variables of the automata.
// Other tools compute with 32 bits, we with 64: they agree where no part of the
// expression can leave 32 bits.
func analyse(a *model.Automata, e *model.Expr) value {
	switch e.Op {
	case model.OpConst:
		return value{expr: e, low: e.Value, high: e.Value, wide: e.Value < minInt || e.Value > maxInt}
	case model.OpVar:
		d := a.Vars[e.Var].Domain
		return value{expr: e, low: d.Low, high: d.High, wide: d.Low < minInt || d.High > maxInt}
	}
	x := analyse(a, e.X)
	if x.wide {
		return value{expr: e, wide: true}
	}
	switch e.Op {
	case model.OpNeg:
		return value{expr: e, defined: x.defined, low: -x.high, high: -x.low, wide: -x.low > maxInt}
	case model.OpNot:
		return value{expr: e, defined: x.defined, high: 1}
	}
	y := analyse(a, e.Y)
	if y.wide {
		return value{expr: e, wide: true}
	}
	v := value{expr: e, defined: And(x.defined, y.defined)}
	switch e.Op {
	case model.OpAdd:
		v.low, v.high = x.low+y.low, x.high+y.high
	case model.OpSub:
		v.low, v.high = x.low-y.high, x.high-y.low
	case model.OpMul:
		corners := []int64{x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high}
		v.low, v.high = corners[0], corners[0]
		for _, c := range corners {
			v.low, v.high = min(v.low, c), max(v.high, c)
		}
	case model.OpDiv, model.OpMod:
		size := max(-x.low, x.high) // of the quotient, and of the rest, which has the sign of the dividend
		v.low, v.high = -size, size
		if e.Op == model.OpMod {
			size = min(size, max(-y.low, y.high)-1)
			v.low, v.high = max(min(x.low, 0), -size), min(max(x.high, 0), size)
		}
		if y.low <= 0 && y.high >= 0 {
			v.defined = And(v.defined, binary(model.OpNe, y.expr, model.Const(0)))
		}
		if x.low == minInt && y.low <= -1 && y.high >= -1 {
			v.wide = true
		}
	case model.OpAnd:
		v.high, v.defined = 1, x.defined
		if y.defined != nil {
			v.defined = And(v.defined, or(not(x.expr), y.defined))
		}
	case model.OpOr:
		v.high, v.defined = 1, x.defined
		if y.defined != nil {
			v.defined = And(v.defined, or(x.expr, y.defined))
		}
	default:
		v.high = 1
	}
	v.low, v.high = min(v.low, v.high), max(v.low, v.high)
	v.wide = v.wide || v.low < minInt || v.high > maxInt
	return v
}

// outside is the condition that a value is not in a domain; nil: it always is.
func (v value) outside(d model.Domain) *model.Expr {
	var low, high *model.Expr
	if v.low < d.Low {
		low = binary(model.OpLt, v.expr, model.Const(d.Low))
	}
	if v.high > d.High {
		high = binary(model.OpGt, v.expr, model.Const(d.High))
	}
	return or(low, high)
}
