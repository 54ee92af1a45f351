package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	actions       []action // to is an index into states
}

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
func determinise(p *projector, start int) (*determinised, error) {
	d := &determinised{ambiguities: p.ambiguities}
	c := &closer{p: p, sends: map[int]bool{}, cycles: map[int]bool{}, warned: map[Origin]bool{}}
	index := map[string]int{}
	var sets, from [][]int
	visit := func(seeds []int) (int, bool) {
		set := c.closure(seeds)
		sorted := slices.Clone(set)
		slices.Sort(sorted)
		key := intsKey(sorted)
		id, ok := index[key]
		if !ok {
			id = len(sets)
			index[key] = id
			sets = append(sets, set)
			from = append(from, seeds)
		}
		return id, len(sets) <= MaxLocalStates && c.work <= maxSubsetWork
	}
	visit([]int{start})
	for i := 0; i < len(sets); i++ {
		var s detState
		for _, n := range sets[i] {
			s.accept = s.accept || p.nodes[n].accept
			s.ended = s.ended || p.nodes[n].ended
		}
		c.seeds = from[i]
		for _, alt := range c.combine(sets[i], true) {
			to, ok := visit(alt.targets)
			if !ok {
				return nil, tooLarge{}
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
	ambiguities []Ambiguity
	seeds       []int // of the set that is being looked at
	work        int
}

// closure lists the nodes that matter (with actions, decisions, ends) and that
// silent edges lead to from the seeds, in the order of the text.
func (c *closer) closure(seeds []int) []int {
	var out []int
	seen := map[int]bool{}
	stack := slices.Clone(seeds)
	slices.Reverse(stack)
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		c.work++
		node := &c.p.nodes[n]
		if node.accept || node.ended || node.decides || len(node.actions) > 0 {
			out = append(out, n)
		}
		if node.decides {
			continue
		}
		for _, e := range slices.Backward(node.silent) {
			stack = append(stack, e.to)
		}
	}
	return out
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
		if node.accept || node.ended || node.decides && c.comesBack(m) {
			result = false
		}
		for _, a := range node.actions {
			any = true
			result = result && a.label.kind == Send
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
	targets []int
}

// alternatives lists what the role can do in one world.
func (c *closer) alternatives(n int) []alternative {
	node := &c.p.nodes[n]
	var out []alternative
	for _, a := range node.actions {
		out = append(out, alternative{a.label, a.label.key(), a.origins, []int{a.to}})
	}
	if !node.decides {
		return out
	}
	for i, e := range node.silent {
		if c.decidesBySending(n) {
			for _, alt := range c.combine(c.closure([]int{e.to}), false) {
				alt.label.guard = and(e.guard, alt.label.guard)
				alt.key = alt.label.key()
				out = append(out, alt)
			}
			continue
		}
		label := actionLabel{kind: Internal, guard: e.guard, branch: i + 1}
		out = append(out, alternative{label, label.key(), []Origin{e.origin}, []int{e.to}})
	}
	return out
}

// combine merges the alternatives of several worlds that the role cannot tell
// apart.
func (c *closer) combine(worlds []int, report bool) []alternative {
	if len(worlds) == 1 {
		return mergeReceives(c.alternatives(worlds[0]))
	}
	byWorld := make([][]alternative, len(worlds))
	var keys []string
	seen := map[string]bool{}
	for i, w := range worlds {
		byWorld[i] = c.alternatives(w)
		for _, alt := range byWorld[i] {
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
			} else if lacking < 0 || len(byWorld[lacking]) == 0 {
				lacking = i
			}
		}
		first := having[0][0]
		if first.label.kind != Receive && lacking >= 0 && report {
			c.warn(first, byWorld[lacking], c.choice(worlds[has], worlds[lacking]))
		}
		out = append(out, product(having, first.label.kind == Receive)...)
	}
	return out
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
			if a.label.kind != Receive || b.label.kind != Receive || a.label.peer != b.label.peer || a.label.label != b.label.label {
				continue
			}
			if act := a.origins[0]; !c.warned[-act] {
				c.warned[-act] = true
				c.ambiguities = append(c.ambiguities, Ambiguity{Role: c.p.role, Act: act, Other: b.origins[0], Stores: true})
			}
		}
	}
}

// choice is the place of the innermost choice or loop of others that leads to both
// nodes; 0 if they came apart before the present set.
func (c *closer) choice(x, y int) Origin {
	parent := map[int]int{}
	stack := slices.Clone(c.seeds)
	for _, n := range stack {
		parent[n] = -1
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

// key tells labels apart: equal keys mean equal effects.
func (l actionLabel) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %d %d", l.kind, l.peer, l.label, l.branch)
	if l.guard != nil {
		b.WriteString(" when ")
		l.guard.write(&b)
	}
	for i := range l.values {
		b.WriteString(" ! ")
		l.values[i].write(&b)
	}
	for _, v := range l.stores {
		fmt.Fprintf(&b, " ? %d", v)
	}
	if l.assign != nil {
		fmt.Fprintf(&b, " = %d ", l.assign.Var)
		l.assign.Value.write(&b)
	}
	return b.String()
}

// write prints the expression fully bracketed, in prefix form.
func (e *Expr) write(b *strings.Builder) {
	switch e.Op {
	case OpConst:
		b.WriteString(strconv.FormatInt(e.Value, 10))
	case OpVar:
		fmt.Fprintf(b, "v%d", e.Var)
	default:
		fmt.Fprintf(b, "(%d ", e.Op)
		e.X.write(b)
		if e.Y != nil {
			b.WriteByte(' ')
			e.Y.write(b)
		}
		b.WriteByte(')')
	}
}

func intsKey(list []int) string {
	b := make([]byte, 0, 4*len(list))
	for _, n := range list {
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return string(b)
}
