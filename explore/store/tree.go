package store

import (
	"math"
	"unsafe"
)

// A tree turns a state of several words into an entry of one word: tree compression
// (Blom, Lisser, van de Pol, Weber 2009; Laarman, van de Pol, Weber 2011). Each word has a
// dictionary that numbers its values with 32 bits. Numbers are put together in pairs,
// and the pairs numbered by further dictionaries, until two numbers are left: they
// are the entry. Two states are equal if and only if their entries are.
//
// A step changes few words, and each word has far fewer values than there are states, so
// dictionaries are small beside the set of entries, and look-ups in them are quick.
type tree struct {
	s     *Store
	width int
	// The first width dictionaries are those of the words. Node i numbers the pairs
	// of the results of two others.
	dictionaries []*dictionary
	pairs        []pair // pairs[i-width] is what dictionary i puts together
	root         pair
}

// pair names two dictionaries.
type pair struct{ low, high int }

func newTree(s *Store) *tree {
	t := &tree{s: s, width: s.width}
	var layer []int
	for i := range s.width {
		layer = append(layer, i)
	}
	for len(layer) > 2 {
		var next []int
		for ; len(layer) > 1; layer = layer[2:] {
			next = append(next, t.width+len(t.pairs))
			t.pairs = append(t.pairs, pair{layer[0], layer[1]})
		}
		layer = append(next, layer...)
	}
	t.root = pair{layer[0], layer[1]}
	for range t.width + len(t.pairs) {
		t.dictionaries = append(t.dictionaries, newDictionary(s))
	}
	return t
}

// hasRoom reports whether every worker can still encode as many states as it holds back.
func (t *tree) hasRoom() bool {
	for _, d := range t.dictionaries {
		if d.full() {
			return false
		}
	}
	return true
}

// next is the memory that grow would add at most, while it is at work; false if a dictionary has reached the
// number of values that 32 bits can tell apart.
func (t *tree) next() (int64, bool) {
	n, largest := int64(0), int64(0)
	for _, d := range t.dictionaries {
		if d.full() {
			if uint64(len(d.slots)) > math.MaxUint32 {
				return 0, false
			}
			n += int64(len(d.slots)) * 4
			largest = max(largest, int64(len(d.slots))*4)
		}
	}
	return n + largest, true // one after the other, and each has two tables for a moment
}

func (t *tree) grow(run func(task func(worker int))) {
	for _, d := range t.dictionaries {
		if d.full() {
			d.grow(run)
		}
	}
}

// decode appends the states of entries to out.
func (t *tree) decode(entries, out []uint64) []uint64 {
	width := t.width
	at := len(out)
	for range len(entries) * width {
		out = append(out, 0)
	}
	if width == 2 {
		low, high := t.dictionaries[0], t.dictionaries[1]
		if prefetching && !t.s.options.NoPrefetch && len(entries) <= pending {
			var addr [2 * pending]uint64
			n := 0
			for _, e := range entries {
				addr[n] = uint64(uintptr(unsafe.Pointer(low.at(uint32(e)))))
				addr[n+1] = uint64(uintptr(unsafe.Pointer(high.at(uint32(e >> 32)))))
				n += 2
			}
			prefetch(&addr[0], n)
		}
		for _, e := range entries {
			out[at] = low.value(uint32(e))
			out[at+1] = high.value(uint32(e >> 32))
			at += 2
		}
		return out
	}
	for _, e := range entries {
		dst := out[at : at+width]
		at += width
		t.expand(t.root.low, uint32(e), dst)
		t.expand(t.root.high, uint32(e>>32), dst)
	}
	return out
}

func (t *tree) expand(node int, number uint32, dst []uint64) {
	v := t.dictionaries[node].value(number)
	if node < t.width {
		dst[node] = v
		return
	}
	p := t.pairs[node-t.width]
	t.expand(p.low, uint32(v), dst)
	t.expand(p.high, uint32(v>>32), dst)
}

// An encoder is one worker's way through a tree.
type encoder struct {
	t       *tree
	caches  []cache  // by dictionary
	numbers []uint32 // by dictionary, pending each
	words   []uint64 // what is looked up in one dictionary
	missing []bool
	lookup
}

func (e *encoder) init(t *tree) {
	e.t = t
	e.caches = make([]cache, len(t.dictionaries))
	for i := range e.caches {
		e.caches[i].large = largeCaches(len(e.caches))
	}
	e.numbers = make([]uint32, len(t.dictionaries)*pending)
	e.words = make([]uint64, pending)
}

func (e *encoder) of(node int) []uint32 { return e.numbers[node*pending : (node+1)*pending] }

// encode writes the entries of packed states. Unknown values get a number.
func (e *encoder) encode(states, entries []uint64) {
	t := e.t
	for i, d := range t.dictionaries {
		words := e.words[:len(entries)]
		if i < t.width {
			for k := range words {
				words[k] = states[k*t.width+i]
			}
		} else {
			low, high := e.of(t.pairs[i-t.width].low), e.of(t.pairs[i-t.width].high)
			for k := range words {
				words[k] = uint64(low[k]) | uint64(high[k])<<32
			}
		}
		d.numberAll(&e.caches[i], &e.lookup, words, e.of(i)[:len(words)])
	}
	e.join(entries)
}

func (e *encoder) join(entries []uint64) {
	low, high := e.of(e.t.root.low), e.of(e.t.root.high)
	for k := range entries {
		entries[k] = uint64(low[k]) | uint64(high[k])<<32
	}
}

// find writes the entries of packed states, and appends the numbers of those that have
// none to absent.
func (e *encoder) find(states, entries []uint64, absent []int32) []int32 {
	t := e.t
	e.missing = append(e.missing[:0], make([]bool, len(entries))...)
	for i, d := range t.dictionaries {
		c := &e.caches[i]
		c.prepare()
		out := e.of(i)[:len(entries)]
		for k := range out {
			var v uint64
			if i < t.width {
				v = states[k*t.width+i]
			} else {
				p := t.pairs[i-t.width]
				v = uint64(e.of(p.low)[k]) | uint64(e.of(p.high)[k])<<32
			}
			if e.missing[k] {
				continue
			}
			var ok bool
			if out[k], ok = d.known(c, v); !ok {
				e.missing[k] = true
				absent = append(absent, int32(k))
			}
		}
	}
	e.join(entries)
	return absent
}
