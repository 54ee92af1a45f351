package cycle

import (
	"math"
	"sync/atomic"
	"unsafe"

	"chorcheck/explore/store"
	"chorcheck/lts"
)

// table is the set of configurations that have been found, each with a number from 0 on and
// some fields of 32 bits: one for all workers, and one for each. What all need to know of a
// configuration lies together: its words, then its fields. Slots hold a number, one more than it,
// below the upper half of the hash, so that most others are told apart, and a larger
// table can be filled, without a look at the configuration.
//
// Several workers enter at once: the words are written before the slot, by compare-and-swap. The
// table grows only when nobody else uses it.
type table struct {
	width   int
	record  int // words
	workers int
	slots   *store.Words
	shift   uint // the slot of a hash h is h >> shift
	pieces  []*store.Words
	bits    uint          // records of a piece; the first one may have fewer
	room    int64         // records
	next    atomic.Uint32 // number
	count   atomic.Int64  // configurations, and those for which room is reserved
	states  atomic.Int64  // configurations
}

const (
	wordBytes = 8
	firstBits = 10 // of slots
	none      = math.MaxUint32
	mostRoom  = 1<<31 - 1<<20 // numbers; extraction wants a bit
)

// Flags: the field for all is a set of these.
const (
	dead     = 1 << iota // nothing that can be reached from here is in a cycle that counts
	listed               // in the list of beginnings
	member               // of the component that was found
	flagBits = iota
)

func newTable(width, workers int) *table {
	t := &table{width: width, workers: workers, record: width + (workers+2)/2, bits: 18}
	for t.bits > 12 && t.record<<t.bits > 1<<19 {
		t.bits--
	}
	t.slots = store.NewWords(1 << firstBits)
	t.shift = 64 - firstBits
	t.pieces = []*store.Words{store.NewWords(t.record << 8)}
	t.room = 1 << 8
	return t
}

func (t *table) release() {
	t.slots.Release()
	for _, p := range t.pieces {
		p.Release()
	}
}

// words is the record of a configuration.
func (t *table) words(id uint32) []uint64 {
	from := int(id&(1<<t.bits-1)) * t.record
	return t.pieces[id>>t.bits].Data[from : from+t.record : from+t.record]
}

// state is a configuration. It is valid until the table grows, and must not be changed.
func (t *table) state(id uint32) lts.State { return lts.State(t.words(id)[:t.width:t.width]) }

// flags is the field for all.
func (t *table) flags(id uint32) *uint32 { return t.field(id, -1) }

// field is that of a worker.
func (t *table) field(id uint32, worker int) *uint32 {
	w := &t.words(id)[t.width]
	return (*uint32)(unsafe.Add(unsafe.Pointer(w), 4*(worker+1)))
}

func (t *table) is(id, flag uint32) bool { return atomic.LoadUint32(t.flags(id))&flag != 0 }

// set sets a flag.
func (t *table) set(id, flag uint32) {
	if t.workers > 1 {
		atomic.OrUint32(t.flags(id), flag)
	} else {
		*t.flags(id) |= flag
	}
}

// reserve makes sure that n configurations can be entered. If not, the table has to grow.
func (t *table) reserve(n int) bool {
	if now := t.count.Add(int64(n)); now > int64(len(t.slots.Data))/4*3 || now+int64(t.workers) > t.room {
		t.count.Add(-int64(n))
		return false
	}
	return true
}

// upper is what a slot has of a hash.
const upper = ^uint64(math.MaxUint32)

// nextBytes is the most memory that the table has while it grows for n more.
func (t *table) nextBytes(n int) int64 {
	slots, room, first := t.grown(n)
	if room > mostRoom {
		return math.MaxInt64
	}
	bytes := t.bytes()
	if slots > len(t.slots.Data) {
		bytes += int64(slots) * wordBytes
	}
	bytes += (room - t.room) * int64(t.record) * wordBytes
	if first > 0 {
		bytes += t.room * int64(t.record) * wordBytes // the old one, while it is copied
	}
	return bytes
}

// ahead is how many more configurations a worker reserves room for than it needs.
func (t *table) ahead() int {
	if t.workers > 1 {
		return 64
	}
	return 0
}

// grown is how many slots and records the table gets, and how many of them are in its first
// piece, if that has to be replaced.
func (t *table) grown(n int) (slots int, room int64, first int64) {
	need := t.count.Load() + int64(n+t.ahead())
	slots = len(t.slots.Data)
	for need > int64(slots)/4*3 {
		slots *= 2
	}
	room = t.room
	full := int64(1) << t.bits
	for need+int64(t.workers) > room {
		if room < full {
			room *= 2
			first = room
		} else {
			room += full
		}
	}
	return slots, room, first
}

