package model

import (
	"math/bits"
	"slices"
)

// A queue's content is packed in one of two ways.
//
//   - As an index into a dictionary of all contents that it can have, if these are
//     few: putting and taking a message are look-ups in a table. With one sender,
//     the dictionary holds what its machine can have sent to a receiver that takes
//     whenever it likes: often a handful of words where all words are thousands.
//   - Else as slots of a fixed number of bits, the oldest message lowest, zero for
//     an empty slot, spread over as many fields as are needed. A bag keeps its
//     slots sorted, so that equal contents are equal words.

const (
	maxDictionary      = 1 << 14 // contents
	maxDictionaryCells = 1 << 20 // contents times message kinds
	maxDictionaryWork  = 1 << 20 // pairs of a sender's local state and a content
)

// queue is one buffer of messages on the way.
type queue struct {
	from     RoleID // -1: shared by all senders whose channel is the default one
	to       RoleID
	bag      bool
	mailbox  bool
	capacity int
	messages []messageID // the kinds that it may hold; symbol i+1 is messages[i]
	faulty   queueFaults
	symbol   map[messageID]int // from 1

	dictionary [][]uint16 // contents as symbols, the empty one first; nil: slots
	contents   map[string]int
	dead       int // the content into which every message vanishes; 0: there is none

	puts, takes []uint32 // by symbol: offsets of tables; made where the general way to find steps needs them

	symbolBits int
	numbers    int // that a message carries at most
	slotBits   int
	perField   int     // slots in each field but perhaps the last
	fields     []field // one for a dictionary
}

// queueFaults say what can happen to a queue beside the sends and receives of
// its roles.
type queueFaults struct {
	lossy, doubled bool
	shuffled       bool        // messages overtake: packed as slots
	restarts       bool        // a role may start again
	strays         []messageID // that nobody sends
}

// numberBits is the size of the number of an instance.
const numberBits = 4

func (q *queue) bits() []int {
	if q.dictionary != nil {
		return []int{bits.Len(uint(len(q.dictionary) - 1))}
	}
	var sizes []int
	for left := q.capacity; left > 0; left -= q.perField {
		sizes = append(sizes, q.slotBits*min(left, q.perField))
	}
	return sizes
}

// encode chooses the packing. sender is nil if several roles may send.
func (q *queue) encode(sender *flatMachine, slots bool) {
	q.symbol = map[messageID]int{}
	for i, m := range q.messages {
		q.symbol[m] = i + 1
	}
	if !slots && q.numbers == 0 && !q.faulty.shuffled && (q.enumerate(sender) || q.enumerate(nil)) {
		return
	}
	q.dictionary, q.contents = nil, nil
	q.symbolBits = bits.Len(uint(len(q.messages)))
	q.slotBits = q.symbolBits + numberBits*q.numbers
	q.perField = 64 / q.slotBits
}

// enumerate fills the dictionary; it reports false if that would be too large.
func (q *queue) enumerate(sender *flatMachine) bool {
	q.dictionary, q.contents = nil, map[string]int{}
	add := func(content []uint16) int {
		key := symbolsKey(content)
		if i, ok := q.contents[key]; ok {
			return i
		}
		q.contents[key] = len(q.dictionary)
		q.dictionary = append(q.dictionary, content)
		return len(q.dictionary) - 1
	}
	add(nil)
	if sender == nil {
		for i := 0; i < len(q.dictionary); i++ {
			for s := range q.messages {
				if next, ok := q.put(q.dictionary[i], s+1); ok {
					add(next)
				}
			}
			if len(q.dictionary) > maxDictionary || len(q.dictionary)*len(q.messages) > maxDictionaryCells {
				return false
			}
		}
		return true
	}
	type pair struct{ local, content int }
	seen := map[pair]bool{{0, 0}: true}
	todo := []pair{{0, 0}}
	visit := func(p pair) {
		if !seen[p] {
			seen[p] = true
			todo = append(todo, p)
		}
	}
	for len(todo) > 0 {
		if len(seen) > maxDictionaryWork || len(q.dictionary) > maxDictionary || len(q.dictionary)*len(q.messages) > maxDictionaryCells {
			return false
		}
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		content := q.dictionary[p.content]
		for _, st := range sender.states[p.local].steps {
			s, here := 0, false
			if st.kind == Send {
				s, here = q.symbol[st.message]
			}
			if !here {
				visit(pair{st.to, p.content})
			} else if next, ok := q.put(content, s); ok {
				visit(pair{st.to, add(next)})
				if q.faulty.doubled {
					if twice, ok := q.put(next, s); ok {
						visit(pair{st.to, add(twice)})
					}
				}
			}
			if q.faulty.lossy {
				visit(pair{st.to, p.content})
			}
		}
		for _, m := range q.faulty.strays {
			if next, ok := q.put(content, q.symbol[m]); ok {
				visit(pair{p.local, add(next)})
			}
		}
		if q.faulty.restarts {
			visit(pair{0, p.content})
			visit(pair{p.local, 0})
		}
		for s := range q.messages {
			if next, ok := q.take(content, s+1); ok {
				visit(pair{p.local, add(next)})
			}
		}
	}
	return true
}

