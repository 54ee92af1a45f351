package symbolic

import (
	"cmp"
	"slices"

	"github.com/bits-and-blooms/bitset"

	"chorcheck/lts"
)

// Guard is a condition on one component, or on a row.
type Guard struct {
	Component int                     // of a row: its first one
	Holds     func(value uint32) bool // called once for each value that the component is known to have
	Row       *lts.Pass               // not nil for a row: the guard holds where it leads anywhere
}

// ascending lists a node's edges by the values that they stand for.
func (sp *Space) ascending(n node, level int) []edge {
	edges, names := slices.Clone(sp.forest.edges(n)), sp.domains[level].values
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(names[a.value], names[b.value]) })
	return edges
}

// Values lists the values that a component has in [Space.All], in ascending order.
func (sp *Space) Values(component int) []uint32 {
	level := sp.levels[component]
	values := make([]uint32, 0, len(sp.reached[level]))
	for _, v := range sp.reached[level] {
		values = append(values, sp.domains[level].values[v])
	}
	slices.Sort(values)
	return values
}

// Where has the members of a in which all guards hold. There may be several on one component. Guards are kept as
// relations: if those of all calls take more than a quarter of Options.Memory, the error is ErrMemory. It may also be that of the context.
func (sp *Space) Where(a Set, guards []Guard) (Set, error) {
	if err := sp.ctx.Err(); err != nil {
		return Set{}, err
	}
	byComponent := map[int][]Guard{}
	for _, g := range guards {
		byComponent[g.Component] = append(byComponent[g.Component], g)
	}
	var p product
	for component, guards := range byComponent {
		if guards[0].Row != nil {
			row := guardPass(guards[0].Row)
			for _, g := range guards[1:] {
				row = lts.Follow(row, guardPass(g.Row))
			}
			p = append(p, term{component, sp.relations.pass(row, true)})
			continue
		}
		var pairs []lts.Pair
		for _, v := range sp.domains[sp.levels[component]].values {
			if !slices.ContainsFunc(guards, func(g Guard) bool { return !g.Holds(v) }) {
				pairs = append(pairs, lts.Pair{From: v, To: v})
			}
		}
		known := len(sp.relations.list)
		p = append(p, term{component, sp.relations.listed(normal(pairs))})
		if len(sp.relations.list) > known {
			const each = 2 * 8 // the list, and the key by which it is found
			if sp.asked += int64(each * len(pairs)); sp.opt.Memory > 0 && sp.asked > sp.opt.Memory/4 {
				return Set{}, ErrMemory
			}
		}
	}
	slices.SortFunc(p, func(a, b term) int { return a.component - b.component })
	if sp.node(a) == sp.all.root.node && !sp.occurs(sp.chain(p, false)) {
		return sp.set(nothing), nil
	}
	return sp.apply(a, p)
}

// occurs reports whether a suffix is enabled in some member of All. That is cheaper than the set of these members:
// nothing is built, and nothing is looked at above the suffix.
func (sp *Space) occurs(s suffix) bool {
	if sp.allNodes == nil {
		sp.allNodes = sp.forest.byLevel(sp.all.root.node)
	}
	return sp.occursIn(s, sp.allNodes)
}

// occursIn does the same for a set of which the nodes are known, by level.
func (sp *Space) occursIn(s suffix, nodes [][]node) bool {
	return s == finished || slices.ContainsFunc(nodes[sp.arcs[sp.links[s].arc].level], func(n node) bool { return sp.possible(s, n) })
}

// Map has what members of a lead to if each component with a part goes from its value to one
// that the part's relation leads to. There may be any number of parts, of
// different components.
func (sp *Space) Map(a Set, parts []lts.Part) (Set, error) {
	return sp.apply(a, sp.product(parts))
}

// apply fires one product.
func (sp *Space) apply(a Set, p product) (Set, error) {
	n := sp.node(a)
	return sp.result(func() node {
		if n == nothing {
			return nothing
		}
		x := &firing{Space: sp}
		return x.fire(sp.chain(p, false), n, anything)
	})
}

// EnabledIn has the members of a in which an event of the locality is enabled.
func (sp *Space) EnabledIn(a Set, event int) (Set, error) {
	return sp.apply(a, sp.relations.guarded(sp.products[event]))
}

