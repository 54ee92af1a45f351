package ltl

import (
	"encoding/binary"
	"math"
)

// weak gives the least deterministic weak automaton (Dax, Eisinger, Klaedtke 2007): a subset construction, in which a
// component is accepting if the word of one of its cycles is accepted; then transient
// states get the acceptance that lets most states be merged (Löding 2001), and equivalent states are.
// It accepts the same words as g if some deterministic weak automaton does; otherwise it is wrong, and the caller must
// check that. It is nil if there are more subsets than the limit.
func (g *graph) weak(limit int) *graph {
	d, subsets := g.subsets(limit)
	if d == nil {
		return nil
	}
	c := d.components()
	color := make([]int, c.count)
	for k, members := range d.members(c) { // successors first
		worst := math.MaxInt // odd colours reject
		cyclic := false
		for _, s := range members {
			for _, e := range d.out[s] {
				if c.of[e.dst] == k {
					cyclic = true
				} else {
					worst = min(worst, color[c.of[e.dst]])
				}
			}
		}
		color[k] = worst
		if g.b.over() {
			return nil
		}
		if cyclic {
			accepting := g.acceptsFrom(subsets[members[0]], d.cycle(members[0], c))
			if accepting == (worst%2 != 0) {
				color[k]--
			}
		}
	}
	for s, out := range d.out {
		for i := range out {
			out[i].marks = uint64(1 - color[c.of[s]]%2)
		}
	}
	d.marks, d.byState = 1, true
	return d.mergeEquivalent()
}

// subsets is the subset construction: a deterministic graph, and which states of g each of its states stands for.
func (g *graph) subsets(limit int) (*graph, [][]int) {
	number := map[string]int{}
	var subsets [][]int
	add := func(subset []int) int {
		var key []byte
		for _, s := range subset {
			key = binary.AppendUvarint(key, uint64(s))
		}
		n, ok := number[string(key)]
		if !ok {
			n = len(subsets)
			number[string(key)] = n
			subsets = append(subsets, subset)
		}
		return n
	}
	add([]int{g.initial})
	d := g.with(0, nil)
	for i := 0; i < len(subsets); i++ {
		f := bddFalse
		for _, s := range subsets[i] {
			for _, e := range g.out[s] {
				f = g.b.or(f, g.b.and(e.label, g.b.variable(firstExtra+e.dst)))
			}
		}
		var out []edge
		for _, br := range g.b.branches(f) {
			// What is left is the disjunction of the targets.
			var subset []int
			for r := br.rest; r > bddTrue; r = g.b.nodes[r].low {
				subset = append(subset, int(g.b.nodes[r].level)-firstExtra)
			}
			out = append(out, edge{br.label, 0, add(subset)})
		}
		if g.b.over() || len(subsets) > limit {
			return nil, nil
		}
		d.out = append(d.out, out)
	}
	return d, subsets
}

// cycle gives labels along a cycle through s, which is in a component with edges inside.
func (g *graph) cycle(s int, c components) []bdd {
	type step struct {
		from  int
		label bdd
	}
	came := map[int]step{}
	queue := []int{s}
	for i := 0; i < len(queue); i++ {
		for _, e := range g.out[queue[i]] {
			if c.of[e.dst] != c.of[s] {
				continue
			}
			if e.dst == s {
				labels := []bdd{e.label}
				for t := queue[i]; t != s; t = came[t].from {
					labels = append([]bdd{came[t].label}, labels...)
				}
				return labels
			}
			if _, ok := came[e.dst]; !ok {
				came[e.dst] = step{queue[i], e.label}
				queue = append(queue, e.dst)
			}
		}
	}
	return nil
}

