package symbolic

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"

	"chorcheck/lts"
)

// Order is one way to give the components of a locality to the levels of a decision
// diagram.
type Order struct {
	Name       string  // how it came about, for people
	Components []int   // each component once, from the top level to the bottom
	Cost       float64 // an estimate that only orders of one locality share; less is better
}

// Orders gives candidate orders of the components, from the top level to the bottom, the
// most promising first, without doubles. There is at least one.
//
// It looks at which events touch which components, hardly at the relations, and takes
// time that is about linear in the size of the locality.
//
// No order is best for all systems, so there are several sources, each also upside down:
// the order as written, depth-first walks over the components that share events, and what
// FORCE makes of these. The estimate sorts them (see [hypergraph.cost]). A row counts as one
// component.
func Orders(loc *lts.Locality) []Order {
	if len(loc.Rows) == 0 {
		return ordersOf(loc)
	}
	units, single := contract(loc)
	orders := ordersOf(single)
	for i := range orders {
		var components []int
		for _, u := range orders[i].Components {
			components = append(components, units[u]...)
		}
		orders[i].Components = components
	}
	return orders
}

// contract makes a locality of which each row is one component, and lists what its components stand for.
func contract(loc *lts.Locality) (units [][]int, single *lts.Locality) {
	rows := map[int][]int{}
	inRow := map[int]bool{}
	for _, row := range loc.Rows {
		rows[row[0]] = row
		for _, c := range row[1:] {
			inRow[c] = true
		}
	}
	single = &lts.Locality{}
	number := make([]int, len(loc.Components))
	for c, component := range loc.Components {
		if inRow[c] {
			continue
		}
		number[c] = len(units)
		single.Components = append(single.Components, component)
		if row := rows[c]; row != nil {
			units = append(units, row)
		} else {
			units = append(units, []int{c})
		}
	}
	for _, e := range loc.Events {
		e.Parts = slices.Clone(e.Parts)
		for i := range e.Parts {
			e.Parts[i].Component = number[e.Parts[i].Component]
		}
		slices.SortFunc(e.Parts, func(a, b lts.Part) int { return cmp.Compare(a.Component, b.Component) })
		single.Events = append(single.Events, e)
	}
	return units, single
}

func ordersOf(loc *lts.Locality) []Order {
	h := newHypergraph(loc)
	counters, hubs := h.shared(loc)
	c := candidates{scored: h}
	if len(counters) > 0 {
		c.scored = h.without(counters)
	}
	// Of two that seem to be equally good, the one that is found first stays first. For the
	// two ways along a chain, say, that is the one upside down: what is written first
	// usually sets the others in motion. From the bottom it does so before they are
	// looked at, while from the top saturation finishes them again after each of its steps.
	shared := counters
	if len(shared) == 0 {
		shared = hubs
	}
	if 0 < len(shared) && len(shared) < h.size {
		// A component that most events or components have to do with, such as a count of the
		// faults so far, says nothing about which components belong together: in a walk
		// everything is its neighbour, and FORCE lets it pull all others to its own place.
		// Hence the others are put in order without it. Between them it would part those
		// that talk to each other. At the bottom it does not raise the top of any event,
		// so that saturation can finish the lower levels without the higher ones: for one
		// with few values this matters more. At the top the others become
		// independent of each other, as far as it was what bound them.
		for _, a := range h.without(shared).arrangements(shared) {
			back := reversed(a.Components)
			c.add(a.Name+", reversed, shared at the bottom", slices.Concat(back, shared))
			c.add(a.Name+", shared at the bottom", slices.Concat(a.Components, shared))
			c.add(a.Name+", reversed, shared at the top", slices.Concat(shared, back))
			c.add(a.Name+", shared at the top", slices.Concat(shared, a.Components))
		}
	}
	for _, a := range h.arrangements(nil) {
		c.add(a.Name+", reversed", reversed(a.Components))
		c.add(a.Name, a.Components)
	}
	slices.SortStableFunc(c.found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.spans, b.spans))
	})
	orders := make([]Order, len(c.found))
	for i := range c.found {
		orders[i] = c.found[i].Order
	}
	return orders
}

