package chor

import (
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// varKey finds a variable: its owner and its name.
type varKey struct {
	owner model.RoleID
	name  string
}

// varDecl is one name of a `var` declaration.
type varDecl struct {
	ident Ident
	typ   valueType
	owner string // as the user would write it
	used  bool
}

// varSym is the variable of one role.
type varSym struct {
	decl *varDecl
	id   model.VarID
}

// enumValue is a place where an enumeration lists a value.
type enumValue struct {
	at  Span
	typ *enumType
}

// declareVars declares the variables of one declaration.
func (e *elaborator) declareVars(d *VarDecl) {
	owner := e.role(d.Owner, &scopeEnv{}, false)
	domain, typ, ok := e.domain(d.Type)
	init := domain.Low
	if ok && d.Value != nil {
		init, ok = e.initial(d.Value, domain, typ)
	}
	if !ok || !owner.ok {
		for _, id := range d.Names {
			e.badVars[id.Name] = struct{}{}
		}
		return
	}
	for i := range d.Names {
		e.declareVar(&d.Names[i], owner, domain, typ, init)
	}
}

func (e *elaborator) declareVar(id *Ident, owner roleVal, domain model.Domain, typ valueType, init int64) {
	if id.Name == "" {
		return
	}
	if p := e.params[id.Name]; p != nil {
		e.failWith(diag.DeclaredTwice, id.At, p.ident.At, "the parameter", "give one of them another name",
			"variable `%s` has the name of a parameter", id.Name)
		return
	}
	decl := &varDecl{ident: *id, typ: typ, owner: owner.name}
	for _, role := range owner.ids {
		if old := e.vars[varKey{role, id.Name}]; old != nil {
			e.failWith(diag.DeclaredTwice, id.At, old.decl.ident.At, "declared here first", "give one of them another name",
				"`%s` has two variables `%s`", e.modelRoles[role].Name, id.Name)
			return
		}
	}
	if len(e.modelVars)+len(owner.ids) > maxVariables {
		e.badVars[id.Name] = struct{}{}
		e.fail(diag.TooManyVariables, id.At, "declare fewer variables, or use smaller arrays",
			"with `%s` there are more than %d variables", id.Name, maxVariables)
		return
	}
	e.varDecls = append(e.varDecls, decl)
	e.varNames[id.Name] = append(e.varNames[id.Name], decl)
	e.origin(id, id.At)
	for _, role := range owner.ids {
		e.vars[varKey{role, id.Name}] = &varSym{decl, model.VarID(len(e.modelVars))}
		e.modelVars = append(e.modelVars, model.Var{Name: id.Name, Owner: role, Domain: domain, Init: init})
	}
}

// domain resolves the type of a variable.
func (e *elaborator) domain(t Type) (model.Domain, valueType, bool) {
	switch t := t.(type) {
	case *BoolType:
		return model.Domain{Kind: model.BoolDomain, High: 1}, valueType{kind: typeBool}, true
	case *EnumType:
		return e.enumDomain(t)
	case *RangeType:
		low, ok1 := e.constant(t.Low, &scopeEnv{}, "the end of a range")
		high, ok2 := e.constant(t.High, &scopeEnv{}, "the end of a range")
		if !ok1 || !ok2 {
			return model.Domain{}, valueType{}, false
		}
		if low > high {
			e.fail(diag.EmptyDomain, t.At, "write the smaller number first", "the range %d..%d has no value", low, high)
			return model.Domain{}, valueType{}, false
		}
		if uint64(high-low) >= maxDomain {
			e.fail(diag.DomainTooLarge, t.At, "use a smaller range", "the range %d..%d has more than %d values", low, high, maxDomain)
			return model.Domain{}, valueType{}, false
		}
		return model.Domain{Kind: model.IntDomain, Low: low, High: high}, valueType{kind: typeInt}, true
	}
	return model.Domain{}, valueType{}, false
}

func (e *elaborator) enumDomain(t *EnumType) (model.Domain, valueType, bool) {
	names := make([]string, 0, len(t.Names))
	seen := map[string]Span{}
	for _, id := range t.Names {
		if id.Name == "" {
			continue
		}
		if old, ok := seen[id.Name]; ok {
			e.failWith(diag.DeclaredTwice, id.At, old, "listed here first", "list each value once",
				"value `%s` is listed twice", id.Name)
			continue
		}
		seen[id.Name] = id.At
		names = append(names, id.Name)
	}
	if len(names) == 0 {
		if len(t.Names) == 0 {
			e.fail(diag.EmptyDomain, t.At, "list at least one value", "the enumeration has no value")
		}
		return model.Domain{}, valueType{}, false
	}
	if len(names) > maxDomain {
		e.fail(diag.DomainTooLarge, t.At, "use fewer values", "the enumeration has more than %d values", maxDomain)
		return model.Domain{}, valueType{}, false
	}
	key := strings.Join(names, ",")
	typ := e.enums[key]
	if typ == nil {
		typ = &enumType{names: names, index: make(map[string]int64, len(names))}
		for i, name := range names {
			typ.index[name] = int64(i)
		}
		e.enums[key] = typ
	}
	for _, id := range t.Names {
		if id.Name != "" {
			e.enumNames[id.Name] = append(e.enumNames[id.Name], enumValue{id.At, typ})
		}
	}
	return model.Domain{Kind: model.EnumDomain, High: int64(len(names) - 1), Names: typ.names}, valueType{kind: typeEnum, enum: typ}, true
}

// initial computes the initial value of a variable.
func (e *elaborator) initial(x Expr, domain model.Domain, typ valueType) (int64, bool) {
	v := e.typed(x, exprScope{sc: &scopeEnv{}, what: "an initial value"}, typ, "the initial value")
	c, ok := v.constant()
	if !ok {
		return 0, false
	}
	if !domain.Contains(c) {
		e.fail(diag.InitialOutOfDomain, x.Pos(), "choose a value of the domain",
			"the initial value %d is outside %d..%d", c, domain.Low, domain.High)
		return 0, false
	}
	return c, true
}

// checkValueNames reports values of enumerations that have the name of a
// parameter or a variable: an expression could mean either.
func (e *elaborator) checkValueNames() {
	for _, p := range e.paramList {
		for _, v := range e.enumNames[p.ident.Name] {
			e.failWith(diag.DeclaredTwice, v.at, p.ident.At, "the parameter", "give one of them another name",
				"value `%s` has the name of a parameter", p.ident.Name)
		}
	}
	for _, d := range e.varDecls {
		for _, v := range e.enumNames[d.ident.Name] {
			e.failWith(diag.DeclaredTwice, v.at, d.ident.At, "the variable", "give one of them another name",
				"value `%s` has the name of a variable", d.ident.Name)
		}
	}
}
