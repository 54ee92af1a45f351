package twin

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// placeKind tells what a role finds at a place.
type placeKind uint8

const (
	actionPlace placeKind = iota // an action of its own
	deadPlace                    // a raise by somebody else
	threadEnd                    // the end of a thread, of which others may go on
	overPlace                    // its part is over
	circlePlace                  // it goes round for ever without an action
)

// place is what a role may come to next.
type place struct {
	kind   placeKind
	stmt   model.Stmt // the action
	branch int        // of a decision that is a step of its own: which way
	at     *frame     // the stack with the action on top
	then   *frame     // the stack after the action
	where  *spot
	path   path
}

// path is what a role goes through on its way to a place.
type path struct {
	ended     []inScope // bodies that came to their end
	closed    []inScope // handlers that came to their end
	decisions string    // its own decisions, which sends make
	turns     []turn    // the same
	standing  *place    // where the first of them is made
	leaving   *frame    // the handler that the walk began in; its normal end sets left
	left      *model.HandlerRef
	beside    []taken // what other threads take, or have taken
}

// turn is a decision of the role: where it is made, and which way.
type turn struct {
	where string
	way   int
}

// taken is a crash that is taken in a thread, and where the par of that thread stands.
type taken struct {
	crash model.ExceptionID
	rest  *frame
	where *spot
}

// inScope is a scope in the body of which a role is, or was until now.
type inScope struct {
	scope *frame
	where *spot
}

// stance is where the role is at a place: one that still has to decide stands where
// the choice does, also if a send behind it makes the decision.
func (p place) stance() place {
	if p.path.standing != nil {
		return *p.path.standing
	}
	return p
}

// outcome tells how a walk came out, apart from places.
type outcome struct {
	over  bool // it may be over
	end   bool // it may be at `end`
	other bool // it may be at an action or at a raise by others
}

func (o outcome) or(p outcome) outcome {
	return outcome{o.over || p.over, o.end || p.end, o.other || p.other}
}

// walker finds the places of one role.
type walker struct {
	c        *model.Choreography
	role     model.RoleID
	names    names
	seen     map[string]bool
	open     map[string]bool // what is being walked
	deciding map[string]bool // the decisions that are being looked into
	circle   bool            // one of them was come back to
	places   []place
}

func (w *walker) emit(p place) { w.places = append(w.places, p) }

// walk finds the places of a whole term.
func (w *walker) term(t *term, s *spot, p path) outcome {
	if t.par == nil {
		return w.stack(t.stack, s, p)
	}
	var each [][]place
	var outs []outcome
	saved := w.places
	for i, k := range t.kids {
		w.places = nil
		outs = append(outs, w.term(k, &spot{t, i, s}, p))
		each = append(each, w.places)
	}
	w.places = saved
	for e := range w.c.Exceptions {
		here := taken{model.ExceptionID(e), t.rest, s}
		over := false
		for i := range each {
			if w.takenIn(each[i], here, func(place) bool { return true }) {
				for j := range each {
					for n := range each[j] {
						if j != i {
							each[j][n].path.beside = append(slices.Clone(each[j][n].path.beside), here)
						}
					}
				}
			}
			over = over || w.takenIn(each[i], here, func(p place) bool { return p.kind == threadEnd && p.where.node == t })
		}
		if over {
			p.beside = append(slices.Clone(p.beside), here)
		}
	}
	all := outcome{over: true}
	for i, o := range outs {
		if o.end && !o.over && !o.other { // this thread ends the role, now
			w.places = append(w.places, each[i]...)
			return outcome{end: true}
		}
		all.end = all.end || o.end
		all.other = all.other || o.other
		all.over = all.over && o.over
	}
	for _, e := range each {
		w.places = append(w.places, e...)
	}
	if all.over {
		after := w.stack(t.rest, s, p)
		all.over = after.over
		return all.or(after)
	}
	return all
}

// takenIn reports whether a crash is taken inside a thread at all places of a kind.
func (w *walker) takenIn(places []place, par taken, of func(place) bool) bool {
	return !slices.ContainsFunc(places, func(p place) bool {
		if !of(p) {
			return false
		}
		inside := func(s inScope) bool {
			return !standsInFrames(par.rest, par.where, s.scope) && takesCrash(w.c, w.role, s.scope.try.Scope, par.crash) >= 0
		}
		return !slices.ContainsFunc(bodies(p.stance()), inside) &&
			!slices.ContainsFunc(p.path.beside, func(b taken) bool { return b.crash == par.crash && b.where != par.where })
	})
}

// takesCrash is the handler of a role for a crash, or -1.
func takesCrash(c *model.Choreography, role model.RoleID, s model.ScopeID, e model.ExceptionID) int {
	return slices.IndexFunc(c.Scopes[s].Handlers, func(h model.Handler) bool {
		return c.Exceptions[e].Kind == model.CrashNoticed && !h.Any && h.Exception == e && h.At == role
	})
}

