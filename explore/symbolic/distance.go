package symbolic

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// How far configurations are from the initial one is a diagram as well, whose edges carry
// numbers: the sum along a path is the distance of its configuration. Where parts of a
// system are independent distances add up, so that it is hardly larger than the diagram of the reachable
// set, while the layers of a breadth-first search would have to tell all sums apart. It is found by saturation, too:
// the least distances are the fixed point of taking what is less.
//
// G. Ciardo, R. Siminiceanu: Using edge-valued decision diagrams for symbolic generation of
// shortest paths. FMCAD 2002.

// weighted is a distance function on the lower levels: that of a node, plus a number.
// No node stands for a function that is nowhere finite.
type weighted struct {
	plus uint32
	node uint32
}

// weightedEdge leads from a node to what stands below a value. The least number of a node's edges is 0,
// so that equal functions are equal nodes.
type weightedEdge struct {
	value uint32
	weighted
}

// distances holds the nodes and tables of one diagram. Nothing is collected: it is made once.
type distances struct {
	sp     *Space
	levels []int32  // by node; 0 and 1 are as in a forest
	starts []uint32 // by node, and one more: where its edges begin
	edges  []weightedEdge
	slots  []uint32
	minima weightedCache
	fires  weightedCache
	frames []weightedFrame
	most   int
	all    weighted
	stack  []weightedEdge
}

// bytesPerNode is about what a node takes, with its edges and the tables.
const bytesPerNode = 160

type weightedResult struct {
	op, a, b uint32
	weighted
}

type weightedFrame struct {
	below   []weighted
	present []uint32
	queue   []uint32
	queued  []bool
}

// newDistances computes all distances. The error is [ErrFar], or that of the context.
func newDistances(sp *Space) (d *distances, err error) {
	most := sp.opt.DistanceNodes
	if most == 0 {
		most = math.MaxInt32
	}
	if budget := sp.opt.Memory; budget > 0 {
		most = min(most, int(max(0, budget-sp.forest.bytes())/bytesPerNode))
	}
	d = &distances{
		sp: sp, levels: make([]int32, 2), starts: make([]uint32, 3), frames: make([]weightedFrame, len(sp.domains)), most: most,
		slots: make([]uint32, 1<<10), minima: newWeightedCache(), fires: newWeightedCache(),
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case abort:
			d, err = nil, r.err
		default:
			panic(r)
		}
	}()
	program := sp.program(forward)
	init := sp.initial.root.node
	values := sp.least(init)
	f := weighted{0, truth}
	for l := 1; l < len(values); l++ {
		d.set(&d.frames[l], values[l], f)
		d.closure(program, l)
		f = d.close(l)
	}
	d.all = f
	d.minima, d.fires, d.slots, d.frames = weightedCache{}, weightedCache{}, nil, nil
	return d, nil
}

func (d *distances) of(n uint32) []weightedEdge { return d.edges[d.starts[n]:d.starts[n+1]] }

func (d *distances) set(w *weightedFrame, value uint32, f weighted) {
	if n := int(value) + 1; n > len(w.below) {
		more := max(n, 2*len(w.below)) - len(w.below)
		w.below = append(w.below, make([]weighted, more)...)
		w.queued = append(w.queued, make([]bool, more)...)
	}
	if w.below[value].node == nothing {
		w.present = append(w.present, value)
	}
	w.below[value] = f
}

// add takes the least of what is there and f, and reports whether that has changed anything.
func (d *distances) add(w *weightedFrame, value uint32, f weighted) bool {
	old := weighted{}
	if int(value) < len(w.below) {
		old = w.below[value]
	}
	least := d.min(old, f)
	if least == old {
		return false
	}
	d.set(w, value, least)
	return true
}

// close makes the node of a frame.
func (d *distances) close(level int) weighted {
	w := &d.frames[level]
	if len(w.present) == 0 {
		return weighted{}
	}
	slices.Sort(w.present)
	base := len(d.stack)
	for _, v := range w.present {
		d.stack = append(d.stack, weightedEdge{v, w.below[v]})
		w.below[v] = weighted{}
	}
	w.present, w.queue = w.present[:0], w.queue[:0]
	f := d.make(level, d.stack[base:])
	d.stack = d.stack[:base]
	return f
}

