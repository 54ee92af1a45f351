package store

import (
	"math/bits"
	"sync/atomic"
	"unsafe"
)

// Hash compaction (Wolper and Leroy 1993; Stern and Dill 1995): the table holds a
// fingerprint of each state in place of the state. Two states with equal fingerprints are
// one to it. Fingerprints of up to 64 bits are entries of the table of words, those of 128
// bits have a table of their own.

// pairs is a set of fingerprints of two words by open addressing. A probe goes round the four
// slots of its cache line before it takes the next line.
//
// No processor swaps two words at once here, so a slot is taken in two steps: the first
// word by compare-and-swap, then the second one. Who comes between the two with an equal
// first word helps, by swapping in its own second word. The slot belongs to the
// fingerprint whose second word came in, and the state is new to the one who brought it:
// exactly one. Zero says that a word is not there yet, so no word of a fingerprint is zero.
type pairs struct {
	noIDs
	s     *Store
	table region
	slots []uint64
	shift uint // the line of a fingerprint is its first word >> shift
	most  int64
}

const pairsOfLine = line / 2

func newPairs(s *Store, slots int) *pairs {
	t := &pairs{s: s, table: newRegion(2*slots, s.options.Heap)}
	t.slots = t.table.words
	t.shift = uint(64 - (bits.Len(uint(slots/pairsOfLine)) - 1))
	t.most = int64(slots) / 16 * 13
	s.memory.add(t.bytes())
	return t
}

func (t *pairs) limit() int64 { return t.most }

func (t *pairs) bytes() int64 { return int64(len(t.slots)) * wordBytes }

func (t *pairs) release() {
	t.s.memory.add(-t.bytes())
	t.slots = nil
	t.table.release()
}

// nonZero leaves all words as they are but zero.
func nonZero(x uint64) uint64 {
	if x == 0 {
		return key0
	}
	return x
}

func (t *pairs) insert(w *Writer) {
	first := w.entries
	if prefetching && !t.s.options.NoPrefetch {
		base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(t.slots))))
		for i, x := range first {
			w.addr[i] = base + nonZero(x)>>t.shift*(line*wordBytes)
		}
		prefetch(&w.addr[0], len(first))
	}
	for i, x := range first {
		if t.enter(nonZero(x), nonZero(w.second[i])) {
			w.fresh = append(w.fresh, int32(i))
		}
	}
}

// enter reports whether a fingerprint is new.
func (t *pairs) enter(a, b uint64) bool {
	at := a >> t.shift
	for {
		l := lineAt(t.slots, at)
		for i := range uint64(pairsOfLine) {
			slot := (a + i) & (pairsOfLine - 1) * 2
			p, q := &l[slot], &l[slot+1]
			v := atomic.LoadUint64(p)
			if v == 0 {
				if atomic.CompareAndSwapUint64(p, 0, a) {
					v = a
				} else {
					v = atomic.LoadUint64(p)
				}
			}
			if v != a {
				continue
			}
			u := atomic.LoadUint64(q)
			if u == 0 {
				if atomic.CompareAndSwapUint64(q, 0, b) {
					return true
				}
				u = atomic.LoadUint64(q)
			}
			if u == b {
				return false
			}
		}
		at = (at + 1) & uint64(len(t.slots)/line-1)
	}
}

func (t *pairs) grown(reserve int64) int {
	factor := 2
	if len(t.slots) < 1<<16 {
		factor = 4
	}
	return max(factor*len(t.slots)/2, fitting(reserve))
}

func (t *pairs) next(reserve int64) int64 { return int64(t.grown(reserve)) * 2 * wordBytes }

// grow moves all fingerprints, as words.grow does.
func (t *pairs) grow(reserve int64, run func(task func(worker int))) set {
	t.s.memory.add(-t.bytes())
	larger := newPairs(t.s, t.grown(reserve))
	const piece = hugePage / wordBytes
	var cursor atomic.Int64
	task := func(int) {
		for {
			from := int(cursor.Add(1)-1) * piece
			if from >= len(t.slots) {
				return
			}
			to := min(from+piece, len(t.slots))
			for i := from; i < to; i += 2 {
				if t.slots[i] != 0 {
					larger.enter(t.slots[i], t.slots[i+1])
				}
			}
			t.table.discard(from, to)
		}
	}
	if len(t.slots) <= piece {
		task(0)
	} else {
		run(task)
	}
	t.table.release()
	return larger
}