// CanStep has the members of a in which some event is enabled, or some step if asked.
func (sp *Space) CanStep(a Set, stepsOnly bool) (Set, error) {
	return sp.imageOf(a, choose(enabling, stepsOnly), false)
}

// Image has the configurations that one event, or one step if asked, leads members of a to.
func (sp *Space) Image(a Set, stepsOnly bool) (Set, error) {
	return sp.imageOf(a, choose(forward, stepsOnly), false)
}

// PreImage has the configurations of [Space.All] from which one event, or one step if
// asked, leads to members of a.
func (sp *Space) PreImage(a Set, stepsOnly bool) (Set, error) {
	return sp.imageOf(a, choose(backward, stepsOnly), true)
}

func choose(number int, stepsOnly bool) int {
	if stepsOnly {
		return number + 1
	}
	return number
}

func (sp *Space) imageOf(a Set, number int, inAll bool) (Set, error) {
	n := sp.node(a)
	return sp.result(func() node {
		constraint := anything
		if inAll {
			constraint = sp.all.root.node
		}
		return sp.exactly(number).imageAll(n, constraint)
	})
}

// imageAll is the image with the event without parts, if there is one.
func (x *firing) imageAll(n, constraint node) node {
	r := x.image(n, constraint)
	if !x.program.always {
		return r
	}
	f := x.forest
	f.push(0, r)
	same := x.fire(finished, n, constraint)
	f.push(0, same)
	r = f.union(r, same)
	f.stack = f.stack[:len(f.stack)-2]
	return r
}

// CanReach has the configurations of [Space.All] from which some sequence of events, or
// of steps if asked, leads to a member of the target: those of the target that are in All, too.
//
// The search backwards may be kept within All or not. If it is not, what it does to lower levels is the same
// whatever stands above: protocols whose roles end for good then need a hundred times fewer nodes. In others there is very much
// that cannot be reached, such as tokens in several places. So both are tried in turns, with more and more work.
func (sp *Space) CanReach(target Set, stepsOnly bool) (Set, error) {
	return sp.canReach(target, func() *program { return sp.program(choose(backward, stepsOnly)) })
}

func (sp *Space) canReach(target Set, by func() *program) (Set, error) {
	n := sp.node(target)
	defer func(before uint64) { sp.limit = before }(sp.limit)
	for work := max(leastWork, 4*sp.needed); ; work *= 4 {
		for range 2 {
			sp.limit = sp.fired + work
			r, err := sp.result(func() node {
				f, all := sp.forest, sp.all.root.node
				base := len(f.stack)
				x := sp.saturatingBy(by())
				if sp.unkept {
					f.push(0, x.saturate(n, anything))
				} else {
					f.push(0, f.intersect(n, all))
					f.push(0, x.saturate(f.stack[base].child, all))
				}
				r := f.intersect(f.stack[len(f.stack)-1].child, all)
				f.stack = f.stack[:base]
				return r
			})
			if err != ErrWork {
				return r, err
			}
			sp.unkept = !sp.unkept
		}
	}
}

// leastWork is what a backward search may do before it is tried in another way.
const leastWork = 50_000

// From has the configurations that some sequence of events, or of steps if asked, leads
// members of start to, and start itself.
func (sp *Space) From(start Set, stepsOnly bool) (Set, error) {
	n := sp.node(start)
	return sp.result(func() node {
		return sp.saturating(choose(forward, stepsOnly)).saturate(n, anything)
	})
}

// FiredIn has the actions of which an event is enabled in some member of a. The error is that of the context.
func (sp *Space) FiredIn(a Set) (*bitset.BitSet, error) {
	n := sp.node(a)
	fired := bitset.New(uint(sp.sys.Actions()))
	if n == nothing {
		return fired, nil
	}
	nodes := sp.forest.byLevel(n)
	known := map[suffix]bool{}
	for i, e := range sp.loc.Events {
		if fired.Test(uint(e.Action)) {
			continue
		}
		// Many events differ only in where they lead.
		s := sp.chain(sp.relations.guarded(sp.products[i]), false)
		yes, ok := known[s]
		if !ok {
			if err := sp.ctx.Err(); err != nil {
				return nil, err
			}
			yes = sp.occursIn(s, nodes)
			known[s] = yes
		}
		if yes {
			fired.Set(uint(e.Action))
		}
	}
	return fired, nil
}
