package store

import "sync/atomic"

// A chunk holds up to 2^chunkBits items: with one word each 2 MiB, a huge page. The first
// chunk of a list starts small.
const (
	chunkBits  = 18
	firstItems = 256
	shortItems = 1 << 14
)

// A list holds what one writer was the first to find, in the order in which it found it:
// the entry of each state if the state can be had from it, else the state. One writer
// appends; everybody reads.
type list struct {
	s      *Store
	words  int    // of an item
	bits   uint   // of the number of items of a chunk
	mask   uint64 // that number, less one
	n      uint64
	tail   []uint64 // memory of the last chunk
	room   int      // items that still fit there
	ahead  int64    // memory that is counted already, for the next chunks
	chunks atomic.Pointer[[]chunk]
}

// A chunk is in memory, or on disk. It moves there when nobody looks.
type chunk struct {
	region
	away *away // where it is; nil: in memory
}

func (l *list) init(s *Store) {
	l.s = s
	l.words = s.itemWords()
	l.bits = chunkBits
	if s.options.ChunkBits > 0 {
		l.bits = uint(s.options.ChunkBits)
	}
	l.mask = 1<<l.bits - 1
	l.chunks.Store(&[]chunk{})
}

// push appends one item of one word.
func (l *list) push(item uint64) {
	if l.room == 0 {
		l.extend()
	}
	l.tail[l.n&l.mask] = item
	l.n++
	l.room--
}

// pushWide appends one item of any width.
func (l *list) pushWide(item []uint64) {
	if l.room == 0 {
		l.extend()
	}
	copy(l.tail[int(l.n&l.mask)*l.words:], item)
	l.n++
	l.room--
}

// sizeAt is the number of items of the region that extend makes when the list has n.
func (l *list) sizeAt(n uint64) int {
	items := 1 << l.bits
	if n >= uint64(items) {
		return items
	}
	if size := max(firstItems, 16*int(n)); size <= shortItems {
		return min(size, items)
	}
	return items
}

// need is the memory that has to be made before n more items are appended.
func (l *list) need(n int) int64 {
	if n -= l.room; n <= 0 {
		return 0
	}
	items := l.sizeAt(l.n + uint64(l.room))
	if n > items {
		items += (n - items + int(l.mask)) >> l.bits << l.bits
	}
	return int64(items) * int64(l.words) * wordBytes
}

// prepare counts the memory for n more items. If the budget of the store does not allow
// it, it reports false, and nothing has changed.
func (l *list) prepare(n int) bool {
	if n <= l.room || l.ahead > 0 {
		return true
	}
	need := l.need(n)
	if !l.s.afford(need) {
		return false
	}
	l.ahead = need
	return true
}

// extend gives the list room: a larger copy of its last chunk if that one is short, or
// a new chunk. The slice of chunks is replaced as a whole, so that a reader needs one
// atomic load and no lock; who still has the smaller copy sees the same entries in it.
func (l *list) extend() {
	chunks := append([]chunk(nil), *l.chunks.Load()...)
	off := int(l.n & l.mask)
	size := l.sizeAt(l.n)
	r := newRegion(size*l.words, l.s.options.Heap)
	bytes := int64(len(r.words)) * wordBytes
	counted := min(bytes, l.ahead)
	l.ahead -= counted
	l.s.memory.add(bytes - counted)
	if off != 0 {
		// Short chunks are ordinary slices: the collector takes the old copy when its
		// last reader has gone.
		last := &chunks[len(chunks)-1]
		copy(r.words, last.words)
		l.s.memory.add(-int64(len(last.words)) * wordBytes)
		last.region = r
	} else {
		chunks = append(chunks, chunk{region: r})
	}
	l.chunks.Store(&chunks)
	l.tail = r.words
	l.room = size - off
}

func (l *list) release() {
	for _, c := range *l.chunks.Load() {
		c.release()
	}
	l.chunks.Store(&[]chunk{})
	l.tail, l.n, l.room, l.ahead = nil, 0, 0, 0
}

// A window is one reader's view of lists: of chunks in memory as they are, of the others
// through a buffer of one block.
type window struct {
	away  *away
	block int
	items []uint64
	files fileReader
}

// items returns the items from position from on, at most up to position to, as far as
// they lie together. They are valid until the next call for the same window.
func (l *list) items(w *window, from, to uint64) []uint64 {
	to = min(to, from|l.mask+1)
	words := uint64(l.words)
	c := &(*l.chunks.Load())[from>>l.bits]
	if c.away == nil {
		lo := from & l.mask * words
		return c.words[lo : lo+(to-from)*words]
	}
	block := int(from & l.mask / blockItems)
	if w.away != c.away || w.block != block {
		l.s.load(w, c.away, block)
	}
	lo := from & l.mask % blockItems
	hi := min(lo+to-from, uint64(len(w.items))/words)
	return w.items[lo*words : hi*words]
}

// Reader reads the writers' lists. It is not safe for concurrent use; several readers
// are, also while writers are at work. A chunk that is on disk is read block by block, into
// a buffer that the reader keeps until Close.
type Reader struct {
	s      *Store
	window window
	states []uint64
}

// NewReader returns a reader.
func (s *Store) NewReader() *Reader { return &Reader{s: s} }

// States returns states of one writer's list, packed: those from position from on, at
// most up to position to, and as many as are at hand; at least one if from < to. The
// positions have to be written. The result must not be changed, and is valid until the
// next call. It panics with a *ReadError if a chunk cannot be read back from the disk.
func (r *Reader) States(writer int, from, to uint64) []uint64 {
	items := r.s.writers[writer].list.items(&r.window, from, to)
	t := r.s.tree
	if t == nil {
		return items
	}
	items = items[:min(len(items), pending)]
	r.states = t.decode(items, r.states[:0])
	return r.states
}

// Close gives the reader's buffer back. It can still be used.
func (r *Reader) Close() { r.s.closeWindow(&r.window) }
