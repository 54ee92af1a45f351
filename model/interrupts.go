package model

import "slices"

// What can strike a role in a place, rather than being done by it: messages of
// handlers that interrupt it, its timers, crashes that it may notice, and the
// exceptions of environments.

// positions lists the parts of scopes that the role may be in, in a set of worlds.
func (c *closer) positions(worlds []world) []PositionID {
	var out []PositionID
	add := func(q PositionID) {
		if at, known := slices.BinarySearch(out, q); !known {
			out = slices.Insert(out, at, q)
		}
	}
	for _, w := range worlds {
		n := &c.p.nodes[w.node()]
		for x := n.ctx; x.graph != nil; x = x.outer {
			add(x.position)
		}
		for _, q := range n.in {
			add(q)
		}
	}
	return out
}

// strikes lists what can strike the role in a set of worlds, which it leaves by
// the given alternatives otherwise.
func (c *closer) strikes(worlds []world, ordinary []alternative) []alternative {
	var out []alternative
	at := map[string]int{}
	add := func(alt alternative) {
		alt.key = alt.label.through(HandlerRef{}).key()
		if i, ok := at[alt.key]; ok {
			for _, t := range alt.targets {
				if !slices.Contains(out[i].targets, t) {
					out[i].targets = append(slices.Clip(out[i].targets), t)
				}
			}
			alt.targets = nil
			out[i] = union(out[i], alt)
			return
		}
		at[alt.key] = len(out)
		out = append(out, alt)
	}
	for _, w := range worlds {
		for _, alt := range c.interrupts(w) {
			if !c.leadsAlike(alt, ordinary) {
				add(alt)
			}
		}
	}
	out = separate(out)
	clear(at) // what follows is no receive
	for _, w := range worlds {
		for _, a := range c.exceptions(w) {
			add(newAlternative(c.placed(w, a.label), a))
		}
	}
	c.warnTimers(worlds)
	return out
}

// leadsAlike reports whether what the role does in the ordinary way already takes
// the message of an interrupt, and leads to the same place. If it leads elsewhere,
// both are possible, and that is an ambiguity.
func (c *closer) leadsAlike(interrupt alternative, ordinary []alternative) bool {
	for _, alt := range ordinary {
		l := alt.label
		if l.kind != Receive || l.handler.Part > 0 || l.peer != interrupt.label.peer || l.label != interrupt.label.label {
			continue
		}
		outside := func(t world) bool { return !slices.Contains(alt.targets, t) }
		if slices.Equal(l.stores, interrupt.label.stores) && !slices.ContainsFunc(interrupt.targets, outside) {
			return true
		}
		if act := interrupt.origins[0]; !c.warned[act] {
			c.warned[act] = true
			c.ambiguities = append(c.ambiguities, Ambiguity{Kind: AmbiguousInterrupt, Role: c.p.role, Act: act, Other: alt.origins[0]})
		}
	}
	return false
}

// interrupts lists the messages that take the role out of a body that it is in, or
// at the end of, and into a handler.
func (c *closer) interrupts(w world) []alternative {
	var out []alternative
	for _, o := range c.openings(w, 0) {
		out = append(out, c.firstReceives(o.start, o.handler)...)
	}
	return out
}

// opening is the beginning of the role's part of a handler. The role has been in the
// scopes of at most the given depth around it before; further in it is for the first time.
type opening struct {
	start   world
	handler HandlerRef
	depth   int
}

// firstReceives lists the receives that the role can come to first from the
// beginning of its part of a handler, and those of handlers of scopes that it would be
// in then: whoever has not been told of the handler has not been told of theirs.
func (c *closer) firstReceives(start world, handler HandlerRef) []alternative {
	if known, ok := c.first[start]; ok {
		return known
	}
	var out []alternative
	todo := []opening{{start, handler, c.p.nodes[start.node()].ctx.depth}}
	for i := 0; i < len(todo); i++ {
		var by, further HandlerRef
		if start.fresh() == 0 {
			further = handler
		}
		if i > 0 {
			by = further
		}
		found, inner := c.open(todo[i], by, further)
		out = append(out, found...)
		for _, o := range inner {
			if !slices.Contains(todo, o) {
				todo = append(todo, o)
			}
		}
	}
	c.first[start] = out
	return out
}

// separate makes of interrupts that agree in all but the handlers that they go through
// one for each of these handlers: the role cannot tell which it is. Each keeps the places
// that go through none, and those which differ from one of them only in the handler
// are dropped: what leads to the same place without that handler comes first.
func separate(interrupts []alternative) []alternative {
	var out []alternative
	for _, alt := range interrupts {
		var plain, through []Place
		for _, pl := range alt.label.places {
			if pl.Through.Part == 0 {
				plain = append(plain, pl)
			}
		}
		var handlers []HandlerRef
		for _, pl := range alt.label.places {
			direct := func(q Place) bool { return q.Position == pl.Position && q.Fresh == pl.Fresh }
			if pl.Through.Part > 0 && !slices.ContainsFunc(plain, direct) {
				through = append(through, pl)
				if !slices.Contains(handlers, pl.Through) {
					handlers = append(handlers, pl.Through)
				}
			}
		}
		if len(handlers) == 0 {
			alt.label.places = plain
			out = append(out, alt)
		}
		for _, h := range handlers {
			one := alt
			one.label.places = slices.Clone(plain)
			for _, pl := range through {
				if pl.Through == h {
					one.label.places = append(one.label.places, pl)
				}
			}
			one.key = one.label.key()
			out = append(out, one)
		}
	}
	return out
}

