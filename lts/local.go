package lts

// Local is the optional power of a system whose configurations fall into components,
// of which each step touches few. It is what decision diagrams live on.
type Local interface {
	// Locality is made anew by each call, which may cost as much as making the system
	// did. The error says, in words for users, what in the system is not local.
	Locality() (*Locality, error)
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

// Part is what an event does to one component.
type Part struct {
	Component int
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
}

// Pair says that one value leads to another.
type Pair struct{ From, To uint32 }
