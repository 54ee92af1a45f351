package model

import (
	"encoding/binary"
	"slices"
	"strconv"
)

// determinised is a role's part after silent edges are closed over. No two
// receives of one state agree in what they do; sends and internal steps may, where
// the role itself has chosen between branches that begin alike.
type determinised struct {
	states      []detState
	ambiguities []Ambiguity
}

type detState struct {
	accept, ended bool
	in            []PositionID // where the role may be, ascending
	actions       []action     // to is an index into states, or negative
	// Of a thread: the crashes that it takes wherever it may be here, and those that it
	// has taken wherever it may be over.
	held, passed []ExceptionID
}

// A world of a set: a node, and how many of the innermost scopes around it were
// entered on the way to it, since the last action.
type world int

const freshBits = 10 // the front end nests blocks less deeply than 2 to the power of this

func worldOf(node, fresh int) world { return world(node<<freshBits | fresh) }

func (w world) node() int  { return int(w) >> freshBits }
func (w world) fresh() int { return int(w) & (1<<freshBits - 1) }

// maxSubsetWork bounds the total size of all sets of nodes that are looked at: the
// number of sets can be exponential in the size of the text.
const maxSubsetWork = 20_000_000

// maxCombinations bounds the ways in which the alternatives of several branches
// that the role cannot tell apart are combined.
const maxCombinations = 64

// A state of the result is a set of nodes: the places where the role may be as
// far as it knows. Each of them is called a world. What happens in it is
//
//   - a receive: the union over all worlds, the message tells them apart;
//   - a send or an internal step: if several worlds have it, the role is in any of
//     those afterwards; if another one has it not, that is an [Ambiguity]. Within
//     one world, equal sends are the role's own alternatives and stay apart.
//
// A decision of the role itself is one world. If every branch begins with sends
// only, its alternatives are those sends; else they are internal steps that lead
// into the branches.
//
// What can strike the role in a place, rather than being done by it, comes on top
// (interrupts.go).
func determinise(p *projector, start int) (*determinised, error) {
	d := &determinised{ambiguities: p.ambiguities}
	c := &closer{p: p, sends: map[int]bool{}, cycles: map[int]bool{}, warned: map[Origin]bool{}, first: map[world][]alternative{}, crashes: p.findCrashes()}
	index := map[string]int{}
	var sets, from [][]world
	visit := func(seeds []world) (int, bool) {
		set := c.closure(seeds)
		sorted := slices.Clone(set)
		slices.Sort(sorted)
		key := worldsKey(sorted) + coveragesKey(c.coverages(seeds), sorted)
		id, ok := index[key]
		if !ok {
			id = len(sets)
			index[key] = id
			sets = append(sets, set)
			from = append(from, seeds)
		}
		return id, len(sets) <= MaxLocalStates && c.work <= maxSubsetWork
	}
	visit([]world{worldOf(start, 0)})
	for i := 0; i < len(sets); i++ {
		var s detState
		for _, w := range sets[i] {
			n := &p.nodes[w.node()]
			s.accept = s.accept || n.accept
			s.ended = s.ended || n.ended
		}
		s.in = c.positions(sets[i])
		c.seeds, c.covers = from[i], c.coverages(from[i])
		if p.sub {
			s.held = c.taken(sets[i], c.covers, func(n *graphNode) bool { return n.point() || n.accept || n.ended })
			s.passed = c.taken(sets[i], c.covers, func(n *graphNode) bool { return n.accept })
		}
		alternatives := c.combine(sets[i], true)
		alternatives = append(alternatives, c.strikes(sets[i], alternatives)...)
		for _, alt := range alternatives {
			to := alt.leads
			if to == 0 {
				var ok bool
				if to, ok = visit(alt.targets); !ok {
					return nil, tooLarge{}
				}
			}
			s.actions = append(s.actions, action{alt.label, alt.origins, to})
		}
		c.checkStores(s.actions)
		d.states = append(d.states, s)
	}
	d.ambiguities = append(d.ambiguities, c.ambiguities...)
	return d, nil
}

