package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chorcheck/explore/cycle"
	"chorcheck/explore/symbolic"
	"chorcheck/internal/bug"
	"chorcheck/ltl"
	"chorcheck/lts"
	"chorcheck/model"
)

// The product with an automaton by diagrams: the automaton's state is one more component, and each event is one for each
// way in which the automaton can read the position behind it. What goes on for ever is the fair hull of the steps; what stops is a
// question of which constant words the automaton accepts.

// readEvent is an event of the product.
type readEvent struct {
	base      int // the network's event; -1: the first position is read
	accepting bool
}

// reader is a product for diagrams.
type reader struct {
	*product
	loc    *lts.Locality // of the network
	atoms  []*model.Support
	both   *lts.Locality
	events []readEvent // by event of both

	guards map[guardKey]*lts.Relation
}

type guardKey struct {
	relation *lts.Relation // nil: nothing happens to the component
	atom     int
	holds    bool
	of       int // which case
	part     int // of the case
}

// Next implements lts.System; runs that stop are not among its steps.
func (r *reader) Next(s lts.State, out *lts.Steps) lts.Marks {
	steps := &cycle.Steps{Steps: lts.NewSteps(r.Width())}
	r.Expand(s, steps)
	for i, a := range steps.Actions {
		if a != r.stutter() {
			out.Append(a, steps.Target(i))
		}
	}
	return 0
}

func newReader(ctx context.Context, p *product) (*reader, error) {
	loc, err := p.net.Locality(ctx)
	switch {
	case ended(ctx, err):
		return nil, errors.New(stopped(ctx))
	case err != nil:
		return nil, fmt.Errorf("the symbolic engine cannot be used: %w", err)
	}
	r := &reader{product: p, loc: loc, guards: map[guardKey]*lts.Relation{}}
	for i, a := range p.values.Atoms() {
		var s *model.Support
		if !a.Kind.IsEvent() {
			if s, err = p.values.Support(loc, i); err != nil {
				return nil, err
			}
		}
		r.atoms = append(r.atoms, s)
	}
	both := *loc
	at := p.net.Width()
	both.Components = append(both.Components[:len(both.Components):len(both.Components)], lts.Component{
		Name: "automaton", Read: func(s lts.State) uint32 { return uint32(s[at]) }, Write: func(s lts.State, v uint32) { s[at] = uint64(v) },
	})
	both.Events = nil
	r.both = &both
	r.add(-1, p.begin(), true, nil, 0)
	for i, e := range loc.Events {
		r.add(i, e.Action, e.IsStep, e.Parts, p.values.Action(e.Action))
	}
	return r, nil
}

// component is that of the automaton.
func (r *reader) component() int { return len(r.loc.Components) }

// cube is what a position has to be like, without the events.
type cube struct {
	pos, neg  uint64
	accepting bool
}

// add adds an event of the network with all that the automaton can do behind it.
func (r *reader) add(base int, a lts.Action, isStep bool, parts []lts.Part, happened uint64) {
	events := uint64(0)
	for i, s := range r.atoms {
		if s == nil {
			events |= 1 << i
		}
	}
	pairs := map[cube][]lts.Pair{}
	var order []cube
	read := func(from, q int) {
		for _, t := range r.automaton.Transitions[q] {
			for _, c := range t.Guard {
				if c.Pos&events&^happened != 0 || c.Neg&happened != 0 {
					continue
				}
				k := cube{c.Pos &^ events, c.Neg &^ events, t.Accepting}
				if pairs[k] == nil {
					order = append(order, k)
				}
				pairs[k] = append(pairs[k], lts.Pair{From: uint32(from), To: uint32(t.Target)})
			}
		}
	}
	if base < 0 {
		read(int(r.unread()), r.automaton.Initial)
	} else {
		for q := range r.automaton.States() {
			read(q, q)
		}
	}
	for _, k := range order {
		automaton := lts.Part{Component: r.component(), Relation: &lts.Relation{Pairs: pairs[k]}}
		r.constrain(parts, k, 0, func(constrained []lts.Part) {
			r.both.Events = append(r.both.Events, lts.Event{Action: a, IsStep: isStep, Parts: append(constrained, automaton)})
			r.events = append(r.events, readEvent{base, k.accepting})
		})
	}
}