// grow makes room for n more configurations. Nobody else may use the table.
func (t *table) grow(n int) {
	slots, room, first := t.grown(n)
	if first > 0 {
		p := store.NewWords(int(first) * t.record)
		copy(p.Data, t.pieces[0].Data)
		t.pieces[0].Release()
		t.pieces[0] = p
		t.room = first
	}
	for t.room < room {
		t.pieces = append(t.pieces, store.NewWords(t.record<<t.bits))
		t.room += 1 << t.bits
	}
	if slots == len(t.slots.Data) {
		return
	}
	old := t.slots
	t.slots = store.NewWords(slots)
	for s := slots; s > len(old.Data); s /= 2 {
		t.shift--
	}
	mask := uint64(slots - 1)
	for _, x := range old.Data {
		if x == 0 {
			continue
		}
		i := x >> t.shift
		for t.slots.Data[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots.Data[i] = x
	}
	old.Release()
}

func (t *table) bytes() int64 {
	return int64(len(t.slots.Data))*wordBytes + t.room*int64(t.record)*wordBytes
}

// find is the number of a configuration with the given hash, or none.
func (t *table) find(s lts.State, h uint64) uint32 {
	mask := uint64(len(t.slots.Data) - 1)
	for at := h >> t.shift; ; at++ {
		x := atomic.LoadUint64(&t.slots.Data[at&mask])
		if x == 0 {
			return none
		}
		if (x^h)&upper == 0 {
			if id := uint32(x) - 1; t.state(id).Equal(s) {
				return id
			}
		}
	}
}

// An entry enters configurations for one worker.
type entry struct {
	t      *table
	spare  uint32 // a number that was got and not used, or none
	credit int    // configurations for which it has reserved room
	hashes []uint64
	addr   []uint64 // of what is looked at next
	ids    []uint32 // of the configurations that were entered or looked for last
}

// reserve makes sure that n configurations can be entered. If not, the table has to grow. Who
// shares the table reserves more at a time.
func (e *entry) reserve(n int) bool {
	want := n - e.credit
	if want <= 0 {
		return true
	}
	want += e.t.ahead()
	if !e.t.reserve(want) {
		return false
	}
	e.credit += want
	return true
}

// prepare makes the hashes of n configurations, and asks for the memory that will be looked at: first all slots, then
// the records that they name. So the processor waits for several at once.
func (e *entry) prepare(words []uint64, n int) {
	t := e.t
	if cap(e.ids) < n {
		e.ids = make([]uint32, n+n/2)
		e.hashes = make([]uint64, n+n/2)
		e.addr = make([]uint64, n+n/2)
	}
	e.ids, e.hashes, e.addr = e.ids[:n], e.hashes[:n], e.addr[:n]
	slots := t.slots.Data
	for i := range e.hashes {
		h := store.Hash(words[i*t.width : (i+1)*t.width])
		e.hashes[i] = h
		e.addr[i] = uint64(uintptr(unsafe.Pointer(&slots[h>>t.shift])))
	}
	store.Prefetch(e.addr)
	m := 0
	for _, h := range e.hashes {
		if x := atomic.LoadUint64(&slots[h>>t.shift]); x != 0 && (x^h)&upper == 0 {
			e.addr[m] = uint64(uintptr(unsafe.Pointer(unsafe.SliceData(t.words(uint32(x) - 1)))))
			m++
		}
	}
	store.Prefetch(e.addr[:m])
}

// find fills in the numbers of n configurations: none for those that are not there.
func (e *entry) find(words []uint64, n int) {
	e.prepare(words, n)
	width := e.t.width
	for i, h := range e.hashes {
		e.ids[i] = e.t.find(words[i*width:(i+1)*width:(i+1)*width], h)
	}
}

// enter fills in the numbers of n configurations, for which there has to be room, and
// reports whether some of them are new.
func (e *entry) enter(words []uint64, n int) bool {
	e.prepare(words, n)
	t := e.t
	width := t.width
	slots := t.slots.Data
	mask := uint64(len(slots) - 1)
	fresh := 0
	for i, h := range e.hashes {
		s := lts.State(words[i*width : (i+1)*width : (i+1)*width])
		at := h >> t.shift
		for {
			x := atomic.LoadUint64(&slots[at&mask])
			if x == 0 {
				id := e.number(s)
				if atomic.CompareAndSwapUint64(&slots[at&mask], 0, h&upper|uint64(id+1)) {
					e.spare = none
					e.ids[i] = id
					fresh++
					break
				}
				x = atomic.LoadUint64(&slots[at&mask])
			}
			if (x^h)&upper == 0 {
				if id := uint32(x) - 1; t.state(id).Equal(s) {
					e.ids[i] = id
					break
				}
			}
			at++
		}
	}
	e.credit -= fresh
	if fresh > 0 {
		t.states.Add(int64(fresh))
	}
	return fresh > 0
}

// number gives a configuration a number, which is not used until its slot is written.
func (e *entry) number(s lts.State) uint32 {
	if e.spare == none {
		e.spare = e.t.next.Add(1) - 1
	}
	copy(e.t.words(e.spare), s)
	return e.spare
}

func (e *entry) bytes() int64 { return int64(cap(e.ids))*4 + int64(cap(e.hashes)+cap(e.addr))*8 }
