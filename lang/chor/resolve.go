package chor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// paramSym is a declared parameter. Its value is computed when it is first asked for.
type paramSym struct {
	ident Ident
	decl  *ParamDecl
	set   *int64
	state paramState
	bad   bool // its value is not known; a diagnostic has been given
	value int64
	used  bool
}

type paramState uint8

const (
	paramNew paramState = iota
	paramBusy
	paramDone
)

// roleSym is a declared role or array of roles.
type roleSym struct {
	ident Ident
	array bool
	size  int
	first model.RoleID
	ids   []model.RoleID // all members, consecutive
	bad   bool           // its size is not known; a diagnostic has been given
	used  bool
}

// protocolSym is a declared protocol.
type protocolSym struct {
	decl      *ProtocolDecl
	performed bool
	usedRoles map[string]bool
	calls     []protocolCall
	recursive bool
}

type protocolCall struct {
	to *protocolSym
	at Span
}

func isDeclaration(it Item) bool {
	switch it.(type) {
	case *ChoreographyDecl, *ParamDecl, *RoleDecl, *ChannelsDecl, *ChannelDecl, *VarDecl,
		*ExceptionDecl, *ProtocolDecl, *EnvironmentDecl, *PropertyDecl, *BadItem:
		return true
	}
	return false
}

// declare reads all declarations at the top of the text. What refers to other
// declarations is looked at after those, so that their order does not matter.
func (e *elaborator) declare(set map[string]int64) {
	e.findDamage(e.file.Items, 0)
	e.declareTitle()
	for _, it := range e.file.Items {
		switch d := it.(type) {
		case *ParamDecl:
			e.declareParam(d)
		case *VarDecl:
			for _, id := range d.Names {
				if _, ok := e.varPlaces[id.Name]; !ok {
					e.varPlaces[id.Name] = id.At
				}
			}
		}
	}
	e.override(set)
	for _, p := range e.paramList {
		e.param(p)
	}
	e.declareRoles()
	for _, it := range e.file.Items {
		if d, ok := it.(*ProtocolDecl); ok {
			e.declareProtocol(d)
		}
	}
	for _, it := range e.file.Items {
		if d, ok := it.(*VarDecl); ok {
			e.declareVars(d)
		}
	}
	e.checkValueNames()
	e.declareChannels()
	e.declareNames()
}

// findDamage collects the words of what the parser could not read: it may have
// declared a name that then seems to be missing.
func (e *elaborator) findDamage(items []Item, depth int) {
	for _, it := range items {
		switch it := it.(type) {
		case *BadItem:
			if e.file.Source != nil {
				for word := range strings.FieldsFuncSeq(e.file.Source.Slice(it.At), notInWord) {
					e.damaged[word] = struct{}{}
				}
			}
		case *ProtocolDecl:
			if depth == 0 {
				e.findDamage(it.Body.Items, 1)
			}
		}
	}
}

func notInWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func (e *elaborator) inDamage(name string) bool {
	_, ok := e.damaged[name]
	return ok
}

// global declares a name of the one space of roles, parameters and protocols. It
// reports whether the name is new.
func (e *elaborator) global(id Ident, what string) bool {
	if id.Name == "" {
		return false
	}
	if old, ok := e.globals[id.Name]; ok {
		e.failWith(diag.DeclaredTwice, id.At, old, "declared here first", "give one of them another name",
			"%s `%s` has a name that is already taken", what, id.Name)
		return false
	}
	e.globals[id.Name] = id.At
	return true
}

func (e *elaborator) declareTitle() {
	const help = "begin the text with `choreography Name`"
	var found *ChoreographyDecl
	for i, it := range e.file.Items {
		d, ok := it.(*ChoreographyDecl)
		switch {
		case !ok:
		case found != nil:
			e.failWith(diag.MisplacedChoreography, d.At, found.At, "the first one", "keep one choreography in each file",
				"a text holds one choreography, this is another one")
		default:
			found = d
			if _, bad := e.file.Items[0].(*BadItem); i > 0 && !bad {
				e.failWith(diag.MisplacedChoreography, d.At, e.file.Items[0].Pos(), "this stands before it", help,
					"`choreography` must be the first declaration")
			}
		}
	}
	if found != nil {
		e.title, e.titleAt = found.Name, found.At
		return
	}
	if len(e.file.Items) > 0 {
		at := e.file.Items[0].Pos()
		e.titleAt = Span{Start: at.Start, End: at.Start}
	}
	if !e.inDamage("choreography") {
		e.fail(diag.MisplacedChoreography, e.titleAt, help, "the text does not say which choreography it is")
	}
}

func (e *elaborator) declareParam(d *ParamDecl) {
	if !e.global(d.Name, "parameter") {
		return
	}
	p := &paramSym{ident: d.Name, decl: d}
	e.params[d.Name.Name] = p
	e.paramList = append(e.paramList, p)
}

// override takes the values that the user gave for parameters.
func (e *elaborator) override(set map[string]int64) {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if p := e.params[name]; p != nil {
			value := set[name]
			p.set = &value
			continue
		}
		if e.inDamage(name) {
			continue
		}
		d := diag.Diagnostic{
			Code: diag.UnknownSetting, Message: fmt.Sprintf("there is no parameter `%s` to set", name),
			Primary: diag.Label{Span: e.titleAt, Text: "this choreography has no such parameter"},
			Help:    "declare it, or leave the setting out",
		}
		e.suggest(&d, name, e.paramCandidates())
		e.bag.Add(d) // several settings share one place
	}
}