// constrain restricts an event to targets like a cube, as far as the atoms from one on go, and calls emit for each of the
// events that it becomes.
func (r *reader) constrain(parts []lts.Part, k cube, atom int, emit func([]lts.Part)) {
	for atom < len(r.atoms) && (r.atoms[atom] == nil || (k.pos|k.neg)>>atom&1 == 0) {
		atom++
	}
	if atom == len(r.atoms) {
		out := slices.Clone(parts)
		slices.SortStableFunc(out, func(a, b lts.Part) int { return a.Component - b.Component })
		emit(out)
		return
	}
	s, holds := r.atoms[atom], k.pos>>atom&1 != 0
	if s.Row {
		out, _ := restrict(parts, s.Components[0], func(x *lts.Relation) *lts.Relation {
			return r.known(guardKey{relation: x, atom: atom, holds: holds}, func() *lts.Relation { return passing(x, s.Pass(holds)) })
		})
		r.constrain(out, k, atom+1, emit)
		return
	}
	for of, c := range s.Cases(holds) {
		out, possible := parts, true
		for part, is := range c {
			if possible {
				out, possible = restrict(out, s.Components[part], func(x *lts.Relation) *lts.Relation {
					return r.known(guardKey{x, atom, holds, of, part}, func() *lts.Relation { return behind(x, is) })
				})
			}
		}
		if possible {
			r.constrain(out, k, atom+1, emit)
		}
	}
}

// restrict changes what happens to a component in an event. It reports false if nothing can.
func restrict(parts []lts.Part, component int, to func(*lts.Relation) *lts.Relation) ([]lts.Part, bool) {
	out := slices.Clone(parts)
	at := slices.IndexFunc(out, func(p lts.Part) bool { return p.Component == component })
	if at < 0 {
		at = len(out)
		out = append(out, lts.Part{Component: component})
	}
	x := to(out[at].Relation)
	out[at].Relation = x
	return out, x.Next != nil || x.Pass != nil || len(x.Pairs) > 0
}

// known makes a relation once only: equal relations are then the same one.
func (r *reader) known(key guardKey, build func() *lts.Relation) *lts.Relation {
	x := r.guards[key]
	if x == nil {
		x = build()
		r.guards[key] = x
	}
	return x
}

// passing restricts a relation of a row.
func passing(x *lts.Relation, pass *lts.Pass) *lts.Relation {
	if x != nil {
		pass = lts.Follow(x.Pass, pass)
	}
	return &lts.Relation{Pass: pass}
}

// behind restricts a relation to values that are like this.
func behind(x *lts.Relation, is func(uint32) bool) *lts.Relation {
	out := &lts.Relation{}
	switch {
	case x == nil:
		out.Next = func(v uint32) []uint32 {
			if is(v) {
				return []uint32{v}
			}
			return nil
		}
	case x.Next != nil:
		out.Next = func(v uint32) []uint32 {
			var to []uint32
			for _, w := range x.Next(v) {
				if is(w) {
					to = append(to, w)
				}
			}
			return to
		}
	default:
		for _, p := range x.Pairs {
			if is(p.To) {
				out.Pairs = append(out.Pairs, p)
			}
		}
	}
	return out
}

