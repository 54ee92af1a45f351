package store

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

const (
	// Batch is the number of states whose slots are prefetched together.
	Batch = 128
	// line is the number of slots of a cache line.
	line     = 8
	lineBits = 3
)

// Options of a store. Width and Workers have to be given.
type Options struct {
	Width   int // words of a state, at least 1
	Workers int // writers, at least 1
	Slots   int // slots of the first table; 0: a small one
	// Heap keeps all memory in ordinary slices, NoPrefetch leaves out the
	// prefetching. They are for measurements.
	Heap, NoPrefetch bool
}

// Store is a set of states. See the package comment.
type Store struct {
	options Options
	width   int
	slots   []uint64
	table   region
	shift   uint // the line of a hash h is h >> shift
	limit   int64

	mu      sync.Mutex // guards changes of dir and regions
	dir     atomic.Pointer[directory]
	regions []region
	writers []*Writer
	bases   []uint64 // after Seal, for width >= 2: the first id of each chunk
	bytes   atomic.Int64
	peak    atomic.Int64

	_        [64]byte // what follows changes with each batch
	reserved atomic.Int64
	_        [64]byte
	zero     atomic.Bool // width 1: the state 0, which looks like an empty slot
}

// Writer is one worker's way into the store. It is not safe for concurrent use;
// several writers are.
type Writer struct {
	s     *Store
	index int
	n     uint64   // states in its list
	tail  []uint64 // memory of its last chunk
	place uint64   // place of the first state of that chunk
	room  int      // states that still fit in tail
	hash  [Batch]uint64
	addr  [Batch]uintptr
	_     [64]byte
}

// New returns an empty store.
func New(o Options) *Store {
	if o.Width < 1 || o.Workers < 1 {
		panic("store: a store needs a width and a writer")
	}
	s := &Store{options: o, width: o.Width}
	s.dir.Store(&directory{of: make([][]uint32, o.Workers)})
	for i := range o.Workers {
		s.writers = append(s.writers, &Writer{s: s, index: i})
	}
	if o.Slots <= 0 {
		o.Slots = 1 << 12
	}
	s.newTable(s.fitting(o.Slots))
	return s
}

// fitting is the least possible number of slots that is at least n and leaves
// each worker room for a batch.
func (s *Store) fitting(n int) int {
	need := 2 * (int(s.reserved.Load()) + Batch*s.options.Workers)
	return 1 << bits.Len(uint(max(n, need, 2*line)-1))
}

func (s *Store) newTable(slots int) {
	s.table = newRegion(slots, s.options.Heap)
	s.slots = s.table.words
	s.shift = uint(64 - (bits.Len(uint(slots)) - 1 - lineBits))
	s.limit = int64(slots) / 4 * 3
	s.account(int64(slots) * wordBytes)
}

func (s *Store) account(n int64) {
	now := s.bytes.Add(n)
	for {
		old := s.peak.Load()
		if now <= old || s.peak.CompareAndSwap(old, now) {
			return
		}
	}
}

// Width is the number of words of a state.
func (s *Store) Width() int { return s.width }

// Writer returns the i-th writer.
func (s *Store) Writer(i int) *Writer { return s.writers[i] }

// Len is the number of states in the store. While writers are at work it is an
// upper bound: at most Batch too high for each of them.
func (s *Store) Len() uint64 { return uint64(s.reserved.Load()) }

// Bytes is the memory that the store holds now.
func (s *Store) Bytes() int64 { return s.bytes.Load() }

// PeakBytes is the most memory that the store has held.
func (s *Store) PeakBytes() int64 { return s.peak.Load() }

// Len is the number of states in the writer's list.
func (w *Writer) Len() uint64 { return w.n }

// Add puts packed states into the store, in order. States that are new become
// the next ones in the writer's list. The result is the number of words dealt
// with: it is less than len(states) if the table has to grow first.
func (w *Writer) Add(states []uint64) int {
	s := w.s
	width := s.width
	done := 0
	for done < len(states) {
		k := min(Batch, (len(states)-done)/width)
		if s.reserved.Add(int64(k)) > s.limit {
			s.reserved.Add(-int64(k))
			return done
		}
		before := w.n
		part := states[done : done+k*width]
		if width == 1 {
			w.addWords(part)
		} else {
			w.addWide(part)
		}
		if known := k - int(w.n-before); known > 0 {
			s.reserved.Add(-int64(known))
		}
		done += k * width
	}
	return done
}

// NextSlots is the number of slots that Grow would give the table.
func (s *Store) NextSlots() int {
	n := len(s.slots)
	if n < 1<<16 {
		return s.fitting(4 * n)
	}
	return s.fitting(2 * n)
}

// NextBytes is the memory that the store would hold after Grow.
func (s *Store) NextBytes() int64 {
	return s.Bytes() + int64(s.NextSlots()-len(s.slots))*wordBytes
}

// Grow replaces the table by a larger one. No writer may be at work. run has to
// call its argument on each worker, from 0 to Options.Workers-1, and to wait for
// them.
func (s *Store) Grow(run func(task func(worker int))) {
	next := s.NextSlots()
	s.account(-int64(len(s.slots)) * wordBytes)
	s.slots = nil
	s.table.release()
	s.newTable(next)

	const block = 16 * Batch
	var cursor atomic.Uint64
	task := func(worker int) {
		w := s.writers[worker]
		for {
			b := cursor.Add(1) - 1
			list := 0
			for list < len(s.writers) {
				n := (s.writers[list].n + block - 1) / block
				if b < n {
					break
				}
				b -= n
				list++
			}
			if list == len(s.writers) {
				return
			}
			from, to := b*block, min((b+1)*block, s.writers[list].n)
			for from < to {
				k := min(to-from, Batch)
				part := s.Slice(list, from, from+k)
				w.refill(list, from, part)
				from += uint64(len(part) / s.width)
			}
		}
	}
	if s.Len() <= block {
		task(0)
	} else {
		run(task)
	}
}

// Close gives the memory back. The store cannot be used any more.
func (s *Store) Close() {
	s.slots = nil
	s.table.release()
	for i := range s.regions {
		s.regions[i].release()
	}
	s.regions = nil
	s.dir.Store(&directory{of: make([][]uint32, s.options.Workers)})
	s.bytes.Store(0)
}