// acceptsFrom tells whether a word is accepted from one of some states that goes round a cycle of labels for ever. Of
// each label one valuation is taken.
func (g *graph) acceptsFrom(starts []int, labels []bdd) bool {
	n := len(labels)
	g.b.spend(n * (len(g.out) + g.edges()))
	product := &graph{b: g.b, marks: g.marks, out: make([][]edge, len(g.out)*n)}
	for i, label := range labels {
		valuation := g.b.valuation(label)
		for s, out := range g.out {
			for _, e := range out {
				if g.b.holdsAt(e.label, valuation) {
					product.out[s*n+i] = append(product.out[s*n+i], edge{bddTrue, e.marks, e.dst*n + (i+1)%n})
				}
			}
		}
	}
	from := make([]int, len(starts))
	for i, s := range starts {
		from[i] = s * n
	}
	c := product.componentsFrom(from)
	for _, members := range product.members(c) {
		if product.acceptingWithin(members, c) {
			return true
		}
	}
	return false
}

// mergeEquivalent makes states of a deterministic graph one that accept the same words, where it is known that the
// classes of such states agree in acceptance.
func (g *graph) mergeEquivalent() *graph {
	class := make([]int, len(g.out))
	for s, out := range g.out {
		if len(out) > 0 {
			class[s] = int(out[0].marks)
		}
	}
	count := 0
	for {
		classOf := map[[2]bdd]int{}
		next := make([]int, len(class))
		for s, out := range g.out {
			sign := bddFalse
			for _, e := range out {
				sign = g.b.or(sign, g.b.and(e.label, g.b.variable(firstExtra+class[e.dst])))
			}
			key := [2]bdd{bdd(class[s]), sign}
			k, ok := classOf[key]
			if !ok {
				k = len(classOf)
				classOf[key] = k
			}
			next[s] = k
		}
		class = next
		if g.b.over() {
			return nil
		}
		if len(classOf) == count {
			break
		}
		count = len(classOf)
	}
	out := make([][]edge, count)
	for s := range g.out {
		if k := class[s]; out[k] == nil {
			for _, e := range g.out[s] {
				out[k] = append(out[k], edge{e.label, e.marks, class[e.dst]})
			}
			out[k] = g.merge(out[k])
		}
	}
	return g.with(class[g.initial], out)
}

// meets tells whether two graphs accept a word in common. The diagrams must be the same.
func (g *graph) meets(h *graph) bool {
	type pair struct{ s, t int }
	number := map[pair]int{{g.initial, h.initial}: 0}
	pairs := []pair{{g.initial, h.initial}}
	product := &graph{b: g.b, marks: g.marks + h.marks}
	for i := 0; i < len(pairs); i++ {
		var out []edge
		for _, x := range g.out[pairs[i].s] {
			for _, y := range h.out[pairs[i].t] {
				g.b.spend(1)
				if g.b.and(x.label, y.label) == bddFalse {
					continue
				}
				p := pair{x.dst, y.dst}
				n, ok := number[p]
				if !ok {
					n = len(pairs)
					number[p] = n
					pairs = append(pairs, p)
				}
				out = append(out, edge{bddTrue, x.marks | y.marks<<g.marks, n})
			}
		}
		product.out = append(product.out, out)
		if g.b.over() {
			return true
		}
	}
	c := product.components()
	for _, members := range product.members(c) {
		if product.acceptingWithin(members, c) {
			return true
		}
	}
	return false
}

// opposite accepts the words that a deterministic automaton with acceptance by states, as weak gives it, does not accept.
func (g *graph) opposite() *graph {
	sink := len(g.out)
	out := make([][]edge, sink+1)
	for s, edges := range g.out {
		rest := bddTrue
		for _, e := range edges {
			out[s] = append(out[s], edge{e.label, 1 - e.marks, e.dst})
			rest = g.b.and(rest, g.b.not(e.label))
		}
		if rest != bddFalse {
			out[s] = append(out[s], edge{rest, 1, sink})
		}
	}
	out[sink] = []edge{{bddTrue, 1, sink}}
	return g.with(g.initial, out)
}