// put returns the content with one more message; false if the queue is full.
func (q *queue) put(content []uint16, symbol int) ([]uint16, bool) {
	if len(content) >= q.capacity {
		return nil, false
	}
	at := len(content)
	if q.bag {
		at, _ = slices.BinarySearch(content, uint16(symbol))
	}
	return slices.Insert(slices.Clone(content), at, uint16(symbol)), true
}

// take returns the content without a message that can be taken.
func (q *queue) take(content []uint16, symbol int) ([]uint16, bool) {
	if len(content) == 0 {
		return nil, false
	}
	at, ok := 0, content[0] == uint16(symbol)
	if q.bag {
		at, ok = slices.BinarySearch(content, uint16(symbol))
	}
	if !ok {
		return nil, false
	}
	return slices.Delete(slices.Clone(content), at, at+1), true
}

// An entry of a table: the exclusive or of the index of a content and that of the
// content after a message was put (or taken), and possible. 0: it is not possible, or
// the content cannot be reached. Into the dead content everything vanishes.
const (
	possibleBit = 31
	vanishBit   = 30
	possible    = 1 << possibleBit
	vanishes    = 1 << vanishBit
	deltaMask   = vanishes - 1
)

// table has the entry of each content for putting (or taking) a symbol.
func (q *queue) table(symbol int, put bool) []uint32 {
	out := make([]uint32, len(q.dictionary))
	for i, content := range q.dictionary {
		if q.dead > 0 && i == q.dead {
			if put {
				out[i] = possible | vanishes
			}
			continue
		}
		next, ok := q.take(content, symbol)
		if put {
			next, ok = q.put(content, symbol)
		}
		if !ok {
			continue
		}
		if j, known := q.contents[symbolsKey(next)]; known {
			out[i] = possible | uint32(i^j)
		}
	}
	return out
}

// content unpacks a state's part, oldest message first (a bag: by symbol).
func (q *queue) content(s []uint64) []uint16 {
	if q.dictionary != nil {
		return q.dictionary[q.fields[0].get(s)]
	}
	var out []uint16
	for i, f := range q.fields {
		v := f.get(s)
		for range min(q.perField, q.capacity-i*q.perField) {
			if v == 0 {
				return out
			}
			out = append(out, uint16(v&(1<<q.symbolBits-1)))
			v >>= q.slotBits
		}
	}
	return out
}

// value is the i-th message in a state: its symbol, and above that the numbers that
// it carries.
func (q *queue) value(s []uint64, i int) uint64 {
	if q.dictionary != nil {
		return uint64(q.dictionary[q.fields[0].get(s)][i])
	}
	return q.slot(i).get(s)
}

// symbolOf is the symbol of a value.
func (q *queue) symbolOf(value uint64) int {
	if q.numbers == 0 {
		return int(value)
	}
	return int(value & (1<<q.symbolBits - 1))
}

// numberOf is the i-th number of a value.
func (q *queue) numberOf(value uint64, i int) uint64 {
	return value >> (q.symbolBits + numberBits*i) & (1<<numberBits - 1)
}

// withNumber is the value with another i-th number.
func (q *queue) withNumber(value uint64, i int, number uint64) uint64 {
	shift := q.symbolBits + numberBits*i
	return value&^((1<<numberBits-1)<<shift) | number<<shift
}

func (q *queue) slot(i int) field {
	f := q.fields[i/q.perField]
	f.shift += uint8(i % q.perField * q.slotBits)
	f.mask = 1<<q.slotBits - 1
	return f
}

