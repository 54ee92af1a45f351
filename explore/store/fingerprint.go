package store

import "math/bits"

// fingerprints hashes packed states to two words each. Both depend on all words of the
// state and on the seed.
//
// Each word goes through a bijection of what has come before: of two states that differ in
// one word only, the first halves always differ.
func fingerprints(states []uint64, width int, seed uint64, first, second []uint64) {
	start := mix(seed + key0)
	for i := range first {
		a, b := start, seed
		for _, x := range states[i*width : (i+1)*width] {
			a = mix(a ^ x)
			b = (bits.RotateLeft64(b, 31) ^ a) * key0
		}
		first[i], second[i] = a, mix(b^key1)
	}
}

// noIDs is the part of a set that a lossy store does not have: states without a number.
type noIDs struct{}

const noIDsMessage = "store: states of a lossy store have no ids"

func (noIDs) index() {}

func (noIDs) ids() uint64 { return 0 }

func (noIDs) find(*Finder, []uint64) []uint64 { panic(noIDsMessage) }

func (noIDs) entry(uint64) uint64 { panic(noIDsMessage) }
