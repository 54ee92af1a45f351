package chor

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// typeKind tells the kinds of values apart.
type typeKind uint8

const (
	typeBad typeKind = iota // not known; a diagnostic has been given
	typeInt
	typeBool
	typeEnum
)

// valueType is the type of an expression. Two are the same if they are equal:
// enumerations with the same names in the same order share one enumType.
type valueType struct {
	kind typeKind
	enum *enumType
}

type enumType struct {
	names []string
	index map[string]int64
}

func (t valueType) String() string {
	switch t.kind {
	case typeInt:
		return "a number"
	case typeBool:
		return "true or false"
	case typeEnum:
		return "one of " + t.enum.String()
	}
	return "unknown"
}

func (t *enumType) String() string {
	if len(t.names) > 8 {
		return "{" + strings.Join(t.names[:8], ", ") + ", ..}"
	}
	return "{" + strings.Join(t.names, ", ") + "}"
}

// operand is a checked expression.
type operand struct {
	typ valueType
	x   *model.Expr // nil: bad, or it depends on what has no value in the first walk
}

func (o operand) constant() (int64, bool) {
	if o.x != nil && o.x.Op == model.OpConst {
		return o.x.Value, true
	}
	return 0, false
}

// exprScope is where an expression stands.
type exprScope struct {
	sc    *scopeEnv
	owner *roleVal // whose variables it may use; nil: it must be constant
	what  string   // what must be constant
	mute  bool     // not evaluated, so that errors of values do not count
}

// typed checks an expression and that it has a type. what begins the message.
func (e *elaborator) typed(x Expr, cx exprScope, want valueType, what string) operand {
	o := e.expr(x, cx, want)
	if o.typ.kind == typeBad || want.kind == typeBad {
		return operand{}
	}
	if o.typ != want {
		e.fail(diag.WrongType, x.Pos(), fmt.Sprintf("write an expression that is %s", want), "%s must be %s, but this is %s", what, want, o.typ)
		return operand{}
	}
	return o
}

// constant computes an expression that must be a number known before the run.
func (e *elaborator) constant(x Expr, sc *scopeEnv, what string) (int64, bool) {
	return e.typed(x, exprScope{sc: sc, what: what}, valueType{kind: typeInt}, what).constant()
}

type indexState uint8

const (
	indexKnown indexState = iota
	indexOpen             // depends on a loop variable, in the first walk
	indexBad
)

// index computes the index of a member of an array.
func (e *elaborator) index(x Expr, sc *scopeEnv) (int64, indexState) {
	const what = "an index"
	o := e.typed(x, exprScope{sc: sc, what: what}, valueType{kind: typeInt}, what)
	if o.typ.kind == typeBad {
		return 0, indexBad
	}
	if v, ok := o.constant(); ok {
		return v, indexKnown
	}
	if e.concrete {
		return 0, indexBad // its value has an error
	}
	return 0, indexOpen
}

// expr checks an expression and builds its meaning, constants folded. want is a
// hint that tells what the name of a value of an enumeration means.
func (e *elaborator) expr(x Expr, cx exprScope, want valueType) operand {
	e.exprDepth++
	defer func() { e.exprDepth-- }()
	if e.exprDepth > maxExprDepth {
		if !e.tooDeep {
			e.tooDeep = true
			e.fail(diag.UnfoldedTooDeep, x.Pos(), "split it with variables or parameters", "the expression is nested deeper than %d", maxExprDepth)
		}
		return operand{}
	}
	if e.concrete {
		if e.exprNodes++; e.exprNodes > maxExprNodes {
			e.tooMuch(diag.TooMuchArithmetic, x.Pos(), "the expressions unroll to more than %d operands", maxExprNodes)
			return operand{}
		}
	}
	switch n := x.(type) {
	case *Paren:
		return e.expr(n.X, cx, want)
	case *Int:
		return operand{valueType{kind: typeInt}, model.Const(n.Value)}
	case *Bool:
		return operand{valueType{kind: typeBool}, model.Const(model.Bool01(n.Value))}
	case *Name:
		return e.name(n, cx, want)
	case *Unary:
		return e.unary(n, cx)
	case *Binary:
		return e.binary(n, cx)
	}
	return operand{}
}

