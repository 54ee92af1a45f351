package symbolic

import (
	"math/big"

	"chorcheck/internal/bug"
	"chorcheck/lts"
)

// Set is a set of configurations of one space. It keeps its nodes alive until it is
// released; a copy of it is the same set, to be released once.
type Set struct{ root *root }

type root struct {
	sp    *Space
	node  node
	index int // among the roots; -1 after release
}

func (sp *Space) set(n node) Set {
	r := &root{sp: sp, node: n, index: len(sp.forest.roots)}
	sp.forest.roots = append(sp.forest.roots, r)
	return Set{r}
}

// Release lets go of the set's nodes. The set may not be used after it. [Space.All] and
// [Space.Initial] give sets of their own to release, too; nobody has to.
func (s Set) Release() {
	r := s.root
	if r == nil || r.index < 0 {
		bug.Panicf("symbolic: a set is released that is none")
	}
	if r.sp.forest != nil { // not closed
		roots := r.sp.forest.roots
		last := roots[len(roots)-1]
		roots[r.index], last.index = last, r.index
		roots[len(roots)-1] = nil
		r.sp.forest.roots = roots[:len(roots)-1]
	}
	r.index = -1
}

// node is that of a set, which has to be one of this space.
func (sp *Space) node(s Set) node {
	if s.root == nil || s.root.index < 0 || s.root.sp != sp {
		bug.Panicf("symbolic: a set that is released, or of another space")
	}
	return s.root.node
}

// result makes a set of what an operation gives, or an error of its abort.
func (sp *Space) result(operation func() node) (s Set, err error) {
	defer sp.rescue(&err)
	return sp.set(operation()), nil
}

// All is the set of the configurations that can be reached.
func (sp *Space) All() Set { return sp.set(sp.all.root.node) }

// Initial is the set of the initial configuration alone.
func (sp *Space) Initial() Set { return sp.set(sp.initial.root.node) }

// IsEmpty reports whether a set has no members.
func (sp *Space) IsEmpty(a Set) bool { return sp.node(a) == nothing }

// Equal reports whether two sets have the same members. It takes no time.
func (sp *Space) Equal(a, b Set) bool { return sp.node(a) == sp.node(b) }

// Union has the members of both sets.
func (sp *Space) Union(a, b Set) (Set, error) {
	x, y := sp.node(a), sp.node(b)
	return sp.result(func() node { return sp.forest.union(x, y) })
}

// Intersect has what is a member of both sets.
func (sp *Space) Intersect(a, b Set) (Set, error) {
	x, y := sp.node(a), sp.node(b)
	return sp.result(func() node { return sp.forest.intersect(x, y) })
}

// Minus has the members of a that are not in b.
func (sp *Space) Minus(a, b Set) (Set, error) {
	x, y := sp.node(a), sp.node(b)
	return sp.result(func() node { return sp.forest.minus(x, y) })
}

// Count is the number of members. It costs one addition for each edge.
func (sp *Space) Count(a Set) *big.Int {
	n := sp.node(a)
	if n == nothing {
		return new(big.Int)
	}
	below := map[node]*big.Int{truth: big.NewInt(1)}
	for l, nodes := range sp.forest.byLevel(n) {
		if l == 0 {
			continue
		}
		counts := make(map[node]*big.Int, len(nodes))
		for _, n := range nodes {
			sum := new(big.Int)
			for _, e := range sp.forest.edges(n) {
				sum.Add(sum, below[e.child])
			}
			counts[n] = sum
		}
		below = counts
	}
	return below[n]
}

// Contains reports whether a configuration is a member.
func (sp *Space) Contains(a Set, s lts.State) bool {
	n := sp.node(a)
	for l := len(sp.domains) - 1; l > 0 && n != nothing; l-- {
		d := &sp.domains[l]
		v, ok := d.numbers[sp.loc.Components[d.component].Read(s)]
		if !ok {
			return false
		}
		n = sp.forest.child(n, v)
	}
	return n != nothing
}

// Pick is one member: the one with the least values, from the top level to the
// bottom. It is nil if there is none.
func (sp *Space) Pick(a Set) lts.State {
	n := sp.node(a)
	if n == nothing {
		return nil
	}
	return sp.state(sp.least(n))
}

// least is the member with the least values, from the top level to the bottom.
func (sp *Space) least(n node) []uint32 {
	values := make([]uint32, len(sp.domains))
	for l := len(sp.domains) - 1; l > 0; l-- {
		edges, names := sp.forest.edges(n), sp.domains[l].values
		best := edges[0]
		for _, e := range edges[1:] {
			if names[e.value] < names[best.value] {
				best = e
			}
		}
		values[l], n = best.value, best.child
	}
	return values
}

// state is the configuration with the given values.
func (sp *Space) state(values []uint32) lts.State {
	s := sp.sys.Init()
	for l := 1; l < len(sp.domains); l++ {
		d := &sp.domains[l]
		sp.loc.Components[d.component].Write(s, d.values[values[l]])
	}
	return s
}

// Each calls yield for each member, from the least values to the greatest, until yield
// returns false. The configuration is the caller's.
func (sp *Space) Each(a Set, yield func(lts.State) bool) {
	values := make([]uint32, len(sp.domains))
	sp.each(sp.node(a), len(sp.domains)-1, values, yield)
}

func (sp *Space) each(n node, level int, values []uint32, yield func(lts.State) bool) bool {
	if n == nothing {
		return true
	}
	if level == 0 {
		return yield(sp.state(values))
	}
	for _, e := range sp.ascending(n, level) {
		values[level] = e.value
		if !sp.each(e.child, level-1, values, yield) {
			return false
		}
	}
	return true
}
