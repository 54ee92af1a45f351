package ltl

import "slices"

// degeneralize gives an automaton with one mark (Giannakopoulou and Lerda 2002, with the
// improvements of Babiak, Badie, Duret-Lutz, Křetínský, Strejček 2013): a state is a state of g with a level, that
// says how many of the marks, in the given order, have been met since the last
// round. Levels only count within accepting components; a state that is entered from elsewhere gets a
// level that it has already got, if any.
//
// With byState set, a state whose level is complete has the mark on all edges; otherwise it is on the edge
// that completes the round.
//
// It is nil if there are more states than the limit.
func (g *graph) degeneralize(order []int, byState bool, limit int) *graph {
	d := newDegeneralizer(g, order, byState)
	h := &graph{b: g.b, marks: 1, byState: byState}
	d.add(g.initial, d.enter(g.initial))
	for i := 0; i < len(d.states); i++ {
		if len(d.states) > limit {
			return nil
		}
		s := d.states[i]
		var out []edge
		for _, e := range g.out[s.state] {
			level, round := d.step(s, e)
			m := uint64(0)
			if round {
				m = 1
			}
			out = append(out, edge{e.label, m, d.add(e.dst, level)})
		}
		h.out = append(h.out, h.merge(out))
	}
	return h
}

type leveled struct{ state, level int }

type degeneralizer struct {
	*graph
	order     []int
	byState   bool
	c         components
	accepting []bool
	full      []bool // all edges inside have all marks
	number    map[leveled]int
	states    []leveled
	cached    map[int]int // by state: the level that it got first
	common    []uint64    // by state: the marks of all edges inside its component that enter it
}

func newDegeneralizer(g *graph, order []int, byState bool) *degeneralizer {
	d := &degeneralizer{graph: g, order: order, byState: byState, c: g.components(),
		number: map[leveled]int{}, cached: map[int]int{}, common: make([]uint64, len(g.out))}
	for s := range d.common {
		d.common[s] = g.all()
	}
	for s, out := range g.out {
		for _, e := range out {
			if d.c.of[s] == d.c.of[e.dst] {
				d.common[e.dst] &= e.marks
			}
		}
	}
	d.accepting = make([]bool, d.c.count)
	d.full = make([]bool, d.c.count)
	for k, members := range g.members(d.c) {
		d.accepting[k] = g.acceptingWithin(members, d.c)
		d.full[k] = d.accepting[k]
		for _, s := range members {
			for _, e := range g.out[s] {
				if d.c.of[e.dst] == k && e.marks != g.all() {
					d.full[k] = false
				}
			}
		}
	}
	return d
}

func (d *degeneralizer) add(state, level int) int {
	x := leveled{state, level}
	n, ok := d.number[x]
	if !ok {
		n = len(d.states)
		d.number[x] = n
		d.states = append(d.states, x)
		if _, ok := d.cached[state]; !ok {
			d.cached[state] = level
		}
	}
	return n
}

// enter is the level for a state that is entered from another component.
func (d *degeneralizer) enter(state int) int {
	k := d.c.of[state]
	if !d.accepting[k] {
		return 0
	}
	if d.full[k] {
		if d.byState {
			return d.marks
		}
		return 0
	}
	if level, ok := d.cached[state]; ok {
		return level
	}
	// As if it had been entered by the marks of all edges that enter it.
	if level := d.advance(0, d.common[state]); d.byState || level < d.marks {
		return level
	}
	return 0
}

// step gives the level after an edge, and whether the edge gets the mark.
func (d *degeneralizer) step(s leveled, e edge) (level int, mark bool) {
	k := d.c.of[s.state]
	if k != d.c.of[e.dst] {
		return d.enter(e.dst), d.byState && s.level == d.marks && d.accepting[k]
	}
	if !d.accepting[k] {
		return 0, false
	}
	if d.full[k] {
		return s.level, true
	}
	if d.byState {
		level = s.level
		mark = level == d.marks
		if mark {
			level = 0
		}
		return d.advance(level, e.marks), mark
	}
	if e.marks == d.all() {
		if level, ok := d.cached[e.dst]; ok {
			return level, true
		}
		return s.level, true
	}
	level = d.advance(s.level, e.marks)
	if level == d.marks {
		return d.advance(0, e.marks), true
	}
	return level, false
}

func (d *degeneralizer) advance(level int, marks uint64) int {
	for level < d.marks && marks>>d.order[level]&1 != 0 {
		level++
	}
	return level
}

// orders are orders of the marks worth trying: all if they are few.
func orders(marks int) [][]int {
	first := make([]int, marks)
	for i := range first {
		first[i] = i
	}
	if marks > 3 {
		second := slices.Clone(first)
		slices.Reverse(second)
		return [][]int{first, second}
	}
	var out [][]int
	var extend func(order []int)
	extend = func(order []int) {
		if len(order) == marks {
			out = append(out, slices.Clone(order))
			return
		}
		for _, i := range first {
			if !slices.Contains(order, i) {
				extend(append(order, i))
			}
		}
	}
	extend(nil)
	return out
}