// length of a content.
func (q *queue) length(s []uint64) int {
	if q.dictionary != nil {
		return len(q.dictionary[q.fields[0].get(s)])
	}
	for i := len(q.fields) - 1; i >= 0; i-- {
		if v := q.fields[i].get(s); v != 0 {
			return i*q.perField + (bits.Len64(v)+q.slotBits-1)/q.slotBits
		}
	}
	return 0
}

// putSlot puts a message into a state in place; the queue is not full.
func (q *queue) putSlot(s []uint64, length int, value uint64) {
	i := length
	for ; q.bag && i > 0; i-- {
		v := q.slot(i - 1).get(s)
		if v <= value {
			break
		}
		q.slot(i).set(s, v)
	}
	q.slot(i).set(s, value)
}

// findSlot is the place of a symbol that can be taken, or -1.
func (q *queue) findSlot(s []uint64, symbol int) int {
	if !q.bag {
		if q.slot(0).get(s) == uint64(symbol) {
			return 0
		}
		return -1
	}
	for i := range q.capacity {
		switch v := q.slot(i).get(s); {
		case v == uint64(symbol):
			return i
		case v == 0 || v > uint64(symbol):
			return -1
		}
	}
	return -1
}

// removeSlot takes the symbol at a place out of a state in place.
func (q *queue) removeSlot(s []uint64, at int) {
	for i := at; i < q.capacity; i++ {
		next := uint64(0)
		if i+1 < q.capacity {
			next = q.slot(i + 1).get(s)
		}
		q.slot(i).set(s, next)
		if next == 0 {
			return
		}
	}
}

func symbolsKey(content []uint16) string {
	b := make([]byte, 0, 2*len(content))
	for _, s := range content {
		b = append(b, byte(s), byte(s>>8))
	}
	return string(b)
}

// field is a range of bits of one word of a state.
type field struct {
	mask  uint64 // not shifted
	word  uint16
	shift uint8
}

func (f field) get(s []uint64) uint64 { return s[f.word] >> f.shift & f.mask }

func (f field) set(s []uint64, v uint64) {
	s[f.word] = s[f.word]&^(f.mask<<f.shift) | v<<f.shift
}

// pack places fields of the given numbers of bits into as few words as possible. Fields
// that belong together, which are neighbours in the given order, come into one word, and the words
// get equally much: the values of a word that a store meets are then far fewer than states.
func pack(sizes, order []int) (fields []field, width int) {
	total := 0
	for _, n := range sizes {
		total += n
	}
	least := max((total+63)/64, 1)
	fields, width = packEvenly(sizes, order, total, least)
	if width == least {
		return fields, width
	}
	// Where that leaves holes the largest come first.
	order = slices.Clone(order)
	slices.SortStableFunc(order, func(x, y int) int { return sizes[y] - sizes[x] })
	if f, w := packFirst(sizes, order); w < width {
		return f, w
	}
	return fields, width
}

// packEvenly fills word after word, each up to its part of what is left.
func packEvenly(sizes, order []int, total, words int) (fields []field, width int) {
	fields = make([]field, len(sizes))
	word, used, left := 0, 0, total
	target := (left + words - 1) / words
	for _, i := range order {
		n := sizes[i]
		if used+n > 64 || word < words-1 && used+n/2 > target {
			word, used = word+1, 0
			target = (left + max(words-word, 1) - 1) / max(words-word, 1)
		}
		fields[i] = fieldAt(n, word, used)
		used += n
		left -= n
	}
	return fields, word + 1
}

// packFirst puts each field into the first word that has room.
func packFirst(sizes, order []int) (fields []field, width int) {
	fields = make([]field, len(sizes))
	used := []int{0}
	for _, i := range order {
		w := 0
		for w < len(used) && used[w]+sizes[i] > 64 {
			w++
		}
		if w == len(used) {
			used = append(used, 0)
		}
		fields[i] = fieldAt(sizes[i], w, used[w])
		used[w] += sizes[i]
	}
	return fields, len(used)
}

func fieldAt(bits, word, shift int) field {
	if bits == 0 {
		return field{}
	}
	return field{mask: ^uint64(0) >> (64 - bits), word: uint16(word), shift: uint8(shift)}
}
