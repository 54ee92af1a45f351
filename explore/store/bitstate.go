package store

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/bits-and-blooms/bitset"
)

// bitstate is a set of states in a fixed number of bits (Holzmann 1998; a Bloom filter, as
// Dillinger and Manolios 2004 remark): each state has a few of them, by hash functions, and is
// taken for known if all are set. The functions come from two words of hash (Kirsch and
// Mitzenmacher 2006): the i-th is first + i*second, scaled to the table.
//
// A state is new to the one who has to set one of its bits. Two writers that bring the
// same new state at once could each set some of them and both take it for new, so bits are
// set under a lock, one of many, chosen by the state. So no state is counted twice. That of
// others may come in between, and set what was missing: then the state is missed, as it would
// be in another order. A state that has all its bits, as most have that are met, costs no lock.
type bitstate struct {
	noIDs
	s      *Store
	table  region
	bits   *bitset.BitSet // of the table
	size   uint64         // of the table in bits
	hashes int
	locks  [1 << lockBits]sync.Mutex
}

const lockBits = 10

func newBitstate(s *Store, c Choice) (*bitstate, error) {
	words := max(c.Table/wordBytes, 1)
	table, err := newFixedRegion(int(words), s.options.Heap)
	if err != nil {
		return nil, err
	}
	t := &bitstate{s: s, table: table, bits: bitset.From(table.words), size: uint64(words) * 64, hashes: c.Hashes}
	s.memory.add(t.bytes())
	return t, nil
}

// limit: the table never grows. Once it is full, nothing is new.
func (t *bitstate) limit() int64 { return 1 << 62 }

func (t *bitstate) next(int64) int64 { return t.bytes() }

func (t *bitstate) grow(int64, func(func(int))) set { return t }

func (t *bitstate) bytes() int64 { return int64(t.size / 8) }

func (t *bitstate) release() {
	t.s.memory.add(-t.bytes())
	t.bits = nil
	t.table.release()
}

// place is the number of the bit of a hash.
func (t *bitstate) place(h uint64) uint64 {
	at, _ := bits.Mul64(h, t.size)
	return at
}

func (t *bitstate) insert(w *Writer) {
	if prefetching && !t.s.options.NoPrefetch {
		base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(t.table.words))))
		copy(w.hash[:], w.entries)
		for range t.hashes {
			for i, b := range w.second {
				w.addr[i] = base + t.place(w.hash[i])>>6*wordBytes
				w.hash[i] += b
			}
			prefetch(&w.addr[0], len(w.second))
		}
	}
	for i, a := range w.entries {
		if b := w.second[i]; !t.known(a, b) && t.enter(a, b) {
			w.fresh = append(w.fresh, int32(i))
		}
	}
}

func (t *bitstate) known(a, b uint64) bool {
	words := t.bits.Words()
	for range t.hashes {
		at := t.place(a)
		if atomic.LoadUint64(&words[at>>6])>>(at&63)&1 == 0 {
			return false
		}
		a += b
	}
	return true
}

// enter sets the bits of a state, and reports whether one of them was missing.
func (t *bitstate) enter(a, b uint64) bool {
	lock := &t.locks[a&(1<<lockBits-1)]
	lock.Lock()
	defer lock.Unlock()
	words := t.bits.Words()
	fresh := false
	for range t.hashes {
		at := t.place(a)
		bit := uint64(1) << (at & 63)
		fresh = atomic.OrUint64(&words[at>>6], bit)&bit == 0 || fresh
		a += b
	}
	return fresh
}