// through is the label with all its places going through a handler; Part 0: through none.
func (l actionLabel) through(h HandlerRef) actionLabel {
	l.places = slices.Clone(l.places)
	for i := range l.places {
		l.places[i].Through = h
	}
	return l
}

// open lists the first receives of one handler, and the handlers of the scopes that it
// leads into the bodies of. A world beyond the end of the handler counts only if it
// cannot be reached otherwise: those reached without going through the end are looked
// at first. The receives go through handler by; those that enter handlers of scopes in
// threads, which have been looked into with the thread, through the handler further.
func (c *closer) open(o opening, by, further HandlerRef) (out []alternative, inner []opening) {
	type point struct {
		w     world
		depth int // of the least deep place on the way: scopes further in are new to the role
	}
	seen, received := map[point]bool{}, map[world]bool{}
	visit := func(stack []point, beyond bool) (ends []point) {
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[at] || beyond && received[at.w] {
				continue
			}
			seen[at] = true
			c.work++
			node := &c.p.nodes[at.w.node()]
			for _, a := range node.actions {
				inThread := a.label.handler.Part > 0
				if received[at.w] || a.label.kind != Receive || inThread && beyond {
					continue
				}
				label := c.placed(at.w, a.label)
				if inThread {
					out = append(out, newAlternative(label.through(further), a))
					continue
				}
				label.handler = o.handler
				if beyond {
					label.onlyIf = o.handler
				}
				out = append(out, newAlternative(label.through(by), a))
			}
			received[at.w] = true
			if !beyond && (node.point() || node.ends) {
				inner = append(inner, c.openings(at.w, at.depth)...)
			}
			if node.decides {
				continue
			}
			for _, e := range slices.Backward(node.silent) {
				to := point{c.along(at.w, e.to), min(at.depth, c.p.nodes[e.to].ctx.depth)}
				if node.handlerEnd == o.handler {
					ends = append(ends, to)
				} else {
					stack = append(stack, to)
				}
			}
		}
		return ends
	}
	visit(visit([]point{{o.start, o.depth}}, false), true)
	return out, inner
}

// openings lists the handlers of other roles that can interrupt in a world: those of
// the bodies around it further in than the given depth.
func (c *closer) openings(w world, depth int) []opening {
	here := c.p.nodes[w.node()].ctx
	var out []opening
	for x := here; x.graph != nil && x.graph.owner == c.p && x.depth > depth; x = x.outer {
		if x.part != 0 {
			continue
		}
		fresh := max(0, w.fresh()-(here.depth-x.depth))
		for h, handler := range x.graph.scope.Handlers {
			if handler.At != c.p.role {
				out = append(out, opening{worldOf(x.graph.handlers[h].start(-1), fresh), HandlerRef{x.graph.id, h + 1}, depth})
			}
		}
	}
	return out
}

// exceptions lists the exceptions that can strike the role in a world: those of
// its timers, of crashes, and of environments.
func (c *closer) exceptions(w world) []action {
	p := c.p
	n := &p.nodes[w.node()]
	var out []action
	if n.point() {
		for _, t := range n.ctx.timers {
			a := p.raise(n.ctx, Timeout, p.choreography.Timers[t.timer].Exception, t.origin)
			a.label.timer = t.timer
			out = append(out, a)
		}
	}
	inBody, body := false, n.ctx
	for x := n.ctx; x.graph != nil && x.graph.owner == p; x = x.outer {
		inBody = inBody || x.part == 0
	}
	if !inBody {
		return out
	}
	for i, e := range c.crashes {
		if !n.point() && !n.ends {
			break
		}
		taker, h := p.taker(body, e)
		if taker == nil || taker.graph.owner != p || taker.depth <= c.covers[i][w] || slices.Contains(n.held, e) {
			continue
		}
		a := p.raise(body, CrashRaise, e, taker.graph.scope.Handlers[h].Origin)
		a.label.peer = p.choreography.Exceptions[e].Crashed
		out = append(out, a)
	}
	if n.point() {
		for _, e := range p.choreography.EndPoints {
			if e.Role == p.role {
				out = append(out, p.raise(body, EndRaise, e.Exception, e.Origin))
			}
		}
	}
	return out
}

// warnTimers looks for timers of blocks that the role cannot know to be in.
func (c *closer) warnTimers(worlds []world) {
	if len(worlds) < 2 {
		return
	}
	for _, w := range worlds {
		n := &c.p.nodes[w.node()]
		if !n.point() {
			continue
		}
		for _, t := range n.ctx.timers {
			for _, v := range worlds {
				m := &c.p.nodes[v.node()]
				if m.point() && !slices.Contains(m.ctx.timers, t) || m.accept {
					if !c.warned[t.origin] {
						c.warned[t.origin] = true
						c.ambiguities = append(c.ambiguities, Ambiguity{Kind: AmbiguousTimer, Role: c.p.role, Act: t.origin, Other: m.origin, Choice: c.choice(w.node(), v.node())})
					}
				}
			}
		}
	}
}
