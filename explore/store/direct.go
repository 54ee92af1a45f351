package store

import (
	"math/bits"
	"sort"
	"sync"
	"sync/atomic"
	"unsafe"
)

// direct is a set of one bit for each state that there can be, if these are not many
// more than there are.
//
// After the search an id is the rank of a state: the number of states below it. Ranks
// are counted up to each block of 512 bits, a cache line.
type direct struct {
	s     *Store
	table region
	once  sync.Once
	ranks []uint64 // by block
	hints []uint32 // for each 2^hintBits-th id its block
	count uint64
}

const (
	blockBits = 9
	hintBits  = 12
)

// directBytes is the size of a direct table for states of so many bits.
func directBytes(bits int) int64 { return 1 << max(bits-3, blockBits-3) }

// directIsBetter reports whether a direct table is not larger than the next table of
// words would be. It is the faster one of the two.
func (t *words) directIsBetter(reserve int64) bool {
	n := t.s.options.Bits
	return t.s.width == 1 && n > 0 && n < 48 && !t.s.options.NoDirect && !t.s.options.Lossy() &&
		directBytes(n) <= int64(t.grown(reserve))*wordBytes
}

func newDirect(s *Store) *direct {
	d := &direct{s: s, table: newRegion(int(directBytes(s.options.Bits)/wordBytes), s.options.Heap)}
	s.memory.add(d.bytes())
	return d
}

// limit: there is a bit for each state, and room for what workers may reserve too much.
func (d *direct) limit() int64 { return 1 << 62 }

func (d *direct) next(int64) int64 { return d.bytes() }

func (d *direct) grow(int64, func(func(int))) set { return d }

func (d *direct) bytes() int64 { return int64(len(d.table.words)) * wordBytes }

func (d *direct) release() {
	d.s.memory.add(-d.bytes() - int64(len(d.ranks))*wordBytes)
	d.ranks, d.hints = nil, nil
	d.table.release()
}

func (d *direct) insert(w *Writer) {
	d.prefetch(w.entries, w.addr[:])
	for i, x := range w.entries {
		if d.enter(x) {
			w.fresh = append(w.fresh, int32(i))
		}
	}
}

func (d *direct) prefetch(entries, addr []uint64) {
	if !prefetching || d.s.options.NoPrefetch || len(entries) == 0 {
		return
	}
	base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(d.table.words))))
	addr = addr[:len(entries)]
	for i, x := range entries {
		addr[i] = base + x>>6*wordBytes
	}
	prefetch(&addr[0], len(entries))
}

// enter reports whether a state is new.
func (d *direct) enter(x uint64) bool {
	p, bit := &d.table.words[x>>6], uint64(1)<<(x&63)
	return atomic.LoadUint64(p)&bit == 0 && atomic.OrUint64(p, bit)&bit == 0
}

func (d *direct) index() {
	d.once.Do(func() {
		w := d.table.words
		d.ranks = make([]uint64, len(w)>>(blockBits-6))
		for b := range d.ranks {
			d.ranks[b] = d.count
			for _, x := range w[b<<(blockBits-6) : (b+1)<<(blockBits-6)] {
				d.count += uint64(bits.OnesCount64(x))
			}
			for uint64(len(d.hints))<<hintBits < d.count {
				d.hints = append(d.hints, uint32(b))
			}
		}
		d.s.memory.add(int64(len(d.ranks)) * wordBytes)
	})
}

func (d *direct) ids() uint64 { return d.count }

func (d *direct) find(f *Finder, ids []uint64) []uint64 {
	d.prefetch(f.entries, f.addr[:])
	for _, x := range f.entries {
		ids = append(ids, d.rank(x))
	}
	return ids
}

func (d *direct) rank(x uint64) uint64 {
	w := d.table.words
	if x>>6 >= uint64(len(w)) || w[x>>6]>>(x&63)&1 == 0 {
		return None
	}
	n := d.ranks[x>>blockBits] + uint64(bits.OnesCount64(w[x>>6]&(1<<(x&63)-1)))
	for _, y := range w[x>>blockBits<<(blockBits-6) : x>>6] {
		n += uint64(bits.OnesCount64(y))
	}
	return n
}

// entry is the state of a rank.
func (d *direct) entry(id uint64) uint64 {
	h := id >> hintBits
	from, to := int(d.hints[h]), len(d.ranks)
	if h+1 < uint64(len(d.hints)) {
		to = int(d.hints[h+1]) + 1
	}
	// The last block that begins at the id or before.
	b := from + sort.Search(to-from, func(i int) bool { return d.ranks[from+i] > id }) - 1
	left := int(id - d.ranks[b])
	for i := b << (blockBits - 6); ; i++ {
		x := d.table.words[i]
		if n := bits.OnesCount64(x); left >= n {
			left -= n
			continue
		}
		for ; left > 0; left-- {
			x &= x - 1
		}
		return uint64(i)<<6 + uint64(bits.TrailingZeros64(x))
	}
}
