package twin

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chorcheck/model"
)

// way is one way in which a transition can be meant.
type way struct {
	place   model.Place
	thread  model.ThreadID
	handler *model.HandlerRef // that it enters
}

// transition of a role, from one of its local states.
type transition struct {
	kind      model.Kind
	peer      model.RoleID
	label     model.LabelID
	exception model.ExceptionID
	timer     model.TimerID
	onlyIf    *model.HandlerRef
	ways      []way // by position, then by the scopes entered anew
	to        string
	fails     bool
}

// machine is what one role does. Local states are texts.
type machine interface {
	initial() string
	transitions(state string) []transition
	final(state string) bool
	in(state string) []model.PositionID
}

// treeMachine runs a role on the tree of a choreography. A local state is a set of
// terms: all that the role may be at, as far as it knows.
type treeMachine struct {
	c      *model.Choreography
	role   model.RoleID
	names  names
	start  string
	items  map[string][]*term
	ready  map[string]*localState
	ignore []ignored
}

// ignored is a message that the role drops in a scope.
type ignored struct {
	scope model.ScopeID
	from  model.RoleID
	label model.LabelID
}

type localState struct {
	transitions []transition
	final       bool
	in          []model.PositionID
}

func newTreeMachine(c *model.Choreography, role model.RoleID) *treeMachine {
	m := &treeMachine{c: c, role: role, names: names{}, items: map[string][]*term{}, ready: map[string]*localState{}}
	start := &term{}
	if slices.ContainsFunc(c.Body, func(st model.Stmt) bool { return takesPart(role, st, nil) }) {
		start.stack = push(c.Body, nil) // else it skips the whole text, raises included
	}
	m.start = m.state([]*term{start})
	senders := map[model.LabelID]map[model.RoleID]bool{}
	note := func(from model.RoleID, label model.LabelID) {
		if senders[label] == nil {
			senders[label] = map[model.RoleID]bool{}
		}
		senders[label][from] = true
	}
	var ignores []ignored
	each(c.Body, func(st model.Stmt) {
		switch st := st.(type) {
		case *model.Interaction:
			if st.To == role {
				note(st.From, st.Label)
			}
		case *model.Try:
			for _, i := range st.Ignores {
				if i.At == role {
					ignores = append(ignores, ignored{scope: st.Scope, label: i.Label})
				}
			}
		}
	})
	for _, s := range c.Strays {
		if s.To == role {
			note(s.From, s.Label)
		}
	}
	for _, i := range ignores {
		for _, from := range slices.Sorted(maps.Keys(senders[i.label])) {
			m.ignore = append(m.ignore, ignored{i.scope, from, i.label})
		}
	}
	return m
}

// each visits all statements of a tree.
func each(s model.Seq, visit func(model.Stmt)) {
	for _, st := range s {
		visit(st)
		switch st := st.(type) {
		case *model.Choice:
			for _, b := range st.Branches {
				each(b.Body, visit)
			}
		case *model.Loop:
			each(st.Body, visit)
		case *model.Rec:
			each(st.Body, visit)
		case *model.Within:
			each(st.Body, visit)
		case *model.Par:
			for _, t := range st.Threads {
				each(t, visit)
			}
		case *model.Try:
			each(st.Body, visit)
			for _, h := range st.Handlers {
				each(h, visit)
			}
		}
	}
}

// state is the text of a set of terms.
func (m *treeMachine) state(items []*term) string {
	byName := map[string]*term{}
	for _, t := range items {
		byName[m.names.term(t)] = t
	}
	keys := slices.Sorted(maps.Keys(byName))
	key := strings.Join(keys, " + ")
	if _, known := m.items[key]; !known {
		var list []*term
		for _, k := range keys {
			list = append(list, byName[k])
		}
		m.items[key] = list
	}
	return key
}

