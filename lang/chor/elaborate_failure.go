package chor

import (
	"slices"

	"chorcheck/lang/diag"
	"chorcheck/model"
)

// failures is what the walks know about scopes, exceptions and timers.
type failures struct {
	structure    model.Structure
	exceptions   map[string]model.ExceptionID
	crashes      map[model.RoleID]model.ExceptionID // of whom
	timers       map[timerKey]model.TimerID
	declared     map[string]Ident           // exceptions with a declaration
	declaredList []Ident                    // the same, in the order of the text
	mentioned    map[string]struct{}        // exceptions that are raised or handled, timers among them
	scopeIDs     map[string][]model.ScopeID // by name: all copies; none where the text has the scope and no run

	// Where the second walk stands:
	position model.PositionID
	thread   model.ThreadID
	repeats  []*repetition
	within   int // where the repetitions begin that stand inside the innermost scope
	pars     []*model.Par
}

type timerKey struct {
	owner model.RoleID
	name  string
}

// repetition is a `loop` or `rec` around the place of the walk. Its scopes are those
// that stand in it without another scope between.
type repetition struct {
	again  bool // there may be several rounds: a loop, or a rec with a continue
	scopes []model.ScopeID
}

// handlerEnv is the handler around a place of the text.
type handlerEnv struct {
	at        Span // its head
	any       bool
	exception model.ExceptionID // in the second walk, unless any
	owner     roleVal
}

func newFailures() failures {
	return failures{
		structure:  model.Structure{Positions: []model.Position{{Scope: -1}}, Threads: []model.ThreadID{0}},
		exceptions: map[string]model.ExceptionID{},
		crashes:    map[model.RoleID]model.ExceptionID{},
		timers:     map[timerKey]model.TimerID{},
		declared:   map[string]Ident{},
		mentioned:  map[string]struct{}{},
		scopeIDs:   map[string][]model.ScopeID{},
	}
}

// exceptionOrigin identifies the origin of an exception.
type exceptionOrigin struct{ name string }

// exception numbers an exception, which is where it is declared, or else mentioned first.
func (e *elaborator) exception(name string, first model.Origin) model.ExceptionID {
	f := &e.failures
	f.mentioned[name] = struct{}{}
	id, ok := f.exceptions[name]
	if !ok {
		id = model.ExceptionID(len(f.structure.Exceptions))
		f.exceptions[name] = id
		if d, ok := f.declared[name]; ok {
			first = e.origin(exceptionOrigin{name}, d.At)
		}
		f.structure.Exceptions = append(f.structure.Exceptions, model.Exception{Name: name, Crashed: -1, Origin: first})
	}
	return id
}

// crashOf numbers the exception that is the crash of a role, noticed.
func (e *elaborator) crashOf(role model.RoleID, first model.Origin) model.ExceptionID {
	f := &e.failures
	id, ok := f.crashes[role]
	if !ok {
		id = model.ExceptionID(len(f.structure.Exceptions))
		f.crashes[role] = id
		f.structure.Exceptions = append(f.structure.Exceptions, model.Exception{
			Name: "crash of " + e.modelRoles[role].Name, Kind: model.CrashNoticed, Crashed: role, Origin: first,
		})
	}
	return id
}

// timer numbers a timer of a role. All blocks with one name at one role have one timer.
func (e *elaborator) timer(owner model.RoleID, name string, first model.Origin) model.TimerID {
	f := &e.failures
	x := e.exception(name, first)
	f.structure.Exceptions[x].Kind = model.TimerFired
	id, ok := f.timers[timerKey{owner, name}]
	if !ok {
		id = model.TimerID(len(f.structure.Timers))
		f.timers[timerKey{owner, name}] = id
		f.structure.Timers = append(f.structure.Timers, model.Timer{Name: name, Owner: owner, Exception: x, Var: -1, Origin: first})
	}
	return id
}

// enterRepetition notes a `loop` or `rec`.
func (e *elaborator) enterRepetition(again bool) *repetition {
	r := &repetition{again: again}
	e.failures.repeats = append(e.failures.repeats, r)
	return r
}

// leaveRepetition settles which scopes have several instances because of it. A scope
// that has not may have because of a repetition further out.
func (e *elaborator) leaveRepetition() {
	f := &e.failures
	r := f.repeats[len(f.repeats)-1]
	f.repeats = f.repeats[:len(f.repeats)-1]
	if r.again {
		for _, s := range r.scopes {
			f.structure.Scopes[s].Looped = true
		}
		return
	}
	if len(f.repeats) == f.within {
		return
	}
	outer := f.repeats[len(f.repeats)-1]
	if len(outer.scopes) < len(r.scopes) {
		outer.scopes, r.scopes = r.scopes, outer.scopes
	}
	outer.scopes = append(outer.scopes, r.scopes...)
}

