package chor

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// scopeEnv is what is visible at a place of a body: at the top of the text, or in
// a protocol.
type scopeEnv struct {
	protocol *protocolSym       // nil at the top of the text
	roles    map[string]roleVal // the parameters of the protocol
	loops    []loopVar          // innermost last
	recs     []recLabel         // innermost last
	pars     int                // number of `par` around this place
	handler  *handlerEnv        // the innermost handler around this place; nil: none
}

// loopVar is the variable of a `for`.
type loopVar struct {
	ident  Ident
	known  bool // in the second walk
	value  int64
	member *roleVal // nil: the loop is over a range
}

// recLabel is a `rec` around a place.
type recLabel struct {
	ident  Ident
	rec    *model.Rec
	pars   int
	rounds *repetition
}

// roleVal is what a role reference means.
type roleVal struct {
	ok    bool   // false: a diagnostic has been given
	open  bool   // a parameter of a protocol in the first walk: nothing is known
	name  string // as a user would write it
	array bool   // all members of an array
	ids   []model.RoleID
	some  *roleSym // one member, not known which, of this array
}

// known reports whether it is one role, and which one.
func (v roleVal) known() (model.RoleID, bool) {
	if v.ok && !v.array && len(v.ids) == 1 {
		return v.ids[0], true
	}
	return 0, false
}

// role resolves a reference to a role or an array. use is false where a
// reference does not count as taking part.
func (e *elaborator) role(ref RoleRef, sc *scopeEnv, use bool) roleVal {
	v := e.roleName(ref.Name, sc, use)
	if ref.Index == nil {
		return v
	}
	i, known := e.index(ref.Index, sc)
	switch {
	case !v.ok:
		return roleVal{}
	case v.open:
		return v
	case !v.array:
		e.fail(diag.NotAnArray, ref.Index.Pos(), fmt.Sprintf("write `%s` without an index", ref.Name.Name),
			"`%s` is one role, not an array", ref.Name.Name)
		return roleVal{}
	case known == indexBad:
		return roleVal{}
	case known == indexOpen:
		return roleVal{ok: true, name: v.name + "[..]", some: e.roles[e.modelRoles[v.ids[0]].Array]}
	case i < 0 || i >= int64(len(v.ids)):
		d := diag.Diagnostic{
			Code: diag.IndexOutOfRange,
			Message: fmt.Sprintf("index %d is outside the array `%s`, whose members are `%s[0]` .. `%s[%d]`",
				i, ref.Name.Name, ref.Name.Name, ref.Name.Name, len(v.ids)-1),
			Primary: diag.Label{Span: ref.Index.Pos()},
			Help:    "use an index from 0 to the size less 1; `%` wraps around: `(i + 1) % n`",
		}
		for _, l := range sc.loops {
			if l.known && mentions(ref.Index, l.ident.Name) {
				d.Secondary = append(d.Secondary, diag.Label{Span: l.ident.At, Text: fmt.Sprintf("here `%s` is %d", l.ident.Name, l.value)})
			}
		}
		e.add(d)
		return roleVal{}
	}
	return e.member(v.ids[i : i+1])
}

// member is the role whose number is the only one of ids.
func (e *elaborator) member(ids []model.RoleID) roleVal {
	return roleVal{ok: true, name: e.modelRoles[ids[0]].Name, ids: ids}
}

// roleName resolves the name of a role or an array.
func (e *elaborator) roleName(id Ident, sc *scopeEnv, use bool) roleVal {
	if id.Name == "" {
		return roleVal{}
	}
	if l := sc.loop(id.Name); l != nil {
		if l.member == nil {
			e.failWith(diag.NotAnArray, id.At, l.ident.At, "a loop over numbers",
				"use the number as an index, or loop over an array", "`%s` is a number, not a role", id.Name)
			return roleVal{}
		}
		return *l.member
	}
	if sc.protocol != nil {
		if v, ok := sc.roles[id.Name]; ok {
			sc.protocol.usedRoles[id.Name] = true
			return v
		}
	}
	r := e.roles[id.Name]
	if r != nil && sc.protocol != nil {
		r.used = true
		e.failWith(diag.RoleNotPassed, id.At, sc.protocol.decl.Name.At, "the roles of this protocol are its parameters",
			fmt.Sprintf("add a parameter for it to `%s`, and pass `%s`", sc.protocol.decl.Name.Name, id.Name),
			"role `%s` is not a parameter of protocol `%s`", id.Name, sc.protocol.decl.Name.Name)
		return roleVal{}
	}
	if r == nil {
		e.unknownRole(id, sc)
		return roleVal{}
	}
	if use {
		r.used = true
	}
	if r.bad {
		return roleVal{}
	}
	return roleVal{ok: true, name: id.Name, array: r.array, ids: r.ids}
}

