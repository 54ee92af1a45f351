package chor

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// The limits of unfolding. A text that needs more gets a diagnostic, early.
const (
	maxStatements = 200_000   // statements, branches, threads, rounds and sends after unrolling
	maxRoles      = 1000      // roles, the members of arrays counted
	maxVariables  = 10_000    // variables, those of each member of an array counted
	maxPairs      = 200_000   // ordered pairs of roles in `channel` declarations
	maxNesting    = 500       // depth of the unrolled text
	maxExprDepth  = 1000      // depth of one expression
	maxExprNodes  = 2_000_000 // operands and operators of all expressions after unrolling
	maxDomain     = 1_000_000 // values of a variable
)

// Lowered is a choreography with the places that its origins mean.
type Lowered struct {
	Choreography *model.Choreography
	// Places[o] is the place of model.Origin(o). Places[0] is unused: origin 0
	// comes from nowhere.
	Places []source.Span
	// Interactions are the origins of all interactions and assignments of the
	// text, in text order, each once. Those that no unrolled statement has
	// (in a protocol that nobody performs, say) are among them.
	Interactions []model.Origin
	// Environments are those of Options.Faults, else those of the text, else one
	// in which nothing fails.
	Environments []*model.Environment
	// Declared are the names of the environments that there are without Options.Faults.
	Declared []string
	// Params are the parameters with the values used, in text order.
	Params []Param
	// Properties are those of the text, in its order.
	Properties []*model.Property
}

// Param is a parameter of a choreography with its value.
type Param struct {
	Name  string
	Value int64
}

// Options of Lower.
type Options struct {
	Set      map[string]int64 // parameters to override
	Channels *model.Channel   // overrides the default channel of the text; nil: keep it
	Faults   *source.File     // the clauses of an environment that replaces those of the text; nil: keep them
}

// Lower resolves names, checks types, and unrolls loops over constants and
// protocols. Every error of the text goes into the
// bag; Lower returns nil if the bag holds one afterwards.
//
// The text is walked twice by the same code. The first walk visits each
// statement of the text once, whether or not it is ever unrolled: loop variables
// and the roles of a protocol have no value then, and what depends on
// them is not judged. The second walk unrolls, judges the rest, and builds the
// model. One place gets each code at most once, so the walks and the copies of
// an unrolled statement do not repeat each other.
func Lower(f *File, opt Options, bag *diag.Bag) *Lowered {
	e := newElaborator(f, bag)
	e.declare(opt.Set)
	if opt.Channels != nil {
		e.channels.Default = *opt.Channels
	}
	e.walkText()
	e.findRecursion()
	body := e.unroll()
	all, endPoints := e.lowerEnvironments(e.environments, e.setting())
	if len(all) == 0 {
		all = []*model.Environment{model.Calm()}
	}
	environments := all
	var declared []string
	for _, env := range all {
		declared = append(declared, env.Name)
	}
	if opt.Faults != nil {
		s := e.setting()
		s.Environments = declared
		quick, raised := LowerFaults(opt.Faults, s, bag)
		environments = []*model.Environment{quick}
		all = append(slices.Clip(all), quick)
		endPoints = joinEndPoints(endPoints, raised)
	}
	if !bag.Failed() {
		e.warnFailures(body, all, endPoints)
	}
	properties := e.lowerProperties(e.properties(), func() *propertyFacts { return e.facts(body, endPoints, strays(all)) })
	e.warnUnused()
	if bag.Failed() {
		return nil
	}
	return &Lowered{
		Environments: environments,
		Declared:     declared,
		Choreography: &model.Choreography{
			Name:     e.title.Name,
			Roles:    e.modelRoles,
			Labels:   e.labels,
			Vars:     e.modelVars,
			Channels: e.channels,
			Body:     body,

			Structure:   e.structureOf(len(properties) > 0),
			TellThreads: len(properties) > 0,
			EndPoints:   endPoints,
			Strays:      strays(all),
		},
		Places:       e.places,
		Interactions: e.interactions,
		Params:       e.paramValues(),
		Properties:   properties,
	}
}

// strays lists the messages that environments have stray.
func strays(all []*model.Environment) []model.MessagesOf {
	var out []model.MessagesOf
	for _, env := range all {
		for _, f := range env.Faults {
			if m := (model.MessagesOf{From: f.Role, To: f.Peer, Label: f.Label}); f.Kind == model.Stray && !slices.Contains(out, m) {
				out = append(out, m)
			}
		}
	}
	return out
}

