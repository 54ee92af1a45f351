package model

import (
	"fmt"
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
	cases     [2][]Case // if it does not hold, and if it does
}

// Case says something of each of some components. Its functions are not safe for concurrent use.
type Case []func(value uint32) bool

// mostCases bounds the cases of an atom.
const mostCases = 256

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
		roles := n.owners(a.Expr)
		for _, r := range roles {
			s.Components = append(s.Components, n.RoleComponent(r))
		}
		if len(roles) > 1 {
			if err := s.split(a.Expr, roles); err != nil {
				return nil, err
			}
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

// Cases split an atom that is not about a row: it holds, or does not, exactly if in one of the cases each component is as the case
// says. The cases exclude each other.
func (s *Support) Cases(holds bool) []Case {
	switch len(s.Components) {
	case 0:
		if s.Holds(nil) == holds {
			return []Case{{}}
		}
		return nil
	case 1:
		return []Case{{func(v uint32) bool { return s.Holds([]uint32{v}) == holds }}}
	}
	if holds {
		return s.cases[1]
	}
	return s.cases[0]
}

// valuesOf are what variables of a role can be together.
type valuesOf struct {
	vars   []VarID
	tuples [][]int64 // different ones
	of     []int     // which tuple, by local state
}

func (n *Network) valuesOf(r RoleID, vars []VarID) *valuesOf {
	out := &valuesOf{vars: vars}
	number := map[string]int{}
	for i := range n.flat.machines[r].states {
		tuple := make([]int64, len(vars))
		for k, x := range vars {
			tuple[k] = n.valueIn(&n.flat.machines[r].states[i], x)
		}
		key := fmt.Sprint(tuple)
		at, known := number[key]
		if !known {
			at = len(out.tuples)
			number[key] = at
			out.tuples = append(out.tuples, tuple)
		}
		out.of = append(out.of, at)
	}
	return out
}

// split finds the cases of an expression over variables of several roles: one for each choice of what the variables of
// all roles but the last one are.
func (s *Support) split(e *Expr, roles []RoleID) error {
	n := s.valuation.network
	var all []*valuesOf
	count := 1
	for i, r := range roles {
		var vars []VarID
		e.variables(func(x VarID) {
			if n.automata.Vars[x].Owner == r && !slices.Contains(vars, x) {
				vars = append(vars, x)
			}
		})
		all = append(all, n.valuesOf(r, vars))
		if i < len(roles)-1 {
			if count *= len(all[i].tuples); count > mostCases {
				return fmt.Errorf("the symbolic engine does not compare variables of several roles that have more than %d combinations of values", mostCases)
			}
		}
	}
	last := all[len(all)-1]
	values := map[VarID]int64{}
	set := func(v *valuesOf, tuple int) {
		for k, x := range v.vars {
			values[x] = v.tuples[tuple][k]
		}
	}
	for choice := range count {
		chosen := make([]int, len(all)-1)
		for i, rest := 0, choice; i < len(chosen); i++ {
			chosen[i] = rest % len(all[i].tuples)
			rest /= len(all[i].tuples)
			set(all[i], chosen[i])
		}
		var ends [2][]bool
		for h := range ends {
			ends[h] = make([]bool, len(last.tuples))
		}
		for t := range last.tuples {
			set(last, t)
			h := 0
			if x, ok := e.Eval(func(x VarID) int64 { return values[x] }); ok && x != 0 {
				h = 1
			}
			ends[h][t] = true
		}
		for h := range ends {
			if !slices.Contains(ends[h], true) {
				continue
			}
			var c Case
			for i, t := range chosen {
				c = append(c, s.where(roles[i], all[i], func(tuple int) bool { return tuple == t }))
			}
			c = append(c, s.where(roles[len(roles)-1], last, func(tuple int) bool { return ends[h][tuple] }))
			s.cases[h] = append(s.cases[h], c)
		}
	}
	return nil
}

// where tells of a role's component what its variables are.
func (s *Support) where(r RoleID, v *valuesOf, is func(tuple int) bool) func(uint32) bool {
	n := s.valuation.network
	c := s.locality.Components[n.RoleComponent(r)]
	return func(value uint32) bool {
		c.Write(s.scratch, value)
		return is(v.of[n.locals[r].get(s.scratch)])
	}
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