// enterThread makes the next thread of a `par` the present one, and gives the one before.
func (e *elaborator) enterThread(par *model.Par) model.ThreadID {
	f := &e.failures
	before := f.thread
	if e.concrete {
		f.thread = model.ThreadID(len(f.structure.Threads))
		f.structure.Threads = append(f.structure.Threads, before)
		par.IDs = append(par.IDs, f.thread)
	}
	return before
}

// structureOf is what the choreography says about failures: nothing at all if it has none.
func (e *elaborator) structureOf(threads bool) model.Structure {
	f := &e.failures
	s := f.structure
	if threads || len(s.Scopes)+len(s.Exceptions)+len(s.Timers) > 0 {
		return s
	}
	for _, p := range f.pars {
		p.IDs = nil
	}
	return model.Structure{}
}

func (e *elaborator) wait(n *Wait, sc *scopeEnv) model.Seq {
	origin := e.origin(n, n.At)
	if id, ok := e.oneRole(n.Owner, sc).known(); ok {
		return model.Seq{&model.Delay{At: id, Origin: origin}}
	}
	return nil
}

// raise walks `raise E at A` and `raise again at A`. Block knows that
// nothing goes on behind it.
func (e *elaborator) raise(n *Raise, sc *scopeEnv) model.Seq {
	origin := e.origin(n, n.At)
	owner := e.oneRole(n.Owner, sc)
	at, known := owner.known()
	if !n.Again {
		if n.Exception.Name == "" {
			return nil
		}
		e.failures.mentioned[n.Exception.Name] = struct{}{}
		if !known || !e.concrete {
			return nil
		}
		return model.Seq{&model.RaiseStmt{At: at, Exception: e.exception(n.Exception.Name, origin), Origin: origin}}
	}
	h := sc.handler
	if h == nil {
		e.fail(diag.RaiseAgainOutside, n.At, "move it into a handler, or name the exception: `raise E at A`",
			"`raise again` stands in no handler, so there is nothing to raise again")
		return nil
	}
	if !known || !e.concrete {
		return nil
	}
	if !h.any {
		return model.Seq{&model.RaiseStmt{At: at, Exception: h.exception, Origin: origin}}
	}
	taker, ok := h.owner.known()
	if ok && taker != at {
		e.failWith(diag.RaiseAgainElsewhere, n.Owner.At, h.at, "the handler is its own", "let `"+h.owner.name+"` raise it again, or raise an exception by its name",
			"only `%s` knows which exception this handler has taken", h.owner.name)
	}
	return model.Seq{&model.RaiseAgain{At: at, Origin: origin}}
}

// within walks a timer.
func (e *elaborator) within(n *Within, sc *scopeEnv) (model.Seq, bool) {
	origin := e.origin(n, head(n.At, n.Owner.At))
	owner := e.oneRole(n.Owner, sc)
	if n.Timer.Name != "" {
		e.failures.mentioned[n.Timer.Name] = struct{}{}
	}
	body, over := e.block(n.Body.Items, sc)
	id, known := owner.known()
	if !known || !e.concrete || n.Timer.Name == "" {
		return nil, over
	}
	return model.Seq{&model.Within{Timer: e.timer(id, n.Timer.Name, origin), At: id, Body: body, Origin: origin}}, over
}

// head is the place of a statement up to its last word before the block.
func head(all, last Span) Span {
	if last.End <= all.Start || last.End > all.End {
		return all
	}
	return Span{Start: all.Start, End: last.End}
}

func (n *Try) head() Span {
	if n.Name.At.Len() > 0 {
		return head(n.At, n.Name.At)
	}
	return Span{Start: n.At.Start, End: min(n.At.Start+len("try"), n.At.End)}
}

// try walks a scope, with what comes finally.
func (e *elaborator) try(n *Try, sc *scopeEnv) (model.Seq, bool) {
	f := &e.failures
	out := &model.Try{Origin: e.origin(n, n.head())}
	outer, within := f.position, f.within
	var body model.PositionID
	if e.concrete {
		e.charge(len(n.Handlers)+len(n.Ignores), n.At)
		out.Scope, body = e.newScope(n, out.Origin)
		f.position, f.within = body, len(f.repeats)
	} else {
		e.warnTry(n)
	}
	var over bool
	out.Body, over = e.block(n.Body.Items, sc)
	for i := range n.Handlers {
		if e.concrete {
			f.position = body + model.PositionID(i+1)
		}
		seq, o := e.handler(&n.Handlers[i], out.Scope, i, sc)
		out.Handlers = append(out.Handlers, seq)
		over = over && o
	}
	f.position, f.within = outer, within
	for i := range n.Ignores {
		ig := &n.Ignores[i]
		origin := e.origin(ig, ig.At)
		at, known := e.oneRole(ig.Owner, sc).known()
		if known && e.concrete && ig.Label.Name != "" {
			out.Ignores = append(out.Ignores, model.IgnoreMessage{At: at, Label: e.label(ig.Label.Name), Origin: origin})
		}
	}
	var seq model.Seq
	if e.concrete {
		seq = append(seq, out)
	}
	if n.Finally == nil {
		return seq, over
	}
	if over && e.concrete {
		if len(n.Finally.Items) > 0 {
			e.dead = append(e.dead, deadItem{n.Finally.Items[0], n.head()})
		}
		return seq, true
	}
	last, over := e.block(n.Finally.Items, sc)
	return append(seq, last...), over
}