// candidates collects orders, each once.
type candidates struct {
	scored *hypergraph // what costs are about
	found  []candidate
}

type candidate struct {
	Order
	spans int64 // decide where the costs are the same
}

func (c *candidates) add(name string, components []int) {
	for i := range c.found {
		if slices.Equal(c.found[i].Components, components) {
			return
		}
	}
	positions := c.scored.positions(components)
	c.found = append(c.found, candidate{
		Order: Order{Name: name, Components: components, Cost: c.scored.cost(positions)},
		spans: c.scored.spans(positions),
	})
}

// arrangements gives orders of all components but those in without, which is ascending.
func (h *hypergraph) arrangements(without []int) []Order {
	written := make([]int, 0, h.size)
	for v := range h.size {
		if _, found := slices.BinarySearch(without, v); !found {
			written = append(written, v)
		}
	}
	g := h.neighbours()
	leaves := slices.Clone(written)
	slices.SortStableFunc(leaves, func(a, b int) int { return cmp.Compare(len(g[a]), len(g[b])) })
	hubs := slices.Clone(written)
	slices.SortStableFunc(hubs, func(a, b int) int { return cmp.Compare(len(g[b]), len(g[a])) })

	walk := depthFirst(g, written)
	return []Order{
		{Name: "depth-first", Components: walk},
		{Name: "depth-first from a leaf", Components: depthFirst(g, leaves)},
		{Name: "depth-first from a hub", Components: depthFirst(g, hubs)},
		{Name: "as written", Components: written},
		{Name: "FORCE after depth-first", Components: h.force(walk)},
		{Name: "FORCE", Components: h.force(written)},
	}
}

// depthFirst gives the vertices that can be reached from the roots in the order in which
// a walk comes to them that takes the roots one after the other, and the
// neighbours of a vertex in ascending order.
func depthFirst(neighbours [][]int32, roots []int) []int {
	order := make([]int, 0, len(neighbours))
	visited := make([]bool, len(neighbours))
	var stack []int32 // explicit: a chain of components may be long
	for _, root := range roots {
		stack = append(stack[:0], int32(root))
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if visited[v] {
				continue
			}
			visited[v] = true
			order = append(order, int(v))
			for _, n := range slices.Backward(neighbours[v]) {
				if !visited[n] {
					stack = append(stack, n)
				}
			}
		}
	}
	return order
}

func reversed(order []int) []int {
	back := slices.Clone(order)
	slices.Reverse(back)
	return back
}

// hypergraph says which components are touched together: its vertices are the
// components, and each edge is the set of components of at least one event.
type hypergraph struct {
	size   int // how many components
	starts []int32
	pins   []int32 // edge i consists of pins[starts[i]:starts[i+1]], ascending
	// weights says, on a logarithmic scale, how many events an edge stands for. A hundred
	// events over the same components, one for each kind of message, cost more than
	// one, but not as much as a hundred that lie anywhere.
	weights []int64
}

// newHypergraph leaves out events that touch fewer than two components, since they are
// as cheap in any order.
func newHypergraph(loc *lts.Locality) *hypergraph {
	h := &hypergraph{size: len(loc.Components), starts: []int32{0}}
	edges := map[string]int{}
	var counts []uint
	var key []byte
	for i := range loc.Events {
		parts := loc.Events[i].Parts
		if len(parts) < 2 {
			continue
		}
		key = key[:0]
		for _, p := range parts {
			key = binary.LittleEndian.AppendUint32(key, uint32(p.Component))
		}
		if at, ok := edges[string(key)]; ok {
			counts[at]++
			continue
		}
		edges[string(key)] = len(counts)
		counts = append(counts, 1)
		for _, p := range parts {
			h.pins = append(h.pins, int32(p.Component))
		}
		h.starts = append(h.starts, int32(len(h.pins)))
	}
	h.weights = make([]int64, len(counts))
	for i, n := range counts {
		h.weights[i] = int64(bits.Len(n))
	}
	return h
}