// searchDiagrams is search by diagrams.
func (x *examination) searchDiagrams(p *product, f *ltl.Formula) (*lasso, string, error) {
	r, err := newReader(x.ctx, p)
	if err != nil {
		return nil, err.Error(), nil
	}
	memory := x.opt.Memory
	if memory == 0 {
		memory = ampleMemory
	} else {
		memory = searchMemory(memory)
	}
	order := append([]int{r.component()}, symbolic.Orders(r.loc)[0].Components...)
	start := time.Now()
	defer func() { x.took = time.Since(start) }()
	space, err := symbolic.Reach(x.ctx, r, r.both, symbolic.Options{Order: order, Memory: memory, DistanceNodes: mostDistanceNodes})
	if err != nil {
		return nil, x.why(err), nil
	}
	defer space.Close()
	x.states = space.Count(space.All())
	d := &diagrams{verifier: x.verifier, sys: r, loc: r.both, space: space, scratch: make(lts.State, r.Width()), long: map[string]bool{}}
	found, err := x.lassoIn(d, r)
	if err != nil {
		return nil, x.why(err), nil
	}
	if found == nil {
		return nil, "", nil
	}
	run, why := x.replayLasso(p, f, found)
	if run == nil {
		bug.Panicf("replay does not confirm a run by diagrams for the property %s: %s", x.property.Name, why)
	}
	return run, "", nil
}

// why says why diagrams could not decide.
func (x *examination) why(err error) string {
	switch {
	case x.ctx.Err() != nil:
		return x.stopped()
	case errors.Is(err, symbolic.ErrMemory):
		return "the memory is not enough for the diagrams"
	case errors.Is(err, symbolic.ErrFar):
		return "a run is too long to be found with diagrams"
	}
	return err.Error()
}

// lassoIn looks for a run that stops, then for one that goes on for ever.
func (x *examination) lassoIn(d *diagrams, r *reader) (*cycle.Result, error) {
	stops, err := x.stopping(d, r)
	if err != nil {
		return nil, err
	}
	if !d.space.IsEmpty(stops) {
		run, err := d.runTo("", stops)
		if err != nil {
			return nil, err
		}
		return &cycle.Result{Found: true, Prefix: *run, Cycle: lts.Trace{Actions: []lts.Action{r.stutter()}}}, nil
	}
	counts := func(event int) bool {
		return r.events[event].base >= 0 && (x.opt.Fairness == NoFairness || r.both.Events[event].IsStep)
	}
	rounds := r.cyclic(counts)
	events := d.space.Choose(func(e int) bool { return rounds[e] })
	defer events.Release()
	accepting := d.space.Choose(func(e int) bool { return rounds[e] && r.events[e].accepting })
	defer accepting.Release()
	again := []symbolic.Constraint{{Steps: accepting}}
	if x.opt.Fairness != NoFairness {
		more, err := x.classes(d, r, rounds)
		if err != nil {
			return nil, err
		}
		again = append(again, more...)
	}
	defer func() {
		for _, c := range again[1:] {
			c.Steps.Release()
		}
	}()
	hull, err := d.space.Hull(d.space.All(), events, again)
	if err != nil || d.space.IsEmpty(hull) {
		return nil, err
	}
	prefix, round, by, err := d.space.Lasso(d.ctx, hull, events, again)
	if err != nil {
		return nil, err
	}
	return &cycle.Result{Found: true, Prefix: *d.run(prefix), Cycle: lts.Trace{Actions: x.around(r, prefix[len(prefix)-1], round, by)}}, nil
}

// around finds the actions of a cycle. Several can lead to one configuration: a step that is there for a constraint has to be one of its
// steps.
func (x *examination) around(r *reader, from lts.State, round []lts.State, by []int) []lts.Action {
	of := x.fairClasses(r)
	var out []lts.Action
	for k, to := range round {
		steps := &cycle.Steps{Steps: lts.NewSteps(r.Width())}
		r.Expand(from, steps)
		i := 0
		for ; i < steps.Len(); i++ {
			a := steps.Actions[i]
			counts := a < r.begin() && (x.opt.Fairness == NoFairness || x.net.IsStep(a))
			if counts && steps.Target(i).Equal(to) && (by[k] < 0 || by[k] == 0 && steps.Accepting[i] || by[k] > 0 && of.number(a) == by[k]-1) {
				break
			}
		}
		if i == steps.Len() {
			bug.Panicf("a cycle by diagrams has a step that the product has not")
		}
		out, from = append(out, steps.Actions[i]), to
	}
	return out
}