// param computes the value of a parameter.
func (e *elaborator) param(p *paramSym) {
	switch p.state {
	case paramDone:
		return
	case paramBusy:
		e.fail(diag.ParameterCycle, p.ident.At, "give one of the parameters a value of its own",
			"the value of parameter `%s` depends on itself", p.ident.Name)
		p.bad = true
		return
	}
	p.state = paramBusy
	v, ok := e.constant(p.decl.Value, &scopeEnv{}, "the value of a parameter")
	p.state = paramDone
	if !ok {
		p.bad = true
	} else {
		p.value = v
	}
	if p.set != nil && !p.bad {
		p.value = *p.set
	}
}

func (e *elaborator) declareRoles() {
	total, declared, over := 0, false, false
	for _, it := range e.file.Items {
		d, ok := it.(*RoleDecl)
		if !ok {
			continue
		}
		declared = true
		for i := range d.Roles {
			rn := &d.Roles[i]
			if !e.global(rn.Name, "role") {
				continue
			}
			r := &roleSym{ident: rn.Name, size: 1, first: model.RoleID(len(e.modelRoles))}
			e.roles[rn.Name.Name] = r
			e.roleList = append(e.roleList, r)
			if rn.Size != nil {
				r.array = true
				size, ok := e.constant(rn.Size, &scopeEnv{}, "the size of an array of roles")
				switch {
				case !ok:
					r.bad = true
				case size < 1:
					r.bad = true
					e.fail(diag.BadArraySize, rn.Size.Pos(), "give it a size of at least 1",
						"array `%s` has size %d, it needs at least one member", rn.Name.Name, size)
				case size > maxRoles:
					r.bad, over = true, true
					e.fail(diag.TooManyRoles, rn.Size.Pos(), "use a smaller array",
						"array `%s` has %d members, at most %d roles are allowed", rn.Name.Name, size, maxRoles)
				default:
					r.size = int(size)
				}
			}
			if r.bad {
				continue
			}
			if total += r.size; total > maxRoles {
				r.bad = true
				if !over {
					over = true
					e.fail(diag.TooManyRoles, rn.Name.At, "declare fewer roles, or use smaller arrays",
						"with `%s` there are more than %d roles", rn.Name.Name, maxRoles)
				}
				continue
			}
			origin := e.origin(rn, rn.At)
			for m := range r.size {
				role := model.Role{Name: rn.Name.Name, Origin: origin}
				if r.array {
					role.Name, role.Array, role.Index = fmt.Sprintf("%s[%d]", rn.Name.Name, m), rn.Name.Name, m
				}
				r.ids = append(r.ids, model.RoleID(len(e.modelRoles)))
				e.modelRoles = append(e.modelRoles, role)
			}
		}
	}
	if !declared && !e.inDamage("role") {
		e.fail(diag.NoRole, e.titleAt, "declare the participants: `role A, B`", "the choreography declares no role")
	}
}

func (e *elaborator) declareProtocol(d *ProtocolDecl) {
	if !e.global(d.Name, "protocol") {
		return
	}
	e.checkUnique(d.Params, "role")
	p := &protocolSym{decl: d, usedRoles: map[string]bool{}}
	e.protocols[d.Name.Name] = p
	e.protoList = append(e.protoList, p)
}

// checkUnique reports names that one list holds twice.
func (e *elaborator) checkUnique(ids []Ident, what string) {
	seen := map[string]Span{}
	for _, id := range ids {
		if id.Name == "" {
			continue
		}
		if old, ok := seen[id.Name]; ok {
			e.failWith(diag.DeclaredTwice, id.At, old, "declared here first", "give one of them another name",
				"%s `%s` is listed twice", what, id.Name)
			continue
		}
		seen[id.Name] = id.At
	}
}

// declareNames checks the names of exceptions, environments and properties.
func (e *elaborator) declareNames() {
	var exceptions, properties []Ident
	var environments []*EnvironmentDecl
	for _, it := range e.file.Items {
		switch d := it.(type) {
		case *ExceptionDecl:
			exceptions = append(exceptions, d.Names...)
		case *EnvironmentDecl:
			environments = append(environments, d)
		case *PropertyDecl:
			properties = append(properties, d.Name)
		}
	}
	e.checkUnique(exceptions, "exception")
	for _, id := range exceptions {
		if _, ok := e.failures.declared[id.Name]; !ok && id.Name != "" {
			e.failures.declared[id.Name] = id
			e.failures.declaredList = append(e.failures.declaredList, id)
		}
	}
	e.checkUnique(environmentNames(environments), "environment")
	e.environments = environments
	e.checkUnique(properties, "property")
}

// findRecursion reports protocols that perform themselves, perhaps through
// others: they could not be unrolled. The search keeps its own stack, since a
// chain of protocols may be as long as the text.
func (e *elaborator) findRecursion() {
	type frame struct {
		p    *protocolSym
		next int
	}
	const (
		busy = 1
		done = 2
	)
	state := map[*protocolSym]int{}
	for _, root := range e.protoList {
		if state[root] != 0 {
			continue
		}
		stack := []frame{{p: root}}
		state[root] = busy
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(top.p.calls) {
				state[top.p] = done
				stack = stack[:len(stack)-1]
				continue
			}
			call := top.p.calls[top.next]
			top.next++
			switch state[call.to] {
			case 0:
				state[call.to] = busy
				stack = append(stack, frame{p: call.to})
			case busy:
				from := slices.IndexFunc(stack, func(f frame) bool { return f.p == call.to })
				for _, f := range stack[from:] {
					f.p.recursive = true
				}
				through := ""
				if len(stack)-from > 1 {
					through = fmt.Sprintf(" through `%s`", stack[len(stack)-1].p.decl.Name.Name)
				}
				e.failWith(diag.RecursiveProtocol, call.at, call.to.decl.Name.At, "this protocol",
					"repeat with `rec L { .. continue L }` inside one protocol",
					"protocol `%s` performs itself%s", call.to.decl.Name.Name, through)
			}
		}
	}
}
