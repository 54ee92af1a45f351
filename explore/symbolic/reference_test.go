package symbolic

import (
	"fmt"
	"maps"
	"slices"

	"chorcheck/lts"
)

// vectors is a system whose configurations are its components, one word each.
type vectors struct {
	init    []uint32
	actions int
	loc     *lts.Locality // its steps, where they are asked for
}

func (v *vectors) Width() int   { return len(v.init) + 1 }
func (v *vectors) Actions() int { return v.actions }

func (v *vectors) Init() lts.State {
	s := make(lts.State, v.Width())
	for i, x := range v.init {
		s[i] = uint64(x)
	}
	return s
}

func (v *vectors) Next(s lts.State, out *lts.Steps) lts.Marks {
	for _, e := range v.loc.Events {
		for _, t := range fire(v.loc, e.Parts, s) {
			copy(out.Append(e.Action, s), t)
		}
	}
	return 0
}

// components of such a system.
func components(n int) []lts.Component {
	list := make([]lts.Component, n)
	for i := range list {
		list[i] = lts.Component{
			Name:  fmt.Sprintf("c%d", i),
			Read:  func(s lts.State) uint32 { return uint32(s[i]) },
			Write: func(s lts.State, v uint32) { s[i] = uint64(v) },
		}
	}
	return list
}

// listed is a relation with these pairs.
func listed(pairs ...lts.Pair) *lts.Relation { return &lts.Relation{Pairs: pairs} }

// reference is the slow twin: sets are maps, and everything is done one by one.
type reference struct {
	sys *vectors
	loc *lts.Locality
}

// states is a set of configurations, by the text of each.
type states map[string]lts.State

func setOf(list ...lts.State) states {
	set := states{}
	for _, s := range list {
		set.add(s)
	}
	return set
}

func (s states) add(x lts.State) { s[fmt.Sprint(x)] = x }

func (s states) has(x lts.State) bool { _, ok := s[fmt.Sprint(x)]; return ok }

func (s states) filter(keep func(lts.State) bool) states {
	set := maps.Clone(s)
	maps.DeleteFunc(set, func(_ string, x lts.State) bool { return !keep(x) })
	return set
}

func (s states) keys() []string { return slices.Sorted(maps.Keys(s)) }

func related(r *lts.Relation, v uint32) []uint32 {
	if r.Next != nil {
		return r.Next(v)
	}
	var to []uint32
	for _, p := range r.Pairs {
		if p.From == v {
			to = append(to, p.To)
		}
	}
	return to
}

// fire is what a product leads a configuration to. Rows are of components that follow each other.
func fire(loc *lts.Locality, parts []lts.Part, s lts.State) []lts.State {
	list := []lts.State{s}
	for _, p := range parts {
		var next []lts.State
		row := []int{p.Component}
		for _, r := range loc.Rows {
			if r[0] == p.Component {
				row = r
			}
		}
		for _, t := range list {
			var before []uint32
			for _, c := range row {
				before = append(before, uint32(t[c]))
			}
			var after [][]uint32
			if p.Relation.Pass != nil {
				after = p.Relation.Pass.Apply(before)
			} else {
				for _, v := range related(p.Relation, before[0]) {
					after = append(after, append([]uint32{v}, before[1:]...))
				}
			}
			for _, values := range after {
				u := t.Clone()
				for i, c := range row {
					u[c] = uint64(values[i])
				}
				next = append(next, u)
			}
		}
		list = next
	}
	return list
}

func (r *reference) image(a states, stepsOnly bool) states {
	set := states{}
	for _, s := range a {
		for _, e := range r.loc.Events {
			if e.IsStep || !stepsOnly {
				for _, t := range fire(r.loc, e.Parts, s) {
					set.add(t)
				}
			}
		}
	}
	return set
}

// closure is what can be reached from a set; layers are the parts that are found at each distance.
func (r *reference) closure(a states, stepsOnly bool) (all states, layers []states) {
	all = maps.Clone(a)
	for last := a; len(last) > 0; {
		layers = append(layers, last)
		last = r.image(last, stepsOnly).filter(func(s lts.State) bool { return !all.has(s) })
		maps.Copy(all, last)
	}
	return all, layers
}

// leadsTo has the members of all that one event leads into a.
func (r *reference) leadsTo(all, a states, stepsOnly bool) states {
	return all.filter(func(s lts.State) bool {
		for t := range r.image(setOf(s), stepsOnly) {
			if _, ok := a[t]; ok {
				return true
			}
		}
		return false
	})
}

// canReach is computed by fixed point.
func (r *reference) canReach(all, target states, stepsOnly bool) states {
	set := target.filter(all.has)
	for {
		n := len(set)
		maps.Copy(set, r.leadsTo(all, set, stepsOnly))
		if len(set) == n {
			return set
		}
	}
}
