package model

import (
	"slices"

	"chorcheck/lts"
)

// Support is what a state atom reads of the components of a network that NewLocalNetwork has made.
type Support struct {
	// Components are those that it reads, in ascending order; none if it is the same everywhere. If the
	// atom is about a queue that is a row they are the row's, from the end to the head.
	Components []int
	// Row is set if they are a row.
	Row bool

	valuation *Valuation // of this atom alone
	locality  *lts.Locality
	scratch   lts.State
	pass      func(holds bool) *lts.Pass
}

// Support finds what atom i, which is no event, reads. The network's Locality gives the components.
func (v *Valuation) Support(l *lts.Locality, i int) (*Support, error) {
	n, a := v.network, &v.atoms[i]
	alone, err := n.Valuation(v.atoms[i : i+1])
	if err != nil {
		return nil, err
	}
	s := &Support{valuation: alone, locality: l, scratch: make(lts.State, n.width)}
	switch a.Kind {
	case AtomCompares:
		for _, r := range n.owners(a.Expr) {
			s.Components = append(s.Components, n.RoleComponent(r))
		}
	case AtomEmpty, AtomFull:
		at := n.queueBetween(a.Role, a.Peer)
		if at < 0 {
			break
		}
		s.Components = []int{n.QueueComponent(at)}
		if n.IsRow(at) {
			row := slices.IndexFunc(l.Rows, func(row []int) bool { return row[0] == s.Components[0] })
			s.Components, s.Row = slices.Clone(l.Rows[row]), true
			s.pass = n.passOf(a, n.queues[at])
		}
	default:
		s.Components = []int{n.RoleComponent(n.ownerOf(a))}
	}
	return s, nil
}

// Holds reports whether the atom is true where its components have these values, in their order. It is not safe for concurrent use.
func (s *Support) Holds(values []uint32) bool {
	for i, c := range s.Components {
		s.locality.Components[c].Write(s.scratch, values[i])
	}
	return s.valuation.State(s.scratch) != 0
}

// Pass keeps the contents of a row for which the atom is true, or those for which it is not.
func (s *Support) Pass(holds bool) *lts.Pass { return s.pass(holds) }

// passOf makes the passes of an atom about a queue that is a row.
func (n *Network) passOf(a *Atom, q *queue) func(holds bool) *lts.Pass {
	if a.Kind == AtomFull {
		return func(holds bool) *lts.Pass { return roomPass(!holds) }
	}
	others := func(symbol uint32) bool { return n.flat.messages[q.messages[symbol-1]].From != a.Role }
	return func(holds bool) *lts.Pass {
		if holds {
			return eachPass(others)
		}
		return somePass(others)
	}
}

// somePass keeps the contents with a message that does not have a property.
func somePass(holds func(symbol uint32) bool) *lts.Pass {
	return &lts.Pass{
		States: 2,
		Turn: func(state, v uint32) []lts.Turn {
			if v != 0 && !holds(v) {
				return one(v, 1)
			}
			return one(v, state)
		},
		Ends: isOne,
	}
}