// mostClasses bounds the constraints of strong fairness: of [symbolic.Space.Choose] there is so much room.
const mostClasses = 400

var errManyClasses = fmt.Errorf("the symbolic engine does not look for strongly fair runs if there are more than %d actions", mostClasses)

// fairClasses numbers the classes of the actions that are steps.
type fairClasses struct {
	class   func(lts.Action) int
	numbers map[int]int
}

func (x *examination) fairClasses(r *reader) *fairClasses {
	f := &fairClasses{class: r.fairness(x.opt.Fairness).Class, numbers: map[int]int{}}
	for i := range r.loc.Events {
		if e := &r.loc.Events[i]; f.class != nil && e.IsStep {
			if c := f.class(e.Action); c >= 0 {
				if _, known := f.numbers[c]; !known {
					f.numbers[c] = len(f.numbers)
				}
			}
		}
	}
	return f
}

// number is that of an action's class; -1 if it has none.
func (f *fairClasses) number(a lts.Action) int {
	if f.class != nil {
		if n, known := f.numbers[f.class(a)]; known {
			return n
		}
	}
	return -1
}

// classes are the constraints of fairness: a class is not enabled, or goes; for strong fairness, it goes if it is
// enabled.
func (x *examination) classes(d *diagrams, r *reader, rounds []bool) ([]symbolic.Constraint, error) {
	of := x.fairClasses(r)
	if len(of.numbers) > mostClasses {
		return nil, errManyClasses
	}
	enabled := make([]symbolic.Set, len(of.numbers))
	var err error
	for c := 0; err == nil && c < len(enabled); c++ {
		enabled[c], err = d.space.Minus(d.space.All(), d.space.All())
	}
	for i := 0; err == nil && i < len(r.loc.Events); i++ {
		if e := &r.loc.Events[i]; e.IsStep && of.number(e.Action) >= 0 {
			c := of.number(e.Action)
			var here symbolic.Set
			if here, err = d.space.Where(d.space.All(), guardsOf(e.Parts)); err == nil {
				enabled[c], err = d.space.Union(enabled[c], here)
			}
		}
	}
	var again []symbolic.Constraint
	for c := 0; err == nil && c < len(enabled); c++ {
		k := symbolic.Constraint{Steps: d.space.Choose(func(e int) bool {
			return rounds[e] && of.number(r.both.Events[e].Action) == c
		})}
		if x.opt.Fairness == StrongFairness {
			k.Conditional, k.If = true, enabled[c]
		} else {
			k.States, err = d.space.Minus(d.space.All(), enabled[c])
		}
		again = append(again, k)
	}
	return again, err
}

// stopping are the configurations in which no step is possible, and from which the automaton accepts that nothing changes any more.
func (x *examination) stopping(d *diagrams, r *reader) (symbolic.Set, error) {
	can, err := d.space.Minus(d.space.All(), d.space.All())
	for i := 0; err == nil && i < len(r.loc.Events); i++ {
		if e := &r.loc.Events[i]; e.IsStep {
			var here symbolic.Set
			if here, err = d.space.Where(d.space.All(), guardsOf(e.Parts)); err == nil {
				can, err = d.space.Union(can, here)
			}
		}
	}
	if err != nil {
		return can, err
	}
	quiet, err := d.space.Minus(d.space.All(), can)
	if err != nil {
		return quiet, err
	}
	out, err := d.space.Minus(quiet, quiet)
	if err != nil {
		return out, err
	}
	var split func(a symbolic.Set, atom int, valuation uint64) error
	split = func(a symbolic.Set, atom int, valuation uint64) error {
		if d.space.IsEmpty(a) {
			return nil
		}
		if atom == len(r.atoms) {
			accepts := r.forEver(valuation)
			a, err := d.space.Where(a, []symbolic.Guard{{Component: r.component(), Holds: func(q uint32) bool { return int(q) < len(accepts) && accepts[q] }}})
			if err == nil {
				out, err = d.space.Union(out, a)
			}
			return err
		}
		s := r.atoms[atom]
		if s == nil {
			return split(a, atom+1, valuation)
		}
		for _, holds := range []bool{false, true} {
			part, err := r.like(d, a, s, holds)
			if err != nil {
				return err
			}
			v := valuation
			if holds {
				v |= 1 << atom
			}
			if err := split(part, atom+1, v); err != nil {
				return err
			}
		}
		return nil
	}
	return out, split(quiet, 0, 0)
}

