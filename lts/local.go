package lts

import "context"

// Local is the optional power of a system whose configurations fall into components,
// of which each step touches few. It is what decision diagrams live on.
type Local interface {
	// Locality is made anew by each call, which may cost as much as making the system
	// did. The error is that of ctx, or says, in words for users, what in the system is not local.
	Locality(ctx context.Context) (*Locality, error)
}

// Locality describes all steps of a system as products over components: it has one
// from a configuration exactly if an event leads from there to the same target by the same action.
type Locality struct {
	Components []Component
	Events     []Event
	// Watches are products that change nothing: where they are possible, the
	// system would take the action if a queue of bounded length had room.
	Watches []Event
	// Forget are products that take some configurations to others that behave alike,
	// which a system may treat as the same. They are to be applied once each, in order,
	// and leave alone where they are not possible.
	Forget [][]Part
	// Rows are components that belong together, such as the places of a queue: an order of the
	// components should leave each row as it is, in one piece. They share no component.
	Rows [][]int
}

// Component is a part of a configuration, whose value is a number. All components
// together are the whole configuration.
type Component struct {
	Name  string // for people
	Read  func(State) uint32
	Write func(State, uint32) // changes this component only
}

// Event is a set of steps by one action: one for each choice of a value to which each
// of its parts leads. It is possible where all of them lead somewhere. Components that it
// has no part for do not matter to it, and stay as they are.
type Event struct {
	Action Action
	IsStep bool   // no fault, and no change that nobody can count on
	Parts  []Part // of different components, in ascending order
}

// Part is what an event does to one component, or, if its relation is a pass, to a row.
type Part struct {
	Component int // of a row: its first one
	Relation  *Relation
}

// Relation says to which values a value can lead. Two relations that are the same pointer
// are equal; others may be.
type Relation struct {
	// Pairs are all that belong to it, in ascending order, if Next is nil.
	Pairs []Pair
	// Next gives, for relations that are too large to be listed, the values that a value
	// leads to, in ascending order. The caller keeps the result, and does not change it. It is not safe for concurrent use.
	Next func(from uint32) []uint32
	// Pass, if it is not nil, says that the relation is one of rows. There is nothing else then.
	Pass *Pass
}

// Pass relates the values of one row to others, component by component, from the first to the last,
// with a state that goes along. It is in state 0 before the first component.
type Pass struct {
	// States is their number.
	States uint32
	// Turn gives, for a state and the value of a component, what may become of them. The caller
	// keeps the result, and does not change it.
	Turn func(state, value uint32) []Turn
	// Ends reports whether this may be the state behind the last component.
	Ends func(state uint32) bool
}

// Turn is what becomes of a component's value, and the state in which a pass goes on.
type Turn struct{ Value, State uint32 }

// Follow gives a relation of rows that leads to where first and then second leads.
func Follow(first, second *Pass) *Pass {
	n := second.States
	return &Pass{
		States: first.States * n,
		Turn: func(state, value uint32) []Turn {
			var out []Turn
			for _, t := range first.Turn(state/n, value) {
				for _, u := range second.Turn(state%n, t.Value) {
					out = append(out, Turn{u.Value, t.State*n + u.State})
				}
			}
			return out
		},
		Ends: func(state uint32) bool { return first.Ends(state/n) && second.Ends(state%n) },
	}
}

// Apply lists the rows that a pass leads a row to, each perhaps several times.
func (p *Pass) Apply(row []uint32) [][]uint32 {
	type partial struct {
		row   []uint32
		state uint32
	}
	list := []partial{{nil, 0}}
	for _, v := range row {
		var next []partial
		for _, x := range list {
			for _, t := range p.Turn(x.state, v) {
				next = append(next, partial{append(x.row[:len(x.row):len(x.row)], t.Value), t.State})
			}
		}
		list = next
	}
	var out [][]uint32
	for _, x := range list {
		if p.Ends(x.state) {
			out = append(out, x.row)
		}
	}
	return out
}

// Pair says that one value leads to another.
type Pair struct{ From, To uint32 }
