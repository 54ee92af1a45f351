package store

// A region is zeroed memory for words. The larger ones live outside the
// collected heap.
type region struct {
	words  []uint64
	mapped []byte // what has to be unmapped; nil for an ordinary slice
	room   int    // words that it can be extended to where it is
}

const (
	wordBytes = 8
	hugePage  = 2 << 20
	// mapFrom is the size in words from which memory is mapped. Most models
	// are small: they should not pay for a page of 2 MiB.
	mapFrom = 1 << 16
	// mostHeap is the most words of one slice of the collected heap: a program that
	// asks for more than there is ends.
	mostHeap = 1 << 32
)

// newRegion returns n zeroed words. heap forces an ordinary slice; so do a
// system that has no memory to map, and the race detector, which does not see
// what is done to mapped memory.
func newRegion(n int, heap bool) region {
	if !heap && !raceDetector && n >= mapFrom {
		if r, ok := mapWords(n); ok {
			return r
		}
	}
	return region{words: make([]uint64, n)}
}

// roomFactor says how much larger than it is at first a region can become that has room.
const roomFactor = 1 << 6

// newRoomyRegion is newRegion for memory that will grow. Room costs addresses only, and
// there is none where the system does not give these away freely.
func newRoomyRegion(n int, heap bool) region {
	if !heap && !raceDetector && n >= mapFrom && n < 1<<32 {
		if r, ok := mapRoom(n, roomFactor*n); ok {
			return r
		}
	}
	return newRegion(n, heap)
}

// newFixedRegion is newRegion for a size that nobody has made sure of: the system may refuse
// to map it.
func newFixedRegion(n int, heap bool) (region, error) {
	if !heap && !raceDetector && n >= mapFrom && mapping {
		r, ok := mapWords(n)
		if !ok {
			return region{}, &TooLargeError{Bytes: int64(n) * wordBytes}
		}
		return r, nil
	}
	if n > mostHeap {
		return region{}, &TooLargeError{Bytes: int64(n) * wordBytes}
	}
	return region{words: make([]uint64, n)}, nil
}

// discard gives the memory of the words from from to to back, as far as that is
// possible. Nobody may look at them any more.
func (r *region) discard(from, to int) {
	if r.mapped != nil {
		discard(r.words[from:to])
	}
}

// release gives the memory back. Nobody may use the words any more.
func (r *region) release() {
	if r.mapped != nil {
		unmap(r.mapped)
	}
	*r = region{}
}

// Words is zeroed memory for n words, outside the collected heap if it is
// large: side tables over all ids of a store are kept in such.
type Words struct {
	Data []uint64
	r    region
}

// NewWords returns n zeroed words.
func NewWords(n int) *Words {
	r := newRegion(n, false)
	return &Words{Data: r.words, r: r}
}

// Release gives the memory back.
func (w *Words) Release() {
	w.Data = nil
	w.r.release()
}
