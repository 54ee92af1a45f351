package symbolic

import (
	"slices"

	"chorcheck/lts"
)

// suffix is the lower part of an event, from some level on: a chain of arcs from the
// highest level to the lowest. Equal chains are the same suffix, in whichever event.
type suffix = uint32

const finished suffix = 0 // nothing is left to do

// link is a suffix: its first arc, and what comes below.
type link struct {
	arc  int
	rest suffix
}

// arc is a relation on a level, with values by their numbers in the level's domain.
type arc struct {
	level    int
	relation int
	inverse  bool       // it is read from right to left, and complete
	next     [][]uint32 // by value; nil is not known yet, and empty is none
}

type arcKey struct {
	level, relation int
	inverse         bool
}

// domain numbers the values of a level's component in the order in which they are met.
type domain struct {
	component int
	values    []uint32
	numbers   map[uint32]uint32
}

func (d *domain) number(value uint32) uint32 {
	n, ok := d.numbers[value]
	if !ok {
		n = uint32(len(d.values))
		d.values = append(d.values, value)
		d.numbers[value] = n
	}
	return n
}

// program is a set of events to be applied together.
type program struct {
	number uint32
	tops   [][]top   // by level: the events whose highest arc is there
	moves  [][]moves // by level and value
	lowest int       // level with such events; 0 if there are none at all
	always bool      // it has the event without any part
	guards bool      // no event changes anything
}

// top is an event, by its chain.
type top struct {
	link
	idle bool // it changes nothing
}

// moves are what the events with one top level do to a value there.
type moves struct {
	known    bool
	list     []move
	changing int // the first so many; others do not change anything
}

type move struct {
	targets []uint32
	rest    suffix
}

// Programs of a space.
const (
	forward      = iota // all events
	forwardSteps        // those that are steps
	backward
	backwardSteps
	enabling // where they are enabled
	enablingSteps
	numPrograms
)

// arc gives the number of an arc.
func (sp *Space) arc(level, relation int, inverse bool) int {
	key := arcKey{level, relation, inverse}
	n, ok := sp.arcNumbers[key]
	if !ok {
		n = len(sp.arcs)
		sp.arcs = append(sp.arcs, arc{level: level, relation: relation, inverse: inverse})
		sp.arcNumbers[key] = n
		if inverse {
			sp.invert(n)
		}
	}
	return n
}

// invert fills an arc from right to left, for the values that can be reached.
func (sp *Space) invert(n int) {
	a := &sp.arcs[n]
	d := &sp.domains[a.level]
	reached := make([]bool, len(d.values))
	for _, v := range sp.reached[a.level] {
		reached[v] = true
	}
	a.next = make([][]uint32, len(d.values))
	for _, v := range sp.reached[a.level] {
		for _, w := range sp.relations.next(a.relation, d.values[v]) {
			if w, ok := d.numbers[w]; ok && int(w) < len(reached) && reached[w] {
				a.next[w] = append(a.next[w], v)
			}
		}
	}
}

// targets are the values that a value leads to.
func (sp *Space) targets(n int, value uint32) []uint32 {
	a := &sp.arcs[n]
	if a.inverse {
		if int(value) >= len(a.next) {
			return nil // met later: it cannot be reached
		}
		return a.next[value]
	}
	for int(value) >= len(a.next) {
		a.next = append(a.next, nil)
	}
	if a.next[value] == nil {
		d := &sp.domains[a.level]
		list := []uint32{}
		for _, v := range sp.relations.next(a.relation, d.values[value]) {
			list = append(list, d.number(v))
		}
		a.next[value] = list
	}
	return a.next[value]
}

// suffix gives the number of a chain.
func (sp *Space) suffix(l link) suffix {
	n, ok := sp.suffixes[l]
	if !ok {
		n = suffix(len(sp.links))
		if n >= maxSuffix {
			panic(abort{ErrMemory})
		}
		sp.links = append(sp.links, l)
		sp.suffixes[l] = n
	}
	return n
}

// chain is the suffix of a whole product.
func (sp *Space) chain(p product, inverse bool) suffix {
	terms := slices.Clone(p)
	for i := range terms {
		terms[i].component = sp.levels[terms[i].component]
	}
	slices.SortFunc(terms, func(a, b term) int { return a.component - b.component })
	s := finished
	for _, t := range terms {
		s = sp.suffix(link{sp.arc(t.component, t.relation, inverse), s})
	}
	return s
}

// product numbers the relations of an event's parts. Parts on one component, if there are
// several, would mean nothing: they are a mistake of ours.
func (sp *Space) product(parts []lts.Part) product {
	p := make(product, len(parts))
	for i, part := range parts {
		p[i] = term{part.Component, sp.relations.number(part.Relation)}
	}
	slices.SortFunc(p, func(a, b term) int { return a.component - b.component })
	return p
}

// program makes, once, one of the programs.
func (sp *Space) program(number int) *program {
	if sp.allSteps {
		number &^= 1
	}
	if sp.programs[number] != nil {
		return sp.programs[number]
	}
	pr := &program{
		number: uint32(number),
		tops:   make([][]top, len(sp.domains)),
		moves:  make([][]moves, len(sp.domains)),
		guards: number >= enabling,
	}
	var products []product
	for i, e := range sp.loc.Events {
		if number&1 != 0 && !e.IsStep {
			continue
		}
		p := sp.products[i]
		if pr.guards {
			p = sp.relations.guarded(p)
		}
		products = append(products, p)
	}
	products = merge(products, sp.relations)
	if number == forward {
		sp.merged = len(products)
	}
	inverse := number == backward || number == backwardSteps
	for _, p := range products {
		if len(p) == 0 {
			pr.always = true
			continue
		}
		first := sp.links[sp.chain(p, inverse)]
		level := sp.arcs[first.arc].level
		idle := !slices.ContainsFunc(p, func(t term) bool { return !sp.relations.isGuard(t.relation) })
		pr.tops[level] = append(pr.tops[level], top{first, idle})
		if pr.lowest == 0 || level < pr.lowest {
			pr.lowest = level
		}
	}
	sp.programs[number] = pr
	return pr
}

// from gives the moves of a value.
func (sp *Space) from(pr *program, level int, value uint32) *moves {
	for int(value) >= len(pr.moves[level]) {
		pr.moves[level] = append(pr.moves[level], moves{})
	}
	m := &pr.moves[level][value]
	if m.known {
		return m
	}
	m.known = true
	var idle []move
	for _, t := range pr.tops[level] {
		targets := sp.targets(t.arc, value)
		switch {
		case len(targets) == 0:
		case t.idle || t.rest == finished && len(targets) == 1 && targets[0] == value:
			idle = append(idle, move{targets, t.rest})
		default:
			m.list = append(m.list, move{targets, t.rest})
		}
	}
	m.changing = len(m.list)
	m.list = append(m.list, idle...)
	return m
}
