package store

import (
	"math/bits"
	"sync/atomic"
	"unsafe"
)

const (
	// line is the number of slots of a cache line.
	line     = 8
	lineBits = 3
)

// words is a set by open addressing: each slot is an entry, or zero. An entry goes into the first free
// slot of its cache line, or of the next one that has one. A slot is written once, by
// compare-and-swap, and never changed.
type words struct {
	s     *Store
	table region
	slots []uint64
	shift uint        // the line of a hash h is h >> shift
	most  int64       // entries
	zero  atomic.Bool // the entry 0, which looks like an empty slot
}

// newSet returns an empty set of at least the given number of slots.
func newSet(s *Store, slots int) set {
	return newWords(s, fitting(int64(slots)/2))
}

// fitting is the number of slots for entries.
func fitting(entries int64) int {
	return 1 << bits.Len64(uint64(max(entries+entries/4, 2*line)-1))
}

func newWords(s *Store, slots int) *words {
	t := &words{s: s, table: newRoomyRegion(slots, s.options.Heap)}
	t.resize()
	s.memory.add(t.bytes())
	return t
}

// resize sets what follows from the size of the table's memory.
func (t *words) resize() {
	t.slots = t.table.words
	t.shift = uint(64 - (bits.Len(uint(len(t.slots))) - 1 - lineBits))
	t.most = int64(len(t.slots)) / 16 * 13
}

func (t *words) limit() int64 { return t.most }

func (t *words) bytes() int64 { return int64(len(t.slots)) * wordBytes }

func (t *words) release() {
	t.s.memory.add(-t.bytes())
	t.slots = nil
	t.table.release()
}

// lineAt is the cache line with number i, which has to exist. It is the innermost
// step of everything, and line numbers come from a shift or a mask.
func lineAt(slots []uint64, i uint64) *[line]uint64 {
	return (*[line]uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(slots)), i*(line*wordBytes)))
}

// aim hashes entries and prefetches their lines.
func (t *words) aim(entries []uint64, hash, addr []uint64) {
	base, shift := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(t.slots)))), t.shift
	hash, addr = hash[:len(entries)], addr[:len(entries)]
	for i, x := range entries {
		h := mix(x)
		hash[i] = h
		addr[i] = base + h>>shift*(line*wordBytes)
	}
	if prefetching && !t.s.options.NoPrefetch && len(entries) > 0 {
		prefetch(&addr[0], len(entries))
	}
}

func (t *words) insert(w *Writer) {
	t.aim(w.entries, w.hash[:], w.addr[:])
	base := unsafe.Pointer(unsafe.SliceData(t.slots))
	p := &w.probe
	n := p.look(base, w.entries, w.addr[:])
	for i, k := range p.open[:n] {
		x := w.entries[k]
		if x == 0 {
			if !t.zero.Load() && t.zero.CompareAndSwap(false, true) {
				w.fresh = append(w.fresh, k)
			}
			continue
		}
		free := p.free[i]
		if free != full && atomic.CompareAndSwapUint64((*uint64)(unsafe.Add(base, free)), 0, x) || t.enter(x, w.hash[k]) {
			w.fresh = append(w.fresh, k)
		}
	}
}

// enter reports whether an entry is new.
func (t *words) enter(x, h uint64) bool {
	slots := t.slots
	at := h >> t.shift
	for {
		l := lineAt(slots, at)
		for i := range uint64(line) {
			p := &l[i]
			v := atomic.LoadUint64(p)
			if v == 0 {
				if atomic.CompareAndSwapUint64(p, 0, x) {
					return true
				}
				v = atomic.LoadUint64(p)
			}
			if v == x {
				return false
			}
		}
		at = (at + 1) & uint64(len(slots)/line-1)
	}
}

// grown is the number of slots after growing.
func (t *words) grown(reserve int64) int {
	factor := 2
	if len(t.slots) < 1<<16 {
		factor = 4
	}
	return max(factor*len(t.slots), fitting(reserve))
}

func (t *words) next(reserve int64) int64 {
	if t.directIsBetter(reserve) {
		return directBytes(t.s.options.Bits)
	}
	return int64(t.grown(reserve)) * wordBytes
}

// doubles reports whether the table can grow where it is.
func (t *words) doubles(reserve int64) bool {
	n := t.grown(reserve)
	return n == 2*len(t.slots) && n <= t.table.room && len(t.slots) >= 2*lowLines*line
}

// grow moves all entries. Lines come from the highest bits of the hash, so what is on
// one line goes to lines that are neighbours: both tables are passed through from one end to
// the other. The old one is given back piece by piece, so that there are never two.
func (t *words) grow(reserve int64, run func(task func(worker int))) set {
	s := t.s
	if !t.directIsBetter(reserve) && t.doubles(reserve) {
		t.double(run)
		return t
	}
	var enter func(x uint64)
	var result set
	inPlace, bytes := t.inPlace(), t.bytes()
	if inPlace {
		s.memory.add(-bytes)
	}
	if t.directIsBetter(reserve) {
		d := newDirect(s)
		if t.zero.Load() {
			d.enter(0)
		}
		enter, result = func(x uint64) { d.enter(x) }, d
	} else {
		larger := newWords(s, t.grown(reserve))
		larger.zero.Store(t.zero.Load())
		enter, result = func(x uint64) { larger.enter(x, mix(x)) }, larger
	}
	const piece = hugePage / wordBytes
	var cursor atomic.Int64
	task := func(int) {
		for {
			from := int(cursor.Add(1)-1) * piece
			if from >= len(t.slots) {
				return
			}
			to := min(from+piece, len(t.slots))
			for _, x := range t.slots[from:to] {
				if x != 0 {
					enter(x)
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
	if !inPlace {
		s.memory.add(-bytes)
	}
	return result
}

func (t *words) index() {}

// ids: the number of a slot is the id of what is in it.
func (t *words) ids() uint64 { return uint64(len(t.slots)) + 1 }

func (t *words) find(f *Finder, ids []uint64) []uint64 {
	t.aim(f.entries, f.hash[:], f.addr[:])
	for i, x := range f.entries {
		ids = append(ids, t.findOne(x, f.hash[i]))
	}
	return ids
}

func (t *words) findOne(x, h uint64) uint64 {
	if x == 0 {
		if t.zero.Load() {
			return uint64(len(t.slots))
		}
		return None
	}
	at := h >> t.shift
	for {
		l := lineAt(t.slots, at)
		for i := range uint64(line) {
			switch atomic.LoadUint64(&l[i]) {
			case x:
				return at*line + i
			case 0:
				return None
			}
		}
		at = (at + 1) & uint64(len(t.slots)/line-1)
	}
}

func (t *words) entry(id uint64) uint64 {
	if id < uint64(len(t.slots)) {
		return t.slots[id]
	}
	return 0
}
