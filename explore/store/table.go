package store

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// A slot of the wide table: the low bits of the hash above the place plus one.
const (
	placeMask = 1<<placeBits - 1
	printMask = ^uint64(placeMask)
)

// fingerprint is the part of a hash that is kept in a slot. The line comes from the
// highest bits of a hash, the place in the line from bits 32 to 34.
func fingerprint(h uint64) uint64 { return h << placeBits }

func slotOf(h uint64) uint64 { return h >> 32 & (line - 1) }

// lineAt is the cache line with number i, which has to exist. It is the innermost
// step of everything, and line numbers come from a shift or a mask.
func lineAt(slots []uint64, i uint64) *[line]uint64 {
	return (*[line]uint64)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(slots)), i*(line*wordBytes)))
}

// address is where a line is, for prefetching only.
func (s *Store) address() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s.slots))) }

// aim hashes a batch of states and prefetches their lines.
func (w *Writer) aim(states []uint64) {
	aim(w.s, states, &w.hash, &w.addr)
}

func aim(s *Store, states []uint64, hash *[Batch]uint64, addr *[Batch]uintptr) {
	base, shift := s.address(), s.shift
	n := 0
	if s.width == 1 {
		for _, x := range states {
			h := mix(x)
			hash[n] = h
			addr[n] = base + uintptr(h>>shift)*(line*wordBytes)
			n++
		}
	} else {
		for i := 0; i < len(states); i += s.width {
			h := Hash(states[i : i+s.width])
			hash[n] = h
			addr[n] = base + uintptr(h>>shift)*(line*wordBytes)
			n++
		}
	}
	if prefetching && !s.options.NoPrefetch {
		prefetch(&addr[0], n)
	}
}

// addWords adds a batch of states of one word.
func (w *Writer) addWords(states []uint64) {
	s := w.s
	w.aim(states)
	slots, shift := s.slots, s.shift
	last := uint64(len(slots)/line - 1)
	for n, x := range states {
		if x == 0 {
			if !s.zero.Load() && s.zero.CompareAndSwap(false, true) {
				w.push(x)
			}
			continue
		}
		h := w.hash[n]
		at := h >> shift
	probe:
		for {
			l := lineAt(slots, at)
			for i := range uint64(line) {
				p := &l[(slotOf(h)+i)&(line-1)]
				v := atomic.LoadUint64(p)
				if v == 0 {
					if atomic.CompareAndSwapUint64(p, 0, x) {
						w.push(x)
						break probe
					}
					v = atomic.LoadUint64(p)
				}
				if v == x {
					break probe
				}
			}
			at = (at + 1) & last
		}
	}
}

// push appends a state of one word to the list.
func (w *Writer) push(x uint64) {
	if w.room == 0 {
		w.s.extend(w)
	}
	w.tail[w.n&chunkMask] = x
	w.n++
	w.room--
}

// addWide adds a batch of states of two or more words. Between the prefetching of
// the slots and the probing, the states that will probably be compared are
// prefetched too.
func (w *Writer) addWide(states []uint64) {
	s := w.s
	w.aim(states)
	s.aimWide(&w.hash, &w.addr, len(states)/s.width)
	width := s.width
	last := uint64(len(s.slots)/line - 1)
	for n := range len(states) / width {
		x := states[n*width : (n+1)*width]
		h := w.hash[n]
		at := h >> s.shift
		mine := uint64(0) // the slot's content once x is in the arena
	probe:
		for {
			l := lineAt(s.slots, at)
			for i := range uint64(line) {
				p := &l[(slotOf(h)+i)&(line-1)]
				v := atomic.LoadUint64(p)
				if v == 0 {
					if mine == 0 {
						mine = fingerprint(h) | (w.write(x) + 1)
					}
					if atomic.CompareAndSwapUint64(p, 0, mine) {
						w.n++
						w.room--
						break probe
					}
					v = atomic.LoadUint64(p)
				}
				if (v^fingerprint(h))&printMask == 0 &&
					equal(s.state(s.dir.Load(), v&placeMask-1), x) {
					break probe
				}
			}
			at = (at + 1) & last
		}
	}
}

func equal(a, b []uint64) bool {
	if len(a) == 2 && len(b) == 2 {
		return a[0] == b[0] && a[1] == b[1]
	}
	return slices.Equal(a, b)
}

// aimWide prefetches for each of n hashes the first state in its line that has
// the same bits of the hash.
func (s *Store) aimWide(hash *[Batch]uint64, addr *[Batch]uintptr, n int) {
	if !prefetching || s.options.NoPrefetch {
		return
	}
	d := s.dir.Load()
	k := 0
	for _, h := range hash[:n] {
		l := lineAt(s.slots, h>>s.shift)
		for i := range uint64(line) {
			v := atomic.LoadUint64(&l[(slotOf(h)+i)&(line-1)])
			if v == 0 {
				break
			}
			if (v^fingerprint(h))&printMask == 0 {
				place := v&placeMask - 1
				if c := place >> chunkBits; c < uint64(len(d.chunks)) {
					base := uintptr(unsafe.Pointer(unsafe.SliceData(d.chunks[c])))
					addr[k] = base + uintptr(place&chunkMask)*uintptr(s.width*wordBytes)
					k++
				}
				break
			}
		}
	}
	prefetch(&addr[0], k)
}

// write puts a state behind the end of the list and returns its place. It
// belongs to the list only when the slot that points to it has been won.
func (w *Writer) write(x []uint64) uint64 {
	if w.room == 0 {
		w.s.extend(w)
	}
	off := w.n & chunkMask
	copy(w.tail[int(off)*len(x):], x)
	return w.place + off
}

// refill enters states that are in the arena, from position from of a list on,
// into a new table. They are all different, so any empty slot will do.
func (w *Writer) refill(list int, from uint64, states []uint64) {
	s := w.s
	w.aim(states)
	last := uint64(len(s.slots)/line - 1)
	place := uint64(s.dir.Load().of[list][from>>chunkBits])<<chunkBits + from&chunkMask
	for n := range len(states) / s.width {
		h := w.hash[n]
		v := fingerprint(h) | (place + uint64(n) + 1)
		if s.width == 1 {
			if v = states[n]; v == 0 {
				continue
			}
		}
		at := h >> s.shift
	probe:
		for {
			l := lineAt(s.slots, at)
			for i := range uint64(line) {
				p := &l[(slotOf(h)+i)&(line-1)]
				if atomic.LoadUint64(p) == 0 && atomic.CompareAndSwapUint64(p, 0, v) {
					break probe
				}
			}
			at = (at + 1) & last
		}
	}
}