func (e *elaborator) unknownRole(id Ident, sc *scopeEnv) {
	if !e.fresh(diag.UnknownRole, id.At) || e.inDamage(id.Name) {
		return
	}
	if e.bag.Full() {
		e.fail(diag.UnknownRole, id.At, "", "there is no such role") // only counted
		return
	}
	d := diag.Diagnostic{
		Code: diag.UnknownRole, Message: fmt.Sprintf("there is no role `%s`", id.Name),
		Primary: diag.Label{Span: id.At}, Help: fmt.Sprintf("declare it: `role %s`", id.Name),
	}
	if _, ok := e.globals[id.Name]; ok {
		d.Message = fmt.Sprintf("`%s` is not a role", id.Name)
		d.Secondary = []diag.Label{{Span: e.globals[id.Name], Text: "declared here"}}
		d.Help = "name a role here"
	}
	var list []candidate
	if sc.protocol != nil {
		d.Help = "name a parameter of the protocol"
		for _, p := range sc.protocol.decl.Params {
			list = append(list, candidate{p.Name, p.At})
		}
	} else {
		for _, r := range e.roleList {
			list = append(list, candidate{r.ident.Name, r.ident.At})
		}
	}
	for _, l := range sc.loops {
		if l.member != nil {
			list = append(list, candidate{l.ident.Name, l.ident.At})
		}
	}
	e.suggest(&d, id.Name, list)
	e.add(d)
}

// oneRole resolves a reference where one role is needed.
func (e *elaborator) oneRole(ref RoleRef, sc *scopeEnv) roleVal {
	v := e.role(ref, sc, true)
	if v.ok && v.array {
		name := ref.Name.Name
		e.fail(diag.ArrayForRole, ref.At, fmt.Sprintf("write `%s[0]`, or loop: `for w in %s { .. }`", name, name),
			"`%s` is an array of %s, one role is needed here", name, roleCount(len(v.ids)))
		return roleVal{}
	}
	return v
}

// loop finds a loop variable.
func (sc *scopeEnv) loop(name string) *loopVar {
	for i := len(sc.loops) - 1; i >= 0; i-- {
		if sc.loops[i].ident.Name == name {
			return &sc.loops[i]
		}
	}
	return nil
}

// enterLoop makes a loop variable visible, after a check that its name means nothing else here.
func (e *elaborator) enterLoop(id Ident, sc *scopeEnv, v loopVar) {
	if id.Name != "" && !e.concrete {
		old, what := Span{}, ""
		if l := sc.loop(id.Name); l != nil {
			old, what = l.ident.At, "a loop variable around it"
		} else if at, ok := e.globals[id.Name]; ok {
			old, what = at, "a role, parameter or protocol"
		} else if _, ok := sc.roles[id.Name]; ok {
			old, what = sc.protocol.decl.Name.At, "a role of the protocol"
		} else if d := e.varNames[id.Name]; len(d) > 0 {
			old, what = d[0].ident.At, "a variable"
		} else if d := e.enumNames[id.Name]; len(d) > 0 {
			old, what = d[0].at, "a value of an enumeration"
		}
		if what != "" {
			e.failWith(diag.DeclaredTwice, id.At, old, "declared here", "give the loop variable another name",
				"loop variable `%s` has the name of %s", id.Name, what)
		}
	}
	v.ident = id
	sc.loops = append(sc.loops, v)
}

func (sc *scopeEnv) leaveLoop() { sc.loops = sc.loops[:len(sc.loops)-1] }

// candidate is a name that a misspelt one may have meant.
type candidate struct {
	name string
	at   Span
}

func (e *elaborator) paramCandidates() []candidate {
	var list []candidate
	for _, p := range e.paramList {
		list = append(list, candidate{p.ident.Name, p.ident.At})
	}
	return list
}

// suggest adds the candidate that is most like the name, if there is one. A
// single letter is like every other one, so only its case may differ. What will not be shown gets no advice, and
// only so many candidates are looked at: bad texts may be long.
func (e *elaborator) suggest(d *diag.Diagnostic, name string, list []candidate) {
	const most = 2000
	if e.bag.Full() {
		return
	}
	list = list[:min(len(list), most)]
	if len(name) < 2 {
		list = slices.DeleteFunc(slices.Clone(list), func(c candidate) bool { return !strings.EqualFold(c.name, name) })
	}
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.name
	}
	best := diag.Nearest(name, names)
	if best == "" {
		return
	}
	d.Help = fmt.Sprintf("did you mean `%s`?", best)
	if c := list[slices.Index(names, best)]; c.at.Len() > 0 {
		d.Secondary = append(d.Secondary, diag.Label{Span: c.at, Text: fmt.Sprintf("`%s` is declared here", best)})
	}
}

func roleCount(n int) string {
	if n == 1 {
		return "1 role"
	}
	return fmt.Sprintf("%d roles", n)
}

// mentions reports whether an expression contains a name.
func mentions(x Expr, name string) bool {
	stack := []Expr{x}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch n := top.(type) {
		case *Name:
			if n.Ident.Name == name {
				return true
			}
		case *Paren:
			stack = append(stack, n.X)
		case *Unary:
			stack = append(stack, n.X)
		case *Binary:
			stack = append(stack, n.X, n.Y)
		}
	}
	return false
}

// overlap is a role that two references share. The members of an array have
// consecutive numbers.
func overlap(a, b roleVal) (model.RoleID, bool) {
	if len(a.ids) == 0 || len(b.ids) == 0 {
		return 0, false
	}
	first := max(a.ids[0], b.ids[0])
	return first, first <= min(a.ids[len(a.ids)-1], b.ids[len(b.ids)-1])
}
