package model

import "slices"

// scopeContext is where a node of a role's graph stands: a list of parts of scopes,
// innermost first, that ends with the part outside any scope.
type scopeContext struct {
	outer    *scopeContext // nil outside any scope
	position PositionID
	part     int
	graph    *scopeGraph // of the scope; nil outside
	depth    int
	timers   []armed     // of this role, around the node; those around a thread are not among them
	again    ExceptionID // what the handler `on any` around has taken; -1: none
}

// armed is a timer with the place of its `within`.
type armed struct {
	timer  TimerID
	origin Origin
}

// scopeGraph is what a scope is for one role.
type scopeGraph struct {
	scope    *Scope
	id       ScopeID
	owner    *projector // whose nodes its handlers are
	handlers []handlerGraph
	ignores  []IgnoreMessage
}

// handlerGraph has the first node of the role's part of a handler: one for each
// exception if the handler takes any and raises it again, else the one for -1.
type handlerGraph struct{ starts map[ExceptionID]int }

func (h handlerGraph) start(e ExceptionID) int {
	if n, ok := h.starts[e]; ok {
		return n
	}
	return h.starts[-1]
}

func (p *projector) enter(g *scopeGraph, part int) {
	p.ctx = &scopeContext{
		outer: p.ctx, position: p.position(g.id, part), part: part, graph: g, depth: p.ctx.depth + 1,
		timers: p.ctx.timers, again: p.ctx.again,
	}
}

func (p *projector) position(s ScopeID, part int) PositionID {
	return p.positions[Position{s, part}]
}

// within builds a block with a timer of its owner; for all others it is nothing
// but its body.
func (p *projector) within(st *Within, next int) (int, error) {
	if p.role != st.At {
		return p.seq(st.Body, next)
	}
	before := p.ctx
	inside := *before
	inside.timers = append(slices.Clone(before.timers), armed{st.Timer, st.Origin})
	p.ctx = &inside
	start, err := p.seq(st.Body, next)
	p.ctx = before
	return start, err
}

// try builds a scope. Its beginning, the end of its body, and the beginning and
// end of each handler are nodes of their own, so that a walk along silent edges
// sees what it goes through.
func (p *projector) try(st *Try, next int) (int, error) {
	before := p.ctx
	defer func() { p.ctx = before }()
	scope := &p.choreography.Scopes[st.Scope]
	g := &scopeGraph{scope: scope, id: st.Scope, owner: p, handlers: make([]handlerGraph, len(st.Handlers)), ignores: st.Ignores}
	for h, body := range st.Handlers {
		g.handlers[h].starts = map[ExceptionID]int{}
		for _, e := range p.retakes(scope.Handlers[h], body) {
			p.ctx = before
			p.enter(g, h+1)
			p.ctx.again = e
			if !scope.Handlers[h].Any {
				p.ctx.again = scope.Handlers[h].Exception
			}
			end := p.add(graphNode{silent: []silentEdge{{to: next}}, handlerEnd: HandlerRef{st.Scope, h + 1}, ends: true, origin: st.Origin})
			first, err := p.seq(body, end)
			if err != nil {
				return 0, err
			}
			g.handlers[h].starts[e] = p.add(graphNode{silent: []silentEdge{{to: first}}, origin: scope.Handlers[h].Origin})
		}
	}
	p.ctx = before
	p.enter(g, 0)
	end := p.add(graphNode{silent: []silentEdge{{to: next}}, ends: true, origin: st.Origin})
	first, err := p.seq(st.Body, end)
	p.ctx = before
	return p.add(graphNode{silent: []silentEdge{{to: first}}, origin: st.Origin}), err
}

// leave leads to a node further out, through the ends of all parts of scopes that
// are left on the way: to go on elsewhere ends them as well.
func (p *projector) leave(to int, origin Origin) int {
	var left []*scopeContext
	for x := p.ctx; x.depth > p.nodes[to].ctx.depth; x = x.outer {
		left = append(left, x)
	}
	for _, x := range slices.Backward(left) {
		to = p.add(graphNode{silent: []silentEdge{{to: to}}, ends: true, origin: origin, ctx: x})
	}
	return to
}

