package cycle

import "chorcheck/lts"

// product makes a System of an lts.System: a stand-in for the product with an automaton.
type product struct {
	lts.System
	accepting func(s lts.State, a lts.Action) bool // nil: none
}

func (p product) Expand(s lts.State, out *Steps) {
	p.Next(s, out.Steps)
	out.Enabled = append(out.Enabled, out.Actions...)
	for _, a := range out.Actions {
		out.Accepting = append(out.Accepting, p.accepting != nil && p.accepting(s, a))
	}
}

// counters are some counters of ten values, four bits each, over some words: each step
// increments one. With wrap a counter goes round, so that everything is one component.
type counters struct {
	width, count int
	wrap         bool
}

func (c counters) Width() int      { return c.width }
func (c counters) Actions() int    { return c.count }
func (c counters) Init() lts.State { return make(lts.State, c.width) }

func (c counters) Next(s lts.State, out *lts.Steps) lts.Marks {
	for i := range c.count {
		word, shift := i%c.width, uint(i/c.width*4)
		v := s[word] >> shift & 15
		switch {
		case v < 9:
			out.Append(lts.Action(i), s)[word] += 1 << shift
		case c.wrap:
			out.Append(lts.Action(i), s)[word] -= v << shift
		}
	}
	return 0
}

// line goes from 0 to n, and from there back to a state by action 1.
type line struct{ n, back uint64 }

func (l line) Width() int      { return 1 }
func (l line) Actions() int    { return 2 }
func (l line) Init() lts.State { return lts.State{0} }

func (l line) Next(s lts.State, out *lts.Steps) lts.Marks {
	if s[0] < l.n {
		out.Append(0, s)[0]++
	} else {
		out.Append(1, s)[0] = l.back
	}
	return 0
}