func (m *treeMachine) initial() string                       { return m.start }
func (m *treeMachine) transitions(state string) []transition { return m.look(state).transitions }
func (m *treeMachine) final(state string) bool               { return m.look(state).final }
func (m *treeMachine) in(state string) []model.PositionID    { return m.look(state).in }

// draft is a transition of one term, before those of several are put together.
type draft struct {
	transition
	group string // drafts of one group are the same thing to do
	item  *term
	turns []turn // how it is decided; the last one is where it is done
}

func (m *treeMachine) look(state string) *localState {
	if l, known := m.ready[state]; known {
		return l
	}
	l := &localState{}
	var drafts, interrupts []draft
	own := 0
	in := map[model.PositionID]bool{}
	for _, t := range m.items[state] {
		w := &walker{c: m.c, role: m.role, names: m.names, seen: map[string]bool{}}
		w.term(t, nil, path{})
		for _, p := range w.places {
			if p.kind == overPlace {
				l.final = true
				in[0] = true
			}
			p = p.stance()
			if p.kind == actionPlace || p.kind == deadPlace {
				in[m.placeOf(p.at, p.where).Position] = true
			}
			for _, e := range slices.Concat(p.path.ended, p.path.closed) { // until the role acts beyond
				in[m.placeOf(e.scope, e.where).Position] = true
			}
		}
		actions, strikes, found := m.drafts(w.places)
		drafts = append(slices.Insert(drafts, own, actions...), strikes...)
		own += len(actions)
		interrupts = append(interrupts, found...)
	}
	for _, d := range interrupts {
		// An interrupt that leads where the role goes anyway, wherever it is, is none.
		if !slices.ContainsFunc(drafts[:own], func(o draft) bool {
			return o.kind == model.Receive && o.peer == d.peer && o.label == d.label &&
				o.onlyIf == nil && m.ahead(o.item) == m.ahead(d.item)
		}) {
			drafts = append(drafts, d)
		}
	}
	l.in = slices.Sorted(maps.Keys(in))
	l.transitions = unite(m.join(drafts))
	m.ready[state] = l
	for _, i := range m.ignore {
		inside := slices.ContainsFunc(l.in, func(p model.PositionID) bool {
			return slices.ContainsFunc(m.c.Chain(p), func(q model.PositionID) bool { return m.c.Positions[q].Scope == i.scope })
		})
		has := slices.ContainsFunc(l.transitions, func(t transition) bool {
			return (t.kind == model.Receive || t.kind == model.Ignore) && t.peer == i.from && t.label == i.label
		})
		if inside && !has {
			l.transitions = append(l.transitions, transition{kind: model.Ignore, peer: i.from, label: i.label, to: state, ways: []way{{}}})
		}
	}
	return l
}

// join puts the drafts of each group together.
func (m *treeMachine) join(drafts []draft) []transition {
	var order []string
	groups := map[string][]draft{}
	for _, d := range drafts {
		if groups[d.group] == nil {
			order = append(order, d.group)
		}
		groups[d.group] = append(groups[d.group], d)
	}
	var out []transition
	var lists [][]draft
	for _, g := range order {
		switch groups[g][0].kind {
		case model.Send, model.Internal:
			lists = append(lists, inAllWays(groups[g], 0)...)
		default:
			lists = append(lists, groups[g])
		}
	}
	for _, list := range lists {
		t := list[0].transition
		t.ways = nil
		var items []*term
		for _, d := range list {
			if d.item != nil {
				items = append(items, d.item)
			}
			if !slices.ContainsFunc(t.ways, func(x way) bool { return x.place == d.ways[0].place }) {
				t.ways = append(t.ways, d.ways[0])
			}
		}
		sortWays(t.ways)
		if !t.fails {
			t.to = m.state(items)
		}
		out = append(out, separate(t)...)
	}
	return out
}

