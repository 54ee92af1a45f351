package promela

import (
	"fmt"
	"math"

	"chorcheck/model"
)

// value is a translated expression.
type value struct {
	text    string // the expression, in brackets where it needs some
	defined string // when it has a value; empty: always
	low     int64  // of its values, if it has one
	high    int64
	wide    bool // it may leave 32 bits somewhere
}

const (
	minInt = math.MinInt32
	maxInt = math.MaxInt32
)

func and(conditions ...string) string {
	text := ""
	for _, c := range conditions {
		switch {
		case c == "":
		case text == "":
			text = c
		default:
			text += " && " + c
		}
	}
	return text
}

func bracket(text string) string { return "(" + text + ")" }

func number(v int64) string {
	switch {
	case v == minInt:
		return "(-2147483647 - 1)"
	case v < 0:
		return fmt.Sprintf("(%d)", v)
	}
	return fmt.Sprint(v)
}

func operator(op model.Op) string {
	return map[model.Op]string{
		model.OpAdd: "+", model.OpSub: "-", model.OpMul: "*", model.OpDiv: "/", model.OpMod: "%",
		model.OpEq: "==", model.OpNe: "!=", model.OpLt: "<", model.OpLe: "<=", model.OpGt: ">", model.OpGe: ">=",
		model.OpAnd: "&&", model.OpOr: "||",
	}[op]
}

// expr translates an expression. SPIN computes with 32 bits, we with 64: the two
// agree where no part of the expression can leave 32 bits.
func (g *generator) expr(e *model.Expr) value {
	switch e.Op {
	case model.OpConst:
		return value{text: number(e.Value), low: e.Value, high: e.Value, wide: e.Value < minInt || e.Value > maxInt}
	case model.OpVar:
		d := g.a.Vars[e.Var].Domain
		return value{text: g.vars[e.Var], low: d.Low, high: d.High, wide: d.Low < minInt || d.High > maxInt}
	}
	x := g.expr(e.X)
	if x.wide {
		return value{wide: true}
	}
	switch e.Op {
	case model.OpNeg:
		return value{text: bracket("0 - " + x.text), defined: x.defined, low: -x.high, high: -x.low, wide: -x.low > maxInt}
	case model.OpNot:
		return value{text: bracket("!" + x.text), defined: x.defined, high: 1}
	}
	y := g.expr(e.Y)
	if y.wide {
		return value{wide: true}
	}
	v := value{text: bracket(x.text + " " + operator(e.Op) + " " + y.text), defined: and(x.defined, y.defined)}
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
			v.defined = and(v.defined, bracket(y.text+" != 0"))
		}
		if x.low == minInt && y.low <= -1 && y.high >= -1 {
			v.wide = true
		}
	case model.OpAnd:
		v.high, v.defined = 1, x.defined
		if y.defined != "" {
			v.defined = and(v.defined, bracket("!"+x.text+" || "+bracket(y.defined)))
		}
	case model.OpOr:
		v.high, v.defined = 1, x.defined
		if y.defined != "" {
			v.defined = and(v.defined, bracket(x.text+" || "+bracket(y.defined)))
		}
	default:
		v.high = 1
	}
	v.low, v.high = min(v.low, v.high), max(v.low, v.high)
	v.wide = v.wide || v.low < minInt || v.high > maxInt
	return v
}

// outside is the condition that a value is not in a domain; empty: it always is.
func (v value) outside(d model.Domain) string {
	low, high := "", ""
	if v.low < d.Low {
		low = v.text + " < " + number(d.Low)
	}
	if v.high > d.High {
		high = v.text + " > " + number(d.High)
	}
	switch {
	case low == "":
		return high
	case high == "":
		return low
	}
	return low + " || " + high
}

// typeFor is the smallest type of the language that holds a range, and its size in bytes.
func typeFor(low, high int64) (name string, size int) {
	switch {
	case low >= 0 && high <= 255:
		return "byte", 1
	case low >= math.MinInt16 && high <= math.MaxInt16:
		return "short", 2
	}
	return "int", 4
}
