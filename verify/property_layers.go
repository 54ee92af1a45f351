package verify

import (
	"chorcheck/explore"
	"chorcheck/explore/cycle"
	"chorcheck/ltl"
	"chorcheck/lts"
	"chorcheck/model"
)

// An accepting run stays, from some point on, in one strongly connected component of the automaton, and in one with an
// accepting transition. What the automaton does before it comes to any of these is no part of a cycle that counts. So
// the configurations with such states of the automaton need no search in depth: they are reached in breadth, as fast as those of the
// network, and the search for cycles begins behind them. Most automata wait in their first state until something comes about that is
// to be followed by something else, and most configurations of the product are of that kind.
//
// A violation is found later than by a search for cycles from the beginning, which therefore comes first, with a limit.

// waitingStates are the states of an automaton that it can come to without a component that has an accepting transition, and
// which are in none. It is nil if there are none.
func waitingStates(a *ltl.Automaton) []bool {
	n := a.States()
	reach := make([][]bool, n) // by one or more transitions
	for q := range reach {
		reach[q] = make([]bool, n)
		for todo := []int{q}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, t := range a.Transitions[at] {
				if !reach[q][t.Target] {
					reach[q][t.Target] = true
					todo = append(todo, t.Target)
				}
			}
		}
	}
	accepts := func(q int) bool { // in the component of q
		for at := range n {
			if at != q && !(reach[q][at] && reach[at][q]) {
				continue
			}
			for _, t := range a.Transitions[at] {
				if t.Accepting && reach[t.Target][at] {
					return true
				}
			}
		}
		return false
	}
	if accepts(a.Initial) {
		return nil
	}
	out := make([]bool, n)
	out[a.Initial] = true
	for todo := []int{a.Initial}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, t := range a.Transitions[at] {
			if !out[t.Target] && !accepts(t.Target) {
				out[t.Target] = true
				todo = append(todo, t.Target)
			}
		}
	}
	return out
}

// antechamber is the part of a product in which the automaton waits, as a system to be reached.
type antechamber struct {
	*product
	waits []bool
}

// Bits implements lts.Packed.
func (c antechamber) Bits() int { return c.packedBits() }

// inside reports whether the automaton waits in a configuration.
func (c antechamber) inside(s lts.State) bool {
	q := c.automatonState(s)
	if q >= c.ended() {
		q -= c.ended()
	}
	return q == c.unread() || c.waits[q]
}

// steps are those of the product: into the part, or out of it.
func (c antechamber) steps(s lts.State, out *cycle.Steps, emit func(i int)) {
	out.Reset()
	out.Accepting, out.Enabled = out.Accepting[:0], out.Enabled[:0]
	c.Expand(s, out)
	for i := range out.Len() {
		emit(i)
	}
}

// Next implements lts.System.
func (c antechamber) Next(s lts.State, out *lts.Steps) lts.Marks {
	x := c.scratch.Get().(*expansion)
	defer c.scratch.Put(x)
	c.steps(s, &x.whole, func(i int) {
		if to := x.whole.Target(i); c.inside(to) {
			copy(out.Append(x.whole.Actions[i], s), to)
		}
	})
	return 0
}

// exits are the configurations behind the part, repeated or not.
func (c antechamber) exits(space *explore.Space, yield func(from lts.State, a lts.Action, to lts.State) bool) {
	out := cycle.Steps{Steps: lts.NewSteps(c.Width())}
	more := true
	space.All(func(s lts.State) bool {
		c.steps(s, &out, func(i int) {
			if to := out.Target(i); more && !c.inside(to) {
				more = yield(s, out.Actions[i], to)
			}
		})
		return more
	})
}

