package symbolic

import "chorcheck/internal/bug"

// Import copies a set of another space of the same system, or of a part of it: the components of that space have to be here
// too, in the same order. The others have any value that has been met.
func (sp *Space) Import(from *Space, a Set) (Set, error) {
	n := from.node(a)
	return sp.result(func() node {
		if n == nothing {
			return nothing
		}
		f := sp.forest
		base := len(f.stack)
		levels := from.forest.byLevel(n)
		copies := map[node]node{truth: truth} // of the nodes of level below
		below := 0
		for l := 1; l < len(sp.domains); l++ {
			here := map[node]node{}
			if below+1 < len(levels) && from.domains[below+1].component == sp.domains[l].component {
				below++
				for _, x := range levels[below] {
					for _, e := range from.forest.edges(x) {
						f.frames[l].set(sp.domains[l].number(from.domains[below].values[e.value]), copies[e.child])
					}
					here[x] = f.close(l)
					f.push(0, here[x]) // it has to live until it is needed
				}
			} else {
				for _, x := range levels[below] {
					for v := range sp.domains[l].values {
						f.frames[l].set(uint32(v), copies[x])
					}
					here[x] = f.close(l)
					f.push(0, here[x])
				}
			}
			copies = here
		}
		if below+1 < len(levels) {
			bug.Panicf("symbolic: component %d of a space is not in its place in another one", from.domains[below+1].component)
		}
		f.stack = f.stack[:base]
		return copies[n]
	})
}
