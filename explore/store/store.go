package store

import (
	"math"
	"sync/atomic"
)

const (
	// Batch is the number of states from which on it is worth to look for them in the
	// table together: all their slots are prefetched before the first one is looked at.
	Batch = 128
	// pending is the most states that a writer holds back.
	pending = 2 * Batch
)

// Options of a store. Width and Workers have to be given.
type Options struct {
	Width   int // words of a state, at least 1
	Workers int // writers, at least 1
	Bits    int // width 1: every state is below 1<<Bits; 0: 64
	Slots   int // slots of the first table; 0: a small one
	Choice      // which store
	// Heap keeps all memory in ordinary slices, NoPrefetch leaves out the
	// prefetching, NoSieve the small cache of recent states, NoDirect the table of one
	// bit a state. They are for measurements.
	Heap, NoPrefetch, NoSieve, NoDirect bool

	SpillDir  string // where Spill writes; "": the system's directory for temporary files
	NoSpill   bool   // Spill does nothing
	ChunkBits int    // a list's chunk has 2^ChunkBits items; 0: 18; for tests
}

// Store is a set of states. See the package comment.
type Store struct {
	options Options
	width   int
	tree    *tree // nil: an entry is a state
	set     set
	writers []*Writer
	memory  meter
	budget  atomic.Int64 // of memory; 0: none
	short   atomic.Bool  // a writer waits for memory
	spill   spill

	_        [64]byte // what follows changes with each batch
	reserved atomic.Int64
	_        [64]byte
}

// A set says which entries are new. An entry is a word that stands for a state: the state
// itself, or what the tree makes of it.
type set interface {
	// insert enters the entries of w.entries, and appends the numbers of the new ones
	// to w.fresh. Lossy sets use w.second, too.
	insert(w *Writer)
	// limit is the number of states that it can hold until it has to grow.
	limit() int64
	// next is the memory that it would hold after grow.
	next(reserve int64) int64
	// grow returns a larger set of the same entries. No writer may be at work. It gives
	// its own memory back.
	grow(reserve int64, run func(task func(worker int))) set
	bytes() int64
	release()

	// The rest is asked after the last insert, and not of lossy sets. An id is a number
	// below ids.
	index()
	ids() uint64
	find(f *Finder, ids []uint64) []uint64 // the ids of f.entries are appended: None where there is none
	entry(id uint64) uint64
}

// meter counts memory.
type meter struct{ now, peak atomic.Int64 }

func (m *meter) add(n int64) {
	now := m.now.Add(n)
	for {
		old := m.peak.Load()
		if now <= old || m.peak.CompareAndSwap(old, now) {
			return
		}
	}
}

// addWithin counts memory, if there is no more of it than budget then.
func (m *meter) addWithin(n, budget int64) bool {
	for {
		now := m.now.Load()
		if now+n > budget {
			return false
		}
		if m.now.CompareAndSwap(now, now+n) {
			m.add(0) // the peak
			return true
		}
	}
}

// Open returns an empty store. The error is a *TooLargeError.
func Open(o Options) (*Store, error) {
	if o.Width < 1 || o.Workers < 1 {
		panic("store: a store needs a width and a writer")
	}
	if err := o.Check(); err != nil {
		panic(err.Error())
	}
	o.Choice = o.normal()
	s := &Store{options: o, width: o.Width}
	if o.Width > 1 && !o.Lossy() {
		s.tree = newTree(s)
	}
	if o.Slots <= 0 {
		o.Slots = 1 << 12
	}
	if err := s.choose(o.Slots); err != nil {
		return nil, err
	}
	for i := range o.Workers {
		s.writers = append(s.writers, newWriter(s, i))
	}
	return s, nil
}

// New is Open where memory is plenty.
func New(o Options) *Store {
	s, err := Open(o)
	if err != nil {
		panic("store: " + err.Error())
	}
	return s
}

// choose makes the set.
func (s *Store) choose(slots int) error {
	c := s.options.Choice
	switch {
	case c.Kind == Bitstate:
		t, err := newBitstate(s, c)
		if err != nil {
			return err
		}
		s.set = t
	case c.Kind == Compact && c.Fingerprint == 128:
		s.set = newPairs(s, fitting(int64(slots)/2))
	default:
		s.set = newSet(s, slots)
	}
	return nil
}

// itemWords is the number of words of what the writers' lists hold: one for an entry from
// which the state can be had, which it cannot from what a lossy store knows of it.
func (s *Store) itemWords() int {
	if s.tree != nil {
		return 1
	}
	return s.width
}

// Width is the number of words of a state.
func (s *Store) Width() int { return s.width }

// Writer returns the i-th writer.
func (s *Store) Writer(i int) *Writer { return s.writers[i] }

// Len is the number of states in the store. While writers are at work it can be wrong
// by as many as a writer holds back, for each of them.
func (s *Store) Len() uint64 { return uint64(s.reserved.Load()) }

// Slack is how far Len can be wrong, while writers are at work.
func (s *Store) Slack() uint64 { return uint64(s.options.Workers) * pending }

// Bytes is the memory that the store holds now.
func (s *Store) Bytes() int64 { return s.memory.now.Load() }

// PeakBytes is the most memory that the store has held.
func (s *Store) PeakBytes() int64 { return s.memory.peak.Load() }

// reserve is the room that all writers may need until they stop.
func (s *Store) reserve() int64 { return s.reserved.Load() + int64(s.options.Workers)*pending }

// NextBytes is the most memory that the store would hold during Grow; math.MaxInt64 if
// it cannot grow.
func (s *Store) NextBytes() int64 {
	n := s.Bytes()
	for _, w := range s.writers {
		if w.list.ahead == 0 {
			n += w.list.need(w.held())
		}
	}
	if need := s.reserve(); need > s.set.limit() {
		n += s.set.next(need)
		if t, ok := s.set.(interface{ inPlace() bool }); ok && t.inPlace() {
			n -= s.set.bytes()
		}
	}
	if s.tree == nil {
		return n
	}
	grown, ok := s.tree.next()
	if !ok {
		return math.MaxInt64
	}
	return n + grown
}

// Grow makes the tables larger that are full. No writer may be at work. run has to
// call its argument on each worker, from 0 to Options.Workers-1, and to wait for
// them.
func (s *Store) Grow(run func(task func(worker int))) {
	if s.tree != nil {
		s.tree.grow(run)
	}
	if need := s.reserve(); need > s.set.limit() {
		s.set = s.set.grow(need, run)
	}
	for _, w := range s.writers {
		if l := &w.list; l.ahead == 0 {
			l.ahead = l.need(w.held())
			s.memory.add(l.ahead)
		}
	}
	s.short.Store(false)
}

// Close gives the memory back. The store cannot be used any more.
func (s *Store) Close() {
	s.set.release()
	for _, w := range s.writers {
		w.list.release()
	}
	if s.tree != nil {
		for _, d := range s.tree.dictionaries {
			d.release()
		}
	}
	s.closeSpill()
	s.memory.now.Store(0)
}
