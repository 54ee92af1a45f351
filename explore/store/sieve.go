package store

import "math/bits"

// A sieve holds the states that a writer has met most recently, one for each value of
// a hash. What is in it is in the store, or waits to be, so it need not be looked for:
// steps of different roles commute, and most of the states that a breadth-first search
// meets again it has met just before. A sieve fits the caches of a processor, which the table
// does not.
type sieve struct {
	width int
	shift uint
	slots []uint64
}

const (
	smallSieve = 1 << 9
	largeSieve = 1 << 15
)

func (v *sieve) init(width int) {
	v.width = width
	v.resize(smallSieve)
}

// resize empties the sieve. An empty slot must not look like a state that belongs
// there: zeros stand in the slots to which the state of zeros does not belong.
func (v *sieve) resize(words int) {
	n := 1 << (bits.Len(uint(max(words/v.width, 2))) - 1)
	v.shift = uint(64 - (bits.Len(uint(n)) - 1))
	v.slots = make([]uint64, n*v.width)
	zero := make([]uint64, v.width)
	other := make([]uint64, v.width)
	for v.place(other) == v.place(zero) {
		other[0]++
	}
	copy(v.slots[v.place(zero)*uint64(v.width):], other)
}

// widen makes the sieve larger once the search is: most are small.
func (v *sieve) widen(found uint64) {
	if found > 4*smallSieve && len(v.slots) < largeSieve/2 {
		v.resize(largeSieve)
	}
}

// place is the number of the slot of a state.
func (v *sieve) place(state []uint64) uint64 {
	h := uint64(0)
	for _, x := range state {
		h = (bits.RotateLeft64(h, 29) ^ x) * key0
	}
	return h >> v.shift
}

// words appends the states of one word that are not in the sieve to out, which has room
// for all, and puts them in. Without branches: no processor can guess which they are.
func (v *sieve) words(states, out []uint64) []uint64 {
	n := len(out)
	out = out[:n+len(states)+1]
	slots, shift := v.slots, v.shift
	for _, x := range states {
		p := &slots[x*key0>>shift]
		out[n] = x
		d := 0
		if *p != x {
			d = 1
		}
		*p = x
		n += d
	}
	return out[:n]
}

// states is words for states of any width.
func (v *sieve) states(states, out []uint64) []uint64 {
	if v.width == 2 {
		return v.pairs(states, out)
	}
	for len(states) > 0 {
		x := states[:v.width]
		states = states[v.width:]
		at := v.place(x) * uint64(v.width)
		slot := v.slots[at : at+uint64(v.width)]
		if !equal(slot, x) {
			copy(slot, x)
			out = append(out, x...)
		}
	}
	return out
}

func (v *sieve) pairs(states, out []uint64) []uint64 {
	n := len(out)
	out = out[:n+len(states)+2]
	shift := v.shift
	for i := 0; i+1 < len(states); i += 2 {
		x, y := states[i], states[i+1]
		h := (bits.RotateLeft64(x*key0, 29) ^ y) * key0 >> shift
		p := (*[2]uint64)(v.slots[2*h:])
		o := (*[2]uint64)(out[n:])
		o[0], o[1] = x, y
		d := 0
		if (p[0]^x)|(p[1]^y) != 0 {
			d = 2
		}
		p[0], p[1] = x, y
		n += d
	}
	return out[:n]
}

func equal(a, b []uint64) bool {
	for i, x := range a {
		if x != b[i] {
			return false
		}
	}
	return true
}