// inAllWays gives the ways in which a role can do something by itself that it may be about to do in several places: in each of them,
// in one way that it can have decided on. The decisions before a level have been made.
func inAllWays(drafts []draft, level int) [][]draft {
	var places []string
	at := map[string][]draft{}
	for _, d := range drafts {
		where := d.turns[level].where
		if at[where] == nil {
			places = append(places, where)
		}
		at[where] = append(at[where], d)
	}
	all := [][]draft{nil}
	for _, where := range places {
		var ways [][]draft
		for way := range 1 + slices.MaxFunc(at[where], func(x, y draft) int { return x.turns[level].way - y.turns[level].way }).turns[level].way {
			var here, deeper []draft
			for _, d := range at[where] {
				switch {
				case d.turns[level].way != way:
				case len(d.turns) > level+1:
					deeper = append(deeper, d)
				default:
					here = append(here, d)
				}
			}
			if here != nil {
				ways = append(ways, here)
			}
			if deeper != nil {
				ways = append(ways, inAllWays(deeper, level+1)...)
			}
		}
		var next [][]draft
		for _, before := range all {
			for _, way := range ways {
				next = append(next, slices.Concat(before, way))
			}
		}
		all = next
	}
	return all
}

// interrupts reports whether a receive enters a handler.
func (t transition) interrupts() bool { return t.ways[0].handler != nil }

func sameHandler(x, y *model.HandlerRef) bool {
	return x == nil && y == nil || x != nil && y != nil && *x == *y
}

// standsAt reports whether a transition can be meant at a position.
func (t transition) standsAt(p model.PositionID) bool {
	return slices.ContainsFunc(t.ways, func(w way) bool { return w.place.Position == p })
}

// unite makes one receive with several ways of those that lead to the same state.
func unite(list []transition) []transition {
	var out []transition
	for _, t := range list {
		i := slices.IndexFunc(out, func(o transition) bool {
			return t.kind == model.Receive && o.kind == t.kind && o.peer == t.peer && o.label == t.label && o.to == t.to && sameHandler(o.onlyIf, t.onlyIf) &&
				sameHandler(o.ways[0].handler, t.ways[0].handler) && o.through() == t.through() && o.ways[0].place.Position == t.ways[0].place.Position
		})
		if i < 0 {
			out = append(out, t)
			continue
		}
		for _, w := range t.ways {
			if !slices.ContainsFunc(out[i].ways, func(o way) bool { return o.place == w.place }) {
				out[i].ways = append(out[i].ways, w)
			}
		}
		sortWays(out[i].ways)
	}
	return out
}

func sortWays(ways []way) {
	slices.SortStableFunc(ways, func(a, b way) int {
		return cmp.Or(cmp.Compare(a.place.Position, b.place.Position), cmp.Compare(a.place.Fresh, b.place.Fresh))
	})
}

// placeOf is where an action with this stack stands.
func (m *treeMachine) placeOf(f *frame, w *spot) model.Place {
	p := model.Place{}
	counting := true
	around(f, w, func(f *frame, _ *spot) bool {
		if f.kind != scopeFrame {
			return true
		}
		if p.Position == 0 {
			p.Position = m.position(f.try.Scope, f.part)
		}
		counting = counting && f.fresh
		if counting {
			p.Fresh++
		}
		return true
	})
	return p
}

func (m *treeMachine) position(s model.ScopeID, part int) model.PositionID {
	return model.PositionID(slices.Index(m.c.Positions, model.Position{Scope: s, Part: part}))
}

// drafts are the transitions of one term with these places: the role's own actions,
// what strikes it, and what interrupts it.
func (m *treeMachine) drafts(places []place) (actions, strikes, interrupting []draft) {
	for _, p := range places {
		if p.kind == actionPlace {
			actions = append(actions, m.action(p)...)
		}
	}
	for _, p := range places {
		p = p.stance()
		strikes = append(strikes, m.timeouts(p)...)
		strikes = append(strikes, m.crashes(p)...)
		strikes = append(strikes, m.faults(p)...)
	}
	seen := map[string]bool{}
	for _, p := range places {
		for _, s := range bodies(p.stance()) {
			for i := range m.c.Scopes[s.scope.try.Scope].Handlers {
				search := &interrupts{m: m, seen: map[string]bool{}}
				if key := search.key(s, i); !seen[key] {
					seen[key] = true
					search.handler(s, i)
					interrupting = append(interrupting, search.found...)
				}
			}
		}
	}
	return actions, strikes, interrupting
}