// newScope numbers a scope and its parts, and gives the position of its body.
func (e *elaborator) newScope(n *Try, origin model.Origin) (model.ScopeID, model.PositionID) {
	f := &e.failures
	id := model.ScopeID(len(f.structure.Scopes))
	f.structure.Scopes = append(f.structure.Scopes, model.Scope{
		Name: n.Name.Name, Outer: f.position, Handlers: make([]model.Handler, len(n.Handlers)),
		DiscardLate: n.DiscardLate, Agreed: n.Agreed, Thread: f.thread, Origin: origin,
	})
	body := model.PositionID(len(f.structure.Positions))
	for part := range len(n.Handlers) + 1 {
		f.structure.Positions = append(f.structure.Positions, model.Position{Scope: id, Part: part})
	}
	if len(f.repeats) > f.within {
		r := f.repeats[len(f.repeats)-1]
		r.scopes = append(r.scopes, id)
	}
	if n.Name.Name != "" {
		f.scopeIDs[n.Name.Name] = append(f.scopeIDs[n.Name.Name], id)
	}
	return id, body
}

func (e *elaborator) handler(h *Handler, scope model.ScopeID, i int, sc *scopeEnv) (model.Seq, bool) {
	env := &handlerEnv{at: head(h.At, h.Owner.At), any: h.Any}
	out := model.Handler{Any: h.Any, Exception: -1, Origin: e.origin(h, env.at)}
	env.owner = e.oneRole(h.Owner, sc)
	out.At, _ = env.owner.known()
	switch {
	case h.Any:
	case h.Crashed != nil:
		if crashed, ok := e.oneRole(*h.Crashed, sc).known(); ok && e.concrete {
			out.Exception = e.crashOf(crashed, out.Origin)
		}
	case h.Exception.Name != "":
		e.failures.mentioned[h.Exception.Name] = struct{}{}
		if e.concrete {
			out.Exception = e.exception(h.Exception.Name, out.Origin)
		}
	}
	env.exception = out.Exception
	if e.concrete {
		e.failures.structure.Scopes[scope].Handlers[i] = out
	}
	around := sc.handler
	sc.handler = env
	seq, over := e.block(h.Body.Items, sc)
	sc.handler = around
	return seq, over
}

// warnTry looks at what the text of a scope says by itself, once.
func (e *elaborator) warnTry(n *Try) {
	if name := n.Name.Name; name != "" {
		if _, ok := e.failures.scopeIDs[name]; !ok {
			e.failures.scopeIDs[name] = nil
		}
	}
	if len(n.Handlers) > 0 {
		return
	}
	word := ""
	switch {
	case n.DiscardLate:
		word = "discard late"
	case n.Agreed:
		word = "agreed"
	default:
		return
	}
	e.add(diag.Diagnostic{
		Code: diag.NothingHandled, Severity: diag.Warning, Message: "`" + word + "` means nothing here: the scope has no handler",
		Primary: diag.Label{Span: n.head()}, Help: "add a handler, `on E at A { .. }`, or remove `" + word + "`",
	})
}

// rejectDeclaration reports declarations in a block.
func (e *elaborator) rejectDeclaration(it Item) {
	if e.depth > 0 && isDeclaration(it) {
		if _, bad := it.(*BadItem); !bad {
			e.fail(diag.NestedDeclaration, it.Pos(), "move it to the top of the text", "a declaration cannot stand inside a block")
		}
	}
}

// setting is what the environments of this choreography are resolved against.
func (e *elaborator) setting() Setting {
	s := Setting{
		Roles: e.modelRoles, Params: e.paramValues(), Channels: e.channels, Label: e.label,
		Carries: func(m Message) bool {
			return len(e.payloads[payloadKey{m.From, m.To, m.Label}].types) > 0
		},
		Origin: func(at Span) model.Origin { return e.origin(at, at) },
		Scopes: func() map[string][]model.ScopeID { return e.failures.scopeIDs },
	}
	if len(e.failures.structure.Scopes) > 0 || e.bag.Failed() {
		s.Raised = e.exception
	}
	return s
}

// scopeCandidates are the names of scopes, in the order of the alphabet.
func (e *elaborator) scopeCandidates(scopes map[string][]model.ScopeID) []candidate {
	var list []candidate
	for name := range scopes {
		list = append(list, candidate{name: name})
	}
	slices.SortFunc(list, func(x, y candidate) int {
		switch {
		case x.name < y.name:
			return -1
		case x.name > y.name:
			return 1
		}
		return 0
	})
	return list
}