// make gives the function with these edges, which it changes.
func (d *distances) make(level int, edges []weightedEdge) weighted {
	plus := uint32(math.MaxUint32)
	for _, e := range edges {
		plus = min(plus, e.plus)
	}
	h := uint64(len(edges))
	for i := range edges {
		edges[i].plus -= plus
		h = mix(h^uint64(edges[i].value)<<32^uint64(edges[i].node), uint64(edges[i].plus)+0x9e3779b97f4a7c15)
	}
	mask := uint32(len(d.slots) - 1)
	i := uint32(h>>32) & mask
	for ; d.slots[i] != nothing; i = (i + 1) & mask {
		if slices.Equal(d.of(d.slots[i]), edges) {
			return weighted{plus, d.slots[i]}
		}
	}
	n := uint32(len(d.levels))
	if int(n) >= d.most {
		panic(abort{ErrFar})
	}
	d.levels = append(d.levels, int32(level))
	d.edges = append(d.edges, edges...)
	d.starts = append(d.starts, uint32(len(d.edges)))
	d.slots[i] = n
	if 2*len(d.levels) > len(d.slots) {
		d.grow()
	}
	return weighted{plus, n}
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xd6e8feb86659fd93, b)
	return hi ^ lo
}

// grow doubles the unique table.
func (d *distances) grow() {
	d.slots = make([]uint32, 2*len(d.slots))
	mask := uint32(len(d.slots) - 1)
	for n := uint32(2); n < uint32(len(d.levels)); n++ {
		edges := d.of(n)
		h := uint64(len(edges))
		for _, e := range edges {
			h = mix(h^uint64(e.value)<<32^uint64(e.node), uint64(e.plus)+0x9e3779b97f4a7c15)
		}
		i := uint32(h>>32) & mask
		for d.slots[i] != nothing {
			i = (i + 1) & mask
		}
		d.slots[i] = n
	}
}

// weightedCache is as a forest's: direct-mapped, and larger when it has lost as much as it can hold.
type weightedCache struct {
	entries []weightedResult
	lost    int
}

func newWeightedCache() weightedCache {
	return weightedCache{entries: make([]weightedResult, fewNodes)}
}

func (c *weightedCache) slot(op, a, b uint32) *weightedResult {
	return &c.entries[int(mix(uint64(a)<<32|uint64(b), uint64(op)*2+0x9e3779b97f4a7c15))&(len(c.entries)-1)]
}

// get never finds a result for a node below 2.
func (c *weightedCache) get(op, a, b uint32) (weighted, bool) {
	r := c.slot(op, a, b)
	return r.weighted, r.op == op && r.a == a && r.b == b
}

func (c *weightedCache) put(op, a, b uint32, f weighted) {
	if c.slot(op, a, b).a != nothing {
		if c.lost++; c.lost > len(c.entries) && len(c.entries) < maxEntries {
			old := c.entries
			c.entries, c.lost = make([]weightedResult, 2*len(old)), 0
			for _, r := range old {
				if r.a != nothing {
					*c.slot(r.op, r.a, r.b) = r
				}
			}
		}
	}
	*c.slot(op, a, b) = weightedResult{op, a, b, f}
}

// min is the least of two functions, point by point.
func (d *distances) min(f, g weighted) weighted {
	switch {
	case f.node == nothing:
		return g
	case g.node == nothing || f == g:
		return f
	case f.node == g.node:
		return weighted{min(f.plus, g.plus), f.node}
	}
	if f.plus > g.plus || f.plus == g.plus && f.node > g.node {
		f, g = g, f
	}
	plus, over := f.plus, g.plus-f.plus
	if r, ok := d.minima.get(over, f.node, g.node); ok {
		return weighted{plus + r.plus, r.node}
	}
	a, b := f.node, g.node
	base := len(d.stack)
	i, j, na, nb := d.starts[a], d.starts[b], d.starts[a+1], d.starts[b+1]
	d.sp.forest.step(na - i + nb - j)
	for i < na || j < nb {
		switch {
		case j == nb || i < na && d.edges[i].value < d.edges[j].value:
			d.stack = append(d.stack, d.edges[i])
			i++
		case i == na || d.edges[j].value < d.edges[i].value:
			e := d.edges[j]
			e.plus += over
			d.stack = append(d.stack, e)
			j++
		default:
			x, y := d.edges[i], d.edges[j]
			y.plus += over
			d.stack = append(d.stack, weightedEdge{x.value, d.min(x.weighted, y.weighted)})
			i, j = i+1, j+1
		}
	}
	m := d.make(int(d.levels[a]), d.stack[base:])
	d.stack = d.stack[:base]
	d.minima.put(over, a, b, m)
	return weighted{plus + m.plus, m.node}
}