// ahead says what a role comes to next from a term: the places.
func (m *treeMachine) ahead(t *term) string {
	w := &walker{c: m.c, role: m.role, names: m.names, seen: map[string]bool{}}
	w.term(t, nil, path{})
	list := map[string]bool{}
	for _, p := range w.places {
		text := fmt.Sprint(p.kind, m.names.spot(p.where), m.names.frame(p.at))
		for _, e := range slices.Concat(p.path.ended, p.path.closed) {
			text += " e" + m.names.frame(e.scope)
		}
		list[text] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(list)), "\n")
}

// bodies are the scopes in the body of which the role is at a place, those at the
// end of which it is included.
func bodies(p place) []inScope {
	var out []inScope
	if p.kind == actionPlace || p.kind == deadPlace {
		around(p.at, p.where, func(f *frame, w *spot) bool {
			if f.kind == scopeFrame && f.part == 0 {
				out = append(out, inScope{f, w})
			}
			return true
		})
	}
	return append(out, p.path.ended...)
}

// action is what the role does at a place of its own.
func (m *treeMachine) action(p place) []draft {
	d := draft{transition: transition{peer: -1, label: -1, exception: -1, timer: -1}}
	here := way{place: m.placeOf(p.at, p.where), thread: p.where.thread()}
	d.ways = []way{here}
	d.item = p.where.at(p.then)
	d.turns = append(slices.Clip(p.path.turns), turn{m.names.frame(p.at) + m.names.spot(p.where), p.branch})
	switch st := p.stmt.(type) {
	case *model.Interaction:
		d.label = st.Label
		d.kind, d.peer = model.Send, st.To
		if st.To == m.role {
			d.kind, d.peer, d.onlyIf = model.Receive, st.From, p.path.left
			d.group = fmt.Sprint("?", d.peer, d.label, d.onlyIf, d.ways[0].place.Position)
			return []draft{d}
		}
		d.group = fmt.Sprint("!", d.peer, " ", d.label, here.place)
		return []draft{d}
	case *model.Let:
		d.kind = model.Internal
		d.group = fmt.Sprint("let", st.Var, st.Value.Value, here.place)
		return []draft{d}
	case *model.Delay:
		d.kind = model.Internal
		d.group = fmt.Sprint("delay", here.place)
		return []draft{d}
	case *model.Choice, *model.Loop:
		d.kind = model.Internal
		d.group = fmt.Sprint("decide ", m.deed(st, p.branch), here.place)
		return []draft{d}
	case *model.RaiseStmt:
		return []draft{m.raise(model.Raise, st.Exception, p)}
	case *model.RaiseAgain:
		e := model.ExceptionID(-1)
		around(p.at, p.where, func(f *frame, _ *spot) bool {
			if f.kind == scopeFrame && f.part > 0 {
				e = f.taken
				return false
			}
			return true
		})
		return []draft{m.raise(model.Raise, e, p)}
	}
	panic("no action")
}

// raise finds the handler that takes an exception of the role at a place.
func (m *treeMachine) raise(kind model.Kind, e model.ExceptionID, p place) draft {
	d := draft{transition: transition{kind: kind, peer: -1, label: -1, exception: e, timer: -1, fails: true}}
	d.ways = []way{{place: m.placeOf(p.at, p.where), thread: p.where.thread()}}
	around(p.at, p.where, func(f *frame, w *spot) bool {
		if f.kind != scopeFrame || f.part != 0 {
			return true
		}
		for i, h := range m.c.Scopes[f.try.Scope].Handlers {
			any := h.Any && m.c.Exceptions[e].Kind != model.CrashNoticed
			if h.At == m.role && (any || !h.Any && h.Exception == e) {
				m.enter(&d, inScope{f, w}, i+1, e)
				return false
			}
		}
		return true
	})
	d.group = fmt.Sprint(kind, e, d.ways[0].place, d.fails)
	return d
}

