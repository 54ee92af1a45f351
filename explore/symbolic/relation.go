package symbolic

import (
	"cmp"
	"encoding/binary"
	"slices"

	"chorcheck/lts"
)

// relations gives equal relations the same number: those that are the same pointer, and
// listed ones with the same pairs.
type relations struct {
	list      []relation
	byPointer map[*lts.Relation]int
	byPairs   map[string]int
	byParts   map[string]int // unions with relations that are not listed
	guards    map[int]int
}

// relation is the union of a listed relation and others that are not.
type relation struct {
	pairs []lts.Pair // ascending
	// others are the numbers of relations that have next or pass; a relation that has one of these
	// has itself alone. Passes are together with passes only.
	others []int
	next   func(uint32) []uint32
	pass   *lts.Pass
	same   bool // the pass leads rows to themselves
}

func newRelations() *relations {
	return &relations{
		byPointer: map[*lts.Relation]int{},
		byPairs:   map[string]int{},
		byParts:   map[string]int{},
		guards:    map[int]int{},
	}
}

func comparePairs(a, b lts.Pair) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// number is that of a relation.
func (rs *relations) number(r *lts.Relation) int {
	if n, ok := rs.byPointer[r]; ok {
		return n
	}
	var n int
	switch {
	case r.Pass != nil:
		n = rs.pass(r.Pass, false)
	case r.Next != nil:
		n = rs.unlisted(r.Next)
	default:
		n = rs.listed(normal(r.Pairs))
	}
	rs.byPointer[r] = n
	return n
}

// normal is the ascending list of the same pairs.
func normal(pairs []lts.Pair) []lts.Pair {
	for i := 1; i < len(pairs); i++ {
		if comparePairs(pairs[i-1], pairs[i]) >= 0 {
			sorted := slices.Clone(pairs)
			slices.SortFunc(sorted, comparePairs)
			return slices.Compact(sorted)
		}
	}
	return pairs
}

func (rs *relations) unlisted(next func(uint32) []uint32) int {
	n := len(rs.list)
	rs.list = append(rs.list, relation{others: []int{n}, next: next})
	return n
}

func (rs *relations) pass(p *lts.Pass, same bool) int {
	n := len(rs.list)
	rs.list = append(rs.list, relation{others: []int{n}, pass: p, same: same})
	return n
}

// isPass reports whether a relation is one of rows.
func (rs *relations) isPass(n int) bool {
	r := &rs.list[n]
	return len(r.others) > 0 && rs.list[r.others[0]].pass != nil
}

func (rs *relations) listed(pairs []lts.Pair) int {
	key := make([]byte, 0, 8*len(pairs))
	for _, p := range pairs {
		key = binary.LittleEndian.AppendUint32(key, p.From)
		key = binary.LittleEndian.AppendUint32(key, p.To)
	}
	if n, ok := rs.byPairs[string(key)]; ok {
		return n
	}
	n := len(rs.list)
	rs.list = append(rs.list, relation{pairs: pairs})
	rs.byPairs[string(key)] = n
	return n
}

// union is the union of relations.
func (rs *relations) union(numbers []int) int {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if len(numbers) == 1 {
		return numbers[0]
	}
	var pairs []lts.Pair
	var others []int
	for _, n := range numbers {
		pairs = append(pairs, rs.list[n].pairs...)
		others = append(others, rs.list[n].others...)
	}
	listed := rs.listed(normal(pairs))
	if len(others) == 0 {
		return listed
	}
	slices.Sort(others)
	others = slices.Compact(others)
	if len(others) == 1 && len(pairs) == 0 {
		return others[0]
	}
	key := binary.LittleEndian.AppendUint32(nil, uint32(listed))
	for _, n := range others {
		key = binary.LittleEndian.AppendUint32(key, uint32(n))
	}
	if n, ok := rs.byParts[string(key)]; ok {
		return n
	}
	n := len(rs.list)
	rs.list = append(rs.list, relation{pairs: rs.list[listed].pairs, others: others})
	rs.byParts[string(key)] = n
	return n
}

// next lists the values that a value leads to, ascending.
func (rs *relations) next(n int, from uint32) []uint32 {
	r := &rs.list[n]
	at, _ := slices.BinarySearchFunc(r.pairs, lts.Pair{From: from}, comparePairs)
	var to []uint32
	for ; at < len(r.pairs) && r.pairs[at].From == from; at++ {
		to = append(to, r.pairs[at].To)
	}
	for _, o := range r.others {
		to = append(to, rs.list[o].next(from)...)
	}
	slices.Sort(to)
	return slices.Compact(to)
}

// guard is the relation that leads each value to itself that the relation leads anywhere.
func (rs *relations) guard(n int) int {
	if g, ok := rs.guards[n]; ok {
		return g
	}
	var g int
	switch r := &rs.list[n]; {
	case rs.isPass(n):
		var parts []int
		for _, o := range slices.Clone(r.others) {
			parts = append(parts, rs.pass(guardPass(rs.list[o].pass), true))
		}
		g = rs.union(parts)
	case len(r.others) > 0:
		g = rs.unlisted(func(v uint32) []uint32 {
			if len(rs.next(n, v)) == 0 {
				return nil
			}
			return []uint32{v}
		})
	default:
		pairs := make([]lts.Pair, 0, len(r.pairs))
		for _, p := range r.pairs {
			if len(pairs) == 0 || pairs[len(pairs)-1].From != p.From {
				pairs = append(pairs, lts.Pair{From: p.From, To: p.From})
			}
		}
		g = rs.listed(pairs)
	}
	rs.guards[n] = g
	return g
}

// guardPass leads each row to itself that the pass leads anywhere.
func guardPass(p *lts.Pass) *lts.Pass {
	return &lts.Pass{States: p.States, Ends: p.Ends, Turn: func(state, value uint32) []lts.Turn {
		turns := slices.Clone(p.Turn(state, value))
		for i := range turns {
			turns[i].Value = value
		}
		slices.SortFunc(turns, func(a, b lts.Turn) int { return cmp.Compare(a.State, b.State) })
		return slices.Compact(turns)
	}}
}

// guarded is the product that leads each configuration to itself that the product leads anywhere.
func (rs *relations) guarded(p product) product {
	g := slices.Clone(p)
	for i := range g {
		g[i].relation = rs.guard(g[i].relation)
	}
	return g
}

// isGuard reports whether the relation is known to lead no value to another.
func (rs *relations) isGuard(n int) bool {
	r := &rs.list[n]
	if rs.isPass(n) {
		return !slices.ContainsFunc(r.others, func(o int) bool { return !rs.list[o].same })
	}
	return len(r.others) == 0 && !slices.ContainsFunc(r.pairs, func(p lts.Pair) bool { return p.From != p.To })
}
