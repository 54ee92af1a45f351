package ltl

import "math/bits"

// tableau makes a generalised automaton for a formula in negation normal form (Couvreur 1999): a state is a
// set of formulas that are to hold from here on, and the diagram of their conjunction says
// which valuations and which formulas for the next position may go together. f U g, if it is not fulfilled at once by g,
// makes a promise that g will hold. A transition has a mark for each promise that it does not make.
// States with the same diagram are one.
func tableau(fs *Formulas, f *Formula, b *bdds, maxStates int) (*graph, error) {
	t := &tableauMaker{b: b, expanded: map[*Formula]bdd{}, level: map[extraKey]int{}, state: map[bdd]int{}}
	g := &graph{b: b}
	if _, err := t.add(f, maxStates); err != nil {
		return nil, err
	}
	for s := 0; s < len(t.diagrams); s++ { // more are added meanwhile
		var out []edge
		for _, br := range b.branches(t.diagrams[s]) {
			for _, term := range b.primes(br.rest) {
				var next []*Formula
				var promises uint64
				for _, level := range term {
					if x := t.extra[level-firstExtra]; x.promise {
						promises |= 1 << t.promise[level]
					} else {
						next = append(next, x.f)
					}
				}
				dst, err := t.add(fs.And(next...), maxStates)
				if err != nil {
					return nil, err
				}
				out = append(out, edge{br.label, promises, dst})
			}
		}
		g.out = append(g.out, g.merge(out))
	}
	if b.over() {
		return nil, ErrLimit
	}
	g.marks = len(t.promise)
	for _, out := range g.out {
		for i := range out {
			out[i].marks = g.all() &^ out[i].marks
		}
	}
	return g, nil
}

type tableauMaker struct {
	b        *bdds
	expanded map[*Formula]bdd
	extra    []extraKey // by level, from firstExtra on
	level    map[extraKey]int
	promise  map[int32]int // numbers the promises, by level
	state    map[bdd]int
	diagrams []bdd // by state
}

// extraKey is that a formula holds at the next position, or that it will hold.
type extraKey struct {
	f       *Formula
	promise bool
}

func (t *tableauMaker) add(f *Formula, maxStates int) (int, error) {
	d := t.expand(f)
	if s, ok := t.state[d]; ok && !t.b.over() {
		return s, nil
	}
	if len(t.diagrams) >= maxStates || t.b.over() || len(t.promise) > bits.UintSize {
		return 0, ErrLimit
	}
	s := len(t.diagrams)
	t.state[d] = s
	t.diagrams = append(t.diagrams, d)
	return s, nil
}

func (t *tableauMaker) variable(x extraKey) bdd {
	level, ok := t.level[x]
	if !ok {
		level = firstExtra + len(t.extra)
		t.level[x] = level
		t.extra = append(t.extra, x)
		if x.promise {
			if t.promise == nil {
				t.promise = map[int32]int{}
			}
			t.promise[int32(level)] = len(t.promise)
		}
	}
	return t.b.variable(level)
}

// next says that a formula holds at the next position. A conjunction does if its operands do.
func (t *tableauMaker) next(f *Formula) bdd {
	switch f.Op {
	case True:
		return bddTrue
	case False:
		return bddFalse
	case And:
		r := bddTrue
		for _, a := range f.Args {
			r = t.b.and(r, t.next(a))
		}
		return r
	}
	return t.variable(extraKey{f, false})
}

// expand is what a formula says of this position and the next.
func (t *tableauMaker) expand(f *Formula) bdd {
	switch f.Op {
	case True:
		return bddTrue
	case False:
		return bddFalse
	case Proposition:
		return t.b.variable(f.Prop)
	}
	if r, ok := t.expanded[f]; ok {
		return r
	}
	b := t.b
	if b.over() {
		return bddFalse
	}
	var r bdd
	switch f.Op {
	case Not: // of a proposition
		r = b.not(t.expand(f.Args[0]))
	case And:
		r = bddTrue
		for _, a := range f.Args {
			r = b.and(r, t.expand(a))
		}
	case Or:
		for _, a := range f.Args {
			r = b.or(r, t.expand(a))
		}
	case Next:
		r = t.next(f.Args[0])
	case Until:
		later := b.and(t.expand(f.Args[0]), t.next(f))
		if later != bddFalse {
			later = b.and(later, t.variable(extraKey{f.Args[1], true}))
		}
		r = b.or(t.expand(f.Args[1]), later)
	case Release:
		r = b.and(t.expand(f.Args[1]), b.or(t.expand(f.Args[0]), t.next(f)))
	}
	t.expanded[f] = r
	return r
}

// measure gives the highest number of a proposition of f, -1 if it has none, and of how many different formulas f consists.
func measure(f *Formula) (prop, size int) {
	prop = -1
	seen := map[*Formula]bool{f: true}
	todo := []*Formula{f}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if g.Op == Proposition {
			prop = max(prop, g.Prop)
		}
		for _, a := range g.Args {
			if !seen[a] {
				seen[a] = true
				todo = append(todo, a)
			}
		}
	}
	return prop, len(seen)
}
