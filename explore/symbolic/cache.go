package symbolic

import "math/bits"

// entry is a remembered result: that of doing op to a and b.
type entry struct {
	op     uint32 // never 0 in an entry that is used
	a, b   node   // or a sentinel
	result node
}

// cache is direct-mapped and forgets: a result that is not found is computed again.
type cache struct {
	entries []entry
	lost    int // results that others have displaced since it was last resized
}

func (c *cache) bytes() int64 { return 16 * int64(len(c.entries)) }

// resize changes the number of entries, a power of two, and keeps what it can.
func (c *cache) resize(n int) {
	old := c.entries
	c.entries, c.lost = make([]entry, n), 0
	for _, e := range old {
		if e.op != 0 {
			*c.slot(e.op, e.a, e.b) = e
		}
	}
}

func (c *cache) slot(op uint32, a, b node) *entry {
	hi, lo := bits.Mul64(uint64(a)<<32|uint64(b), 0x9e3779b97f4a7c15)
	hi2, lo2 := bits.Mul64((hi^lo)+uint64(op), 0xd6e8feb86659fd93)
	return &c.entries[int(hi2^lo2)&(len(c.entries)-1)]
}

func (c *cache) get(op uint32, a, b node) (node, bool) {
	e := c.slot(op, a, b)
	return e.result, e.op == op && e.a == a && e.b == b
}

// put remembers a result. The cache grows when it has lost as much as it can hold, as long as
// the forest has the room.
func (f *forest) put(c *cache, op uint32, a, b, result node) {
	e := c.slot(op, a, b)
	if e.op != 0 {
		if c.lost++; c.lost > len(c.entries) && f.mayGrow(c) {
			c.resize(2 * len(c.entries))
			e = c.slot(op, a, b)
		}
	}
	*e = entry{op, a, b, result}
}

const (
	maxEntries = 1 << 23
	cacheShare = 4 // a cache may have this part of the budget
)

func (f *forest) mayGrow(c *cache) bool {
	if len(c.entries) >= maxEntries {
		return false
	}
	if f.budget != 0 && (2*c.bytes() > f.budget/cacheShare || f.bytes()+c.bytes() > f.budget) {
		return false
	}
	f.peakBytes = max(f.peakBytes, f.bytes()+c.bytes())
	return true
}

// drop forgets the results of some operations.
func (c *cache) drop(of func(op uint32) bool) {
	for i, e := range c.entries {
		if e.op != 0 && of(e.op) {
			c.entries[i] = entry{}
		}
	}
}

// purge drops the entries with a node that is not alive.
func (c *cache) purge(alive func(node) bool) {
	for i, e := range c.entries {
		if e.op != 0 && !(alive(e.a) && alive(e.b) && alive(e.result)) {
			c.entries[i] = entry{}
		}
	}
}