// isPlain reports whether the automaton can wait in its first state whatever happens, and leaves it by what
// configurations are like. Then the part where it is in that state is the network itself, and the automaton can leave it on the way to
// any configuration that is like what it leaves it by. When nothing happens any more it might leave it later; but then it could have
// done so before, and reads the same from there on. Where else it waits is left to the search for cycles.
func (c antechamber) isPlain() bool {
	a := c.automaton
	events := uint64(0)
	for i, atom := range c.values.Atoms() {
		if atom.Kind.IsEvent() {
			events |= 1 << i
		}
	}
	always := false
	for _, t := range a.Transitions[a.Initial] {
		for _, cube := range t.Guard {
			if t.Target == a.Initial {
				always = always || cube == ltl.Cube{}
			} else if (cube.Pos|cube.Neg)&events != 0 {
				return false
			}
		}
	}
	return always
}

// beside are the configurations behind a plain part, of which the network's are known.
func (c antechamber) beside(space *explore.Space, yield func(lts.State) bool) {
	to := make(lts.State, c.Width())
	transitions := c.automaton.Transitions[c.automaton.Initial]
	space.All(func(s lts.State) bool {
		values := c.values.State(s)
		for i := range transitions {
			if t := &transitions[i]; t.Target != c.automaton.Initial && t.Guard.Holds(values) {
				c.join(to, s, uint64(t.Target))
				if !yield(to) {
					return false
				}
			}
		}
		return true
	})
}

// alongside is the run through a plain part to a configuration behind it.
func (c antechamber) alongside(space *explore.Space, to lts.State) lts.Trace {
	way := space.Traces([]lts.State{c.network(to, make(lts.State, c.net.Width()))})[0]
	out := lts.Trace{States: []lts.State{c.Init()}, Actions: append([]lts.Action{c.begin()}, way.Actions...)}
	for _, s := range way.States[:len(way.States)-1] {
		waits := make(lts.State, c.Width())
		c.join(waits, s, uint64(c.automaton.Initial))
		out.States = append(out.States, waits)
	}
	out.States = append(out.States, to)
	return out
}

// through is the run through the part to a configuration behind it.
func (c antechamber) through(space *explore.Space, to lts.State) lts.Trace {
	var out lts.Trace
	c.exits(space, func(s lts.State, a lts.Action, exit lts.State) bool {
		if !exit.Equal(to) {
			return true
		}
		out = space.Traces([]lts.State{s})[0]
		out.States, out.Actions = append(out.States, to), append(out.Actions, a)
		return false
	})
	return out
}

// searchLayers is a search for cycles that begins where the automaton does not wait any more.
func (x *examination) searchLayers(p *product, waits []bool, o cycle.Options) (*cycle.Result, error) {
	c := antechamber{p, waits}
	var part lts.System = c
	plain := c.isPlain()
	if plain {
		part = p.net
	}
	space, err := explore.Reach(x.ctx, part, explore.Options{
		Workers: o.Workers, Memory: o.Memory / 2, SpillDir: x.opt.SpillDir, Tick: o.Tick, Progress: o.Progress,
		Observe: func(_, _ int, _ lts.State, marks lts.Marks, _ int) {
			if marks&model.MarkConfused != 0 {
				p.confused.Store(true)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	defer space.Close()
	if !space.Complete {
		return &cycle.Result{Reason: space.Reason, States: space.States, PeakBytes: space.PeakBytes}, nil
	}
	if o.Memory > 0 {
		o.Memory = max(o.Memory-space.PeakBytes, 1)
	}
	o.Begin = func(yield func(lts.State) bool) {
		if plain {
			c.beside(space, yield)
			return
		}
		c.exits(space, func(_ lts.State, _ lts.Action, to lts.State) bool { return yield(to) })
	}
	result, err := cycle.Search(x.ctx, p, p.fairness(x.opt.Fairness), o)
	if err != nil {
		return nil, err
	}
	result.States += space.States
	if result.Found {
		first := result.Prefix.States[0]
		var way lts.Trace
		if plain {
			way = c.alongside(space, first)
		} else {
			way = c.through(space, first)
		}
		result.Prefix.States = append(way.States, result.Prefix.States[1:]...)
		result.Prefix.Actions = append(way.Actions, result.Prefix.Actions...)
	}
	return result, nil
}
