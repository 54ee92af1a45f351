package model

import "slices"

// A crash is noticed once: the innermost scope whose body the role is in, or at the
// end of, takes it. Where the role has gone on from the end of a body that takes the
// crash, the scopes around that body do not take it any more, until the role acts.
//
// How far that goes is a number for each world and crash: so many of the outermost
// scopes around the world leave the crash to what lies behind. If several ways lead
// to a world, it is the least number that counts: the role may have come that way.

// coverage is the number of each world that silent edges lead to from the seeds.
type coverage map[world]int

// findCrashes lists the crashes that a role has handlers for.
func (p *projector) findCrashes() []ExceptionID {
	var out []ExceptionID
	for e, x := range p.choreography.Exceptions {
		if x.Kind == CrashNoticed && slices.ContainsFunc(p.choreography.Scopes, func(s Scope) bool { return s.takesCrash(ExceptionID(e), p.role) }) {
			out = append(out, ExceptionID(e))
		}
	}
	return out
}

// takesCrash reports whether a scope has a handler of the role for a crash.
func (s *Scope) takesCrash(e ExceptionID, r RoleID) bool {
	return slices.ContainsFunc(s.Handlers, func(h Handler) bool { return h.At == r && !h.Any && h.Exception == e })
}

// cover follows silent edges from the seeds.
func (c *closer) cover(e ExceptionID, seeds []world) coverage {
	least := coverage{}
	var stack []world
	visit := func(w world, depth int) {
		if known, seen := least[w]; !seen || depth < known {
			least[w] = depth
			stack = append(stack, w)
		}
	}
	for _, w := range seeds {
		visit(w, 0)
	}
	for len(stack) > 0 {
		w := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		c.work++
		node := &c.p.nodes[w.node()]
		if node.decides {
			continue
		}
		depth := least[w]
		switch {
		case node.ends && node.ctx.part == 0 && node.ctx.graph.scope.takesCrash(e, c.p.role):
			depth = max(depth, node.ctx.depth-1)
		case slices.Contains(node.passed, e):
			depth = max(depth, node.ctx.depth)
		}
		for _, s := range node.silent {
			visit(c.along(w, s.to), min(depth, c.p.nodes[s.to].ctx.depth))
		}
	}
	return least
}

// coverages is what cover finds for each crash that the role has handlers for.
func (c *closer) coverages(seeds []world) []coverage {
	var out []coverage
	for _, e := range c.crashes {
		out = append(out, c.cover(e, seeds))
	}
	return out
}

// coveragesKey tells sets of worlds apart in which crashes are taken differently.
func coveragesKey(list []coverage, worlds []world) string {
	var numbers []int
	for _, cover := range list {
		for _, w := range worlds {
			numbers = append(numbers, cover[w])
		}
	}
	return intsKey(numbers)
}

// taken lists the crashes that are taken, inside the thread which the projector is
// about, in all of the worlds of a kind.
func (c *closer) taken(worlds []world, cover []coverage, of func(*graphNode) bool) []ExceptionID {
	var out []ExceptionID
	for i, e := range c.crashes {
		inside := func(w world) bool {
			n := &c.p.nodes[w.node()]
			taker, _ := c.p.taker(n.ctx, e)
			return !of(n) || cover[i][w] > 0 || taker != nil && taker.graph.owner == c.p || slices.Contains(n.held, e)
		}
		if !slices.ContainsFunc(worlds, func(w world) bool { return !inside(w) }) {
			out = append(out, e)
		}
	}
	return out
}
