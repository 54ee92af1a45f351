package store

import "sync/atomic"

// A chunk holds up to 2^chunkBits items: with one word each 2 MiB, a huge page. The first
// chunk of a list starts small.
const (
	chunkBits  = 18
	chunkItems = 1 << chunkBits
	chunkMask  = chunkItems - 1
	firstItems = 256
)

// A list holds what one writer was the first to find, in the order in which it found it:
// the entry of each state if the state can be had from it, else the state. One writer
// appends; everybody reads.
type list struct {
	s      *Store
	words  int // of an item
	n      uint64
	tail   []uint64 // memory of the last chunk
	room   int      // items that still fit there
	chunks atomic.Pointer[[]region]
}

func (l *list) init(s *Store) {
	l.s = s
	l.words = s.itemWords()
	l.chunks.Store(&[]region{})
}

// push appends one item of one word.
func (l *list) push(item uint64) {
	if l.room == 0 {
		l.extend()
	}
	l.tail[l.n&chunkMask] = item
	l.n++
	l.room--
}

// pushWide appends one item of any width.
func (l *list) pushWide(item []uint64) {
	if l.room == 0 {
		l.extend()
	}
	copy(l.tail[int(l.n&chunkMask)*l.words:], item)
	l.n++
	l.room--
}

// extend gives the list room: a larger copy of its last chunk if that one is short, or
// a new chunk. The slice of chunks is replaced as a whole, so that a reader needs one
// atomic load and no lock; who still has the smaller copy sees the same entries in it.
func (l *list) extend() {
	chunks := append([]region(nil), *l.chunks.Load()...)
	off := int(l.n & chunkMask)
	size := chunkItems
	if l.n < chunkItems {
		if size = max(firstItems, 16*off); size > 1<<14 {
			size = chunkItems
		}
	}
	r := newRegion(size*l.words, l.s.options.Heap)
	l.s.memory.add(int64(len(r.words)) * wordBytes)
	if off != 0 {
		// Short chunks are ordinary slices: the collector takes the old copy when its
		// last reader has gone.
		last := &chunks[len(chunks)-1]
		copy(r.words, last.words)
		l.s.memory.add(-int64(len(last.words)) * wordBytes)
		*last = r
	} else {
		chunks = append(chunks, r)
	}
	l.chunks.Store(&chunks)
	l.tail = r.words
	l.room = size - off
}

// slice returns the items from position from on, at most up to position to, as far as
// they lie together.
func (l *list) slice(from, to uint64) []uint64 {
	to = min(to, from|chunkMask+1)
	w := uint64(l.words)
	lo := from & chunkMask * w
	return (*l.chunks.Load())[from>>chunkBits].words[lo : lo+(to-from)*w]
}

func (l *list) release() {
	for _, r := range *l.chunks.Load() {
		r.release()
	}
	l.chunks.Store(&[]region{})
	l.tail, l.n, l.room = nil, 0, 0
}

// Reader reads the writers' lists. It is not safe for concurrent use; several readers
// are, also while writers are at work.
type Reader struct {
	s      *Store
	states []uint64
}

// NewReader returns a reader.
func (s *Store) NewReader() *Reader { return &Reader{s: s} }

// States returns states of one writer's list, packed: those from position from on, at
// most up to position to, and as many as are at hand; at least one if from < to. The
// positions have to be written. The result must not be changed, and is valid until the
// next call.
func (r *Reader) States(writer int, from, to uint64) []uint64 {
	items := r.s.writers[writer].list.slice(from, to)
	t := r.s.tree
	if t == nil {
		return items
	}
	items = items[:min(len(items), pending)]
	r.states = t.decode(items, r.states[:0])
	return r.states
}
