// Package store is the set of configurations that a search has seen. It is shared by all
// workers, and nobody waits on the way in.
//
// A [Store] has two parts. Each worker's list holds what it was the first to find, in that
// order, cut into chunks, so that a level of a breadth-first search is one interval of
// each list. The table says which states are new:
//
//	exact, direct      one bit for each state that there can be
//	exact, in line     open addressing, the whole state of one word in its slot
//	exact, compressed  the same for what a tree of dictionaries makes of wider states: one word
//	compact            the same for fingerprints of 64 or 128 bits
//	bitstate           some bits for each state, in a table of fixed size
//
// The last two are lossy: they may take a new state for one that they have. [Store.Omission]
// says how often that has probably happened. The lists of exact stores hold what is in the
// table, one word a state; those of lossy ones whole states.
//
// A probe goes round the slots of its cache line before it takes the next line. A slot is
// written once, by compare-and-swap, and never changed. A state is new to exactly one
// writer, in lossy stores, too.
//
// States come in batches of up to [Batch]: all slots of a batch are prefetched before the
// first one is looked at, since the table is much larger than the caches and a dependent
// load from it takes longer than to make the state. Tables and chunks are mapped memory
// with huge pages where the system has them, and ordinary slices elsewhere.
//
// The table does not grow by itself: [Writer.Add] stops when more states could fill it
// beyond thirteen sixteenths, all workers stop, and [Store.Grow] makes a new one in parallel. The
// old one is given back piece by piece, so that there are never two in full. Chunks of the
// lists can go to disk: [Store.Spill].
//
// docs/performance.md says what each store costs. Nothing is allocated for a state. There is no removal.
package store
