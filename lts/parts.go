package lts

// Divisible is the optional power of a system to fall into parts that have nothing to do
// with each other: no step of one can enable, disable or change a step of another.
type Divisible interface {
	// Parts is nil if everything hangs together.
	Parts() Parts
}

// Parts says which part an action belongs to.
type Parts interface {
	// Part is the part of an action.
	Part(Action) int
	// Moved is a part that is not as it is in the initial configuration, or -1. It
	// may be called from several goroutines at once, and allocates nothing.
	Moved(State) int
}
