package symbolic

import (
	"slices"

	"chorcheck/lts"
)

// suffix is the lower part of an event, from some level on: a chain of arcs from the
// highest level to the lowest. Equal chains are the same suffix, in whichever event.
type suffix = uint32

const finished suffix = 0 // nothing is left to do

// link is a suffix: its first arc, and what comes below; of a pass, what comes below all its row.
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

	isPass bool
	below  int // levels of the row below this one
	state  uint32
	turns  [][]turn // of a pass, in place of next
}

// turn is what a pass does to a value: where that can go, and the arc of the next level of the row; rowEnds is
// for the lowest one.
type turn struct {
	targets []uint32
	arc     int
}

const rowEnds = -1

type arcKey struct {
	level, relation int
	inverse         bool
	state           uint32 // of a pass
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
	suffix
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
	key := arcKey{level: level, relation: relation, inverse: inverse}
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
		arc := 0
		if sp.relations.isPass(t.relation) {
			arc = sp.passArc(t.component, sp.below[t.component], t.relation, inverse, 0)
		} else {
			arc = sp.arc(t.component, t.relation, inverse)
		}
		s = sp.suffix(link{arc, s})
	}
	return s
}

// passArc gives the number of an arc of a pass, or of several at their beginning.
func (sp *Space) passArc(level, below, relation int, inverse bool, state uint32) int {
	key := arcKey{level, relation, inverse, state}
	n, ok := sp.arcNumbers[key]
	if !ok {
		n = len(sp.arcs)
		sp.arcs = append(sp.arcs, arc{level: level, relation: relation, inverse: inverse, isPass: true, below: below, state: state})
		sp.arcNumbers[key] = n
	}
	return n
}

// turns are what a pass, or several, may do to a value.
func (sp *Space) turns(n int, value uint32) []turn {
	for int(value) >= len(sp.arcs[n].turns) {
		sp.arcs[n].turns = append(sp.arcs[n].turns, nil)
	}
	if known := sp.arcs[n].turns[value]; known != nil {
		return known
	}
	a := sp.arcs[n]
	list := []turn{}
	for _, relation := range sp.relations.list[a.relation].others {
		for _, x := range sp.turnsOf(&a, sp.relations.list[relation].pass, value) {
			arc := rowEnds
			if a.below > 0 {
				arc = sp.passArc(a.level-1, a.below-1, relation, a.inverse, x.State)
			}
			if i := slices.IndexFunc(list, func(t turn) bool { return t.arc == arc }); i >= 0 {
				if !slices.Contains(list[i].targets, x.Value) {
					list[i].targets = append(list[i].targets, x.Value)
				}
				continue
			}
			list = append(list, turn{[]uint32{x.Value}, arc})
		}
	}
	sp.arcs[n].turns[value] = list
	return list
}

// turnsOf are those of one pass, with values by their numbers, and without those that end as they may not.
func (sp *Space) turnsOf(a *arc, p *lts.Pass, value uint32) []lts.Turn {
	d := &sp.domains[a.level]
	var out []lts.Turn
	add := func(value uint32, x lts.Turn) {
		if a.below > 0 || p.Ends(x.State) {
			out = append(out, lts.Turn{Value: value, State: x.State})
		}
	}
	if !a.inverse {
		for _, x := range p.Turn(a.state, d.values[value]) {
			add(d.number(x.Value), x)
		}
		return out
	}
	for _, v := range sp.reached[a.level] {
		for _, x := range p.Turn(a.state, d.values[v]) {
			if x.Value == d.values[value] {
				add(v, x)
			}
		}
	}
	return out
}

// follows is the suffix behind an arc of a pass.
func (sp *Space) follows(t turn, rest suffix) suffix {
	if t.arc == rowEnds {
		return rest
	}
	return sp.suffix(link{t.arc, rest})
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
	if sp.programs[number] == nil {
		sp.programs[number] = sp.compile(number, direction(number/2), func(event int) bool { return number&1 == 0 || sp.loc.Events[event].IsStep })
	}
	return sp.programs[number]
}

// direction is what a program does with its events.
type direction int

const (
	ahead direction = iota
	back
	stay // where they are enabled
)

// compile makes a program of some events.
func (sp *Space) compile(number int, to direction, of func(event int) bool) *program {
	pr := &program{
		number: uint32(number),
		tops:   make([][]top, len(sp.domains)),
		moves:  make([][]moves, len(sp.domains)),
		guards: to == stay,
	}
	var products []product
	for i := range sp.loc.Events {
		if !of(i) {
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
	inverse := to == back
	for _, p := range products {
		if len(p) == 0 {
			pr.always = true
			continue
		}
		first := sp.chain(p, inverse)
		level := sp.arcs[sp.links[first].arc].level
		idle := !slices.ContainsFunc(p, func(t term) bool { return !sp.relations.isGuard(t.relation) })
		pr.tops[level] = append(pr.tops[level], top{first, idle})
		if pr.lowest == 0 || level < pr.lowest {
			pr.lowest = level
		}
	}
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
		first := sp.links[t.suffix]
		if sp.arcs[first.arc].isPass {
			for _, x := range sp.turns(first.arc, value) {
				mv := move{x.targets, sp.follows(x, first.rest)}
				if t.idle {
					idle = append(idle, mv)
				} else {
					m.list = append(m.list, mv)
				}
			}
			continue
		}
		targets := sp.targets(first.arc, value)
		switch {
		case len(targets) == 0:
		case t.idle || first.rest == finished && len(targets) == 1 && targets[0] == value:
			idle = append(idle, move{targets, first.rest})
		default:
			m.list = append(m.list, move{targets, first.rest})
		}
	}
	m.changing = len(m.list)
	m.list = append(m.list, idle...)
	return m
}
