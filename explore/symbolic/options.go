package symbolic

import "errors"

// Options are limits and wishes for [Reach]. The zero value is useful.
type Options struct {
	// Order lists all components from the top level of the diagrams to the bottom. If it
	// is nil, they stand as they are. Everything depends on it: see the package's doc.
	Order []int
	// Memory is the number of bytes that nodes, tables and caches may hold; 0 is no limit.
	Memory int64
	// Work bounds how often the lower part of an event is fired by the search; 0 is no limit. More is an [ErrWork].
	Work uint64
	// DistanceNodes bounds the nodes of the diagram of distances, for paths; 0 is no limit.
	DistanceNodes int
	// Progress, if it is not nil, is called now and then, after so many operations. It
	// must not call the space's methods.
	Progress func(Progress)
}

// Progress says how far a search has come.
type Progress struct {
	Nodes     int     // that are held now, the useless among them
	PeakNodes int     // the most that were held
	Fired     uint64  // times that a lower part of an event was fired, and not found in a cache
	Saturated float64 // the fraction of the levels whose node of the initial configuration is saturated
	Bytes     int64   // held now
}

// Statistics is what a space has cost so far.
type Statistics struct {
	Nodes       int    // of the reachable configurations
	PeakNodes   int    // the most that were held at one time
	Fired       uint64 // times that a lower part of an event was fired, and not found in a cache
	Bytes       int64  // held now
	PeakBytes   int64
	Collections int // of garbage
	Events      int // of the locality
	Merged      int // what was made of them
}

var (
	// ErrMemory says that a result needs more than Options.Memory.
	ErrMemory = errors.New("symbolic: out of memory")
	// ErrWork says that the search needs more than Options.Work.
	ErrWork = errors.New("symbolic: too much work")
	// ErrFar says that a path needs more nodes, memory or steps than allowed.
	ErrFar = errors.New("symbolic: too much to find a path")
)

// abort is the panic value that takes an error from the depth of a recursion to the
// package's boundary.
type abort struct{ err error }
