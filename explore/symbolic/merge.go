package symbolic

import "slices"

// term is a relation, by number, on a component, or on a level.
type term struct{ component, relation int }

// product relates configurations whose components are related term by term; others
// are equal. Terms are on different components, in ascending order.
type product []term

const maxPasses = 16 // over all positions; more would rarely find anything

// merge gives fewer products with the same union: those that differ in the relation of exactly
// one term become one, with the union of these relations, again and again. The time for
// a pass is linear in the number of terms.
func merge(products []product, rs *relations) []product {
	products = slices.Clone(products)
	longest := 0
	for _, p := range products {
		longest = max(longest, len(p))
	}
	for range maxPasses {
		before := len(products)
		for position := range longest {
			products = mergeAt(products, position, rs)
		}
		if len(products) == before {
			break
		}
	}
	return products
}

// mergeAt merges the products that differ in nothing but one term's relation.
func mergeAt(products []product, position int, rs *relations) []product {
	type group struct {
		first  product
		merged []int // relations
		next   int   // group with the same hash; -1 is none
	}
	var groups []group
	var result []product
	byHash := map[uint64]int{}
	for _, p := range products {
		if len(p) <= position {
			result = append(result, p)
			continue
		}
		h := uint64(0)
		for i, t := range p {
			r := t.relation
			if i == position {
				r = -1
			}
			h = (h ^ uint64(t.component)<<32 ^ uint64(uint32(r))) * 0xd6e8feb86659fd93
			h ^= h >> 32
		}
		first, ok := byHash[h]
		if !ok {
			first = -1
		}
		g := first
		for g >= 0 && !equalBut(groups[g].first, p, position) {
			g = groups[g].next
		}
		if g < 0 {
			g = len(groups)
			groups = append(groups, group{first: p, next: first})
			byHash[h] = g
		}
		groups[g].merged = append(groups[g].merged, p[position].relation)
	}
	for _, g := range groups {
		p := g.first
		if len(g.merged) > 1 {
			p = slices.Clone(p)
			p[position].relation = rs.union(g.merged)
		}
		result = append(result, p)
	}
	return result
}

// equalBut compares products, except for the relation of one term.
func equalBut(p, q product, position int) bool {
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i].component != q[i].component || i != position && p[i].relation != q[i].relation {
			return false
		}
	}
	return true
}
