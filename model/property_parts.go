package model

import (
	"slices"

	"chorcheck/ltl"
)

// Parts are properties that hold together exactly if this one does; if it is one of those that some run has to satisfy, of
// which one is enough. They have at most so many atoms each, where that can be, and as few parts as come of taking
// one conjunct, or disjunct, after the other; with 0, each is a part of its own. They have no premises, unless
// there is only one, the property itself.
func (p *Property) Parts(mostAtoms int) []*Property {
	if len(p.Atoms) <= mostAtoms {
		return []*Property{p}
	}
	split, join := p.Formulas.Conjuncts, p.Formulas.And
	if p.Sometimes {
		split, join = p.Formulas.Disjuncts, p.Formulas.Or
	}
	var out []*Property
	var together []*ltl.Formula
	var atoms []int
	end := func() {
		if together != nil {
			out = append(out, p.part(join(together...), atoms))
		}
		together, atoms = nil, nil
	}
	for _, f := range split(p.Formula) {
		own := p.Formulas.Propositions(f)
		both := slices.Concat(atoms, own)
		slices.Sort(both)
		if both = slices.Compact(both); len(both) > mostAtoms {
			end()
			both = own
		}
		together, atoms = append(together, f), both
	}
	end()
	return out
}

// part is a formula of a property, which is about some of the atoms.
func (p *Property) part(f *ltl.Formula, atoms []int) *Property {
	q := *p
	q.Premises, q.Atoms = nil, nil
	for _, a := range atoms {
		q.Atoms = append(q.Atoms, p.Atoms[a])
	}
	q.Formulas = ltl.NewFormulas()
	q.Formula = q.Formulas.Import(f, func(a int) int {
		at, _ := slices.BinarySearch(atoms, a)
		return at
	})
	return &q
}
