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

	// What was found goes to disk, compressed, where Memory would not do otherwise: into a
	// file in SpillDir that has no name. "" is the directory of the system for temporary
	// files. NoSpill turns this off.
	SpillDir string
	NoSpill  bool

	// Keeper keeps the levels that are complete, so that another search can go on from them:
	// whenever something has come out of Save and a level is complete, and when the
	// search is stopped by its memory, by the disk, or by the context. From is what a
	// keeper has kept: the search goes on from there, and its result is that of a search
	// from the beginning.
	Keeper Keeper
	Save   <-chan time.Time
	From   Saved

	// Store is what keeps the configurations. The zero value is an exact store of the shape that
	// fits the system best. A search with a lossy one is never Complete. Without a size, the
	// table of a bitstate store has half of Memory.
	Store Storage

	// Observe is called once for each explored configuration that has marks
	// or no steps, by several workers at once: worker, from 0 to Workers-1,
	// says which. s is valid during the call only. An observation is made
	// before it is known whether its level will be completed: if a limit
	// stops the search, those with depth >= Space.Levels are to be dropped.
	Observe func(worker, depth int, s lts.State, marks lts.Marks, steps int)

	// Visiting is called before each call of Observe by RandomWalks and Swarm, from the
	// same goroutine, and says which visit it is about.
	Visiting func(worker int, at Visit)

	// Progress is called by the goroutine that called Reach, between two
	// batches, after something has come out of Tick.
	Progress func(Progress)
	Tick     <-chan time.Time

	// PlainMemory turns off mapped memory and huge pages, NoPrefetch the
	// prefetching, NoSieve the cache of recent states before the table, NoDirect the table
	// of one bit for each state that there can be. They make a large search slower; they
	// are for measurements.
	PlainMemory, NoPrefetch, NoSieve, NoDirect bool

	slots     int  // of the first table; for tests
	chunkBits int  // of the lists; for tests
	spillAll  bool // spill after each level; for tests
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
	Disk                    // Options.Memory is not enough, and what was found could not be written to disk
	Lossy                   // nothing was left, but the store may have taken new configurations for known ones
	Sampled                 // random walks, or a swarm, have done what they were asked for
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
	case Disk:
		return "memory limit, and no room on disk"
	case Lossy:
		return "lossy store"
	case Sampled:
		return "sampled"
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
	if o.From != nil && o.Store.Kind == Bitstate {
		return errors.New("explore: what a bitstate store forgets depends on the order, so it cannot go on from a checkpoint")
	}
	if err := o.Store.Check(); err != nil {
		return err
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}
