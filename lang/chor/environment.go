package chor

import (
	"fmt"
	"slices"
	"strings"

	"chorcheck/lang/diag"
	"chorcheck/lang/source"
	"chorcheck/model"
)

// Setting is what the clauses of environments are resolved against. Channels are
// those that are checked, after all options.
type Setting struct {
	Roles    []model.Role // the members of an array stand together, in the order of their indices
	Params   []Param      // constants that clauses may use
	Channels model.Channels
	Label    func(name string) model.LabelID                     // the number of a label; one that is new is added
	Carries  func(Message) bool                                  // whether messages of it carry values; nil: none does
	Origin   func(at source.Span) model.Origin                   // numbers places; nil: all come from nowhere
	Scopes   func() map[string][]model.ScopeID                   // scopes by name; nil: there are none, as in automata
	Raised   func(name string, o model.Origin) model.ExceptionID // the number of an exception; nil: nothing is raised, as in automata

	Environments []string // those of the text, so that LowerFaults knows their names
}

// Message is what one role sends to another one.
type Message struct {
	From, To model.RoleID
	Label    string
}

// FaultsName is the name of the environment that LowerFaults makes.
const FaultsName = "faults"

// LowerEnvironments reads the blocks `environment NAME { .. }` that stand in the
// given spans of a text of another language, and lowers them in the order of the
// text. What stands between the spans is not looked at. Whether there was an error,
// the bag knows.
func LowerEnvironments(file *source.File, spans []source.Span, s Setting, bag *diag.Bag) []*model.Environment {
	tree := Parse(only(file, spans), bag)
	e := newSettingElaborator(tree, s, bag)
	var blocks []*EnvironmentDecl
	for _, it := range tree.Items {
		switch d := it.(type) {
		case *EnvironmentDecl:
			blocks = append(blocks, d)
		case *BadItem:
		default:
			e.fail(diag.UnexpectedText, d.Pos(), "write `environment NAME { .. }`", "only environments can stand here")
		}
	}
	e.checkUnique(environmentNames(blocks), "environment")
	list, _ := e.lowerEnvironments(blocks, s)
	return list
}

// LowerFaults reads the clauses of one environment, `crash Bank; at most 1`, as
// users write them on a command line, and lists what they raise. Its diagnostics
// name the file.
func LowerFaults(file *source.File, s Setting, bag *diag.Bag) (*model.Environment, []model.EndPoint) {
	var own diag.Bag
	d := ParseFaults(file, &own)
	if name := strings.TrimSpace(file.Text); slices.Contains(s.Environments, name) && own.Failed() {
		bag.Add(diag.Diagnostic{
			Code: diag.BadFault, Message: fmt.Sprintf("`%s` is an environment of the text, and no fault", clip(name)), File: file,
			Primary: diag.Label{Span: source.Span{End: len(file.Text)}}, Help: fmt.Sprintf("write `--env %s`: `--faults` takes clauses, such as `crash A; at most 1`", clip(name)),
		})
		return &model.Environment{Name: FaultsName, Limit: -1}, nil
	}
	s.Origin = nil // places are those of the other text
	e := newSettingElaborator(&File{Source: file}, s, &own)
	list, raised := e.lowerEnvironments([]*EnvironmentDecl{d}, s)
	for _, x := range own.Sorted() {
		x.File = file
		bag.Add(x)
	}
	return list[0], raised
}

// joinEndPoints appends the end points that are not among those before.
func joinEndPoints(list, more []model.EndPoint) []model.EndPoint {
	known := make(map[endPointKey]struct{}, len(list))
	for _, p := range list {
		known[endPointKey{p.Role, p.Exception}] = struct{}{}
	}
	for _, p := range more {
		if _, ok := known[endPointKey{p.Role, p.Exception}]; !ok {
			list = append(list, p)
		}
	}
	return list
}

// newSettingElaborator knows what a setting declares, all of it without places.
func newSettingElaborator(f *File, s Setting, bag *diag.Bag) *elaborator {
	e := newElaborator(f, bag)
	e.concrete = true
	e.modelRoles = s.Roles
	for i, r := range s.Roles {
		name := r.Name
		if r.Array != "" {
			name = r.Array
		}
		sym := e.roles[name]
		if sym == nil {
			sym = &roleSym{ident: Ident{Name: name}, array: r.Array != "", first: model.RoleID(i)}
			e.roles[name] = sym
			e.roleList = append(e.roleList, sym)
		}
		sym.ids = append(sym.ids, model.RoleID(i))
		sym.size = len(sym.ids)
	}
	for _, p := range s.Params {
		sym := &paramSym{ident: Ident{Name: p.Name}, state: paramDone, value: p.Value}
		e.params[p.Name] = sym
		e.paramList = append(e.paramList, sym)
	}
	return e
}

