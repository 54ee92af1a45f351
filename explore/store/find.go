package store

import (
	"sort"
	"sync/atomic"
)

// None is the id of a state that is not in the store.
const None = ^uint64(0)

// Finder looks states up in batches once all writers have stopped. It is not
// safe for concurrent use; several finders are.
type Finder struct {
	s    *Store
	hash [Batch]uint64
	addr [Batch]uintptr
}

// Seal gives ids to the states. The ids stay valid until the next Add or Grow.
// No writer may be at work.
func (s *Store) Seal() {
	d := s.dir.Load()
	s.bases = make([]uint64, len(d.chunks)+1)
	for w, list := range d.of {
		for i, c := range list {
			s.bases[c+1] = min(s.writers[w].n-uint64(i)<<chunkBits, chunkStates)
		}
	}
	for i := range d.chunks {
		s.bases[i+1] += s.bases[i]
	}
}

// IDs is an upper bound: all ids are less. With width 1 an id is the number of a
// slot, else the states are numbered without gaps.
func (s *Store) IDs() uint64 {
	if s.width == 1 {
		return uint64(len(s.slots)) + 1
	}
	return s.bases[len(s.bases)-1]
}

// NewFinder returns a finder. Seal has to be called before it is used.
func (s *Store) NewFinder() *Finder { return &Finder{s: s} }

// Find is the id of one state.
func (s *Store) Find(state []uint64) (id uint64, ok bool) {
	h := Hash(state)
	id = s.find(s.dir.Load(), h, state)
	return id, id != None
}

// Find appends the id of each of the packed states to ids: None for one that is
// not in the store.
func (f *Finder) Find(states []uint64, ids []uint64) []uint64 {
	s := f.s
	d := s.dir.Load()
	for len(states) > 0 {
		k := min(Batch, len(states)/s.width)
		part := states[:k*s.width]
		states = states[k*s.width:]
		aim(s, part, &f.hash, &f.addr)
		if s.width > 1 {
			s.aimWide(&f.hash, &f.addr, k)
		}
		for i := range k {
			ids = append(ids, s.find(d, f.hash[i], part[i*s.width:(i+1)*s.width]))
		}
	}
	return ids
}

func (s *Store) find(d *directory, h uint64, x []uint64) uint64 {
	if s.width == 1 {
		return s.findWord(h, x[0])
	}
	place := s.findPlace(d, h, x)
	if place == None {
		return None
	}
	return s.bases[place>>chunkBits] + place&chunkMask
}

func (s *Store) findWord(h, x uint64) uint64 {
	if x == 0 {
		if s.zero.Load() {
			return uint64(len(s.slots))
		}
		return None
	}
	last := uint64(len(s.slots)/line - 1)
	at := h >> s.shift
	for {
		l := lineAt(s.slots, at)
		for i := range uint64(line) {
			o := (slotOf(h) + i) & (line - 1)
			switch atomic.LoadUint64(&l[o]) {
			case x:
				return at*line + o
			case 0:
				return None
			}
		}
		at = (at + 1) & last
	}
}

func (s *Store) findPlace(d *directory, h uint64, x []uint64) uint64 {
	last := uint64(len(s.slots)/line - 1)
	at := h >> s.shift
	for {
		l := lineAt(s.slots, at)
		for i := range uint64(line) {
			v := atomic.LoadUint64(&l[(slotOf(h)+i)&(line-1)])
			if v == 0 {
				return None
			}
			if (v^fingerprint(h))&printMask == 0 {
				if place := v&placeMask - 1; equal(s.state(d, place), x) {
					return place
				}
			}
		}
		at = (at + 1) & last
	}
}

// State writes the state with the given id, which has to be one that Find has
// given, to dst, and returns dst.
func (s *Store) State(id uint64, dst []uint64) []uint64 {
	if s.width == 1 {
		dst[0] = 0
		if id < uint64(len(s.slots)) {
			dst[0] = s.slots[id]
		}
		return dst
	}
	// The last chunk that begins at id or before: one before it that begins
	// there too is empty.
	c := sort.Search(len(s.bases), func(i int) bool { return s.bases[i] > id }) - 1
	copy(dst, s.state(s.dir.Load(), uint64(c)<<chunkBits+(id-s.bases[c])))
	return dst
}

// IDsAt appends the ids of the states from position from to position to of one
// writer's list to ids. Ids are at hand with width >= 2; else they are found.
func (f *Finder) IDsAt(writer int, from, to uint64, ids []uint64) []uint64 {
	s := f.s
	d := s.dir.Load()
	for from < to {
		end := min(to, from|chunkMask+1)
		if s.width == 1 {
			ids = f.Find(s.Slice(writer, from, end), ids)
		} else {
			base := s.bases[d.of[writer][from>>chunkBits]]
			for p := from; p < end; p++ {
				ids = append(ids, base+p&chunkMask)
			}
		}
		from = end
	}
	return ids
}

// Place says where in the writers' lists a state is; Writer is -1 if it is in
// none.
type Place struct {
	Writer   int
	Position uint64
}

// Locate finds the places of packed states. With width 1 it reads all lists
// once, for all states together; else it costs a look-up for each.
func (s *Store) Locate(states []uint64) []Place {
	places := make([]Place, len(states)/s.width)
	for i := range places {
		places[i].Writer = -1
	}
	d := s.dir.Load()
	if s.width == 1 {
		s.scan(states, places)
		return places
	}
	owner := make([]Place, len(d.chunks))
	for w, list := range d.of {
		for i, c := range list {
			owner[c] = Place{Writer: w, Position: uint64(i) << chunkBits}
		}
	}
	for i := range places {
		x := states[i*s.width : (i+1)*s.width]
		if place := s.findPlace(d, Hash(x), x); place != None {
			places[i] = owner[place>>chunkBits]
			places[i].Position += place & chunkMask
		}
	}
	return places
}

// scan fills in the places of states of one word. A bit map of their hashes
// turns nearly all others away.
func (s *Store) scan(states []uint64, places []Place) {
	want := make(map[uint64][]int, len(states))
	filter := make([]uint64, 1<<10)
	for i, x := range states {
		want[x] = append(want[x], i)
		h := x * key0 >> 48
		filter[h>>6] |= 1 << (h & 63)
	}
	left := len(want)
	for _, w := range s.writers {
		for from := uint64(0); from < w.n && left > 0; {
			part := s.Slice(w.index, from, w.n)
			for i, x := range part {
				h := x * key0 >> 48
				if filter[h>>6]>>(h&63)&1 == 0 {
					continue
				}
				if list, ok := want[x]; ok {
					for _, k := range list {
						places[k] = Place{Writer: w.index, Position: from + uint64(i)}
					}
					left--
				}
			}
			from += uint64(len(part))
		}
	}
}