func (h *hypergraph) edge(i int) []int32 { return h.pins[h.starts[i]:h.starts[i+1]] }

// fewValues is how many values a component may have to be a counter.
const fewValues = 8

// shared gives the components that more than half of the edges touch, or that are neighbours
// of more than half of all components, ascending: those with few values, and the rest.
// The first do not count for costs, since what is above them has
// to be told apart only by what it adds up to. The second, usually the role in the middle of
// a star, do: which of its many values goes together with what is another matter.
func (h *hypergraph) shared(loc *lts.Locality) (counters, hubs []int) {
	touching := make([]int, h.size)
	for _, v := range h.pins {
		touching[v]++
	}
	values := map[int]map[uint32]bool{}
	for v, neighbours := range h.neighbours() {
		if 2*touching[v] > len(h.weights) || 2*len(neighbours) > h.size {
			values[v] = map[uint32]bool{}
		}
	}
	large := map[int]bool{}
	for i := range loc.Events {
		for _, p := range loc.Events[i].Parts {
			found, ok := values[p.Component]
			if !ok || large[p.Component] {
				continue
			}
			for _, pair := range p.Relation.Pairs {
				found[pair.From], found[pair.To] = true, true
				if len(found) > fewValues {
					break
				}
			}
			large[p.Component] = p.Relation.Next != nil || p.Relation.Pass != nil || len(found) > fewValues
		}
	}
	for _, v := range slices.Sorted(maps.Keys(values)) {
		if large[v] {
			hubs = append(hubs, v)
		} else {
			counters = append(counters, v)
		}
	}
	return counters, hubs
}

// without gives the hypergraph in which no edge touches the vertices that are given,
// in ascending order.
func (h *hypergraph) without(vertices []int) *hypergraph {
	gone := make([]bool, h.size)
	for _, v := range vertices {
		gone[v] = true
	}
	rest := &hypergraph{size: h.size, starts: []int32{0}}
	for i, weight := range h.weights {
		from := len(rest.pins)
		for _, v := range h.edge(i) {
			if !gone[v] {
				rest.pins = append(rest.pins, v)
			}
		}
		if len(rest.pins)-from < 2 {
			rest.pins = rest.pins[:from]
			continue
		}
		rest.starts = append(rest.starts, int32(len(rest.pins)))
		rest.weights = append(rest.weights, weight)
	}
	return rest
}

// incident gives for each vertex the edges that touch it, ascending.
func (h *hypergraph) incident() [][]int32 {
	degrees := make([]int32, h.size)
	for _, v := range h.pins {
		degrees[v]++
	}
	room := make([]int32, len(h.pins))
	lists := make([][]int32, h.size)
	for v, n := range degrees {
		lists[v], room = room[:0:n], room[n:]
	}
	for i := range h.weights {
		for _, v := range h.edge(i) {
			lists[v] = append(lists[v], int32(i))
		}
	}
	return lists
}

// widest is the number of components above which an edge does not make neighbours of
// them. An event that touches so many, such as a crash that empties all queues of a role,
// says little about two of them, and the pairs would be too many.
const widest = 8

// neighbours gives the communication graph: for each vertex the others that it has
// an edge with, ascending.
func (h *hypergraph) neighbours() [][]int32 {
	lists := make([][]int32, h.size)
	seen := make([]int, h.size) // the last vertex, plus one, in whose list it is
	for v, edges := range h.incident() {
		seen[v] = v + 1
		for _, e := range edges {
			edge := h.edge(int(e))
			if len(edge) > widest {
				continue
			}
			for _, n := range edge {
				if seen[n] != v+1 {
					seen[n] = v + 1
					lists[v] = append(lists[v], n)
				}
			}
		}
		slices.Sort(lists[v])
	}
	return lists
}

// Bounds for FORCE, which usually settles after some ten rounds: how many rounds there
// are at most, and how many pins they visit together.
const (
	mostRounds = 50
	mostVisits = 1_000_000
)

