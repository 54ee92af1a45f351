package store

import "math/bits"

const (
	key0 = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
	key1 = 0xbf58476d1ce4e5b9
	key2 = 0x94d049bb133111eb
)

// mix spreads one word over all bits. It is a bijection.
func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= key1
	x ^= x >> 29
	x *= key2
	return x ^ x>>32
}

// Hash spreads a state over all bits of one word. Two words at a time go
// through one full multiplication; the result is the same in each run.
func Hash(state []uint64) uint64 {
	if len(state) == 1 {
		return mix(state[0])
	}
	h := uint64(key0)
	for len(state) >= 2 {
		hi, lo := bits.Mul64(state[0]^key1^h, state[1]^key2)
		h = bits.RotateLeft64(h, 23) ^ hi ^ lo
		state = state[2:]
	}
	if len(state) == 1 {
		h ^= mix(state[0])
	}
	h *= key1
	return h ^ h>>32
}