// enter leads a draft into a handler of its role.
func (m *treeMachine) enter(d *draft, s inScope, part int, e model.ExceptionID) {
	g := *s.scope
	g.part, g.taken = part, e
	d.fails = false
	d.ways = []way{{
		place: m.placeOf(&g, s.where), thread: s.where.thread(),
		handler: &model.HandlerRef{Scope: s.scope.try.Scope, Part: part},
	}}
	d.item = s.where.at(push(s.scope.try.Handlers[part-1], &g))
}

// timeouts are those of the timers that are armed at a place.
func (m *treeMachine) timeouts(p place) []draft {
	if p.kind != actionPlace && p.kind != deadPlace {
		return nil
	}
	var out []draft
	around(p.at, p.where, func(f *frame, _ *spot) bool {
		if f.kind == withinFrame && f.within.At == m.role && !f.doubt {
			d := m.raise(model.Timeout, m.c.Timers[f.within.Timer].Exception, p)
			d.timer = f.within.Timer
			d.group += fmt.Sprint("timer", d.timer)
			out = append(out, d)
		}
		return true
	})
	return out
}

// faults are the exceptions that environments raise at a place.
func (m *treeMachine) faults(p place) []draft {
	if p.kind != actionPlace && p.kind != deadPlace {
		return nil
	}
	inside := false
	around(p.at, p.where, func(f *frame, _ *spot) bool {
		inside = f.kind == scopeFrame && f.part == 0
		return !inside
	})
	if !inside {
		return nil
	}
	var out []draft
	done := map[model.ExceptionID]bool{}
	for _, e := range m.c.EndPoints {
		if e.Role == m.role && !done[e.Exception] {
			done[e.Exception] = true
			out = append(out, m.raise(model.EndRaise, e.Exception, p))
		}
	}
	return out
}

// crashes are the handlers for the crashes of others at a place.
func (m *treeMachine) crashes(p place) []draft {
	type candidate struct {
		inScope
		part int
	}
	var out []draft
	scopes := bodies(p)
	for e, x := range m.c.Exceptions {
		if x.Kind != model.CrashNoticed {
			continue
		}
		var takers []candidate
		for _, s := range scopes {
			if i := takesCrash(m.c, m.role, s.scope.try.Scope, model.ExceptionID(e)); i >= 0 {
				takers = append(takers, candidate{s, i + 1})
			}
		}
		for _, c := range takers {
			if slices.ContainsFunc(takers, func(o candidate) bool { return o.scope != c.scope && standsInFrames(o.scope, o.where, c.scope) }) {
				continue
			}
			if slices.ContainsFunc(p.path.beside, func(b taken) bool { return int(b.crash) == e && standsInFrames(b.rest, b.where, c.scope) }) {
				continue
			}
			d := draft{transition: transition{kind: model.CrashRaise, peer: x.Crashed, label: -1, exception: model.ExceptionID(e), timer: -1}}
			m.enter(&d, c.inScope, c.part, model.ExceptionID(e))
			d.group = fmt.Sprint("crash", e, d.ways[0].place)
			out = append(out, d)
		}
	}
	return out
}

// interrupts looks for the messages that tell a role of a handler.
type interrupts struct {
	m       *treeMachine
	seen    map[string]bool
	through model.HandlerRef // the handler itself, while those further on are looked into
	found   []draft
}

func (x *interrupts) key(s inScope, handler int) string {
	return fmt.Sprint(x.m.names.frame(s.scope), x.m.names.spot(s.where), "h", handler)
}

