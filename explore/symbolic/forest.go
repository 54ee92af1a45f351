package symbolic

import "math/bits"

// node names a set of values of the lower levels: the same set has the same node. It
// stays the same until a garbage collection finds that nobody needs it.
type node = uint32

const (
	nothing node = 0 // the empty set, of any level
	truth   node = 1 // level 0: the set of the empty tuple
	// anything is no node. Where a constraint is asked for, it is none.
	anything node = ^node(0)
	// sentinel is a bound: what is not less is no node.
	sentinel node = ^node(0) - 15
)

// edge leads from a node to the set of what may stand below a value.
type edge struct {
	value uint32 // by its number in the level's domain
	child node   // never nothing
}

// head is a node: its edges stand in the arena behind an entry that has the node as
// its value, and the number of edges as its child.
type head struct {
	offset uint32 // of that entry; of a free head: the next free one
	level  uint32 // 0 if the head is free
	hash   uint32
}

// forest holds all nodes, each set once: it is quasi-reduced, each path from a node of
// level k to truth has k edges, and the edges of a node are sorted by value.
type forest struct {
	heads []head
	arena []edge
	slots []node // the unique table: open addressing, at most half full
	free  node   // first of the list of free heads
	inUse int

	// stack holds unfinished nodes, and whatever else has to survive a collection.
	stack []edge
	// roots survive as well: see Set.
	roots []*root
	// frames are the nodes under work, one for each level from 1 on.
	frames []frame

	sets  cache // of union, intersection and difference
	fires cache // of everything that has to do with events

	budget      int64 // bytes; 0 is no limit
	threshold   int   // number of nodes that calls for a collection
	mostEdges   int   // length of the arena that does
	always      int   // if it is not 0, each so-many-th new node does: for tests
	made        uint64
	work        int    // edges that were looked at since the last pause
	pause       func() // is called now and then
	peakNodes   int
	peakBytes   int64
	collections int
}

const (
	fewNodes  = 1 << 10 // room in the beginning
	restNodes = 1 << 18 // fewer nodes are never collected without need
	restEdges = 1 << 22 // nor is a shorter arena
)

func newForest(levels int, budget int64) *forest {
	f := &forest{
		heads:     make([]head, 2, fewNodes),
		arena:     make([]edge, 0, 4*fewNodes),
		slots:     make([]node, 2*fewNodes),
		frames:    make([]frame, levels+1),
		budget:    budget,
		threshold: restNodes,
		mostEdges: restEdges,
		inUse:     2,
		pause:     func() {},
	}
	f.sets.resize(fewNodes)
	f.fires.resize(fewNodes)
	f.peakBytes = f.bytes()
	return f
}

// bytes is what the forest holds.
func (f *forest) bytes() int64 {
	return 12*int64(cap(f.heads)) + 8*int64(cap(f.arena)) + 4*int64(len(f.slots)) + f.sets.bytes() + f.fires.bytes()
}

// degree is the number of edges of a node of level 1 or more.
func (f *forest) degree(n node) uint32 { return f.arena[f.heads[n].offset].child }

// edge is the i-th one of a node. The arena moves whenever a node is made: nobody may
// hold on to a slice of it.
func (f *forest) edge(n node, i uint32) edge { return f.arena[f.heads[n].offset+1+i] }

// edges are all of a node, valid until the next node is made.
func (f *forest) edges(n node) []edge {
	at := f.heads[n].offset
	return f.arena[at+1 : at+1+f.arena[at].child]
}

// child is what n has below a value.
func (f *forest) child(n node, value uint32) node {
	if n == nothing {
		return nothing
	}
	edges := f.edges(n)
	lo, hi := 0, len(edges)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if edges[mid].value < value {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(edges) && edges[lo].value == value {
		return edges[lo].child
	}
	return nothing
}

// below is child for constraints, of which anything is one.
func (f *forest) below(constraint node, value uint32) node {
	if constraint == anything {
		return anything
	}
	return f.child(constraint, value)
}

func (f *forest) level(n node) int { return int(f.heads[n].level) }

func (f *forest) push(value uint32, child node) {
	f.stack = append(f.stack, edge{value, child})
}

// finish takes the edges from the stack, from base on, and returns their node.
func (f *forest) finish(level, base int) node {
	edges := f.stack[base:]
	if len(edges) == 0 {
		return nothing
	}
	h := hash(edges)
	mask := uint32(len(f.slots) - 1)
	i := h & mask
	for ; f.slots[i] != nothing; i = (i + 1) & mask {
		if n := f.slots[i]; f.heads[n].hash == h && f.same(n, edges) {
			f.stack = f.stack[:base]
			return n
		}
	}
	if f.makeRoom(len(edges)) {
		mask = uint32(len(f.slots) - 1)
		for i = h & mask; f.slots[i] != nothing; {
			i = (i + 1) & mask
		}
	}
	n := f.free
	if n != nothing {
		f.free = f.heads[n].offset
	} else {
		n = node(len(f.heads))
		f.heads = append(f.heads, head{})
	}
	f.heads[n] = head{offset: uint32(len(f.arena)), level: uint32(level), hash: h}
	f.arena = append(f.arena, edge{n, uint32(len(edges))})
	f.arena = append(f.arena, edges...)
	f.slots[i] = n
	f.stack = f.stack[:base]
	f.made++
	f.inUse++
	f.peakNodes = max(f.peakNodes, f.inUse)
	return n
}

// same compares a node's edges. Levels need no look: they are those of the children, plus one.
func (f *forest) same(n node, edges []edge) bool {
	own := f.edges(n)
	if len(own) != len(edges) {
		return false
	}
	for i, e := range own {
		if e != edges[i] {
			return false
		}
	}
	return true
}

func hash(edges []edge) uint32 {
	h := uint64(len(edges)) * 0x9e3779b97f4a7c15
	for _, e := range edges {
		hi, lo := bits.Mul64(h^(uint64(e.value)<<32|uint64(e.child)), 0xd6e8feb86659fd93)
		h = hi ^ lo
	}
	hi, lo := bits.Mul64(h, 0x9e3779b97f4a7c15)
	return uint32(hi ^ lo)
}

// workload is how much work there is between two pauses.
const workload = 1 << 16

// step counts an operation that no cache has saved, with as many edges.
func (f *forest) step(edges uint32) {
	if f.work += 8 + int(edges); f.work >= workload {
		f.work = 0
		f.pause()
	}
}
