package explore

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"chorcheck/lts"
)

// Options of a search. The zero value searches everything with all processors.
type Options struct {
	Workers int // 0: GOMAXPROCS

	// Limits; 0: none.
	MaxStates uint64 // configurations found, explored or not
	MaxDepth  int    // the last level that is explored
	Memory    int64  // bytes that the search may allocate, side tables included

	// Observe is called once for each explored configuration that has marks
	// or no steps, by several workers at once: worker, from 0 to Workers-1,
	// says which. s is valid during the call only. An observation is made
	// before it is known whether its level will be completed: if a limit
	// stops the search, those with depth >= Space.Levels are to be dropped.
	Observe func(worker, depth int, s lts.State, marks lts.Marks, steps int)

	// Progress is called by the goroutine that called Reach, between two
	// batches, after something has come out of Tick.
	Progress func(Progress)
	Tick     <-chan time.Time

	// PlainMemory turns off mapped memory and huge pages, NoPrefetch the
	// prefetching, NoSieve the cache of recent states before the table, NoDirect the table
	// of one bit for each state that there can be. They make a large search slower; they
	// are for measurements.
	PlainMemory, NoPrefetch, NoSieve, NoDirect bool

	slots  int // of the first table; for tests
	sweeps int // most sweeps of BottomComponents, 0: no limit; for tests
}

// Progress of a search that is under way. States may be too high by some
// hundreds.
type Progress struct {
	States uint64 // configurations found
	Level  int    // level being explored
	Size   uint64 // configurations of that level
	Bytes  int64
}

// Reason says why a search did not explore everything.
type Reason int

const (
	None      Reason = iota // it did
	MaxStates               // more than Options.MaxStates configurations
	MaxDepth                // configurations beyond Options.MaxDepth
	Memory                  // Options.Memory is not enough
	Cancelled               // the context was cancelled, or its deadline came
)

// String names the reason.
func (r Reason) String() string {
	switch r {
	case None:
		return "none"
	case MaxStates:
		return "state limit"
	case MaxDepth:
		return "depth limit"
	case Memory:
		return "memory limit"
	case Cancelled:
		return "cancelled"
	}
	return fmt.Sprintf("Reason(%d)", int(r))
}

// ErrMemory is returned by an analysis of a space if the search's memory limit
// is not enough for it.
var ErrMemory = errors.New("memory limit")

// ErrIncomplete is returned by an analysis that needs a complete space.
var ErrIncomplete = errors.New("the search is not complete")

func (o *Options) check(sys lts.System) error {
	switch {
	case o.Workers < 0 || o.MaxDepth < 0 || o.Memory < 0:
		return errors.New("explore: negative option")
	case sys.Width() < 1:
		return errors.New("explore: the system's states have no words")
	case o.Progress != nil && o.Tick == nil:
		return errors.New("explore: Progress without Tick")
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}