// handler looks into a handler of a scope in the body of which the role is, and into
// those of the scopes that it leads into.
func (x *interrupts) handler(s inScope, i int) {
	m := x.m
	key := x.key(s, i)
	h := m.c.Scopes[s.scope.try.Scope].Handlers[i]
	if x.seen[key] || h.At == m.role {
		return
	}
	first := len(x.seen) == 0
	x.seen[key] = true
	g := *s.scope
	g.part = i + 1
	if !h.Any {
		g.taken = h.Exception
	}
	w := &walker{c: m.c, role: m.role, names: m.names, seen: map[string]bool{}}
	w.stack(push(s.scope.try.Handlers[i], &g), s.where, path{leaving: &g})
	for _, p := range w.places {
		if st, ok := p.stmt.(*model.Interaction); ok && st.To == m.role {
			d := m.action(p)[0]
			d.ways[0].handler = &model.HandlerRef{Scope: s.scope.try.Scope, Part: g.part}
			d.ways[0].place.Through = x.through
			// The role goes on in one way or the other, and does not keep both in mind.
			d.group += fmt.Sprint("by", s.scope.try.Scope, g.part)
			x.found = append(x.found, d)
		}
	}
	if first && !m.again(&g, s.where) {
		x.through = model.HandlerRef{Scope: s.scope.try.Scope, Part: g.part}
	}
	for _, p := range w.places {
		// In scopes that begin in the handler, or where it continues.
		for _, inner := range bodies(p.stance()) {
			if standsInFrames(inner.scope, inner.where, &g) || p.path.left == nil && !standsInFrames(s.scope.up, s.where, inner.scope) {
				for j := range m.c.Scopes[inner.scope.try.Scope].Handlers {
					x.handler(inner, j)
				}
			}
		}
	}
}

// again reports whether a looped scope around a stack is entered anew, with all inside it.
func (m *treeMachine) again(f *frame, w *spot) bool {
	fresh, found := true, false
	around(f, w, func(f *frame, _ *spot) bool {
		if f.kind == scopeFrame {
			fresh = fresh && f.fresh
			found = found || fresh && m.c.Scopes[f.try.Scope].Looped
		}
		return fresh
	})
	return found
}

// separate makes of a transition one for each handler that its ways go through. What
// leads to the same place without going through a handler comes first.
func separate(t transition) []transition {
	var plain []way
	var handlers []model.HandlerRef
	direct := func(w way) bool {
		return slices.ContainsFunc(t.ways, func(o way) bool {
			return o.place == model.Place{Position: w.place.Position, Fresh: w.place.Fresh}
		})
	}
	for _, w := range t.ways {
		switch h := w.place.Through; {
		case h.Part == 0:
			plain = append(plain, w)
		case !direct(w) && !slices.Contains(handlers, h):
			handlers = append(handlers, h)
		}
	}
	if len(handlers) == 0 {
		t.ways = plain
		return []transition{t}
	}
	var out []transition
	for _, h := range handlers {
		u := t
		u.ways = slices.Clone(plain)
		for _, w := range t.ways {
			if w.place.Through == h && !direct(w) {
				u.ways = append(u.ways, w)
			}
		}
		sortWays(u.ways)
		out = append(out, u)
	}
	return out
}

// through lists the handlers that the ways of a transition go through.
func (t transition) through() string {
	list := map[string]bool{}
	for _, w := range t.ways {
		if w.place.Through.Part > 0 {
			list[fmt.Sprint(w.place.Through)] = true
		}
	}
	return fmt.Sprint(slices.Sorted(maps.Keys(list)))
}

// standsInFrames reports whether a frame is one of those around a stack.
func standsInFrames(f *frame, w *spot, wanted *frame) bool {
	found := false
	around(f, w, func(f *frame, _ *spot) bool {
		found = f == wanted
		return !found
	})
	return found
}