// force improves an order, which it leaves as it is: in each round an edge goes to the
// middle of its vertices, and then a vertex to the middle of its edges, as if these were
// springs. It ends when the sum of the spans of the edges does not shrink any more.
//
// F. A. Aloul, I. L. Markov, K. A. Sakallah: FORCE: A fast and easy-to-implement
// variable-ordering heuristic. GLSVLSI 2003.
func (h *hypergraph) force(order []int) []int {
	const scale = 1 << 10 // positions are integers, so that all machines agree
	best := order
	positions := h.positions(best)
	span := h.spans(positions)
	sums := make([]int64, h.size)
	totals := make([]int64, h.size)
	rounds := min(mostRounds, 1+mostVisits/(len(h.pins)+h.size+1))
	for range rounds {
		clear(sums)
		clear(totals)
		for i, weight := range h.weights {
			edge := h.edge(i)
			var sum int64
			for _, v := range edge {
				sum += int64(positions[v])
			}
			middle := weight * (sum * scale / int64(len(edge)))
			for _, v := range edge {
				sums[v] += middle
				totals[v] += weight
			}
		}
		for v, total := range totals {
			if total == 0 { // nothing pulls at it
				sums[v] = int64(positions[v]) * scale
			} else {
				sums[v] /= total
			}
		}
		next := slices.Clone(best)
		slices.SortStableFunc(next, func(a, b int) int { return cmp.Compare(sums[a], sums[b]) })
		positions = h.positions(next)
		shrunk := h.spans(positions)
		if shrunk >= span {
			break
		}
		best, span = next, shrunk
	}
	return best
}

// positions says for each component where in the order it is; the top is 0.
func (h *hypergraph) positions(order []int) []int32 {
	positions := make([]int32, h.size)
	for at, v := range order {
		positions[v] = int32(at)
	}
	return positions
}

// spans gives the sum over all edges, by weight, of how many levels lie between their
// highest component and their lowest.
func (h *hypergraph) spans(positions []int32) int64 {
	var spans int64
	for i, weight := range h.weights {
		edge := h.edge(i)
		first, last := positions[edge[0]], positions[edge[0]]
		for _, v := range edge[1:] {
			first, last = min(first, positions[v]), max(last, positions[v])
		}
		spans += weight * int64(last-first)
	}
	return spans
}

// cost estimates how large the diagrams get with these positions of all components: the
// mean, over the gaps between levels, of how many of the components above the gap share
// an event with one below, as part of all components. These are what the nodes below the
// gap have to tell apart, as far as can be seen without the relations.
//
// In the theory of sparse matrices this is the profile. J. Meijer, J. van de Pol:
// Bandwidth and wavefront reduction for static variable ordering in symbolic reachability
// analysis. NFM 2016.
//
// The better known estimates, such as the sum of the events' spans, or of their products
// with a power of their tops (R. I. Siminiceanu, G. Ciardo: New metrics for static variable
// ordering in decision diagrams. TACAS 2006), count a component that talks to many once
// for each of these. So they pull it into the midst of the others, and pay for its
// shorter events by interleaving components that have nothing to do with each other. Here
// it counts once in each gap, and is best at the top: for each of its values the others
// are nearly independent of each other, and the diagram is about as large as theirs one
// after the other. If it is at the bottom, the nodes above it tell apart the sets of its
// values that go together with all that is above them.
func (h *hypergraph) cost(positions []int32) float64 {
	if h.size < 2 {
		return 0
	}
	lowest := slices.Clone(positions) // of what it shares an event with
	for i := range h.weights {
		edge := h.edge(i)
		last := positions[edge[0]]
		for _, v := range edge[1:] {
			last = max(last, positions[v])
		}
		for _, v := range edge {
			lowest[v] = max(lowest[v], last)
		}
	}
	var profile int64
	for v, low := range lowest {
		profile += int64(low - positions[v])
	}
	return float64(profile) / float64(int64(h.size)*int64(h.size-1))
}
