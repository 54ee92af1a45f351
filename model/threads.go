package model

import (
	"cmp"
	"slices"
)

// par builds the interleaving of a role's threads: each thread is projected and
// made deterministic by itself, and the nodes of the product are tuples of their
// states. Where every thread may be over, a silent edge leads on; where one has
// reached an `end`, that is the end of the role's part, whatever the others do.
func (p *projector) par(st *Par, next int) (int, error) {
	var threads []*determinised
	for i, body := range st.Threads {
		if !slices.ContainsFunc(body, p.takesPart) {
			continue
		}
		// Timers around the par are those of its product, not of its threads.
		around := *p.ctx
		around.timers = nil
		sub := newProjector(&projector{choreography: p.choreography, role: p.role, parts: p.parts, positions: p.positions, alike: p.alike, ctx: &around, thread: p.thread, sub: true})
		if st.IDs != nil {
			sub.thread = p.beside(st.IDs[i])
		}
		done := sub.add(graphNode{accept: true})
		start, err := sub.seq(body, done)
		if err != nil {
			return 0, err
		}
		d, err := determinise(sub, start)
		if err != nil {
			return 0, err
		}
		p.ambiguities = append(p.ambiguities, d.ambiguities...)
		threads = append(threads, d)
	}
	return p.interleave(threads, st.Origin, next)
}

// interleave makes the product. Its work is bounded as well as its size: ten
// thousand threads of two states have tuples of ten thousand numbers.
func (p *projector) interleave(threads []*determinised, origin Origin, next int) (int, error) {
	index := map[string]int{}
	var tuples [][]int
	var ids []int
	visit := func(tuple []int) int {
		key := intsKey(tuple)
		if id, ok := index[key]; ok {
			return id
		}
		id := p.add(graphNode{origin: origin})
		index[key] = id
		tuples = append(tuples, tuple)
		ids = append(ids, id)
		return id
	}
	work := 0
	first := visit(make([]int, len(threads)))
	for i := 0; i < len(tuples); i++ {
		if len(tuples) > MaxLocalStates {
			return 0, tooLarge{}
		}
		tuple, n := tuples[i], graphNode{origin: origin, ctx: p.ctx}
		over, ended := true, false
		for t, d := range threads {
			s := &d.states[tuple[t]]
			over = over && s.accept
			n.held, n.passed = mergeIDs(n.held, s.held), mergeIDs(n.passed, s.passed)
			n.in = mergeIDs(n.in, s.in)
			if s.ended {
				n.silent = append(n.silent, silentEdge{to: p.end})
				// Unless others decide whether the thread came here at all, there
				// is nothing but the end now.
				ended = ended || !s.accept && len(s.actions) == 0
			}
			for _, a := range s.actions {
				if work += len(tuple); work > maxSubsetWork {
					return 0, tooLarge{}
				}
				if a.to < 0 {
					n.actions = append(n.actions, p.arrive(a))
					continue
				}
				to := append([]int(nil), tuple...)
				to[t] = a.to
				n.actions = append(n.actions, action{a.label, a.origins, visit(to)})
			}
		}
		if ended {
			n.actions = nil
		} else if over {
			n.silent = append(n.silent, silentEdge{to: next})
		} else {
			// Where no thread has an action, only an interrupt leads on.
			n.halts = !slices.ContainsFunc(n.actions, func(a action) bool { return a.label.ordinary() })
		}
		p.nodes[ids[i]] = n
	}
	return first, nil
}

// mergeIDs joins two ascending lists.
func mergeIDs[T cmp.Ordered](x, y []T) []T {
	for _, v := range y {
		if at, known := slices.BinarySearch(x, v); !known {
			x = slices.Insert(x, at, v)
		}
	}
	return x
}

// beside is a thread if a scope stands beside it, and else 0: what is done in it may
// then as well be done outside any thread, unless somebody asks.
func (p *projector) beside(t ThreadID) ThreadID {
	c := p.choreography
	if c.TellThreads || slices.ContainsFunc(c.Scopes, func(s Scope) bool { return c.Concurrent(s.Thread, t) }) {
		return t
	}
	return 0
}