func (w *walker) stack(f *frame, s *spot, p path) outcome {
	key := fmt.Sprint(w.names.frame(f), w.names.spot(s), p.decisions, "L", p.left)
	for _, b := range p.beside {
		key += fmt.Sprint("b", b.crash, w.names.frame(b.rest), w.names.spot(b.where))
	}
	for _, e := range p.ended {
		key += "e" + w.names.frame(e.scope)
	}
	if w.seen[key] {
		if w.open[key] && len(p.ended) > 0 {
			w.emit(place{kind: circlePlace, where: s, path: p})
		}
		return outcome{}
	}
	w.seen[key] = true
	if w.open == nil {
		w.open = map[string]bool{}
	}
	w.open[key] = true
	defer delete(w.open, key)
	if f == nil {
		kind := overPlace
		if s != nil {
			kind = threadEnd
		}
		w.emit(place{kind: kind, where: s, path: p})
		return outcome{over: true}
	}
	switch f.kind {
	case scopeFrame:
		if f.part == 0 {
			p = p.end(w.names, f, s)
			return w.stack(f.up, s, p)
		}
		if f == p.leaving {
			p.left = &model.HandlerRef{Scope: f.try.Scope, Part: f.part}
		}
		p.closed = append(slices.Clone(p.closed), inScope{f, s})
		return w.stack(f.up, s, p)
	case loopFrame:
		return w.decide(f, f.loop, f.loop.At, []*frame{push(f.loop.Body, f), f.up}, s, p)
	case recFrame, withinFrame:
		return w.stack(f.up, s, p)
	}
	if f.at == len(f.seq) {
		return w.stack(f.up, s, p)
	}
	next := &frame{kind: seqFrame, seq: f.seq, at: f.at + 1, up: f.up, taken: -1}
	return w.statement(f, f.seq[f.at], next, s, p)
}

// end notes that the body of a scope has come to its end.
func (p path) end(n names, f *frame, s *spot) path {
	for _, e := range p.ended {
		if n.frame(e.scope) == n.frame(f) {
			return p
		}
	}
	p.ended = append(slices.Clone(p.ended), inScope{f, s})
	return p
}

func (w *walker) statement(f *frame, st model.Stmt, next *frame, s *spot, p path) outcome {
	switch st := st.(type) {
	case *model.RaiseStmt:
		if st.At != w.role {
			w.emit(place{kind: deadPlace, at: f, where: s, path: p})
			return outcome{other: true}
		}
	case *model.RaiseAgain:
		if st.At != w.role {
			w.emit(place{kind: deadPlace, at: f, where: s, path: p})
			return outcome{other: true}
		}
	}
	if !takesPart(w.role, st, nil) {
		return w.stack(next, s, p)
	}
	switch st := st.(type) {
	case *model.Choice:
		var ways []*frame
		for _, b := range st.Branches {
			ways = append(ways, push(b.Body, next))
		}
		return w.decide(f, st, st.At, ways, s, p)
	case *model.Loop:
		return w.stack(&frame{kind: loopFrame, loop: st, up: next, taken: -1}, s, p)
	case *model.Rec:
		return w.stack(push(st.Body, &frame{kind: recFrame, rec: st, up: next, taken: -1}), s, p)
	case *model.Continue:
		g := f
		for g.kind != recFrame || g.rec != st.Target {
			switch {
			case g.kind == scopeFrame && g.part == 0:
				p = p.end(w.names, g, s)
			case g.kind == scopeFrame:
				p.closed = append(slices.Clone(p.closed), inScope{g, s})
			}
			g = g.up
		}
		return w.stack(push(st.Target.Body, g), s, p)
	case *model.Within:
		return w.stack(push(st.Body, &frame{kind: withinFrame, within: st, doubt: p.decisions != "", up: next, taken: -1}), s, p)
	case *model.Try:
		return w.stack(push(st.Body, &frame{kind: scopeFrame, try: st, up: next, fresh: true, taken: -1}), s, p)
	case *model.Par:
		t := &term{par: st, rest: next}
		for _, thread := range st.Threads {
			kid := &term{}
			if slices.ContainsFunc(thread, func(st model.Stmt) bool { return takesPart(w.role, st, nil) }) {
				kid.stack = push(thread, nil) // else the thread is none of the role's own
			}
			t.kids = append(t.kids, kid)
		}
		return w.term(t, s, p)
	case *model.End:
		w.emit(place{kind: overPlace, where: s, path: p})
		return outcome{end: true}
	}
	w.emit(place{kind: actionPlace, stmt: st, at: f, then: next, where: s, path: p})
	return outcome{other: true}
}

// decide goes on with all ways of a choice or loop. A decision of the role itself is
// a step of its own, unless everything that it can do first is a send.
func (w *walker) decide(f *frame, st model.Stmt, at model.RoleID, ways []*frame, s *spot, p path) outcome {
	var out outcome
	if at != w.role {
		for _, way := range ways {
			out = out.or(w.stack(way, s, p))
		}
		return out
	}
	key := w.names.frame(f) + w.names.spot(s)
	if w.deciding[key] {
		w.circle = true
		return outcome{other: true}
	}
	if w.sends(key, ways, s) {
		for i, way := range ways {
			q := p
			q.decisions += fmt.Sprintf("%d.%d ", w.names.of(st), i)
			q.turns = append(slices.Clip(p.turns), turn{key, i})
			if p.standing == nil {
				q.standing = &place{kind: actionPlace, at: f, where: s, path: p}
			}
			out = out.or(w.stack(way, s, q))
		}
		return out
	}
	for i, way := range ways {
		w.emit(place{kind: actionPlace, stmt: st, branch: i, at: f, then: way, where: s, path: p})
	}
	return outcome{other: true}
}

// sends reports whether everything that can be done first, in all ways, is a send.
func (w *walker) sends(key string, ways []*frame, s *spot) bool {
	inner := &walker{c: w.c, role: w.role, names: w.names, seen: map[string]bool{}, deciding: map[string]bool{key: true}}
	for k := range w.deciding {
		inner.deciding[k] = true
	}
	for _, way := range ways {
		inner.stack(way, s, path{})
	}
	if inner.circle {
		return false
	}
	return !slices.ContainsFunc(inner.places, func(p place) bool {
		i, ok := p.stmt.(*model.Interaction)
		return p.kind != circlePlace && (!ok || i.From != w.role)
	})
}
