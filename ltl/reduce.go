package ltl

import "cmp"

// reducer makes an automaton with one mark or none, as small as it can.
type reducer struct {
	byState    bool
	maxStates  int
	obligation bool          // a deterministic weak automaton will do, by the syntax of the formula
	negation   func() *graph // of the negated formula, or nil
}

// reduce gives nil if there is no such automaton within the limits.
func (r *reducer) reduce(g *graph) *graph {
	g = g.clean().shrink()
	best := r.weak(g)
	try := func(h *graph) {
		if h != nil && (best == nil || h.smaller(best)) {
			best = h
		}
	}
	if g.marks <= 1 && !r.byState {
		try(g)
	}
	tries := orders(g.marks)
	if g.marks*len(g.out) > manyLevels {
		tries = tries[:1]
	}
	for _, order := range tries {
		// An automaton with acceptance by states may be smaller even where that is not asked for.
		for _, byState := range []bool{false, true} {
			if best != nil && (g.b.extra == 0 || len(best.out) <= 2) {
				return best
			}
			if !byState && (r.byState || g.marks <= 1) {
				continue
			}
			h := g.degeneralize(order, byState, r.maxStates)
			if h == nil {
				continue
			}
			h = h.clean().shrink()
			try(h)
			if h.byState && !r.byState {
				h = h.with(h.initial, h.out)
				h.byState = false
				try(h.clean().shrink())
			}
		}
	}
	return best
}

// weak is the least deterministic weak automaton for the words that g accepts, or nil if there is none.
func (r *reducer) weak(g *graph) *graph {
	g.b.begin()
	w := g.weak(maxSubsets)
	if w != nil && !r.obligation {
		if n := r.negation(); n == nil || n.meets(w) || g.meets(w.opposite()) {
			w = nil
		}
	}
	if w != nil {
		w = w.clean()
	}
	if !g.b.end() {
		return nil
	}
	return w
}

const (
	maxSubsets = 500
	manyLevels = 60 // states times marks from which on only one order of the marks is tried
)

func (g *graph) smaller(h *graph) bool {
	return cmp.Or(cmp.Compare(len(g.out), len(h.out)), cmp.Compare(g.edges(), h.edges())) < 0
}

// shrink applies simulations in both directions until they gain nothing, or cost too much.
func (g *graph) shrink() *graph {
	useless := 0
	for backward := false; useless < 2; backward = !backward {
		g.b.begin()
		h := g.simulate(backward)
		if h != nil {
			h = h.clean()
		}
		if !g.b.end() {
			break
		}
		if h.smaller(g) || h.marks < g.marks {
			useless = 0
			g = h
		} else {
			useless++
		}
	}
	return g
}

// clean removes what no accepted word needs: states from which no word is accepted, and marks that do not
// matter. Strongly connected components are looked at one by one, since a run stays in one of them in the end:
//   - in a component without an accepting cycle no transition needs marks, nor does one between components;
//   - in the others, a mark is not needed if all cycles that meet the other marks meet it.
//
// The marks that are left are numbered anew, from 0 on in each component, so that a
// graph has only as many as the component that needs most.
func (g *graph) clean() *graph {
	g = g.restrict(func(int) bool { return true })
	c := g.components()
	accepting := make([]bool, c.count)
	alive := make([]bool, c.count)
	members := g.members(c)
	for k := range c.count { // successors first
		accepting[k] = g.acceptingWithin(members[k], c)
		alive[k] = accepting[k]
		for _, s := range members[k] {
			for _, e := range g.out[s] {
				alive[k] = alive[k] || alive[c.of[e.dst]]
			}
		}
	}
	if !alive[c.of[g.initial]] {
		return &graph{b: g.b, out: make([][]edge, 1), byState: g.byState}
	}
	needed := make([][]uint64, c.count) // bits of the marks that count, by component
	marks := 0
	for k := range c.count {
		if accepting[k] {
			needed[k] = g.neededMarks(members[k], c)
			marks = max(marks, len(needed[k]))
		} else if alive[k] && g.cycleWithout(members[k], c, 0, 0) {
			marks = max(marks, 1) // so that there is one to be missed
		}
	}
	h := g.with(g.initial, make([][]edge, len(g.out)))
	h.marks = marks
	for s, out := range g.out {
		k := c.of[s]
		for _, e := range out {
			if !alive[c.of[e.dst]] {
				continue
			}
			inside := c.of[e.dst] == k
			m := h.all()
			switch {
			case !accepting[k] || !inside && !g.byState:
				m = 0
			default:
				for i, bit := range needed[k] {
					if e.marks&bit == 0 {
						m &^= 1 << i
					}
				}
			}
			h.out[s] = append(h.out[s], edge{e.label, m, e.dst})
		}
	}
	return h.restrict(func(s int) bool { return alive[c.of[s]] })
}

// members are the states of the components.
func (g *graph) members(c components) [][]int {
	out := make([][]int, c.count)
	for s, k := range c.of {
		if k >= 0 {
			out[k] = append(out[k], s)
		}
	}
	return out
}

// acceptingWithin tells whether there is a cycle with all marks in a component.
func (g *graph) acceptingWithin(members []int, c components) bool {
	var met uint64
	inner := false
	for _, s := range members {
		for _, e := range g.out[s] {
			if c.of[e.dst] == c.of[s] {
				met |= e.marks
				inner = true
			}
		}
	}
	return inner && met == g.all()
}

// neededMarks finds out which marks matter in an accepting component.
func (g *graph) neededMarks(members []int, c components) []uint64 {
	needed := g.all()
	for i := range g.marks {
		bit := uint64(1) << i
		if !g.cycleWithout(members, c, needed&^bit, bit) {
			needed &^= bit
		}
	}
	var out []uint64
	for i := range g.marks {
		if bit := uint64(1) << i; needed&bit != 0 {
			out = append(out, bit)
		}
	}
	return out
}

// cycleWithout tells whether there is a closed walk among the states that meets all the marks of met, and none of avoid.
func (g *graph) cycleWithout(members []int, c components, met, avoid uint64) bool {
	number := make(map[int]int, len(members))
	for i, s := range members {
		number[s] = i
	}
	inner := make([][]edge, len(members))
	starts := make([]int, len(members))
	for i, s := range members {
		starts[i] = i
		for _, e := range g.out[s] {
			if c.of[e.dst] == c.of[s] && e.marks&avoid == 0 {
				inner[i] = append(inner[i], edge{e.label, e.marks, number[e.dst]})
			}
		}
	}
	part := findComponents(len(members), starts, func(s int) int { return len(inner[s]) }, func(s, i int) int { return inner[s][i].dst })
	sum := make([]uint64, part.count)
	cyclic := make([]bool, part.count)
	for s, out := range inner {
		for _, e := range out {
			if k := part.of[s]; k == part.of[e.dst] {
				sum[k] |= e.marks
				cyclic[k] = true
			}
		}
	}
	for k := range sum {
		if cyclic[k] && sum[k]&met == met {
			return true
		}
	}
	return false
}