type closer struct {
	p           *projector
	sends       map[int]bool // decision node -> it is made by sending
	cycles      map[int]bool // decision node -> it can come back to itself without an action
	warned      map[Origin]bool
	first       map[world][]alternative // beginning of a handler -> its interrupts
	ambiguities []Ambiguity
	crashes     []ExceptionID // that the role has handlers for
	seeds       []world       // of the set that is being looked at
	covers      []coverage    // of its worlds, by crash
	work        int
}

// closure lists the worlds that matter (with actions, decisions, ends) and that
// silent edges lead to from the seeds, in the order of the text.
func (c *closer) closure(seeds []world) []world {
	var out []world
	seen := map[world]bool{}
	stack := slices.Clone(seeds)
	slices.Reverse(stack)
	for len(stack) > 0 {
		w := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[w] {
			continue
		}
		seen[w] = true
		c.work++
		node := &c.p.nodes[w.node()]
		if node.accept || node.ended || node.ends || node.decides || node.halts || len(node.actions) > 0 {
			out = append(out, w)
		}
		if node.decides {
			continue
		}
		for _, e := range slices.Backward(node.silent) {
			stack = append(stack, c.along(w, e.to))
		}
	}
	return out
}

// along is the world that a silent edge leads to. An edge into a deeper context is
// the beginning of a scope.
func (c *closer) along(w world, to int) world {
	from, into := c.p.nodes[w.node()].ctx, c.p.nodes[to].ctx
	fresh := w.fresh() + 1
	if into.depth <= from.depth {
		fresh = max(0, w.fresh()-(from.depth-into.depth))
	}
	return worldOf(to, c.p.relevant(into.position, fresh))
}

// relevant counts only as far as the outermost looped scope: others are entered
// once. Inside a thread that is not known before the whole is put together.
func (p *projector) relevant(q PositionID, fresh int) int {
	if p.sub || fresh == 0 {
		return fresh
	}
	out := 0
	for i := 1; i <= fresh; i++ {
		s := &p.choreography.Scopes[p.choreography.Positions[q].Scope]
		if s.Looped {
			out = i
		}
		q = s.Outer
	}
	return out
}

// depth is the number of scopes around a position.
func (p *projector) depth(q PositionID) int {
	n := 0
	for ; q != 0; n++ {
		q = p.choreography.Scopes[p.choreography.Positions[q].Scope].Outer
	}
	return n
}

// placed completes the places of an action of a world's node: those of the node's
// own context, of an outer one, or, from a thread, of an inner one.
func (c *closer) placed(w world, label actionLabel) actionLabel {
	here := c.p.nodes[w.node()].ctx.depth
	places := slices.Clone(label.places)
	for i, pl := range places {
		depth := c.p.depth(pl.Position)
		switch {
		case depth <= here:
			places[i].Fresh = max(0, w.fresh()-(here-depth))
		case pl.Fresh >= depth-here:
			places[i].Fresh = pl.Fresh + w.fresh()
		}
		places[i].Fresh = c.p.relevant(pl.Position, places[i].Fresh)
	}
	label.places = places
	return label
}

// decidesBySending reports whether a decision is made by sending: everything that
// can come first after it, whichever branch is taken, is a send, and no decision
// on the way there can come back to itself without an action. (Such a round is an
// internal step: the role looks again.)
func (c *closer) decidesBySending(n int) bool {
	if known, ok := c.sends[n]; ok {
		return known
	}
	result, any := true, false
	for _, m := range c.region(n) {
		node := &c.p.nodes[m]
		if node.accept || node.ended || node.halts || node.decides && c.comesBack(m) {
			result = false
		}
		for _, a := range node.actions {
			if a.label.ordinary() {
				any = true
				result = result && a.label.kind == Send
			}
		}
	}
	c.sends[n] = result && any
	return result && any
}