func environmentNames(list []*EnvironmentDecl) []Ident {
	names := make([]Ident, 0, len(list))
	for _, d := range list {
		names = append(names, d.Name)
	}
	return names
}

// The limits of environments.
const (
	maxFaults     = 200_000 // of one text, wildcards and arrays expanded
	maxFaultLimit = 1000    // of `at most`
)

// environmentLowerer lowers the environments of one text.
type environmentLowerer struct {
	*elaborator
	Setting
	top       scopeEnv
	count     int // faults of all environments
	endPoints []model.EndPoint
	struck    map[endPointKey]struct{}

	// Of the present environment:
	env      *model.Environment
	seen     map[faultKey]Span
	recovers map[model.RoleID]crashClause
	limits   map[string]Span
}

type endPointKey struct {
	role      model.RoleID
	exception model.ExceptionID
}

// faultKey tells faults apart. Whether a crashed role recovers is no part of it.
type faultKey struct {
	kind       model.FaultKind
	role, peer model.RoleID
	what       string // the exception, message or groups
	during     string
}

type crashClause struct {
	recovers bool
	at       Span
}

// lowerEnvironments lowers environments in their order, and lists what they raise.
func (e *elaborator) lowerEnvironments(list []*EnvironmentDecl, s Setting) ([]*model.Environment, []model.EndPoint) {
	if s.Origin == nil {
		s.Origin = func(Span) model.Origin { return 0 }
	}
	l := &environmentLowerer{elaborator: e, Setting: s, struck: map[endPointKey]struct{}{}}
	var out []*model.Environment
	for _, d := range list {
		out = append(out, l.environment(d))
	}
	return out, l.endPoints
}

func (l *environmentLowerer) environment(d *EnvironmentDecl) *model.Environment {
	l.env = &model.Environment{Name: d.Name.Name, Limit: -1, Origin: l.Origin(d.At)}
	l.seen, l.recovers, l.limits = map[faultKey]Span{}, map[model.RoleID]crashClause{}, map[string]Span{}
	for i := range d.Clauses {
		l.clause(&d.Clauses[i])
	}
	if l.bag.Failed() {
		return l.env // what has no effect may have one when the text is mended
	}
	for i := range d.Clauses {
		c := &d.Clauses[i]
		kind, ok := faultKind(c.Name.Name)
		switch {
		case c.Kind.Name != "at":
		case len(l.env.Faults) == 0:
			l.noEffect(c.At, "remove it, or add the faults that it limits", "there is no fault to limit")
		case ok && !slices.ContainsFunc(l.env.Faults, func(f model.Fault) bool { return f.Kind == kind }):
			l.noEffect(c.At, "remove it, or add such a fault", "this environment has no fault of the kind `%s`", kind)
		}
	}
	return l.env
}

func (l *environmentLowerer) noEffect(at Span, help, format string, args ...any) {
	l.add(diag.Diagnostic{
		Code: diag.ClauseWithoutEffect, Severity: diag.Warning, Message: fmt.Sprintf(format, args...),
		Primary: diag.Label{Span: at}, Help: help,
	})
}

// faultKind is the kind that a word names.
func faultKind(word string) (model.FaultKind, bool) {
	for k := range model.FaultKinds {
		if k.String() == word {
			return k, true
		}
	}
	return 0, false
}

func (l *environmentLowerer) clause(c *FaultClause) {
	if c.Kind.Name == "at" {
		l.limit(c)
		return
	}
	kind, ok := faultKind(c.Kind.Name)
	if !ok {
		return // said by the parser
	}
	f := model.Fault{Kind: kind, Role: -1, Peer: -1, Origin: l.Origin(c.At)}
	during, ok := l.during(c, &f)
	e := emission{clause: c, during: during, never: !ok}
	switch kind {
	case model.Crash, model.Silence:
		f.Recovers = c.Recovers
		for _, f.Role = range l.members(c.Role) {
			if !l.agrees(&f, c) {
				return
			}
			l.emit(&e, f, "")
		}
	case model.RaiseFault:
		l.raise(&e, f)
	case model.Partition:
		if groups, ok := l.groups(c); ok {
			f.Groups = groups
			l.emit(&e, f, fmt.Sprint(groups))
		}
	default:
		l.links(&e, f)
	}
	if e.added == 0 && e.old.Len() > 0 {
		l.add(diag.Diagnostic{
			Code: diag.ClauseTwice, Severity: diag.Warning, Message: "this environment says so already",
			Primary: diag.Label{Span: c.At}, Secondary: []diag.Label{{Span: e.old, Text: "here"}}, Help: "remove one of them",
		})
	}
}

// emission is what becomes of one clause.
type emission struct {
	clause *FaultClause
	during string
	never  bool // there is no scope of that name: no fault, but its other mistakes are found
	added  int
	old    Span // an earlier clause with the same fault
}

