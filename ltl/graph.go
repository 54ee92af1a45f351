package ltl

import (
	"cmp"
	"slices"
)

// graph is a generalised Büchi automaton with marks on its transitions: it accepts the words with a
// run that meets each of the marks infinitely often.
type graph struct {
	b       *bdds
	marks   int // how many, at most 64
	initial int
	out     [][]edge
	byState bool // all edges that leave a state have the same marks, and this is to stay so
}

type edge struct {
	label bdd
	marks uint64
	dst   int
}

func (g *graph) all() uint64 { return uint64(1)<<g.marks - 1 } // of 64 marks too

// with is a graph with other edges.
func (g *graph) with(initial int, out [][]edge) *graph {
	h := *g
	h.initial, h.out = initial, out
	return &h
}

func (g *graph) edges() int {
	n := 0
	for _, out := range g.out {
		n += len(out)
	}
	return n
}

// restrict keeps the states that may be reached from the initial one through states that are to be kept, numbered
// in the order in which a depth-first search finds them. The initial state is kept anyhow.
func (g *graph) restrict(keep func(int) bool) *graph {
	number := make([]int, len(g.out))
	order := []int{g.initial}
	number[g.initial] = 1
	stack := []int{g.initial}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, e := range g.out[s] {
			if number[e.dst] == 0 && keep(e.dst) {
				order = append(order, e.dst)
				number[e.dst] = len(order)
				stack = append(stack, e.dst)
			}
		}
	}
	out := make([][]edge, len(order))
	if !keep(g.initial) {
		return g.with(0, make([][]edge, 1))
	}
	for i, s := range order {
		for _, e := range g.out[s] {
			if n := number[e.dst]; n > 0 && keep(e.dst) {
				out[i] = append(out[i], edge{e.label, e.marks, n - 1})
			}
		}
		out[i] = g.merge(out[i])
	}
	return g.with(0, out)
}

// merge joins the edges with the same marks and the same target.
func (g *graph) merge(edges []edge) []edge {
	type key struct {
		marks uint64
		dst   int
	}
	at := map[key]int{}
	var out []edge
	for _, e := range edges {
		k := key{e.marks, e.dst}
		if i, ok := at[k]; ok {
			out[i].label = g.b.or(out[i].label, e.label)
		} else if e.label != bddFalse {
			at[k] = len(out)
			out = append(out, e)
		}
	}
	return out
}

// components are the strongly connected components of the reachable part of a graph.
type components struct {
	of    []int // by state; -1 if it cannot be reached
	count int   // edges lead to components with lower numbers, or inside
}

// components finds them by Tarjan's algorithm (Tarjan 1972), without recursion.
func (g *graph) components() components { return g.componentsFrom([]int{g.initial}) }

func (g *graph) componentsFrom(starts []int) components {
	return findComponents(len(g.out), starts, func(s int) int { return len(g.out[s]) },
		func(s, i int) int { return g.out[s][i].dst })
}

func findComponents(states int, starts []int, degree func(int) int, target func(s, i int) int) components {
	c := components{of: make([]int, states)}
	for i := range c.of {
		c.of[i] = -1
	}
	index, low := make([]int, states), make([]int, states)
	next := 1
	type frame struct{ state, edge int }
	var path []frame
	var open []int
	enter := func(s int) {
		index[s], low[s] = next, next
		next++
		open = append(open, s)
		path = append(path, frame{s, 0})
	}
	for _, start := range starts {
		if index[start] > 0 {
			continue
		}
		enter(start)
		for len(path) > 0 {
			f := &path[len(path)-1]
			s := f.state
			if f.edge < degree(s) {
				d := target(s, f.edge)
				f.edge++
				if index[d] == 0 {
					enter(d)
				} else if c.of[d] < 0 {
					low[s] = min(low[s], index[d])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				p := path[len(path)-1].state
				low[p] = min(low[p], low[s])
			}
			if low[s] == index[s] {
				for {
					t := open[len(open)-1]
					open = open[:len(open)-1]
					c.of[t] = c.count
					if t == s {
						break
					}
				}
				c.count++
			}
		}
	}
	return c
}

// automaton makes the graph, with one mark or none, into what users see.
func (g *graph) automaton() *Automaton {
	a := &Automaton{Initial: g.initial, Transitions: make([][]Transition, len(g.out))}
	for s, out := range g.out {
		for _, e := range slices.SortedStableFunc(slices.Values(out), func(e, f edge) int { return cmp.Compare(e.dst, f.dst) }) {
			a.Transitions[s] = append(a.Transitions[s], Transition{g.b.cubes(e.label), e.dst, e.marks == g.all()})
		}
	}
	return a
}