func (e *elaborator) unary(n *Unary, cx exprScope) operand {
	t, op := valueType{kind: typeInt}, model.OpNeg
	if n.Op == "not" {
		t, op = valueType{kind: typeBool}, model.OpNot
	}
	o := e.typed(n.X, cx, t, fmt.Sprintf("the operand of `%s`", n.Op))
	if o.typ.kind == typeBad || o.x == nil {
		return operand{typ: t}
	}
	return e.fold(n.At, cx, t, &model.Expr{Op: op, X: o.x})
}

// binaryOp says how an operator is typed.
type binaryOp struct {
	op       model.Op
	operands typeKind // typeBad: any two of the same type
	result   typeKind
}

func binaryOperator(op string) (binaryOp, bool) {
	switch op {
	case "+":
		return binaryOp{model.OpAdd, typeInt, typeInt}, true
	case "-":
		return binaryOp{model.OpSub, typeInt, typeInt}, true
	case "*":
		return binaryOp{model.OpMul, typeInt, typeInt}, true
	case "/":
		return binaryOp{model.OpDiv, typeInt, typeInt}, true
	case "%":
		return binaryOp{model.OpMod, typeInt, typeInt}, true
	case "==":
		return binaryOp{model.OpEq, typeBad, typeBool}, true
	case "!=":
		return binaryOp{model.OpNe, typeBad, typeBool}, true
	case "<":
		return binaryOp{model.OpLt, typeInt, typeBool}, true
	case "<=":
		return binaryOp{model.OpLe, typeInt, typeBool}, true
	case ">":
		return binaryOp{model.OpGt, typeInt, typeBool}, true
	case ">=":
		return binaryOp{model.OpGe, typeInt, typeBool}, true
	case "and":
		return binaryOp{model.OpAnd, typeBool, typeBool}, true
	case "or":
		return binaryOp{model.OpOr, typeBool, typeBool}, true
	}
	return binaryOp{}, false
}

func (e *elaborator) binary(n *Binary, cx exprScope) operand {
	op, ok := binaryOperator(n.Op)
	if !ok {
		return operand{}
	}
	result := valueType{kind: op.result}
	if op.operands == typeBad {
		return e.comparison(n, op, cx)
	}
	what := fmt.Sprintf("an operand of `%s`", n.Op)
	t := valueType{kind: op.operands}
	x := e.typed(n.X, cx, t, what)
	right := cx
	if v, known := x.constant(); known && (op.op == model.OpAnd && v == 0 || op.op == model.OpOr && v != 0) {
		right.mute = true // the left side decides
	}
	y := e.typed(n.Y, right, t, what)
	if v, known := y.constant(); known && v == 0 && (op.op == model.OpDiv || op.op == model.OpMod) && !cx.mute {
		e.fail(diag.DivisionByZero, n.At, "divide by something else", "this divides by zero")
		return operand{}
	}
	if x.typ.kind == typeBad || y.typ.kind == typeBad {
		// The type of the result is known all the same, its value is not.
		if right.mute && x.x != nil {
			return operand{result, x.x}
		}
		return operand{typ: valueType{}}
	}
	if x.x == nil || y.x == nil {
		return operand{typ: result}
	}
	return e.fold(n.At, cx, result, &model.Expr{Op: op.op, X: x.x, Y: y.x})
}

// comparison checks == and !=, whose operands may have any type, but the same.
func (e *elaborator) comparison(n *Binary, op binaryOp, cx exprScope) operand {
	var x, y operand
	if e.isEnumValue(n.X, cx) {
		y = e.expr(n.Y, cx, valueType{})
		if y.typ.kind == typeBad {
			return operand{} // nothing tells what the name means
		}
		x = e.expr(n.X, cx, y.typ)
	} else {
		x = e.expr(n.X, cx, valueType{})
		y = e.expr(n.Y, cx, x.typ)
	}
	if x.typ.kind == typeBad || y.typ.kind == typeBad {
		return operand{}
	}
	result := valueType{kind: typeBool}
	if x.typ != y.typ {
		e.fail(diag.NotComparable, n.At, "compare values of one type",
			"the left side is %s, the right side is %s: they cannot be compared", x.typ, y.typ)
		return operand{}
	}
	if x.x == nil || y.x == nil {
		return operand{typ: result}
	}
	return e.fold(n.At, cx, result, &model.Expr{Op: op.op, X: x.x, Y: y.x})
}

