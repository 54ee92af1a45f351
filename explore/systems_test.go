package explore

import (
	"chorcheck/lts"
)

// counters is a system of count counters of digits digits each, four bits
// a counter, spread over width words: each step increments one counter. With
// wrap a counter goes round, so that everything is one component; else there is
// one end.
type counters struct {
	width, count, digits int
	wrap                 bool
}

func (c counters) Width() int      { return c.width }
func (c counters) Actions() int    { return c.count }
func (c counters) Init() lts.State { return make(lts.State, c.width) }

func (c counters) Next(s lts.State, out *lts.Steps) lts.Marks {
	for i := range c.count {
		word, shift := i%c.width, uint(i/c.width*4)
		v := s[word] >> shift & 15
		switch {
		case int(v)+1 < c.digits:
			out.Append(lts.Action(i), s)[word] += 1 << shift
		case c.wrap:
			out.Append(lts.Action(i), s)[word] -= v << shift
		}
	}
	return 0
}

// pipeline is a row of cells, each empty or holding one of four values: a value
// enters on the left, moves into an empty cell to its right, or leaves at the
// end. It has 5^cells configurations.
type pipeline struct{ width, cells int }

func (p pipeline) Width() int      { return p.width }
func (p pipeline) Actions() int    { return 4 + p.cells }
func (p pipeline) Init() lts.State { return make(lts.State, p.width) }

func (p pipeline) Next(s lts.State, out *lts.Steps) lts.Marks {
	at := func(i int) (int, uint) { return i % p.width, uint(i / p.width * 3) }
	if s[0]&7 == 0 {
		for v := range 4 {
			out.Append(lts.Action(v), s)[0] |= uint64(v + 1)
		}
	}
	for i := range p.cells {
		word, shift := at(i)
		v := s[word] >> shift & 7
		if v == 0 {
			continue
		}
		if i+1 < p.cells {
			word2, shift2 := at(i + 1)
			if s[word2]>>shift2&7 != 0 {
				continue
			}
			t := out.Append(lts.Action(4+i), s)
			t[word] &^= 7 << shift
			t[word2] |= v << shift2
		} else {
			out.Append(lts.Action(4+i), s)[word] &^= 7 << shift
		}
	}
	return 0
}

// chain counts from 0 to n.
type chain uint64

func (n chain) Width() int      { return 1 }
func (n chain) Actions() int    { return 1 }
func (n chain) Init() lts.State { return lts.State{0} }

func (n chain) Next(s lts.State, out *lts.Steps) lts.Marks {
	if s[0] < uint64(n) {
		out.Append(0, s)[0]++
	}
	return 0
}
