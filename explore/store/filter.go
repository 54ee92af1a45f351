package store

import "github.com/bits-and-blooms/bitset"

// Filter is the table of a bitstate store by itself, for one search that keeps no states,
// and for the next one after it. It is not safe for concurrent use.
type Filter struct {
	width  int
	seed   uint64
	table  *bitstate
	first  []uint64
	second []uint64
}

// NewFilter returns an empty filter for states of the given width. The error is a
// *TooLargeError.
func NewFilter(width int, c Choice) (*Filter, error) {
	c = c.normal()
	words := max(c.Table/wordBytes, 1)
	r, err := newFixedRegion(int(words), false)
	if err != nil {
		return nil, err
	}
	return &Filter{
		width: width, seed: c.Seed,
		table: &bitstate{table: r, bits: bitset.From(r.words), size: uint64(words) * 64, hashes: c.Hashes},
	}, nil
}

// Reset empties the filter. With another seed it will miss other states.
func (f *Filter) Reset(seed uint64) {
	f.table.bits.ClearAll()
	f.seed = seed
}

// Enter puts packed states in, and appends the numbers of those that are new, or that it
// takes for new, to fresh.
func (f *Filter) Enter(states []uint64, fresh []int32) []int32 {
	n := len(states) / f.width
	if n > len(f.first) {
		f.first, f.second = make([]uint64, n), make([]uint64, n)
	}
	fingerprints(states, f.width, f.seed, f.first[:n], f.second[:n])
	for i, a := range f.first[:n] {
		if b := f.second[i]; !f.table.known(a, b) && f.table.enter(a, b) {
			fresh = append(fresh, int32(i))
		}
	}
	return fresh
}

// Describe names the filter, as Store.Describe does.
func (f *Filter) Describe() string { return f.table.describe() }

// Bytes is the memory that the filter holds.
func (f *Filter) Bytes() int64 {
	return f.table.bytes() + int64(len(f.first)+len(f.second))*wordBytes
}

// Close gives the memory back.
func (f *Filter) Close() { f.table.table.release() }