// fold replaces an expression over constants by its value.
func (e *elaborator) fold(at Span, cx exprScope, t valueType, x *model.Expr) operand {
	isConst := func(o *model.Expr) bool { return o == nil || o.Op == model.OpConst }
	if x.X.Op == model.OpConst {
		switch {
		case x.Op == model.OpAnd && x.X.Value == 0, x.Op == model.OpOr && x.X.Value != 0:
			return operand{t, x.X}
		case x.Op == model.OpAnd, x.Op == model.OpOr:
			return operand{t, x.Y}
		}
	}
	if !isConst(x.X) || !isConst(x.Y) {
		return operand{t, x}
	}
	v, ok := x.Eval(nil)
	switch {
	case ok:
		return operand{t, model.Const(v)}
	case cx.mute:
		return operand{t, x}
	}
	e.fail(diag.ArithmeticOverflow, at, "use smaller numbers", "the value of this expression does not fit into 64 bits")
	return operand{}
}

// isEnumValue reports whether an expression is a name that can only be a value of an enumeration.
func (e *elaborator) isEnumValue(x Expr, cx exprScope) bool {
	for {
		p, ok := x.(*Paren)
		if !ok {
			break
		}
		x = p.X
	}
	n, ok := x.(*Name)
	if !ok || len(e.enumNames[n.Ident.Name]) == 0 || cx.sc.loop(n.Ident.Name) != nil || e.params[n.Ident.Name] != nil {
		return false
	}
	return len(e.varNames[n.Ident.Name]) == 0
}

// name resolves a name in an expression.
func (e *elaborator) name(n *Name, cx exprScope, want valueType) operand {
	id := n.Ident
	if id.Name == "" {
		return operand{}
	}
	if l := cx.sc.loop(id.Name); l != nil {
		if l.known {
			return operand{valueType{kind: typeInt}, model.Const(l.value)}
		}
		return operand{typ: valueType{kind: typeInt}}
	}
	if p := e.params[id.Name]; p != nil {
		p.used = true
		e.param(p)
		if p.bad {
			return operand{}
		}
		return operand{valueType{kind: typeInt}, model.Const(p.value)}
	}
	if e.isEnumValue(n, cx) {
		return e.enumValue(id, want)
	}
	if cx.owner == nil {
		if at, ok := e.varPlaces[id.Name]; ok {
			e.constVars[id.Name] = struct{}{}
			e.failWith(diag.NotConstant, id.At, at, "this variable", "use parameters and loop variables here",
				"`%s` is a variable, but %s must be known before the run", id.Name, cx.what)
			return operand{}
		}
		e.unknownValue(id, cx)
		return operand{}
	}
	v, ok := e.variable(id, *cx.owner, cx.sc)
	if !ok {
		return operand{}
	}
	if v.id < 0 {
		return operand{typ: v.typ}
	}
	return operand{v.typ, model.Ref(v.id)}
}

// enumValue resolves a value of an enumeration: it belongs to the type that is
// wanted, or else to the only one that has it.
func (e *elaborator) enumValue(id Ident, want valueType) operand {
	all := e.enumNames[id.Name]
	if want.kind == typeEnum {
		if i, ok := want.enum.index[id.Name]; ok {
			return operand{want, model.Const(i)}
		}
		if e.fresh(diag.NotInEnumeration, id.At) {
			d := diag.Diagnostic{
				Code: diag.NotInEnumeration, Message: fmt.Sprintf("`%s` is not a value of %s", id.Name, want.enum),
				Primary: diag.Label{Span: id.At}, Help: "choose a value of that enumeration",
				Secondary: []diag.Label{{Span: all[0].at, Text: "a value of another enumeration"}},
			}
			var list []candidate
			for _, name := range want.enum.names[:min(len(want.enum.names), 2000)] {
				list = append(list, candidate{name: name})
			}
			e.suggest(&d, id.Name, list)
			e.add(d)
		}
		return operand{}
	}
	for _, v := range all[1:] {
		if v.typ != all[0].typ {
			e.failWith(diag.NotInEnumeration, id.At, v.at, "another enumeration has it, too", "compare it with a variable, or give the values different names",
				"`%s` is a value of several enumerations, and nothing here tells which", id.Name)
			return operand{}
		}
	}
	t := valueType{kind: typeEnum, enum: all[0].typ}
	return operand{t, model.Const(t.enum.index[id.Name])}
}