// comesBack reports whether a decision can be followed by itself without an action.
func (c *closer) comesBack(n int) bool {
	known, ok := c.cycles[n]
	if !ok {
		for _, m := range c.region(n) {
			for _, e := range c.p.nodes[m].silent {
				known = known || e.to == n
			}
		}
		c.cycles[n] = known
	}
	return known
}

// region lists the nodes that silent edges and branches of decisions lead to.
func (c *closer) region(n int) []int {
	seen := map[int]bool{n: true}
	list := []int{n}
	for i := 0; i < len(list); i++ {
		c.work++
		for _, e := range c.p.nodes[list[i]].silent {
			if !seen[e.to] {
				seen[e.to] = true
				list = append(list, e.to)
			}
		}
	}
	return list
}

// alternative is one way for the role to go on.
type alternative struct {
	label   actionLabel
	key     string
	origins []Origin
	targets []world
	leads   int // Failed or toOuter, without targets; else 0
}

func newAlternative(label actionLabel, a action) alternative {
	alt := alternative{label: label, key: label.key(), origins: a.origins}
	if a.to < 0 {
		alt.leads = a.to
	} else {
		alt.targets = []world{worldOf(a.to, 0)}
	}
	return alt
}

// alternatives lists what the role can do in one world.
func (c *closer) alternatives(w world) []alternative {
	node := &c.p.nodes[w.node()]
	var out []alternative
	for _, a := range node.actions {
		out = append(out, newAlternative(c.placed(w, a.label), a))
	}
	if !node.decides {
		return out
	}
	for i, e := range node.silent {
		if c.decidesBySending(w.node()) {
			for _, alt := range c.combine(c.closure([]world{c.along(w, e.to)}), false) {
				if !alt.label.acts() { // what strikes in threads behind the decision
					continue
				}
				alt.label.guard = and(e.guard, alt.label.guard)
				alt.key = alt.label.key()
				out = append(out, alt)
			}
			continue
		}
		label := actionLabel{kind: Internal, guard: e.guard, branch: i + 1, deed: e.deed, thread: c.p.thread, places: []Place{{Position: node.ctx.position}}}
		out = append(out, newAlternative(c.placed(w, label), action{origins: []Origin{e.origin}, to: e.to}))
	}
	return out
}

// combine merges the alternatives of several worlds that the role cannot tell
// apart.
func (c *closer) combine(worlds []world, report bool) []alternative {
	if len(worlds) == 1 {
		return mergeReceives(c.alternatives(worlds[0]))
	}
	byWorld := make([][]alternative, len(worlds))
	var keys []string
	seen := map[string]bool{}
	for i, w := range worlds {
		alts := c.alternatives(w)
		byWorld[i] = alts
		for _, alt := range alts {
			if !seen[alt.key] {
				seen[alt.key] = true
				keys = append(keys, alt.key)
			}
		}
	}
	var out []alternative
	for _, key := range keys {
		var having [][]alternative
		has, lacking := -1, -1
		for i, alts := range byWorld {
			same := filterKey(alts, key)
			if len(same) > 0 {
				having = append(having, same)
				has = max(has, i)
			} else if !c.passing(worlds[i], alts) && (lacking < 0 || len(byWorld[lacking]) == 0) {
				lacking = i
			}
		}
		first := having[0][0]
		if first.label.acts() && lacking >= 0 && report {
			c.warn(first, byWorld[lacking], c.choice(worlds[has].node(), worlds[lacking].node()))
		}
		out = append(out, product(having, !first.label.acts())...)
	}
	return out
}

// acts reports whether an action is something that the role does by itself.
func (l actionLabel) acts() bool { return l.kind == Send || l.kind == Internal || l.kind == Raise }

// ordinary reports whether an action is no reaction to a failure elsewhere.
func (l actionLabel) ordinary() bool { return l.acts() || l.kind == Receive && l.handler.Part == 0 }

