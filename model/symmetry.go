package model

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"chorcheck/lts"
)

// Roles that can be exchanged for each other without a difference make a block. A
// member of a block is one role, such as a reader of a lock, or several that go
// together, such as a client and its own proxy. Which roles these are is not taken
// from their names: a name is only a reason to try. For two neighbours of a block
// the permutation that exchanges them is an automorphism of the network, verified on
// the flat states of all roles, on messages, queues and faults (automorphism.go);
// what other roles know of members, such as who has answered already, is permuted
// with them. Neighbour exchanges generate the symmetric group of the block, and those
// of all blocks the product of these groups.
//
// Networks that need the general way for what roles know of scopes are not
// analysed: they count as not symmetric.

// lazySymmetry is computed when it is asked for first.
type lazySymmetry struct {
	once  sync.Once
	found symmetry
}

// symmetry is what there is of it in a network.
type symmetry struct {
	blocks []block
	moved  []*automorphism // the neighbour exchanges of all blocks
}

// block is a set of interchangeable members.
type block struct {
	members [][]RoleID
	swaps   []swap // the i-th one exchanges members i and i+1
	keys    []keyTable
}

const (
	// maxOrder bounds the number of permutations of all blocks together: so many are
	// compared in the worst case to find the representative of one configuration.
	maxOrder = 40320
	// maxSymmetryWork bounds the search for automorphisms, in steps of flat states.
	maxSymmetryWork = 1 << 22
)

// Symmetric implements lts.Symmetric.
func (n *Network) Symmetric() bool { return len(n.symmetries().blocks) > 0 }

// Interchangeable lists the blocks of members that can be exchanged for each other; a member
// is one role or several that go together.
func (n *Network) Interchangeable() [][][]RoleID {
	var out [][][]RoleID
	for _, b := range n.symmetries().blocks {
		out = append(out, b.members)
	}
	return out
}

func (n *Network) symmetries() *symmetry {
	n.symmetry.once.Do(func() { n.symmetry.found = n.findSymmetry() })
	return &n.symmetry.found
}

func (n *Network) findSymmetry() symmetry {
	s := symmetry{}
	if n.needsGeneralSteps() {
		return s
	}
	x := &automorphisms{n: n, work: maxSymmetryWork}
	order := 1
	taken := make([]bool, len(n.locals)) // roles of blocks
	for _, candidate := range n.candidates() {
		// The roles of a block are not tried again: what else they can do would have to fit.
		candidate = slices.DeleteFunc(candidate, func(m []RoleID) bool {
			return slices.ContainsFunc(m, func(r RoleID) bool { return taken[r] })
		})
		for _, b := range x.blocksOf(candidate, &s, &order) {
			for _, m := range b.members {
				for _, r := range m {
					taken[r] = true
				}
			}
			s.blocks = append(s.blocks, b)
		}
	}
	for i := range s.blocks {
		n.makeKeys(&s, &s.blocks[i])
	}
	return s
}

// blocksOf divides candidates into blocks of at least two members.
func (x *automorphisms) blocksOf(candidates [][]RoleID, s *symmetry, order *int) []block {
	var blocks []block
next:
	for _, m := range candidates {
		for i := range blocks {
			b := &blocks[i]
			if *order*(len(b.members)+1) > maxOrder {
				continue
			}
			a := x.of(x.exchange(b.members[len(b.members)-1], m))
			if a == nil || !x.fits(a, s.moved, b) {
				continue
			}
			*order *= len(b.members) + 1
			b.members = append(b.members, m)
			b.swaps = append(b.swaps, x.n.compileSwap(a))
			s.moved = append(s.moved, a)
			continue next
		}
		blocks = append(blocks, block{members: [][]RoleID{m}})
	}
	return slices.DeleteFunc(blocks, func(b block) bool { return len(b.members) < 2 })
}

// exchange is the permutation of the roles that exchanges two members.
func (x *automorphisms) exchange(p, q []RoleID) []RoleID {
	roles := make([]RoleID, len(x.n.locals))
	for r := range roles {
		roles[r] = RoleID(r)
	}
	for i := range p {
		roles[p[i]], roles[q[i]] = q[i], p[i]
	}
	return roles
}

// fits reports whether an exchange of the last member of a block with a further one
// is, together with all others that have been found, what neighbour exchanges are:
// twice gives the identity, those that have no member in common commute, and of two
// neighbours three in turn are the same from either side. Permutations of roles always
// obey that, those of flat states must: then the group is the symmetric one.
func (x *automorphisms) fits(a *automorphism, others []*automorphism, b *block) bool {
	if !x.same([]*automorphism{a, a}, nil) {
		return false
	}
	for _, o := range others {
		left, right := []*automorphism{a, o}, []*automorphism{o, a}
		if moves(o, b.members[len(b.members)-1]) {
			left, right = []*automorphism{a, o, a}, []*automorphism{o, a, o}
		}
		if !x.same(left, right) {
			return false
		}
	}
	return true
}

func moves(a *automorphism, member []RoleID) bool { return a.roles[member[0]] != member[0] }