// emit adds a fault, unless the environment has it.
func (l *environmentLowerer) emit(e *emission, f model.Fault, what string) {
	if e.never {
		e.added++
		return
	}
	key := faultKey{f.Kind, f.Role, f.Peer, what, e.during}
	if f.Kind == model.Disconnect {
		key.role, key.peer = min(f.Role, f.Peer), max(f.Role, f.Peer)
	}
	always := key
	always.during = ""
	for _, k := range []faultKey{key, always} {
		if at, ok := l.seen[k]; ok {
			e.old = at
			return
		}
	}
	e.added++
	if l.stopped {
		return
	}
	l.seen[key] = e.clause.At
	if l.count++; l.count > maxFaults {
		l.stopped = true
		l.fail(diag.TooManyStatements, e.clause.At, "name single roles, or use smaller arrays", "the environments have more than %d faults", maxFaults)
		return
	}
	l.env.Faults = append(l.env.Faults, f)
}

// members are the roles that a reference stands for; none if it is wrong.
func (l *environmentLowerer) members(ref RoleRef) []model.RoleID {
	if !ref.Any {
		if ref.Name.Name == "" {
			return nil
		}
		return l.role(ref, &l.top, false).ids
	}
	all := make([]model.RoleID, len(l.modelRoles))
	for i := range all {
		all[i] = model.RoleID(i)
	}
	return all
}

// during resolves the scope that a clause is restricted to. It is false if no fault
// can come of the clause.
func (l *environmentLowerer) during(c *FaultClause, f *model.Fault) (string, bool) {
	name := c.During.Name
	switch {
	case name == "":
		return "", c.During.At.Len() == 0
	case l.Scopes == nil:
		l.fail(diag.NeedsScopes, c.During.At, "remove `during`: the clause holds all the time then", "there are no scopes here")
		return name, false
	}
	scopes := l.Scopes()
	list, ok := scopes[name]
	if !ok && l.fresh(diag.UnknownScope, c.During.At) && !l.inDamage(name) {
		d := diag.Diagnostic{
			Code: diag.UnknownScope, Message: fmt.Sprintf("there is no scope `%s`", name),
			Primary: diag.Label{Span: c.During.At}, Help: fmt.Sprintf("name a scope: `try %s { .. }`", name),
		}
		l.suggest(&d, name, l.scopeCandidates(scopes))
		l.elaborator.add(d)
		return name, false
	}
	if len(list) == 0 {
		if ok {
			l.noEffect(c.At, "perform the protocol that it stands in, or remove the clause", "the scope `%s` is never part of a run", name)
		}
		return name, false
	}
	f.During = list
	return name, true
}

// agrees reports a role that is said to recover from a crash, and not to.
func (l *environmentLowerer) agrees(f *model.Fault, c *FaultClause) bool {
	if f.Kind != model.Crash {
		return true
	}
	old, ok := l.recovers[f.Role]
	if ok && old.recovers != f.Recovers {
		l.failWith(diag.FaultsContradict, c.At, old.at, "the other clause", "keep one of them, or make two environments",
			"`%s` recovers from a crash by one clause, and does not by another", l.modelRoles[f.Role].Name)
		return false
	}
	l.recovers[f.Role] = crashClause{f.Recovers, c.At}
	return true
}

// raise lowers `raise E at R`.
func (l *environmentLowerer) raise(e *emission, f model.Fault) {
	c := e.clause
	roles := l.members(c.Role)
	if c.Name.Name == "" {
		return
	}
	if l.Raised == nil {
		l.fail(diag.NeedsScopes, c.At, "remove the clause", "nothing can be raised here: there are no scopes with handlers")
		return
	}
	f.Exception = l.Raised(c.Name.Name, f.Origin)
	for _, f.Role = range roles {
		l.emit(e, f, c.Name.Name)
		key := endPointKey{f.Role, f.Exception}
		if _, ok := l.struck[key]; !ok && !e.never {
			l.struck[key] = struct{}{}
			l.endPoints = append(l.endPoints, model.EndPoint{Role: f.Role, Exception: f.Exception, Origin: f.Origin})
		}
	}
}