// fire is what a suffix makes of the function of a node, saturated.
func (d *distances) fire(pr *program, s suffix, n uint32) weighted {
	if s == finished {
		return weighted{0, n}
	}
	if r, ok := d.fires.get(s, n, 0); ok {
		return r
	}
	level := int(d.levels[n])
	w := &d.frames[level]
	first := d.sp.links[s]
	here := d.sp.arcs[first.arc].level == level
	d.sp.forest.step(d.starts[n+1] - d.starts[n])
	for i := d.starts[n]; i < d.starts[n+1]; i++ {
		e := d.edges[i]
		switch {
		case !here:
			if f := d.fire(pr, s, e.node); f.node != nothing {
				f.plus += e.plus
				d.add(w, e.value, f)
			}
		case d.sp.arcs[first.arc].isPass:
			for _, t := range d.sp.turns(first.arc, e.value) {
				d.follow(pr, w, t.targets, d.sp.follows(t, first.rest), e.weighted, 0, false)
			}
		default:
			d.follow(pr, w, d.sp.targets(first.arc, e.value), first.rest, e.weighted, 0, false)
		}
	}
	d.closure(pr, level)
	r := d.close(level)
	d.fires.put(s, n, 0, r)
	return r
}

// follow fires the rest of an event in what is below one value, and adds the result, with some more steps, below
// each of the targets.
func (d *distances) follow(pr *program, w *weightedFrame, targets []uint32, rest suffix, from weighted, more uint32, enqueue bool) {
	if len(targets) == 0 {
		return
	}
	f := d.fire(pr, rest, from.node)
	if f.node == nothing {
		return
	}
	f.plus += from.plus + more
	for _, to := range targets {
		if d.add(w, to, f) && enqueue && !w.queued[to] {
			w.queued[to] = true
			w.queue = append(w.queue, to)
		}
	}
}

// closure lets the events with their top at a level, each of which is one step, make distances less until
// nothing changes.
func (d *distances) closure(pr *program, level int) {
	if len(pr.tops[level]) == 0 {
		return
	}
	w := &d.frames[level]
	for _, v := range w.present {
		w.queued[v] = true
		w.queue = append(w.queue, v)
	}
	for at := 0; at < len(w.queue); at++ {
		v := w.queue[at]
		w.queued[v] = false
		m := d.sp.from(pr, level, v)
		for i := range m.changing {
			mv := m.list[i]
			d.follow(pr, w, mv.targets, mv.rest, w.below[v], 1, true)
		}
		if at >= 1<<10 && at >= len(w.queue)/2 {
			w.queue = w.queue[:copy(w.queue, w.queue[at+1:])]
			at = -1
		}
	}
	w.queue = w.queue[:0]
}

// nearest gives the least distance of a member of a set, and the values of the first such member; found is false
// if there is none.
func (d *distances) nearest(set node) (values []uint32, distance uint32, found bool) {
	const far = math.MaxUint32
	type pair struct{ function, set uint32 }
	known := map[pair]uint32{}
	var least func(p pair) uint32
	// each calls yield for what is below the values that both have.
	each := func(p pair, yield func(e weightedEdge, below pair)) {
		for _, e := range d.of(p.function) {
			if c := d.sp.forest.child(p.set, e.value); c != nothing {
				yield(e, pair{e.node, c})
			}
		}
	}
	least = func(p pair) uint32 {
		if p.function == truth {
			return 0
		}
		if r, ok := known[p]; ok {
			return r
		}
		r := uint32(far)
		each(p, func(e weightedEdge, below pair) {
			if x := least(below); x != far {
				r = min(r, e.plus+x)
			}
		})
		known[p] = r
		return r
	}
	if set == nothing {
		return nil, 0, false
	}
	at := pair{d.all.node, set}
	rest := least(at)
	if rest == far {
		return nil, 0, false
	}
	distance = d.all.plus + rest
	values = make([]uint32, len(d.sp.domains))
	for l := len(d.sp.domains) - 1; l > 0; l-- {
		names := d.sp.domains[l].values
		var best weightedEdge
		var below pair
		some := false
		each(at, func(e weightedEdge, b pair) {
			if x := least(b); x != far && e.plus+x == rest && (!some || cmp.Less(names[e.value], names[best.value])) {
				best, below, some = e, b, true
			}
		})
		values[l], at, rest = best.value, below, rest-best.plus
	}
	return values, distance, true
}

// shortest is a shortest run to a member of a set ; nil if none of its members can be reached.
func (d *distances) shortest(goal node) ([]lts.State, error) {
	sp := d.sp
	y := sp.exactly(backward)
	var path []lts.State
	values, distance, found := d.nearest(goal)
	if !found {
		return nil, nil
	}
	for ; found; distance-- {
		path = append(path, sp.state(values))
		if distance == 0 {
			slices.Reverse(path)
			return path, nil
		}
		if err := sp.ctx.Err(); err != nil {
			return nil, err
		}
		here := sp.set(sp.single(values))
		before := sp.set(y.imageAll(here.root.node, sp.all.root.node))
		here.Release()
		var nearer uint32
		values, nearer, found = d.nearest(before.root.node)
		before.Release()
		if nearer+1 != distance {
			break
		}
	}
	bug.Panicf("symbolic: distances do not fit together")
	return nil, nil
}