// same compares two chains of automorphisms on all flat states.
func (x *automorphisms) same(p, q []*automorphism) bool {
	through := func(chain []*automorphism, r RoleID, s int32) (RoleID, int32) {
		for _, a := range chain {
			r, s = a.roles[r], a.local[r][s]
		}
		return r, s
	}
	for r := range x.n.flat.machines {
		if !x.spend(len(x.n.flat.machines[r].states)) {
			return false
		}
		for s := range x.n.flat.machines[r].states {
			pr, ps := through(p, RoleID(r), int32(s))
			qr, qs := through(q, RoleID(r), int32(s))
			if pr != qr || ps != qs {
				return false
			}
		}
	}
	return true
}

// candidates lists what may be the members of a block: the roles of an array; of several arrays
// of one size, the roles with equal indices; and all roles whose machines look alike.
func (n *Network) candidates() [][][]RoleID {
	var out [][][]RoleID
	var arrays [][]RoleID
	at := map[string]int{}
	for r, role := range n.automata.Roles {
		if role.Array == "" {
			continue
		}
		i, ok := at[role.Array]
		if !ok {
			i = len(arrays)
			at[role.Array] = i
			arrays = append(arrays, nil)
		}
		arrays[i] = append(arrays[i], RoleID(r))
	}
	for _, array := range arrays {
		slices.SortFunc(array, func(x, y RoleID) int {
			return cmp.Compare(n.automata.Roles[x].Index, n.automata.Roles[y].Index)
		})
		out = append(out, singles(array))
	}
	together := func(arrays ...[]RoleID) {
		members := make([][]RoleID, len(arrays[0]))
		for i := range members {
			for _, array := range arrays {
				members[i] = append(members[i], array[i])
			}
		}
		out = append(out, members)
	}
	for i, first := range arrays {
		alike := [][]RoleID{first}
		for _, second := range arrays[i+1:] {
			if len(second) == len(first) {
				together(first, second)
				alike = append(alike, second)
			}
		}
		if len(alike) > 2 {
			together(alike...)
		}
	}
	looks := map[string]int{}
	var alike [][]RoleID
	for r := range n.automata.Roles {
		look := n.look(RoleID(r))
		i, ok := looks[look]
		if !ok {
			i = len(alike)
			looks[look] = i
			alike = append(alike, nil)
		}
		alike[i] = append(alike[i], RoleID(r))
	}
	for _, roles := range alike {
		out = append(out, singles(roles))
	}
	return out
}

func singles(roles []RoleID) [][]RoleID {
	out := make([][]RoleID, len(roles))
	for i, r := range roles {
		out[i] = []RoleID{r}
	}
	return out
}

// look is what machines that can be exchanged have in common, at a glance.
func (n *Network) look(r RoleID) string {
	m := &n.flat.machines[r]
	var kinds [EndRaise + 1]int
	for s := range m.states {
		for i := range m.states[s].steps {
			kinds[m.states[s].steps[i].kind]++
		}
	}
	return fmt.Sprint(len(m.states), m.gone, kinds)
}

// swap is an automorphism in terms of the bits of a configuration.
type swap struct {
	fields []fieldMove
	slots  []slotMove
}

// fieldMove moves the value of one field to another one, or to itself.
type fieldMove struct {
	from, to field
	table    []uint32 // the value's image; nil: the value itself
}

// slotMove moves the content of a queue without a dictionary.
type slotMove struct {
	from, to *queue
	symbols  []uint16 // by symbol: its image
}

func (n *Network) compileSwap(a *automorphism) swap {
	var w swap
	add := func(from, to field, table []uint32) {
		if identical(table) {
			table = nil
		}
		if from.mask != 0 && (from != to || table != nil) {
			w.fields = append(w.fields, fieldMove{from, to, table})
		}
	}
	for r := range n.locals {
		table := make([]uint32, len(a.local[r]))
		for s, t := range a.local[r] {
			table[s] = uint32(t)
		}
		add(n.locals[r].field, n.locals[a.roles[r]].field, table)
	}
	for i, q := range n.queues {
		to := n.queues[a.queues[i]]
		if q.dictionary != nil {
			add(q.fields[0], to.fields[0], a.contents[i])
			continue
		}
		m := slotMove{q, to, make([]uint16, len(q.messages)+1)}
		changes := q != to
		for j, id := range q.messages {
			m.symbols[j+1] = uint16(to.symbol[a.messages[id]])
			changes = changes || int(m.symbols[j+1]) != j+1
		}
		if changes {
			w.slots = append(w.slots, m)
		}
	}
	if g := n.general; g != nil {
		for r := range a.roles {
			for c := range a.roles {
				add(g.noticed[r][c], g.noticed[a.roles[r]][a.roles[c]], nil)
			}
		}
		for i := range g.faults {
			add(g.faults[i].link, g.faults[a.faults[i]].link, nil)
		}
	}
	return w
}

func identical(table []uint32) bool {
	for i, v := range table {
		if int(v) != i {
			return false
		}
	}
	return true
}

// apply puts the image of s into t.
func (w *swap) apply(t, s lts.State) {
	copy(t, s)
	for i := range w.fields {
		m := &w.fields[i]
		v := m.from.get(s)
		if m.table != nil {
			v = uint64(m.table[v])
		}
		m.to.set(t, v)
	}
	for i := range w.slots {
		m := &w.slots[i]
		for j := range m.from.capacity {
			m.to.slot(j).set(t, uint64(m.symbols[m.from.slot(j).get(s)]))
		}
		if m.to.bag {
			m.to.sortSlots(t)
		}
	}
}
