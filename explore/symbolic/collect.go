package symbolic

import "slices"

// makeRoom sees to it that a node with so many edges can be made: it collects garbage, or
// takes memory. It reports whether the unique table has changed, and aborts with
// [ErrMemory] if the budget allows neither. All that is needed has to be reachable from the
// roots, the stack or the frames.
func (f *forest) makeRoom(edges int) bool {
	if f.always != 0 && f.made%uint64(f.always) == 0 || f.inUse >= f.threshold || len(f.arena) >= f.mostEdges {
		f.collect()
		f.threshold = max(restNodes, 2*f.inUse)
		f.mostEdges = max(restEdges, 2*len(f.arena))
		f.growNodes()
		f.growArena(edges)
		if !f.fits(edges) {
			panic(abort{ErrMemory})
		}
		return true
	}
	if f.fits(edges) {
		return false
	}
	if f.growNodes() && f.growArena(edges) {
		return true
	}
	// A collection that gives back little would soon be followed by the next, and what the caches have
	// no room for is done again and again.
	if f.made > mostTurnover*uint64(cap(f.heads)) {
		panic(abort{ErrMemory})
	}
	f.collect()
	idle, unused := cap(f.heads)-f.inUse, cap(f.arena)-len(f.arena)
	if idle < cap(f.heads)/4 && !f.growNodes() || unused < cap(f.arena)/4 && !f.growArena(max(edges, cap(f.arena)/4)) || !f.fits(edges) {
		panic(abort{ErrMemory})
	}
	return true
}

// mostTurnover is how often the room for nodes may be filled before a search with a budget gives up.
const mostTurnover = 16

// fits reports whether there is room as it is.
func (f *forest) fits(edges int) bool {
	return (f.free != nothing || len(f.heads) < cap(f.heads)) && len(f.arena)+1+edges <= cap(f.arena)
}

// growNodes makes room for one more node at least, and reports whether it could.
func (f *forest) growNodes() bool {
	if f.free != nothing || len(f.heads) < cap(f.heads) {
		return true
	}
	n := 2 * len(f.slots) // always twice the capacity for nodes, or more
	if n/2 > int(sentinel) || !f.affords(12*int64(n/2-cap(f.heads))+4*int64(n-len(f.slots))) {
		return false
	}
	heads := make([]head, len(f.heads), n/2)
	copy(heads, f.heads)
	f.heads = heads
	f.slots = make([]node, n)
	f.rehash()
	f.peakBytes = max(f.peakBytes, f.bytes())
	return true
}

// growArena makes room for so many edges, and reports whether it could.
func (f *forest) growArena(edges int) bool {
	need := len(f.arena) + 1 + edges
	if need <= cap(f.arena) {
		return true
	}
	if need > int(sentinel) {
		return false
	}
	n := min(max(need, cap(f.arena)+cap(f.arena)/2), int(sentinel))
	if !f.affords(8 * int64(n-cap(f.arena))) {
		// The rest of the budget, unless it is so little that this would soon be asked again.
		n = cap(f.arena) + int(max(0, f.budget-f.bytes())/8)
		if n < need || n < cap(f.arena)+cap(f.arena)/8 {
			return false
		}
	}
	arena := make([]edge, len(f.arena), n)
	copy(arena, f.arena)
	f.arena = arena
	f.peakBytes = max(f.peakBytes, f.bytes())
	return true
}

func (f *forest) affords(more int64) bool { return f.budget == 0 || f.bytes()+more <= f.budget }

// collect frees all nodes that cannot be reached from the roots, the stack and the frames:
// mark, then sweep through the arena, whose nodes move together. Nodes keep their numbers.
func (f *forest) collect() {
	f.collections++
	marked := f.mark()
	to := 0
	for from := 0; from < len(f.arena); {
		n, size := f.arena[from].value, int(f.arena[from].child)+1
		if marked[n] {
			copy(f.arena[to:to+size], f.arena[from:from+size])
			f.heads[n].offset = uint32(to)
			to += size
		} else {
			f.heads[n].level = 0
		}
		from += size
	}
	f.arena = f.arena[:to]
	f.free, f.inUse = nothing, 2
	for n := len(f.heads) - 1; n > int(truth); n-- {
		if f.heads[n].level == 0 {
			f.heads[n].offset = f.free
			f.free = node(n)
		} else {
			f.inUse++
		}
	}
	alive := func(n node) bool { return n >= sentinel || marked[n] }
	f.sets.purge(alive)
	f.fires.purge(alive)
	clear(f.slots)
	f.rehash()
}

// mark finds the nodes that are needed.
func (f *forest) mark() []bool {
	marked := make([]bool, len(f.heads))
	marked[nothing], marked[truth] = true, true
	var todo []node
	visit := func(n node) {
		if !marked[n] {
			marked[n] = true
			todo = append(todo, n)
		}
	}
	for _, r := range f.roots {
		visit(r.node)
	}
	for _, e := range f.stack {
		visit(e.child)
	}
	for i := range f.frames {
		for _, v := range f.frames[i].present {
			visit(f.frames[i].children[v])
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, e := range f.edges(n) {
			visit(e.child)
		}
	}
	return marked
}

// rehash fills the unique table, which is empty.
func (f *forest) rehash() {
	mask := uint32(len(f.slots) - 1)
	for n := int(truth) + 1; n < len(f.heads); n++ {
		if f.heads[n].level == 0 {
			continue
		}
		i := f.heads[n].hash & mask
		for f.slots[i] != nothing {
			i = (i + 1) & mask
		}
		f.slots[i] = node(n)
	}
}

// count is the number of nodes of a set.
func (f *forest) count(n node) int {
	total := 0
	for _, level := range f.byLevel(n) {
		total += len(level)
	}
	return total
}

// byLevel lists the nodes of a set, level by level, each in ascending order.
func (f *forest) byLevel(n node) [][]node {
	levels := make([][]node, len(f.frames))
	if n == nothing {
		return levels
	}
	seen := make([]bool, len(f.heads))
	seen[n] = true
	levels[f.level(n)] = []node{n}
	for l := f.level(n); l > 0; l-- {
		slices.Sort(levels[l])
		for _, n := range levels[l] {
			for _, e := range f.edges(n) {
				if !seen[e.child] {
					seen[e.child] = true
					levels[l-1] = append(levels[l-1], e.child)
				}
			}
		}
	}
	return levels
}
