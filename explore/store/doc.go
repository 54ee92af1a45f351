// Package store is the set of configurations that a search has seen. It is
// exact, it is shared by all workers, and nobody waits on the way in.
//
// A [Store] has two parts. The arena holds each state once, packed, in the order
// in which a worker found it: each worker has a list of its own, cut into chunks
// of 2^18 states, so that a level of a breadth-first search is one interval of
// each list. The table finds a state again:
//
//	width 1    open addressing, the whole state in its slot; a state that is
//	           there costs one cache line, and the arena is not touched
//	width >=2  open addressing over slots of 8 bytes, 24 bits of the hash and
//	           40 bits of the state's place in the arena; equal bits are
//	           followed by a comparison of all words
//
// A probe goes round the eight slots of its cache line before it takes the next
// line. A slot is written once, by compare-and-swap, and never changed.
//
// States come in batches of up to [Batch]: all slots of a batch are prefetched
// before the first one is looked at, since the table is much larger than the
// caches and a dependent load from it takes longer than to make the state.
// Tables and chunks are mapped memory with huge pages where the system has
// them, and ordinary slices elsewhere.
//
// The table does not grow by itself: [Writer.Add] stops when more states could
// fill it beyond three quarters, all workers stop, and [Store.Grow] makes a new
// one in parallel. It is filled from the arena, so the old table is given back
// first and there are never two.
//
// Costs: width 1 takes 19 to 30 bytes a state, width w 11 to 22 bytes and the
// 8*w of the state. Nothing is allocated for a state.
//
// There is no removal, and no lossy mode.
package store
