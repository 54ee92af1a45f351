package model

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
)

// minimise merges states that are strongly bisimilar and numbers the classes
// breadth-first from the initial state.
func minimise(d *determinised) Machine {
	for s := range d.states {
		for i := range d.states[s].actions {
			// The number of a branch told worlds apart; it is no effect.
			d.states[s].actions[i].label.branch = 0
		}
	}
	class := bisimilarity(d)
	// Members of each class, the least one first.
	members := map[int][]int{}
	for s := range d.states {
		members[class[s]] = append(members[class[s]], s)
	}
	var m Machine
	var text []byte
	number := map[int]int{}
	var order []int
	visit := func(c int) int {
		n, ok := number[c]
		if !ok {
			n = len(order)
			number[c] = n
			order = append(order, c)
		}
		return n
	}
	visit(class[0])
	for from := 0; from < len(order); from++ {
		states := members[order[from]]
		s := LocalState{Name: strconv.Itoa(from), In: d.states[states[0]].in}
		first := len(m.Transitions)
		at := map[string]int{} // label and target -> index of the transition
		for _, q := range states {
			s.Final = s.Final || d.states[q].accept || d.states[q].ended
			for _, a := range d.states[q].actions {
				to := Failed
				if a.to >= 0 {
					to = visit(class[a.to])
				}
				text = a.label.appendEffect(appendInts(text[:0], to))
				if i, ok := at[string(text)]; ok {
					m.Transitions[i].Origins = mergeOrigins(m.Transitions[i].Origins, a.origins)
					continue
				}
				at[string(text)] = len(m.Transitions)
				t := Transition{
					From: from, To: to, Kind: a.label.kind, Peer: a.label.peer, Label: a.label.label,
					Guard: a.label.guard, Values: a.label.values, Stores: a.label.stores,
					Timer: a.label.timer, Exception: a.label.exception,
					Thread: a.label.thread, Origins: mergeOrigins(a.origins, nil),
				}
				if !slices.Equal(a.label.places, []Place{{}}) {
					t.Places = a.label.places
				}
				if a.label.handler.Part > 0 {
					t.Handler = &a.label.handler
				}
				if a.label.onlyIf.Part > 0 {
					t.OnlyIf = &a.label.onlyIf
				}
				if a.label.assign != nil {
					t.Assigns = []Assign{*a.label.assign}
				}
				m.Transitions = append(m.Transitions, t)
			}
		}
		if len(m.Transitions) > first {
			s.Origin = m.Transitions[first].Origins[0]
		}
		m.States = append(m.States, s)
	}
	return m
}

// bisimilarity is the coarsest partition that respects ends and actions, by
// refinement: a class is split by what its members can do and into which classes
// that leads; only the predecessors of states whose class has a new number are
// looked at again, and of a split class the largest part keeps the number, so
// that a state is renumbered at most log n times.
func bisimilarity(d *determinised) []int {
	n := len(d.states)
	labels := map[string]uint32{}
	var text []byte
	type edge struct{ label, to uint32 }
	edges := make([][]edge, n)
	before := make([][]int, n)
	class := make([]int, n)
	kinds := map[string]int{} // of states that must not be merged, whatever they can do
	for s := range d.states {
		for _, a := range d.states[s].actions {
			text = a.label.appendEffect(text[:0])
			if a.to < 0 {
				text = append(text, " fails"...)
				a.to = s // any state would do
			}
			id, ok := labels[string(text)]
			if !ok {
				id = uint32(len(labels))
				labels[string(text)] = id
			}
			edges[s] = append(edges[s], edge{id, uint32(a.to)})
			before[a.to] = append(before[a.to], s)
		}
		kind := fmt.Sprint(d.states[s].accept || d.states[s].ended, d.states[s].in)
		if _, ok := kinds[kind]; !ok {
			kinds[kind] = len(kinds)
		}
		class[s] = kinds[kind]
	}
	signature := func(s int) string {
		pairs := make([]uint64, 0, len(edges[s]))
		for _, e := range edges[s] {
			pairs = append(pairs, uint64(e.label)<<32|uint64(class[e.to]))
		}
		slices.Sort(pairs)
		var b []byte
		for _, p := range slices.Compact(pairs) {
			b = binary.LittleEndian.AppendUint64(b, p)
		}
		return string(b)
	}
	members := make([]map[int]struct{}, len(kinds), n+len(kinds))
	for i := range members {
		members[i] = map[int]struct{}{}
	}
	signatures := make([]string, n)
	touched := make([]int, n)
	for s := range n {
		members[class[s]][s] = struct{}{}
		touched[s] = s
	}
	common := make([]string, len(kinds), n+len(kinds)) // the signature that all untouched members of a class have
	for len(touched) > 0 {
		dirty := map[int][]int{}
		for _, s := range touched {
			signatures[s] = signature(s)
			dirty[class[s]] = append(dirty[class[s]], s)
		}
		again := map[int]bool{}
		for c, changed := range dirty {
			groups := map[string][]int{}
			for _, s := range changed {
				groups[signatures[s]] = append(groups[signatures[s]], s)
			}
			rest := len(members[c]) - len(changed)
			if rest > 0 && groups[common[c]] == nil {
				groups[common[c]] = []int{}
			}
			size := func(sig string) int {
				if rest > 0 && sig == common[c] {
					return len(groups[sig]) + rest
				}
				return len(groups[sig])
			}
			largest, found := "", false
			for sig := range groups {
				if !found || size(sig) > size(largest) {
					largest, found = sig, true
				}
			}
			if rest > 0 && largest != common[c] {
				// The untouched members move after all: there are fewer of them.
				isChanged := map[int]bool{}
				for _, s := range changed {
					isChanged[s] = true
				}
				group := groups[common[c]]
				for s := range members[c] {
					if !isChanged[s] {
						group = append(group, s)
					}
				}
				groups[common[c]] = group
			}
			common[c] = largest
			for sig, group := range groups {
				if sig == largest {
					continue
				}
				members = append(members, map[int]struct{}{})
				common = append(common, sig)
				for _, s := range group {
					delete(members[c], s)
					class[s] = len(members) - 1
					members[class[s]][s] = struct{}{}
					for _, b := range before[s] {
						again[b] = true
					}
				}
			}
		}
		touched = touched[:0]
		for s := range again {
			touched = append(touched, s)
		}
	}
	return class
}