// retakes lists the exceptions for which a handler needs a part of its own: those
// that the role can raise again in it; else -1.
func (p *projector) retakes(h Handler, body Seq) []ExceptionID {
	if !h.Any || h.At != p.role || !raisesAgain(body, p.role) {
		return []ExceptionID{-1}
	}
	var out []ExceptionID
	for e, x := range p.choreography.Exceptions {
		if x.Kind != CrashNoticed {
			out = append(out, ExceptionID(e))
		}
	}
	if len(out) == 0 {
		return []ExceptionID{-1}
	}
	return out
}

// raisesAgain reports whether a role raises again what a handler has taken. Handlers
// inside it speak of what they have taken themselves, but a part too many does no harm.
func raisesAgain(s Seq, r RoleID) bool {
	found := false
	s.walk(func(st Stmt) {
		again, ok := st.(*RaiseAgain)
		found = found || ok && again.At == r
	})
	return found
}

// taker finds the handler that takes an exception at the role, raised at a place:
// the innermost one. It is nil if nobody takes it.
func (p *projector) taker(ctx *scopeContext, e ExceptionID) (*scopeContext, int) {
	crash := p.choreography.Exceptions[e].Kind == CrashNoticed
	for c := ctx; c.graph != nil; c = c.outer {
		if c.part != 0 {
			continue
		}
		for i, h := range c.graph.scope.Handlers {
			if h.At == p.role && (h.Any && !crash || !h.Any && h.Exception == e) {
				return c, i
			}
		}
	}
	return nil, 0
}

// raise is the action that raises an exception at a place.
func (p *projector) raise(ctx *scopeContext, kind Kind, e ExceptionID, origin Origin) action {
	a := action{label: actionLabel{kind: kind, exception: e, thread: p.thread}, origins: []Origin{origin}, to: Failed}
	a.label.places = []Place{{Position: ctx.position}}
	c, h := p.taker(ctx, e)
	if c == nil {
		return a
	}
	a.label.handler = HandlerRef{c.graph.id, h + 1}
	a.label.thread = p.beside(c.graph.scope.Thread) // whatever runs beside the thread of the action, inside the scope, ends as well
	a.label.places = []Place{{Position: p.position(c.graph.id, h+1)}}
	a.label.enters = c.graph
	a.to = toOuter
	if c.graph.owner == p {
		a.to = c.graph.handlers[h].start(e)
	}
	return a
}

// arrive turns an action that leads out of a thread into one of this projector, if
// the scope is one of its own.
func (p *projector) arrive(a action) action {
	if a.to == toOuter && a.label.enters.owner == p {
		a.to = a.label.enters.handlers[a.label.handler.Part-1].start(a.label.exception)
	}
	return a
}

// findSenders lists who sends which labels to whom.
func findSenders(c *Choreography) map[MessagesOf]bool {
	out := map[MessagesOf]bool{}
	for _, m := range c.Strays {
		out[m] = true
	}
	c.Body.walk(func(st Stmt) {
		if st, ok := st.(*Interaction); ok {
			out[MessagesOf{st.From, st.To, st.Label}] = true
		}
	})
	return out
}

// addIgnores lets the role drop what it ignores, in each local state that may lie
// in the scope and has no receive of it.
func (p *projector) addIgnores(d *determinised) {
	ignores := findIgnores(p.choreography, p.role)
	if len(ignores) == 0 {
		return
	}
	for i := range d.states {
		s := &d.states[i]
		for _, ig := range ignores {
			if !slices.ContainsFunc(s.in, func(q PositionID) bool { return p.choreography.Positions[q].Scope == ig.scope }) {
				continue
			}
			for from := range p.choreography.Roles {
				m := MessagesOf{RoleID(from), p.role, ig.message.Label}
				expected := slices.ContainsFunc(s.actions, func(a action) bool {
					return (a.label.kind == Receive || a.label.kind == Ignore) && a.label.peer == m.From && a.label.label == m.Label
				})
				if expected || !p.senders[m] {
					continue
				}
				label := actionLabel{kind: Ignore, peer: m.From, label: m.Label}
				s.actions = append(s.actions, action{label, []Origin{ig.message.Origin}, i})
			}
		}
	}
}

type scopedIgnore struct {
	scope   ScopeID
	message IgnoreMessage
}

func findIgnores(c *Choreography, r RoleID) []scopedIgnore {
	var out []scopedIgnore
	c.Body.walk(func(st Stmt) {
		if st, ok := st.(*Try); ok {
			for _, ig := range st.Ignores {
				if ig.At == r {
					out = append(out, scopedIgnore{st.Scope, ig})
				}
			}
		}
	})
	return out
}