// links lowers the clauses about a channel: loss, duplicate, reorder, disconnect, stray.
func (l *environmentLowerer) links(e *emission, f model.Fault) {
	c := e.clause
	from, to := l.members(c.Role), l.members(c.Peer)
	if len(from) == 1 && len(to) == 1 && from[0] == to[0] {
		l.fail(diag.SendToItself, c.Peer.At, "name two different roles", "`%s` has no channel to itself", l.modelRoles[from[0]].Name)
		return
	}
	what := ""
	if f.Kind == model.Stray {
		if what = c.Name.Name; what == "" {
			return
		}
		f.Label = l.Label(what)
	}
	sync, bag := false, false
	for _, f.Role = range from {
		for _, f.Peer = range to {
			if l.stopped || f.Role == f.Peer {
				continue
			}
			discipline := l.Channels.Of(f.Role, f.Peer).Discipline
			switch {
			case discipline == model.Sync && (f.Kind == model.Duplicate || f.Kind == model.Reorder):
				sync = true
				continue
			case discipline == model.Bag && f.Kind == model.Reorder:
				bag = true
				continue
			case f.Kind == model.Stray && l.Carries != nil && l.Carries(Message{f.Role, f.Peer, what}):
				l.fail(diag.StrayWithValues, c.Name.At, "let a message of another name be the stray one",
					"a stray message carries no values, but `%s` from `%s` to `%s` does", what, l.modelRoles[f.Role].Name, l.modelRoles[f.Peer].Name)
				return
			}
			l.emit(e, f, what)
		}
	}
	named := !c.Role.Any && !c.Peer.Any && len(from) == 1 && len(to) == 1
	switch {
	case sync && (named || e.added == 0 && e.old.Len() == 0):
		l.fail(diag.FaultOnSync, c.At, "remove the clause, or give the channel a queue", "a `sync` channel holds no message that `%s` could be about", f.Kind)
	case bag && e.added == 0 && e.old.Len() == 0:
		l.noEffect(c.At, "remove the clause", "messages of a `bag` are taken in any order as it is")
	}
}

// groups resolves the sides of a partition. `*` stands for all that no other side names.
func (l *environmentLowerer) groups(c *FaultClause) ([][]model.RoleID, bool) {
	groups := make([][]model.RoleID, len(c.Groups))
	side := map[model.RoleID]Span{}
	star, starAt, good := -1, Span{}, true
	for i, g := range c.Groups {
		for _, ref := range g {
			if ref.Any {
				if star >= 0 {
					l.failWith(diag.FaultsContradict, ref.At, starAt, "the other one", "keep one of them", "`*` stands twice in one partition")
					good = false
				}
				star, starAt = i, ref.At
				continue
			}
			ids := l.members(ref)
			good = good && len(ids) > 0
			for _, id := range ids {
				if old, ok := side[id]; ok {
					l.failWith(diag.FaultsContradict, ref.At, old, "the other place", "name each role once",
						"`%s` stands twice in one partition", l.modelRoles[id].Name)
					good = false
					break
				}
				side[id] = ref.At
				groups[i] = append(groups[i], id)
			}
		}
	}
	if star >= 0 {
		for id := range l.modelRoles {
			if _, ok := side[model.RoleID(id)]; !ok {
				groups[star] = append(groups[star], model.RoleID(id))
			}
		}
	}
	if good && (len(groups) < 2 || slices.ContainsFunc(groups, func(g []model.RoleID) bool { return len(g) == 0 })) {
		l.noEffect(c.At, "name the roles of both sides", "a side of this partition is empty")
		good = false
	}
	return groups, good
}

// limit lowers `at most N` and `at most N crash`. Of several, all hold.
func (l *environmentLowerer) limit(c *FaultClause) {
	if c.During.At.Len() > 0 {
		l.fail(diag.BadLimit, c.During.At, "remove `during` here, and restrict the faults", "a limit is about a whole run")
	}
	if c.Limit == nil {
		return
	}
	n, ok := l.constant(c.Limit, &l.top, "the number of faults")
	switch {
	case !ok:
		return
	case n < 0:
		l.fail(diag.BadLimit, c.Limit.Pos(), "allow 0 faults or more", "there cannot be at most %d faults", n)
		return
	case n > maxFaultLimit:
		l.fail(diag.BadLimit, c.Limit.Pos(), "leave the limit out: without one, faults strike any number of times", "a limit is at most %d", maxFaultLimit)
		return
	}
	if old, ok := l.limits[c.Name.Name]; ok {
		l.add(diag.Diagnostic{
			Code: diag.ClauseTwice, Severity: diag.Warning, Message: "there is a limit of this kind already, and the smaller one counts",
			Primary: diag.Label{Span: c.At}, Secondary: []diag.Label{{Span: old, Text: "the other one"}}, Help: "remove one of them",
		})
	} else {
		l.limits[c.Name.Name] = c.At
	}
	if c.Name.Name == "" {
		if l.env.Limit < 0 || int(n) < l.env.Limit {
			l.env.Limit = int(n)
		}
		return
	}
	kind, ok := faultKind(c.Name.Name)
	if !ok {
		return // said by the parser
	}
	if l.env.Limits == nil {
		l.env.Limits = map[model.FaultKind]int{}
	}
	if old, ok := l.env.Limits[kind]; !ok || int(n) < old {
		l.env.Limits[kind] = int(n)
	}
}