// like has the members of a set in which an atom holds, or does not.
func (r *reader) like(d *diagrams, a symbolic.Set, s *model.Support, holds bool) (symbolic.Set, error) {
	if s.Row {
		return d.space.Where(a, []symbolic.Guard{{Component: s.Components[0], Row: s.Pass(holds)}})
	}
	out, err := d.space.Minus(a, a)
	for _, c := range s.Cases(holds) {
		var guards []symbolic.Guard
		for part, is := range c {
			guards = append(guards, symbolic.Guard{Component: s.Components[part], Holds: is})
		}
		var here symbolic.Set
		if err == nil {
			here, err = d.space.Where(a, guards)
		}
		if err == nil {
			out, err = d.space.Union(out, here)
		}
	}
	return out, err
}

// forEver says for each state of the automaton whether it accepts that a valuation is repeated for ever.
func (r *reader) forEver(valuation uint64) []bool {
	out := make([]bool, r.automaton.States())
	for q := range out {
		from := *r.automaton
		from.Initial = q
		out[q] = from.Accepts(ltl.Word{Cycle: []uint64{valuation}})
	}
	return out
}

// cyclic says which of some events can be in a cycle as far as each component by itself goes: they lead from some value to one from
// which the others lead back.
func (r *reader) cyclic(of func(event int) bool) []bool {
	in := make([]bool, len(r.both.Events))
	for i := range in {
		in[i] = of(i)
	}
	for changed := true; changed; {
		changed = false
		graphs := map[int]*stepsOf{}
		for i, e := range r.both.Events {
			for _, p := range e.Parts {
				if in[i] && p.Relation.Next == nil && p.Relation.Pass == nil {
					if graphs[p.Component] == nil {
						graphs[p.Component] = &stepsOf{next: map[uint32][]uint32{}}
					}
					for _, x := range p.Relation.Pairs {
						graphs[p.Component].next[x.From] = append(graphs[p.Component].next[x.From], x.To)
					}
				}
			}
		}
		for i, e := range r.both.Events {
			for _, p := range e.Parts {
				if !in[i] || p.Relation.Next != nil || p.Relation.Pass != nil {
					continue
				}
				back := false
				for _, x := range p.Relation.Pairs {
					back = back || graphs[p.Component].leads(x.To, x.From)
				}
				if !back {
					in[i], changed = false, true
				}
			}
		}
	}
	return in
}

// stepsOf is a graph over the values of one component.
type stepsOf struct {
	next  map[uint32][]uint32
	reach map[uint32]map[uint32]bool
}

// leads reports whether there is a way, perhaps of no steps.
func (g *stepsOf) leads(from, to uint32) bool {
	if g.reach == nil {
		g.reach = map[uint32]map[uint32]bool{}
	}
	seen := g.reach[from]
	if seen == nil {
		seen = map[uint32]bool{from: true}
		for todo := []uint32{from}; len(todo) > 0; {
			v := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, w := range g.next[v] {
				if !seen[w] {
					seen[w] = true
					todo = append(todo, w)
				}
			}
		}
		g.reach[from] = seen
	}
	return seen[to]
}