// elaborator is the state of one call of Lower.
type elaborator struct {
	file    *File
	bag     *diag.Bag
	seen    map[reportKey]struct{}
	damaged map[string]struct{} // the words of items that the parser could not read

	title     Ident
	titleAt   Span // of the `choreography` declaration, or the start of the text
	params    map[string]*paramSym
	paramList []*paramSym
	roles     map[string]*roleSym
	roleList  []*roleSym
	protocols map[string]*protocolSym
	protoList []*protocolSym
	globals   map[string]Span // declarations of roles, parameters and protocols
	vars      map[varKey]*varSym
	varDecls  []*varDecl
	varNames  map[string][]*varDecl
	varPlaces map[string]Span     // where each name is declared as a variable first
	constVars map[string]struct{} // variables wrongly used as constants
	badVars   map[string]struct{} // variables whose declaration has an error
	enums     map[string]*enumType
	enumNames map[string][]enumValue

	modelRoles []model.Role
	modelVars  []model.Var
	channels   model.Channels
	labels     []string
	labelIDs   map[string]model.LabelID
	payloads   map[payloadKey]payloadUse

	places       []Span
	origins      map[any]model.Origin
	interactions []model.Origin

	concrete  bool // the second walk
	stopped   bool // a limit was exceeded: leave quickly
	tooDeep   bool // an expression was too deep, which is said once
	depth     int
	exprDepth int
	exprNodes int
	count     int // of what maxStatements limits
	unfolding []unfoldFrame
	reached   map[Item]struct{}
	dead      []deadItem
	performs  []performFrame

	failures     failures
	environments []*EnvironmentDecl
}

// unfoldFrame is a loop or protocol that is being unrolled.
type unfoldFrame struct {
	at   Span
	what string
}

// performFrame is a protocol that is being performed.
type performFrame struct {
	at       Span
	protocol string
}

type deadItem struct {
	item  Item
	after Span
}

type reportKey struct {
	code diag.Code
	at   Span
}

func newElaborator(f *File, bag *diag.Bag) *elaborator {
	e := &elaborator{
		file:      f,
		bag:       bag,
		seen:      map[reportKey]struct{}{},
		damaged:   map[string]struct{}{},
		params:    map[string]*paramSym{},
		roles:     map[string]*roleSym{},
		protocols: map[string]*protocolSym{},
		globals:   map[string]Span{},
		vars:      map[varKey]*varSym{},
		varNames:  map[string][]*varDecl{},
		varPlaces: map[string]Span{},
		constVars: map[string]struct{}{},
		badVars:   map[string]struct{}{},
		enums:     map[string]*enumType{},
		enumNames: map[string][]enumValue{},
		labelIDs:  map[string]model.LabelID{},
		payloads:  map[payloadKey]payloadUse{},
		places:    []Span{{}},
		origins:   map[any]model.Origin{},
		reached:   map[Item]struct{}{},
		failures:  newFailures(),
	}
	e.channels.Default = model.Channel{Discipline: model.FIFO, Capacity: 4}
	return e
}

// fresh reports whether this code was not yet given at this place.
func (e *elaborator) fresh(code diag.Code, at Span) bool {
	_, old := e.seen[reportKey{code, at}]
	return !old
}

// add gives a diagnostic, unless its place has one with this code already. While
// a protocol is unrolled, the place where it is performed is labelled.
func (e *elaborator) add(d diag.Diagnostic) {
	if !e.fresh(d.Code, d.Primary.Span) {
		return
	}
	e.seen[reportKey{d.Code, d.Primary.Span}] = struct{}{}
	d.Message, d.Help = shorten(d.Message), shorten(d.Help)
	for i := range d.Secondary {
		d.Secondary[i].Text = shorten(d.Secondary[i].Text)
	}
	if n := len(e.performs); n > 0 {
		p := e.performs[n-1]
		d.Secondary = append(slices.Clip(d.Secondary), diag.Label{Span: p.at, Text: fmt.Sprintf("`%s` is performed here", p.protocol)})
	}
	e.bag.Add(d)
}

// shorten cuts a message in which a very long name stands.
func shorten(text string) string {
	const longest = 1000 // bytes
	if len(text) <= longest {
		return text
	}
	cut := longest
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + ".."
}

// fail gives an error with a help line, which may be empty.
func (e *elaborator) fail(code diag.Code, at Span, help, format string, args ...any) {
	if e.fresh(code, at) {
		e.add(diag.Diagnostic{Code: code, Message: fmt.Sprintf(format, args...), Primary: diag.Label{Span: at}, Help: help})
	}
}

// failWith is fail with one further place.
func (e *elaborator) failWith(code diag.Code, at Span, second Span, label, help, format string, args ...any) {
	if e.fresh(code, at) {
		e.add(diag.Diagnostic{
			Code: code, Message: fmt.Sprintf(format, args...), Primary: diag.Label{Span: at}, Help: help,
			Secondary: []diag.Label{{Span: second, Text: label}},
		})
	}
}

// charge counts n unrolled things. It reports whether the walk may go on.
func (e *elaborator) charge(n int, at Span) bool {
	if e.concrete && !e.stopped {
		e.count += n
		if e.count > maxStatements {
			e.tooMuch(diag.TooManyStatements, at, "the choreography unrolls to more than %d statements", maxStatements)
		}
	}
	return !e.stopped
}

