package store

// A chunk holds up to 2^chunkBits states: width times 2 MiB, a whole number of
// huge pages. The first chunk of a worker starts small.
const (
	chunkBits   = 18
	chunkStates = 1 << chunkBits
	chunkMask   = chunkStates - 1
	firstStates = 256
	// Places are packed into 40 bits of a slot.
	placeBits = 40
	maxChunks = 1<<(placeBits-chunkBits) - 1
)

// A directory knows all chunks. It is replaced as a whole when a chunk comes or
// grows, so that a reader needs one atomic load and no lock.
type directory struct {
	chunks [][]uint64
	of     [][]uint32 // for each writer the numbers of its chunks, in order
}

// extend gives a writer room: a larger copy of its last chunk if that one is
// short, or a new chunk. What has been published stays valid: readers that still
// use the smaller copy see the same states in it.
func (s *Store) extend(w *Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.dir.Load()
	d := &directory{
		chunks: append([][]uint64(nil), old.chunks...),
		of:     append([][]uint32(nil), old.of...),
	}
	off := int(w.n & chunkMask)
	states := chunkStates
	if w.n < chunkStates {
		if states = max(firstStates, 16*off); states > 1<<14 {
			states = chunkStates
		}
	}
	r := newRegion(states*s.width, s.options.Heap)
	s.account(int64(len(r.words)) * wordBytes)
	var c int
	if off != 0 {
		c = int(old.of[w.index][len(old.of[w.index])-1])
		copy(r.words, d.chunks[c])
		s.account(-int64(len(d.chunks[c])) * wordBytes)
		// Short chunks are ordinary slices: the collector takes the old copy
		// when its last reader has gone.
		d.chunks[c] = r.words
	} else {
		c = len(d.chunks)
		if c >= maxChunks {
			panic("store: more than 2^40 states")
		}
		d.chunks = append(d.chunks, r.words)
		list := d.of[w.index]
		d.of[w.index] = append(list[:len(list):len(list)], uint32(c))
	}
	if r.mapped != nil {
		s.regions = append(s.regions, r)
	}
	s.dir.Store(d)
	w.tail = r.words
	w.place = uint64(c) << chunkBits
	w.room = states - off
}

// state is the memory of the state at a place.
func (s *Store) state(d *directory, place uint64) []uint64 {
	o := int(place&chunkMask) * s.width
	return d.chunks[place>>chunkBits][o : o+s.width : o+s.width]
}

// Slice returns states of one writer's list, packed: those from position from
// on, at most up to position to, as far as they lie together. The positions have
// to be written; more may be added at the same time. The result must not be
// changed.
func (s *Store) Slice(writer int, from, to uint64) []uint64 {
	d := s.dir.Load()
	chunk := d.chunks[d.of[writer][from>>chunkBits]]
	to = min(to, from|chunkMask+1)
	lo := int(from&chunkMask) * s.width
	return chunk[lo : lo+int(to-from)*s.width]
}
