package model

import (
	"fmt"
	"math"
	"strings"
)

// Op is the operator of an expression.
type Op uint8

// The operators. Booleans are 0 and 1; a value of an enumeration is its index.
const (
	OpConst Op = iota // Value
	OpVar             // Var
	OpNeg             // -x
	OpNot             // not x
	OpAdd
	OpSub
	OpMul
	OpDiv // truncated towards zero, as in Go; without a value if the divisor is 0
	OpMod // sign of the dividend, as in Go; without a value if the divisor is 0
	OpEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpAnd // the right side is not evaluated if the left one is false
	OpOr  // the right side is not evaluated if the left one is true
)

// VarID numbers the variables of Automata or a Choreography.
type VarID int

// Expr is an expression over the variables of one role. Its depth is limited by
// the front end.
type Expr struct {
	Op    Op
	Value int64 // OpConst
	Var   VarID // OpVar
	X, Y  *Expr // operands; Y is nil for OpNeg and OpNot
}

// Const is the expression with a fixed value.
func Const(v int64) *Expr { return &Expr{Op: OpConst, Value: v} }

// Ref is the value of a variable.
func Ref(v VarID) *Expr { return &Expr{Op: OpVar, Var: v} }

// Bool01 is 1 for true and 0 for false.
func Bool01(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Eval computes the expression. ok is false where it has no value: a division by
// zero, or a result outside 64 bits. value gives the variables.
func (e *Expr) Eval(value func(VarID) int64) (v int64, ok bool) {
	switch e.Op {
	case OpConst:
		return e.Value, true
	case OpVar:
		return value(e.Var), true
	}
	x, ok := e.X.Eval(value)
	if !ok {
		return 0, false
	}
	switch e.Op {
	case OpNeg:
		return -x, x != math.MinInt64
	case OpNot:
		return 1 - x, true
	case OpAnd:
		if x == 0 {
			return 0, true
		}
		return e.Y.Eval(value)
	case OpOr:
		if x != 0 {
			return 1, true
		}
		return e.Y.Eval(value)
	}
	y, ok := e.Y.Eval(value)
	if !ok {
		return 0, false
	}
	switch e.Op {
	case OpAdd:
		s := x + y
		return s, (s > x) == (y > 0)
	case OpSub:
		d := x - y
		return d, (d < x) == (y > 0)
	case OpMul:
		if x == 0 || y == 0 {
			return 0, true
		}
		p := x * y
		return p, p/y == x && !(x == -1 && y == math.MinInt64) && !(y == -1 && x == math.MinInt64)
	case OpDiv, OpMod:
		if y == 0 || x == math.MinInt64 && y == -1 {
			return 0, false
		}
		if e.Op == OpDiv {
			return x / y, true
		}
		return x % y, true
	case OpEq:
		return Bool01(x == y), true
	case OpNe:
		return Bool01(x != y), true
	case OpLt:
		return Bool01(x < y), true
	case OpLe:
		return Bool01(x <= y), true
	case OpGt:
		return Bool01(x > y), true
	case OpGe:
		return Bool01(x >= y), true
	}
	panic("model: unknown operator")
}

// DomainKind tells the kinds of domains apart.
type DomainKind uint8

// The kinds.
const (
	IntDomain DomainKind = iota
	BoolDomain
	EnumDomain
)

// Domain is the finite set of values Low..High of a variable. A Boolean has 0..1,
// an enumeration the indices of its names.
type Domain struct {
	Kind      DomainKind
	Low, High int64
	Names     []string // EnumDomain only
}

// Contains reports whether a value is in the domain.
func (d Domain) Contains(v int64) bool { return d.Low <= v && v <= d.High }

// String is the domain as users write it.
func (d Domain) String() string {
	switch d.Kind {
	case BoolDomain:
		return "true and false"
	case EnumDomain:
		return strings.Join(d.Names, ", ")
	}
	return fmt.Sprintf("%d..%d", d.Low, d.High)
}

// Var is a variable, owned by one role.
type Var struct {
	Name   string
	Owner  RoleID
	Domain Domain
	Init   int64
}
