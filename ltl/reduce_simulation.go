package ltl

import (
	"slices"

	"chorcheck/internal/bug"
)

// simulate makes a graph smaller by direct simulation (Etessami, Wilke, Schuller 2001), found with
// signatures that are diagrams (Babiak, Badie, Duret-Lutz, Křetínský, Strejček 2013). A state is simulated by another
// if the other has, for each transition and each valuation that lets it be taken, a
// transition with at least the same marks to a state that simulates the target. States that
// simulate each other become one, and transitions are dropped where a better one exists.
//
// With backward set, the same is done with the transitions that enter a state; then a
// state that is not initial does not simulate the initial one.
//
// It gives nil if the steps are used up.
func (g *graph) simulate(backward bool) *graph {
	s := &simulation{graph: g, backward: backward, from: g.out}
	if backward {
		s.from = make([][]edge, len(g.out))
		for src, out := range g.out {
			for _, e := range out {
				s.from[e.dst] = append(s.from[e.dst], edge{e.label, e.marks, src})
			}
		}
	}
	s.class = make([]int, len(g.out))
	s.last = make([]bdd, len(g.out))
	s.stale = make([]bool, len(g.out))
	for state := range s.stale {
		s.stale[state] = true
	}
	s.signs, s.cubes, s.levels = make([]bdd, 1), []bdd{bddTrue}, []int{levelClass}
	s.above = [][]bool{{true}}
	s.fresh = levelClass + 1
	for s.refine() {
		if g.b.over() {
			return nil
		}
	}
	if g.b.over() {
		return nil
	}
	h := s.quotient()
	if g.b.over() {
		return nil
	}
	return h
}

type simulation struct {
	*graph
	backward bool
	from     [][]edge // the edges that count, by the state for which they do; dst is the other end
	class    []int    // by state
	last     []bdd    // signatures, by state
	stale    []bool   // by state: the cube of its class is new
	signs    []bdd    // signatures, by class
	levels   []int    // by class: its variable
	fresh    int      // the next variable for a class
	cubes    []bdd    // by class: the variables of the classes that simulate it, itself among them
	above    [][]bool // above[k][j]: class j simulates class k
	pairs    int      // how many of them there are
}

// maxOrdered is up to how many classes are compared with each other. If there are more, states only become one that are bisimilar.
const maxOrdered = 1000

// Variables beside the propositions: for a mark, that it is missing; for the state
// itself; for classes.
const (
	levelInitial = firstExtra + 64
	levelState   = levelInitial + 1
	levelClass   = levelState + 1
)

func (s *simulation) missing(marks uint64) bdd {
	r := bddTrue
	for i := s.marks - 1; i >= 0; i-- {
		if marks>>i&1 == 0 {
			r = s.b.and(s.b.variable(firstExtra+i), r)
		}
	}
	return r
}

// sign is the signature of a state: it implies that of another iff the other simulates it as far as known.
func (s *simulation) sign(state int) bdd {
	b := s.b
	r := bddFalse
	for _, e := range s.from[state] {
		r = b.or(r, b.and(e.label, b.and(s.missing(e.marks), s.cubes[s.class[e.dst]])))
	}
	if !s.backward {
		return r
	}
	if state == s.initial {
		r = b.or(r, b.variable(levelInitial))
	}
	if s.byState && !s.marked(state) {
		r = b.and(r, b.variable(levelState))
	}
	return r
}

// marked tells whether a state has all marks, if marks go by states.
func (s *simulation) marked(state int) bool {
	return len(s.out[state]) > 0 && s.out[state][0].marks == s.all()
}

// refine computes the classes anew, and tells whether they or their order have changed.
func (s *simulation) refine() bool {
	classOf := map[bdd]int{}
	class := make([]int, len(s.class))
	var signs []bdd
	var before []int // by new class: the old one
	for state := range class {
		if slices.ContainsFunc(s.from[state], func(e edge) bool { return s.stale[e.dst] }) || s.last[state] == bddFalse {
			s.last[state] = s.sign(state)
		}
		sign := s.last[state]
		k, ok := classOf[sign]
		if !ok {
			k = len(signs)
			classOf[sign] = k
			signs = append(signs, sign)
			before = append(before, s.class[state])
		}
		class[state] = k
	}
	levels := s.rename(before)
	cubes := make([]bdd, len(signs))
	above := make([][]bool, len(signs))
	pairs := 0
	for i := range signs {
		s.b.spend(len(signs) / 8)
		above[i] = make([]bool, len(signs))
		var cube []int
		for j := range signs {
			if (i == j || len(signs) <= maxOrdered) && s.above[before[i]][before[j]] && s.b.implies(signs[i], signs[j]) { // it only gets finer
				pairs++
				above[i][j] = true
				cube = append(cube, levels[j])
			}
		}
		slices.Sort(cube)
		cubes[i] = bddTrue
		for _, level := range slices.Backward(cube) {
			cubes[i] = s.b.and(s.b.variable(level), cubes[i])
		}
		if s.b.over() {
			return false
		}
	}
	changed := len(signs) != len(s.signs) || pairs != s.pairs
	for state, k := range class {
		s.stale[state] = cubes[k] != s.cubes[s.class[state]]
	}
	s.class, s.signs, s.cubes, s.levels, s.above, s.pairs = class, signs, cubes, levels, above, pairs
	return changed
}

// rename gives variables to the classes that have come of those before. One that comes of a class
// gets its variable, so that most diagrams stay the same.
func (s *simulation) rename(before []int) []int {
	levels := make([]int, len(before))
	taken := make([]bool, len(s.levels))
	for i, k := range before {
		if taken[k] {
			levels[i] = s.fresh
			s.fresh++
		} else {
			levels[i] = s.levels[k]
			taken[k] = true
		}
	}
	return levels
}

// quotient makes a graph of the classes. Of the edges of a class only those are left that its signature needs.
func (s *simulation) quotient() *graph {
	b := s.b
	classOf := map[bdd]int{}
	for k, cube := range s.cubes {
		classOf[cube] = k
	}
	out := make([][]edge, len(s.signs))
	for k, sign := range s.signs {
		for _, br := range b.branches(sign) {
			for _, term := range b.primes(br.rest) {
				e := edge{br.label, s.all(), -1}
				cube := bddTrue
				initial := false
				for i := len(term) - 1; i >= 0; i-- {
					switch level := int(term[i]); {
					case level >= levelClass:
						cube = b.and(b.variable(level), cube)
					case level == levelInitial:
						initial = true
					case level < levelInitial:
						e.marks &^= 1 << (level - firstExtra)
					}
				}
				other, ok := classOf[cube]
				if initial || b.over() {
					continue
				}
				if !ok {
					bug.Panicf("a signature has classes that are none of a transition: %v", term)
				}
				if s.backward {
					e.dst = k
					out[other] = append(out[other], e)
				} else {
					e.dst = other
					out[k] = append(out[k], e)
				}
			}
		}
	}
	for k := range out {
		out[k] = s.merge(out[k])
	}
	return s.with(s.class[s.initial], out)
}