// variableRef is a variable of one role; id is negative if it is not known whose.
type variableRef struct {
	typ valueType
	id  model.VarID
}

// variable resolves a variable of a role. Where it fails a diagnostic has been given.
func (e *elaborator) variable(id Ident, owner roleVal, sc *scopeEnv) (variableRef, bool) {
	if id.Name == "" {
		return variableRef{}, false
	}
	if role, known := owner.known(); known {
		if v := e.vars[varKey{role, id.Name}]; v != nil {
			v.decl.used = true
			return variableRef{v.decl.typ, v.id}, true
		}
	}
	decls := e.varNames[id.Name]
	_, broken := e.badVars[id.Name]
	if broken || !owner.ok || owner.open {
		for _, d := range decls {
			d.used = true
		}
		if !broken && len(decls) == 0 {
			e.unknownValue(id, exprScope{sc: sc})
		}
		return variableRef{}, false
	}
	if owner.some != nil {
		var first *varDecl
		same := true
		for i := range owner.some.size {
			var d *varDecl
			if v := e.vars[varKey{owner.some.first + model.RoleID(i), id.Name}]; v != nil {
				d = v.decl
				d.used = true
			}
			if i == 0 {
				first = d
			}
			same = same && d == first
		}
		if !same {
			return variableRef{}, false // the second walk knows the member
		}
		if first != nil {
			return variableRef{first.typ, -1}, true
		}
	}
	if len(decls) == 0 {
		e.unknownValue(id, exprScope{sc: sc, owner: &owner})
		return variableRef{}, false
	}
	for _, d := range decls {
		d.used = true
	}
	e.failWith(diag.ForeignVariable, id.At, decls[0].ident.At, fmt.Sprintf("a variable of `%s`", decls[0].owner),
		fmt.Sprintf("use it at `%s`, or let `%s` send its value into a variable of `%s`", decls[0].owner, decls[0].owner, owner.name),
		"`%s` belongs to `%s`; `%s` cannot use it", id.Name, decls[0].owner, owner.name)
	return variableRef{}, false
}

// numberWords are the first numbers as people write them.
func numberWords() []string {
	return []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
}

// unknownValue reports a name that means nothing in an expression.
func (e *elaborator) unknownValue(id Ident, cx exprScope) {
	if _, bad := e.badVars[id.Name]; bad || !e.fresh(diag.UnknownName, id.At) || e.inDamage(id.Name) {
		return
	}
	if e.bag.Full() {
		e.fail(diag.UnknownName, id.At, "", "there is no such parameter or variable") // only counted
		return
	}
	d := diag.Diagnostic{
		Code: diag.UnknownName, Message: fmt.Sprintf("there is no parameter or variable `%s`", id.Name),
		Primary: diag.Label{Span: id.At}, Help: "declare it with `param` or `var`",
	}
	if at, ok := e.globals[id.Name]; ok {
		d.Message = fmt.Sprintf("`%s` is not a parameter or variable", id.Name)
		d.Secondary = []diag.Label{{Span: at, Text: "declared here"}}
		d.Help = "name a value here"
	}
	if n := slices.Index(numberWords(), id.Name); n >= 0 && d.Secondary == nil {
		d.Help = fmt.Sprintf("write the number in digits: `%d`", n)
		e.add(d)
		return
	}
	list := e.paramCandidates()
	for _, l := range cx.sc.loops {
		list = append(list, candidate{l.ident.Name, l.ident.At})
	}
	for _, v := range e.varDecls {
		list = append(list, candidate{v.ident.Name, v.ident.At})
	}
	e.suggest(&d, id.Name, list)
	e.add(d)
}