// tooMuch stops the walk: the innermost loop or protocol that is being unrolled
// is to blame, and those around it are labelled.
func (e *elaborator) tooMuch(code diag.Code, at Span, format string, args ...any) {
	if e.stopped {
		return
	}
	e.stopped = true
	d := diag.Diagnostic{
		Code: code, Message: fmt.Sprintf(format, args...), Primary: diag.Label{Span: at},
		Help: "use smaller parameters, or repeat with `loop` or `rec`, which are not unrolled",
	}
	if n := len(e.unfolding); n > 0 {
		inner := e.unfolding[n-1]
		d.Message += " in " + inner.what
		d.Primary = diag.Label{Span: inner.at, Text: "unrolled here"}
		for i := n - 2; i >= max(0, n-5); i-- {
			d.Secondary = append(d.Secondary, diag.Label{Span: e.unfolding[i].at, Text: "inside " + e.unfolding[i].what})
		}
	}
	e.performs = nil // said better by the labels above
	e.add(d)
}

// origin numbers the place of something in the text. key identifies it.
func (e *elaborator) origin(key any, at Span) model.Origin {
	o, ok := e.origins[key]
	if !ok {
		o = model.Origin(len(e.places))
		e.places = append(e.places, at)
		e.origins[key] = o
	}
	return o
}

func (e *elaborator) label(name string) model.LabelID {
	id, ok := e.labelIDs[name]
	if !ok {
		id = model.LabelID(len(e.labels))
		e.labels = append(e.labels, name)
		e.labelIDs[name] = id
	}
	return id
}

func (e *elaborator) paramValues() []Param {
	list := make([]Param, 0, len(e.paramList))
	for _, p := range e.paramList {
		list = append(list, Param{p.ident.Name, p.value})
	}
	return list
}

// walkText is the first walk.
func (e *elaborator) walkText() {
	top := &scopeEnv{}
	for _, it := range e.file.Items {
		if p, ok := it.(*ProtocolDecl); ok {
			if sym := e.protocols[p.Name.Name]; sym != nil && sym.decl == p {
				e.walkProtocol(sym)
			}
		} else if isDeclaration(it) {
			e.rejectDeclaration(it)
		} else {
			e.item(it, top)
		}
	}
	e.stopped = false
}

// walkProtocol walks the body of a protocol whose roles are not known.
func (e *elaborator) walkProtocol(p *protocolSym) {
	sc := &scopeEnv{protocol: p, roles: map[string]roleVal{}}
	for _, id := range p.decl.Params {
		sc.roles[id.Name] = roleVal{ok: true, open: true, name: id.Name}
	}
	e.block(p.decl.Body.Items, sc)
}

// unroll is the second walk.
func (e *elaborator) unroll() model.Seq {
	e.concrete = true
	var statements []Item
	for _, it := range e.file.Items {
		if !isDeclaration(it) {
			statements = append(statements, it)
		}
	}
	seq, _ := e.block(statements, &scopeEnv{})
	for _, d := range e.dead {
		if _, ok := e.reached[d.item]; !ok && !e.stopped {
			e.add(diag.Diagnostic{
				Code: diag.NeverReached, Severity: diag.Warning,
				Message:   "this statement is never reached",
				Primary:   diag.Label{Span: d.item.Pos()},
				Secondary: []diag.Label{{Span: d.after, Text: "nothing goes on after this"}},
				Help:      "remove it, or move it before the jump",
			})
		}
	}
	return seq
}

// warnUnused warns of what is declared and never used.
func (e *elaborator) warnUnused() {
	warn := func(code diag.Code, id Ident, what, help string) {
		e.add(diag.Diagnostic{
			Code: code, Severity: diag.Warning, Message: fmt.Sprintf("%s `%s` is never used", what, id.Name),
			Primary: diag.Label{Span: id.At}, Help: help,
		})
	}
	for _, r := range e.roleList {
		if !r.used && !e.inDamage(r.ident.Name) {
			warn(diag.UnusedRole, r.ident, "role", "remove it, or let it take part")
		}
	}
	for _, v := range e.varDecls {
		if _, used := e.constVars[v.ident.Name]; !v.used && !used && !e.inDamage(v.ident.Name) {
			warn(diag.UnusedVariable, v.ident, "variable", "remove it, or use it in a guard, a `let` or a message")
		}
	}
	for _, p := range e.paramList {
		if !p.used && !e.inDamage(p.ident.Name) {
			warn(diag.UnusedParameter, p.ident, "parameter", "remove it, or use it in an expression")
		}
	}
	for _, id := range e.failures.declaredList {
		if _, used := e.failures.mentioned[id.Name]; !used && !e.inDamage(id.Name) {
			e.add(diag.Diagnostic{
				Code: diag.UnusedException, Severity: diag.Warning, Message: fmt.Sprintf("exception `%s` is never raised or handled", id.Name),
				Primary: diag.Label{Span: id.At}, Help: "remove it, or raise it in the protocol or in an environment",
			})
		}
	}
	for _, p := range e.protoList {
		if !p.performed && !e.inDamage(p.decl.Name.Name) {
			warn(diag.UnusedProtocol, p.decl.Name, "protocol", "remove it, or perform it")
		}
		for _, id := range p.decl.Params {
			if id.Name != "" && !p.usedRoles[id.Name] && !e.inDamage(id.Name) {
				warn(diag.UnusedRole, id, "role", "remove it from the protocol, or let it take part")
			}
		}
	}
}
