package store

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A dictionary numbers words from 0 on. Workers share it without locks: a slot of the
// table is the number of a word plus one, written once by compare-and-swap, and the
// words lie by their numbers in chunks that never move. A number whose slot somebody else
// has won for the same word is in no slot.
type dictionary struct {
	s      *Store
	slots  []uint32
	table  region
	shift  uint
	most   int64
	chunks [32 - firstBits + 1]atomic.Pointer[uint64]
	mu     sync.Mutex // guards the making of chunks
	made   []region

	_    [64]byte
	next atomic.Int64 // the next number
	_    [64]byte
}

// firstBits: the first chunk holds 2^firstBits words, each further one twice as many.
const firstBits = 9

// chunkOf is the chunk of a number and the place in it.
func chunkOf(n uint32) (chunk int, at uint64) {
	k := uint64(n) + 1<<firstBits
	b := bits.Len64(k) - 1
	return b - firstBits, k - 1<<b
}

func (d *dictionary) at(n uint32) *uint64 {
	c, at := chunkOf(n)
	return (*uint64)(unsafe.Add(unsafe.Pointer(d.chunks[c].Load()), at*wordBytes))
}

const firstSlots = 1 << 11

func newDictionary(s *Store) *dictionary {
	d := &dictionary{s: s}
	n := firstSlots
	for int64(n)/2 < 2*int64(s.options.Workers)*pending {
		n *= 2
	}
	d.allocate(n)
	return d
}

func (d *dictionary) allocate(slots int) {
	d.table = newRegion((slots+1)/2, d.s.options.Heap)
	d.slots = unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(d.table.words))), slots)
	d.shift = uint(64 - (bits.Len(uint(slots)) - 1))
	d.most = int64(slots) / 4 * 3
	d.s.memory.add(int64(slots) * 4)
}

// full reports whether some worker might find no room for what it holds back.
func (d *dictionary) full() bool {
	return d.next.Load()+int64(d.s.options.Workers)*pending > d.most
}

// value is the word of a number.
func (d *dictionary) value(n uint32) uint64 { return *d.at(n) }

// A cache remembers the numbers of the words that one worker has met most recently.
type cache struct {
	slots []cached
	shift uint
	asked int
	large int // slots, if it is used much
}

type cached struct {
	word   uint64
	number uint32 // plus one
}

const (
	smallCache = 1 << 6
	largeCache = 1 << 13
)

// largeCaches is the size of the caches of so many dictionaries: all together they should
// fit the second cache of a processor.
func largeCaches(dictionaries int) int {
	return max(smallCache, largeCache>>(bits.Len(uint(dictionaries-1))-1))
}

// prepare makes the cache, and makes it larger when it is used much.
func (c *cache) prepare() {
	c.asked++
	if c.slots == nil || c.asked == 64 {
		n := smallCache
		if c.asked == 64 {
			n = c.large
		}
		c.slots = make([]cached, n)
		c.shift = uint(64 - (bits.Len(uint(n)) - 1))
	}
}

// lookup is room for the look-ups of one worker.
type lookup struct {
	open [pending + 1]int32 // those that the cache does not know
	home [pending]uint64    // where the search for them begins
	addr [pending]uint64
}

// numberAll writes the numbers of words, new ones of those that have none. The memory
// that will be looked at is prefetched: first slots, then the words that they point to.
func (d *dictionary) numberAll(c *cache, l *lookup, words []uint64, numbers []uint32) {
	c.prepare()
	n := 0
	for k, word := range words {
		p := &c.slots[word*key0>>c.shift]
		numbers[k] = p.number - 1
		l.open[n] = int32(k)
		if p.word != word || p.number == 0 {
			n++
		}
	}
	open := l.open[:n]
	base := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(d.slots))))
	for i, k := range open {
		l.home[i] = mix(words[k]) >> d.shift
		l.addr[i] = base + 4*l.home[i]
	}
	if prefetching && !d.s.options.NoPrefetch && n > 0 {
		prefetch(&l.addr[0], n)
		m := 0
		for i := range open {
			if v := atomic.LoadUint32(&d.slots[l.home[i]]); v != 0 {
				l.addr[m] = uint64(uintptr(unsafe.Pointer(d.at(v - 1))))
				m++
			}
		}
		if m > 0 {
			prefetch(&l.addr[0], m)
		}
	}
	for i, k := range open {
		number := d.enter(words[k], l.home[i])
		numbers[k] = number
		c.slots[words[k]*key0>>c.shift] = cached{words[k], number + 1}
	}
}

// enter is the number of a word, given where the search for it begins.
func (d *dictionary) enter(word, home uint64) uint32 {
	mask := uint64(len(d.slots) - 1)
	mine := uint32(0)
	for at := home; ; at = (at + 1) & mask {
		v := atomic.LoadUint32(&d.slots[at])
		if v == 0 {
			if mine == 0 {
				mine = d.add(word) + 1
			}
			if atomic.CompareAndSwapUint32(&d.slots[at], 0, mine) {
				return mine - 1
			}
			v = atomic.LoadUint32(&d.slots[at])
		}
		if d.value(v-1) == word {
			return v - 1
		}
	}
}

// add gives a word a number.
func (d *dictionary) add(word uint64) uint32 {
	n := uint32(d.next.Add(1) - 1)
	if c, _ := chunkOf(n); d.chunks[c].Load() == nil {
		d.extend(c)
	}
	*d.at(n) = word
	return n
}

func (d *dictionary) extend(chunk int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.chunks[chunk].Load() != nil {
		return
	}
	r := newRegion(1<<(firstBits+chunk), d.s.options.Heap)
	d.made = append(d.made, r)
	d.s.memory.add(int64(len(r.words)) * wordBytes)
	d.chunks[chunk].Store(unsafe.SliceData(r.words))
}

// known is the number of a word, if it has one.
func (d *dictionary) known(c *cache, word uint64) (uint32, bool) {
	p := &c.slots[word*key0>>c.shift]
	if p.word == word && p.number != 0 {
		return p.number - 1, true
	}
	mask := uint64(len(d.slots) - 1)
	for at := mix(word) >> d.shift; ; at = (at + 1) & mask {
		v := d.slots[at]
		if v == 0 {
			return 0, false
		}
		if d.value(v-1) == word {
			*p = cached{word, v}
			return v - 1, true
		}
	}
}

// grow enters all numbers into a larger table. No writer may be at work.
func (d *dictionary) grow(run func(task func(worker int))) {
	old, table := d.slots, d.table
	d.allocate(2 * len(old))
	const block = 1 << 12
	var cursor atomic.Int64
	task := func(int) {
		mask := uint64(len(d.slots) - 1)
		for {
			from := int(cursor.Add(1)-1) * block
			if from >= len(old) {
				return
			}
			for _, v := range old[from:min(from+block, len(old))] {
				if v == 0 {
					continue
				}
				at := mix(d.value(v-1)) >> d.shift
				for !atomic.CompareAndSwapUint32(&d.slots[at], 0, v) {
					at = (at + 1) & mask
				}
			}
		}
	}
	if len(old) <= block {
		task(0)
	} else {
		run(task)
	}
	table.release()
	d.s.memory.add(-int64(len(old)) * 4)
}

func (d *dictionary) release() {
	d.table.release()
	for _, r := range d.made {
		r.release()
	}
}