// passing reports whether a role is only on its way through a world: at the end of
// a body, or of threads.
func (c *closer) passing(w world, alts []alternative) bool {
	n := &c.p.nodes[w.node()]
	return !n.accept && !n.ended && !n.halts && !slices.ContainsFunc(alts, func(a alternative) bool { return a.label.ordinary() })
}

func (c *closer) warn(alt alternative, others []alternative, choice Origin) {
	act := alt.origins[0]
	if c.warned[act] {
		return
	}
	c.warned[act] = true
	a := Ambiguity{Role: c.p.role, Act: act, Choice: choice}
	if len(others) > 0 {
		a.Other = others[0].origins[0]
	}
	c.ambiguities = append(c.ambiguities, a)
}

// checkStores looks for receives of one message that store into different
// variables: the role takes one of them by chance.
func (c *closer) checkStores(actions []action) {
	for i, a := range actions {
		for _, b := range actions[:i] {
			if a.label.kind != Receive || b.label.kind != Receive || slices.Equal(a.label.stores, b.label.stores) || a.label.peer != b.label.peer || a.label.label != b.label.label {
				continue
			}
			if act := a.origins[0]; !c.warned[-act] {
				c.warned[-act] = true
				c.ambiguities = append(c.ambiguities, Ambiguity{Kind: AmbiguousStores, Role: c.p.role, Act: act, Other: b.origins[0]})
			}
		}
	}
}

// choice is the place of the innermost choice or loop of others that leads to both
// nodes; 0 if they came apart before the present set.
func (c *closer) choice(x, y int) Origin {
	parent := map[int]int{}
	var stack []int
	for _, w := range c.seeds {
		stack = append(stack, w.node())
		parent[w.node()] = -1
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if c.p.nodes[n].decides {
			continue
		}
		for _, e := range c.p.nodes[n].silent {
			if _, seen := parent[e.to]; !seen {
				parent[e.to] = n
				stack = append(stack, e.to)
			}
		}
	}
	above := map[int]bool{}
	for n := x; n >= 0; n = parent[n] {
		above[n] = true
	}
	for n := y; n >= 0; n = parent[n] {
		if above[n] && len(c.p.nodes[n].silent) > 1 {
			return c.p.nodes[n].origin
		}
	}
	return 0
}

func filterKey(alts []alternative, key string) []alternative {
	var out []alternative
	for _, a := range alts {
		if a.key == key {
			out = append(out, a)
		}
	}
	return out
}

// mergeReceives joins the receives of one world that agree: threads of a par that
// wait for the same message.
func mergeReceives(alts []alternative) []alternative {
	var out []alternative
	at := map[string]int{}
	for _, a := range alts {
		if a.label.kind == Receive {
			if i, ok := at[a.key]; ok {
				out[i] = union(out[i], a)
				continue
			}
			at[a.key] = len(out)
		}
		out = append(out, a)
	}
	return out
}

// product picks one alternative of each world in all ways; receives take all.
func product(having [][]alternative, all bool) []alternative {
	if all {
		u := having[0][0]
		for i, alts := range having {
			for j, a := range alts {
				if i+j > 0 {
					u = union(u, a)
				}
			}
		}
		return []alternative{u}
	}
	out := having[0]
	for _, alts := range having[1:] {
		if len(out)*len(alts) > maxCombinations {
			return slices.Concat(having...)
		}
		var next []alternative
		for _, x := range out {
			for _, y := range alts {
				next = append(next, union(x, y))
			}
		}
		out = next
	}
	return out
}

func union(x, y alternative) alternative {
	x.targets = slices.Concat(x.targets, y.targets)
	x.origins = mergeOrigins(x.origins, y.origins)
	for _, pl := range y.label.places {
		if !slices.Contains(x.label.places, pl) {
			x.label.places = append(slices.Clip(x.label.places), pl)
		}
	}
	return x
}

func mergeOrigins(x, y []Origin) []Origin {
	out := slices.Concat(x, y)
	slices.Sort(out)
	return slices.Compact(out)
}

