package chor

import (
	"fmt"

	"chorcheck/lang/diag"
	"chorcheck/ltl"
	"chorcheck/model"
)

// compares is a comparison, or a Boolean variable alone.
func (p *propertyLowerer) compares(a *ltl.Atom, x model.Atom) (*ltl.Formula, error) {
	x.Kind = model.AtomCompares
	var o operand
	var err error
	if a.Kind == ltl.AtomVariable {
		o, err = p.variableOf(x.Role, a.Name)
		if err == nil && o.typ.kind != typeBool {
			p.fail(diag.WrongType, p.span(a.Span), fmt.Sprintf("compare it, as in `%s == ..`", clip(a.String())), "`%s` is %s, and alone it must be true or false", clip(a.String()), o.typ)
			err = errReported
		}
	} else {
		o, err = p.comparisonOf(a)
	}
	if err != nil {
		return nil, err
	}
	if v, ok := o.constant(); ok {
		return p.constant(a.Span, v != 0), nil
	}
	x.Role, x.Peer, x.Expr = -1, -1, o.x
	return p.proposition(a.Span, x)
}

func (p *propertyLowerer) comparisonOf(a *ltl.Atom) (operand, error) {
	op, _ := binaryOperator(a.Op)
	var x, y operand
	var err error
	if p.isValueName(a.X) { // the other side tells of which enumeration
		if y, err = p.term(a.Y, valueType{}); err == nil {
			x, err = p.term(a.X, y.typ)
		}
	} else if x, err = p.term(a.X, valueType{}); err == nil {
		y, err = p.term(a.Y, x.typ)
	}
	if err != nil {
		return operand{}, err
	}
	switch {
	case op.operands == typeInt:
		for i, o := range []operand{x, y} {
			if o.typ.kind != typeInt {
				p.fail(diag.WrongType, p.span([]ltl.Term{a.X, a.Y}[i].Pos()), "compare with `==` or `!=`", "an operand of `%s` must be a number, but this is %s", a.Op, o.typ)
				return operand{}, errReported
			}
		}
	case x.typ != y.typ:
		p.fail(diag.NotComparable, p.span(a.Span), "compare values of one type", "the left side is %s, the right side is %s: they cannot be compared", x.typ, y.typ)
		return operand{}, errReported
	}
	return p.folded(a.Span, valueType{kind: typeBool}, &model.Expr{Op: op.op, X: x.x, Y: y.x})
}

func (p *propertyLowerer) folded(at ltl.Span, t valueType, x *model.Expr) (operand, error) {
	o := p.fold(p.span(at), exprScope{}, t, x)
	if o.x == nil {
		return o, errReported
	}
	return o, nil
}

// isValueName reports whether a term can only be a value of an enumeration.
func (p *propertyLowerer) isValueName(x ltl.Term) bool {
	n, ok := x.(*ltl.NameTerm)
	return ok && p.params[n.Text] == nil && len(p.enumNames[n.Text]) > 0
}

// term is a side of a comparison. want tells what the name of a value means.
func (p *propertyLowerer) term(x ltl.Term, want valueType) (operand, error) {
	number := valueType{kind: typeInt}
	switch x := x.(type) {
	case *ltl.IntTerm:
		return operand{number, model.Const(x.Value)}, nil
	case *ltl.BoolTerm:
		return operand{valueType{kind: typeBool}, model.Const(model.Bool01(x.Value))}, nil
	case *ltl.NameTerm:
		return p.valueName(x, want)
	case *ltl.VarTerm:
		role, err := p.one(x.Role)
		if err != nil {
			return operand{}, err
		}
		return p.variableOf(role, x.Name)
	case *ltl.NegTerm:
		o, err := p.numberOf(x.X, "-")
		if err != nil {
			return operand{}, err
		}
		return p.folded(x.Span, number, &model.Expr{Op: model.OpNeg, X: o.x})
	case *ltl.BinaryTerm:
		left, err := p.numberOf(x.X, x.Op)
		if err != nil {
			return operand{}, err
		}
		right, err := p.numberOf(x.Y, x.Op)
		if err != nil {
			return operand{}, err
		}
		op, _ := binaryOperator(x.Op)
		if v, known := right.constant(); known && v == 0 && (op.op == model.OpDiv || op.op == model.OpMod) {
			p.fail(diag.DivisionByZero, p.span(x.Span), "divide by something else", "this divides by zero")
			return operand{}, errReported
		}
		return p.folded(x.Span, number, &model.Expr{Op: op.op, X: left.x, Y: right.x})
	}
	return operand{}, errReported
}

// numberOf is an operand of arithmetic.
func (p *propertyLowerer) numberOf(x ltl.Term, op string) (operand, error) {
	o, err := p.term(x, valueType{kind: typeInt})
	if err == nil && o.typ.kind != typeInt {
		p.fail(diag.WrongType, p.span(x.Pos()), "write a number", "an operand of `%s` must be a number, but this is %s", op, o.typ)
		err = errReported
	}
	return o, err
}

// valueName is a parameter or a value of an enumeration.
func (p *propertyLowerer) valueName(x *ltl.NameTerm, want valueType) (operand, error) {
	if v, ok := p.params[x.Text]; ok {
		v.used = true
		return operand{valueType{kind: typeInt}, model.Const(v.value)}, nil
	}
	id := p.ident(x.Name)
	if p.isValueName(x) {
		o := p.enumValue(id, want)
		if o.x == nil {
			return o, errReported
		}
		return o, nil
	}
	if owners := p.varNames[x.Text]; len(owners) > 0 {
		p.fail(diag.UnknownName, id.At, fmt.Sprintf("say whose it is: `%s.%s`", owners[0].owner, x.Text), "`%s` is a variable of a role", x.Text)
		return operand{}, errReported
	}
	p.unknownValue(id, exprScope{sc: &scopeEnv{}})
	return operand{}, errReported
}

// variableOf is a variable of a role.
func (p *propertyLowerer) variableOf(role model.RoleID, name ltl.Name) (operand, error) {
	if v := p.vars[varKey{role, name.Text}]; v != nil {
		v.decl.used = true
		return operand{v.decl.typ, model.Ref(v.id)}, nil
	}
	owner := p.modelRoles[role].Name
	d := diag.Diagnostic{
		Code: diag.UnknownName, Message: fmt.Sprintf("`%s` has no variable `%s`", owner, clip(name.Text)),
		Primary: diag.Label{Span: p.span(name.Span)}, Help: fmt.Sprintf("declare it: `var %s at %s: 0..3`", clip(name.Text), owner),
	}
	if others := p.varNames[name.Text]; len(others) > 0 {
		d.Help = fmt.Sprintf("it is a variable of `%s`", others[0].owner)
		d.Secondary = []diag.Label{{Span: others[0].ident.At, Text: "declared here"}}
	} else {
		var list []candidate
		for _, decl := range p.varDecls {
			if p.vars[varKey{role, decl.ident.Name}] != nil {
				list = append(list, candidate{decl.ident.Name, decl.ident.At})
			}
		}
		p.suggest(&d, name.Text, list)
	}
	p.add(d)
	return operand{}, errReported
}
