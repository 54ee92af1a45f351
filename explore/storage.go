package explore

import (
	"chorcheck/explore/store"
	"chorcheck/lts"
)

// Storage chooses the set of configurations that a search has seen: see Options.Store.
type Storage = store.Choice

// The kinds of Storage.
const (
	Exact    = store.Exact
	Compact  = store.Compact
	Bitstate = store.Bitstate
)

// Bounds of Storage.
const (
	DefaultHashes = store.DefaultHashes
	MostHashes    = store.MostHashes
)

// Omission is what a search with a lossy store has probably missed.
type Omission = store.Omission

// TooLargeError is returned by a search if there is no memory for the table of its
// bitstate store.
type TooLargeError = store.TooLargeError

// ReadError says that what was spilled to disk cannot be read back.
type ReadError = store.ReadError

// newStore makes the store of a search.
func newStore(sys lts.System, opt Options) (*store.Store, error) {
	o := store.Options{
		Width: sys.Width(), Workers: opt.Workers, Bits: bitsOf(sys), Slots: opt.slots, Choice: opt.Store,
		Heap: opt.PlainMemory, NoPrefetch: opt.NoPrefetch, NoSieve: opt.NoSieve, NoDirect: opt.NoDirect,
	}
	o.SpillDir, o.NoSpill, o.ChunkBits = opt.SpillDir, opt.NoSpill, opt.chunkBits
	if o.Table == 0 && opt.Memory > 0 {
		o.Table = max(opt.Memory/2, 1) // the other half is for the lists
	}
	return store.Open(o)
}

// note takes what a search that is over has to say of its store: if that is lossy,
// the space is not complete.
func (sp *Space) note() {
	sp.Store = sp.store.Describe()
	sp.Omission = sp.store.Omission()
	if sp.Complete && sp.opt.Store.Lossy() {
		sp.Complete, sp.Reason = false, Lossy
	}
}