func and(x, y *Expr) *Expr {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return &Expr{Op: OpAnd, X: x, Y: y}
}

// key tells labels apart for a role that may be in several places: what has one key is the same thing to do. A
// branch is known by what the role does in it, and not by its number. There is a key for each edge of each graph that a projection
// goes through, so it is put together by hand.
func (l actionLabel) key() string {
	b := make([]byte, 0, 64)
	if l.deed > 0 {
		b = appendInts(append(b, "does"...), l.deed)
		l.branch = 0
	}
	return string(l.appendKey(b))
}

// appendKey appends what the label does: equal keys mean equal effects.
func (l actionLabel) appendKey(b []byte) []byte {
	b = appendInts(b, int(l.kind), int(l.peer), int(l.label), l.branch)
	if l.handler.Part > 0 || l.onlyIf.Part > 0 || l.kind >= Timeout {
		b = append(b, " by"...)
		b = appendInts(b, int(l.handler.Scope), l.handler.Part, int(l.onlyIf.Scope), l.onlyIf.Part, int(l.timer), int(l.exception))
	}
	switch {
	case len(l.places) == 0:
	case l.kind == Receive: // places that differ in what is entered anew are told apart by the message
		b = append(b, " at"...)
		b = appendInts(b, int(l.places[0].Position))
		for _, pl := range l.places {
			if pl.Through.Part > 0 {
				b = append(b, " through"...)
				b = appendInts(b, int(pl.Through.Scope), pl.Through.Part)
			}
		}
	default:
		b = l.appendPlaces(b)
	}
	if l.guard != nil {
		b = append(b, " when "...)
		b = l.guard.appendKey(b)
	}
	for i := range l.values {
		b = append(b, " ! "...)
		b = l.values[i].appendKey(b)
	}
	for _, v := range l.stores {
		b = append(b, " ?"...)
		b = appendInts(b, int(v))
	}
	if l.assign != nil {
		b = append(b, " ="...)
		b = appendInts(b, int(l.assign.Var))
		b = append(b, ' ')
		b = l.assign.Value.appendKey(b)
	}
	return b
}

func (l actionLabel) appendPlaces(b []byte) []byte {
	b = append(b, " places"...)
	for _, pl := range l.places {
		b = appendInts(b, int(pl.Position), pl.Fresh, int(pl.Through.Scope), pl.Through.Part)
	}
	b = append(b, " of"...)
	return appendInts(b, int(l.thread))
}

// appendEffect appends what tells transitions apart: the number of a branch, and where a receive stands.
func (l actionLabel) appendEffect(b []byte) []byte {
	b = l.appendKey(b)
	if l.kind == Receive && len(l.places) > 0 {
		b = l.appendPlaces(b)
	}
	return b
}

// appendKey appends the expression fully bracketed, in prefix form.
func (e *Expr) appendKey(b []byte) []byte {
	switch e.Op {
	case OpConst:
		return strconv.AppendInt(b, e.Value, 10)
	case OpVar:
		return strconv.AppendInt(append(b, 'v'), int64(e.Var), 10)
	}
	b = strconv.AppendInt(append(b, '('), int64(e.Op), 10)
	b = e.X.appendKey(append(b, ' '))
	if e.Y != nil {
		b = e.Y.appendKey(append(b, ' '))
	}
	return append(b, ')')
}

func appendInts(b []byte, ns ...int) []byte {
	for _, n := range ns {
		b = strconv.AppendInt(append(b, ' '), int64(n), 10)
	}
	return b
}

func worldsKey(list []world) string {
	b := make([]byte, 0, 8*len(list))
	for _, w := range list {
		b = binary.LittleEndian.AppendUint64(b, uint64(w))
	}
	return string(b)
}

func intsKey(list []int) string {
	b := make([]byte, 0, 4*len(list))
	for _, n := range list {
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return string(b)
}
